"""Values on their way into a statement: what is known when it is planned, and what each request brings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import BindParameter, bindparam
from sqlalchemy.types import TypeEngine

from api.reading.refusing import refused
from tenancy.actor import Actor
from tenancy.refusals import message

Values = Mapping[int, Mapping[str, Any]]
"""The arguments of one request: by the node of the field, then by the argument's Python name."""
Source = Callable[[Values, Actor], Any]


@dataclass
class Slots:
    """The parameters of a statement: each knows where its value comes from in every request."""

    sources: dict[str, Source]

    def bind(self, source: Source, kind: TypeEngine[Any]) -> BindParameter[Any]:
        """A parameter whose value `source` gives at each request."""
        name = f"p{len(self.sources)}"
        self.sources[name] = source
        return bindparam(name, type_=kind)

    def argument(self, call: int, path: Sequence[str | int], kind: TypeEngine[Any]) -> BindParameter[Any]:
        """A parameter that is a field's argument, or something inside it."""

        def source(values: Values, _: Actor) -> Any:
            found: Any = values[call]
            for step in path:
                found = found[step]
            return plain(found)

        return self.bind(source, kind)


def plain(value: Any) -> Any:
    """A value as the driver takes it: enumerations as their stored words."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str) and "\0" in value:
        raise refused("BAD_TEXT", message("A text cannot hold the character U+0000."))
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def shape(value: Any) -> Any:
    """What of an argument decides the SQL: which keys are given, page sizes and orders; not the other values."""
    if value is None or isinstance(value, str | int | Enum):
        return value is not None
    if isinstance(value, dict):
        return tuple([(key, shape_of_named(key, item)) for key, item in value.items() if item is not None])
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return tuple([shape(item) for item in value])
    if hasattr(value, "__dataclass_fields__"):
        return shape(vars(value))
    return value is not None


def shape_of_named(name: str, value: Any) -> Any:
    """Page sizes and orders stand in the text of the statement, so that the planner of PostgreSQL knows them."""
    return value if name in ("first", "last", "order") else shape(value)
