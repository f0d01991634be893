"""Measuring a month, and closing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.terms import CustomerTier
from domain.organisation import queries as organisation
from domain.policies import commands as policies_commands
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import Metric, QualityTarget
from domain.quality import queries, rules
from domain.quality.events import QualityMeasured, QualityMonthClosed, TargetMissed
from domain.quality.models import QualityEvidence, QualityMonth, QualityResult
from domain.quality.rules import Counted, Measure, Month, Record, Verdict
from tenancy.refusals import Invalid, Refusal, message
from tenancy.work import Work


@command(needs=Permission.QUALITY_MANAGE)
async def measure(work: Work, *, period: date) -> list[QualityResult]:
    """Measure the month that a day lies in by the targets that held in it; the results that hold then, oldest first.

    While the month runs its results follow the records. Once it is over they are frozen, and what was corrected since
    makes a new revision. Refuses a month that has not begun, and with NO_CLAUSE one for which there was no target.
    """
    month = Month.holding(period, "period")
    if work.now < month.starts_at(work.opening.zone):
        raise Invalid(message("This month has not begun."), path=("period",))
    if not await _measure(work, month):
        text = message("The handbook had no clause of the kind “Quality target” in this month.")
        raise Refusal(text, path=("period",), code="NO_CLAUSE")
    return await queries.holding(work, month)


@command(needs=Permission.QUALITY_MANAGE)
async def close_months(work: Work) -> list[Month]:
    """Measure every month that is over and not closed for the last time, and freeze what was found."""
    current = Month.at(work.now, work.opening.zone)
    months = rules.months_to_close(await queries.last_closed(work), current)
    for month in months:
        await _measure(work, month)
    return months


async def _measure(work: Work, month: Month) -> bool:
    """Measure a month by the version of the handbook that held last in it; whether that had any target."""
    zone = work.opening.zone
    starts_at, ends_at = month.starts_at(zone), month.ends_at(zone)
    row = await _locked(work, month)
    is_over = ends_at <= work.now
    version = await (policies.version_before(work, ends_at) if is_over else policies.version_in_force(work))
    targets = await policies.rules_of(work, QualityTarget, version_id=version.id) if version is not None else []
    parents = await organisation.parents(work)
    found = {
        metric: await queries.records(work, metric, starts_at, ends_at)
        for metric in dict.fromkeys(target.value.metric for target in targets)
    }
    lines = {id: rules.line_above(id, parents) for id in (*parents, None)}
    before = {_key(result): result for result in await queries.holding(work, month)}
    for measured in rules.measures(targets, parents):
        records = found[measured.target.value.metric]
        counted = [record for record in records if measured.counts(record, lines[record.department_id])]
        result = before.pop(measured.key, None)
        # A department that was founded after the month is no part of it.
        if counted or result is not None or row.closed_at is None:
            await _keep(work, _Finding(month, measured, counted, frozen=is_over), result)
    for outdated in before.values():
        await _forget_while_running(work, outdated)
    if row.closed_at is None and is_over:
        row.closed_at = work.now
        work.record(QualityMonthClosed(starts_on=month.starts_on), about=row)
    return bool(targets)


async def _locked(work: Work, month: Month) -> QualityMonth:
    """The month's row, which whoever measures it locks: two at once take turns."""
    first = insert(QualityMonth).values(id=work.new_id(), starts_on=month.starts_on).on_conflict_do_nothing()
    await work.rows(first)
    row = await work.first(select(QualityMonth).where(QualityMonth.starts_on == month.starts_on).with_for_update())
    assert row is not None
    return row


