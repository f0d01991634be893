"""A version as cases meet it: its clauses by kind, and the ruling of which of them decides a case and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from domain.policies.rules.kinds import ClauseKind, K, kind_named
from domain.policies.rules.scopes import Dimension, Scope, misfit, specificity
from tenancy.refusals import ClauseReference

# A decision keeps the clauses that came into question, up to so many.
MOST_CANDIDATES = 20

KindT = TypeVar("KindT", bound=ClauseKind, covariant=True)


@dataclass(frozen=True)
class StoredClause:
    """A clause as it is kept; its value is read when it is first asked for."""

    id: UUID
    number: str
    position: str
    kind: str
    value: Mapping[str, Any]
    scope: Scope
    applies_to_open_cases: bool = False
    title: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def parsed(self) -> ClauseKind:
        """The value as its kind types it."""
        return kind_named(self.kind).model_validate(self.value)


class Standing(StrEnum):
    """What became of a clause that came into question."""

    WON = "won"
    # Another one that applies is limited more closely, in `dimension` first.
    LESS_SPECIFIC = "less_specific"
    # Another one with the same limits stands before it; only drafts can have such.
    LATER_NUMBER = "later_number"
    # The case lies outside its limit in `dimension`.
    OTHER_CASE = "other_case"


@dataclass(frozen=True)
class Candidate:
    """One line of the trace: a clause that came into question, and why it won or didn't."""

    clause_id: UUID
    number: str
    scope: Scope
    standing: Standing
    dimension: Dimension | None = None

    def stored(self) -> dict[str, Any]:
        """The line as a decision keeps it."""
        return {
            "clause_id": str(self.clause_id),
            "number": self.number,
            "scope": self.scope.model_dump(mode="json", exclude_none=True),
            "standing": self.standing.value,
            "dimension": self.dimension.value if self.dimension else None,
        }


@dataclass(frozen=True)
class Ruling(Generic[KindT]):
    """Which clause decides a case: its value, where it stands, and why it and no other."""

    value: KindT
    clause: ClauseReference
    why: tuple[Candidate, ...]
    applies_to_open_cases: bool = False
    scope: Scope = field(default_factory=Scope)

    def says_the_same(self, other: "Ruling[Any]") -> bool:
        """Whether another version's clause is the same one, and lays down the very same."""
        mine, theirs = self.clause, other.clause
        same_place = (mine.number, mine.title, self.scope) == (theirs.number, theirs.title, other.scope)
        return same_place and self.value == other.value


class Handbook:
    """The clauses of one version, in the order of their numbers."""

    def __init__(self, version_id: UUID, version_number: str, clauses: Iterable[StoredClause]) -> None:
        self.version_id, self.version_number = version_id, version_number
        self.clauses = sorted(clauses, key=lambda clause: clause.position)
        self._by_kind: dict[str, list[StoredClause]] = {}
        for clause in self.clauses:
            self._by_kind.setdefault(clause.kind, []).append(clause)

    def of_kind(self, kind: type[ClauseKind]) -> list[StoredClause]:
        """The clauses of a kind, whatever they are about."""
        return self._by_kind.get(kind.kind, [])

    def is_limited_by(self, kind: type[ClauseKind], dimension: Dimension) -> bool:
        """Whether any clause of a kind is limited in a dimension, so that it must be known of the case."""
        return any(dimension in clause.scope.dimensions for clause in self.of_kind(kind))

    def ruling(self, kind: type[K], case: Scope, departments: Sequence[UUID] = (), topic: str = "") -> Ruling[K] | None:
        """The clause of a kind that decides a case: the most specific, then the first by number. None if none applies.

        `departments` is the case's own department and those above it, nearest first.
        """
        applying: list[StoredClause] = []
        others: list[Candidate] = []
        for clause in self.of_kind(kind):
            if clause.parsed.topic != topic:
                continue
            dimension = misfit(clause.scope, case, departments)
            if dimension is None:
                applying.append(clause)
            else:
                others.append(_candidate(clause, Standing.OTHER_CASE, dimension))
        if not applying:
            return None
        weights = {clause.id: specificity(clause.scope, kind.dimensions, case, departments) for clause in applying}
        # A stable sort keeps the order of the numbers among equals.
        ranked = sorted(applying, key=lambda clause: weights[clause.id], reverse=True)
        won = ranked[0]
        trace = [_candidate(won, Standing.WON)]
        trace += [_beaten(clause, kind, weights[won.id], weights[clause.id]) for clause in ranked[1:]]
        return self._ruled(kind, won, (trace + others)[:MOST_CANDIDATES])

    def ruling_by(self, kind: type[K], clause_id: UUID) -> Ruling[K] | None:
        """The ruling of one clause that was found before, such as the one a running case is pinned to."""
        found = next((clause for clause in self.of_kind(kind) if clause.id == clause_id), None)
        return None if found is None else self._ruled(kind, found, [_candidate(found, Standing.WON)])

    def rulings(self, kind: type[K]) -> list[Ruling[K]]:
        """Every clause of a kind by itself, whatever it is limited to."""
        return [self._ruled(kind, clause, [_candidate(clause, Standing.WON)]) for clause in self.of_kind(kind)]

    def _ruled(self, kind: type[K], won: StoredClause, trace: Sequence[Candidate]) -> Ruling[K]:
        return Ruling(
            value=cast(K, won.parsed),
            clause=ClauseReference(won.id, won.number, self.version_id, self.version_number, won.title, tuple(trace)),
            why=tuple(trace),
            # Older versions, which nothing changes, may say so of a kind of which it can't be said any more.
            applies_to_open_cases=won.applies_to_open_cases and kind.reaches_open_cases,
            scope=won.scope,
        )


def _candidate(clause: StoredClause, standing: Standing, dimension: Dimension | None = None) -> Candidate:
    return Candidate(clause.id, clause.number, clause.scope, standing, dimension)


def _beaten(
    clause: StoredClause, kind: type[ClauseKind], winner: tuple[int, ...], weight: tuple[int, ...]
) -> Candidate:
    pairs = zip(kind.dimensions, winner, weight, strict=True)
    decided_by = next((dimension for dimension, won, lost in pairs if won != lost), None)
    return _candidate(clause, Standing.LESS_SPECIFIC if decided_by else Standing.LATER_NUMBER, decided_by)
