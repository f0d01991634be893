"""What can be done with an invoice, and what keeps one from the rest: the commands' rules in a statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Uuid, and_, case, cast, func, not_, null, or_, select, true

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
from domain.approvals import queries as approvals
from domain.billing import queries
from domain.billing.commands.waiting import PURPOSES
from domain.billing.rules import duties
from domain.billing.rules.duties import DUTIES, Obstacle
from domain.billing.rules.invoices import LIFECYCLE, Move, State
from domain.customers import queries as customers
from domain.kernel.subjects import SubjectKind
from domain.policies import queries as policies
from tenancy.actor import Actor
from tenancy.refusals import Refusal

strawberry.enum(Move, name="InvoiceMoveName", description="What can be done with an invoice.")
codes(Obstacle, name="InvoiceBlockerCode", description="Why something is not possible for you now.")


def _chain_of(move: Any) -> ColumnElement[Any]:
    """The clause by whose chain a move is approved, or nothing."""
    return case(
        *((move.move == name.value, cast(getattr(move, f"{each}_chain_id"), Uuid)) for each, name in PURPOSES.items()),
        else_=null(),
    )


def _stands(move: Any, obstacle: Obstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move."""
    here = not_(in_another_state(move))
    match obstacle:
        case Obstacle.FORBIDDEN:
            return not_(move.permitted)
        case Obstacle.WRONG_STATE:
            return in_another_state(move)
        case Obstacle.NO_CHARGES:
            return and_(move.move == Move.PAY_CHARGES.value, here, not_(move.charged))
        case Obstacle.PEOPLE_ONLY:
            return and_(here, not_(move.by_people), _chain_of(move).is_not(None))
        case Obstacle.AWAITS_APPROVAL:
            by_approval = or_(*(move.move == name.value for name in PURPOSES.values()))
            return and_(here, by_approval, move.waits)


def _refusal(code: str, move: str, state: str) -> Refusal:
    return duties.refusal(Obstacle(code), Move(move), State(state))


# Said with their types: strawberry's own execution carries them as plain values.
_CHAIN_IDS = {
    f"{each}_chain_id": lambda move, each=each: cast(getattr(move, f"{each}_chain_id"), Uuid) for each in PURPOSES
} | {"waiting_chain_id": lambda move: cast(move.waiting_chain_id, Uuid)}


@part
class InvoiceBlocker:
    """Something that keeps you from a move."""

    code: Obstacle = column("A word for programs.")
    message: str = sentence(_refusal)
    clause: Clause | None = one(
        "The clause that keeps you from it, where one does: the chain by which it, or what waits, is approved.",
        lambda blocker, clause: or_(
            and_(blocker.code == Obstacle.PEOPLE_ONLY.value, clause.id == _chain_of(blocker)),
            and_(blocker.code == Obstacle.AWAITS_APPROVAL.value, clause.id == cast(blocker.waiting_chain_id, Uuid)),
        ),
    )
    earliest_at: datetime | None = no_instant()


@part
class InvoiceMove:
    """Something that is done with invoices, and whether you can do it with this one now."""

    move: Move = column("What is done.")
    allowed: bool = possible(Obstacle, _stands)
    blockers: list[InvoiceBlocker] = blockers(Obstacle, _stands, {**MOVE_AND_STATE, **_CHAIN_IDS})


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "move": move,
            "states": states_of(LIFECYCLE, move),
            "permitted": actor.may(permission),
            "by_people": actor.is_member,
        }
        for move, permission in DUTIES.items()
    ]


def _approving() -> dict[str, Any]:
    """Of each move that a chain may decide on: the clause that lays it down; and what waits about the invoice."""
    found: dict[str, Any] = {
        "waits": lambda invoice: select(
            or_(*(approvals.waits_about(SubjectKind.INVOICE, invoice.id, each) for each in PURPOSES))
        ),
        "waiting_chain_id": lambda invoice: approvals.waiting_chain_id(SubjectKind.INVOICE, invoice.id),
    }
    for each in PURPOSES:
        found[f"{each}_chain_id"] = lambda invoice, each=each: policies.chain_id(
            SubjectKind.INVOICE, each, func.coalesce(invoice.customer_tier, customers.tier_of(invoice.customer_id))
        )
    return found


def allowed_moves() -> Any:
    """The field of an invoice that tells every move, whether it is possible, and why not."""
    return listed(
        "Every move, whether you can make it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(Move),
        carrying={
            "state": lambda invoice: invoice.state,
            **_approving(),
            "charged": lambda invoice: queries.charges_outstanding_minor(invoice) > 0,
        },
    )
