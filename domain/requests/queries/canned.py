"""Canned answers: who uses them, for which requests they are, and what they say to a requester (RQ-10)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, false, or_, true

from domain.customers import queries as customers
from domain.kernel.permissions import WORKS_ON_REQUESTS, Permission
from domain.organisation import queries as organisation
from domain.requests.models import CannedAnswer, ServiceRequest
from domain.requests.queries.loading import get
from domain.requests.rules import LIFECYCLE, canned
from domain.requests.rules.canned import Blank
from tenancy.actor import Actor
from tenancy.language import in_language, language_of, translate
from tenancy.refusals import Refusal, message
from tenancy.work import Work


def visible_answers(actor: Actor, _: Any = None) -> ColumnElement[bool]:
    """Canned answers are seen by those who work on requests, and by whoever keeps the catalogue."""
    able = (*WORKS_ON_REQUESTS, Permission.CATALOGUE_MANAGE)
    return true() if not actor.is_client and any(actor.may(each) for each in able) else false()


def fits(requests: Any, answers: Any) -> ColumnElement[bool]:
    """Whether an answer is in use and for a request: of its department, and its offering, where it names one."""
    return and_(
        answers.active,
        or_(answers.department_id.is_(None), answers.department_id == requests.department_id),
        or_(answers.offering_id.is_(None), answers.offering_id == requests.offering_id),
    )


async def answer(work: Work, id: UUID, *path: str, lock: bool = False) -> CannedAnswer:
    """One canned answer that the actor may see; refuses with `NotFound`."""
    return await work.seen(CannedAnswer, id, visible_answers(work.actor), *path, lock=lock)


@dataclass(frozen=True)
class Written:
    """A canned answer as it would be said about a request."""

    text: str
    # That of whom it is said to, as a tag.
    language: str
    # The blanks that nothing is known for.
    open_blanks: tuple[Blank, ...]


async def written(work: Work, *, answer_id: UUID, request_id: UUID) -> Written:
    """What a canned answer says to the requester of a request that one sees, in their language. Nothing is said by it.
    Refuses with DOES_NOT_FIT what is not in use, or is for others."""
    found = await answer(work, answer_id, "answerId")
    request = await get(work, request_id, "requestId")
    elsewhere = found.department_id not in (None, request.department_id)
    if elsewhere or found.offering_id not in (None, request.offering_id) or not found.active:
        text = message("This answer is for other requests, or is not in use any more.")
        raise Refusal(text, code="DOES_NOT_FIT", path=("answerId",))
    language = language_of(await _language(work, request)) or language_of("en")
    assert language is not None
    values = await _values(work, request, language)
    said = in_language(found.text, language)
    return Written(
        text=canned.write(said, values, language, ZoneInfo(work.opening.zone)),
        language=language.tag,
        open_blanks=tuple(blank for blank in canned.blanks_of(said) if not values[blank]),
    )


async def _language(work: Work, request: ServiceRequest) -> str:
    """In which language whoever asked is written to: the customer's person, the member, or else the customer."""
    if request.contact_id is not None:
        return (await customers.contact(work, request.contact_id)).language
    if request.requester_id is not None:
        return (await organisation.member(work, request.requester_id)).language
    return (await customers.get(work, request.customer_id)).language


async def _values(work: Work, request: ServiceRequest, language: str) -> dict[Blank, Any]:
    async def name_of(member_id: UUID | None) -> str | None:
        return (await organisation.member(work, member_id)).name if member_id is not None else None

    asker = await name_of(request.requester_id)
    if request.contact_id is not None:
        asker = (await customers.contact(work, request.contact_id)).name
    department = None
    if request.department_id is not None:
        department = (await organisation.department(work, request.department_id)).name
    return {
        Blank.REQUEST_NUMBER: request.number,
        Blank.REQUEST_TITLE: request.title,
        Blank.REQUEST_STATE: translate(LIFECYCLE.state_labels[request.state], language),
        Blank.SUBMITTED_AT: request.submitted_at,
        Blank.DUE_AT: request.due_at,
        Blank.RESOLUTION: request.resolution,
        Blank.CONTACT_NAME: asker,
        Blank.CUSTOMER_NAME: (await customers.get(work, request.customer_id)).name,
        Blank.ASSIGNEE_NAME: await name_of(request.assignee_id),
        Blank.DEPARTMENT_NAME: department,
        Blank.COMPANY_NAME: (await organisation.company(work)).name,
        Blank.OWN_NAME: await name_of(work.actor.id if work.actor.is_member else None),
    }
