"""How pending rows are written: one statement for all of a transaction's inserts, changes and deletions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tenancy.models import TenantModel
from tenancy.statements import DIALECT, columns_of

# PostgreSQL takes 65,535 arguments; a chunk stays far below and its text stays readable.
CHUNK_ARGUMENTS = 8_000


@dataclass(frozen=True)
class Change:
    """A stored row and the columns that have new values."""

    row: TenantModel
    values: dict[str, Any]


class _Statement:
    """Common table expressions that write, one after the other, with numbered arguments."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.arguments: list[Any] = []

    def bind(self, row: TenantModel, column: str, value: Any) -> str:
        self.arguments.append(value)
        kind = row.__table__.c[column].type.compile(dialect=DIALECT)
        return f"${len(self.arguments)}::{kind}"

    def insert(self, rows: Sequence[TenantModel]) -> None:
        first = rows[0]
        columns = [name for name in columns_of(type(first)) if name != "tenant_id"]
        values = ", ".join(
            "(" + ", ".join(self.bind(row, name, getattr(row, name)) for name in columns) + ")" for row in rows
        )
        sql = f"INSERT INTO {first.__tablename__} ({', '.join(columns)}) VALUES {values}"
        conflict = getattr(type(first), "upsert_on", None)
        if conflict is not None:
            fenced = getattr(type(first), "fenced_by", None)
            moved = ", ".join(
                # Whoever still holds the row as it was before must not take it for this one.
                f"{name} = {first.__tablename__}.{name} + 1" if name == fenced else f"{name} = excluded.{name}"
                for name in columns
                if name != "id"
            )
            sql += f" ON CONFLICT {conflict} DO UPDATE SET {moved}"
        self.parts.append(sql)

    def update(self, change: Change) -> None:
        row = change.row
        sets = ", ".join(f"{name} = {self.bind(row, name, value)}" for name, value in change.values.items())
        self.parts.append(f"UPDATE {row.__tablename__} SET {sets} WHERE id = {self.bind(row, 'id', row.id)}")

    def delete(self, row: TenantModel) -> None:
        self.parts.append(f"DELETE FROM {row.__tablename__} WHERE id = {self.bind(row, 'id', row.id)}")

    def sql(self) -> str:
        *before, last = self.parts
        if not before:
            return last
        named = ", ".join(f"w{number} AS ({part})" for number, part in enumerate(before))
        return f"WITH {named} {last}"


def storing(
    new: Sequence[TenantModel], changes: Sequence[Change], deleted: Sequence[TenantModel]
) -> Iterator[tuple[str, list[Any]]]:
    """The statements, normally one, that write everything pending; foreign keys are checked at the end of each."""
    statement = _Statement()
    if deleted:
        # On its own and first, since parts of one statement don't see each other: a freed key may be used again.
        for row in deleted:
            statement.delete(row)
        yield statement.sql(), statement.arguments
        statement = _Statement()
    by_table: dict[type[TenantModel], list[TenantModel]] = {}
    for row in new:
        by_table.setdefault(type(row), []).append(row)
    for rows in by_table.values():
        size = max(1, CHUNK_ARGUMENTS // len(columns_of(type(rows[0]))))
        for start in range(0, len(rows), size):
            statement.insert(rows[start : start + size])
            if len(statement.arguments) >= CHUNK_ARGUMENTS:
                yield statement.sql(), statement.arguments
                statement = _Statement()
    for change in changes:
        statement.update(change)
    if statement.parts:
        yield statement.sql(), statement.arguments
