"""Where a clock stands, and what is still to come on it: warnings, the breach, the levels of escalation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from domain.kernel.calendars import BusinessCalendar
from domain.kernel.terms import ClockKind
from domain.policies.rules.values import EscalationLevel, Target
from domain.requests.rules import clocks
from domain.requests.rules.clocks import Segment
from domain.requests.rules.states import State
from domain.requests.rules.treatment import TREATMENT, Change, Treatment, segments_of, since


class ClockState(StrEnum):
    """Where a clock stands. A breached one stays so, whether it runs on or has stopped; a void one has no verdict."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock at an instant. `due_at` is there while it runs, and lies in the past when it has been missed."""

    state: ClockState
    due_at: datetime | None
    stopped_at: datetime | None


def read(
    kind: ClockKind,
    changes: Sequence[Change],
    target: Target | None,
    calendar: BusinessCalendar,
    at: datetime,
    *,
    breached: bool,
    begun_at: datetime | None = None,
) -> Reading:
    """How a clock stands by the history of its request, which has at least one change; `breached` once is for ever.

    `begun_at` is when a clock that recurs has begun anew. One whose request was cancelled before the time was up, and
    one that is promised nothing any more, is void.
    """
    segments = segments_of(kind, changes)
    if begun_at is not None:
        segments = since(segments, begun_at)
    stopped_by = stop(kind, changes)
    due_at = clocks.deadline(segments, target, calendar, at)
    if breached:
        state = ClockState.BREACHED
    elif target is None or (stopped_by is not None and stopped_by.state in (State.CANCELLED, State.MERGED)):
        state = ClockState.VOID
    elif stopped_by is not None:
        state = ClockState.MET
    else:
        state = ClockState.RUNNING if clocks.is_running(segments, at) else ClockState.PAUSED
    return Reading(state, due_at, stopped_by.at if stopped_by else None)


def stop(kind: ClockKind, changes: Sequence[Change]) -> Change | None:
    """The change that has stopped a clock: the first to end it for ever, or else the first it rests after."""
    found: Change | None = None
    for change in changes:
        treatment = TREATMENT[kind][change.state]
        if treatment is Treatment.ENDS:
            return change
        if treatment is not Treatment.STOPS:
            found = None
        elif found is None:
            found = change
    return found


class MarkKind(StrEnum):
    """What comes on a clock, in the order in which several of one instant come."""

    WARNING = "warning"
    BREACH = "breach"
    ESCALATION = "escalation"


# The least that PostgreSQL tells apart.
_MOMENT = timedelta(microseconds=1)
_RANK = {kind: rank for rank, kind in enumerate(MarkKind)}


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that comes on a clock: the n-th warning or level, from 1; the breach is always 1."""

    at: datetime
    kind: MarkKind
    number: int
    # Whether it says that the time has run out: the breach, and a level that comes with it.
    is_late: bool = False

    @property
    def comes_at(self) -> datetime:
        """The first instant at which it is so: who stops at the very deadline is in time, so it must have passed."""
        return self.at + _MOMENT if self.is_late else self.at

    def has_come(self, at: datetime, *, before_a_move: bool) -> bool:
        """Whether it has come by an instant; who moves at its own is before it."""
        return self.at < at or (self.at == at and not before_a_move and not self.is_late)

    @property
    def place(self) -> tuple[datetime, int, int]:
        """By which marks are ordered."""
        return self.comes_at, _RANK[self.kind], self.number


@dataclass(frozen=True, slots=True)
class Reached:
    """What has come already, and never comes again: so many warnings and levels, and whether the breach has."""

    warnings: int = 0
    breach: bool = False
    levels: int = 0


@dataclass(frozen=True, slots=True)
class Notices:
    """When somebody is warned of a clock, as parts of its time, and when somebody above is told."""

    warning_fractions: tuple[Decimal, ...] = ()
    escalation: tuple[EscalationLevel, ...] = ()


class Ladder(Protocol):
    """What a clause says of a deadline: when a warning is due, and which levels of escalation there are, in order."""

    @property
    def warning_fractions(self) -> tuple[Decimal, ...]:
        """The shares of the time at which a warning is due."""

    @property
    def escalation(self) -> tuple[EscalationLevel, ...]:
        """The levels, the first to come first."""


def coming(
    level: Ladder,
    target: Target | None,
    segments: Sequence[Segment],
    calendar: BusinessCalendar,
    at: datetime,
    reached: Reached,
) -> list[Mark]:
    """Everything that is still to come on a clock if it runs on, in order; nothing while it does not run.

    Each is reckoned from the base date and never from when it is looked at, so what was missed comes late and in order,
    and nothing is skipped.
    """
    deadline = clocks.deadline(segments, target, calendar, at)
    if deadline is None:
        return []
    marks = [] if reached.breach else [Mark(deadline, MarkKind.BREACH, 1, is_late=True)]
    for number, fraction in enumerate(level.warning_fractions, start=1):
        warned_at = clocks.warning_at(fraction, segments, target, calendar, at)
        if number > reached.warnings and warned_at is not None:
            marks.append(Mark(warned_at, MarkKind.WARNING, number))
    for number, step in enumerate(level.escalation, start=1):
        escalated_at = clocks.escalation_at(step.offset_working_minutes, segments, target, calendar, at)
        if number > reached.levels and escalated_at is not None:
            marks.append(Mark(escalated_at, MarkKind.ESCALATION, number, is_late=escalated_at == deadline))
    return sorted(marks, key=lambda mark: mark.place)
