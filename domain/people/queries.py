"""Who sees which resignation, and what is under way for whom."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true

from domain.approvals import queries as approvals
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from domain.organisation import queries as organisation
from domain.people.models import Resignation
from domain.people.rules import LAST_DAY, LIFECYCLE, State
from domain.policies import queries as policies
from domain.policies.models import Clause
from tenancy.actor import Actor
from tenancy.models import current_member, one_of
from tenancy.rows import another
from tenancy.work import Work

UNDER_WAY = [state for state in State if not LIFECYCLE.is_final(state)]


def visible(actor: Actor, resignations: Any) -> ColumnElement[bool]:
    """A resignation is shown to its writer, to everybody above them, to whoever is asked to approve it, and to those
    who look after all people. `resignations` is `Resignation` or an alias of it."""
    if actor.may(Permission.PEOPLE_READ_ALL) or actor.may(Permission.PEOPLE_MANAGE):
        return true()
    if not actor.is_member:
        return false()
    return or_(
        resignations.staff_id == current_member(),
        organisation.below_me(resignations.staff_id),
        approvals.shown_to_me(SubjectKind.RESIGNATION, resignations.id),
    )


def unwaivable_by(resignation: Any) -> Select[Any]:
    """Inside a statement, the notice clause that led to the last day, if it lets nothing of the notice be waived."""
    clauses = another(Clause)
    ruled = policies.clause_of(SubjectKind.RESIGNATION, resignation.id, LAST_DAY).scalar_subquery()
    return select(clauses.id).where(
        clauses.id == ruled,
        clauses.value.op("->>")("waiver_allowed") == "false",
    )


async def get(work: Work, id: UUID, *path: str, lock: bool = False) -> Resignation:
    """One resignation that the actor may see; refuses with `NotFound`."""
    return await work.seen(Resignation, id, visible(work.actor, Resignation), *path, lock=lock)


async def under_way(work: Work, staff_id: UUID) -> Resignation | None:
    """The resignation of somebody that has not come to its end, if there is one."""
    same = select(Resignation).where(Resignation.staff_id == staff_id, one_of(Resignation.state, UNDER_WAY))
    return await work.first(same)


def _handed_in(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(Resignation.submitted_at >= since, Resignation.submitted_at < until)


async def letters_count(work: Work, *, since: datetime, until: datetime) -> int:
    """How many resignations `letters` gives in all."""
    return int(await work.value(select(func.count(Resignation.id)).where(_handed_in(since, until))))


async def letters(
    work: Work, *, since: datetime, until: datetime, after_id: UUID | None, most: int
) -> list[Resignation]:
    """Resignations handed in in a stretch of time, behind an id."""
    found = select(Resignation).where(_handed_in(since, until)).order_by(Resignation.id).limit(most)
    return await work.all(found if after_id is None else found.where(Resignation.id > after_id))
