"""The doors to PostgreSQL: `reading()`, `writing()` and `platform()`, `founding()` for a new tenant, and for archives
`archiving()` and `restoring()`; nobody else opens a transaction."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import orjson
import structlog
from sqlalchemy import Insert, Select
from sqlalchemy.sql import ClauseElement

from tenancy.actor import Actor
from tenancy.config import settings
from tenancy.connections import Connections, Uncertain
from tenancy.models import PlatformModel, TenantModel
from tenancy.refusals import Refusal, Unavailable, message, suspended
from tenancy.statements import build, prepare
from tenancy.transactions import Transaction
from tenancy.work import ASKED_ALONG, KEEPERS, Opening, Work

OPENING = (
    "SELECT t.status, t.rehearsal, t.zone, coalesce(t.clock_at, now()) AS now, now() AS real_now, "
    "set_config('app.tenant', $1, true), set_config('app.member', $2, true), set_config('app.language', $3, true)"
    "{along} FROM tenants t WHERE t.id = $1::uuid"
)
# Members' works, which are most, say nothing of clients and contacts.
OPENING_OF_CLIENT = OPENING.replace("{along}", ", set_config('app.client', $4, true){along}")
# How long after PostgreSQL should have ended a statement it is given up here, and how long a new connection may take,
# where there is such an end.
GRACE_SECONDS = 5.0
CONNECT_SECONDS = 10.0
# A row that a work is known to want comes along with its opening: of which table, and its id.
Foreseen = tuple[type[TenantModel], UUID]
FORESEEN = "foreseen"
P = TypeVar("P", bound=PlatformModel)
Settle = Callable[[Work], Awaitable[None]]
log = structlog.get_logger(__name__)
_TRYING: ContextVar[bool] = ContextVar("trying", default=False)


class Database:
    """One process's pool of connections as the role that row-level security binds."""

    def __init__(self, url: str, size: int, most_seconds: int = 0) -> None:
        self.url, self.size, self.most_seconds = url, size, most_seconds
        self._pool: Connections | None = None

    @property
    def pool(self) -> Connections:
        """The open pool."""
        if self._pool is None:
            raise RuntimeError("the database is not open")
        return self._pool

    async def open(self) -> None:
        """Connect, and refuse a role that could step around row-level security."""
        # PostgreSQL ends what takes too long; these are for one that stands still, or is not heard any more.
        patience = self.most_seconds + GRACE_SECONDS if self.most_seconds else None
        self._pool = Connections(
            self.url,
            self.size,
            prepare=_speak_json,
            most_seconds=patience,
            command_timeout=patience,
            timeout=CONNECT_SECONDS if patience else 60.0,
            # Its plans are as good as on the first day, and making them anew costs more than most queries.
            max_cached_statement_lifetime=0,
            server_settings={
                "application_name": "zhidu",
                "jit": "off",
                "TimeZone": "UTC",
                # PostgreSQL takes nought for no limit.
                "statement_timeout": f"{self.most_seconds}s",
                "idle_in_transaction_session_timeout": f"{2 * self.most_seconds}s",
            },
        )
        async with self._pool.acquire() as connection:
            await refuse_bypassing_role(connection)

    async def close(self) -> None:
        """Give every connection back to the server."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None


async def _speak_json(connection: asyncpg.Connection) -> None:
    # In PostgreSQL's binary form, in which alone a row can be a value; that of jsonb begins with a version.
    await connection.set_type_codec("json", schema="pg_catalog", format="binary", encoder=_dump, decoder=orjson.loads)
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", format="binary", encoder=_dump_versioned, decoder=_load_versioned
    )


def _dump(value: Any) -> bytes:
    return orjson.dumps(value, default=_plain)


def _dump_versioned(value: Any) -> bytes:
    return b"\x01" + orjson.dumps(value, default=_plain)


def _load_versioned(data: bytes) -> Any:
    return orjson.loads(memoryview(data)[1:])


def _plain(value: Any) -> str:
    # The driver's UUIDs are a class of their own, which orjson doesn't know.
    if isinstance(value, UUID | Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no part of a record")


class BypassingRole(RuntimeError):
    """The database's role could step around row-level security, so nothing is done with it."""


async def refuse_bypassing_role(connection: asyncpg.Connection) -> None:
    """Raise `BypassingRole` when the role is a superuser, may bypass row security or may act as one who does."""
    bypassing = await connection.fetch(
        "SELECT rolname FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER') AND (rolsuper OR rolbypassrls"
        " OR oid IN (SELECT relowner FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE nspname = 'public' AND relkind IN ('r', 'p')))"
    )
    if bypassing:
        names = ", ".join(row["rolname"] for row in bypassing)
        raise BypassingRole(
            f"The database's role can act as {names}, which row-level security does not bind: let ZHIDU_DATABASE_URL"
            " name zhidu_app."
        )


database = Database("", 0)


