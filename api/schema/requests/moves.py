"""What can be done with a request, and what keeps one from the rest: the same rules as the commands', inside a
statement."""

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry
from sqlalchemy import and_, false, func, not_, or_, true

from api.reading.mapping import column, listed, part
from api.schema.moves import blockers, in_another_state, possible, sentence, states_of
from domain.kernel.permissions import Permission
from domain.requests import queries, rules
from domain.requests.rules import DUTIES, LIFECYCLE, Move, Obstacle, State
from tenancy.actor import Actor
from tenancy.refusals import Refusal

strawberry.enum(Move, name="RequestMoveName", description="What can be done with a request.")
strawberry.enum(Obstacle, name="RequestBlockerCode", description="Why a move is not possible for you now.")


def _stands(move: Any, obstacle: Obstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move, as `rules.obstacles` has it."""
    match obstacle:
        case Obstacle.FORBIDDEN:
            return not_(move.permitted)
        case Obstacle.NOT_YOURS:
            named = or_(and_(move.of_requester, move.asked), and_(move.of_assignee, move.has))
            return and_(move.permitted, not_(move.assigns), not_(named))
        case Obstacle.OWN_WORK:
            return and_(move.not_of_assignee, move.has)
        case Obstacle.WRONG_STATE:
            return in_another_state(move)


def _refusal(code: str, move: str, state: str) -> Refusal:
    return rules.refusal(Obstacle(code), Move(move), State(state))


@part
class RequestBlocker:
    """Something that keeps you from a move."""

    code: Obstacle = column("A word for programs.")
    message: str = sentence(_refusal)


@part
class RequestMove:
    """Something that is done with requests, and whether you can do it with this one now."""

    move: Move = column("What is done.")
    allowed: bool = possible(Obstacle, _stands)
    blockers: list[RequestBlocker] = blockers(Obstacle, _stands)


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "move": move,
            "states": states_of(LIFECYCLE, move),
            "permitted": actor.may(duty.permission),
            "assigns": actor.may(Permission.REQUESTS_ASSIGN),
            "of_requester": duty.requester,
            "of_assignee": duty.assignee,
            "not_of_assignee": duty.not_by_assignee,
        }
        for move, duty in DUTIES.items()
    ]


def allowed_moves() -> Any:
    """The field of a request that tells every move, whether it is possible, and why not."""
    return listed(
        "Every move, whether you can make it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(Move),
        carrying={
            "state": lambda request: request.state,
            "asked": lambda request: func.coalesce(queries.requested_by_me(request), false()),
            "has": lambda request: func.coalesce(queries.assigned_to_me(request), false()),
        },
    )
