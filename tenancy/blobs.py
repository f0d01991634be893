"""Bytes that are too large for a row: each content is stored once in a company, and found by its SHA-256."""

import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import UniqueConstraint, func, select
from sqlalchemy.orm import Mapped
from uuid_utils.compat import uuid7

from tenancy.actor import Actor
from tenancy.config import settings
from tenancy.database import reading
from tenancy.models import TenantModel
from tenancy.storage import file_storage
from tenancy.work import Work

log = structlog.get_logger(__name__)

FOLDER = "blobs"


@dataclass(frozen=True)
class Ceilings:
    """What nothing on this installation exceeds: one content, and all contents of a company, in bytes."""

    content_bytes: int
    company_bytes: int


def ceilings() -> Ceilings:
    """The ceilings, by the settings `file_megabytes` and `company_file_gigabytes`."""
    return Ceilings(settings().file_megabytes * 1024**2, settings().company_file_gigabytes * 1024**3)


class Blob(TenantModel, kw_only=True, eq=False):
    """A content that is stored. Its object's name is never used again, so that a late deletion hits nothing newer."""

    __tablename__ = "blobs"
    __table_args__ = (UniqueConstraint("tenant_id", "sha256"), UniqueConstraint("tenant_id", "object_name"))

    sha256: Mapped[str]
    size_bytes: Mapped[int]
    object_name: Mapped[str]
    stored_at: Mapped[datetime]


@dataclass(frozen=True)
class Received:
    """A content that lies in the store and that no row knows yet."""

    object_name: str
    sha256: str
    size_bytes: int


async def receive(tenant_id: UUID, content: AsyncIterable[bytes], check_size: Callable[[int], None]) -> Received:
    """Store a stream under a new name, whole or not at all, never held whole.

    `check_size` is told how many bytes there are so far and refuses what are too many. Its refusal, what the stream
    raises and what `Storage.put` refuses are passed on, and nothing is left of the content then.
    """
    digest = hashlib.sha256()

    async def passing() -> AsyncIterator[bytes]:
        size = 0
        async for piece in content:
            size += len(piece)
            check_size(size)
            digest.update(piece)
            yield piece

    name = f"{FOLDER}/{uuid7()}"
    size = await file_storage().put(tenant_id, name, passing())
    return Received(name, digest.hexdigest(), size)


async def discard(tenant_id: UUID, received: Received) -> None:
    """Remove what was received, unless a row has it: a commit that looked lost may have succeeded.

    What goes wrong here is left to the sweep that removes objects of no row.
    """
    try:
        async with reading(Actor.system(tenant_id)) as work:
            known = await work.value(select(Blob.id).where(Blob.object_name == received.object_name))
        if known is None:
            await file_storage().delete(tenant_id, received.object_name)
    except Exception as problem:
        log.info("blobs.not_discarded", tenant=str(tenant_id), object=received.object_name, error=str(problem))


async def lock(work: Work) -> None:
    """Let nobody else of the company keep or drop contents until the end of this work."""
    turn = f"blobs {work.actor.tenant_id}"
    await work.sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", turn)


async def find(work: Work, sha256: str) -> Blob | None:
    """The content with a digest, if the company has it."""
    return await work.first(select(Blob).where(Blob.sha256 == sha256))


async def used_bytes(work: Work) -> int:
    """How much all contents of the company take."""
    return int(await work.value(select(func.coalesce(func.sum(Blob.size_bytes), 0))))


def keep(work: Work, received: Received) -> Blob:
    """Let a row have what was received; `find` has said that none has it, under the `lock`."""
    return work.add(
        Blob(
            sha256=received.sha256,
            size_bytes=received.size_bytes,
            object_name=received.object_name,
            stored_at=work.now,
        )
    )


async def content(tenant_id: UUID, blob: Blob) -> AsyncIterator[bytes]:
    """The bytes of a content, in pieces; refuses with `NotFound` when the store has lost it."""
    async for piece in file_storage().get(tenant_id, blob.object_name):
        yield piece
