"""Whether this process lives, and whether it can serve."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import asyncpg
import redis.asyncio
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from api.schema import sdl
from migrations.run import heads
from tenancy import claims
from tenancy.agenda import Task
from tenancy.config import settings
from tenancy.database import database

ANSWER_SECONDS = 2.0
OK = "ok"
NOT_REACHED = "not reached"
UNREACHED = (TimeoutError, OSError, RuntimeError, asyncpg.PostgresError, asyncpg.InterfaceError, RedisError)


async def livez(_: Request) -> Response:
    """The process answers."""
    return PlainTextResponse(OK)


async def readyz(_: Request) -> Response:
    """Database, migrations and broker are as this process needs them; 503 names what is not."""
    checks = {"database": _database, "migrations": _migrations, "broker": _broker}
    states = await asyncio.gather(*(_state(check) for check in checks.values()))
    found = dict(zip(checks, states, strict=True))
    ready = all(state == OK for state in states)
    return JSONResponse(found, status_code=200 if ready else 503, headers={"cache-control": "no-store"})


async def _state(check: Callable[[], Awaitable[str]]) -> str:
    try:
        return await asyncio.wait_for(check(), ANSWER_SECONDS)
    except UNREACHED:
        return NOT_REACHED


async def _database() -> str:
    await database.pool.fetchval("SELECT 1")
    return OK


async def _migrations() -> str:
    applied = {row["version_num"] for row in await database.pool.fetch("SELECT version_num FROM alembic_version")}
    return OK if applied == heads() else "not at this version"


async def _broker() -> str:
    try:
        client = redis.asyncio.Redis.from_url(settings().broker_url)
    except ValueError:
        # None is set, or what is set is the address of none.
        return NOT_REACHED
    try:
        await client.ping()
    finally:
        await client.aclose()
    return OK


async def metrics(_: Request) -> Response:
    """Prometheus' text form: of all processes that share a directory of counters, or else of this one alone."""
    registry = REGISTRY
    if settings().metrics is not None:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves it untyped
    return Response(generate_latest(registry) + await _parked(), media_type=CONTENT_TYPE_LATEST)


async def _parked() -> bytes:
    """How much waits for a person, by task, as the database has it now; nothing when that does not answer."""
    try:
        found = await asyncio.wait_for(claims.parked(), ANSWER_SECONDS)
    except UNREACHED:
        return b""
    gauge = GaugeMetricFamily("zhidu_agenda_parked", "Items that are parked and wait for a person.", labels=["task"])
    for task in Task:
        gauge.add_metric([task], sum(each.items for each in found if each.task is task))
    # Not among the counters: those are a process's own, and this is everybody's.
    registry = CollectorRegistry()
    registry.register(_Found(gauge))
    return generate_latest(registry)


class _Found(Collector):
    """A figure that has been asked for."""

    def __init__(self, figure: Metric) -> None:
        self._figure = figure

    def collect(self) -> Iterable[Metric]:
        """The figure."""
        yield self._figure


async def schema(_: Request) -> Response:
    """The schema, for generating clients."""
    return PlainTextResponse(sdl())


ROUTES = [
    Route("/livez", livez),
    Route("/readyz", readyz),
    Route("/metrics", metrics),
    Route("/schema.graphql", schema),
]
