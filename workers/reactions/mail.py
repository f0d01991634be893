"""What follows the facts of the module mail: mails are read and filed, and people told what waits or came back."""

import asyncio
from collections.abc import AsyncIterator

from domain.files import queries as files
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.mail import commands, queries, rules
from domain.mail.events import MailQuarantined, MailReceived, MailReported
from domain.mail.rules import MailReason
from domain.notifications import commands as notifications
from domain.notifications.queries import members_who_may
from domain.requests import queries as requests
from domain.requests.events import RequestCommented
from tenancy import blobs
from tenancy.effects import Effect
from tenancy.refusals import NotFound, message
from tenancy.work import Work

# What only a machine has written, nobody is called to look at.
UNTOLD = (MailReason.AUTOMATIC, MailReason.LOOP, MailReason.TOO_MANY, MailReason.UNMATCHED_REPORT)


async def file_what_came(work: Work, event: MailReceived) -> None:
    """A mail becomes a request, a word about one, or something to look at; one that was filed already stays so."""
    mail = await queries.waiting(work, event.mail_id)
    if mail is None:
        return
    tenant_id = work.actor.tenant_id
    content = await files.content_of(work, mail.file_id)
    letter = await asyncio.to_thread(rules.read, content)
    parts = []
    for part in letter.parts if letter.report is None else ():
        parts.append((part, await blobs.receive(tenant_id, _once(part.content), _any_size)))
    await commands.file(work, mail, letter, parts)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _any_size(_: int) -> None:
    """The whole mail was small enough."""


async def tell_who_looks_at_mail(work: Work, event: MailQuarantined) -> None:
    """Whoever releases mails learns that one waits, if a person may have written it."""
    mail = await queries.get(work, event.mail_id)
    if mail.reason in UNTOLD:
        return
    await notifications.notify(
        work,
        member_ids=await members_who_may(work, Permission.MAIL_RELEASE),
        text=message("A mail from {sender} is held until somebody has looked at it: {subject}"),
        values={"sender": mail.from_address or mail.envelope_from or "?", "subject": mail.subject or "—"},
        about=Subject(SubjectKind.INBOUND_MAIL, mail.id),
        mail=False,
        key=f"mail:{mail.id}:held",
    )


async def tell_of_a_letter_that_came_back(work: Work, event: MailReported) -> None:
    """Whoever has to act on a request learns that a letter about it has not arrived."""
    if not event.failed:
        return
    effect = await work.get(Effect, event.effect_id)
    try:
        request = await requests.get(work, effect.subject_id)
    except NotFound:
        # It was about something else; the ledger tells.
        return
    await notifications.notify(
        work,
        member_ids=await requests.responsible(work, request),
        text=message("A letter to {to} about request {number} has come back ({error}): {title}"),
        values={
            "to": effect.payload["to"],
            "number": request.number,
            "error": effect.error or "",
            "title": request.title,
        },
        about=Subject(SubjectKind.REQUEST, request.id),
        mail=False,
        key=f"mail:{effect.id}:came_back",
    )


async def write_to_the_contacts(work: Work, event: RequestCommented) -> None:
    """What the company says publicly about a request goes to the customer's people who take part in it, by mail."""
    await commands.write_on(work, message_id=event.message_id)
