"""Each company's archives are made by its own schedule, checked, kept and drilled; what fails is seen."""

import asyncio
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from sqlalchemy import select

from domain.backups import commands, queries
from domain.backups.models import Archive
from domain.backups.rules import DrillState, Occasion, State
from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.notifications.models import Notification
from domain.policies.models import Decision
from domain.policies.rules.kinds import BackupSchedule
from tenancy import archives, storage
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Task
from tenancy.claims import Claim
from tenancy.config import settings
from tenancy.database import reading, writing
from tenancy.effects import Effect
from tenancy.outbox import release
from tenancy.refusals import Conflict, Forbidden, Invalid, Unavailable, WrongState
from tenancy.rehearsal import advance_clock, read_clock, settled
from tests.conftest import found_company
from tests.domain.requests.company import survey
from tests.handbooks import publish
from tests.lived_in import digests, live_in
from tests.workers.facts import agenda, claim_all, found_rehearsal, work_off
from workers.attempts import Outdated, attempt, begin
from workers.jobs import backups as jobs
from workers.performing import DOING, Performer

# 9 o'clock in Shanghai.
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def _stores(quiet: None, configured: Any) -> Iterator[None]:
    storage.storage.cache_clear()
    yield
    storage.storage.cache_clear()


async def back_up(actor: Actor) -> UUID:
    async with writing(actor, settle=settle) as work:
        return (await commands.run_backup(work)).id


async def drill(actor: Actor, archive_id: UUID) -> None:
    async with writing(actor, settle=settle) as work:
        await commands.run_drill(work, archive_id=archive_id)


async def every_archive(actor: Actor) -> list[Archive]:
    async with reading(actor) as work:
        return await work.all(select(Archive).order_by(Archive.number))


async def archive_of(actor: Actor, id: UUID) -> Archive:
    async with reading(actor) as work:
        return await queries.archive(work, id)


async def identity_of(actor: Actor) -> str:
    async with reading(actor) as work:
        [identity] = await queries.identities(work)
        return identity


async def told(actor: Actor) -> list[str]:
    async with reading(actor) as work:
        return [row.text for row in await work.all(select(Notification).order_by(Notification.id))]


def stored(actor: Actor, folder: Path) -> list[str]:
    own = folder / "archives" / str(actor.tenant_id) / "archives"
    return sorted(os.listdir(own)) if own.exists() else []


def file_of(actor: Actor, archive: Archive, folder: Path) -> Path:
    assert archive.object_name is not None
    return folder / "archives" / str(actor.tenant_id) / archive.object_name


async def advance(actor: Actor, **by: float) -> None:
    async with writing(actor, settle=settle) as work:
        await advance_clock(work, to=work.now + timedelta(**by))
    await work_off()


async def make_due(behind: asyncpg.Connection) -> None:
    await behind.execute("UPDATE agenda SET due_at = now(), leased_until = NULL WHERE task = 'run'")


async def claim_job(actor: Actor) -> Claim:
    [claim] = [claim for claim in await claim_all(actor.tenant_id) if claim.task is Task.RUN]
    return claim


