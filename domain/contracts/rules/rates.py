"""What a contract charges by what is counted: rates for usage and working time, and the periods they are billed by."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.contracts.rules import MAX_NAME, months_later
from domain.kernel.amounts import MOST_MINOR, MOST_QUANTITY, QUANTITY_PLACES, read_number
from domain.kernel.lines import Line, LineKind, line
from domain.kernel.money import Money
from domain.kernel.terms import Activity
from domain.kernel.texts import one_line
from tenancy.refusals import Conflict, Invalid, Refusal, message

MOST_RATES, MOST_BILLING_MONTHS, MOST_REPORTED = 50, 12, 200
MAX_REFERENCE, MAX_NOTE = 200, 500
# Working time is priced by the hour.
HOUR = "h"
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")


class RateBasis(StrEnum):
    """What is counted."""

    # What programs or people report, such as gigabytes or calls.
    USAGE = "usage"
    # Billable working time that was recorded for the customer, by the hour.
    TIME = "time"


@dataclass(frozen=True)
class Rate:
    """What one unit costs."""

    # By which whoever reports usage names it.
    code: str
    basis: RateBasis
    # Which kinds of work it is for; none: all that no other rate of the contract names.
    activities: tuple[Activity, ...]
    # One unit at its price, with its name and its tax.
    line: Line
    # How much is expected over the term, which is what approvals by amount go by.
    expected: Decimal

    @property
    def expected_total(self) -> Money:
        """What is expected to be paid by it, tax included."""
        net = self.line.amount.unit_price.percent(self.expected * 100)
        return net + net.percent(self.line.amount.tax_percent)


def rate(
    currency: str,
    code: str,
    name: str,
    basis: RateBasis,
    *,
    unit_price: str,
    tax_percent: str = "0",
    unit: str = "",
    expected: str,
    kind: LineKind = LineKind.OTHER,
    activities: Sequence[Activity] = (),
    path: tuple[str, ...] = (),
) -> Rate:
    """A rate from what somebody wrote; numbers are decimal text. Raises `Invalid` with the path at fault."""
    if not _CODE.fullmatch(code):
        text = message("A code has 1 to 40 of a–z, 0–9, “_”, “.” and “-”, and begins with a letter or a digit.")
        raise Invalid(text, {}, (*path, "code"))
    timed = basis is RateBasis.TIME
    if timed and unit not in ("", HOUR):
        raise Invalid(message("Working time is priced by the hour; leave the unit out."), {}, (*path, "unit"))
    if activities and not timed:
        raise Invalid(message("Only rates of working time are for kinds of work."), {}, (*path, "activities"))
    made = line(
        currency,
        kind,
        one_line(name, MAX_NAME, *path, "name"),
        unit_price=unit_price,
        unit=HOUR if timed else one_line(unit, 40, *path, "unit"),
        tax_percent=tax_percent,
        path=path,
    )
    if made.amount.unit_price.minor <= 0:
        raise Invalid(message("The amount must be more than zero."), {}, (*path, "unitPrice"))
    found = read_number(expected, QUANTITY_PLACES, (*path, "expectedQuantity"))
    if not 0 < found <= MOST_QUANTITY:
        text = message("A quantity is more than zero and at most {most}.")
        raise Invalid(text, {"most": f"{MOST_QUANTITY:f}"}, (*path, "expectedQuantity"))
    return Rate(code, basis, tuple(dict.fromkeys(activities)), made, found)


def expected_total(rates: Sequence[Rate], currency: str) -> Money:
    """What is expected to be paid by all of them over the term. Refuses rates that contradict each other."""
    if len(rates) > MOST_RATES:
        raise Invalid(message("A contract has at most {most} rates."), {"most": MOST_RATES}, ("rates",))
    codes: set[str] = set()
    named: set[Activity | None] = set()
    for place, each in enumerate(rates):
        path = ("rates", str(place))
        if each.line.amount.unit_price.currency != currency:
            text = message("The contract is in {currency}.")
            raise Invalid(text, {"currency": currency}, (*path, "unitPrice", "currency"))
        if each.code in codes:
            raise Invalid(message("Each rate has a code of its own."), {}, (*path, "code"))
        codes.add(each.code)
        covered = set(each.activities or (None,)) if each.basis is RateBasis.TIME else set()
        if covered & named:
            text = message("Two rates are for the same kind of work; one of them may be for all that is left.")
            raise Invalid(text, {}, (*path, "activities"))
        named |= covered
    try:
        found = Money.total((each.expected_total for each in rates), currency)
    except Invalid as refusal:
        refusal.path = ("rates",)
        raise
    if found.minor > MOST_MINOR:
        raise Invalid(message("The amount is larger than can be handled."), {}, ("rates",))
    return found


def check_billing_months(months: int) -> None:
    """Refuse periods out of bounds."""
    if not 1 <= months <= MOST_BILLING_MONTHS:
        text = message("A billing period has 1 to {most} months.")
        raise Invalid(text, {"most": MOST_BILLING_MONTHS}, ("billingMonths",))


@dataclass(frozen=True)
class Period:
    """The days that one invoice is for, both included."""

    since_on: date
    until_on: date


def next_period(starts_on: date, settled_until: date | None, months: int, last_day: date | None) -> Period | None:
    """The period after what was settled: so many calendar months, of which the first may be short, and the last.

    None once the contract's last day is settled.
    """
    since = settled_until + timedelta(days=1) if settled_until is not None else starts_on
    if last_day is not None and since > last_day:
        return None
    until = months_later(since.replace(day=1), months) - timedelta(days=1)
    return Period(since, until if last_day is None else min(until, last_day))


def check_quantity(given: str, path: tuple[str, ...]) -> Decimal:
    """What is reported: not nothing; less than nothing takes back what was reported too much."""
    found = read_number(given, QUANTITY_PLACES, path)
    if not found or abs(found) > MOST_QUANTITY:
        text = message("A quantity is not zero, and at most {most}; below zero it takes back what was too much.")
        raise Invalid(text, {"most": f"{MOST_QUANTITY:f}"}, path)
    return found


def refuse_too_late(period: Period, days: int, path: tuple[str, ...]) -> Refusal:
    """What is said of usage in a period that is closed."""
    text = message(
        "The billing period to {until_on} is closed: usage of it is reported at most {days} days after its end."
    )
    return Refusal(text, {"until_on": period.until_on, "days": days}, code="PERIOD_CLOSED", path=path)


def refuse_other_content(source_reference: str, path: tuple[str, ...]) -> Refusal:
    """What is said where the same reference comes again with something else."""
    text = message(
        "“{source_reference}” was reported before and said something else; a correction has a reference of its own."
    )
    return Conflict(text, {"source_reference": source_reference}, code="SAID_OTHERWISE", path=path)


def period_of(day: date, starts_on: date, months: int, last_day: date | None) -> Period:
    """The billing period in which a day of the contract's term lies."""
    elapsed = (day.year - starts_on.year) * 12 + day.month - starts_on.month
    first = months_later(starts_on.replace(day=1), elapsed // months * months)
    until = months_later(first, months) - timedelta(days=1)
    return Period(max(first, starts_on), until if last_day is None else min(until, last_day))
