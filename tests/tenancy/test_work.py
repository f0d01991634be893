"""What a piece of work promises: all or nothing, one instant, every fact in the journal, no other company's rows."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import select

from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Task
from tenancy.database import database, platform, reading, writing
from tenancy.effects import Effect, EffectKind
from tenancy.journal import Event, JournalEntry
from tenancy.members import Member, Role
from tenancy.numbers import next_number
from tenancy.provisioning import set_status
from tenancy.refusals import NotFound, Refusal
from tenancy.tenants import Tenant, TenantStatus


@dataclass(frozen=True, kw_only=True)
class RoleRenamed(Event, name="tests.role_renamed"):
    role_id: UUID


async def test_a_row_is_kept_with_its_company_and_seen_by_no_other(acme: Actor, globex: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        role = work.add(Role(name="engineer", permissions=["requests.read"]))
    async with reading(acme) as work:
        assert (await work.get(Role, role.id)).permissions == ["requests.read"]
    async with reading(globex) as work:
        with pytest.raises(NotFound):
            await work.get(Role, role.id)


async def test_a_row_that_is_to_be_deleted_is_not_found_any_more(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        role = work.add(Role(name="passing", permissions=[]))
        await work.flush()
        work.delete(role)
        assert await work.find(Role, role.id) is None
        with pytest.raises(NotFound):
            await work.get(Role, role.id, lock=True)


async def test_a_list_that_is_changed_in_place_is_noticed_by_these_tests(acme: Actor) -> None:
    with pytest.raises(AssertionError, match="changed in place"):
        async with writing(acme, settle=settle) as work:
            role = work.add(Role(name="careless", permissions=["requests.read"]))
            await work.flush()
            role.permissions.append("requests.submit")


async def test_a_refused_command_leaves_nothing_behind(acme: Actor) -> None:
    with pytest.raises(Refusal):
        async with writing(acme, settle=settle) as work:
            work.add(Role(name="ghost", permissions=[]))
            await work.flush()
            raise Refusal("No.")
    async with reading(acme) as work:
        assert await work.first(select(Role).where(Role.name == "ghost")) is None


async def test_of_an_attempt_that_is_refused_nothing_is_left_and_the_rest_is_kept(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        role = work.add(Role(name="first", permissions=[]))
    async with writing(acme, settle=settle) as work:
        role = await work.get(Role, role.id, lock=True)
        before = work.add(Role(name="before", permissions=[]))
        with pytest.raises(Refusal):
            async with work.attempting():
                role.name = "attempted"
                ghost = work.add(Role(name="ghost of an attempt", permissions=[]))
                await work.flush()
                work.add(Role(name="ghost that was not written", permissions=[]))
                work.record(RoleRenamed(role_id=ghost.id), about=role)
                work.delete(before)
                raise Refusal("No.")
        assert (role.name, work.recorded) == ("first", [])
        role.name = "second"
        async with work.attempting():
            work.add(Role(name="after", permissions=[]))
        work.record(RoleRenamed(role_id=role.id), about=role)
    async with reading(acme) as work:
        names = {found.name for found in await work.all(select(Role))}
        assert {"second", "before", "after"} <= names
        assert not [name for name in names if "ghost" in name or name == "attempted"]
        [entry] = await work.all(select(JournalEntry).where(JournalEntry.name == RoleRenamed.name))
        assert entry.changes == {"name": ["first", "second"]}


async def test_a_change_is_journalled_with_before_and_after(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        role = work.add(Role(name="clerk", permissions=[]))
    async with writing(acme, settle=settle, reason="a better name") as work:
        role = await work.get(Role, role.id, lock=True)
        role.name = "assistant"
        work.record(RoleRenamed(role_id=role.id), about=role)
    async with reading(acme) as work:
        entry = await work.first(select(JournalEntry).where(JournalEntry.subject_id == role.id))
        assert entry is not None
        assert entry.changes == {"name": ["clerk", "assistant"]}
        assert (entry.actor_id, entry.reason) == (acme.id, "a better name")
        assert entry.event() == RoleRenamed(role_id=role.id)
        item = await work.first(select(AgendaItem).where(AgendaItem.subject_id == entry.id))
        assert item is not None
        assert item.task is Task.DELIVER


async def test_the_journal_can_neither_be_changed_nor_deleted(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        work.record(RoleRenamed(role_id=uuid4()))
    for sql in ("UPDATE journal_entries SET name = 'x'", "DELETE FROM journal_entries"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with writing(acme, settle=settle) as work:
                await work.sql(sql)


async def test_the_same_key_moves_a_timer_instead_of_making_a_second(acme: Actor) -> None:
    about = uuid4()
    for _ in range(2):
        async with writing(acme, settle=settle) as work:
            work.schedule(work.now, RoleRenamed(role_id=about), about=about, key="level-1")
    async with writing(acme, settle=settle) as work:
        assert len(await work.all(select(AgendaItem).where(AgendaItem.subject_id == about))) == 1
        await work.cancel_timers(about)
        work.schedule(work.now, RoleRenamed(role_id=about), about=about, key="level-1")
    async with reading(acme) as work:
        assert len(await work.all(select(AgendaItem).where(AgendaItem.subject_id == about))) == 1


async def test_an_effect_is_planned_once_whatever_happens(acme: Actor) -> None:
    for _ in range(3):
        async with writing(acme, settle=settle) as work:
            await work.plan_effect(EffectKind.MAIL, "invoice-1/step-1", {"to": "x"}, about=uuid4())
    async with reading(acme) as work:
        assert len(await work.all(select(Effect))) == 1


async def test_a_gap_free_series_takes_a_number_back_when_the_work_is_refused(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        assert await next_number(work, "invoices") == 1
    with pytest.raises(Refusal):
        async with writing(acme, settle=settle) as work:
            assert await next_number(work, "invoices") == 2
            raise Refusal("No.")
    async with writing(acme, settle=settle) as work:
        assert await next_number(work, "invoices") == 2


async def test_a_suspended_company_reads_and_changes_nothing(acme: Actor) -> None:
    async with platform() as door:
        tenant = await door.row(select(Tenant.slug).where(Tenant.id == acme.tenant_id))
    assert tenant is not None
    await set_status(tenant["slug"], TenantStatus.SUSPENDED)
    async with reading(acme) as work:
        assert await work.all(select(Member))
    with pytest.raises(Refusal) as refused:
        async with writing(acme, settle=settle):
            pass
    assert refused.value.code == "TENANT_SUSPENDED"


async def test_without_a_company_every_guarded_table_fails_loudly(pool: None) -> None:
    with pytest.raises(asyncpg.PostgresError):
        async with platform() as door:
            await door.rows(select(Member))


async def test_nothing_of_a_transaction_outlives_it_on_its_connection(acme: Actor) -> None:
    async with reading(acme) as work:
        assert await work.all(select(Member))
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("SELECT coalesce(current_setting('app.tenant', true), '')") == ""


async def test_whoever_holds_a_timer_as_it_was_does_not_hold_it_moved(acme: Actor) -> None:
    about = uuid4()
    fences = []
    for _ in range(3):
        async with writing(acme, settle=settle) as work:
            work.schedule(work.now, RoleRenamed(role_id=about), about=about, key="level-1")
        async with reading(acme) as work:
            item = await work.first(select(AgendaItem).where(AgendaItem.subject_id == about))
            assert item is not None
            fences.append(item.fence)
    assert fences == [0, 1, 2]
