"""Values that callers give against the types of the schema; a wrong one is refused in a sentence, with its place."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    SKIP,
    DocumentNode,
    GraphQLError,
    GraphQLInputType,
    GraphQLInt,
    GraphQLNamedType,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    ValueNode,
    ValuesOfCorrectTypeRule,
    VariableDefinitionNode,
    VisitorAction,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_input_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    print_ast,
    specified_rules,
    type_from_ast,
    validate,
)
from graphql.pyutils import inspect
from graphql.utilities import validate_input_literal, validate_input_value

from api.reading.refusing import carrying, cause_of, shown
from tenancy.refusals import Invalid, Refusal, message

Path = Sequence[str | int]

NEEDED = message("“{name}” is needed and was not given.")
# How graphql-core speaks of the fields of inputs.
FIELD = re.compile(
    r"^Expected value of type '(?P<type>\w+)' (not )?to include (required|(?P<unknown>unknown)) field '(?P<name>\w+)'"
)
# A whole number in any form in which JSON or a document may write it.
WHOLE = re.compile(r"-?[0-9]+(\.0+)?([eE]\+?[0-9]+)?")
SHOWN_WORDS = 20


class _Literals(ValuesOfCorrectTypeRule):
    """The values that stand in the document itself."""

    def is_valid_value_node(self, node: ValueNode, input_type: GraphQLInputType | None) -> VisitorAction:
        """Report each value inside `node` that is none of its type."""
        if input_type is not None:
            validate_input_literal(node, input_type, lambda error, path: self._report(error, input_type, path))
        return SKIP

    def _report(self, error: GraphQLError, gtype: GraphQLInputType, path: Path) -> None:
        written = print_ast(error.nodes[0]) if error.nodes else Undefined
        self.report_error(_explained(error, _leaf_at(gtype, path), written, ()))


RULES = [_Literals if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules]


def document_errors(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """Why a document is none of this schema's."""
    return validate(schema, document, RULES)


def variable_errors(
    schema: GraphQLSchema, operation: OperationDefinitionNode, given: Mapping[str, Any], found: list[GraphQLError]
) -> list[GraphQLError]:
    """What is wrong with the variables, each with its place; what `found` says where nothing more can be told."""
    errors: list[GraphQLError] = []
    for declared in operation.variable_definitions or ():
        gtype = type_from_ast(schema, declared.type)
        value = given.get(declared.variable.name.value, Undefined)
        if is_input_type(gtype) and not (value is Undefined and declared.default_value):
            errors += _wrong_inside(declared, gtype, value)
    return errors or found


def _wrong_inside(declared: VariableDefinitionNode, gtype: GraphQLInputType, value: Any) -> list[GraphQLError]:
    errors: list[GraphQLError] = []

    def report(error: GraphQLError, path: Path) -> None:
        inner = _value_at(value, path)
        written = inner if isinstance(inner, str) or inner is Undefined or inner is None else inspect(inner)
        place = (declared.variable.name.value, *map(str, path))
        errors.append(_explained(error, _leaf_at(gtype, path), written, place))

    if value is not Undefined or is_non_null_type(gtype):
        validate_input_value(value, gtype, report)
    return errors


def _explained(
    error: GraphQLError, leaf: GraphQLNamedType | None, written: Any, place: tuple[str, ...]
) -> GraphQLError:
    """The error as a person is told it: what was written, where, and what it is not.

    `written` is None for a null, and `Undefined` where nothing was.
    """
    cause = cause_of(error)
    if isinstance(cause, Refusal):
        return carrying(replace(cause, path=place), nodes=error.nodes)
    field = FIELD.search(error.message)
    if field is not None:
        text, inner = NEEDED, (*place, field["name"])
        if field["unknown"] is not None:
            text = message("There is no “{name}” in an input of the type {type}.")
        values = {"name": shown(field["name"]), "type": field["type"]}
        return carrying(Invalid(text, values, inner if place else ()), nodes=error.nodes)
    if written is Undefined or written is None:
        if not place:
            return GraphQLError(error.message, error.nodes, extensions={"code": "BAD_REQUEST"})
        return carrying(Invalid(NEEDED, {"name": shown(place[-1])}, place), nodes=error.nodes)
    if leaf is not None:
        return carrying(_unfit(leaf, written, place), nodes=error.nodes)
    # What is found there may be long, and whoever sent it knows it.
    sentence = error.message.partition(", found")[0].partition(". Found")[0].rstrip(".") + "."
    extensions: dict[str, Any] = {"code": "BAD_REQUEST"}
    if place:
        extensions["inputPath"] = list(place)
    return GraphQLError(sentence, error.nodes, extensions=extensions)


def _unfit(leaf: GraphQLNamedType, written: str, place: tuple[str, ...]) -> Invalid:
    """That a value is none of its scalar or enumeration, and what would be one where that can be said."""
    values: dict[str, Any] = {"given": shown(written), "type": leaf.name}
    if is_enum_type(leaf):
        words = list(leaf.values)
        values["words"] = ", ".join(words[:SHOWN_WORDS]) + (", …" if len(words) > SHOWN_WORDS else "")
        return Invalid(message("“{given}” is none of the words of the type {type}: {words}."), values, place)
    if leaf.name == GraphQLInt.name and WHOLE.fullmatch(written):
        least, most = GRAPHQL_MIN_INT, GRAPHQL_MAX_INT
        text = message("“{given}” is too large or too small: the type {type} goes from {least} to {most}.")
        return Invalid(text, {**values, "least": least, "most": most}, place)
    return Invalid(message("“{given}” is not a value of the type {type}."), values, place)


def _leaf_at(gtype: Any, path: Path) -> GraphQLNamedType | None:
    """The scalar or the enumeration that a value at a path inside an input must be of."""
    for step in path:
        gtype = get_nullable_type(gtype)
        if isinstance(step, int):
            gtype = gtype.of_type if is_list_type(gtype) else gtype
            continue
        declared = getattr(get_named_type(gtype), "fields", {}).get(step)
        if declared is None:
            return None
        gtype = declared.type
    named = get_named_type(gtype)
    return named if is_leaf_type(named) else None


def _value_at(value: Any, path: Path) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return Undefined
    return value
