"""Files at a request and at what is said about it: the other side's too, or internal ones of those who work on it."""

from uuid import UUID

from domain.files import commands as files
from domain.files.models import Attachment
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.requests import queries
from domain.requests.events import RequestFileAttached, RequestFileRemoved
from domain.requests.models import Message, ServiceRequest
from domain.requests.rules import State
from tenancy.refusals import Forbidden, WrongState, message
from tenancy.work import Work


@command(needs=None)
async def attach(work: Work, *, subject_id: UUID, file_id: UUID, note: str = "") -> Attachment:
    """Put a file of one's own at a request (RQ-1): its requester does, the program that submitted it, and who works on
    requests. Whoever sees the request sees it."""
    request = await queries.get(work, subject_id, "subjectId")
    _must_be_concerned(work, request)
    return await _attach(work, request, Subject(SubjectKind.REQUEST, request.id), file_id, note)


@command(needs=None)
async def attach_to_message(work: Work, *, subject_id: UUID, file_id: UUID, note: str = "") -> Attachment:
    """Put a file of one's own at a message of one's own (RQ-10); whoever reads the message sees it."""
    said = await queries.message_seen(work, subject_id, "subjectId")
    if not work.actor.is_member or said.author_id != work.actor.id:
        raise Forbidden(message("Files are attached to a message by who has written it."), code="NOT_YOURS")
    return await attach_to_new_message(work, said, file_id, note)


async def attach_to_new_message(work: Work, said: Message, file_id: UUID, note: str = "") -> Attachment:
    """The same for a message that the actor is just writing, as a person or as a program."""
    request = await queries.get(work, said.request_id, "subjectId")
    return await _attach(work, request, Subject(SubjectKind.REQUEST_MESSAGE, said.id), file_id, note)


async def attach_received(work: Work, *, request_id: UUID, message_id: UUID | None, file_id: UUID) -> Attachment:
    """Put a file that came in with a mail at the request, or at the message, which the mail has become."""
    request = await queries.get(work, request_id, "requestId")
    subject = Subject(SubjectKind.REQUEST, request_id)
    if message_id is not None:
        subject = Subject(SubjectKind.REQUEST_MESSAGE, message_id)
    return await _attach(work, request, subject, file_id, "", received=True)


async def _attach(
    work: Work, request: ServiceRequest, subject: Subject, file_id: UUID, note: str, *, received: bool = False
) -> Attachment:
    attached, new = await files.attach(work, subject, file_id=file_id, note=note, received=received)
    if new:
        message_id = subject.id if subject.kind is SubjectKind.REQUEST_MESSAGE else None
        told = RequestFileAttached(
            request_id=request.id, attachment_id=attached.id, file_id=file_id, message_id=message_id
        )
        work.record(told, about=request)
    return attached


@command(needs=None)
async def detach(work: Work, *, attachment: Attachment) -> None:
    """Take away what one has attached oneself, until the request is closed."""
    request_id = attachment.subject_id
    if attachment.subject_kind == SubjectKind.REQUEST_MESSAGE:
        request_id = (await queries.message_seen(work, attachment.subject_id, "attachmentId")).request_id
    request = await queries.get(work, request_id, "attachmentId")
    own = attachment.attached_by_id if work.actor.is_member else attachment.attaching_client_id
    if own is None or own != work.actor.id:
        raise Forbidden(message("A file is taken away by who has attached it."), code="NOT_YOURS")
    if request.state in (State.CLOSED, State.CANCELLED, State.MERGED):
        raise WrongState(message("The request is closed; what was attached stays with it."), path=("attachmentId",))
    await files.detach(work, attachment)
    told = RequestFileRemoved(request_id=request.id, attachment_id=attachment.id, file_id=attachment.file_id)
    work.record(told, about=request)


def _must_be_concerned(work: Work, request: ServiceRequest) -> None:
    actor = work.actor
    if actor.is_contact:
        # Whoever of the customer's people sees it is concerned.
        return
    works = actor.may(Permission.REQUESTS_WORK) or actor.may(Permission.REQUESTS_ASSIGN)
    asked = actor.id is not None and actor.id == (
        request.requester_id if actor.is_member else request.submitting_client_id
    )
    if not works and not (asked and actor.may(Permission.REQUESTS_SUBMIT)):
        raise Forbidden(message("This is for its requester and for those who work on requests."), code="NOT_YOURS")
