"""Business calendars: when a company works, and what that makes of a span of working time or of working days."""

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from tenancy.refusals import Invalid, message

Interval = tuple[datetime, datetime]
"""An opening and a closing instant, both in UTC, the closing one excluded."""

FIRST_DAY = date(1970, 1, 1)
LAST_DAY = date(2199, 12, 31)
MAX_CLOSED_DAYS = 5 * 366
MAX_WORKING_TIME = timedelta(days=3660)
MAX_DAYS = 3660

_MOST_KNOWN_DAYS = 10_000
_DAY = timedelta(days=1)
_NOTHING = timedelta()


class Weekday(StrEnum):
    """The days of the week, in the order of `date.weekday()`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


WEEKDAYS = tuple(Weekday)


class DayKind(StrEnum):
    """How the days of a period are counted."""

    CALENDAR = "calendar"
    WORKING = "working"


def _unfit(text: str, **values: object) -> ValueError:
    """What a validator raises: pydantic keeps the place, and the refusal inside keeps the sentence translatable."""
    return ValueError(Invalid(text, values))


def minutes_of(wall_time: str) -> int:
    """Minutes since midnight of a wall time such as “09:30”; “24:00” is 1440. Raises `Invalid` for anything else."""
    hours, colon, minutes = wall_time.partition(":")
    digits = hours + minutes
    if colon and len(hours) == len(minutes) == 2 and digits.isascii() and digits.isdigit() and int(minutes) < 60:
        total = int(hours) * 60 + int(minutes)
        if total <= 24 * 60:
            return total
    text = message("“{given}” is not a time of day: write 09:00, and 24:00 for the midnight that ends a day.")
    raise Invalid(text, {"given": wall_time[:20]})


def _check_wall_time(given: str) -> str:
    try:
        minutes_of(given)
    except Invalid as refusal:
        raise ValueError(refusal) from refusal
    return given


def _check_frames(frames: "Frames") -> "Frames":
    previous = "00:00"
    for opens, closes in frames:
        if minutes_of(closes) <= minutes_of(opens):
            text = message("The hours {opens} to {closes} end before they begin: split a night shift at midnight.")
            raise _unfit(text, opens=opens, closes=closes)
        if minutes_of(opens) < minutes_of(previous):
            text = message("The hours {opens} to {closes} overlap the hours before them or are out of order.")
            raise _unfit(text, opens=opens, closes=closes)
        previous = closes
    return frames


WallTime = Annotated[str, AfterValidator(_check_wall_time)]
Frames = Annotated[
    tuple[tuple[WallTime, WallTime], ...],
    Field(max_length=12, description='Its hours, such as [["09:00", "17:00"]].'),
    AfterValidator(_check_frames),
]


class Week(BaseModel):
    """The hours of an ordinary week; a day that is left out is closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    monday: Frames = ()
    tuesday: Frames = ()
    wednesday: Frames = ()
    thursday: Frames = ()
    friday: Frames = ()
    saturday: Frames = ()
    sunday: Frames = ()

    def on(self, weekday: Weekday) -> Frames:
        """The hours of one weekday, empty when it is closed."""
        frames: Frames = getattr(self, weekday.value)
        return frames


