"""A timer records its fact once, at its hour, in order with the others of its record; a cancelled one doesn't."""

import asyncio
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import select

from domain import consequences
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Task
from tenancy.database import writing
from tenancy.work import Work
from tests.workers.facts import BellBroke, BellRang, agenda, claim_all, told, work_off
from workers.attempts import attempt
from workers.performing import DOING

pytestmark = pytest.mark.usefixtures("quiet")


async def _schedule(actor: Actor, *numbers: int, minutes: float = -1, about: Any = None) -> None:
    """One timer a minute for each number, the first `minutes` from now."""
    about = about or uuid4()
    async with writing(actor, settle=settle) as work:
        for place, number in enumerate(numbers):
            at = work.now + timedelta(minutes=minutes + place)
            work.schedule(at, BellRang(number=number), about=about, key=f"bell:{number}")


async def test_a_timer_fires_once_however_often_its_message_comes(acme: Actor) -> None:
    await _schedule(acme, 1)
    messages = await claim_all()
    await asyncio.gather(*(attempt(message, DOING) for message in messages * 3))
    await work_off()
    assert await told(acme) == [BellRang(number=1)]
    assert await agenda(acme) == []


async def test_a_timer_before_its_hour_is_not_even_claimed(acme: Actor) -> None:
    await _schedule(acme, 1, minutes=1)
    assert await claim_all() == []


async def test_timers_of_one_record_fire_in_the_order_of_their_hours(acme: Actor, behind: asyncpg.Connection) -> None:
    await _schedule(acme, 1, 2, 3, minutes=-10)
    messages = await claim_all()
    for message in reversed(messages):
        await attempt(message, DOING)
    assert await told(acme) == [BellRang(number=1)]
    for _ in range(3):
        await behind.execute("UPDATE agenda SET leased_until = NULL")
        for message in reversed(await claim_all()):
            await attempt(message, DOING)
    assert await told(acme) == [BellRang(number=1), BellRang(number=2), BellRang(number=3)]


async def test_stepping_aside_is_no_attempt(acme: Actor, behind: asyncpg.Connection) -> None:
    await _schedule(acme, 1, 2, minutes=-10)
    for _ in range(5):
        _, younger = await claim_all()
        await attempt(younger, DOING)
        await behind.execute("UPDATE agenda SET leased_until = NULL")
    assert [item.attempts for item in await agenda(acme)] == [0, 0]


async def test_timers_of_different_records_do_not_wait_for_each_other(acme: Actor) -> None:
    await _schedule(acme, 1, minutes=-10)
    await _schedule(acme, 2, minutes=-5)
    _, younger = await claim_all()
    await attempt(younger, DOING)
    assert await told(acme) == [BellRang(number=2)]


async def test_a_timer_moved_after_it_was_claimed_waits_for_its_new_hour(acme: Actor) -> None:
    await _schedule(acme, 1)
    [message] = await claim_all()
    await _schedule(acme, 1, minutes=30)
    await attempt(message, DOING)
    [item] = await agenda(acme)
    assert (await told(acme), item.attempts) == ([], 0)


async def test_a_cancelled_timer_does_not_fire_though_its_message_is_under_way(acme: Actor) -> None:
    about = uuid4()
    await _schedule(acme, 1, about=about)
    [message] = await claim_all()
    async with writing(acme, settle=settle) as work:
        await work.cancel_timers(about)
    await attempt(message, DOING)
    assert await told(acme) == []


async def test_a_timer_whose_consequence_fails_keeps_its_hour_and_is_tried_again(
    acme: Actor, behind: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(work: Work, event: BellRang) -> None:
        raise ValueError("the rule is broken")

    monkeypatch.setitem(cast(dict[Any, Any], consequences.CONSEQUENCES), BellRang, [refuse])
    await _schedule(acme, 1)
    [before] = await agenda(acme)
    await work_off()
    [item] = await agenda(acme)
    assert (item.due_at, item.attempts, item.error) == (before.due_at, 1, "ValueError: the rule is broken")
    assert await claim_all() == []
    monkeypatch.undo()
    await behind.execute("UPDATE agenda SET leased_until = NULL")
    await work_off()
    assert await told(acme) == [BellRang(number=1)]


async def test_a_timer_may_plan_its_own_successor_under_the_same_key(
    acme: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def again(work: Work, event: BellRang) -> None:
        if event.number < 3:
            work.schedule(work.now, BellRang(number=event.number + 1), about=uuid4(), key="bell")

    monkeypatch.setitem(cast(dict[Any, Any], consequences.CONSEQUENCES), BellRang, [again])
    async with writing(acme, settle=settle) as work:
        work.schedule(work.now, BellRang(number=1), about=uuid4(), key="bell")
    await work_off()
    assert await told(acme) == [BellRang(number=1), BellRang(number=2), BellRang(number=3)]


async def test_a_consequence_that_cancels_the_rest_of_a_ladder_stops_it(
    acme: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = uuid4()

    async def pay(work: Work, event: BellRang) -> None:
        await work.cancel_timers(about)
        work.record(BellBroke())

    monkeypatch.setitem(cast(dict[Any, Any], consequences.CONSEQUENCES), BellRang, [pay])
    await _schedule(acme, 1, 2, 3, minutes=-10, about=about)
    await work_off()
    assert await told(acme) == [BellRang(number=1), BellBroke()]
    async with writing(acme, settle=settle) as work:
        assert await work.all(select(AgendaItem).where(AgendaItem.task == Task.FIRE)) == []
