"""Payments: the shares one is divided into, the day in the books, and what of an amount counts for an invoice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.kernel.money import Money
from tenancy.refusals import Invalid, message

MOST_SHARES = 50
REASON_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Share:
    """What of a payment is meant for one invoice."""

    invoice_id: UUID
    amount: Money


def check_shares(amount: Money, shares: Sequence[Share]) -> None:
    """Refuse too many shares, two for one invoice, another currency, nothing, and more in all than the payment."""
    if len(shares) > MOST_SHARES:
        raise Invalid(message("A payment has at most {most} shares."), {"most": MOST_SHARES}, ("shares",))
    left, named = amount.minor, set[UUID]()
    for index, share in enumerate(shares):
        path = ("shares", str(index))
        if share.invoice_id in named:
            raise Invalid(message("This invoice is named twice: give it one share."), {}, (*path, "invoiceId"))
        named.add(share.invoice_id)
        if share.amount.currency != amount.currency:
            text = message("The payment is in {currency}: it can only be allocated in that currency.")
            raise Invalid(text, {"currency": amount.currency}, (*path, "amount", "currency"))
        if share.amount.minor <= 0:
            raise Invalid(message("The amount must be more than zero."), {}, (*path, "amount"))
        left -= share.amount.minor
        if left < 0:
            raise Invalid(message("The shares come to more than the payment."), {}, (*path, "amount"))


def check_day(received_on: date, today: date) -> None:
    """Refuse money of days to come."""
    if received_on > today:
        raise Invalid(message("A payment cannot have been received in the future."), {}, ("receivedOn",))


def check_booked(booked_on: date | None, received_on: date, today: date) -> date:
    """The day in the books: that on which the money came in, unless a later one up to today is given."""
    if booked_on is None:
        return received_on
    if not received_on <= booked_on <= today:
        text = message("A payment is booked on the day on which it came in, {received_on}, or later up to today.")
        raise Invalid(text, {"received_on": received_on}, ("bookedOn",))
    return booked_on


def own_share(owed_minor: int, amount_minor: int) -> int:
    """What of an amount counts for the invoice itself; the rest is for its fees and interest."""
    return max(min(owed_minor, amount_minor), 0)


def clean_reason(reason: str) -> str:
    """Why something is taken back, in somebody's words. Refuses none and an overlong one."""
    cleaned = " ".join(reason.split())
    if not 1 <= len(cleaned) <= REASON_LENGTH:
        raise Invalid(message("A reason has 1 to {most} characters."), {"most": REASON_LENGTH}, ("reason",))
    return cleaned
