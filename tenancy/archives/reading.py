"""Reading an archive: nothing in it is believed before it has been checked, nor unpacked beyond a limit."""

import asyncio
import hashlib
import os
import re
import tarfile
import zlib
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path
from typing import IO, Any, TypeAlias

import orjson
import pyrage  # type: ignore[import-untyped]  # the wheel carries no type information

from tenancy.archives.form import (
    FILES,
    FORMAT,
    FORMAT_WITHOUT_FILES,
    HEADER,
    LIMITS,
    MANIFEST,
    PART_BYTES,
    Batch,
    Heading,
    Limits,
    Manifest,
    Piece,
    Tally,
    file_line,
    file_named,
    heading_from_json,
    identity_of,
    manifest_to_json,
    member_name,
)
from tenancy.refusals import Invalid, Refusal, Unavailable, message

_Event: TypeAlias = Heading | Batch | Piece | Manifest

# The code of the refusal by which somebody with several keys goes on to the next.
OTHER_KEY = "OTHER_KEY"
# How every file that age encrypts begins.
_BEGINNING = b"age-encryption.org/v1\n"


async def heading(source: Path | IO[bytes], *, identity: str) -> Heading:
    """What the archive says it is, from its first bytes; refuses as `verify` does, but sees no later damage."""
    async with aclosing(_events(source, identity, LIMITS)) as events:
        first = await anext(events)
    assert isinstance(first, Heading)
    return first


async def verify(source: Path | IO[bytes], *, identity: str, limits: Limits = LIMITS) -> Manifest:
    """Read an archive to its end and answer its manifest, which then holds true of every row.

    `Invalid` when any byte was changed, it is cut short or lengthened, a table or row is missing, it is too large or of
    a newer format, with the code OTHER_KEY when another key made it and NO_ARCHIVE when the file is nothing of the
    kind; `Unavailable` when the file cannot be read. A file object is read from where it stands.
    """
    async with aclosing(_events(source, identity, limits)) as events:
        async for event in events:
            last = event
    assert isinstance(last, Manifest)
    return last


async def read(source: Path | IO[bytes], *, identity: str, limits: Limits = LIMITS) -> AsyncGenerator[Batch, None]:
    """The rows, as `contents` gives them, without the files."""
    async with aclosing(_events(source, identity, limits)) as events:
        async for event in events:
            if isinstance(event, Batch):
                yield event


async def contents(
    source: Path | IO[bytes], *, identity: str, limits: Limits = LIMITS
) -> AsyncGenerator[Batch | Piece, None]:
    """The rows, in the order in which they may be inserted, some hundreds or thousands at a time; then the files.

    Refuses as `verify` does, but at the place of the fault, so earlier rows have then been handed out: verify first,
    or insert in one transaction. The last piece of a file comes only if all of them have its digest.
    """
    async with aclosing(_events(source, identity, limits)) as events:
        async for event in events:
            if isinstance(event, Batch | Piece):
                yield event


async def _events(source: Path | IO[bytes], identity: str, limits: Limits) -> AsyncGenerator[_Event, None]:
    key = identity_of(identity)
    if not isinstance(source, Path):
        async with aclosing(_decrypted(source, key, limits)) as events:
            async for event in events:
                yield event
        return
    with await _opened(source) as file:
        async with aclosing(_decrypted(file, key, limits)) as events:
            async for event in events:
                yield event


async def _opened(source: Path) -> IO[bytes]:
    opening = asyncio.ensure_future(asyncio.to_thread(source.open, "rb"))
    try:
        return await asyncio.shield(opening)
    except OSError as problem:
        raise _unreadable() from problem
    except asyncio.CancelledError:
        # The thread opens it all the same, and nobody else would close it.
        opening.add_done_callback(_close)
        raise


def _close(opened: "asyncio.Future[Any]") -> None:
    if opened.exception() is None:
        opened.result().close()


