"""From an operation's selections to one statement: objects, relations, computed fields, interfaces and unions."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import orjson
from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type
from sqlalchemy import (
    JSON,
    Alias,
    ColumnElement,
    FromClause,
    Select,
    Table,
    Text,
    Uuid,
    case,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy import and_ as all_of
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.compiler import SQLCompiler

from api.reading import mapping
from api.reading.asking import ASKED, is_asked
from api.reading.binding import Slots, Source, Values, plain
from api.reading.documents import Prepared, collect
from api.reading.pages import connection
from api.reading.pieces import (
    NO_FIELDS,
    NO_ROWS,
    UnplannableError,
    about,
    known_values,
    leaf,
    named,
    value_of,
    word,
)
from api.reading.roots import root_field
from api.reading.texts import text_of
from tenancy.actor import Actor
from tenancy.models import Model, current_language
from tenancy.rows import Rows, place_of
from tenancy.statements import DIALECT
from tenancy.storing import added

PAYLOAD = -1
"""Where a mutation's results stand among the values of a call, whose keys are nodes."""


Written = Callable[[Mapping[str, Any], Actor], Any]


@dataclass(frozen=True)
class Plan:
    """A statement and how its arguments come about."""

    sql: str
    # The arguments in the statement's order, and the places of those that each request brings.
    fixed: tuple[Any, ...]
    sources: tuple[tuple[int, Source], ...]
    # Where Python writes values after the statement: response keys from the root, and what writes them.
    written: tuple[tuple[tuple[str, ...], Written], ...] = ()
    # What is asked of the domain before it runs.
    asked: tuple[str, ...] = ()
    # Of a payload: the results that are records, and the same statement for records that are added around it.
    records: tuple[str, ...] = ()
    of_added: str = ""

    def arguments(self, values: Values, actor: Actor) -> list[Any]:
        """The arguments of one request, in the order of the statement."""
        found = list(self.fixed)
        for place, source in self.sources:
            found[place] = source(values, actor)
        return found

    def finished(self, data: bytes, actor: Actor) -> bytes:
        """The statement's answer with what Python writes; untouched, and unparsed, where it writes nothing."""
        if not self.written:
            return data
        answer = orjson.loads(data)
        for path, write in self.written:
            _write(answer, path, write, actor)
        return orjson.dumps(answer)


