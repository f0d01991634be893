"""What follows the facts of the module feedback: letters with a link, and news of who was not satisfied."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from domain.customers import queries as customers
from domain.customers.rules import ContactLetters
from domain.feedback import commands
from domain.feedback.events import SurveyAnswered, SurveyReminded, SurveySent
from domain.feedback.queries import complaints
from domain.feedback.queries import surveys as queries
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.notifications.queries import members_who_may
from domain.organisation import queries as organisation
from domain.policies.rules.kinds import FollowUp
from domain.requests import queries as requests
from domain.requests.events import RequestClosed
from tenancy.links import Leave, Link, Purpose
from tenancy.refusals import Refusal, message
from tenancy.work import Work

log = structlog.get_logger(__name__)

ASKED = message(
    "Dear {contact},\n\nyour request {number} is closed: {title}\n\nHow did we do? Please tell us at\n{link}\n\nThe"
    " link works once, and until {expires_at}.\n\nKind regards,\n{company}"
)
REMINDED = message(
    "Dear {contact},\n\nwe would still like to know how we did with your request {number}: {title}\n\nPlease tell us at"
    "\n{link}\n\nThe link works once, and until {expires_at}.\n\nKind regards,\n{company}"
)


async def plan_the_survey(work: Work, event: RequestClosed) -> None:
    """The customer's contact is going to be asked, if the handbook says so and nobody has given a score."""
    await commands.plan_survey(work, event)


async def ask_by_mail(work: Work, event: SurveySent) -> None:
    """The contact gets a link to the survey, in their language."""
    await _write(work, event.survey_id, ASKED, key=f"survey/{event.survey_id}")


async def remind_by_mail(work: Work, event: SurveyReminded) -> None:
    """The contact is reminded, if they have not answered meanwhile."""
    await _write(work, event.survey_id, REMINDED, key=f"survey/{event.survey_id}/{event.reminder}")


async def _write(work: Work, survey_id: UUID, text: str, *, key: str) -> None:
    asked = await queries.open_question(work, survey_id)
    if asked is None:
        return
    contact = await customers.contact(work, asked.survey.contact_id)
    if ContactLetters.SURVEYS in contact.unwanted_letters:
        return
    await notifications.notify_contact(
        work,
        email=f"{contact.name} <{contact.email}>",
        language=contact.language,
        subject=message("How did we do? Your request {number}"),
        text=text,
        values={
            "contact": contact.name,
            "company": asked.company,
            "number": asked.request_number,
            "title": asked.request_title,
            "expires_at": asked.survey.expires_at,
        },
        about=Subject(SubjectKind.SURVEY, survey_id),
        key=key,
        link=Link(Purpose.SURVEY, survey_id),
        leave=Leave(contact.id, ContactLetters.SURVEYS.value),
        customer_id=asked.survey.customer_id,
    )


async def follow_up(work: Work, event: SurveyAnswered) -> None:
    """Of a score that is not satisfied its clause says what follows: a new request, or news for the account owner, who
    is also told where the request cannot be opened."""
    survey = await queries.get(work, event.survey_id)
    clause = await queries.clause_of(work, survey)
    if survey.satisfied is not False or clause.value.when_not_satisfied is FollowUp.NOTHING:
        return
    try:
        # What is refused half-way leaves nothing behind: the news goes out by the same work.
        async with work.attempting():
            await commands.open_follow_up(work, survey.id)
    except Refusal as refusal:
        log.warning("feedback.no_follow_up", survey=str(survey.id), because=str(refusal))
    request = await requests.get(work, survey.request_id)
    customer = await customers.get(work, survey.customer_id)
    values: dict[str, object] = {
        "customer": customer.name,
        "number": request.number,
        "score": survey.score,
        "comment": survey.comment,
    }
    text = message("{customer} was not satisfied with request {number} (score {score}): {comment}")
    if not survey.comment:
        text = message("{customer} was not satisfied with request {number} (score {score}).")
    if survey.follow_up_complaint_id is not None:
        values["opened"] = (await complaints.get(work, survey.follow_up_complaint_id)).number
    elif survey.follow_up_request_id is not None:
        values["opened"] = (await requests.get(work, survey.follow_up_request_id)).number
    if "opened" in values:
        text = message(
            "{customer} was not satisfied with request {number} (score {score}), so {opened} was opened: {comment}"
        )
        if not survey.comment:
            text = message(
                "{customer} was not satisfied with request {number} (score {score}), so {opened} was opened."
            )
    await notifications.notify(
        work,
        member_ids=await _who_looks_after(work, customer.id, request.department_id),
        text=text,
        values=values,
        about=Subject(SubjectKind.SURVEY, survey.id),
        mail=True,
        key=f"survey-low:{survey.id}",
    )


async def _who_looks_after(work: Work, customer_id: UUID, department_id: UUID | None) -> Sequence[UUID]:
    """The account owner, or else the head of the department, or else whoever manages feedback."""
    owner = await customers.owner_of(work, customer_id)
    if owner is None and department_id is not None:
        owner = await organisation.head_of(work, department_id)
    return [owner] if owner is not None else await members_who_may(work, Permission.FEEDBACK_MANAGE)
