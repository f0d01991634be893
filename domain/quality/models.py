"""The tables of quality: months, results, and the records behind each result."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.terms import CustomerTier
from domain.policies.rules.kinds import Metric, Period
from domain.quality.rules import Counted, Verdict
from tenancy.models import TenantModel, references


class QualityMonth(TenantModel, kw_only=True, eq=False):
    """A month that was measured; whoever measures it locks it. Once it is closed its results are frozen."""

    __tablename__ = "quality_months"
    __table_args__ = (UniqueConstraint("tenant_id", "starts_on"),)

    starts_on: Mapped[date]
    closed_at: Mapped[datetime | None] = mapped_column(default=None)


class QualityResult(TenantModel, kw_only=True, eq=False):
    """A measured target: what share of the records of a period was good enough, and whether that suffices (QM-1).

    Of the revisions of a result the last one holds; those before it keep what was known when they were frozen.
    """

    __tablename__ = "quality_results"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id",
            "metric",
            "period",
            "starts_on",
            "department_id",
            "service_line",
            "customer_tier",
            "revision",
            name="uq_quality_results_measured",
            postgresql_nulls_not_distinct=True,
        ),
        references("department_id", "departments"),
        references("clause_id", "clauses"),
        references("version_id", "handbook_versions"),
        Index("ix_quality_results_starts_on", "tenant_id", "starts_on", "id"),
        Index("ix_quality_results_department", "tenant_id", "department_id", "starts_on"),
        Index("ix_quality_results_clause", "tenant_id", "clause_id"),
        Index("ix_quality_results_version", "tenant_id", "version_id"),
    )

    metric: Mapped[Metric]
    period: Mapped[Period]
    # The first day of the period.
    starts_on: Mapped[date]
    # Whom it measures: a department with those below it, or the whole company.
    department_id: Mapped[UUID | None]
    # What its clause is limited to besides.
    service_line: Mapped[str | None]
    customer_tier: Mapped[CustomerTier | None]
    target_percent: Mapped[Decimal] = mapped_column(Numeric(7, 4))
    minimum_sample: Mapped[int]
    numerator: Mapped[int]
    denominator: Mapped[int]
    # Rounded down; none where no record counted.
    actual_percent: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    verdict: Mapped[Verdict]
    # The clause that laid the target down.
    clause_id: Mapped[UUID]
    version_id: Mapped[UUID]
    measured_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
    # When a later revision took its place.
    superseded_at: Mapped[datetime | None] = mapped_column(default=None)


class QualityEvidence(TenantModel, kw_only=True, eq=False):
    """A record behind a result, and how it counts."""

    __tablename__ = "quality_evidence"
    __table_args__ = (
        UniqueConstraint("tenant_id", "result_id", "request_id"),
        references("result_id", "quality_results"),
        references("request_id", "service_requests"),
        Index("ix_quality_evidence_request", "tenant_id", "request_id"),
    )

    result_id: Mapped[UUID]
    request_id: Mapped[UUID]
    counted: Mapped[Counted]
