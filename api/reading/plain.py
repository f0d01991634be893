"""Strawberry's own execution of the same types, row by row: slow, simple, and the measure of the planner."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from graphql import (
    FieldNode,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_object_type,
)
from sqlalchemy import BindParameter, Select, any_, bindparam, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine, Uuid

from api.reading import mapping
from api.reading.asking import answered
from api.reading.binding import Slots, Source, Values, plain
from api.reading.documents import Prepared
from api.reading.grafting import asked
from api.reading.pages import PageRows
from api.reading.pieces import about, known_values, value_of
from api.reading.texts import text_of
from tenancy.actor import Actor
from tenancy.language import Language
from tenancy.rows import Rows, place_of
from tenancy.statements import build
from tenancy.work import Work

Info = GraphQLResolveInfo[Any]


@dataclass
class PlainContext:
    """One plain execution: its view of the tenant, used by one resolver at a time.

    `payload` is what a mutation has done, whose selection is read.
    """

    actor: Actor
    work: Work
    prepared: Prepared
    payload: Any = None
    # Asks for a list of the root in this piece of work, by one statement; see `graft`.
    ask: Callable[[Prepared, Sequence[FieldNode], Mapping[str, Any]], Awaitable[Any]] | None = None
    # Where in the answer what was asked so stands.
    grafts: list[tuple[Sequence[str | int], Any]] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    # What keeps the caller from the mutations that the root's fields ask about, by the keys of the answer.
    tried: Mapping[str, Any] = field(default_factory=dict)
    # What was asked of the domain for its statements.
    known: dict[str, Any] = field(default_factory=dict)

    async def write(self, *_: Any) -> Any:
        """What the mutation that this execution is about has done."""
        return self.payload

    async def graft(self, info: Any, name: str, given: Mapping[str, Any]) -> None:
        """Let a list of the root with these arguments, as a client writes them, stand in the field of its name of the
        object that is being made: all of it comes from one statement, and nothing is read row by row."""
        assert self.ask is not None
        for key, nodes in asked(self.prepared, info, name).items():
            async with self.lock:
                self.grafts.append(([*info.path.as_list(), key], await self.ask(self.prepared, nodes, given)))

    async def rows(self, statement: Select[Any]) -> list[Any]:
        """The rows of a statement; resolvers run at once, the connection serves one after the other."""
        async with self.lock:
            return await self.work.rows(await answered(self.work, statement, self.known))

    async def all(self, statement: Select[Any]) -> list[Any]:
        """Loaded rows."""
        async with self.lock:
            return await self.work.all(statement)


@dataclass(frozen=True)
class PartOf:
    """An object made of a row."""

    how: mapping.Part
    row: Any


def attach(schema: GraphQLSchema) -> None:
    """Give every mapped field of the schema a resolver that reads its rows."""
    for gtype in schema.type_map.values():
        if is_object_type(gtype):
            gtype.is_type_of = None
            for name, declared in gtype.fields.items():
                definition = declared.extensions.get("strawberry-definition")
                read = mapping.read_of(definition) if definition is not None else None
                if read is not None:
                    declared.resolve = _resolver(gtype, name, read.how)
                elif definition is not None and not gtype.name.startswith("__") and definition.base_resolver is None:
                    declared.resolve = _attribute(definition.python_name)
        elif is_abstract_type(gtype):
            gtype.resolve_type = _type_name


def _type_name(value: Any, info: Info, abstract: Any) -> str:
    # A table may be shown by several types, of which one is among those that are possible here, or one for customers'
    # people beside that for all others.
    outside, found = info.context.actor.is_contact, None
    for gtype in info.schema.get_possible_types(abstract):
        shown = mapping.shown_by(mapping.definition_of(gtype).origin)
        if shown is not None and type(value) is shown.model and (found is None or shown.contacts == outside):
            found = gtype.name
    if found is None:
        raise TypeError(type(value).__name__)
    return str(found)


def _attribute(python_name: str) -> Callable[..., Any]:
    def resolve(source: Any, info: Info, **_: Any) -> Any:
        if isinstance(source, PartOf):
            return _part_value(info.context, source.how.fields[python_name], source.row)
        found = getattr(source, python_name)
        return found() if callable(found) else found

    return resolve


def _resolver(gtype: GraphQLObjectType, name: str, how: Any) -> Callable[..., Any]:
    async def resolve(source: Any, info: Info, **arguments: Any) -> Any:
        row = source.row if isinstance(source, PartOf) else source
        return await _read(info.context, gtype, name, how, row, info, arguments)

    return resolve


async def _read(
    context: PlainContext,
    gtype: GraphQLObjectType,
    name: str,
    how: Any,
    row: Any,
    info: Info,
    arguments: dict[str, Any],
) -> Any:
    declared = gtype.fields[name]
    match how:
        case mapping.Column(name=stored):
            return getattr(row, stored or declared.extensions["strawberry-definition"].python_name)
        case mapping.Computed(sql=sql):
            return _word(declared, await _part_value(context, sql, row))
        case mapping.Localized(name=stored):
            asked = arguments["language"]
            wanted = None if asked is None else literal(asked.value)
            return await _part_value(context, lambda there: text_of(there, stored, wanted), row)
        case mapping.Rendered(needs=needs, write=write, choosable=choosable):
            values = await _part_values(context, needs, row)
            if choosable:
                values["language"] = (arguments["language"] or Language(context.actor.language)).value
            return write(values, context.actor)
        case mapping.Known(value=known):
            return known(context.actor)
        case mapping.Part(when=when):
            there = when is None or await _part_value(context, when, row)
            return PartOf(how, row) if there else None
        case mapping.Self():
            return SimpleNamespace()
        case mapping.One(on=on):
            return await _first(context, get_named_type(declared.type), lambda there: on(row, there))
        case mapping.ById():
            return await _first(context, get_named_type(declared.type), lambda there: there.id == arguments["id"])
        case mapping.AnyNode():
            return await _any_node(context, arguments["id"])
        case mapping.Many(on=on, order=order, most=most):
            shown, there, visible = _rows_of(context, get_named_type(declared.type))
            chosen = select(*there.whole()).where(on(row, there), visible).order_by(*order(there)).limit(most)
            return await _load(context, shown, chosen)
        case mapping.Listed(rows=rows):
            carried = await _part_values(context, how.carrying, row)
            held = await _held(context, how, row, rows(context.actor), carried)
            return [SimpleNamespace(**item, **carried) for item in held]
        case mapping.Either(kind=kind, id=id_, types=types):
            stored_kind = await _part_value(context, kind, row)
            stored_id = await _part_value(context, id_, row)
            found = info.schema.type_map[types[stored_kind]] if stored_kind in types else None
            return await _first(context, found, lambda there: there.id == stored_id) if found else None
        case mapping.Page():
            return await connection_of(context, declared, how, row, arguments)
    raise TypeError(f"{gtype.name}.{name}")


def _shown(gtype: Any) -> mapping.Shown:
    shown = mapping.shown_by(mapping.definition_of(gtype).origin)
    assert shown is not None
    return shown


def _rows_of(context: PlainContext, gtype: Any) -> tuple[mapping.Shown, Rows, Any]:
    shown = _shown(gtype)
    there = place_of(shown.model)
    return shown, there, shown.visible(context.actor, there)


async def _first(context: PlainContext, gtype: Any, on: Callable[[Rows], Any]) -> Any:
    shown, there, visible = _rows_of(context, gtype)
    found = await _load(context, shown, select(*there.whole()).where(on(there), visible).limit(1))
    return found[0] if found else None


async def _load(context: PlainContext, shown: mapping.Shown, chosen: Select[Any]) -> list[Any]:
    return [build(shown.model, dict(record)) for record in await context.rows(chosen)]


async def _any_node(context: PlainContext, wanted: Any) -> Any:
    # In which tables there is a row of this id is asked of all at once; whether it is shown, of those alone.
    types = mapping.node_types(context.prepared.schema)
    tables = {gtype.name: str(_shown(gtype).model.__tablename__) for gtype in types}
    each = "SELECT '{0}' FROM {0} WHERE id = $1"
    sought = " UNION ALL ".join(each.format(table) for table in sorted({*tables.values()}))
    async with context.lock:
        there = {record[0] for record in await context.work.sql(sought, wanted)}
    for gtype in types:
        found = tables[gtype.name] in there and await _first(context, gtype, lambda there: there.id == wanted)
        if found:
            return found
    return None


async def _part_value(context: PlainContext, expression: mapping.Expression, row: Any) -> Any:
    """An expression over one row: see `_part_values`."""
    return (await _part_values(context, {"value": expression}, row))["value"]


async def _part_values(
    context: PlainContext, expressions: Mapping[str, mapping.Expression], row: Any
) -> dict[str, Any]:
    """Expressions over one row: what the row itself holds is taken from it, all else is asked of PostgreSQL at once."""
    stored = not (row is None or isinstance(row, SimpleNamespace))
    there = place_of(type(row)) if stored else _literals(row)
    made = {name: value_of(expression, there) for name, expression in expressions.items()}
    # What a mutation has just written is read back: PostgreSQL may have made something else of it.
    own = {} if row is None or (stored and context.payload is not None) else vars(there)
    known = {
        name: plain(getattr(row, column))
        for name, expression in made.items()
        for column, each in own.items()
        if each is expression
    }
    left = [name for name in made if name not in known]
    if left:
        # Which of the columns is which their places tell: two may be one expression.
        chosen = select(*(made[name].label(f"v{place}") for place, name in enumerate(left)))
        [record] = await context.rows(chosen.where(there.id == row.id) if stored else chosen)
        known |= {name: record[place] for place, name in enumerate(left)}
    return {name: known[name] for name in made}


def _word(declared: Any, value: Any) -> Any:
    """A stored word as the member of its enumeration."""
    definition = getattr(get_named_type(declared.type), "wrapped_cls", None)
    return definition(value) if definition is not None and value is not None else value


async def _held(
    context: PlainContext, how: mapping.Listed, row: Any, items: Sequence[Mapping[str, Any]], carried: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """Those of the known values that the list has at this row."""
    if not items:
        return []
    source = known_values(items, "known")
    known = Rows(source)
    for name, value in _literals(SimpleNamespace(**carried)).__dict__.items():
        setattr(known, name, value)
    there = _literals(row) if isinstance(row, SimpleNamespace) else place_of(type(row))
    chosen = select(known.n).where(about(how.on(there, known), there, known)).order_by(known.n)
    if isinstance(there, Rows):
        chosen = chosen.where(there.id == row.id)
    return [items[record[0]] for record in await context.rows(chosen)]


def _literals(row: Any) -> Any:
    """Plain values as they stand in a statement; nothing where there is no row."""
    return row and SimpleNamespace(**{name: literal(plain(value)) for name, value in vars(row).items()})


async def connection_of(
    context: PlainContext, declared: Any, how: mapping.Page, row: Any, arguments: dict[str, Any]
) -> Any:
    """The page's ids and cursors by its own statement, then its rows, then the rest in Python."""
    node_type = get_named_type(get_named_type(declared.type).fields["nodes"].type)
    shown, there, visible = _rows_of(context, node_type)
    page = PageRows(declared, 0, arguments, _Given({0: arguments}, context.actor), there, how)
    page.conditions.append(visible)
    if how.on is not None:
        page.conditions.append(how.on(row, there))
    records = await context.rows(page.chosen([there.id]))
    wanted = records[: page.size][::-1] if page.backwards else records[: page.size]
    ids, cursors = [record["id"] for record in wanted], [record["cursor"] for record in wanted]
    rows = place_of(shown.model)
    chosen = select(*rows.whole()).where(rows.id == any_(literal(ids, ARRAY(Uuid()))))
    loaded = {item.id: item for item in await _load(context, shown, chosen)}
    nodes = [loaded[id_] for id_ in ids]
    more = len(records) > page.size

    async def total() -> int:
        found: int = (await context.rows(page.total()))[0][0]
        return found

    return SimpleNamespace(
        nodes=nodes,
        edges=[SimpleNamespace(cursor=cursor, node=node) for cursor, node in zip(cursors, nodes, strict=True)],
        page_info=SimpleNamespace(
            has_next_page=page.has_cursor if page.backwards else more,
            has_previous_page=more if page.backwards else page.has_cursor,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        total_count=total,
    )


class _Given(Slots):
    """Slots that are filled at once: the statement runs a single time."""

    def __init__(self, values: Values, actor: Actor) -> None:
        super().__init__({})
        self._values, self._actor = values, actor

    def bind(self, source: Source, kind: TypeEngine[Any]) -> BindParameter[Any]:
        """The value itself."""
        return bindparam(None, plain(source(self._values, self._actor)), type_=kind)
