"""The clocks of a request as functions of history: elapsed time, deadlines, warnings, and why a breach is one.

A clock is a run of `Segment`s that are only ever appended or closed. Everything else follows from them, from a target
and from a calendar, for any instant `at`: what happened after `at` is not yet known to the answer. So a pause is never
lost when the target changes, nothing has to be corrected when a holiday is published, and a draft clause can be tried
on last year's requests.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from domain.kernel.calendars import BusinessCalendar
from domain.policies.rules.values import Target
from tenancy.refusals import Invalid, message

MAX_FRACTION = Decimal(10)

_NOTHING = timedelta()
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a clock's life, its end excluded: it counts, or it is a pause for a reason. Instants are aware."""

    started_at: datetime
    ended_at: datetime | None
    counts: bool
    reason: str = ""


def budget(target: Target, started_at: datetime, calendar: BusinessCalendar) -> timedelta:
    """The working time a target allows to a clock that starts at an instant; a target in days depends on the days."""
    if target.working_minutes is not None:
        return timedelta(minutes=target.working_minutes)
    return calendar.open_between(started_at, target.ends_at(started_at, calendar))


def elapsed(segments: Iterable[Segment], calendar: BusinessCalendar, at: datetime) -> timedelta:
    """The working time that counts, up to `at`. Pauses are measured in working time too, by not being measured."""
    return sum((_worked(segment, calendar, at) for segment in _known(segments, at) if segment.counts), _NOTHING)


def is_running(segments: Iterable[Segment], at: datetime) -> bool:
    """Whether the clock runs at `at`: neither paused, nor stopped, nor not yet started."""
    known = _known(segments, at)
    return bool(known) and known[-1].ended_at is None and known[-1].counts


def remaining(
    segments: Sequence[Segment], target: Target | None, calendar: BusinessCalendar, at: datetime
) -> timedelta | None:
    """The working time left at `at`, negative when overrun; None without a target or before the clock has started."""
    allowed = _allowed(segments, target, calendar, at)
    return None if allowed is None else allowed - elapsed(segments, calendar, at)


def deadline(
    segments: Sequence[Segment], target: Target | None, calendar: BusinessCalendar, at: datetime
) -> datetime | None:
    """When the target runs out if the clock goes on running; it lies in the past when it has been missed.

    None while the clock is paused or stopped, and when there is no target: no target is no limit, not a limit of zero.
    """
    return _running_reaches(Decimal(1), segments, target, calendar, at)


def warning_at(
    fraction: Decimal, segments: Sequence[Segment], target: Target | None, calendar: BusinessCalendar, at: datetime
) -> datetime | None:
    """When a fraction of the target is used up, such as 0.75; above 1 it comes after the deadline. None as `deadline`.

    Raises `Invalid` for a fraction that is not above 0 and at most 10.
    """
    if not (fraction.is_finite() and 0 < fraction <= MAX_FRACTION):
        raise Invalid(message("A fraction of a target lies above 0 and is at most {most}."), {"most": MAX_FRACTION})
    return _running_reaches(fraction, segments, target, calendar, at)


def escalation_at(
    offset_minutes: int, segments: Sequence[Segment], target: Target | None, calendar: BusinessCalendar, at: datetime
) -> datetime | None:
    """When a level of escalation comes, so many working minutes after the deadline, or before it when negative.

    A level that would come before the clock has started comes with its start. None as `deadline`.
    """
    allowed = _allowed(segments, target, calendar, at)
    if allowed is None or not is_running(segments, at):
        return None
    amount = max(allowed + timedelta(minutes=offset_minutes), _NOTHING)
    return _reaches(amount, _known(segments, at), calendar)


def breached_at(
    segments: Sequence[Segment], target: Target | None, calendar: BusinessCalendar, at: datetime
) -> datetime | None:
    """When the clock was still running although its time had run out; None when that has not happened by `at`.

    A clock that stops or pauses at the very deadline is in time, so at that instant nobody knows yet. One that was
    running at a deadline that fell on closing time is late, however soon in the evening it stopped.
    """
    known = _known(segments, at)
    allowed = _allowed(known, target, calendar, at)
    ran_out = None if allowed is None else _reaches(allowed, known, calendar)
    if ran_out is None or ran_out >= at:
        return None
    late = (segment for segment in known if segment.counts and (segment.ended_at is None or segment.ended_at > ran_out))
    return next((max(ran_out, segment.started_at) for segment in late), None)


@dataclass(frozen=True, slots=True)
class Share:
    """What one reason or state contributed: in working time, and by the clock on the wall."""

    reason: str
    working_time: timedelta
    wall_time: timedelta


