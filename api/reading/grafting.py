"""Lists that stand inside of what Python answers: each comes from one statement, and its JSON takes its place there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    NameNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
    parse_type,
    print_ast,
)
from graphql.language import Visitor, visit

from api.reading.documents import Prepared, collect_sets
from api.reading.requests import Call

# How the variables are named that take the list's own arguments; no client writes such names.
OWN = "grafted_"


def asked(prepared: Prepared, info: Any, name: str) -> dict[str, list[FieldNode]]:
    """How a list is asked for inside of a field that Python answers: by key of the answer."""
    # strawberry has its own words for types; what they are made of is wanted here.
    raw = info._raw_info
    here, variables = get_named_type(raw.return_type), raw.variable_values.coerced
    assert isinstance(here, GraphQLObjectType)
    sets = [node.selection_set for node in raw.field_nodes if node.selection_set is not None]
    found = collect_sets(prepared, here, sets, variables)
    return {key: nodes for key, nodes in found.items() if nodes[0].name.value == name}


def call_for(prepared: Prepared, call: Call, nodes: Sequence[FieldNode], given: Mapping[str, Any]) -> Call:
    """The call that asks for a list of the root with these arguments, and of it what the nodes select."""
    name = nodes[0].name.value
    field = prepared.root.fields[name]
    chosen = [each for node in nodes if node.selection_set is not None for each in node.selection_set.selections]
    own = [_declared(f"{OWN}{key}", str(field.args[key].type)) for key in given]
    arguments = [_argument(key) for key in given]
    list_ = FieldNode(
        name=NameNode(value=name), arguments=tuple(arguments), selection_set=SelectionSetNode(selections=tuple(chosen))
    )
    fragments = _fragments(prepared, list_)
    used = {each for node in (list_, *fragments) for each in _names(node, VariableNode)}
    theirs = [each for each in prepared.operation.variable_definitions or () if each.variable.name.value in used]
    operation = OperationDefinitionNode(
        operation=OperationType.QUERY,
        variable_definitions=(*theirs, *own),
        selection_set=SelectionSetNode(selections=(list_,)),
    )
    values = {each.variable.name.value for each in theirs}
    return Call(
        print_ast(DocumentNode(definitions=(operation, *fragments))),
        variables={key: value for key, value in call.variables.items() if key in values}
        | {f"{OWN}{key}": value for key, value in given.items()},
        only_reading=True,
    )


def _declared(name: str, kind: str) -> VariableDefinitionNode:
    return VariableDefinitionNode(variable=VariableNode(name=NameNode(value=name)), type=parse_type(kind))


def _argument(key: str) -> ArgumentNode:
    return ArgumentNode(name=NameNode(value=key), value=VariableNode(name=NameNode(value=f"{OWN}{key}")))


def _fragments(prepared: Prepared, node: Node) -> list[Any]:
    """The fragments that are spread below a node, and below them."""
    found: dict[str, Any] = {}
    waiting = list(_names(node, FragmentSpreadNode))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = prepared.fragments[name]
            waiting += _names(found[name], FragmentSpreadNode)
    return list(found.values())


def _names(node: Node, kind: type[Any]) -> Iterator[str]:
    found: list[str] = []

    class Finding(Visitor):
        def enter(self, here: Any, *_: Any) -> None:
            if isinstance(here, kind):
                found.append(here.name.value)

    visit(node, Finding())
    yield from found
