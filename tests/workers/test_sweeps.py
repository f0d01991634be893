"""A sweep is done once for each slot of each company's own day, however many schedulers plan it."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo, available_timezones

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.agenda import Standing
from tenancy.database import reading, writing
from tenancy.rehearsal import advance_clock
from tenancy.timetable import SweepDue, next_slot
from tenancy.work import Work
from tests.conftest import found_company
from tests.workers.facts import agenda, found_rehearsal, work_off
from workers import app, sweeps
from workers.sweeps import TIMETABLE, Sweep

pytestmark = pytest.mark.usefixtures("quiet", "configured")

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def swept(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """A sweep every morning at half past six, and the slots in which it ran."""
    slots: list[datetime] = []

    async def sweep(work: Work, slot_at: datetime) -> None:
        slots.append(slot_at)

    for name in list(TIMETABLE):
        monkeypatch.delitem(cast(dict[Any, Any], TIMETABLE), name)
    monkeypatch.setitem(cast(dict[Any, Any], TIMETABLE), "tests.every_morning", Sweep("30 6 * * *", sweep))
    return slots


def _morning(number: int, zone: str = "Asia/Shanghai") -> datetime:
    """Half past six, so many days after that Monday."""
    day = date(2026, 3, 2) + timedelta(days=number)
    return datetime(day.year, day.month, day.day, 6, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC)


async def test_schedulers_that_plan_at_once_plan_one_slot(acme: Actor, swept: list[datetime]) -> None:
    await asyncio.gather(*(sweeps.ensure(acme.tenant_id) for _ in range(4)))
    await sweeps.ensure(acme.tenant_id)
    [item] = await agenda(acme)
    assert (item.key, item.name) == ("sweep:tests.every_morning", "sweeps.due")


async def test_planning_again_does_not_move_a_slot(
    acme: Actor, swept: list[datetime], behind: asyncpg.Connection
) -> None:
    await sweeps.ensure(acme.tenant_id)
    await behind.execute("UPDATE agenda SET due_at = now() - interval '1 hour'")
    [before] = await agenda(acme)
    await sweeps.ensure(acme.tenant_id)
    assert [item.due_at for item in await agenda(acme)] == [before.due_at]


async def test_each_company_has_its_own_morning(pool: None, swept: list[datetime]) -> None:
    for zone in ("Asia/Shanghai", "Europe/Berlin"):
        actor = await found_company(zone=zone)
        await sweeps.ensure(actor.tenant_id)
        [item] = await agenda(actor)
        assert item.due_at.astimezone(ZoneInfo(zone)).strftime("%H:%M") == "06:30"


async def test_a_sweep_runs_every_morning_of_a_rehearsal(pool: None, swept: list[datetime]) -> None:
    actor = await found_rehearsal(MONDAY)
    async with writing(actor, settle=settle) as work:
        await advance_clock(work, to=MONDAY + timedelta(days=5))
    await work_off()
    assert swept == [_morning(number) for number in range(1, 6)]
    [item] = await agenda(actor)
    assert item.due_at == _morning(6)


async def test_mornings_that_were_missed_are_made_up_for_once(
    acme: Actor, swept: list[datetime], behind: asyncpg.Connection
) -> None:
    await sweeps.ensure(acme.tenant_id)
    missed = datetime.now(UTC) - timedelta(days=4)
    await behind.execute("UPDATE agenda SET due_at = $1", missed)
    await work_off()
    assert len(swept) == 1
    [item] = await agenda(acme)
    assert item.due_at > datetime.now(UTC)


async def test_a_sweep_that_fails_does_not_end_the_series(
    acme: Actor, monkeypatch: pytest.MonkeyPatch, swept: list[datetime], behind: asyncpg.Connection
) -> None:
    async def fail(work: Work, slot_at: datetime) -> None:
        raise ValueError("no")

    monkeypatch.setitem(cast(dict[Any, Any], TIMETABLE), "tests.every_morning", Sweep("30 6 * * *", fail))
    await sweeps.ensure(acme.tenant_id)
    await behind.execute("UPDATE agenda SET due_at = now()")
    for _ in range(4):
        await work_off()
        await behind.execute("UPDATE agenda SET due_at = now() WHERE task = 'deliver'")
    items = {item.standing: item for item in await agenda(acme)}
    assert items[Standing.PARKED].error == "ValueError: no (in workers.sweeps.run after sweeps.due)"
    assert items[Standing.PENDING].key == "sweep:tests.every_morning"


async def test_a_sweep_that_was_given_up_ends_quietly(
    acme: Actor, monkeypatch: pytest.MonkeyPatch, swept: list[datetime], behind: asyncpg.Connection
) -> None:
    await sweeps.ensure(acme.tenant_id)
    monkeypatch.delitem(cast(dict[Any, Any], TIMETABLE), "tests.every_morning")
    await behind.execute("UPDATE agenda SET due_at = now()")
    await work_off()
    assert await agenda(acme) == []
    assert swept == []


async def test_the_scheduler_plans_for_companies_that_come_later(acme: Actor, swept: list[datetime]) -> None:
    stopping = asyncio.Event()
    planning = asyncio.create_task(app.plan_sweeps(stopping, look_again_seconds=0.05))
    late = await found_company()
    for _ in range(1000):
        if await agenda(late) and await agenda(acme):
            break
        await asyncio.sleep(0.05)
    stopping.set()
    await planning
    assert [item.key for item in await agenda(late)] == ["sweep:tests.every_morning"]


async def test_every_sweep_of_the_timetable_has_a_sound_hour_and_runs(acme: Actor) -> None:
    for name, sweep in TIMETABLE.items():
        assert next_slot(sweep.cron, "Asia/Shanghai", MONDAY) > MONDAY
        async with writing(acme, settle=settle) as work:
            await sweeps.run(work, SweepDue(sweep=name, slot_at=work.now))


async def test_the_journal_says_which_slot_was_due(pool: None, swept: list[datetime]) -> None:
    actor = await found_rehearsal(MONDAY)
    async with writing(actor, settle=settle) as work:
        await advance_clock(work, to=MONDAY + timedelta(days=1))
    await work_off()
    async with reading(actor) as work:
        rows = await work.sql("SELECT payload FROM journal_entries WHERE name = 'sweeps.due'")
        assert rows[0]["payload"]["sweep"] == "tests.every_morning"
        assert datetime.fromisoformat(rows[0]["payload"]["slot_at"]) == _morning(1)


def test_an_hour_that_the_clocks_skip_comes_right_after() -> None:
    before = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    slot = next_slot("30 2 * * *", "Europe/Berlin", before)
    assert slot == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert next_slot("30 2 * * *", "Europe/Berlin", slot) == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


def test_an_hour_that_the_clocks_repeat_counts_once() -> None:
    first = next_slot("30 2 * * *", "Europe/Berlin", datetime(2026, 10, 24, 12, 0, tzinfo=UTC))
    second = next_slot("30 2 * * *", "Europe/Berlin", first)
    assert first.astimezone(ZoneInfo("Europe/Berlin")).day == 25
    assert second.astimezone(ZoneInfo("Europe/Berlin")).day == 26


@given(
    zone=st.sampled_from(sorted(available_timezones())),
    after=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # bounds
    hour=st.integers(0, 23),
)
def test_slots_go_forward_by_about_a_day_in_every_zone(zone: str, after: datetime, hour: int) -> None:
    first = next_slot(f"15 {hour} * * *", zone, after)
    second = next_slot(f"15 {hour} * * *", zone, first)
    assert after < first <= after + timedelta(hours=50)
    assert timedelta(hours=21) <= second - first <= timedelta(hours=50)
