"""Surveys: their states, when what comes next is due, whom one may ask again, and what an answer must be (CP-3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from domain.kernel.lifecycle import Lifecycle
from domain.kernel.permissions import Permission
from domain.kernel.texts import several_lines
from domain.policies.rules.kinds import SatisfactionSurvey, SurveyForm, SurveyQuestion
from tenancy.refusals import ClauseReference, Conflict, Invalid, Refusal, message, missing_permission

MAX_TEXT = 2_000


class SurveyState(StrEnum):
    """How far a survey is. One that is skipped was not sent, because its contact had been asked a short time before."""

    PLANNED = "planned"
    SENT = "sent"
    ANSWERED = "answered"
    EXPIRED = "expired"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"


class SurveyMove(StrEnum):
    """What happens to a survey; people send and withdraw, the rest comes by itself."""

    SEND = "send"
    WITHDRAW = "withdraw"
    SKIP = "skip"
    ANSWER = "answer"
    EXPIRE = "expire"


BY_HAND = (SurveyMove.SEND, SurveyMove.WITHDRAW)
SURVEYS = Lifecycle(
    initial=SurveyState.PLANNED,
    table={
        (SurveyState.PLANNED, SurveyMove.SEND): SurveyState.SENT,
        (SurveyState.PLANNED, SurveyMove.SKIP): SurveyState.SKIPPED,
        (SurveyState.PLANNED, SurveyMove.WITHDRAW): SurveyState.WITHDRAWN,
        (SurveyState.SKIPPED, SurveyMove.SEND): SurveyState.SENT,
        (SurveyState.SENT, SurveyMove.ANSWER): SurveyState.ANSWERED,
        (SurveyState.SENT, SurveyMove.EXPIRE): SurveyState.EXPIRED,
        (SurveyState.SENT, SurveyMove.WITHDRAW): SurveyState.WITHDRAWN,
    },
    states={
        SurveyState.PLANNED: message("Planned"),
        SurveyState.SENT: message("Sent"),
        SurveyState.ANSWERED: message("Answered"),
        SurveyState.EXPIRED: message("Expired"),
        SurveyState.SKIPPED: message("Skipped"),
        SurveyState.WITHDRAWN: message("Withdrawn"),
    },
    moves={
        SurveyMove.SEND: message("Send"),
        SurveyMove.WITHDRAW: message("Withdraw"),
        SurveyMove.SKIP: message("Skip"),
        SurveyMove.ANSWER: message("Answer"),
        SurveyMove.EXPIRE: message("Expire"),
    },
)


class SurveyObstacle(StrEnum):
    """Why somebody can't make a move now, the first that counts first."""

    FORBIDDEN = "forbidden"
    WRONG_STATE = "wrong_state"
    OPEN_AGAIN = "open_again"
    ASKED_LATELY = "asked_lately"
    # Whoever would be asked has said that they do without surveys.
    UNWANTED = "unwanted"


def obstacles(
    move: SurveyMove,
    state: SurveyState,
    may: Callable[[Permission], bool],
    *,
    is_closed: bool,
    earliest_at: datetime | None,
    unwanted: bool,
    now: datetime,
) -> list[SurveyObstacle]:
    """All that keeps somebody who `may` do certain things from making a move by hand; nothing when they can.

    `is_closed` is the request, `earliest_at` when its contact may be asked again, who may also do without (`unwanted`).
    """
    sends = move is SurveyMove.SEND
    found = {
        SurveyObstacle.FORBIDDEN: not may(Permission.FEEDBACK_MANAGE),
        SurveyObstacle.WRONG_STATE: not SURVEYS.allows(state, move),
        SurveyObstacle.OPEN_AGAIN: sends and not is_closed,
        SurveyObstacle.ASKED_LATELY: sends and earliest_at is not None and earliest_at > now,
        SurveyObstacle.UNWANTED: sends and unwanted,
    }
    return [obstacle for obstacle, stands in found.items() if stands]


def refusal(
    obstacle: SurveyObstacle, move: SurveyMove, state: SurveyState, clause: ClauseReference | None = None
) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case SurveyObstacle.FORBIDDEN:
            return missing_permission(Permission.FEEDBACK_MANAGE)
        case SurveyObstacle.WRONG_STATE:
            return SURVEYS.refusal(state, move)
        case SurveyObstacle.OPEN_AGAIN:
            return Conflict(message("This request is open again, so nobody is asked about it now."), code="OPEN_AGAIN")
        case SurveyObstacle.ASKED_LATELY:
            text = message("This person was asked a short time ago; the handbook wants them left in peace for a while.")
            return Conflict(text, code="ASKED_LATELY", clause=clause)
        case SurveyObstacle.UNWANTED:
            return Conflict(message("This person has said that they do without surveys."), code="UNWANTED")


def rests_until(last_sent_at: datetime | None, rest_days: int) -> datetime | None:
    """From when on a contact may be asked again; None when nothing keeps one from it."""
    return last_sent_at + timedelta(days=rest_days) if last_sent_at is not None and rest_days else None


def next_reminder_at(survey: SatisfactionSurvey, sent_at: datetime, reminders: int) -> datetime | None:
    """When the next reminder is due after so many; None after the last."""
    left = survey.remind_after_days[reminders:]
    return sent_at + timedelta(days=left[0]) if left else None


def expires_at(survey: SatisfactionSurvey, sent_at: datetime) -> datetime:
    """From when on the link works no more."""
    return sent_at + timedelta(days=survey.valid_days)


@dataclass(frozen=True)
class Answer:
    """What somebody has answered: the score, the further answers by code, and what they say besides."""

    score: int
    further: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""


def read_answer(survey: SatisfactionSurvey, given: Mapping[str, str]) -> Answer:
    """The answer inside the fields of a form: `score`, `comment`, and `answer_CODE` for each further question.

    Raises `Invalid` with the field as its path for what is missing or doesn't fit.
    """
    score = _score(survey, given.get("score", ""), "score")
    further = {}
    for question in survey.further_questions:
        name = f"answer_{question.code}"
        text = given.get(name, "").strip()
        if text:
            further[question.code] = _further(survey, question, text, name)
        elif question.required:
            raise Invalid(message("Please answer this question."), path=(name,))
    comment = several_lines(given.get("comment", ""), MAX_TEXT, "comment", may_be_empty=True)
    return Answer(score, further, comment)


def _further(survey: SatisfactionSurvey, question: SurveyQuestion, text: str, name: str) -> Any:
    match question.form:
        case SurveyForm.SCORE:
            return _score(survey, text, name)
        case SurveyForm.YES_NO:
            if text not in ("yes", "no"):
                raise Invalid(message("The answer is yes or no."), path=(name,))
            return text == "yes"
        case SurveyForm.TEXT:
            return several_lines(text, MAX_TEXT, name)


def _score(survey: SatisfactionSurvey, text: str, name: str) -> int:
    known = {str(score): score for score in range(survey.lowest, survey.highest + 1)}
    if text not in known:
        values = {"lowest": survey.lowest, "highest": survey.highest}
        raise Invalid(message("Please choose a score from {lowest} to {highest}."), values, path=(name,))
    return known[text]
