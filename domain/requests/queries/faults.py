"""What is known of faults: reports, what is to be done so that they don't come again, and those that do."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select, true

from domain.kernel.permissions import Permission
from domain.policies.rules.kinds.handling import Demand
from domain.requests.models import FaultReport, PostmortemAction, Problem, ServiceRequest
from domain.requests.queries.parts import visible_cooperation
from tenancy.actor import Actor
from tenancy.models import current_member
from tenancy.rows import another
from tenancy.work import Work


def visible_actions(actor: Actor, actions: Any) -> ColumnElement[bool]:
    """Actions are seen with their request by those who work on requests, and by whoever is responsible. `actions` is
    `PostmortemAction` or an alias of it."""
    return or_(visible_cooperation(actor, actions), actions.responsible_id == current_member())


def visible_problems(actor: Actor, _: Any = None) -> ColumnElement[bool]:
    """Recurring faults are open to all who work on requests; which requests are cases of them, to who sees those."""
    works = (Permission.REQUESTS_WORK, Permission.REQUESTS_ASSIGN, Permission.REQUESTS_READ_ALL)
    return true() if not actor.is_client and any(actor.may(permission) for permission in works) else false()


def has_no_report(requests: Any) -> ColumnElement[bool]:
    """Whether nothing was written on the fault behind a request."""
    report = another(FaultReport)
    return ~select(report.id).where(report.request_id == requests.id).exists()


async def report_on(work: Work, request_id: UUID) -> FaultReport | None:
    """The report on the fault behind a request, if one was written."""
    return await work.first(select(FaultReport).where(FaultReport.request_id == request_id))


async def lacks_report(work: Work, request: ServiceRequest) -> bool:
    """Whether the clause on a request's course asks for a report on the fault that nobody has written."""
    return Demand.FAULT_REPORT.value in request.demands and await report_on(work, request.id) is None


async def action(work: Work, id: UUID, *path: str, lock: bool = False) -> PostmortemAction:
    """One action that the actor may see; refuses with `NotFound`."""
    return await work.seen(PostmortemAction, id, visible_actions(work.actor, PostmortemAction), *path, lock=lock)


async def problem(work: Work, id: UUID, *path: str, lock: bool = False) -> Problem:
    """One recurring fault; refuses with `NotFound`."""
    return await work.seen(Problem, id, visible_problems(work.actor), *path, lock=lock)
