"""Endpoints that programs are told at: registering, their secrets, and what is planned for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update

from domain.kernel.command import command
from domain.kernel.permissions import Permission
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
from tenancy.journal import Event, JournalEntry
from tenancy.outbox import withdraw_effects
from tenancy.refusals import Conflict, Invalid, message
from tenancy.secrets import new_key, seal, webhook_secret_text
from tenancy.work import Work

# How long a notification is kept after it was read, and a webhook after it was sent; mails are evidence and stay.
KEPT = timedelta(days=180)
SECRET_BYTES = 32


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
