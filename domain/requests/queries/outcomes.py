"""What came of requests: in time or late, satisfied or not, and how each went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, true

from domain.kernel.terms import CustomerTier
from domain.requests import rules
from domain.requests.models import Clock, ServiceRequest, StateChange
from domain.requests.rules import ClockState, Move, State
from tenancy.models import one_of
from tenancy.rows import another
from tenancy.work import Work

# What takes a request from the first who had it, or lets its requester wait.
_NOT_AT_FIRST = (Move.HAND_OVER, Move.RAISE, Move.HOLD, Move.REOPEN)


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


async def closed_outcomes(work: Work, *, since: datetime, until: datetime) -> list[Outcome]:
    """Requests that were closed in a stretch of time, its end excluded, all of them good so far (QM-1)."""
    return await _of(work, _closed(since, until), true())


async def reopening_outcomes(work: Work, *, since: datetime, until: datetime) -> list[Outcome]:
    """Requests that were closed in a stretch of time, its end excluded: never reopened before that or not (QM-1)."""
    return await _of(work, _closed(since, until), ServiceRequest.reopened_times == 0)


async def first_contact_outcomes(work: Work, *, since: datetime, until: datetime) -> list[Outcome]:
    """Requests that were closed in a stretch of time, its end excluded: resolved at first contact or not (QM-1)."""
    return await _of(work, _closed(since, until), at_first_contact(ServiceRequest))


async def backlog_outcomes(work: Work, *, since: datetime, until: datetime) -> list[Outcome]:
    """Requests that were open at some time in a stretch, its end excluded: resolved in it, or left open (QM-1). What
    was cancelled or merged does not count."""
    resolved = ServiceRequest.resolved_at
    there = and_(ServiceRequest.submitted_at < until, or_(resolved.is_(None), resolved >= since))
    given_up = one_of(ServiceRequest.state, (State.CANCELLED, State.MERGED))
    return await _of(work, and_(there, not_(given_up)), func.coalesce(resolved < until, false()))


def at_first_contact(requests: Any) -> ColumnElement[bool]:
    """Whether a request has stayed with the first who had it, without a hold and a reopening."""
    later, earlier = another(StateChange), another(StateChange)
    before = select(earlier.id).where(
        earlier.request_id == later.request_id, earlier.move == Move.ASSIGN, earlier.position < later.position
    )
    detours = select(later.id).where(
        later.request_id == requests.id,
        or_(one_of(later.move, _NOT_AT_FIRST), and_(later.move == Move.ASSIGN, before.exists())),
    )
    return ~detours.exists()


def _closed(since: datetime, until: datetime) -> ColumnElement[bool]:
    closed = and_(ServiceRequest.closed_at >= since, ServiceRequest.closed_at < until)
    return and_(closed, ServiceRequest.state == State.CLOSED)


async def _of(work: Work, those: ColumnElement[bool], good: ColumnElement[bool]) -> list[Outcome]:
    rows = select(
        ServiceRequest.id.label("request_id"),
        ServiceRequest.department_id,
        ServiceRequest.service_lines,
        ServiceRequest.customer_tier,
        good.label("good"),
    )
    return _outcomes(await work.rows(rows.where(those).order_by(ServiceRequest.id)))


async def satisfaction(work: Work, *, since: datetime, until: datetime) -> list[Outcome]:
    """Requests that were given a score in a stretch of time, its end excluded, at the confirmation or in a survey:
    satisfied or not (QM-1)."""
    scored = and_(ServiceRequest.scored_at >= since, ServiceRequest.scored_at < until)
    return await _of(work, scored, func.coalesce(ServiceRequest.satisfied, false()))


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


def _submitted(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(ServiceRequest.submitted_at >= since, ServiceRequest.submitted_at < until)


async def histories_count(work: Work, *, since: datetime, until: datetime) -> int:
    """How many requests `histories` gives in all."""
    return int(await work.value(select(func.count(ServiceRequest.id)).where(_submitted(since, until))))


async def histories(work: Work, *, since: datetime, until: datetime, after_id: UUID | None, most: int) -> list[History]:
    """Requests submitted in a stretch of time, behind an id, with their histories: three statements for all of them."""
    found = select(ServiceRequest).where(_submitted(since, until)).order_by(ServiceRequest.id).limit(most)
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
