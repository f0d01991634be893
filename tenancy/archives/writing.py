"""Writing an archive: rows become lines, lines become members of a tar, and the tar is encrypted as it flows."""

import asyncio
import errno
import hashlib
import os
import tarfile
import zlib
from collections.abc import AsyncIterable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, Any, TypeAlias

import orjson
import pyrage  # type: ignore[import-untyped]  # the wheel carries no type information

from tenancy.archives.form import (
    HEADER,
    LIMITS,
    MANIFEST,
    PART_BYTES,
    Heading,
    Manifest,
    Row,
    TableSummary,
    Tally,
    canonical,
    check_heading,
    file_line,
    file_name,
    heading_to_json,
    identity_of,
    manifest_to_json,
    member_name,
)
from tenancy.opening import opened
from tenancy.refusals import Invalid, Unavailable, message

Tables: TypeAlias = AsyncIterable[tuple[str, AsyncIterable[Row]]]
Files: TypeAlias = AsyncIterable[tuple[str, int, AsyncIterable[bytes]]]
"""Each file's SHA-256, size and bytes, ordered by the first."""

_COMPRESSION = 5


async def write(
    target: Path | IO[bytes], heading: Heading, tables: Tables, files: Files | None = None, *, identity: str
) -> Manifest:
    """Write a tenant's rows and files as an archive that `identity` opens.

    `tables` gives every table of the heading, in its order, with its rows; each table's rows are taken before the next
    table is asked for. A path is complete and on the disk, or as it was before; a file object is left open at its end,
    and holds no valid archive after a failure. `Unavailable` when it cannot be written, as on a full disk; `Invalid`
    for a row too large to be read back and for a file whose bytes are not those of its digest; what rows and files
    raise is passed on. Holds a few mebibytes, or the largest row.
    """
    check_heading(heading)
    if not isinstance(target, Path):
        return await _encrypted(target, heading, tables, files, identity)
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        with _writable():
            file = await opened(unfinished, "wb")
        try:
            manifest = await _encrypted(file, heading, tables, files, identity)
            with _writable():
                await asyncio.to_thread(_settle, file, unfinished, target)
        finally:
            # On a full disk even closing fails, for what is still in the buffer.
            with suppress(OSError):
                file.close()
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


async def _encrypted(file: IO[bytes], heading: Heading, tables: Tables, files: Files | None, identity: str) -> Manifest:
    # age wants to pull what it encrypts, and rows come by await: a pipe between two threads joins them, and holds
    # back whichever is the faster. The threads are our own, since a shared pool could fill up with halves of pairs.
    recipient = identity_of(identity).to_public()
    threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="archive")
    drain, fill = os.pipe()
    output = _Output(file)
    encryption = asyncio.get_running_loop().run_in_executor(threads, _encrypt, drain, output, recipient)
    members = _Members(fill, int(heading.created_at.timestamp()), threads)
    manifest = None
    try:
        manifest = await _fill(members, heading, tables, files)
    except _EncryptionEnded:
        pass
    finally:
        threads.submit(members.close)
        [ended] = await asyncio.gather(encryption, return_exceptions=True)
        threads.shutdown(wait=False)
    if output.failure is not None:
        raise _unwritable(output.failure) from output.failure
    if ended is not None:
        raise ended
    assert manifest is not None
    return manifest


async def _fill(members: "_Members", heading: Heading, tables: Tables, files: Files | None) -> Manifest:
    await members.add(HEADER, orjson.dumps(heading_to_json(heading)))
    summaries: list[TableSummary] = []
    async for table, rows in tables:
        if heading.tables[len(summaries) : len(summaries) + 1] != (table,):
            raise ValueError(f"{table} is not the next table of the heading")
        summaries.append(await _add_table(members, table, rows))
    if len(summaries) != len(heading.tables):
        raise ValueError(f"{heading.tables[len(summaries)]} is missing")
    manifest = Manifest(heading, tuple(summaries), await _add_files(members, files))
    await members.add(MANIFEST, orjson.dumps(manifest_to_json(manifest)))
    await members.end()
    return manifest


