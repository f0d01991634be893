"""The tables of notifications and of the endpoints that webhooks go to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.notifications.rules import Delivery
from tenancy.models import TenantModel, references


class Notification(TenantModel, kw_only=True, eq=False):
    """One thing that one member is told, shown in the product until it is read and for a while after."""

    __tablename__ = "notifications"
    __table_args__ = (
        # The same news reaches a person once, however often its reaction is repeated.
        UniqueConstraint("tenant_id", "member_id", "key"),
        references("member_id", "members"),
        Index("ix_notifications_member", "tenant_id", "member_id", "id"),
        Index("ix_notifications_read", "tenant_id", "read_at"),
        Index("ix_notifications_waiting", "tenant_id", "member_id", "id", postgresql_where=text("mail_waits")),
    )

    member_id: Mapped[UUID]
    key: Mapped[str]
    # The marked English text, and the packed values of its blanks; the reader's language is chosen when it is read.
    text: Mapped[str]
    blanks: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    # The record it is about, as its table and id; none for news of the product itself.
    subject_kind: Mapped[str | None] = mapped_column(default=None)
    subject_id: Mapped[UUID | None] = mapped_column(default=None)
    read_at: Mapped[datetime | None] = mapped_column(default=None)
    # Whether its mail is still to leave, together with others, when the member wants it.
    mail_waits: Mapped[bool] = mapped_column(default=False, server_default=false())


class NotificationPreferences(TenantModel, kw_only=True, eq=False):
    """What reaches a member by mail, and when; whoever has none gets every mail at once."""

    __tablename__ = "notification_preferences"
    __table_args__ = (UniqueConstraint("tenant_id", "member_id"), references("member_id", "members"))

    member_id: Mapped[UUID]
    # Topics of which no mail is wanted.
    muted: Mapped[list[str]]
    delivery: Mapped[Delivery]
    # Times of the day such as 08:00, by the clocks of the zone; the company's where none is said.
    daily_at: Mapped[str]
    quiet_from: Mapped[str | None] = mapped_column(default=None)
    quiet_until: Mapped[str | None] = mapped_column(default=None)
    zone: Mapped[str | None] = mapped_column(default=None)


class WebhookEndpoint(TenantModel, kw_only=True, eq=False):
    """Where a tenant wants to be told of facts, and the secrets that sign what is sent there."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (UniqueConstraint("tenant_id", "url"),)

    url: Mapped[str]
    # Names of facts, or `*`.
    events: Mapped[list[str]]
    # The comment tells archives that it is to be unsealed for them (`tenancy.archives.tables`).
    sealed_secret: Mapped[bytes] = mapped_column(comment="sealed: webhook-secret")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None] = mapped_column(default=None)
    # While a secret is replaced the one before it signs too, up to this instant.
    former_sealed_secret: Mapped[bytes | None] = mapped_column(default=None, comment="sealed: webhook-secret")
    former_secret_ends_at: Mapped[datetime | None] = mapped_column(default=None)
    # How many webhooks were given up since the last one that arrived.
    failures: Mapped[int] = mapped_column(default=0)
