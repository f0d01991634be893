"""The tables of dry runs, each with what it found, and of who has read which version."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.rulebook.rules.hindsight import Compared
from domain.rulebook.rules.trials import State
from tenancy.models import TenantModel, references


class DryRun(TenantModel, kw_only=True, eq=False):
    """A draft is tried on the cases of a time that is past (PO-6)."""

    __tablename__ = "dry_runs"
    __table_args__ = (
        references("version_id", "handbook_versions"),
        references("started_by_id", "members"),
        references("signed_by_id", "members"),
        Index("ix_dry_runs_version", "tenant_id", "version_id", "id"),
        Index("ix_dry_runs_started_by", "tenant_id", "started_by_id"),
        Index("ix_dry_runs_signed_by", "tenant_id", "signed_by_id"),
    )

    version_id: Mapped[UUID]
    # What was tried: a draft that has changed since is to be tried anew.
    content: Mapped[str]
    months: Mapped[int]
    since: Mapped[datetime]
    until: Mapped[datetime]
    started_by_id: Mapped[UUID | None]
    state: Mapped[State] = mapped_column(default=State.RUNNING)
    # How many cases there are; none before they were counted.
    total: Mapped[int | None] = mapped_column(default=None)
    # How many cases were judged so far, how many couldn't be, and how much would have been otherwise.
    judged: Mapped[int] = mapped_column(default=0)
    unjudged: Mapped[int] = mapped_column(default=0)
    differing: Mapped[int] = mapped_column(default=0)
    # By the draft's clause, how often what would have been otherwise.
    by_clause: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    signed_by_id: Mapped[UUID | None] = mapped_column(default=None)
    signed_at: Mapped[datetime | None] = mapped_column(default=None)


class DryRunFinding(TenantModel, kw_only=True, eq=False):
    """Something about one case that would have been otherwise by the draft."""

    __tablename__ = "dry_run_findings"
    __table_args__ = (
        references("dry_run_id", "dry_runs"),
        references("member_id", "members"),
        Index("ix_dry_run_findings_dry_run", "tenant_id", "dry_run_id", "id"),
        Index("ix_dry_run_findings_member", "tenant_id", "member_id"),
    )

    dry_run_id: Mapped[UUID]
    compared: Mapped[Compared]
    # The draft's clause by its number; none where the draft is silent.
    number: Mapped[str | None]
    # A word of `SubjectKind`, not checked by the table: kinds are added without a migration here.
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    member_id: Mapped[UUID | None]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


class HandbookReading(TenantModel, kw_only=True, eq=False):
    """Somebody has confirmed that they have read a version (PO-9). Never changed."""

    __tablename__ = "handbook_readings"
    __table_args__ = (
        UniqueConstraint("tenant_id", "version_id", "member_id"),
        references("version_id", "handbook_versions"),
        references("member_id", "members"),
        Index("ix_handbook_readings_member", "tenant_id", "member_id"),
    )

    version_id: Mapped[UUID]
    member_id: Mapped[UUID]
    confirmed_at: Mapped[datetime]
