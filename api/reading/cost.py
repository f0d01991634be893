"""What an operation costs and which permissions its fields need, both known before anything runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLObjectType, get_named_type, is_abstract_type, is_composite_type

from api.reading import mapping
from api.reading.binding import Values
from api.reading.documents import Prepared, collect, collect_sets
from api.reading.limits import LIMITS, too_much
from api.reading.pages import page_size
from api.reading.refusing import carrying
from domain.kernel.permissions import Permission
from tenancy.actor import Actor
from tenancy.refusals import Forbidden, message, missing_permission

COUNTING = 5
"""A total is counted over all the rows that the filter admits."""
LIST = 10
"""What a short list inside a record counts as, however long it may grow."""
INTROSPECTION = 500
"""The schema's description of itself, which Python writes."""
RESOLVER = 20
"""A field that Python answers: a report, a command."""
INSIDE = message("This is for the company's own people and programs; customers' people have the fields of the portal.")


@dataclass
class Survey:
    """The cost in points (objects an answer may hold at most) and the fields that the actor may not read."""

    cost: int = 0
    refused: list[GraphQLError] = field(default_factory=list)


def survey(prepared: Prepared, actor: Actor, variables: Mapping[str, Any], values: Values) -> Survey:
    """Walk the whole operation; raises GraphQLError when it costs more than any operation may."""
    found = Survey()
    walk = _Walk(prepared, actor, variables, values, found)
    fields = collect_sets(prepared, prepared.root, [prepared.operation.selection_set], variables)
    walk.fields(prepared.root, fields, 1, ())
    if found.cost > LIMITS.cost:
        raise too_much(message("points of cost"), LIMITS.cost)
    return found


class _Walk:
    def __init__(
        self, prepared: Prepared, actor: Actor, variables: Mapping[str, Any], values: Values, found: Survey
    ) -> None:
        self.prepared, self.actor, self.variables, self.values, self.found = prepared, actor, variables, values, found

    def fields(
        self, gtype: GraphQLObjectType, selected: Mapping[str, list[FieldNode]], times: int, path: tuple[str, ...]
    ) -> None:
        for key, nodes in selected.items():
            declared = gtype.fields.get(nodes[0].name.value)
            if declared is None:
                self.found.cost += INTROSPECTION if nodes[0].selection_set is not None else 0
                continue
            definition = declared.extensions.get("strawberry-definition")
            read = mapping.read_of(definition) if definition is not None else None
            here = (*path, key)
            if read is not None and read.needs is not None and not self.actor.may(read.needs):
                self._refuse(nodes[0], read.needs, here)
            elif self.actor.is_contact and gtype is self.prepared.root and not _for_contacts(definition, read):
                self.found.refused.append(carrying(Forbidden(INSIDE), nodes=[nodes[0]], path=here))
            answered = gtype is self.prepared.root and read is None
            named = get_named_type(declared.type)
            if is_composite_type(named):
                # What Python gives in pages has as much below it as a connection.
                self._object(named, read, nodes, times * self._first(nodes[0]) if answered else times, here)
            if answered:
                self.found.cost += RESOLVER

    def _first(self, node: FieldNode) -> int:
        """How many of something a field is asked for; one where it has no such argument, or one that is refused."""
        first = dict(self.values.get(id(node), {})).get("first")
        return max(1, min(first, LIMITS.page)) if isinstance(first, int) else 1

    def _object(
        self, named: Any, read: mapping.Read | None, nodes: list[FieldNode], times: int, path: tuple[str, ...]
    ) -> None:
        how = read.how if read is not None else None
        if isinstance(how, mapping.Listed) and how.counts is not None:
            times *= how.counts
        elif isinstance(how, mapping.Many | mapping.Listed):
            times *= min(how.most, LIST)
        self.found.cost += times
        if isinstance(how, mapping.Page):
            self._connection(named, nodes, times, path)
        elif is_abstract_type(named):
            for gtype in self.prepared.schema.get_possible_types(named):
                self.fields(gtype, collect(self.prepared, gtype, nodes, self.variables), times, path)
        else:
            self.fields(named, collect(self.prepared, named, nodes, self.variables), times, path)

    def _connection(self, gtype: GraphQLObjectType, nodes: list[FieldNode], times: int, path: tuple[str, ...]) -> None:
        arguments = dict(self.values[id(nodes[0])])
        size, _ = page_size(arguments)
        compared = _size(arguments.get("filter"))
        if compared > LIMITS.filter_values:
            raise too_much(message("values in a filter"), LIMITS.filter_values)
        self.found.cost += compared
        for key, fields in collect(self.prepared, gtype, nodes, self.variables).items():
            name = fields[0].name.value
            if name == "totalCount":
                self.found.cost += COUNTING * times
            if name in ("edges", "nodes"):
                declared: Any = get_named_type(gtype.fields[name].type)
                self.found.cost += times * size
                inner = collect(self.prepared, declared, fields, self.variables)
                self.fields(declared, inner, times * size, (*path, key))

    def _refuse(self, node: FieldNode, needs: Permission, path: tuple[str, ...]) -> None:
        self.found.refused.append(carrying(missing_permission(needs), nodes=[node], path=path, permission=str(needs)))


def _for_contacts(definition: Any, read: mapping.Read | None) -> bool:
    """Whether a root field is for customers' people too."""
    if read is not None:
        return read.contacts
    return bool(definition is not None and getattr(definition.metadata.get(mapping.WRITE), "contacts", False))


def _size(value: Any) -> int:
    """How many values and conditions a filter holds."""
    if isinstance(value, Mapping):
        return sum(1 + _size(item) for item in value.values() if item is not None)
    return sum(1 + _size(item) for item in value) if isinstance(value, list) else 0
