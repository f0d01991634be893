"""Booking what happens to invoices and payments in the same transaction, and closing the books up to a day."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from domain.billing import queries as billing
from domain.billing.commands.invoices import today_of
from domain.billing.events import (
    AllocationReversed,
    CreditExchanged,
    CreditNoteIssued,
    InvoiceIssued,
    InvoiceWrittenOff,
    PaymentAllocated,
    PaymentRecorded,
    PaymentReversed,
    RefundPaid,
)
from domain.billing.models import Allocation, CreditNote, Invoice, Payment, Refund
from domain.billing.rules.payments import clean_reason
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.ledger import queries, rules
from domain.ledger.events import BooksClosed, BooksReopened
from domain.ledger.models import BookClosing, LedgerEntry, LedgerPosting
from domain.ledger.rules import Account, EntryKind, Posting
from tenancy.refusals import WrongState, message
from tenancy.work import Work


async def book_invoice(work: Work, event: InvoiceIssued) -> None:
    """What is owed from its issue on."""
    invoice = await work.get(Invoice, event.invoice_id)
    assert invoice.issued_on is not None
    postings = rules.invoice(invoice.net_minor, invoice.tax_minor)
    await _book(work, EntryKind.INVOICE, postings, invoice.issued_on, of=invoice)


async def book_credit_note(work: Work, event: CreditNoteIssued) -> None:
    """An issued invoice that was taken back is owed no longer, nor earned."""
    note = await work.get(CreditNote, event.credit_note_id)
    invoice = await work.get(Invoice, note.invoice_id)
    postings = rules.reverse(rules.invoice(note.net_minor, note.tax_minor))
    await _book(work, EntryKind.CREDIT_NOTE, postings, note.issued_on, of=invoice)


async def book_write_off(work: Work, event: InvoiceWrittenOff) -> None:
    """What was given up is a loss."""
    invoice = await work.get(Invoice, event.invoice_id)
    postings = rules.move(event.minor, debit=Account.WRITE_OFFS, credit=Account.RECEIVABLES)
    await _book(work, EntryKind.WRITE_OFF, postings, today_of(work), of=invoice)


async def book_payment(work: Work, event: PaymentRecorded) -> None:
    """Money in the bank is the customer's credit until it is allocated."""
    payment = await billing.payment(work, event.payment_id)
    postings = rules.move(payment.amount_minor, debit=Account.BANK, credit=Account.CUSTOMER_CREDIT)
    path = ("bookedOn",) if payment.booked_on != payment.received_on else ("receivedOn",)
    await _book(work, EntryKind.PAYMENT, postings, payment.booked_on, of=payment, payment_id=payment.id, path=path)


async def book_payment_reversal(work: Work, event: PaymentReversed) -> None:
    """A payment that never was, or credit that is in its former currency again."""
    payment = await billing.payment(work, event.payment_id)
    if payment.exchanged_from_id is not None:
        await _book_exchange(work, payment, EntryKind.EXCHANGE_REVERSAL, today_of(work))
        return
    postings = rules.move(payment.amount_minor, debit=Account.CUSTOMER_CREDIT, credit=Account.BANK)
    kind = EntryKind.PAYMENT_REVERSAL
    await _book(work, kind, postings, today_of(work), of=payment, payment_id=payment.id)


async def book_exchange(work: Work, event: CreditExchanged) -> None:
    """Credit that is in another currency from now on; each of the two currencies balances by itself."""
    payment = await billing.payment(work, event.payment_id)
    await _book_exchange(work, payment, EntryKind.EXCHANGE, payment.booked_on)


async def _book_exchange(work: Work, payment: Payment, kind: EntryKind, booked_on: date) -> None:
    assert payment.exchanged_from_id is not None
    assert payment.exchanged_minor is not None
    source = await billing.payment(work, payment.exchanged_from_id)
    given = rules.move(payment.exchanged_minor, debit=Account.CUSTOMER_CREDIT, credit=Account.CURRENCY_EXCHANGE)
    got = rules.exchanged_into(payment.amount_minor, payment.exchange_difference_minor)
    for of, postings in ((source, given), (payment, got)):
        booked = postings if kind is EntryKind.EXCHANGE else rules.reverse(postings)
        await _book(work, kind, booked, booked_on, of=of, payment_id=of.id, path=("exchangedOn",))


