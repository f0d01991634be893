"""Whether conditions can hold at all, as far as that can be told without a case: never a step is called dead that might
be taken."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations, product

from domain.kernel.subjects import FactType, is_never_negative, words_of
from domain.policies.rules.comparisons import Condition, Operator

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"\\\n]*"|'[^'\\\n]*')|(?P<number>\d+)|(?P<name>[A-Za-z_]\w*)|(?P<sign>&&|\|\||[<>=!]=|\S))"""
)
_OPERATORS = {
    "==": Operator.EQUALS,
    "!=": Operator.DIFFERS,
    ">=": Operator.AT_LEAST,
    ">": Operator.MORE_THAN,
    "<=": Operator.AT_MOST,
    "<": Operator.LESS_THAN,
}
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
_OPENING, _CLOSING = {"(", "["}, {")", "]"}
# How many cases are tried to see whether conditions leave none out.
MOST_CASES = 2000
Literal = bool | int | str
Tokens = Sequence[str]


def alternatives(expression: str | None, facts: Mapping[str, FactType]) -> list[list[Condition]]:
    """The ways in which a condition in CEL can hold: of each, the simple comparisons that all hold then.

    What is no simple comparison of one fact is left out, so that it never makes anything impossible. Days are numbers.
    """
    if expression is None:
        return [[]]
    return [[simple for simple in way if simple is not None] for way in _ways(expression, facts)]


def wholly(expression: str, facts: Mapping[str, FactType]) -> list[list[Condition]] | None:
    """As `alternatives`, where simple comparisons are all that a condition is made of; None where there is more to it,
    so that it can't be put in words."""
    found: list[list[Condition]] = []
    for way in _ways(expression, facts):
        simple = [each for each in way if each is not None and each.value != ()]
        if not simple or len(simple) < len(way):
            return None
        found.append(simple)
    return found


def _ways(expression: str, facts: Mapping[str, FactType]) -> list[list[Condition | None]]:
    """The parts of each alternative; None for one that is no simple comparison."""
    if "\\" in expression or "//" in expression:
        # Texts with escapes and comments are not taken apart.
        return [[None]]
    tokens = [found.group().strip() for found in _TOKEN.finditer(expression)]
    if "?" in tokens:
        return [[None]]
    return [_way(list(_conjuncts(way)), facts) for way in _split(_bare(tokens), "||")]


def _way(parts: Sequence[Tokens], facts: Mapping[str, FactType]) -> list[Condition | None]:
    simple = [_simple(part, facts) for part in parts]
    compared = {each.fact for each in simple if each is not None}
    # A fact that is compared is there, whether or not that is asked first.
    asked = [["has", "(", fact, ")"] for fact in compared]
    return [each for part, each in zip(parts, simple, strict=True) if list(part) not in asked]


def comparable(conditions: Sequence[Condition], facts: Mapping[str, FactType]) -> list[Condition]:
    """Simple conditions of a step with days as numbers, as `alternatives` has them."""
    return [_on_days(each) if facts.get(each.fact) is FactType.DAY else each for each in conditions]


def exclude_each_other(conditions: Sequence[Condition]) -> bool:
    """Whether no case meets all of these."""
    # What is in another currency meets a comparison that names its own.
    conditions = [each for each in conditions if each.currency is None]
    bounds = [
        Condition.model_construct(fact=fact, operator=Operator.AT_LEAST, value=0)
        for fact in {each.fact for each in conditions}
        if is_never_negative(fact)
    ]
    return any(each.value == () for each in conditions) or any(
        _excludes(one, other) for one, other in combinations([*conditions, *bounds], 2)
    )


def leave_none_out(ways: Sequence[Sequence[Condition]]) -> bool | None:
    """Whether every case meets all conditions of one of the ways at least; None where there are too many to try.

    Tried are the values that conditions name and those just beside them, which stand for all others.
    """
    values: dict[str, set[Literal]] = {}
    for each in (condition for way in ways for condition in way):
        for value in each.value if isinstance(each.value, tuple) else (each.value,):
            values.setdefault(each.fact, set()).update(_around(each.fact, value))
        if each.currency is not None:
            values.setdefault("currency", set()).update((each.currency, "\0"))
    if math.prod(map(len, values.values())) > MOST_CASES:
        return None
    cases = (dict(zip(values, case, strict=True)) for case in product(*values.values()))
    return all(any(all(each.holds(case) for each in way) for way in ways) for case in cases)


