"""Help from beside the two who are responsible for a request: by approval, where the handbook has a chain (RQ-4)."""

from uuid import UUID

from domain.approvals import commands as approvals
from domain.approvals import queries as approvals_seen
from domain.approvals.events import ApprovalGranted, ApprovalRefused, ApprovalReturned, ApprovalWithdrawn
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ApprovalChain, chain_topic
from domain.requests import queries, rules
from domain.requests.commands import relating
from domain.requests.events import (
    HelpAsked,
    HelpEnded,
    HelpGranted,
    HelpRefused,
    RequestCancelled,
    RequestClosed,
    RequestMerged,
    RequestResolved,
)
from domain.requests.models import RequestHelper, ServiceRequest
from domain.requests.rules import HelpState
from tenancy.refusals import Conflict, Invalid, Refusal, message
from tenancy.work import Work


@command(needs=Permission.REQUESTS_WORK)
async def ask_for_help(work: Work, *, request_id: UUID, staff_id: UUID, reason: str) -> RequestHelper:
    """Ask that somebody beside the two who are responsible helps with a request; they may act on it like its assignee
    once that is granted. Where the handbook has no chain for extra staff, it is at once."""
    await relating.worked_on(work, request_id, "requestId")
    request = await queries.get(work, request_id, "requestId", lock=True)
    reason = rules.clean_reason(reason)
    if request.state not in queries.UNDER_WAY:
        raise Refusal(message("The request is over."), code="WRONG_STATE", path=("requestId",))
    if (await organisation.staff(work, staff_id, "staffId")).left_on is not None:
        raise Invalid(message("This person has left the company and gets no requests."), path=("staffId",))
    if staff_id in (request.assignee_id, request.second_assignee_id):
        raise Invalid(message("This person is responsible for it already."), path=("staffId",))
    if await queries.asked_or_helping(work, request_id, staff_id):
        raise Conflict(message("This person helps with it already, or was asked for."), path=("staffId",))
    topic = chain_topic(SubjectKind.EXTRA_STAFF, "")
    chain = await policies.find_rule(work, ApprovalChain, scope=queries.scope_of(request), topic=topic)
    state = HelpState.HELPING if chain is None else HelpState.ASKED
    asked = work.add(RequestHelper(request_id=request_id, staff_id=staff_id, reason=reason, at=work.now, state=state))
    if chain is None:
        work.record(HelpGranted(request_id=request_id, help_id=asked.id, staff_id=staff_id), about=asked)
        return asked
    await _open_approval(work, request, asked, chain)
    work.record(HelpAsked(request_id=request_id, help_id=asked.id, staff_id=staff_id), about=asked)
    return asked


async def _open_approval(
    work: Work, request: ServiceRequest, asked: RequestHelper, chain: Ruling[ApprovalChain]
) -> None:
    requester_id = approvals_seen.requester(work, chain, "requestId")
    helper = await organisation.staff(work, asked.staff_id)
    approval = await approvals.open_approval(
        work,
        subject=Subject(SubjectKind.EXTRA_STAFF, asked.id),
        chain=chain,
        requester_id=requester_id,
        facts={
            "request_number": request.number,
            "priority": request.priority,
            "helper_name": (await organisation.member(work, asked.staff_id)).name,
            "helper_id": asked.staff_id,
            "helper_department_id": helper.department_id,
            "department_id": await queries.responsible_department(work, request),
            "customer_id": request.customer_id,
            "customer_tier": request.customer_tier,
            "reason": asked.reason,
        },
        own_of=[asked.staff_id],
    )
    asked.approval_id = approval.id


@command(needs=Permission.REQUESTS_WORK)
async def end_help(work: Work, *, help_id: UUID) -> RequestHelper:
    """Let somebody help no longer: who has the request or assigns requests says so, or they themselves. What is still
    being decided is withdrawn with its approval."""
    helping = await queries.help(work, help_id, "helpId", lock=True)
    own = work.actor.is_member and work.actor.id == helping.staff_id
    if not own:
        await relating.worked_on(work, helping.request_id, "helpId")
    if helping.state is not HelpState.HELPING:
        raise Refusal(message("This person does not help with it at present."), code="WRONG_STATE", path=("helpId",))
    helping.state, helping.ended_at = HelpState.ENDED, work.now
    ended = HelpEnded(request_id=helping.request_id, help_id=helping.id, staff_id=helping.staff_id)
    work.record(ended, about=helping)
    return helping


async def end_asking(work: Work, event: RequestResolved | RequestClosed | RequestCancelled | RequestMerged) -> None:
    """The request is over, so nobody decides any more on who helps with it: what waits is void."""
    for asked in await queries.asked_for(work, event.request_id):
        # Whoever decides locks in this order, too.
        await approvals.end_with_subject(work, subject=Subject(SubjectKind.EXTRA_STAFF, asked.id))
        helper = await work.get(RequestHelper, asked.id, lock=True)
        if helper.state is HelpState.ASKED:
            helper.state, helper.ended_at = HelpState.ENDED, work.now
            ended = HelpEnded(request_id=helper.request_id, help_id=helper.id, staff_id=helper.staff_id)
            work.record(ended, about=helper)


async def follow_approval(work: Work, event: ApprovalGranted) -> None:
    """Who was approved helps from now on, in the same transaction; not with a request that is over by then."""
    asked = await _asked(work, event)
    if asked is None:
        return
    request = await queries.get(work, asked.request_id)
    if request.state not in queries.UNDER_WAY:
        asked.state, asked.ended_at = HelpState.ENDED, work.now
        work.record(HelpEnded(request_id=request.id, help_id=asked.id, staff_id=asked.staff_id), about=asked)
        return
    asked.state = HelpState.HELPING
    work.record(HelpGranted(request_id=request.id, help_id=asked.id, staff_id=asked.staff_id), about=asked)


async def follow_refusal(work: Work, event: ApprovalRefused | ApprovalReturned | ApprovalWithdrawn) -> None:
    """Who was not approved does not help; somebody may ask anew."""
    asked = await _asked(work, event)
    if asked is not None:
        asked.state, asked.ended_at = HelpState.REFUSED, work.now
        refused = HelpRefused(request_id=asked.request_id, help_id=asked.id, staff_id=asked.staff_id)
        work.record(refused, about=asked)


async def _asked(
    work: Work, event: ApprovalGranted | ApprovalRefused | ApprovalReturned | ApprovalWithdrawn
) -> RequestHelper | None:
    if event.subject_kind != SubjectKind.EXTRA_STAFF:
        return None
    found = await work.get(RequestHelper, event.subject_id, lock=True)
    return found if found.state is HelpState.ASKED else None
