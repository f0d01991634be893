"""The moves of a request: who takes it, when it is worked on, what it waits for, when it is done."""

from uuid import UUID

from domain.kernel.command import command
from domain.organisation import queries as organisation
from domain.requests import rules
from domain.requests.commands import confirmation, timing
from domain.requests.commands.timing import View
from domain.requests.events import (
    RequestAssigned,
    RequestCancelled,
    RequestConfirmed,
    RequestHeld,
    RequestReopened,
    RequestResolved,
    RequestResumed,
    RequestStarted,
)
from domain.requests.models import ServiceRequest
from domain.requests.rules import DUTIES, LIFECYCLE, Move
from tenancy.refusals import Invalid, message
from tenancy.work import Work


@command(needs=DUTIES[Move.ASSIGN].permission)
async def assign(
    work: Work, *, request_id: UUID, assignee_id: UUID, department_id: UUID | None = None
) -> ServiceRequest:
    """Give a request to one of the staff, and to a department: the assignee's own unless told (RQ-3).

    Whoever gets what is under way begins anew; what is on hold stays on hold.
    """
    view = await _begin(work, request_id, Move.ASSIGN)
    request = view.request
    if request.assignee_id == assignee_id and department_id in (None, request.department_id):
        raise Invalid(message("This person has it already."), path=("assigneeId",))
    assignee = await organisation.staff(work, assignee_id, "assigneeId")
    if assignee.left_on is not None:
        raise Invalid(message("This person has left the company and gets no requests."), path=("assigneeId",))
    if department_id is not None:
        await organisation.department(work, department_id, "departmentId")
    request.assignee_id, request.department_id = assignee_id, department_id or assignee.department_id
    # On hold for the same reason as before, or else for none.
    change = _end(work, view, Move.ASSIGN, request.hold_reason)
    assigned = RequestAssigned(request_id=request.id, change_id=change, assignee_id=assignee_id)
    work.record(assigned, about=request)
    return request


@command(needs=DUTIES[Move.START].permission)
async def start(work: Work, *, request_id: UUID) -> ServiceRequest:
    """Begin to work on a request, which is its first response (RQ-6)."""
    view = await _begin(work, request_id, Move.START)
    change = _end(work, view, Move.START)
    work.record(RequestStarted(request_id=request_id, change_id=change), about=view.request)
    return view.request


@command(needs=DUTIES[Move.HOLD].permission)
async def put_on_hold(work: Work, *, request_id: UUID, reason: str) -> ServiceRequest:
    """Let a request wait for somebody or something, for a reason; its resolution's clock rests meanwhile."""
    reason = rules.clean_reason(reason)
    view = await _begin(work, request_id, Move.HOLD)
    view.request.hold_reason = reason
    change = _end(work, view, Move.HOLD, reason)
    work.record(RequestHeld(request_id=request_id, change_id=change), about=view.request)
    return view.request


@command(needs=DUTIES[Move.RESUME].permission)
async def resume(work: Work, *, request_id: UUID) -> ServiceRequest:
    """Go on with a request; its deadline moves by the working time for which it has waited."""
    view = await _begin(work, request_id, Move.RESUME)
    view.request.hold_reason = ""
    change = _end(work, view, Move.RESUME)
    work.record(RequestResumed(request_id=request_id, change_id=change), about=view.request)
    return view.request


@command(needs=DUTIES[Move.RESOLVE].permission)
async def resolve(work: Work, *, request_id: UUID, resolution: str) -> ServiceRequest:
    """Say what was done and that it is done; the requester confirms it, or the clause on silence does (RQ-5)."""
    resolution = rules.clean_resolution(resolution)
    view = await _begin(work, request_id, Move.RESOLVE)
    request = view.request
    request.hold_reason, request.resolution, request.resolved_at = "", resolution, view.at
    change = _end(work, view, Move.RESOLVE)
    await confirmation.plan(work, view)
    work.record(RequestResolved(request_id=request_id, change_id=change), about=request)
    return request


@command(needs=DUTIES[Move.CONFIRM].permission)
async def confirm(work: Work, *, request_id: UUID, score: int | None = None) -> ServiceRequest:
    """Agree that a request is resolved, and say how satisfied one is, on the scale of the survey clause (RQ-5, CP-3).

    Refuses a score that the clause doesn't know, naming the clause, and any where the handbook asks for none.
    """
    view = await _begin(work, request_id, Move.CONFIRM)
    request = view.request
    if score is not None:
        await confirmation.keep_score(work, request, score)
    confirmation.close(work, view)
    change = _end(work, view, Move.CONFIRM)
    confirmed = RequestConfirmed(request_id=request.id, change_id=change, by_itself=False, satisfaction_score=score)
    work.record(confirmed, about=request)
    return request


@command(needs=DUTIES[Move.REOPEN].permission)
async def reopen(work: Work, *, request_id: UUID, reason: str) -> ServiceRequest:
    """Say why a request is not resolved after all; its assignee has the time that was left (RQ-5)."""
    reason = rules.clean_reason(reason)
    view = await _begin(work, request_id, Move.REOPEN)
    request = view.request
    confirmation.forget(work, view)
    request.resolved_at, request.closed_at = None, None
    request.satisfaction_score, request.satisfied = None, None
    request.reopened_times += 1
    change = _end(work, view, Move.REOPEN, reason)
    work.record(RequestReopened(request_id=request_id, change_id=change), about=request)
    return request


@command(needs=DUTIES[Move.CANCEL].permission)
async def cancel(work: Work, *, request_id: UUID, reason: str) -> ServiceRequest:
    """Say why a request is not needed any more; its clocks stop without a verdict, unless they were late already."""
    reason = rules.clean_reason(reason)
    view = await _begin(work, request_id, Move.CANCEL)
    request = view.request
    request.hold_reason, request.closed_at = "", view.at
    change = _end(work, view, Move.CANCEL, reason)
    work.record(RequestCancelled(request_id=request_id, change_id=change), about=request)
    return request


async def _begin(work: Work, request_id: UUID, move: Move) -> View:
    """The locked request, if the actor may make this move now; what was due before has happened."""
    view = await timing.locked(work, request_id, "requestId")
    request, actor = view.request, work.actor
    mine = actor.id if actor.is_member else None
    found = rules.obstacles(
        move,
        request.state,
        actor.may,
        is_requester=mine is not None and request.requester_id == mine,
        is_assignee=mine is not None and request.assignee_id == mine,
    )
    if found:
        raise rules.refusal(found[0], move, request.state)
    await timing.catch_up(work, view, before_a_move=True)
    return view


def _end(work: Work, view: View, move: Move, reason: str = "") -> UUID:
    """Make the move: its change of state, and what that does to the clocks. Gives the change's id."""
    view.request.state = LIFECYCLE.next(view.request.state, move)
    change = view.enter(work, move, reason)
    timing.reckon(work, view)
    return change.id
