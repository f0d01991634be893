"""Connections: keyset pages forwards and backwards, their edges, cursors and counts."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from graphql import FieldNode, GraphQLField, get_named_type
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    cast,
    func,
    literal_column,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.types import Enum, TypeEngine

from api.reading import mapping
from api.reading.binding import Slots, Values
from api.reading.documents import collect
from api.reading.filters import Filters
from api.reading.limits import LIMITS
from api.reading.pieces import NO_ROWS, UnplannableError, about, named, value_of, word
from api.reading.refusing import refused
from tenancy.actor import Actor
from tenancy.refusals import message
from tenancy.rows import Rows

if TYPE_CHECKING:
    from api.reading.planning import Planner


INT_4, INT_8 = 2**31 - 1, 2**63 - 1


def page_size(arguments: Mapping[str, Any]) -> tuple[int, bool]:
    """How many rows, and whether from the end; raises GraphQLError when the arguments contradict or exceed."""
    first: Any = arguments.get("first")
    last: Any = arguments.get("last")
    if first is not None and last is not None:
        raise refused("BAD_PAGE", message("Give either first or last, not both."))
    if (last is not None and arguments.get("after") is not None) or (
        last is None and arguments.get("before") is not None
    ):
        raise refused("BAD_PAGE", message("after goes with first, before goes with last."))
    size: int = LIMITS.default_page if first is None and last is None else (first if last is None else last)
    if not 1 <= size <= LIMITS.page:
        raise refused("BAD_PAGE", message("A page has 1 to {most} rows."), {"most": LIMITS.page})
    return size, last is not None


def cursor_tag(listed: str, order: str) -> str:
    """What marks the cursors of one list, by the name of its type, in one order."""
    return hashlib.blake2s(f"{listed} {order}".encode(), digest_size=3).hexdigest()


def decode_cursor(cursor: str, tag: str, kind: TypeEngine[Any]) -> tuple[Any, UUID]:
    """The order's value and the id behind a cursor; raises GraphQLError for anything this list did not give out."""
    try:
        found, value, row = orjson.loads(base64.b64decode(cursor, validate=True))
        if found == tag:
            return _value(value, kind), UUID(row)
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error):
        pass
    raise refused("BAD_CURSOR", message("This is no cursor of this list in this order."))


def _value(value: Any, kind: TypeEngine[Any]) -> Any:
    if isinstance(kind, DateTime):
        at = datetime.fromisoformat(value)
        if at.tzinfo is None:
            raise ValueError
        # The first and the last hours of the calendar have no instant in UTC.
        return at.astimezone(UTC)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, Uuid):
        return UUID(value)
    if isinstance(kind, Integer):
        if type(value) is not int or abs(value) > (INT_8 if isinstance(kind, BigInteger) else INT_4):
            raise ValueError
        return value
    if not isinstance(value, str) or "\0" in value:
        raise TypeError
    return value


