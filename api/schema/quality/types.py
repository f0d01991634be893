"""Quality results as clients see them."""

from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement, Double, cast

from api.reading.filters import DayFilter, IdFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, one, page, shows
from api.schema.organisation.types import Department
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause, HandbookVersion
from api.schema.requests.types import ServiceRequest
from api.schema.terms import CustomerTier
from domain.kernel.subjects import SubjectKind
from domain.policies.rules.kinds import Metric, Period
from domain.quality import models, queries
from domain.quality.rules import Counted, Verdict

strawberry.enum(Metric, name="QualityMetric", description="What a quality target measures, as a share of records.")
strawberry.enum(Period, name="QualityPeriod", description="How long a quality target is measured before it is judged.")
strawberry.enum(Verdict, name="QualityVerdict", description="Whether a target was reached; too few records: no data.")
strawberry.enum(Counted, name="QualityCounted", description="How a record counts: good enough, or in the whole alone.")


@shows(models.QualityEvidence, visible=queries.visible)
class QualityEvidence(Node):
    """A record behind a result."""

    request: ServiceRequest | None = one("The request; null where you may not see it.", "request_id")
    request_id: UUID = column("The request's id, whether you may see it or not.")
    counted: Counted = column("How it counts: in the numerator and the denominator, or in the denominator alone.")


@strawberry.enum(description="How the records behind a result are ordered.")
class QualityEvidenceOrder(Enum):
    """Orders of evidence."""

    OLDEST = "oldest"


EVIDENCE_ORDERS = {QualityEvidenceOrder.OLDEST: Order(lambda row: row.request_id)}


@strawberry.input(description="Which records behind a result to give.")
class QualityEvidenceFilter:
    """Conditions on evidence."""

    counted: WordFilter[Counted] | None = filtered("By how they count.")
    request_id: IdFilter | None = filtered("By request.")


def _number(stored: Any) -> ColumnElement[float]:
    return cast(stored, Double())


@shows(models.QualityResult, visible=queries.visible)
class QualityResult(Node):
    """A measured target: what share of the records of a period was good enough, and whether that suffices."""

    metric: Metric = column("What is measured.")
    period: Period = column("How long it is measured.")
    starts_on: date = column("The first day of the period, in the company's zone.")
    department: Department | None = one(
        "Whom it measures, with those below; null for the whole company.", "department_id"
    )
    service_line: str | None = column("The only service line that counts; null when all do.")
    customer_tier: CustomerTier | None = column("The only customers that count; null when all do.")
    target_percent: float = computed("The share that was to be reached.", lambda row: _number(row.target_percent))
    minimum_sample: int = column("How many records it takes to be judged.")
    numerator: int = column("How many records were good enough.")
    denominator: int = column("How many records counted.")
    actual_percent: float | None = computed(
        "The share, rounded down; null where no record counted.", lambda row: _number(row.actual_percent)
    )
    verdict: Verdict = column("Whether the target was reached; for the time being until the result is frozen.")
    clause: Clause | None = one("The clause that laid the target down.", "clause_id")
    handbook_version: HandbookVersion | None = one("The version that held last in the period.", "version_id")
    measured_at: datetime = column("When it was measured.")
    frozen_at: datetime | None = column("When it was frozen, after the period was over.")
    revision: int = column("Raised by every correction after it was frozen.")
    superseded_at: datetime | None = column("When a later revision took its place.")
    holds: bool = computed("Whether it is the last revision.", lambda row: row.superseded_at.is_(None))
    evidence = page(
        "The records behind the figure.",
        QualityEvidence,
        on="result_id",
        orders=EVIDENCE_ORDERS,
        filter=QualityEvidenceFilter,
    )
    decisions = decisions(SubjectKind.QUALITY_RESULT)


@strawberry.enum(description="How results are ordered.")
class QualityResultOrder(Enum):
    """Orders of results."""

    LATEST_PERIOD = "latest_period"
    EARLIEST_PERIOD = "earliest_period"


QUALITY_RESULT_ORDERS = {
    QualityResultOrder.LATEST_PERIOD: Order(lambda row: row.starts_on, descending=True),
    QualityResultOrder.EARLIEST_PERIOD: Order(lambda row: row.starts_on),
}


@strawberry.input(description="Which results to give.")
class QualityResultFilter:
    """Conditions on results."""

    starts_on: DayFilter | None = filtered("By the first day of the period.")
    metric: WordFilter[Metric] | None = filtered("By what is measured.")
    department_id: IdFilter | None = filtered("By whom it measures; isNull: true gives the whole company.")
    service_line: TextFilter | None = filtered("By service line.")
    customer_tier: WordFilter[CustomerTier] | None = filtered("By the importance of the customers.")
    verdict: WordFilter[Verdict] | None = filtered("By whether the target was reached.")
    holds: bool | None = filtered("Whether it is the last revision.", lambda row: row.superseded_at.is_(None))
    frozen: bool | None = filtered(
        "Whether its period is over and it is frozen.", lambda row: row.frozen_at.is_not(None)
    )
    and_: "list[QualityResultFilter] | None" = combining("All of these hold.", "and")
    or_: "list[QualityResultFilter] | None" = combining("One of these holds.", "or")
    not_: "QualityResultFilter | None" = combining("This does not hold.", "not")
