"""Who acts from which seat, as conditions inside statements: `rules/acting.py` says the same to the commands."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Integer, and_, any_, cast, false, func, not_, or_, select

from domain.approvals.models import Approval, ApprovalDelegation, ApprovalTask
from domain.approvals.rules.obstacles import Obstacle
from domain.approvals.rules.states import EndReason, SeatReason, TaskState
from tenancy.models import current_instant, current_member
from tenancy.rows import another


def asked_by_me(approvals: Any) -> ColumnElement[bool]:
    """What the acting member has asked for."""
    mine: ColumnElement[bool] = approvals.requester_id == current_member()
    return mine


def own_matter(approvals: Any) -> ColumnElement[bool]:
    """What is the acting member's own matter, so that they don't decide on it."""
    return or_(asked_by_me(approvals), current_member() == any_(approvals.own_of_ids))


def in_force(delegations: Any) -> ColumnElement[bool]:
    """Whether a delegation holds at the tenant's now."""
    return and_(delegations.starts_at <= current_instant(), current_instant() < delegations.ends_at)


def sits_there(seats: Any) -> ColumnElement[bool]:
    """Whether a seat is the acting member's own."""
    mine: ColumnElement[bool] = seats.assignee_id == current_member()
    return mine


def stands_in(seats: Any) -> ColumnElement[bool]:
    """Whether the acting member decides at the tenant's now for who sits there."""
    given = another(ApprovalDelegation)
    to_me = (given.delegator_id == seats.assignee_id, given.delegate_id == current_member())
    return select(given.id).where(*to_me, in_force(given)).exists()


def still_open(seats: Any) -> ColumnElement[bool]:
    """Whether nobody has decided from a seat yet."""
    return or_(seats.state == TaskState.WAITING, seats.state == TaskState.HELD)


def _has_voice(seats: Any) -> ColumnElement[bool]:
    """Whether the acting member has a voice of their own beside a seat, in its step."""
    other = another(ApprovalTask)
    for_the_same = and_(
        func.coalesce(other.seat_reason == SeatReason.DELEGATED, false()), other.instead_of_id == seats.assignee_id
    )
    return (
        select(other.id)
        .where(
            other.approval_id == seats.approval_id,
            other.assignee_id == current_member(),
            other.step == seats.step,
            other.round == seats.round,
            other.state != TaskState.VOID,
            not_(func.coalesce(for_the_same, false())),
        )
        .exists()
    )


def _passed_on_by_stand_ins(approvals: Any, seats: Any) -> ColumnElement[bool]:
    step = approvals.chain.op("->")("steps").op("->")(cast(seats.step, Integer))
    return func.coalesce(cast(step.op("->>")("delegates_may_transfer"), Boolean), false())


