"""Who sees which request, by which clauses its clocks run, what its history is, and who stands above it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import True_

from domain.catalogue import queries as catalogue
from domain.customers import queries as customers
from domain.kernel.calendars import BusinessCalendar
from domain.kernel.permissions import Permission
from domain.kernel.terms import CustomerTier, Priority
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import BusinessCalendarClause, ClauseKind, K, ServiceLevel
from domain.policies.rules.scopes import Case
from domain.policies.rules.values import Target
from domain.requests import rules
from domain.requests.models import Clock, Escalation, Message, ServiceRequest, StateChange
from domain.requests.rules import Audience, ClockState, State
from tenancy.actor import Actor
from tenancy.models import current_client, current_member, one_of
from tenancy.refusals import ClauseReference, NotFound
from tenancy.work import Work

# In which a clock runs or rests; the others have stopped every one.
UNDER_WAY = (
    State.NEW,
    State.TRIAGED,
    State.ASSIGNED,
    State.DIAGNOSING,
    State.PROPOSED,
    State.AGREED,
    State.IN_PROGRESS,
    State.ON_HOLD,
)


# Whom they are shown to


def visible(actor: Actor, requests: Any) -> ColumnElement[bool]:
    """Requests are seen by whoever may read all; with `requests.read`, by their requester, their assignee, the heads of
    their department and of those above it, whoever they were escalated to, and the partner's program that submitted
    them.

    `requests` is `ServiceRequest` or an alias of it.
    """
    if actor.may(Permission.REQUESTS_READ_ALL):
        return true()
    if not actor.may(Permission.REQUESTS_READ):
        return false()
    if actor.is_client:
        return submitted_by_my_program(requests)
    told = aliased(Escalation)
    escalated = select(told.id).where(told.request_id == requests.id, told.escalated_to_id == current_member())
    return or_(
        requested_by_me(requests),
        assigned_to_me(requests),
        organisation.headed_by_me(requests.department_id),
        escalated.exists(),
    )


def visible_parts(actor: Actor, parts: Any) -> ColumnElement[bool]:
    """Clocks, changes of state and escalations are seen with their request. `parts` is their table or an alias."""
    if actor.may(Permission.REQUESTS_READ_ALL):
        return true()
    requests = aliased(ServiceRequest)
    return select(requests.id).where(requests.id == parts.request_id, visible(actor, requests)).exists()


def visible_messages(actor: Actor, messages: Any) -> ColumnElement[bool]:
    """Messages are seen with their request; internal ones by those who work on requests, but not by a requester who
    happens to be one of them, nor by the program that submitted it (RQ-10)."""
    seen = visible_parts(actor, messages)
    public: ColumnElement[bool] = messages.audience == Audience.PUBLIC
    if actor.may(Permission.REQUESTS_ASSIGN):
        return seen
    if not actor.may(Permission.REQUESTS_WORK):
        return and_(seen, public)
    requests = aliased(ServiceRequest)
    asked = and_(requests.requester_id == current_member(), requests.assignee_id.is_distinct_from(current_member()))
    from_the_other_side = select(requests.id).where(
        requests.id == messages.request_id, submitted_by_my_program(requests) if actor.is_client else asked
    )
    return and_(seen, or_(public, ~from_the_other_side.exists()))


def requested_by_me(requests: Any) -> ColumnElement[bool]:
    """What the acting member has asked for."""
    mine: ColumnElement[bool] = requests.requester_id == current_member()
    return mine


def submitted_by_my_program(requests: Any) -> ColumnElement[bool]:
    """What the acting partner's program has submitted."""
    own: ColumnElement[bool] = requests.submitting_client_id == current_client()
    return own


def assigned_to_me(requests: Any) -> ColumnElement[bool]:
    """What the acting member is to do."""
    mine: ColumnElement[bool] = requests.assignee_id == current_member()
    return mine


def breached(requests: Any) -> ColumnElement[bool]:
    """Whether a deadline of a request was missed."""
    late = aliased(Clock)
    return select(late.id).where(late.request_id == requests.id, late.breached_at.is_not(None)).exists()


# For commands


async def get(work: Work, id: UUID, *path: str, lock: bool = False) -> ServiceRequest:
    """One request that the actor may see; refuses with `NotFound`."""
    shown = visible(work.actor, ServiceRequest)
    if isinstance(shown, True_):
        # Most of those who work on requests see all of them, and a row by its id alone is what costs least.
        return await work.get(ServiceRequest, id, *path, lock=lock)
    seen = select(ServiceRequest).where(ServiceRequest.id == id, shown)
    found = await work.first(seen.with_for_update() if lock else seen)
    if found is None:
        raise NotFound(path=path)
    return found


