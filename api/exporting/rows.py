"""All rows of a saved view, asked page by page as a client asks for them, as whoever exports them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from graphql import GraphQLError, get_named_type, is_leaf_type, is_non_null_type, is_required_argument

from api.endpoint import READER
from api.exporting.sheets import Cell, cell
from api.reading.limits import LIMITS
from api.reading.refusing import cause_of
from api.reading.requests import Call
from api.schema.views import lists
from domain.views.models import SavedView
from domain.views.rules import MOST_COLUMNS
from tenancy.actor import Actor
from tenancy.refusals import Refusal


class ViewReader:
    """One saved view, its columns, and the documents that ask for its rows. Raises `Invalid` for one that fits its list
    no more."""

    def __init__(self, view: SavedView) -> None:
        lists.check(view.viewed_list, view.conditions, view.ordering, view.columns)
        self._field = lists.field_of(view.viewed_list)
        self._name = view.viewed_list.value
        self.columns: Sequence[str] = view.columns or list(self._usual())
        given = {"filter": view.conditions, "order": view.ordering}
        self._given = {name: value for name, value in given.items() if value is not None}

    async def count(self, actor: Actor) -> int:
        """How many rows there are."""
        found = await self._ask(actor, "totalCount", {})
        total: int = found["totalCount"]
        return total

    async def rows(self, actor: Actor, most: int) -> list[list[Cell]]:
        """The rows in order, `most` of them at most."""
        shown = f"nodes {_selected(self.columns)} pageInfo {{ endCursor hasNextPage }}"
        rows: list[list[Cell]] = []
        after = None
        while len(rows) < most:
            page = await self._ask(actor, shown, {"first": min(LIMITS.page, most - len(rows)), "after": after})
            rows += [[_value(node, column.split(".")) for column in self.columns] for node in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        return rows

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
        connection: Any = get_named_type(self._field.type)
        node: Any = get_named_type(connection.fields["nodes"].type)
        found = (
            name
            for name, field in node.fields.items()
            if is_leaf_type(field.type.of_type if is_non_null_type(field.type) else field.type)
            and not any(is_required_argument(argument) for argument in field.args.values())
        )
        yield from (name for name, _ in zip(found, range(MOST_COLUMNS), strict=False))


def _cause(error: GraphQLError) -> Exception:
    """What was refused; a column may need a permission that its view doesn't."""
    cause = cause_of(error)
    return cause if isinstance(cause, Refusal) else error


def _selected(columns: Sequence[str]) -> str:
    tree: dict[str, Any] = {}
    for column in columns:
        here = tree
        for step in column.split("."):
            here = here.setdefault(step, {})
    return _written(tree)


def _written(tree: Mapping[str, Any]) -> str:
    return "{ " + " ".join(f"{name} {_written(inner)}" if inner else name for name, inner in tree.items()) + " }"


def _value(node: Any, steps: Sequence[str]) -> Cell:
    for step in steps:
        node = node[step] if node is not None else None
    return cell(node)
