"""Which results hold, who sees them, and the records that a month is measured by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, select, true

from domain.catalogue import queries as catalogue
from domain.catalogue.models import ServiceOffering
from domain.feedback.queries import complaints as feedback
from domain.kernel.permissions import Permission
from domain.policies.rules.kinds import Metric
from domain.quality.models import QualityEvidence, QualityMonth, QualityResult
from domain.quality.rules import Counted, Figure, Month, Record, edges_of, figure
from domain.requests import queries as requests
from domain.requests.models import ServiceRequest
from domain.requests.rules import ClockKind
from tenancy.actor import Actor
from tenancy.models import one_of
from tenancy.refusals import Invalid, message
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


LONGEST = timedelta(days=1830)


@dataclass(frozen=True)
class StandardFigure:
    """How an offering does by one of its standards that is measured."""

    position: int
    name: Mapping[str, str]
    aspect: str | None
    metric: Metric
    at_least_percent: Decimal
    figure: Figure

    @property
    def reached(self) -> bool | None:
        """Whether the share is reached, by the exact one; None where nothing counted."""
        found = self.figure
        return 100 * found.numerator >= self.at_least_percent * found.denominator if found.denominator else None


async def standard_figures(
    work: Work, *, offering_id: UUID, since_on: date, until_on: date
) -> Sequence[StandardFigure]:
    """How an offering that the actor sees does by its measured standards (SC-3): of the requests for it that count for
    a metric on these days of the company's zone, both included. Needs `quality.read`."""
    work.actor.require(Permission.QUALITY_READ)
    shown = catalogue.visible_offerings(work.actor, ServiceOffering)
    offering = await work.seen(ServiceOffering, offering_id, shown, "offeringId")
    if until_on < since_on:
        raise Invalid(message("This ends before it begins."), path=("untilOn",))
    if until_on - since_on > LONGEST:
        raise Invalid(message("This is longer than {days} days."), {"days": LONGEST.days}, path=("untilOn",))
    since, until = edges_of(since_on, until_on, work.opening.zone)
    measured = [
        (position, each) for position, each in enumerate(offering.standards, start=1) if each.get("metric") is not None
    ]
    counted: dict[Metric, Figure] = {}
    for metric in sorted({Metric(each["metric"]) for _, each in measured}):
        found = await records(work, metric, since, until)
        own = await _asked_for(work, offering.id, [record.request_id for record in found])
        counted[metric] = figure(record for record in found if record.request_id in own)
    return [
        StandardFigure(
            position=position,
            name=each["name"],
            aspect=each.get("aspect"),
            metric=Metric(each["metric"]),
            at_least_percent=Decimal(each["at_least_percent"]),
            figure=counted[Metric(each["metric"])],
        )
        for position, each in measured
    ]


async def _asked_for(work: Work, offering_id: UUID, request_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these requests are for an offering."""
    theirs = (ServiceRequest.offering_id == offering_id, one_of(ServiceRequest.id, request_ids))
    return {row["id"] for row in await work.rows(select(ServiceRequest.id).where(*theirs))}
