"""Plans of work that comes round: what is done, what is looked at, and on which days (RQ-12)."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.kernel import decimals
from domain.kernel.calendars import BusinessCalendar, Weekday
from domain.kernel.lifecycle import Lifecycle
from domain.kernel.permissions import Permission
from domain.kernel.texts import one_line
from domain.policies.rules.kinds.operations import ClosedDay
from domain.policies.rules.values import Cadence, Recurrence
from tenancy.refusals import Invalid, Refusal, message, missing_permission

MAX_TITLE, MAX_TEXT, MAX_LABEL, MAX_UNIT, MOST_CHECKS = 200, 20_000, 200, 20, 100
MOST_EVERY, MOST_LEAD_DAYS, MOST_DAYS_AHEAD = 366, 366, 1095


class WorkKind(StrEnum):
    """What kind of work comes round."""

    INSPECTION = "inspection"
    SECURITY_SCAN = "security_scan"
    DRILL = "drill"
    PERFORMANCE_REVIEW = "performance_review"


class CheckKind(StrEnum):
    """What is written down where something is looked at."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes_no"
    FILE = "file"


class RhythmUnit(StrEnum):
    """In what a rhythm is counted."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class PlanState(StrEnum):
    """Whether a plan brings work."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class PlanMove(StrEnum):
    """What is done with a plan."""

    CHANGE = "change"
    PAUSE = "pause"
    RESUME = "resume"
    END = "end"


_S, _M = PlanState, PlanMove
PLANS = Lifecycle(
    initial=_S.ACTIVE,
    table={
        (_S.ACTIVE, _M.CHANGE): _S.ACTIVE,
        (_S.PAUSED, _M.CHANGE): _S.PAUSED,
        (_S.ACTIVE, _M.PAUSE): _S.PAUSED,
        (_S.PAUSED, _M.RESUME): _S.ACTIVE,
        (_S.ACTIVE, _M.END): _S.ENDED,
        (_S.PAUSED, _M.END): _S.ENDED,
    },
    states={_S.ACTIVE: message("Active"), _S.PAUSED: message("Paused"), _S.ENDED: message("Ended")},
    moves={
        _M.CHANGE: message("Change"),
        _M.PAUSE: message("Pause"),
        _M.RESUME: message("Resume"),
        _M.END: message("End"),
    },
)


class PlanObstacle(StrEnum):
    """Why somebody can't make a move now, the first that counts first."""

    FORBIDDEN = "forbidden"
    WRONG_STATE = "wrong_state"


def refusal(obstacle: PlanObstacle, move: PlanMove, state: PlanState) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    if obstacle is PlanObstacle.FORBIDDEN:
        return missing_permission(Permission.OPERATIONS_PLAN)
    return PLANS.refusal(state, move)


@dataclass(frozen=True)
class Rhythm:
    """Every so many days, weeks or months, counted from a day that may lie before the first one."""

    unit: RhythmUnit
    every: int
    from_on: date

    def day(self, number: int) -> date:
        """The n-th day, from 0; where a month has no such day, its last."""
        if self.unit is not RhythmUnit.MONTH:
            days = self.every * (7 if self.unit is RhythmUnit.WEEK else 1)
            return self.from_on + timedelta(days=days * number)
        months = self.from_on.month - 1 + self.every * number
        year, month = self.from_on.year + months // 12, months % 12 + 1
        return date(year, month, min(self.from_on.day, monthrange(year, month)[1]))

    def next_from(self, day: date) -> date:
        """The first of its days that does not come before `day`."""
        if self.unit is RhythmUnit.MONTH:
            passed = (day.year - self.from_on.year) * 12 + day.month - self.from_on.month
            number = max(passed // self.every, 0)
        else:
            span = self.every * (7 if self.unit is RhythmUnit.WEEK else 1)
            number = max((day - self.from_on).days // span, 0)
        while self.day(number) < day:
            number += 1
        return self.day(number)


def check_rhythm(rhythm: Rhythm, today: date) -> None:
    """Refuse a rhythm out of bounds, or one that begins in the past."""
    if not 1 <= rhythm.every <= MOST_EVERY:
        raise Invalid(message("Work comes round every 1 to {most}."), {"most": MOST_EVERY}, ("every",))
    if not today <= rhythm.from_on <= today + timedelta(days=MOST_DAYS_AHEAD):
        text = message("Work begins today or later, at most {most} days ahead.")
        raise Invalid(text, {"most": MOST_DAYS_AHEAD}, ("firstOn",))


_MONTHS = {Cadence.MONTHLY: 1, Cadence.QUARTERLY: 3, Cadence.HALF_YEARLY: 6, Cadence.YEARLY: 12}


def rhythm_of(when: Recurrence, today: date) -> Rhythm:
    """The rhythm that a clause lays down: periods begin with the year, weeks with the day that it names."""
    if when.every is Cadence.DAILY:
        return Rhythm(RhythmUnit.DAY, 1, today)
    if when.every is Cadence.WEEKLY:
        weekday = list(Weekday).index(when.weekday or Weekday.MONDAY)
        return Rhythm(RhythmUnit.WEEK, 1, today + timedelta(days=(weekday - today.weekday()) % 7))
    return Rhythm(RhythmUnit.MONTH, _MONTHS[when.every], date(today.year, 1, when.day or 1))


def due_day(day: date, closed: ClosedDay, calendar: BusinessCalendar | None) -> date:
    """On which day work is due that comes round on a day; without a calendar every day is worked."""
    if calendar is None or closed is ClosedDay.KEPT:
        return day
    if closed is ClosedDay.BEFORE:
        return calendar.working_day_on_or_before(day)
    return calendar.working_day_on_or_after(day)


@dataclass(frozen=True)
class Check:
    """Something that is looked at each time."""

    label: str
    kind: CheckKind
    minimum: str | None = None
    maximum: str | None = None
    unit: str = ""
    required: bool = True


def checklist(given: Sequence[Check]) -> list[Check]:
    """What is looked at, with its texts cleaned. Raises `Invalid` with the place of what is out of bounds."""
    if len(given) > MOST_CHECKS:
        raise Invalid(message("At most {most} things are looked at."), {"most": MOST_CHECKS}, ("checks",))
    return [_clean_check(each, "checks", str(place)) for place, each in enumerate(given)]


def _clean_check(check: Check, *path: str) -> Check:
    if check.kind is not CheckKind.NUMBER and (check.minimum is not None or check.maximum is not None):
        raise Invalid(message("Only numbers have limits."), path=(*path, "minimum"))
    least = decimals.read(check.minimum, *path, "minimum") if check.minimum is not None else None
    most = decimals.read(check.maximum, *path, "maximum") if check.maximum is not None else None
    if least is not None and most is not None and most < least:
        raise Invalid(message("The greatest is smaller than the least."), path=(*path, "maximum"))
    return Check(
        label=one_line(check.label, MAX_LABEL, *path, "label"),
        kind=check.kind,
        minimum=_text(least),
        maximum=_text(most),
        unit=one_line(check.unit, MAX_UNIT, *path, "unit", may_be_empty=True),
        required=check.required,
    )


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def check_lead(days: int) -> None:
    """Refuse a lead time out of bounds."""
    if not 0 <= days <= MOST_LEAD_DAYS:
        text = message("Work is opened 0 to {most} days before its day.")
        raise Invalid(text, {"most": MOST_LEAD_DAYS}, ("leadDays",))
