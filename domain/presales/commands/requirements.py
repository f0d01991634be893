"""Finding out what a customer needs, and the document that says it, confirmed by the customer (PS-1).

Locks are taken in one order: the inquiry, then the version.
"""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.texts import one_line, several_lines
from domain.presales.commands.solutions import recipient
from domain.presales.events import (
    NeedRecorded,
    RequirementsChanged,
    RequirementsConfirmed,
    RequirementsDrafted,
    RequirementsObjected,
    RequirementsSent,
    RequirementsSuperseded,
)
from domain.presales.models import Inquiry, InquiryNeed, RequirementsDocument
from domain.presales.queries import inquiries as queries
from domain.presales.rules import requirements as rules
from domain.presales.rules.inquiries import INQUIRIES, InquiryMove
from domain.presales.rules.requirements import (
    REQUIREMENTS,
    NeedMethod,
    RequirementsMove,
    RequirementsObstacle,
    RequirementsState,
)
from tenancy.refusals import Conflict, Invalid, message
from tenancy.work import Work


@command(needs=Permission.PRESALES_QUOTE)
async def record_need(
    work: Work, *, inquiry_id: UUID, method: NeedMethod, held_on: date, participants: str, findings: str
) -> InquiryNeed:
    """Write down what an interview, a questionnaire or a demonstration has shown, for an inquiry that was contacted."""
    inquiry = await queries.get(work, inquiry_id, "inquiryId", lock=True)
    inquiry.state = INQUIRIES.next(inquiry.state, InquiryMove.RECORD_NEED)
    if held_on > _today(work):
        raise Invalid(message("This has not happened yet."), path=("heldOn",))
    if len(await queries.needs_of(work, inquiry.id)) >= rules.MOST_NEEDS:
        text = message("An inquiry has at most {most} records of needs.")
        raise Invalid(text, {"most": rules.MOST_NEEDS}, ("inquiryId",))
    need = work.add(
        InquiryNeed(
            inquiry_id=inquiry.id,
            method=method,
            held_on=held_on,
            participants=one_line(participants, rules.MAX_TITLE, "participants", may_be_empty=True),
            findings=several_lines(findings, rules.MAX_TEXT, "findings"),
            recorded_at=work.now,
            recorded_by_id=work.actor.id if work.actor.is_member else None,
        )
    )
    work.record(NeedRecorded(inquiry_id=inquiry.id, need_id=need.id), about=need)
    return need


@command(needs=Permission.PRESALES_QUOTE)
async def draft_requirements(work: Work, *, inquiry_id: UUID, title: str, content: str) -> RequirementsDocument:
    """Write the first version of what a customer needs; later ones come of a revision."""
    inquiry = await queries.get(work, inquiry_id, "inquiryId", lock=True)
    inquiry.state = INQUIRIES.next(inquiry.state, InquiryMove.WRITE_REQUIREMENTS)
    if await queries.live_requirements(work, inquiry.id) is not None:
        text = message("There are requirements for this inquiry: make a new version of them.")
        raise Conflict(text, path=("inquiryId",))
    document = _add(work, inquiry.id, 1, title, content)
    work.record(RequirementsDrafted(inquiry_id=inquiry.id, requirements_id=document.id), about=document)
    return document


@command(needs=Permission.PRESALES_QUOTE)
async def change_requirements(work: Work, *, requirements_id: UUID, title: str, content: str) -> RequirementsDocument:
    """Write a draft anew."""
    document = await _moved(work, requirements_id, RequirementsMove.CHANGE)
    document.title = one_line(title, rules.MAX_TITLE, "title")
    document.content = several_lines(content, rules.MAX_TEXT, "content")
    work.record(RequirementsChanged(inquiry_id=document.inquiry_id, requirements_id=document.id), about=document)
    return document


@command(needs=Permission.PRESALES_QUOTE)
async def confirm_requirements(
    work: Work, *, requirements_id: UUID, confirmed_by: str, confirmed_on: date, comment: str
) -> RequirementsDocument:
    """Record that the customer has confirmed a version, who, and in `comment` how that is known, for no link of theirs
    shows it; its fingerprint is kept, and it is changed no more."""
    document = await _moved(work, requirements_id, RequirementsMove.CONFIRM)
    if confirmed_on > _today(work):
        raise Invalid(message("This has not happened yet."), path=("confirmedOn",))
    document.confirmed_by = one_line(confirmed_by, rules.MAX_NAME, "confirmedBy")
    document.comment = several_lines(comment, rules.MAX_TEXT, "comment")
    document.confirmed_on = confirmed_on
    document.answered_at, document.by_link = work.now, False
    document.digest = rules.content_digest(document.title, document.content)
    confirmed = RequirementsConfirmed(inquiry_id=document.inquiry_id, requirements_id=document.id)
    work.record(confirmed, about=document)
    return document