class PageRows:
    """The rows of one connection: which, in what order, from where, and how many."""

    def __init__(
        self, field: GraphQLField, call: int, arguments: Mapping[str, Any], slots: Slots, rows: Rows, how: mapping.Page
    ) -> None:
        self.rows, self.call, self.slots = rows, call, slots
        self.arguments = arguments
        self.size, self.backwards = page_size(arguments)
        self.order = how.orders[arguments["order"]]
        listed: Any = get_named_type(field.type)
        self.tag = cursor_tag(get_named_type(listed.fields["nodes"].type).name, arguments["order"].value)
        self.by = value_of(self.order.by, rows)
        self.kind: TypeEngine[Any] = Text() if isinstance(self.by.type, Enum) else self.by.type
        self.conditions: list[ColumnElement[bool]] = []
        given = arguments.get("filter")
        if given is not None:
            filter_type: Any = get_named_type(field.args["filter"].type)
            self.conditions.append(Filters(slots, call, rows).condition(filter_type, given, ("filter",)))

    @property
    def has_cursor(self) -> bool:
        """Whether the page begins at a cursor rather than at an end."""
        return self.arguments.get("before" if self.backwards else "after") is not None

    def after_cursor(self) -> list[ColumnElement[bool]]:
        """Only rows behind the cursor, seen in the direction of reading."""
        name = "before" if self.backwards else "after"
        if self.arguments.get(name) is None:
            return []
        call, tag, kind = self.call, self.tag, self.kind
        # Two arguments come of one cursor, one right after the other; it is read once.
        read: list[Any] = [None, None]

        def value(index: int) -> Any:
            def of(values: Values, _: Actor) -> Any:
                cursor = values[call][name]
                if cursor is not read[0]:
                    read[:] = cursor, decode_cursor(cursor, tag, kind)
                return read[1][index]

            return of

        bounds = tuple_(self.slots.bind(value(0), kind), self.slots.bind(value(1), Uuid()))
        here = tuple_(self.by, self.rows.id)
        return [here < bounds if self.order.descending is not self.backwards else here > bounds]

    def ordering(self) -> list[ColumnElement[Any]]:
        """By the order's expression, then by id, in the direction of reading."""
        if self.order.descending is not self.backwards:
            return [self.by.desc(), self.rows.id.desc()]
        return [self.by.asc(), self.rows.id.asc()]

    def cursor(self) -> ColumnElement[str]:
        """The row's place as text that only we read."""
        parts = func.json_build_array(word(self.tag), self.by, self.rows.id)
        encoded = func.encode(func.convert_to(cast(parts, Text), word("UTF8")), word("base64"))
        return func.replace(encoded, literal_column("E'\\n'"), word(""))

    def chosen(self, columns: list[ColumnElement[Any]]) -> Select[Any]:
        """The rows of the page and one more, which tells whether others follow."""
        return self.first_rows([self.cursor().label("cursor"), *columns], self.size + 1)

    def first_rows(self, columns: list[ColumnElement[Any]], size: int) -> Select[Any]:
        """So many rows in the direction of reading."""
        found = select(*columns).select_from(self.rows.source)
        found = found.where(*self.conditions, *self.after_cursor()).order_by(*self.ordering())
        return found.limit(literal_column(str(size)))

    def total(self) -> Select[Any]:
        """How many rows the filter admits, wherever the page stands."""
        return select(func.count()).select_from(self.rows.source).where(*self.conditions)


def connection(
    planner: "Planner", field: GraphQLField, nodes: list[FieldNode], outer: Any, how: mapping.Page
) -> ColumnElement[Any]:
    """A connection as one JSON object."""
    gtype: Any = get_named_type(field.type)
    node_type: Any = get_named_type(gtype.fields["nodes"].type)
    rows, visible = planner.rows_of(node_type)
    page = PageRows(field, id(nodes[0]), planner.values[id(nodes[0])], planner.slots, rows, how)
    page.conditions += [visible, *planner.tied(outer)]
    if how.on is not None:
        page.conditions.append(about(how.on(outer, rows), outer, rows))
    return _Connection(planner, page, gtype, node_type, outer).json(nodes)


