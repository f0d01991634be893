"""Writing an archive, rehearsing its restore, and removing the objects of archives that have served their time."""

import asyncio
import hashlib
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import structlog

from domain.backups import commands as backups
from domain.backups import queries, rules
from domain.backups.commands import Written
from domain.backups.rules import DrillState, Problem, State
from tenancy import archives
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem
from tenancy.claims import Claim
from tenancy.config import settings
from tenancy.database import reading
from tenancy.opening import opened
from tenancy.refusals import Invalid, Refusal, message
from tenancy.secrets import Unsealable
from tenancy.storage import storage
from tenancy.work import Work
from workers.attempts import Outdated, describe, hold, is_passing, working

log = structlog.get_logger(__name__)

# The waits after the first and the second attempt that met something which will pass.
WAITS_SECONDS = (60.0, 300.0)

Note = Callable[[Work, UUID, Problem], Awaitable[None]]


@dataclass(frozen=True)
class _Given:
    """What an attempt begins with. `stored` is the object to read; `prefix` how objects to write begin."""

    archive_id: UUID
    # Not for logs, which may show what a failed function knew.
    identity: str = field(repr=False)
    prefix: str
    stored: str | None
    sha256: str | None


async def write(claim: Claim, item: AgendaItem) -> None:
    """Write an archive, check every byte of it, and store it whole or not at all (BK-1)."""
    given = await _begin(claim, item, drill=False)
    if given is None:
        return
    object_name = f"{given.prefix}{claim.fence}.age"
    try:
        written = await _write(claim, given, object_name)
        async with working(claim) as work:
            held = await hold(work, claim)
            await backups.note_kept(work, given.archive_id, written)
            work.delete(held)
    except Exception as problem:
        await _discard(claim, given.archive_id, object_name)
        await _note(claim, item, given.archive_id, problem, drill=False)
    else:
        # What attempts that were killed have left behind.
        await _sweep(claim, given.prefix, but=object_name)


async def _write(claim: Claim, given: _Given, object_name: str) -> Written:
    async with _place(given.archive_id, claim) as path:
        manifest = await archives.take(claim.tenant_id, path, identity=given.identity)
        # What the disk gives back, not what was meant to be on it.
        if await archives.verify(path, identity=given.identity) != manifest:
            raise Invalid(message("The archive does not read as it was written; the disk may be failing."))
        sha256 = await asyncio.to_thread(_sha256_of, path)
        size = await storage().put(claim.tenant_id, object_name, path)
    if await _fetch(claim.tenant_id, object_name, None) != sha256:
        raise Invalid(message("The store does not give back what it was given."))
    return Written(
        object_name=object_name,
        size_bytes=size,
        sha256=sha256,
        schema_revision=manifest.heading.schema_revision,
        row_counts={table.name: table.rows for table in manifest.tables},
    )


async def drill(claim: Claim, item: AgendaItem) -> None:
    """Restore an archive for practice, compare it table by table, undo it, and report (BK-2)."""
    given = await _begin(claim, item, drill=True)
    if given is None:
        return
    try:
        restored = await _rehearse(claim, given)
        if restored.differences:
            raise Invalid(
                message("These tables were not as the archive has them: {tables}."),
                {"tables": ", ".join(restored.differences)},
            )
        async with working(claim) as work:
            held = await hold(work, claim)
            await backups.note_drill_passed(work, given.archive_id, rows=restored.rows, held=restored.held)
            work.delete(held)
    except Exception as problem:
        await _note(claim, item, given.archive_id, problem, drill=True)


async def _rehearse(claim: Claim, given: _Given) -> archives.Restored:
    assert given.stored is not None
    async with _place(given.archive_id, claim) as path:
        if await _fetch(claim.tenant_id, given.stored, path) != given.sha256:
            raise Invalid(message("The stored archive is not the one that was written: its checksum is another."))
        return await archives.rehearse(path, identity=given.identity)


async def remove(claim: Claim, _: AgendaItem) -> None:
    """Remove the objects of deleted archives; what goes wrong is tried again by the yard."""
    async with working(claim) as work:
        await hold(work, claim)
        gone = [(archive.id, archive.object_name) for archive in await queries.to_remove(work)]
    for archive_id, name in gone:
        assert name is not None
        await storage().delete(claim.tenant_id, name)
        async with working(claim) as work:
            await backups.note_removed(work, archive_id)
    async with working(claim) as work:
        work.delete(await hold(work, claim))


