"""What follows a fact follows it once, whatever is repeated, out of order, interrupted or failing."""

import asyncio
import random
from typing import Any, cast

import asyncpg
import pytest
from sqlalchemy import select

from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.agenda import Standing
from tenancy.claims import claim
from tenancy.database import platform, reading, writing
from tenancy.deliveries import Delivery
from tenancy.journal import Event
from tenancy.outbox import parked, release
from tenancy.provisioning import set_status
from tenancy.refusals import Forbidden, Unavailable, WrongState
from tenancy.tenants import Tenant, TenantStatus
from tenancy.work import Work
from tests.workers.facts import BellBroke, BellRang, agenda, claim_all, leave_a_mark, marks, ring, work_off
from workers.attempts import Outdated, attempt, begin
from workers.delivery import deliver
from workers.performing import DOING
from workers.reactions import REACTIONS

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def reactions(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set what follows a bell that rang."""

    def follow(*chosen: Any) -> None:
        monkeypatch.setitem(cast(dict[Any, Any], REACTIONS), BellRang, chosen)

    follow(leave_a_mark)
    return follow


async def _make_due(behind: asyncpg.Connection) -> None:
    await behind.execute("UPDATE agenda SET due_at = now(), leased_until = NULL")


async def test_a_fact_is_followed_and_taken_off_the_agenda(acme: Actor, reactions: Any) -> None:
    await ring(acme, 1, 2, 3)
    await work_off()
    assert sorted(await marks(acme)) == [1, 2, 3]
    assert await agenda(acme) == []


async def test_a_fact_that_nobody_follows_is_simply_done(acme: Actor, reactions: Any) -> None:
    reactions()
    await ring(acme, 1)
    await work_off()
    assert await agenda(acme) == []


async def test_messages_that_come_thrice_and_shuffled_change_nothing(acme: Actor, reactions: Any) -> None:
    await ring(acme, *range(10))
    messages = [*(await claim_all())] * 3
    random.Random(7).shuffle(messages)
    await asyncio.gather(*(attempt(message, DOING) for message in messages))
    assert sorted(await marks(acme)) == list(range(10))
    assert await agenda(acme) == []


async def test_a_worker_that_slept_past_its_lease_is_refused(
    acme: Actor, reactions: Any, behind: asyncpg.Connection
) -> None:
    await ring(acme, 1)
    [first] = await claim_all()
    item = await begin(first)
    assert item is not None
    await _make_due(behind)
    [second] = await claim_all()
    with pytest.raises(Outdated):
        await deliver(first, item)
    assert await marks(acme) == []
    await attempt(second, DOING)
    with pytest.raises(Outdated):
        await deliver(first, item)
    assert await marks(acme) == [1]


async def test_an_old_fence_is_refused_before_anything_is_done(acme: Actor, reactions: Any) -> None:
    await ring(acme, 1)
    [old] = (await claim(lease_seconds=0)).claims
    [new] = await claim_all()
    await attempt(old, DOING)
    assert await marks(acme) == []
    await attempt(new, DOING)
    assert await marks(acme) == [1]


async def test_one_reaction_that_fails_undoes_no_other_and_is_repeated_alone(
    acme: Actor, reactions: Any, behind: asyncpg.Connection
) -> None:
    tries: list[int] = []

    async def stumble(work: Work, event: BellRang) -> None:
        tries.append(event.number)
        await leave_a_mark(work, BellBroke(number=99))
        if len(tries) == 1:
            raise ValueError("not yet")

    reactions(leave_a_mark, stumble, leave_another_mark)
    await ring(acme, 5)
    await work_off()
    assert sorted(await marks(acme)) == [5, 6]
    [item] = await agenda(acme)
    assert item.standing is Standing.PENDING
    assert item.error == "ValueError: not yet (in tests.workers.test_delivery.stumble after tests.bell_rang)"
    assert item.due_at > item.due_at.now(item.due_at.tzinfo)
    await _make_due(behind)
    await work_off()
    assert sorted(await marks(acme)) == [5, 6, 99]
    assert await agenda(acme) == []
    async with reading(acme) as work:
        assert await work.all(select(Delivery)) == []


async def leave_another_mark(work: Work, event: BellRang) -> None:
    await leave_a_mark(work, BellBroke(number=event.number + 1))


async def test_what_fails_three_times_is_parked_and_an_administrator_lets_it_go_on(
    acme: Actor, reactions: Any, behind: asyncpg.Connection
) -> None:
    broken = True

    async def fail(work: Work, event: BellRang) -> None:
        if broken:
            raise ValueError("broken")

    reactions(leave_a_mark, fail)
    await ring(acme, 1)
    for _ in range(5):
        await work_off()
        await _make_due(behind)
    [item] = await agenda(acme)
    assert (item.standing, item.attempts) == (Standing.PARKED, 3)
    assert str(item.error).startswith("ValueError: broken")
    broken = False
    async with writing(acme, settle=settle) as work:
        assert await parked(work) == 1
        await release(work, item.id)
    await work_off()
    assert await agenda(acme) == []
    assert await marks(acme) == [1]


async def test_a_fact_whose_last_open_reaction_was_given_up_by_a_new_version_is_closed(
    acme: Actor, reactions: Any, behind: asyncpg.Connection
) -> None:
    async def fail(work: Work, event: BellRang) -> None:
        raise ValueError("broken")

    reactions(leave_a_mark, fail)
    await ring(acme, 1)
    await work_off()
    reactions(leave_a_mark)
    await _make_due(behind)
    await work_off()
    assert await agenda(acme) == []
    assert await marks(acme) == [1]
    async with reading(acme) as work:
        assert await work.all(select(Delivery)) == []


async def test_releasing_needs_a_permission_and_a_parked_item(acme: Actor, reactions: Any) -> None:
    await ring(acme, 1)
    [item] = await agenda(acme)
    async with writing(acme, settle=settle) as work:
        with pytest.raises(WrongState):
            await release(work, item.id)
    nobody = Actor(tenant_id=acme.tenant_id, kind=acme.kind, id=acme.id)
    async with writing(nobody, settle=settle) as work:
        with pytest.raises(Forbidden):
            await release(work, item.id)


async def test_trouble_that_will_pass_is_waited_out_and_never_parks(
    acme: Actor, reactions: Any, behind: asyncpg.Connection
) -> None:
    async def away(work: Work, event: BellRang) -> None:
        raise Unavailable("The archive store is away.")

    reactions(leave_a_mark, away)
    await ring(acme, 1)
    for _ in range(6):
        await work_off()
        await _make_due(behind)
    [item] = await agenda(acme)
    assert (item.standing, item.attempts) == (Standing.PENDING, 0)
    assert await marks(acme) == [1]


async def test_a_fact_of_a_newer_version_waits_for_a_newer_worker(
    acme: Actor, behind: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ring(acme, 1)
    monkeypatch.delitem(Event.known, BellRang.name)
    for _ in range(4):
        await work_off()
        await _make_due(behind)
    [item] = await agenda(acme)
    assert (item.standing, item.attempts) == (Standing.PENDING, 0)
    assert item.error == "“tests.bell_rang” is unknown to this version"


async def test_a_company_suspended_after_the_claim_is_left_alone(acme: Actor, reactions: Any) -> None:
    await ring(acme, 1)
    [claimed] = await claim_all()
    async with platform() as door:
        slug = (await door.rows(select(Tenant.slug).where(Tenant.id == acme.tenant_id)))[0]["slug"]
    await set_status(slug, TenantStatus.SUSPENDED)
    await attempt(claimed, DOING)
    await set_status(slug, TenantStatus.ACTIVE)
    [item] = await agenda(acme)
    assert (item.attempts, item.standing) == (0, Standing.PENDING)


async def test_what_a_reaction_records_is_followed_in_its_turn(acme: Actor, reactions: Any) -> None:
    async def echo(work: Work, event: BellRang) -> None:
        if event.number:
            work.record(BellRang(number=event.number - 1))

    reactions(leave_a_mark, echo)
    await ring(acme, 3)
    await work_off()
    assert await marks(acme) == [3, 2, 1, 0]
