"""Business calendars, read as a rulebook: what is worked, and what a span of working time is."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from domain.kernel.calendars import WEEKDAYS, BusinessCalendar, DayKind, minutes_of
from tenancy.refusals import Invalid

DAY = [["09:00", "12:00"], ["13:30", "18:00"]]
WEEK = {weekday.value: DAY for weekday in WEEKDAYS[:5]}


def calendar(**changes: Any) -> BusinessCalendar:
    return BusinessCalendar.model_validate({"zone": "Asia/Shanghai", "weekly_hours": WEEK, **changes})


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


OFFICE = calendar()
ROUND_THE_CLOCK = calendar(
    zone="Europe/Berlin", weekly_hours={weekday.value: [["00:00", "24:00"]] for weekday in WEEKDAYS}
)


def test_a_lunch_break_is_no_working_time() -> None:
    assert OFFICE.open_between(at("2026-03-02T11:00"), at("2026-03-02T14:00")) == hours(1.5)
    assert OFFICE.add_working_time(at("2026-03-02T11:30"), hours(1)) == at("2026-03-02T14:00")


def test_work_that_starts_outside_hours_counts_from_the_next_opening() -> None:
    assert OFFICE.add_working_time(at("2026-03-07T20:00"), hours(2)) == at("2026-03-09T11:00")
    assert OFFICE.next_opening(at("2026-03-07T20:00")) == at("2026-03-09T09:00")
    assert OFFICE.next_opening(at("2026-03-09T10:00")) == at("2026-03-09T10:00")
    assert OFFICE.next_opening(at("2026-03-09T12:00")) == at("2026-03-09T13:30")


def test_a_deadline_at_closing_time_is_closing_time_and_not_the_next_morning() -> None:
    assert OFFICE.add_working_time(at("2026-03-06T16:00"), hours(2)) == at("2026-03-06T18:00")


def test_the_weekend_is_skipped() -> None:
    assert OFFICE.add_working_time(at("2026-03-06T17:00"), hours(2)) == at("2026-03-09T10:00")


def test_nothing_added_is_the_instant_itself_even_at_night() -> None:
    assert OFFICE.add_working_time(at("2026-03-07T20:00"), hours(0)) == at("2026-03-07T20:00")


def test_a_negative_amount_goes_back_over_midnight_and_weekend() -> None:
    assert OFFICE.add_working_time(at("2026-03-09T10:00"), -hours(2)) == at("2026-03-06T17:00")
    assert OFFICE.add_working_time(at("2026-03-09T10:00"), -hours(1)) == at("2026-03-09T09:00")
    assert OFFICE.open_between(at("2026-03-09T10:00"), at("2026-03-06T17:00")) == -hours(2)


def test_a_holiday_is_not_worked() -> None:
    feast = calendar(holidays=["2026-10-01", "2026-10-02"])
    assert not feast.is_working_day(date(2026, 10, 1))
    assert feast.add_working_time(at("2026-09-30T17:00"), hours(2)) == at("2026-10-05T10:00")


def test_a_holiday_that_is_added_later_moves_the_deadline() -> None:
    start = at("2026-09-30T17:00")
    later = calendar(holidays=["2026-10-01"])
    assert later.add_working_time(start, hours(2)) - OFFICE.add_working_time(start, hours(2)) == timedelta(days=1)


def test_a_make_up_saturday_is_worked_with_the_hours_of_the_named_weekday() -> None:
    short_friday = {**WEEK, "friday": [["09:00", "12:00"]]}
    made_up = calendar(weekly_hours=short_friday, make_up_days=[{"day": "2026-10-10", "hours_of": "friday"}])
    assert made_up.is_working_day(date(2026, 10, 10))
    assert made_up.frames(date(2026, 10, 10)) == ((at("2026-10-10T09:00"), at("2026-10-10T12:00")),)


def test_a_make_up_day_without_a_weekday_has_the_usual_hours() -> None:
    made_up = calendar(make_up_days=[{"day": "2026-10-10"}])
    assert made_up.end_of_working_day(date(2026, 10, 10)) == at("2026-10-10T18:00")
    assert made_up.add_working_days(date(2026, 10, 9), 1) == date(2026, 10, 10)


def test_days_after_the_published_year_are_provisional() -> None:
    published = calendar(known_until="2026-12-31")
    assert not published.is_provisional(date(2026, 12, 31))
    assert published.is_provisional(date(2027, 1, 1))
    assert not OFFICE.is_provisional(date(2099, 1, 1))


def test_working_days_do_not_count_the_day_they_start_on() -> None:
    assert OFFICE.add_working_days(date(2026, 3, 6), 1) == date(2026, 3, 9)
    assert OFFICE.add_working_days(date(2026, 3, 7), 1) == date(2026, 3, 9)
    assert OFFICE.add_working_days(date(2026, 3, 7), 0) == date(2026, 3, 7)
    assert OFFICE.add_working_days(date(2026, 3, 9), -1) == date(2026, 3, 6)
    assert OFFICE.add_working_days(date(2026, 3, 8), -6) == date(2026, 2, 27)


def test_a_period_counts_calendar_days_or_working_days() -> None:
    assert OFFICE.add_days(date(2026, 3, 6), 2, DayKind.CALENDAR) == date(2026, 3, 8)
    assert OFFICE.add_days(date(2026, 3, 6), 2, DayKind.WORKING) == date(2026, 3, 10)
    with pytest.raises(Invalid, match="3660"):
        OFFICE.add_days(date(2026, 3, 6), 4000, DayKind.CALENDAR)


def test_the_nearest_working_day_is_the_day_itself_when_it_is_worked() -> None:
    assert OFFICE.working_day_on_or_after(date(2026, 3, 7)) == date(2026, 3, 9)
    assert OFFICE.working_day_on_or_before(date(2026, 3, 8)) == date(2026, 3, 6)
    assert OFFICE.working_day_on_or_after(date(2026, 3, 6)) == date(2026, 3, 6)


def test_the_end_of_a_day_that_is_not_worked_is_refused() -> None:
    with pytest.raises(Invalid, match="2026-03-07 is not a working day"):
        OFFICE.end_of_working_day(date(2026, 3, 7))


def test_the_day_that_loses_an_hour_has_twenty_three() -> None:
    assert ROUND_THE_CLOCK.open_between(
        at("2026-03-29T00:00", "Europe/Berlin"), at("2026-03-30T00:00", "Europe/Berlin")
    ) == hours(23)
    start = at("2026-03-29T01:30", "Europe/Berlin")
    assert ROUND_THE_CLOCK.add_working_time(start, hours(1)) == at("2026-03-29T03:30", "Europe/Berlin")


def test_the_day_that_gains_an_hour_has_twenty_five() -> None:
    assert ROUND_THE_CLOCK.open_between(
        at("2026-10-25T00:00", "Europe/Berlin"), at("2026-10-26T00:00", "Europe/Berlin")
    ) == hours(25)


def test_office_hours_keep_their_wall_time_when_the_clocks_change() -> None:
    berlin = calendar(zone="Europe/Berlin")
    assert berlin.end_of_working_day(date(2026, 3, 27)) == datetime(2026, 3, 27, 17, tzinfo=UTC)
    assert berlin.end_of_working_day(date(2026, 3, 30)) == datetime(2026, 3, 30, 16, tzinfo=UTC)
    assert berlin.end_of_working_day(date(2026, 10, 26)) == datetime(2026, 10, 26, 17, tzinfo=UTC)


def test_hours_that_the_clocks_skip_are_not_worked() -> None:
    night = calendar(zone="Europe/Berlin", weekly_hours={"sunday": [["01:00", "02:30"]]})
    skipped = calendar(zone="Europe/Berlin", weekly_hours={"sunday": [["02:00", "02:30"]]})
    assert night.frames(date(2026, 3, 29)) == (
        (datetime(2026, 3, 29, 0, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),
    )
    assert skipped.frames(date(2026, 3, 29)) == ()
    assert not skipped.is_working_day(date(2026, 3, 29))


def test_frames_that_meet_in_the_repeated_hour_do_not_overlap() -> None:
    split = calendar(zone="Europe/Berlin", weekly_hours={"sunday": [["00:00", "02:30"], ["02:30", "06:00"]]})
    (_, first_closes), (second_opens, _) = split.frames(date(2026, 10, 25))
    assert first_closes == second_opens
    midnight, morning = at("2026-10-25T00:00", "Europe/Berlin"), at("2026-10-25T06:00", "Europe/Berlin")
    assert split.open_between(midnight, morning) == hours(7)


def test_a_day_that_a_zone_left_out_altogether_is_not_worked() -> None:
    samoa = ROUND_THE_CLOCK.model_copy(update={"zone": "Pacific/Apia"})
    assert not samoa.is_working_day(date(2011, 12, 30))
    assert samoa.add_working_days(date(2011, 12, 29), 1) == date(2011, 12, 31)


def test_clocks_that_went_back_over_midnight_lose_no_working_time() -> None:
    newfoundland = ROUND_THE_CLOCK.model_copy(update={"zone": "America/St_Johns"})
    start = datetime(2010, 11, 7, 0, 0, tzinfo=UTC)
    for minutes in range(0, 6 * 60, 7):
        end = start + timedelta(minutes=minutes)
        assert newfoundland.open_between(start, end) == end - start
        assert newfoundland.add_working_time(end, start - end) == start
        assert newfoundland.is_open(end)


def test_wall_times_become_instants_on_any_day() -> None:
    assert OFFICE.at_wall_time(date(2026, 3, 7), "10:00") == datetime(2026, 3, 7, 2, tzinfo=UTC)
    assert OFFICE.local_day(datetime(2026, 3, 6, 16, tzinfo=UTC)) == date(2026, 3, 7)


def test_a_closing_instant_is_closed() -> None:
    assert OFFICE.is_open(at("2026-03-06T09:00"))
    assert not OFFICE.is_open(at("2026-03-06T18:00"))
    assert not OFFICE.is_open(at("2026-03-06T12:30"))


def test_a_naive_datetime_raises() -> None:
    with pytest.raises(ValueError, match="naive"):
        OFFICE.add_working_time(datetime(2026, 3, 2, 9), hours(1))  # noqa: DTZ001 - the naive instant is the subject


def test_a_calendar_goes_through_json_and_back() -> None:
    given = calendar(
        holidays=["2026-10-02", "2026-10-01", "2026-10-01"],
        make_up_days=[{"day": "2026-10-17"}, {"day": "2026-10-10", "hours_of": "friday"}],
        known_until="2026-12-31",
    )
    text = given.model_dump_json()
    assert BusinessCalendar.model_validate_json(text) == given
    assert json.loads(text)["holidays"] == ["2026-10-01", "2026-10-02"]
    assert json.loads(text)["weekly_hours"]["monday"] == DAY
    assert hash(BusinessCalendar.model_validate(json.loads(text))) == hash(given)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"weekly_hours": {}}, "needs working hours on at least one day"),
        ({"weekly_hours": {"monday": []}}, "needs working hours on at least one day"),
        ({"weekly_hours": {"monday": [["18:00", "09:00"]]}}, "split a night shift at midnight"),
        ({"weekly_hours": {"monday": [["09:00", "12:00"], ["11:00", "13:00"]]}}, "overlap"),
        ({"weekly_hours": {"monday": [["9", "12:00"]]}}, "“9” is not a time of day"),
        ({"weekly_hours": {"monday": [["09:00", "24:01"]]}}, "“24:01” is not a time of day"),
        ({"weekly_hours": {"monday": [["09:00"]]}}, "weekly_hours.monday.0.1"),
        ({"weekly_hours": {"funday": DAY}}, "funday"),
        ({"zone": "Asia/Nowhere"}, "“Asia/Nowhere” is not a time zone"),
        ({"zone": "../etc/passwd"}, "is not a time zone"),
        ({"zone": "Asia"}, "is not a time zone"),
        ({"zone": ""}, "is not a time zone"),
        ({"holidays": [["2026-10-01"]]}, "holidays.0"),
        ({"holidays": ["2026-02-30"]}, "holidays.0"),
        ({"holidays": ["2026-10-10"], "make_up_days": [{"day": "2026-10-10"}]}, "both as a holiday and as a make-up"),
        ({"make_up_days": [{"day": "2026-10-10"}, {"day": "2026-10-10"}]}, "listed twice"),
        ({"make_up_days": [{"day": "2026-10-10", "hours_of": "sunday"}]}, "hours of sunday, which has none"),
        ({"lunch": True}, "lunch"),
    ],
)
def test_a_calendar_that_cannot_be_worked_says_why(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError) as caught:
        calendar(**changes)
    assert complaint in str(caught.value)


def test_the_sentence_inside_a_validation_error_stays_translatable() -> None:
    with pytest.raises(ValidationError) as caught:
        calendar(zone="Asia/Nowhere")
    (error,) = caught.value.errors()
    refusal = error["ctx"]["error"].args[0]
    assert isinstance(refusal, Invalid)
    assert refusal.values == {"zone": "Asia/Nowhere"}
    assert "{zone}" in refusal.text


def test_five_years_of_holidays_are_refused_instead_of_searched_for_ever() -> None:
    first = date(2026, 1, 1)
    closed = calendar(holidays=[first + timedelta(days=number) for number in range(1900)])
    with pytest.raises(Invalid, match="no working day within five years"):
        closed.add_working_time(at("2026-01-01T09:00"), hours(1))
    with pytest.raises(Invalid, match="no working day within five years"):
        closed.next_opening(at("2026-01-01T09:00"))
    with pytest.raises(Invalid, match="no working day within five years"):
        closed.add_working_days(date(2026, 1, 1), 1)
    with pytest.raises(Invalid, match="no working day within five years"):
        closed.add_working_time(at("2031-02-01T09:00"), -hours(1))


def test_spans_and_days_out_of_all_reason_are_refused() -> None:
    with pytest.raises(Invalid, match="ten years"):
        OFFICE.add_working_time(at("2026-01-01T09:00"), timedelta(days=40_000))
    with pytest.raises(Invalid, match="3660"):
        OFFICE.add_working_days(date(2026, 1, 1), 10_000)
    for beyond in (datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)):
        with pytest.raises(Invalid, match="outside the years"):
            OFFICE.open_between(at("2026-01-01T09:00"), beyond)
    with pytest.raises(Invalid, match="outside the years"):
        OFFICE.frames(date.max)
    with pytest.raises(Invalid, match="outside the years"):
        OFFICE.add_working_time(at("2199-12-30T09:00"), hours(100))


def test_wall_times_are_minutes_of_the_day() -> None:
    assert minutes_of("00:00") == 0
    assert minutes_of("24:00") == 1440
    for nonsense in ("", "9:00", "09:60", "25:00", "09-00", "ab:cd", "٠٩:٠٠"):
        with pytest.raises(Invalid):
            minutes_of(nonsense)
