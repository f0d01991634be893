"""Claims are fair, fenced and bounded, and see across companies without giving anything away but ids."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import select

from domain.consequences import settle
from tenancy import claims
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Standing, Task
from tenancy.database import database, platform, writing
from tenancy.effects import EffectKind
from tenancy.provisioning import set_status
from tenancy.tenants import Tenant, TenantStatus
from tests.conftest import found_company
from tests.workers.facts import BellRang, agenda, claim_all, found_rehearsal, ring

MARCH = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("quiet")


async def _flood(actor: Actor, count: int) -> None:
    async with writing(actor, settle=settle) as work:
        await work.sql(
            "INSERT INTO agenda (id, task, due_at, subject_id, standing, attempts, fence) SELECT gen_random_uuid(),"
            " 'deliver', now() - interval '1 hour', gen_random_uuid(), 'pending', 0, 0 FROM generate_series(1, $1)",
            count,
        )


async def test_a_flood_in_one_company_does_not_keep_another_waiting(acme: Actor, globex: Actor) -> None:
    await _flood(acme, 5_000)
    await ring(globex, 1)
    claimed = (await claims.claim(batch=10, share=8)).claims
    assert [claim.tenant_id for claim in claimed[:2]] == [acme.tenant_id, globex.tenant_id]
    assert len(claimed) == 9


async def test_everybodys_first_comes_before_anybodys_second(acme: Actor, globex: Actor) -> None:
    third = await found_company()
    for actor in (acme, globex, third):
        await ring(actor, 1, 2)
    claimed = (await claims.claim(batch=4)).claims
    assert {claim.tenant_id for claim in claimed[:3]} == {acme.tenant_id, globex.tenant_id, third.tenant_id}


async def test_a_company_never_has_more_than_its_share_on_the_way(acme: Actor) -> None:
    await _flood(acme, 100)
    assert len((await claims.claim(share=8)).claims) == 8
    assert len((await claims.claim(share=8)).claims) == 0
    async with writing(acme, settle=settle) as work:
        for item in (await work.all(select(AgendaItem).where(AgendaItem.leased_until.is_not(None))))[:3]:
            work.delete(item)
    assert len((await claims.claim(share=8)).claims) == 3


async def test_letters_that_wait_do_not_hold_up_facts_and_timers(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        for number in range(20):
            await work.plan_effect(EffectKind.MAIL, f"letter-{number}", {}, about=work.new_id())
    await claims.claim(share=5)
    async with writing(acme, settle=settle) as work:
        work.record(BellRang())
        work.schedule(work.now, BellRang(), about=work.new_id(), key="bell")
    assert {claim.task for claim in (await claims.claim(share=5)).claims} == {Task.DELIVER, Task.FIRE}


async def test_schedulers_that_claim_at_once_never_hand_out_the_same_item(acme: Actor) -> None:
    await _flood(acme, 60)
    rounds = await asyncio.gather(*(claims.claim(batch=20, share=60) for _ in range(4)))
    taken = [claim.item_id for claimed in rounds for claim in claimed.claims]
    assert len(taken) == len(set(taken))
    rest = await claims.claim(share=60)
    assert len(taken) + len(rest.claims) == 60


async def test_an_item_comes_again_when_its_lease_ends_and_its_fence_has_risen(
    acme: Actor, behind: asyncpg.Connection
) -> None:
    await ring(acme, 1)
    [first] = (await claims.claim()).claims
    assert await claim_all() == []
    await behind.execute("UPDATE agenda SET leased_until = now()")
    [second] = await claim_all()
    assert second.item_id == first.item_id
    assert second.fence == first.fence + 1


async def test_handing_out_is_no_attempt_so_an_absent_worker_parks_nothing(acme: Actor) -> None:
    await ring(acme, 1)
    for _ in range(6):
        assert len((await claims.claim(lease_seconds=0)).claims) == 1


async def test_an_item_that_ended_three_workers_is_parked_and_comes_without_right(
    acme: Actor, behind: asyncpg.Connection
) -> None:
    await ring(acme, 1)
    await behind.execute("UPDATE agenda SET attempts = 3")
    claimed = await claims.claim()
    assert not claimed.claims
    [parked] = claimed.parked
    [item] = await agenda(acme)
    assert (item.id, item.standing, item.error) == (parked.item_id, Standing.PARKED, "it ended its worker")
    assert not (await claims.claim()).parked


async def test_items_of_a_suspended_company_wait(acme: Actor) -> None:
    await ring(acme, 1)
    async with platform() as door:
        slug = (await door.rows(select(Tenant.slug).where(Tenant.id == acme.tenant_id)))[0]["slug"]
    await set_status(slug, TenantStatus.SUSPENDED)
    assert await claim_all() == []
    await set_status(slug, TenantStatus.ACTIVE)
    assert len(await claim_all()) == 1


async def test_timers_of_a_rehearsal_are_due_by_its_own_clock() -> None:
    actor = await found_rehearsal(MARCH)
    async with writing(actor, settle=settle) as work:
        work.schedule(MARCH + timedelta(days=1), BellRang(), about=work.new_id(), key="later")
        work.schedule(MARCH - timedelta(days=1), BellRang(), about=work.new_id(), key="due")
    [claim] = await claim_all(actor.tenant_id)
    assert claim.task is Task.FIRE
    assert [item.key for item in await agenda(actor) if item.leased_until] == ["due"]


async def test_while_a_rehearsal_clock_runs_only_its_own_errand_is_handed_out(behind: asyncpg.Connection) -> None:
    actor = await found_rehearsal(MARCH)
    await ring(actor, 1)
    await behind.execute(
        "UPDATE tenants SET clock_target_at = clock_at + interval '1 day' WHERE id = $1", actor.tenant_id
    )
    assert await claim_all() == []
    assert len((await claims.claim_of(actor.tenant_id, [Task.DELIVER])).claims) == 1


async def test_claims_of_one_company_touch_no_other(acme: Actor, globex: Actor) -> None:
    await ring(acme, 1)
    await ring(globex, 1)
    claimed = await claims.claim_of(acme.tenant_id, [Task.DELIVER, Task.SEND])
    assert [claim.tenant_id for claim in claimed.claims] == [acme.tenant_id]


async def test_only_the_application_may_claim_and_only_by_the_functions(acme: Actor) -> None:
    await ring(acme, 7)
    async with platform() as door:
        rows = await door.text(
            "SELECT p.oid::regprocedure::text AS name, p.prosecdef, p.proconfig,"
            " has_function_privilege('zhidu_app', p.oid, 'EXECUTE') AS app,"
            " has_function_privilege('zhidu_backup', p.oid, 'EXECUTE') AS backup,"
            " pg_get_userbyid(p.proowner) AS owner FROM pg_proc p WHERE p.proname LIKE '%agenda%'"
        )
    assert len(rows) == 3
    for row in rows:
        assert (row["prosecdef"], row["app"], row["backup"], row["owner"]) == (True, True, False, "zhidu_owner")
        assert "search_path=pg_catalog, pg_temp" in row["proconfig"]
    # Without a company's setting the table itself stays shut.
    with pytest.raises(asyncpg.PostgresError):
        async with database.pool.acquire() as connection:
            await connection.fetch("SELECT id FROM agenda")


async def test_a_claim_gives_away_nothing_but_ids_and_words(acme: Actor) -> None:
    await ring(acme, 7)
    async with platform() as door:
        [row] = await door.text("SELECT * FROM claim_agenda(10, 10, 30)")
    assert list(row.keys()) == ["tenant_id", "id", "task", "fence"]
    assert isinstance(row["id"], UUID)


async def test_what_is_parked_is_counted_by_company_and_task(acme: Actor, globex: Actor) -> None:
    await ring(acme, 1, 2)
    await ring(globex, 3)
    assert await claims.parked() == []
    for actor in (acme, globex):
        for item in await agenda(actor):
            async with writing(actor, settle=settle) as work:
                (await work.get(AgendaItem, item.id, lock=True)).standing = Standing.PARKED
    found = {(each.tenant_id, each.task): each.items for each in await claims.parked()}
    assert found == {(acme.tenant_id, Task.DELIVER): 2, (globex.tenant_id, Task.DELIVER): 1}
    async with platform() as door:
        rows = await door.text("SELECT * FROM parked_agenda()")
    assert list(rows[0].keys()) == ["tenant_id", "task", "items"]
