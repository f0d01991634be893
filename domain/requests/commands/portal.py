"""What customers' people do in the portal: ask for something, and answer (TN-9). Their moves are a requester's."""

from collections.abc import Sequence
from uuid import UUID

from domain.customers import queries as customers
from domain.kernel.command import command
from domain.kernel.permissions import PortalGrant
from domain.kernel.terms import Impact, Urgency
from domain.requests import queries
from domain.requests.commands import attaching, conversation, intake
from domain.requests.models import Message, ServiceRequest
from domain.requests.rules import Channel
from tenancy.refusals import Forbidden, message
from tenancy.work import Work


def visitor(work: Work) -> UUID:
    """The acting person of a customer; refuses everybody else."""
    actor = work.actor
    if not actor.is_contact or actor.id is None or not actor.may(PortalGrant.USE):
        raise Forbidden(message("This is for customers' people in the portal."))
    return actor.id


@command(needs=None)
async def ask_in_portal(
    work: Work, *, title: str, description: str, impact: Impact, urgency: Urgency, file_ids: Sequence[UUID] = ()
) -> ServiceRequest:
    """Ask for something in one's own name, for one's own company, with files of one's own (RQ-1)."""
    contact = await customers.contact(work, visitor(work))
    request = await intake.submit(
        work,
        customer_id=contact.customer_id,
        contact_id=contact.id,
        title=title,
        description=description,
        channel=Channel.PORTAL,
        impact=impact,
        urgency=urgency,
    )
    for file_id in dict.fromkeys(file_ids):
        await attaching.attach(work, subject_id=request.id, file_id=file_id)
    return request


@command(needs=None)
async def reply_in_portal(work: Work, *, request_id: UUID, text: str, file_ids: Sequence[UUID] = ()) -> Message:
    """Say something about what one sees there, with files of one's own (RQ-10)."""
    contact_id = visitor(work)
    # Only what they see, before anything is said of the text.
    await queries.get(work, request_id, "requestId")
    said = await conversation.keep_word(work, request_id=request_id, text=text, contact_id=contact_id)
    for file_id in dict.fromkeys(file_ids):
        await attaching.attach_to_new_message(work, said, file_id)
    return said
