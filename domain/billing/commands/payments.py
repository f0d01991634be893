"""Recording what has come in: it stops the ladder, or lets it go on with what is left."""

from datetime import date
from uuid import UUID

from domain.billing import queries
from domain.billing.commands import planning
from domain.billing.commands.invoices import today_of
from domain.billing.commands.waiting import end_approvals, lock_approvals
from domain.billing.events import PaymentRecorded
from domain.billing.models import Invoice, Payment
from domain.billing.rules import dunning
from domain.billing.rules.invoices import (
    LIFECYCLE,
    Move,
    State,
    check_payable,
    check_received,
    clean_reference,
    payment_move,
)
from domain.kernel.command import command
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from tenancy.refusals import Conflict, message
from tenancy.work import Work


@command(needs=Permission.BILLING_COLLECT)
async def record_payment(work: Work, *, invoice_id: UUID, amount: Money, received_on: date, reference: str) -> Payment:
    """Record money that has come in for an invoice (AR-2), then for the fees and the interest its letters asked for.

    Letters that have not left are stopped at once, whether all was paid or a part. The same payment sent again, by its
    reference, is the one that is known. More than is asked for is refused, naming what is outstanding.
    """
    reference = clean_reference(reference)
    await lock_approvals(work, invoice_id)
    invoice = await planning.lock_one(work, invoice_id)
    await _take_turns(work, reference)
    known = await queries.payment_with(work, reference)
    if known is not None:
        return _same(known, invoice, amount, received_on)
    check_payable(invoice.state)
    assert invoice.issued_on is not None
    check_received(received_on, invoice.issued_on, today_of(work))
    await planning.stop_letters(work, invoice)
    asked = queries.charges_of(await queries.standing_steps(work, invoice.id), invoice.currency)
    owed = Money(invoice.total_minor - invoice.paid_minor, invoice.currency)
    move = payment_move(owed, amount, asked.total)
    invoice.state = LIFECYCLE.next(invoice.state, move)
    invoice.paid_minor += amount.minor
    payment = work.add(
        Payment(
            invoice_id=invoice.id,
            amount_minor=amount.minor,
            currency=amount.currency,
            received_on=received_on,
            reference=reference,
            recorded_at=work.now,
        )
    )
    if move is Move.PAY_IN_PART:
        await _rebase(work, invoice, received_on)
    await planning.replan(work, invoice)
    # Whoever was to agree to give it up had another amount before them.
    await end_approvals(work, invoice.id)
    settled = invoice.state is State.PAID
    work.record(PaymentRecorded(invoice_id=invoice.id, payment_id=payment.id, settled=settled), about=invoice)
    return payment


async def _take_turns(work: Work, reference: str) -> None:
    """Let whoever records the same reference at this moment finish first, even if it is for another invoice."""
    key = f"{work.actor.tenant_id} payments {reference}"
    await work.sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key)


def _same(known: Payment, invoice: Invoice, amount: Money, received_on: date) -> Payment:
    recorded = (known.invoice_id, known.amount_minor, known.currency, known.received_on)
    if recorded != (invoice.id, amount.minor, amount.currency, received_on):
        text = message("Another payment has the reference “{reference}” already.")
        raise Conflict(text, {"reference": known.reference}, path=("reference",))
    return known


async def _rebase(work: Work, invoice: Invoice, received_on: date) -> None:
    """The ladder goes on with what is left, its days counted as its clause says."""
    assert invoice.due_on is not None
    assert invoice.base_on is not None
    grounds = await queries.grounds(work, invoice)
    if grounds is not None:
        rule = grounds.ladder.value.after_part_payment
        before = dunning.Base(invoice.base_on, invoice.base_after_on)
        base = dunning.base_after_part_payment(invoice.due_on, received_on, rule, before)
        invoice.base_on, invoice.base_after_on = base
