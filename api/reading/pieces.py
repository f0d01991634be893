"""The small parts that statements are made of: places of rows, leaves, names."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import GraphQLEnumType, GraphQLField, get_named_type, is_list_type, is_non_null_type
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ColumnElement,
    FromClause,
    Select,
    Text,
    column,
    func,
    literal_column,
    values,
)
from sqlalchemy.sql import ClauseElement, visitors
from sqlalchemy.types import TypeEngine

from tenancy.rows import Rows
from tenancy.statements import DIALECT

# PostgreSQL cuts longer names, and the answer's keys are names.
LONGEST_NAME = 63

NO_ROWS = literal_column("'[]'::json", JSON())
NO_FIELDS = literal_column("'{}'::json", JSON())


class UnplannableError(Exception):
    """The planner doesn't know this; strawberry executes the whole document instead."""


def named(key: str, expression: ColumnElement[Any]) -> ColumnElement[Any]:
    """The expression under its response key."""
    if len(key) > LONGEST_NAME:
        raise UnplannableError("a key longer than a name in PostgreSQL")
    return expression.label(key)


def word(text: str) -> ColumnElement[str]:
    """A constant of the schema, such as a type's name, in the statement's text."""
    return literal_column("'" + text.replace("'", "''") + "'", Text())


def leaf(field: GraphQLField, expression: ColumnElement[Any]) -> ColumnElement[Any]:
    """Enumerations are stored as small words, which GraphQL writes in capitals."""
    if isinstance(get_named_type(field.type), GraphQLEnumType):
        inner = field.type.of_type if is_non_null_type(field.type) else field.type
        if is_list_type(inner):
            raise UnplannableError("a list of enumerated words")
        return func.upper(expression)
    return expression


def kind_of(value: Any) -> TypeEngine[Any]:
    """The SQL type of a value that the product knows."""
    if isinstance(value, bool):
        return Boolean()
    return BigInteger() if isinstance(value, int) else Text()


def known_values(items: Sequence[Mapping[str, Any]], name: str) -> FromClause:
    """Plain values as the rows of a source, each with its place among them as `n`."""
    kinds = {key: kind_of(next((item[key] for item in items if item[key] is not None), "")) for key in items[0]}
    columns = (*(column(key, kind) for key, kind in kinds.items()), column("n", BigInteger()))
    rows = [(*(item[key] for key in kinds), number) for number, item in enumerate(items)]
    return values(*columns, name=name).data(rows)


def value_of(expression: Callable[[Any], Any], row: Any) -> Any:
    """An expression over a row; a select becomes the one value it finds, and `row` stays the outer one's."""
    found = expression(row)
    return about(found.scalar_subquery() if isinstance(found, Select) else found, row)


def about(expression: Any, *rows: Any) -> Any:
    """The expression, its subqueries tied to these rows however far outside of them the rows stand.

    By itself a subquery is tied to the statement right around it alone; it would read any row further out as a table of
    its own, and answer about all rows at once.
    """
    around = [row.source for row in rows if isinstance(row, Rows)]
    if around and isinstance(expression, ClauseElement):
        subqueries = [element for element in visitors.iterate(expression) if isinstance(element, Select)]
        # A source that doesn't stand around a subquery is not tied by being named here.
        around += [source for subquery in subqueries for source in _sources_of(subquery)]
        for subquery in subqueries:
            # They were made for this place a moment ago, and a copy would leave those inside it behind.
            Select.correlate.non_generative(subquery, *around)  # type: ignore[attr-defined]  # correlate() without a copy
    return expression


def _sources_of(subquery: Select[Any]) -> Sequence[FromClause]:
    """What a select reads from: `get_final_froms()`, which writes the whole statement first and throws it away."""
    nothing_to_write = DIALECT.statement_compiler(DIALECT, None)
    found: Sequence[FromClause] = subquery._compile_state_factory(subquery, nothing_to_write)._get_display_froms()
    return found
