"""Whom imports are shown to, what is known of a file from before, and the records that rows are about."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_, select

from domain.imports.models import Import, ImportRow
from domain.imports.rules import ImportKind, ImportState, Outcome
from tenancy.actor import Actor
from tenancy.members import Member
from tenancy.models import current_member, one_of
from tenancy.work import Work

_UNDER_WAY = (ImportState.CHECKING, ImportState.RUNNING)


def visible(actor: Actor, imports: Any) -> ColumnElement[bool]:
    """An import is seen by whoever has sent its file."""
    own: ColumnElement[bool] = imports.owner_id == current_member()
    return own if actor.is_member else false()


def visible_rows(actor: Actor, rows: Any) -> ColumnElement[bool]:
    """Rows are seen with their import."""
    seen = select(Import.id).where(Import.id == rows.import_id, visible(actor, Import))
    return seen.exists()


def shows(actor: Actor, import_id: Any) -> ColumnElement[bool]:
    """Whether an import is shown to somebody."""
    return select(Import.id).where(Import.id == import_id, visible(actor, Import)).exists()


def counted(outcome: Outcome) -> Any:
    """How many rows of an import have an outcome, inside a statement."""

    def count(imports: Any) -> Any:
        return select(func.count()).where(ImportRow.import_id == imports.id, ImportRow.outcome == outcome)

    return count


def rows_through(imports: Any) -> Any:
    """How many rows of an import have been tried, or carried out, in the pass that it is in."""
    running = or_(imports.state == ImportState.RUNNING, imports.state == ImportState.FINISHED)
    return select(func.count()).where(ImportRow.import_id == imports.id, ImportRow.done == running)


async def own(work: Work, id: UUID, *, lock: bool = False) -> Import:
    """An import of the actor's own; refuses with `NotFound`."""
    return await work.seen(Import, id, visible(work.actor, Import), "importId", lock=lock)


async def get(work: Work, id: UUID) -> Import:
    """Any import, for Zhidu's own use; refuses with `NotFound`."""
    return await work.get(Import, id)


async def under_way(work: Work, member_id: UUID) -> int:
    """How many imports of somebody are being checked or carried out."""
    found: int = await work.value(
        select(func.count()).where(Import.owner_id == member_id, one_of(Import.state, _UNDER_WAY))
    )
    return found


async def imported_by_another(work: Work, kind: ImportKind, sha256: str) -> Import | None:
    """A finished import of the same content that somebody else has made."""
    same = (Import.kind == kind, Import.sha256 == sha256, Import.state == ImportState.FINISHED)
    return await work.first(select(Import).where(*same, Import.owner_id != work.actor.id).limit(1))


async def mapped_before(work: Work, kind: ImportKind, columns: Sequence[str]) -> dict[str, Any] | None:
    """How the same headings were mapped the last time that such a file was carried out."""
    like = (Import.kind == kind, Import.columns == list(columns), Import.state == ImportState.FINISHED)
    last = await work.first(select(Import).where(*like).order_by(Import.id.desc()).limit(1))
    return last.mapping if last is not None else None


async def numbers_done(work: Work, import_id: UUID) -> set[int]:
    """The rows that were carried out or refused for good."""
    done = select(ImportRow.number).where(ImportRow.import_id == import_id, ImportRow.done)
    return {row["number"] for row in await work.rows(done)}


async def counts(work: Work, import_id: UUID) -> dict[Outcome, int]:
    """How many rows have which outcome."""
    each = select(ImportRow.outcome, func.count().label("many")).where(ImportRow.import_id == import_id)
    found = {Outcome(row["outcome"]): row["many"] for row in await work.rows(each.group_by(ImportRow.outcome))}
    return {outcome: found.get(outcome, 0) for outcome in Outcome}


async def rows_of(work: Work, import_id: UUID, after: int, most: int) -> list[ImportRow]:
    """The rows behind a number, in order."""
    behind = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.number > after)
    return await work.all(behind.order_by(ImportRow.number).limit(most))


async def member_with(work: Work, email: str) -> Member | None:
    """The member with an e-mail address, however it is capitalised."""
    return await work.first(select(Member).where(func.lower(Member.email) == email.lower(), Member.active).limit(1))
