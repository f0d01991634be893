"""Taking an archive: one tenant's rows and files, in one consistent view, as they leave the house."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import IO
from uuid import UUID

from tenancy.archives.form import Company, Heading, Manifest, Row
from tenancy.archives.tables import Table, read_tables
from tenancy.archives.writing import write
from tenancy.database import TenantRows, archiving
from tenancy.refusals import NotFound, Unavailable, message
from tenancy.secrets import unseal
from tenancy.storage import file_storage


async def take(tenant_id: UUID, target: Path | IO[bytes], *, identity: str) -> Manifest:
    """Write everything of one tenant that belongs into an archive, which `identity` then opens; others may go on.

    Refuses as `write` does, with TENANT_GONE, and with FILE_LOST when the store lacks a file. Raises `Unsealable` when
    a secret of the tenant does not open with this installation's key: such an archive could not be restored whole.
    """
    async with archiving(tenant_id) as (origin, rows):
        tables = await read_tables(rows)
        heading = Heading(
            schema_revision=origin["revision"],
            company=Company(
                id=origin["id"],
                slug=origin["slug"],
                name=origin["name"],
                zone=origin["zone"],
                language=origin["language"],
                clock_at=origin["clock_at"],
            ),
            created_at=origin["now"],
            tables=tuple(table.name for table in tables),
        )
        return await write(target, heading, _each(rows, tables), _files(rows), identity=identity)


async def _each(rows: TenantRows, tables: Sequence[Table]) -> AsyncIterator[tuple[str, AsyncIterator[Row]]]:
    for table in tables:
        yield table.name, portable(rows, table, table.columns)


async def _files(rows: TenantRows) -> AsyncIterator[tuple[str, int, AsyncIterator[bytes]]]:
    async for blob in rows.stream("SELECT sha256, size_bytes, object_name FROM blobs ORDER BY sha256"):
        yield blob["sha256"], blob["size_bytes"], _bytes(rows, blob["object_name"], blob["sha256"])


async def _bytes(rows: TenantRows, object_name: str, sha256: str) -> AsyncIterator[bytes]:
    try:
        async for piece in file_storage().get(rows.tenant_id, object_name):
            yield piece
    except NotFound as missing:
        # It may have been forgotten since this view of the rows was taken; the next attempt has another view.
        text = message("The store does not have the bytes of a file: {sha256}.")
        raise Unavailable(text, {"sha256": sha256}, code="FILE_LOST") from missing


async def portable(rows: TenantRows, table: Table, columns: Sequence[str]) -> AsyncIterator[Row]:
    """A table's rows in the form that is the same in any tenant: without the tenant's id, and with secrets unsealed.

    The archive itself is encrypted; a secret that stayed sealed in it would be lost with the installation's key.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    select = f'SELECT {names} FROM "{table.name}" ORDER BY id'  # noqa: S608  # the names are the catalogue's
    async for record in rows.stream(select):
        row = dict(record)
        for name, purpose in table.sealed.items():
            if row.get(name) is not None:
                row[name] = unseal(row[name], tenant_id=rows.tenant_id, purpose=purpose)
        yield row
