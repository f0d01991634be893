"""What you can do with an approval now, and what keeps you from the rest: the commands' rules in a statement."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import strawberry
from sqlalchemy import (
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    Uuid,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
)

from api.reading.mapping import column, computed, listed, one, part, rendered
from api.schema.moves import blockers, codes, possible, unless_suspended
from api.schema.policies.types import Clause
from domain.approvals import queries
from domain.approvals.rules import obstacles
from domain.approvals.rules.obstacles import DUTIES, Act, Obstacle, Place
from domain.approvals.rules.states import State
from tenancy.actor import Actor
from tenancy.language import translate
from tenancy.models import current_instant

strawberry.enum(Act, name="ApprovalMoveName", description="What people do with an approval.")
codes(Obstacle, name="ApprovalBlockerCode", description="Why it is not possible for you now.")

_DEFAULT_HOURS = 24


def _hours(approval: Any) -> ColumnElement[Any]:
    """How often its chain allows haste to be asked for; chains of older handbooks don't say it."""
    return func.coalesce(cast(approval.chain.op("->>")("urge_every_hours"), Integer), literal(_DEFAULT_HOURS))


def _again_at(approval: Any) -> ColumnElement[Any]:
    again_at: ColumnElement[Any] = approval.urged_at + func.make_interval(0, 0, 0, 0, _hours(approval))
    return again_at


def _stands(move: Any, obstacle: Obstacle) -> ColumnElement[bool]:
    """Whether an obstacle stands in the way of a listed move."""
    match obstacle:
        case Obstacle.FORBIDDEN:
            return not_(cast(move.permitted, Boolean))
        case Obstacle.WRONG_STATE:
            return and_(move.only_waiting, move.state != State.WAITING.value, not_(_foreign(move)))
        case Obstacle.NOT_YOURS:
            there = case(
                (move.place == Place.SEAT.value, move.seat),
                (move.place == Place.OWN_SEAT.value, move.asks_others),
                (move.place == Place.PASSABLE_SEAT.value, move.passable),
                else_=true(),
            )
            elsewhere = and_(move.state == State.WAITING.value, not_(there), not_(_kept_otherwise(move)))
            return or_(_foreign(move), elsewhere)
        case Obstacle.TWO_VOICES | Obstacle.HELD | Obstacle.ADDED_SEAT:
            return and_(move.state == State.WAITING.value, _kept_by(move, obstacle))
        case Obstacle.NOT_STUCK:
            stuck = case(
                (move.place == Place.STOP.value, move.stopped),
                (move.place == Place.VACANCY.value, move.vacant),
                else_=true(),
            )
            return and_(move.state == State.WAITING.value, not_(stuck))
        case Obstacle.NO_EARLIER_STEP:
            sits = and_(move.move == Act.RETURN_TO_STEP.value, cast(move.seat, Boolean))
            return and_(move.state == State.WAITING.value, sits, not_(cast(move.returnable, Boolean)))
        case Obstacle.CONDITION_FAILED:
            given = move.place == Place.ANY_SEAT.value
            return and_(move.state == State.WAITING.value, given, cast(move.only_stopped, Boolean))
        case Obstacle.OWN_REQUEST | Obstacle.OWN_MATTER:
            steers = or_(*(move.place == place.value for place in (Place.STOP, Place.VACANCY, Place.ANY_SEAT)))
            asked = cast(move.asked, Boolean)
            concerned = asked if obstacle is Obstacle.OWN_REQUEST else and_(cast(move.own, Boolean), not_(asked))
            return and_(move.state == State.WAITING.value, or_(steers, _kept_by(move, Obstacle.OWN_MATTER)), concerned)
        case Obstacle.NOBODY_TO_URGE:
            nobody = not_(cast(move.somebody, Boolean))
            return and_(move.move == Act.URGE.value, move.state == State.WAITING.value, nobody)
        case Obstacle.TOO_SOON:
            soon = func.coalesce(cast(move.again_at, DateTime(timezone=True)) > current_instant(), false())
            return and_(move.move == Act.URGE.value, move.state == State.WAITING.value, soon)


def _foreign(move: Any) -> ColumnElement[bool]:
    """Whether it is for the requester alone, who somebody else is: that is looked at before how it stands."""
    theirs = or_(cast(move.asked, Boolean), cast(move.instead, Boolean))
    return and_(move.place == Place.REQUESTER.value, not_(theirs))