def _decides(seats: Any, own: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the acting member is to decide now from a seat; `own` says whether it is their own matter."""
    for_somebody = and_(stands_in(seats), not_(own), not_(_has_voice(seats)))
    return and_(seats.state == TaskState.WAITING, or_(sits_there(seats), for_somebody))


def _passes_on(approvals: Any, seats: Any) -> ColumnElement[bool]:
    """Whether the acting member may give a seat to somebody else: their own, or that of somebody away where the step
    allows it."""
    for_somebody = and_(stands_in(seats), not_(own_matter(approvals)), _passed_on_by_stand_ins(approvals, seats))
    return and_(still_open(seats), or_(sits_there(seats), for_somebody))


def _asks_others(seats: Any) -> ColumnElement[bool]:
    """Whether the acting member may ask somebody to decide beside them."""
    return and_(seats.state == TaskState.WAITING, sits_there(seats), seats.anchor_id.is_(None))


def _somewhere(approvals: Any, condition: Any) -> ColumnElement[bool]:
    seat = another(ApprovalTask)
    return select(seat.id).where(seat.approval_id == approvals.id, condition(seat)).exists()


def waiting_for_me(approvals: Any) -> ColumnElement[bool]:
    """What the acting member is to decide now, for themselves or for somebody who is away."""
    return _somewhere(approvals, lambda seat: _decides(seat, own_matter(approvals)))


def passable_by_me(approvals: Any) -> ColumnElement[bool]:
    """Whether the acting member may pass a seat on."""
    return _somewhere(approvals, lambda seat: _passes_on(approvals, seat))


def may_ask_others(approvals: Any) -> ColumnElement[bool]:
    """Whether the acting member may ask somebody to decide beside them."""
    return _somewhere(approvals, _asks_others)


def my_waiting_tasks(seats: Any) -> ColumnElement[bool]:
    """The seats from which the acting member is to decide now, for themselves or for somebody who is away."""
    asked = another(Approval)
    # A condition refers to the statement just around it, so the one within the other doesn't name the seat.
    own = select(asked.id).where(asked.id == seats.approval_id, own_matter(asked)).exists()
    return func.coalesce(_decides(seats, own), false())


def kept_from_deciding(approvals: Any, why: Obstacle) -> ColumnElement[bool]:
    """Whether there is a seat from which the acting member would decide, were it not for this: their own matter
    (OWN_MATTER, for requests too), their own voice in the step, or that somebody else decides first."""

    def kept(seat: Any) -> ColumnElement[bool]:
        for_somebody = and_(not_(sits_there(seat)), stands_in(seat))
        own = own_matter(approvals)
        match why:
            case Obstacle.OWN_MATTER:
                return and_(for_somebody, own)
            case Obstacle.TWO_VOICES:
                return and_(for_somebody, not_(own), _has_voice(seat))
            case Obstacle.HELD:
                free = and_(for_somebody, not_(own), not_(_has_voice(seat)))
                return and_(seat.state == TaskState.HELD, or_(sits_there(seat), free))
        raise ValueError(why)

    return _somewhere(approvals, lambda seat: and_(still_open(seat), kept(seat)))


def kept_from_passing_on(approvals: Any) -> ColumnElement[bool]:
    """Whether there is a seat that the acting member would pass on, were it not their own request or matter."""

    def kept(seat: Any) -> ColumnElement[bool]:
        allowed = and_(not_(sits_there(seat)), stands_in(seat), _passed_on_by_stand_ins(approvals, seat))
        return and_(still_open(seat), allowed, own_matter(approvals))

    return _somewhere(approvals, kept)


def kept_from_asking(approvals: Any, why: Obstacle) -> ColumnElement[bool]:
    """Whether the acting member has a seat beside which they would ask somebody, were it not that they were asked to
    decide beside somebody themselves (ADDED_SEAT), or that somebody else decides first (HELD)."""

    def kept(seat: Any) -> ColumnElement[bool]:
        added: ColumnElement[bool] = seat.anchor_id.is_not(None)
        if why is Obstacle.ADDED_SEAT:
            return and_(sits_there(seat), still_open(seat), added)
        return and_(sits_there(seat), seat.state == TaskState.HELD, not_(added))

    return _somewhere(approvals, kept)


def returnable_by_me(approvals: Any) -> ColumnElement[bool]:
    """Whether the acting member decides now in a step before which another was come to, to which it can be returned, as
    `rules.steps.returnable` has it."""
    seat, before, replaced = another(ApprovalTask), another(ApprovalTask), another(ApprovalTask)
    last_replaced = (
        select(func.max(replaced.round))
        .where(replaced.approval_id == approvals.id, replaced.end_reason == EndReason.CHAIN_REPLACED)
        .scalar_subquery()
    )
    # Neighbouring steps with branches are one stage, so some step from the one to the other is alone in its own.
    between = func.generate_series(before.step, seat.step).column_valued()
    apart = select(between).where(
        approvals.chain.op("->")("steps").op("->")(cast(between, Integer)).op("->>")("branch").is_(None)
    )
    there = (
        select(before.id)
        .where(
            before.approval_id == approvals.id,
            before.step < seat.step,
            before.state != TaskState.SKIPPED,
            before.round > func.coalesce(last_replaced, -1),
            apart.exists(),
        )
        .exists()
    )
    mine = _decides(seat, own_matter(approvals))
    return select(seat.id).where(seat.approval_id == approvals.id, mine, there).exists()
