"""Whom saved views and exports are shown to, and which views somebody may change."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from domain.views.models import Export, SavedView
from domain.views.rules import ExportForm, ExportState, Headings, ViewAudience, Wanted
from tenancy.actor import Actor
from tenancy.models import current_member
from tenancy.refusals import Forbidden, message
from tenancy.work import Work


def mine(views: Any) -> ColumnElement[bool]:
    """The acting member's own."""
    own: ColumnElement[bool] = views.owner_id == current_member()
    return own


def visible(actor: Actor, views: Any) -> ColumnElement[bool]:
    """Views are seen by their owner, and as they are shared: by the staff of a department, or by every member."""
    if not actor.is_member:
        return false()
    department = organisation.department_of(current_member()).scalar_subquery()
    shared = and_(views.audience == ViewAudience.DEPARTMENT, views.department_id == department)
    return or_(mine(views), func.coalesce(shared, false()), views.audience == ViewAudience.COMPANY)


async def seen(work: Work, id: UUID) -> SavedView:
    """A view that the actor sees; refuses with `NotFound`."""
    return await work.seen(SavedView, id, visible(work.actor, SavedView), "viewId")


async def changeable(work: Work, id: UUID) -> SavedView:
    """A view that the actor may change: their own, and shared ones with `views.share`. Refuses with `NotFound` and
    `Forbidden`."""
    view = await work.seen(SavedView, id, visible(work.actor, SavedView), "viewId", lock=True)
    if view.owner_id != work.actor.id and not work.actor.may(Permission.VIEWS_SHARE):
        raise Forbidden(message("This view belongs to somebody else."), path=("viewId",))
    return view


async def named(work: Work, like: SavedView, name: str) -> bool:
    """Whether the owner of a view has another one of this name for the same list."""
    others = select(SavedView.id).where(
        SavedView.owner_id == like.owner_id,
        SavedView.viewed_list == like.viewed_list,
        SavedView.name == name,
        SavedView.id != like.id,
    )
    return await work.value(others.limit(1)) is not None


async def count_of(work: Work, member_id: UUID) -> int:
    """How many views somebody has."""
    found: int = await work.value(select(func.count()).where(SavedView.owner_id == member_id))
    return found


def wanted(work: Work, of: SavedView | Export, form: ExportForm, headings: Headings) -> Wanted:
    """What is to be written of a view, or of what it was when an export began; times are told in the company's zone."""
    return Wanted(
        name=of.name,
        viewed_list=of.viewed_list,
        conditions=of.conditions,
        ordering=of.ordering,
        columns=of.columns,
        form=form,
        headings=headings,
        zone=work.opening.zone,
    )


def visible_exports(actor: Actor, exports: Any) -> ColumnElement[bool]:
    """An export is seen by whoever asked for it: it has what they may see, which nobody else may."""
    return mine(exports) if actor.is_member else false()


def shows_export(actor: Actor, export_id: Any) -> ColumnElement[bool]:
    """Whether an export is shown to somebody."""
    seen = select(Export.id).where(Export.id == export_id, visible_exports(actor, Export))
    return seen.exists()


async def export(work: Work, id: UUID, *, lock: bool = False) -> Export:
    """An export of the actor's own; refuses with `NotFound`."""
    return await work.seen(Export, id, visible_exports(work.actor, Export), "exportId", lock=lock)


async def get_export(work: Work, id: UUID) -> Export:
    """Any export, for Zhidu's own use; refuses with `NotFound`."""
    return await work.get(Export, id)


async def running_exports(work: Work, member_id: UUID) -> int:
    """How many exports of somebody are under way."""
    running = (Export.owner_id == member_id, Export.state == ExportState.RUNNING)
    found: int = await work.value(select(func.count()).where(*running))
    return found
