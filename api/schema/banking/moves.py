"""What can be made of a line of the bank, and what keeps one from the rest: the commands' rules in a statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import and_, not_, or_, select, true

from api.reading.mapping import column, listed, part
from api.schema.moves import blockers, codes, in_another_state, no_clause, no_instant, possible, sentence
from api.schema.policies.types import Clause
from domain.banking import queries
from domain.banking.rules import duties
from domain.banking.rules.duties import FROM, Move, Obstacle
from domain.banking.rules.lines import LineState
from domain.billing.models import Payment, Refund
from tenancy.actor import Actor
from tenancy.refusals import Refusal
from tenancy.rows import another

strawberry.enum(Move, name="BankLineMoveName", description="What can be made of a line of the bank.")
codes(Obstacle, name="BankLineBlockerCode", description="Why something is not possible for you now.")


def _stands(move: Any, obstacle: Obstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move."""
    here = not_(in_another_state(move))
    match obstacle:
        case Obstacle.FORBIDDEN:
            return not_(move.permitted)
        case Obstacle.WRONG_STATE:
            return in_another_state(move)
        case Obstacle.OUTGOING:
            return and_(here, move.incoming_only, not_(move.incoming))
        case Obstacle.REFUNDED:
            return and_(here, move.move == Move.REOPEN.value, move.refunded)


def _refusal(code: str, _: str, state: str) -> Refusal:
    return duties.refusal(Obstacle(code), LineState(state))


@part
class BankLineBlocker:
    """Something that keeps you from a move."""

    code: Obstacle = column("A word for programs.")
    message: str = sentence(_refusal)
    clause: Clause | None = no_clause()
    earliest_at: datetime | None = no_instant()


@part
class BankLineMove:
    """Something that is made of lines of the bank, and whether you can make it of this one now."""

    move: Move = column(
        "What is done: BOOK by bookBankLine or bookSuggestedBankLines, LINK by linkBankLine, and so on."
    )
    allowed: bool = possible(Obstacle, _stands)
    blockers: list[BankLineBlocker] = blockers(Obstacle, _stands)


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "move": move,
            "states": "".join(f",{state.value}," for state in sorted(states)),
            "permitted": actor.may(duties.NEEDED),
            "incoming_only": move in (Move.BOOK, Move.LINK),
        }
        for move, states in FROM.items()
    ]


def _refunded(line: Any) -> Any:
    """Whether a part of the payment that was recorded by a line has been paid back or exchanged, so that it stays."""
    refunds, exchanges = another(Refund), another(Payment)
    paid_back = select(refunds.id).where(refunds.payment_id == line.payment_id)
    exchanged = select(exchanges.id).where(
        exchanges.exchanged_from_id == line.payment_id, exchanges.reversed_on.is_(None)
    )
    return and_(not_(line.linked), or_(paid_back.exists(), exchanged.exists()))


def allowed_moves() -> Any:
    """The field of a line that tells every move, whether it is possible, and why not."""
    return listed(
        "Every move, whether you can make it now, and what keeps you from it. What the books, the handbook or the"
        " payment's own invoices say besides, you hear when you make it.",
        _moves,
        lambda *_: true(),
        most=len(Move),
        carrying={"state": lambda line: line.state, "incoming": queries.is_incoming, "refunded": _refunded},
    )
