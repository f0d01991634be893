"""Exchanging a customer's credit into the currency of their invoices, by the rate of a day."""

from datetime import date
from uuid import UUID

from domain.billing import queries
from domain.billing.commands import allocating
from domain.billing.commands.invoices import today_of
from domain.billing.commands.payments import take_turns
from domain.billing.events import CreditExchanged
from domain.billing.models import Payment
from domain.billing.rules import exchanges as rules
from domain.billing.rules.invoices import check_amount, clean_reference
from domain.kernel.command import command
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from tenancy.refusals import Conflict, message
from tenancy.work import Work


@command(needs=Permission.BILLING_COLLECT)
async def exchange_credit(
    work: Work, *, payment_id: UUID, amount: Money, into: Money, rate: str, exchanged_on: date, reference: str
) -> Payment:
    """Let a part of a payment's credit be credit in another currency, which counts for invoices in that one (AR-2).

    `rate` is what one unit of the payment's currency was worth that day, as decimal text; what it makes of the amount
    beyond what counts is a gain, what it falls short a loss. The same reference again is the exchange that is known.
    """
    reference = clean_reference(reference)
    source = await work.get(Payment, payment_id, "paymentId", lock=True)
    check_amount(amount)
    found = rules.exchange(amount, into, rate)
    await take_turns(work, reference)
    known = await queries.payment_with(work, reference)
    if known is not None:
        said = (source.id, amount.minor, into.minor, into.currency)
        if (known.exchanged_from_id, known.exchanged_minor, known.amount_minor, known.currency) != said:
            text = message("Another payment has the reference “{reference}” already.")
            raise Conflict(text, {"reference": reference}, path=("reference",))
        return known
    rules.check_day(exchanged_on, source.received_on, today_of(work))
    allocating.take_credit(source, amount)
    payment = work.add(
        Payment(
            customer_id=source.customer_id,
            invoice_id=None,
            amount_minor=into.minor,
            unallocated_minor=into.minor,
            currency=into.currency,
            # The customer has paid when the money came in, whenever it is exchanged.
            received_on=source.received_on,
            booked_on=exchanged_on,
            reference=reference,
            recorded_at=work.now,
            exchanged_from_id=source.id,
            exchanged_minor=amount.minor,
            exchange_rate=f"{found.rate.normalize():f}",
            exchange_difference_minor=found.difference_minor,
        )
    )
    work.record(CreditExchanged(payment_id=payment.id, from_payment_id=source.id), about=payment)
    return payment
