"""How pending rows are written: one statement for all of a transaction's inserts, changes and deletions."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

from tenancy.models import TenantModel
from tenancy.statements import DIALECT, columns_of

# PostgreSQL takes 65,535 arguments; a chunk stays far below and its text stays readable.
CHUNK_ARGUMENTS = 8_000
# The texts of longer statements are rarely the same twice.
SHORT_ARGUMENTS = 500
# What a transaction is told of its actor, in the order of `Actor.settings`.
SETTINGS = ("tenant", "member", "language", "client")


@dataclass(frozen=True)
class Change:
    """A stored row and the columns that have new values."""

    row: TenantModel
    values: dict[str, Any]


def replaces(row: TenantModel) -> bool:
    """Whether a new row takes the place of a stored one that has its key."""
    return row.upsert_on is not None and row.__dict__.get("key") is not None


def have_one_key(one: TenantModel, other: TenantModel) -> bool:
    """Whether two rows, the other of which has a key, are of one table and have the same."""
    return type(one) is type(other) and one.__dict__.get("key") == other.__dict__["key"]


def added(table: str) -> str:
    """Under which name a statement that adds rows to a table has them read."""
    return f"added_{table}"


@dataclass
class ReadBack:
    """What is read of new rows in the very statement that adds them, where that is the whole of their transaction.

    Its SQL sets the tenant itself, takes these rows from `added(table)`, and has one value, which stands in `found`
    once it was read.
    """

    sql: str
    arguments: Sequence[Any]
    rows: Sequence[TenantModel]
    found: bytes | None = None

    def fits(self, statement: "Statement") -> bool:
        """Whether it reads nothing else of what the statement adds: that would be missing, being added only then."""
        return _fits(self.sql, tuple([type(row) for row in self.rows]), tuple(statement.parts))


# What a part of a statement does, to which table, and how many rows it inserts or which columns it changes.
_Part = tuple[str, type[TenantModel], int | tuple[str, ...]]


class Statement:
    """Common table expressions that write, one after the other, with numbered arguments."""

    def __init__(self) -> None:
        self.parts: list[_Part] = []
        self.arguments: list[Any] = []

    def insert(self, model: type[TenantModel], rows: Sequence[Mapping[str, Any]], *, replacing: bool = False) -> None:
        self.parts.append(("replace" if replacing else "insert", model, len(rows)))
        for row in rows:
            self.arguments += row.values()

    def update(self, change: Change) -> None:
        self.parts.append(("update", type(change.row), tuple(change.values)))
        self.arguments += (*change.values.values(), change.row.id)

    def delete(self, row: TenantModel) -> None:
        self.parts.append(("delete", type(row), 0))
        self.arguments.append(row.id)

    @property
    def only_adds(self) -> bool:
        """Whether it looks for no row, so that it can be a transaction of its own."""
        return all(verb in ("insert", "replace") for verb, _, _ in self.parts)

    def sql(self) -> str:
        """The text for a transaction that has set its tenant."""
        return self._said(0)

    def alone(self, settings: Sequence[str]) -> tuple[Any, ...]:
        """The text that sets the tenant before it adds anything, and its arguments, the settings first."""
        return self._said(len(settings)), *settings, *self.arguments

    def alone_read(self, settings: Sequence[str], back: ReadBack) -> tuple[Any, ...]:
        """The same with what is read of it, whose arguments come before the others."""
        text = self._said(len(settings), (back.sql, len(back.arguments)))
        return text, *back.arguments, *settings, *self.arguments

    def _said(self, settings: int, back: tuple[str, int] | None = None) -> str:
        parts = tuple(self.parts)
        said = _text if len(self.arguments) <= SHORT_ARGUMENTS else _text.__wrapped__
        return said(parts, settings, back)


@lru_cache(maxsize=1_000)
def _text(parts: tuple[_Part, ...], settings: int, back: tuple[str, int] | None) -> str:
    """The text of a statement: the same command writes the same rows again and again.

    With `settings`, so many of the tenant's are set in the first place; what is added comes out of that. `back` is the
    text that reads what is added, and how many arguments it takes.
    """
    reading, taken = back or ("", 0)
    arguments = count(1 + taken)
    set_all = ", ".join(
        f"set_config('app.{name}', ${next(arguments)}::text, true) AS {name}" for name in SETTINGS[:settings]
    )
    context = [f"context AS MATERIALIZED (SELECT {set_all})"] if settings else []
    named = []
    for number, part in enumerate(parts):
        name, said = added(part[1].__tablename__), _part(arguments, *part, in_context=bool(settings))
        named.append((name, f"{said} RETURNING *") if name in reading else (f"w{number}", said))
    last = f"SELECT * FROM ({reading}) AS back" if reading else named.pop()[1]
    before = ", ".join(context + [f"{name} AS ({said})" for name, said in named])
    return f"WITH {before} {last}" if before else last


@lru_cache(maxsize=1_000)
def _fits(sql: str, read: tuple[type[TenantModel], ...], parts: tuple[_Part, ...]) -> bool:
    tables = [model for _, model, _ in parts]
    return all(tables.count(model) == 1 and model.upsert_on is None for model in read) and not any(
        re.search(rf"\b{model.__tablename__}\b", sql) for model in tables
    )


def _part(
    arguments: Iterator[int], verb: str, model: type[TenantModel], detail: int | tuple[str, ...], *, in_context: bool
) -> str:
    def bound(column: str) -> str:
        return f"${next(arguments)}::{model.__table__.c[column].type.compile(dialect=DIALECT)}"

    table = model.__tablename__
    if verb == "delete":
        return f"DELETE FROM {table} WHERE id = {bound('id')}"
    if isinstance(detail, tuple):
        sets = ", ".join(f"{name} = {bound(name)}" for name in detail)
        return f"UPDATE {table} SET {sets} WHERE id = {bound('id')}"
    columns = [name for name in columns_of(model) if name != "tenant_id"]
    rows = ", ".join("(" + ", ".join(bound(name) for name in columns) + ")" for _ in range(detail))
    # Out of the context, so that it has been made, and the tenant set, before there is a row to add.
    added = f"SELECT added.* FROM context, (VALUES {rows}) AS added" if in_context else f"VALUES {rows}"
    sql = f"INSERT INTO {table} ({', '.join(columns)}) {added}"
    if verb == "replace":
        moved = ", ".join(
            # Whoever still holds the row as it was before must not take it for this one.
            f"{name} = {table}.{name} + 1" if name == model.fenced_by else f"{name} = excluded.{name}"
            for name in columns
            if name != "id"
        )
        sql += f" ON CONFLICT {model.upsert_on} DO UPDATE SET {moved}"
    return sql


def storing(
    new: Mapping[TenantModel, Mapping[str, Any]], changes: Sequence[Change], deleted: Sequence[TenantModel]
) -> Iterator[Statement]:
    """The statements, normally one, that write everything pending; foreign keys are checked at the end of each.

    New rows come with their state, in the order of their columns.
    """
    statement = Statement()
    if deleted:
        # On its own and first, since parts of one statement don't see each other: a freed key may be used again.
        for row in deleted:
            statement.delete(row)
        yield statement
        statement = Statement()
    by_table: dict[tuple[type[TenantModel], bool], list[Mapping[str, Any]]] = {}
    for row, state in new.items():
        by_table.setdefault((type(row), replaces(row)), []).append(state)
    for (model, replacing), rows in by_table.items():
        size = max(1, CHUNK_ARGUMENTS // len(columns_of(model)))
        for start in range(0, len(rows), size):
            statement.insert(model, rows[start : start + size], replacing=replacing)
            if len(statement.arguments) >= CHUNK_ARGUMENTS:
                yield statement
                statement = Statement()
    for change in changes:
        statement.update(change)
    if statement.parts:
        yield statement
