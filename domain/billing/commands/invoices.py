"""Drafting an invoice, and issuing it with its number."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.billing.commands import planning
from domain.billing.commands.waiting import end_approvals, lock_approvals
from domain.billing.events import InvoiceDrafted, InvoiceIssued
from domain.billing.models import Invoice, InvoiceLine, InvoiceTax
from domain.billing.rules.invoices import LIFECYCLE, Move, due_day
from domain.contracts import queries as contracts
from domain.customers import queries as customers
from domain.kernel.amounts import TaxRounding, Totals, read_currency
from domain.kernel.command import command
from domain.kernel.lines import Line, line_taxes, sums
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.terms import CustomerTier
from domain.policies import queries as policies
from domain.policies.commands import cite
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds.money import PaymentTerms
from domain.policies.rules.scopes import Scope
from tenancy.numbers import next_number
from tenancy.refusals import Invalid, message
from tenancy.work import Work

NUMBERS = "invoices"


@command(needs=Permission.BILLING_INVOICE)
async def draft_invoice(work: Work, *, customer_id: UUID, currency: str, lines: Sequence[Line]) -> Invoice:
    """Write an invoice that is not yet owed and has no number (AR-1); its tax is rounded as the payment terms say."""
    customer = await customers.get(work, customer_id, "customerId")
    if not customer.active:
        raise Invalid(message("This customer is inactive and gets no new invoices."), path=("customerId",))
    terms = await payment_terms(work, Scope(customer_tier=customer.tier))
    rounding = terms.value.tax_rounding if terms is not None else TaxRounding.PER_LINE
    found = sums(lines, read_currency(currency), rounding)
    invoice = add(work, customer_id=customer_id, currency=currency, lines=lines, found=found, rounding=rounding)
    if terms is not None:
        cite(
            work,
            terms,
            about=Subject(SubjectKind.INVOICE, invoice.id),
            decision="billing.tax",
            inputs={"customer_tier": customer.tier, "net_minor": found.net.minor},
            result={"tax_rounding": rounding, "tax_minor": found.tax.minor},
        )
    return invoice


def add(
    work: Work,
    *,
    customer_id: UUID,
    currency: str,
    lines: Sequence[Line],
    found: Totals,
    rounding: TaxRounding,
    contract_id: UUID | None = None,
    instalment_id: UUID | None = None,
) -> Invoice:
    """A draft with its lines and what they come to."""
    invoice = work.add(
        Invoice(
            customer_id=customer_id,
            currency=currency,
            drafted_at=work.now,
            net_minor=found.net.minor,
            tax_minor=found.tax.minor,
            total_minor=found.total.minor,
            tax_rounding=rounding,
            contract_id=contract_id,
            instalment_id=instalment_id,
        )
    )
    _write_down(work, invoice, lines, found)
    work.record(InvoiceDrafted(invoice_id=invoice.id), about=invoice)
    return invoice


@command(needs=Permission.BILLING_INVOICE)
async def issue_invoice(
    work: Work, *, invoice_id: UUID, due_on: date | None = None, payment_days: int | None = None
) -> Invoice:
    """Number an invoice and ask for its payment, by a day or within calendar days; its ladder is planned at once.

    Without either it is due as the customer's payment terms say. It keeps the handbook in force now, and the customer's
    present importance, for as long as it is open. Whoever was to agree to its cancellation had a draft before them, so
    that is void.
    """
    await lock_approvals(work, invoice_id)
    invoice = await planning.lock_one(work, invoice_id)
    invoice.state = LIFECYCLE.next(invoice.state, Move.ISSUE)
    customer = await customers.get(work, invoice.customer_id)
    version = await policies.version_in_force(work)
    today = today_of(work)
    invoice.issued_on = invoice.base_after_on = today
    if due_on is None and payment_days is None:
        invoice.due_on = await _due_by_terms(work, invoice, customer.tier, today)
    else:
        invoice.due_on = due_day(today, due_on, payment_days)
    invoice.base_on = invoice.due_on
    invoice.customer_tier = customer.tier
    invoice.handbook_version_id = version.id if version is not None else None
    await planning.replan(work, invoice)
    await end_approvals(work, invoice.id)
    # Last, for others who want a number wait from here on.
    invoice.number = await next_number(work, NUMBERS)
    work.record(InvoiceIssued(invoice_id=invoice.id, due_on=invoice.due_on), about=invoice)
    return invoice


async def usual_tax(work: Work, *, customer_id: UUID) -> str:
    """The rate of tax, in per cent as decimal text, on lines that do not say another."""
    customer = await customers.get(work, customer_id, "customerId")
    terms = await payment_terms(work, Scope(customer_tier=customer.tier))
    return f"{terms.value.tax_percent:f}" if terms is not None else "0"


async def payment_terms(work: Work, scope: Scope) -> Ruling[PaymentTerms] | None:
    """What the handbook says of how such customers pay, if it says anything."""
    return await policies.find_rule(work, PaymentTerms, scope=scope)


async def _due_by_terms(work: Work, invoice: Invoice, tier: CustomerTier, today: date) -> date:
    scope = Scope(customer_tier=tier)
    if invoice.contract_id is not None:
        scope = contracts.case_of(await contracts.any_one(work, invoice.contract_id))
    terms = await payment_terms(work, scope)
    if terms is None:
        return due_day(today, None, None)
    found = due_day(today, None, terms.value.due_days)
    cite(
        work,
        terms,
        about=Subject(SubjectKind.INVOICE, invoice.id),
        decision="billing.due_date",
        inputs={"customer_tier": tier, "issued_on": today},
        result={"due_on": found},
    )
    return found


def _write_down(work: Work, invoice: Invoice, lines: Sequence[Line], found: Totals) -> None:
    taxes = line_taxes(lines, found, invoice.tax_rounding)
    for position, (line, tax) in enumerate(zip(lines, taxes, strict=True), start=1):
        amount = line.amount
        work.add(
            InvoiceLine(
                invoice_id=invoice.id,
                position=position,
                kind=line.kind,
                description=line.description,
                unit=line.unit,
                quantity=amount.quantity,
                unit_price_minor=amount.unit_price.minor,
                discount_percent=amount.discount_percent,
                tax_percent=amount.tax_percent,
                gross_minor=amount.gross.minor,
                discount_minor=amount.discount.minor,
                net_minor=amount.net.minor,
                tax_minor=tax.minor,
                currency=invoice.currency,
            )
        )
    for rate in found.rates:
        work.add(
            InvoiceTax(
                invoice_id=invoice.id,
                tax_percent=rate.tax_percent,
                net_minor=rate.net.minor,
                tax_minor=rate.tax.minor,
                currency=invoice.currency,
            )
        )


def today_of(work: Work) -> date:
    """The day it is in the company's zone."""
    return work.now.astimezone(ZoneInfo(work.opening.zone)).date()
