"""Simple comparisons of a subject's facts, by which the steps of an approval chain are taken or left out."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, StrictBool, StrictInt, StrictStr, model_validator

from domain.kernel.money import exponent
from domain.kernel.subjects import FactType, SubjectKind, facts_of, is_amount
from domain.policies.rules.conditions import ConditionFailed, Failure
from domain.policies.rules.values import Part, unfit
from tenancy.refusals import Invalid, message


class Operator(StrEnum):
    """How a fact is compared with a condition's value."""

    EQUALS = "equals"
    DIFFERS = "differs"
    ONE_OF = "one_of"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"


_ORDERED = {Operator.AT_LEAST, Operator.MORE_THAN, Operator.AT_MOST, Operator.LESS_THAN}


class Condition(Part):
    """A comparison of one of the subject's facts, such as `amount_minor` `at_least` 1000000."""

    fact: Annotated[
        str,
        Field(
            pattern=r"^[a-z][a-z0-9_]*$",
            max_length=60,
            description=(
                "What is compared: a fact of the subject, such as amount_minor. `approvalSubjects` lists the "
                "facts of every subject."
            ),
        ),
    ]
    operator: Annotated[
        Operator,
        Field(
            description="How it is compared; `at_least`, `more_than`, `at_most` and `less_than` are for whole numbers."
        ),
    ]
    value: Annotated[
        StrictBool | StrictInt | StrictStr | tuple[StrictInt | StrictStr, ...],
        Field(
            description=(
                "What it is compared with: a whole number (amounts in the smallest unit of their currency), true "
                "or false, a text, a day as 2026-01-31 (equal or different; `when` compares days by order), or "
                "with `one_of` a list."
            )
        ),
    ]

    currency: Annotated[
        str | None,
        Field(
            max_length=3,
            description=(
                "With an amount that is compared by `at_least`, `more_than`, `at_most` or `less_than`: the currency of "
                "`value`, such as CNY. A record in another currency meets the comparison whatever its amount, so that "
                "no foreign amount slips past a threshold. Without it numbers alone are compared, whatever the "
                "currency; the check of a draft warns of that."
            ),
        ),
    ] = None

    @model_validator(mode="after")
    def _can_be_compared(self) -> Self:
        if (self.operator is Operator.ONE_OF) != isinstance(self.value, tuple):
            raise unfit(message("“one_of” takes a list of values, every other comparison a single value."), "value")
        if self.operator in _ORDERED and type(self.value) is not int:
            raise unfit(message("“{operator}” compares whole numbers."), "value", operator=self.operator.value)
        if self.currency is not None:
            if self.operator not in _ORDERED or not is_amount(self.fact):
                raise unfit(message("“currency” stands with an amount that is compared by its size."), "currency")
            try:
                exponent(self.currency)
            except Invalid as refusal:
                raise ValueError(refusal) from None
        return self

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts on which it turns."""
        return (self.fact,) if self.currency is None else (self.fact, "currency")

    @property
    def compares_amounts(self) -> bool:
        """Whether it compares an amount by its size."""
        return self.operator in _ORDERED and is_amount(self.fact)

    @property
    def _written(self) -> str:
        return ", ".join(map(str, self.value)) if isinstance(self.value, tuple) else str(self.value)

    def check(self, subject_kind: SubjectKind, purpose: str) -> None:
        """Refuse with `Invalid` a fact that the subject has not, or a value of another type."""
        facts = facts_of(subject_kind, purpose)
        if self.fact not in facts:
            text = message("The subject has no fact “{name}”. It has: {facts}.")
            raise Invalid(text, {"name": self.fact, "facts": ", ".join(facts) or "—"})
        kind = facts[self.fact]
        for value in self.value if isinstance(self.value, tuple) else (self.value,):
            if not kind.admits(value) or (self.operator in _ORDERED and kind is not FactType.NUMBER):
                text = message("“{fact}” is a {type}; it can't be compared like this.")
                raise Invalid(text, {"fact": self.fact, "type": kind.value})
        if self.currency is not None and "currency" not in facts:
            raise Invalid(message("The subject has no currency."))

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether the facts meet the condition. Raises `ConditionFailed` for a fact that is missing.

        A fact that is missing must never let a step be left out in silence, so it is no answer.
        """
        fact = facts.get(self.fact)
        if fact is None or (self.operator in _ORDERED and type(fact) is not int):
            raise ConditionFailed.of(f"{self.fact} {self.operator.value} {self._written}", Failure.MISSING, self.fact)
        if self.currency is not None:
            currency = facts.get("currency")
            if currency is None:
                raise ConditionFailed.of(f"{self.fact} {self._written} {self.currency}", Failure.MISSING, "currency")
            if currency != self.currency:
                return True
        match self.operator, self.value:
            case Operator.EQUALS, value:
                return bool(fact == value)
            case Operator.DIFFERS, value:
                return bool(fact != value)
            case Operator.ONE_OF, tuple(values):
                return fact in values
            case Operator.AT_LEAST, int(least):
                return bool(fact >= least)
            case Operator.MORE_THAN, int(less):
                return bool(fact > less)
            case Operator.AT_MOST, int(most):
                return bool(fact <= most)
            case _, int(more):
                return bool(fact < more)
        raise AssertionError("a condition is checked when it is written")
