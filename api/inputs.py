"""From the values that GraphQL gives to the classes of inputs that mutations take.

The same as `strawberry.types.arguments.convert_arguments`, which finds out about types and names again for every value.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from functools import cache
from typing import Any

from strawberry import UNSET
from strawberry.scalars import is_scalar
from strawberry.types.arguments import convert_argument
from strawberry.types.base import StrawberryList, StrawberryMaybe, StrawberryOptional, has_object_definition
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType

Taker = Callable[[Any], Any]


def taken(field: StrawberryField, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a mutation by their Python names, inputs as their classes."""
    return {name: taker(given[key]) for key, name, taker in _takers(field) if key in given}


@cache
def _takers(field: StrawberryField) -> tuple[tuple[str, str, Taker], ...]:
    """How each argument of a field is taken: its name in GraphQL and in Python."""
    names = _schema().config.name_converter
    return tuple(
        (names.from_argument(argument), argument.python_name, _taker(argument.type)) for argument in field.arguments
    )


def _schema() -> Any:
    # The schema is made of mutations, which are taken in here.
    from api.schema import SCHEMA

    return SCHEMA


def _taker(kind: Any) -> Taker:
    schema = _schema()
    registry = schema.schema_converter.scalar_registry
    if isinstance(kind, StrawberryOptional) and not isinstance(kind, StrawberryMaybe):
        return _taker(kind.of_type)
    if isinstance(kind, LazyType):
        return _taker(kind.resolve_type())
    if isinstance(kind, StrawberryEnumDefinition) or has_enum_definition(kind) or is_scalar(kind, registry):
        return _as_it_is
    if isinstance(kind, StrawberryList):
        return _list_of(_taker(kind.of_type))
    if has_object_definition(kind) and kind.__strawberry_definition__.from_input is None:
        return _object_of(kind)
    return lambda value: convert_argument(value, kind, registry, schema.config)


def _as_it_is(value: Any) -> Any:
    return value


def _list_of(item: Taker) -> Taker:
    # A copy even of what needs no taking: a default is the same list in every request.
    return lambda value: value if value is None or value is UNSET else [item(inner) for inner in value]


def _object_of(kind: Any) -> Taker:
    definition = kind.__strawberry_definition__
    names = _schema().config.name_converter
    blank = {
        field.python_name: None
        for field in definition.fields
        if field.default_value is MISSING and field.default_factory is MISSING
    }
    fields: list[tuple[str, str, Taker]] = []

    def take(value: Any) -> Any:
        if value is None or value is UNSET:
            return value
        if not fields:
            # Not before the first value comes: inputs may nest in a circle.
            fields.extend(
                (names.from_field(field), field.python_name, _taker(field.resolve_type(type_definition=definition)))
                for field in definition.fields
            )
        given = {name: taker(value[key]) for key, name, taker in fields if key in value}
        return kind(**{**blank, **given})

    return take
