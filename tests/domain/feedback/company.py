"""Companies for the tests of feedback: those of the requests, each with its own way of asking customers."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.consequences import settle
from domain.feedback import commands
from domain.feedback.models import Survey
from domain.feedback.queries import surveys as queries
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import queries as policies
from domain.policies.models import Decision
from domain.policies.rules.kinds import ClauseKind, SatisfactionSurvey
from domain.requests import commands as requests
from domain.requests.events import RequestClosed
from domain.requests.models import ServiceRequest
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tests.domain.requests.company import (
    Company,
    do,
    founded,
    go_to,
    service_clauses,
    software_clauses,
    under_way,
)
from tests.handbooks import publish

__all__ = ["Company", "go_to"]


def asking(**more: Any) -> SatisfactionSurvey:
    """A survey from 1 to 5, satisfied from 4, a link for 14 days; `more` is what the clause says besides."""
    return SatisfactionSurvey.model_validate(
        {"question": {"en": "How did we do?", "zh_Hans": "您满意吗？"}, "satisfied_from": 4, **more}
    )


SOFTWARE = {
    "remind_after_days": [3, 7],
    "contact_rest_days": 30,
    "further_questions": [
        {"code": "speed", "question": {"en": "How fast were we?"}, "form": "score", "required": True},
        {"code": "again", "question": {"en": "Would you ask us again?"}, "form": "yes_no"},
        {"code": "wish", "question": {"en": "What do you wish for?"}, "form": "text"},
    ],
}
SERVICE = {
    "highest": 10,
    "satisfied_from": 8,
    "send_after_working_days": 2,
    "valid_days": 5,
    "contact_rest_days": 0,
    "when_not_satisfied": "request",
}


def _with(clauses: list[tuple[str, ClauseKind]], survey: SatisfactionSurvey) -> list[tuple[str, ClauseKind]]:
    return [(number, survey if isinstance(value, SatisfactionSurvey) else value) for number, value in clauses]


async def software_company(**more: Any) -> Company:
    """Asks at once, reminds twice, leaves people in peace for a month, tells the owner of a bad score."""
    company = await founded()
    await publish(company.admin, *_with(software_clauses(), asking(**{**SOFTWARE, **more})))
    return company


async def service_company(**more: Any) -> Company:
    """Asks after two working days, for five days, as often as it likes, and opens a request for a bad score."""
    company = await founded()
    await publish(company.admin, *_with(service_clauses(), asking(**{**SERVICE, **more})))
    return company


async def resolved(company: Company, **given: Any) -> ServiceRequest:
    """A request of the customer's contact that the agent has resolved."""
    request = await under_way(company, **{"contact_id": company.contact_id, **given})
    return await do(requests.resolve, company.agent, request, resolution="Repaired")


async def closed(company: Company, *, score: int | None = None, **given: Any) -> ServiceRequest:
    """The same, and the clerk has confirmed it."""
    return await confirmed(company, await resolved(company, **given), score=score)


async def confirmed(company: Company, request: ServiceRequest, *, score: int | None = None) -> ServiceRequest:
    """A resolved request that the clerk confirms; what follows has followed."""
    request = await do(requests.confirm, company.clerk, request, score=score)
    system = Actor.system(company.admin.tenant_id)
    async with writing(system, settle=settle) as work:
        event = RequestClosed(request_id=request.id, change_id=request.id)
        await commands.plan_survey(work, event)
    return request


async def surveys(company: Company, request: ServiceRequest | None = None) -> list[Survey]:
    """What was asked, of a request or of all, oldest first."""
    async with reading(company.admin) as work:
        asked = select(Survey).order_by(Survey.id)
        return await work.all(asked if request is None else asked.where(Survey.request_id == request.id))


async def survey_of(company: Company, request: ServiceRequest) -> Survey:
    """The only survey about a request."""
    [found] = await surveys(company, request)
    return found


async def answer(company: Company, survey: Survey, **given: str) -> Survey:
    """What the contact writes on the page."""
    system = Actor.system(company.admin.tenant_id)
    async with writing(system, settle=settle) as work:
        return await commands.answer_survey(work, survey_id=survey.id, given=given)


async def follow(company: Company, survey: Survey) -> UUID | None:
    """What follows a bad score; the request that was opened."""
    system = Actor.system(company.admin.tenant_id)
    async with writing(system, settle=settle) as work:
        await commands.open_follow_up(work, survey.id)
        return (await queries.get(work, survey.id)).follow_up_request_id


async def cited(company: Company, kind: SubjectKind, id: UUID, word: str) -> list[Decision]:
    """What was decided about a record, of one kind."""
    async with reading(company.admin) as work:
        found = await policies.decisions_about(work, Subject(kind, id))
        return [decision for decision in found if decision.decision == word]


def limited(actor: Actor, *permissions: Permission) -> Actor:
    """The same person with these permissions alone."""
    return replace(actor, permissions=frozenset(str(each) for each in permissions))
