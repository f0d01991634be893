"""What can be done with a quotation, and what keeps one from the rest: the commands' rules in a statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import Text, Uuid, and_, cast, func, not_, or_, true

from api.reading.asking import asked
from api.reading.mapping import column, listed, one, part, rendered
from api.schema.moves import (
    MOVE_AND_STATE,
    blockers,
    codes,
    in_another_state,
    no_instant,
    possible,
    states_of,
    unless_suspended,
)
from api.schema.policies.types import Clause
from domain.presales.queries import quotations as queries
from domain.presales.queries.submitting import unready_quotations
from domain.presales.rules import quotations as rules
from domain.presales.rules.quotations import DUTIES, QUOTATIONS, QuotationMove, QuotationObstacle, QuotationState
from tenancy.actor import Actor
from tenancy.language import translate

strawberry.enum(QuotationMove, name="QuotationMoveName", description="What is done with quotations.")
codes(QuotationObstacle, name="QuotationBlockerCode", description="Why something is not possible for you now.")
_ANSWERS = (QuotationMove.ACCEPT, QuotationMove.DECLINE)
_OFFERS = (QuotationMove.SUBMIT, QuotationMove.SEND)
_UNREADY = asked("presales_unready_quotations", unready_quotations)
# What the clauses in force say of a draft, which is judged before the statement runs.
_BY_CLAUSES = (QuotationObstacle.PEOPLE_ONLY, QuotationObstacle.NO_CLAUSE, QuotationObstacle.NOT_GRANTED)


def _of_unready(row: Any, part: str) -> Any:
    found = _UNREADY().op("->")(cast(row.id, Text)).op("->>")(part)
    return func.coalesce(cast(found, Text), "")


def _stands(move: Any, obstacle: QuotationObstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move, as the commands have it."""
    here = not_(in_another_state(move))
    match obstacle:
        case QuotationObstacle.FORBIDDEN:
            return not_(move.permitted)
        case QuotationObstacle.WRONG_STATE:
            return in_another_state(move)
        case QuotationObstacle.NO_GO:
            return and_(or_(*(move.move == each.value for each in _OFFERS)), here, move.stopped)
        case QuotationObstacle.EXPIRED:
            return and_(move.answers, here, move.expired)
        case QuotationObstacle.NO_SOLUTION:
            return and_(move.move == QuotationMove.SEND.value, here, move.lacks_solution)
        case _:
            judged = cast(move.judged, Text) == obstacle.value
            return and_(move.move == QuotationMove.SUBMIT.value, here, judged)


def _sentence(values: Mapping[str, Any], actor: Actor) -> str:
    """What the command would say; what the clauses say of a draft says itself."""
    obstacle = QuotationObstacle(values["code"])
    if obstacle in _BY_CLAUSES:
        return str(values["said"])
    found = rules.refusal(obstacle, QuotationMove(values["move"]), QuotationState(values["state"]))
    return translate(found.text, actor.language, found.values)


def _of_clause(blocker: Any, clause: Any) -> Any:
    judged = or_(*(blocker.code == each.value for each in _BY_CLAUSES))
    lacking = blocker.code == QuotationObstacle.NO_SOLUTION.value
    return or_(
        and_(judged, clause.id == cast(func.nullif(cast(blocker.clause_id, Text), ""), Uuid)),
        and_(lacking, clause.id == cast(blocker.own_clause_id, Uuid)),
        and_(blocker.code == QuotationObstacle.NO_GO.value, clause.id == cast(blocker.go_clause_id, Uuid)),
    )


@part
class QuotationBlocker:
    """Something that keeps you from a move."""

    code: QuotationObstacle = column("A word for programs.")
    message: str = rendered(
        "A sentence for people, in your language.",
        unless_suspended(_sentence),
        code=lambda blocker: blocker.code,
        said=lambda blocker: blocker.said,
        **MOVE_AND_STATE,
    )
    clause: Clause | None = one(
        "The clause that keeps you from it, where one does: the discount limit, or the chain that decides on it.",
        _of_clause,
    )
    earliest_at: datetime | None = no_instant()


@part
class AllowedQuotationMove:
    """Something that people do with quotations, and whether you can do it with this one now."""

    move: QuotationMove = column("What is done.")
    allowed: bool = possible(QuotationObstacle, _stands)
    blockers: list[QuotationBlocker] = blockers(
        QuotationObstacle,
        _stands,
        {
            **MOVE_AND_STATE,
            # Said with their types: strawberry's own execution carries them as plain values.
            "said": lambda move: cast(move.said, Text),
            "clause_id": lambda move: cast(move.clause_id, Text),
            "own_clause_id": lambda move: cast(move.own_clause_id, Uuid),
            "go_clause_id": lambda move: cast(move.go_clause_id, Uuid),
        },
    )


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "move": move,
            "states": states_of(QUOTATIONS, move),
            "permitted": actor.may(permission),
            "answers": move in _ANSWERS,
        }
        for move, permission in DUTIES.items()
    ]


def allowed_moves() -> Any:
    """The field of a quotation that tells what people can do with it."""
    return listed(
        "Everything that people do with quotations, whether you can do it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(QuotationMove),
        carrying={
            "state": lambda row: row.state,
            "expired": queries.expired,
            "judged": lambda row: _of_unready(row, "code"),
            "said": lambda row: _of_unready(row, "said"),
            "clause_id": lambda row: _of_unready(row, "clause_id"),
            "lacks_solution": queries.lacks_solution,
            "own_clause_id": lambda row: row.clause_id,
            "stopped": queries.is_stopped,
            "go_clause_id": queries.evaluation_clause_of,
        },
    )
