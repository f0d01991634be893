"""What is said about a request: to everybody who sees it, or among those who work on it."""

from collections.abc import Sequence
from uuid import UUID

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.requests import queries, rules
from domain.requests.commands.attaching import attach_to_new_message
from domain.requests.events import RequestCommented
from domain.requests.models import Mention, Message, ServiceRequest
from domain.requests.rules import Audience
from tenancy.refusals import Forbidden, Refusal, message
from tenancy.work import Work


@command(needs=None)
async def comment(
    work: Work,
    *,
    request_id: UUID,
    text: str,
    audience: Audience = Audience.PUBLIC,
    file_ids: Sequence[UUID] = (),
    mention_ids: Sequence[UUID] = (),
) -> Message:
    """Say something about a request that one sees (RQ-10): its requester to everybody, who works on requests also
    internally; with files of one's own. An internal note may call people by name who read it."""
    text = rules.clean_message(text)
    mentioned = list(dict.fromkeys(mention_ids))
    rules.check_mentions(len(mentioned), audience)
    request = await queries.get(work, request_id, "requestId")
    actor = work.actor
    works = actor.may(Permission.REQUESTS_WORK) or actor.may(Permission.REQUESTS_ASSIGN)
    asked = actor.is_member and actor.id == request.requester_id and actor.may(Permission.REQUESTS_SUBMIT)
    if not works and not (asked and audience is Audience.PUBLIC):
        refused = message(
            "This is for its requester and for those who work on requests; internal notes for the latter."
        )
        raise Forbidden(refused, code="NOT_YOURS")
    said = say(work, request, text, audience)
    await _mention(work, said, mentioned)
    for file_id in dict.fromkeys(file_ids):
        await attach_to_new_message(work, said, file_id)
    return said


async def _mention(work: Work, said: Message, member_ids: Sequence[UUID]) -> None:
    if not member_ids:
        return
    read_by = await queries.readers_of(work, said, member_ids)
    for place, member_id in enumerate(member_ids):
        path = ("mentionIds", str(place))
        if member_id not in read_by:
            text = message("Nobody is mentioned who does not read the internal notes of this request.")
            raise Refusal(text, code="DOES_NOT_READ", path=path)
        work.add(Mention(message_id=said.id, member_id=member_id))


def say(work: Work, request: ServiceRequest, text: str, audience: Audience) -> Message:
    """Keep what the actor says of a request; whoever calls this has found out that they may."""
    said = work.add(
        Message(
            request_id=request.id,
            at=work.now,
            author_id=work.actor.id if work.actor.is_member else None,
            audience=audience,
            text=text,
            thread_id=request.merged_into_id,
        )
    )
    work.record(RequestCommented(request_id=request.id, message_id=said.id, audience=audience), about=request)
    return said


async def keep_word(
    work: Work, *, request_id: UUID, text: str, contact_id: UUID | None = None, author_id: UUID | None = None
) -> Message:
    """Keep what a customer's contact, or a requester, has said of a request elsewhere, such as by mail; whoever calls
    this has found out that they may."""
    text = rules.clean_message(text)
    request = await queries.get(work, request_id, "requestId")
    said = work.add(
        Message(
            request_id=request_id,
            at=work.now,
            author_id=author_id,
            audience=Audience.PUBLIC,
            text=text,
            contact_id=contact_id,
            thread_id=request.merged_into_id,
        )
    )
    work.record(RequestCommented(request_id=request_id, message_id=said.id, audience=said.audience), about=request)
    return said
