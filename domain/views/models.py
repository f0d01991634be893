"""The table of saved views."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.views.rules import ViewAudience, ViewedList
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
