"""What each state means for each clock, and the stretches of a clock's life that the history of a request makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any

from domain.kernel.terms import ClockKind
from domain.requests.rules.clocks import Segment
from domain.requests.rules.states import State


class Treatment(StrEnum):
    """What a state does to a clock. A stopped clock runs on when the request is reopened, an ended one never; one that
    waits has not begun."""

    WAITS = "waits"
    COUNTS = "counts"
    PAUSES = "pauses"
    STOPS = "stops"
    ENDS = "ends"


_OVER = (State.RESOLVED, State.CONFIRMED, State.CLOSED, State.CANCELLED, State.MERGED)


def _table(usual: Treatment, over: Treatment, **others: Treatment) -> Mapping[State, Treatment]:
    """What every state does: the usual, what those do in which the request is over, and the others by their words."""
    return {state: others.get(state.value, over if state in _OVER else usual) for state in State}


TREATMENT: Mapping[ClockKind, Mapping[State, Treatment]] = {
    ClockKind.RESPONSE: _table(
        Treatment.ENDS, Treatment.ENDS, new=Treatment.COUNTS, triaged=Treatment.COUNTS, assigned=Treatment.COUNTS
    ),
    ClockKind.PROPOSAL: _table(
        Treatment.COUNTS,
        Treatment.ENDS,
        proposed=Treatment.ENDS,
        agreed=Treatment.ENDS,
        # Whoever begins the work has no need of a proposal any more.
        in_progress=Treatment.ENDS,
        on_hold=Treatment.PAUSES,
    ),
    ClockKind.RESOLUTION: _table(Treatment.COUNTS, Treatment.STOPS, on_hold=Treatment.PAUSES),
    # While it is the requester who has to speak, they need not hear anything; while it is on hold they do.
    ClockKind.UPDATE: _table(Treatment.COUNTS, Treatment.STOPS, proposed=Treatment.PAUSES),
    ClockKind.INTERNAL: _table(
        Treatment.COUNTS,
        Treatment.STOPS,
        new=Treatment.WAITS,
        triaged=Treatment.WAITS,
        proposed=Treatment.PAUSES,
        on_hold=Treatment.PAUSES,
    ),
}
# In which a clause may say otherwise which clocks rest.
_RESTING = (State.ON_HOLD, State.PROPOSED)


@dataclass(frozen=True, slots=True)
class Change:
    """A request entered a state at an instant, for a reason when there was one; `pauses` are the clocks that rest since
    then by a clause, None where none says so."""

    at: datetime
    state: State
    reason: str = ""
    pauses: frozenset[ClockKind] | None = None


def as_change(at: datetime, state: State, reason: str, code: str, pauses: Sequence[Any] | None) -> Change:
    """A change as it is stored, with the code of its reason and the words of the clocks that rest."""
    resting = None if pauses is None else frozenset(kind for kind in ClockKind if kind.value in pauses)
    return Change(at, state, reason or code, resting)


def treatment(kind: ClockKind, change: Change) -> Treatment:
    """What a change does to a clock. A hold that gives no reason is no pause: its time counts."""
    usual = TREATMENT[kind][change.state]
    if change.state not in _RESTING or usual not in (Treatment.COUNTS, Treatment.PAUSES):
        return usual
    if change.pauses is not None:
        return Treatment.PAUSES if kind in change.pauses else Treatment.COUNTS
    unfounded = change.state is State.ON_HOLD and not change.reason.strip()
    return Treatment.COUNTS if unfounded else usual


def counts(kind: ClockKind, state: State, reason: str = "") -> bool:
    """Whether a clock runs in a state for such a reason."""
    return treatment(kind, Change(datetime.min, state, reason)) is Treatment.COUNTS  # noqa: DTZ901 - no instant matters


def segments_of(kind: ClockKind, changes: Sequence[Change]) -> tuple[Segment, ...]:
    """A clock's segments from the history of a request, oldest change first.

    The time for which a request was resolved before it was reopened belongs to no segment: it is neither working time
    nor a pause. A segment's reason is the hold's reason, or the state in which the clock ran or rested.
    """
    segments = []
    for change, following in zip(changes, (*changes[1:], None), strict=True):
        treated = treatment(kind, change)
        if treated is Treatment.ENDS:
            break
        ended_at = following.at if following else None
        if treated in (Treatment.STOPS, Treatment.WAITS) or ended_at == change.at:
            continue
        running = treated is Treatment.COUNTS
        held = not running and change.state is State.ON_HOLD
        segments.append(Segment(change.at, ended_at, running, change.reason.strip() if held else change.state.value))
    return tuple(segments)


def since(segments: Sequence[Segment], at: datetime) -> tuple[Segment, ...]:
    """What of a clock's life lies after an instant: of a clock that begins anew with every word to the requester."""
    return tuple(
        replace(segment, started_at=max(segment.started_at, at))
        for segment in segments
        if segment.ended_at is None or segment.ended_at > at
    )


def heard_at(changes: Sequence[Change], said_at: datetime | None) -> datetime:
    """When the requester last heard how their request stands: at the intake, with a proposal, when they reopened it
    themselves, or by what was said to them last."""
    heard = [changes[0].at, *([said_at] if said_at is not None else [])]
    for before, change in pairwise(changes):
        if change.state is State.PROPOSED or (before.state in _OVER and change.state not in _OVER):
            heard.append(change.at)
    return max(heard)
