"""Making archives, keeping and deleting them, rehearsing their restore. What takes long is in `workers/jobs`.

A suspended company is exported as before: what the schedule and a request for an archive set off goes on meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from sqlalchemy import select

from domain.backups import queries, rules
from domain.backups.events import (
    ArchiveDeleted,
    ArchiveFailed,
    ArchiveKept,
    ArchiveKeyDestroyed,
    ArchiveKeyMade,
    ArchiveStarted,
    BackupDue,
    DrillFailed,
    DrillPassed,
    DrillStarted,
)
from domain.backups.models import Archive, ArchiveKey
from domain.backups.rules import LIFECYCLE, DrillState, Move, Occasion, Problem, State
from domain.kernel.command import command
from domain.kernel.lifecycle import Labels
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications.rules import pack
from domain.policies import commands as policies
from domain.policies.events import HandbookTookEffect
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import BackupSchedule
from tenancy import archives, secrets
from tenancy.agenda import AgendaItem, Standing, Task
from tenancy.numbers import next_number
from tenancy.refusals import Conflict, Invalid, WrongState, message
from tenancy.work import Work

WRITE, DRILL, REMOVE = "backups.write", "backups.drill", "backups.remove"
# What the timer of the schedule is about: there is one in a company.
SERIES = UUID("6d0b2c1e-5e0f-5d5c-9a53-0a9f5cf0b001")
TIMER = "backups:next"


@dataclass(frozen=True)
class Written:
    """An archive as it is stored."""

    object_name: str
    size_bytes: int
    sha256: str
    schema_revision: str
    row_counts: Mapping[str, int]


@command(needs=Permission.BACKUPS_RUN)
async def run_backup(work: Work) -> Archive:
    """Have an archive of the company made now; a worker writes it after the commit (BK-1)."""
    return await _start(work, Occasion.REQUESTED, await queries.schedule(work))


@command(needs=Permission.BACKUPS_RUN)
async def run_drill(work: Work, *, archive_id: UUID) -> Archive:
    """Rehearse the restore of an archive: a worker restores it, compares every table, undoes it and reports (BK-2)."""
    archive = await work.get(Archive, archive_id, "archiveId", lock=True)
    if archive.state is not State.KEPT:
        state = Labels((LIFECYCLE.state_labels[archive.state],))
        text = message("Only an archive that is kept can be restored, and this one's state is “{state}”.")
        raise WrongState(text, {"state": state}, path=("archiveId",))
    if archive.drill is DrillState.RUNNING and await _is_under_way(work, DRILL, archive.id):
        raise Conflict(message("A drill with this archive is under way."), path=("archiveId",))
    if (await work.get(ArchiveKey, archive.key_id)).destroyed_at is not None:
        text = message("The key of this archive was destroyed; nobody can read it any more.")
        raise Invalid(text, path=("archiveId",), code="KEY_DESTROYED")
    _start_drill(work, archive)
    return archive


@command(needs=Permission.TENANT_ADMINISTER)
async def destroy_key(work: Work) -> ArchiveKey | None:
    """Make every archive so far unreadable for ever, wherever copies of it are; the next one gets a new key."""
    key = await queries.key_in_use(work)
    if key is not None:
        key = await work.get(ArchiveKey, key.id, lock=True)
        key.sealed_identity, key.destroyed_at = None, work.now
        # No `about`: the journal keeps what changed for ever, and that must not be a secret, even sealed.
        work.record(ArchiveKeyDestroyed(key_id=key.id))
    return key


async def follow_handbook(work: Work, _: HandbookTookEffect) -> None:
    """Plan the next slot of the schedule that is in force now, in place of the one that was planned."""
    ruling = await queries.schedule(work)
    if ruling is None:
        await work.cancel_timers(SERIES)
    else:
        _plan_next(work, ruling)


async def follow_schedule(work: Work, event: BackupDue) -> None:
    """A slot has come: make an archive, and plan the next slot. Slots that passed meanwhile are made up for by one."""
    ruling = await queries.schedule(work)
    if ruling is None:
        return
    _plan_next(work, ruling)
    running = await queries.running(work)
    if running is not None and await _is_under_way(work, WRITE, running.id):
        return
    archive = await _start(work, Occasion.SCHEDULED, ruling)
    policies.cite(
        work,
        ruling,
        about=Subject(SubjectKind.ARCHIVE, archive.id),
        decision="backups.schedule",
        inputs={"slot_at": event.slot_at, "zone": work.opening.zone},
        result={"number": archive.number},
    )


def _plan_next(work: Work, ruling: Ruling[BackupSchedule]) -> None:
    slot_at = ruling.value.next_after(work.now, work.opening.zone).astimezone(UTC)
    work.schedule(slot_at, BackupDue(slot_at=slot_at), about=SERIES, key=TIMER, while_suspended=True)


async def _is_under_way(work: Work, job: str, archive_id: UUID) -> bool:
    """Whether a job about an archive will come to its end by itself: one that is parked, held or lost will not."""
    items = select(AgendaItem).where(
        AgendaItem.subject_id == archive_id, AgendaItem.task == Task.RUN, AgendaItem.name == job
    )
    item = await work.first(items)
    return item is not None and item.standing is Standing.PENDING


async def _start(work: Work, occasion: Occasion, ruling: Ruling[BackupSchedule] | None) -> Archive:
    # Whoever asks for a number waits for others who do, so that two never find that none is under way.
    number = await next_number(work, "archives")
    running = await queries.running(work, lock=True)
    if running is not None:
        if await _is_under_way(work, WRITE, running.id):
            raise Conflict(message("An archive of this company is being written already; wait for it."))
        await note_failed(work, running.id, rules.WORKER_ENDED)
    key = await queries.key_in_use(work) or _make_key(work)
    archive = work.add(
        Archive(
            number=number,
            occasion=occasion,
            key_id=key.id,
            started_at=work.now,
            clause_id=ruling.clause.clause_id if ruling is not None else None,
        )
    )
    work.record(ArchiveStarted(archive_id=archive.id), about=archive)
    work.run_later(WRITE, about=archive.id, while_suspended=True)
    return archive


def _make_key(work: Work) -> ArchiveKey:
    identity = archives.new_identity().encode()
    sealed = secrets.seal(identity, tenant_id=work.actor.tenant_id, purpose=queries.KEY_PURPOSE)
    key = work.add(ArchiveKey(made_at=work.now, sealed_identity=sealed))
    # No `about`: the journal keeps what changed for ever, and that must not be a secret, even sealed.
    work.record(ArchiveKeyMade(key_id=key.id))
    return key


async def note_trouble(work: Work, archive_id: UUID, problem: Problem, *, drill: bool = False) -> None:
    """The yard's: an attempt did not succeed and will be made again."""
    _say(await work.get(Archive, archive_id, lock=True), problem, drill=drill)


