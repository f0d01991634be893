"""The moves of whoever has a request: who takes it, when it is worked on, when it is done."""

from uuid import UUID

from domain.kernel.command import command
from domain.kernel.terms import Complexity
from domain.organisation import queries as organisation
from domain.policies.rules.kinds import AssignmentRules
from domain.requests import queries, rules
from domain.requests.commands import choosing, confirmation, moving
from domain.requests.commands.timing import View
from domain.requests.events import (
    RequestAssigned,
    RequestCancelled,
    RequestResolved,
    RequestStarted,
)
from domain.requests.models import ServiceRequest
from domain.requests.rules import DUTIES, Move
from tenancy.refusals import Invalid, Refusal, message
from tenancy.work import Work


@command(needs=DUTIES[Move.ASSIGN].permission)
async def assign(
    work: Work,
    *,
    request_id: UUID,
    assignee_id: UUID | None = None,
    department_id: UUID | None = None,
    second_assignee_id: UUID | None = None,
) -> ServiceRequest:
    """Give a request to one of the staff, and to a department: the assignee's own unless told (RQ-3). A second who is
    responsible for it stands in for them (RQ-4); without a new one the former stays. Without an assignee the handbook's
    assignment rules choose; where they find nobody, whoever leads the department is told.

    Whoever gets what is under way begins anew; what is on hold stays on hold.
    """
    view = await moving.begin(work, request_id, Move.ASSIGN)
    request = view.request
    if assignee_id is None:
        if department_id is not None or second_assignee_id is not None:
            text = message("Where the rules choose, they choose the department and the second too.")
            raise Invalid(text, path=("assigneeId",))
        await choosing.when_asked(work, view)
        return request
    same = request.assignee_id == assignee_id and second_assignee_id in (None, request.second_assignee_id)
    if same and department_id in (None, request.department_id):
        raise Invalid(message("This person has it already."), path=("assigneeId",))
    if department_id is None and request.department_id is None:
        await _refuse_without_lead(work, request)
    home_id = await _at_work(work, assignee_id, "assigneeId")
    if second_assignee_id is not None:
        if second_assignee_id == assignee_id:
            raise Invalid(message("The first and the second are two people."), path=("secondAssigneeId",))
        await _at_work(work, second_assignee_id, "secondAssigneeId")
        request.second_assignee_id = second_assignee_id
    elif request.second_assignee_id == assignee_id:
        request.second_assignee_id = None
    if department_id is not None:
        await organisation.department(work, department_id, "departmentId")
    request.assignee_id, request.department_id = assignee_id, department_id or home_id
    request.handed_over_from_id = None
    # On hold for the same reason as before, or else for none.
    change = await moving.end(work, view, Move.ASSIGN, request.hold_reason)
    assigned = RequestAssigned(request_id=request.id, change_id=change, assignee_id=assignee_id)
    work.record(assigned, about=request)
    return request


async def _refuse_without_lead(work: Work, request: ServiceRequest) -> None:
    """Whoever gives a complex request away names the department that leads, where the handbook wants that (RQ-3)."""
    if request.complexity is not Complexity.COMPLEX:
        return
    ruling = await queries.ruled(work, AssignmentRules, request)
    if ruling is not None and ruling.value.lead_for_complex:
        text = message("A complex request has a lead department; name it.")
        raise Refusal(text, code="LEAD_MISSING", path=("departmentId",), clause=ruling.clause)


async def _at_work(work: Work, staff_id: UUID, path: str) -> UUID:
    """The department of one of the staff, who can get requests. Refuses whoever has left."""
    found = await organisation.staff(work, staff_id, path)
    if found.left_on is not None:
        raise Invalid(message("This person has left the company and gets no requests."), path=(path,))
    return found.department_id


@command(needs=DUTIES[Move.START].permission)
async def start(work: Work, *, request_id: UUID) -> ServiceRequest:
    """Begin to work on a request, which is its first response (RQ-6)."""
    view = await moving.begin(work, request_id, Move.START)
    change = await moving.end(work, view, Move.START)
    work.record(RequestStarted(request_id=request_id, change_id=change), about=view.request)
    return view.request


@command(needs=DUTIES[Move.RESOLVE].permission)
async def resolve(work: Work, *, request_id: UUID, resolution: str, with_children: bool = False) -> ServiceRequest:
    """Say what was done and that it is done; the requester confirms it, or the clause on silence does (RQ-5).

    `with_children` resolves its open parts in the same way, whoever has them; if one of them can't be, nothing is.
    """
    resolution = rules.clean_resolution(resolution)
    if with_children:
        await _resolve_children(work, request_id, resolution)
    return await _resolved(work, await moving.begin(work, request_id, Move.RESOLVE), resolution)


async def _resolve_children(work: Work, parent_id: UUID, resolution: str) -> None:
    await queries.get(work, parent_id, "requestId")
    children = await queries.open_children(work, parent_id)
    await queries.lock_together(work, [parent_id, *(child.id for child in children)])
    for child in children:
        try:
            view = await moving.begin(work, child.id, Move.RESOLVE, in_the_place_of_its_assignee=True)
        except Refusal as refused:
            text = message("The part {number} can't be resolved together with it, in the state it is in.")
            raise Refusal(text, {"number": child.number}, code="CHILD_STANDS", path=("withChildren",)) from refused
        await _resolved(work, view, resolution)


async def _resolved(work: Work, view: View, resolution: str) -> ServiceRequest:
    request = view.request
    request.resolution, request.resolved_at = resolution, view.at
    change = await moving.end(work, view, Move.RESOLVE)
    await confirmation.plan(work, view)
    work.record(RequestResolved(request_id=request.id, change_id=change), about=request)
    return request


@command(needs=DUTIES[Move.CANCEL].permission, contacts=True)
async def cancel(work: Work, *, request_id: UUID, reason: str) -> ServiceRequest:
    """Say why a request is not needed any more; its clocks stop without a verdict, unless they were late already."""
    reason = rules.clean_reason(reason)
    view = await moving.begin(work, request_id, Move.CANCEL)
    request = view.request
    request.closed_at = view.at
    change = await moving.end(work, view, Move.CANCEL, reason)
    work.record(RequestCancelled(request_id=request_id, change_id=change), about=request)
    return request
