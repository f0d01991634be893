"""An archive's rows on their way into a new tenant: what is changed about them, how they are stored and compared."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from tenancy.agenda import AgendaItem, Standing
from tenancy.archives.form import Batch, Manifest, TableSummary, Tally, canonical
from tenancy.archives.landing import Landing
from tenancy.archives.reading import contents, read
from tenancy.archives.tables import Table, late_columns, read_tables
from tenancy.archives.taking import portable
from tenancy.database import TenantRows
from tenancy.members import Member
from tenancy.refusals import Invalid, Unavailable, message
from tenancy.secrets import seal


@dataclass(frozen=True)
class Comparison:
    """One table after a restore.

    `archived` is its digest in the archive, `expected` that of the rows as they were to be inserted, `found` that of
    the rows which PostgreSQL then held. The first two differ by the `changed` rows that were held back on purpose.
    """

    table: str
    rows: int
    archived: str
    expected: str
    found: str
    changed: int

    @property
    def equal(self) -> bool:
        """Whether the tenant holds exactly what it was to hold."""
        return self.found == self.expected and (self.changed > 0 or self.found == self.archived)


def _hold(item: dict[str, Any]) -> None:
    # No fact is followed, no timer fires and no letter leaves until somebody has looked and released it.
    if item["standing"] == Standing.PENDING:
        item["standing"] = Standing.HELD.value
    item["leased_until"] = None


def _unlink(member: dict[str, Any]) -> None:
    # The account is the platform's, and of the archived company.
    member["account_id"] = None


# All that a restore changes about the rows of an archive.
CHANGES: Mapping[str, Callable[[dict[str, Any]], None]] = {
    AgendaItem.__tablename__: _hold,
    Member.__tablename__: _unlink,
}


class _Arrival:
    """One table on its way in: what its rows must look like, and the tally of what was to be inserted."""

    def __init__(self, table: Table, late: Sequence[str], archived: TableSummary) -> None:
        self.table, self.late, self.archived = table, late, archived
        self.columns: Sequence[str] | None = None
        self.changed = 0
        self._expected = Tally()

    def admit(self, batch: Sequence[dict[str, Any]]) -> None:
        """Check the rows, change what a restore changes, and take them into the tally."""
        if self.columns is None:
            self.columns = self._columns_of(batch[0])
            self.late = [name for name in self.late if name in self.columns]
        change = CHANGES.get(self.table.name)
        for row in batch:
            if row.keys() != set(self.columns):
                raise _misfit(self.table.name)
            line = canonical(row)
            if change is not None:
                archived = line
                change(row)
                line = canonical(row)
                self.changed += line != archived
            self._expected.add(line)

    def _columns_of(self, first: dict[str, Any]) -> Sequence[str]:
        unknown = first.keys() - set(self.table.columns)
        if unknown:
            raise _newer(f"{self.table.name}.{min(unknown)}")
        # A column that the archive is older than is left to its default, as code of that age leaves it.
        return [name for name in self.table.columns if name in first]

    async def store(self, rows: TenantRows, batch: Sequence[dict[str, Any]]) -> None:
        """Insert rows; what points at rows that are not there yet stays empty."""
        name = self.table.name
        columns = ", ".join(f'"{column}"' for column in self.columns or () if column not in self.late)
        given = f'jsonb_populate_recordset(NULL::"{name}", $1)'
        insert = f'INSERT INTO "{name}" ({columns}) SELECT {columns} FROM {given}'  # noqa: S608  # the catalogue's names
        await rows.text(insert, [self._sealed(rows, row) for row in batch])

    async def point(self, rows: TenantRows, batch: Sequence[dict[str, Any]]) -> None:
        """Fill in what points at rows that are all there now."""
        pointing = [row for row in batch if any(row[column] is not None for column in self.late)]
        if pointing:
            name = self.table.name
            filled = ", ".join(f'"{column}" = late."{column}"' for column in self.late)
            late = f'jsonb_populate_recordset(NULL::"{name}", $1) AS late'
            point = f'UPDATE "{name}" SET {filled} FROM {late} WHERE "{name}".id = late.id'  # noqa: S608  # as above
            await rows.text(point, pointing)

    def _sealed(self, rows: TenantRows, row: dict[str, Any]) -> dict[str, Any]:
        sealed = {
            column: "\\x" + seal(_bytes(row[column]), tenant_id=rows.tenant_id, purpose=purpose).hex()
            for column, purpose in self.table.sealed.items()
            if row.get(column) is not None
        }
        return {**row, **sealed}

    async def compare(self, rows: TenantRows) -> Comparison:
        """What PostgreSQL holds now, beside what it should."""
        tally = Tally()
        async for row in portable(rows, self.table, self.columns or self.table.columns):
            tally.add(canonical(row))
        found = tally.summary(self.table.name)
        expected = self._expected.summary(self.table.name)
        return Comparison(
            self.table.name, found.rows, self.archived.digest, expected.digest, found.digest, self.changed
        )


async def arrive(rows: TenantRows, source: Path, manifest: Manifest, *, identity: str, keep: bool) -> list[Comparison]:
    """Insert all rows of an archive into the new tenant and say, table by table, what is there then.

    Its files are stored if they are to be kept, and compared with their rows in any case.
    """
    arrivals = await _arrivals(rows, manifest)
    landing = Landing(rows, keep=keep)
    async with aclosing(contents(source, identity=identity)) as items:
        async for item in items:
            if isinstance(item, Batch):
                arrival = arrivals[item.table]
                arrival.admit(item.rows)
                await arrival.store(rows, item.rows)
            else:
                await landing.take(item, items)
    await landing.finish()
    if any(arrival.late for arrival in arrivals.values()):
        # The archive is read once more, rather than keep in memory what could not be said the first time.
        async with aclosing(read(source, identity=identity)) as batches:
            async for batch in batches:
                await arrivals[batch.table].point(rows, batch.rows)
    return [await arrival.compare(rows) for arrival in arrivals.values()]


async def _arrivals(rows: TenantRows, manifest: Manifest) -> dict[str, _Arrival]:
    known = {table.name: table for table in await read_tables(rows)}
    unknown = [name for name in manifest.heading.tables if name not in known]
    if unknown:
        raise _newer(unknown[0])
    # By the archive's own order, which may be that of an earlier version.
    tables = [known[name] for name in manifest.heading.tables]
    late = late_columns(tables)
    return {
        table.name: _Arrival(table, late.get(table.name, ()), summary)
        for table, summary in zip(tables, manifest.tables, strict=True)
    }


def _bytes(value: Any) -> bytes:
    try:
        return bytes.fromhex(value.removeprefix("\\x"))
    except (AttributeError, ValueError):
        raise _misfit("a sealed value") from None


@asynccontextmanager
async def typed() -> AsyncIterator[None]:
    """Turn what PostgreSQL says of an archive's rows into refusals."""
    try:
        yield
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as problem:
        raise _misfit(getattr(problem, "table_name", None) or "?") from problem
    except asyncpg.DiskFullError as problem:
        text = message("The database has no space left. Nothing was kept; free some and try again.")
        raise Unavailable(text, code="STORAGE_FULL") from problem


def _misfit(table: str) -> Invalid:
    text = message("The rows of “{table}” in this archive do not fit the tables of this installation.")
    return Invalid(text, {"table": table})


def _newer(name: str) -> Invalid:
    text = message("This archive is of a newer version: “{name}” is unknown here. Bring this installation up to date.")
    return Invalid(text, {"name": name})