class Planner:
    """Makes the statement of one operation for actors with the same permissions and arguments of the same shape."""

    def __init__(self, prepared: Prepared, actor: Actor, variables: Mapping[str, Any], values: Values) -> None:
        self.prepared, self.actor, self.variables, self.values = prepared, actor, variables, values
        self.slots = Slots({})
        self.written: list[tuple[tuple[str, ...], Written]] = []
        self._path: list[str] = []
        # A payload's records: the results, their tables, and under which names these are read.
        self._records: list[tuple[str, str, str]] = []
        self._numbers = 0
        self.context = _context(self.slots, actor)

    def plan(self, fields: Mapping[str, list[FieldNode]]) -> Plan:
        """The statement that answers these root fields; its only value is their JSON as bytes."""
        columns = [self.keyed(key, root_field, self, nodes) for key, nodes in fields.items()]
        if not columns:
            raise UnplannableError("nothing is selected")
        # No name of GraphQL has this sign: a field called `answer` would be taken for the row.
        answer = select(*columns).select_from(self.context).subquery("answer$")
        statement = select(func.convert_to(cast(func.row_to_json(answer.table_valued()), Text), word("UTF8")))
        return self.compile(statement)

    def payload(self, nodes: list[FieldNode]) -> Plan:
        """The statement that answers a mutation's payload from the ids of its records, after it has succeeded."""
        field = self.prepared.root.fields[nodes[0].name.value]
        gtype = get_named_type(field.type)
        assert isinstance(gtype, GraphQLObjectType)
        columns = []
        for key, fields in collect(self.prepared, gtype, nodes, self.variables).items():
            columns.append(self.keyed(key, self._payload_field, gtype, fields))
        answer = select(*columns).select_from(self.context).subquery("answer$")
        plan = self.compile(select(func.convert_to(cast(func.row_to_json(answer.table_valued()), Text), word("UTF8"))))
        of_added = plan.sql
        for _, table, place in self._records:
            stored = f"FROM {table} AS {place}"
            assert of_added.count(stored) == 1, "a record is read in one place"
            of_added = of_added.replace(stored, f"FROM {added(table)} AS {place}")
        return replace(plan, records=tuple(key for key, _, _ in self._records), of_added=of_added)

    def _payload_field(self, gtype: GraphQLObjectType, nodes: list[FieldNode]) -> ColumnElement[Any]:
        name = nodes[0].name.value
        if name == "__typename":
            return word(gtype.name)
        if name == "errors":
            return NO_ROWS
        field = gtype.fields[name]
        key = field.extensions["strawberry-definition"].python_name

        def result(values: Values, _: Actor) -> Any:
            return values[PAYLOAD][key]

        if isinstance(get_named_type(field.type), GraphQLObjectType):
            wanted = self.slots.bind(result, Uuid())

            def chosen(_: Any, there: Rows) -> ColumnElement[bool]:
                assert isinstance(there.source, Alias)
                assert isinstance(there.source.element, Table)
                self._records.append((key, there.source.element.name, there.source.name))
                found: ColumnElement[bool] = there.id == wanted
                return found

            return self.one(field, nodes, None, chosen)
        return self.slots.bind(result, JSONB())

    def compile(self, statement: Select[Any]) -> Plan:
        """The text of a statement, and where each of its arguments comes from."""
        compiled = statement.compile(dialect=DIALECT)
        assert isinstance(compiled, SQLCompiler)
        order = compiled.positiontup or ()
        sources = [(place, self.slots.sources[name]) for place, name in enumerate(order) if name in self.slots.sources]
        questions = [(place, name) for place, name in enumerate(order) if is_asked(name)]
        sources += [(place, _answer(name)) for place, name in questions]
        # What is not a slot is a constant of the plan, such as a word that a visibility predicate compares with.
        known = {name: plain(value) for name, value in compiled.params.items() if name not in self.slots.sources}
        fixed = tuple(known.get(name) for name in order)
        asked = tuple(dict.fromkeys(name for _, name in questions))
        return Plan(compiled.string, fixed, tuple(sources), tuple(self.written), asked)

    # Objects

    @contextmanager
    def at(self, key: str) -> Iterator[None]:
        """What is planned inside stands under this key of the answer."""
        self._path.append(key)
        try:
            yield
        finally:
            self._path.pop()

    def keyed(self, key: str, plan: Callable[..., ColumnElement[Any]], *given: Any) -> ColumnElement[Any]:
        """What `plan` makes of its arguments, planned and labelled under its response key."""
        with self.at(key):
            return named(key, plan(*given))

    def object(self, gtype: GraphQLObjectType, nodes: list[FieldNode], row: Any) -> list[ColumnElement[Any]]:
        """The columns of one object, labelled with its response keys."""
        selected = collect(self.prepared, gtype, nodes, self.variables)
        if not selected:
            raise UnplannableError("an object without fields")
        return [self.keyed(key, self.field, gtype, fields, row) for key, fields in selected.items()]

    def field(self, gtype: GraphQLObjectType, nodes: list[FieldNode], row: Any) -> ColumnElement[Any]:
        """One field of an object whose row is `row`."""
        name = nodes[0].name.value
        if name == "__typename":
            return word(gtype.name)
        field = gtype.fields[name]
        definition = field.extensions["strawberry-definition"]
        read = mapping.read_of(definition)
        if read is None:
            raise UnplannableError(f"{gtype.name}.{name}")
        match read.how:
            case mapping.Column(name=stored):
                return leaf(field, getattr(row, stored or definition.python_name))
            case mapping.Computed(sql=sql):
                return leaf(field, value_of(sql, row))
            case mapping.Localized(name=stored):
                return text_of(row, stored, self.language(nodes))
            case mapping.Rendered(needs=needs, write=write, choosable=choosable):
                self.written.append((tuple(self._path), write))
                parts = [(word(name), value_of(need, row)) for name, need in needs.items()]
                if choosable:
                    parts.append((word("language"), func.coalesce(self.language(nodes), current_language())))
                return func.json_build_object(*(item for pair in parts for item in pair), type_=JSON())
            case mapping.Known(value=known):
                return self.slots.bind(_of_actor(lambda actor: _shown(known(actor))), JSONB())
            case mapping.Part():
                return self.part(field, read.how, nodes, row)
            case mapping.One(on=on):
                return self.one(field, nodes, row, on)
            case mapping.Many():
                return self.many(field, nodes, row, read.how)
            case mapping.Listed():
                return self.listed(field, nodes, row, read.how)
            case mapping.Either():
                return self.either(nodes, row, read.how)
            case mapping.Page():
                return connection(self, field, nodes, row, read.how)
        raise UnplannableError(f"{gtype.name}.{name}")

    def language(self, nodes: list[FieldNode]) -> ColumnElement[Any]:
        """The language that a field's argument asks for; NULL for the reader's own."""
        return self.slots.argument(id(nodes[0]), ("language",), Text())

    def part(self, field: GraphQLField, how: mapping.Part, nodes: list[FieldNode], row: Any) -> ColumnElement[Any]:
        """An object of the same row."""
        gtype = get_named_type(field.type)
        assert isinstance(gtype, GraphQLObjectType)
        columns = []
        for key, fields in collect(self.prepared, gtype, nodes, self.variables).items():
            name = fields[0].name.value
            inner = gtype.fields.get(name)
            if inner is None:
                columns.append(named(key, word(gtype.name)))
                continue
            python_name = inner.extensions["strawberry-definition"].python_name
            if python_name in how.fields:
                columns.append(named(key, leaf(inner, value_of(how.fields[python_name], row))))
            else:
                columns.append(self.keyed(key, self.field, gtype, fields, row))
        found = self.json(select(*columns), row)
        return found if how.when is None else case((value_of(how.when, row), found))

    # Relations

    def one(self, field: GraphQLField, nodes: list[FieldNode], row: Any, on: mapping.On) -> ColumnElement[Any]:
        """A scalar subquery rather than a join: one index probe per row, whatever the statistics say."""
        gtype = get_named_type(field.type)
        assert isinstance(gtype, GraphQLObjectType)
        there, visible = self.rows_of(gtype)
        chosen = (
            select(*self.object(gtype, nodes, there))
            .select_from(there.source)
            .where(about(on(row, there), row, there), visible, *self.tied(row))
        )
        return self.json(chosen, row)

    def many(self, field: GraphQLField, nodes: list[FieldNode], row: Any, how: mapping.Many) -> ColumnElement[Any]:
        """A bounded list in order."""
        gtype = get_named_type(field.type)
        assert isinstance(gtype, GraphQLObjectType)
        there, visible = self.rows_of(gtype)
        chosen = (
            select(*self.object(gtype, nodes, there))
            .select_from(there.source)
            .where(about(how.on(row, there), row, there), visible, *self.tied(row))
        )
        return self.json_list(chosen.order_by(*how.order(there)).limit(literal_column(str(how.most))), row)

    def listed(self, field: GraphQLField, nodes: list[FieldNode], row: Any, how: mapping.Listed) -> ColumnElement[Any]:
        """A list of values that the product knows for this actor."""
        gtype = get_named_type(field.type)
        assert isinstance(gtype, GraphQLObjectType)
        known = list(how.rows(self.actor))
        if not known:
            return NO_ROWS
        there = self.carried(known_values(known, self.name("known")), how, row)
        on = about(how.on(row, there), row, there)
        chosen = select(*self.object(gtype, nodes, there)).select_from(there.source).where(on)
        return self.json_list(chosen.order_by(there.n), row)

    def carried(self, source: FromClause, how: mapping.Listed, row: Any) -> Rows:
        """Known rows together with what each carries of the row that they are listed at."""
        if not how.carrying:
            return Rows(source)
        more = [value_of(expression, row).label(name) for name, expression in how.carrying.items()]
        return Rows(select(source, *more).correlate(self.source(row)).subquery(self.name("carried")))

    def either(self, nodes: list[FieldNode], row: Any, how: mapping.Either) -> ColumnElement[Any]:
        """One record of the type that the row names."""
        branches = []
        for kind, name in how.types.items():
            gtype = self.prepared.schema.type_map[name]
            assert isinstance(gtype, GraphQLObjectType)
            there, visible = self.rows_of(gtype)
            found = self.one_of(gtype, nodes, there, all_of(there.id == value_of(how.id, row), visible), row)
            branches.append((value_of(how.kind, row) == word(kind), found))
        return case(*branches)

    def one_of(
        self, gtype: GraphQLObjectType, nodes: list[FieldNode], there: Rows, on: ColumnElement[bool], outer: Any
    ) -> ColumnElement[Any]:
        """A row behind an interface or union; when nothing of its type is selected, it is an object without fields."""
        if collect(self.prepared, gtype, nodes, self.variables):
            return self.json(select(*self.object(gtype, nodes, there)).select_from(there.source).where(on), outer)
        return select(NO_FIELDS).select_from(there.source).where(on).correlate(self.source(outer)).scalar_subquery()

    # Pieces

    def rows_of(self, gtype: GraphQLObjectType) -> tuple[Rows, ColumnElement[bool]]:
        """A new place for the rows of a type, and the condition under which this actor sees them."""
        shown = mapping.shown_by(mapping.definition_of(gtype).origin)
        if shown is None:
            raise UnplannableError(gtype.name)
        rows = self.place(shown.model)
        return rows, shown.visible(self.actor, rows)

    def place(self, model: type[Model]) -> Rows:
        """A new alias of a table."""
        return place_of(model, self.name(model.__tablename__))

    def name(self, what: str) -> str:
        """A name that is new in this statement and tells what it stands for."""
        self._numbers += 1
        # Not `table_1`: that is how SQLAlchemy names the aliases that a predicate makes for itself.
        return f"r{self._numbers}_{what}"

    def json(self, chosen: Select[Any], outer: Any) -> ColumnElement[Any]:
        """The JSON object of a select's only row, or NULL."""
        inner = chosen.correlate(self.source(outer)).subquery(self.name("o$"))
        return select(func.row_to_json(inner.table_valued(), type_=JSON())).scalar_subquery()

    def json_list(self, chosen: Select[Any], outer: Any) -> ColumnElement[Any]:
        """The JSON list of a select's rows."""
        inner = chosen.correlate(self.source(outer)).subquery(self.name("o$"))
        rows = func.json_agg(inner.table_valued(), type_=JSON())
        return select(func.coalesce(rows, NO_ROWS, type_=JSON())).scalar_subquery()

    def tied(self, row: Any) -> list[ColumnElement[bool]]:
        """At a root: ties rows to the context, so that nothing is read before the tenant is set."""
        return [] if isinstance(row, Rows) else [self.context.c.tenant.is_not(None)]

    def source(self, row: Any) -> FromClause:
        """What a subquery for this row refers to outside itself; a root has only the context."""
        return row.source if isinstance(row, Rows) else self.context


