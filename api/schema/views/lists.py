"""What a saved view says of its list, held against the schema as it is: filters, orders and columns that fit it."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    Undefined,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)
from graphql.execution.values import input_is_nested_too_deeply
from graphql.utilities import coerce_input_value, validate_input_value
from graphql.utilities.coerce_input_value import coerce_default_value

from api.reading import mapping
from api.reading.limits import LIMITS
from domain.kernel.permissions import Permission
from domain.views.rules import ViewedList
from tenancy.refusals import Invalid, message

DEEPEST_COLUMN = 4


def field_of(viewed: ViewedList) -> GraphQLField:
    """The root field of a list."""
    from api.schema import SCHEMA  # the schema is made of what imports this

    query = SCHEMA._schema.query_type
    assert query is not None
    found: GraphQLField = query.fields[viewed.value]
    return found


def needed(viewed: ViewedList) -> Permission | None:
    """The permission that a list needs beyond what its rows do."""
    read = mapping.read_of(field_of(viewed).extensions["strawberry-definition"])
    assert read is not None
    return read.needs


def check(viewed: ViewedList, filter: Any, order: str | None, columns: Sequence[str]) -> dict[str, Any]:
    """The filter and the order as arguments of the list. Raises `Invalid` for what does not fit it (any more)."""
    field = field_of(viewed)
    connection: Any = get_named_type(field.type)
    node: Any = get_named_type(connection.fields["nodes"].type)
    for place, column in enumerate(columns):
        if not _is_column(node, column.split(".")):
            text = message("The list has no column “{column}”.")
            raise Invalid(text, {"column": column[:100]}, ("columns", str(place)))
    arguments: dict[str, Any] = {}
    for name, value in (("filter", filter), ("order", order)):
        declared = field.args.get(name)
        if value is None:
            usual = coerce_default_value(declared) if declared is not None else None
            arguments[name] = None if usual is Undefined else usual
        else:
            arguments[name] = _coerced(name, value, declared.type if declared is not None else None)
    return arguments


def _coerced(name: str, value: Any, type_: Any) -> Any:
    if type_ is None:
        raise Invalid(message("This list has no filter."), {}, (name,))
    if name == "filter" and (
        not isinstance(value, Mapping) or _is_too_much(value) or input_is_nested_too_deeply(value, type_)
    ):
        text = message("A filter is an object of at most {most} values.")
        raise Invalid(text, {"most": LIMITS.filter_values}, (name,))
    faults: list[tuple[GraphQLError, list[str | int]]] = []
    validate_input_value(value, type_, lambda error, path: faults.append((error, path)), True)
    if faults:
        error, path = faults[0]
        text = message("This does not fit the list: {fault}")
        raise Invalid(text, {"fault": error.message[:300]}, (name, *map(str, path)))
    return coerce_input_value(value, type_)


def _is_too_much(value: Any) -> bool:
    """Whether a filter has too many values and conditions, or too deep ones; without recursion, since anything may be
    sent."""
    count, waiting = 0, [(value, 0)]
    while waiting:
        found, depth = waiting.pop()
        count += 1
        if count > LIMITS.filter_values or depth > LIMITS.value_depth:
            return True
        inner = found.values() if isinstance(found, Mapping) else found if isinstance(found, list) else ()
        waiting += [(each, depth + 1) for each in inner]
    return False


def _is_column(gtype: Any, steps: Sequence[str]) -> bool:
    """Whether a path leads over single records to a plain value, without arguments that would have to be given."""
    if len(steps) > DEEPEST_COLUMN or not isinstance(gtype, GraphQLObjectType):
        return False
    field = gtype.fields.get(steps[0])
    if field is None or any(is_required_argument(argument) for argument in field.args.values()):
        return False
    inner: Any = field.type.of_type if is_non_null_type(field.type) else field.type
    if len(steps) > 1:
        return not is_list_type(inner) and _is_column(inner, steps[1:])
    return is_leaf_type(get_named_type(inner))
