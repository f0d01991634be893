"""Notifications and webhook endpoints as clients see them."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import strawberry
from sqlalchemy import Select, Uuid, literal_column, select

from api.reading.filters import InstantFilter, filtered
from api.reading.mapping import Node, Order, column, computed, rendered, shows
from domain.notifications import models, queries, rules
from tenancy.actor import Actor
from tenancy.models import CURRENT_TENANT
from tenancy.tenants import Tenant


def _zone(_: Any) -> Select[Any]:
    return select(Tenant.zone).where(Tenant.id == literal_column(f"(select {CURRENT_TENANT})", Uuid()))


def _sentence(values: Mapping[str, Any], actor: Actor) -> str:
    return rules.written(values["text"], values["blanks"], actor.language, ZoneInfo(values["zone"]))


@shows(models.Notification, visible=queries.visible)
class Notification(Node):
    """One thing that you are told."""

    text: str = rendered(
        "What you are told, in your language.",
        _sentence,
        text=lambda row: row.text,
        blanks=lambda row: row.blanks,
        zone=_zone,
    )
    at: datetime = column("When.")
    read_at: datetime | None = column("When you read it.")
    subject_kind: str | None = column("The kind of the record it is about.")
    subject_id: UUID | None = column("The record it is about; ask for it with node.")


@strawberry.enum(description="How notifications are ordered.")
class NotificationOrder(Enum):
    """Orders of notifications."""

    NEWEST = "newest"


NOTIFICATION_ORDERS = {NotificationOrder.NEWEST: Order(lambda row: row.id, descending=True)}


@strawberry.input(description="Which notifications to give.")
class NotificationFilter:
    """Conditions on notifications."""

    read_at: InstantFilter | None = filtered("By when you read them; `isNull: true` gives the unread ones.")


@shows(models.WebhookEndpoint, visible=queries.endpoints_visible)
class WebhookEndpoint(Node):
    """Where the company wants to be told of facts, signed by Standard Webhooks."""

    url: str = column("The address.")
    events: list[str] = column("The names of the facts, of `factNames`, or *.")
    created_at: datetime = column("When it was registered.")
    disabled_at: datetime | None = column("When it was switched off, by hand or after repeated failures.")
    former_secret_ends_at: datetime | None = computed(
        "Until when the secret before the present one signs too: a webhook carries both signatures until then. None"
        " where the present one signs alone.",
        queries.former_secret_ends_at,
    )
    failures: int = column("How many webhooks were given up since the last one that arrived.")


@strawberry.enum(description="How endpoints are ordered.")
class WebhookEndpointOrder(Enum):
    """Orders of endpoints."""

    OLDEST = "oldest"


WEBHOOK_ENDPOINT_ORDERS = {WebhookEndpointOrder.OLDEST: Order(lambda row: row.id)}
