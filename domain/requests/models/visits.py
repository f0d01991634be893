"""The tables of visits on site and of the parts that were used there."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.requests.rules.visits import SiteVisitState
from tenancy.models import TenantModel, references


class SiteVisit(TenantModel, kw_only=True, eq=False):
    """Somebody goes to a customer for a request (RQ-7)."""

    __tablename__ = "site_visits"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        references("request_id", "service_requests"),
        references("engineer_id", "staff"),
        references("contact_id", "contacts"),
        references("planned_by_id", "members"),
        references("course_clause_id", "clauses"),
        references("signature_file_id", "files"),
        Index("ix_site_visits_request", "tenant_id", "request_id", "id"),
        # Asked of every request that somebody might see since they are sent there.
        Index("ix_site_visits_engineer", "tenant_id", "engineer_id", "request_id"),
        Index("ix_site_visits_contact", "tenant_id", "contact_id"),
        Index("ix_site_visits_planned_by", "tenant_id", "planned_by_id"),
        Index("ix_site_visits_course_clause", "tenant_id", "course_clause_id"),
        Index("ix_site_visits_signature_file", "tenant_id", "signature_file_id"),
        Index("ix_site_visits_starts", "tenant_id", "starts_at", "id"),
    )

    # Such as VST-000042.
    number: Mapped[str]
    request_id: Mapped[UUID]
    engineer_id: Mapped[UUID]
    # Who of the customer is met.
    contact_id: Mapped[UUID | None]
    site: Mapped[str]
    purpose: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    # Whether it was planned although it lies outside the hours of the calendar.
    outside_hours: Mapped[bool]
    planned_at: Mapped[datetime]
    # None for a program.
    planned_by_id: Mapped[UUID | None]
    # Whether it is finished only with a signature, by the clause on its request's course.
    signature_needed: Mapped[bool]
    course_clause_id: Mapped[UUID | None]
    state: Mapped[SiteVisitState] = mapped_column(default=SiteVisitState.PLANNED)
    travelled_at: Mapped[datetime | None] = mapped_column(default=None)
    checked_in_at: Mapped[datetime | None] = mapped_column(default=None)
    # Where that was, in degrees as decimal text, if it was told.
    latitude: Mapped[str | None] = mapped_column(default=None)
    longitude: Mapped[str | None] = mapped_column(default=None)
    # When it was finished, missed or cancelled.
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    # Why it was planned anew last, missed or cancelled.
    reason: Mapped[str] = mapped_column(default="")
    found: Mapped[str] = mapped_column(default="")
    done: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime | None] = mapped_column(default=None)
    signer_name: Mapped[str] = mapped_column(default="")
    signature_file_id: Mapped[UUID | None] = mapped_column(default=None)
    # Of what was signed; a later change of it takes the signature away.
    signed_digest: Mapped[str | None] = mapped_column(default=None)


class SiteVisitPart(TenantModel, kw_only=True, eq=False):
    """Something that was built in or left there."""

    __tablename__ = "site_visit_parts"
    __table_args__ = (
        UniqueConstraint("tenant_id", "site_visit_id", "position"),
        references("site_visit_id", "site_visits"),
    )

    site_visit_id: Mapped[UUID]
    # From 1.
    position: Mapped[int]
    part_number: Mapped[str]
    name: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, 3))
    serial_number: Mapped[str]
    # What one costs; none where that is not said, of both.
    price_minor: Mapped[int | None]
    currency: Mapped[str | None]
