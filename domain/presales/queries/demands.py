"""Who sees which technology demand, and its parts."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, not_, or_, select, true

from domain.approvals import queries as approvals
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from domain.presales.models import TechnologyDemand, TechnologyDemandPart
from tenancy.actor import Actor
from tenancy.models import current_member
from tenancy.rows import another
from tenancy.work import Work


def visible(actor: Actor, demands: Any) -> ColumnElement[bool]:
    """Demands are seen by whoever may read presales, by who raised them, and by those who decide on them. `demands` is
    their table or an alias of it."""
    if actor.may(Permission.PRESALES_READ):
        return true()
    return or_(demands.raised_by_id == current_member(), approvals.shown_to_me(SubjectKind.DEMAND, demands.id))


def visible_parts(actor: Actor, parts: Any) -> ColumnElement[bool]:
    """Parts are seen with their demand. `parts` is their table or an alias of it."""
    if actor.may(Permission.PRESALES_READ):
        return true()
    found = another(TechnologyDemand)
    return select(found.id).where(found.id == parts.demand_id, visible(actor, found)).exists()


def has_no_parts(demands: Any) -> ColumnElement[bool]:
    """Whether a demand is not broken down."""
    parts = another(TechnologyDemandPart)
    return not_(select(parts.id).where(parts.demand_id == demands.id).exists())


async def get(work: Work, id: UUID, *path: str, lock: bool = False) -> TechnologyDemand:
    """One demand that the actor may see; refuses with `NotFound`."""
    return await work.seen(TechnologyDemand, id, visible(work.actor, TechnologyDemand), *path, lock=lock)


async def parts_of(work: Work, demand: TechnologyDemand) -> list[TechnologyDemandPart]:
    """Its parts in order."""
    own = select(TechnologyDemandPart).where(TechnologyDemandPart.demand_id == demand.id)
    return await work.all(own.order_by(TechnologyDemandPart.position))
