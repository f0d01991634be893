"""What can be done with an invoice, and what keeps one from the rest: the commands' rules in a statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import and_, not_, true

from api.reading.mapping import column, listed, part
from api.schema.moves import blockers, in_another_state, no_clause, no_instant, possible, sentence, states_of
from api.schema.policies.types import Clause
from domain.billing import queries
from domain.billing.rules import duties
from domain.billing.rules.duties import DUTIES, Obstacle
from domain.billing.rules.invoices import LIFECYCLE, Move, State
from tenancy.actor import Actor
from tenancy.refusals import Refusal

strawberry.enum(Move, name="InvoiceMoveName", description="What can be done with an invoice.")
strawberry.enum(Obstacle, name="InvoiceBlockerCode", description="Why something is not possible for you now.")


def _stands(move: Any, obstacle: Obstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move."""
    match obstacle:
        case Obstacle.FORBIDDEN:
            return not_(move.permitted)
        case Obstacle.WRONG_STATE:
            return in_another_state(move)
        case Obstacle.NO_CHARGES:
            return and_(move.move == Move.PAY_CHARGES.value, not_(in_another_state(move)), not_(move.charged))


def _refusal(code: str, move: str, state: str) -> Refusal:
    return duties.refusal(Obstacle(code), Move(move), State(state))


@part
class InvoiceBlocker:
    """Something that keeps you from a move."""

    code: Obstacle = column("A word for programs.")
    message: str = sentence(_refusal)
    clause: Clause | None = no_clause()
    earliest_at: datetime | None = no_instant()


@part
class InvoiceMove:
    """Something that is done with invoices, and whether you can do it with this one now."""

    move: Move = column("What is done.")
    allowed: bool = possible(Obstacle, _stands)
    blockers: list[InvoiceBlocker] = blockers(Obstacle, _stands)


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    return [
        {"move": move, "states": states_of(LIFECYCLE, move), "permitted": actor.may(permission)}
        for move, permission in DUTIES.items()
    ]


def allowed_moves() -> Any:
    """The field of an invoice that tells every move, whether it is possible, and why not."""
    return listed(
        "Every move, whether you can make it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(Move),
        carrying={
            "state": lambda invoice: invoice.state,
            "charged": lambda invoice: queries.charges_outstanding_minor(invoice) > 0,
        },
    )
