"""Writing the rows of a view into a file, as whoever asked for it; begun again, it begins anew."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol
from uuid import UUID

import structlog

from domain.files import queries as files
from domain.views import commands, queries
from domain.views.rules import EXPORT_ATTEMPTS, Wanted
from tenancy import blobs
from tenancy.actor import Actor, ActorKind
from tenancy.agenda import AgendaItem
from tenancy.claims import Claim
from tenancy.config import settings
from tenancy.opening import opened
from tenancy.refusals import Refusal, message
from workers.attempts import NotYet, Outdated, describe, hold, is_passing, working

log = structlog.get_logger(__name__)

PIECE_BYTES = 1024 * 1024
# How long an export waits for a process that can write it.
WRITER_SECONDS = 60.0

Progress = Callable[[int, int], Awaitable[None]]


class Writer(Protocol):
    """Writes the rows that an actor sees into a new file; how many they were. `Progress` is told how many are written,
    and of how many."""

    async def __call__(self, actor: Actor, wanted: Wanted, path: Path, progress: Progress, /) -> int:
        """See above."""


# Rows are read as the door gives them to clients, and the yard knows no door: whoever starts both hands it over.
_writers: list[Writer] = []


def written_by(writer: Writer) -> None:
    """Let exports be written so in this process."""
    _writers[:] = [writer]


async def write(claim: Claim, item: AgendaItem) -> None:
    """Write the rows of an export into a file and store it, whole or not at all."""
    if not _writers:
        raise NotYet(WRITER_SECONDS, "this process does not write exports")
    given = await _begin(claim, item)
    if given is None:
        return
    actor, wanted = given
    try:
        async with _place(item.subject_id, claim) as path:
            count = await _writers[0](actor, wanted, path, _progress(claim, item.subject_id))
            await _keep(claim, item.subject_id, path, wanted, count)
    except Outdated:
        raise
    except Exception as problem:
        await _note(claim, item, problem)


async def _begin(claim: Claim, item: AgendaItem) -> tuple[Actor, Wanted] | None:
    async with working(claim) as work:
        held = await hold(work, claim)
        begun = await commands.note_exporting(work, item.subject_id)
        if begun is not None and item.attempts > EXPORT_ATTEMPTS:
            text = message("The worker ended each time before it was done.")
            await commands.note_failed(work, item.subject_id, Refusal(text))
            begun = None
        if begun is None:
            work.delete(held)
            return None
        export, member, permissions = begun
        actor = Actor(claim.tenant_id, ActorKind.MEMBER, member.id, permissions, member.language)
        return actor, queries.wanted(work, export, export.form, export.headings)


def _progress(claim: Claim, export_id: UUID) -> Progress:
    async def tell(written: int, total: int) -> None:
        async with working(claim) as work:
            await hold(work, claim)
            await commands.note_written(work, export_id, written=written, total=total)

    return tell


async def _keep(claim: Claim, export_id: UUID, path: Path, wanted: Wanted, count: int) -> None:
    async with working(claim) as work:
        limits = await files.limits(work)
    received = await blobs.receive(claim.tenant_id, _pieces(path), limits.check_size)
    kept = False
    try:
        async with working(claim) as work:
            held = await hold(work, claim)
            name = re.sub(r"[/\\]", "_", f"{wanted.name}.{wanted.form}")
            kept = await commands.note_exported(work, export_id, received=received, name=name, row_count=count)
            work.delete(held)
    finally:
        if not kept:
            await blobs.discard(claim.tenant_id, received)


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    file = await opened(path, "rb")
    try:
        while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
            yield piece
    finally:
        file.close()


async def _note(claim: Claim, item: AgendaItem, problem: Exception) -> None:
    """Say in the export what went wrong; what will pass, and what nobody foresaw, the yard tries again."""
    foreseen = isinstance(problem, Refusal)
    if is_passing(problem) or (not foreseen and item.attempts < EXPORT_ATTEMPTS):
        raise problem
    log.warning("exports.failed", tenant=str(claim.tenant_id), export=str(item.subject_id), error=describe(problem))
    text = message("Something unexpected happened ({what}); the log has the details.")
    why = problem if isinstance(problem, Refusal) else Refusal(text, {"what": type(problem).__name__})
    async with working(claim) as work:
        held = await hold(work, claim)
        await commands.note_failed(work, item.subject_id, why)
        work.delete(held)


@asynccontextmanager
async def _place(export_id: UUID, claim: Claim) -> AsyncIterator[Path]:
    """A name in a folder of its own for one attempt; it is gone afterwards, and what killed attempts left is too."""
    folder = settings().data / "unfinished"
    path = folder / f"{export_id}-{claim.fence}"
    await asyncio.to_thread(_clear, folder, f"{export_id}-*")
    await asyncio.to_thread(path.mkdir, 0o700)
    try:
        yield path / "rows"
    finally:
        # Another worker may have begun the next attempt.
        await asyncio.to_thread(_clear, folder, path.name)


def _clear(folder: Path, pattern: str) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob(pattern):
        for file in left.iterdir():
            file.unlink(missing_ok=True)
        left.rmdir()
