"""The chart of accounts, and what each fact about money is booked as."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from tenancy.refusals import Invalid, Refusal, message

LONGEST_PERIOD = 366
MOST_BOUNDS, MOST_DAYS = 6, 3650
MOST_WEEKS = 53


class Account(StrEnum):
    """The chart of accounts, which is small and the same for every company."""

    RECEIVABLES = "receivables"
    BANK = "bank"
    # What customers have paid, or were credited, beyond what it was allocated to.
    CUSTOMER_CREDIT = "customer_credit"
    TAX_PAYABLE = "tax_payable"
    REVENUE = "revenue"
    FEES_AND_INTEREST = "fees_and_interest"
    WRITE_OFFS = "write_offs"
    # What went out of one currency into another: in each of the two the same value, by the day's rate.
    CURRENCY_EXCHANGE = "currency_exchange"
    # By how much more, or less, was counted than the day's rate makes it: losses above zero, gains below.
    CURRENCY_DIFFERENCES = "currency_differences"


class EntryKind(StrEnum):
    """What was booked."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    PAYMENT_REVERSAL = "payment_reversal"
    ALLOCATION = "allocation"
    ALLOCATION_REVERSAL = "allocation_reversal"
    REFUND = "refund"
    WRITE_OFF = "write_off"
    EXCHANGE = "exchange"
    EXCHANGE_REVERSAL = "exchange_reversal"


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount on an account: debits are above zero, credits below."""

    account: Account
    minor: int


def move(minor: int, *, debit: Account, credit: Account) -> list[Posting]:
    """One amount from one account to another."""
    return entry((debit, minor), (credit, -minor))


def invoice(net_minor: int, tax_minor: int) -> list[Posting]:
    """What is owed by an invoice, earned by it, and passed on as tax."""
    return entry(
        (Account.RECEIVABLES, net_minor + tax_minor), (Account.REVENUE, -net_minor), (Account.TAX_PAYABLE, -tax_minor)
    )


def allocation(amount_minor: int, charges_minor: int) -> list[Posting]:
    """What credit is used for: an invoice itself, and the fees and interest beside it, which are earned when paid."""
    return entry(
        (Account.CUSTOMER_CREDIT, amount_minor + charges_minor),
        (Account.RECEIVABLES, -amount_minor),
        (Account.FEES_AND_INTEREST, -charges_minor),
    )


def exchanged_into(counted_minor: int, difference_minor: int) -> list[Posting]:
    """Credit in the currency into which it was exchanged: what came of it by the day's rate, and the gain or the loss
    by which it counts for less or more than that."""
    return entry(
        (Account.CURRENCY_EXCHANGE, counted_minor + difference_minor),
        (Account.CUSTOMER_CREDIT, -counted_minor),
        (Account.CURRENCY_DIFFERENCES, -difference_minor),
    )


def reverse(postings: Sequence[Posting]) -> list[Posting]:
    """The same with the sides exchanged."""
    return [Posting(each.account, -each.minor) for each in postings]


def entry(*amounts: tuple[Account, int]) -> list[Posting]:
    """The postings of an entry, without those of nothing. Raises `ValueError` when they do not balance."""
    if sum(minor for _, minor in amounts):
        raise ValueError(f"an entry that does not balance: {amounts}")
    return [Posting(account, minor) for account, minor in amounts if minor]


def check_open(booked_on: date, closed_until_on: date | None, path: tuple[str, ...]) -> None:
    """Refuse with BOOKS_CLOSED to book on a day up to which the books are closed."""
    if closed_until_on is not None and booked_on <= closed_until_on:
        text = message("The books are closed up to {closed_until_on}; nothing can be booked on {booked_on} any more.")
        values = {"closed_until_on": closed_until_on, "booked_on": booked_on}
        raise Refusal(text, values, path=path, code="BOOKS_CLOSED")


def check_closing(until_on: date, closed_until_on: date | None, today: date) -> None:
    """Refuse to close days that are not over, and days that are closed already."""
    if until_on >= today:
        raise Invalid(message("Only days that are over can be closed."), {}, ("untilOn",))
    if closed_until_on is not None and until_on <= closed_until_on:
        text = message("The books are closed up to {closed_until_on} already.")
        raise Invalid(text, {"closed_until_on": closed_until_on}, ("untilOn",))


def check_period(since_on: date, until_on: date) -> None:
    """Refuse a period that ends before it begins, or is longer than a year."""
    if not since_on <= until_on <= since_on + timedelta(days=LONGEST_PERIOD):
        text = message("A period ends on the day on which it begins or later, and has at most {most} days.")
        raise Invalid(text, {"most": LONGEST_PERIOD + 1}, ("untilOn",))


def check_bounds(bounds: Sequence[int]) -> None:
    """Refuse bounds of lateness that are none, too many, not rising, or out of reason."""
    rising = all(one < other for one, other in pairwise(bounds))
    if not (1 <= len(bounds) <= MOST_BOUNDS and rising and bounds[0] > 0 and bounds[-1] <= MOST_DAYS):
        text = message("There are 1 to {most} bounds, in rising order, of 1 to {days} days.")
        raise Invalid(text, {"most": MOST_BOUNDS, "days": MOST_DAYS}, ("bounds",))


def check_weeks(weeks: int) -> None:
    """Refuse to look ahead for no time, or more than a year."""
    if not 1 <= weeks <= MOST_WEEKS:
        raise Invalid(message("A forecast looks 1 to {most} weeks ahead."), {"most": MOST_WEEKS}, ("weeks",))