def _around(fact: str, value: Literal) -> set[Literal]:
    if isinstance(value, bool):
        return {True, False}
    if isinstance(value, int):
        return {near for near in (value - 1, value, value + 1) if near >= 0 or not is_never_negative(fact)}
    # No text that anybody writes begins so.
    return {value, *(words_of(fact) or ("\0",))}


def _excludes(one: Condition, other: Condition) -> bool:
    """Whether two conditions on one fact can't both hold."""
    if one.fact != other.fact:
        return False
    for first, second in ((one, other), (other, one)):
        match first.operator, second.operator:
            case ((Operator.EQUALS | Operator.ONE_OF), _):
                values = first.value if isinstance(first.value, tuple) else (first.value,)
                if not any(second.holds({second.fact: value}) for value in values):
                    return True
            case ((Operator.AT_LEAST | Operator.MORE_THAN), (Operator.AT_MOST | Operator.LESS_THAN)):
                assert isinstance(first.value, int)
                assert isinstance(second.value, int)
                least = first.value + (first.operator is Operator.MORE_THAN)
                most = second.value - (second.operator is Operator.LESS_THAN)
                if least > most:
                    return True
    return False


def _on_days(condition: Condition) -> Condition:
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    days = tuple(date.fromisoformat(str(value)).toordinal() for value in values)
    told = days if isinstance(condition.value, tuple) else days[0]
    return condition.model_copy(update={"value": told})


def _split(tokens: Tokens, sign: str) -> list[Tokens]:
    """The parts between a sign that stands in no brackets."""
    parts: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token in _OPENING) - (token in _CLOSING)
        if token == sign and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return list(parts)


def _conjuncts(tokens: Tokens) -> Iterator[Tokens]:
    """What all holds when a part does, brackets around it opened."""
    for part in _split(tokens, "&&"):
        inner = _bare(part)
        if inner is not part and len(_split(inner, "||")) == 1:
            yield from _conjuncts(inner)
        else:
            yield inner


def _bare(tokens: Tokens) -> Tokens:
    """Without the brackets around the whole."""
    depth = 0
    if not tokens or tokens[0] != "(":
        return tokens
    for place, token in enumerate(tokens):
        depth += (token in _OPENING) - (token in _CLOSING)
        if depth == 0:
            return tokens[1:-1] if place == len(tokens) - 1 else tokens
    return tokens


def _simple(tokens: Tokens, facts: Mapping[str, FactType]) -> Condition | None:
    """A comparison of one fact with what is written; None for anything else."""
    match list(tokens):
        case [name] if facts.get(name) is FactType.FLAG:
            return _condition(name, Operator.EQUALS, True)
        case ["!", name] if facts.get(name) is FactType.FLAG:
            return _condition(name, Operator.EQUALS, False)
        case [name, "in", "[", *listed, "]"] if name in facts:
            values = [_literal(part) for part in _split(listed, ",")] if listed else []
            given = tuple(value for value in values if value is not None)
            return _condition(name, Operator.ONE_OF, given) if len(given) == len(values) else None
        case [name, sign, *written] if name in facts and sign in _OPERATORS:
            value = _literal(written)
            return None if value is None else _condition(name, _OPERATORS[sign], value)
        case [*written, sign, name] if name in facts and sign in _OPERATORS:
            value = _literal(written)
            return None if value is None else _condition(name, _OPERATORS[_TURNED[sign]], value)
    return None


def _condition(fact: str, operator: Operator, value: Literal | tuple[Literal, ...]) -> Condition | None:
    if operator not in (Operator.EQUALS, Operator.DIFFERS, Operator.ONE_OF) and type(value) is not int:
        return None
    return Condition.model_construct(fact=fact, operator=operator, value=value)


def _literal(tokens: Tokens) -> Literal | None:
    match list(tokens):
        case ["true" | "false" as word]:
            return word == "true"
        case [number] if number.isdecimal():
            return int(number)
        case ["-", number] if number.isdecimal():
            return -int(number)
        case ["day", "(", text, ")"]:
            return date.fromisoformat(text[1:-1]).toordinal()
        case [text] if text[:1] in "\"'" and len(text) > 1:
            return text[1:-1]
    return None
