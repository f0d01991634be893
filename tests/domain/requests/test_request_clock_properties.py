"""What holds of every clock, whatever happened to the request."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.calendars import WEEKDAYS, BusinessCalendar
from domain.policies.rules.values import Target
from domain.requests import rules
from domain.requests.rules import LIFECYCLE, Change, ClockKind, Segment

OFFICE = BusinessCalendar.model_validate(
    {
        "zone": "Europe/Berlin",
        "weekly_hours": {weekday.value: [["09:00", "12:00"], ["13:00", "17:30"]] for weekday in WEEKDAYS[:5]},
        "holidays": ["2026-04-03", "2026-04-06"],
        "make_up_days": [{"day": "2026-04-11"}],
    }
)
LATER = datetime(2027, 6, 1, tzinfo=UTC)

targets = st.one_of(
    st.builds(Target, working_minutes=st.integers(1, 6000)),
    st.builds(Target, working_days=st.integers(1, 20), end_of_day=st.booleans()),
)
starts = st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 20), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds
gaps = st.timedeltas(timedelta(minutes=1), timedelta(days=4))


@st.composite
def histories(draw: st.DrawFn) -> tuple[Change, ...]:
    changes = [Change(draw(starts), LIFECYCLE.initial)]
    for _ in range(draw(st.integers(0, 10))):
        moves = LIFECYCLE.moves(changes[-1].state)
        if not moves:
            break
        state = LIFECYCLE.next(changes[-1].state, draw(st.sampled_from(moves)))
        changes.append(Change(changes[-1].at + draw(gaps), state, draw(st.sampled_from(["customer", "parts", ""]))))
    return tuple(changes)


@given(histories(), targets, st.sampled_from(ClockKind))
def test_a_deadline_is_when_the_target_has_elapsed_if_nothing_else_happens(
    history: tuple[Change, ...], target: Target, kind: ClockKind
) -> None:
    segments, now = rules.segments_of(kind, history), history[-1].at
    due = rules.deadline(segments, target, OFFICE, now)
    if due is None:
        assert not rules.is_running(segments, now)
        return
    allowed = rules.budget(target, segments[0].started_at, OFFICE)
    assert OFFICE.is_open(due - timedelta(microseconds=1))
    assert rules.elapsed(segments, OFFICE, due) == allowed
    assert rules.remaining(segments, target, OFFICE, due) == timedelta()


@given(histories(), targets, st.sampled_from(ClockKind), gaps)
def test_the_deadline_of_a_running_clock_does_not_move_by_itself(
    history: tuple[Change, ...], target: Target, kind: ClockKind, later: timedelta
) -> None:
    segments, now = rules.segments_of(kind, history), history[-1].at
    assert rules.deadline(segments, target, OFFICE, now) == rules.deadline(segments, target, OFFICE, now + later)


@given(histories(), targets, st.sampled_from(ClockKind))
def test_a_warning_comes_before_the_deadline_and_the_ladder_after_it(
    history: tuple[Change, ...], target: Target, kind: ClockKind
) -> None:
    segments, now = rules.segments_of(kind, history), history[-1].at
    steps = [
        rules.warning_at(Decimal(fraction), segments, target, OFFICE, now)
        for fraction in ("0.5", "0.75", "1", "1.5", "2")
    ]
    planned = [step for step in steps if step is not None]
    assert len(planned) in {0, 5}
    assert planned == sorted(planned)
    assert steps[2] == rules.deadline(segments, target, OFFICE, now)


@given(histories(), st.sampled_from(ClockKind), st.lists(gaps, max_size=3))
def test_a_clock_never_runs_backwards(history: tuple[Change, ...], kind: ClockKind, steps: list[timedelta]) -> None:
    segments = rules.segments_of(kind, history)
    instants = sorted([change.at for change in history] + [history[-1].at + step for step in steps])
    readings = [rules.elapsed(segments, OFFICE, instant) for instant in instants]
    assert readings == sorted(readings)


@given(histories(), targets, st.sampled_from(ClockKind))
def test_late_and_breached_agree_and_the_shares_add_up(
    history: tuple[Change, ...], target: Target, kind: ClockKind
) -> None:
    segments = rules.segments_of(kind, history)
    told = rules.narrative(segments, target, OFFICE, LATER)
    if told is None:
        assert not segments
        return
    assert sum((share.working_time for share in told.counted), timedelta()) == told.elapsed
    assert told.late_by == max(told.elapsed - told.allowed, timedelta())
    assert told.breached_at is not None or not told.late_by
    assert told.late_by_wall_time >= told.late_by
    if told.breached_at is not None:
        moment = timedelta(microseconds=1)
        assert rules.breached_at(segments, target, OFFICE, told.breached_at - moment) is None
        assert rules.breached_at(segments, target, OFFICE, told.breached_at + moment) == told.breached_at


@given(histories(), targets)
def test_what_has_been_breached_stays_breached(history: tuple[Change, ...], target: Target) -> None:
    segments = rules.segments_of(ClockKind.RESOLUTION, history)
    found = [rules.breached_at(segments, target, OFFICE, change.at) for change in history]
    known = [instant for instant in found if instant is not None]
    assert found[len(found) - len(known) :] == known
    assert len(set(known)) <= 1


@given(starts, gaps, gaps, targets)
def test_a_pause_moves_the_deadline_by_its_working_time(
    start: datetime, until_pause: timedelta, pause: timedelta, target: Target
) -> None:
    paused, resumed = start + until_pause, start + until_pause + pause
    whole = (Segment(start, None, True),)
    parted = (Segment(start, paused, True), Segment(paused, resumed, False, "customer"), Segment(resumed, None, True))
    due, due_later = (rules.deadline(segments, target, OFFICE, resumed) for segments in (whole, parted))
    assert due is not None
    assert due_later is not None
    assert OFFICE.open_between(due, due_later) == (
        OFFICE.open_between(paused, resumed) if due > paused else timedelta()
    )


@given(starts, starts, targets)
def test_what_is_opened_later_is_due_no_earlier(one: datetime, other: datetime, target: Target) -> None:
    first, second = (
        rules.deadline((Segment(start, None, True),), target, OFFICE, LATER) for start in sorted([one, other])
    )
    assert first is not None
    assert second is not None
    assert first <= second
