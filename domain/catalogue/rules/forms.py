"""What a form asks: its fields, each of one kind with its bounds."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, RootModel, model_validator

from domain.kernel import money
from domain.policies.rules import checks
from domain.policies.rules.values import Code, Part, Wording, check_once, unfit
from tenancy.refusals import Refusal, message

MOST_FIELDS = 60
MOST_CHOICES = 100
LABEL_LENGTH = 200
# Beyond these no number is exact in every program that reads it.
LARGEST = Decimal(10) ** 15
_NUMBER = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,6})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)

Bound = int | Decimal | date | datetime


class FieldKind(StrEnum):
    """What is entered into a field."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    INSTANT = "instant"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    CONTACT = "contact"


WITH_CHOICES = (FieldKind.CHOICE, FieldKind.CHOICES)
# How many characters a text has, or choices an answer, where the form says nothing; no form can ask for more.
LONGEST = {FieldKind.TEXT: 200, FieldKind.LONG_TEXT: 10_000, FieldKind.CHOICES: MOST_CHOICES}


class Choice(Part):
    """One of the choices of a field."""

    code: Code
    label: Wording


class FormField(Part):
    """One field of a form.

    `minimum` and `maximum` are texts, and bound what the kind has: the value of a number or an amount, the characters
    of a text, how many are chosen of several choices, the first and last day or instant.
    """

    code: Code
    kind: FieldKind = FieldKind.TEXT
    label: Wording
    required: bool = False
    minimum: Annotated[str, Field(max_length=40)] | None = None
    maximum: Annotated[str, Field(max_length=40)] | None = None
    # Of a number; an amount of money has those of its currency.
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    currency: str | None = None
    choices: Annotated[tuple[Choice, ...], Field(max_length=MOST_CHOICES)] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for label in (self.label, *(choice.label for choice in self.choices)):
            if max(map(len, label.model_dump().values())) > LABEL_LENGTH:
                raise unfit(message("At most {max_length} characters are possible."), max_length=LABEL_LENGTH)
        if (self.kind in WITH_CHOICES) != (len(self.choices) > 1):
            raise unfit(message("A choice has at least two choices; other fields have none."))
        check_once(choice.code for choice in self.choices)
        if (self.kind is FieldKind.MONEY) != (self.currency is not None):
            raise unfit(message("An amount of money names its currency; other fields have none."))
        if self.decimals and self.kind is not FieldKind.NUMBER:
            raise unfit(message("Only a number has decimals of its own."))
        if self.currency is not None:
            try:
                money.exponent(self.currency)
            except Refusal as refusal:
                raise ValueError(refusal) from refusal
        return self

    @model_validator(mode="after")
    def _bounds_fit(self) -> Self:
        bounds = [self.bound(text) for text in (self.minimum, self.maximum) if text is not None]
        if len(bounds) == 2 and bounds[0] > bounds[1]:  # type: ignore[operator]  # two bounds of one kind compare
            raise unfit(message("The least is more than the most."))
        longest = LONGEST.get(self.kind)
        if longest is not None and any(isinstance(bound, int) and not 0 <= bound <= longest for bound in bounds):
            raise unfit(message("The bound lies between 0 and {most}."), most=longest)
        return self

    def bound(self, text: str) -> Bound:
        """A bound as it is compared. Raises `ValueError` for one that the kind does not have."""
        found: Bound | None = None
        match self.kind:
            case FieldKind.NUMBER | FieldKind.MONEY:
                found = decimal_of(text)
            case FieldKind.DAY:
                found = day_of(text)
            case FieldKind.INSTANT:
                found = instant_of(text)
            case FieldKind.TEXT | FieldKind.LONG_TEXT | FieldKind.CHOICES:
                found = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None
        if found is None:
            raise unfit(message("“{bound}” can't bound a field of this kind."), bound=text)
        return found

    @property
    def places(self) -> int:
        """How many decimals a number or an amount has."""
        return self.decimals if self.currency is None else money.exponent(self.currency)


class _Fields(RootModel[Annotated[tuple[FormField, ...], Field(max_length=MOST_FIELDS)]]):
    @model_validator(mode="after")
    def _each_once(self) -> Self:
        check_once(field.code for field in self.root)
        return self


def parse_fields(given: Sequence[Mapping[str, Any]]) -> tuple[FormField, ...]:
    """A form from the JSON of its fields. Raises `Invalid`, whose path leads into `fields`."""
    return checks.parse(_Fields, list(given), "fields").root


def decimal_of(text: str) -> Decimal | None:
    """A number as it is written with figures, or None."""
    found = Decimal(text) if _NUMBER.fullmatch(text) else None
    # Without the sign of nothing.
    return found + 0 if found is not None and abs(found) <= LARGEST else None


def day_of(text: str) -> date | None:
    """A day such as 2026-11-21, or None."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def instant_of(text: str) -> datetime | None:
    """An instant with its offset, in UTC, or None."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if _INSTANT.fullmatch(text) else None
    except (ValueError, OverflowError):
        return None
