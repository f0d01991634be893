"""Alarms: each fingerprint is one row and opens one request; more than a clause lets open at once are one storm."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.operations import queries
from domain.operations.events import AlarmOpenedRequest, AlarmSeverityChanged, AlarmsRecovered, AlarmStormBegan
from domain.operations.models import Alarm, AlarmStorm
from domain.operations.rules.alarms import AlarmState, Signal, clean_monitor, together
from domain.organisation import queries as organisation
from domain.policies import commands as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds.operations import AlarmHandling, AlarmSeverity, OnRecovery
from domain.requests import commands as requests
from domain.requests import queries as requests_seen
from domain.requests.models import ServiceRequest
from domain.requests.rules import Audience, Channel
from tenancy.language import translate
from tenancy.models import one_of
from tenancy.refusals import Refusal, message
from tenancy.work import Work

# Alarms that are there are locked first, then the others are added, each in one order for everybody.
_LOCK = """
SELECT fingerprint, severity FROM alarms
 WHERE monitor = $1 AND fingerprint = ANY($2::text[]) ORDER BY fingerprint FOR UPDATE
"""
_COUNT = """
INSERT INTO alarms (id, monitor, fingerprint, title, severity, details, customer_id, client_id, state, count, first_at,
                    last_at)
SELECT raised.id, $1, raised.fingerprint, raised.title, raised.severity, raised.details, raised.customer_id, $2,
       'firing', raised.count, $3, $3
  FROM jsonb_to_recordset($4::jsonb) AS raised (id uuid, fingerprint text, title text, severity text, details jsonb,
                                                customer_id uuid, count bigint)
 ORDER BY raised.fingerprint
    ON CONFLICT (tenant_id, monitor, fingerprint) DO UPDATE
   SET count = alarms.count + EXCLUDED.count,
       episodes = alarms.episodes + CASE WHEN alarms.state = 'recovered' THEN 1 ELSE 0 END,
       state = 'firing', recovered_at = NULL, last_at = greatest(alarms.last_at, EXCLUDED.last_at),
       title = EXCLUDED.title, severity = EXCLUDED.severity, details = EXCLUDED.details,
       customer_id = EXCLUDED.customer_id
