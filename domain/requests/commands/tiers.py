"""The tiers of support: a request is raised to the next with all that is known of it, and comes back with an answer
(RQ-7)."""

from typing import Any
from uuid import UUID

from domain.kernel.command import command
from domain.organisation import queries as organisation
from domain.policies.rules.kinds import AssignmentRules
from domain.requests import queries, rules
from domain.requests.commands import choosing, conversation, handing, moving
from domain.requests.events import RequestRaised, RequestReturned
from domain.requests.models import ServiceRequest, TierRaise
from domain.requests.rules import DUTIES, Audience, Move
from tenancy.refusals import Invalid, Refusal, message
from tenancy.work import Work

# What is kept of a request as it was when it was raised.
CARRIED = (
    "title",
    "description",
    "channel",
    "impact",
    "urgency",
    "priority",
    "complexity",
    "category",
    "answers",
    "solution",
)


@command(needs=DUTIES[Move.RAISE].permission)
async def raise_tier(
    work: Work, *, request_id: UUID, description: str, assignee_id: UUID | None = None
) -> ServiceRequest:
    """Give a request to the next tier of support, with what is known of it: to whom the assignment rules choose for
    that tier, the regional group where the department has no such post, or somebody named. Whoever raises it goes on
    seeing it, and gets it back."""
    description = rules.clean_finding(description, "description")
    if assignee_id is not None and (await organisation.staff(work, assignee_id, "assigneeId")).left_on is not None:
        raise Invalid(message("This person has left the company and gets no requests."), path=("assigneeId",))
    view = await moving.begin(work, request_id, Move.RAISE)
    request = view.request
    former, department_id = request.assignee_id, request.department_id
    request.support_tier += 1
    if assignee_id is None:
        assignee_id = await choosing.for_its_tier(work, request)
    elif assignee_id == former:
        raise Invalid(message("This person has it already."), path=("assigneeId",))
    request.assignee_id = assignee_id
    request.department_id = (await organisation.staff(work, assignee_id)).department_id
    request.raised_from_id, request.handed_over_from_id = former, None
    if request.second_assignee_id == assignee_id:
        request.second_assignee_id = None
    raised = work.add(
        TierRaise(
            request_id=request_id,
            tier=request.support_tier,
            from_staff_id=former,
            to_staff_id=assignee_id,
            from_department_id=department_id,
            to_department_id=request.department_id,
            description=description,
            facts={name: _plain(getattr(request, name)) for name in CARRIED},
            at=view.at,
        )
    )
    change = await moving.end(work, view, Move.RAISE, description)
    told = RequestRaised(request_id=request_id, change_id=change, raise_id=raised.id, to_id=assignee_id)
    work.record(told, about=request)
    return request


@command(needs=DUTIES[Move.RETURN].permission)
async def return_tier(
    work: Work, *, request_id: UUID, answer: str, answer_to_requester: str | None = None
) -> ServiceRequest:
    """Give a request back to the tier below with an answer, and with a word to its requester, which the assignment
    rules may ask for. Where whoever had it is not free, it stays, and whoever stands above is told; what only
    escalation has raised stays with who has it."""
    answer = rules.clean_finding(answer, "answer")
    view = await moving.begin(work, request_id, Move.RETURN)
    request = view.request
    ruling = await queries.ruled(work, AssignmentRules, request)
    if answer_to_requester is None and ruling is not None and ruling.value.answers_requester:
        text = message("The handbook asks for an answer to the requester, too.")
        raise Refusal(text, code="ANSWER_MISSING", path=("answerToRequester",), clause=ruling.clause)
    raised = await queries.raises_of(work, request_id)
    last = raised[-1] if raised and raised[-1].tier == request.support_tier else None
    to_id = last.from_staff_id if last is not None else None
    if to_id is not None and not await organisation.is_free(work, to_id):
        await handing.nobody_is_free(work, request, answer)
        return request
    if answer_to_requester is not None:
        # While whoever returns it still sees it.
        await conversation.comment(work, request_id=request_id, text=answer_to_requester, audience=Audience.PUBLIC)
    request.support_tier -= 1
    if last is not None:
        await _give_back(work, request, last, raised[:-1])
        last.answer, last.returned_at = answer, view.at
    change = await moving.end(work, view, Move.RETURN, answer)
    if request.assignee_id is not None:
        returned = RequestReturned(request_id=request_id, change_id=change, to_id=request.assignee_id)
        work.record(returned, about=request)
    return request


async def _give_back(work: Work, request: ServiceRequest, last: TierRaise, earlier: list[TierRaise]) -> None:
    request.assignee_id = last.from_staff_id or request.assignee_id
    request.department_id = last.from_department_id or request.department_id
    request.handed_over_from_id = None
    request.raised_from_id = earlier[-1].from_staff_id if earlier else None
    if request.second_assignee_id == request.assignee_id:
        request.second_assignee_id = None


def _plain(value: Any) -> Any:
    return getattr(value, "value", value)
