"""How values cross the door: ids are UUIDs, instants are UTC with an offset, money is a decimal string."""

import dataclasses
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import strawberry
from graphql import GraphQLID, StringValueNode
from graphql.pyutils import inspect
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.types.scalar import DEFAULT_SCALAR_REGISTRY

from api.reading.refusing import shown
from tenancy.ids import read_id
from tenancy.refusals import Invalid, message

FRACTION = re.compile(r"\.(\d*?)0+(?=[+Z])")
ID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def _parsed(value: Any, form: re.Pattern[str], parse: Callable[[str], Any], text: str, code: str = "INVALID") -> Any:
    """A text of one form and no other: Python reads more than anybody means to send."""
    if isinstance(value, str) and form.fullmatch(value):
        try:
            return parse(value)
        except (ValueError, OverflowError):
            pass
    raise Invalid(text, {"given": shown(value if isinstance(value, str) else inspect(value))}, code=code)


def _parse_id(value: Any) -> UUID:
    found: UUID = _parsed(value, ID, read_id, message("“{given}” is not an id."), "BAD_ID")
    return found


def _parse_id_literal(node: Any, _: Any = None) -> UUID:
    return _parse_id(node.value if isinstance(node, StringValueNode) else getattr(node, "value", None))


def _parse_day(value: Any) -> date:
    text = message("“{given}” is not a day, which is written like 2026-11-21.")
    found: date = _parsed(value, DAY, date.fromisoformat, text)
    return found


def _parse_instant(value: Any) -> datetime:
    text = message("“{given}” is not an instant, which is written with its offset, like 2026-11-21T09:30:00+08:00.")
    found: datetime = _parsed(value, INSTANT, _instant_of, text)
    return found


def _instant_of(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    # The first and the last hours of the calendar have no instant in UTC.
    at.astimezone(UTC)
    return at


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
    """What every schema of ours makes of Python's ids, days and instants: the same words over every line."""
    make_ids_uuids()
    ids = DEFAULT_SCALAR_REGISTRY[strawberry.ID]
    days = dataclasses.replace(
        DEFAULT_SCALAR_REGISTRY[date], parse_value=_parse_day, description="A day of the calendar: 2026-11-21."
    )
    instants = dataclasses.replace(
        DEFAULT_SCALAR_REGISTRY[datetime],
        serialize=instant,
        parse_value=_parse_instant,
        description="An instant with its offset from UTC, by RFC 3339: 2026-11-21T09:30:00+08:00.",
    )
    return StrawberryConfig(scalar_map={UUID: ids, date: days, datetime: instants})
