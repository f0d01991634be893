"""Letting a customer's money count for an invoice, or no longer, under the locks of both."""

from collections.abc import Sequence
from datetime import date

from domain.billing import queries
from domain.billing.commands import planning
from domain.billing.commands.invoices import today_of
from domain.billing.commands.waiting import end_approvals
from domain.billing.events import AllocationReversed, PaymentAllocated
from domain.billing.models import Allocation, Invoice, Payment
from domain.billing.rules import dunning
from domain.billing.rules import payments as rules
from domain.billing.rules.invoices import LIFECYCLE, Move, State, check_amount, check_payable, payment_move
from domain.kernel.money import Money
from tenancy.refusals import Invalid, WrongState, message
from tenancy.work import Work


async def allocate(
    work: Work, invoice: Invoice, payment: Payment, amount: Money, *, booked_on: date, path: tuple[str, ...] = ()
) -> Allocation:
    """Let a part of a payment's credit count for an invoice of the same customer, or refuse it by its input."""
    check_payable(invoice.state, (*path, "invoiceId"))
    if invoice.customer_id != payment.customer_id:
        text = message("The invoice is another customer's: only what the same customer has paid counts for it.")
        raise Invalid(text, {}, (*path, "invoiceId"))
    if amount.currency != payment.currency:
        text = message("The payment is in {currency}: it can only be allocated in that currency.")
        raise Invalid(text, {"currency": payment.currency}, (*path, "amount", "currency"))
    return await count(work, invoice, payment, amount, booked_on=booked_on, path=(*path, "amount"))


async def count(
    work: Work,
    invoice: Invoice,
    payment: Payment,
    amount: Money,
    *,
    booked_on: date,
    path: tuple[str, ...] = ("amount",),
) -> Allocation:
    """Let an amount count for an open invoice: for itself first, then for its fees and interest. More is refused."""
    assert invoice.issued_on is not None
    await planning.stop_letters(work, invoice)
    asked = queries.charges_of(await queries.standing_steps(work, invoice.id), invoice.currency)
    owed = Money(queries.payable_minor(invoice) - invoice.paid_minor, invoice.currency)
    move = payment_move(owed, amount, asked.total, path)
    take_credit(payment, amount, path)
    # What came in before the invoice was issued counts from its issue.
    effective_on = max(payment.received_on, invoice.issued_on)
    allocation = _add(work, invoice, payment, amount.minor, effective_on, max(booked_on, effective_on))
    invoice.state = LIFECYCLE.next(invoice.state, move)
    invoice.paid_minor += amount.minor
    if move is Move.PAY_IN_PART:
        await _rebase(work, invoice, effective_on)
    await planning.replan(work, invoice)
    # Whoever was to agree to give it up had another amount before them.
    await end_approvals(work, invoice.id)
    return allocation


def tell(work: Work, invoice: Invoice, allocation: Allocation) -> None:
    """Write down that money counts for an invoice."""
    told = PaymentAllocated(
        allocation_id=allocation.id,
        invoice_id=invoice.id,
        payment_id=allocation.payment_id,
        settled=is_settled(invoice),
    )
    work.record(told, about=invoice)


def is_settled(invoice: Invoice) -> bool:
    """Whether nothing is left of the invoice itself to be paid."""
    return invoice.state is State.PAID


def take_credit(payment: Payment, amount: Money, path: tuple[str, ...] = ("amount",)) -> None:
    """Use up a part of a payment that is the customer's credit, or refuse what is not there any more."""
    if amount.currency != payment.currency:
        text = message("The payment is in {currency}: an amount in another currency is not possible.")
        raise Invalid(text, {"currency": payment.currency}, (*path, "currency"))
    check_amount(amount, path)
    if payment.reversed_on is not None:
        raise WrongState(message("This payment was taken back, so nothing of it is left."), {}, path)
    if amount.minor > payment.unallocated_minor:
        left = Money(payment.unallocated_minor, payment.currency)
        text = message("{left} of this payment is left; no more than that can be used.")
        raise Invalid(text, {"left": str(left)}, path)
    payment.unallocated_minor -= amount.minor


