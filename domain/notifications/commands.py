"""Telling people and machines: notifications and their mails, what was read, endpoints and their webhooks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import any_, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Uuid
from uuid_utils.compat import uuid7

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject
from domain.notifications import queries, rules
from domain.notifications.events import (
    EndpointChanged,
    EndpointRegistered,
    EndpointRemoved,
    EndpointSecretRotated,
    EndpointSwitchedOff,
    EndpointSwitchedOn,
)
from domain.notifications.models import Notification, WebhookEndpoint
from tenancy.effects import Effect, EffectKind, EffectState
from tenancy.enclosures import Enclosure
from tenancy.journal import Event, JournalEntry
from tenancy.language import Language, language_of
from tenancy.links import Link
from tenancy.members import Member
from tenancy.outbox import withdraw_effects
from tenancy.postbox import Thread
from tenancy.refusals import Conflict, Invalid, message
from tenancy.secrets import new_key, seal, webhook_secret_text
from tenancy.statements import build
from tenancy.work import Work

# How long a notification is kept after it was read, and a webhook after it was sent; mails are evidence and stay.
KEPT = timedelta(days=180)
SECRET_BYTES = 32


async def notify(
    work: Work,
    *,
    member_ids: Collection[UUID],
    text: str,
    values: Mapping[str, Any],
    about: Subject | None,
    mail: bool,
    key: str,
) -> list[Notification]:
    """Tell members something, in the product and also by `mail`; once for each `key` and member, whatever is repeated.

    `text` is a marked message with blanks; values may be text, numbers, days, instants, lengths of time, amounts
    (`Money`), tuples of marked words, texts in three languages (`Wording`) and further sentences (`Sentence`). Members
    who have left are not told. Returns the new notifications.
    """
    packed = rules.pack(values)
    members = await work.all(select(Member).where(_one_of(Member.id, member_ids), Member.active).order_by(Member.id))
    new = await _add_unless_told(
        work, [member.id for member in members], key=key, text=text, packed=packed, about=about
    )
    if mail:
        for member in members:
            notification = new.get(member.id)
            if notification is None:
                continue
            body = _written(work, text, packed, member.language)
            letter = _letter(f"{member.name} <{member.email}>", rules.subject_line(body), body, member.language)
            subject_id = about.id if about else notification.id
            await work.plan_effect(EffectKind.MAIL, f"notify:{key}:{member.id}", letter, about=subject_id)
    return list(new.values())


async def _add_unless_told(
    work: Work, member_ids: Sequence[UUID], *, key: str, text: str, packed: Mapping[str, Any], about: Subject | None
) -> dict[UUID, Notification]:
    """The notifications of those members who have not been told this yet: PostgreSQL decides, for the same news may be
    on its way by two facts at once."""
    if not member_ids:
        return {}
    news = {
        "key": key,
        "text": text,
        "blanks": packed,
        "at": work.now,
        "subject_kind": about.kind if about else None,
        "subject_id": about.id if about else None,
    }
    rows = [{"id": uuid7(), "member_id": member_id, **news} for member_id in member_ids]
    added = insert(Notification).values(rows).on_conflict_do_nothing().returning(Notification.__table__)
    found = [build(Notification, dict(row)) for row in await work.rows(added)]
    return {notification.member_id: notification for notification in found}


async def notify_contact(
    work: Work,
    *,
    email: str,
    language: str,
    subject: str,
    text: str,
    values: Mapping[str, Any],
    about: Subject,
    key: str,
    link: Link | None = None,
    thread: Thread | None = None,
    by_hand: bool = False,
    enclosures: Sequence[Enclosure] = (),
) -> None:
    """Write a mail to somebody outside, such as a customer; once for each `key`. `subject` and `text` are marked.

    A `link` is made as the mail leaves, where the text has a blank of that name: the ledger keeps none. With a `thread`
    it can be answered; `enclosures` go along as PDFs. What somebody has written `by_hand` is not marked as sent by a
    program. It can be stopped until it leaves: `tenancy.outbox.withdraw_effects(work, about.id)`.
    """
    packed = rules.pack(values)
    title = rules.subject_line(_written(work, subject, packed, language))
    letter = _letter(email, title, _written(work, text, packed, language), language)
    if link is not None:
        letter["link"] = link.stored()
    if thread is not None:
        letter["thread"] = thread.stored()
    if by_hand:
        letter["by_hand"] = True
    if enclosures:
        letter["enclosures"] = [enclosure.stored() for enclosure in enclosures]
    await work.plan_effect(EffectKind.MAIL, key, letter, about=about.id)


def _written(work: Work, text: str, packed: Mapping[str, Any], language: str) -> str:
    return rules.written(text, packed, language, ZoneInfo(work.opening.zone))


def _letter(to: str, subject: str, text: str, language: str) -> dict[str, Any]:
    return {"to": to, "subject": subject, "text": text + "\n", "language": (language_of(language) or Language.EN).tag}


def _one_of(column: Any, ids: Collection[UUID]) -> Any:
    return column == any_(literal(sorted(ids), ARRAY(Uuid())))


@command(needs=None)
async def mark_read(work: Work, *, notification_ids: Sequence[UUID]) -> list[Notification]:
    """Note that the acting member has read these; ids of others' notifications are passed over."""
    if len(notification_ids) > 100:
        raise Invalid(message("Mark at most {most} at once."), {"most": 100}, path=("notificationIds",))
    mine = select(Notification).where(
        queries.visible(work.actor), _one_of(Notification.id, notification_ids), Notification.read_at.is_(None)
    )
    read = await work.all(mine.with_for_update())
    for notification in read:
        notification.read_at = work.now
    return read


