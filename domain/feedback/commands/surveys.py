"""A survey from its planning to its end: when it is sent, whom it leaves in peace, when its link works no more.

Locks are taken in one order: the request where it is changed, the survey's timers, the survey, the contact. A worker
that fires a survey's timer holds that first, and leaves the request alone.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from domain.customers import queries as customers
from domain.customers.models import Contact
from domain.customers.rules import ContactLetters
from domain.feedback.events import (
    SurveyExpired,
    SurveyPlanned,
    SurveyReminded,
    SurveySent,
    SurveySkipped,
    SurveyStepDue,
    SurveyWithdrawn,
)
from domain.feedback.models import Survey
from domain.feedback.queries import surveys as queries
from domain.feedback.rules import surveys as rules
from domain.feedback.rules.surveys import SURVEYS, SurveyMove, SurveyState
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import commands as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import BusinessCalendarClause, SatisfactionSurvey
from domain.policies.rules.values import Target
from domain.requests import queries as requests
from domain.requests.events import RequestClosed, RequestReopened
from domain.requests.rules import State as RequestState
from tenancy.outbox import lock_timers, withdraw_effects
from tenancy.work import Work


async def plan_survey(work: Work, event: RequestClosed) -> Survey | None:
    """Plan to ask the contact of a request that was closed without a score; None where nobody is asked.

    Each closing is asked about once, however often this is repeated.
    """
    request = await requests.get(work, event.request_id, lock=True)
    if request.state is not RequestState.CLOSED or request.scored_at is not None or request.contact_id is None:
        return None
    clause = await requests.ruled(work, SatisfactionSurvey, request)
    if clause is None or not clause.value.by_mail:
        return None
    if any(survey.round == request.reopened_times for survey in await queries.of_request(work, request.id)):
        return None
    send_at = work.now
    calendar = await requests.ruled(work, BusinessCalendarClause, request)
    if clause.value.send_after_working_days and calendar is not None:
        send_at = Target(working_days=clause.value.send_after_working_days).ends_at(work.now, calendar.value)
    survey = work.add(
        Survey(
            request_id=request.id,
            round=request.reopened_times,
            customer_id=request.customer_id,
            contact_id=request.contact_id,
            clause_id=clause.clause.clause_id,
            version_id=clause.clause.version_id,
            rest_days=clause.value.contact_rest_days,
            planned_at=work.now,
            send_at=send_at,
        )
    )
    inputs = {"closed_at": request.closed_at, "send_after_working_days": clause.value.send_after_working_days}
    _cite(work, clause, survey, "feedback.survey_planned", inputs, {"send_at": send_at})
    work.record(SurveyPlanned(survey_id=survey.id, request_id=request.id), about=survey)
    if send_at <= work.now:
        await _send_or_skip(work, survey, clause)
    else:
        _wait(work, survey, clause.value)
    return survey


async def take_survey_step(work: Work, event: SurveyStepDue) -> None:
    """A survey's timer has fired: do what is due by now. A timer that is late, early or outdated does no harm."""
    await lock_timers(work, event.survey_id)
    survey = await queries.get(work, event.survey_id, lock=True)
    clause = await queries.clause_of(work, survey)
    if survey.state is SurveyState.PLANNED and survey.send_at <= work.now:
        await _send_or_skip(work, survey, clause)
    elif survey.state is SurveyState.SENT:
        _go_on(work, survey, clause)
    elif survey.state is SurveyState.PLANNED:
        _wait(work, survey, clause.value)


async def _send_or_skip(work: Work, survey: Survey, clause: Ruling[SatisfactionSurvey]) -> None:
    """Send it, unless its contact was asked a short time before, or does without surveys."""
    request = await requests.get(work, survey.request_id)
    if request.state is not RequestState.CLOSED or request.scored_at is not None:
        _withdraw(work, survey, by_itself=True)
        return
    # Whoever sends to a contact locks it, so that two surveys are not sent at once.
    unwanted = _does_without(await customers.contact(work, survey.contact_id, lock=True))
    earliest_at = await queries.earliest_at(work, survey)
    inputs = {"contact_rest_days": survey.rest_days, "earliest_at": earliest_at, "unwanted": unwanted}
    if unwanted or (earliest_at is not None and earliest_at > work.now):
        survey.state = SURVEYS.next(survey.state, SurveyMove.SKIP)
        _cite(work, clause, survey, "feedback.survey_skipped", inputs, {"sent": False})
        work.record(SurveySkipped(survey_id=survey.id, request_id=survey.request_id), about=survey)
        return
    _send(work, survey, clause)


def _send(work: Work, survey: Survey, clause: Ruling[SatisfactionSurvey]) -> None:
    survey.state = SURVEYS.next(survey.state, SurveyMove.SEND)
    survey.sent_at, survey.expires_at = work.now, rules.expires_at(clause.value, work.now)
    inputs = {"valid_days": clause.value.valid_days, "contact_rest_days": survey.rest_days}
    _cite(work, clause, survey, "feedback.survey_sent", inputs, {"expires_at": survey.expires_at})
    work.record(SurveySent(survey_id=survey.id, request_id=survey.request_id), about=survey)
    _wait(work, survey, clause.value)