async def note_failed(work: Work, archive_id: UUID, problem: Problem) -> None:
    """The yard's: the archive was given up. Nothing of it was kept, and nothing older is deleted for it."""
    archive = await work.get(Archive, archive_id, lock=True)
    archive.state = LIFECYCLE.next(archive.state, Move.FAIL)
    archive.finished_at = work.now
    _say(archive, problem)
    work.record(ArchiveFailed(archive_id=archive.id), about=archive)


async def note_kept(work: Work, archive_id: UUID, written: Written) -> None:
    """The yard's: the archive is stored whole. Now a drill follows if one is due, or else older ones may go."""
    archive = await work.get(Archive, archive_id, lock=True)
    archive.state = LIFECYCLE.next(archive.state, Move.KEEP)
    archive.finished_at = work.now
    archive.object_name, archive.size_bytes, archive.sha256 = written.object_name, written.size_bytes, written.sha256
    archive.schema_revision, archive.row_counts = written.schema_revision, dict(written.row_counts)
    archive.row_count = sum(written.row_counts.values())
    archive.problem, archive.problem_values = None, {}
    work.record(ArchiveKept(archive_id=archive.id), about=archive)
    ruling = await queries.schedule(work)
    drill_every = ruling.value.drill_every if ruling is not None else None
    if rules.is_drill_due(await queries.made_since_passed_drill(work), drill_every):
        _start_drill(work, archive)
    else:
        await _delete_expired(work, archive.id, ruling)


def _start_drill(work: Work, archive: Archive) -> None:
    archive.drill, archive.drilled_at = DrillState.RUNNING, None
    archive.drill_problem, archive.drill_problem_values = None, {}
    work.record(DrillStarted(archive_id=archive.id), about=archive)
    work.run_later(DRILL, about=archive.id, while_suspended=True)


async def note_drill_passed(work: Work, archive_id: UUID, *, rows: int, held: int) -> None:
    """The yard's: the archive restores, with equal digests in every table. Now older ones may go."""
    archive = await work.get(Archive, archive_id, lock=True)
    archive.drill, archive.drilled_at = DrillState.PASSED, work.now
    archive.drill_rows, archive.drill_held = rows, held
    archive.drill_problem, archive.drill_problem_values = None, {}
    work.record(DrillPassed(archive_id=archive.id), about=archive)
    await _delete_expired(work, archive.id, await queries.schedule(work))


async def note_drill_failed(work: Work, archive_id: UUID, problem: Problem) -> None:
    """The yard's: the archive does not restore as it should; nothing is deleted until a drill succeeds again."""
    archive = await work.get(Archive, archive_id, lock=True)
    archive.drill, archive.drilled_at = DrillState.FAILED, work.now
    archive.drill_rows, archive.drill_held = None, None
    _say(archive, problem, drill=True)
    work.record(DrillFailed(archive_id=archive.id), about=archive)


def _say(archive: Archive, problem: Problem, *, drill: bool = False) -> None:
    if drill:
        archive.drill_problem, archive.drill_problem_values = problem.text, pack(problem.values)
    else:
        archive.problem, archive.problem_values = problem.text, pack(problem.values)


async def _delete_expired(work: Work, newest_id: UUID, ruling: Ruling[BackupSchedule] | None) -> None:
    # Only ever after a newer one is safe, and only by a clause; the objects themselves go after the commit.
    if ruling is None or await queries.is_last_drill_failed(work):
        return
    schedule = ruling.value
    expired = rules.expired(
        await queries.kept(work), now=work.now, keep_days=schedule.keep_days, keep_at_least=schedule.keep_at_least
    )
    for archive_id in expired:
        archive = await work.get(Archive, archive_id, lock=True)
        if archive.drill is DrillState.RUNNING:
            continue
        archive.state = LIFECYCLE.next(archive.state, Move.DELETE)
        archive.deleted_at = work.now
        work.record(ArchiveDeleted(archive_id=archive.id), about=archive)
        policies.cite(
            work,
            ruling,
            about=Subject(SubjectKind.ARCHIVE, archive.id),
            decision="backups.retention",
            inputs={
                "started_at": archive.started_at,
                "keep_days": schedule.keep_days,
                "keep_at_least": schedule.keep_at_least,
            },
            result={"deleted_at": work.now},
        )
    if expired:
        work.run_later(REMOVE, about=newest_id, while_suspended=True)


async def note_removed(work: Work, archive_id: UUID) -> None:
    """The yard's: the object of a deleted archive is gone."""
    archive = await work.get(Archive, archive_id, lock=True)
    archive.object_name = None
