"""The tables of the rulebook: versions, their clauses, and the decisions that were taken by them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.policies.rules.versions import SignedAs, State
from tenancy.models import TenantModel, references


class HandbookVersion(TenantModel, kw_only=True, eq=False):
    """One version of the handbook as a controlled document (PO-2). Of the published ones, the last to take effect
    before an instant is the one in force at it."""

    __tablename__ = "handbook_versions"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        references("base_id", "handbook_versions"),
        references("author_id", "members"),
        references("submitter_id", "members"),
        references("reviewer_id", "members"),
        references("approver_id", "members"),
        Index(
            "uq_handbook_versions_effective",
            "tenant_id",
            "effective_at",
            unique=True,
            postgresql_where=text("state = 'published'"),
        ),
        Index("ix_handbook_versions_base", "tenant_id", "base_id"),
        Index("ix_handbook_versions_author", "tenant_id", "author_id"),
        Index("ix_handbook_versions_submitter", "tenant_id", "submitter_id"),
        Index("ix_handbook_versions_reviewer", "tenant_id", "reviewer_id"),
        Index("ix_handbook_versions_approver", "tenant_id", "approver_id"),
    )

    number: Mapped[int]
    document_number: Mapped[str]
    title: Mapped[dict[str, Any]]
    # Why there is this version and what it changes.
    note: Mapped[str]
    drafted_at: Mapped[datetime]
    state: Mapped[State] = mapped_column(default=State.DRAFT)
    # Raised at every change of its clauses, so that two editors notice each other.
    revision: Mapped[int] = mapped_column(default=0)
    # The version it changes; what has been published since doesn't get lost by it. None: there was none.
    base_id: Mapped[UUID | None] = mapped_column(default=None)
    author_id: Mapped[UUID | None] = mapped_column(default=None)
    submitter_id: Mapped[UUID | None] = mapped_column(default=None)
    reviewer_id: Mapped[UUID | None] = mapped_column(default=None)
    approver_id: Mapped[UUID | None] = mapped_column(default=None)
    # The day of publishing in the company's zone.
    issued_on: Mapped[date | None] = mapped_column(default=None)
    effective_at: Mapped[datetime | None] = mapped_column(default=None)
    # When it is to take effect, as it was submitted and is reviewed.
    planned_effective_at: Mapped[datetime | None] = mapped_column(default=None)
    # Who may read it while it is in review, because they are to decide on it.
    shown_to_ids: Mapped[list[UUID]] = mapped_column(default_factory=list, server_default=text("'{}'"))


class HandbookSignature(TenantModel, kw_only=True, eq=False):
    """Somebody put their name to a version, as its reviewer or its approver (PO-2)."""

    __tablename__ = "handbook_signatures"
    __table_args__ = (
        UniqueConstraint("tenant_id", "version_id", "member_id", "signed_as"),
        references("version_id", "handbook_versions"),
        references("member_id", "members"),
        Index("ix_handbook_signatures_member", "tenant_id", "member_id"),
    )

    version_id: Mapped[UUID]
    member_id: Mapped[UUID]
    signed_as: Mapped[SignedAs]
    at: Mapped[datetime]


class Clause(TenantModel, kw_only=True, eq=False):
    """One numbered clause of a version: a typed value, whom it concerns, and its text in three languages (PO-1)."""

    __tablename__ = "clauses"
    __table_args__ = (
        UniqueConstraint("tenant_id", "version_id", "number"),
        references("version_id", "handbook_versions"),
        Index("ix_clauses_version_position", "tenant_id", "version_id", "position"),
    )

    version_id: Mapped[UUID]
    number: Mapped[str]
    # A text by which the numbers sort as people count.
    position: Mapped[str]
    kind: Mapped[str]
    value: Mapped[dict[str, Any]]
    scope: Mapped[dict[str, Any]]
    title: Mapped[dict[str, Any]]
    text: Mapped[dict[str, Any]]
    # Whether running cases go by it as soon as it is in force, instead of by the version they started under (PO-3).
    applies_to_open_cases: Mapped[bool] = mapped_column(default=False)


class Decision(TenantModel, kw_only=True, eq=False):
    """Something that was decided by a clause: about which record, from what, with what result, and why by this clause
    (PO-5). Never changed, never deleted."""

    __tablename__ = "decisions"
    __table_args__ = (
        references("clause_id", "clauses"),
        references("version_id", "handbook_versions"),
        Index("ix_decisions_subject", "tenant_id", "subject_kind", "subject_id", "id"),
        Index("ix_decisions_clause", "tenant_id", "clause_id"),
        Index("ix_decisions_version", "tenant_id", "version_id"),
    )

    at: Mapped[datetime]
    # A word of `SubjectKind`, not checked by the table: kinds are added without a migration here.
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    # What was decided, as a word of the deciding module: `requests.deadline`.
    decision: Mapped[str]
    clause_id: Mapped[UUID]
    version_id: Mapped[UUID]
    inputs: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    # The clauses that came into question, the winner first.
    why: Mapped[list[Any]]