async def book_allocation(work: Work, event: PaymentAllocated) -> None:
    """Credit that pays an invoice."""
    allocation, invoice = await _allocated(work, event.allocation_id, event.invoice_id)
    postings = rules.allocation(allocation.amount_minor, allocation.charges_minor)
    kind = EntryKind.ALLOCATION
    await _book(work, kind, postings, allocation.booked_on, of=invoice, payment_id=allocation.payment_id)


async def book_allocation_reversal(work: Work, event: AllocationReversed) -> None:
    """Credit that does not pay its invoice any more."""
    allocation, invoice = await _allocated(work, event.allocation_id, event.invoice_id)
    postings = rules.reverse(rules.allocation(allocation.amount_minor, allocation.charges_minor))
    kind = EntryKind.ALLOCATION_REVERSAL
    await _book(work, kind, postings, today_of(work), of=invoice, payment_id=allocation.payment_id)


async def book_refund(work: Work, event: RefundPaid) -> None:
    """Credit that was paid back."""
    refund = await work.get(Refund, event.refund_id)
    postings = rules.move(refund.amount_minor, debit=Account.CUSTOMER_CREDIT, credit=Account.BANK)
    kind, payment_id = EntryKind.REFUND, refund.payment_id
    await _book(work, kind, postings, refund.paid_on, of=refund, payment_id=payment_id, path=("paidOn",))


@command(needs=Permission.BILLING_CLOSE)
async def close_books(work: Work, *, until_on: date) -> BookClosing:
    """Let nothing be booked on a day or before it any more; the day has to be over."""
    await _take_turns(work, alone=True)
    last = await queries.last_closing(work)
    rules.check_closing(until_on, last.until_on if last is not None else None, today_of(work))
    closed_by_id = work.actor.id if work.actor.is_member else None
    closing = work.add(BookClosing(until_on=until_on, closed_at=work.now, closed_by_id=closed_by_id))
    work.record(BooksClosed(closing_id=closing.id, until_on=until_on), about=closing)
    return closing


@command(needs=Permission.BILLING_CLOSE)
async def reopen_books(work: Work, *, reason: str) -> BookClosing:
    """Undo the last closing: the one before it holds again, if there was one."""
    reason = clean_reason(reason)
    await _take_turns(work, alone=True)
    closing = await queries.last_closing(work, lock=True)
    if closing is None:
        raise WrongState(message("The books are not closed."))
    closing.reopened_at, closing.reason = work.now, reason
    closing.reopened_by_id = work.actor.id if work.actor.is_member else None
    work.record(BooksReopened(closing_id=closing.id, until_on=closing.until_on), about=closing)
    return closing


async def _allocated(work: Work, allocation_id: UUID, invoice_id: UUID) -> tuple[Allocation, Invoice]:
    return await work.get(Allocation, allocation_id), await work.get(Invoice, invoice_id)


async def _book(
    work: Work,
    kind: EntryKind,
    postings: Sequence[Posting],
    booked_on: date,
    *,
    of: Invoice | Payment | Refund,
    payment_id: UUID | None = None,
    path: tuple[str, ...] = (),
) -> None:
    if not postings:
        return
    if booked_on < today_of(work):
        # Whoever closes the books waits for those who are about to book on an earlier day, and they for him.
        await _take_turns(work, alone=False)
        last = await queries.last_closing(work)
        rules.check_open(booked_on, last.until_on if last is not None else None, path)
    entry = work.add(
        LedgerEntry(
            kind=kind,
            booked_on=booked_on,
            recorded_at=work.now,
            currency=of.currency,
            customer_id=of.customer_id,
            invoice_id=of.id if isinstance(of, Invoice) else None,
            payment_id=payment_id,
        )
    )
    for posting in postings:
        work.add(
            LedgerPosting(entry_id=entry.id, account=posting.account, amount_minor=posting.minor, currency=of.currency)
        )


async def _take_turns(work: Work, *, alone: bool) -> None:
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    await work.sql(f"SELECT {function}(hashtextextended($1, 0))", f"{work.actor.tenant_id} books")
