"""Drafting an invoice, and issuing it with its number."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.billing.commands import planning
from domain.billing.commands.waiting import end_approvals, lock_approvals
from domain.billing.events import InvoiceDrafted, InvoiceIssued
from domain.billing.models import Invoice, InvoiceLine
from domain.billing.rules.invoices import LIFECYCLE, Line, Move, check_currency, due_day, sums
from domain.customers import queries as customers
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.policies import queries as policies
from tenancy.numbers import next_number
from tenancy.refusals import Invalid, message
from tenancy.work import Work

NUMBERS = "invoices"


@command(needs=Permission.BILLING_INVOICE)
async def draft_invoice(work: Work, *, customer_id: UUID, currency: str, lines: Sequence[Line]) -> Invoice:
    """Write an invoice that is not yet owed and has no number (AR-1)."""
    customer = await customers.get(work, customer_id, "customerId")
    if not customer.active:
        raise Invalid(message("This customer is inactive and gets no new invoices."), path=("customerId",))
    found = sums(lines, check_currency(currency))
    invoice = work.add(
        Invoice(
            customer_id=customer_id,
            currency=currency,
            drafted_at=work.now,
            net_minor=found.net.minor,
            tax_minor=found.tax.minor,
            total_minor=found.total.minor,
        )
    )
    for position, line in enumerate(lines, start=1):
        work.add(
            InvoiceLine(
                invoice_id=invoice.id,
                position=position,
                description=line.description,
                quantity=line.quantity,
                unit_price_minor=line.unit_price.minor,
                tax_percent=line.tax_percent,
                net_minor=line.net.minor,
                tax_minor=line.tax.minor,
                currency=currency,
            )
        )
    work.record(InvoiceDrafted(invoice_id=invoice.id), about=invoice)
    return invoice


@command(needs=Permission.BILLING_INVOICE)
async def issue_invoice(
    work: Work, *, invoice_id: UUID, due_on: date | None = None, payment_days: int | None = None
) -> Invoice:
    """Number an invoice and ask for its payment, by a day or within calendar days; its ladder is planned at once.

    It keeps the handbook in force now, and the customer's present importance, for as long as it is open. Whoever was to
    agree to its cancellation had a draft before them, so that is void.
    """
    await lock_approvals(work, invoice_id)
    invoice = await planning.lock_one(work, invoice_id)
    invoice.state = LIFECYCLE.next(invoice.state, Move.ISSUE)
    customer = await customers.get(work, invoice.customer_id)
    version = await policies.version_in_force(work)
    today = today_of(work)
    invoice.issued_on = invoice.base_after_on = today
    invoice.due_on = invoice.base_on = due_day(today, due_on, payment_days)
    invoice.customer_tier = customer.tier
    invoice.handbook_version_id = version.id if version is not None else None
    await planning.replan(work, invoice)
    await end_approvals(work, invoice.id)
    # Last, for others who want a number wait from here on.
    invoice.number = await next_number(work, NUMBERS)
    work.record(InvoiceIssued(invoice_id=invoice.id, due_on=invoice.due_on), about=invoice)
    return invoice


def today_of(work: Work) -> date:
    """The day it is in the company's zone."""
    return work.now.astimezone(ZoneInfo(work.opening.zone)).date()
