"""Who sees which return visit, and which there are about a request."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from domain.customers import queries as customers
from domain.feedback.models import ReturnVisit
from domain.feedback.rules.visits import VisitState
from domain.kernel.permissions import Permission
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ReturnVisits
from tenancy.actor import Actor
from tenancy.models import current_instant, current_member
from tenancy.work import Work


def visible(actor: Actor, visits: Any) -> ColumnElement[bool]:
    """Visits are seen by whoever may read all feedback; with `feedback.read` by whoever makes them and by the account
    owner. `visits` is `ReturnVisit` or an alias of it."""
    if actor.may(Permission.FEEDBACK_READ_ALL):
        return true()
    if not actor.may(Permission.FEEDBACK_READ):
        return false()
    return or_(func.coalesce(assigned_to_me(visits), false()), customers.looked_after_by_me(visits.customer_id))


def assigned_to_me(visits: Any) -> ColumnElement[bool]:
    """What the acting member is to make."""
    mine: ColumnElement[bool] = visits.assignee_id == current_member()
    return mine


def overdue(visits: Any) -> ColumnElement[bool]:
    """Whether a visit should have been made by now."""
    return and_(visits.state == VisitState.PLANNED, visits.due_at <= current_instant())


async def get(work: Work, id: UUID, *path: str, lock: bool = False) -> ReturnVisit:
    """One visit that the actor may see; refuses with `NotFound`."""
    return await work.seen(ReturnVisit, id, visible(work.actor, ReturnVisit), *path, lock=lock)


async def ids_planned_for(work: Work, member_id: UUID) -> list[UUID]:
    """The ids of the visits that somebody still has to make, in order."""
    found = select(ReturnVisit.id).where(ReturnVisit.assignee_id == member_id, ReturnVisit.state == VisitState.PLANNED)
    return [row["id"] for row in await work.rows(found.order_by(ReturnVisit.id))]


async def following(work: Work, *, request_id: UUID | None, complaint_id: UUID | None) -> list[ReturnVisit]:
    """The visits that follow a request or a complaint, the first step first."""
    same = and_(
        ReturnVisit.request_id.is_not_distinct_from(request_id),
        ReturnVisit.complaint_id.is_not_distinct_from(complaint_id),
    )
    return await work.all(select(ReturnVisit).where(same).order_by(ReturnVisit.step))


async def clause_of(work: Work, visit: ReturnVisit) -> Ruling[ReturnVisits]:
    """The clause by which a visit was planned."""
    return await policies.rule_by_clause(work, ReturnVisits, clause_id=visit.clause_id, version_id=visit.version_id)