def _context(slots: Slots, actor: Actor) -> FromClause:
    """The first thing the statement does: set the tenant, the member and the language for its own transaction, and for
    a client, who has plans of its own, the client."""
    columns = []
    for place, name in enumerate(("tenant", "member", "language", "client")[: len(actor.settings)]):
        bound = slots.bind(_setting(place), Text())
        columns.append(func.set_config(word(f"app.{name}"), bound, literal_column("true")).label(name))
    return select(*columns).cte("context").prefix_with("MATERIALIZED", dialect="postgresql")


def _setting(place: int) -> Source:
    return lambda _, actor: actor.settings[place]


def _answer(question: str) -> Source:
    return lambda values, _: values[ASKED][question]


def _of_actor(value: Callable[[Actor], Any]) -> Source:
    return lambda _, actor: value(actor)


def _write(node: Any, path: tuple[str, ...], write: Written, actor: Actor) -> None:
    """Follow the keys through objects and lists, and write the last one from the values that stand there."""
    if isinstance(node, list):
        for item in node:
            _write(item, path, write, actor)
    elif isinstance(node, dict) and path[0] in node:
        key, *rest = path
        if rest:
            _write(node[key], tuple(rest), write, actor)
        elif isinstance(node[key], dict):
            node[key] = write(node[key], actor)


def _shown(value: Any) -> Any:
    """A known value as the answer shows it: enumerations by their names."""
    return value.name if isinstance(value, Enum) else value