@command(needs=Permission.PRESALES_QUOTE)
async def send_requirements(
    work: Work, *, requirements_id: UUID, contact_id: UUID | None = None
) -> RequirementsDocument:
    """Send a draft to a person of the customer, whoever asked unless told, by a link that is answered once. The
    fingerprint of what they are shown is kept, and it is changed no more."""
    document = await _moved(work, requirements_id, RequirementsMove.SEND)
    inquiry = await queries.get(work, document.inquiry_id)
    document.contact_id = await recipient(work, inquiry, contact_id)
    document.sent_at = work.now
    document.digest = rules.content_digest(document.title, document.content)
    sent = RequirementsSent(inquiry_id=inquiry.id, requirements_id=document.id)
    work.record(sent, about=document)
    return document


async def answer_requirements_by_link(
    work: Work, *, requirements_id: UUID, confirmed: bool, name: str, comment: str
) -> RequirementsDocument:
    """Keep the answer of whoever holds the link, once. Refuses with `WrongState` what is not open any more."""
    seen = await work.get(RequirementsDocument, requirements_id)
    inquiry = await work.get(Inquiry, seen.inquiry_id, lock=True)
    document = await work.get(RequirementsDocument, requirements_id, lock=True)
    move = RequirementsMove.CONFIRM if confirmed else RequirementsMove.OBJECT
    if document.state is not RequirementsState.SENT:
        raise REQUIREMENTS.refusal(document.state, move)
    if not INQUIRIES.allows(inquiry.state, InquiryMove.WRITE_REQUIREMENTS):
        raise rules.refusal(RequirementsObstacle.INQUIRY_OVER, move, document.state)
    document.state = REQUIREMENTS.next(document.state, move)
    document.confirmed_by = one_line(name, rules.MAX_NAME, "name")
    # Whoever wants changes says which.
    document.comment = several_lines(comment, rules.MAX_COMMENT, "comment", may_be_empty=confirmed)
    document.answered_at, document.by_link = work.now, True
    if confirmed:
        document.confirmed_on = _today(work)
        work.record(
            RequirementsConfirmed(inquiry_id=inquiry.id, requirements_id=document.id, by_link=True), about=document
        )
    else:
        work.record(RequirementsObjected(inquiry_id=inquiry.id, requirements_id=document.id), about=document)
    return document


@command(needs=Permission.PRESALES_QUOTE)
async def revise_requirements(work: Work, *, requirements_id: UUID, reason: str) -> RequirementsDocument:
    """Begin the next version as a draft that says the same; the former one is superseded at once."""
    former = await _moved(work, requirements_id, RequirementsMove.REVISE)
    if former.version >= rules.MOST_VERSIONS:
        text = message("There are at most {most} versions.")
        raise Invalid(text, {"most": rules.MOST_VERSIONS}, ("requirementsId",))
    why = several_lines(reason, rules.MAX_TEXT, "reason")
    # The former one stops being live before the new one is, as the table's index demands.
    await work.flush()
    document = _add(work, former.inquiry_id, former.version + 1, former.title, former.content, why)
    superseded = RequirementsSuperseded(inquiry_id=former.inquiry_id, requirements_id=former.id, by_id=document.id)
    work.record(superseded, about=former)
    work.record(RequirementsDrafted(inquiry_id=former.inquiry_id, requirements_id=document.id), about=document)
    return document


def _add(
    work: Work, inquiry_id: UUID, version: int, title: str, content: str, reason: str = ""
) -> RequirementsDocument:
    return work.add(
        RequirementsDocument(
            inquiry_id=inquiry_id,
            version=version,
            title=one_line(title, rules.MAX_TITLE, "title"),
            content=several_lines(content, rules.MAX_TEXT, "content"),
            reason=reason,
            drafted_at=work.now,
            prepared_by_id=work.actor.id if work.actor.is_member else None,
        )
    )


async def _moved(work: Work, requirements_id: UUID, move: RequirementsMove) -> RequirementsDocument:
    """A version that the actor sees, locked after its inquiry, in the state that a move leads to."""
    seen = await queries.requirements(work, requirements_id, "requirementsId")
    inquiry = await queries.get(work, seen.inquiry_id, "requirementsId", lock=True)
    document = await work.get(RequirementsDocument, requirements_id, lock=True)
    document.state = REQUIREMENTS.next(document.state, move)
    if not INQUIRIES.allows(inquiry.state, InquiryMove.WRITE_REQUIREMENTS):
        raise rules.refusal(RequirementsObstacle.INQUIRY_OVER, move, document.state)
    return document


def _today(work: Work) -> date:
    return work.now.astimezone(ZoneInfo(work.opening.zone)).date()
