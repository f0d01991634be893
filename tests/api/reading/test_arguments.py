"""Variables and arguments are what graphql-core makes of them, on whichever way they are found."""

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, build_schema, get_variable_values, parse, validate
from graphql.execution.values import get_argument_values
from hypothesis import given as for_all
from hypothesis import strategies as some

from api.reading.arguments import Arguments, Variables

SCHEMA = build_schema(
    """
    enum Order { NEWEST OLDEST }
    input Inner { word: String, number: Int! = 3 }
    input Outer { inner: Inner, inners: [Inner!], order: Order = OLDEST, needed: Int! }
    input Either @oneOf { word: String, number: Int }
    type Query {
      rows(
        first: Int = 20, after: String, order: Order! = NEWEST, words: [String], deep: [[Int!]]
        filter: Outer, either: Either, needed: Boolean! = true
      ): Int
    }
    """
)
assert SCHEMA.query_type is not None
ROWS = SCHEMA.query_type.fields["rows"]
VARIABLES = "$a: Int, $b: Int = 7, $c: String, $o: Order = OLDEST, $x: Outer, $i: Inner, $w: [String], $t: Boolean"
CALLS = [
    "rows",
    "rows(first: 5, order: OLDEST)",
    "rows(first: null, words: null)",
    "rows(first: $a, after: $c)",
    "rows(first: $b, order: $o)",
    "rows(words: [$c, null, 'x'])",
    "rows(words: $w)",
    "rows(words: [$c], deep: [[1, 2], [3]])",
    "rows(filter: $x)",
    "rows(filter: {needed: 4, inner: {word: $c}})",
    "rows(filter: {needed: 4, inner: $i, order: $o})",
    "rows(filter: {needed: $b, inners: [{word: $c, number: $b}, {}]})",
    "rows(filter: {needed: 1, inners: {word: 'one'}})",
    "rows(needed: $t, either: {word: 'x'})",
]


def written(call: str) -> OperationDefinitionNode:
    """An operation that makes one call."""
    document = parse(f"query({VARIABLES}) {{ {call} }}".replace("'", '"'))
    # Every call declares all variables and uses some.
    assert [error for error in validate(SCHEMA, document) if "never used" not in error.message] == []
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return operation


def outcome(function: Any, *arguments: Any) -> Any:
    """What a function returns, or the sentence with which it refuses."""
    try:
        return function(*arguments)
    except GraphQLError as error:
        return error.message


def check(call: str, values: Mapping[str, Any]) -> None:
    """Both ways give the same."""
    operation = written(call)
    (node,) = operation.selection_set.selections
    assert isinstance(node, FieldNode)
    expected: Any = get_variable_values(SCHEMA, operation.variable_definitions or (), dict(values))
    found = Variables(SCHEMA, operation.variable_definitions or ()).values(values)
    if isinstance(expected, list):
        assert found is None
        return
    assert found is not None
    assert found.coerced == expected.coerced
    # Signatures hold defaults that are equal to themselves alone.
    given = [{name: source.value for name, source in way.sources.items()} for way in (found, expected)]
    assert given[0] == given[1]
    arguments = Arguments(ROWS, node)
    assert outcome(arguments.values, found) == outcome(get_argument_values, ROWS, node, expected)


numbers = some.integers(-5, 5) | some.none() | some.just("x") | some.just(2**40)
words = some.sampled_from(["x", ""]) | some.none() | some.just(4)
inner = some.fixed_dictionaries({}, optional={"word": words, "number": numbers}) | some.none()
outer = some.fixed_dictionaries(
    {},
    optional={
        "inner": inner,
        "inners": some.lists(inner, max_size=2) | inner,
        "needed": numbers,
        "order": words,
        "z": words,
    },
)
everything = some.fixed_dictionaries(
    {},
    optional={
        "a": numbers,
        "b": numbers,
        "c": words,
        "o": some.sampled_from(["NEWEST", "OLDEST", "newest", None, 1]),
        "x": outer | some.none(),
        "i": inner,
        "w": some.lists(words, max_size=2) | words,
        "t": some.booleans() | some.none(),
    },
)


@for_all(call=some.sampled_from(CALLS), values=everything)
def test_every_call_has_the_values_that_graphql_gives_it(call: str, values: dict[str, Any]) -> None:
    check(call, values)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_without_variables_is_found_once(call: str) -> None:
    (node,) = written(call).selection_set.selections
    assert isinstance(node, FieldNode)
    assert (Arguments(ROWS, node).constant is not None) is ("$" not in call)
