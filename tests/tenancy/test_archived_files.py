"""Files in an archive come back byte by byte, or the archive says that it cannot give them back."""

import gzip
import hashlib
import io
import random
import tarfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pyrage  # type: ignore[import-untyped]  # the wheel carries no type information
import pytest

from tenancy import archives
from tenancy.refusals import Invalid
from tests.tenancy.test_archives import (
    KEY,
    SMALL,
    encrypted,
    forged,
    heading,
    names,
    replaced,
    tables,
    without,
    written,
)

LARGE = random.Random(3).randbytes(2_500_000)
CONTENTS = (b"one", LARGE, b"", bytes(512))
Members = dict[str, bytes]


def name(content: bytes) -> str:
    return f"files/{hashlib.sha256(content).hexdigest()}"


FIRST = min(map(name, CONTENTS))


async def unpacked(archive: bytes) -> Members:
    found: Members = {}
    async for item in archives.contents(io.BytesIO(archive), identity=KEY):
        if isinstance(item, archives.Piece):
            found[item.sha256] = found.get(item.sha256, b"") + item.content
    return found


async def test_files_come_back_after_the_rows() -> None:
    archive = await written(SMALL, *CONTENTS)
    assert await unpacked(archive) == {hashlib.sha256(content).hexdigest(): content for content in CONTENTS}
    manifest = await archives.verify(io.BytesIO(archive), identity=KEY)
    assert (manifest.files.rows, sum(each.rows for each in manifest.tables)) == (4, 22)
    rows = [batch async for batch in archives.read(io.BytesIO(archive), identity=KEY)]
    assert [batch.table for batch in rows] == ["departments", "requests"]


async def test_a_large_file_is_given_out_in_pieces() -> None:
    items = archives.contents(io.BytesIO(await written({}, LARGE)), identity=KEY)
    pieces = [item async for item in items if isinstance(item, archives.Piece)]
    assert len(pieces) > 2
    assert [piece.ends for piece in pieces] == [False] * (len(pieces) - 1) + [True]


async def test_the_ordinary_tools_unpack_files() -> None:
    plain = pyrage.decrypt(await written(SMALL, *CONTENTS), [pyrage.x25519.Identity.from_str(KEY)])
    with tarfile.open(fileobj=io.BytesIO(plain), mode="r:gz") as tar:
        for content in CONTENTS:
            member = tar.extractfile(name(content))
            assert member is not None
            assert member.read() == content


def in_order(members: Members) -> Members:
    """The members as an archive has them, whatever was added."""
    files = sorted(each for each in members if each.startswith("files/"))
    others = [each for each in members if each not in files]
    return {each: members[each] for each in (*others[:-1], *files, others[-1])}


@pytest.mark.parametrize(
    "change",
    [
        without(FIRST),
        without(name(LARGE)),
        lambda members: {**members, name(b"one"): b"two"},
        lambda members: {**members, name(LARGE): LARGE[:-1]},
        lambda members: {**members, name(LARGE): LARGE + b"x"},
        # One that the manifest does not know, though its digest is right.
        lambda members: in_order({**members, name(b"more"): b"more"}),
        # Not in order, and so perhaps twice.
        lambda members: {**without(FIRST)(members), FIRST: members[FIRST]},
        lambda members: {**in_order(without(FIRST)(members)), "files/" + "f" * 64: members[FIRST]},
        lambda members: {"files/../x" if each == FIRST else each: content for each, content in members.items()},
        lambda members: {each.upper() if each == FIRST else each: content for each, content in members.items()},
        replaced("manifest.json", b'"files":', b'"filez":'),
        replaced("manifest.json", b'"rows":4', b'"rows":5'),
        # An archive of the former format had none.
        lambda members: {
            each: content.replace(b'"format":2', b'"format":1') if each.endswith(".json") else content
            for each, content in members.items()
        },
    ],
)
async def test_files_changed_by_hand_are_refused(change: Callable[[Members], Members]) -> None:
    with pytest.raises(Invalid) as refused:
        await archives.verify(io.BytesIO(forged(change, await written(SMALL, *CONTENTS))), identity=KEY)
    assert str(refused.value)


async def test_files_put_together_by_hand_without_a_change_are_accepted() -> None:
    await archives.verify(io.BytesIO(forged(in_order, await written(SMALL, *CONTENTS))), identity=KEY)


async def test_an_archive_of_the_former_format_is_read() -> None:
    def former(members: Members) -> Members:
        manifest = members["manifest.json"].replace(b'"format":2', b'"format":1')
        cut = manifest[: manifest.index(b',"files"')] + b"}"
        header = members["header.json"].replace(b'"format":2', b'"format":1')
        return {**members, "header.json": header, "manifest.json": cut}

    manifest = await archives.verify(io.BytesIO(forged(former, await written(SMALL))), identity=KEY)
    assert (manifest.heading.format, manifest.files.rows) == (1, 0)
    assert [each.rows for each in manifest.tables] == [2, 0, 20]


async def test_files_count_apart_from_the_rows_and_not_without_bound() -> None:
    archive = await written(SMALL, LARGE)
    limits = archives.Limits(unpacked_bytes=50_000, files_bytes=len(LARGE))
    await archives.verify(io.BytesIO(archive), identity=KEY, limits=limits)
    less = archives.Limits(unpacked_bytes=50_000, files_bytes=len(LARGE) - 1)
    with pytest.raises(Invalid, match="unpacks to more"):
        await archives.verify(io.BytesIO(archive), identity=KEY, limits=less)


async def test_a_file_that_claims_to_be_huge_is_refused() -> None:
    unzipped = gzip.decompress(pyrage.decrypt(await written({}, b"one"), [pyrage.x25519.Identity.from_str(KEY)]))
    entry = tarfile.TarInfo(name(b"one"))
    entry.size = 8 * 10**9
    huge = unzipped[: unzipped.index(name(b"one").encode())] + entry.tobuf(tarfile.USTAR_FORMAT) + bytes(10_000)
    archive = io.BytesIO(encrypted(gzip.compress(huge)))
    with pytest.raises(Invalid):
        await archives.verify(archive, identity=KEY, limits=archives.Limits(files_bytes=10**9))


@pytest.mark.parametrize(("size", "content"), [(3, b"two"), (3, b"on"), (2, b"one"), (4, b"one")])
async def test_a_store_that_gives_back_something_else_makes_no_archive(size: int, content: bytes) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield content

    async def wrong() -> AsyncIterator[tuple[str, int, AsyncIterator[bytes]]]:
        yield hashlib.sha256(b"one").hexdigest(), size, pieces()

    with pytest.raises(Invalid) as refused:
        await archives.write(io.BytesIO(), heading(SMALL), tables(SMALL), wrong(), identity=KEY)
    assert refused.value.code == "FILE_DAMAGED"


async def test_a_store_that_fails_makes_no_archive(tmp_path: Path) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"o"
        raise LookupError("away")

    async def failing() -> AsyncIterator[tuple[str, int, AsyncIterator[bytes]]]:
        yield hashlib.sha256(b"one").hexdigest(), 3, pieces()

    with pytest.raises(LookupError):
        await archives.write(tmp_path / "a.age", heading(SMALL), tables(SMALL), failing(), identity=KEY)
    assert names(tmp_path) == []
