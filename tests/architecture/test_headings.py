"""Every column that an export can have is called something in each language."""

from typing import Any

from graphql import (
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)

from api.exporting.headings import LABELS
from api.schema.views import lists
from domain.views.rules import ViewedList


def _names(gtype: Any, depth: int, found: set[str]) -> None:
    for name, field in gtype.fields.items():
        inner = field.type.of_type if is_non_null_type(field.type) else field.type
        named = get_named_type(inner)
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if is_leaf_type(named):
            found.add(name)
        elif isinstance(named, GraphQLObjectType) and not is_list_type(inner) and not named.name.endswith("Connection"):
            found.add(name)
            if depth < 2:
                _names(named, depth + 1, found)


def test_every_column_has_a_heading() -> None:
    found: set[str] = set()
    for viewed in ViewedList:
        connection: Any = get_named_type(lists.field_of(viewed).type)
        _names(get_named_type(connection.fields["nodes"].type), 1, found)
    missing = sorted(found - LABELS.keys())
    assert not missing, f"say in api/exporting/headings.py what these columns are called, for people: {missing}"
