"""Objects that are too large for a row (archives, files): kept by tenant, in a folder or in an S3 bucket."""

import asyncio
import errno
import os
import re
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote, urlsplit
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from tenancy.config import settings
from tenancy.opening import opened
from tenancy.refusals import Invalid, NotFound, Unavailable, message

Content: TypeAlias = bytes | Path | AsyncIterable[bytes]

PART_BYTES = 5 * 1024 * 1024

# Names are made by this product; a narrow alphabet leaves no form of "..", no hidden file and no escape to argue about.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_LONGEST_NAME = 400
# The local store tells a full disk or an exhausted quota only in the text of its error.
_FULL = re.compile(r"os error 28|StorageFull|os error 122|QuotaExceeded", re.IGNORECASE)


@dataclass(frozen=True)
class StoredObject:
    """One object of a tenant; `size` in bytes."""

    name: str
    size: int
    modified_at: datetime


class Storage:
    """Objects of all tenants in one store; every key begins with the tenant's id, and nobody passes a whole key."""

    def __init__(self, store: LocalStore | S3Store) -> None:
        self._store = store

    async def put(self, tenant_id: UUID, name: str, content: Content) -> int:
        """Store an object whole or not at all, replacing one of that name; answers its size in bytes.

        A stream is sent in parts of 5 MiB and never held whole. `Unavailable` when the disk is full or the store is
        away: the object of that name, if there was one, is then as it was. What the stream itself raises is passed on.
        """
        key = _key(tenant_id, name)
        if isinstance(content, bytes):
            counted = _Counted(_once(content))
        elif isinstance(content, Path):
            counted = _Counted(_parts(content))
        else:
            counted = _Counted(content)
        with _typed(counted):
            await obstore.put_async(self._store, key, counted, chunk_size=PART_BYTES, max_concurrency=2)
        if isinstance(self._store, LocalStore):
            await self._settle(key)
        return counted.size

    async def get(self, tenant_id: UUID, name: str) -> AsyncGenerator[bytes, None]:
        """The object's bytes in pieces of about a mebibyte; `NotFound` when there is none of that name."""
        key = _key(tenant_id, name)
        with _typed():
            answer = await obstore.get_async(self._store, key)
            async for piece in answer.stream(min_chunk_size=1024 * 1024):
                yield bytes(piece)

    async def listing(self, tenant_id: UUID, folder: str = "") -> list[StoredObject]:
        """The tenant's objects, or those in one of its folders, by name."""
        prefix = _key(tenant_id, folder) if folder else str(tenant_id)
        found: list[StoredObject] = []
        with _typed():
            async for metas in obstore.list(self._store, prefix=prefix):
                found += [
                    StoredObject(meta["path"].removeprefix(f"{tenant_id}/"), meta["size"], meta["last_modified"])
                    for meta in metas
                ]
        return sorted(found, key=lambda each: each.name)

    async def exists(self, tenant_id: UUID, name: str) -> bool:
        """Whether the tenant has an object of that name."""
        key = _key(tenant_id, name)
        try:
            with _typed():
                await obstore.head_async(self._store, key)
        except NotFound:
            return False
        return True

    async def delete(self, tenant_id: UUID, name: str) -> None:
        """Remove an object; one that is not there is as good as removed."""
        key = _key(tenant_id, name)
        try:
            with _typed():
                await obstore.delete_async(self._store, key)
        except NotFound:
            return

    async def _settle(self, key: str) -> None:
        # The store renames a finished file into place but leaves it to the system when it reaches the disk. An archive
        # that was promised must survive the loss of power, so file and folders are synchronised before we answer.
        root = self._store.prefix if isinstance(self._store, LocalStore) else None
        if root is None:
            return
        try:
            await asyncio.to_thread(_synchronise, Path(root), key)
        except OSError as problem:
            with _typed():
                await obstore.delete_async(self._store, key)
            raise _unavailable(problem) from problem


@lru_cache(maxsize=1)
def storage() -> Storage:
    """The installation's store of archives, by the settings `archive_url` and `data`."""
    return open_storage(settings().archive_url, settings().data)


@lru_cache(maxsize=1)
def file_storage() -> Storage:
    """The installation's store of what people have uploaded, by the settings `file_url` and `data`."""
    return open_storage(settings().file_url, settings().data, folder="files", setting="ZHIDU_FILE_URL")


def open_storage(url: str, data: Path, *, folder: str = "archives", setting: str = "ZHIDU_ARCHIVE_URL") -> Storage:
    """The store that a URL names, `file:///folder` or `s3://bucket/prefix`; an empty one names a `folder` in `data`.

    A bucket's region, endpoint and credentials are found as the AWS tools find theirs.
    """
    parts = urlsplit(url)
    if not url:
        place = data / folder
    elif parts.scheme == "file" and parts.netloc in ("", "localhost"):
        place = Path(unquote(parts.path))
    elif parts.scheme == "s3" and parts.netloc:
        return Storage(S3Store.from_url(url, retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=60)}))
    else:
        raise ValueError(f"{setting} must be file:///folder or s3://bucket/prefix, not {url!r}")
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise _unavailable(problem) from problem
    return Storage(LocalStore(prefix=place.absolute()))


class _Counted:
    """A stream that remembers its size, and its own failure, so that this is not taken for one of the store's."""

    def __init__(self, content: AsyncIterable[bytes]) -> None:
        self._content = content
        self.size = 0
        self.failure: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._content:
                self.size += len(piece)
                yield piece
        except Exception as failure:
            self.failure = failure
            raise


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _parts(path: Path) -> AsyncIterator[bytes]:
    file = await opened(path, "rb")
    try:
        while piece := await asyncio.to_thread(file.read, PART_BYTES):
            yield piece
    finally:
        file.close()


def _key(tenant_id: UUID, name: str) -> str:
    if not _NAME.fullmatch(name) or ".." in name or len(name) > _LONGEST_NAME:
        raise Invalid(message("“{name}” cannot be the name of a stored object."), {"name": name[:80]})
    return f"{tenant_id}/{name}"


@contextmanager
def _typed(counted: _Counted | None = None) -> Iterator[None]:
    """Turn what the store raises into refusals, and leave what a stream raised as it was."""
    try:
        yield
    except (BaseError, OSError) as problem:
        if counted is not None and counted.failure is not None:
            raise counted.failure from None
        if isinstance(problem, FileNotFoundError):
            raise NotFound() from problem
        raise _unavailable(problem) from problem


def _unavailable(problem: Exception) -> Unavailable:
    full = isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT)
    if full or _FULL.search(str(problem)):
        text = message("There is no space left to store this. Nothing was kept; free some and try again.")
        return Unavailable(text, code="STORAGE_FULL")
    return Unavailable(message("The store of archives and files cannot be reached. Try again later."))


def _synchronise(root: Path, key: str) -> None:
    path = root / key
    # The store makes files and folders as the process' umask has it; these are for their owner alone.
    path.chmod(0o600)
    for folder in path.parents:
        if folder == root:
            break
        folder.chmod(0o700)
    while True:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if path == root:
            return
        path = path.parent