class _Connection:
    """One connection being planned: a subquery of numbered rows, and an aggregate over it."""

    def __init__(self, planner: "Planner", page: PageRows, gtype: Any, node_type: Any, outer: Any) -> None:
        self.planner, self.page, self.gtype, self.node_type, self.outer = planner, page, gtype, node_type, outer

    def json(self, nodes: list[FieldNode]) -> ColumnElement[Any]:
        """The connection's object."""
        selected = self._collect(self.gtype, nodes)
        if not selected:
            raise UnplannableError("a connection without fields")
        source = self.planner.source(self.outer)
        rows: list[ColumnElement[Any]] = []
        for key, fields in selected.items():
            if fields[0].name.value in ("edges", "nodes"):
                with self.planner.at(key):
                    rows.append(self._row(fields).label(f"row_{key}"))
        chosen = self._chosen(rows, selected).correlate(source).subquery(self.planner.name("page"))
        columns = [named(key, self._field(key, fields, chosen)) for key, fields in selected.items()]
        counted_only = all(fields[0].name.value in ("totalCount", "__typename") for fields in selected.values())
        # Where nothing of the rows is asked, they need not be read; otherwise HAVING makes one row of them, even when
        # what is asked happens to aggregate nothing.
        found = select(*columns) if counted_only else select(*columns).select_from(chosen).having(true())
        inner = found.correlate(source).subquery(self.planner.name("o$"))
        return select(func.row_to_json(inner.table_valued(), type_=JSON())).scalar_subquery()

    def _chosen(self, rows: list[ColumnElement[Any]], selected: Mapping[str, list[FieldNode]]) -> Select[Any]:
        """The rows that the connection's fields are made of, numbered where their order or what follows matters."""
        ends_shown = any(fields[0].name.value == "pageInfo" for fields in selected.values())
        if rows and not ends_shown and not self.page.backwards:
            return self.page.first_rows(rows, self.page.size)
        number = func.row_number().over(order_by=self.page.ordering()).label("n")
        return self.page.chosen([number, *rows])

    def _collect(self, gtype: Any, nodes: list[FieldNode]) -> dict[str, list[FieldNode]]:
        return collect(self.planner.prepared, gtype, nodes, self.planner.variables)

    def _row(self, fields: list[FieldNode]) -> ColumnElement[Any]:
        """What one row contributes: the node itself, or the edge around it."""
        if fields[0].name.value == "nodes":
            return self._node(fields)
        edge_type: Any = get_named_type(self.gtype.fields["edges"].type)
        columns: list[ColumnElement[Any]] = []
        for key, inner in self._collect(edge_type, fields).items():
            match inner[0].name.value:
                case "cursor":
                    columns.append(named(key, self.page.cursor()))
                case "node":
                    columns.append(self.planner.keyed(key, self._node, inner))
                case _:
                    columns.append(named(key, word(edge_type.name)))
        if not columns:
            raise UnplannableError("an edge without fields")
        return self.planner.json(select(*columns), self.page.rows)

    def _node(self, fields: list[FieldNode]) -> ColumnElement[Any]:
        columns = self.planner.object(self.node_type, fields, self.page.rows)
        return self.planner.json(select(*columns), self.page.rows)

    def _field(self, key: str, fields: list[FieldNode], chosen: FromClause) -> ColumnElement[Any]:
        match fields[0].name.value:
            case "edges" | "nodes" if "n" not in chosen.c:
                # They come in order and not one too many, which spares PostgreSQL a sixth of a page.
                return func.coalesce(func.json_agg(chosen.c[f"row_{key}"]), NO_ROWS, type_=JSON())
            case "edges" | "nodes":
                direction = chosen.c.n.desc() if self.page.backwards else chosen.c.n.asc()
                rows: Any = func.json_agg(aggregate_order_by(chosen.c[f"row_{key}"], direction), type_=JSON())
                wanted = chosen.c.n <= literal_column(str(self.page.size))
                return func.coalesce(rows.filter(wanted), NO_ROWS, type_=JSON())
            case "pageInfo":
                return self._page_info(fields, chosen)
            case "totalCount":
                return self.page.total().correlate(self.planner.source(self.outer)).scalar_subquery()
        return word(self.gtype.name)

    def _page_info(self, fields: list[FieldNode], chosen: FromClause) -> ColumnElement[Any]:
        info_type: Any = get_named_type(self.gtype.fields["pageInfo"].type)
        page, size = self.page, literal_column(str(self.page.size), BigInteger())
        more = func.count() > size
        came_from = literal_column("true" if page.has_cursor else "false", Boolean())
        cursors: Any = func.array_agg(aggregate_order_by(chosen.c.cursor, chosen.c.n.asc()), type_=ARRAY(Text()))
        nearest, farthest = cursors[1], cursors[func.least(func.count(), size)]
        arguments: list[Any] = []
        for key, inner in self._collect(info_type, fields).items():
            match inner[0].name.value:
                case "hasNextPage":
                    found: Any = came_from if page.backwards else more
                case "hasPreviousPage":
                    found = more if page.backwards else came_from
                case "startCursor":
                    found = farthest if page.backwards else nearest
                case "endCursor":
                    found = nearest if page.backwards else farthest
                case _:
                    found = word(info_type.name)
            arguments += [word(key), found]
        return func.json_build_object(*arguments, type_=JSON())