class MakeUpDay(BaseModel):
    """A day that is worked although the week would have it free (调休), with the hours of another weekday."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: Annotated[date, Field(description="The day that is worked.")]
    hours_of: Annotated[Weekday | None, Field(description="A weekday with its hours; else the first worked.")] = None


def _check_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        text = message("“{zone}” is not a time zone of the IANA list, such as Asia/Shanghai.")
        raise _unfit(text, zone=name[:60]) from None
    return name


def _one_spelling(days: tuple[date, ...]) -> tuple[date, ...]:
    """Equal sets of days compare and serialise equally."""
    return tuple(sorted(set(days)))


def _in_order(make_up_days: tuple[MakeUpDay, ...]) -> tuple[MakeUpDay, ...]:
    return tuple(sorted(make_up_days, key=lambda make_up: make_up.day))


Days = Annotated[tuple[date, ...], Field(max_length=5000), AfterValidator(_one_spelling)]
MakeUpDays = Annotated[tuple[MakeUpDay, ...], Field(max_length=2000), AfterValidator(_in_order)]


class BusinessCalendar(BaseModel):
    """The working days and hours of a tenant, as the value of a clause (RQ-6).

    Hours are wall times in `zone`; every instant that goes in or comes out is aware, and comes out in UTC. Where the
    clocks go forward, the hour that does not exist is not worked; where they go back, the repeated hour is worked
    twice when it lies inside a frame, and a frame's edge inside it means its first occurrence. A make-up day without
    `hours_of` has the hours of the first weekday that is worked. Days after `known_until` are provisional: the year's
    holidays and make-up days are not published yet.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: Annotated[str, AfterValidator(_check_zone), Field(description="The time zone, such as Asia/Shanghai.")]
    weekly_hours: Annotated[Week, Field(description="The working hours of an ordinary week.")]
    holidays: Annotated[Days, Field(description="Days on which nobody works.")] = ()
    make_up_days: Annotated[MakeUpDays, Field(description="Days worked although the week has them free.")] = ()
    known_until: Annotated[date | None, Field(description="The last day whose holidays are published.")] = None

    @model_validator(mode="after")
    def _can_be_worked(self) -> Self:
        if not any(self.weekly_hours.on(weekday) for weekday in WEEKDAYS):
            raise _unfit(message("A calendar needs working hours on at least one day of the week."))
        feasts, seen = set(self.holidays), set()
        for make_up in self.make_up_days:
            if make_up.day in feasts:
                raise _unfit(message("{day} is listed both as a holiday and as a make-up day."), day=make_up.day)
            if make_up.day in seen:
                raise _unfit(message("{day} is listed twice as a make-up day."), day=make_up.day)
            seen.add(make_up.day)
            if make_up.hours_of is not None and not self.weekly_hours.on(make_up.hours_of):
                text = message("{day} takes the hours of {weekday}, which has none.")
                raise _unfit(text, day=make_up.day, weekday=make_up.hours_of.value)
        return self

    def is_working_day(self, day: date) -> bool:
        """Whether any working time lies on this day of the zone."""
        return bool(_table(self).frames(day))

    def is_provisional(self, day: date) -> bool:
        """Whether the day lies beyond the published holidays, so that what is reckoned from it may still move."""
        return self.known_until is not None and day > self.known_until

    def frames(self, day: date) -> tuple[Interval, ...]:
        """The working intervals of a day in UTC, in order; none when it is closed."""
        return _table(self).frames(day)

    def local_day(self, at: datetime) -> date:
        """The day it is in the calendar's zone."""
        return _table(self).local_day(_instant(at))

    def at_wall_time(self, day: date, wall_time: str) -> datetime:
        """The instant of a wall time such as “10:00” on a day of the zone, whether the day is worked or not."""
        _check_day(day)
        return _to_utc(day, minutes_of(wall_time), _table(self).zone)

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """The working time between two instants; negative when `end` comes first."""
        start, end = _instant(start), _instant(end)
        if end < start:
            return -self.open_between(end, start)
        table, total = _table(self), _NOTHING
        day, last = table.local_day(start) - _DAY, table.local_day(end) + _DAY
        while day <= last:
            for opens, closes in table.frames(day):
                total += max(min(closes, end) - max(opens, start), _NOTHING)
            day += _DAY
        return total

    def add_working_time(self, start: datetime, amount: timedelta) -> datetime:
        """The earliest instant by which `amount` of working time has passed since `start`, wherever `start` lies.

        A negative amount gives the latest instant since which that much has passed; nothing added is `start` itself.
        Raises `Invalid` when the calendar never opens within five years or the amount exceeds ten years.
        """
        start = _instant(start)
        if abs(amount) > MAX_WORKING_TIME:
            raise Invalid(message("A span of working time may not exceed ten years."))
        if not amount:
            return start
        return self._forward(start, amount) if amount > _NOTHING else self._backward(start, -amount)

    def _forward(self, start: datetime, remaining: timedelta) -> datetime:
        for frames in self._days_worked(self.local_day(start), forward=True):
            for opens, closes in frames:
                begins = max(opens, start)
                if closes - begins >= remaining:
                    return begins + remaining
                remaining -= max(closes - begins, _NOTHING)
        raise AssertionError("the days of a calendar end in a refusal, not in silence")

    def _backward(self, start: datetime, remaining: timedelta) -> datetime:
        for frames in self._days_worked(self.local_day(start), forward=False):
            for opens, closes in reversed(frames):
                ends = min(closes, start)
                if ends - opens >= remaining:
                    return ends - remaining
                remaining -= max(ends - opens, _NOTHING)
        raise AssertionError("the days of a calendar end in a refusal, not in silence")

    def _days_worked(self, day: date, *, forward: bool) -> Iterator[tuple[Interval, ...]]:
        """The frames of every working day from `day` on; refuses after five closed years.

        It begins a day early: where clocks once went back over midnight, the day of an instant is not always the day
        whose frames hold it.
        """
        table, closed = _table(self), 0
        for number in itertools.count(-1):
            frames = table.frames(_shift(day, number if forward else -number))
            closed = 0 if frames else closed + 1
            if closed > MAX_CLOSED_DAYS:
                raise Invalid(message("The calendar has no working day within five years of {day}."), {"day": day})
            if frames:
                yield frames

    def add_working_days(self, start_day: date, days: int) -> date:
        """The `days`-th working day after `start_day`, which itself does not count; before it when negative.

        Zero days are `start_day` itself, worked or not. Raises `Invalid` as `add_working_time` does.
        """
        day, step = start_day, 1 if days > 0 else -1
        for _ in range(abs(_reasonable(days))):
            day = self._nearest_working_day(_shift(day, step), step)
        return day

    def add_days(self, start_day: date, days: int, kind: DayKind) -> date:
        """The day that lies so many calendar or working days after `start_day`, which itself does not count."""
        if kind is DayKind.WORKING:
            return self.add_working_days(start_day, days)
        return _shift(start_day, _reasonable(days))

    def working_day_on_or_after(self, day: date) -> date:
        """The day itself when it is worked, else the next that is."""
        return self._nearest_working_day(day, 1)

    def working_day_on_or_before(self, day: date) -> date:
        """The day itself when it is worked, else the last that was."""
        return self._nearest_working_day(day, -1)

    def _nearest_working_day(self, day: date, step: int) -> date:
        table = _table(self)
        for number in range(MAX_CLOSED_DAYS + 1):
            candidate = _shift(day, number * step)
            if table.frames(candidate):
                return candidate
        raise Invalid(message("The calendar has no working day within five years of {day}."), {"day": day})

    def end_of_working_day(self, day: date) -> datetime:
        """The instant at which the last frame of a working day closes; refuses a day that is not worked."""
        frames = _table(self).frames(day)
        if not frames:
            raise Invalid(message("{day} is not a working day."), {"day": day})
        return frames[-1][1]

    def is_open(self, at: datetime) -> bool:
        """Whether work is done at this instant; a closing instant is closed already."""
        at = _instant(at)
        table, day = _table(self), self.local_day(at)
        nearby = (table.frames(_shift(day, number)) for number in (-1, 0, 1))
        return any(opens <= at < closes for frames in nearby for opens, closes in frames)

    def next_opening(self, at: datetime) -> datetime:
        """The instant itself when it lies in working time, else the next at which work begins."""
        at = _instant(at)
        for frames in self._days_worked(self.local_day(at), forward=True):
            for opens, closes in frames:
                if at < closes:
                    return max(opens, at)
        raise AssertionError("the days of a calendar end in a refusal, not in silence")


