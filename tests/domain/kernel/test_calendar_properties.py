"""What holds of every business calendar, whatever its hours, feasts and zone."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.calendars import WEEKDAYS, BusinessCalendar

ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "UTC"]


def wall(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@st.composite
def hours_of_a_day(draw: st.DrawFn) -> list[list[str]]:
    edges = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    return [[wall(opens * 15), wall(closes * 15)] for opens, closes in zip(edges[::2], edges[1::2], strict=False)]


@st.composite
def calendars(draw: st.DrawFn) -> BusinessCalendar:
    week = {weekday.value: draw(hours_of_a_day()) for weekday in WEEKDAYS}
    week[draw(st.sampled_from(WEEKDAYS)).value] = [["09:00", "12:00"], ["13:00", "17:30"]]
    days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
    holidays = draw(st.sets(days, max_size=30))
    made_up = draw(st.sets(days, max_size=10)) - holidays
    return BusinessCalendar.model_validate(
        {
            "zone": draw(st.sampled_from(ZONES)),
            "weekly_hours": week,
            "holidays": list(holidays),
            "make_up_days": [{"day": day} for day in made_up],
        }
    )


# Around the changes of the clocks as well as anywhere in two years.
instants = st.one_of(
    st.datetimes(datetime(2025, 6, 1), datetime(2027, 6, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants naive bounds
    st.builds(
        lambda day, minutes: datetime.combine(day, time(), UTC) + timedelta(minutes=minutes),
        st.sampled_from([date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8), date(2026, 11, 1)]),
        st.integers(-1440, 2880),
    ),
)
amounts = st.timedeltas(timedelta(seconds=1), timedelta(hours=200))
day_counts = st.integers(0, 60)


@given(calendars(), instants, amounts)
def test_adding_working_time_is_the_inverse_of_measuring_it(
    calendar: BusinessCalendar, start: datetime, amount: timedelta
) -> None:
    end = calendar.add_working_time(start, amount)
    assert calendar.open_between(start, end) == amount
    assert calendar.open_between(start, end - timedelta(microseconds=1)) < amount


@given(calendars(), instants, amounts)
def test_taking_working_time_away_is_the_inverse_too(
    calendar: BusinessCalendar, end: datetime, amount: timedelta
) -> None:
    start = calendar.add_working_time(end, -amount)
    assert calendar.open_between(start, end) == amount
    assert calendar.open_between(start + timedelta(microseconds=1), end) < amount


@given(calendars(), instants, amounts)
def test_a_deadline_never_lands_outside_hours(calendar: BusinessCalendar, start: datetime, amount: timedelta) -> None:
    end = calendar.add_working_time(start, amount)
    assert calendar.is_open(end - timedelta(microseconds=1))
    assert end.tzinfo is UTC


@given(calendars(), instants, instants, amounts)
def test_what_starts_later_ends_no_earlier(
    calendar: BusinessCalendar, one: datetime, other: datetime, amount: timedelta
) -> None:
    first, second = sorted([one, other])
    assert calendar.add_working_time(first, amount) <= calendar.add_working_time(second, amount)


@given(calendars(), instants, amounts, amounts)
def test_working_time_adds_up_in_steps(
    calendar: BusinessCalendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    at_once = calendar.add_working_time(start, first + second)
    assert calendar.add_working_time(calendar.add_working_time(start, first), second) == at_once


@given(calendars(), instants, instants, instants)
def test_working_time_between_instants_adds_up(
    calendar: BusinessCalendar, one: datetime, two: datetime, three: datetime
) -> None:
    assert calendar.open_between(one, two) + calendar.open_between(two, three) == calendar.open_between(one, three)
    assert abs(calendar.open_between(one, two)) <= abs(two - one)


@given(calendars(), st.dates(date(2025, 1, 1), date(2027, 12, 31)))
def test_the_frames_of_neighbouring_days_are_in_order_and_do_not_overlap(calendar: BusinessCalendar, day: date) -> None:
    edges = [edge for frame in calendar.frames(day) + calendar.frames(day + timedelta(days=1)) for edge in frame]
    assert edges == sorted(edges)
    assert all(opens < closes for opens, closes in zip(edges[::2], edges[1::2], strict=True))


@given(calendars(), st.dates(date(2026, 1, 1), date(2026, 12, 31)), day_counts, day_counts)
def test_working_days_add_up_and_land_on_working_days(
    calendar: BusinessCalendar, day: date, first: int, second: int
) -> None:
    reached = calendar.add_working_days(day, first)
    assert first == 0 or calendar.is_working_day(reached)
    assert calendar.add_working_days(reached, second) == calendar.add_working_days(day, first + second)
    worked = calendar.working_day_on_or_after(day)
    assert calendar.add_working_days(calendar.add_working_days(worked, first), -first) == worked


@given(calendars())
def test_every_calendar_survives_json(calendar: BusinessCalendar) -> None:
    again = BusinessCalendar.model_validate_json(calendar.model_dump_json())
    assert again == calendar
    assert again.model_dump_json() == calendar.model_dump_json()
