"""Recording what has come in: it stops the ladder, or lets it go on with what is left."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from domain.billing import queries
from domain.billing.commands import allocating, planning
from domain.billing.commands.invoices import today_of
from domain.billing.commands.waiting import end_approvals, lock_approvals
from domain.billing.events import PaymentRecorded, PaymentReversed, RefundPaid
from domain.billing.models import Allocation, Invoice, Payment, Refund
from domain.billing.rules import payments as rules
from domain.billing.rules.invoices import LIFECYCLE, Move, check_amount, check_payable, check_received, clean_reference
from domain.billing.rules.payments import Share
from domain.customers import queries as customers
from domain.kernel.command import command
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from tenancy.refusals import Conflict, Invalid, WrongState, message
from tenancy.work import Work


@command(needs=Permission.BILLING_COLLECT)
async def record_payment(
    work: Work, *, invoice_id: UUID, amount: Money, received_on: date, reference: str, booked_on: date | None = None
) -> Payment:
    """Record money that has come in for an invoice (AR-2), then for the fees and the interest its letters asked for.

    Letters that have not left are stopped at once, whether all was paid or a part. The same payment sent again, by its
    reference, is the one that is known. More than is asked for is refused, naming what is outstanding.
    """
    reference = clean_reference(reference)
    await lock_approvals(work, invoice_id)
    invoice = await planning.lock_one(work, invoice_id)
    await take_turns(work, reference)
    known = await queries.payment_with(work, reference)
    if known is not None:
        return _same(known, invoice.customer_id, invoice.id, amount, received_on)
    check_payable(invoice.state)
    assert invoice.issued_on is not None
    today = today_of(work)
    check_received(received_on, invoice.issued_on, today)
    check_amount(amount)
    booked_on = rules.check_booked(booked_on, received_on, today)
    payment = _add(work, invoice.customer_id, invoice.id, amount, received_on, booked_on, reference)
    allocation = await allocating.count(work, invoice, payment, amount, booked_on=booked_on)
    settled = allocating.is_settled(invoice)
    work.record(PaymentRecorded(invoice_id=invoice.id, payment_id=payment.id, settled=settled), about=invoice)
    allocating.tell(work, invoice, allocation)
    return payment


@command(needs=Permission.BILLING_COLLECT)
async def receive_payment(
    work: Work,
    *,
    customer_id: UUID,
    amount: Money,
    received_on: date,
    reference: str,
    shares: Sequence[Share] = (),
    booked_on: date | None = None,
) -> Payment:
    """Record money that has come in from a customer (AR-2), and let shares of it count for invoices of theirs.

    What is not allocated is the customer's credit. The same payment sent again, by its reference, is the one that is
    known, however it has been allocated since.
    """
    reference = clean_reference(reference)
    check_amount(amount)
    rules.check_shares(amount, shares)
    customer = await customers.get(work, customer_id, "customerId")
    invoices = await _lock_all(work, [share.invoice_id for share in shares])
    await take_turns(work, reference)
    known = await queries.payment_with(work, reference)
    if known is not None:
        return _same(known, customer.id, None, amount, received_on)
    today = today_of(work)
    rules.check_day(received_on, today)
    booked_on = rules.check_booked(booked_on, received_on, today)
    payment = _add(work, customer.id, None, amount, received_on, booked_on, reference)
    work.record(PaymentRecorded(invoice_id=None, payment_id=payment.id, settled=False), about=payment)
    for index, share in enumerate(shares):
        path = ("shares", str(index))
        invoice = invoices[share.invoice_id]
        allocation = await allocating.allocate(work, invoice, payment, share.amount, booked_on=booked_on, path=path)
        allocating.tell(work, invoice, allocation)
    return payment


@command(needs=Permission.BILLING_COLLECT)
async def allocate_payment(work: Work, *, payment_id: UUID, invoice_id: UUID, amount: Money) -> Allocation:
    """Let a part of a customer's credit count for an invoice of theirs, from the day on which the money came in.

    Of two who allocate the same money at once, the second is refused what the first has taken.
    """
    invoice = (await _lock_all(work, [invoice_id]))[invoice_id]
    payment = await work.get(Payment, payment_id, "paymentId", lock=True)
    allocation = await allocating.allocate(work, invoice, payment, amount, booked_on=today_of(work))
    allocating.tell(work, invoice, allocation)
    return allocation


@command(needs=Permission.BILLING_COLLECT)
async def release_allocation(work: Work, *, allocation_id: UUID) -> Allocation:
    """Let a part of a payment count for its invoice no longer: it is the customer's credit again."""
    found = await work.get(Allocation, allocation_id, "allocationId")
    invoice = (await _lock_all(work, [found.invoice_id]))[found.invoice_id]
    payment = await work.get(Payment, found.payment_id, lock=True)
    allocation = await work.get(Allocation, allocation_id, "allocationId", lock=True)
    if allocation.reversed_on is not None:
        raise WrongState(message("This allocation was released already."), path=("allocationId",))
    await _release(work, invoice, payment, [allocation])
    return allocation


