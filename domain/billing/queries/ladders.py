"""What the ladders of one invoice or of several depend on."""

from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import and_, or_, select

from domain.billing.models import DunningStep, Hold, Invoice, PlannedStep
from domain.billing.queries.invoices import charges_of, one_of, payable_minor
from domain.kernel.money import Money
from tenancy.work import Work

Part = TypeVar("Part", DunningStep, PlannedStep)


async def planned_of(work: Work, invoice_id: UUID) -> list[PlannedStep]:
    """The steps that are still to come, the next one first."""
    return await planned_of_several(work, [invoice_id])


async def planned_of_several(work: Work, invoice_ids: Collection[UUID]) -> list[PlannedStep]:
    """The steps of these invoices that are still to come, of each the next one first."""
    found = select(PlannedStep).where(one_of(PlannedStep.invoice_id, invoice_ids))
    return await work.all(found.order_by(PlannedStep.invoice_id, PlannedStep.number))


async def standing_steps(work: Work, invoice_id: UUID) -> list[DunningStep]:
    """The steps that were taken and not stopped before they left, in order."""
    return await standing_steps_of(work, [invoice_id])


async def standing_steps_of(work: Work, invoice_ids: Collection[UUID]) -> list[DunningStep]:
    """`standing_steps` of several invoices, of each in order."""
    taken = select(DunningStep).where(one_of(DunningStep.invoice_id, invoice_ids), DunningStep.withdrawn_at.is_(None))
    return await work.all(taken.order_by(DunningStep.invoice_id, DunningStep.number))


async def holds_of_several(work: Work, invoices: Sequence[Invoice]) -> list[Hold]:
    """Every hold of these invoices, their own and their customers', whether over or not."""
    of_customers = and_(
        one_of(Hold.customer_id, {invoice.customer_id for invoice in invoices}), Hold.invoice_id.is_(None)
    )
    mine = or_(one_of(Hold.invoice_id, [invoice.id for invoice in invoices]), of_customers)
    return await work.all(select(Hold).where(mine).order_by(Hold.id))


def is_of(hold: Hold, invoice: Invoice) -> bool:
    """Whether a hold is an invoice's own, or one of its customer's."""
    if hold.invoice_id is not None:
        return hold.invoice_id == invoice.id
    return hold.customer_id == invoice.customer_id


def by_invoice(parts: Iterable[Part]) -> dict[UUID, list[Part]]:
    """Steps by the invoice that they are of, in their order."""
    found: dict[UUID, list[Part]] = {}
    for part in parts:
        found.setdefault(part.invoice_id, []).append(part)
    return found


async def charges_left(work: Work, invoice: Invoice) -> Money:
    """What is owed of an invoice's fees and interest once the invoice itself is paid."""
    asked = charges_of(await standing_steps(work, invoice.id), invoice.currency).total
    return asked - Money(max(invoice.paid_minor - payable_minor(invoice), 0), invoice.currency)
