"""Worker and scheduler as processes with a real broker: killed, emptied, cut off, doubled; nothing is lost or twice."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import asyncpg
import pytest
import redis.asyncio

from tenancy.actor import Actor
from tenancy.agenda import Standing
from tenancy.channels import Change, changes
from tests import forking
from tests.conftest import found_company
from tests.workers import process as yards
from tests.workers.facts import agenda, marks, ring
from tests.workers.process import POISON, POISONED, SLEEPER
from workers.sweeps import TIMETABLE
from zhidu.embedded.broker import Broker

PATIENCE_SECONDS = 40.0
LOOK_SECONDS = 0.05


class Yard:
    """Workers and schedulers that one installation runs."""

    def __init__(self, database_url: str, broker: Broker, data: Path) -> None:
        self.data = data
        self.processes: list[ForkServerProcess] = []
        self.environment = {
            **os.environ,
            "ZHIDU_DATABASE_URL": database_url,
            "ZHIDU_BROKER_URL": broker.url(),
            "ZHIDU_DATA": str(data),
            "ZHIDU_SECRET_KEY": "5a" * 32,
        }

    def start(self, kind: str) -> ForkServerProcess:
        """Start a `worker` or a `scheduler`."""
        log = self.data / f"{kind}-{len(self.processes)}.log"
        process = forking.start(yards.main, kind, environment=self.environment, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def end(self) -> None:
        """Kill whatever still runs."""
        for process in self.processes:
            process.kill()
            process.join()


@pytest.fixture(scope="module")
def scheduler(app_url: str, broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """One scheduler that runs all the time."""
    yard = Yard(app_url, broker, tmp_path_factory.mktemp("scheduler"))
    yard.start("scheduler")
    yield yard
    yard.end()


@pytest.fixture
async def client(broker: Broker, quiet: None) -> AsyncIterator[redis.asyncio.Redis]:
    """The broker as its operator sees it, with nothing in it."""
    connection = redis.asyncio.Redis.from_url(broker.url())
    await connection.flushall()
    yield connection
    await connection.aclose()


@pytest.fixture
def yard(app_url: str, broker: Broker, scheduler: Yard, client: redis.asyncio.Redis, tmp_path: Path) -> Iterator[Yard]:
    """A test's own workers beside the scheduler."""
    running = Yard(app_url, broker, tmp_path)
    yield running
    running.end()


async def _until(reached: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
        if await reached():
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise AssertionError("it did not happen in time")


async def _done(actor: Actor) -> bool:
    return all(item.key is not None or item.standing is Standing.PARKED for item in await agenda(actor))


async def _swept(*actors: Actor) -> bool:
    """Whether every sweep is planned, once, and nothing else is left to do."""
    planned = sorted(f"sweep:{name}" for name in TIMETABLE)
    return all([sorted(str(item.key) for item in await agenda(actor)) == planned for actor in actors])


async def test_a_worker_killed_in_the_middle_leaves_its_work_to_the_next_and_nothing_happens_twice(
    acme: Actor, yard: Yard, tmp_path: Path
) -> None:
    victim = yard.start("worker")
    await ring(acme, SLEEPER, 1, 2)

    async def asleep() -> bool:
        return (tmp_path / "asleep").exists()

    await _until(asleep)
    victim.kill()
    yard.start("worker")
    await _until(lambda: _done(acme))
    assert sorted(await marks(acme)) == [1, 2, SLEEPER]


async def test_what_ends_its_worker_three_times_is_parked_and_the_rest_goes_on(acme: Actor, yard: Yard) -> None:
    other = await found_company()
    worker = yard.start("worker")
    await ring(acme, POISON)
    ends = 0

    async def supervised() -> bool:
        nonlocal worker, ends
        if worker.exitcode is not None:
            assert worker.exitcode == POISONED
            ends += 1
            await ring(other, ends)
            worker = yard.start("worker")
        return any(item.standing is Standing.PARKED for item in await agenda(acme))

    await _until(supervised)
    await _until(lambda: _done(other))
    assert ends == 3
    assert sorted(await marks(other)) == [1, 2, 3]
    assert [item.error for item in await agenda(acme) if item.key is None] == ["it ended its worker"]


async def test_a_broker_that_forgets_everything_loses_nothing(
    acme: Actor, yard: Yard, client: redis.asyncio.Redis
) -> None:
    await ring(acme, *range(20))

    async def handed_out() -> bool:
        return bool(await client.exists("zhidu:agenda"))

    await _until(handed_out)
    await client.flushall()
    yard.start("worker")
    await _until(lambda: _done(acme))
    assert sorted(await marks(acme)) == list(range(20))


async def test_outages_of_broker_and_database_are_waited_out(
    acme: Actor, yard: Yard, scheduler: Yard, broker: Broker, behind: asyncpg.Connection
) -> None:
    worker = yard.start("worker")
    await ring(acme, 1)
    await _until(lambda: _done(acme))
    broker.stop()
    await ring(acme, 2)
    cut = await behind.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'zhidu'")
    await asyncio.sleep(0.5)
    broker.start()
    await ring(acme, 3)
    await _until(lambda: _done(acme))
    assert len(cut) > 2
    assert sorted(await marks(acme)) == [1, 2, 3]
    assert (worker.exitcode, scheduler.processes[0].exitcode) == (None, None)


async def test_two_schedulers_and_two_workers_do_everything_once_tell_listeners_and_end_in_good_order(
    acme: Actor, yard: Yard, client: redis.asyncio.Redis
) -> None:
    other = await found_company()
    listener = client.pubsub()
    await listener.subscribe(changes(acme.tenant_id))
    assert await listener.get_message(timeout=5)
    processes = [yard.start(kind) for kind in ("scheduler", "worker", "worker")]
    await ring(acme, *range(30))
    await ring(other, *range(30))
    await _until(lambda: _done(acme))
    await _until(lambda: _done(other))
    for actor in (acme, other):
        assert sorted(await marks(actor)) == list(range(30))
    await _until(lambda: _swept(acme, other))
    heard = []
    while (message := await listener.get_message(ignore_subscribe_messages=True, timeout=1)) is not None:
        heard.append(Change.load(message["data"], tenant_id=acme.tenant_id))
    await listener.aclose()  # type: ignore[no-untyped-call]  # redis leaves it untyped
    assert [change.name for change in heard] == ["tests.bell_rang"] * 30
    for process in processes:
        process.terminate()
    for process in processes:
        await asyncio.to_thread(process.join, 20)
    assert [process.exitcode for process in processes] == [0, 0, 0]
