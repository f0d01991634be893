"""Keeping canned answers: made, changed and taken out of use; the journal has every wording (RQ-10)."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select

from domain.catalogue import rules as catalogue
from domain.catalogue.models import ServiceOffering
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from domain.requests import queries
from domain.requests.events.canned import CannedAnswerChanged, CannedAnswerMade
from domain.requests.models import CannedAnswer
from domain.requests.rules import canned as rules
from tenancy.refusals import Conflict, message
from tenancy.work import Work

Texts = Mapping[str, str]


@command(needs=Permission.CATALOGUE_MANAGE)
async def make_answer(
    work: Work,
    *,
    code: str,
    title: Texts,
    text: Texts,
    department_id: UUID | None = None,
    offering_id: UUID | None = None,
) -> CannedAnswer:
    """Keep an answer for all requests, or those of a department or for an offering. Its code never changes."""
    await _check_place(work, department_id, offering_id)
    code = catalogue.clean_code(code, "code")
    title, text = rules.clean_title(title), rules.clean_text(text)
    await work.sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"canned:{work.actor.tenant_id}")
    if await work.first(select(CannedAnswer).where(CannedAnswer.code == code)) is not None:
        raise Conflict(message("There is an answer “{code}” already."), {"code": code}, path=("code",))
    if await work.value(select(func.count()).select_from(CannedAnswer)) >= rules.MOST_ANSWERS:
        raise Conflict(message("A company keeps at most {most} answers."), {"most": rules.MOST_ANSWERS})
    made = work.add(
        CannedAnswer(code=code, title=title, text=text, department_id=department_id, offering_id=offering_id)
    )
    work.record(CannedAnswerMade(answer_id=made.id), about=made)
    return made


@command(needs=Permission.CATALOGUE_MANAGE)
async def change_answer(
    work: Work,
    *,
    answer_id: UUID,
    title: Texts,
    text: Texts,
    department_id: UUID | None,
    offering_id: UUID | None,
    active: bool = True,
) -> CannedAnswer:
    """Let an answer say something else, be for other requests, or be in use no more."""
    title, text = rules.clean_title(title), rules.clean_text(text)
    found = await queries.answer(work, answer_id, "answerId", lock=True)
    await _check_place(work, department_id, offering_id)
    found.title, found.text, found.active = title, text, active
    found.department_id, found.offering_id = department_id, offering_id
    work.record(CannedAnswerChanged(answer_id=found.id), about=found)
    return found


async def _check_place(work: Work, department_id: UUID | None, offering_id: UUID | None) -> None:
    if department_id is not None:
        await organisation.department(work, department_id, "departmentId")
    if offering_id is not None:
        await work.get(ServiceOffering, offering_id, "offeringId")
