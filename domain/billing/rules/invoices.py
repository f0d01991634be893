"""Invoices: their states, what their lines come to, when they are due, what may be paid, and when they are late."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from domain.kernel.lifecycle import Lifecycle
from domain.kernel.lines import Line, LineKind
from domain.kernel.lines import line as offered_line
from domain.kernel.money import Money
from tenancy.refusals import Invalid, WrongState, message

REFERENCE_LENGTH = 100
MOST_PAYMENT_DAYS = 730


class State(StrEnum):
    """Where an invoice stands. Overdue is no state: it follows from the due date and the day."""

    DRAFT = "draft"
    ISSUED = "issued"
    PART_PAID = "part_paid"
    PAID = "paid"
    CANCELLED = "cancelled"
    # What was still owed of it was given up.
    WRITTEN_OFF = "written_off"


# The states in which something is owed.
OPEN = frozenset({State.ISSUED, State.PART_PAID})
# Those in which nobody is dunned for it any more.
CLOSED = frozenset({State.PAID, State.CANCELLED, State.WRITTEN_OFF})


class Move(StrEnum):
    """What can be done with an invoice."""

    ISSUE = "issue"
    PAY_IN_PART = "pay_in_part"
    PAY_IN_FULL = "pay_in_full"
    PAY_CHARGES = "pay_charges"
    # What was paid is not there after all: what remains of it is then paid in part or in full anew.
    TAKE_BACK_PAYMENT = "take_back_payment"
    # A part of it is taken back by a credit note; what remains of it is then paid in part or in full anew.
    CREDIT = "credit"
    CANCEL = "cancel"
    WRITE_OFF = "write_off"


LIFECYCLE = Lifecycle(
    initial=State.DRAFT,
    table={
        (State.DRAFT, Move.ISSUE): State.ISSUED,
        (State.DRAFT, Move.CANCEL): State.CANCELLED,
        (State.ISSUED, Move.PAY_IN_PART): State.PART_PAID,
        (State.ISSUED, Move.PAY_IN_FULL): State.PAID,
        (State.ISSUED, Move.CANCEL): State.CANCELLED,
        (State.PART_PAID, Move.PAY_IN_PART): State.PART_PAID,
        (State.PART_PAID, Move.PAY_IN_FULL): State.PAID,
        (State.ISSUED, Move.WRITE_OFF): State.WRITTEN_OFF,
        (State.PART_PAID, Move.WRITE_OFF): State.WRITTEN_OFF,
        # Fees and interest are owed beside the invoice itself, and remain so when that is paid.
        (State.PAID, Move.PAY_CHARGES): State.PAID,
        (State.PAID, Move.TAKE_BACK_PAYMENT): State.ISSUED,
        (State.PART_PAID, Move.TAKE_BACK_PAYMENT): State.ISSUED,
        **{(state, Move.CREDIT): State.ISSUED for state in (State.ISSUED, State.PART_PAID, State.PAID)},
    },
    states={
        State.DRAFT: message("Draft"),
        State.ISSUED: message("Issued"),
        State.PART_PAID: message("Paid in part"),
        State.PAID: message("Paid"),
        State.CANCELLED: message("Cancelled"),
        State.WRITTEN_OFF: message("Written off"),
    },
    moves={
        Move.ISSUE: message("Issue"),
        Move.PAY_IN_PART: message("Pay in part"),
        Move.PAY_IN_FULL: message("Pay in full"),
        Move.PAY_CHARGES: message("Pay fees and interest"),
        Move.TAKE_BACK_PAYMENT: message("Take a payment back"),
        Move.CREDIT: message("Credit"),
        Move.CANCEL: message("Cancel"),
        Move.WRITE_OFF: message("Write off"),
    },
)


def line(
    currency: str,
    description: str,
    quantity: str,
    unit_price: str,
    tax_percent: str = "0",
    path: tuple[str, ...] = (),
    *,
    kind: LineKind = LineKind.OTHER,
    unit: str = "",
    discount_percent: str = "0",
) -> Line:
    """A line from what somebody wrote; numbers are decimal text. Raises `Invalid` with the path of the part at fault.

    A unit price may be nothing, which an invoice may state, but not less.
    """
    return offered_line(
        currency,
        kind,
        " ".join(description.split()),
        unit_price=unit_price,
        quantity=quantity,
        unit=unit,
        discount_percent=discount_percent,
        tax_percent=tax_percent,
        path=path,
    )


def due_day(issued_on: date, due_on: date | None, payment_days: int | None) -> date:
    """The due date, given as a day or as calendar days after the issue. Refuses both, neither, and one before it."""
    if (due_on is None) == (payment_days is None):
        raise Invalid(message("Give either the due date or the days for payment."), {}, ("dueOn",))
    if payment_days is not None:
        if not 0 <= payment_days <= MOST_PAYMENT_DAYS:
            text = message("The days for payment are 0 to {most}.")
            raise Invalid(text, {"most": MOST_PAYMENT_DAYS}, ("paymentDays",))
        return issued_on + timedelta(days=payment_days)
    assert due_on is not None
    if not issued_on <= due_on <= issued_on + timedelta(days=MOST_PAYMENT_DAYS):
        text = message("The due date lies on the day of issue, {issued_on}, or at most {most} days after it.")
        raise Invalid(text, {"issued_on": issued_on, "most": MOST_PAYMENT_DAYS}, ("dueOn",))
    return due_on


def clean_reference(reference: str) -> str:
    """By what a payment is known again, such as the bank's own number. Refuses an empty or overlong one."""
    cleaned = " ".join(reference.split())
    if not 1 <= len(cleaned) <= REFERENCE_LENGTH:
        raise Invalid(message("A reference has 1 to {most} characters."), {"most": REFERENCE_LENGTH}, ("reference",))
    return cleaned


