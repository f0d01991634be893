"""What a company may try in SQL with another's rows, and what must come of it: nothing, as with rows of nobody."""

import io
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Table
from uuid_utils.compat import uuid7

from tests.isolation.companies import Company, like, references_of, strange

NOTHING = "nothing"
FORBIDDEN, NO_SUCH_KEY, NOT_SUPPORTED = "42501", "23503", "0A000"
Outcome = tuple[str, bytes]
"""An SQLSTATE or what the server reports, and whatever was seen."""
Act = Callable[[asyncpg.Connection], Awaitable[Outcome]]


@dataclass(frozen=True)
class Target:
    """What an attempt aims at: a row of somebody else, or one that is not there."""

    id: UUID
    tenant_id: UUID
    values: dict[str, Any]


@dataclass(frozen=True)
class Attempt:
    """One thing to try, at a foreign row and at none; `expected` is all that may come of it, empty for anything."""

    name: str
    foreign: Act
    absent: Act
    expected: frozenset[str]


async def walk(connection: asyncpg.Connection, table: Table, victim: Company, intruder: Company) -> list[str]:
    """Try everything at one table and undo it; the sentences say what went wrong. The connection is the product's."""
    wrong: list[str] = []
    updatable = await connection.fetchval("SELECT has_table_privilege($1, 'UPDATE')", table.name)
    for attempt in _attempts(table, victim, intruder, updatable=updatable):
        outcome, seen = await _tried(connection, intruder.tenant_id, attempt.foreign)
        other, _ = await _tried(connection, intruder.tenant_id, attempt.absent)
        if any(mark in seen for mark in victim.marked()):
            wrong.append(f"{table.name}: {attempt.name} shows a foreign row")
        if outcome != other:
            wrong.append(f"{table.name}: {attempt.name} comes to {outcome} with a foreign row, to {other} with none")
        elif attempt.expected and outcome not in attempt.expected:
            wrong.append(f"{table.name}: {attempt.name} comes to {outcome}")
    return wrong


async def without_tenant(connection: asyncpg.Connection, table: Table) -> list[str]:
    """What a table answers to somebody who is in no company; every command must fail."""
    wrong = []
    for sql in ("SELECT FROM {}", "UPDATE {} SET id = id", "DELETE FROM {}", "INSERT INTO {} (id) VALUES (NULL)"):
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute(sql.format(table.name))
            wrong.append(f"{sql.format(table.name)} does not fail without a company")
        except asyncpg.PostgresError as refused:
            # An unknown setting on a fresh connection, an empty one afterwards; or it may not be done by anybody.
            if refused.sqlstate not in ("42704", "22P02", FORBIDDEN):
                wrong.append(f"{sql.format(table.name)} fails with {refused.sqlstate} without a company")
        finally:
            await transaction.rollback()
    return wrong


async def _tried(connection: asyncpg.Connection, tenant_id: UUID, act: Act) -> Outcome:
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("SELECT set_config('app.tenant', $1, true)", str(tenant_id))
        return await act(connection)
    except asyncpg.PostgresError as refused:
        return refused.sqlstate or "an error without a code", str(refused).encode()
    finally:
        await transaction.rollback()


def _sql(text: str, *arguments: Any) -> Act:
    async def act(connection: asyncpg.Connection) -> Outcome:
        statement = await connection.prepare(text)
        rows = await statement.fetch(*arguments)
        status = statement.get_statusmsg()
        return NOTHING if not rows and status.endswith(" 0") else status, repr(rows).encode()

    return act


def _copied_out(name: str) -> Act:
    async def act(connection: asyncpg.Connection) -> Outcome:
        found = io.BytesIO()
        return await connection.copy_from_table(name, output=found), found.getvalue()

    return act


def _copied_in(name: str, to: Target) -> Act:
    async def act(connection: asyncpg.Connection) -> Outcome:
        records = [(to.tenant_id, to.id)]
        return await connection.copy_records_to_table(name, columns=["tenant_id", "id"], records=records), b""

    return act


def _attempts(table: Table, victim: Company, intruder: Company, *, updatable: bool) -> Iterator[Attempt]:
    row = victim.rows[0][table.name]
    foreign = Target(row["id"], victim.tenant_id, row)
    absent = Target(like(row["id"]), like(victim.tenant_id), {name: strange(value) for name, value in row.items()})

    def attempt(name: str, make: Callable[[Target], Act], *expected: str) -> Attempt:
        return Attempt(name, make(foreign), make(absent), frozenset(expected))

    yield from _looking(table, attempt)
    yield from _changing(table, intruder, attempt)
    yield from _inserting(table, intruder, attempt)
    for column, referred in references_of(table).items():
        yield _referring(table, column, victim.id(referred), intruder, updatable=updatable)


