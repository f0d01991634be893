"""Feedback: asking customers, dealing with their complaints, visiting them again, and what follows what they say."""

from domain.feedback.commands.answering import ASKED_WHY, answer_survey, open_follow_up
from domain.feedback.commands.complaint_time import keep_complaint_time, review_complaints, review_next_complaints
from domain.feedback.commands.complaints import (
    acknowledge_complaint,
    agree_to_remedy,
    analyse_complaint,
    assign_complaint,
    carry_out_remedy,
    decline_remedy,
    escalate_complaint,
    investigate_complaint,
    propose_remedy,
    settle_complaint,
    submit_complaint,
    withdraw_complaint,
)
from domain.feedback.commands.leaving import hand_on_of_leaver
from domain.feedback.commands.surveys import (
    plan_survey,
    send_survey,
    take_survey_step,
    withdraw_survey,
    withdraw_surveys_of_reopened,
)
from domain.feedback.commands.visits import (
    assign_visit,
    cancel_visit,
    cancel_visits_of_reopened,
    plan_visits_after_complaint,
    plan_visits_after_request,
    postpone_visit,
    remind_of_visit,
    report_visit,
)

__all__ = [
    "ASKED_WHY",
    "acknowledge_complaint",
    "agree_to_remedy",
    "analyse_complaint",
    "answer_survey",
    "assign_complaint",
    "assign_visit",
    "cancel_visit",
    "cancel_visits_of_reopened",
    "carry_out_remedy",
    "decline_remedy",
    "escalate_complaint",
    "hand_on_of_leaver",
    "investigate_complaint",
    "keep_complaint_time",
    "open_follow_up",
    "plan_survey",
    "plan_visits_after_complaint",
    "plan_visits_after_request",
    "postpone_visit",
    "propose_remedy",
    "remind_of_visit",
    "report_visit",
    "review_complaints",
    "review_next_complaints",
    "send_survey",
    "settle_complaint",
    "submit_complaint",
    "take_survey_step",
    "withdraw_complaint",
    "withdraw_survey",
    "withdraw_surveys_of_reopened",
]
