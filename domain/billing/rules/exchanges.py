"""Credit of a customer that is exchanged into another currency: the day's rate, and what is gained or lost by it."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal

from domain.kernel.amounts import read_number
from domain.kernel.money import Money, exponent
from tenancy.refusals import Invalid, message

RATE_PLACES = 8
# What counts is seldom just what the rate makes of it; further off, the rate is the wrong way round or a slip.
MOST_OFF_PERCENT = 20
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Exchange:
    """An amount, what it counts for in another currency, and what one unit of the first was worth in the second."""

    amount: Money
    into: Money
    rate: Decimal

    @property
    def difference_minor(self) -> int:
        """By how much the amount was worth more than it counts for: a gain; a loss below zero."""
        return self.value_minor - self.into.minor

    @property
    def value_minor(self) -> int:
        """What the amount was worth by the rate, rounded half up to the smallest unit."""
        scaled = _EXACT.multiply(self.amount.decimal, self.rate).scaleb(exponent(self.into.currency), _EXACT)
        return int(scaled.to_integral_value(ROUND_HALF_UP))


def exchange(amount: Money, into: Money, rate: str) -> Exchange:
    """An exchange from what somebody wrote. Refuses the same currency, nothing, and with RATE_MISMATCH amounts that the
    rate does not even nearly bear out."""
    if amount.currency == into.currency:
        text = message("Credit is exchanged into another currency than its own.")
        raise Invalid(text, {}, ("into", "currency"))
    if into.minor <= 0:
        raise Invalid(message("The amount must be more than zero."), {}, ("into",))
    found = read_number(rate, RATE_PLACES, ("rate",))
    if found <= 0:
        raise Invalid(message("The amount must be more than zero."), {}, ("rate",))
    made = Exchange(amount, into, found)
    if abs(made.difference_minor) * 100 > into.minor * MOST_OFF_PERCENT:
        text = message(
            "By this rate {amount} is worth something else than {into}: the rate says what one unit of"
            " {from_currency} is worth in {into_currency}."
        )
        blanks = {"from_currency": amount.currency, "into_currency": into.currency}
        raise Invalid(text, {"amount": str(amount), "into": str(into), **blanks}, ("rate",), code="RATE_MISMATCH")
    return made


def check_day(exchanged_on: date, received_on: date, today: date) -> None:
    """Refuse days before the money came in, and to come."""
    if not received_on <= exchanged_on <= today:
        text = message("Credit is exchanged between the day on which it came in, {received_on}, and today.")
        raise Invalid(text, {"received_on": received_on}, ("exchangedOn",))