async def _decrypted(file: IO[bytes], key: Any, limits: Limits) -> AsyncGenerator[_Event, None]:
    # age pushes what it decrypts, and we want to pull: a pipe between two threads of our own turns it around.
    loop = asyncio.get_running_loop()
    threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="archive")
    drain, fill = os.pipe()
    decryption = loop.run_in_executor(threads, _decrypt, file, fill, key)
    stream = _Unpacked(drain, limits)
    parsing = _parse(stream, limits)
    refusal: Refusal | None = None
    last: Manifest | None = None
    try:
        while (event := await loop.run_in_executor(threads, next, parsing, None)) is not None:
            if isinstance(event, Manifest):
                last = event
            else:
                yield event
    except Invalid as found:
        refusal = found
    finally:
        threads.submit(stream.close)
        [ended] = await asyncio.gather(decryption, return_exceptions=True)
        threads.shutdown(wait=False)
    # What age says comes first: a damaged file also looks cut short to who reads behind it.
    if isinstance(ended, BaseException) and not isinstance(ended, BrokenPipeError):
        raise ended
    if refusal is not None:
        raise refusal
    # The manifest is handed out only now, when age has authenticated the last byte.
    assert last is not None
    yield last


def _decrypt(file: IO[bytes], fill: int, key: Any) -> None:
    source = _Source(file)
    with open(fill, "wb", buffering=0) as pipe:
        try:
            pyrage.decrypt_io(source, pipe, [key])
        except BrokenPipeError:
            raise
        except pyrage.DecryptError as problem:
            if source.failure is not None:
                raise _unreadable() from source.failure
            raise _closed(source.beginning, str(problem)) from problem
        except OSError as problem:
            if source.failure is not None:
                raise _unreadable() from source.failure
            raise _damaged() from problem


def _closed(beginning: bytes, said: str) -> Invalid:
    """Why age does not even begin to decrypt. It names one cause in its own words; the others show in the file."""
    if not beginning:
        return Invalid(message("The file is empty: it is no archive."), code="NO_ARCHIVE")
    if not beginning.startswith(_BEGINNING[: len(beginning)]):
        return Invalid(message("The file is no archive: it does not begin as one."), code="NO_ARCHIVE")
    return _foreign() if said == "No matching keys found" else _damaged()


