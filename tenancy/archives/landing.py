"""An archive's files on their way into the store of a new tenant; what goes wrong leaves none of them there."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import structlog

from tenancy.actor import Actor
from tenancy.archives.form import Batch, Piece
from tenancy.database import TenantRows, reading
from tenancy.refusals import Invalid, Refusal, message
from tenancy.storage import file_storage

log = structlog.get_logger(__name__)

Items = AsyncIterator[Batch | Piece]


class Landing:
    """Takes file after file, and knows at the end whether each content that the rows name was among them."""

    def __init__(self, rows: TenantRows, *, keep: bool) -> None:
        self._rows, self._keep = rows, keep
        self._count = 0

    async def take(self, first: Piece, items: Items) -> None:
        """Take the file that begins with a piece; the rest of it comes from `items`, whose reader checks its digest.

        For practice it is only compared with its row, otherwise stored under the name that the row has, and read back.
        """
        sha256 = first.sha256
        found = await self._rows.text("SELECT object_name, size_bytes FROM blobs WHERE sha256 = $1", sha256)
        if not found:
            raise _unfit(sha256)
        pieces = _Pieces(first, items)
        if self._keep:
            await file_storage().put(self._rows.tenant_id, found[0]["object_name"], pieces)
            if await self._stored(found[0]["object_name"]) != sha256:
                raise Invalid(message("The store does not give back what it was given."))
        else:
            async for _ in pieces:
                pass
        if pieces.size != found[0]["size_bytes"]:
            raise _unfit(sha256)
        self._count += 1

    async def _stored(self, object_name: str) -> str:
        digest = hashlib.sha256()
        async for piece in file_storage().get(self._rows.tenant_id, object_name):
            digest.update(piece)
        return digest.hexdigest()

    async def finish(self) -> None:
        """Refuse rows of contents that the archive does not have."""
        [row] = await self._rows.text("SELECT count(*) AS contents FROM blobs")
        if row["contents"] != self._count:
            text = message("The archive holds {files} files, and its rows tell of {rows}.")
            raise Invalid(text, {"files": self._count, "rows": row["contents"]})


class _Pieces:
    """The bytes of one file, counted."""

    def __init__(self, first: Piece, items: Items) -> None:
        self._piece, self._items = first, items
        self.size = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.size += len(self._piece.content)
            yield self._piece.content
            if self._piece.ends:
                return
            piece = await anext(self._items)
            assert isinstance(piece, Piece)
            self._piece = piece


def _unfit(sha256: str) -> Invalid:
    return Invalid(message("A file in this archive does not fit its rows: {sha256}."), {"sha256": sha256})


@asynccontextmanager
async def landed(tenant_id: UUID, *, keep: bool) -> AsyncIterator[None]:
    """What was stored for a new tenant is removed again when the tenant does not come to be."""
    try:
        yield
    except BaseException:
        if keep:
            await _remove(tenant_id)
        raise


async def _remove(tenant_id: UUID) -> None:
    try:
        # A commit that looked lost may have succeeded.
        async with reading(Actor.system(tenant_id)):
            return
    except Refusal:
        pass
    except Exception as problem:
        log.warning("archives.files_left", tenant=str(tenant_id), error=str(problem))
        return
    try:
        for each in await file_storage().listing(tenant_id):
            await file_storage().delete(tenant_id, each.name)
    except Refusal as problem:
        log.warning("archives.files_left", tenant=str(tenant_id), error=str(problem))
