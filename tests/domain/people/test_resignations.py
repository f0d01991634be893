"""Leaving: the states of a resignation, and the last day that the notice clause leads to."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.calendars import WEEKDAYS, BusinessCalendar, DayKind
from domain.people import rules
from domain.people.rules import LIFECYCLE, Move, Notice, State
from domain.policies.rules.kinds import NoticePeriod
from tenancy.refusals import ClauseReference, Invalid, WrongState

OFFICE = BusinessCalendar.model_validate(
    {
        "zone": "Asia/Shanghai",
        "weekly_hours": {weekday.value: [["09:00", "18:00"]] for weekday in WEEKDAYS[:5]},
        "holidays": ["2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"],
        "make_up_days": [{"day": "2026-10-10"}],
    }
)
THIRTY_DAYS = NoticePeriod(days=30, probation_days=3)
MAY_BE_WAIVED = NoticePeriod(days=30, waiver_allowed=True)
LETTER = date(2026, 6, 1)


def test_a_resignation_that_is_returned_may_be_submitted_again() -> None:
    state = LIFECYCLE.initial
    for move in (Move.RETURN, Move.RESUBMIT, Move.APPROVE, Move.LEAVE):
        state = LIFECYCLE.next(state, move)
    assert state is State.LEFT


def test_an_approved_resignation_is_not_withdrawn() -> None:
    with pytest.raises(WrongState, match="“Withdraw” is not possible in the state “Approved”"):
        LIFECYCLE.next(State.APPROVED, Move.WITHDRAW)


def test_refused_withdrawn_and_left_are_final() -> None:
    assert {state for state in State if LIFECYCLE.is_final(state)} == {State.REFUSED, State.WITHDRAWN, State.LEFT}


@pytest.mark.parametrize("manages", [True, False])
@pytest.mark.parametrize("is_writer", [True, False])
def test_what_is_possible_by_hand_has_no_obstacle_and_the_rest_a_refusal(is_writer: bool, manages: bool) -> None:
    for state in State:
        for move in rules.BY_HAND:
            found = rules.obstacles(move, state, is_writer=is_writer, manages=manages)
            codes = [rules.refusal(obstacle, move, state).code for obstacle in found]
            assert codes == [obstacle.value.upper() for obstacle in found]
            own = is_writer and move in rules.BY_ITS_WRITER
            others = manages and not (is_writer and move is Move.WAIVE)
            assert (not found) == ((state, move) in LIFECYCLE.table and (own or others))


def last_day(letter_on: date, rule: NoticePeriod, on_probation: bool = False, **more: Any) -> date:
    return rules.notice(letter_on, rule, on_probation, OFFICE, **more).last_day_on


def test_notice_in_calendar_days_does_not_count_the_day_of_the_letter() -> None:
    assert last_day(LETTER, THIRTY_DAYS) == date(2026, 7, 1)


def test_on_probation_the_notice_of_probation_holds() -> None:
    assert last_day(LETTER, THIRTY_DAYS, True) == date(2026, 6, 4)
    assert last_day(LETTER, NoticePeriod(days=30), True) == date(2026, 7, 1)


def test_the_last_day_of_probation_still_belongs_to_it() -> None:
    assert rules.is_on_probation(LETTER, LETTER)
    assert not rules.is_on_probation(LETTER, LETTER + timedelta(days=1))
    assert not rules.is_on_probation(None, LETTER)


def test_notice_in_working_days_skips_feasts_and_counts_make_up_days() -> None:
    three_days = NoticePeriod(days=3, day_kind=DayKind.WORKING)
    assert last_day(date(2026, 9, 30), three_days) == date(2026, 10, 10)


def test_a_later_last_day_may_be_wished_for() -> None:
    wish = date(2026, 8, 15)
    assert last_day(LETTER, THIRTY_DAYS, wished_on=wish) == wish
    with pytest.raises(Invalid, match="more than two years"):
        last_day(LETTER, THIRTY_DAYS, wished_on=date(2029, 1, 1))


def test_an_earlier_last_day_is_refused_where_the_handbook_knows_no_waiver() -> None:
    with pytest.raises(Invalid, match="ends on 2026-07-01; the handbook lets nothing of it be waived") as caught:
        last_day(LETTER, THIRTY_DAYS, wished_on=date(2026, 6, 15))
    assert caught.value.path == ("wishedOn",)


def test_an_earlier_last_day_asks_for_a_waiver_where_the_handbook_allows_one() -> None:
    asked = rules.notice(LETTER, MAY_BE_WAIVED, False, OFFICE, date(2026, 6, 15))
    assert asked == Notice(days=30, earliest_last_day_on=date(2026, 7, 1), last_day_on=date(2026, 6, 15))
    assert rules.waived_days(asked.earliest_last_day_on, asked.last_day_on) == 16
    assert rules.waived_days(asked.last_day_on, asked.earliest_last_day_on) == 0
    with pytest.raises(Invalid, match="before the letter"):
        last_day(LETTER, MAY_BE_WAIVED, wished_on=date(2026, 5, 31))


def test_a_waiver_brings_an_approved_last_day_forward_and_never_into_the_past() -> None:
    present, today = date(2026, 7, 1), date(2026, 6, 9)
    assert rules.check_waiver(today, present, today, MAY_BE_WAIVED) == today
    for wrong in (present, today - timedelta(days=1)):
        with pytest.raises(Invalid):
            rules.check_waiver(wrong, present, today, MAY_BE_WAIVED)
    with pytest.raises(Invalid, match="does not let a notice be waived"):
        rules.check_waiver(today, present, today, THIRTY_DAYS)


def test_the_clause_is_named_for_what_it_does_not_let_be_waived_and_for_nothing_else() -> None:
    clause, present, today = ClauseReference(uuid4(), "4.1", uuid4(), "3"), date(2026, 7, 1), date(2026, 6, 9)
    for wished_on, named in ((date(2026, 6, 15), clause), (date(2026, 5, 31), None), (date(2029, 1, 1), None)):
        with pytest.raises(Invalid) as refused:
            rules.notice(LETTER, THIRTY_DAYS, False, OFFICE, wished_on, clause)
        assert refused.value.clause == named, wished_on
    for rule, last_day_on, named in ((THIRTY_DAYS, today, clause), (MAY_BE_WAIVED, present, None)):
        with pytest.raises(Invalid) as refused:
            rules.check_waiver(last_day_on, present, today, rule, clause)
        assert refused.value.clause == named


def test_nobody_has_left_before_it_was_approved() -> None:
    assert rules.last_day_at_approval(date(2026, 7, 1), date(2026, 6, 3)) == date(2026, 7, 1)
    assert rules.last_day_at_approval(date(2026, 6, 4), date(2026, 6, 9)) == date(2026, 6, 9)


def test_work_ends_with_the_last_working_moment_and_not_on_a_sunday() -> None:
    assert rules.last_moment(date(2026, 6, 7), OFFICE) == datetime(2026, 6, 5, 10, tzinfo=UTC)
    assert rules.last_moment(date(2026, 7, 1), OFFICE) == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_a_letter_is_dated_today_or_lately() -> None:
    assert rules.check_letter_day(date(2026, 5, 1), LETTER) == date(2026, 5, 1)
    for wrong in (date(2026, 6, 2), date(2026, 4, 30)):
        with pytest.raises(Invalid) as caught:
            rules.check_letter_day(wrong, LETTER, "letterOn")
        assert caught.value.path == ("letterOn",)


@pytest.mark.parametrize("wrong", ["x" * 2001, "a\x00b", "\ud800"])
def test_a_reason_that_cannot_be_kept_is_refused_with_its_place(wrong: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.clean_text(wrong, "reason")
    assert caught.value.path == ("reason",)


def test_a_reason_may_be_left_out_and_keeps_its_lines() -> None:
    assert rules.clean_text("  ", "reason") == ""
    assert rules.clean_text(" 回老家\r\n照顾父母 ", "reason") == "回老家\n照顾父母"


def test_a_notice_of_no_days_is_legal_where_it_is_meant() -> None:
    assert last_day(LETTER, NoticePeriod(days=30, probation_days=0, allow_zero=True), True) == LETTER


notice_rules = st.builds(
    NoticePeriod,
    days=st.integers(1, 90),
    day_kind=st.sampled_from(DayKind),
    probation_days=st.none() | st.integers(1, 30),
)
letters = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(letters, st.integers(0, 30), notice_rules, st.booleans())
def test_who_writes_later_leaves_no_earlier(
    letter_on: date, later: int, rule: NoticePeriod, on_probation: bool
) -> None:
    first = last_day(letter_on, rule, on_probation)
    assert first > letter_on
    assert first <= last_day(letter_on + timedelta(days=later), rule, on_probation)


@given(letters, notice_rules, st.booleans())
def test_access_never_outlasts_the_last_day(letter_on: date, rule: NoticePeriod, on_probation: bool) -> None:
    last_on = last_day(letter_on, rule, on_probation)
    assert OFFICE.local_day(rules.last_moment(last_on, OFFICE)) <= last_on