class _Source:
    """The file, remembering how it began, and its own failure, which age mixes up with damage."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.beginning = b""
        self.failure: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            piece = self._file.read(size)
        except Exception as failure:
            self.failure = failure
            raise
        if len(self.beginning) < len(_BEGINNING):
            self.beginning = (self.beginning + piece)[: len(_BEGINNING)]
        return piece


class _Unpacked:
    """The unzipped bytes behind a pipe, counted against a limit."""

    def __init__(self, drain: int, limits: Limits) -> None:
        self._pipe = open(drain, "rb")  # noqa: SIM115  # closed by close(), in the thread that reads
        self._gzip = zlib.decompressobj(wbits=31)
        self._waiting = b""
        self._limit = self._left = limits.unpacked_bytes
        self._files_left = limits.files_bytes

    def exactly(self, size: int) -> bytes:
        """The next bytes; `Invalid` when there are not as many."""
        pieces = []
        while size:
            piece = self._some(size)
            if not piece:
                raise _damaged()
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def allow(self, size: int) -> None:
        """Let a file come that counts among the files, and not among the rest; `Invalid` when they are too much."""
        self._files_left -= size
        if self._files_left < 0:
            raise self._too_much()
        self._left += size

    def finish(self) -> None:
        """`Invalid` unless nothing is left."""
        if self._some(1) or not self._gzip.eof or self._gzip.unused_data or self._pipe.read(1):
            raise _damaged()

    def close(self) -> None:
        self._pipe.close()

    def _some(self, most: int) -> bytes:
        piece = b""
        while not piece and not self._gzip.eof:
            packed = self._gzip.unconsumed_tail or self._pipe.read(65536)
            if not packed:
                return b""
            try:
                piece = self._gzip.decompress(packed, most)
            except zlib.error as problem:
                raise _damaged() from problem
        self._left -= len(piece)
        if self._left < 0:
            raise self._too_much()
        return piece

    def _too_much(self) -> Invalid:
        return Invalid(
            message("This archive unpacks to more than {limit} bytes; it was not opened further."),
            {"limit": self._limit},
        )


def _parse(stream: _Unpacked, limits: Limits) -> Iterator[_Event]:
    """What the tar holds, in the one order in which an archive may hold it; any other name or order is a refusal."""
    largest = PART_BYTES + limits.row_bytes
    name, size = _entry(stream)
    head = _heading(name, _content(stream, name, size, largest))
    yield head
    name, size = _entry(stream)
    summaries = []
    for table in head.tables:
        tally, number = Tally(), 1
        while name == member_name(table, number):
            yield Batch(table, _rows(_content(stream, name, size, largest), tally, name))
            number += 1
            name, size = _entry(stream)
        summaries.append(tally.summary(table))
    files = Tally()
    former = ""
    while head.format != FORMAT_WITHOUT_FILES and (sha256 := file_named(name)) is not None:
        # In order, so that none comes twice.
        if sha256 <= former:
            raise _contradictory(name)
        stream.allow(size)
        yield from _file(stream, name, sha256, size)
        files.add(file_line(sha256, size))
        former = sha256
        name, size = _entry(stream)
    if name != MANIFEST:
        raise _contradictory(name)
    manifest = Manifest(head, tuple(summaries), files.summary("files"))
    _compare(manifest, _content(stream, name, size, largest))
    if any(stream.exactly(2 * tarfile.BLOCKSIZE)):
        raise _contradictory(MANIFEST)
    stream.finish()
    yield manifest


def _file(stream: _Unpacked, name: str, sha256: str, size: int) -> Iterator[Piece]:
    digest, left = hashlib.sha256(), size
    while True:
        piece = stream.exactly(min(left, PART_BYTES))
        digest.update(piece)
        left -= len(piece)
        if not left:
            break
        yield Piece(sha256, piece, ends=False)
    stream.exactly(-size % tarfile.BLOCKSIZE)
    if digest.hexdigest() != sha256:
        raise _contradictory(name)
    yield Piece(sha256, piece, ends=True)


def _entry(stream: _Unpacked) -> tuple[str, int]:
    """The name and size of the next member, whose content comes after it."""
    try:
        entry = tarfile.TarInfo.frombuf(bytearray(stream.exactly(tarfile.BLOCKSIZE)), "utf-8", "strict")
    except (tarfile.TarError, ValueError) as problem:
        raise _damaged() from problem
    # Links, devices, folders and extended headers have no place here, so nothing of tar's cleverness is reachable.
    if entry.type != tarfile.REGTYPE or entry.size < 0:
        raise _contradictory(entry.name)
    return entry.name, entry.size


def _content(stream: _Unpacked, name: str, size: int, largest: int) -> bytes:
    if size > largest:
        raise _contradictory(name)
    content = stream.exactly(size)
    stream.exactly(-size % tarfile.BLOCKSIZE)
    return content


def _heading(name: str, content: bytes) -> Heading:
    if name != HEADER:
        raise _contradictory(name)
    try:
        read = orjson.loads(content)
        form = read["format"]
        if form not in (FORMAT, FORMAT_WITHOUT_FILES):
            raise Invalid(
                message("This archive has the format {form}, and this program reads the format {known}."),
                {"form": str(form)[:20], "known": FORMAT},
            )
        return heading_from_json(read)
    except (ValueError, TypeError, KeyError) as problem:
        raise _contradictory(HEADER) from problem


def _rows(content: bytes, tally: Tally, name: str) -> list[dict[str, Any]]:
    lines = content.split(b"\n")
    if lines.pop():
        raise _contradictory(name)
    rows: list[dict[str, Any]] = []
    for line in lines:
        try:
            row = orjson.loads(line)
        except ValueError as problem:
            raise _contradictory(name) from problem
        if not isinstance(row, dict):
            raise _contradictory(name)
        tally.add(line)
        rows.append(row)
    return rows


def _compare(found: Manifest, content: bytes) -> None:
    try:
        promised = orjson.loads(content)
    except ValueError as problem:
        raise _contradictory(MANIFEST) from problem
    expected = manifest_to_json(found)
    if promised == expected:
        return
    if isinstance(promised, dict) and promised.get("files") != expected.get("files"):
        raise _contradictory(FILES)
    tables = promised.get("tables") if isinstance(promised, dict) else None
    if isinstance(tables, list):
        for summary in expected["tables"]:
            if summary not in tables:
                raise _contradictory(str(summary["name"]))
    raise _contradictory(MANIFEST)


def _damaged() -> Invalid:
    text = message("This archive is damaged or cut short: what it holds does not pass its check. Use another one.")
    return Invalid(text, code="ARCHIVE_DAMAGED")


def _foreign() -> Invalid:
    # Whoever changes a key's own line in the file is not told apart from this.
    return Invalid(message("This archive was made with another key."), code=OTHER_KEY)


def _contradictory(part: str) -> Invalid:
    return Invalid(
        message("This archive does not hold what it should: “{part}” is missing, changed or out of place."),
        {"part": re.sub(r"[^\w./-]", "?", part)[:100]},
    )


def _unreadable() -> Unavailable:
    return Unavailable(message("The archive cannot be read at the moment. Try again later."))