# What keeps somebody from acting from a seat from which they would: as what it is carried, in which place, and when. It
# counts only where there is no seat that they may act from.
KEPT: Sequence[tuple[str, Place, Obstacle, Callable[[Any], ColumnElement[bool]]]] = [
    *(
        (f"kept_{why.value}", Place.SEAT, why, partial(queries.kept_from_deciding, why=why))
        for why in (Obstacle.OWN_MATTER, Obstacle.TWO_VOICES, Obstacle.HELD)
    ),
    ("passing_kept", Place.PASSABLE_SEAT, Obstacle.OWN_MATTER, queries.kept_from_passing_on),
    *(
        (f"asking_kept_{why.value}", Place.OWN_SEAT, why, partial(queries.kept_from_asking, why=why))
        for why in (Obstacle.ADDED_SEAT, Obstacle.HELD)
    ),
]


def _kept_by(move: Any, obstacle: Obstacle) -> ColumnElement[bool]:
    """Whether this keeps somebody from acting from a seat from which they would."""
    sits = {Place.SEAT: move.seat, Place.OWN_SEAT: move.asks_others, Place.PASSABLE_SEAT: move.passable}
    found = [
        and_(move.place == place.value, cast(getattr(move, name), Boolean), not_(cast(sits[place], Boolean)))
        for name, place, why, _ in KEPT
        if why is obstacle
    ]
    return or_(*found)


def _kept_otherwise(move: Any) -> ColumnElement[bool]:
    return or_(*(_kept_by(move, why) for why in sorted({why for _, _, why, _ in KEPT})))


def _sentence(values: Mapping[str, Any], actor: Actor) -> str:
    """What the command would say."""
    found = obstacles.refusal(Act(values["move"]), Obstacle(values["code"]), values["hours"])
    return translate(found.text, actor.language, found.values)


def _of_the_chain(blocker: Any) -> ColumnElement[bool]:
    return blocker.code == Obstacle.TOO_SOON.value  # type: ignore[no-any-return]  # a row's names are not typed


@part
class ApprovalBlocker:
    """Something that keeps you from it."""

    code: Obstacle = column("A word for programs.")
    message: str = rendered(
        "A sentence for people, in your language.",
        unless_suspended(_sentence),
        code=lambda blocker: blocker.code,
        move=lambda blocker: blocker.move,
        hours=lambda blocker: blocker.hours,
    )
    clause: Clause | None = one(
        "The clause that keeps you from it, where one does.",
        lambda blocker, clause: and_(_of_the_chain(blocker), clause.id == cast(blocker.clause_id, Uuid)),
    )
    earliest_at: datetime | None = computed(
        "When it will be possible, where time alone keeps you from it.",
        lambda blocker: case((_of_the_chain(blocker), cast(blocker.again_at, DateTime(timezone=True))), else_=null()),
    )


@part
class ApprovalMove:
    """Something that is done with approvals, and whether you can do it with this one now."""

    move: Act = column("What is done.")
    allowed: bool = possible(Obstacle, _stands)
    blockers: list[ApprovalBlocker] = blockers(
        Obstacle,
        _stands,
        {
            "move": lambda move: move.move,
            # Said with their types: strawberry's own execution carries them as plain values.
            "hours": lambda move: cast(move.hours, Integer),
            "again_at": lambda move: cast(move.again_at, DateTime(timezone=True)),
            "clause_id": lambda move: cast(move.clause_id, Uuid),
        },
    )


def _carried(condition: Callable[[Any], ColumnElement[bool]], approval: Any) -> Any:
    return select(func.coalesce(condition(approval), false()))


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "move": act,
            "permitted": duty.permission is None or actor.may(duty.permission),
            "only_waiting": duty.only_waiting,
            "place": duty.place,
            "instead": duty.instead is not None and actor.may(duty.instead),
        }
        for act, duty in DUTIES.items()
    ]


def allowed_moves() -> Any:
    """The field of an approval that tells every move, whether it is possible, and why not."""
    return listed(
        "Everything that is done by hand, whether you can do it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(Act),
        carrying={
            "state": lambda approval: approval.state,
            "seat": lambda approval: select(queries.waiting_for_me(approval)),
            "returnable": lambda approval: select(queries.returnable_by_me(approval)),
            "asks_others": lambda approval: select(queries.may_ask_others(approval)),
            "passable": lambda approval: select(queries.passable_by_me(approval)),
            **{name: partial(_carried, condition) for name, _, _, condition in KEPT},
            "only_stopped": lambda approval: select(queries.only_stopped(approval)),
            "stopped": lambda approval: select(queries.stopped(approval)),
            "vacant": lambda approval: select(queries.vacant(approval)),
            "somebody": lambda approval: select(queries.waiting_for_somebody(approval)),
            "own": lambda approval: func.coalesce(queries.own_matter(approval), false()),
            "asked": lambda approval: func.coalesce(queries.asked_by_me(approval), false()),
            "hours": _hours,
            "again_at": _again_at,
            "clause_id": lambda approval: approval.clause_id,
        },
    )
