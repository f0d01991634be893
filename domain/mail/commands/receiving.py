"""Keeping a mail as it came, before whoever delivered it is told that it was taken."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from domain.files import commands as files
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.texts import NOT_STORABLE
from domain.mail import queries
from domain.mail.events import MailReceived
from domain.mail.models import InboundMail
from domain.mail.rules import MailOrigin
from tenancy import blobs
from tenancy.blobs import Received
from tenancy.work import Work

ORIGINAL = "original.eml"
MEDIA_TYPE = "message/rfc822"


@dataclass(frozen=True)
class Envelope:
    """What servers say of a mail, and by which door it came."""

    sender: str
    recipient: str
    origin: MailOrigin


async def receive(
    work: Work, *, address_id: UUID, envelope: Envelope, received: Received, identity: str
) -> tuple[InboundMail, bool]:
    """Keep a mail that lies in the store; also answers whether it is new: one that is sent again is the same.

    Refuses with NO_ROOM_FOR_FILES, and then it may be sent again later.
    """
    # One after the other, so that a mail that is sent twice at once is found.
    await blobs.lock(work)
    address = await queries.address(work, address_id)
    same = (InboundMail.address_id == address.id, InboundMail.identity == identity)
    known = await work.first(select(InboundMail).where(*same))
    if known is not None:
        return known, False
    file = await files.keep_original(work, received=received, name=ORIGINAL, media_type=MEDIA_TYPE)
    mail = work.add(
        InboundMail(
            address_id=address.id,
            received_at=work.now,
            origin=envelope.origin,
            file_id=file.id,
            size_bytes=received.size_bytes,
            identity=identity,
            envelope_from=NOT_STORABLE.sub("", envelope.sender)[:320],
            envelope_to=NOT_STORABLE.sub("", envelope.recipient)[:320],
        )
    )
    await files.attach(work, Subject(SubjectKind.INBOUND_MAIL, mail.id), file_id=file.id)
    work.record(MailReceived(mail_id=mail.id), about=mail)
    return mail, True
