"""Surveys as rules: what may be answered, when reminders come, whom one may ask again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.feedback.rules import surveys as rules
from domain.feedback.rules.surveys import SURVEYS, SurveyMove, SurveyObstacle, SurveyState
from domain.kernel.permissions import Permission
from tenancy.refusals import Invalid
from tests.domain.feedback.company import SOFTWARE, asking

NOW = datetime(2026, 6, 1, 1, tzinfo=UTC)
CLAUSE = asking(**SOFTWARE)


def test_only_what_was_not_answered_can_still_be_taken_back() -> None:
    final = {state for state in SurveyState if SURVEYS.is_final(state)}
    assert final == {SurveyState.ANSWERED, SurveyState.EXPIRED, SurveyState.WITHDRAWN}
    assert not SURVEYS.allows(SurveyState.SKIPPED, SurveyMove.WITHDRAW)


def test_an_answer_has_its_scores_words_and_texts() -> None:
    answer = rules.read_answer(
        CLAUSE,
        {"score": "5", "answer_speed": "1", "answer_again": "no", "answer_wish": " more\r\ntea ", "other": "x"},
    )
    assert (answer.score, answer.comment) == (5, "")
    assert answer.further == {"speed": 1, "again": False, "wish": "more\ntea"}


@pytest.mark.parametrize(
    ("given_fields", "field"),
    [
        ({}, "score"),
        ({"score": "0"}, "score"),
        ({"score": "6"}, "score"),
        ({"score": "٤"}, "score"),
        ({"score": "4"}, "answer_speed"),
        ({"score": "4", "answer_speed": "9"}, "answer_speed"),
        ({"score": "4", "answer_speed": "4", "answer_again": "maybe"}, "answer_again"),
        ({"score": "4", "answer_speed": "4", "answer_wish": "x" * 2001}, "answer_wish"),
        ({"score": "4", "answer_speed": "4", "comment": "\x00"}, "comment"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_field(given_fields: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.read_answer(CLAUSE, given_fields)
    assert refused.value.path == (field,)


@given(st.dictionaries(st.sampled_from(["score", "comment", "answer_speed", "answer_again", "answer_wish"]), st.text()))
def test_whatever_is_sent_is_an_answer_or_refused(fields: dict[str, str]) -> None:
    try:
        answer = rules.read_answer(CLAUSE, fields)
    except Invalid:
        return
    assert CLAUSE.lowest <= answer.score <= CLAUSE.highest


def test_reminders_come_in_order_and_end() -> None:
    due = [rules.next_reminder_at(CLAUSE, NOW, sent) for sent in range(3)]
    assert due == [NOW + timedelta(days=3), NOW + timedelta(days=7), None]


def test_without_days_of_rest_nobody_is_left_in_peace() -> None:
    assert rules.rests_until(NOW, 0) is None
    assert rules.rests_until(None, 30) is None
    assert rules.rests_until(NOW, 30) == NOW + timedelta(days=30)


def test_obstacles_are_told_in_order() -> None:
    def nothing(_: Permission) -> bool:
        return False

    later = NOW + timedelta(days=1)
    found = rules.obstacles(
        SurveyMove.SEND, SurveyState.ANSWERED, nothing, is_closed=False, earliest_at=later, unwanted=True, now=NOW
    )
    assert found == list(SurveyObstacle)
