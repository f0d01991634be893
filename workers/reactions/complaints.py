"""What follows the facts of complaints: letters to who complained, and news for whoever has to act."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from domain.customers import queries as customers
from domain.feedback.events import (
    ComplaintAssigned,
    ComplaintBreached,
    ComplaintEscalated,
    ComplaintMoved,
    ComplaintReceived,
    ComplaintWarned,
)
from domain.feedback.queries import complaints as queries
from domain.feedback.rules.complaints import ComplaintClockKind, ComplaintMove
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.notifications.queries import members_who_may
from domain.notifications.rules import Topic
from domain.organisation import queries as organisation
from tenancy.members import Member
from tenancy.refusals import message
from tenancy.work import Work

# What the customer is written with a move, and its subject.
LETTERS = {
    ComplaintMove.ACKNOWLEDGE: (
        message("We have your complaint {number}"),
        message("Dear {contact},\n\nwe have your complaint {number}: {title}\n\n{said}\n\nKind regards,\n{company}"),
    ),
    ComplaintMove.PROPOSE: (
        message("What we propose about your complaint {number}"),
        message(
            "Dear {contact},\n\nabout your complaint {number}, {title}, we propose:\n\n{said}\n\nPlease tell us whether"
            " you agree.\n\nKind regards,\n{company}"
        ),
    ),
    ComplaintMove.CARRY_OUT: (
        message("The result of your complaint {number}"),
        message(
            "Dear {contact},\n\nthis is the result of your complaint {number}, {title}:\n\n{said}\n\nPlease tell us if"
            " you are not content with it.\n\nKind regards,\n{company}"
        ),
    ),
}
# What the handler learns of the customer's word.
SAID = {
    ComplaintMove.AGREE: message("Complaint {number}: the customer agrees to the remedy. {title}"),
    ComplaintMove.DECLINE: message("Complaint {number}: the customer declines the remedy: {said}"),
    ComplaintMove.SATISFY: message(
        "Complaint {number}: the customer is satisfied; its cause is to be analysed. {title}"
    ),
    ComplaintMove.WITHDRAW: message("Complaint {number} is withdrawn: {said}"),
}
WARNINGS = {
    ComplaintClockKind.ACKNOWLEDGEMENT: message("Complaint {number} has to be acknowledged by {due_at}: {title}"),
    ComplaintClockKind.PROPOSAL: message("For complaint {number} a remedy has to be proposed by {due_at}: {title}"),
    ComplaintClockKind.RESULT: message("The result of complaint {number} has to be told by {due_at}: {title}"),
}
BREACHES = {
    ComplaintClockKind.ACKNOWLEDGEMENT: message("Complaint {number} should have been acknowledged by {at}: {title}"),
    ComplaintClockKind.PROPOSAL: message("For complaint {number} a remedy should have been proposed by {at}: {title}"),
    ComplaintClockKind.RESULT: message("The result of complaint {number} should have been told by {at}: {title}"),
}


async def ask_for_a_handler(work: Work, event: ComplaintReceived) -> None:
    """Whoever stands nearest above, or else whoever manages feedback, learns that a complaint waits."""
    complaint = await queries.get(work, event.complaint_id)
    if complaint.handler_id is not None:
        return
    told = await queries.responsible(work, complaint) or await _managers(work, complaint.about_staff_id)
    text = message("Complaint {number} of {customer} waits to be dealt with: {title}")
    customer = await customers.get(work, complaint.customer_id)
    await _tell(work, complaint.id, told, text, key="received", customer=customer.name)


async def tell_the_handler(work: Work, event: ComplaintAssigned) -> None:
    """Whoever got a complaint learns of it, unless they took it themselves; of one whose handler has left, too, or else
    whoever manages feedback."""
    if event.left_id is not None:
        await _tell_of_a_leaver(work, event, event.left_id)
        return
    text = message("Complaint {number} has been assigned to you: {title}")
    by = (await queries.change(work, event.change_id)).member_id
    told = [event.handler_id] if event.handler_id != by else []
    await _tell(work, event.complaint_id, told, text, key=f"assigned:{event.change_id}")


async def _tell_of_a_leaver(work: Work, event: ComplaintAssigned, left_id: UUID) -> None:
    complaint = await queries.get(work, event.complaint_id)
    text = message("Complaint {number} is yours to deal with, since {name} has left: {title}")
    told = [event.handler_id] if event.handler_id is not None else []
    if not told:
        text = message("Nobody deals with complaint {number} any more, since {name} has left: {title}")
        told += await _managers(work, complaint.about_staff_id)
    name = (await work.get(Member, left_id)).name
    await _tell(work, complaint.id, told, text, key=f"assigned:{event.change_id}", name=name)


async def tell_of_a_move(work: Work, event: ComplaintMoved) -> None:
    """The contact is written what the company has to say; the handler learns what the customer has said."""
    move = ComplaintMove(event.move)
    complaint, change = await queries.get(work, event.complaint_id), await queries.change(work, event.change_id)
    if move in SAID and complaint.handler_id not in (None, change.member_id):
        key = f"moved:{change.id}"
        await _tell(work, complaint.id, [complaint.handler_id], SAID[move], key=key, said=change.text)
    if move not in LETTERS:
        return
    if complaint.contact_id is None:
        if complaint.recorded_by_id not in (None, change.member_id):
            told, text = [complaint.recorded_by_id], message("About your complaint {number}, {title}:\n\n{said}")
            await _tell(work, complaint.id, told, text, key=f"moved:{change.id}", said=change.text)
        return
    contact = await customers.contact(work, complaint.contact_id)
    subject, text = LETTERS[move]
    await notifications.notify_contact(
        work,
        email=f"{contact.name} <{contact.email}>",
        language=contact.language,
        subject=subject,
        text=text,
        values={
            "contact": contact.name,
            "company": (await organisation.company(work)).name,
            "number": complaint.number,
            "title": complaint.title,
            "said": change.text,
        },
        about=Subject(SubjectKind.COMPLAINT, complaint.id),
        key=f"complaint/{complaint.id}/{change.id}",
    )


async def warn_whoever_has_to_act(work: Work, event: ComplaintWarned) -> None:
    """Whoever has to act learns that the time is running out, if it still is."""
    complaint, clock = await queries.get(work, event.complaint_id), await queries.clock(work, event.clock_id)
    if clock.due_at is None or clock.breached_at is not None:
        return
    told = await queries.responsible(work, complaint)
    key = f"warned:{clock.id}:{event.warning}"
    await _tell(work, complaint.id, told, WARNINGS[clock.kind], key=key, due_at=clock.due_at)


async def tell_of_a_breach(work: Work, event: ComplaintBreached) -> None:
    """Whoever has to act, and whoever manages feedback, learn that a deadline was missed."""
    complaint, clock = await queries.get(work, event.complaint_id), await queries.clock(work, event.clock_id)
    told = {*await queries.responsible(work, complaint), *await _managers(work, complaint.about_staff_id)}
    await _tell(work, complaint.id, told, BREACHES[clock.kind], key=f"breached:{clock.id}", at=clock.breached_at)


async def tell_who_takes_over(work: Work, event: ComplaintEscalated) -> None:
    """Whoever has taken a complaint over learns it; where nobody stands above, whoever manages feedback."""
    complaint = await queries.get(work, event.complaint_id)
    told = [event.escalated_to_id] if event.escalated_to_id else await _managers(work, complaint.about_staff_id)
    text = message("Complaint {number} has been escalated to you: {title}")
    notice = event.clock_id or event.notice_id or (await queries.changes_of(work, complaint.id))[-1].id
    await _tell(work, complaint.id, told, text, key=f"escalated:{notice}", topic=Topic.ESCALATIONS)


async def _managers(work: Work, not_them: UUID | None) -> list[UUID]:
    return [id for id in await members_who_may(work, Permission.FEEDBACK_MANAGE) if id != not_them]


async def _tell(
    work: Work,
    complaint_id: UUID,
    member_ids: Collection[UUID | None],
    text: str,
    *,
    key: str,
    topic: Topic | None = None,
    **values: Any,
) -> None:
    complaint = await queries.get(work, complaint_id)
    await notifications.notify(
        work,
        member_ids=sorted({id for id in member_ids if id is not None}),
        text=text,
        values={"number": complaint.number, "title": complaint.title, **values},
        about=Subject(SubjectKind.COMPLAINT, complaint_id),
        mail=True,
        key=f"complaint:{complaint_id}:{key}",
        topic=topic,
    )
