"""Who sees which survey, by which clause it asks, and when its contact may be asked again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true

from domain.customers import queries as customers
from domain.feedback.models import Survey
from domain.feedback.rules.surveys import SurveyState, rests_until
from domain.kernel.permissions import Permission, PortalGrant
from domain.kernel.terms import Language
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import SatisfactionSurvey
from domain.requests import queries as requests
from tenancy.actor import Actor
from tenancy.models import current_contact, one_of
from tenancy.rows import another
from tenancy.work import Work


def visible(actor: Actor, surveys: Any) -> ColumnElement[bool]:
    """Surveys are seen by whoever may read all feedback; with `feedback.read`, by the customer's account owner and by
    whoever sees the request. `surveys` is `Survey` or an alias of it."""
    if actor.may(Permission.FEEDBACK_READ_ALL):
        return true()
    if not actor.may(Permission.FEEDBACK_READ):
        return false()
    return or_(customers.looked_after_by_me(surveys.customer_id), requests.visible_parts(actor, surveys))


def open_to_me(actor: Actor, surveys: Any) -> ColumnElement[bool]:
    """The surveys that the acting person of a customer was sent. `surveys` is `Survey` or an alias of it."""
    if not (actor.is_contact and actor.may(PortalGrant.SURVEYS)):
        return false()
    sent = one_of(surveys.state, (SurveyState.SENT, SurveyState.ANSWERED, SurveyState.EXPIRED))
    return and_(surveys.contact_id == current_contact(), sent)


def expired(surveys: Any, now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether a survey's link works no more, whether its timer has said so yet or not."""
    over: ColumnElement[bool] = and_(surveys.state == SurveyState.SENT, surveys.expires_at <= now)
    return or_(surveys.state == SurveyState.EXPIRED, over)


def last_asked_at(surveys: Any) -> Select[Any]:
    """When the contact of a survey was last asked by another one, inside a statement."""
    others = another(Survey)
    asked = and_(others.contact_id == surveys.contact_id, others.id != surveys.id)
    return select(func.max(others.sent_at)).where(asked)


async def get(work: Work, id: UUID, *path: str, lock: bool = False) -> Survey:
    """One survey; refuses with `NotFound`."""
    return await work.get(Survey, id, *path, lock=lock)


async def of_request(work: Work, request_id: UUID) -> list[Survey]:
    """What was asked about a request, the last first."""
    asked = select(Survey).where(Survey.request_id == request_id)
    return await work.all(asked.order_by(Survey.round.desc()))


async def clause_of(work: Work, survey: Survey) -> Ruling[SatisfactionSurvey]:
    """The clause by which a survey asks, from its planning to its end."""
    return await policies.rule_by_clause(
        work, SatisfactionSurvey, clause_id=survey.clause_id, version_id=survey.version_id
    )


async def is_closed(work: Work, survey: Survey) -> bool:
    """Whether the request of a survey is closed, whether the actor may see it or not."""
    found = await work.value(select(requests.is_closed(Survey.request_id)).where(Survey.id == survey.id))
    return bool(found)


async def earliest_at(work: Work, survey: Survey) -> datetime | None:
    """From when on its contact may be asked again. Whoever sends has locked the contact, so no two are sent at once."""
    others = and_(Survey.contact_id == survey.contact_id, Survey.id != survey.id)
    return rests_until(await work.value(select(func.max(Survey.sent_at)).where(others)), survey.rest_days)


@dataclass(frozen=True)
class Question:
    """What a page asks: by which clause, of whom, about what."""

    survey: Survey
    clause: SatisfactionSurvey
    company: str
    language: Language
    request_number: str
    request_title: str


async def open_question(work: Work, survey_id: UUID) -> Question | None:
    """What a link asks; None when it was answered, has expired or was taken back, or there is nothing (any more)."""
    survey = await work.find(Survey, survey_id)
    if survey is None or survey.state is not SurveyState.SENT:
        return None
    if survey.expires_at is None or survey.expires_at <= work.now:
        return None
    request = await requests.get(work, survey.request_id)
    contact = await customers.contact(work, survey.contact_id)
    return Question(
        survey=survey,
        clause=(await clause_of(work, survey)).value,
        company=(await organisation.company(work)).name,
        language=contact.language,
        request_number=request.number,
        request_title=request.title,
    )
