"""A suspended company can be exported, on request and by its schedule; all the rest waits until it works again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import select

from domain.backups import commands
from domain.backups.models import Archive
from domain.backups.rules import DrillState, Occasion, State
from domain.consequences import settle
from domain.policies.rules.kinds import BackupSchedule
from tenancy import archives, storage
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Task
from tenancy.database import reading, writing
from tenancy.provisioning import list_tenants, set_status
from tenancy.refusals import Refusal
from tenancy.tenants import TenantStatus
from tests.handbooks import publish
from tests.workers.facts import BellRang, agenda, leave_a_mark, marks, ring, work_off
from tests.workers.test_backups import every_archive, file_of, identity_of
from workers.reactions import REACTIONS


@pytest.fixture(autouse=True)
def _stores(quiet: None, configured: Any) -> Iterator[None]:
    storage.storage.cache_clear()
    yield
    storage.storage.cache_clear()


async def become(actor: Actor, status: TenantStatus) -> None:
    [slug] = [tenant.slug for tenant in await list_tenants() if tenant.id == actor.tenant_id]
    await set_status(slug, status)


async def ask_for_an_archive(actor: Actor) -> None:
    async with writing(actor, settle=settle, while_suspended=True) as work:
        await commands.run_backup(work)


@pytest.mark.parametrize("status", [TenantStatus.SUSPENDED, TenantStatus.CLOSING])
async def test_an_archive_on_request_is_written_and_kept(acme: Actor, status: TenantStatus, tmp_path: Path) -> None:
    await become(acme, status)
    await ask_for_an_archive(acme)
    await work_off()
    [archive] = await every_archive(acme)
    assert (archive.state, archive.occasion, archive.problem) == (State.KEPT, Occasion.REQUESTED, None)
    manifest = await archives.verify(file_of(acme, archive, tmp_path), identity=await identity_of(acme))
    assert manifest.heading.company.id == acme.tenant_id


async def test_the_schedule_goes_on_with_drills_and_what_is_past_its_time(
    acme: Actor, globex: Actor, behind: asyncpg.Connection, tmp_path: Path
) -> None:
    for actor in (acme, globex):
        await publish(actor, ("9.1", BackupSchedule(daily_at="02:30", keep_days=1, keep_at_least=1, drill_every=2)))
    await work_off()
    await become(acme, TenantStatus.SUSPENDED)
    for _ in range(2):
        await behind.execute("UPDATE agenda SET due_at = now() WHERE key = 'backups:next'")
        await work_off()
        await behind.execute("UPDATE archives SET started_at = started_at - interval '3 days'")
    await behind.execute("UPDATE agenda SET due_at = now() WHERE key = 'backups:next'")
    await work_off()
    for actor in (acme, globex):
        made = await every_archive(actor)
        assert [archive.occasion for archive in made] == [Occasion.SCHEDULED] * 3
        assert [archive.state for archive in made] == [State.DELETED, State.DELETED, State.KEPT]
        assert [archive.drill for archive in made] == [None, DrillState.PASSED, None]
        assert [archive.object_name is None for archive in made] == [True, True, False]
        assert [item.name for item in await agenda(actor) if item.key == "backups:next"] == ["backups.due"]


async def test_all_the_rest_waits_until_the_company_works_again(acme: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REACTIONS, BellRang, [leave_a_mark])  # type: ignore[arg-type]  # a table that nobody else changes
    await ring(acme, 1)
    async with writing(acme, settle=settle) as work:
        work.schedule(work.now, BellRang(number=2), about=work.new_id(), key="bell")
        work.run_later("rulebook.dry_run", about=work.new_id())
    before = await agenda(acme)
    await become(acme, TenantStatus.SUSPENDED)
    await ask_for_an_archive(acme)
    await work_off()
    waiting = {item.id: item for item in await agenda(acme)}
    assert {item.id for item in before} <= set(waiting)
    assert {item.attempts for item in waiting.values()} == {0}
    assert {item.task for item in waiting.values()} == {Task.DELIVER, Task.FIRE, Task.RUN}
    assert await marks(acme) == []
    await become(acme, TenantStatus.ACTIVE)
    await work_off()
    assert await marks(acme) == [1, 2]
    assert await agenda(acme) == []


async def test_what_does_not_say_so_changes_nothing_of_a_suspended_company(acme: Actor) -> None:
    await become(acme, TenantStatus.SUSPENDED)
    with pytest.raises(Refusal) as refused:
        async with writing(acme, settle=settle) as work:
            await commands.run_backup(work)
    assert refused.value.code == "TENANT_SUSPENDED"
    async with reading(acme) as work:
        assert await work.all(select(Archive)) == []
        assert await work.all(select(AgendaItem).where(AgendaItem.while_suspended)) == []
