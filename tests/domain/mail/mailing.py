"""A company that takes mail, a listener on a real socket, and letters as mail programs write them."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import aiosmtplib
from sqlalchemy import select

from api.inbound import listener
from domain.consequences import settle
from domain.mail import commands
from domain.mail.commands import Intake
from domain.mail.models import InboundMail, MailAddress
from domain.organisation import queries as organisation
from domain.policies.rules.kinds import ClauseKind, InboundMailRules, MailAcknowledgement, ReopenWindow
from domain.requests.models import Message, ServiceRequest
from tenancy import postbox
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.effects import Effect, EffectKind
from tests.domain.requests.company import Company, founded, software_clauses
from tests.handbooks import publish
from tests.workers.facts import work_off

CUSTOMER = "Lin <lin@big.example.com>"


def laid_down(**value: Any) -> InboundMailRules:
    """A clause on mail that comes in."""
    return InboundMailRules.model_validate(value)


async def taking_mail(*clauses: tuple[str, ClauseKind], acknowledging: bool = True, **intake: Any) -> Company:
    """A company with the address `support@…`; its clauses, and unless told otherwise an acknowledgement."""
    company = await founded()
    window = ("2.8", ReopenWindow(working_days=5, most_times=1))
    said = [("2.9", MailAcknowledgement())] if acknowledging else []
    await publish(company.admin, *software_clauses(), window, *said, *clauses)
    await add_address(company, **{"department_id": company.support_id, **intake})
    return company


async def add_address(company: Company, local_part: str = "support", **intake: Any) -> MailAddress:
    """Another address."""
    async with writing(company.admin, settle=settle) as work:
        return await commands.add_address(work, local_part=local_part, intake=Intake(**intake))


async def address_of(company: Company, local_part: str = "support", *, about: UUID | None = None) -> str:
    """The whole address, with the token of a thread."""
    tenant_id = company.admin.tenant_id
    async with reading(company.admin) as work:
        slug = (await organisation.company(work)).slug
    return postbox.address(slug, local_part, postbox.thread_token(tenant_id, about) if about is not None else "")


def letter(
    sender: str = CUSTOMER, subject: str = "The printer is on fire", text: str = "Help!\n", **headers: str
) -> Any:
    """A letter as a mail program writes it; `In_Reply_To="…"` is the header of that name."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "support@company.example", subject
    message["Message-ID"] = headers.pop("Message_ID", f"<{uuid4().hex}@big.example.com>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


@asynccontextmanager
async def door(*, lmtp: bool = False) -> AsyncIterator[int]:
    """A listener on a port of its own."""
    held = socket.create_server(("127.0.0.1", 0))
    held.setblocking(False)
    async with listener.listening(held, lmtp=lmtp):
        yield held.getsockname()[1]


async def send(port: int, recipient: str, content: bytes, sender: str = "lin@big.example.com") -> None:
    """Hand over a mail as a mail server does; raises what the client does when it is not taken."""
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, local_hostname="mx.big.example.com")
    async with client:
        await client.sendmail(sender, [recipient], content)


async def deliver(company: Company, message: Any, *, about: UUID | None = None, **more: Any) -> InboundMail:
    """Send a mail to a company's support through a listener, let the yard file it, and look what became of it."""
    content = message if isinstance(message, bytes) else message.as_bytes()
    before = {mail.id for mail in await mails(company)}
    async with door() as port:
        await send(port, await address_of(company, about=about), content, **more)
    await work_off()
    [mail] = [mail for mail in await mails(company) if mail.id not in before]
    return mail


async def mails(company: Company | Actor) -> list[InboundMail]:
    """Every mail of a company, oldest first."""
    async with reading(company if isinstance(company, Actor) else company.admin) as work:
        return await work.all(select(InboundMail).order_by(InboundMail.id))


async def requests_of(company: Company) -> list[ServiceRequest]:
    """Every request of a company, oldest first."""
    async with reading(company.admin) as work:
        return await work.all(select(ServiceRequest).order_by(ServiceRequest.id))


async def words_about(company: Company, request_id: UUID) -> list[Message]:
    """What was said about a request, oldest first."""
    async with reading(company.admin) as work:
        return await work.all(select(Message).where(Message.request_id == request_id).order_by(Message.id))


async def letters_to(company: Company, address: str) -> list[Effect]:
    """The letters that were planned to somebody; those of one moment, such as all of a rehearsal's, in any order."""
    async with reading(company.admin) as work:
        found = await work.all(select(Effect).where(Effect.kind == EffectKind.MAIL).order_by(Effect.planned_at))
    return [effect for effect in found if address in effect.payload["to"]]


async def files_at(company: Company, mail: InboundMail) -> list[str]:
    """The names of the files at what a mail has become."""
    about = mail.request_message_id or mail.request_id or mail.id
    async with reading(company.admin) as work:
        rows = await work.sql(
            "SELECT f.name FROM attachments a JOIN files f ON f.tenant_id = a.tenant_id AND f.id = a.file_id"
            " WHERE a.subject_id = $1 ORDER BY a.id",
            about,
        )
    return [row["name"] for row in rows]
