"""A rehearsal's clock goes forward only, and everything due on the way happens in order, once, whoever is killed."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from sqlalchemy import select

from domain import consequences
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Standing, Task
from tenancy.claims import Claim
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tenancy.refusals import Forbidden, Invalid, Refusal
from tenancy.rehearsal import advance_clock, read_clock, settled
from tenancy.work import Work
from tests.workers.facts import (
    BellRang,
    agenda,
    claim_all,
    found_rehearsal,
    leave_a_mark,
    marks,
    work_off,
)
from workers import attempts, clock
from workers.attempts import attempt, hold, working
from workers.performing import DOING
from workers.reactions import REACTIONS

pytestmark = pytest.mark.usefixtures("quiet", "configured")

# 9 o'clock in Shanghai.
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
async def stage(pool: None) -> Actor:
    """The administrator of a rehearsal company whose clock stands on a Monday morning."""
    return await found_rehearsal(MONDAY)


async def _plan(actor: Actor, **hours: float) -> None:
    """A timer for each `n=hours from Monday`; its bell has that number."""
    async with writing(actor, settle=settle) as work:
        for name, after in hours.items():
            number = int(name.removeprefix("bell"))
            at = MONDAY + timedelta(hours=after)
            work.schedule(at, BellRang(number=number), about=uuid4(), key=name)


async def _send_to(actor: Actor, hours: float) -> None:
    async with writing(actor, settle=settle) as work:
        await advance_clock(work, to=MONDAY + timedelta(hours=hours))


async def _now(actor: Actor) -> datetime:
    async with reading(actor) as work:
        return work.now


async def _is_settled(actor: Actor) -> bool:
    async with reading(actor) as work:
        return await settled(work)


async def _rung(actor: Actor) -> list[tuple[int, float]]:
    """The bells that rang, with the hour that the clock showed."""
    async with reading(actor) as work:
        statement = select(JournalEntry).where(JournalEntry.name == BellRang.name).order_by(JournalEntry.id)
        return [
            (entry.payload["number"], (entry.at - MONDAY).total_seconds() / 3600) for entry in await work.all(statement)
        ]


def _follow(monkeypatch: pytest.MonkeyPatch, *reactions: Any) -> None:
    monkeypatch.setitem(cast(dict[Any, Any], REACTIONS), BellRang, reactions)


async def test_timers_fire_in_order_each_at_its_own_hour(stage: Actor) -> None:
    await _plan(stage, bell3=30, bell1=1, bell2=1.5, bell9=100)
    await _send_to(stage, 48)
    assert not await _is_settled(stage)
    await work_off()
    assert await _rung(stage) == [(1, 1.0), (2, 1.5), (3, 30.0)]
    assert await _now(stage) == MONDAY + timedelta(hours=48)
    assert await _is_settled(stage)
    assert [item.key for item in await agenda(stage) if item.key and item.key.startswith("bell")] == ["bell9"]


async def test_what_follows_a_timer_happens_before_the_next_one_fires(
    stage: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def call_off(work: Work, event: BellRang) -> None:
        if event.number == 1:
            rows = await work.all(select(AgendaItem).where(AgendaItem.key == "bell2"))
            work.delete(rows[0])
            work.schedule(work.now + timedelta(hours=1), BellRang(number=5), about=uuid4(), key="bell5")

    _follow(monkeypatch, call_off)
    await _plan(stage, bell1=1, bell2=2, bell3=3)
    await _send_to(stage, 4)
    await work_off()
    assert await _rung(stage) == [(1, 1.0), (5, 2.0), (3, 3.0)]


async def test_the_clock_stands_until_a_fact_whose_reaction_failed_has_been_followed(
    stage: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    async def stumble(work: Work, event: BellRang) -> None:
        tries.append(event.number)
        if tries == [1]:
            raise ValueError("not yet")
        await leave_a_mark(work, event)

    monkeypatch.setattr(attempts, "BACKOFF_SECONDS", (0.2, 0.2))
    _follow(monkeypatch, stumble)
    await _plan(stage, bell1=1, bell2=2)
    await _send_to(stage, 3)
    await work_off()
    assert tries == [1, 1, 2]
    assert await marks(stage) == [1, 2]


async def test_every_letter_leaves_while_the_clock_shows_its_hour(
    stage: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[float] = []

    async def write_five(work: Work, event: BellRang) -> None:
        for number in range(5):
            work.add(
                AgendaItem(
                    task=Task.SEND, due_at=work.opening.real_now, subject_id=uuid4(), key=f"{event.number}/{number}"
                )
            )

    async def leave(claim: Claim, _: AgendaItem) -> None:
        async with working(claim) as work:
            held = await hold(work, claim)
            left.append((work.now - MONDAY).total_seconds() / 3600)
            work.delete(held)

    _follow(monkeypatch, write_five)
    monkeypatch.setattr(clock, "BATCH", 2)
    monkeypatch.setitem(cast(dict[Any, Any], clock.ON_THE_WAY), Task.SEND, leave)
    await _plan(stage, bell1=1, bell2=2)
    await _send_to(stage, 3)
    await work_off()
    assert left == [1.0] * 5 + [2.0] * 5


async def test_a_receiver_that_is_away_does_not_stop_the_clock(stage: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    async def write(work: Work, event: BellRang) -> None:
        work.add(AgendaItem(task=Task.SEND, due_at=work.opening.real_now, subject_id=uuid4(), key=str(event.number)))

    async def away(claim: Claim, item: AgendaItem) -> None:
        raise ConnectionRefusedError

    _follow(monkeypatch, write)
    monkeypatch.setitem(cast(dict[Any, Any], clock.ON_THE_WAY), Task.SEND, away)
    await _plan(stage, bell1=1, bell2=2)
    await _send_to(stage, 3)
    await work_off()
    assert await _rung(stage) == [(1, 1.0), (2, 2.0)]
    assert await _now(stage) == MONDAY + timedelta(hours=3)


async def test_a_timer_planned_for_the_past_fires_next_and_never_turns_the_clock_back(stage: Actor) -> None:
    await _plan(stage, bell2=2)
    await _send_to(stage, 1)
    await work_off()
    await _plan(stage, bell1=-5)
    await _send_to(stage, 3)
    await work_off()
    assert await _rung(stage) == [(1, 1.0), (2, 2.0)]


async def test_an_advance_that_is_interrupted_at_every_step_is_carried_on(
    stage: Actor, monkeypatch: pytest.MonkeyPatch, behind: asyncpg.Connection
) -> None:
    class Killed(BaseException):
        pass

    steps = 0

    def dying(function: Any) -> Any:
        async def run(*arguments: Any, **options: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps % 2:
                raise Killed
            result = await function(*arguments, **options)
            steps += 1
            if steps % 3 == 0:
                raise Killed
            return result

        return run

    _follow(monkeypatch, leave_a_mark)
    await _plan(stage, bell1=1, bell2=2, bell3=3, bell4=4)
    await _send_to(stage, 10)
    for name in ("_step", "_fire", "claim_of"):
        monkeypatch.setattr(clock, name, dying(getattr(clock, name)))
    for _ in range(60):
        # As after a kill -9: nothing is let go but by its lease. What is killed before anything is reached is no
        # timer's fault, and a lasting one would be parked in the end.
        await behind.execute("UPDATE agenda SET leased_until = NULL, attempts = 0")
        for claim in await claim_all(stage.tenant_id):
            with contextlib.suppress(Killed):
                await attempt(claim, DOING)
        if await _is_settled(stage):
            break
    assert await _rung(stage) == [(1, 1.0), (2, 2.0), (3, 3.0), (4, 4.0)]
    assert await marks(stage) == [1, 2, 3, 4]
    assert steps > 20


async def test_two_workers_that_advance_one_clock_take_turns(
    stage: Actor, monkeypatch: pytest.MonkeyPatch, behind: asyncpg.Connection
) -> None:
    _follow(monkeypatch, leave_a_mark)
    await _plan(stage, **{f"bell{number}": number for number in range(1, 13)})
    await _send_to(stage, 24)
    [first] = await claim_all(stage.tenant_id)
    await behind.execute("UPDATE agenda SET leased_until = NULL")
    [second] = await claim_all(stage.tenant_id)
    await asyncio.gather(attempt(second, DOING), attempt(first, DOING), attempt(second, DOING))
    assert await _rung(stage) == [(number, float(number)) for number in range(1, 13)]
    assert await marks(stage) == list(range(1, 13))


async def test_a_timer_that_ended_its_workers_is_parked_and_the_clock_goes_on(
    stage: Actor, behind: asyncpg.Connection
) -> None:
    await _plan(stage, bell1=1, bell2=2)
    await behind.execute("UPDATE agenda SET attempts = 3 WHERE key = 'bell1'")
    await _send_to(stage, 3)
    await work_off()
    assert await _rung(stage) == [(2, 2.0)]
    [poison] = [item for item in await agenda(stage) if item.key == "bell1"]
    assert (poison.standing, poison.error) == (Standing.PARKED, "it ended its worker")
    assert await _is_settled(stage)


async def test_a_timer_whose_consequence_fails_is_parked_after_three_tries_without_waiting(
    stage: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(work: Work, event: BellRang) -> None:
        if event.number == 1:
            raise ValueError("the rule is broken")

    monkeypatch.setitem(cast(dict[Any, Any], consequences.CONSEQUENCES), BellRang, [refuse])
    await _plan(stage, bell1=1, bell2=2)
    await _send_to(stage, 3)
    await work_off()
    assert await _rung(stage) == [(2, 2.0)]
    [broken] = [item for item in await agenda(stage) if item.key == "bell1"]
    assert (broken.standing, broken.attempts) == (Standing.PARKED, 3)
    assert broken.error == "ValueError: the rule is broken"


async def test_the_target_may_be_moved_on_while_the_clock_runs(stage: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hurry(work: Work, event: BellRang) -> None:
        if event.number == 1:
            await advance_clock(work, to=MONDAY + timedelta(hours=20))

    _follow(monkeypatch, hurry)
    await _plan(stage, bell1=1, bell2=15)
    await _send_to(stage, 10)
    await work_off()
    assert [number for number, _ in await _rung(stage)] == [1, 2]
    assert await _now(stage) == MONDAY + timedelta(hours=20)


async def test_facts_recorded_while_the_clock_stands_are_followed_at_once(
    stage: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    _follow(monkeypatch, leave_a_mark)
    async with writing(stage, settle=settle) as work:
        work.record(BellRang(number=1))
        work.schedule(work.now, BellRang(number=2), about=uuid4(), key="now")
    await work_off()
    assert sorted(await marks(stage)) == [1, 2]
    assert await _now(stage) == MONDAY


@pytest.mark.parametrize(
    ("to", "kind", "code"),
    [
        (MONDAY - timedelta(hours=1), Invalid, "INVALID"),
        (MONDAY, Invalid, "INVALID"),
        (MONDAY + timedelta(days=400), Invalid, "INVALID"),
        (datetime(2026, 3, 3, 9, 0), Invalid, "INVALID"),  # noqa: DTZ001  # the missing zone is what is refused
    ],
)
async def test_a_target_behind_too_far_or_without_zone_is_refused(
    stage: Actor, to: datetime, kind: type[Refusal], code: str
) -> None:
    with pytest.raises(kind) as refused:
        async with writing(stage, settle=settle) as work:
            await advance_clock(work, to=to)
    assert (refused.value.code, refused.value.path) == (code, ("to",))
    assert await _is_settled(stage)


async def test_a_company_on_real_time_has_no_clock_to_advance(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        with pytest.raises(Refusal) as refused:
            await advance_clock(work, to=work.now + timedelta(days=1))
        assert await read_clock(work) is None
    assert refused.value.code == "NOT_A_REHEARSAL"


async def test_advancing_needs_its_permission(stage: Actor) -> None:
    clerk = Actor(tenant_id=stage.tenant_id, kind=stage.kind, id=stage.id)
    with pytest.raises(Forbidden):
        async with writing(clerk, settle=settle) as work:
            await advance_clock(work, to=MONDAY + timedelta(days=1))


async def test_one_rehearsals_clock_moves_nobody_elses(stage: Actor, acme: Actor) -> None:
    other = await found_rehearsal(MONDAY)
    for actor in (stage, other):
        await _plan(actor, bell1=1)
    await _send_to(stage, 5)
    await work_off()
    assert (await _rung(stage), await _rung(other)) == ([(1, 1.0)], [])
    assert await _now(other) == MONDAY
    assert abs((await _now(acme) - datetime.now(UTC)).total_seconds()) < 60


@given(
    hours=st.lists(st.integers(min_value=0, max_value=200), max_size=12),
    stops=st.lists(st.integers(1, 60), min_size=1, max_size=4),
)
@given_settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_in_however_many_advances_the_same_bells_ring_in_the_same_order(
    pool: None, hours: list[int], stops: list[int]
) -> None:
    actor = await found_rehearsal(MONDAY)
    await _plan(actor, **{f"bell{number}": after for number, after in enumerate(hours)})
    target = 0
    for stop in stops:
        target += stop
        await _send_to(actor, target)
        await work_off()
    expected = sorted((after, number) for number, after in enumerate(hours) if after <= target)
    rung = await _rung(actor)
    assert [after for _, after in rung] == [float(after) for after, _ in expected]
    assert sorted(number for number, _ in rung) == sorted(number for _, number in expected)
