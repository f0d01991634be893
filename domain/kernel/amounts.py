"""What lines come to: a line's quantity, price, discount and tax, and the totals of several by tax rate, exactly."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.kernel import decimals
from domain.kernel.money import Money, exponent
from tenancy.refusals import Invalid, message

# A total stays a little below the largest amount, so that fees and interest on it can still be reckoned.
MOST_MINOR = 10**14
MOST_QUANTITY, QUANTITY_PLACES = Decimal(1_000_000), 3
MOST_PERCENT, PERCENT_PLACES = Decimal(100), 4


class TaxRounding(StrEnum):
    """Where the tax is rounded to the smallest unit of the currency."""

    # The tax of each line is rounded, and the rounded ones are added up.
    PER_LINE = "per_line"
    # What the lines of one rate come to is added up, and its tax is rounded once.
    PER_RATE = "per_rate"


@dataclass(frozen=True, slots=True)
class LineAmount:
    """What one line comes to. Percentages are in per cent: 13 is thirteen per cent.

    Every amount is rounded half up to the minor unit once, where it is stated; what is stated always adds up.
    """

    quantity: Decimal
    unit_price: Money
    discount_percent: Decimal = Decimal(0)
    tax_percent: Decimal = Decimal(0)

    @property
    def gross(self) -> Money:
        """Quantity times unit price, before the discount and without tax."""
        return self.unit_price.percent(self.quantity * 100)

    @property
    def discount(self) -> Money:
        """What is taken off."""
        return self.gross.percent(self.discount_percent)

    @property
    def net(self) -> Money:
        """What is left after the discount; the tax is reckoned on it."""
        return self.gross - self.discount

    @property
    def tax(self) -> Money:
        """The tax on the net amount, rounded for this line alone."""
        return self.net.percent(self.tax_percent)


@dataclass(frozen=True, slots=True)
class RateTotal:
    """What the lines of one tax rate come to."""

    tax_percent: Decimal
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class Totals:
    """What lines come to together; `rates` are those that occur, the highest first."""

    gross: Money
    discount: Money
    net: Money
    tax: Money
    rates: tuple[RateTotal, ...]

    @property
    def total(self) -> Money:
        """Net and tax together: what is to be paid."""
        return self.net + self.tax

    @property
    def discount_percent(self) -> Decimal:
        """How much of the gross amount is taken off, in per cent with four decimals, rounded half up."""
        if not self.gross.minor:
            return Decimal(0)
        return Decimal((20_000 * 100 * self.discount.minor + self.gross.minor) // (2 * self.gross.minor)).scaleb(-4)


def totals(lines: Iterable[LineAmount], currency: str, rounding: TaxRounding = TaxRounding.PER_LINE) -> Totals:
    """What lines come to. Refuses another currency among them, and a total above 10^14 minor units."""
    by_rate: dict[Decimal, list[LineAmount]] = {}
    for line in lines:
        by_rate.setdefault(line.tax_percent.normalize(), []).append(line)
    rates = tuple(_of_rate(rate, by_rate[rate], currency, rounding) for rate in sorted(by_rate, key=lambda rate: -rate))
    everything = [line for same in by_rate.values() for line in same]
    found = Totals(
        gross=Money.total((line.gross for line in everything), currency),
        discount=Money.total((line.discount for line in everything), currency),
        net=Money.total((each.net for each in rates), currency),
        tax=Money.total((each.tax for each in rates), currency),
        rates=rates,
    )
    if found.total.minor > MOST_MINOR:
        raise Invalid(message("The amount is larger than can be handled."))
    return found


def _of_rate(rate: Decimal, lines: Sequence[LineAmount], currency: str, rounding: TaxRounding) -> RateTotal:
    net = Money.total((line.net for line in lines), currency)
    if rounding is TaxRounding.PER_RATE:
        return RateTotal(rate, net, net.percent(rate))
    return RateTotal(rate, net, Money.total((line.tax for line in lines), currency))


def read_line(
    currency: str,
    *,
    quantity: str,
    unit_price: str,
    discount_percent: str = "0",
    tax_percent: str = "0",
    path: tuple[str, ...] = (),
) -> LineAmount:
    """A line's amounts from what somebody wrote; numbers are decimal text. Raises `Invalid` with the path of the part
    at fault: `quantity`, `unitPrice`, `discountPercent`, `taxPercent`.

    A unit price may be nothing, which a document may state, but not less.
    """
    amount = read_number(quantity, QUANTITY_PLACES, (*path, "quantity"))
    if not 0 < amount <= MOST_QUANTITY:
        text = message("A quantity is more than zero and at most {most}.")
        raise Invalid(text, {"most": f"{MOST_QUANTITY:f}"}, (*path, "quantity"))
    discount = read_number(discount_percent, PERCENT_PLACES, (*path, "discountPercent"))
    if not 0 <= discount <= MOST_PERCENT:
        raise Invalid(message("A discount is between 0 and 100 per cent."), {}, (*path, "discountPercent"))
    tax = read_number(tax_percent, PERCENT_PLACES, (*path, "taxPercent"))
    if not 0 <= tax <= MOST_PERCENT:
        raise Invalid(message("A tax rate is between 0 and 100 per cent."), {}, (*path, "taxPercent"))
    price = read_money(unit_price, currency, (*path, "unitPrice"))
    if price.minor < 0:
        raise Invalid(message("A price must not be negative."), {}, (*path, "unitPrice"))
    made = LineAmount(amount, price, discount, tax)
    try:
        _ = made.gross + made.tax
    except Invalid as refusal:
        refusal.path = (*path, "unitPrice")
        raise
    return made


def read_money(amount: str, currency: str, path: tuple[str, ...]) -> Money:
    """An amount as somebody wrote it, in major units. Raises `Invalid` with the path of the input."""
    try:
        return Money.of(amount, currency)
    except Invalid as refusal:
        refusal.path = path
        raise


def read_currency(currency: str, path: tuple[str, ...] = ("currency",)) -> str:
    """The code of a currency that one can owe. Raises `Invalid` with the path of the input."""
    try:
        exponent(currency)
    except Invalid as refusal:
        refusal.path = path
        raise
    return currency


def read_number(given: str, places: int, path: tuple[str, ...]) -> Decimal:
    """A number with at most so many decimals and twelve figures before them. Raises `Invalid` with the path."""
    found = decimals.read(given, *path)
    if found and (found.adjusted() > 12 or found.normalize().as_tuple().exponent < -places):  # type: ignore[operator]  # finite
        text = message("“{given}” is too large or has more than {places} decimals.")
        raise Invalid(text, {"given": given[:40], "places": places}, path)
    return found
