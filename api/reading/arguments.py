"""Variables and arguments of one document: what is the same in every request is worked out once, the rest briefly.

graphql-core looks through every literal and every type again at each request, a quarter of what a small query costs.
It stays the authority: whatever is unusual here, and everything that is to be refused, goes its way.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputType,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
    is_input_object_type,
    is_non_null_type,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import (
    VariableValues,
    VariableValueSource,
    get_argument_values,
    input_is_nested_too_deeply,
)
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_literal, coerce_input_value

Coerced = Mapping[str, Any]
# Gives the value of an argument, or `Undefined` where graphql-core must say.
Way = Callable[[Coerced], Any]
# A place in an argument list or an input object: what it is called, what it holds when nothing is given, how to find
# what is given, and which variable that is, if it is one.
Place = tuple[str, Any, Way | None, str | None]


class Variables:
    """The variables of one operation."""

    def __init__(self, schema: GraphQLSchema, nodes: Sequence[VariableDefinitionNode]) -> None:
        self._known: list[tuple[str, GraphQLInputType, Any, Any, bool]] = []
        for node in nodes:
            signature = get_variable_signature(schema, node)
            assert not isinstance(signature, GraphQLError), "the document is validated"
            self._known.append(
                (signature.name, signature.type, _default(signature), signature, _is_bounded(signature.type, ()))
            )

    def values(self, given: Mapping[str, Any]) -> VariableValues | None:
        """The variables as the schema understands them; None where graphql-core must say what is wrong."""
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for name, type_, default, signature, bounded in self._known:
            value = given.get(name, Undefined)
            if value is Undefined:
                sources[name] = VariableValueSource(signature)
                if default is not Undefined:
                    coerced[name] = default
                elif is_non_null_type(type_) or signature.default is not None:
                    return None
                continue
            sources[name] = VariableValueSource(signature, value)
            if not bounded and input_is_nested_too_deeply(value, type_):
                return None
            found = coerce_input_value(value, type_)
            if found is Undefined:
                return None
            coerced[name] = found
        return VariableValues(sources, coerced)


class Arguments:
    """The arguments of one field of a document."""

    def __init__(self, field: GraphQLField, node: FieldNode) -> None:
        self._field, self._node = field, node
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        # Without variables they are the same in every request; None where they are not, or where they are refused.
        self.constant: dict[str, Any] | None = None
        if not any(map(_holds_variable, given.values())):
            with suppress(GraphQLError):
                self.constant = get_argument_values(field, node)
        self._places = [_place(name, declared, given.get(name)) for name, declared in field.args.items()]

    def values(self, variables: VariableValues) -> dict[str, Any]:
        """The values of one request, by their Python names; raises GraphQLError."""
        if self.constant is not None:
            return self.constant
        found = _fill(self._places, variables.coerced)
        return get_argument_values(self._field, self._node, variables) if found is None else found


def _is_bounded(type_: GraphQLInputType, inside: tuple[GraphQLInputType, ...]) -> bool:
    """Whether values of a type nest no deeper than its declaration: an input object may lead back to itself."""
    named = get_named_type(type_)
    if not is_input_object_type(named):
        return True
    return named not in inside and all(_is_bounded(field.type, (*inside, named)) for field in named.fields.values())


def _fill(places: Sequence[Place | None], coerced: Coerced) -> dict[str, Any] | None:
    """The values of all places; None where graphql-core must say."""
    out: dict[str, Any] = {}
    for place in places:
        if place is None:
            return None
        name, default, way, variable = place
        if way is None or (variable is not None and variable not in coerced):
            if default is not Undefined:
                out[name] = default
            continue
        value = way(coerced)
        if value is Undefined:
            return None
        out[name] = value
    return out


def _place(name: str, declared: GraphQLArgument | GraphQLInputField, node: ValueNode | None) -> Place | None:
    """How a place is filled; None for one that must be given and might not be."""
    out_name, default = declared.out_name or name, _default(declared)
    needed = is_non_null_type(declared.type) and default is Undefined
    if node is None:
        return None if needed else (out_name, default, None, None)
    if isinstance(node, VariableNode):
        variable = node.name.value
        # A variable that is not there is seen by the way itself where something must be there.
        return (out_name, default, _of_variable(variable, declared.type), None if needed else variable)
    return (out_name, default, _way(node, declared.type), None)


def _default(declared: Any) -> Any:
    """The default as a value; `Undefined` for none, and for one that graphql-core must refuse."""
    try:
        return coerce_default_value(declared)
    except TypeError:
        return Undefined


def _way(node: ValueNode, type_: GraphQLInputType) -> Way:
    if not _holds_variable(node):
        value = coerce_input_literal(node, type_)
        return lambda _: value
    inner: Any = type_.of_type if is_non_null_type(type_) else type_
    if isinstance(node, ObjectValueNode) and is_input_object_type(inner) and not inner.is_one_of:
        given = {field.name.value: field.value for field in node.fields}
        places = [_place(name, declared, given.get(name)) for name, declared in inner.fields.items()]
        return lambda coerced: Undefined if (found := _fill(places, coerced)) is None else inner.out_type(found)
    return lambda _: Undefined


def _of_variable(name: str, type_: GraphQLInputType) -> Way:
    if is_non_null_type(type_):
        return lambda coerced: Undefined if (value := coerced.get(name)) is None else value
    return lambda coerced: coerced.get(name, Undefined)


def _holds_variable(node: ValueNode) -> bool:
    if isinstance(node, ListValueNode):
        return any(map(_holds_variable, node.values))
    if isinstance(node, ObjectValueNode):
        return any(_holds_variable(field.value) for field in node.fields)
    return isinstance(node, VariableNode)
