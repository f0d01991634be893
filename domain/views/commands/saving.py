"""Saving views, changing and deleting them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from domain.views import queries, rules
from domain.views.events import ViewChanged, ViewDeleted, ViewExported, ViewSaved
from domain.views.models import SavedView
from domain.views.rules import ViewAudience, ViewedList
from tenancy.refusals import Conflict, Forbidden, Invalid, message
from tenancy.work import Work


@command(needs=None)
async def save(
    work: Work,
    *,
    viewed_list: ViewedList,
    name: str,
    filter: Mapping[str, Any] | None,
    order: str | None,
    columns: Sequence[str],
    audience: ViewAudience = ViewAudience.OWN,
    department_id: UUID | None = None,
) -> SavedView:
    """Keep a list with a filter, an order and columns; the door has found them to be in order. Sharing needs
    `views.share`. Refuses with `Conflict` a name that one has already, and more views than one may have."""
    actor = work.actor
    if not actor.is_member or actor.id is None:
        raise Forbidden(message("Views are kept by members."))
    if await queries.count_of(work, actor.id) >= rules.MOST_VIEWS:
        raise Conflict(message("You can keep {most} views at most."), {"most": rules.MOST_VIEWS}, code="TOO_MANY_VIEWS")
    view = SavedView(
        owner_id=actor.id,
        viewed_list=viewed_list,
        name="",
        audience=ViewAudience.OWN,
        department_id=None,
        conditions=None,
        ordering=None,
        columns=[],
        changed_at=work.now,
    )
    view.id = work.new_id()
    await _fill(work, view, name, filter, order, columns, audience, department_id)
    work.add(view)
    work.record(ViewSaved(view_id=view.id), about=view)
    return view


@command(needs=None)
async def change(
    work: Work,
    *,
    view_id: UUID,
    name: str,
    filter: Mapping[str, Any] | None,
    order: str | None,
    columns: Sequence[str],
    audience: ViewAudience,
    department_id: UUID | None,
) -> SavedView:
    """Give a view another name, filter, order, columns and audience. Refuses as `save` does."""
    view = await queries.changeable(work, view_id)
    await _fill(work, view, name, filter, order, columns, audience, department_id)
    view.changed_at = work.now
    work.record(ViewChanged(view_id=view.id), about=view)
    return view


@command(needs=None)
async def delete(work: Work, *, view_id: UUID) -> UUID:
    """Take a view away."""
    view = await queries.changeable(work, view_id)
    work.record(ViewDeleted(view_id=view.id))
    work.delete(view)
    return view_id


@command(needs=None)
async def note_export(work: Work, *, view_id: UUID, form: str, row_count: int) -> None:
    """Write down that somebody was given the rows of a view as a file."""
    view = await queries.seen(work, view_id)
    work.record(ViewExported(view_id=view.id, form=form, row_count=row_count), about=view)


async def _fill(
    work: Work,
    view: SavedView,
    name: str,
    filter: Mapping[str, Any] | None,
    order: str | None,
    columns: Sequence[str],
    audience: ViewAudience,
    department_id: UUID | None,
) -> None:
    name, chosen = rules.clean_name(name), rules.clean_columns(columns)
    if audience is not ViewAudience.OWN:
        work.actor.require(Permission.VIEWS_SHARE)
    if (department_id is not None) != (audience is ViewAudience.DEPARTMENT):
        raise Invalid(message("A department is named for its views, and for no others."), {}, ("departmentId",))
    if department_id is not None:
        await organisation.department(work, department_id, "departmentId")
    if await queries.named(work, view, name):
        raise Conflict(message("You have a view “{name}” of this list already."), {"name": name}, ("name",))
    view.name, view.audience, view.department_id = name, audience, department_id
    view.conditions = dict(filter) if filter is not None else None
    view.ordering, view.columns = order, chosen
