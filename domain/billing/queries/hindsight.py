"""Invoices as they were dunned, for whoever tries another ladder on them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, func, select

from domain.billing.models import Allocation, CreditNote, DunningStep, Hold, Invoice
from domain.billing.queries.invoices import one_of
from domain.billing.rules.invoices import CLOSED
from tenancy import models
from tenancy.journal import JournalEntry
from tenancy.work import Work


@dataclass(frozen=True)
class Dunned:
    """An invoice as it was dunned: the steps that stand, in their order, what came in or was credited, what held it up,
    and since when nobody is dunned for it any more."""

    invoice: Invoice
    steps: list[DunningStep]
    payments: list[Allocation]
    credit_notes: list[CreditNote]
    holds: list[Hold]
    # None while it is open.
    closed_at: datetime | None


def _fell_due(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(Invoice.due_on >= since.date(), Invoice.due_on < until.date(), Invoice.customer_tier.is_not(None))


async def dunned_count(work: Work, *, since: datetime, until: datetime) -> int:
    """How many invoices `dunned` gives in all."""
    return int(await work.value(select(func.count(Invoice.id)).where(_fell_due(since, until))))


async def dunned(work: Work, *, since: datetime, until: datetime, after_id: UUID | None, most: int) -> list[Dunned]:
    """Invoices that fell due in a stretch of time, behind an id, whatever became of them: six statements for all."""
    found = select(Invoice).where(_fell_due(since, until)).order_by(Invoice.id).limit(most)
    invoices = await work.all(found if after_id is None else found.where(Invoice.id > after_id))
    closed = await _closed_at(work, [invoice.id for invoice in invoices if invoice.state in CLOSED])
    gone = {invoice.id: Dunned(invoice, [], [], [], [], closed.get(invoice.id)) for invoice in invoices}
    if not gone:
        return []
    standing = and_(one_of(DunningStep.invoice_id, gone.keys()), DunningStep.withdrawn_at.is_(None))
    for step in await work.all(select(DunningStep).where(standing).order_by(DunningStep.number)):
        gone[step.invoice_id].steps.append(step)
    counting = and_(one_of(Allocation.invoice_id, gone.keys()), Allocation.reversed_on.is_(None))
    for payment in await work.all(select(Allocation).where(counting)):
        gone[payment.invoice_id].payments.append(payment)
    for note in await work.all(select(CreditNote).where(one_of(CreditNote.invoice_id, gone.keys()))):
        gone[note.invoice_id].credit_notes.append(note)
    customers_of = {invoice.customer_id for invoice in invoices}
    for hold in await work.all(select(Hold).where(one_of(Hold.customer_id, customers_of))):
        for each in gone.values():
            if hold.invoice_id == each.invoice.id or (
                hold.invoice_id is None and hold.customer_id == each.invoice.customer_id
            ):
                each.holds.append(hold)
    return list(gone.values())


async def _closed_at(work: Work, ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Since when these invoices are paid, cancelled or written off, by what the journal says of their states. One that
    a credit note settled is not told of there."""
    if not ids:
        return {}
    entries = (JournalEntry.subject_kind == Invoice.__tablename__, one_of(JournalEntry.subject_id, ids))
    state = JournalEntry.changes.op("->")("state").op("->>", return_type=Text())(1)
    closing = models.one_of(state, sorted(CLOSED))
    found = select(JournalEntry.subject_id, func.max(JournalEntry.at).label("at")).where(*entries, closing)
    return {row["subject_id"]: row["at"] for row in await work.rows(found.group_by(JournalEntry.subject_id))}
