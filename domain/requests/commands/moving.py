"""What every move has in common: who may make it now, the state it leads to, and what that does to the clocks."""

from collections.abc import Sequence
from uuid import UUID

from domain.kernel.terms import ClockKind
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ReopenWindow, RequestCourse
from domain.policies.rules.kinds.handling import Demand, Step
from domain.requests import queries, rules
from domain.requests.commands import course, timing
from domain.requests.commands.timing import View
from domain.requests.models import ServiceRequest
from domain.requests.rules import LIFECYCLE, Move, Obstacle, State
from tenancy.refusals import Refusal
from tenancy.work import Work


async def begin(work: Work, request_id: UUID, move: Move, *, in_the_place_of_its_assignee: bool = False) -> View:
    """The locked request, if the actor may make this move now; what was due before has happened."""
    view = await timing.locked(work, request_id, "requestId")
    ruling = await course.follow(work, view.request, view.changes)
    request, actor = view.request, work.actor
    mine = actor.id if actor.is_member else None
    standing = rules.Standing(
        state=request.state,
        # A customer's person who sees it speaks for those who asked.
        is_requester=actor.is_contact or (mine is not None and request.requester_id == mine),
        is_assignee=in_the_place_of_its_assignee or await queries.acts_for(work, request, mine),
        missing=[Step(step) for step in request.missing_steps],
        window=rules.Window(request.reopens_until, request.most_reopenings),
        reopened_after_closing=request.reopened_after_closing,
        at=view.at,
        handed_over=request.handed_over_from_id is not None,
        unfinished=await _unfinished(work, request, move),
        support_tier=request.support_tier,
    )
    found = rules.obstacles(move, standing, rules.outside_may if actor.is_contact else actor.may)
    if found:
        raise await _refusal(work, view, rules.refusal(found[0], move, standing), found[0], ruling)
    await timing.catch_up(work, view, before_a_move=True)
    return view


async def _unfinished(work: Work, request: ServiceRequest, move: Move) -> list[Obstacle]:
    """What beside the request has to be done before this move, by the clause on its course."""
    found = []
    if move in rules.UNFINISHED[Obstacle.CHILDREN_OPEN] and Demand.CHILDREN.value in request.demands:
        found += [Obstacle.CHILDREN_OPEN] if await queries.open_children(work, request.id) else []
    if move in rules.UNFINISHED[Obstacle.PARTS_OPEN] and Demand.PARTS.value in request.demands:
        found += [Obstacle.PARTS_OPEN] if await queries.open_parts(work, request.id) else []
    if move in rules.UNFINISHED[Obstacle.REPORT_MISSING] and await queries.lacks_report(work, request):
        found.append(Obstacle.REPORT_MISSING)
    if move in rules.UNFINISHED[Obstacle.TIME_MISSING] and Demand.TIME.value in request.demands:
        found += [Obstacle.TIME_MISSING] if not request.recorded_minutes else []
    if move in rules.UNFINISHED[Obstacle.VISITS_OPEN] and Demand.VISITS.value in request.demands:
        found += [Obstacle.VISITS_OPEN] if await queries.open_visits(work, request.id) else []
    return found


async def _refusal(
    work: Work, view: View, refused: Refusal, obstacle: Obstacle, ruling: Ruling[RequestCourse] | None
) -> Refusal:
    """The same with the clause that it rests on, where it rests on one."""
    if (obstacle is Obstacle.STEP_MISSING or obstacle in rules.UNFINISHED) and ruling is not None:
        refused.clause = ruling.clause
    if obstacle in (Obstacle.WINDOW_OVER, Obstacle.WINDOW_USED_UP):
        refused.clause = await queries.kept_clause(work, ReopenWindow, view.request.reopen_clause_id, view.request)
    return refused


async def end(
    work: Work,
    view: View,
    move: Move,
    reason: str = "",
    *,
    pauses: Sequence[ClockKind] | None = None,
    by_itself: bool = False,
) -> UUID:
    """Make the move: its change of state, and what that does to the course and to the clocks. Gives the change's id.

    `pauses` are the clocks that rest from now on, where a clause says so; `by_itself` is what the handbook does and
    nobody else.
    """
    request = view.request
    state = LIFECYCLE.next(request.state, move)
    if move is Move.RESUME:
        state = rules.resumed([change.state for change in view.changes])
    if request.state is State.ON_HOLD and state is not State.ON_HOLD:
        request.hold_reason, request.hold_code, request.hold_name, request.hold_expected_at = "", "", None, None
        request.postponed = False
        view.forget_timer(work, hold_key(request.id))
    request.state = state
    if not LIFECYCLE.allows(state, Move.HOLD):
        # Whether it may wait is no question any more.
        request.postpone_until, request.postpone_reason = None, ""
    change = view.enter(work, move, reason)
    if by_itself:
        change.member_id = None
    if pauses is not None:
        change.pauses = [kind.value for kind in pauses]
    if move is Move.HOLD:
        change.reason_code, change.reason_name = request.hold_code, request.hold_name
    await course.follow(work, request, view.changes)
    timing.start(work, view)
    timing.reckon(work, view)
    return change.id


def hold_key(request_id: UUID) -> str:
    """The key of the timer of a request on hold."""
    return f"request:{request_id}:hold"
