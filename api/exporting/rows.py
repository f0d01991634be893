"""All rows of a list as a saved view has it, asked page by page as a client asks for them, as whoever exports them."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from graphql import GraphQLError, get_named_type, is_leaf_type, is_non_null_type, is_required_argument

from api.endpoint import READER
from api.exporting import headings
from api.exporting.sheets import cell
from api.reading.limits import LIMITS
from api.reading.refusing import cause_of
from api.reading.requests import Call
from api.schema.views import lists
from domain.views.rules import MOST_COLUMNS, Headings, Wanted
from tenancy.actor import Actor
from tenancy.refusals import Refusal
from tenancy.tables.writing import Cell


class RowReader:
    """What a sheet is made of: its columns, and the documents that ask for its rows. Raises `Invalid` for a view that
    fits its list no more."""

    def __init__(self, wanted: Wanted) -> None:
        lists.check(wanted.viewed_list, wanted.conditions, wanted.ordering, wanted.columns)
        self._wanted = wanted
        self._field = lists.field_of(wanted.viewed_list)
        self._name = wanted.viewed_list.value
        connection: Any = get_named_type(self._field.type)
        self._node: Any = get_named_type(connection.fields["nodes"].type)
        self.columns: Sequence[str] = wanted.columns or list(self._usual())
        self._steps = [column.split(".") for column in self.columns]
        self._said = [partial(_value, steps=steps, said=self._kind(steps)) for steps in self._steps]
        given = {"filter": wanted.conditions, "order": wanted.ordering}
        self._given = {name: value for name, value in given.items() if value is not None}

    def headings(self, language: str) -> list[str]:
        """What stands above the columns: for people in a language, with the zone of times, or for programs."""
        if self._wanted.headings is Headings.PATHS:
            return list(self.columns)
        zone = self._wanted.zone
        return [headings.heading(steps, language, zone=zone if self._is_time(steps) else None) for steps in self._steps]

    async def count(self, actor: Actor) -> int:
        """How many rows there are."""
        found = await self._ask(actor, "totalCount", {})
        total: int = found["totalCount"]
        return total

    async def pages(self, actor: Actor) -> AsyncIterator[list[list[Cell]]]:
        """The rows in order, a page at a time: each as it is when its page is asked for."""
        shown = f"nodes {_selected(self._steps)} pageInfo {{ endCursor hasNextPage }}"
        after = None
        while True:
            page = await self._ask(actor, shown, {"first": LIMITS.page, "after": after})
            yield [[said(node) for said in self._said] for node in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    async def _ask(self, actor: Actor, shown: str, paging: Mapping[str, Any]) -> Any:
        given = {**self._given, **paging}
        declared = ", ".join(f"${name}: {self._field.args[name].type}" for name in given)
        arguments = ", ".join(f"{name}: ${name}" for name in given)
        head, call = (f"({declared})", f"({arguments})") if given else ("", "")
        document = f"query Export{head} {{ rows: {self._name}{call} {{ {shown} }} }}"
        answer = await READER.run(Call(document, variables=given, only_reading=True), actor)
        if answer.errors:
            raise _cause(answer.errors[0])
        assert answer.data is not None
        return orjson.loads(answer.data)["rows"]

    def _usual(self) -> Iterator[str]:
        """The plain values of a row that are no lists, in the order of the schema."""
        found = (
            name
            for name, field in self._node.fields.items()
            if is_leaf_type(field.type.of_type if is_non_null_type(field.type) else field.type)
            and not any(is_required_argument(argument) for argument in field.args.values())
        )
        yield from (name for name, _ in zip(found, range(MOST_COLUMNS), strict=False))

    def _type_of(self, steps: Sequence[str]) -> str:
        found = self._node
        for step in steps:
            found = get_named_type(found.fields[step].type)
        name: str = found.name
        return name

    def _is_time(self, steps: Sequence[str]) -> bool:
        return self._type_of(steps) == "DateTime"

    def _kind(self, steps: Sequence[str]) -> Any:
        """How a value of a column is said: days and times as such to people, and everything as it is to programs."""
        if self._wanted.headings is Headings.LABELS:
            match self._type_of(steps):
                case "DateTime":
                    return partial(_local, zone=ZoneInfo(self._wanted.zone))
                case "Date":
                    return _day
        return cell


def _local(value: Any, zone: ZoneInfo) -> Cell:
    if not isinstance(value, str):
        return cell(value)
    at = datetime.fromisoformat(value)
    return (
        (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).astimezone(zone).replace(tzinfo=None, microsecond=0)
    )


def _day(value: Any) -> Cell:
    return date.fromisoformat(value) if isinstance(value, str) else cell(value)


def _cause(error: GraphQLError) -> Exception:
    """What was refused; a column may need a permission that its view doesn't."""
    cause = cause_of(error)
    return cause if isinstance(cause, Refusal) else error


def _selected(columns: Sequence[Sequence[str]]) -> str:
    tree: dict[str, Any] = {}
    for column in columns:
        here = tree
        for step in column:
            here = here.setdefault(step, {})
    return _written(tree)


def _written(tree: Mapping[str, Any]) -> str:
    return "{ " + " ".join(f"{name} {_written(inner)}" if inner else name for name, inner in tree.items()) + " }"


def _value(node: Any, *, steps: Sequence[str], said: Any) -> Cell:
    for step in steps:
        node = node[step] if node is not None else None
    found: Cell = said(node)
    return found
