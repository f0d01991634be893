"""Alarms with the requests that they have opened, by which clause, and whom they are shown to."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, select, true

from domain.customers import queries as customers
from domain.kernel.permissions import WORKS_ON_REQUESTS, Permission
from domain.operations.models import Alarm, AlarmStorm
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds.operations import AlarmHandling
from domain.policies.rules.scopes import Case
from domain.requests import queries as requests
from domain.requests.models import ServiceRequest
from tenancy.actor import Actor
from tenancy.models import current_client, one_of
from tenancy.work import Work


def visible_alarms(actor: Actor, alarms: Any) -> ColumnElement[bool]:
    """Alarms are seen by those who work on requests; a partner's program sees those that it has raised. `alarms` is
    `Alarm` or an alias of it."""
    if actor.is_client:
        own: ColumnElement[bool] = alarms.client_id == current_client()
        return own if actor.may(Permission.REQUESTS_SUBMIT) else false()
    return true() if any(actor.may(permission) for permission in WORKS_ON_REQUESTS) else false()


async def handling(work: Work, customer_id: UUID) -> Ruling[AlarmHandling] | None:
    """By which clause alarms of a customer are handled; None where the handbook is silent."""
    customer = await customers.get(work, customer_id, "alarms", "customerId")
    return await policies.find_rule(work, AlarmHandling, scope=Case(customer_tier=customer.tier))


async def under_way(work: Work, request_ids: Collection[UUID]) -> set[UUID]:
    """Which of these requests are not over."""
    if not request_ids:
        return set()
    found = select(ServiceRequest.id).where(
        one_of(ServiceRequest.id, request_ids), one_of(ServiceRequest.state, requests.UNDER_WAY)
    )
    return {row["id"] for row in await work.rows(found)}


async def opened_since(work: Work, monitor: str, customer_id: UUID, since: datetime) -> int:
    """How many alarms of a monitor have opened requests of a customer since an instant."""
    opened = (Alarm.customer_id == customer_id, Alarm.monitor == monitor, Alarm.opened_at > since)
    found: int = await work.value(select(func.count()).select_from(Alarm).where(*opened))
    return found


async def storm_under_way(work: Work, monitor: str, customer_id: UUID) -> AlarmStorm | None:
    """The storm of a monitor at a customer whose request is not over."""
    found = (
        select(AlarmStorm)
        .join(ServiceRequest, ServiceRequest.id == AlarmStorm.request_id)
        .where(AlarmStorm.customer_id == customer_id, AlarmStorm.monitor == monitor)
        .where(one_of(ServiceRequest.state, requests.UNDER_WAY))
    )
    return await work.first(found.order_by(AlarmStorm.id.desc()).limit(1))


async def alarms_of(work: Work, request_id: UUID) -> list[Alarm]:
    """The alarms behind a request, by id."""
    return await work.all(select(Alarm).where(Alarm.request_id == request_id).order_by(Alarm.id))
