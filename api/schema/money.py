"""Money at the door: an amount as decimal text, with exactly the decimals that its currency has, and the currency."""

from collections.abc import Callable
from typing import Any

import strawberry
from babel.numbers import list_currencies
from sqlalchemy import ColumnElement, Numeric, Text, case, cast, literal_column

from api.reading.mapping import Expression, made_of, part
from api.schema.inputs import given
from domain.kernel import money as kernel
from domain.kernel.amounts import read_currency, read_money
from tenancy.refusals import Invalid

USUAL_PLACES = 2


def _places(currency: str) -> int:
    try:
        return kernel.exponent(currency)
    except Invalid:
        return USUAL_PLACES


UNUSUAL = {code: places for code in sorted(list_currencies()) if (places := _places(code)) != USUAL_PLACES}


@part
class Money:
    """An exact amount of money."""

    amount: str = strawberry.field(
        description="The amount as decimal text, with all the decimals that the currency has: 1234.50."
    )
    currency: str = strawberry.field(description="The currency by its code of ISO 4217, such as CNY.")


@strawberry.input(description="An exact amount of money.")
class MoneyInput:
    """An exact amount of money."""

    amount: str = given("The amount as decimal text, with no more decimals than the currency has: 1234.50.")
    currency: str = given("The currency by its code of ISO 4217, such as CNY.")

    def value(self, *path: str) -> kernel.Money:
        """The amount. Raises `Invalid` with the path of the input."""
        return read_money(self.amount, read_currency(self.currency, (*path, "currency")), path)


def decimal_text(minor: Any, currency: Any) -> ColumnElement[str]:
    """An amount in minor units as decimal text. The product of two numerics has the decimals of both, here of one."""
    unit = case(*((currency == code, _unit(places)) for code, places in UNUSUAL.items()), else_=_unit(USUAL_PLACES))
    return cast(cast(minor, Numeric()) * unit, Text())


def _unit(places: int) -> ColumnElement[Any]:
    return literal_column("1" if places == 0 else f"0.{'1'.rjust(places, '0')}", Numeric())


def money(
    description: str,
    minor: Callable[[Any], Any],
    *,
    when: Expression | None = None,
) -> Any:
    """The field is an amount in minor units, in the currency of the row's column `currency`."""
    return made_of(
        description,
        when=when,
        amount=lambda row: decimal_text(minor(row), row.currency),
        currency=lambda row: row.currency,
    )
