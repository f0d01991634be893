"""The companies on this installation: their name, zone, languages, status, and a rehearsal tenant's own clock."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, UniqueConstraint, Uuid, literal_column, select
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models import CURRENT_TENANT, PlatformModel


class TenantStatus(StrEnum):
    """Suspended and closing tenants read and export, and change nothing (TN-1)."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSING = "closing"


class Tenant(PlatformModel, kw_only=True, eq=False):
    """One company. A rehearsal tenant lives by its own clock, and its mail and webhooks go to the local sink only."""

    __tablename__ = "tenants"
    __table_args__ = (UniqueConstraint("slug"),)

    slug: Mapped[str]
    name: Mapped[str]
    # IANA zone of its days and deadlines.
    zone: Mapped[str]
    language: Mapped[str]
    created_at: Mapped[datetime]
    status: Mapped[TenantStatus] = mapped_column(default=TenantStatus.ACTIVE)
    rehearsal: Mapped[bool] = mapped_column(default=False)
    # Where the rehearsal clock stands, and where it is going while timers fire on the way; real time has neither.
    clock_at: Mapped[datetime | None] = mapped_column(default=None)
    clock_target_at: Mapped[datetime | None] = mapped_column(default=None)


def is_suspended() -> ColumnElement[bool]:
    """Whether the tenant is suspended or closing, inside a statement that has set it; looked up once, if at all."""
    own = Tenant.id == literal_column(f"(select {CURRENT_TENANT})", Uuid())
    found: ColumnElement[bool] = select(Tenant.status != TenantStatus.ACTIVE).where(own).scalar_subquery()
    return found
