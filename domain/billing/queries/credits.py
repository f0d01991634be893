"""What was credited of an invoice, and what is left of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, true

from domain.billing.models import CreditNote, CreditNoteTax, Invoice, InvoiceTax
from domain.billing.queries.invoices import visible_of_customer
from domain.billing.rules import credits
from domain.kernel.amounts import RateTotal
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from tenancy.actor import Actor
from tenancy.rows import another
from tenancy.work import Work


def visible_note_parts(actor: Actor, parts: Any) -> ColumnElement[bool]:
    """What a credit note takes off each rate is seen with it. `parts` is that table or an alias of it."""
    if actor.may(Permission.BILLING_READ):
        return true()
    notes = another(CreditNote)
    return select(notes.id).where(notes.id == parts.credit_note_id, visible_of_customer(actor, notes)).exists()


async def taxes_of(work: Work, invoice_id: UUID) -> list[InvoiceTax]:
    """What the lines of each rate of an invoice come to, the highest rate first."""
    own = select(InvoiceTax).where(InvoiceTax.invoice_id == invoice_id)
    return await work.all(own.order_by(InvoiceTax.tax_percent.desc()))


async def credit_notes_of(work: Work, invoice_id: UUID) -> list[CreditNote]:
    """The credit notes of an invoice, in order."""
    return await work.all(select(CreditNote).where(CreditNote.invoice_id == invoice_id).order_by(CreditNote.id))


async def taxes_of_note(work: Work, note_id: UUID) -> list[CreditNoteTax]:
    """What a credit note takes off each rate, the highest rate first."""
    own = select(CreditNoteTax).where(CreditNoteTax.credit_note_id == note_id)
    return await work.all(own.order_by(CreditNoteTax.tax_percent.desc()))


async def left_to_credit(work: Work, invoice: Invoice) -> list[RateTotal]:
    """What remains of each rate of an invoice."""
    credited = select(CreditNoteTax).where(
        CreditNoteTax.credit_note_id == CreditNote.id, CreditNote.invoice_id == invoice.id
    )
    billed = await taxes_of(work, invoice.id)
    return credits.left(as_rates(billed), as_rates(await work.all(credited)))


def as_rates(rows: list[InvoiceTax] | list[CreditNoteTax]) -> list[RateTotal]:
    """Stored sums as the rules know them."""
    return [
        RateTotal(row.tax_percent, Money(row.net_minor, row.currency), Money(row.tax_minor, row.currency))
        for row in rows
    ]
