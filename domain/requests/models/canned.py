"""The table of canned answers."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models import TenantModel, references


class CannedAnswer(TenantModel, kw_only=True, eq=False):
    """Something that is said to requesters again and again (RQ-10)."""

    __tablename__ = "canned_answers"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        references("department_id", "departments"),
        references("offering_id", "service_offerings"),
        Index("ix_canned_answers_department", "tenant_id", "department_id"),
        Index("ix_canned_answers_offering", "tenant_id", "offering_id"),
    )

    code: Mapped[str]
    # Both in three languages.
    title: Mapped[dict[str, Any]]
    text: Mapped[dict[str, Any]]
    # Whose requests it is for; none for all.
    department_id: Mapped[UUID | None]
    # For requests for which offering it is; none for all.
    offering_id: Mapped[UUID | None]
    active: Mapped[bool] = mapped_column(default=True)