@command(needs=Permission.BILLING_COLLECT)
async def reverse_payment(work: Work, *, payment_id: UUID, reason: str) -> Payment:
    """Take back a payment that was recorded wrongly: nothing of it counts any more, and its reference is free again.

    The invoices it counted for are owed again, and their ladders go on. What was refunded of it, or exchanged, stands
    in the way. Of credit that was exchanged, the exchange is taken back: it is in its former currency again.
    """
    reason = rules.clean_reason(reason)
    seen = await queries.allocations_of(work, (await work.get(Payment, payment_id, "paymentId")).id)
    invoices = await _lock_all(work, [each.invoice_id for each in seen])
    payment = await work.get(Payment, payment_id, "paymentId", lock=True)
    if payment.reversed_on is not None:
        raise WrongState(message("This payment was taken back already."), path=("paymentId",))
    allocations = await queries.allocations_of(work, payment.id)
    if {each.invoice_id for each in allocations} - invoices.keys():
        raise Conflict(message("Somebody has just allocated this payment: try again."), path=("paymentId",))
    for invoice in invoices.values():
        await _release(work, invoice, payment, [each for each in allocations if each.invoice_id == invoice.id])
    if payment.unallocated_minor < payment.amount_minor:
        text = message("A part of this payment was refunded or exchanged, so it cannot be taken back.")
        raise WrongState(text, path=("paymentId",))
    payment.unallocated_minor = 0
    if payment.exchanged_from_id is not None:
        assert payment.exchanged_minor is not None
        source = await work.get(Payment, payment.exchanged_from_id, lock=True)
        source.unallocated_minor += payment.exchanged_minor
    payment.reversed_on, payment.reversal_reason = today_of(work), reason
    work.record(PaymentReversed(payment_id=payment.id, customer_id=payment.customer_id), about=payment)
    return payment


@command(needs=Permission.BILLING_COLLECT)
async def refund_payment(work: Work, *, payment_id: UUID, amount: Money, paid_on: date, reference: str) -> Refund:
    """Record that credit was paid back to the customer. The same refund sent again, by its reference, is one."""
    reference = clean_reference(reference)
    payment = await work.get(Payment, payment_id, "paymentId", lock=True)
    await take_turns(work, f"refund {reference}")
    known = await queries.refund_with(work, reference)
    if known is not None:
        if (known.payment_id, known.amount_minor, known.currency) != (payment.id, amount.minor, amount.currency):
            text = message("Another refund has the reference “{reference}” already.")
            raise Conflict(text, {"reference": reference}, path=("reference",))
        return known
    if not payment.received_on <= paid_on <= today_of(work):
        text = message("A refund is paid between the day on which the money came in, {received_on}, and today.")
        raise Invalid(text, {"received_on": payment.received_on}, ("paidOn",))
    allocating.take_credit(payment, amount)
    refund = work.add(
        Refund(
            payment_id=payment.id,
            customer_id=payment.customer_id,
            amount_minor=amount.minor,
            currency=amount.currency,
            paid_on=paid_on,
            reference=reference,
            recorded_at=work.now,
        )
    )
    work.record(RefundPaid(refund_id=refund.id, payment_id=payment.id), about=refund)
    return refund


async def _lock_all(work: Work, invoice_ids: Sequence[UUID]) -> dict[UUID, Invoice]:
    """Invoices under their locks, always in the same order, as are the approvals that wait about them."""
    for id in sorted(set(invoice_ids)):
        await lock_approvals(work, id)
    found = {invoice.id: invoice for invoice in await planning.lock(work, set(invoice_ids))}
    for id in invoice_ids:
        if id not in found:
            await planning.lock_one(work, id)
    return found


async def _release(work: Work, invoice: Invoice, payment: Payment, allocations: Sequence[Allocation]) -> None:
    before = LIFECYCLE.next(invoice.state, Move.TAKE_BACK_PAYMENT)
    for allocation in allocations:
        allocating.take_back(work, invoice, payment, allocation)
    invoice.state = before
    await allocating.settle_anew(work, invoice)
    await allocating.rebase_anew(work, invoice)
    await planning.replan(work, invoice)
    # Whoever was to agree to give it up had another amount before them.
    await end_approvals(work, invoice.id)


def _add(
    work: Work,
    customer_id: UUID,
    invoice_id: UUID | None,
    amount: Money,
    received_on: date,
    booked_on: date,
    reference: str,
) -> Payment:
    return work.add(
        Payment(
            customer_id=customer_id,
            invoice_id=invoice_id,
            amount_minor=amount.minor,
            unallocated_minor=amount.minor,
            currency=amount.currency,
            received_on=received_on,
            booked_on=booked_on,
            reference=reference,
            recorded_at=work.now,
        )
    )


async def take_turns(work: Work, reference: str) -> None:
    """Let whoever records the same reference at this moment finish first, even if it is for another invoice."""
    key = f"{work.actor.tenant_id} payments {reference}"
    await work.sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key)


def _same(known: Payment, customer_id: UUID, invoice_id: UUID | None, amount: Money, received_on: date) -> Payment:
    recorded = (known.customer_id, known.invoice_id, known.amount_minor, known.currency, known.received_on)
    if recorded != (customer_id, invoice_id, amount.minor, amount.currency, received_on):
        text = message("Another payment has the reference “{reference}” already.")
        raise Conflict(text, {"reference": known.reference}, path=("reference",))
    return known
