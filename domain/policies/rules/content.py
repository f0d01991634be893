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
    """Where two values differ, as far down as both are objects; lists are compared as wholes."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*before, *after]):
            yield from _fields(before.get(key), after.get(key), (*path, key))
    elif before != after:
        yield FieldDifference(path, before, after)
