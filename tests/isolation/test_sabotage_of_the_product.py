"""Layer 7, second half: faults in the product's own code, each of which a check must notice."""

import contextlib
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import Text, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.schema import Column

from api import writing as writer
from api.reading import planning
from api.reading.binding import Slots
from api.reading.mapping import Shown
from api.reading.requests import Call
from api.schema.notifications.types import Notification
from api.schema.tenancy.types import Tenant
from domain.consequences import settle
from tenancy import database as doors
from tenancy import secrets
from tenancy.actor import Actor
from tenancy.caches import TenantCache
from tenancy.channels import Change
from tenancy.database import Database, database
from tenancy.quotas import Quotas
from tenancy.refusals import Forbidden
from tenancy.storage import Storage, open_storage
from tenancy.work import Work
from tests.isolation import companies, coordinates, keepers
from tests.isolation.conftest import Ground, housed
from tests.isolation.graphql_cases import Case, cases
from tests.isolation.graphql_walk import Walker, forgetting
from tests.isolation.sessions import left_behind
from tests.isolation.statements import Statement, answers, disagreements, hearing

# Roles that must not start the product.


@pytest.fixture
async def door(ground: Ground) -> AsyncIterator[asyncpg.Connection]:
    """The superuser, for roles."""
    connection = await asyncpg.connect(ground.url)
    yield connection
    await connection.close()


@pytest.mark.parametrize(
    ("attributes", "member_of"),
    [("SUPERUSER", None), ("BYPASSRLS", None), ("NOINHERIT", "zhidu_owner"), ("NOINHERIT", "bypassing")],
)
async def test_a_role_that_bypasses_policies_starts_nothing(
    ground: Ground, door: asyncpg.Connection, attributes: str, member_of: str | None
) -> None:
    role, bypassing = f"sabotage_{uuid4().hex[:8]}", f"bypassing_{uuid4().hex[:8]}"
    await door.execute(f"CREATE ROLE {bypassing} BYPASSRLS; CREATE ROLE {role} LOGIN PASSWORD 'x' {attributes}")
    if member_of is not None:
        await door.execute(f"GRANT {bypassing if member_of == 'bypassing' else member_of} TO {role}")
    product = Database(ground.server.url(role, "x", ground.name), 1)
    try:
        with pytest.raises(RuntimeError, match="row-level security does not bind"):
            await product.open()
    finally:
        await product.close()
        await door.execute(f"DROP ROLE {role}; DROP ROLE {bypassing}")


# Connections that keep something.


@pytest.mark.parametrize(
    "left",
    [
        "SET app.tenant = 'x'",
        "SET app.member = 'x'",
        "SELECT set_config('app.language', 'en', false)",
        "SET ROLE zhidu_backup",
        "SET search_path = pg_temp",
        "SELECT pg_advisory_lock(7)",
        "LISTEN everything",
    ],
)
async def test_whatever_is_left_on_a_connection_is_noticed(ground: Ground, left: str) -> None:
    connection = await asyncpg.connect(ground.app_url)
    assert await left_behind(connection) == []
    await connection.execute(left)
    assert await left_behind(connection) != []
    await connection.close()


async def test_a_door_that_sets_the_tenant_for_the_session_is_noticed(
    pool: None, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "OPENING", doors.OPENING.replace(", true)", ", false)"))
    async with housed(ground, 1):
        async with doors.reading(ground.acme.administrator()):
            pass
        async with database.pool.acquire() as connection:
            assert any("app.tenant" in each for each in await left_behind(connection))


# Keepers that mix up companies.


class OneCache(TenantCache[str]):
    """A cache whose keys don't name the tenant."""

    def find(self, work: Any, key: Any) -> Any:
        """Whoever asks."""
        return super().find(SimpleNamespace(actor=SimpleNamespace(tenant_id=None)), key)  # type: ignore[arg-type]  # the fault

    def keep(self, work: Any, key: Any, value: str) -> str:
        """Whoever keeps."""
        return super().keep(SimpleNamespace(actor=SimpleNamespace(tenant_id=None)), key, value)  # type: ignore[arg-type]  # as above