class _Table:
    """The opening intervals of one calendar, worked out once a day of the year and kept."""

    def __init__(self, calendar: BusinessCalendar) -> None:
        week = calendar.weekly_hours
        self.zone = ZoneInfo(calendar.zone)
        self._week = tuple(week.on(weekday) for weekday in WEEKDAYS)
        usual = next(hours for hours in self._week if hours)
        self._special: dict[date, Frames] = dict.fromkeys(calendar.holidays, ())
        for make_up in calendar.make_up_days:
            self._special[make_up.day] = usual if make_up.hours_of is None else week.on(make_up.hours_of)
        self._known: dict[date, tuple[Interval, ...]] = {}

    def local_day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def frames(self, day: date) -> tuple[Interval, ...]:
        known = self._known.get(day)
        if known is None:
            _check_day(day)
            if len(self._known) >= _MOST_KNOWN_DAYS:
                self._known.clear()
            known = self._known[day] = self._work_out(day)
        return known

    def _work_out(self, day: date) -> tuple[Interval, ...]:
        hours = self._special.get(day)
        if hours is None:
            hours = self._week[day.weekday()]
        edges = [(_to_utc(day, minutes_of(opens), self.zone), minutes_of(closes)) for opens, closes in hours]
        intervals = [(opens, _to_utc(day, closes, self.zone)) for opens, closes in edges]
        return tuple((opens, closes) for opens, closes in intervals if opens < closes)


@lru_cache(maxsize=256)
def _table(calendar: BusinessCalendar) -> _Table:
    """Equal calendars share their table, so a clause that is read anew for every request is not reckoned anew."""
    return _Table(calendar)


def _to_utc(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The instant of a wall time; one that the clocks skip is the instant at which they skip it."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    at = wall.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == wall:
        return at
    before = int(wall.replace(tzinfo=zone, fold=1).timestamp())
    after = int(at.timestamp())
    offset_after = _offset(after, zone)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(middle, zone) == offset_after:
            after = middle
        else:
            before = middle
    return datetime.fromtimestamp(after, UTC)


def _offset(timestamp: int, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(timestamp, zone).utcoffset()


def _instant(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a naive datetime is no instant: give it a zone")
    _check_day(at.date())
    return at.astimezone(UTC)


def _check_day(day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        text = message("{day} lies outside the years that can be reckoned with, {first} to {last}.")
        raise Invalid(text, {"day": day, "first": FIRST_DAY, "last": LAST_DAY})


def _reasonable(days: int) -> int:
    if abs(days) > MAX_DAYS:
        raise Invalid(message("A span of days may not exceed {most} days."), {"most": MAX_DAYS})
    return days


def _shift(day: date, days: int) -> date:
    _check_day(day)
    return day + timedelta(days=days)