@dataclass(frozen=True)
class Registered:
    """An endpoint, and the signing secret that it has from now on, which is shown this once."""

    endpoint: WebhookEndpoint
    secret: str


@command(needs=Permission.WEBHOOKS_MANAGE)
async def register_endpoint(work: Work, *, url: str, events: Sequence[str]) -> Registered:
    """Have facts sent to an address by Standard Webhooks (NT-3)."""
    url, names = rules.clean_url(url), rules.clean_names(events, Event.known)
    if await work.value(select(func.count()).select_from(WebhookEndpoint)) >= rules.MOST_ENDPOINTS:
        raise Invalid(message("A company has at most {most} endpoints."), {"most": rules.MOST_ENDPOINTS}, path=("url",))
    await _refuse_second(work, url)
    secret = new_key(SECRET_BYTES)
    sealed = seal(secret, tenant_id=work.actor.tenant_id, purpose=queries.SECRET_PURPOSE)
    endpoint = work.add(WebhookEndpoint(url=url, events=names, sealed_secret=sealed, created_at=work.now))
    # No `about`: the journal keeps what changed for ever, and that must not be a secret, even sealed.
    work.record(EndpointRegistered(endpoint_id=endpoint.id))
    return Registered(endpoint, webhook_secret_text(secret))


@command(needs=Permission.WEBHOOKS_MANAGE)
async def change_endpoint(work: Work, *, endpoint_id: UUID, url: str, events: Sequence[str]) -> WebhookEndpoint:
    """Give an endpoint another address or other facts; its secrets stay."""
    endpoint = await work.get(WebhookEndpoint, endpoint_id, "endpointId", lock=True)
    url, names = rules.clean_url(url), rules.clean_names(events, Event.known)
    if url != endpoint.url:
        await _refuse_second(work, url)
    endpoint.url, endpoint.events = url, names
    work.record(EndpointChanged(endpoint_id=endpoint.id), about=endpoint)
    return endpoint


@command(needs=Permission.WEBHOOKS_MANAGE)
async def rotate_secret(work: Work, *, endpoint_id: UUID, grace_hours: int) -> Registered:
    """Give an endpoint another secret. The one it had signs too for so many hours, so that a receiver can change over
    without losing a webhook; one that was former already ends now."""
    endpoint = await work.get(WebhookEndpoint, endpoint_id, "endpointId", lock=True)
    ends_at = rules.former_ends_at(work.now, grace_hours)
    secret, former = new_key(SECRET_BYTES), endpoint.sealed_secret
    endpoint.sealed_secret = seal(secret, tenant_id=work.actor.tenant_id, purpose=queries.SECRET_PURPOSE)
    endpoint.former_sealed_secret, endpoint.former_secret_ends_at = (former, ends_at) if ends_at else (None, None)
    # No `about`, as at the registration.
    work.record(EndpointSecretRotated(endpoint_id=endpoint.id, former_ends_at=ends_at))
    return Registered(endpoint, webhook_secret_text(secret))


