"""What can be done with a resignation by hand, and what keeps one from the rest: the commands' rules in a statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Uuid, and_, cast, false, func, not_, true

from api.reading.mapping import column, listed, one, part
from api.schema.moves import (
    MOVE_AND_STATE,
    blockers,
    codes,
    in_another_state,
    no_instant,
    possible,
    sentence,
    states_of,
)
from api.schema.policies.types import Clause
from domain.kernel.permissions import Permission
from domain.people import queries, rules
from domain.people.rules import BY_HAND, BY_ITS_WRITER, LIFECYCLE, Move, Obstacle, State
from tenancy.actor import Actor
from tenancy.models import current_member
from tenancy.refusals import Refusal

strawberry.enum(Move, name="ResignationMoveName", description="What can be done with a resignation.")
codes(Obstacle, name="ResignationBlockerCode", description="Why something is not possible for you now.")


def _stands(move: Any, obstacle: Obstacle) -> ColumnElement[bool]:
    """Whether an obstacle stands in the way of a listed move, as `rules.obstacles` has it."""
    match obstacle:
        case Obstacle.FORBIDDEN:
            return and_(not_(move.manages), not_(and_(move.own, move.of_writer)))
        case Obstacle.OWN_NOTICE:
            return and_(move.own, move.move == Move.WAIVE.value)
        case Obstacle.WRONG_STATE:
            return in_another_state(move)
        case Obstacle.NO_WAIVER:
            return and_(move.move == Move.WAIVE.value, cast(move.notice_id, Uuid).is_not(None))


def _refusal(code: str, move: str, state: str) -> Refusal:
    return rules.refusal(Obstacle(code), Move(move), State(state))


@part
class ResignationBlocker:
    """Something that keeps you from a move."""

    code: Obstacle = column("A word for programs.")
    message: str = sentence(_refusal)
    clause: Clause | None = one(
        "The clause that keeps you from it, where one does: the notice clause that lets nothing be waived.",
        lambda blocker, clause: and_(
            blocker.code == Obstacle.NO_WAIVER.value, clause.id == cast(blocker.notice_id, Uuid)
        ),
    )
    earliest_at: datetime | None = no_instant()


@part
class ResignationMove:
    """Something that is done with resignations by hand, and whether you can do it with this one now."""

    move: Move = column("What is done.")
    allowed: bool = possible(Obstacle, _stands)
    blockers: list[ResignationBlocker] = blockers(
        Obstacle, _stands, {**MOVE_AND_STATE, "notice_id": lambda move: cast(move.notice_id, Uuid)}
    )


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "move": move,
            "states": states_of(LIFECYCLE, move),
            "manages": actor.may(Permission.PEOPLE_MANAGE),
            "of_writer": move in BY_ITS_WRITER,
        }
        for move in BY_HAND
    ]


def allowed_moves() -> Any:
    """The field of a resignation that tells every move, whether it is possible, and why not."""
    return listed(
        "Everything that is done by hand, whether you can do it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(BY_HAND),
        carrying={
            "state": lambda resignation: resignation.state,
            "notice_id": lambda resignation: queries.unwaivable_by(resignation),
            "own": lambda resignation: func.coalesce(resignation.staff_id == current_member(), false()),
        },
    )
