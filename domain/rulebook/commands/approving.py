"""Laying a version before the approvers its predecessor names, and what their decision makes of it."""

from datetime import datetime
from uuid import UUID

from domain.approvals import commands as approvals
from domain.approvals import queries as approvals_queries
from domain.approvals.events import (
    ApprovalGranted,
    ApprovalRefused,
    ApprovalReturned,
    ApprovalStepReached,
    ApprovalTransferred,
    ApprovalWithdrawn,
)
from domain.approvals.rules.states import TaskState
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import commands as policies
from domain.policies import queries as policies_queries
from domain.policies.queries import PUBLISHING
from domain.policies.rules import duties
from domain.policies.rules.duties import Obstacle
from domain.policies.rules.versions import Move, State, Why
from domain.rulebook import queries
from tenancy.refusals import Conflict
from tenancy.work import Work

Outcome = ApprovalGranted | ApprovalRefused | ApprovalReturned | ApprovalWithdrawn


@command(needs=Permission.POLICIES_DRAFT)
async def submit_version(work: Work, *, version_id: UUID, effective_at: datetime | None = None) -> None:
    """Hand a draft in: to the approvers, where the version in force has a chain for them and the company somebody
    beside whoever hands it in, else for review by hand.

    `effective_at`, when it is to take effect, is reviewed and approved with it. Refuses with the first finding, and
    with NEEDS_DRY_RUN where the publishing rules in force ask for a trial that the draft as it is has not had.
    """
    await policies.submit_version(work, version_id=version_id, effective_at=effective_at)
    # Only now: what was tried must be what is handed in, and from here on nobody writes in it.
    if (untried := await queries.untried(work, version_id)) is not None:
        raise untried
    chain = await policies_queries.publishing_chain(work)
    if chain is None:
        return
    if not work.actor.is_member or work.actor.id is None:
        refusal = duties.refusal(Obstacle.PEOPLE_ONLY, Move.SUBMIT, State.DRAFT)
        refusal.clause = chain.clause
        raise refusal
    if await policies_queries.is_alone(work, work.actor.id):
        return
    await approvals.open_approval(
        work,
        subject=_subject(version_id),
        chain=chain,
        requester_id=work.actor.id,
        facts=await queries.facts_about(work, version_id),
        purpose=PUBLISHING,
        own_of=await queries.writers_of(work, version_id),
    )


@command(needs=Permission.POLICIES_PUBLISH)
async def return_version(work: Work, *, version_id: UUID) -> None:
    """Send a version in review back to be changed; what its approvers have decided so far is void."""
    await policies.return_version(work, version_id=version_id)
    await approvals.end_with_subject(work, subject=_subject(version_id), purpose=PUBLISHING)


async def show_to_approvers(work: Work, event: ApprovalStepReached | ApprovalTransferred) -> None:
    """Whoever is to decide on a version may read it."""
    approval = await approvals_queries.get(work, event.approval_id)
    if (approval.subject_kind, approval.purpose) != (SubjectKind.HANDBOOK_VERSION, PUBLISHING):
        return
    seats = await approvals_queries.tasks_of(work, approval.id)
    seated = [seat.assignee_id for seat in seats if seat.assignee_id is not None]
    await policies.show_version(work, approval.subject_id, to=seated)


async def follow_approval(work: Work, event: ApprovalGranted) -> None:
    """What was approved takes effect as it was approved; what is another text by now, or could not work, is a draft."""
    version_id = await _decided(work, event)
    if version_id is None:
        return
    approval = await approvals_queries.get(work, event.approval_id)
    content = await policies_queries.content(work, version_id)
    if approval.facts.get("content") != content.digest() or await policies_queries.findings(work, version_id):
        await policies.take_back(work, version_id, Why.VOID)
        return
    seats = await approvals_queries.tasks_of(work, approval.id)
    agreed = sorted(
        (seat.ended_at or work.now, seat.id, seat.assignee_id)
        for seat in seats
        if seat.state is TaskState.APPROVED and seat.assignee_id is not None
    )
    try:
        await policies.approve_version(
            work,
            version_id,
            approver_id=agreed[-1][2] if agreed else None,
            # Whoever agreed more than once signed with the last of it: what was decided before a return counts no more.
            agreed_at={member_id: at for at, _, member_id in agreed},
        )
    except Conflict as refusal:
        # Another version has come in between while this one was being approved.
        await policies.take_back(work, version_id, Why.VOID, refusal.code)


async def follow_refusal(work: Work, event: ApprovalRefused) -> None:
    """A version that is refused is a draft again."""
    await _take_back(work, event, Why.REFUSED)


async def follow_return(work: Work, event: ApprovalReturned) -> None:
    """A version that is returned is a draft again."""
    await _take_back(work, event, Why.RETURNED)


async def follow_withdrawal(work: Work, event: ApprovalWithdrawn) -> None:
    """Whoever takes back what they asked the approvers for has a draft again."""
    await _take_back(work, event, Why.WITHDRAWN)


async def _take_back(work: Work, event: Outcome, why: Why) -> None:
    version_id = await _decided(work, event)
    if version_id is not None:
        await policies.take_back(work, version_id, why)


async def _decided(work: Work, event: Outcome) -> UUID | None:
    """The version that an outcome is about; None for other subjects, and for one that is not in review any more."""
    if (event.subject_kind, event.purpose) != (SubjectKind.HANDBOOK_VERSION, PUBLISHING):
        return None
    version = await policies_queries.version(work, event.subject_id)
    return version.id if version.state is State.IN_REVIEW else None


def _subject(version_id: UUID) -> Subject:
    return Subject(SubjectKind.HANDBOOK_VERSION, version_id)