async def _begin(claim: Claim, item: AgendaItem, *, drill: bool) -> _Given | None:
    """What to begin with; None when there is nothing to do, or no more, of which the record then tells."""
    async with working(claim) as work:
        held = await hold(work, claim)
        archive = await queries.find(work, item.subject_id)
        if archive is None or (
            archive.drill is not DrillState.RUNNING if drill else archive.state is not State.RUNNING
        ):
            # A restored company has the errand that wrote the archive it came from, but not that archive.
            work.delete(held)
            return None
        prefix = rules.object_prefix(archive.id, archive.started_at)
        opening = await _opening(work, archive.key_id) if item.attempts <= rules.ATTEMPTS else rules.WORKER_ENDED
        if isinstance(opening, str):
            return _Given(archive.id, opening, prefix, archive.object_name, archive.sha256)
        await _failed(drill)(work, archive.id, opening)
        work.delete(held)
    if not drill:
        await _sweep(claim, prefix)
    return None


async def _opening(work: Work, key_id: UUID) -> str | Problem:
    try:
        identity = await queries.identity(work, key_id)
    except Unsealable:
        text = message("The company's key does not open: it was sealed with another ZHIDU_SECRET_KEY.")
        return Problem(text, {})
    return identity or Problem(message("The key of this archive was destroyed; nobody can read it any more."), {})


def _failed(drill: bool) -> Note:
    return backups.note_drill_failed if drill else backups.note_failed


async def _note(claim: Claim, item: AgendaItem, archive_id: UUID, problem: Exception, *, drill: bool) -> None:
    """Say in the archive's record what went wrong, and try again what will pass."""
    if isinstance(problem, Outdated):
        raise problem
    log.warning(
        "backups.drill_failed" if drill else "backups.archive_failed",
        tenant=str(claim.tenant_id),
        archive=str(archive_id),
        attempts=item.attempts,
        error=describe(problem),
        # As text, since a traceback with local values would show the company's key.
        trace=None if isinstance(problem, Refusal) else "".join(traceback.format_exception(problem)),
    )
    full = isinstance(problem, Refusal) and problem.code == "STORAGE_FULL"
    async with working(claim) as work:
        held = await hold(work, claim)
        if is_passing(problem) and not full and item.attempts <= len(WAITS_SECONDS):
            await backups.note_trouble(work, archive_id, _told(problem), drill=drill)
            held.due_at = work.opening.real_now + timedelta(seconds=WAITS_SECONDS[item.attempts - 1])
            held.leased_until, held.error = None, describe(problem)
        else:
            await _failed(drill)(work, archive_id, _told(problem))
            work.delete(held)


def _told(problem: Exception) -> Problem:
    if isinstance(problem, Refusal):
        return Problem(problem.text, problem.values)
    # What exactly is in the log, with the archive's id; it may hold what is not everybody's business.
    return Problem(
        message("Something unexpected happened ({what}); the log has the details."), {"what": type(problem).__name__}
    )


@asynccontextmanager
async def _place(archive_id: UUID, claim: Claim) -> AsyncIterator[Path]:
    """A name in DATA/unfinished for one attempt; the file is gone afterwards, and what killed attempts left is too."""
    folder = settings().data / "unfinished"
    path = folder / f"{archive_id}-{claim.fence}.age"
    await asyncio.to_thread(_clear, folder, archive_id)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _clear(folder: Path, archive_id: UUID) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in [*folder.glob(f"{archive_id}-*"), *folder.glob(f".{archive_id}-*")]:
        left.unlink(missing_ok=True)


async def _discard(claim: Claim, archive_id: UUID, object_name: str) -> None:
    """Remove what this attempt stored, unless the record has it: a commit that looked lost may have succeeded."""
    try:
        async with reading(Actor.system(claim.tenant_id)) as work:
            archive = await queries.find(work, archive_id)
            if archive is not None and archive.object_name == object_name:
                return
        await storage().delete(claim.tenant_id, object_name)
    except Exception as problem:
        # It goes with the next attempt.
        log.info("backups.not_discarded", object=object_name, error=describe(problem))


async def _sweep(claim: Claim, prefix: str, *, but: str | None = None) -> None:
    try:
        for stored in await storage().listing(claim.tenant_id, "archives"):
            if stored.name.startswith(prefix) and stored.name != but:
                await storage().delete(claim.tenant_id, stored.name)
    except Refusal as problem:
        log.info("backups.not_swept", prefix=prefix, error=describe(problem))


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def _fetch(tenant_id: UUID, name: str, path: Path | None) -> str:
    """Read a stored object, into a file if one is named, and answer its SHA-256."""
    digest = hashlib.sha256()
    file = await opened(path, "xb") if path is not None else None
    try:
        async with aclosing(storage().get(tenant_id, name)) as pieces:
            async for piece in pieces:
                digest.update(piece)
                if file is not None:
                    await asyncio.to_thread(file.write, piece)
    finally:
        if file is not None:
            file.close()
    return digest.hexdigest()
