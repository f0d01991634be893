"""Drafting, issuing and cancelling invoices; recording payments; holds; approving a step of a ladder."""

from datetime import date
from typing import Any
from uuid import UUID

import strawberry

from api.schema.billing.types import HoldKind
from api.schema.inputs import given, optional
from api.schema.money import MoneyInput
from api.schema.presales.types import LineKind
from domain.billing import commands, queries
from domain.billing.models import DunningStep, Hold, Invoice, Payment, Refund
from domain.billing.rules.invoices import line
from domain.billing.rules.payments import Share
from domain.kernel.amounts import PERCENT_PLACES, read_currency, read_number
from tenancy.work import Work


@strawberry.input(description="One line of a new invoice.")
class InvoiceLineInput:
    """One line of a new invoice."""

    description: str = given("What is billed.")
    unit_price: str = given("What one costs before tax, as decimal text in the invoice's currency.")
    quantity: str = optional("How much of it, as decimal text.", default="1")
    tax_percent: str | None = optional(
        "The tax rate in per cent, as decimal text; the usual one of the customer's payment terms unless told, or none."
    )
    kind: LineKind = optional("What it is for.", default=LineKind.OTHER)
    unit: str = optional("What one of it is, such as “person-day”; empty for a lump sum.", default="")
    discount_percent: str = optional("How much is taken off, in per cent as decimal text.", default="0")


@strawberry.input(description="A new invoice.")
class DraftInvoiceInput:
    """A new invoice."""

    customer_id: UUID = given("Who will owe it.")
    currency: str = given("The currency it is in, by its code of ISO 4217, such as CNY.")
    lines: list[InvoiceLineInput] = given("What is billed.")


async def draft_invoice(work: Work, input: DraftInvoiceInput) -> Invoice:
    """Write an invoice that is not yet owed and has no number. Its tax is rounded as the payment terms of the handbook
    say: line by line, or once for each rate."""
    currency = read_currency(input.currency)
    usual = "0"
    if any(item.tax_percent is None for item in input.lines):
        usual = await commands.usual_tax(work, customer_id=input.customer_id)
    lines = [
        line(
            currency,
            item.description,
            item.quantity,
            item.unit_price,
            usual if item.tax_percent is None else item.tax_percent,
            path=("lines", str(index)),
            kind=item.kind,
            unit=item.unit,
            discount_percent=item.discount_percent,
        )
        for index, item in enumerate(input.lines)
    ]
    return await commands.draft_invoice(work, customer_id=input.customer_id, currency=currency, lines=lines)


@strawberry.input(description="When an invoice has to be paid.")
class IssueInvoiceInput:
    """When an invoice has to be paid."""

    invoice_id: UUID = given("The draft.")
    due_on: date | None = optional("The last day on which payment is in time; or give paymentDays.")
    payment_days: int | None = optional("How many calendar days after today it is due; or give dueOn.")


async def issue_invoice(work: Work, input: IssueInvoiceInput) -> Invoice:
    """Give an invoice its number and ask for its payment; the steps of its dunning ladder are planned at once. Without
    dueOn and paymentDays it is due as the customer's payment terms say."""
    return await commands.issue_invoice(
        work, invoice_id=input.invoice_id, due_on=input.due_on, payment_days=input.payment_days
    )


@strawberry.input(description="An invoice to take back.")
class CancelInvoiceInput:
    """An invoice to take back."""

    invoice_id: UUID = given("The invoice, of which nothing has been paid.")


async def cancel_invoice(work: Work, input: CancelInvoiceInput) -> dict[str, object]:
    """Take back an invoice of which nothing was paid; nothing more is sent. An issued one keeps its number, and a
    credit note takes back all that is left of it, with a number of its own series.

    Where the handbook has an approval chain for it, that approval is asked for and given; its outcome does it."""
    invoice, approval_id = await commands.cancel_invoice(work, invoice_id=input.invoice_id)
    return {"invoice": invoice, "approval": approval_id}


@strawberry.input(description="A part of an invoice to take back.")
class CreditInvoiceInput:
    """A part of an invoice to take back."""

    invoice_id: UUID = given("The invoice, which was issued and not cancelled.")
    reason: str = given("Why, in your words; it stands on the credit note.")
    amount: MoneyInput | None = optional(
        "How much with tax, divided among the tax rates as they stand on the invoice; without it all that is left, "
        "with taxPercent that of its lines. All that is left of an invoice on which nothing was paid is refused with "
        "WRONG_STATE, for that is cancelInvoice."
    )
    tax_percent: str | None = optional(
        "Only of the lines with this tax rate, in per cent as decimal text; of all lines unless told."
    )


