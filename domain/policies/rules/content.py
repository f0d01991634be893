"""What a version lays down: as one content with a fingerprint, and as the differences between two of them."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import orjson


@dataclass(frozen=True)
class ClauseContent:
    """All that a clause says."""

    number: str
    kind: str
    value: Mapping[str, Any]
    scope: Mapping[str, Any]
    title: Mapping[str, str]
    text: Mapping[str, str]
    applies_to_open_cases: bool = False


@dataclass(frozen=True)
class Content:
    """All that a version says, its clauses in the order of their numbers."""

    document_number: str
    title: Mapping[str, str]
    clauses: tuple[ClauseContent, ...]

    def digest(self) -> str:
        """The fingerprint of what is said: a change of a single sign gives another."""
        written = orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(written).hexdigest()


class Change(StrEnum):
    """What became of a clause from one version to another."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class FieldDifference:
    """One place in a clause, such as value.days or scope.department_id, and what it says before and after."""

    path: tuple[str, ...]
    before: Any
    after: Any


@dataclass(frozen=True)
class Difference:
    """What became of the clause of one number."""

    number: str
    change: Change
    before: ClauseContent | None
    after: ClauseContent | None
    fields: tuple[FieldDifference, ...] = ()


def differences(before: Content, after: Content) -> list[Difference]:
    """What the second version adds, removes and changes, clause by clause in the order of numbers."""
    old = {clause.number: clause for clause in before.clauses}
    new = {clause.number: clause for clause in after.clauses}
    found = []
    for number in sorted(old.keys() | new.keys(), key=lambda number: [int(part) for part in number.split(".")]):
        one, other = old.get(number), new.get(number)
        if one is None:
            found.append(Difference(number, Change.ADDED, None, other))
        elif other is None:
            found.append(Difference(number, Change.REMOVED, one, None))
        elif one != other:
            found.append(Difference(number, Change.CHANGED, one, other, tuple(_fields(asdict(one), asdict(other)))))
    return found


@dataclass(frozen=True)
class Merge:
    """What a draft takes in of what became of its base: clauses to write, numbers to take out, and the numbers of those
    that were changed in both."""

    written: tuple[ClauseContent, ...]
    removed: tuple[str, ...]
    clashes: tuple[str, ...]


def merge(base: Content, newer: Content, own: Content, kept: Collection[str] = ()) -> Merge:
    """Bring what the newer version changes of the base into a draft of the same base, where the draft itself hasn't
    touched the clause; of the `kept` numbers the draft's own form stays."""
    mine = {clause.number: clause for clause in own.clauses}
    written, removed, clashes = [], [], []
    for change in differences(base, newer):
        own_form = mine.get(change.number)
        if own_form == change.after or change.number in kept:
            continue
        if own_form != change.before:
            clashes.append(change.number)
        elif change.after is not None:
            written.append(change.after)
        else:
            removed.append(change.number)
    return Merge(tuple(written), tuple(removed), tuple(clashes))


def _fields(before: Any, after: Any, path: tuple[str, ...] = ()) -> Iterator[FieldDifference]:
    """Where two values differ, as far down as both are objects or lists of objects; other lists are compared whole."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*before, *after]):
            yield from _fields(before.get(key), after.get(key), (*path, key))
    elif before != after:
        pairs = _paired(before, after)
        if pairs is None:
            yield FieldDifference(path, before, after)
            return
        for place, one, other in pairs:
            yield from _fields(one, other, (*path, str(place)))


def _paired(before: Any, after: Any) -> list[tuple[int, Any, Any]] | None:
    """The objects of two lists side by side, each with its place in the second list, or in the first where it is gone:
    those of the same name or number, in the same order. None for anything else, which is compared whole."""
    one, other = _by_name(before), _by_name(after)
    if one is None or other is None:
        return None
    common = [name for name in one if name in other]
    if common != [name for name in other if name in one]:
        return None
    places = {name: place for known in (one, other) for place, name in enumerate(known)}
    return [(places[name], one.get(name), other.get(name)) for name in {**one, **other}]


def _by_name(listed: Any) -> dict[bytes, Any] | None:
    """The objects of a list by what tells them apart; None for other lists, and where two are called the same."""
    if not isinstance(listed, list | tuple) or not all(isinstance(each, Mapping) for each in listed):
        return None
    names = [orjson.dumps([each.get("name"), each.get("number")], option=orjson.OPT_SORT_KEYS) for each in listed]
    nameless = any(each.get("name") is None and each.get("number") is None for each in listed)
    return None if nameless or len(set(names)) < len(names) else dict(zip(names, listed, strict=True))
