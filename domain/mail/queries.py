"""Addresses and mails: whom they are shown to, to which thread a letter belongs, and how one of ours goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, select, true

from domain.kernel.permissions import Permission
from domain.mail import rules
from domain.mail.models import InboundMail, MailAddress
from domain.mail.rules import Letter, MailState
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.kinds import InboundMailRules
from domain.requests import queries as requests
from domain.requests.models import ServiceRequest
from tenancy import postbox
from tenancy.actor import Actor
from tenancy.effects import Effect, EffectKind
from tenancy.models import one_of
from tenancy.postbox import Thread
from tenancy.rows import another
from tenancy.secrets import unseal
from tenancy.work import Work

SECRET_PURPOSE = "mail-secret"  # noqa: S105  # what the secret is for, not the secret
# How many earlier letters a letter of ours names; programs find the thread by any of them.
MOST_REFERENCES = 10


def visible(actor: Actor, _: Any = None) -> ColumnElement[bool]:
    """Mails, and the addresses at which they come in, are open to whoever may read them."""
    return true() if actor.may(Permission.MAIL_READ) else false()


def shows(actor: Actor, mail_id: Any) -> ColumnElement[bool]:
    """Whether somebody sees the mail with an id, for what is attached to it."""
    mails = another(InboundMail)
    return select(mails.id).where(mails.id == mail_id, visible(actor, mails)).exists()


async def get(work: Work, id: UUID, *path: str, lock: bool = False) -> InboundMail:
    """One mail that the actor may see; refuses with `NotFound`."""
    return await work.seen(InboundMail, id, visible(work.actor, InboundMail), *path, lock=lock)


async def address(work: Work, id: UUID, *path: str, lock: bool = False) -> MailAddress:
    """One address; refuses with `NotFound`."""
    return await work.get(MailAddress, id, *path, lock=lock)


async def address_named(work: Work, local_part: str) -> MailAddress | None:
    """The address that begins so."""
    return await work.first(select(MailAddress).where(MailAddress.local_part == local_part))


def secret_of(work: Work, address: MailAddress) -> bytes | None:
    """The opened secret that signs the webhook of an address; None while it has none."""
    sealed = address.sealed_secret
    return None if sealed is None else unseal(sealed, tenant_id=work.actor.tenant_id, purpose=SECRET_PURPOSE)


async def waiting(work: Work, mail_id: UUID) -> InboundMail | None:
    """A mail that has not been read yet, locked; None when it has."""
    mail = await work.get(InboundMail, mail_id, lock=True)
    return mail if mail.state is MailState.RECEIVED else None


async def own_addresses(work: Work) -> set[str]:
    """Every address from which the company or the installation writes: a mail from one of them is our own."""
    company = await organisation.company(work)
    found = {postbox.sender_address()}
    for row in await work.rows(select(MailAddress.local_part, MailAddress.public_address)):
        found |= {postbox.address(company.slug, row["local_part"]), row["public_address"] or ""}
    return found - {""}


async def came_from(work: Work, sender: str, *, since: datetime) -> int:
    """How many mails named a sender since an instant."""
    those = (InboundMail.from_address == sender, InboundMail.received_at > since)
    return int(await work.value(select(func.count()).select_from(InboundMail).where(*those)))


async def came_in_the_last_hour(work: Work, mail: InboundMail) -> int:
    """How many mails named the same sender in the hour before this one, itself among them."""
    return await came_from(work, mail.from_address, since=mail.received_at - timedelta(hours=1))


async def thread_of(work: Work, mail: InboundMail, letter: Letter) -> UUID | None:
    """The request that a letter is about: by the token in its address, or by what it answers, ours or one of theirs."""
    recipient = postbox.read_address(mail.envelope_to)
    named = postbox.read_thread_token(work.actor.tenant_id, recipient.token) if recipient is not None else None
    return await _answered(work, letter.references) if named is None else named


async def _answered(work: Work, references: Sequence[str]) -> UUID | None:
    """Of the letters that one names, the nearest that is about a request: the request."""
    ours = {id: each for each in references if (id := postbox.effect_of(each)) is not None}
    about: dict[str, UUID] = {}
    if ours:
        letters = select(Effect.id, Effect.subject_id).where(one_of(Effect.id, list(ours)))
        found = await work.rows(letters.where(requests.shows(work.actor, Effect.subject_id)))
        about |= {ours[row["id"]]: row["subject_id"] for row in found}
    if references:
        theirs = select(InboundMail.message_id, InboundMail.request_id).where(
            one_of(InboundMail.message_id, list(references)), InboundMail.request_id.is_not(None)
        )
        about |= {row["message_id"]: row["request_id"] for row in await work.rows(theirs)}
    return next((about[each] for each in references if each in about), None)


async def reported_on(work: Work, letter: Letter) -> Effect | None:
    """The letter of ours whose fate a report tells."""
    ids = letter.report.message_ids if letter.report is not None else ()
    ours = [id for each in ids if (id := postbox.effect_of(each)) is not None]
    return await work.first(select(Effect).where(one_of(Effect.id, ours)).limit(1)) if ours else None


@dataclass(frozen=True)
class Continued:
    """How a letter about a request goes on from the last one: its thread, and its subject."""

    thread: Thread
    subject: str


async def answers_decide(work: Work, request: ServiceRequest) -> bool:
    """Whether answers by mail about a request decide something, by the clause in force on mail that comes in."""
    ruling = await policies.find_rule(work, InboundMailRules, scope=requests.scope_of(request))
    return ruling is None or ruling.value.answers_decide


async def continued(work: Work, request_id: UUID) -> Continued | None:
    """How a letter about a request is to be answered, and what it answers; None where the company takes no mail."""
    request = await requests.get(work, request_id)
    mails = await work.all(
        select(InboundMail).where(InboundMail.request_id == request.id).order_by(InboundMail.id.desc()).limit(10)
    )
    there = select(MailAddress).where(MailAddress.active).order_by(MailAddress.id).limit(1)
    address = await work.find(MailAddress, mails[-1].address_id) if mails else None
    if address is None or not address.active:
        address = await work.first(there)
    if address is None:
        return None
    named = [mail.message_id for mail in reversed(mails) if mail.message_id] or await _ours(work, request.id)
    thread = Thread(
        slug=(await organisation.company(work)).slug,
        local_part=address.local_part,
        record_id=request.id,
        in_reply_to=named[-1] if named else "",
        references=tuple(named[-MOST_REFERENCES:]),
    )
    subject = mails[-1].subject if mails and mails[-1].subject else f"[{request.number}] {request.title}"
    return Continued(thread, rules.subject_of_reply(subject) if mails else subject)


async def _ours(work: Work, request_id: UUID) -> list[str]:
    """The letters of ours about a request that its contacts have, oldest first; for one to which nobody has written."""
    letters = select(Effect).where(Effect.subject_id == request_id, Effect.kind == EffectKind.MAIL)
    found = await work.all(letters.where(Effect.key.startswith("mail/")).order_by(Effect.planned_at, Effect.id))
    return [postbox.message_id(effect.id) for effect in found]


async def writers(work: Work, request_id: UUID) -> list[UUID]:
    """The contacts who take part in what is said about a request: for whom it was asked, and who has written."""
    request = await requests.get(work, request_id)
    spoke = select(InboundMail.contact_id).where(InboundMail.request_id == request.id).distinct()
    rows = await work.rows(spoke.where(InboundMail.contact_id.is_not(None)))
    found = {row["contact_id"] for row in rows} | ({request.contact_id} if request.contact_id else set())
    return sorted(found)


async def filed_in(work: Work, request_id: UUID) -> list[InboundMail]:
    """The mails that became a request or a word about it, oldest first."""
    return await work.all(select(InboundMail).where(InboundMail.request_id == request_id).order_by(InboundMail.id))