@dataclass(frozen=True)
class _Finding:
    """What was measured: by which target, which records counted, and whether the month is over."""

    month: Month
    measure: Measure
    records: Sequence[Record]
    frozen: bool

    @property
    def evidence(self) -> dict[UUID, Counted]:
        """The records by id, and how each counts."""
        return {record.request_id: Counted.NUMERATOR if record.good else Counted.DENOMINATOR for record in self.records}

    def columns(self) -> dict[str, Any]:
        """What a result says of it."""
        target, figure = self.measure.target, rules.figure(self.records)
        return {
            "target_percent": target.value.at_least_percent,
            "minimum_sample": target.value.minimum_sample,
            "numerator": figure.numerator,
            "denominator": figure.denominator,
            "actual_percent": figure.actual_percent,
            "verdict": figure.verdict(target.value),
            "clause_id": target.clause.clause_id,
            "version_id": target.clause.version_id,
        }


async def _keep(work: Work, finding: _Finding, result: QualityResult | None) -> None:
    """Write a finding into its running result, or beside a frozen one if it differs from that."""
    columns, evidence = finding.columns(), finding.evidence
    if result is not None and (result.frozen_at is not None) == finding.frozen:
        same = all(getattr(result, name) == value for name, value in columns.items())
        if same and await queries.evidence_of(work, result.id) == evidence:
            return
    was_missed = result is not None and result.frozen_at is not None and result.verdict is Verdict.MISSED
    if result is None or result.frozen_at is not None:
        result = work.add(_new_result(work, finding, columns, result))
    else:
        for name, value in columns.items():
            setattr(result, name, value)
        result.measured_at, result.frozen_at = work.now, work.now if finding.frozen else None
        await work.rows(delete(QualityEvidence).where(QualityEvidence.result_id == result.id))
    await _lay_down_evidence(work, result, evidence)
    work.record(QualityMeasured(result_id=result.id, revision=result.revision), about=result)
    if finding.frozen:
        _cite(work, result, finding.measure.target)
        if result.verdict is Verdict.MISSED and not was_missed:
            work.record(TargetMissed(result_id=result.id), about=result)


def _new_result(
    work: Work, finding: _Finding, columns: Mapping[str, Any], superseded: QualityResult | None
) -> QualityResult:
    if superseded is not None:
        superseded.superseded_at = work.now
    metric, department_id, service_line, customer_tier = finding.measure.key
    return QualityResult(
        metric=metric,
        period=finding.measure.target.value.period,
        starts_on=finding.month.starts_on,
        department_id=department_id,
        service_line=service_line,
        customer_tier=customer_tier,
        measured_at=work.now,
        frozen_at=work.now if finding.frozen else None,
        revision=superseded.revision + 1 if superseded is not None else 1,
        **columns,
    )


async def _lay_down_evidence(work: Work, result: QualityResult, evidence: Mapping[UUID, Counted]) -> None:
    # One statement with arrays: a month of a large company has tens of thousands of records behind a result.
    await work.sql(
        "INSERT INTO quality_evidence (id, result_id, request_id, counted)"
        " SELECT new.id, $1, new.request_id, new.counted"
        " FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS new (id, request_id, counted)",
        result.id,
        [work.new_id() for _ in evidence],
        list(evidence),
        [counted.value for counted in evidence.values()],
    )


async def _forget_while_running(work: Work, result: QualityResult) -> None:
    """What no target asks for any more goes while its month runs; frozen results stay for ever."""
    if result.frozen_at is None:
        await work.rows(delete(QualityEvidence).where(QualityEvidence.result_id == result.id))
        work.delete(result)


def _cite(work: Work, result: QualityResult, target: Ruling[QualityTarget]) -> None:
    policies_commands.cite(
        work,
        target,
        about=Subject(SubjectKind.QUALITY_RESULT, result.id),
        decision="quality.verdict",
        inputs={
            "metric": result.metric,
            "starts_on": result.starts_on,
            "department_id": result.department_id,
            "numerator": result.numerator,
            "denominator": result.denominator,
            "target_percent": result.target_percent,
            "minimum_sample": result.minimum_sample,
        },
        result={"actual_percent": result.actual_percent, "verdict": result.verdict, "revision": result.revision},
    )


def _key(result: QualityResult) -> tuple[Metric, UUID | None, str | None, CustomerTier | None]:
    return result.metric, result.department_id, result.service_line, result.customer_tier