async def open_database(url: str | None = None, size: int | None = None, *, most_seconds: int = 0) -> None:
    """Open this process's pool; the settings say where unless the caller does.

    PostgreSQL stops a statement after `most_seconds`, if there are any, and ends a transaction in which nothing was
    said for twice as long; a PostgreSQL that does not is given up soon after, with TimeoutError. Without them, as for
    workers, whose backups and dry runs take their time, a statement may take for ever.
    """
    database.url = url or settings().database_url
    database.size = size or settings().pool_size
    database.most_seconds = most_seconds
    await database.open()


async def _enter(
    connection: asyncpg.Connection | Transaction, actor: Actor, foreseen: Foreseen | None = None, *, asking: bool = True
) -> tuple[Opening, dict[str, Any], asyncpg.Record | None]:
    """Set the tenant, and learn of it what every work needs, what is asked along if `asking`, and the foreseen row."""
    opened = OPENING_OF_CLIENT if actor.is_client or actor.is_contact else OPENING
    if foreseen is None:
        rows = await connection.fetch(_with_along(opened, asking, None), *actor.settings)
    else:
        rows = await connection.fetch(_with_along(opened, asking, foreseen[0]), *actor.settings, foreseen[1])
    if not rows:
        raise Unavailable(message("This company is not here any more."), code="TENANT_GONE")
    row = rows[0]
    opening = Opening(row["status"], row["rehearsal"], row["zone"], row["now"], row["real_now"])
    known = {name: row[name] for name in ASKED_ALONG} if asking else {}
    return opening, known, None if foreseen is None else row[FORESEEN]


@cache
def _with_along(opened: str, asking: bool, foreseen: type[TenantModel] | None) -> str:
    """The text with what is asked along: it stands behind the settings, and is evaluated after them."""
    along = dict(ASKED_ALONG) if asking else {}
    if foreseen is not None:
        behind = opened.count("set_config") + 1
        along[FORESEEN] = f"SELECT r FROM {foreseen.__tablename__} r WHERE r.id = ${behind}"  # noqa: S608  # a class's own table
    return opened.format(along="".join(f', ({asked}) AS "{name}"' for name, asked in along.items()))


@asynccontextmanager
async def _transaction(actor: Actor, begin: str = "BEGIN") -> AsyncIterator[tuple[asyncpg.Connection, Transaction]]:
    """A connection and the transaction on it, which is undone when the block fails; else the block finishes it."""
    async with database.pool.acquire() as connection:
        transaction = Transaction(connection, actor, begin)
        try:
            yield connection, transaction
        except (TimeoutError, Uncertain):
            # Whoever did not answer would not answer this either; the connection is ended.
            raise
        except Exception:
            await transaction.undo()
            raise


