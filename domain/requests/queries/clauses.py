"""By which clauses a request runs, and how a clock stands by them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.kernel.calendars import BusinessCalendar
from domain.kernel.terms import ClockKind, CustomerTier, Priority
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import BusinessCalendarClause, ClauseKind, HoldReasons, K, ServiceLevel, UpdateCadence
from domain.policies.rules.scopes import Case
from domain.policies.rules.values import Target
from domain.requests import rules
from domain.requests.models import Clock, ServiceRequest
from domain.requests.queries.loading import get, history_of
from tenancy.refusals import ClauseReference
from tenancy.work import Work


def case_of(
    department_id: UUID | None,
    tier: CustomerTier,
    *,
    service_lines: Sequence[str],
    sla_class: str | None,
    priority: Priority | None = None,
) -> Case:
    """Where a request stands; `service_lines` are its own and those above that, the nearest first."""
    return Case(
        department_id=department_id,
        customer_tier=tier,
        service_line=service_lines[0] if service_lines else None,
        lines_above=tuple(service_lines[1:]),
        sla_class=sla_class,
        priority=priority,
    )


def scope_of(request: ServiceRequest) -> Case:
    """Where a request stands: as it was at the intake, for what was promised then is kept."""
    return case_of(
        request.intake_department_id,
        request.customer_tier,
        service_lines=request.service_lines,
        sla_class=request.sla_class,
        priority=request.priority,
    )


async def ruled(
    work: Work, kind: type[K], request: ServiceRequest, topic: str = "", *, followed: Collection[UUID] = ()
) -> Ruling[K] | None:
    """The clause of a kind for a running request: of the version it was submitted under, or of the one in force where
    its clause holds for open cases too (PO-3); one of those it has `followed` so far while that says the same. None
    where the handbook is silent."""
    return await policies.find_rule_for_running_case(
        work,
        kind,
        pinned_version_id=request.handbook_version_id,
        scope=scope_of(request),
        topic=topic,
        followed=followed,
    )


async def waits_for_customer(work: Work, request: ServiceRequest) -> bool:
    """Whether what a request is on hold for is the customer's to do, by the clause that lists its reason."""
    ruling = await ruled(work, HoldReasons, request)
    listed = ruling.value.reason(request.hold_code) if ruling is not None else None
    return listed is not None and listed.for_customer


async def kept_clause(
    work: Work, kind: type[ClauseKind], clause_id: UUID | None, request: ServiceRequest
) -> ClauseReference | None:
    """What is said of a clause that a request has kept, of its own version or of the one in force."""
    for version in (request.handbook_version_id, getattr(await policies.version_in_force(work), "id", None)):
        book = await policies.handbook(work, version) if version is not None else None
        found = book.ruling_by(kind, clause_id) if book is not None and clause_id is not None else None
        if found is not None:
            return found.clause
    return None


async def calendar_for(
    work: Work, request: ServiceRequest, followed: Collection[UUID] = ()
) -> Ruling[BusinessCalendarClause]:
    """The calendar by which a request's time is reckoned; refuses with NO_CLAUSE where there is none."""
    found = await ruled(work, BusinessCalendarClause, request, followed=followed)
    if found is not None:
        return found
    return await policies.rule(
        work, BusinessCalendarClause, scope=scope_of(request), version_id=request.handbook_version_id
    )


@dataclass(frozen=True)
class Grounds:
    """The clauses by which a request's clocks run: what is promised, how often its requester hears of it, the hours."""

    level: Ruling[ServiceLevel] | None
    cadence: Ruling[UpdateCadence] | None
    calendar_clause: Ruling[BusinessCalendarClause]

    @property
    def calendar(self) -> BusinessCalendar:
        """The calendar by which working time is counted."""
        return self.calendar_clause.value

    def ruling(self, kind: ClockKind) -> Ruling[ServiceLevel] | Ruling[UpdateCadence] | None:
        """The clause that promises the time of a kind of clock, if there is one."""
        return self.cadence if kind is ClockKind.UPDATE else self.level

    def target(self, kind: ClockKind, priority: Priority) -> Target | None:
        """What a kind of clock is promised; None for no limit."""
        if kind is ClockKind.UPDATE:
            return self.cadence.value.every.get(priority) if self.cadence is not None else None
        promised = self.level.value.targets_for(priority) if self.level is not None else None
        target: Target | None = getattr(promised, kind.value) if promised is not None else None
        return target

    def notices(self, kind: ClockKind) -> ServiceLevel | rules.Notices:
        """When somebody is warned, and who is told; of a missing word to the requester nobody above is told."""
        if self.level is None:
            return rules.Notices()
        if kind is ClockKind.UPDATE:
            return rules.Notices(self.level.value.warning_fractions)
        return self.level.value


async def grounds(work: Work, request: ServiceRequest, clocks: Iterable[Clock] = ()) -> Grounds | None:
    """What is promised for a request, whose clocks go on by the clauses that they have followed while those in force
    say the same; None where the handbook promises nothing, which is no limit."""
    running = [clock for clock in clocks if clock.stopped_at is None and not clock.is_broken]
    word = {clock.clause_id for clock in running if clock.kind is ClockKind.UPDATE}
    promised = {clock.clause_id for clock in running if clock.kind is not ClockKind.UPDATE}
    level = await ruled(work, ServiceLevel, request, followed=promised)
    cadence = await ruled(work, UpdateCadence, request, followed=word)
    if level is None and cadence is None:
        return None
    hours = {clock.calendar_clause_id for clock in running}
    return Grounds(level, cadence, await calendar_for(work, request, hours))


async def kept_grounds(work: Work, clocks: Iterable[Clock]) -> dict[UUID, Grounds]:
    """By which clauses those clocks go on whose time has run out: the ones that it ran out by, whatever is in force."""
    kept = {}
    for clock in clocks:
        if not clock.is_broken:
            continue
        level = await policies.find_rule_by_clause(work, ServiceLevel, clock.clause_id)
        hours = await policies.find_rule_by_clause(work, BusinessCalendarClause, clock.calendar_clause_id)
        if level is not None and hours is not None:
            kept[clock.id] = Grounds(level, None, hours)
    return kept


async def story_of(work: Work, clock: Clock, at: datetime) -> tuple[rules.Narrative, ClauseReference] | None:
    """How a clock stood at an instant, and the clause that promises its time; None where nothing is promised now."""
    request = await get(work, clock.request_id)
    kept = await kept_grounds(work, [clock])
    found = kept.get(clock.id) or await grounds(work, request, [clock])
    ruling = found.ruling(clock.kind) if found is not None else None
    target = Target.model_validate(clock.target) if clock.target is not None else None
    if found is None or ruling is None:
        return None
    segments = rules.segments_of(clock.kind, [change.as_rule for change in await history_of(work, request.id)])
    if clock.kind is ClockKind.UPDATE:
        segments = rules.since(segments, clock.started_at)
    story = rules.narrative(segments, target, found.calendar, at)
    return None if story is None else (story, ruling.clause)