class OneQuota(Quotas):
    """A quota by caller alone."""

    def charge(self, actor: Any, points: int) -> Any:
        """Whatever company."""
        return super().charge(SimpleNamespace(caller=str(actor.id)), points)  # type: ignore[arg-type]  # the fault


class OneFolder(Storage):
    """Objects by name alone."""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name in ("put", "get", "listing", "exists", "delete"):
            return lambda _, *given: found(keepers.ACME, *given)
        return found


async def test_keepers_that_mix_up_companies_are_noticed(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "subkey", lambda _: b"k" * 32)
    assert list(keepers.shared_by_cache(OneCache(10)))
    assert list(keepers.shared_by_quotas(OneQuota(100, 1)))
    assert list(keepers.shared_by_channels(lambda _: "zhidu:changes", lambda *_, **__: None))  # type: ignore[arg-type]  # the fault
    assert list(
        keepers.shared_by_channels(str, lambda message, tenant_id: Change.load(message, tenant_id=keepers.ACME))
    )
    store = open_storage("", tmp_path)
    assert await keepers.shared_by_storage(OneFolder(store._store))

    def seal(plain: bytes, **_: Any) -> bytes:
        return secrets.seal(plain, tenant_id=None, purpose="everybody")

    def unseal(sealed: bytes, **_: Any) -> bytes:
        return secrets.unseal(sealed, tenant_id=None, purpose="everybody")

    assert list(keepers.shared_by_seal(seal, unseal))


# Types, commands and plans that look beyond their company.


@pytest.fixture
def fresh(ground: Ground) -> Walker:
    """A walker that remembers no plan."""
    return Walker(ground.acme, ground.globex)


def case(name: str) -> Case:
    """The walk's case of this name."""
    return next(found for found in cases() if found.name == name)