def _go_on(work: Work, survey: Survey, clause: Ruling[SatisfactionSurvey]) -> None:
    """What is due of a sent survey: its end, or a reminder."""
    assert survey.sent_at is not None
    assert survey.expires_at is not None
    if survey.expires_at <= work.now:
        survey.state = SURVEYS.next(survey.state, SurveyMove.EXPIRE)
        work.record(SurveyExpired(survey_id=survey.id, request_id=survey.request_id), about=survey)
        return
    remind_at = rules.next_reminder_at(clause.value, survey.sent_at, survey.reminders)
    if remind_at is not None and remind_at <= work.now:
        survey.reminders += 1
        inputs = {"remind_after_days": clause.value.remind_after_days, "sent_at": survey.sent_at}
        _cite(work, clause, survey, "feedback.survey_reminded", inputs, {"reminder": survey.reminders})
        work.record(SurveyReminded(survey_id=survey.id, reminder=survey.reminders), about=survey)
    _wait(work, survey, clause.value)


def _wait(work: Work, survey: Survey, clause: SatisfactionSurvey) -> None:
    """Set the timer for what comes next: the sending, a reminder, the end of the link."""
    due_at = survey.send_at
    if survey.sent_at is not None and survey.expires_at is not None:
        due_at = rules.next_reminder_at(clause, survey.sent_at, survey.reminders) or survey.expires_at
    work.schedule(due_at, SurveyStepDue(survey_id=survey.id), about=survey.id, key=f"survey:{survey.id}")


@command(needs=Permission.FEEDBACK_MANAGE)
async def send_survey(work: Work, *, survey_id: UUID) -> Survey:
    """Send a survey now that is planned for later or was skipped, once its contact may be asked again (CP-3)."""
    await lock_timers(work, survey_id)
    survey = await queries.get(work, survey_id, "surveyId", lock=True)
    unwanted = _does_without(await customers.contact(work, survey.contact_id, lock=True))
    clause = await queries.clause_of(work, survey)
    is_closed = await queries.is_closed(work, survey)
    earliest_at = await queries.earliest_at(work, survey)
    _refuse(work, survey, SurveyMove.SEND, clause, is_closed=is_closed, earliest_at=earliest_at, unwanted=unwanted)
    _send(work, survey, clause)
    return survey


@command(needs=Permission.FEEDBACK_MANAGE)
async def withdraw_survey(work: Work, *, survey_id: UUID) -> Survey:
    """Take a survey back that is not answered: its link works no more, and nothing more is sent."""
    timers = await lock_timers(work, survey_id)
    survey = await queries.get(work, survey_id, "surveyId", lock=True)
    clause = await queries.clause_of(work, survey)
    _refuse(work, survey, SurveyMove.WITHDRAW, clause, is_closed=True, earliest_at=None)
    for timer in timers:
        work.delete(timer)
    await withdraw_effects(work, survey.id)
    _withdraw(work, survey, by_itself=False)
    return survey


async def withdraw_surveys_of_reopened(work: Work, event: RequestReopened) -> None:
    """Nobody is asked about a request that is open again; when it closes, they are asked anew."""
    for found in await queries.of_request(work, event.request_id):
        timers = await lock_timers(work, found.id)
        survey = await queries.get(work, found.id, lock=True)
        if SURVEYS.allows(survey.state, SurveyMove.WITHDRAW):
            for timer in timers:
                work.delete(timer)
            await withdraw_effects(work, survey.id)
            _withdraw(work, survey, by_itself=True)


def _does_without(contact: Contact) -> bool:
    return ContactLetters.SURVEYS in contact.unwanted_letters


def _withdraw(work: Work, survey: Survey, *, by_itself: bool) -> None:
    survey.state = SURVEYS.next(survey.state, SurveyMove.WITHDRAW)
    withdrawn = SurveyWithdrawn(survey_id=survey.id, request_id=survey.request_id, by_itself=by_itself)
    work.record(withdrawn, about=survey)


def _refuse(
    work: Work,
    survey: Survey,
    move: SurveyMove,
    clause: Ruling[SatisfactionSurvey],
    *,
    is_closed: bool,
    earliest_at: datetime | None,
    unwanted: bool = False,
) -> None:
    found = rules.obstacles(
        move,
        survey.state,
        work.actor.may,
        is_closed=is_closed,
        earliest_at=earliest_at,
        unwanted=unwanted,
        now=work.now,
    )
    if found:
        refusal = rules.refusal(found[0], move, survey.state, clause.clause)
        refusal.earliest_at = earliest_at if found == [rules.SurveyObstacle.ASKED_LATELY] else None
        raise refusal


def _cite(
    work: Work,
    clause: Ruling[SatisfactionSurvey],
    survey: Survey,
    decision: str,
    inputs: Mapping[str, object],
    result: Mapping[str, object],
) -> None:
    about = Subject(SubjectKind.SURVEY, survey.id)
    policies.cite(work, clause, about=about, decision=decision, inputs=inputs, result=result)
