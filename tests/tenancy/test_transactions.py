"""A work's transaction begins when it must: before that nothing is lost, and what only adds is one statement."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import select

from domain.consequences import settle
from tenancy.actor import Actor, ActorKind
from tenancy.agenda import AgendaItem, Task
from tenancy.connections import TenantConnection
from tenancy.database import platform, reading, writing
from tenancy.journal import JournalEntry
from tenancy.members import Member, Role
from tenancy.storing import ReadBack
from tenancy.transactions import Transaction
from tests.tenancy.test_work import RoleRenamed


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first word of each statement that goes to PostgreSQL."""
    words: list[str] = []

    def listened(name: str) -> Any:
        method = getattr(TenantConnection, name)

        async def listening(connection: Any, sql: str, *arguments: Any) -> Any:
            words.append(sql.split()[0].rstrip(";"))
            return await method(connection, sql, *arguments)

        return listening

    for name in ("fetch", "fetchval", "execute"):
        monkeypatch.setattr(TenantConnection, name, listened(name))
    return words


async def test_a_work_that_only_adds_is_two_statements_and_keeps_its_fact_with_its_row(
    acme: Actor, globex: Actor, said: list[str]
) -> None:
    async with writing(acme, settle=settle) as work:
        role = work.add(Role(name="engineer", permissions=["requests.read"]))
        work.record(RoleRenamed(role_id=role.id), about=role)
    assert said == ["SELECT", "WITH"]
    async with reading(acme) as work:
        assert (await work.get(Role, role.id)).permissions == ["requests.read"]
        [entry] = await work.all(select(JournalEntry).where(JournalEntry.subject_id == role.id))
        assert entry.changes["name"] == [None, "engineer"]
        delivery = select(AgendaItem).where(AgendaItem.subject_id == entry.id)
        assert [item.task for item in await work.all(delivery)] == [Task.DELIVER]
    async with reading(globex) as work:
        assert await work.find(Role, role.id) is None


def reading_back(actor: Actor, role: Role, of: str) -> ReadBack:
    sql = (
        "WITH context AS MATERIALIZED (SELECT set_config('app.tenant', $1, true) AS tenant)"
        f" SELECT convert_to((SELECT r.name FROM {of} r WHERE context.tenant IS NOT NULL), 'UTF8') FROM context"
    )
    return ReadBack(sql, actor.settings[:1], [role])


async def test_what_is_added_alone_can_be_read_back_at_once(acme: Actor, globex: Actor, said: list[str]) -> None:
    async with writing(acme, settle=settle) as work:
        role = work.add(Role(name="engineer", permissions=["requests.read"]))
        work.record(RoleRenamed(role_id=role.id), about=role)
        back = reading_back(acme, role, "added_roles")
        work.read_back(back)
    assert (said, back.found) == (["SELECT", "WITH"], b"engineer")
    async with reading(acme) as work:
        assert (await work.get(Role, role.id)).permissions == ["requests.read"]
        assert len(await work.all(select(JournalEntry).where(JournalEntry.subject_id == role.id))) == 1
    async with reading(globex) as work:
        assert await work.find(Role, role.id) is None


async def test_what_needs_more_than_what_is_added_is_not_read_back(acme: Actor) -> None:
    """A statement that adds rows doesn't find them in their table yet, nor those that were stored before."""
    async with writing(acme, settle=settle) as work:
        role = work.add(Role(name="engineer", permissions=[]))
        unread = reading_back(acme, role, "added_roles JOIN roles USING (id)")
        work.read_back(unread)
    async with writing(acme, settle=settle) as work:
        stored = await work.get(Role, role.id)
        work.add(Role(name="technician", permissions=[]))
        late = reading_back(acme, stored, "added_roles")
        work.read_back(late)
    assert unread.found is late.found is None
    async with reading(acme) as work:
        assert {each.name for each in await work.all(select(Role))} >= {"engineer", "technician"}


