"""What can be done with a complaint, and what keeps one from the rest: the commands' rules in a statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import and_, false, func, not_, or_, true

from api.reading.mapping import column, listed, part
from api.schema.moves import blockers, codes, in_another_state, no_clause, no_instant, possible, sentence, states_of
from api.schema.policies.types import Clause
from domain.feedback.queries import complaints as queries
from domain.feedback.rules import complaints as rules
from domain.feedback.rules.complaints import COMPLAINTS, DUTIES, ComplaintObstacle, ComplaintState
from domain.feedback.rules.complaints import ComplaintMove as Move
from domain.kernel.permissions import Permission
from tenancy.actor import Actor
from tenancy.refusals import Refusal

strawberry.enum(Move, name="ComplaintMoveName", description="What can be done with a complaint.")
codes(ComplaintObstacle, name="ComplaintBlockerCode", description="Why a move is not possible for you now.")


def _stands(move: Any, obstacle: ComplaintObstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move, as `rules.obstacles` has it."""
    match obstacle:
        case ComplaintObstacle.FORBIDDEN:
            return not_(move.permitted)
        case ComplaintObstacle.NOT_YOURS:
            named = or_(and_(move.of_handler, move.handles), and_(move.of_bringer, move.brought))
            return and_(move.permitted, not_(move.manages), not_(named))
        case ComplaintObstacle.CONCERNS_YOU:
            return move.concerns
        case ComplaintObstacle.OWN_COMPLAINT:
            return and_(move.not_of_bringer, move.own)
        case ComplaintObstacle.WRONG_STATE:
            return in_another_state(move)


def _refusal(code: str, move: str, state: str) -> Refusal:
    return rules.refusal(ComplaintObstacle(code), Move(move), ComplaintState(state))


@part
class ComplaintBlocker:
    """Something that keeps you from a move."""

    code: ComplaintObstacle = column("A word for programs.")
    message: str = sentence(_refusal)
    clause: Clause | None = no_clause()
    earliest_at: datetime | None = no_instant()


@part
class ComplaintMove:
    """Something that is done with complaints, and whether you can do it with this one now."""

    move: Move = column("What is done.")
    allowed: bool = possible(ComplaintObstacle, _stands)
    blockers: list[ComplaintBlocker] = blockers(ComplaintObstacle, _stands)


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    manages, handles = actor.may(Permission.FEEDBACK_MANAGE), actor.may(Permission.FEEDBACK_HANDLE)
    return [
        {
            "move": move,
            "states": states_of(COMPLAINTS, move),
            "permitted": actor.may(duty.permission) or manages or (duty.handler and handles),
            "manages": manages,
            "of_handler": duty.handler,
            "of_bringer": duty.bringer,
            "not_of_bringer": duty.not_by_bringer,
        }
        for move, duty in DUTIES.items()
    ]


def complaint_moves() -> Any:
    """The field of a complaint that tells every move, whether it is possible, and why not."""
    return listed(
        "Every move, whether you can make it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(Move),
        carrying={
            "state": lambda complaint: complaint.state,
            "handles": lambda complaint: func.coalesce(queries.handled_by_me(complaint), false()),
            "brought": lambda complaint: func.coalesce(queries.brought_by_me(complaint), false()),
            "own": lambda complaint: func.coalesce(queries.own(complaint), false()),
            "concerns": lambda complaint: func.coalesce(queries.about_me(complaint), false()),
        },
    )