async def test_an_archive_on_request_is_kept_and_holds_every_row(acme: Actor, tmp_path: Path) -> None:
    await live_in(acme)
    id = await back_up(acme)
    assert (await archive_of(acme, id)).state is State.RUNNING
    await work_off()
    archive = await archive_of(acme, id)
    assert (archive.state, archive.occasion, archive.number) == (State.KEPT, Occasion.REQUESTED, 1)
    content = await asyncio.to_thread(file_of(acme, archive, tmp_path).read_bytes)
    assert (archive.size_bytes, archive.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    manifest = await archives.verify(file_of(acme, archive, tmp_path), identity=await identity_of(acme))
    assert archive.row_counts == {table.name: table.rows for table in manifest.tables}
    assert archive.row_count == sum(table.rows for table in manifest.tables)
    assert manifest.heading.company.id == acme.tenant_id
    assert os.listdir(tmp_path / "unfinished") == []
    assert not [item for item in await agenda(acme) if item.task is Task.RUN]


async def test_each_company_has_its_own_key(acme: Actor, globex: Actor, tmp_path: Path) -> None:
    for actor in (acme, globex):
        await back_up(actor)
    await work_off()
    [archive] = await every_archive(acme)
    with pytest.raises(Invalid):
        await archives.verify(file_of(acme, archive, tmp_path), identity=await identity_of(globex))


async def test_two_schedules_and_a_company_without_one(tmp_path: Path) -> None:
    """One archives every night and keeps few; one each Friday, of another zone, and keeps all; one has said nothing."""
    nightly = await found_rehearsal(MONDAY)
    weekly = await found_rehearsal(MONDAY, "Europe/Berlin")
    silent = await found_rehearsal(MONDAY)
    clause = BackupSchedule(daily_at="02:30", keep_days=3, keep_at_least=2)
    await publish(nightly, ("9.1", clause))
    await publish(weekly, ("8.4", BackupSchedule(cron="0 22 * * 5", keep_days=365, drill_every=2)))
    for actor in (nightly, weekly, silent):
        await advance(actor, days=15)

    nights = await every_archive(nightly)
    assert [archive.started_at.astimezone(SHANGHAI).strftime("%d %H:%M") for archive in nights] == [
        f"{day:02} 02:30" for day in range(3, 18)
    ]
    assert {archive.occasion for archive in nights} == {Occasion.SCHEDULED}
    # Four nights lie within three days of the newest: those that are not older than three days when it was made.
    assert [archive.state for archive in nights] == [State.DELETED] * 11 + [State.KEPT] * 4
    assert len(stored(nightly, tmp_path)) == 4
    assert {archive.object_name is None for archive in nights[:11]} == {True}

    fridays = await every_archive(weekly)
    berlin = [archive.started_at.astimezone(ZoneInfo("Europe/Berlin")) for archive in fridays]
    assert [f"{at:%a %d %H:%M}" for at in berlin] == ["Fri 06 22:00", "Fri 13 22:00"]
    assert [archive.drill for archive in fridays] == [None, DrillState.PASSED]
    assert {archive.state for archive in fridays} == {State.KEPT}

    assert await every_archive(silent) == []
    async with reading(nightly) as work:
        decisions = await work.all(select(Decision).order_by(Decision.id))
        clauses = {archive.clause_id for archive in nights}
        assert {decision.clause_id for decision in decisions} == clauses
        assert [decision.decision for decision in decisions].count("backups.schedule") == 15
        assert [decision.decision for decision in decisions].count("backups.retention") == 11
    for actor in (nightly, weekly, silent):
        async with reading(actor) as work:
            assert await settled(work)


async def test_an_archive_is_of_the_hour_that_the_clock_shows(tmp_path: Path) -> None:
    stage = await found_rehearsal(MONDAY)
    await publish(stage, ("9.1", BackupSchedule(daily_at="02:30", keep_days=30)))
    await advance(stage, days=2)
    made = await every_archive(stage)
    assert len(made) == 2
    for archive in made:
        assert archive.finished_at == archive.started_at
        manifest = await archives.verify(file_of(stage, archive, tmp_path), identity=await identity_of(stage))
        assert manifest.heading.company.clock_at == archive.started_at


async def test_a_schedule_that_changes_or_goes_moves_the_next_slot(acme: Actor) -> None:
    async def planned() -> list[datetime]:
        return [item.due_at for item in await agenda(acme) if item.key == commands.TIMER]

    await publish(acme, ("9.1", BackupSchedule(daily_at="02:30", keep_days=3)))
    [first] = await planned()
    assert first.astimezone(SHANGHAI).strftime("%H:%M") == "02:30"
    await publish(acme, ("9.1", BackupSchedule(daily_at="23:15", keep_days=3)))
    [second] = await planned()
    assert second.astimezone(SHANGHAI).strftime("%H:%M") == "23:15"
    await publish(acme, ("2.4", survey(5, 4)))
    assert await planned() == []


async def test_only_who_may_has_an_archive_made_and_one_at_a_time(acme: Actor) -> None:
    reader = Actor(acme.tenant_id, acme.kind, acme.id, frozenset({Permission.BACKUPS_READ}))
    async with writing(reader, settle=settle) as work:
        with pytest.raises(Forbidden):
            await commands.run_backup(work)
    id = await back_up(acme)
    with pytest.raises(Conflict):
        await back_up(acme)
    with pytest.raises(WrongState):
        await drill(acme, id)
    await work_off()
    await back_up(acme)


async def test_two_who_ask_at_once_get_one_archive(acme: Actor) -> None:
    found = await asyncio.gather(*(back_up(acme) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(each, UUID) for each in found) == 1
    assert sum(isinstance(each, Conflict) for each in found) == 3


async def test_a_drill_on_request_reports_and_changes_nothing_anywhere(acme: Actor, globex: Actor) -> None:
    await live_in(acme)
    await live_in(globex)
    id = await back_up(acme)
    await work_off()
    before, others = await digests(acme.tenant_id), await digests(globex.tenant_id)
    await drill(acme, id)
    with pytest.raises(Conflict):
        await drill(acme, id)
    await work_off()
    archive = await archive_of(acme, id)
    assert (archive.drill, archive.drill_problem, archive.drill_rows) == (DrillState.PASSED, None, archive.row_count)
    assert archive.drilled_at is not None
    assert archive.drill_held
    assert len(await told(acme)) == 1
    after = await digests(acme.tenant_id)
    # The journal, the people and the company's own webhook are told of the drill; else nothing has changed.
    told_in = {"journal_entries", "notifications", "effects", "agenda"}
    assert {name for name in before if before[name] != after[name]} <= told_in
    # The other company's letters, which nobody takes here, may have been tried again; none is new or gone.
    elsewhere = await digests(globex.tenant_id)
    assert {name for name in others if others[name] != elsewhere[name]} <= {"effects", "agenda"}
    assert {name: count for name, (count, _) in elsewhere.items()} == {
        name: count for name, (count, _) in others.items()
    }


async def test_an_archive_that_was_tampered_with_fails_its_drill_and_nothing_is_deleted(tmp_path: Path) -> None:
    stage = await found_rehearsal(MONDAY)
    await publish(stage, ("9.1", BackupSchedule(daily_at="02:30", keep_days=1, keep_at_least=1)))
    await advance(stage, days=1)
    [archive] = await every_archive(stage)
    path = file_of(stage, archive, tmp_path)
    content = bytearray(await asyncio.to_thread(path.read_bytes))
    content[len(content) // 2] ^= 1
    await asyncio.to_thread(path.write_bytes, content)
    await drill(stage, archive.id)
    await work_off()
    archive = await archive_of(stage, archive.id)
    assert (archive.drill, archive.drill_rows) == (DrillState.FAILED, None)
    assert "checksum" in (archive.drill_problem or "")
    [text] = await told(stage)
    assert "rehearsed and failed" in text
    async with reading(stage) as work:
        [letter] = await work.all(select(Effect))
        assert "checksum" in letter.payload["text"]
    await advance(stage, days=4)
    assert {each.state for each in await every_archive(stage)} == {State.KEPT}
    # Once an archive is found good again, those that have served their time go.
    newest = (await every_archive(stage))[-1]
    await drill(stage, newest.id)
    await work_off()
    assert [each.state for each in await every_archive(stage)] == [State.DELETED] * 4 + [State.KEPT]


async def test_an_object_that_has_gone_fails_its_drill(acme: Actor, tmp_path: Path) -> None:
    id = await back_up(acme)
    await work_off()
    file_of(acme, await archive_of(acme, id), tmp_path).unlink()
    await drill(acme, id)
    await work_off()
    assert (await archive_of(acme, id)).drill is DrillState.FAILED


@pytest.fixture
def tiny_disk(tmp_path: Path, configured: pytest.MonkeyPatch) -> Iterator[Path]:
    """A store of 256 KiB, where the machine lets us mount one."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a small file system cannot be mounted here")
    configured.setenv("ZHIDU_ARCHIVE_URL", f"file://{folder}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


async def test_a_full_disk_fails_the_archive_at_once_and_earlier_ones_are_kept(acme: Actor, tiny_disk: Path) -> None:
    await publish(acme, ("9.1", BackupSchedule(daily_at="02:30", keep_days=1, keep_at_least=1)))
    first = await back_up(acme)
    await work_off()
    junk = tiny_disk / "junk"
    with suppress(OSError), junk.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    second = await back_up(acme)
    await work_off()
    failed = await archive_of(acme, second)
    assert failed.state is State.FAILED
    assert "no space left" in (failed.problem or "")
    assert failed.object_name is None
    kept = await archive_of(acme, first)
    assert kept.state is State.KEPT
    assert kept.object_name is not None
    path = tiny_disk / str(acme.tenant_id) / kept.object_name
    await archives.verify(path, identity=await identity_of(acme))
    assert os.listdir(path.parent) == [path.name]
    [text] = await told(acme)
    assert "could not be made" in text
    junk.unlink()
    third = await back_up(acme)
    await work_off()
    assert (await archive_of(acme, third)).state is State.KEPT


async def test_a_full_disk_of_the_worker_is_refused_the_same_way(acme: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object, **__: object) -> None:
        raise Unavailable("There is no space left to store this.", code="STORAGE_FULL")

    monkeypatch.setattr(archives, "take", full)
    id = await back_up(acme)
    await work_off()
    assert (await archive_of(acme, id)).state is State.FAILED


async def test_a_store_that_is_away_is_tried_thrice_and_then_given_up(
    acme: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behind: asyncpg.Connection
) -> None:
    async def away(*_: object) -> int:
        raise Unavailable("The store of archives and files cannot be reached. Try again later.")

    with monkeypatch.context() as patch:
        patch.setattr(storage.Storage, "put", away)
        first = await back_up(acme)
        for _ in range(2):
            await work_off()
            waiting = await archive_of(acme, first)
            assert waiting.state is State.RUNNING
            assert "cannot be reached" in (waiting.problem or "")
            assert await told(acme) == []
            await make_due(behind)
        await work_off()
        assert (await archive_of(acme, first)).state is State.FAILED
        assert len(await told(acme)) == 1
        second = await back_up(acme)
        await work_off()
    await make_due(behind)
    await work_off()
    found = await archive_of(acme, second)
    assert (found.state, found.problem) == (State.KEPT, None)
    assert len(stored(acme, tmp_path)) == 1


async def test_what_nobody_foresaw_fails_visibly_and_tells_no_secret(
    acme: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stumble(*_: object, **__: object) -> None:
        raise KeyError("a customer's name")

    monkeypatch.setattr(archives, "take", stumble)
    id = await back_up(acme)
    await work_off()
    archive = await archive_of(acme, id)
    assert (archive.state, archive.problem_values) == (State.FAILED, {"what": "KeyError"})


async def test_a_disk_that_gives_back_something_else_keeps_nothing(
    acme: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = storage.Storage.put

    async def altering(self: storage.Storage, tenant_id: UUID, name: str, content: Any) -> int:
        size = await whole(self, tenant_id, name, content)
        await whole(self, tenant_id, name, b"something else")
        return size

    monkeypatch.setattr(storage.Storage, "put", altering)
    id = await back_up(acme)
    await work_off()
    archive = await archive_of(acme, id)
    assert (archive.state, archive.object_name) == (State.FAILED, None)
    assert stored(acme, tmp_path) == []


async def test_a_killed_worker_leaves_an_archive_that_the_next_one_finishes(
    acme: Actor, tmp_path: Path, behind: asyncpg.Connection
) -> None:
    id = await back_up(acme)
    claim = await claim_job(acme)
    item = await begin(claim)
    assert item is not None
    # It was killed after it had stored its file, and before it could say so.
    left = tmp_path / "unfinished" / f"{id}-{claim.fence}.age"
    left.parent.mkdir()
    left.write_bytes(b"half")
    prefix = (await archive_of(acme, id)).started_at.strftime("archives/%Y-%m-%dT%H%M%SZ-") + f"{id}-"
    await storage.storage().put(acme.tenant_id, f"{prefix}{claim.fence}.age", b"unknown")
    await make_due(behind)
    await work_off()
    archive = await archive_of(acme, id)
    assert archive.state is State.KEPT
    assert archive.object_name is not None
    assert stored(acme, tmp_path) == [Path(archive.object_name).name]
    assert os.listdir(left.parent) == []


async def test_an_archive_that_ends_every_worker_fails_visibly(
    acme: Actor, tmp_path: Path, behind: asyncpg.Connection
) -> None:
    id = await back_up(acme)
    for _ in range(3):
        await begin(await claim_job(acme))
        await make_due(behind)
    await work_off()
    archive = await archive_of(acme, id)
    assert archive.state is State.FAILED
    assert "worker ended" in (archive.problem or "")
    assert len(await told(acme)) == 1
    assert not [item for item in await agenda(acme) if item.task is Task.RUN]


async def test_of_two_workers_the_one_that_slept_keeps_nothing(
    acme: Actor, tmp_path: Path, behind: asyncpg.Connection
) -> None:
    id = await back_up(acme)
    first = await claim_job(acme)
    item = await begin(first)
    assert item is not None
    await make_due(behind)
    second = await claim_job(acme)
    with pytest.raises(Outdated):
        await jobs.write(first, item)
    await attempt(second, DOING)
    archive = await archive_of(acme, id)
    assert archive.state is State.KEPT
    with pytest.raises(Outdated):
        await jobs.write(first, item)
    assert stored(acme, tmp_path) == [Path(archive.object_name or "").name]


async def test_a_worker_that_slept_while_it_wrote_removes_what_it_stored(
    acme: Actor, tmp_path: Path, behind: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await back_up(acme)
    first = await claim_job(acme)
    take = archives.take

    async def sleeping(*given: Any, **more: Any) -> archives.Manifest:
        monkeypatch.setattr(archives, "take", take)
        manifest = await take(*given, **more)
        await make_due(behind)
        await attempt(await claim_job(acme), DOING)
        # The other worker has tidied up what it took for a killed one's file.
        return manifest

    monkeypatch.setattr(archives, "take", sleeping)
    await attempt(first, DOING)
    archive = await archive_of(acme, id)
    assert archive.state is State.KEPT
    assert stored(acme, tmp_path) == [Path(archive.object_name or "").name]
    assert await told(acme) == []


async def test_a_commit_that_only_looked_lost_loses_no_archive(
    acme: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await back_up(acme)
    kept = commands.note_kept

    async def kept_and_lost(*given: Any) -> None:
        async with writing(acme, settle=settle) as work:
            await kept(work, *given[1:])
            for item in await work.all(select(AgendaItem).where(AgendaItem.task == Task.RUN)):
                work.delete(item)
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    claim = await claim_job(acme)
    item = await begin(claim)
    assert item is not None
    monkeypatch.setattr(jobs, "hold", _hold_nothing)
    monkeypatch.setattr(commands, "note_kept", kept_and_lost)
    with suppress(Outdated):
        await jobs.write(claim, item)
    archive = await archive_of(acme, id)
    assert archive.state is State.KEPT
    assert stored(acme, tmp_path) == [Path(archive.object_name or "").name]


async def _hold_nothing(work: Any, claim: Claim) -> AgendaItem:
    found = await work.find(AgendaItem, claim.item_id)
    if found is None:
        raise Outdated
    assert isinstance(found, AgendaItem)
    return found


async def test_a_slot_finds_an_archive_whose_job_is_lost_and_makes_a_new_one(behind: asyncpg.Connection) -> None:
    stage = await found_rehearsal(MONDAY)
    await publish(stage, ("9.1", BackupSchedule(daily_at="02:30", keep_days=3)))
    lost = await back_up(stage)
    await behind.execute("UPDATE agenda SET standing = 'parked' WHERE task = 'run'")
    await advance(stage, days=1)
    first, second = await every_archive(stage)
    assert (first.id, first.state, second.state) == (lost, State.FAILED, State.KEPT)


async def test_a_job_that_is_parked_keeps_nobody_from_asking_again(acme: Actor, behind: asyncpg.Connection) -> None:
    first = await back_up(acme)
    await behind.execute("UPDATE agenda SET standing = 'parked' WHERE task = 'run'")
    second = await back_up(acme)
    assert [each.state for each in await every_archive(acme)] == [State.FAILED, State.RUNNING]
    await work_off()
    assert (await archive_of(acme, first)).problem == "The worker ended each time before it was done."
    await drill(acme, second)
    await behind.execute("UPDATE agenda SET standing = 'parked' WHERE task = 'run'")
    await drill(acme, second)
    await work_off()
    assert (await archive_of(acme, second)).drill is DrillState.PASSED


async def test_objects_that_cannot_be_removed_are_removed_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behind: asyncpg.Connection
) -> None:
    stage = await found_rehearsal(MONDAY)
    await publish(stage, ("9.1", BackupSchedule(daily_at="02:30", keep_days=1, keep_at_least=1)))

    async def away(*_: object) -> None:
        raise Unavailable("The store of archives and files cannot be reached. Try again later.")

    with monkeypatch.context() as patch:
        patch.setattr(storage.Storage, "delete", away)
        await advance(stage, days=4)
        states = [archive.state for archive in await every_archive(stage)]
        assert states == [State.DELETED, State.DELETED, State.KEPT, State.KEPT]
        assert len(stored(stage, tmp_path)) == 4
    await make_due(behind)
    await work_off()
    assert len(stored(stage, tmp_path)) == 2
    async with reading(stage) as work:
        assert await queries.to_remove(work) == []


async def test_destroying_the_key_makes_every_copy_unreadable(acme: Actor, tmp_path: Path) -> None:
    id = await back_up(acme)
    await work_off()
    archive = await archive_of(acme, id)
    copy = tmp_path / "copy.age"
    shutil.copy(file_of(acme, archive, tmp_path), copy)
    async with writing(acme, settle=settle) as work:
        await commands.destroy_key(work)
    with pytest.raises(Invalid) as refused:
        await drill(acme, id)
    assert refused.value.code == "KEY_DESTROYED"
    again = await back_up(acme)
    await work_off()
    assert (await archive_of(acme, again)).state is State.KEPT
    with pytest.raises(Invalid):
        await archives.verify(copy, identity=await identity_of(acme))
    async with reading(acme) as work:
        assert await queries.identity(work, archive.key_id) is None


async def test_a_key_that_was_sealed_elsewhere_fails_the_archive_with_a_reason(
    acme: Actor, configured: pytest.MonkeyPatch
) -> None:
    await back_up(acme)
    await work_off()
    configured.setenv("ZHIDU_SECRET_KEY", "6b" * 32)
    settings.cache_clear()
    id = await back_up(acme)
    await work_off()
    archive = await archive_of(acme, id)
    assert archive.state is State.FAILED
    assert "ZHIDU_SECRET_KEY" in (archive.problem or "")


async def test_a_company_that_was_restored_archives_itself_under_a_key_of_its_own(acme: Actor, tmp_path: Path) -> None:
    await live_in(acme)
    id = await back_up(acme)
    await work_off()
    path = file_of(acme, await archive_of(acme, id), tmp_path)
    found = await archives.restore(path, f"again-{id.hex[:12]}", identity=await identity_of(acme))
    copy = Actor.system(found.tenant_id)
    # Nothing happens by itself there, the errand of the archive it came from included.
    before = len(await agenda(copy))
    await work_off()
    assert len(await agenda(copy)) == before
    assert await every_archive(copy) == []
    again = await back_up(copy)
    await work_off()
    assert (await archive_of(copy, again)).state is State.KEPT
    assert await identity_of(copy) != await identity_of(acme)


async def test_a_restored_rehearsal_goes_on_where_its_clock_stood_and_its_timers_wait(tmp_path: Path) -> None:
    stage = await found_rehearsal(MONDAY)
    await publish(stage, ("9.1", BackupSchedule(daily_at="02:30", keep_days=30)))
    await advance(stage, days=1)
    [archive] = await every_archive(stage)
    path = file_of(stage, archive, tmp_path)
    found = await archives.restore(path, f"again-{archive.id.hex[:12]}", identity=await identity_of(stage))
    copy = replace(stage, tenant_id=found.tenant_id)
    async with reading(copy) as work:
        clock = await read_clock(work)
    assert clock is not None
    assert (clock.at, clock.target_at) == (archive.started_at, archive.started_at)
    await advance(copy, days=3)
    assert await every_archive(copy) == []
    # Once somebody has looked, what was due meanwhile happens, once, and the schedule goes on.
    async with writing(copy, settle=settle) as work:
        [timer] = await work.all(select(AgendaItem).where(AgendaItem.key == commands.TIMER))
        await release(work, timer.id)
    await advance(copy, days=1)
    assert [each.state for each in await every_archive(copy)] == [State.KEPT, State.KEPT]


async def test_a_worker_that_is_busy_with_a_job_leaves_others_for_later(acme: Actor, globex: Actor) -> None:
    companies = (acme, globex, await found_company(), await found_company())
    performer = Performer()
    for actor in companies:
        await back_up(actor)
        for claim in [claim for claim in await claim_all(actor.tenant_id) if claim.task is Task.RUN]:
            await performer.perform(claim)
            # It begins.
            await asyncio.sleep(0)
    await performer.finish(30)
    states = [(await every_archive(actor))[0].state for actor in companies]
    assert states == [State.KEPT, State.KEPT, State.KEPT, State.RUNNING]


async def test_another_company_sees_and_drills_nothing(acme: Actor) -> None:
    stranger = await found_company("Stranger")
    id = await back_up(acme)
    await work_off()
    assert await every_archive(stranger) == []
    with pytest.raises(Exception, match="no such record"):
        await drill(stranger, id)
