"""Feedback: asking customers, and what follows what they say."""

from domain.feedback.commands.answering import ASKED_WHY, answer_survey, open_follow_up
from domain.feedback.commands.surveys import (
    plan_survey,
    send_survey,
    take_survey_step,
    withdraw_survey,
    withdraw_surveys_of_reopened,
)

__all__ = [
    "ASKED_WHY",
    "answer_survey",
    "open_follow_up",
    "plan_survey",
    "send_survey",
    "take_survey_step",
    "withdraw_survey",
    "withdraw_surveys_of_reopened",
]
