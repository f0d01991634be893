"""A document, read once: parsed under limits, validated, its operation and every field that takes arguments found."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_variable_values,
    is_abstract_type,
    parse,
)
from graphql.execution.values import VariableValues

from api.reading.arguments import Arguments, Variables
from api.reading.checking import document_errors, variable_errors
from api.reading.limits import LIMITS, check_limits, of_syntax, too_much
from api.reading.refusing import refused
from tenancy.refusals import message

KEPT_DOCUMENTS = 500
# A shape is what decides the SQL: which arguments are given, page sizes, orders, what is skipped.
KEPT_SHAPES = 64


@dataclass
class Prepared:
    """One validated operation. `calls` are its fields with arguments; `plans` the statements made for it so far."""

    schema: GraphQLSchema
    document: DocumentNode
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    known_variables: Variables
    calls: Mapping[int, Arguments]
    conditions: tuple[str, ...]
    # The calls whose arguments decide the SQL and vary: pages. Everything else is merely bound.
    shaped: tuple[int, ...]
    plans: "OrderedDict[Any, Any]" = field(default_factory=OrderedDict)

    @property
    def root(self) -> GraphQLObjectType:
        """The root type of the operation."""
        found = self.schema.get_root_type(self.operation.operation)
        assert found is not None
        return found

    def variables(self, given: Mapping[str, Any] | None) -> VariableValues:
        """The variables as the schema understands them; raises GraphQLError with every problem's message."""
        known = self.known_variables.values(given or {})
        if known is not None:
            return known
        found = get_variable_values(self.schema, self.operation.variable_definitions or (), dict(given or {}))
        if isinstance(found, list):
            raise GraphQLErrors(variable_errors(self.schema, self.operation, given or {}, found))
        return found

    def arguments(self, variables: VariableValues) -> dict[int, dict[str, Any]]:
        """The arguments of each field that takes some, by the field's node."""
        return {key: call.values(variables) for key, call in self.calls.items()}

    def keep(self, shape: Any, plan: Any) -> None:
        """Remember a plan; the oldest is forgotten when there are too many."""
        self.plans[shape] = plan
        if len(self.plans) > KEPT_SHAPES:
            self.plans.popitem(last=False)


class GraphQLErrors(Exception):  # it is plural on purpose
    """Several errors of one document, none of which was executed."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


class Documents:
    """The documents this process has read, bounded; a text is parsed and validated once."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._kept: OrderedDict[tuple[str, str | None], Prepared] = OrderedDict()

    def prepare(self, text: str, operation_name: str | None) -> Prepared:
        """The operation of a document; raises GraphQLErrors, GraphQLError or its kind, and executes nothing."""
        found = self._kept.get((text, operation_name))
        if found is not None:
            self._kept.move_to_end((text, operation_name))
            return found
        if len(text) > LIMITS.document:
            raise too_much(message("characters"), LIMITS.document)
        try:
            document = parse(text, max_tokens=LIMITS.tokens)
        except GraphQLSyntaxError as error:
            raise of_syntax(error) from None
        errors = check_limits(document) or document_errors(self._schema, document)
        if errors:
            raise GraphQLErrors(list(errors))
        _let_go_of_tokens(document)
        operation = _choose(document, operation_name)
        calls = _Calls(self._schema, document).of(operation)
        arguments = {key: Arguments(called, node) for key, (called, node) in calls.items()}
        prepared = Prepared(
            self._schema,
            document,
            operation,
            {item.name.value: item for item in document.definitions if isinstance(item, FragmentDefinitionNode)},
            Variables(self._schema, operation.variable_definitions or ()),
            arguments,
            _conditions(document),
            tuple(
                key for key, (called, _) in calls.items() if "first" in called.args and arguments[key].constant is None
            ),
        )
        self._kept[text, operation_name] = prepared
        if len(self._kept) > KEPT_DOCUMENTS:
            self._kept.popitem(last=False)
        return prepared


def _let_go_of_tokens(document: DocumentNode) -> None:
    """Forget what the parser has read character by character, a third of what is kept of a document.

    Where a node stands in the text, for what is wrong with it later, is kept.
    """
    waiting: list[Any] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple | list):
            waiting += node
        elif isinstance(node, Node):
            if node.loc is not None:
                # The parser shares nothing of a location, and nobody else has seen it.
                node.loc.start_token = node.loc.end_token = None  # type: ignore[assignment]  # only parsing needs them
            waiting += vars(node).values()