@pytest.fixture
async def at_home(pool: None, ground: Ground, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The product's doors lead to the database of these tests; nothing that is changed there is kept."""
    monkeypatch.setattr(writer, "writing", forgetting)
    async with housed(ground, 4):
        yield


async def test_a_type_over_a_platform_table_that_shows_everything_is_noticed(
    at_home: None, fresh: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "Query.node(id) of Tenant"
    assert (await fresh.judge(case(name))).wrong == []
    shown = Tenant.__shows__  # type: ignore[attr-defined]  # the reader looks for it there
    monkeypatch.setattr(Tenant, "__shows__", Shown(shown.model, lambda _, __: true()))
    wrong = (await Walker(fresh.victim, fresh.intruder).judge(case(name))).wrong
    assert any("with a foreign value" in each for each in wrong)


async def test_a_table_without_policies_is_noticed_through_graphql(pool: None, copy: Ground, fresh: Walker) -> None:
    connection = await asyncpg.connect(copy.url)
    await connection.execute("ALTER TABLE departments DISABLE ROW LEVEL SECURITY")
    await connection.close()
    async with housed(copy, 4):
        assert (await fresh.judge(case("Query.department(id)"))).wrong != []
        assert (await fresh.judge(case("Query.customer(id)"))).wrong == []


async def test_a_refusal_that_tells_what_exists_elsewhere_is_noticed(
    at_home: None, fresh: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = Work.find

    async def telling(work: Work, model: Any, id: Any, *, lock: bool = False) -> Any:
        if id in fresh.victim.ids() and work.actor.tenant_id != fresh.victim.tenant_id:
            raise Forbidden("This is somebody else's.")
        return await find(work, model, id, lock=lock)

    name = "Mutation.addContact(input.customerId)"
    assert (await fresh.judge(case(name))).wrong == []
    monkeypatch.setattr(Work, "find", telling)
    assert (await fresh.judge(case(name))).wrong != []


async def test_a_plan_for_one_person_that_serves_others_is_noticed(
    at_home: None, fresh: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await fresh.judge(case("Query.notifications"))).wrong == []
    shown = Notification.__shows__  # type: ignore[attr-defined]  # the reader looks for it there

    def personal(actor: Actor, row: Any) -> Any:
        return row.member_id == actor.id

    monkeypatch.setattr(Notification, "__shows__", Shown(shown.model, personal))
    assert list(keepers.personal_plans()) == ["Notification: who sees it is planned for one person"]
    assert (await Walker(fresh.victim, fresh.intruder).judge(case("Query.notifications"))).wrong != []


# Statements that read before they know for whom.


def _of_actor(name: str) -> Any:
    return lambda _, actor: str(getattr(actor, name))


def context(kept: str) -> Any:
    """The reader's first part with a fault: settings for the session, or none at all."""

    def faulty(slots: Slots, _: Actor) -> Any:
        columns = []
        for name, value in (("app.tenant", "tenant_id"), ("app.member", "id"), ("app.language", "language")):
            bound = slots.bind(_of_actor(value), Text())
            setting: Any = func.set_config(name, bound, literal_column(kept)) if kept else bound
            columns.append(setting.label(name.removeprefix("app.")))
        return select(*columns).cte("context").prefix_with("MATERIALIZED", dialect="postgresql")

    return faulty


@pytest.mark.parametrize(("kept", "noticed"), [("false", "left behind"), ("", "instead of"), ("true", "")])
async def test_a_reader_that_keeps_or_omits_the_company_is_noticed(
    at_home: None, fresh: Walker, monkeypatch: pytest.MonkeyPatch, kept: str, noticed: str
) -> None:
    question, actor = case("Query.customers"), fresh.intruder.administrator()
    with hearing() as said:
        await fresh.answer(fresh.planned, actor, question, fresh.intruder, None)
        monkeypatch.setattr(planning, "_context", context(kept))
        again = Walker(fresh.victim, fresh.intruder)
        await again.answer(again.planned, actor, question, again.intruder, None)
    right, faulty = said if kept else (said[0], await _unheard(again, question, actor))
    await _compare(fresh, right, faulty, noticed)


async def _unheard(walker: Walker, question: Case, actor: Actor) -> Statement:
    """The faulty statement that sets nothing, so that nobody heard it."""
    prepared, variables, values = walker.planned.prepare(Call(question.document, variables={"first": 5}))
    plan = walker.planned._made(prepared, actor, variables.coerced, values).plan
    assert plan is not None
    return plan.sql, tuple(plan.arguments(values, actor))


@pytest.mark.parametrize(("late", "noticed"), [(True, "instead of"), (False, "")])
async def test_a_work_that_asks_before_it_has_begun_is_noticed(
    at_home: None, fresh: Walker, monkeypatch: pytest.MonkeyPatch, late: bool, noticed: str
) -> None:
    async def begin() -> None:
        async with doors.writing(fresh.intruder.administrator(), settle=settle):
            pass

    with hearing() as said:
        await begin()
        if late:
            early = doors.OPENING.replace("{along}", "").replace("SELECT ", "SELECT '' {along}, ", 1)
            monkeypatch.setattr(doors, "OPENING", early)
        # Alone it fails by itself; where a company was left behind it would read that one's rows.
        with contextlib.suppress(asyncpg.PostgresError):
            await begin()
    await _compare(fresh, *said, noticed)


async def _compare(walker: Walker, right: Statement, faulty: Statement, noticed: str) -> None:
    """Ask both where the victim's company was left behind, and see what is said of the faulty one."""
    async with database.pool.acquire() as connection:
        expected = await answers(connection, [right])
        await connection.execute(f"SET app.tenant = '{walker.victim.tenant_id}'")
        await connection.execute("SET app.member = ''")
        found = await disagreements(connection, [faulty], expected)
        await connection.execute("RESET app.tenant; RESET app.member; RESET app.language")
    assert (noticed in " ".join(found)) if noticed else found == []


# The tools of the walk themselves.


def test_what_the_walk_cannot_make_fails_loudly() -> None:
    with pytest.raises(AssertionError, match="which table"):
        coordinates.table_of("MysteryInput", "mysteryId")
    with pytest.raises(AssertionError, match="no value is known"):
        companies._value(Column("address", INET()), "text", 0)


async def test_a_table_that_cannot_be_filled_fails_loudly(copy: Ground) -> None:
    connection = await asyncpg.connect(copy.url)
    await connection.execute("ALTER TABLE posts ADD CHECK (name IN ('engineer')) NOT VALID")
    await connection.close()
    product = Database(copy.app_url, 1)
    await product.open()
    async with product.pool.acquire() as opened:
        with pytest.raises(AssertionError, match="no row could be made for posts"):
            await companies.found(opened, "initech")
    await product.close()
