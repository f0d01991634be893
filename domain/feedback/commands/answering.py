"""What somebody answers by a survey's link, and the request that is opened when they are not satisfied."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.feedback.commands.complaints import submit_complaint
from domain.feedback.events import SurveyAnswered, SurveyFollowedUp
from domain.feedback.models import Survey
from domain.feedback.queries import surveys as queries
from domain.feedback.rules import surveys as rules
from domain.feedback.rules.surveys import SURVEYS, SurveyMove, SurveyState
from domain.kernel.subjects import Subject, SubjectKind
from domain.organisation import queries as organisation
from domain.policies import commands as policies
from domain.policies.rules.kinds import FollowUp
from domain.requests import commands as requests
from domain.requests import queries as requests_queries
from domain.requests.rules import Channel
from tenancy.language import translate
from tenancy.outbox import lock_timers, withdraw_effects
from tenancy.refusals import Invalid, WrongState, message
from tenancy.work import Work

# The field that says that somebody who was not satisfied has been asked why already.
ASKED_WHY = "asked_why"


async def answer_survey(work: Work, *, survey_id: UUID, given: Mapping[str, str]) -> Survey:
    """Keep what somebody has answered by the link, once; `given` are the fields of the page's form (CP-3).

    Refuses with `WrongState` what was answered before, has expired or was taken back, with `Invalid` what doesn't fit,
    and with the code SAY_WHY a bad score without a word, unless the form says that they were asked for one.
    """
    found = await queries.get(work, survey_id)
    await requests_queries.get(work, found.request_id, lock=True)
    timers = await lock_timers(work, survey_id)
    survey = await queries.get(work, survey_id, lock=True)
    if survey.state is not SurveyState.SENT or survey.expires_at is None or survey.expires_at <= work.now:
        raise WrongState(message("This survey is not open any more."))
    clause = await queries.clause_of(work, survey)
    answer = rules.read_answer(clause.value, given)
    satisfied = clause.value.satisfied(answer.score)
    if not satisfied and not answer.comment and not given.get(ASKED_WHY):
        raise Invalid(message("Please tell us in a few words what went wrong."), path=("comment",), code="SAY_WHY")
    await requests.keep_survey_score(work, request_id=survey.request_id, score=answer.score, survey=clause)
    survey.state = SURVEYS.next(survey.state, SurveyMove.ANSWER)
    survey.answered_at, survey.score, survey.satisfied = work.now, answer.score, satisfied
    survey.answers, survey.comment = dict(answer.further), answer.comment
    for timer in timers:
        work.delete(timer)
    await withdraw_effects(work, survey.id)
    answered = SurveyAnswered(
        survey_id=survey.id, request_id=survey.request_id, score=answer.score, satisfied=satisfied
    )
    work.record(answered, about=survey)
    return survey


async def open_follow_up(work: Work, survey_id: UUID) -> bool:
    """Open a new request, or record a complaint, if the clause wants one of somebody who was not satisfied; whether it
    does.

    Refuses as a request does that cannot be submitted: without a matrix, or for a customer who is inactive.
    """
    survey = await queries.get(work, survey_id, lock=True)
    clause = await queries.clause_of(work, survey)
    wanted = clause.value.when_not_satisfied
    if survey.satisfied is not False or wanted not in (FollowUp.REQUEST, FollowUp.COMPLAINT):
        return False
    if survey.follow_up_request_id is not None or survey.follow_up_complaint_id is not None:
        return True
    asked = await requests_queries.get(work, survey.request_id)
    language = (await organisation.company(work)).language
    title = translate(message("Not satisfied with {number}: score {score}"), language, _values(survey, asked.number))
    given: dict[str, Any] = {
        "customer_id": survey.customer_id,
        "contact_id": survey.contact_id,
        "department_id": asked.department_id,
        "title": title,
        "description": f"{asked.title}\n\n{survey.comment}".strip(),
        "channel": Channel.EMAIL,
    }
    if wanted is FollowUp.COMPLAINT:
        complaint = await submit_complaint(work, request_id=asked.id, **given)
        survey.follow_up_complaint_id, number = complaint.id, complaint.number
    else:
        opened = await requests.submit(work, impact=asked.impact, urgency=asked.urgency, own_work=True, **given)
        survey.follow_up_request_id, number = opened.id, opened.number
    policies.cite(
        work,
        clause,
        about=Subject(SubjectKind.SURVEY, survey.id),
        decision="feedback.survey_follow_up",
        inputs={"score": survey.score, "satisfied_from": clause.value.satisfied_from},
        result={"follow_up": clause.value.when_not_satisfied, "number": number},
    )
    followed = SurveyFollowedUp(survey_id=survey.id, request_id=survey.request_id, number=number)
    work.record(followed, about=survey)
    return True


def _values(survey: Survey, number: str) -> Mapping[str, object]:
    return {"number": number, "score": survey.score}