async def credit_invoice(work: Work, input: CreditInvoiceInput) -> dict[str, object]:
    """Issue a credit note over a part of an invoice, or over what is left of one on which something was paid. What was
    paid beyond what is left of the invoice is the customer's credit again. One on which nothing was paid is cancelled
    as a whole, by cancelInvoice.

    Where the handbook has an approval chain for it, that approval is asked for and given; its outcome does it."""
    rate = read_number(input.tax_percent, PERCENT_PLACES, ("taxPercent",)) if input.tax_percent is not None else None
    note, approval_id = await commands.credit_invoice(
        work,
        invoice_id=input.invoice_id,
        reason=input.reason,
        amount=input.amount.value("amount") if input.amount is not None else None,
        tax_percent=rate,
    )
    invoice = await queries.get(work, input.invoice_id)
    return {"credit_note": note, "invoice": invoice, "approval": approval_id}


@strawberry.input(description="An invoice to give up.")
class WriteOffInvoiceInput:
    """An invoice to give up."""

    invoice_id: UUID = given("The invoice, of which something is owed.")


async def write_off_invoice(work: Work, input: WriteOffInvoiceInput) -> dict[str, object]:
    """Give up what is still owed of an invoice; what was paid stays paid, and nothing more is sent. Where the handbook
    has an approval chain for it, the approval that is asked for is given, and its outcome writes it off."""
    invoice, approval_id = await commands.write_off_invoice(work, invoice_id=input.invoice_id)
    return {"invoice": invoice, "approval": approval_id}


@strawberry.input(description="Money that has come in.")
class RecordPaymentInput:
    """Money that has come in."""

    invoice_id: UUID = given("What it was paid for.")
    amount: MoneyInput = given("How much, in the invoice's currency; at most outstanding and chargesOutstanding.")
    received_on: date = given("The day on which it came in.")
    reference: str = given("By what it is known again: the same payment sent twice is recorded once.")
    booked_on: date | None = optional("The day in the books, where that of the receipt is closed: later, up to today.")


async def record_payment(work: Work, input: RecordPaymentInput) -> dict[str, Any]:
    """Record money that has come in for an invoice: for the invoice itself first, then for its charges, also once it is
    paid. Letters that have not left are stopped at once."""
    payment = await commands.record_payment(
        work,
        invoice_id=input.invoice_id,
        amount=input.amount.value("amount"),
        received_on=input.received_on,
        reference=input.reference,
        booked_on=input.booked_on,
    )
    return {"payment": payment, "invoice": await queries.get(work, input.invoice_id)}


@strawberry.input(description="What of a payment is meant for one invoice.")
class PaymentShareInput:
    """What of a payment is meant for one invoice."""

    invoice_id: UUID = given("The invoice, of the customer who paid.")
    amount: MoneyInput = given("How much of the payment counts for it, in the currency of both.")


@strawberry.input(description="Money that has come in from a customer.")
class ReceivePaymentInput:
    """Money that has come in from a customer."""

    customer_id: UUID = given("Who paid it.")
    amount: MoneyInput = given("How much in all.")
    received_on: date = given("The day on which it came in.")
    reference: str = given("By what it is known again: the same payment sent twice is recorded once.")
    shares: list[PaymentShareInput] | None = optional(
        "What of it is meant for which invoices; the rest is the customer's credit."
    )
    booked_on: date | None = optional("The day in the books, where that of the receipt is closed: later, up to today.")


async def receive_payment(work: Work, input: ReceivePaymentInput) -> Payment:
    """Record money that has come in from a customer, for several invoices, for one in part or for none yet. What is not
    allocated is the customer's credit: allocatePayment lets it count for invoices, refundPayment pays it back."""
    shares = [
        Share(share.invoice_id, share.amount.value("shares", str(index), "amount"))
        for index, share in enumerate(input.shares or ())
    ]
    return await commands.receive_payment(
        work,
        customer_id=input.customer_id,
        amount=input.amount.value("amount"),
        received_on=input.received_on,
        reference=input.reference,
        shares=shares,
        booked_on=input.booked_on,
    )


@strawberry.input(description="Credit of a customer to be used for an invoice.")
class AllocatePaymentInput:
    """Credit of a customer to be used for an invoice."""

    payment_id: UUID = given("The payment of which something is left.")
    invoice_id: UUID = given("An invoice of the same customer on which something is owed.")
    amount: MoneyInput = given("How much; at most what is left of the payment and what is asked for by the invoice.")


async def allocate_payment(work: Work, input: AllocatePaymentInput) -> dict[str, Any]:
    """Let a part of a payment that is still the customer's credit count for an invoice: for itself first, then for its
    charges. Letters that have not left are stopped at once."""
    allocation = await commands.allocate_payment(
        work, payment_id=input.payment_id, invoice_id=input.invoice_id, amount=input.amount.value("amount")
    )
    return {"allocation": allocation, "invoice": await queries.get(work, allocation.invoice_id)}


@strawberry.input(description="An allocation to take back.")
class ReleaseAllocationInput:
    """An allocation to take back."""

    allocation_id: UUID = given("The allocation.")


