"""What people do with a mail that was held back or refused: file it, or put it away."""

from uuid import UUID

from domain.customers import commands as customers
from domain.customers import queries as customers_known
from domain.customers.models import Contact
from domain.files.models import Attachment
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.mail import queries
from domain.mail.commands import filing
from domain.mail.events import MailDiscarded
from domain.mail.models import InboundMail
from domain.mail.rules import LIFECYCLE, Move
from domain.requests import queries as requests
from tenancy.refusals import Forbidden, Invalid, message
from tenancy.work import Work


@command(needs=Permission.MAIL_RELEASE)
async def release(
    work: Work,
    *,
    mail_id: UUID,
    customer_id: UUID | None = None,
    contact_id: UUID | None = None,
    request_id: UUID | None = None,
) -> InboundMail:
    """File a mail that was held back or refused: as a new request of a customer, or as a word about a request.

    Its sender becomes a contact of the customer, unless they are one or `contact_id` names another. Refuses as
    `requests.submit` does.
    """
    mail = await queries.get(work, mail_id, "mailId", lock=True)
    LIFECYCLE.next(mail.state, Move.FILE)
    if request_id is not None:
        request = await requests.get(work, request_id, "requestId")
        if customer_id not in (None, request.customer_id):
            raise Invalid(message("This request belongs to another customer."), path=("customerId",))
        contact = await _writer(work, mail, request.customer_id, contact_id)
        await filing.reply(work, mail, request_id, contact)
        return mail
    if customer_id is None:
        raise Invalid(message("Name the customer of a new request, or the request that the mail is about."))
    contact = await _writer(work, mail, customer_id, contact_id)
    address = await queries.address(work, mail.address_id)
    await filing.open_request(work, mail, address, customer_id, contact)
    return mail


async def _writer(work: Work, mail: InboundMail, customer_id: UUID, contact_id: UUID | None) -> Contact:
    if contact_id is not None:
        contact = await customers_known.contact(work, contact_id, "contactId")
        if contact.customer_id != customer_id:
            raise Invalid(message("This contact belongs to another customer."), path=("contactId",))
        return contact
    await customers_known.get(work, customer_id, "customerId")
    if not mail.from_address:
        text = message("The mail names no sender; say whose contact it is from.")
        raise Invalid(text, path=("contactId",))
    return await customers.take_up_writer(work, customer_id=customer_id, name=mail.from_name, email=mail.from_address)


@command(needs=Permission.MAIL_RELEASE)
async def discard(work: Work, *, mail_id: UUID) -> InboundMail:
    """Put a mail away that was held back or refused: nothing follows from it. It is kept."""
    mail = await queries.get(work, mail_id, "mailId", lock=True)
    mail.state = LIFECYCLE.next(mail.state, Move.DISCARD)
    mail.settled_at = work.now
    mail.settled_by_id = work.actor.id if work.actor.is_member else None
    work.record(MailDiscarded(mail_id=mail.id), about=mail)
    return mail


@command(needs=None)
async def detach(work: Work, *, attachment: Attachment) -> None:
    """Nothing is taken from a mail."""
    raise Forbidden(message("A mail stays as it came in."), code="NOT_YOURS")
