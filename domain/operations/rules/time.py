"""What may be recorded of working time: how much, for which day, and how far back (RQ-9)."""

from datetime import date, timedelta

from domain.kernel.terms import Activity as Activity
from domain.policies.rules.kinds.operations import TimeRecording
from tenancy.refusals import Conflict, Invalid, Refusal, message

MAX_NOTE, MAX_REASON, LONGEST_DAY = 500, 500, 1440


def check_minutes(minutes: int, *, least: int = 1) -> None:
    """Refuse minutes that no day has."""
    if not least <= minutes <= LONGEST_DAY:
        text = message("Working time is {least} to {most} minutes.")
        raise Invalid(text, {"least": least, "most": LONGEST_DAY}, ("minutes",))


def too_old(worked_on: date, today: date, rules: TimeRecording) -> bool:
    """Whether a day lies further back than the clause lets one record."""
    return worked_on < today - timedelta(days=rules.back_days)


def refuse_too_old(rules: TimeRecording) -> Refusal:
    """What is said then."""
    text = message("Working time is recorded at most {days} days back.")
    return Refusal(text, {"days": rules.back_days}, code="TOO_LATE", path=("workedOn",))


def refuse_too_much(rules: TimeRecording, so_far: int) -> Refusal:
    """What is said where a day has too many minutes."""
    text = message("For this day {minutes} minutes are recorded, and {most} are possible.")
    values = {"minutes": so_far, "most": rules.most_minutes_a_day}
    return Refusal(text, values, code="DAY_FULL", path=("minutes",))


def refuse_closed_month() -> Refusal:
    """What is said where the month is approved."""
    text = message("The working time of this month is approved; nothing is recorded or corrected in it any more.")
    return Conflict(text, code="MONTH_CLOSED", path=("workedOn",))


def first_of_month(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)