async def release_allocation(work: Work, input: ReleaseAllocationInput) -> dict[str, Any]:
    """Let a part of a payment count for its invoice no longer: it is the customer's credit again, the invoice is owed
    again, and its ladder goes on."""
    allocation = await commands.release_allocation(work, allocation_id=input.allocation_id)
    return {"allocation": allocation, "invoice": await queries.get(work, allocation.invoice_id)}


@strawberry.input(description="A payment that was recorded wrongly.")
class ReversePaymentInput:
    """A payment that was recorded wrongly."""

    payment_id: UUID = given("The payment, of which nothing was paid back.")
    reason: str = given("Why, in your words.")


async def reverse_payment(work: Work, input: ReversePaymentInput) -> Payment:
    """Take back a payment that was recorded wrongly: its invoices are owed again, their ladders go on, and its
    reference is free. It stays in the books, with an entry that undoes it."""
    return await commands.reverse_payment(work, payment_id=input.payment_id, reason=input.reason)


@strawberry.input(description="Credit that was paid back to its customer.")
class RefundPaymentInput:
    """Credit that was paid back to its customer."""

    payment_id: UUID = given("The payment of which something is left.")
    amount: MoneyInput = given("How much was paid back; at most what is left of the payment.")
    paid_on: date = given("The day on which it was paid back.")
    reference: str = given("By what it is known again: the same refund sent twice is recorded once.")


async def refund_payment(work: Work, input: RefundPaymentInput) -> Refund:
    """Record that what is left of a payment was paid back to the customer, all or a part."""
    return await commands.refund_payment(
        work,
        payment_id=input.payment_id,
        amount=input.amount.value("amount"),
        paid_on=input.paid_on,
        reference=input.reference,
    )


@strawberry.input(description="Credit that is exchanged into another currency.")
class ExchangeCreditInput:
    """Credit that is exchanged into another currency."""

    payment_id: UUID = given("The payment of which something is left.")
    amount: MoneyInput = given("How much of it, in its own currency; at most what is left.")
    into: MoneyInput = given("What it counts for in the other currency, such as what is outstanding of an invoice.")
    rate: str = given(
        "What one unit of the payment's currency was worth in the other one on that day, as decimal text, such as"
        " 7.1234. What `amount` was worth by it beyond `into` is booked as a gain, what it falls short as a loss; more"
        " than a fifth apart is refused with RATE_MISMATCH."
    )
    exchanged_on: date = given("The day of the rate, on which it stands in the books.")
    reference: str = given("By what it is known again: the same exchange sent twice is recorded once.")


async def exchange_credit(work: Work, input: ExchangeCreditInput) -> Payment:
    """Let what is left of a payment count in another currency than that in which it came in. The answer is the credit
    in that currency: `allocatePayment` lets it count for invoices, `reversePayment` takes the exchange back."""
    return await commands.exchange_credit(
        work,
        payment_id=input.payment_id,
        amount=input.amount.value("amount"),
        into=input.into.value("into"),
        rate=input.rate,
        exchanged_on=input.exchanged_on,
        reference=input.reference,
    )


@strawberry.input(description="A reason not to dun an invoice, or a customer, for a while.")
class PlaceHoldInput:
    """A reason not to dun an invoice, or a customer, for a while."""

    kind: HoldKind = given("Why.")
    reason: str = given("Why, in your words.")
    invoice_id: UUID | None = optional("The invoice; or give customerId.")
    customer_id: UUID | None = optional("The customer, all of whose invoices are held; or give invoiceId.")
    from_on: date | None = optional("The first day it holds; today unless told.")
    until_on: date | None = optional("The last day it holds; a promise to pay needs one.")


async def place_hold(work: Work, input: PlaceHoldInput) -> Hold:
    """Hold up the ladder of an invoice, or of every invoice of a customer; what the ladder leaves out is refused."""
    return await commands.place_hold(
        work,
        kind=input.kind,
        reason=input.reason,
        invoice_id=input.invoice_id,
        customer_id=input.customer_id,
        from_on=input.from_on,
        until_on=input.until_on,
    )


@strawberry.input(description="A hold to lift.")
class ReleaseHoldInput:
    """A hold to lift."""

    hold_id: UUID = given("The hold.")


async def release_hold(work: Work, input: ReleaseHoldInput) -> Hold:
    """Let the ladder go on from today, where it stood; nothing is skipped."""
    return await commands.release_hold(work, hold_id=input.hold_id)


@strawberry.input(description="A step of a ladder that waits for approval.")
class ApproveDunningStepInput:
    """A step of a ladder that waits for approval."""

    invoice_id: UUID = given("The invoice.")
    step_number: int = given("The number of the step, which must be the next one and due.")


async def approve_dunning_step(work: Work, input: ApproveDunningStepInput) -> DunningStep:
    """Let a step be taken that the ladder wants approved; sent twice it is taken once."""
    return await commands.approve_step(work, invoice_id=input.invoice_id, step_number=input.step_number)
