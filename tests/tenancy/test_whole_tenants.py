"""A company leaves whole and comes back whole: every row and nothing of anybody else's, and nothing is sent by it."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.notifications import queries as notifications
from domain.organisation.models import Department, Staff
from migrations.tables import METADATA
from tenancy import archives, claims
from tenancy.actor import Actor
from tenancy.agenda import Standing
from tenancy.archives.tables import Reference, Table, in_order, late_columns, read_tables
from tenancy.config import settings
from tenancy.database import archiving, database, reading, writing
from tenancy.effects import EffectKind, EffectState
from tenancy.identity.accounts import SignInRefused, sign_in
from tenancy.identity.models import AccessToken, ClientSecret, OAuthClient, Session
from tenancy.journal import JournalEntry
from tenancy.members import Member, Role
from tenancy.refusals import Conflict, Invalid, Unavailable
from tenancy.secrets import Unsealable, seal
from tenancy.storage import file_storage
from tests.isolation import companies
from tests.lived_in import PASSWORD, agenda, digests, effects, live_in

KEY = archives.new_identity()


@pytest.fixture(autouse=True)
def _configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("ZHIDU_SECRET_KEY", "5a" * 32)
        patch.setenv("ZHIDU_DATA", str(tmp_path))
        settings.cache_clear()
        yield
    settings.cache_clear()


async def archived(actor: Actor, folder: Path) -> Path:
    path = folder / f"{uuid4()}.age"
    await archives.take(actor.tenant_id, path, identity=KEY)
    return path


def a_slug() -> str:
    return f"r{uuid4().hex[:20]}"


async def restored_from(path: Path, **more: bool) -> Actor:
    found = await archives.restore(path, a_slug(), identity=KEY, **more)
    return Actor.system(found.tenant_id)


async def names_of_tenants(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        return {row["slug"] for row in await connection.fetch("SELECT slug FROM tenants")}
    finally:
        await connection.close()


# What is not in an archive, and why.
OUTSIDE = {
    "archives": "an archive lies in the store of the company that it is of",
    "search_entries": "triggers make them anew of what comes back, for the new company alone",
    "archive_keys": "a key inside what it opens is of no use, and makes its destruction worthless",
    "sessions": "they are bound to the id of the company that opened them",
    "access_tokens": "they are bound to the id of the company that issued them",
    "portal_accesses": "they are bound to the id of the company that invited a customer's person",
    "oauth_client_secrets": "they are bound to the id of the company that issued them",
    "revoked_tokens": "they tell of tokens that were bound to the id of the company",
    "idempotency_keys": "what callers were once answered, secrets that are shown once included; it goes after 30 days",
}


async def test_every_table_of_a_tenant_is_in_an_archive_or_named_here(acme: Actor) -> None:
    async with archiving(acme.tenant_id) as (_, rows):
        tables = await read_tables(rows)
        existing = {row["name"] for row in await rows.text("SELECT relname::text AS name FROM pg_class")}
    expected = {
        table.name for table in METADATA.tables.values() if "tenant_id" in table.c and table.c.tenant_id.primary_key
    }
    assert {table.name for table in tables} == (expected & existing) - OUTSIDE.keys()
    for table in tables:
        columns = {column.name for column in METADATA.tables[table.name].columns} - {"tenant_id"}
        assert set(table.columns) == columns, table.name


async def test_every_column_of_bytes_is_a_fingerprint_or_is_marked_as_sealed() -> None:
    for table in METADATA.tables.values():
        if "tenant_id" not in table.c or not table.c.tenant_id.primary_key:
            continue
        for column in table.columns:
            if column.type.python_type is bytes and column.name != "hash":
                assert (column.comment or "").startswith("sealed: "), f"{table.name}.{column.name}"


async def test_tables_that_are_filled_late_may_be_changed(acme: Actor) -> None:
    async with archiving(acme.tenant_id) as (_, rows):
        late = late_columns(await read_tables(rows))
        for table in late:
            [row] = await rows.text(f"SELECT has_table_privilege('zhidu_app', '{table}', 'UPDATE') AS may")
            assert row["may"], table
    assert set(late["departments"]) == {"parent_id", "head_id"}
    assert late["staff"] == ("superior_id",)


def test_tables_come_after_what_they_point_at_and_circles_are_parted_where_they_may_be() -> None:
    def table(name: str, *references: Reference) -> Table:
        return Table(name, ("id",), {}, references)

    ordered = in_order(
        [
            table("departments", Reference("departments", ("parent_id",)), Reference("staff", ("head_id",))),
            table(
                "staff", Reference("members", ()), Reference("departments", ()), Reference("staff", ("superior_id",))
            ),
            table("members"),
        ]
    )
    assert [each.name for each in ordered] == ["members", "departments", "staff"]
    assert late_columns(ordered) == {"departments": ("parent_id", "head_id"), "staff": ("superior_id",)}
    with pytest.raises(ValueError, match="without end"):
        in_order([table("a", Reference("b", ())), table("b", Reference("a", ()))])
    with pytest.raises(ValueError, match="in no archive"):
        in_order([table("a", Reference("sessions", ()))])
    with pytest.raises(ValueError, match="no first"):
        in_order([table("a", Reference("a", ()))])


async def test_a_restored_company_has_every_row_with_its_id(acme: Actor, tmp_path: Path) -> None:
    ids = await live_in(acme, people=40)
    before = await digests(acme.tenant_id)
    path = await archived(acme, tmp_path)
    manifest = await archives.verify(path, identity=KEY)
    assert {each.name: (each.rows, each.digest) for each in manifest.tables} == before
    found = await archives.restore(path, a_slug(), identity=KEY)
    assert found.differences == []
    assert found.rows == sum(rows for rows, _ in before.values())
    after = await digests(found.tenant_id)
    # The agenda is held, members have no account yet, and the journal says where the company comes from.
    differing = {name for name in before if before[name] != after[name]}
    assert differing == {"agenda", "members", "journal_entries"}
    assert {each.table for each in found.tables if each.changed} == {"agenda", "members"}
    assert all(before[name][0] == after[name][0] for name in ("agenda", "members"))
    async with reading(Actor.system(found.tenant_id)) as work:
        sales = await work.get(Department, ids["sales"])
        assert (sales.parent_id, sales.head_id) == (ids["care"], ids["head"])
        chief = await work.first(select(Staff).where(Staff.superior_id.is_(None)))
        assert chief is not None
        last = await work.first(select(JournalEntry).order_by(JournalEntry.id.desc()))
        assert last is not None
        assert last.name == "tenancy.company_restored"
    # The company that it was made of is as it was.
    assert await digests(acme.tenant_id) == before


async def test_a_row_of_every_table_comes_back(pool: None, tmp_path: Path, owner_url: str, file_store: Path) -> None:
    async with database.pool.acquire() as connection:
        company = await companies.found(connection, "whole")
    connection = await asyncpg.connect(owner_url)
    try:
        async with archiving(company.tenant_id) as (_, rows):
            tables = await read_tables(rows)
        for table in tables:
            for column, purpose in table.sealed.items():
                sealed = seal(b"secret", tenant_id=company.tenant_id, purpose=purpose)
                await connection.execute(
                    f"UPDATE {table.name} SET {column} = $2 WHERE tenant_id = $1", company.tenant_id, sealed
                )
    finally:
        await connection.close()
    for number, rows_of_set in enumerate(company.rows):
        content = companies.content_of(company, number)
        await file_storage().put(company.tenant_id, rows_of_set["blobs"]["object_name"], content)
    before = await digests(company.tenant_id)
    assert all(count for count, _ in before.values()), before
    path = tmp_path / "whole.age"
    await archives.take(company.tenant_id, path, identity=KEY)
    restored = await archives.restore(path, a_slug(), identity=KEY)
    assert restored.differences == []
    after = await digests(restored.tenant_id)
    assert {name for name in before if before[name] != after[name]} <= {"agenda", "members", "journal_entries"}


async def test_the_rows_of_a_second_archive_are_those_of_the_first(acme: Actor, tmp_path: Path) -> None:
    await live_in(acme)
    copy = await restored_from(await archived(acme, tmp_path))
    again = await restored_from(await archived(copy, tmp_path))
    first, second = await digests(copy.tenant_id), await digests(again.tenant_id)
    assert {name for name in first if first[name] != second[name]} == {"journal_entries"}


async def test_a_restore_sends_nothing_until_somebody_has_looked(acme: Actor, tmp_path: Path) -> None:
    await live_in(acme)
    before = await agenda(acme)
    assert {item.task for item in before} == {"deliver", "fire", "send"}
    copy = await restored_from(await archived(acme, tmp_path))
    items = await agenda(copy)
    assert len(items) == len(before)
    assert {item.standing for item in items} == {Standing.HELD}
    claimed = await claims.claim_of(copy.tenant_id, {item.task for item in items})
    assert not claimed.claims
    assert copy.tenant_id not in {claim.tenant_id for claim in (await claims.claim()).claims}
    assert {effect.state for effect in await effects(copy)} == {EffectState.PLANNED}


async def test_a_letter_that_was_planned_once_is_not_planned_again_after_a_restore(acme: Actor, tmp_path: Path) -> None:
    await live_in(acme)
    [letter] = await effects(acme)
    copy = await restored_from(await archived(acme, tmp_path))
    async with writing(copy, settle=settle) as work:
        await work.plan_effect(EffectKind.MAIL, letter.key, {"to": "again"}, about=letter.subject_id)
    [found] = await effects(copy)
    # Its Message-ID too is as it was, so that a letter which has left meanwhile is recognised.
    assert (found.id, found.payload) == (letter.id, letter.payload)


async def test_sealed_secrets_open_in_the_new_company_and_in_no_other(acme: Actor, tmp_path: Path) -> None:
    ids = await live_in(acme)
    copy = await restored_from(await archived(acme, tmp_path))
    async with reading(acme) as work:
        original = await notifications.destination(work, ids["endpoint"])
        sealed = (await notifications.endpoint(work, ids["endpoint"])).sealed_secret
    async with reading(copy) as work:
        assert await notifications.destination(work, ids["endpoint"]) == original
        assert (await notifications.endpoint(work, ids["endpoint"])).sealed_secret != sealed


async def test_nobody_comes_in_with_what_the_old_company_gave_them(acme: Actor, tmp_path: Path) -> None:
    await live_in(acme)
    copy = await restored_from(await archived(acme, tmp_path))
    async with reading(acme) as work:
        assert all([await work.all(select(model)) for model in (Session, AccessToken, ClientSecret)])
    async with reading(copy) as work:
        assert not any([await work.all(select(model)) for model in (Session, AccessToken, ClientSecret)])
        assert len(await work.all(select(OAuthClient))) == 1


async def test_members_sign_in_with_their_password_only_where_the_operator_links_them(
    acme: Actor, tmp_path: Path
) -> None:
    ids = await live_in(acme)
    path = await archived(acme, tmp_path)
    async with reading(acme) as work:
        email = (await work.get(Member, ids["admin"])).email
    apart, linked = a_slug(), a_slug()
    assert (await archives.restore(path, apart, identity=KEY)).linked == 0
    assert (await archives.restore(path, linked, identity=KEY, link_accounts=True)).linked == 1
    with pytest.raises(SignInRefused):
        await sign_in(email, PASSWORD, company=apart)
    assert (await sign_in(email, PASSWORD, company=linked)).member_id == ids["admin"]


async def test_a_changed_address_links_nobody(acme: Actor, tmp_path: Path, owner_url: str) -> None:
    ids = await live_in(acme)
    path = await archived(acme, tmp_path)
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("UPDATE accounts SET email = 'other@example.com' WHERE member_id = $1", ids["admin"])
    finally:
        await connection.close()
    assert (await archives.restore(path, a_slug(), identity=KEY, link_accounts=True)).linked == 0


async def test_an_archive_is_one_view_while_others_write(acme: Actor, globex: Actor, tmp_path: Path) -> None:
    """Each transaction adds a department and a role of the same name: an archive holds both or neither."""
    stopping, begun = asyncio.Event(), asyncio.Event()
    written = 0

    async def write() -> None:
        nonlocal written
        while not stopping.is_set():
            async with writing(acme, settle=settle) as work:
                work.add(Role(name=f"pair {written}", permissions=[]))
                await work.flush()
                await asyncio.sleep(0)
                work.add(Department(name=f"pair {written}"))
            written += 1
            if written == 3:
                begun.set()

    others = await digests(globex.tenant_id)
    writer = asyncio.create_task(write())
    try:
        await begun.wait()
        paths = [await archived(acme, tmp_path) for _ in range(3)]
    finally:
        stopping.set()
        await writer
    seen = []
    for path in paths:
        copy = await restored_from(path)
        async with reading(copy) as work:
            roles = {row.name for row in await work.all(select(Role)) if row.name.startswith("pair")}
            departments = {row.name for row in await work.all(select(Department)) if row.name.startswith("pair")}
        assert roles == departments
        seen.append(len(roles))
    assert seen == sorted(seen)
    assert 0 < seen[0] <= seen[-1] <= written
    assert await digests(globex.tenant_id) == others


async def test_no_row_of_another_company_is_in_an_archive(acme: Actor, globex: Actor, tmp_path: Path) -> None:
    await live_in(acme)
    await live_in(globex)
    async with reading(globex) as work:
        theirs = {str(row.id) for row in await work.all(select(Member))}
    ids = set()
    async for batch in archives.read(await archived(acme, tmp_path), identity=KEY):
        ids |= {row["id"] for row in batch.rows}
        assert all("tenant_id" not in row for row in batch.rows)
    assert not ids & theirs


async def test_the_view_for_archives_can_change_nothing_and_see_no_other_secret(acme: Actor) -> None:
    for sql, problem in (
        ("DELETE FROM roles", asyncpg.ReadOnlySQLTransactionError),
        ("SELECT count(*) FROM sessions", asyncpg.InsufficientPrivilegeError),
        ("SELECT count(*) FROM accounts", asyncpg.InsufficientPrivilegeError),
        ("SELECT count(*) FROM tenants", asyncpg.InsufficientPrivilegeError),
    ):
        with pytest.raises(problem):
            async with archiving(acme.tenant_id) as (_, rows):
                await rows.text(sql)


async def test_an_archive_of_nobody_is_refused(pool: None, tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await archives.take(uuid4(), tmp_path / "none.age", identity=KEY)
    assert os.listdir(tmp_path) == []


async def test_a_broken_archive_leaves_no_trace(acme: Actor, tmp_path: Path, owner_url: str) -> None:
    await live_in(acme)
    whole = (await archived(acme, tmp_path)).read_bytes()
    broken = tmp_path / "broken.age"
    before = await names_of_tenants(owner_url)
    flipped = bytearray(whole)
    flipped[len(whole) * 2 // 3] ^= 1
    for content in (whole[: len(whole) // 2], whole[:-1], bytes(flipped), whole + b"x", b""):
        broken.write_bytes(content)
        with pytest.raises(Invalid):
            await archives.restore(broken, a_slug(), identity=KEY)
    with pytest.raises(Invalid):
        await archives.restore(tmp_path / "broken.age", a_slug(), identity=archives.new_identity())
    with pytest.raises(Unavailable):
        await archives.restore(tmp_path / "absent.age", a_slug(), identity=KEY)
    assert await names_of_tenants(owner_url) == before


async def test_a_short_name_that_is_taken_or_malformed_is_refused(acme: Actor, tmp_path: Path) -> None:
    path = await archived(acme, tmp_path)
    slug = a_slug()
    await archives.restore(path, slug, identity=KEY)
    with pytest.raises(Conflict):
        await archives.restore(path, slug, identity=KEY)
    with pytest.raises(Invalid):
        await archives.restore(path, "No Name", identity=KEY)


async def rewritten(path: Path, change: object, target: Path) -> Path:
    """The archive with other rows or tables: what somebody who has the key could make of it."""
    manifest = await archives.verify(path, identity=KEY)
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in manifest.heading.tables}
    async for batch in archives.read(path, identity=KEY):
        rows[batch.table] += batch.rows
    change(rows)  # type: ignore[operator]  # a test's own function

    async def tables():  # type: ignore[no-untyped-def]  # a generator of generators says it better
        async def each(found):  # type: ignore[no-untyped-def]  # as above
            for row in found:
                yield row

        for name, found in rows.items():
            yield name, each(found)

    heading = manifest.heading
    made = archives.Heading(heading.schema_revision, heading.company, heading.created_at, tuple(rows))
    await archives.write(target, made, tables(), identity=KEY)
    return target


async def test_rows_that_do_not_fit_are_refused_whole(acme: Actor, tmp_path: Path, owner_url: str) -> None:
    await live_in(acme)
    path = await archived(acme, tmp_path)
    before = await names_of_tenants(owner_url)

    def newer_table(rows: dict[str, list[dict[str, object]]]) -> None:
        rows["starships"] = []

    def newer_column(rows: dict[str, list[dict[str, object]]]) -> None:
        for row in rows["roles"]:
            row["colour"] = "red"

    def uneven(rows: dict[str, list[dict[str, object]]]) -> None:
        del rows["members"][-1]["email"]

    def dangling(rows: dict[str, list[dict[str, object]]]) -> None:
        rows["staff"][0]["department_id"] = str(uuid4())

    def nonsense(rows: dict[str, list[dict[str, object]]]) -> None:
        rows["staff"][0]["hired_on"] = "yesterday"

    for number, change in enumerate((newer_table, newer_column, uneven, dangling, nonsense)):
        made = await rewritten(path, change, tmp_path / f"{number}.age")
        with pytest.raises(Invalid):
            await archives.restore(made, a_slug(), identity=KEY)
    assert await names_of_tenants(owner_url) == before


async def test_an_archive_from_before_a_column_leaves_it_to_its_default(acme: Actor, tmp_path: Path) -> None:
    ids = await live_in(acme)

    def older(rows: dict[str, list[dict[str, object]]]) -> None:
        for row in rows["departments"]:
            del row["head_id"]

    made = await rewritten(await archived(acme, tmp_path), older, tmp_path / "older.age")
    copy = await restored_from(made)
    async with reading(copy) as work:
        sales = await work.get(Department, ids["sales"])
        assert (sales.parent_id, sales.head_id) == (ids["care"], None)


async def test_a_drill_finds_everything_equal_and_leaves_nothing(acme: Actor, tmp_path: Path, owner_url: str) -> None:
    await live_in(acme)
    before, companies = await digests(acme.tenant_id), await names_of_tenants(owner_url)
    found = await archives.rehearse(await archived(acme, tmp_path), identity=KEY)
    assert found.differences == []
    assert found.rows == sum(rows for rows, _ in before.values())
    assert found.held == len(await agenda(acme))
    assert await names_of_tenants(owner_url) == companies
    assert await digests(acme.tenant_id) == before
    connection = await asyncpg.connect(owner_url)
    try:
        for name in before:
            assert not await connection.fetchval(f"SELECT count(*) FROM {name} WHERE tenant_id = $1", found.tenant_id)
    finally:
        await connection.close()


async def test_a_drill_that_is_interrupted_leaves_nothing(acme: Actor, tmp_path: Path, owner_url: str) -> None:
    await live_in(acme, people=30)
    path = await archived(acme, tmp_path)
    companies = await names_of_tenants(owner_url)
    for wait in (0.01, 0.03, 0.06):
        task = asyncio.create_task(archives.rehearse(path, identity=KEY))
        await asyncio.sleep(wait)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await names_of_tenants(owner_url) == companies


async def test_a_drill_sees_what_the_database_did_not_keep_as_it_came(
    acme: Actor, tmp_path: Path, owner_url: str
) -> None:
    """A trigger stands in for whatever may alter rows on their way: the digests must tell."""
    await live_in(acme)
    path = await archived(acme, tmp_path)
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN IF NEW.name = 'Care' THEN NEW.name := 'Cure'; END IF; RETURN NEW; END $$; "
            "CREATE TRIGGER spoil BEFORE INSERT ON departments FOR EACH ROW EXECUTE FUNCTION spoil()"
        )
        found = await archives.rehearse(path, identity=KEY)
        assert found.differences == ["departments"]
        slug = a_slug()
        with pytest.raises(Invalid) as refused:
            await archives.restore(path, slug, identity=KEY)
        assert "departments" in str(refused.value)
        assert slug not in await names_of_tenants(owner_url)
    finally:
        await connection.execute("DROP TRIGGER IF EXISTS spoil ON departments; DROP FUNCTION IF EXISTS spoil()")
        await connection.close()


async def test_a_secret_that_does_not_open_here_stops_the_archive(
    acme: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live_in(acme)
    monkeypatch.setenv("ZHIDU_SECRET_KEY", "6b" * 32)
    settings.cache_clear()
    with pytest.raises(Unsealable):
        await archived(acme, tmp_path)
    assert os.listdir(tmp_path) == []


def test_ids_of_the_driver_have_a_form_in_an_archive() -> None:
    value = asyncpg.pgproto.pgproto.UUID("019391a0-0000-7000-8000-00000000000a")
    assert archives.canonical({"id": value}) == archives.canonical({"id": UUID(str(value))})
