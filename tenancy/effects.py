"""The ledger of what leaves the house: each effect has one key for ever and is written before it is sent."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models import TenantModel


class EffectKind(StrEnum):
    """By which gateway an effect leaves."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class EffectState(StrEnum):
    """Planned, then sent; or given up, or stopped before it left (a paid invoice's letter)."""

    PLANNED = "planned"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class Effect(TenantModel, kw_only=True, eq=False):
    """One mail or webhook: unique by key, so no step is taken twice whatever crashes."""

    __tablename__ = "effects"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        Index("ix_effects_subject", "tenant_id", "subject_id"),
    )

    key: Mapped[str]
    kind: Mapped[EffectKind]
    subject_id: Mapped[UUID]
    payload: Mapped[dict[str, Any]]
    planned_at: Mapped[datetime]
    state: Mapped[EffectState] = mapped_column(default=EffectState.PLANNED)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    # Above one when a crash between sending and recording may have let it leave again under the same id.
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(default=None)


def effect_id(tenant_id: UUID, key: str) -> UUID:
    """The id of the effect with this key: the same whenever it is planned, so a Message-ID never changes."""
    return uuid5(tenant_id, key)
