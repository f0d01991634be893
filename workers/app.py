"""The two processes of the yard, worker and scheduler: how they start, survive outages and end in good order."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from types import FrameType
from uuid import UUID

import asyncpg
import dramatiq
import structlog
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.middleware import Middleware

from tenancy import claims, logs
from tenancy.config import settings
from tenancy.database import database, open_database
from workers import live, sweeps
from workers.attempts import describe
from workers.broker import WORKER_TIMEOUT_MS, Messages
from workers.performing import Performer
from workers.relay import Relay

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 2.0
# How long the end of what runs is waited for; whoever started us waits a little longer.
ENDING_SECONDS = 15.0
# How soon a new tenant has its sweeps.
TENANTS_SECONDS = 5.0


class _Yard(Middleware):
    """Opens what the worker's event loop needs before the first message, and closes it after the last."""

    def __init__(self, stopping: threading.Event) -> None:
        self.stopping = stopping
        self.performer: Performer | None = None
        # A reason not to start at all; an outage is none.
        self.problem: BaseException | None = None

    async def perform(self, claim: claims.Claim) -> None:
        """Attempt one item."""
        assert self.performer is not None
        await self.performer.perform(claim)

    def before_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """Dramatiq's hook: wait for the database."""
        loop = get_event_loop_thread()
        assert loop is not None
        try:
            loop.run_coroutine(self._open())
        except BaseException as problem:
            self.problem = problem

    async def _open(self) -> None:
        self.performer = Performer()
        await _open_database(self.stopping.is_set)
        await live.open_voice(settings().broker_url)

    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """Dramatiq's hook: the last message is done, the loop still runs."""
        loop = get_event_loop_thread()
        assert loop is not None
        loop.run_coroutine(self._close())

    async def _close(self) -> None:
        if self.performer is not None:
            await self.performer.finish(ENDING_SECONDS)
        await live.close_voice()
        await _close_database()


def run_worker(*, threads: int | None = None) -> int:
    """The worker's process: performs what the relay hands out, until SIGTERM or SIGINT; returns its exit status.

    Raises BypassingRole when the database's role could step around row-level security. Outages are waited out.
    """
    logs.configure()
    stopping = threading.Event()
    with _signals(stopping.set):
        yard = _Yard(stopping)
        messages = Messages(settings().broker_url, yard.perform)
        messages.broker.add_middleware(yard)
        worker = make_worker(messages, threads or settings().worker_threads)
        worker.start()
        died = False
        try:
            while not stopping.wait(0.5) and yard.problem is None and not died:
                died = not all(thread.is_alive() for thread in [*worker.workers, *worker.consumers.values()])
        finally:
            worker.stop(timeout=int(ENDING_SECONDS * 1000))
            messages.close()
        if yard.problem is not None:
            raise yard.problem
    if died:
        log.error("worker.thread_died")
    return 1 if died else 0


def make_worker(messages: Messages, threads: int) -> dramatiq.Worker:
    """Dramatiq's worker with this installation's settings, not started yet."""
    worker = dramatiq.Worker(messages.broker, worker_threads=threads, worker_timeout=WORKER_TIMEOUT_MS)
    # No message waits in one process while another is idle.
    worker.queue_prefetch = threads
    return worker


def run_scheduler(*, lease_seconds: float = claims.LEASE_SECONDS) -> int:
    """The scheduler's process: hands out what is due and plans new tenants' sweeps, until SIGTERM or SIGINT.

    Several may run. Raises BypassingRole when the database's role could step around row-level security.
    """
    logs.configure()
    asyncio.run(_schedule(lease_seconds))
    return 0


async def _schedule(lease_seconds: float) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await _open_database(stopping.is_set)
    if stopping.is_set():
        return
    messages = Messages(settings().broker_url, _not_here)
    relay = Relay(messages.wake, messages.waiting, lease_seconds=lease_seconds)
    planning = asyncio.create_task(plan_sweeps(stopping))
    try:
        await relay.run(stopping)
    finally:
        planning.cancel()
        await asyncio.gather(planning, return_exceptions=True)
        messages.close()
        await _close_database()


async def _not_here(claim: claims.Claim) -> None:
    raise RuntimeError("a scheduler performs nothing itself")


async def plan_sweeps(stopping: asyncio.Event, *, look_again_seconds: float = TENANTS_SECONDS) -> None:
    """See to it that every active tenant has the whole timetable planned; a tenant is looked at once."""
    known: set[UUID] = set()
    while not stopping.is_set():
        try:
            tenants = [each for each in await claims.active_tenants() if each not in known]
        except Exception as problem:
            log.warning("sweeps.not_planned", error=describe(problem))
            tenants = []
        for tenant_id in tenants:
            # One tenant's trouble is not the others'; it is looked at again.
            try:
                await sweeps.ensure(tenant_id)
            except Exception as problem:
                log.warning("sweeps.not_planned", tenant=str(tenant_id), error=describe(problem))
            else:
                known.add(tenant_id)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), look_again_seconds)


async def _open_database(abandoned: Callable[[], bool]) -> None:
    """Open the pool, however long the database takes to come; a role that must not be used is refused at once."""
    while not abandoned():
        try:
            await open_database()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
            log.warning("database.away", error=describe(problem))
            await asyncio.sleep(PATIENCE_SECONDS)
        else:
            return


async def _close_database() -> None:
    closing: Awaitable[None] = database.close()
    try:
        await asyncio.wait_for(closing, ENDING_SECONDS)
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        log.warning("database.not_closed", error=describe(problem))


@contextlib.contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    def asked(number: int, frame: FrameType | None) -> None:
        stop()

    before = {number: signal.signal(number, asked) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
