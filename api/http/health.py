"""Whether this process lives, and whether it can serve."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import redis.asyncio
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from api.schema import sdl
from migrations.run import heads
from tenancy.config import settings
from tenancy.database import database

ANSWER_SECONDS = 2.0
OK = "ok"


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
    except (TimeoutError, OSError, RuntimeError, asyncpg.PostgresError, asyncpg.InterfaceError, RedisError):
        return "not reached"


async def _database() -> str:
    await database.pool.fetchval("SELECT 1")
    return OK


async def _migrations() -> str:
    applied = {row["version_num"] for row in await database.pool.fetch("SELECT version_num FROM alembic_version")}
    return OK if applied == heads() else "not at this version"


async def _broker() -> str:
    client = redis.asyncio.Redis.from_url(settings().broker_url)
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
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


async def schema(_: Request) -> Response:
    """The schema, for generating clients."""
    return PlainTextResponse(sdl())


ROUTES = [
    Route("/livez", livez),
    Route("/readyz", readyz),
    Route("/metrics", metrics),
    Route("/schema.graphql", schema),
]
