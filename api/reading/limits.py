"""What a document may be at most, known before anything runs: tokens, depth, aliases, directives, page size, cost."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from api.reading.refusing import refused
from tenancy.refusals import message


@dataclass(frozen=True)
class Limits:
    """The bounds; each refusal names its own."""

    tokens: int = 1_000
    depth: int = 12
    aliases: int = 30
    directives: int = 50
    root_fields: int = 20
    fragments: int = 50
    value_depth: int = 20
    # Of one filter: values that are compared, and conditions around them.
    filter_values: int = 200
    # PostgreSQL cuts longer names, and the answer's keys are names.
    key: int = 63
    document: int = 50_000
    page: int = 100
    default_page: int = 50
    cost: int = 5_000


LIMITS = Limits()


def too_much(what: str, most: int) -> GraphQLError:
    """The refusal of a document that goes beyond a bound."""
    text = message("The document has too many {what}: at most {most}.")
    return refused("LIMIT_EXCEEDED", text, {"what": (what,), "most": most})


def of_syntax(error: GraphQLError) -> GraphQLError:
    """What a document is refused for that could not be parsed: its form, or that it has too many tokens."""
    if isinstance(error, GraphQLSyntaxError) and f"more than {LIMITS.tokens} tokens" in error.message:
        return too_much(message("tokens"), LIMITS.tokens)
    return error


def check_limits(document: DocumentNode) -> list[GraphQLError]:
    """The bounds a document breaks. It is not validated yet, so fragments may be missing or lead in a circle."""
    fragments = {item.name.value: item for item in document.definitions if isinstance(item, FragmentDefinitionNode)}
    if len(fragments) > LIMITS.fragments:
        return [too_much(message("fragments"), LIMITS.fragments)]
    for item in document.definitions:
        if isinstance(item, OperationDefinitionNode):
            count = _Count(fragments)
            try:
                count.selections(item.selection_set, 1, ())
            except _OverError as over:
                return [too_much(over.what, over.most)]
            if len(item.selection_set.selections) > LIMITS.root_fields:
                return [too_much(message("root fields"), LIMITS.root_fields)]
    return []


class _OverError(Exception):
    def __init__(self, what: str, most: int) -> None:
        super().__init__(what)
        self.what, self.most = what, most


class _Count:
    """Counts aliases and directives as often as fragments repeat them, and stops at the first bound."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self.fragments = fragments
        self.aliases = self.directives = self.nodes = 0

    def selections(self, selected: SelectionSetNode, depth: int, inside: tuple[str, ...]) -> None:
        if depth > LIMITS.depth:
            raise _OverError(message("levels"), LIMITS.depth)
        for node in selected.selections:
            self._count(node)
            if isinstance(node, FieldNode):
                if node.selection_set is not None:
                    self.selections(node.selection_set, depth + 1, inside)
            elif isinstance(node, InlineFragmentNode):
                self.selections(node.selection_set, depth, inside)
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name in self.fragments and name not in inside:
                    self.selections(self.fragments[name].selection_set, depth, (*inside, name))

    def values(self, node: Any, depth: int) -> None:
        """Inputs nest too: filters in filters."""
        if depth > LIMITS.value_depth:
            raise _OverError(message("levels in a value"), LIMITS.value_depth)
        for inner in (*getattr(node, "values", ()), *(field.value for field in getattr(node, "fields", ()))):
            self.values(inner, depth + 1)

    def _count(self, node: Any) -> None:
        self.nodes += 1
        self.directives += len(node.directives or ())
        if isinstance(node, FieldNode):
            self.aliases += node.alias is not None
            if node.alias is not None and len(node.alias.value) > LIMITS.key:
                raise _OverError(message("characters in an alias"), LIMITS.key)
            for argument in node.arguments or ():
                self.values(argument.value, 0)
        if self.aliases > LIMITS.aliases:
            raise _OverError(message("aliases"), LIMITS.aliases)
        if self.directives > LIMITS.directives:
            raise _OverError(message("directives"), LIMITS.directives)
        if self.nodes > LIMITS.tokens:
            raise _OverError(message("fields"), LIMITS.tokens)