@dataclass(frozen=True, slots=True)
class Narrative:
    """The facts behind “late by 2 h 10 min; 6 h waiting for the customer excluded, 1 h pause without reason counted”.

    `ran_out_at` is when the allowed time was used up, or will be if the clock runs on; None while it is paused or
    stopped with time left. `late_by` is working time and may be nothing for a clock that stopped soon after closing
    time; `late_by_wall_time` is what the customer saw. `is_provisional`: holidays that decide it are not published.
    """

    started_at: datetime
    allowed: timedelta
    elapsed: timedelta
    ran_out_at: datetime | None
    breached_at: datetime | None
    late_by: timedelta
    late_by_wall_time: timedelta
    counted: tuple[Share, ...]
    excluded: tuple[Share, ...]
    is_running: bool
    is_provisional: bool

    @property
    def minutes(self) -> dict[str, Any]:
        """What was allowed, what counted and what did not, in whole minutes of working time."""
        return {
            "allowed_minutes": self.allowed // timedelta(minutes=1),
            "counted_minutes": {share.reason: share.working_time // timedelta(minutes=1) for share in self.counted},
            "excluded_minutes": {share.reason: share.working_time // timedelta(minutes=1) for share in self.excluded},
        }


def narrative(
    segments: Sequence[Segment], target: Target | None, calendar: BusinessCalendar, at: datetime
) -> Narrative | None:
    """How a clock stands at `at` and what it is made of; None without a target or before the clock has started."""
    known = _known(segments, at)
    allowed = _allowed(known, target, calendar, at)
    if allowed is None:
        return None
    spent, breached = elapsed(known, calendar, at), breached_at(known, target, calendar, at)
    ran_out_at = _reaches(allowed, known, calendar)
    last_counted = max((segment.ended_at or at for segment in known if segment.counts), default=at)
    decided_on = calendar.local_day(ran_out_at or at)
    return Narrative(
        started_at=next(segment.started_at for segment in known if segment.counts),
        allowed=allowed,
        elapsed=spent,
        ran_out_at=ran_out_at,
        breached_at=breached,
        late_by=max(spent - allowed, _NOTHING),
        late_by_wall_time=last_counted - breached if breached else _NOTHING,
        counted=_shares([segment for segment in known if segment.counts], calendar, at),
        excluded=_shares([segment for segment in known if not segment.counts], calendar, at),
        is_running=is_running(known, at),
        is_provisional=calendar.is_provisional(decided_on),
    )


def _shares(segments: Iterable[Segment], calendar: BusinessCalendar, at: datetime) -> tuple[Share, ...]:
    shares: dict[str, Share] = {}
    for segment in segments:
        before = shares.get(segment.reason, Share(segment.reason, _NOTHING, _NOTHING))
        worked = before.working_time + _worked(segment, calendar, at)
        shares[segment.reason] = Share(
            segment.reason, worked, before.wall_time + ((segment.ended_at or at) - segment.started_at)
        )
    return tuple(shares.values())


def _known(segments: Iterable[Segment], at: datetime) -> tuple[Segment, ...]:
    """The segments as they stood at `at`: what began later is left out, what ended later is still open."""
    given = tuple(segments)
    for segment, following in pairwise(given):
        if segment.ended_at is None or segment.ended_at > following.started_at:
            raise ValueError("segments of a clock follow one another, and only the last one is open")
    if any(segment.ended_at is not None and segment.ended_at < segment.started_at for segment in given):
        raise ValueError("a segment of a clock ends before it starts")
    begun = (segment for segment in given if segment.started_at <= at)
    return tuple(
        replace(segment, ended_at=None) if segment.ended_at is not None and segment.ended_at > at else segment
        for segment in begun
    )


def _worked(segment: Segment, calendar: BusinessCalendar, at: datetime) -> timedelta:
    return calendar.open_between(segment.started_at, segment.ended_at or at)


def _allowed(
    segments: Iterable[Segment], target: Target | None, calendar: BusinessCalendar, at: datetime
) -> timedelta | None:
    started = next((segment.started_at for segment in _known(segments, at) if segment.counts), None)
    return None if target is None or started is None else budget(target, started, calendar)


def _running_reaches(
    fraction: Decimal, segments: Sequence[Segment], target: Target | None, calendar: BusinessCalendar, at: datetime
) -> datetime | None:
    known = _known(segments, at)
    allowed = _allowed(known, target, calendar, at)
    if allowed is None or not is_running(known, at):
        return None
    return _reaches(timedelta(microseconds=int(allowed // _MICROSECOND * fraction)), known, calendar)


def _reaches(amount: timedelta, known: Iterable[Segment], calendar: BusinessCalendar) -> datetime | None:
    """The earliest instant at which `amount` has counted; for a clock that is not running, None if it never has."""
    for segment in known:
        if not segment.counts:
            continue
        worked = None if segment.ended_at is None else calendar.open_between(segment.started_at, segment.ended_at)
        if worked is None or worked >= amount:
            return calendar.add_working_time(segment.started_at, amount)
        amount -= worked
    return None