async def said(work: Work, id: UUID) -> Message:
    """One message; refuses with `NotFound`."""
    return await work.get(Message, id)


async def change(work: Work, id: UUID) -> StateChange:
    """One change of a request's state; refuses with `NotFound`."""
    return await work.get(StateChange, id)


async def escalation(work: Work, id: UUID) -> Escalation:
    """One escalation; refuses with `NotFound`."""
    return await work.get(Escalation, id)


async def clock(work: Work, id: UUID) -> Clock:
    """One clock; refuses with `NotFound`."""
    return await work.get(Clock, id)


async def clocks_of(work: Work, request_id: UUID) -> list[Clock]:
    """A request's clocks, the response first."""
    found = await work.all(select(Clock).where(Clock.request_id == request_id))
    order = list(rules.ClockKind)
    return sorted(found, key=lambda clock: order.index(clock.kind))


async def history_of(work: Work, request_id: UUID) -> list[StateChange]:
    """The states a request has been in, the intake first."""
    return await work.all(
        select(StateChange).where(StateChange.request_id == request_id).order_by(StateChange.position)
    )


async def ids_under_way(work: Work, *, after_id: UUID | None, most: int) -> list[UUID]:
    """The ids of requests whose clocks run or rest, in order, behind an id."""
    found = select(ServiceRequest.id).where(one_of(ServiceRequest.state, UNDER_WAY)).order_by(ServiceRequest.id)
    if after_id is not None:
        found = found.where(ServiceRequest.id > after_id)
    return [row["id"] for row in await work.rows(found.limit(most))]


# By which clauses


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


async def ruled(work: Work, kind: type[K], request: ServiceRequest) -> Ruling[K] | None:
    """The clause of a kind for a running request: of the version it was submitted under, or of the one in force where
    its clause holds for open cases too (PO-3). None where the handbook is silent."""
    pinned, scope = request.handbook_version_id, scope_of(request)
    current = await policies.find_rule(work, kind, scope=scope)
    if current is not None and (current.applies_to_open_cases or current.clause.version_id == pinned):
        return current
    return await policies.find_rule(work, kind, scope=scope, version_id=pinned)


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


async def calendar_for(work: Work, request: ServiceRequest) -> Ruling[BusinessCalendarClause]:
    """The calendar by which a request's time is reckoned; refuses with NO_CLAUSE where there is none."""
    found = await ruled(work, BusinessCalendarClause, request)
    if found is not None:
        return found
    return await policies.rule(
        work, BusinessCalendarClause, scope=scope_of(request), version_id=request.handbook_version_id
    )


@dataclass(frozen=True)
class Grounds:
    """The clauses by which a request's clocks run."""

    level: Ruling[ServiceLevel]
    calendar_clause: Ruling[BusinessCalendarClause]

    @property
    def calendar(self) -> BusinessCalendar:
        """The calendar by which working time is counted."""
        return self.calendar_clause.value


async def grounds(work: Work, request: ServiceRequest) -> Grounds | None:
    """What is promised for a request; None where the handbook promises nothing, which is no limit."""
    level = await ruled(work, ServiceLevel, request)
    return None if level is None else Grounds(level, await calendar_for(work, request))


# Who stands above


async def escalated_to(work: Work, request: ServiceRequest, superior_level: int) -> UUID | None:
    """The n-th of those who stand above a request; where their line ends earlier, the last in it. None: nobody does."""
    line = await line_above(work, request)
    return line[min(superior_level, len(line)) - 1] if line else None


async def line_above(work: Work, request: ServiceRequest) -> list[UUID]:
    """Who stands above a request, the nearest first: the assignee's superiors; then the head of the department that is
    responsible, that head's superiors, and the heads of the departments above with theirs. Nobody in it: the customer's
    account owner with theirs, or else whoever heads the company."""
    line = await organisation.line_above(work, request.assignee_id) if request.assignee_id else []
    department_id = await responsible_department(work, request)
    starts = await organisation.heads_above(work, department_id) if department_id else []
    if not line and not [head for head in starts if head != request.assignee_id]:
        owner = await customers.owner_of(work, request.customer_id)
        starts = [owner] if owner is not None else await organisation.heads_at_the_top(work)
    for start in starts:
        line += [start, *await organisation.line_above(work, start)]
    return [person for person in dict.fromkeys(line) if person != request.assignee_id]