class _Calls:
    """The fields with arguments of an operation and of the fragments that it uses, by their nodes.

    Other operations have variables of their own. The document is validated, so every field and fragment is there.
    """

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            item.name.value: item for item in document.definitions if isinstance(item, FragmentDefinitionNode)
        }
        self._found: dict[int, tuple[GraphQLField, FieldNode]] = {}

    def of(self, operation: OperationDefinitionNode) -> dict[int, tuple[GraphQLField, FieldNode]]:
        """The fields of an operation."""
        self._selected(operation.selection_set, self._schema.get_root_type(operation.operation))
        return self._found

    def _selected(self, selections: SelectionSetNode, gtype: Any) -> None:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                field = self._schema.get_field(gtype, node.name.value)
                assert field is not None, "the document is validated"
                if field.args:
                    self._found[id(node)] = field, node
                if node.selection_set is not None:
                    self._selected(node.selection_set, get_named_type(field.type))
                continue
            fragment: Any = node
            if isinstance(node, FragmentSpreadNode):
                # Once is enough: its fields are the same wherever it is spread.
                fragment = self._fragments.pop(node.name.value, None)
                if fragment is None:
                    continue
            condition = fragment.type_condition
            inner = gtype if condition is None else self._schema.get_type(condition.name.value)
            self._selected(fragment.selection_set, inner)


def _choose(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    found = [
        item
        for item in document.definitions
        if isinstance(item, OperationDefinitionNode) and (name is None or (item.name and item.name.value == name))
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise refused("BAD_REQUEST", message("There is no such operation in the document."))
    raise refused("BAD_REQUEST", message("The document has several operations: name one with operationName."))


def _conditions(document: DocumentNode) -> tuple[str, ...]:
    """The variables that @skip and @include look at."""
    found: dict[str, None] = {}
    waiting: list[Any] = list(document.definitions)
    while waiting:
        node = waiting.pop()
        for directive in node.directives or ():
            for argument in directive.arguments or ():
                if isinstance(argument.value, VariableNode):
                    found[argument.value.name.value] = None
        if getattr(node, "selection_set", None) is not None:
            waiting += node.selection_set.selections
    return tuple(found)


def included(node: Any, variables: Mapping[str, Any]) -> bool:
    """Whether @skip and @include let a selection in."""
    for directive in node.directives or ():
        given = directive.arguments[0].value
        value = variables[given.name.value] if isinstance(given, VariableNode) else given.value
        if value is (directive.name.value == "skip"):
            return False
    return True


def _applies(schema: GraphQLSchema, gtype: GraphQLObjectType, condition: str) -> bool:
    if condition == gtype.name:
        return True
    wider = schema.get_type(condition)
    return is_abstract_type(wider) and schema.is_sub_type(wider, gtype)


def collect(
    prepared: Prepared, gtype: GraphQLObjectType, nodes: list[FieldNode], variables: Mapping[str, Any]
) -> dict[str, list[FieldNode]]:
    """The fields selected on an object, by response key, fragments merged and conditions applied."""
    sets = [node.selection_set for node in nodes if node.selection_set is not None]
    return collect_sets(prepared, gtype, sets, variables)


def collect_sets(
    prepared: Prepared, gtype: GraphQLObjectType, sets: list[SelectionSetNode], variables: Mapping[str, Any]
) -> dict[str, list[FieldNode]]:
    """The same from selection sets."""
    out: dict[str, list[FieldNode]] = {}
    for key, node in _selected(prepared, gtype, sets, variables):
        out.setdefault(key, []).append(node)
    return out


def _selected(
    prepared: Prepared, gtype: GraphQLObjectType, sets: list[SelectionSetNode], variables: Mapping[str, Any]
) -> Iterator[tuple[str, FieldNode]]:
    for selections in sets:
        for node in selections.selections:
            if not included(node, variables):
                continue
            if isinstance(node, FieldNode):
                yield (node.alias or node.name).value, node
                continue
            fragment: Any = node
            if isinstance(node, FragmentSpreadNode):
                fragment = prepared.fragments[node.name.value]
            assert isinstance(fragment, InlineFragmentNode | FragmentDefinitionNode)
            condition = fragment.type_condition
            if condition is None or _applies(prepared.schema, gtype, condition.name.value):
                yield from _selected(prepared, gtype, [fragment.selection_set], variables)


def is_mutation(prepared: Prepared) -> bool:
    """Whether the operation changes something."""
    return prepared.operation.operation is OperationType.MUTATION
