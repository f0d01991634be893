"""What people were told, and where webhooks go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, false, func, null, select, true

from domain.kernel.permissions import Permission
from domain.notifications import rules
from domain.notifications.models import Notification, NotificationPreferences, WebhookEndpoint
from tenancy.actor import Actor
from tenancy.identity.permits import who_may
from tenancy.models import current_instant, current_member
from tenancy.secrets import unseal
from tenancy.work import Work

SECRET_PURPOSE = "webhook-secret"  # noqa: S105  # what the secret is for, not the secret


@dataclass(frozen=True)
class Destination:
    """An endpoint that is switched on, with its opened secrets: the present one first."""

    url: str
    secrets: Sequence[bytes]


def visible(actor: Actor, table: Any = Notification) -> ColumnElement[bool]:
    """Everybody sees what they were told themselves, and nothing else."""
    if not actor.is_member:
        return false()
    own: ColumnElement[bool] = table.member_id == current_member()
    return own


def endpoints_visible(actor: Actor, _: Any = None) -> ColumnElement[bool]:
    """Endpoints are shown to whoever manages them; their secrets to nobody."""
    return true() if actor.may(Permission.WEBHOOKS_MANAGE) else false()


def former_secret_ends_at(endpoints: Any) -> ColumnElement[Any]:
    """Until when the former secret signs too; none where the present one signs alone."""
    return case((endpoints.former_secret_ends_at > current_instant(), endpoints.former_secret_ends_at), else_=null())


def text_of(notification: Notification, language: str, zone: str) -> str:
    """What a notification says to a reader of this language, instants by the clocks of the IANA zone."""
    return rules.written(notification.text, notification.blanks, language, ZoneInfo(zone))


def hours(wish: NotificationPreferences, zone: str) -> rules.Hours:
    """When a member wants mail; `zone` is the company's, which holds where they have said none."""
    return rules.clean_hours(wish.delivery, wish.daily_at, (wish.quiet_from, wish.quiet_until), wish.zone or zone)


async def preferences(work: Work) -> NotificationPreferences | None:
    """What the acting member wants by mail; None where they have not said."""
    if not work.actor.is_member:
        return None
    return await work.first(
        select(NotificationPreferences).where(NotificationPreferences.member_id == current_member())
    )


async def waiting(work: Work, member_id: UUID, *, most: int | None = None) -> list[Notification]:
    """What waits to reach a member by mail, oldest first."""
    found = select(Notification).where(Notification.member_id == member_id, Notification.mail_waits)
    return await work.all(found.order_by(Notification.id).limit(most))


async def unread(work: Work) -> int:
    """How many notifications the acting member has not read."""
    statement = select(func.count()).select_from(Notification)
    return int(await work.value(statement.where(visible(work.actor), Notification.read_at.is_(None))))


async def endpoint(work: Work, id: UUID, *path: str) -> WebhookEndpoint:
    """One endpoint; refuses with `NotFound`."""
    return await work.get(WebhookEndpoint, id, *path)


async def find_endpoint(work: Work, id: UUID) -> WebhookEndpoint | None:
    """One endpoint, or None when it was removed."""
    return await work.find(WebhookEndpoint, id)


async def that_ask_for(work: Work, name: str) -> list[WebhookEndpoint]:
    """The endpoints that are switched on and are told of facts of this name."""
    endpoints = await work.all(select(WebhookEndpoint).where(WebhookEndpoint.disabled_at.is_(None)))
    return [endpoint for endpoint in endpoints if rules.asks_for(endpoint.events, name)]


async def destination(work: Work, endpoint_id: UUID) -> Destination | None:
    """Where a webhook goes; None when its endpoint was removed or switched off meanwhile."""
    found = await work.find(WebhookEndpoint, endpoint_id)
    if found is None or found.disabled_at is not None:
        return None
    sealed = [found.sealed_secret]
    if found.former_sealed_secret is not None and rules.still_signs(found.former_secret_ends_at, work.now):
        sealed.append(found.former_sealed_secret)
    tenant_id = work.actor.tenant_id
    return Destination(found.url, [unseal(each, tenant_id=tenant_id, purpose=SECRET_PURPOSE) for each in sealed])


async def members_who_may(work: Work, permission: Permission) -> list[UUID]:
    """The active members who hold a permission, by id."""
    return list(await who_may(work, permission))
