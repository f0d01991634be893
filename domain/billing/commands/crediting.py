"""Crediting an invoice in part, or what is left of it: a document of its own that settles it and frees what was paid
too much."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from domain.approvals import queries as approvals
from domain.approvals.events import ApprovalGranted
from domain.billing import queries
from domain.billing.commands import allocating, planning
from domain.billing.commands.asking import ask_for
from domain.billing.commands.invoices import today_of
from domain.billing.commands.waiting import end_approvals, lock_approvals
from domain.billing.events import CreditNoteIssued
from domain.billing.models import CreditNote, CreditNoteTax, Invoice, Payment
from domain.billing.rules import credits
from domain.billing.rules.invoices import LIFECYCLE, Move
from domain.billing.rules.payments import clean_reason
from domain.contracts import commands as contracts
from domain.kernel.amounts import RateTotal
from domain.kernel.command import command
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from tenancy.numbers import next_number
from tenancy.refusals import Refusal, WrongState, message
from tenancy.work import Work

CREDIT_NOTES = "credit_notes"
PURPOSE = "credit"


@command(needs=Permission.BILLING_INVOICE)
async def credit_invoice(
    work: Work, *, invoice_id: UUID, reason: str, amount: Money | None = None, tax_percent: Decimal | None = None
) -> tuple[CreditNote | None, UUID | None]:
    """Take a part of an issued invoice back by a credit note, or all that is left of one on which something was paid.

    What was paid beyond what is left of it is the customer's credit again; its ladder goes on with what is still owed.
    Where the handbook has a chain for it, an approval is asked for instead, whose id is given; its outcome does it.
    """
    reason = clean_reason(reason)
    await lock_approvals(work, invoice_id)
    invoice = await planning.lock_one(work, invoice_id)
    shares = await _shares(work, invoice, amount, tax_percent)
    given = credits.total(shares, invoice.currency)
    approval_id = await ask_for(
        work,
        invoice,
        PURPOSE,
        credit_minor=(given.net + given.tax).minor,
        credit_tax_percent=f"{tax_percent.normalize():f}" if tax_percent is not None else None,
        reason=reason,
    )
    if approval_id is not None:
        return None, approval_id
    return await _credit(work, invoice, shares, reason), None


async def follow_credit(work: Work, event: ApprovalGranted) -> None:
    """What was approved is credited, unless the invoice has moved on meanwhile."""
    invoice = await planning.lock_one(work, event.subject_id)
    facts = (await approvals.get(work, event.approval_id)).facts
    rate = facts.get("credit_tax_percent")
    amount = Money(int(facts["credit_minor"]), invoice.currency)
    try:
        shares = await _shares(work, invoice, amount, Decimal(rate) if rate is not None else None)
    except Refusal:
        return
    await _credit(work, invoice, shares, str(facts["reason"]))


async def _shares(
    work: Work, invoice: Invoice, amount: Money | None, tax_percent: Decimal | None
) -> Sequence[RateTotal]:
    LIFECYCLE.next(invoice.state, Move.CREDIT)
    remaining = await queries.left_to_credit(work, invoice)
    shares = credits.shares(remaining, amount, tax_percent)
    whole = credits.total(remaining, invoice.currency) == credits.total(shares, invoice.currency)
    if whole and not invoice.paid_minor:
        text = message("Nothing was paid on this invoice: cancel it to take back all that is left of it.")
        raise WrongState(text, path=("amount",) if amount is not None else ("invoiceId",))
    return shares


async def _credit(work: Work, invoice: Invoice, shares: Sequence[RateTotal], reason: str) -> CreditNote:
    await planning.stop_letters(work, invoice)
    given = credits.total(shares, invoice.currency)
    invoice.state = LIFECYCLE.next(invoice.state, Move.CREDIT)
    invoice.credited_minor += (given.net + given.tax).minor
    await _free_what_was_paid_too_much(work, invoice)
    await allocating.settle_anew(work, invoice)
    if not queries.payable_minor(invoice):
        invoice.state = LIFECYCLE.next(invoice.state, Move.CANCEL)
        if invoice.instalment_id is not None:
            await contracts.mark_invoiced(work, [invoice.instalment_id], invoiced=False)
    await allocating.rebase_anew(work, invoice, credited_on=today_of(work))
    await planning.replan(work, invoice)
    # Whoever was to agree to give it up had another amount before them.
    await end_approvals(work, invoice.id)
    return await issue_note(work, invoice, shares, reason)


async def issue_note(work: Work, invoice: Invoice, shares: Sequence[RateTotal], reason: str) -> CreditNote:
    """Write a credit note with its number. Last of all, for others who want a number wait from here on."""
    given = credits.total(shares, invoice.currency)
    note = work.add(
        CreditNote(
            invoice_id=invoice.id,
            customer_id=invoice.customer_id,
            number=await next_number(work, CREDIT_NOTES),
            currency=invoice.currency,
            net_minor=given.net.minor,
            tax_minor=given.tax.minor,
            total_minor=(given.net + given.tax).minor,
            reason=reason,
            issued_on=today_of(work),
            issued_at=work.now,
        )
    )
    for share in shares:
        work.add(
            CreditNoteTax(
                credit_note_id=note.id,
                tax_percent=share.tax_percent,
                net_minor=share.net.minor,
                tax_minor=share.tax.minor,
                currency=invoice.currency,
            )
        )
    work.record(CreditNoteIssued(credit_note_id=note.id, invoice_id=invoice.id), about=note)
    return note


async def _free_what_was_paid_too_much(work: Work, invoice: Invoice) -> None:
    """What is paid beyond what is left of the invoice and its charges is credit again, of the latest payment first."""
    payable = queries.payable_minor(invoice)
    asked = queries.charges_of(await queries.standing_steps(work, invoice.id), invoice.currency).total.minor
    # Nobody owes charges on an invoice that is taken back as a whole.
    excess = invoice.paid_minor - payable - (asked if payable else 0)
    if excess <= 0:
        return
    allocations = await queries.allocations_to(work, invoice.id)
    paying = queries.one_of(Payment.id, {each.payment_id for each in allocations})
    payments = await work.all(select(Payment).where(paying).order_by(Payment.id).with_for_update())
    by_id = {payment.id: payment for payment in payments}
    for allocation in reversed(allocations):
        payment, amount = by_id[allocation.payment_id], allocation.amount_minor + allocation.charges_minor
        freed = min(amount, excess)
        allocating.take_back(work, invoice, payment, allocation)
        if freed < amount:
            allocating.keep(work, invoice, payment, amount - freed, allocation)
        excess -= freed
        if not excess:
            return
