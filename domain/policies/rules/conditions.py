"""Conditions in CEL: checked against the types of a subject's facts when they are written, judged at bounded cost.

Of the language there is what compares, combines and reckons with whole numbers: no loops, no conversions, no division.
What is left takes time in proportion to its length. It has no answer where a fact was not given, and fails where a
number grows beyond 64 bits or a published version names what the subject has no more.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from domain.kernel.lifecycle import Labels
from domain.kernel.subjects import FactType, SubjectKind, facts_of
from tenancy.refusals import Invalid, message

MOST_CHARACTERS = 1000
_FUNCTIONS = (
    *("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "@in"),
    *("_&&_", "_||_", "!_", "_?_:_"),
    *("_+_", "_-_", "-_", "_*_"),
    *("size", "startsWith", "endsWith", "contains"),
)
_CONFIG = "name: facts\nstdlib:\n  disable_macros: true\n  include_functions:\n" + "".join(
    f'  - name: "{name}"\n' for name in _FUNCTIONS
)
_TYPES = {
    FactType.NUMBER: cel.Type.INT,
    FactType.FLAG: cel.Type.BOOL,
    FactType.DAY: cel.Type.TIMESTAMP,
}
_DAY = re.compile(r"\bday\s*\(")
_DAY_WRITTEN = re.compile(r"""day\s*\(\s*(["'])(\d{4}-\d{2}-\d{2})\1\s*\)""")
_TEXT = re.compile(r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""")
_NAME = re.compile(r"[A-Za-z_]\w*")
# Texts are read over, so that what they say of has(…) stays as it is.
_HAS = re.compile(_TEXT.pattern + r"|\bhas\s*\(\s*([A-Za-z_]\w*)\s*\)")
# Whether a fact is there is a flag beside it, of a name as long as has( and the fact's: places in complaints stay true.
_HAS_PREFIX = "_has_"
# What the evaluation says of what turns on a fact that is missing.
_NOT_GIVEN = re.compile(r'No value with name "([^"]*)"')
# How other dialects write an instant; here there are days alone.
_INSTANTS = {"timestamp", "duration", "date", "now", "today"}
_DAY_FORM = message(
    "At character {place}: a day is compared with a day, which is written day('2026-01-31'), such as "
    "ends_on >= day('2026-01-31'). There are no times of day, and days are neither added nor subtracted."
)
_TYPE_WORDS = {
    "google.protobuf.Timestamp": message("a day"),
    "google.protobuf.Duration": message("a span of time"),
    "string": message("a text"),
    "int": message("a whole number"),
    "uint": message("a whole number"),
    "double": message("a number with decimals"),
    "bool": message("yes or no"),
    "list": message("a list"),
}
_FAULT = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)


_DAY_FUNCTION = cel.FunctionDecl(
    "day",
    [
        cel.Overload(
            id="day_of_text",
            return_type=cel.Type.TIMESTAMP,
            parameters=[cel.Type.STRING],
            is_member=False,
            impl=_midnight,
        )
    ],
)


class Failure(StrEnum):
    """Why a condition can't be judged, whatever facts are given."""

    MISSING = "missing"
    OVERFLOW = "overflow"
    UNREADABLE = "unreadable"
    FAILED = "failed"


FAILURES = {
    Failure.MISSING: message("it turns on a fact that is missing"),
    Failure.OVERFLOW: message("a number in it becomes too large"),
    Failure.UNREADABLE: message("it names what the subject has no more"),
    Failure.FAILED: message("reckoning it fails"),
}


@dataclass
class ConditionFailed(Invalid):
    """A condition of a published clause can't be judged: the handbook is at fault, not whoever asks. Among the values
    are the condition, the word of the failure, and the fact that is missing, where one is."""

    code: str = "CONDITION_FAILED"

    @classmethod
    def of(cls, condition: str, failure: Failure, fact: str | None = None) -> "ConditionFailed":
        """The failure of one condition, and which fact is missing."""
        values = {"condition": condition, "failure": failure.value, "why": Labels((FAILURES[failure],)), "fact": fact}
        if fact is not None:
            text = message("The condition “{condition}” can't be judged: the fact “{fact}” is missing.")
            return cls(text, values)
        return cls(message("The condition “{condition}” can't be judged: {why}."), values)


def check(expression: str, subject_kind: SubjectKind, purpose: str) -> None:
    """Refuse with `Invalid` what is no condition on the facts of this subject: a name that it has not, a comparison of
    different types, a day that is none, or what does not come to yes or no."""
    spoken = words(expression)
    if "null" in spoken:
        raise Invalid(
            message("There is no null. Whether a fact is there is asked with has(…), such as has({fact})."),
            {"fact": next(iter(names(expression, subject_kind, purpose)), "ends_on")},
        )
    hidden = next((word for word in spoken if word.startswith(_HAS_PREFIX)), None)
    if hidden is not None:
        raise _no_fact(hidden, subject_kind, purpose)
    try:
        compiled = _compiled(expression, subject_kind, purpose)
    except RuntimeError as error:
        raise _fault(expression, str(error), subject_kind, purpose) from error
    if compiled.return_type() != cel.Type.BOOL:
        raise Invalid(message("A condition comes to yes or no; this comes to something else."))
    for found in _DAY.finditer(expression):
        written = _DAY_WRITTEN.match(expression, found.start())
        if written is None or not _is_day(written.group(2)):
            raise Invalid(message("A day is written as day(“2026-01-31”), with straight quotation marks."))


def holds(expression: str, subject_kind: SubjectKind, purpose: str, facts: Mapping[str, Any]) -> bool:
    """Whether the facts meet a condition. Raises `ConditionFailed` when it turns on a fact that is missing, or can't be
    judged whatever is given.

    A fact that is missing must never let a step be left out in silence, so it is no answer. Where the other facts
    decide already, has(…) of the fact itself among them, what is missing makes no difference.
    """
    try:
        compiled = _compiled(expression, subject_kind, purpose)
    except RuntimeError as error:
        raise ConditionFailed.of(expression, Failure.UNREADABLE) from error
    try:
        result = compiled.eval(data=_typed(subject_kind, purpose, facts))
    except (RuntimeError, ValueError) as error:
        raise ConditionFailed.of(expression, Failure.FAILED) from error
    answer = result.value()
    if result.type() == cel.Type.BOOL and isinstance(answer, bool):
        return answer
    missing = _NOT_GIVEN.search(str(answer))
    if missing is not None:
        raise ConditionFailed.of(expression, Failure.MISSING, missing.group(1))
    raise ConditionFailed.of(expression, Failure.OVERFLOW if "overflow" in str(answer) else Failure.FAILED)


def names(expression: str, subject_kind: SubjectKind, purpose: str) -> list[str]:
    """The facts that a condition speaks of, in the order in which the subject has them."""
    spoken = words(expression)
    return [name for name in facts_of(subject_kind, purpose) if name in spoken]


def words(expression: str) -> set[str]:
    """Every name in a condition, of facts and functions."""
    return set(_NAME.findall(_TEXT.sub("", expression)))


def asked_for(expression: str) -> set[str]:
    """The facts of which a condition asks with has(…) whether they are there."""
    return {found.group(1) for found in _HAS.finditer(expression) if found.group(1) is not None}


def constant(expression: str, subject_kind: SubjectKind, purpose: str) -> bool | None:
    """What a condition comes to whatever the facts are; None where they matter, as far as judging without any tells."""
    try:
        result = _compiled(expression, subject_kind, purpose).eval(data={})
    except (RuntimeError, ValueError):
        return None
    return bool(result.value()) if result.type() == cel.Type.BOOL else None


@lru_cache(maxsize=64)
def _environment(subject_kind: SubjectKind, purpose: str) -> Any:
    types = {name: _TYPES.get(kind, cel.Type.STRING) for name, kind in facts_of(subject_kind, purpose).items()}
    types |= {_HAS_PREFIX + name: cel.Type.BOOL for name in types}
    config = cel.NewEnvConfigFromYaml(_CONFIG)
    return cel.NewEnv(config=config, variables=types, functions=[_DAY_FUNCTION])


@lru_cache(maxsize=2000)
def _compiled(expression: str, subject_kind: SubjectKind, purpose: str) -> Any:
    """What is evaluated; the same expression of several companies is the same. Raises `RuntimeError`."""
    return _environment(subject_kind, purpose).compile(_HAS.sub(_flag, expression))


def _flag(found: re.Match[str]) -> str:
    return found.group() if found.group(1) is None else (_HAS_PREFIX + found.group(1)).ljust(len(found.group()))


def _typed(subject_kind: SubjectKind, purpose: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    known = facts_of(subject_kind, purpose)
    given = {name: facts[name] for name in known if facts.get(name) is not None and known[name].admits(facts[name])}
    there = {_HAS_PREFIX + name: name in given for name in known}
    return there | {name: _midnight(fact) if known[name] is FactType.DAY else fact for name, fact in given.items()}


def _is_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def _different_types(place: int, complaint: str) -> Invalid:
    """What to write instead where types differ, which the compiler names in words of its own."""
    types = [name for name in re.findall(r"[\w.]+", complaint) if name in _TYPE_WORDS]
    if "double" in types or "uint" in types:
        text = message(
            "At character {place}: a number is written as a whole one. An amount is in the smallest unit of its "
            "currency, so that 10,000.00 is 1000000."
        )
        return Invalid(text, {"place": place})
    if "google.protobuf.Duration" in types or "google.protobuf.Timestamp" in types:
        return Invalid(_DAY_FORM, {"place": place})
    text = message(
        "At character {place}, values of different types meet: {types}. A text stands in quotation marks, as 'CNY'; "
        "a whole number, true and false stand without."
    )
    return Invalid(text, {"place": place, "types": Labels(_TYPE_WORDS[name] for name in types)})


def _no_fact(name: str, subject_kind: SubjectKind, purpose: str) -> Invalid:
    text = message("The subject has no fact “{name}”. It has: {facts}.")
    return Invalid(text, {"name": name, "facts": ", ".join(facts_of(subject_kind, purpose)) or "—"})


def _fault(expression: str, said: str, subject_kind: SubjectKind, purpose: str) -> Invalid:
    """The compiler's first complaint, in our words where people make the mistake often."""
    found = _FAULT.search(said)
    place = int(found.group(2)) if found else 1
    complaint = found.group(3) if found else said
    unknown = re.match(r"undeclared reference to '([^']*)'", complaint)
    if unknown is not None and not _NAME.fullmatch(unknown.group(1)):
        # The compiler's name for an operator has a stroke for each operand: `_/_`, `_[_]`.
        text = message(
            "At character {place}: conditions don't reckon with “{sign}”. They have == != < <= > >= in && || ! + - *."
        )
        return Invalid(text, {"place": place, "sign": unknown.group(1).replace("_", "")})
    if unknown is not None and unknown.group(1) in _INSTANTS:
        return Invalid(_DAY_FORM, {"place": place})
    if unknown is not None and unknown.group(1) == "has":
        text = message("At character {place}: has(…) takes the name of a fact and nothing else, such as has(ends_on).")
        return Invalid(text, {"place": place})
    if unknown is not None and re.search(rf"\b{unknown.group(1)}\s*\(", expression):
        text = message("At character {place}: there is no function “{name}”. There are: {functions}.")
        functions = ", ".join(("day", "has", *(name for name in _FUNCTIONS if _NAME.fullmatch(name))))
        return Invalid(text, {"place": place, "name": unknown.group(1), "functions": functions})
    if unknown is not None:
        return _no_fact(unknown.group(1).removeprefix(_HAS_PREFIX), subject_kind, purpose)
    if "no matching overload" in complaint:
        return _different_types(place, complaint.split("applied to", 1)[-1])
    text = message(
        "At character {place} the condition can't be read. A right one: amount_minor >= 1000000 && key_post."
    )
    return Invalid(text, {"place": place})
