"""The root fields of a query: a row by its id, any node, a connection over a table, the viewer."""

from typing import TYPE_CHECKING, Any

from graphql import FieldNode, GraphQLObjectType, get_named_type
from sqlalchemy import ColumnElement, Uuid, func, select
from sqlalchemy import and_ as all_of

from api.reading import mapping
from api.reading.documents import collect
from api.reading.pages import connection
from api.reading.pieces import UnplannableError, word

if TYPE_CHECKING:
    from api.reading.planning import Planner


def root_field(planner: "Planner", nodes: list[FieldNode]) -> ColumnElement[Any]:
    """One root field as JSON."""
    root = planner.prepared.root
    name = nodes[0].name.value
    if name == "__typename":
        return word(root.name)
    field = root.fields.get(name)
    read = mapping.read_of(field.extensions["strawberry-definition"]) if field is not None else None
    if field is None or read is None:
        raise UnplannableError(name)
    match read.how:
        case mapping.ById():
            wanted = planner.slots.argument(id(nodes[0]), ("id",), Uuid())
            return planner.one(field, nodes, None, lambda _, there: there.id == wanted)
        case mapping.AnyNode():
            return _any_node(planner, nodes)
        case mapping.Page():
            return connection(planner, field, nodes, None, read.how)
        case mapping.Self():
            gtype = get_named_type(field.type)
            assert isinstance(gtype, GraphQLObjectType)
            selected = collect(planner.prepared, gtype, nodes, planner.variables)
            columns = [planner.keyed(key, planner.field, gtype, fields, None) for key, fields in selected.items()]
            return planner.json(select(*columns), None)
    raise UnplannableError(name)


def _any_node(planner: "Planner", nodes: list[FieldNode]) -> ColumnElement[Any]:
    """Ids are unique over all tables but where a type gives way, so the first of these subqueries that finds a row."""
    wanted = planner.slots.argument(id(nodes[0]), ("id",), Uuid())
    found = []
    for gtype in mapping.node_types(planner.prepared.schema):
        there, visible = planner.rows_of(gtype)
        found.append(
            planner.one_of(gtype, nodes, there, all_of(there.id == wanted, visible, *planner.tied(None)), None)
        )
    return func.coalesce(*found)
