"""The tables of saved views and of exports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.views.rules import ExportForm, ExportState, Headings, ViewAudience, ViewedList
from tenancy.models import TenantModel, references


class SavedView(TenantModel, kw_only=True, eq=False):
    """A list with a filter, an order and columns under a name."""

    __tablename__ = "saved_views"
    __table_args__ = (
        UniqueConstraint("tenant_id", "owner_id", "viewed_list", "name"),
        references("owner_id", "members"),
        references("department_id", "departments"),
        Index("ix_saved_views_department", "tenant_id", "department_id"),
    )

    owner_id: Mapped[UUID]
    viewed_list: Mapped[ViewedList]
    name: Mapped[str]
    audience: Mapped[ViewAudience]
    # Whose view it is, where it is a department's.
    department_id: Mapped[UUID | None]
    # The list's own filter and the word of its order, as clients write them; none for all rows, and the usual order.
    conditions: Mapped[dict[str, Any] | None]
    ordering: Mapped[str | None]
    # Fields of a row, and of what it leads to, such as `customer.name`.
    columns: Mapped[list[str]]
    changed_at: Mapped[datetime]


class Export(TenantModel, kw_only=True, eq=False):
    """The rows of a view as a file, which a worker writes as whoever asked for it: what the view was then."""

    __tablename__ = "exports"
    __table_args__ = (
        references("owner_id", "members"),
        references("file_id", "files"),
        Index("ix_exports_owner", "tenant_id", "owner_id", "id"),
        Index("ix_exports_file", "tenant_id", "file_id"),
    )

    owner_id: Mapped[UUID]
    # What they might do by the token with which they asked; what they may not do any more is not theirs then.
    permissions: Mapped[list[str]]
    name: Mapped[str]
    viewed_list: Mapped[ViewedList]
    conditions: Mapped[dict[str, Any] | None]
    ordering: Mapped[str | None]
    columns: Mapped[list[str]]
    form: Mapped[ExportForm]
    headings: Mapped[Headings]
    started_at: Mapped[datetime]
    state: Mapped[ExportState] = mapped_column(default=ExportState.RUNNING)
    # Unknown until the rows were counted.
    total: Mapped[int | None] = mapped_column(default=None)
    written: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    file_id: Mapped[UUID | None] = mapped_column(default=None)
    # Why it failed: a marked sentence and its values.
    problem: Mapped[str | None] = mapped_column(default=None)
    problem_values: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
