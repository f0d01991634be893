"""Leaving: the states of a resignation, and the last day that the notice clause leads to."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.kernel.calendars import WEEKDAYS, BusinessCalendar, DayKind
from domain.people import rules
from domain.people.rules import LIFECYCLE, Move, NoticeRule, State, Waiver
from tenancy.refusals import Invalid, WrongState

OFFICE = BusinessCalendar.model_validate(
    {
        "zone": "Asia/Shanghai",
        "weekly_hours": {weekday.value: [["09:00", "18:00"]] for weekday in WEEKDAYS[:5]},
        "holidays": ["2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"],
        "make_up_days": [{"day": "2026-10-10"}],
    }
)
THIRTY_DAYS = NoticeRule(days=30, probation_days=3)
TEN_WORKING_DAYS = NoticeRule(days=10, day_kind=DayKind.WORKING)
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


def test_notice_in_calendar_days_does_not_count_the_day_of_the_letter() -> None:
    assert rules.last_day(LETTER, THIRTY_DAYS, False, OFFICE) == date(2026, 7, 1)


def test_on_probation_the_notice_of_probation_holds() -> None:
    assert rules.last_day(LETTER, THIRTY_DAYS, True, OFFICE) == date(2026, 6, 4)
    assert rules.last_day(LETTER, NoticeRule(days=30), True, OFFICE) == date(2026, 7, 1)


def test_notice_in_working_days_skips_feasts_and_counts_make_up_days() -> None:
    assert rules.last_day(date(2026, 9, 30), NoticeRule(days=3, day_kind=DayKind.WORKING), False, OFFICE) == date(
        2026, 10, 10
    )


def test_a_later_last_day_may_be_wished_for() -> None:
    wish = date(2026, 8, 15)
    assert rules.last_day(LETTER, THIRTY_DAYS, False, OFFICE, wished_on=wish) == wish
    with pytest.raises(Invalid, match="more than two years"):
        rules.last_day(LETTER, THIRTY_DAYS, False, OFFICE, wished_on=date(2029, 1, 1))


def test_an_earlier_last_day_needs_a_waiver() -> None:
    wish = date(2026, 6, 15)
    with pytest.raises(Invalid, match="ends on 2026-07-01; to leave before that needs a waiver") as caught:
        rules.last_day(LETTER, THIRTY_DAYS, False, OFFICE, wished_on=wish)
    assert caught.value.path == ("wished_on",)
    waiver = Waiver(date(2026, 6, 10), "handed over already")
    assert rules.last_day(LETTER, THIRTY_DAYS, False, OFFICE, wished_on=wish, waiver=waiver) == wish
    assert rules.last_day(LETTER, THIRTY_DAYS, False, OFFICE, waiver=waiver) == date(2026, 6, 10)


def test_a_waiver_never_lengthens_the_notice_nor_reaches_before_the_letter() -> None:
    late = Waiver(date(2026, 12, 1), "a slip of the pen")
    assert rules.last_day(LETTER, THIRTY_DAYS, False, OFFICE, waiver=late) == date(2026, 7, 1)
    with pytest.raises(Invalid, match="before the letter"):
        rules.last_day(LETTER, THIRTY_DAYS, False, OFFICE, waiver=Waiver(date(2026, 5, 1), "early"))


def test_work_ends_with_the_last_working_moment_and_not_on_a_sunday() -> None:
    assert rules.last_moment(date(2026, 6, 7), OFFICE) == datetime(2026, 6, 5, 10, tzinfo=UTC)
    assert rules.last_moment(date(2026, 7, 1), OFFICE) == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_a_letter_is_dated_today_or_lately() -> None:
    assert rules.check_letter_day(date(2026, 5, 1), LETTER) == date(2026, 5, 1)
    for wrong in (date(2026, 6, 2), date(2026, 4, 30)):
        with pytest.raises(Invalid) as caught:
            rules.check_letter_day(wrong, LETTER, ("input", "letter_on"))
        assert caught.value.path == ("input", "letter_on")


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"days": 0}, "must be allowed explicitly"),
        ({"days": 30, "probation_days": 0}, "must be allowed explicitly"),
        ({"days": -1}, "greater than or equal to 0"),
        ({"days": 1000}, "less than or equal to 366"),
        ({"days": 30, "day_kind": "lunar"}, "'calendar' or 'working'"),
    ],
)
def test_a_notice_rule_that_is_none_says_why(given: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        NoticeRule.model_validate(given)


def test_a_notice_of_no_days_is_legal_where_it_is_meant() -> None:
    at_once = NoticeRule(days=30, probation_days=0, allow_zero=True)
    assert rules.last_day(LETTER, at_once, True, OFFICE) == LETTER


def test_a_notice_rule_goes_through_json_and_back() -> None:
    for rule in (THIRTY_DAYS, TEN_WORKING_DAYS):
        assert NoticeRule.model_validate_json(rule.model_dump_json()) == rule


notice_rules = st.builds(
    NoticeRule,
    days=st.integers(1, 90),
    day_kind=st.sampled_from(DayKind),
    probation_days=st.none() | st.integers(1, 30),
)
letters = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(letters, st.integers(0, 30), notice_rules, st.booleans())
def test_who_writes_later_leaves_no_earlier(letter_on: date, later: int, rule: NoticeRule, on_probation: bool) -> None:
    first = rules.last_day(letter_on, rule, on_probation, OFFICE)
    assert first > letter_on
    assert first <= rules.last_day(letter_on + timedelta(days=later), rule, on_probation, OFFICE)


@given(letters, notice_rules, st.booleans())
def test_access_never_outlasts_the_last_day(letter_on: date, rule: NoticeRule, on_probation: bool) -> None:
    last_on = rules.last_day(letter_on, rule, on_probation, OFFICE)
    assert OFFICE.local_day(rules.last_moment(last_on, OFFICE)) <= last_on
