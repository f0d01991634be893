"""What is billed by what is counted: whose contract working time belongs to, how it is rounded, and lines (AR-1)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from domain.contracts.rules.rates import Period, RateBasis
from domain.kernel.amounts import LineAmount
from domain.kernel.lines import Line, LineKind
from domain.kernel.money import Money
from domain.policies.rules.kinds.money import PaymentTerms, TimeRounding

_PLACES = Decimal("0.001")


@dataclass(frozen=True)
class Priced:
    """A rate of a contract, as far as bills need it."""

    id: UUID
    name: str
    basis: RateBasis
    # Words; none: all working time that no other rate names.
    activities: tuple[str, ...]
    kind: LineKind
    unit: str
    unit_price: Money
    tax_percent: Decimal


def rate_for(rates: Sequence[Priced], activity: str) -> Priced | None:
    """The rate of a kind of work: one that names it, or else the one for all that is left."""
    timed = [rate for rate in rates if rate.basis is RateBasis.TIME]
    named = next((rate for rate in timed if activity in rate.activities), None)
    return named or next((rate for rate in timed if not rate.activities), None)


@dataclass(frozen=True)
class Claimant:
    """A contract that may charge for working time."""

    id: UUID
    starts_on: date
    last_day_on: date | None
    # The code of its service line; None for all of them.
    service_line: str | None
    rates: Sequence[Priced]


@dataclass(frozen=True)
class Worked:
    """A record of working time with its corrections, and what was billed of it."""

    record_id: UUID
    worked_on: date
    activity: str
    minutes: int
    # The service lines of what it was for, the nearest first.
    service_lines: Sequence[str]
    # The contract that this work is owed by; None where it is for whatever the customer asks.
    owed_by: UUID | None
    # What settlements that stand have of it, as it was recorded and as it was billed.
    settled_minutes: int = 0
    billed_minutes: int = 0


def charged_by(worked: Worked, claimants: Sequence[Claimant]) -> Claimant | None:
    """The one contract that charges for a record: that which it is owed by, or else the one for the nearest service
    line, or else one for all; of several the first in order. Work that another contract owes is in that one's fees."""

    def fits(each: Claimant) -> bool:
        within = each.starts_on <= worked.worked_on <= (each.last_day_on or date.max)
        return within and rate_for(each.rates, worked.activity) is not None

    found = [each for each in claimants if fits(each)]
    if worked.owed_by is not None:
        return next((each for each in found if each.id == worked.owed_by), None)
    for line in (*worked.service_lines, None):
        for each in found:
            if each.service_line == line:
                return each
    return None


@dataclass(frozen=True)
class Used:
    """A report of usage that is not billed."""

    record_id: UUID
    rate_id: UUID
    used_on: date
    quantity: Decimal


@dataclass(frozen=True)
class Item:
    """What goes on the invoice of one record."""

    rate_id: UUID
    usage_record_id: UUID | None
    time_record_id: UUID | None
    quantity: Decimal
    billed: Decimal
    late: bool


@dataclass(frozen=True)
class Charge:
    """What is billed by one rate: how much of its unit, how much of that for earlier days, and of which records."""

    rate: Priced
    quantity: Decimal
    late: Decimal
    items: Sequence[Item]

    def line(self, description: str) -> Line:
        """The line of the invoice: quantity times price, rounded once."""
        nothing = Decimal(0)
        amount = LineAmount(self.quantity, self.rate.unit_price, nothing, self.rate.tax_percent)
        return Line(self.rate.kind, description, self.rate.unit, amount)


def rounded_up(minutes: int, unit: int) -> int:
    """Begun units of so many minutes."""
    return -(-minutes // unit) * unit


def hours(minutes: Decimal) -> Decimal:
    """Minutes as hours with three decimals, rounded half up."""
    return (minutes / 60).quantize(_PLACES, ROUND_HALF_UP)


def charges(
    rates: Sequence[Priced],
    used: Collection[Used],
    worked: Collection[Worked],
    period: Period,
    terms: PaymentTerms | None,
) -> list[Charge]:
    """What is billed for a period, rate by rate. What comes to nothing or less waits for the next invoice.

    `worked` are the records for which this contract charges.
    """
    items: dict[UUID, list[Item]] = {}
    for usage in used:
        late = usage.used_on < period.since_on
        item = Item(usage.rate_id, usage.record_id, None, usage.quantity, usage.quantity, late)
        items.setdefault(usage.rate_id, []).append(item)
    for each in worked:
        rate = rate_for(rates, each.activity)
        if rate is not None and each.minutes != each.settled_minutes:
            items.setdefault(rate.id, []).append(_worked_item(rate, each, period, terms))
    found = [_charge(rate, items[rate.id], terms) for rate in rates if rate.id in items]
    return [each for each in found if each.quantity > 0]


def _worked_item(rate: Priced, worked: Worked, period: Period, terms: PaymentTerms | None) -> Item:
    billed = worked.minutes
    if terms is not None and terms.time_rounding is TimeRounding.PER_RECORD:
        billed = rounded_up(worked.minutes, terms.time_unit_minutes)
    return Item(
        rate.id,
        None,
        worked.record_id,
        Decimal(worked.minutes - worked.settled_minutes),
        Decimal(billed - worked.billed_minutes),
        worked.worked_on < period.since_on,
    )


def _charge(rate: Priced, items: Sequence[Item], terms: PaymentTerms | None) -> Charge:
    whole = sum((item.billed for item in items), Decimal(0))
    late = sum((item.billed for item in items if item.late), Decimal(0))
    if rate.basis is RateBasis.USAGE:
        return Charge(rate, whole, late, items)
    if terms is not None and terms.time_rounding is TimeRounding.PER_PERIOD:
        whole = Decimal(rounded_up(int(whole), terms.time_unit_minutes))
    return Charge(rate, hours(whole), hours(late), items)


def as_inputs(found: Sequence[Charge]) -> Mapping[str, str]:
    """How much of each rate is billed, as decision records state it."""
    return {charge.rate.name: f"{charge.quantity.normalize():f}" for charge in found}
