"""The tables of archives and of the keys that open them; neither is ever in an archive."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.backups.rules import DrillState, Occasion, State
from tenancy.models import TenantModel, references


class ArchiveKey(TenantModel, kw_only=True, eq=False):
    """What opens a company's archives: an age identity, sealed. Without it they are noise, so erasing it erases them.

    It leaves the house once printed by `zhidu backup --print-key`; else it is only here, sealed with the installation's
    key.
    """

    __tablename__ = "archive_keys"
    __table_args__ = (
        # A company has one key in use.
        Index("uq_archive_keys_in_use", "tenant_id", unique=True, postgresql_where=text("destroyed_at IS NULL")),
    )

    made_at: Mapped[datetime]
    sealed_identity: Mapped[bytes | None] = mapped_column(comment="sealed: archive-key")
    destroyed_at: Mapped[datetime | None] = mapped_column(default=None)


class Archive(TenantModel, kw_only=True, eq=False):
    """One archive of the company: how it was made, where it is, and whether a restore was rehearsed with it.

    Instants are by the company's clock.
    """

    __tablename__ = "archives"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        references("key_id", "archive_keys"),
        references("clause_id", "clauses"),
        Index("ix_archives_key", "tenant_id", "key_id"),
        Index("ix_archives_clause", "tenant_id", "clause_id"),
        # One archive at a time.
        Index("uq_archives_running", "tenant_id", unique=True, postgresql_where=text("state = 'running'")),
    )

    number: Mapped[int]
    occasion: Mapped[Occasion]
    key_id: Mapped[UUID]
    started_at: Mapped[datetime]
    state: Mapped[State] = mapped_column(default=State.RUNNING)
    # The schedule's clause; none when the handbook says nothing of backups.
    clause_id: Mapped[UUID | None] = mapped_column(default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)
    # Why it failed, or what the last attempt met: a marked sentence and its values.
    problem: Mapped[str | None] = mapped_column(default=None)
    problem_values: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    # The stored object; a deleted archive keeps it until the object is gone.
    object_name: Mapped[str | None] = mapped_column(default=None)
    size_bytes: Mapped[int | None] = mapped_column(default=None)
    sha256: Mapped[str | None] = mapped_column(default=None)
    schema_revision: Mapped[str | None] = mapped_column(default=None)
    row_count: Mapped[int | None] = mapped_column(default=None)
    # By table.
    row_counts: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    drill: Mapped[DrillState | None] = mapped_column(default=None)
    drilled_at: Mapped[datetime | None] = mapped_column(default=None)
    drill_problem: Mapped[str | None] = mapped_column(default=None)
    drill_problem_values: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    # Rows restored, and agenda items that were held back, in the last drill.
    drill_rows: Mapped[int | None] = mapped_column(default=None)
    drill_held: Mapped[int | None] = mapped_column(default=None)