Make = Callable[..., Attempt]


def _looking(table: Table, attempt: Make) -> Iterator[Attempt]:
    name = table.name
    yield attempt("reading it", lambda to: _sql(f"SELECT * FROM {name} WHERE id = $1", to.id), NOTHING)
    yield attempt(
        "reading its company", lambda to: _sql(f"SELECT * FROM {name} WHERE tenant_id = $1", to.tenant_id), NOTHING
    )
    yield attempt("reading everything", lambda _: _sql(f"SELECT * FROM {name}"))
    yield attempt(
        "locking it", lambda to: _sql(f"SELECT * FROM {name} WHERE id = $1 FOR UPDATE", to.id), NOTHING, FORBIDDEN
    )
    # Were the condition asked before the policy, the division would tell that the row is there.
    yield attempt(
        "a condition that fails on it",
        lambda to: _sql(f"SELECT id FROM {name} WHERE 1 / (CASE WHEN id = $1 THEN 0 ELSE 1 END) = 1", to.id),
    )
    yield attempt("copying it out", lambda _: _copied_out(name))
    yield attempt(
        "its statistics",
        lambda _: _sql("SELECT most_common_vals::text FROM pg_stats WHERE tablename = $1", name),
        NOTHING,
    )


def _changing(table: Table, intruder: Company, attempt: Make) -> Iterator[Attempt]:
    name, own = table.name, intruder.id(table.name)
    nothing = (NOTHING, FORBIDDEN)
    for what, change in (
        ("changing it", f"UPDATE {name} SET id = id WHERE id = $1 RETURNING *"),
        ("taking it over", f"UPDATE {name} SET tenant_id = '{intruder.tenant_id}' WHERE id = $1 RETURNING *"),
        ("deleting it", f"DELETE FROM {name} WHERE id = $1 RETURNING *"),
        ("merging into it", _merged(name, "UPDATE SET id = wanted.id")),
        ("merging it away", _merged(name, "DELETE")),
    ):
        yield attempt(what, lambda to, change=change: _sql(change, to.id), *nothing)
    yield attempt(
        "giving away a row",
        lambda to: _sql(f"UPDATE {name} SET tenant_id = $1 WHERE id = $2", to.tenant_id, own),
        FORBIDDEN,
    )
    yield attempt("emptying the table", lambda _: _sql(f"TRUNCATE {name} CASCADE"), FORBIDDEN)


def _merged(name: str, action: str) -> str:
    return f"MERGE INTO {name} USING (SELECT $1::uuid AS id) wanted ON {name}.id = wanted.id WHEN MATCHED THEN {action}"


def _inserting(table: Table, intruder: Company, attempt: Make) -> Iterator[Attempt]:
    home = {column: intruder.rows[0][table.name][column] for column in references_of(table) if column != "id"}

    def insert(row: dict[str, Any], more: str = "") -> Act:
        places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
        return _sql(f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({places}) {more}", *row.values())

    def there(to: Target) -> dict[str, Any]:
        return {**to.values, **home, "id": to.id, "tenant_id": to.tenant_id}

    def here(to: Target) -> dict[str, Any]:
        return {name: value for name, value in there(to).items() if name != "tenant_id"}

    move = "ON CONFLICT (tenant_id, id) DO UPDATE SET id = excluded.id"
    yield attempt("inserting into its company", lambda to: insert(there(to) | {"id": uuid7()}), FORBIDDEN)
    yield attempt("inserting on its key", lambda to: insert(there(to), "ON CONFLICT DO NOTHING"), FORBIDDEN)
    yield attempt("inserting over it", lambda to: insert(there(to), move), FORBIDDEN)
    yield attempt("copying it in", lambda to: _copied_in(table.name, to), NOT_SUPPORTED)
    yield attempt("taking its id", lambda to: insert(here(to)))
    yield attempt("taking its id quietly", lambda to: insert(here(to), "ON CONFLICT DO NOTHING"))
    yield attempt("taking its words", lambda to: insert(here(to) | {"id": uuid7()}))


def _referring(table: Table, column: str, referred: UUID, intruder: Company, *, updatable: bool) -> Attempt:
    """A reference to a foreign row must be refused as one to no row is."""
    name, own = table.name, intruder.rows[0][table.name]

    def refer(id_: UUID) -> Act:
        if updatable:
            return _sql(f"UPDATE {name} SET {column} = $1 WHERE id = $2", id_, own["id"])
        home = {key: own[key] for key in references_of(table)}
        row = {key: strange(value) for key, value in own.items() if key != "tenant_id"} | home
        row |= {"id": uuid7(), column: id_}
        places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
        return _sql(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({places})", *row.values())

    return Attempt(f"referring to it by {column}", refer(referred), refer(like(referred)), frozenset({NO_SUCH_KEY}))