def check_received(received_on: date, issued_on: date, today: date) -> date:
    """The day on which money came in. Refuses days to come, and those before the invoice was there to be paid."""
    if received_on > today:
        raise Invalid(message("A payment cannot have been received in the future."), {}, ("receivedOn",))
    if received_on < issued_on:
        text = message("The invoice was issued on {issued_on}; nothing can have been paid on it before.")
        raise Invalid(text, {"issued_on": issued_on}, ("receivedOn",))
    return received_on


def check_amount(amount: Money, path: tuple[str, ...] = ("amount",)) -> Money:
    """An amount that is billed or paid, which is more than nothing. Raises `Invalid` with the path of the input."""
    if amount.minor <= 0:
        raise Invalid(message("The amount must be more than zero."), {}, path)
    return amount


def outstanding(total: Money, payments: Iterable[Money]) -> Money:
    """What is still owed of the invoice itself: nothing once it is covered. Refuses payments in another currency."""
    left = total - Money.total(payments, total.currency)
    return max(left, Money.zero(total.currency))


def check_payable(state: State, path: tuple[str, ...] = ("invoiceId",)) -> None:
    """Refuse a payment for an invoice on which nothing is owed yet, or nothing ever will be, saying what to do."""
    if state is State.DRAFT:
        text = message("The invoice is a draft, so nothing is owed on it yet: issue it, then record the payment.")
        raise WrongState(text, {}, path)
    if state is State.CANCELLED:
        text = message("The invoice is cancelled, so nothing is owed on it: record the payment for the one it is for.")
        raise WrongState(text, {}, path)
    if state is State.WRITTEN_OFF:
        raise WrongState(message("The invoice was written off, so nothing is owed on it any more."), {}, path)


def payment_move(owed: Money, amount: Money, charges: Money | None = None, path: tuple[str, ...] = ("amount",)) -> Move:
    """The move that a payment of `amount` makes: it counts for the invoice itself first.

    `owed` is what the invoice amounts to less all that was paid, so below zero where a part of `charges` was paid: the
    fees and the interest that letters have asked for, which may be paid on top and afterwards. Refuses nothing, less
    than nothing, another currency, more than is asked for, naming what that is, and anything where all is paid.
    """
    if amount.currency != owed.currency:
        text = message("The invoice is in {currency}: a payment in another currency is not possible.")
        raise Invalid(text, {"currency": owed.currency}, (*path, "currency"))
    check_amount(amount, path)
    asked = owed + (charges or Money.zero(owed.currency))
    if asked.minor <= 0:
        raise WrongState(message("The invoice is paid: nothing is owed on it any more."), {}, path)
    if owed.minor <= 0:
        if amount > asked:
            text = message("{asked} of fees and interest is still owed; a payment may not exceed it.")
            raise Invalid(text, {"asked": str(asked)}, path)
        return Move.PAY_CHARGES
    if amount > asked:
        if asked == owed:
            raise Invalid(message("{owed} is outstanding; a payment may not exceed it."), {"owed": str(owed)}, path)
        text = message("{owed} is outstanding, {asked} with fees and interest; a payment may not exceed it.")
        raise Invalid(text, {"owed": str(owed), "asked": str(asked)}, path)
    return Move.PAY_IN_FULL if amount >= owed else Move.PAY_IN_PART


def is_overdue(state: State, due_on: date, on: date) -> bool:
    """Whether an invoice that is not fully paid has passed its due date; on the due date itself it is not late."""
    return state in OPEN and on > due_on


def days_overdue(due_on: date, on: date) -> int:
    """How many calendar days an invoice is late; none on or before its due date."""
    return max((on - due_on).days, 0)
