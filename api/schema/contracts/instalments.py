"""Instalments of contracts as clients see them: when they fall due, their invoices, and what can be done with them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import and_, literal, not_, or_, true

from api.reading.mapping import Node, column, computed, listed, localized, one, part, shows
from api.schema.access.types import Member
from api.schema.contracts.amendments import ContractAmendment
from api.schema.inputs import given, optional
from api.schema.money import Money, money
from api.schema.moves import blockers, codes, no_clause, no_instant, possible, sentence
from api.schema.policies.types import Clause
from api.schema.presales.types import decimal_text
from domain.billing import commands as billing
from domain.billing.models import Invoice as InvoiceRow
from domain.billing.queries import is_of_instalment
from domain.contracts import commands, models, queries
from domain.contracts.queries import instalments
from domain.contracts.rules import Trigger as Trigger
from domain.contracts.rules import instalments as rules
from domain.contracts.rules.instalments import HINDERS, InstalmentMove, InstalmentObstacle
from tenancy.actor import Actor
from tenancy.refusals import Refusal
from tenancy.work import Work

if TYPE_CHECKING:
    from api.schema.billing.types import Invoice

strawberry.enum(InstalmentMove, name="InstalmentMoveName", description="What is done with instalments of contracts.")
codes(InstalmentObstacle, name="InstalmentBlockerCode", description="Why something is not possible for you now.")


def _stands(move: Any, obstacle: InstalmentObstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move, as the commands have it."""
    if obstacle is InstalmentObstacle.FORBIDDEN:
        return not_(move.permitted)
    concerned = or_(*(move.move == each.value for each in HINDERS[obstacle]))
    return and_(concerned, getattr(move, obstacle.value))


def _refusal(code: str, move: str, _: str) -> Refusal:
    return rules.refusal(InstalmentObstacle(code), InstalmentMove(move))


@part
class InstalmentBlocker:
    """Something that keeps you from a move."""

    code: InstalmentObstacle = column("A word for programs.")
    message: str = sentence(_refusal)
    clause: Clause | None = no_clause()
    earliest_at: datetime | None = no_instant()


@part
class AllowedInstalmentMove:
    """Something that is done with instalments of signed contracts, and whether you can do it with this one now."""

    move: InstalmentMove = column("What is done.")
    allowed: bool = possible(InstalmentObstacle, _stands)
    blockers: list[InstalmentBlocker] = blockers(InstalmentObstacle, _stands)


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    return [{"move": move, "permitted": actor.may(permission)} for move, permission in rules.DUTIES.items()]


@shows(models.ContractInstalment, visible=queries.visible_parts)
class ContractInstalment(Node):
    """One part of a contract's fees. All of them add up to the whole, to the cent. Amendments keep its id."""

    position: int = column("Its place in the schedule, from 1; what an amendment adds comes last.")
    name: str = localized("What it is called, in your language.", "name")
    trigger: Trigger = column("What it falls due with.")
    due_on: date | None = column("The day on which it falls due, where it does by date.")
    falls_due_on: date | None = computed(
        "The day on which it falls due by what is known: of the signature, its date, or its milestone; null before.",
        instalments.due_day_of,
    )
    share_percent: str = computed(
        "Its share of the whole in per cent, as decimal text.", lambda row: decimal_text(row.share_percent)
    )
    net: Money = money("What it comes to before tax.", lambda row: row.net_minor)
    tax: Money = money("The tax on it.", lambda row: row.tax_minor)
    total: Money = money("What is to be paid.", lambda row: row.total_minor)
    added_by: ContractAmendment | None = one("The amendment that brought it; null for the first ones.", "added_by_id")
    dropped_by: ContractAmendment | None = one("The amendment that took it away; null for none.", "dropped_by_id")
    completed_on: date | None = column("When its milestone was reached, or what was delivered accepted; null before.")
    completed_by: Member | None = one("Who said so; null for a program.", "completed_by_id")
    note: str = column("What was said with that; empty before.")
    invoiced_at: datetime | None = column(
        "When it was invoiced: then no amendment changes it; null before, and once its invoice was cancelled."
    )
    invoice: Annotated["Invoice", strawberry.lazy("api.schema.billing.types")] | None = one(
        "Its invoice, if you may see it; null before there is one, and once that was cancelled.",
        lambda here, there: is_of_instalment(there, here),
    )
    allowed_moves: list[AllowedInstalmentMove] = listed(
        "What is done with instalments of signed contracts, whether you can do it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(InstalmentMove),
        carrying={
            "state": lambda _: literal(""),
            **{obstacle.value: partial(instalments.hinders, obstacle) for obstacle in HINDERS},
        },
    )


@strawberry.input(description="A milestone that was reached.")
class CompleteMilestoneInput:
    """A milestone that was reached."""

    instalment_id: UUID = given("The instalment, which falls due with a milestone or an acceptance.")
    completed_on: date = given("The day on which it was reached, or what was delivered accepted; today at the latest.")
    note: str = optional("What there is to say about it.", default="")


async def complete_milestone(work: Work, input: CompleteMilestoneInput) -> models.ContractInstalment:
    """Say that the milestone of an instalment was reached, or what was delivered was accepted: it falls due, and an
    invoice over it is drafted at once. It is not taken back; a wrong invoice is cancelled."""
    return await commands.complete_milestone(
        work, instalment_id=input.instalment_id, completed_on=input.completed_on, note=input.note
    )


@strawberry.input(description="An instalment to invoice.")
class DraftInstalmentInvoiceInput:
    """An instalment to invoice."""

    instalment_id: UUID = given("The instalment, which has fallen due and has no invoice that stands.")


async def draft_instalment_invoice(work: Work, input: DraftInstalmentInvoiceInput) -> InvoiceRow:
    """Draft the invoice of an instalment by hand. Otherwise every instalment gets its draft by itself, at once with the
    signature or its milestone and in the night of its date; once that was cancelled, this is how it gets another."""
    return await billing.draft_instalment(work, instalment_id=input.instalment_id)