@asynccontextmanager
async def reading(actor: Actor) -> AsyncIterator[Work]:
    """One consistent view of the actor's tenant; changes are refused by PostgreSQL."""
    async with _transaction(actor, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as (_, transaction):
        opening, _, _ = await _enter(transaction, actor, asking=False)
        yield Work(transaction, actor, opening)
        await transaction.finish([])


@contextmanager
def only_trying() -> Iterator[None]:
    """Whatever is written inside is undone when its transaction has come to its end, as far as that goes well."""
    token = _TRYING.set(True)
    try:
        yield
    finally:
        _TRYING.reset(token)


@asynccontextmanager
async def writing(
    actor: Actor,
    *,
    settle: Settle,
    request_id: UUID | None = None,
    reason: str | None = None,
    while_suspended: bool = False,
    foreseen: Foreseen | None = None,
) -> AsyncIterator[Work]:
    """One transaction of the actor's tenant: all of it is kept, with its consequences, or nothing.

    `foreseen` is a row that the work will load without locking it: it comes along with the opening. Raises `Refusal`
    with the code TENANT_SUSPENDED while the tenant is suspended or closing, unless what is done is of the little that
    goes on meanwhile: exporting. What a clause refused is kept by itself once the work has ended.
    """
    work, trying = None, _TRYING.get()
    try:
        async with _transaction(actor) as (connection, transaction):
            opening, known, found = await _enter(connection, actor, foreseen)
            if opening.status != "active" and not while_suspended:
                raise suspended()
            work = Work(transaction, actor, opening, request_id=request_id, reason=reason, known=known)
            if foreseen is not None and found is not None:
                work.foresee(foreseen[0], found)
            yield work
            await settle(work)
            if trying:
                await work.flush()
                await transaction.undo()
            else:
                await work.finish()
    except Refusal as refusal:
        if work is not None and not trying:
            work.note_refused(refusal)
            await _keep_refused(actor, work)
        raise
    if work is not None and work.refused and not trying:
        await _keep_refused(actor, work)


async def keep_refusal(ended: Work, refusal: Refusal) -> None:
    """Keep what a clause refuses by what a work has found out, and after its end: a file while it is coming in."""
    ended.note_refused(refusal)
    await _keep_refused(ended.actor, ended)


async def _keep_refused(actor: Actor, ended: Work) -> None:
    """Keep what clauses refused; whoever was refused is told so whether that succeeds or not."""
    if not ended.refused or ended.opening.status != "active":
        return
    try:
        async with _transaction(actor) as (_, transaction):
            opening, known, _ = await _enter(transaction, actor)
            work = Work(transaction, actor, opening, known=known)
            for refused in ended.refused:
                for keep in KEEPERS:
                    await keep(work, refused)
            await work.finish()
    except Exception as problem:
        log.warning("refusal.not_kept", code=ended.refused[0].refusal.code, exc_info=problem)


@asynccontextmanager
async def founding(tenant: Insert, tenant_id: UUID, *, settle: Settle) -> AsyncIterator[Work]:
    """The transaction in which a new tenant's row and its first records are made: all of it is kept, or nothing."""
    if _TRYING.get():
        raise Refusal(message("Of making a company nobody can be told beforehand."), code="NOT_TRIED")
    actor = Actor.system(tenant_id)
    async with _transaction(actor) as (_, transaction):
        sql, arguments = prepare(tenant)
        await transaction.fetch(sql, *arguments)
        opening, known, _ = await _enter(transaction, actor)
        work = Work(transaction, actor, opening, known=known)
        yield work
        await settle(work)
        await work.finish()


async def answer(sql: str, arguments: Sequence[Any]) -> bytes:
    """One round trip for the reader, whose statement sets the tenant itself before it reads."""
    found: bytes = await look(sql, arguments)
    return found


async def look(sql: str, arguments: Sequence[Any]) -> Any:
    """The only value of a statement that sets its tenant itself: the reader's, or the question whose a token is."""
    return await database.pool.fetchval(sql, *arguments)


class Platform:
    """A transaction without a tenant: row-level security shows it no tenant's rows, only the platform's tables."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def rows(self, statement: ClauseElement) -> list[asyncpg.Record]:
        """Run a statement and give its rows."""
        sql, arguments = prepare(statement)
        found: list[asyncpg.Record] = await self._connection.fetch(sql, *arguments)
        return found

    async def all(self, statement: Select[P]) -> list[P]:
        """The rows of `select(Model)…` as objects; changes to them are not stored."""
        model: type[P] = statement.column_descriptions[0]["entity"]
        return [build(model, dict(row)) for row in await self.rows(statement)]

    async def row(self, statement: ClauseElement) -> asyncpg.Record | None:
        """Run a statement and give its first row."""
        sql, arguments = prepare(statement)
        return await self._connection.fetchrow(sql, *arguments)

    async def text(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """Run SQL that SQLAlchemy has no words for, such as the claim functions."""
        found: list[asyncpg.Record] = await self._connection.fetch(sql, *arguments)
        return found


@asynccontextmanager
async def platform() -> AsyncIterator[Platform]:
    """The platform's own door: relay, scheduler, provisioning and identity, as a test lists."""
    async with database.pool.acquire() as connection, connection.transaction():
        yield Platform(connection)


# What an archive says of its origin; the archives' role itself sees no list of companies.
ORIGIN = (
    "SELECT t.id, t.slug, t.name, t.zone, t.language, t.clock_at, now() AS now, (SELECT string_agg(version_num, '+' "
    "ORDER BY version_num) FROM alembic_version) AS revision FROM tenants t WHERE t.id = $1"
)
# How many rows of a stream are fetched at once; no more of them are held.
STREAMED_ROWS = 500


class TenantRows(Platform):
    """A transaction in one tenant's rows as they are stored, for archives alone: no actor, no journal, no defaults."""

    def __init__(self, connection: asyncpg.Connection, tenant_id: UUID) -> None:
        super().__init__(connection)
        self.tenant_id = tenant_id

    async def stream(self, sql: str, *arguments: Any) -> AsyncIterator[asyncpg.Record]:
        """The rows of a statement through a cursor on the server, so that memory stays flat."""
        async for row in self._connection.cursor(sql, *arguments, prefetch=STREAMED_ROWS):
            yield row


@asynccontextmanager
async def archiving(tenant_id: UUID) -> AsyncIterator[tuple[asyncpg.Record, TenantRows]]:
    """One consistent view of a whole tenant, and the record of where it comes from (`ORIGIN`).

    Runs as the archives' role: it can change nothing, row-level security shows it this tenant only, and it may read
    exactly the tables that belong into an archive. Refuses with TENANT_GONE.
    """
    async with (
        database.pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        origin = await connection.fetchrow(ORIGIN, tenant_id)
        if origin is None:
            raise Unavailable(message("This company is not here any more."), code="TENANT_GONE")
        await connection.execute("SET LOCAL ROLE zhidu_backup")
        await connection.execute("SELECT set_config('app.tenant', $1, true)", str(tenant_id))
        yield origin, TenantRows(connection, tenant_id)


@asynccontextmanager
async def restoring(tenant_id: UUID, *, keep: bool) -> AsyncIterator[TenantRows]:
    """A transaction in which a whole new tenant is made, under row-level security as everything else.

    Nobody sees anything of it before it ends well; without `keep` it is undone even then, which is a drill.
    """
    async with database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute("SELECT set_config('app.tenant', $1, true)", str(tenant_id))
            yield TenantRows(connection, tenant_id)
        except BaseException:
            await transaction.rollback()
            raise
        await (transaction.commit() if keep else transaction.rollback())