def take_back(work: Work, invoice: Invoice, payment: Payment, allocation: Allocation) -> None:
    """Let an allocation count no longer; its amount is the customer's credit again."""
    amount = allocation.amount_minor + allocation.charges_minor
    allocation.reversed_on = today_of(work)
    invoice.paid_minor -= amount
    payment.unallocated_minor += amount
    told = AllocationReversed(allocation_id=allocation.id, invoice_id=invoice.id, payment_id=payment.id)
    work.record(told, about=invoice)


def keep(work: Work, invoice: Invoice, payment: Payment, minor: int, before: Allocation) -> None:
    """Let a part of what was just taken back count all the same, as before."""
    payment.unallocated_minor -= minor
    own = min(minor, before.amount_minor)
    anew = _add(work, invoice, payment, minor, before.effective_on, today_of(work), own=own)
    anew.allocated_at = before.allocated_at
    invoice.paid_minor += minor
    tell(work, invoice, anew)


async def settle_anew(work: Work, invoice: Invoice) -> None:
    """Bring an invoice's state into line with what still counts for it, of which nothing counts for charges before the
    invoice itself is covered."""
    owed = queries.payable_minor(invoice)
    for allocation in await queries.allocations_to(work, invoice.id):
        amount = allocation.amount_minor + allocation.charges_minor
        own = min(owed, amount)
        owed -= own
        if own == allocation.amount_minor:
            continue
        allocation.reversed_on = today_of(work)
        told = AllocationReversed(allocation_id=allocation.id, invoice_id=invoice.id, payment_id=allocation.payment_id)
        work.record(told, about=invoice)
        payment = await work.get(Payment, allocation.payment_id)
        anew = _add(work, invoice, payment, amount, allocation.effective_on, today_of(work), own=own)
        tell(work, invoice, anew)
    if invoice.paid_minor:
        move = Move.PAY_IN_FULL if owed == 0 else Move.PAY_IN_PART
        invoice.state = LIFECYCLE.next(invoice.state, move)


def _add(
    work: Work,
    invoice: Invoice,
    payment: Payment,
    minor: int,
    effective_on: date,
    booked_on: date,
    own: int | None = None,
) -> Allocation:
    if own is None:
        own = rules.own_share(queries.payable_minor(invoice) - invoice.paid_minor, minor)
    return work.add(
        Allocation(
            invoice_id=invoice.id,
            payment_id=payment.id,
            amount_minor=own,
            charges_minor=minor - own,
            currency=invoice.currency,
            effective_on=effective_on,
            booked_on=booked_on,
            allocated_at=work.now,
        )
    )


async def _rebase(work: Work, invoice: Invoice, received_on: date) -> None:
    """The ladder goes on with what is left, its days counted as its clause says."""
    assert invoice.base_on is not None
    await _count_days(work, invoice, dunning.Base(invoice.base_on, invoice.base_after_on), [received_on])


async def rebase_anew(work: Work, invoice: Invoice, *, credited_on: date | None = None) -> None:
    """The ladder goes on as if what counts no longer had never come in; `credited_on` is the day of a credit note that
    is about to be issued."""
    assert invoice.due_on is not None
    parts = [part.effective_on for part in await queries.allocations_to(work, invoice.id)]
    # What is credited leaves less to be paid, as a payment does.
    credited = [note.issued_on for note in await queries.credit_notes_of(work, invoice.id)]
    await _count_days(
        work,
        invoice,
        dunning.Base(invoice.due_on),
        sorted([*parts, *credited, *([credited_on] if credited_on is not None else [])]),
    )


async def _count_days(work: Work, invoice: Invoice, base: dunning.Base, parts: Sequence[date]) -> None:
    assert invoice.due_on is not None
    grounds = await queries.grounds(work, invoice)
    if grounds is not None:
        for received_on in parts:
            rule = grounds.ladder.value.after_part_payment
            base = dunning.base_after_part_payment(invoice.due_on, received_on, rule, base)
        invoice.base_on, invoice.base_after_on = base
