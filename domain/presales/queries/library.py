"""Who sees what of the library, which version counts, and how often it was used."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, select, true
from sqlalchemy.orm import aliased

from domain.kernel.permissions import Permission
from domain.presales.models import LibraryItem, LibraryUse
from domain.presales.rules.library import MaterialState
from tenancy.actor import Actor
from tenancy.rows import another
from tenancy.work import Work


def visible(actor: Actor, _: Any) -> ColumnElement[bool]:
    """The library is for those who quote, and those who read what presales does."""
    return true() if actor.may(Permission.PRESALES_QUOTE) or actor.may(Permission.PRESALES_READ) else false()


async def get(work: Work, id: UUID, *path: str, lock: bool = False) -> LibraryItem:
    """One version of a piece that the actor may see; refuses with `NotFound`."""
    return await work.seen(LibraryItem, id, visible(work.actor, LibraryItem), *path, lock=lock)


def uses_of(items: Any) -> Any:
    """How often any version of a piece was used, inside a statement."""
    uses, versions = aliased(LibraryUse), aliased(LibraryItem)
    own = select(func.count(uses.id)).join(versions, versions.id == uses.item_id)
    return own.where(versions.number == items.number)


def needs_consent_anew(items: Any) -> ColumnElement[bool]:
    """Whether a piece is brought back with a new consent alone, as the rule of that name tells it."""
    return and_(items.state == MaterialState.RETIRED, items.solution_id.is_not(None))


def is_called_for_update(items: Any) -> ColumnElement[bool]:
    """Whether somebody who used this version says that it has to be brought up to date, and it counts still."""
    uses = another(LibraryUse)
    said = select(uses.id).where(uses.item_id == items.id, uses.outdated.is_(True)).exists()
    return and_(items.state == MaterialState.CURRENT, said)
