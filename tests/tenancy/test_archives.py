"""An archive gives back exactly the rows it was made of, or says that it cannot."""

import asyncio
import gzip
import hashlib
import io
import random
import subprocess
import tarfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pyrage  # type: ignore[import-untyped]  # the wheel carries no type information
import pytest

from tenancy import archives
from tenancy.refusals import Invalid, Unavailable

KEY = archives.new_identity()
OTHER_KEY = archives.new_identity()
CREATED_AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
COMPANY = archives.Company(
    id=UUID("019391a0-0000-7000-8000-00000000000a"),
    slug="example-co",
    name="示例公司",
    zone="Asia/Shanghai",
    language="zh_Hans",
    clock_at=CREATED_AT,
)

Contents = dict[str, list[dict[str, Any]]]
SMALL: Contents = {
    "departments": [{"id": "d1", "name": "维护部"}, {"id": "d2", "name": "Sales", "parent_id": "d1"}],
    "empty_table": [],
    "requests": [{"id": str(number), "title": f"打印机 {number}", "open": True} for number in range(20)],
}


def heading(contents: Contents) -> archives.Heading:
    return archives.Heading("0001", COMPANY, CREATED_AT, tuple(contents))


async def tables(contents: Contents) -> AsyncIterator[tuple[str, AsyncIterator[dict[str, Any]]]]:
    async def rows(found: list[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
        for row in found:
            yield row

    for name, found in contents.items():
        yield name, rows(found)


async def files(*contents: bytes) -> AsyncIterator[tuple[str, int, AsyncIterator[bytes]]]:
    async def pieces(content: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(content), 300_000):
            yield content[start : start + 300_000]

    for digest, content in sorted((hashlib.sha256(content).hexdigest(), content) for content in contents):
        yield digest, len(content), pieces(content)


async def written(contents: Contents, *with_files: bytes) -> bytes:
    file = io.BytesIO()
    await archives.write(file, heading(contents), tables(contents), files(*with_files), identity=KEY)
    return file.getvalue()


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


async def unpacked(archive: bytes) -> Contents:
    found: Contents = {}
    async for batch in archives.read(io.BytesIO(archive), identity=KEY):
        found.setdefault(batch.table, []).extend(batch.rows)
    return found


async def test_an_archive_gives_back_the_rows_in_the_order_of_insertion() -> None:
    archive = await written(SMALL)
    found = await unpacked(archive)
    assert list(found) == ["departments", "requests"]
    assert found == {name: rows for name, rows in SMALL.items() if rows}


async def test_the_manifest_counts_and_digests_every_table_also_empty_ones() -> None:
    archive = await written(SMALL)
    manifest = await archives.verify(io.BytesIO(archive), identity=KEY)
    assert manifest.heading == heading(SMALL)
    assert [(each.name, each.rows) for each in manifest.tables] == [
        ("departments", 2),
        ("empty_table", 0),
        ("requests", 20),
    ]
    assert [each.digest for each in manifest.tables] == [archives.table_digest(rows) for rows in SMALL.values()]
    assert await archives.heading(io.BytesIO(archive), identity=KEY) == heading(SMALL)


async def test_writing_answers_the_manifest_that_reading_finds(tmp_path: Path) -> None:
    path = tmp_path / "a.age"
    manifest = await archives.write(path, heading(SMALL), tables(SMALL), identity=KEY)
    assert await archives.verify(path, identity=KEY) == manifest
    assert names(tmp_path) == ["a.age"]
    assert path.stat().st_mode & 0o777 == 0o600


async def test_large_tables_are_split_and_joined_again() -> None:
    contents: Contents = {"large": [{"id": number, "text": "字" * 1000} for number in range(2500)]}
    archive = await written(contents)
    batches = [batch async for batch in archives.read(io.BytesIO(archive), identity=KEY)]
    assert len(batches) > 5
    assert [row for batch in batches for row in batch.rows] == contents["large"]


async def test_the_ordinary_tools_unpack_it() -> None:
    plain = pyrage.decrypt(await written(SMALL), [pyrage.x25519.Identity.from_str(KEY)])
    with tarfile.open(fileobj=io.BytesIO(plain), mode="r:gz") as tar:
        members = tar.getnames()
        lines = tar.extractfile("tables/departments/000001.jsonl")
        assert lines is not None
        assert [orjson.loads(line) for line in lines] == SMALL["departments"]
    assert members == [
        "header.json",
        "tables/departments/000001.jsonl",
        "tables/requests/000001.jsonl",
        "manifest.json",
    ]


async def test_every_flipped_byte_is_noticed() -> None:
    archive = await written(SMALL)
    chance = random.Random(1)
    head = range(archive.index(b"\n---") + 60)
    for position in {*head, *(chance.randrange(len(archive)) for _ in range(300)), len(archive) - 1}:
        changed = bytearray(archive)
        changed[position] ^= 1 << chance.randrange(8)
        with pytest.raises(Invalid):
            await archives.verify(io.BytesIO(bytes(changed)), identity=KEY)


async def test_flips_in_any_chunk_of_a_large_archive_are_noticed() -> None:
    noise = random.Random(2)
    archive = await written({"large": [{"id": n, "noise": noise.randbytes(3000).hex()} for n in range(200)]})
    assert len(archive) > 5 * 65536
    for position in range(300, len(archive), 20_011):
        changed = bytearray(archive)
        changed[position] ^= 1
        with pytest.raises(Invalid):
            await archives.verify(io.BytesIO(bytes(changed)), identity=KEY)


async def test_a_cut_or_lengthened_archive_is_noticed() -> None:
    archive = await written(SMALL)
    for length in {*range(0, len(archive), 37), len(archive) - 1}:
        with pytest.raises(Invalid):
            await archives.verify(io.BytesIO(archive[:length]), identity=KEY)
    with pytest.raises(Invalid):
        await archives.verify(io.BytesIO(archive + b"\0"), identity=KEY)


async def test_reading_rows_raises_at_the_fault_and_never_ends_quietly() -> None:
    archive = await written(SMALL)
    with pytest.raises(Invalid):
        await unpacked(archive[:-1])


async def test_another_companys_key_does_not_open_it() -> None:
    with pytest.raises(Invalid, match="another key"):
        await archives.verify(io.BytesIO(await written(SMALL)), identity=OTHER_KEY)


@pytest.mark.parametrize(
    ("beginning", "code"),
    [(b"", "NO_ARCHIVE"), (b"PK\x03\x04", "NO_ARCHIVE"), (b"age-enc", "ARCHIVE_DAMAGED"), (b"\x1f\x8b", "NO_ARCHIVE")],
    ids=["empty", "another program's", "cut in its first line", "zipped only"],
)
async def test_a_file_that_no_key_opens_is_told_by_its_beginning(beginning: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        await archives.verify(io.BytesIO(beginning), identity=KEY)
    assert refused.value.code == code


async def test_damage_and_another_key_are_told_apart() -> None:
    archive = await written(SMALL)
    changed = bytearray(archive)
    changed[-40] ^= 1
    for content, key, code in (
        (archive, OTHER_KEY, "OTHER_KEY"),
        (bytes(changed), KEY, "ARCHIVE_DAMAGED"),
        (archive[:-1], KEY, "ARCHIVE_DAMAGED"),
        (archive[: archive.index(b"\n---")], KEY, "ARCHIVE_DAMAGED"),
    ):
        with pytest.raises(Invalid) as refused:
            await archives.verify(io.BytesIO(content), identity=key)
        assert refused.value.code == code


async def test_a_text_that_is_no_key_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="AGE-SECRET-KEY"):
        await archives.verify(io.BytesIO(b""), identity="no key")


async def test_a_missing_file_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await archives.verify(tmp_path / "none.age", identity=KEY)
    with pytest.raises(Unavailable):
        await archives.verify(tmp_path, identity=KEY)


def forged(change: Callable[[dict[str, bytes]], dict[str, bytes]], archive: bytes, kind: bytes = b"0") -> bytes:
    """An archive properly encrypted for the company, by somebody who knows its public key."""
    plain = pyrage.decrypt(archive, [pyrage.x25519.Identity.from_str(KEY)])
    with tarfile.open(fileobj=io.BytesIO(plain), mode="r:gz") as tar:
        members = {entry.name: tar.extractfile(entry).read() for entry in tar}  # type: ignore[union-attr]  # all files
    packed = b""
    for name, content in change(members).items():
        entry = tarfile.TarInfo(name)
        entry.size, entry.type = len(content), kind
        packed += entry.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % 512)
    return encrypted(gzip.compress(packed + bytes(1024)))


def encrypted(plain: bytes) -> bytes:
    sealed: bytes = pyrage.encrypt(plain, [pyrage.x25519.Identity.from_str(KEY).to_public()])
    return sealed


def without(name: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda members: {each: content for each, content in members.items() if each != name}


def replaced(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda members: {**members, name: members[name].replace(old, new)}


def renamed(name: str, other: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda members: {other if each == name else each: content for each, content in members.items()}


FIRST = "tables/departments/000001.jsonl"


@pytest.mark.parametrize(
    "change",
    [
        without("header.json"),
        without(FIRST),
        without("manifest.json"),
        replaced(FIRST, b"Sales", b"Sale5"),
        replaced(FIRST, b"\n", b" "),
        lambda members: {**members, FIRST: members[FIRST].splitlines(keepends=True)[0]},
        lambda members: {**members, FIRST: members[FIRST] + b"[1]\n"},
        lambda members: {**members, FIRST: b"[1]\n[2]\n"},
        lambda members: dict(sorted(members.items(), reverse=True)),
        lambda members: {**members, "after.json": b"{}"},
        replaced("manifest.json", b'"rows":20', b'"rows":21'),
        replaced("manifest.json", b"example-co", b"another-co"),
        replaced("header.json", b'"requests"', b'"../../etc"'),
        replaced("header.json", b'"empty_table",', b""),
        replaced("header.json", b'"empty_table"', b'"departments"'),
        replaced("header.json", b"+00:00", b""),
        replaced("header.json", b"{", b"["),
        *(renamed(FIRST, other) for other in ("../../etc/passwd", "/etc/passwd", "tables/departments/000002.jsonl")),
    ],
)
async def test_an_archive_put_together_by_hand_is_refused(
    change: Callable[[dict[str, bytes]], dict[str, bytes]],
) -> None:
    with pytest.raises(Invalid) as refused:
        await archives.verify(io.BytesIO(forged(change, await written(SMALL))), identity=KEY)
    assert str(refused.value)


async def test_the_hand_made_archive_without_a_change_is_accepted() -> None:
    await archives.verify(io.BytesIO(forged(dict, await written(SMALL))), identity=KEY)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE])
async def test_links_and_devices_are_refused(kind: bytes) -> None:
    with pytest.raises(Invalid):
        await archives.verify(io.BytesIO(forged(dict, await written(SMALL), kind)), identity=KEY)


async def test_an_archive_of_a_newer_format_is_refused_by_its_number() -> None:
    archive = forged(replaced("header.json", b'"format":2', b'"format":3'), await written(SMALL))
    with pytest.raises(Invalid, match="format 3"):
        await archives.verify(io.BytesIO(archive), identity=KEY)


@pytest.mark.parametrize(
    "plain",
    [b"", b"not zipped", gzip.compress(b"", mtime=0), gzip.compress(b"x" * 2000, mtime=0)],
    ids=["nothing", "not zipped", "nothing zipped", "no archive"],
)
async def test_encrypted_nonsense_is_refused(plain: bytes) -> None:
    with pytest.raises(Invalid):
        await archives.verify(io.BytesIO(encrypted(plain)), identity=KEY)


async def test_a_small_file_does_not_unpack_without_bound() -> None:
    contents: Contents = {"large": [{"id": number, "text": "x" * 10_000} for number in range(3000)]}
    archive = await written(contents)
    assert len(archive) < 200_000
    with pytest.raises(Invalid, match="more than 1000000 bytes"):
        await archives.verify(io.BytesIO(archive), identity=KEY, limits=archives.Limits(unpacked_bytes=1_000_000))


async def test_a_member_that_claims_to_be_huge_is_not_gathered() -> None:
    entry = tarfile.TarInfo("header.json")
    entry.size = 8 * 10**9
    archive = encrypted(gzip.compress(entry.tobuf(tarfile.USTAR_FORMAT) + bytes(10_000)))
    with pytest.raises(Invalid, match="out of place"):
        await archives.verify(io.BytesIO(archive), identity=KEY)


async def test_a_row_too_large_to_be_read_back_is_not_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tenancy.archives.writing.LIMITS", archives.Limits(row_bytes=100))
    contents: Contents = {"large": [{"text": "x" * 101}]}
    with pytest.raises(Invalid, match="A row of large"):
        await archives.write(tmp_path / "a.age", heading(contents), tables(contents), identity=KEY)
    assert names(tmp_path) == []


async def test_rows_that_fail_leave_no_file_and_keep_the_former(tmp_path: Path) -> None:
    path = tmp_path / "a.age"
    path.write_bytes(b"former")

    async def failing() -> AsyncIterator[tuple[str, AsyncIterator[dict[str, Any]]]]:
        async for table in tables({"departments": SMALL["departments"]}):
            yield table
        raise ConnectionResetError("the database went away")

    with pytest.raises(ConnectionResetError):
        await archives.write(path, heading(SMALL), failing(), identity=KEY)
    assert names(tmp_path) == ["a.age"]
    assert path.read_bytes() == b"former"


async def test_tables_must_come_as_the_heading_promises(tmp_path: Path) -> None:
    fewer = {"departments": SMALL["departments"]}
    swapped = dict(reversed(SMALL.items()))
    for contents in (fewer, swapped):
        with pytest.raises(ValueError, match=r"missing|not the next"):
            await archives.write(tmp_path / "a.age", heading(SMALL), tables(contents), identity=KEY)
    assert names(tmp_path) == []


async def test_a_cancelled_archive_leaves_no_file(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[dict[str, Any]]:
        while True:
            yield {"noise": "x" * 100_000}
            begun.set()
            await asyncio.sleep(0)

    async def only() -> AsyncIterator[tuple[str, AsyncIterator[dict[str, Any]]]]:
        yield "large", endless()

    task = asyncio.create_task(archives.write(tmp_path / "a.age", heading({"large": []}), only(), identity=KEY))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert names(tmp_path) == []


async def test_who_is_cancelled_while_the_file_is_opened_leaves_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked, may_open, really_open = threading.Event(), threading.Event(), open

    def slowly(path: Any, *given: Any, **more: Any) -> Any:
        if str(path).endswith(".unfinished"):
            asked.set()
            may_open.wait()
        return really_open(path, *given, **more)

    monkeypatch.setattr("builtins.open", slowly)
    task = asyncio.create_task(archives.write(tmp_path / "a.age", heading(SMALL), tables(SMALL), identity=KEY))
    await asyncio.to_thread(asked.wait)
    task.cancel()
    await asyncio.sleep(0)
    may_open.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert names(tmp_path) == []


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MiB, where the machine lets us mount one."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a small file system cannot be mounted here")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


async def test_a_full_disk_is_refused_and_leaves_no_half_archive(tiny_disk: Path) -> None:
    noise = random.Random(3)
    contents: Contents = {"large": [{"noise": noise.randbytes(10_000).hex()} for _ in range(200)]}
    path = tiny_disk / "a.age"
    path.write_bytes(b"former")
    with pytest.raises(Unavailable, match="no space left"):
        await archives.write(path, heading(contents), tables(contents), identity=KEY)
    assert names(tiny_disk) == ["a.age"]
    assert path.read_bytes() == b"former"


async def test_a_file_object_that_fails_is_unavailable() -> None:
    class Full(io.BytesIO):
        def write(self, *_: object) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(Unavailable, match="no space left"):
        await archives.write(Full(), heading(SMALL), tables(SMALL), identity=KEY)


async def test_a_source_that_fails_is_unavailable_and_not_called_damaged() -> None:
    archive = await written(SMALL)

    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 400:
                raise OSError(5, "Input/output error")
            return super().read(min(size or 0, 200))

    with pytest.raises(Unavailable):
        await archives.verify(Failing(archive), identity=KEY)


async def test_many_archives_at_once_do_not_wait_for_each_other() -> None:
    written_archives = await asyncio.gather(*(written(SMALL) for _ in range(12)))
    manifests = await asyncio.gather(
        *(archives.verify(io.BytesIO(archive), identity=KEY) for archive in written_archives)
    )
    assert len(set(manifests)) == 1


async def test_a_reader_that_stops_early_leaves_nothing_running() -> None:
    contents: Contents = {"large": [{"text": "x" * 10_000, "id": n} for n in range(500)]}
    rows = archives.read(io.BytesIO(await written(contents)), identity=KEY)
    await anext(rows)
    await rows.aclose()
