"""The tables of the library: its pieces in versions, and who used which for what."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.presales.rules.library import MaterialKind, MaterialState
from tenancy.models import TenantModel, references


class LibraryItem(TenantModel, kw_only=True, eq=False):
    """One version of something that presales keeps to use it again (PS-5)."""

    __tablename__ = "library_items"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number", "version"),
        # Whatever two people do at once, one version counts.
        Index(
            "uq_library_items_live",
            "tenant_id",
            "number",
            unique=True,
            postgresql_where=text("state <> 'superseded'"),
        ),
        references("service_line_id", "service_lines"),
        references("solution_id", "solutions"),
        references("written_by_id", "members"),
        Index("ix_library_items_service_line", "tenant_id", "service_line_id"),
        Index("ix_library_items_solution", "tenant_id", "solution_id"),
        Index("ix_library_items_written_by", "tenant_id", "written_by_id"),
        Index("ix_library_items_state", "tenant_id", "state", "id"),
    )

    # Such as LIB-000042, the same for all versions; the figures are the company's own.
    number: Mapped[str]
    version: Mapped[int]
    kind: Mapped[MaterialKind]
    title: Mapped[str]
    summary: Mapped[str]
    content: Mapped[str]
    # In lower case, by the alphabet.
    tags: Mapped[list[str]]
    service_line_id: Mapped[UUID | None]
    # The customer's solution that it comes of, and who of theirs agreed to its use for others.
    solution_id: Mapped[UUID | None]
    consent_by: Mapped[str]
    consent_on: Mapped[date | None]
    # Why there is this version; empty for the first.
    reason: Mapped[str]
    written_at: Mapped[datetime]
    written_by_id: Mapped[UUID | None]
    state: Mapped[MaterialState] = mapped_column(default=MaterialState.CURRENT)
    # Why nobody is to use it any more.
    retired_for: Mapped[str] = mapped_column(default="")


class LibraryUse(TenantModel, kw_only=True, eq=False):
    """That somebody used a piece of the library for something, and what they say about it; never changed."""

    __tablename__ = "library_uses"
    __table_args__ = (
        references("item_id", "library_items"),
        references("inquiry_id", "inquiries"),
        references("quotation_id", "quotations"),
        references("used_by_id", "members"),
        Index("ix_library_uses_item", "tenant_id", "item_id", "id"),
        Index("ix_library_uses_inquiry", "tenant_id", "inquiry_id"),
        Index("ix_library_uses_quotation", "tenant_id", "quotation_id"),
        Index("ix_library_uses_used_by", "tenant_id", "used_by_id", "id"),
    )

    item_id: Mapped[UUID]
    # For which of these two, if for one.
    inquiry_id: Mapped[UUID | None]
    quotation_id: Mapped[UUID | None]
    purpose: Mapped[str]
    # What is wrong with it or missing, and whether it has to be brought up to date for that.
    feedback: Mapped[str]
    outdated: Mapped[bool]
    used_at: Mapped[datetime]
    used_by_id: Mapped[UUID | None]
