"""Filters: typed inputs per kind of column, combined with and, or and not, and what they become in SQL."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Generic, TypeVar
from uuid import UUID

import strawberry
from graphql import GraphQLInputObjectType, get_named_type
from sqlalchemy import Boolean, ColumnElement, Text, any_, false, func, not_, or_, true
from sqlalchemy import and_ as all_of
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Enum, TypeEngine

from api.reading.binding import Slots
from api.reading.pieces import value_of

T = TypeVar("T")
COLUMN = "column"


def _operator(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=None, description=description, name=name)


@strawberry.input(description="By a reference.")
class IdFilter:
    """Equality of ids."""

    eq: UUID | None = _operator("Is this record.")
    in_: list[UUID] | None = _operator("Is one of these records.", "in")
    is_null: bool | None = _operator("Whether there is none.")


@strawberry.input(description="By a word of an enumeration.")
class WordFilter(Generic[T]):
    """Equality of words."""

    eq: T | None = _operator("Is this word.")
    in_: list[T] | None = _operator("Is one of these words.", "in")


@strawberry.input(description="By a text.")
class TextFilter:
    """Equality and containment of texts."""

    eq: str | None = _operator("Is exactly this text.")
    in_: list[str] | None = _operator("Is exactly one of these texts.", "in")
    contains: str | None = _operator("Contains this text, whatever its case.")


@strawberry.input(description="By an instant, in UTC or with an offset.")
class InstantFilter:
    """Ranges of instants."""

    gte: datetime | None = _operator("At this instant or later.")
    gt: datetime | None = _operator("Later than this instant.")
    lte: datetime | None = _operator("At this instant or earlier.")
    lt: datetime | None = _operator("Earlier than this instant.")
    is_null: bool | None = _operator("Whether there is none.")


@strawberry.input(description="By a day.")
class DayFilter:
    """Ranges of days."""

    eq: date | None = _operator("On this day.")
    gte: date | None = _operator("On this day or later.")
    lte: date | None = _operator("On this day or earlier.")
    is_null: bool | None = _operator("Whether there is none.")


@strawberry.input(description="By a number.")
class NumberFilter:
    """Ranges of whole numbers."""

    eq: int | None = _operator("Is this number.")
    gte: int | None = _operator("Is this number or more.")
    lte: int | None = _operator("Is this number or less.")


@strawberry.input(description="By a list of words.")
class ListFilter:
    """Membership in lists."""

    has: str | None = _operator("Holds exactly this word.")


@strawberry.input(description="By an answer.")
class AnswerFilter:
    """Equality of answers that stand in an object by their codes."""

    code: str = strawberry.field(description="The code of the field.")
    eq: str = strawberry.field(
        description="Is this answer, as it is kept, written as text: 12, 12.50, true, a code; or has it among others."
    )


def filtered(description: str, column: Callable[[Any], Any] | None = None) -> Any:
    """A field of a filter: by the column of its name, or by an expression over the row."""
    return strawberry.field(default=None, description=description, metadata={COLUMN: column} if column else {})


def combining(description: str, name: str) -> Any:
    """The fields `and`, `or` and `not` of a filter."""
    return strawberry.field(default=None, description=description, name=name)


class Filters:
    """Turns one call's filter into a condition over a row."""

    def __init__(self, slots: Slots, call: int, row: Any) -> None:
        self._slots, self._call, self._row = slots, call, row

    def condition(
        self, gtype: GraphQLInputObjectType, value: Mapping[str, Any], path: tuple[str | int, ...]
    ) -> ColumnElement[bool]:
        """All that `value` names must hold."""
        conditions: list[ColumnElement[bool]] = [true()]
        for name, given in value.items():
            if given is None:
                continue
            here = (*path, name)
            if name in ("and", "or"):
                inner = [self.condition(gtype, item, (*here, index)) for index, item in enumerate(given)]
                conditions.append(all_of(true(), *inner) if name == "and" else or_(false(), *inner))
            elif name == "not":
                conditions.append(not_(self.condition(gtype, given, here)))
            else:
                conditions.append(self._field(gtype.fields[name], given, here))
        return all_of(*conditions)

    def _field(self, declared: Any, given: Any, path: tuple[str | int, ...]) -> ColumnElement[bool]:
        definition = declared.extensions["strawberry-definition"]
        expression = definition.metadata.get(COLUMN)
        column = value_of(expression or attrgetter(definition.python_name), self._row)
        kind: TypeEngine[Any] = Text() if isinstance(column.type, Enum) else column.type
        if not isinstance(get_named_type(declared.type), GraphQLInputObjectType):
            return column == self._slots.argument(self._call, path, kind)  # type: ignore[no-any-return]  # a column's ==
        if isinstance(kind, JSONB):
            return self._answer(column, path)
        conditions = [
            self._operation(column, kind, operator, (*path, operator))
            for operator, operand in given.items()
            if operand is not None
        ]
        return all_of(true(), *conditions)

    def _answer(self, column: Any, path: tuple[str | int, ...]) -> ColumnElement[bool]:
        """What stands in an object under a code, or is one of the words that stand there."""
        code = self._slots.argument(self._call, (*path, "code"), Text())
        value = self._slots.argument(self._call, (*path, "eq"), Text())
        among = column.op("->")(code).op("@>")(func.to_jsonb(value))
        return func.coalesce(or_(column.op("->>")(code) == value, among), false())

    def _operation(
        self, column: Any, kind: TypeEngine[Any], operator: str, path: tuple[str | int, ...]
    ) -> ColumnElement[bool]:
        if operator == "in":
            return column == any_(self._slots.argument(self._call, path, ARRAY(kind)))  # type: ignore[no-any-return]  # as above
        if operator == "is_null" or operator == "isNull":
            return column.is_(None) == self._slots.argument(self._call, path, Boolean())  # type: ignore[no-any-return]  # as above
        value = self._slots.argument(self._call, path, kind.item_type if isinstance(kind, ARRAY) else kind)
        match operator:
            case "eq":
                found = column == value
            case "lt":
                found = column < value
            case "lte":
                found = column <= value
            case "gt":
                found = column > value
            case "gte":
                found = column >= value
            case "has":
                found = value == any_(column)
            case _:
                # position() takes the text as it is: no pattern, so nothing in it has a meaning.
                found = func.strpos(func.lower(column), func.lower(value)) > 0
        return found  # type: ignore[no-any-return]  # as above