async def test_what_is_added_alone_is_kept_whole_or_not_at_all(acme: Actor) -> None:
    with pytest.raises(asyncpg.UniqueViolationError):
        async with writing(acme, settle=settle) as work:
            kept = work.add(Role(name="engineer", permissions=[]))
            work.add(Role(name="engineer", permissions=[]))
    async with reading(acme) as work:
        assert await work.find(Role, kept.id) is None


async def test_a_clients_work_that_only_adds_is_signed_by_the_client(acme: Actor, said: list[str]) -> None:
    client = Actor(tenant_id=acme.tenant_id, kind=ActorKind.CLIENT, id=uuid4())
    async with writing(client, settle=settle) as work:
        role = work.add(Role(name="partner", permissions=[]))
        work.record(RoleRenamed(role_id=role.id), about=role)
    assert said == ["SELECT", "WITH"]
    async with reading(acme) as work:
        [entry] = await work.all(select(JournalEntry).where(JournalEntry.subject_id == role.id))
        assert (entry.actor_kind, entry.actor_id) == (ActorKind.CLIENT, client.id)


async def test_a_work_that_changes_a_row_is_a_transaction(acme: Actor, said: list[str]) -> None:
    async with writing(acme, settle=settle) as work:
        member = await work.get(Member, acme.id or uuid4(), lock=True)
        member.name = "Somebody else"
    assert said == ["SELECT", "BEGIN", "SELECT", "UPDATE", "COMMIT"]


async def test_a_work_that_does_nothing_says_nothing(acme: Actor, said: list[str]) -> None:
    async with writing(acme, settle=settle):
        pass
    assert said == ["SELECT"]


async def test_a_row_that_is_foreseen_comes_with_the_opening(acme: Actor, globex: Actor, said: list[str]) -> None:
    async with writing(acme, settle=settle) as work:
        role = work.add(Role(name="engineer", permissions=["requests.read"]))
    said.clear()
    async with writing(acme, settle=settle, foreseen=(Role, role.id)) as work:
        found = await work.get(Role, role.id)
        assert (found.name, found.permissions) == ("engineer", ["requests.read"])
    assert said == ["SELECT"]
    async with writing(globex, settle=settle, foreseen=(Role, role.id)) as work:
        assert await work.find(Role, role.id) is None
    async with writing(acme, settle=settle, foreseen=(Role, uuid4())):
        pass


async def test_a_foreseen_row_is_changed_and_told_as_a_loaded_one(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        role = work.add(Role(name="engineer", permissions=["requests.read"]))
    async with writing(acme, settle=settle, foreseen=(Role, role.id)) as work:
        found = await work.get(Role, role.id, lock=True)
        found.name = "senior engineer"
        work.record(RoleRenamed(role_id=role.id), about=found)
    async with reading(acme) as work:
        [entry] = await work.all(select(JournalEntry).where(JournalEntry.subject_id == role.id))
        assert entry.changes == {"name": ["engineer", "senior engineer"]}


async def test_a_failure_that_somebody_passes_over_keeps_nothing_and_says_so(acme: Actor) -> None:
    with pytest.raises(RuntimeError, match="nothing of the transaction was kept"):
        async with writing(acme, settle=settle) as work:
            role = work.add(Role(name="ghost", permissions=[]))
            await work.flush()
            with pytest.raises(asyncpg.PostgresError):
                await work.sql("SELECT 1 / 0")
    async with reading(acme) as work:
        assert await work.find(Role, role.id) is None


async def test_no_setting_can_say_more_than_itself(acme: Actor, pool: None) -> None:
    sly = Actor(tenant_id=acme.tenant_id, kind=ActorKind.SYSTEM, language="en', true), set_config('app.tenant', 'x")
    async with platform() as door:
        with pytest.raises(ValueError, match="quotes"):
            await Transaction(door._connection, sly).fetch("SELECT 1")
