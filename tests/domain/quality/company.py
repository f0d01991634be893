"""A company for the tests of quality: departments, targets, and requests that turned out well or badly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.terms import CustomerTier, Impact, Language, Priority, Urgency
from domain.organisation import commands as organisation
from domain.policies import queries as policies
from domain.policies.rules.kinds import Metric, QualityTarget
from domain.policies.rules.scopes import Scope
from domain.requests.models import Clock, ServiceRequest
from domain.requests.rules import Channel, ClockKind, ClockState, State
from tenancy.actor import Actor
from tenancy.database import writing
from tests.handbooks import publish

_numbers = count(1)


@dataclass(frozen=True)
class Company:
    """Who measures, and where: the second line belongs to support, support and sales to the whole."""

    admin: Actor
    root: UUID
    support: UUID
    second_line: UUID
    sales: UUID
    customers: Mapping[CustomerTier, UUID]


async def founded(admin: Actor) -> Company:
    """The company with its departments and a customer for each importance."""
    async with writing(admin, settle=settle) as work:
        root = await organisation.create_department(work, name="Company")
        support = await organisation.create_department(work, name="Support", parent_id=root.id)
        second_line = await organisation.create_department(work, name="Second line", parent_id=support.id)
        sales = await organisation.create_department(work, name="Sales", parent_id=root.id)
        served = {}
        for tier in CustomerTier:
            customer = await customers.create_customer(
                work, name=tier.value, tier=tier, language=Language.EN, billing_email="a@example.com"
            )
            served[tier] = customer.id
    return Company(admin, root.id, support.id, second_line.id, sales.id, served)


async def lay_down(company: Company, *targets: QualityTarget | tuple[QualityTarget, Scope]) -> UUID:
    """Put a handbook in force with these targets, as clauses 8.1, 8.2 and so on."""
    written = [target if isinstance(target, tuple) else (target, Scope()) for target in targets]
    clauses = [(f"8.{number}", value, scope) for number, (value, scope) in enumerate(written, start=1)]
    return await publish(company.admin, *clauses)


def target(metric: Metric, percent: int, **more: Any) -> QualityTarget:
    """So many per cent of the records of a month."""
    return QualityTarget(metric=metric, at_least_percent=Decimal(percent), **more)


async def pass_time(admin: Actor, to: datetime) -> None:
    """Put a rehearsal company's clock forward, without what would happen on the way."""
    async with writing(admin, settle=settle) as work:
        await work.sql("UPDATE tenants SET clock_at = $2 WHERE id = $1", admin.tenant_id, to)


async def resolved(
    company: Company,
    *good: bool,
    at: datetime,
    department_id: UUID | None = None,
    tier: CustomerTier = CustomerTier.STANDARD,
    kind: ClockKind = ClockKind.RESOLUTION,
) -> list[UUID]:
    """A request for each of `good`, whose clock was decided at an instant: stopped in time, or run out."""
    async with writing(company.admin, settle=settle) as work:
        clause = (await policies.rules_of(work, QualityTarget))[0].clause
        requests = [work.add(_request(company, at, department_id, tier, clause.version_id)) for _ in good]
        for request, is_good in zip(requests, good, strict=True):
            work.add(
                Clock(
                    request_id=request.id,
                    kind=kind,
                    started_at=request.submitted_at,
                    target={"working_minutes": 60},
                    clause_id=clause.clause_id,
                    calendar_clause_id=clause.clause_id,
                    state=ClockState.MET if is_good else ClockState.BREACHED,
                    stopped_at=at if is_good else None,
                    breached_at=None if is_good else at,
                )
            )
        return [request.id for request in requests]


async def scored(company: Company, *satisfied: bool, at: datetime, department_id: UUID | None = None) -> list[UUID]:
    """A request for each of `satisfied`, confirmed at an instant by a requester who was, or was not."""
    async with writing(company.admin, settle=settle) as work:
        clause = (await policies.rules_of(work, QualityTarget))[0].clause
        requests = []
        for each in satisfied:
            request = work.add(_request(company, at, department_id, CustomerTier.STANDARD, clause.version_id))
            request.state, request.closed_at = State.CLOSED, at
            request.satisfaction_score, request.satisfied, request.scored_at = 5 if each else 2, each, at
            requests.append(request.id)
        return requests


def _request(
    company: Company, at: datetime, department_id: UUID | None, tier: CustomerTier, version_id: UUID
) -> ServiceRequest:
    return ServiceRequest(
        number=f"REQ-{next(_numbers)}",
        customer_id=company.customers[tier],
        contact_id=None,
        requester_id=None,
        title="Something",
        description="",
        channel=Channel.EMAIL,
        impact=Impact.LOW,
        urgency=Urgency.LOW,
        customer_tier=tier,
        priority=Priority.P3,
        submitted_at=at - timedelta(hours=1),
        handbook_version_id=version_id,
        intake_department_id=department_id,
        department_id=department_id,
    )
