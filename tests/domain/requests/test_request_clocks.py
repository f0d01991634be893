"""The clocks of a request, read as a rulebook; several rules are what users of other systems still ask theirs for."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from domain.kernel.calendars import WEEKDAYS, BusinessCalendar
from domain.policies.rules.values import Target
from domain.requests import rules
from domain.requests.rules import Change, ClockKind, Segment, State
from tenancy.refusals import Invalid

DAY = [["09:00", "12:00"], ["13:00", "18:00"]]


def calendar(**changes: Any) -> BusinessCalendar:
    week = {weekday.value: DAY for weekday in WEEKDAYS[:5]}
    return BusinessCalendar.model_validate({"zone": "Asia/Shanghai", "weekly_hours": week, **changes})


OFFICE = calendar()
FOUR_HOURS = Target(working_minutes=240)
TWO_DAYS = Target(working_days=2)
TWO_WHOLE_DAYS = Target(working_days=2, end_of_day=True)


def at(text: str) -> datetime:
    """An instant of March 2026 in Shanghai, such as “Mon 2 10:00”; the weekday is for the reader."""
    weekday, day, wall_time = text.split()
    instant = datetime.fromisoformat(f"2026-03-{int(day):02}T{wall_time}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    assert instant.strftime("%a") == weekday
    return instant.astimezone(UTC)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def running(start: str) -> tuple[Segment, ...]:
    return (Segment(at(start), None, True, "new"),)


def held(start: str, paused: str, resumed: str | None = None, reason: str = "customer") -> tuple[Segment, ...]:
    pause = Segment(at(paused), at(resumed) if resumed else None, False, reason)
    rest = (Segment(at(resumed), None, True, "in_progress"),) if resumed else ()
    return (Segment(at(start), at(paused), True, "in_progress"), pause, *rest)


def stopped(start: str, end: str) -> tuple[Segment, ...]:
    return (Segment(at(start), at(end), True, "in_progress"),)


def test_a_clock_that_starts_outside_hours_counts_from_the_next_opening() -> None:
    assert rules.deadline(running("Sat 7 22:00"), FOUR_HOURS, OFFICE, at("Sat 7 22:00")) == at("Mon 9 14:00")


def test_the_lunch_break_belongs_to_nobody() -> None:
    assert rules.deadline(running("Mon 2 10:00"), FOUR_HOURS, OFFICE, at("Mon 2 10:00")) == at("Mon 2 15:00")


def test_a_paused_clock_does_not_run_over_the_weekend() -> None:
    segments = held("Fri 6 16:00", "Fri 6 17:00", "Mon 9 10:00")
    assert rules.elapsed(segments, OFFICE, at("Mon 9 09:30")) == hours(1)
    assert rules.deadline(segments, FOUR_HOURS, OFFICE, at("Mon 9 10:00")) == at("Mon 9 14:00")


def test_hold_time_is_working_time_and_never_lands_a_deadline_outside_hours() -> None:
    segments = held("Mon 2 09:00", "Mon 2 12:00", "Tue 3 17:30")
    assert rules.deadline(segments, FOUR_HOURS, OFFICE, at("Tue 3 17:30")) == at("Wed 4 09:30")


def test_a_paused_clock_has_no_deadline_and_is_not_breached_while_pending() -> None:
    segments = held("Mon 2 09:00", "Mon 2 10:00")
    assert rules.deadline(segments, FOUR_HOURS, OFFICE, at("Fri 27 10:00")) is None
    assert rules.warning_at(Decimal("0.5"), segments, FOUR_HOURS, OFFICE, at("Fri 27 10:00")) is None
    assert rules.breached_at(segments, FOUR_HOURS, OFFICE, at("Fri 27 10:00")) is None
    assert rules.remaining(segments, FOUR_HOURS, OFFICE, at("Fri 27 10:00")) == hours(3)


def test_a_pause_that_follows_a_breach_does_not_undo_it() -> None:
    segments = held("Mon 2 09:00", "Mon 2 17:00")
    assert rules.breached_at(segments, FOUR_HOURS, OFFICE, at("Tue 3 09:00")) == at("Mon 2 14:00")


def test_the_pause_is_kept_when_the_target_is_swapped_while_paused() -> None:
    segments = held("Mon 2 09:00", "Mon 2 11:00", "Tue 3 11:00")
    paused = at("Mon 2 15:00")
    assert rules.remaining(segments, FOUR_HOURS, OFFICE, paused) == hours(2)
    assert rules.remaining(segments, Target(working_minutes=480), OFFICE, paused) == hours(6)
    assert rules.deadline(segments, Target(working_minutes=480), OFFICE, at("Tue 3 11:00")) == at("Tue 3 18:00")


def test_no_target_is_no_limit_and_not_a_limit_of_nothing() -> None:
    segments = running("Mon 2 09:00")
    assert rules.deadline(segments, None, OFFICE, at("Fri 27 10:00")) is None
    assert rules.breached_at(segments, None, OFFICE, at("Fri 27 10:00")) is None
    assert rules.narrative(segments, None, OFFICE, at("Fri 27 10:00")) is None
    assert rules.remaining(segments, None, OFFICE, at("Fri 27 10:00")) is None


def test_a_clock_that_has_not_started_has_nothing() -> None:
    assert rules.deadline((), FOUR_HOURS, OFFICE, at("Mon 2 09:00")) is None
    assert rules.elapsed(running("Mon 2 09:00"), OFFICE, at("Sun 1 09:00")) == hours(0)
    assert rules.narrative(running("Mon 2 09:00"), FOUR_HOURS, OFFICE, at("Sun 1 09:00")) is None


def test_a_warning_is_reckoned_in_working_time_too() -> None:
    segments = running("Fri 6 16:00")
    assert rules.warning_at(Decimal("0.5"), segments, FOUR_HOURS, OFFICE, at("Fri 6 16:00")) == at("Fri 6 18:00")
    assert rules.warning_at(Decimal("0.75"), segments, FOUR_HOURS, OFFICE, at("Fri 6 16:00")) == at("Mon 9 10:00")
    assert rules.warning_at(Decimal("1.5"), segments, FOUR_HOURS, OFFICE, at("Fri 6 16:00")) == at("Mon 9 14:00")


@pytest.mark.parametrize("fraction", ["0", "-1", "10.1", "NaN", "Infinity"])
def test_a_senseless_fraction_is_refused(fraction: str) -> None:
    with pytest.raises(Invalid, match="fraction"):
        rules.warning_at(Decimal(fraction), running("Mon 2 09:00"), FOUR_HOURS, OFFICE, at("Mon 2 09:00"))


def test_a_target_in_days_ends_as_far_into_the_day_as_it_began() -> None:
    assert rules.deadline(running("Mon 2 10:30"), TWO_DAYS, OFFICE, at("Mon 2 10:30")) == at("Wed 4 10:30")
    assert rules.deadline(running("Thu 5 10:30"), TWO_DAYS, OFFICE, at("Thu 5 10:30")) == at("Mon 9 10:30")


def test_a_target_in_days_that_begins_outside_hours_takes_whole_days() -> None:
    for start in ("Fri 6 19:00", "Sat 7 12:00", "Mon 9 08:00"):
        assert rules.deadline(running(start), TWO_DAYS, OFFICE, at("Mon 9 08:00")) == at("Tue 10 18:00")


def test_a_target_in_days_that_begins_at_lunch_ends_at_lunch() -> None:
    assert rules.deadline(running("Mon 2 12:30"), TWO_DAYS, OFFICE, at("Mon 2 12:30")) == at("Wed 4 12:00")


def test_a_target_in_days_keeps_within_a_shorter_day() -> None:
    short = calendar(weekly_hours={**{weekday.value: DAY for weekday in WEEKDAYS[:4]}, "friday": [["09:00", "12:00"]]})
    assert rules.deadline(running("Thu 5 17:00"), Target(working_days=1), short, at("Thu 5 17:00")) == at("Fri 6 12:00")


def test_a_target_to_the_end_of_the_day_does_not_count_the_day_it_began_on() -> None:
    assert rules.deadline(running("Mon 2 10:30"), TWO_WHOLE_DAYS, OFFICE, at("Mon 2 10:30")) == at("Wed 4 18:00")
    assert rules.deadline(running("Sat 7 12:00"), TWO_WHOLE_DAYS, OFFICE, at("Sat 7 12:00")) == at("Tue 10 18:00")


def test_a_target_in_days_does_not_over_credit_a_paused_weekend() -> None:
    segments = held("Thu 5 10:00", "Fri 6 17:00", "Mon 9 10:00")
    assert rules.deadline(segments, TWO_DAYS, OFFICE, at("Mon 9 10:00")) == at("Mon 9 12:00")


def test_a_make_up_saturday_counts_and_a_holiday_does_not() -> None:
    feast = calendar(holidays=["2026-03-09"], make_up_days=[{"day": "2026-03-07"}])
    assert rules.deadline(running("Fri 6 16:00"), FOUR_HOURS, feast, at("Fri 6 16:00")) == at("Sat 7 11:00")
    assert rules.deadline(running("Fri 6 10:00"), TWO_DAYS, feast, at("Fri 6 10:00")) == at("Tue 10 10:00")


def test_a_holiday_published_later_moves_an_open_deadline() -> None:
    segments = running("Fri 6 16:00")
    assert rules.deadline(segments, FOUR_HOURS, calendar(holidays=["2026-03-09"]), at("Fri 6 16:00")) == at(
        "Tue 10 11:00"
    )


def test_a_clock_that_stops_at_the_very_deadline_is_in_time() -> None:
    assert rules.breached_at(stopped("Mon 2 09:00", "Mon 2 14:00"), FOUR_HOURS, OFFICE, at("Tue 3 09:00")) is None


def test_a_clock_that_still_runs_when_the_deadline_has_passed_is_late_since_that_instant() -> None:
    segments, moment = running("Mon 2 09:00"), timedelta(microseconds=1)
    assert rules.breached_at(segments, FOUR_HOURS, OFFICE, at("Mon 2 14:00")) is None
    assert rules.breached_at(segments, FOUR_HOURS, OFFICE, at("Mon 2 14:00") + moment) == at("Mon 2 14:00")


def test_a_clock_that_stops_after_a_deadline_at_closing_time_is_late() -> None:
    segments = stopped("Mon 2 14:00", "Mon 2 18:05")
    told = rules.narrative(segments, FOUR_HOURS, OFFICE, at("Tue 3 09:00"))
    assert told is not None
    assert (told.breached_at, told.late_by, told.late_by_wall_time) == (at("Mon 2 18:00"), hours(0), hours(1 / 12))


def test_a_clock_held_at_the_very_deadline_is_late_when_it_runs_on() -> None:
    segments = held("Mon 2 09:00", "Mon 2 14:00", "Tue 3 09:00")
    assert rules.breached_at(segments, FOUR_HOURS, OFFICE, at("Mon 2 15:00")) is None
    assert rules.breached_at(segments, FOUR_HOURS, OFFICE, at("Tue 3 10:00")) == at("Tue 3 09:00")
    assert rules.deadline(segments, FOUR_HOURS, OFFICE, at("Tue 3 10:00")) == at("Mon 2 14:00")


def test_what_happens_later_is_not_known_to_an_earlier_answer() -> None:
    segments = held("Mon 2 09:00", "Mon 2 11:00", "Tue 3 11:00")
    assert rules.deadline(segments, FOUR_HOURS, OFFICE, at("Mon 2 10:00")) == at("Mon 2 14:00")
    assert rules.deadline(segments, FOUR_HOURS, OFFICE, at("Mon 2 11:00")) is None
    assert rules.deadline(segments, FOUR_HOURS, OFFICE, at("Tue 3 11:00")) == at("Tue 3 14:00")
    assert not rules.is_running(segments, at("Mon 2 12:00"))


HISTORY = (
    Change(at("Mon 2 09:00"), State.NEW),
    Change(at("Mon 2 09:30"), State.ASSIGNED),
    Change(at("Mon 2 10:00"), State.IN_PROGRESS),
    Change(at("Mon 2 11:00"), State.ON_HOLD, "customer"),
    Change(at("Mon 2 15:00"), State.IN_PROGRESS),
    Change(at("Mon 2 16:00"), State.RESOLVED),
    Change(at("Wed 4 10:00"), State.ASSIGNED),
)


def test_the_first_response_ends_its_clock_for_ever_even_when_reopened() -> None:
    response = rules.segments_of(ClockKind.RESPONSE, HISTORY)
    assert rules.elapsed(response, OFFICE, at("Fri 27 10:00")) == hours(1)
    assert rules.deadline(response, FOUR_HOURS, OFFICE, at("Wed 4 12:00")) is None


def test_the_response_is_measured_by_its_own_clock_and_no_update_overrules_it() -> None:
    quick = Target(working_minutes=30)
    response = rules.segments_of(ClockKind.RESPONSE, HISTORY)
    resolution = rules.segments_of(ClockKind.RESOLUTION, HISTORY)
    assert rules.breached_at(response, quick, OFFICE, at("Wed 4 10:00")) == at("Mon 2 09:30")
    assert rules.breached_at(resolution, TWO_DAYS, OFFICE, at("Wed 4 10:00")) is None


def test_the_time_for_which_it_was_solved_is_neither_elapsed_nor_a_pause() -> None:
    resolution = rules.segments_of(ClockKind.RESOLUTION, HISTORY)
    told = rules.narrative(resolution, FOUR_HOURS, OFFICE, at("Wed 4 10:30"))
    assert told is not None
    assert told.elapsed == hours(3.5)
    assert [(share.reason, share.working_time) for share in told.excluded] == [("customer", hours(3))]


def test_a_reopened_request_has_the_time_that_was_left() -> None:
    resolution = rules.segments_of(ClockKind.RESOLUTION, HISTORY)
    assert rules.deadline(resolution, FOUR_HOURS, OFFICE, at("Tue 3 10:00")) is None
    assert rules.deadline(resolution, FOUR_HOURS, OFFICE, at("Wed 4 10:00")) == at("Wed 4 11:00")


def test_a_cancelled_request_has_no_deadline() -> None:
    changes = (Change(at("Mon 2 09:00"), State.NEW), Change(at("Mon 2 10:00"), State.CANCELLED))
    for kind in ClockKind:
        segments = rules.segments_of(kind, changes)
        assert rules.deadline(segments, FOUR_HOURS, OFFICE, at("Mon 2 11:00")) is None
        assert rules.breached_at(segments, FOUR_HOURS, OFFICE, at("Fri 27 11:00")) is None


def test_a_clock_may_start_when_a_group_is_assigned() -> None:
    assigned = rules.segments_of(ClockKind.RESOLUTION, HISTORY[1:2])
    assert rules.deadline(assigned, FOUR_HOURS, OFFICE, at("Mon 2 09:30")) == at("Mon 2 14:30")


def test_the_breach_is_told_from_its_segments() -> None:
    changes = (
        Change(at("Mon 2 09:00"), State.NEW),
        Change(at("Mon 2 10:00"), State.IN_PROGRESS),
        Change(at("Mon 2 11:00"), State.ON_HOLD, "customer"),
        Change(at("Tue 3 09:00"), State.IN_PROGRESS),
        Change(at("Tue 3 10:00"), State.ON_HOLD, "  "),
        Change(at("Tue 3 11:00"), State.IN_PROGRESS),
        Change(at("Tue 3 15:10"), State.RESOLVED),
    )
    told = rules.narrative(
        rules.segments_of(ClockKind.RESOLUTION, changes),
        FOUR_HOURS,
        calendar(known_until="2026-03-02"),
        at("Fri 6 09:00"),
    )
    assert told is not None
    assert (told.started_at, told.allowed, told.elapsed) == (
        at("Mon 2 09:00"),
        hours(4),
        timedelta(hours=7, minutes=10),
    )
    assert (told.ran_out_at, told.breached_at) == (at("Tue 3 11:00"), at("Tue 3 11:00"))
    assert told.late_by == timedelta(hours=3, minutes=10)
    assert told.late_by_wall_time == timedelta(hours=4, minutes=10)
    assert [(share.reason, share.working_time) for share in told.counted] == [
        ("new", hours(1)),
        ("in_progress", timedelta(hours=5, minutes=10)),
        ("on_hold", hours(1)),
    ]
    (excluded,) = told.excluded
    assert (excluded.reason, excluded.working_time, excluded.wall_time) == ("customer", hours(6), hours(22))
    assert not told.is_running
    assert told.is_provisional


def test_history_that_contradicts_itself_is_not_reckoned_with() -> None:
    overlapping = (*running("Mon 2 09:00"), *running("Mon 2 10:00"))
    with pytest.raises(ValueError, match="follow one another"):
        rules.elapsed(overlapping, OFFICE, at("Mon 2 11:00"))
    with pytest.raises(ValueError, match="ends before it starts"):
        rules.elapsed(stopped("Mon 2 10:00", "Mon 2 09:00"), OFFICE, at("Mon 2 11:00"))


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "either in working minutes or in working days"),
        ({"working_minutes": 60, "working_days": 1}, "either in working minutes or in working days"),
        ({"working_minutes": 60, "end_of_day": True}, "Only a target in working days"),
        ({"working_minutes": 0}, "greater than or equal to 1"),
        ({"working_days": 400}, "less than or equal to 366"),
        ({"minutes": 60}, "Extra inputs"),
    ],
)
def test_a_target_that_is_none_says_why(given: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Target.model_validate(given)
