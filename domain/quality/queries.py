"""Which results hold, who sees them, and the records that a month is measured by."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, select, true

from domain.feedback.queries import complaints as feedback
from domain.kernel.permissions import Permission
from domain.policies.rules.kinds import Metric
from domain.quality.models import QualityEvidence, QualityMonth, QualityResult
from domain.quality.rules import Counted, Month, Record
from domain.requests import queries as requests
from domain.requests.rules import ClockKind
from tenancy.actor import Actor
from tenancy.work import Work


def visible(actor: Actor, _: Any = None) -> ColumnElement[bool]:
    """Results, and which records are behind them, are open to whoever may read quality.

    The records themselves are shown by their own module to whom they may be shown.
    """
    return true() if actor.may(Permission.QUALITY_READ) else false()


async def get(work: Work, id: UUID, *path: str) -> QualityResult:
    """One result; refuses with `NotFound`."""
    return await work.get(QualityResult, id, *path)


async def holding(work: Work, month: Month) -> list[QualityResult]:
    """The last revision of every result of a month."""
    last = select(QualityResult).where(
        QualityResult.starts_on == month.starts_on, QualityResult.superseded_at.is_(None)
    )
    return await work.all(last.order_by(QualityResult.id))


async def evidence_of(work: Work, result_id: UUID) -> dict[UUID, Counted]:
    """The requests behind a result, and how each counts."""
    rows = select(QualityEvidence.request_id, QualityEvidence.counted).where(QualityEvidence.result_id == result_id)
    return {row["request_id"]: Counted(row["counted"]) for row in await work.rows(rows)}


async def last_closed(work: Work) -> Month | None:
    """The last month that was closed."""
    found = await work.value(select(func.max(QualityMonth.starts_on)).where(QualityMonth.closed_at.is_not(None)))
    return Month(found) if found is not None else None


async def records(work: Work, metric: Metric, since: datetime, until: datetime) -> list[Record]:
    """The records that count for a metric in a stretch of time, its end excluded."""
    match metric:
        case Metric.RESOLVED_IN_TIME:
            found = await requests.clock_outcomes(work, ClockKind.RESOLUTION, since=since, until=until)
        case Metric.RESPONSE_IN_TIME:
            found = await requests.clock_outcomes(work, ClockKind.RESPONSE, since=since, until=until)
        case Metric.SATISFACTION:
            found = await requests.satisfaction(work, since=since, until=until)
        case Metric.WITHOUT_COMPLAINT:
            closed = await requests.closed_outcomes(work, since=since, until=until)
            bad = await feedback.requests_complained_of(work, [outcome.request_id for outcome in closed])
            found = [replace(outcome, good=outcome.request_id not in bad) for outcome in closed]
        case Metric.NOT_REOPENED:
            found = await requests.reopening_outcomes(work, since=since, until=until)
        case Metric.FIRST_CONTACT:
            found = await requests.first_contact_outcomes(work, since=since, until=until)
        case Metric.RESOLVED:
            found = await requests.backlog_outcomes(work, since=since, until=until)
    return [
        Record(
            request_id=outcome.request_id,
            good=outcome.good,
            department_id=outcome.department_id,
            service_lines=outcome.service_lines,
            customer_tier=outcome.customer_tier,
        )
        for outcome in found
    ]


def _held(since: datetime, until: datetime) -> ColumnElement[bool]:
    frozen_then = and_(QualityResult.frozen_at >= since, QualityResult.frozen_at < until)
    return and_(frozen_then, QualityResult.superseded_at.is_(None))


async def frozen_count(work: Work, *, since: datetime, until: datetime) -> int:
    """How many results `frozen` gives in all."""
    return int(await work.value(select(func.count(QualityResult.id)).where(_held(since, until))))


async def frozen(
    work: Work, *, since: datetime, until: datetime, after_id: UUID | None, most: int
) -> list[QualityResult]:
    """Results that were frozen in a stretch of time and hold, behind an id."""
    found = select(QualityResult).where(_held(since, until)).order_by(QualityResult.id).limit(most)
    return await work.all(found if after_id is None else found.where(QualityResult.id > after_id))
