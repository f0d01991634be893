"""The tables of alarms."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.operations.rules.alarms import AlarmState
from domain.policies.rules.kinds.operations import AlarmSeverity
from tenancy.models import TenantModel, references


class Alarm(TenantModel, kw_only=True, eq=False):
    """What a monitoring system tells of a customer's system: one row for each fingerprint, however often (RQ-12)."""

    __tablename__ = "alarms"
    __table_args__ = (
        UniqueConstraint("tenant_id", "monitor", "fingerprint"),
        references("customer_id", "customers"),
        references("client_id", "oauth_clients"),
        references("request_id", "service_requests"),
        Index("ix_alarms_customer", "tenant_id", "customer_id", "monitor", "opened_at"),
        Index("ix_alarms_client", "tenant_id", "client_id"),
        Index("ix_alarms_request", "tenant_id", "request_id"),
        Index("ix_alarms_last", "tenant_id", "last_at", "id"),
    )

    monitor: Mapped[str]
    fingerprint: Mapped[str]
    title: Mapped[str]
    severity: Mapped[AlarmSeverity]
    details: Mapped[dict[str, Any]]
    customer_id: Mapped[UUID]
    # The program that has raised it first; none when a member did.
    client_id: Mapped[UUID | None]
    state: Mapped[AlarmState]
    # How often it was raised, and how often anew after it had recovered.
    count: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    episodes: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    recovered_at: Mapped[datetime | None] = mapped_column(default=None)
    # The request that was opened last for it, or that stands for all of a storm; none where its severity opens none.
    request_id: Mapped[UUID | None] = mapped_column(default=None)
    # When it has opened a request of its own last.
    opened_at: Mapped[datetime | None] = mapped_column(default=None)


class AlarmStorm(TenantModel, kw_only=True, eq=False):
    """More alarms of a monitor than may open requests of a customer: one request stands for the further ones."""

    __tablename__ = "alarm_storms"
    __table_args__ = (
        references("customer_id", "customers"),
        references("request_id", "service_requests"),
        Index("ix_alarm_storms_customer", "tenant_id", "customer_id", "monitor"),
        Index("ix_alarm_storms_request", "tenant_id", "request_id"),
    )

    monitor: Mapped[str]
    customer_id: Mapped[UUID]
    request_id: Mapped[UUID]
    began_at: Mapped[datetime]
