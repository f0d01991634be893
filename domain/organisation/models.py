"""The tables of the company's shape."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models import TenantModel, references


class Department(TenantModel, kw_only=True, eq=False):
    """A part of the company; the root has no parent."""

    __tablename__ = "departments"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name"),
        references("parent_id", "departments"),
        references("head_id", "staff", in_a_circle=True),
        Index("ix_departments_parent", "tenant_id", "parent_id"),
        Index("ix_departments_head", "tenant_id", "head_id"),
    )

    name: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(default=None)
    head_id: Mapped[UUID | None] = mapped_column(default=None)


class Post(TenantModel, kw_only=True, eq=False):
    """A position that staff hold; clauses name posts, not people."""

    __tablename__ = "posts"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str]
    # Key posts leave only after an exit audit (PE-7).
    key_post: Mapped[bool] = mapped_column(default=False)


class Staff(TenantModel, kw_only=True, eq=False):
    """A member who works for the company; `id` is the member's."""

    __tablename__ = "staff"
    __table_args__ = (
        references("id", "members"),
        references("department_id", "departments"),
        references("post_id", "posts"),
        references("superior_id", "staff"),
        Index("ix_staff_department", "tenant_id", "department_id"),
        Index("ix_staff_post", "tenant_id", "post_id"),
        Index("ix_staff_superior", "tenant_id", "superior_id"),
    )

    department_id: Mapped[UUID]
    post_id: Mapped[UUID]
    hired_on: Mapped[date]
    superior_id: Mapped[UUID | None] = mapped_column(default=None)
    # The last day of probation; none when there was no probation.
    probation_until: Mapped[date | None] = mapped_column(default=None)
    left_on: Mapped[date | None] = mapped_column(default=None)
    # What they know, in the words of the assignment rules; and the region they work in, as customers' records name it.
    skills: Mapped[list[str]] = mapped_column(default_factory=list, server_default=text("'{}'"))
    region: Mapped[str] = mapped_column(default="", server_default="")


class Absence(TenantModel, kw_only=True, eq=False):
    """Somebody of the staff is away for some days, both ends included, and gets nothing new meanwhile."""

    __tablename__ = "absences"
    __table_args__ = (
        references("staff_id", "staff"),
        Index("ix_absences_staff", "tenant_id", "staff_id", "starts_on"),
    )

    staff_id: Mapped[UUID]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class DutyShift(TenantModel, kw_only=True, eq=False):
    """Somebody of the staff is on duty from an instant to another, its end excluded."""

    __tablename__ = "duty_shifts"
    __table_args__ = (
        references("staff_id", "staff"),
        Index("ix_duty_shifts_staff", "tenant_id", "staff_id", "starts_at"),
        Index("ix_duty_shifts_starts", "tenant_id", "starts_at", "id"),
    )

    staff_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
