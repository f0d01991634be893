"""Money: an exact amount in one currency, counted in the currency's smallest unit."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import Annotated, Self

from babel.numbers import list_currencies
from pydantic import Field, GetCoreSchemaHandler
from pydantic_core.core_schema import CoreSchema, no_info_wrap_validator_function

from domain.kernel import decimals
from tenancy.refusals import Invalid, message

MAX_MINOR = 10**15
DAYS_OF_A_YEAR = 365

# ISO 4217 numbers of decimals, where they are not two. CLDR, which babel carries, shows some currencies with fewer
# decimals than they have and changes its mind between releases; stored amounts must not change with it.
_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
# Codes of ISO 4217 that are no money one can owe: metals, funds, tests.
_NO_MONEY = frozenset(["XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"])
# Wide enough for every amount within the bounds times a rate, before it is rounded once.
_EXACT = Context(prec=60)


@cache
def exponent(currency: str) -> int:
    """How many decimals an amount in this currency has (ISO 4217). Raises `Invalid` when there is no such currency."""
    if currency in _NO_MONEY or currency not in list_currencies():
        text = message("“{currency}” is not a currency of ISO 4217, such as CNY.")
        raise Invalid(text, {"currency": currency[:20]})
    return next((places for places, codes in _DECIMALS.items() if currency in codes.split()), 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units, up to 10^15 either way. Raises `Invalid` beyond that and for unknown currencies.

    Amounts in different currencies are never equal, and comparing or adding them is refused.
    """

    minor: Annotated[int, Field(description="The amount in the smallest unit of the currency, such as fen or cents.")]
    currency: Annotated[str, Field(description="The currency's code, such as CNY.")]

    def __post_init__(self) -> None:
        exponent(self.currency)
        if abs(self.minor) > MAX_MINOR:
            raise Invalid(message("The amount is larger than can be handled."))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Inside a clause's value a refused amount is an error of that value, with its place in it."""
        return no_info_wrap_validator_function(_as_value, handler(source))

    @classmethod
    def of(cls, amount: Decimal | str | int, currency: str) -> Self:
        """An amount as people write it, in major units. Refuses more decimals than the currency has."""
        places = exponent(currency)
        decimal = decimals.read(amount) if isinstance(amount, str) else Decimal(amount)
        if not decimal.is_finite():
            raise _not_a_number(str(amount))
        digits, power = decimal.as_tuple().digits, decimal.adjusted()
        # Judged by its form before it is scaled: 1e999999999 must not become a number with as many digits.
        if decimal and power > len(str(MAX_MINOR)):
            raise Invalid(message("The amount is larger than can be handled."))
        if len(digits) > _EXACT.prec:
            raise _not_a_number(str(amount))
        if decimal and power < -places:
            raise _too_many_decimals(currency, places, str(amount))
        minor = decimal.scaleb(places, _EXACT) if decimal else Decimal()
        if minor != minor.to_integral_value():
            raise _too_many_decimals(currency, places, str(amount))
        return cls(int(minor), currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in a currency."""
        return cls(0, currency)

    @classmethod
    def total(cls, amounts: Iterable["Money"], currency: str) -> "Money":
        """The sum of amounts that are all in `currency`; zero when there are none."""
        result = Money.zero(currency)
        for amount in amounts:
            result = result + amount
        return result

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, with all the currency's decimals."""
        return Decimal(self.minor).scaleb(-exponent(self.currency), _EXACT)

    def __str__(self) -> str:
        return f"{self.decimal:f} {self.currency}"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> "Money":
        # A rate is applied by `percent`, which rounds where it can be seen.
        if not isinstance(times, int):
            return NotImplemented
        return Money(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other).minor

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other).minor

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other).minor

    def _same(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            text = message("Amounts in {one} and in {other} cannot be added or compared.")
            raise Invalid(text, {"one": self.currency, "other": other.currency})
        return other

    def allocate(self, weights: Sequence[int]) -> tuple["Money", ...]:
        """Parts in proportion to the weights that add up to the whole, each within a minor unit of its exact share.

        What does not divide goes to the parts that lost most by rounding down, the first of them first. Refuses
        negative weights and weights that are all zero.
        """
        whole = sum(weights)
        if whole <= 0 or any(weight < 0 for weight in weights):
            raise Invalid(message("Shares must not be negative, nor all of them zero."))
        sign = -1 if self.minor < 0 else 1
        parts = [abs(self.minor) * weight // whole for weight in weights]
        lost = [abs(self.minor) * weight % whole for weight in weights]
        most_lost_first = sorted(range(len(weights)), key=lambda index: -lost[index])
        for index in most_lost_first[: abs(self.minor) - sum(parts)]:
            parts[index] += 1
        return tuple(Money(sign * part, self.currency) for part in parts)

    def percent(self, rate: Decimal, rounding: str = ROUND_HALF_UP) -> "Money":
        """`rate` per cent of the amount: 13 is thirteen per cent. Rounded once, to the minor unit."""
        return self._times(_finite(rate), Decimal(100), rounding)

    def interest(self, annual_rate: Decimal, days: int, rounding: str = ROUND_HALF_UP) -> "Money":
        """Simple interest for a number of days at `annual_rate` per cent a year of 365 days."""
        if days < 0:
            raise Invalid(message("Interest cannot run for a negative number of days."))
        return self._times(
            _EXACT.multiply(_finite(annual_rate), Decimal(days)), Decimal(100 * DAYS_OF_A_YEAR), rounding
        )

    def _times(self, factor: Decimal, divisor: Decimal, rounding: str) -> "Money":
        share = _EXACT.divide(_EXACT.multiply(Decimal(self.minor), factor), divisor)
        if share.adjusted() > len(str(MAX_MINOR)):
            raise Invalid(message("The amount is larger than can be handled."))
        return Money(int(share.to_integral_value(rounding)), self.currency)


def _as_value(given: object, validate: Callable[[object], Money]) -> Money:
    try:
        return validate(given)
    except Invalid as refusal:
        raise ValueError(refusal) from refusal


def _finite(rate: Decimal) -> Decimal:
    if not rate.is_finite() or rate.adjusted() > len(str(MAX_MINOR)):
        raise _not_a_number(str(rate))
    return rate


def _not_a_number(given: str) -> Invalid:
    return Invalid(message("“{given}” is not a number."), {"given": given[:40]})


def _too_many_decimals(currency: str, places: int, given: str) -> Invalid:
    text = message("{currency} has {places} decimals; {amount} has more.")
    return Invalid(text, {"currency": currency, "places": places, "amount": given[:40]})


def decimal_text(minor: int, currency: str) -> str:
    """A sum of amounts in major units, however large it is."""
    return f"{Decimal(minor).scaleb(-exponent(currency), _EXACT):f}"