async def _add_table(members: "_Members", table: str, rows: AsyncIterable[Row]) -> TableSummary:
    tally, number = Tally(), 0
    lines: list[bytes] = []
    size = 0
    async for row in rows:
        line = canonical(row)
        if len(line) > LIMITS.row_bytes:
            raise Invalid(
                message("A row of {table} has {size} bytes; an archive takes at most {limit}."),
                {"table": table, "size": len(line), "limit": LIMITS.row_bytes},
            )
        tally.add(line)
        lines.append(line)
        size += len(line) + 1
        if size >= PART_BYTES:
            number += 1
            await members.add(member_name(table, number), b"\n".join([*lines, b""]))
            lines.clear()
            size = 0
    if lines:
        await members.add(member_name(table, number + 1), b"\n".join([*lines, b""]))
    return tally.summary(table)


async def _add_files(members: "_Members", files: Files | None) -> TableSummary:
    tally = Tally()
    if files is not None:
        async for sha256, size, pieces in files:
            if await members.add_stream(file_name(sha256), size, pieces) != sha256:
                text = message("The store does not give back a file as it was uploaded: {sha256}.")
                raise Invalid(text, {"sha256": sha256}, code="FILE_DAMAGED")
            tally.add(file_line(sha256, size))
    return tally.summary("files")


class _EncryptionEnded(Exception):
    """Nobody takes what is written any more; the encryption knows why."""


class _Members:
    """The members of a gzipped tar, pushed into a pipe from a thread."""

    def __init__(self, fill: int, seconds: int, threads: ThreadPoolExecutor) -> None:
        self._pipe = open(fill, "wb", buffering=0)  # noqa: SIM115  # closed by close(), in the thread that writes
        self._gzip = zlib.compressobj(_COMPRESSION, wbits=31)
        self._seconds = seconds
        self._threads = threads

    async def add(self, name: str, content: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime = len(content), self._seconds
        padding = bytes(-len(content) % tarfile.BLOCKSIZE)
        await self._push(lambda: self._gzip.compress(entry.tobuf(tarfile.USTAR_FORMAT) + content + padding))

    async def add_stream(self, name: str, size: int, pieces: AsyncIterable[bytes]) -> str:
        """A member that is never held whole; the SHA-256 of its bytes, or nothing where they were not as many."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime = size, self._seconds
        await self._push(lambda: self._gzip.compress(entry.tobuf(tarfile.USTAR_FORMAT)))
        digest, left = hashlib.sha256(), size
        async for piece in pieces:
            digest.update(piece)
            left -= len(piece)
            if left < 0:
                break
            await self._push(partial(self._gzip.compress, piece))
        await self._push(lambda: self._gzip.compress(bytes(-size % tarfile.BLOCKSIZE)))
        return "" if left else digest.hexdigest()

    async def end(self) -> None:
        await self._push(lambda: self._gzip.compress(bytes(2 * tarfile.BLOCKSIZE)) + self._gzip.flush())

    def close(self) -> None:
        self._pipe.close()

    async def _push(self, make: Callable[[], bytes]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._threads, self._write, make)

    def _write(self, make: Callable[[], bytes]) -> None:
        rest = memoryview(make())
        try:
            while rest:
                rest = rest[self._pipe.write(rest) :]
        except BrokenPipeError:
            raise _EncryptionEnded from None


class _Output:
    """The file, remembering its own failure, which age reports as a text only."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.failure: Exception | None = None

    def write(self, piece: bytes) -> int:
        try:
            return self._file.write(piece)
        except Exception as failure:
            self.failure = failure
            raise

    def flush(self) -> None:
        try:
            self._file.flush()
        except Exception as failure:
            self.failure = failure
            raise


def _encrypt(drain: int, output: _Output, recipient: Any) -> None:
    with open(drain, "rb") as plain:
        pyrage.encrypt_io(plain, output, [recipient])
        output.flush()


def _settle(file: IO[bytes], unfinished: Path, target: Path) -> None:
    file.flush()
    os.fsync(file.fileno())
    os.replace(unfinished, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _writable() -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise _unwritable(problem) from problem


def _unwritable(problem: Exception) -> Unavailable:
    if isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT):
        text = message("There is no space left to store this. Nothing was kept; free some and try again.")
        return Unavailable(text, code="STORAGE_FULL")
    return Unavailable(message("The archive cannot be written. Nothing was kept; try again later."))
