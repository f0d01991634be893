"""The tables of the catalogue: lines, offerings, and the forms of requests with their fields."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.catalogue.rules import FieldKind, PriceBasis
from tenancy.models import TenantModel, references


class ServiceLine(TenantModel, kw_only=True, eq=False):
    """A part of what the company offers (SC-1); clauses name it by its code, which never changes."""

    __tablename__ = "service_lines"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        references("parent_id", "service_lines"),
        references("department_id", "departments"),
        Index("ix_service_lines_parent", "tenant_id", "parent_id"),
        Index("ix_service_lines_department", "tenant_id", "department_id"),
    )

    code: Mapped[str]
    # In three languages.
    name: Mapped[dict[str, Any]]
    parent_id: Mapped[UUID | None] = mapped_column(default=None)
    # Who is responsible; none leaves it to the line above.
    department_id: Mapped[UUID | None] = mapped_column(default=None)
    # What stands below an inactive line is not offered either.
    active: Mapped[bool] = mapped_column(default=True)


class ServiceOffering(TenantModel, kw_only=True, eq=False):
    """Something that customers may ask for (SC-2), with the standards it is measured by (SC-3): a leaf below a service
    line."""

    __tablename__ = "service_offerings"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        references("line_id", "service_lines"),
        references("department_id", "departments"),
        references("form_id", "request_forms", in_a_circle=True),
        Index("ix_service_offerings_line", "tenant_id", "line_id"),
        Index("ix_service_offerings_department", "tenant_id", "department_id"),
        Index("ix_service_offerings_form", "tenant_id", "form_id"),
    )

    line_id: Mapped[UUID]
    code: Mapped[str]
    # These three in three languages; the last two may be empty.
    name: Mapped[dict[str, Any]]
    description: Mapped[dict[str, Any]]
    price_note: Mapped[dict[str, Any]]
    price_basis: Mapped[PriceBasis]
    # By which clauses name the class of service.
    sla_class: Mapped[str | None]
    # Names and targets in three languages (SC-3).
    standards: Mapped[list[Any]]
    # Who is responsible; none leaves it to the line.
    department_id: Mapped[UUID | None] = mapped_column(default=None)
    # What is asked at present; none when nothing was ever asked.
    form_id: Mapped[UUID | None] = mapped_column(default=None)
    active: Mapped[bool] = mapped_column(default=True)


class RequestForm(TenantModel, kw_only=True, eq=False):
    """What an offering asks, or asked (RQ-1). Never changed: requests keep the form that they answered."""

    __tablename__ = "request_forms"
    __table_args__ = (
        UniqueConstraint("tenant_id", "offering_id", "number"),
        references("offering_id", "service_offerings"),
    )

    offering_id: Mapped[UUID]
    # From 1, in the order in which they replaced each other.
    number: Mapped[int]
    made_at: Mapped[datetime]


class FormField(TenantModel, kw_only=True, eq=False):
    """A field of a form. Never changed."""

    __tablename__ = "form_fields"
    __table_args__ = (
        UniqueConstraint("tenant_id", "form_id", "code"),
        UniqueConstraint("tenant_id", "form_id", "position"),
        references("form_id", "request_forms"),
    )

    form_id: Mapped[UUID]
    # From 1.
    position: Mapped[int]
    code: Mapped[str]
    kind: Mapped[FieldKind]
    # In three languages.
    label: Mapped[dict[str, Any]]
    required: Mapped[bool]
    # As texts: what they bound depends on the kind.
    minimum: Mapped[str | None]
    maximum: Mapped[str | None]
    decimals: Mapped[int]
    currency: Mapped[str | None]
    # Codes and labels in three languages.
    choices: Mapped[list[Any]]