async def responsible_department(work: Work, request: ServiceRequest) -> UUID | None:
    """The department that has a request, or the one that took it in; else the one that is responsible for what it asks
    for, or in which its assignee works."""
    found = request.department_id or request.intake_department_id
    if found is None and request.offering_id is not None:
        found = await catalogue.responsible_for(work, request.offering_id)
    if found is None and request.assignee_id is not None:
        found = (await organisation.staff(work, request.assignee_id)).department_id
    return found


async def story_of(work: Work, clock: Clock, at: datetime) -> tuple[rules.Narrative, ClauseReference] | None:
    """How a clock stood at an instant, and the clause that promises its time; None where nothing is promised now."""
    request = await get(work, clock.request_id)
    found = await grounds(work, request)
    target = Target.model_validate(clock.target) if clock.target is not None else None
    if found is None:
        return None
    changes = [rules.Change(change.at, change.state, change.reason) for change in await history_of(work, request.id)]
    story = rules.narrative(rules.segments_of(clock.kind, changes), target, found.calendar, at)
    return None if story is None else (story, found.level.clause)


async def responsible(work: Work, request: ServiceRequest) -> Sequence[UUID]:
    """Who has to act: the assignee, or the head of the department while there is none or the assignee has left."""
    if request.assignee_id is not None and (await organisation.staff(work, request.assignee_id)).left_on is None:
        return [request.assignee_id]
    head = await organisation.head_of(work, request.department_id) if request.department_id else None
    return [head] if head is not None else []


# What came of them


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request turned out in one respect, and where it belongs."""

    request_id: UUID
    department_id: UUID | None
    # Its service line and those above that at the intake, the nearest first.
    service_lines: Sequence[str]
    customer_tier: CustomerTier
    good: bool


async def clock_outcomes(work: Work, kind: rules.ClockKind, *, since: datetime, until: datetime) -> list[Outcome]:
    """Requests whose clock got its verdict in a stretch of time, its end excluded: in time when it stopped, late when
    its time ran out. So each counts once, and what is never answered counts as late (QM-1)."""
    in_time = and_(Clock.state == ClockState.MET, Clock.stopped_at >= since, Clock.stopped_at < until)
    late = and_(Clock.breached_at >= since, Clock.breached_at < until)
    rows = select(
        Clock.request_id,
        ServiceRequest.department_id,
        ServiceRequest.service_lines,
        ServiceRequest.customer_tier,
        Clock.breached_at.is_(None).label("good"),
    ).join(ServiceRequest, ServiceRequest.id == Clock.request_id)
    return _outcomes(await work.rows(rows.where(Clock.kind == kind, or_(in_time, late)).order_by(Clock.request_id)))


async def satisfaction(work: Work, *, since: datetime, until: datetime) -> list[Outcome]:
    """Requests that were confirmed with a score in a stretch of time, its end excluded: satisfied or not (QM-1)."""
    confirmed = and_(ServiceRequest.closed_at >= since, ServiceRequest.closed_at < until)
    scored = and_(confirmed, ServiceRequest.satisfied.is_not(None))
    rows = select(
        ServiceRequest.id.label("request_id"),
        ServiceRequest.department_id,
        ServiceRequest.service_lines,
        ServiceRequest.customer_tier,
        ServiceRequest.satisfied.label("good"),
    )
    return _outcomes(await work.rows(rows.where(scored).order_by(ServiceRequest.id)))


def _outcomes(rows: Sequence[Any]) -> list[Outcome]:
    return [
        Outcome(
            row["request_id"],
            row["department_id"],
            row["service_lines"],
            CustomerTier(row["customer_tier"]),
            row["good"],
        )
        for row in rows
    ]


@dataclass(frozen=True)
class History:
    """A request as it went: what happened to it, oldest first, and its clocks."""

    request: ServiceRequest
    changes: list[StateChange]
    clocks: list[Clock]


async def histories(work: Work, *, since: datetime, until: datetime, after_id: UUID | None, most: int) -> list[History]:
    """Requests submitted in a stretch of time, behind an id, with their histories: three statements for all of them."""
    submitted = and_(ServiceRequest.submitted_at >= since, ServiceRequest.submitted_at < until)
    found = select(ServiceRequest).where(submitted).order_by(ServiceRequest.id).limit(most)
    requests = await work.all(found if after_id is None else found.where(ServiceRequest.id > after_id))
    ids = [request.id for request in requests]
    gone = {id: History(request, [], []) for id, request in zip(ids, requests, strict=True)}
    if ids:
        changes = select(StateChange).where(one_of(StateChange.request_id, ids)).order_by(StateChange.position)
        for change in await work.all(changes):
            gone[change.request_id].changes.append(change)
        for clock in await work.all(select(Clock).where(one_of(Clock.request_id, ids))):
            gone[clock.request_id].clocks.append(clock)
    return list(gone.values())