"""
STORM = message("A storm of alarms from {monitor}")
STORM_TEXT = message("More alarms came than open requests of their own; they are listed with this one.")
RAISED = message("Raised by {monitor}: {fingerprint}")
RECOVERED = message("What the alarms tell of is over: {titles}")


@command(needs=Permission.REQUESTS_SUBMIT)
async def raise_alarms(work: Work, *, monitor: str, alarms: Sequence[Signal]) -> list[Alarm]:
    """Count what a monitoring system tells, and open a request for what nobody does anything about yet (RQ-12).

    All are counted by one statement. By the clause on alarms only some severities open requests, and only so many in a
    time: one further request stands for the rest. What has recovered is noted; unknown recoveries are passed over.
    """
    monitor, signals = clean_monitor(monitor), together(alarms)
    if not signals:
        return []
    names = [signal.fingerprint for signal in signals]
    rulings = {}
    for customer_id in sorted({signal.customer_id for signal in signals}):
        rulings[customer_id] = await queries.handling(work, customer_id)
    before = {row["fingerprint"]: row["severity"] for row in await work.sql(_LOCK, monitor, names)}
    if raised := [signal for signal in signals if signal.count]:
        client_id = work.actor.id if work.actor.is_client else None
        await work.sql(_COUNT, monitor, client_id, work.now, _as_rows(work, raised))
    found = {
        alarm.fingerprint: alarm
        for alarm in await work.all(
            select(Alarm).where(Alarm.monitor == monitor, one_of(Alarm.fingerprint, names)).order_by(Alarm.fingerprint)
        )
    }
    over = {signal.fingerprint for signal in signals if signal.recovered}
    busy = await queries.under_way(work, [alarm.request_id for alarm in found.values() if alarm.request_id])
    for request_id in sorted(
        {a.request_id for a in found.values() if _turned(a, before, over) and a.request_id in busy}
    ):
        work.record(AlarmSeverityChanged(request_id=request_id, notice_id=work.new_id()))
    for customer_id, ruling in rulings.items():
        idle = [
            alarm
            for alarm in found.values()
            if alarm.customer_id == customer_id and alarm.fingerprint not in over and alarm.request_id not in busy
        ]
        await _open(work, monitor, customer_id, ruling, idle)
    await _recover(work, [alarm for alarm in found.values() if alarm.fingerprint in over])
    return list(found.values())


def _turned(alarm: Alarm, before: Mapping[str, str], over: Collection[str]) -> bool:
    """Whether an alarm that is still so was told of with another severity."""
    return alarm.fingerprint not in over and before.get(alarm.fingerprint, alarm.severity) != alarm.severity


def _as_rows(work: Work, signals: Sequence[Signal]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(work.new_id()),
            "fingerprint": signal.fingerprint,
            "title": signal.title,
            "severity": signal.severity,
            "details": dict(signal.details),
            "customer_id": str(signal.customer_id),
            "count": signal.count,
        }
        for signal in signals
    ]


async def _open(
    work: Work, monitor: str, customer_id: UUID, ruling: Ruling[AlarmHandling] | None, alarms: Sequence[Alarm]
) -> None:
    """Open requests for alarms of a customer, as many as the clause lets; the rest is a storm."""
    clause = ruling.value if ruling is not None else AlarmHandling()
    alarms = [alarm for alarm in alarms if alarm.severity in clause.opens]
    if not alarms:
        return
    # Whoever opens requests for the same monitor and customer takes turns, so that none counts what the other opens.
    turn = f"alarms:{work.actor.tenant_id}:{customer_id}:{monitor}"
    await work.sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", turn)
    since = work.now - timedelta(minutes=clause.in_minutes)
    left = clause.most_requests - await queries.opened_since(work, monitor, customer_id, since)
    for place, alarm in enumerate(alarms):
        if place >= left:
            request_id = await _storm(work, monitor, alarm, clause)
        else:
            request_id = await _request_for(work, alarm, alarm.title, _described(work, alarm), clause)
            alarm.opened_at = work.now
            work.record(AlarmOpenedRequest(alarm_id=alarm.id, request_id=request_id), about=alarm)
            if ruling is not None:
                _cite(work, ruling, alarm, request_id)
        alarm.request_id = request_id


async def _storm(work: Work, monitor: str, alarm: Alarm, clause: AlarmHandling) -> UUID:
    """The request that stands for all of a storm; a storm is told of once, when it begins."""
    running = await queries.storm_under_way(work, monitor, alarm.customer_id)
    if running is not None:
        return running.request_id
    language = (await organisation.company(work)).language
    title, text = translate(STORM, language, {"monitor": monitor}), translate(STORM_TEXT, language)
    request_id = await _request_for(work, alarm, title, text, clause)
    storm = AlarmStorm(monitor=monitor, customer_id=alarm.customer_id, request_id=request_id, began_at=work.now)
    work.add(storm)
    work.record(AlarmStormBegan(storm_id=storm.id, request_id=request_id), about=storm)
    return request_id


async def _request_for(work: Work, alarm: Alarm, title: str, text: str, clause: AlarmHandling) -> UUID:
    rating = clause.opens[alarm.severity]
    department = await organisation.department_named(work, clause.department) if clause.department else None
    opened = await requests.submit(
        work,
        customer_id=alarm.customer_id,
        title=title,
        description=text,
        channel=Channel.API,
        impact=rating.impact,
        urgency=rating.urgency,
        department_id=department.id if department is not None else None,
        own_work=True,
    )
    return opened.id


def _described(work: Work, alarm: Alarm) -> str:
    said = translate(RAISED, work.actor.language, {"monitor": alarm.monitor, "fingerprint": alarm.fingerprint})
    return "\n".join([said, *(f"{name}: {value}" for name, value in alarm.details.items())])


def _cite(work: Work, ruling: Ruling[AlarmHandling], alarm: Alarm, request_id: UUID) -> None:
    rating = ruling.value.opens[alarm.severity]
    policies.cite(
        work,
        ruling,
        about=Subject(SubjectKind.REQUEST, request_id),
        decision="operations.alarm",
        inputs={"alarm_id": alarm.id, "monitor": alarm.monitor, "severity": alarm.severity},
        result={"impact": rating.impact, "urgency": rating.urgency},
    )


async def _recover(work: Work, alarms: Sequence[Alarm]) -> None:
    """Note what is over. Each request behind it is told of once, however many alarms it stands for."""
    fallen = [alarm for alarm in alarms if alarm.state is AlarmState.FIRING]
    for alarm in fallen:
        alarm.state, alarm.recovered_at, alarm.last_at = AlarmState.RECOVERED, work.now, work.now
    for request_id in sorted({alarm.request_id for alarm in fallen if alarm.request_id is not None}):
        work.record(AlarmsRecovered(request_id=request_id, notice_id=work.new_id()))


async def follow_severity(work: Work, event: AlarmSeverityChanged) -> None:
    """A request of alarms is rated by the worst of those that are still so, as the clause on alarms rates that; one
    that somebody has assessed keeps their rating."""
    request = await requests_seen.get(work, event.request_id)
    ruling = await queries.handling(work, request.customer_id)
    clause = ruling.value if ruling is not None else AlarmHandling()
    firing = [alarm for alarm in await queries.alarms_of(work, request.id) if alarm.state is AlarmState.FIRING]
    rated = [alarm for alarm in firing if alarm.severity in clause.opens]
    if not rated:
        return
    worst = max(rated, key=lambda alarm: list(AlarmSeverity).index(alarm.severity))
    rating = clause.opens[worst.severity]
    again = await requests.rate_again(work, request_id=request.id, impact=rating.impact, urgency=rating.urgency)
    if again is not None and ruling is not None:
        _cite(work, ruling, worst, request.id)


async def follow_recovery(work: Work, event: AlarmsRecovered) -> None:
    """All alarms behind a request have recovered: it is resolved, or cancelled where nobody has begun with it, if the
    clause says so; else that is noted with it. While one is still firing, nothing happens."""
    request = await requests_seen.get(work, event.request_id, lock=False)
    alarms = await queries.alarms_of(work, request.id)
    if request.state not in requests_seen.UNDER_WAY or any(alarm.state is AlarmState.FIRING for alarm in alarms):
        return
    language = (await organisation.company(work)).language
    titles = ", ".join(dict.fromkeys(alarm.title for alarm in alarms[:10]))
    text = translate(RECOVERED, language, {"titles": titles})[:500]
    ruling = await queries.handling(work, request.customer_id)
    clause = ruling.value if ruling is not None else AlarmHandling()
    if clause.on_recovery is OnRecovery.RESOLVE and await _ended(work, request, text):
        return
    await requests.comment(work, request_id=request.id, text=text, audience=Audience.INTERNAL)


async def _ended(work: Work, request: ServiceRequest, text: str) -> bool:
    for end in (_resolve, _cancel):
        try:
            await end(work, request.id, text)
        except Refusal:
            continue
        return True
    return False


async def _resolve(work: Work, request_id: UUID, text: str) -> None:
    await requests.resolve(work, request_id=request_id, resolution=text)


async def _cancel(work: Work, request_id: UUID, text: str) -> None:
    await requests.cancel(work, request_id=request_id, reason=text)
