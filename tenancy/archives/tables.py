"""What belongs into an archive: the tables, columns and references of one tenant, as PostgreSQL's catalogue tells them.

A new table is in the next archive without another line. What is not to be in one, the archives' role may not read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from tenancy.database import TenantRows

# A comment of this beginning marks a column whose value `tenancy.secrets` has sealed, and names the purpose.
SEALED = "sealed: "

# Every table with a tenant that the archives' role may read, column by column.
COLUMNS = """
SELECT c.relname::text AS table_name, a.attname::text AS name, col_description(c.oid, a.attnum) AS comment
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relrowsecurity
    AND has_table_privilege('zhidu_backup', c.oid, 'SELECT')
    AND EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id' AND NOT t.attisdropped)
ORDER BY c.relname, a.attnum
"""
# Their references to each other, without the tenant, which all of them carry.
REFERENCES = """
SELECT f.conrelid::regclass::text AS table_name, f.confrelid::regclass::text AS target,
    coalesce(array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE NOT a.attnotnull), '{}') AS optional
FROM pg_constraint f
JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = ANY (f.conkey) AND a.attname <> 'tenant_id'
WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace AND f.conparentid = 0
GROUP BY f.oid, f.conrelid, f.confrelid
ORDER BY 1, 2, f.oid
"""


@dataclass(frozen=True)
class Reference:
    """A foreign key: the table it points at, and those of its columns that may be empty; none when it always points."""

    target: str
    optional: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table of an archive. `sealed` leads from a column to the purpose for which its value is sealed."""

    name: str
    columns: tuple[str, ...]
    sealed: Mapping[str, str]
    references: tuple[Reference, ...]


async def read_tables(rows: TenantRows) -> list[Table]:
    """Every table that belongs into an archive, in an order in which rows may be inserted (see `in_order`)."""
    references: dict[str, list[Reference]] = {}
    for row in await rows.text(REFERENCES):
        references.setdefault(row["table_name"], []).append(Reference(row["target"], tuple(row["optional"])))
    tables = []
    for name, columns in groupby(await rows.text(COLUMNS), key=lambda column: column["table_name"]):
        own = [column for column in columns if column["name"] != "tenant_id"]
        sealed = {
            column["name"]: column["comment"].removeprefix(SEALED)
            for column in own
            if (column["comment"] or "").startswith(SEALED)
        }
        tables.append(Table(name, tuple(column["name"] for column in own), sealed, tuple(references.get(name, ()))))
    return in_order(tables)


def in_order(tables: Sequence[Table]) -> list[Table]:
    """The tables so that each comes after those it points at; by name where that leaves a choice.

    Two tables that point at each other are parted at a reference that may be empty: see `late_columns`. ValueError when
    no reference of a circle may be, or a table points at one that is not among these.
    """
    left = {table.name: table for table in sorted(tables, key=lambda table: table.name)}
    for table in tables:
        for reference in table.references:
            if reference.target not in left:
                raise ValueError(f"{table.name} points at {reference.target}, which is in no archive")
            if reference.target == table.name and not reference.optional:
                raise ValueError(f"every row of {table.name} points at another one: there is no first")
    ordered: list[Table] = []
    while left:
        ready = _ready(left) or _ready(left, despite_optional=True)
        if ready is None:
            raise ValueError(f"these tables point at each other without end: {', '.join(left)}")
        ordered.append(left.pop(ready))
    return ordered


def _ready(left: Mapping[str, Table], *, despite_optional: bool = False) -> str | None:
    for name, table in left.items():
        waits = (
            reference.target in left and reference.target != name and not (despite_optional and reference.optional)
            for reference in table.references
        )
        if not any(waits):
            return name
    return None


def late_columns(tables: Sequence[Table]) -> dict[str, tuple[str, ...]]:
    """By table, the columns that point at rows which are inserted later in this order, or in the same table.

    They are left empty at first and filled when every row is there.
    """
    place = {table.name: number for number, table in enumerate(tables)}
    late: dict[str, tuple[str, ...]] = {}
    for number, table in enumerate(tables):
        columns = [
            column
            for reference in table.references
            if place.get(reference.target, number) >= number
            for column in reference.optional
        ]
        if columns:
            late[table.name] = tuple(dict.fromkeys(columns))
    return late