@command(needs=Permission.WEBHOOKS_MANAGE)
async def switch_on(work: Work, *, endpoint_id: UUID) -> WebhookEndpoint:
    """Send to an endpoint again, from now on; what it missed is not made up for."""
    endpoint = await work.get(WebhookEndpoint, endpoint_id, "endpointId", lock=True)
    if endpoint.disabled_at is not None:
        endpoint.disabled_at, endpoint.failures = None, 0
        work.record(EndpointSwitchedOn(endpoint_id=endpoint.id), about=endpoint)
    return endpoint


@command(needs=Permission.WEBHOOKS_MANAGE)
async def switch_off(work: Work, *, endpoint_id: UUID) -> WebhookEndpoint:
    """Send nothing more to an endpoint, not even what is planned."""
    endpoint = await work.get(WebhookEndpoint, endpoint_id, "endpointId", lock=True)
    await _switch_off(work, endpoint, by_hand=True)
    return endpoint


@command(needs=Permission.WEBHOOKS_MANAGE)
async def remove_endpoint(work: Work, *, endpoint_id: UUID) -> UUID:
    """Forget an endpoint and its secret."""
    endpoint = await work.get(WebhookEndpoint, endpoint_id, "endpointId", lock=True)
    await withdraw_effects(work, endpoint.id)
    work.delete(endpoint)
    work.record(EndpointRemoved(endpoint_id=endpoint_id))
    return endpoint_id


async def _refuse_second(work: Work, url: str) -> None:
    if await work.first(select(WebhookEndpoint).where(WebhookEndpoint.url == url)) is not None:
        raise Conflict(message("This address is registered already."), path=("url",))


async def _switch_off(work: Work, endpoint: WebhookEndpoint, *, by_hand: bool) -> None:
    if endpoint.disabled_at is None:
        endpoint.disabled_at = work.now
        await withdraw_effects(work, endpoint.id)
        work.record(EndpointSwitchedOff(endpoint_id=endpoint.id, by_hand=by_hand), about=endpoint)


async def plan_webhooks(work: Work, entry: JournalEntry) -> None:
    """Plan one webhook to each endpoint that asks for this fact; the yard does this for every fact."""
    for endpoint in await queries.that_ask_for(work, entry.name):
        subject = {"kind": entry.subject_kind, "id": str(entry.subject_id)} if entry.subject_id else None
        body = {
            "type": entry.name,
            "timestamp": entry.at.isoformat(),
            "data": {"id": str(entry.id), "subject": subject, "fields": entry.payload},
        }
        payload = {"endpoint_id": str(endpoint.id), "type": entry.name, "body": body}
        await work.plan_effect(EffectKind.WEBHOOK, f"webhook:{endpoint.id}:{entry.id}", payload, about=endpoint.id)


async def note_arrived(work: Work, endpoint_id: UUID) -> None:
    """A webhook was accepted: what failed before doesn't count any more."""
    endpoint = await work.find(WebhookEndpoint, endpoint_id)
    if endpoint is not None and endpoint.failures:
        endpoint = await work.get(WebhookEndpoint, endpoint_id, lock=True)
        endpoint.failures = 0


async def note_given_up(work: Work, endpoint_id: UUID, *, gone: bool = False) -> None:
    """A webhook was given up; ten in a row, or an endpoint that says it is `gone` (410), switch the endpoint off."""
    endpoint = await work.find(WebhookEndpoint, endpoint_id, lock=True)
    if endpoint is not None:
        endpoint.failures += 1
        if gone or endpoint.failures >= rules.FAILURES_UNTIL_OFF:
            await _switch_off(work, endpoint, by_hand=False)


async def forget_old(work: Work, *, before: datetime) -> None:
    """Delete notifications that were read before this instant, webhooks that had ended by then, and all secrets that
    sign no more."""
    await work.rows(delete(Notification).where(Notification.read_at < before))
    ended = (Effect.kind == EffectKind.WEBHOOK) & (Effect.state != EffectState.PLANNED) & (Effect.planned_at < before)
    await work.rows(delete(Effect).where(ended))
    former = update(WebhookEndpoint).where(WebhookEndpoint.former_secret_ends_at <= work.now)
    await work.rows(former.values(former_sealed_secret=None, former_secret_ends_at=None))
