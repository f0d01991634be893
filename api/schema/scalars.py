"""How values cross the door: ids are UUIDs, instants are UTC with an offset, money is a decimal string."""

import dataclasses
import re
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from graphql import GraphQLError, GraphQLID, StringValueNode
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.types.scalar import DEFAULT_SCALAR_REGISTRY

FRACTION = re.compile(r"\.(\d*?)0+(?=[+Z])")


def _parse_id(value: Any) -> UUID:
    if isinstance(value, str):
        try:
            return UUID(value)
        except ValueError:
            pass
    raise GraphQLError(f"{value!r} is no id.", extensions={"code": "BAD_ID"})


def _parse_id_literal(node: Any, _: Any = None) -> UUID:
    return _parse_id(node.value if isinstance(node, StringValueNode) else None)


def make_ids_uuids() -> None:
    """Every id of this schema is a UUID, so GraphQL's own scalar parses them.

    There is one object of it in the process, and graphql-core offers no other way.
    """
    GraphQLID.coerce_input_value = _parse_id
    GraphQLID.coerce_input_literal = _parse_id_literal
    GraphQLID.coerce_output_value = str


def instant(value: datetime) -> str:
    """An instant exactly as PostgreSQL's JSON writes it: no zeros at the end of the fraction."""
    text = value.isoformat()
    return FRACTION.sub(lambda found: f".{found[1]}" if found[1] else "", text)


def config() -> StrawberryConfig:
    """What every schema of ours makes of Python's ids and instants: the same words over every line."""
    make_ids_uuids()
    ids = DEFAULT_SCALAR_REGISTRY[strawberry.ID]
    instants = dataclasses.replace(DEFAULT_SCALAR_REGISTRY[datetime], serialize=instant)
    return StrawberryConfig(scalar_map={UUID: ids, datetime: instants})
