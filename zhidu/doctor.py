"""Looking for what is wrong with an installation, and how to mend it: one line for each finding."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import asyncpg
import redis.asyncio
from redis.exceptions import RedisError

from migrations.run import heads
from migrations.tables import METADATA
from tenancy.config import settings
from tenancy.database import refuse_bypassing_role
from zhidu import pasting

# Before these, PostgreSQL could show rows through planner statistics in spite of row-level security.
SAFE_MINOR = {15: 14, 16: 10, 17: 6}
OLDEST_MAJOR = 15
CLOCKS_APART_SECONDS = 2.0
SHOWN_ITEMS = 3
RETRY = (
    "see them all, in that company, with { agenda(filter: {standing: {eq: PARKED}}) { nodes { id task name error } } };"
    ' mend the cause, then retry each with mutation { releaseItem(input: {itemId: "…"}) { errors { message } } }'
)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `mend` is empty when it is well."""

    what: str
    found: str
    mend: str = ""


def run() -> int:
    """Print every finding; 0 when all is well."""
    return asyncio.run(_run())


async def _run() -> int:
    ill = 0
    async for finding in examine():
        ill += bool(finding.mend)
        print(f"{'ill ' if finding.mend else 'well'}  {finding.what}: {finding.found}")
        if finding.mend:
            print(f"      → {finding.mend}")
    return 1 if ill else 0


async def examine() -> AsyncIterator[Finding]:
    """Database, roles, row locks, migrations, clock, parked work, broker, mail, in this order."""
    try:
        connection = await asyncpg.connect(settings().database_url, timeout=5)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError, TimeoutError) as problem:
        yield Finding(
            "database", str(problem) or type(problem).__name__, f"set ZHIDU_DATABASE_URL, or start “{_ours('up')}”"
        )
    else:
        try:
            yield _version(connection)
            yield await _role(connection)
            yield await _row_security(connection)
            yield await _migrations(connection)
            yield await _clock(connection)
            async for finding in _parked(connection):
                yield finding
        finally:
            await connection.close()
    yield await _broker()
    yield await _mail()


def _ours(*words: str) -> str:
    return pasting.command(*words, data=settings().data)


def _version(connection: asyncpg.Connection) -> Finding:
    version = connection.get_server_version()
    # asyncpg still counts the middle number, which PostgreSQL gave up with version 10.
    text = f"PostgreSQL {version.major}.{version.micro}"
    if version.major < OLDEST_MAJOR or version.micro < SAFE_MINOR.get(version.major, 0):
        return Finding("version", text, "update PostgreSQL: this version can show rows through planner statistics")
    return Finding("version", text)


async def _role(connection: asyncpg.Connection) -> Finding:
    name = await connection.fetchval("SELECT current_user")
    try:
        await refuse_bypassing_role(connection)
    except RuntimeError as problem:
        return Finding("role", str(problem), f"connect as zhidu_app, which “{_ours('migrate')}” creates")
    return Finding("role", f"{name}, bound by row-level security")


async def _row_security(connection: asyncpg.Connection) -> Finding:
    guarded = {name for name, table in METADATA.tables.items() if "tenant_id" in table.c and name != "accounts"}
    rows = await connection.fetch(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AND EXISTS"
        " (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AS closed FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
    )
    open_tables = sorted(guarded & {row["relname"] for row in rows if not row["closed"]})
    if open_tables:
        return Finding(
            "row locks", f"open: {', '.join(open_tables)}", f"run “{_ours('migrate')}”; if that mends nothing, stop"
        )
    return Finding("row locks", f"forced on {len(guarded & {row['relname'] for row in rows})} tables")


async def _migrations(connection: asyncpg.Connection) -> Finding:
    try:
        applied = {row["version_num"] for row in await connection.fetch("SELECT version_num FROM alembic_version")}
    except asyncpg.PostgresError:
        applied = set()
    if applied != heads():
        return Finding("migrations", f"at {', '.join(applied) or 'nothing'}", f"run “{_ours('migrate')}”")
    return Finding("migrations", f"at {', '.join(sorted(applied))}")


async def _clock(connection: asyncpg.Connection) -> Finding:
    theirs: datetime = await connection.fetchval("SELECT clock_timestamp()")
    apart = abs((datetime.now(UTC) - theirs).total_seconds())
    if apart > CLOCKS_APART_SECONDS:
        return Finding("clock", f"{apart:.1f} s from the database's", "let both machines keep time by NTP")
    return Finding("clock", f"{apart * 1000:.0f} ms from the database's")


async def _parked(connection: asyncpg.Connection) -> AsyncIterator[Finding]:
    """What was given up after repeated failures and waits for a person, company by company."""
    try:
        companies = await connection.fetch(
            "SELECT t.id, t.slug, sum(p.items)::int AS items"
            " FROM parked_agenda() p JOIN tenants t ON t.id = p.tenant_id GROUP BY t.id, t.slug ORDER BY t.slug"
        )
    except asyncpg.UndefinedFunctionError:
        # Before its migration; that finding says so.
        return
    if not companies:
        yield Finding("parked work", "nothing waits for a person")
    for company in companies:
        async with connection.transaction(readonly=True):
            await connection.execute("SELECT set_config('app.tenant', $1, true)", str(company["id"]))
            items = await connection.fetch(
                "SELECT id, task, coalesce(' ' || name, '') AS name, error FROM agenda WHERE standing = 'parked'"
                " ORDER BY due_at, id LIMIT $1",
                SHOWN_ITEMS,
            )
        named = "; ".join(f"{item['task']}{item['name']} {item['id']} ({item['error'] or 'no word'})" for item in items)
        more = company["items"] - len(items)
        found = f"{company['items']} in {company['slug']}: {named}{f'; and {more} more' if more else ''}"
        yield Finding("parked work", " ".join(found.split()), RETRY)


async def _broker() -> Finding:
    mend = f"set ZHIDU_BROKER_URL, or start “{_ours('up')}”; nothing is lost meanwhile, it only waits"
    try:
        client = redis.asyncio.Redis.from_url(settings().broker_url, socket_timeout=3, socket_connect_timeout=3)
        try:
            info = await client.info("server")
        finally:
            await client.aclose()
    except (RedisError, OSError, ValueError) as problem:
        return Finding("broker", str(problem) or type(problem).__name__, mend)
    return Finding("broker", f"answers, version {info.get('valkey_version') or info.get('redis_version')}")


async def _mail() -> Finding:
    url = settings().smtp_url
    if not url:
        return Finding("mail", "no server is named", "set ZHIDU_SMTP_URL; letters wait until then")
    place = urlsplit(url)
    port = place.port or (465 if place.scheme == "smtps" else 25)
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(place.hostname, port), 3)
    except (OSError, TimeoutError) as problem:
        return Finding("mail", f"{place.hostname}:{port} {problem or 'does not answer'}", "set ZHIDU_SMTP_URL")
    writer.close()
    return Finding("mail", f"{place.hostname}:{port} answers")
