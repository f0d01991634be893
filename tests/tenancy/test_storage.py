"""An object belongs to its tenant, and is stored whole or not at all."""

import asyncio
import contextlib
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy import storage
from tenancy.refusals import Invalid, NotFound, Unavailable
from tenancy.storage import Storage, open_storage

A = UUID("019391a0-0000-7000-8000-00000000000a")
B = UUID("019391a0-0000-7000-8000-00000000000b")


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    return open_storage("", tmp_path)


async def stream(pieces: int, size: int = 1_000_000, fail_at: int | None = None) -> AsyncIterator[bytes]:
    for number in range(pieces):
        if number == fail_at:
            raise LookupError("the source ran dry")
        yield bytes([number % 256]) * size


async def read(store: Storage, tenant_id: UUID, name: str) -> bytes:
    return b"".join([piece async for piece in store.get(tenant_id, name)])


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_an_object_comes_back_as_it_was_stored(store: Storage, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"from a file")
    assert await store.put(A, "notes/one.txt", b"bytes") == 5
    assert await store.put(A, "notes/two.txt", source) == 11
    assert await store.put(A, "large.age", stream(12)) == 12_000_000
    assert await read(store, A, "notes/one.txt") == b"bytes"
    assert await read(store, A, "notes/two.txt") == b"from a file"
    assert await read(store, A, "large.age") == b"".join([piece async for piece in stream(12)])


async def test_an_empty_object_is_an_object(store: Storage) -> None:
    assert await store.put(A, "empty", b"") == 0
    assert await store.exists(A, "empty")
    assert await read(store, A, "empty") == b""


async def test_the_key_begins_with_the_tenant(store: Storage, tmp_path: Path) -> None:
    await store.put(A, "x.age", b"a")
    assert files(tmp_path) == [f"archives/{A}/x.age"]


async def test_a_tenant_finds_only_its_own_objects(store: Storage) -> None:
    await store.put(A, "archives/1.age", b"1")
    await store.put(A, "archives/2.age", b"22")
    await store.put(A, "files/3.pdf", b"3")
    await store.put(B, "archives/9.age", b"9")
    assert [(each.name, each.size) for each in await store.listing(A)] == [
        ("archives/1.age", 1),
        ("archives/2.age", 2),
        ("files/3.pdf", 1),
    ]
    assert [each.name for each in await store.listing(A, "archives")] == ["archives/1.age", "archives/2.age"]
    assert not await store.exists(B, "archives/1.age")
    with pytest.raises(NotFound):
        await read(store, B, "archives/1.age")


async def test_a_deleted_object_is_gone_and_may_be_deleted_again(store: Storage) -> None:
    await store.put(A, "x", b"1")
    await store.delete(A, "x")
    await store.delete(A, "x")
    assert not await store.exists(A, "x")
    assert await store.listing(A) == []


@pytest.mark.parametrize(
    "name",
    [
        *("", "/etc/passwd", "../x", "a/../../x", "a/..", "a//b", "a/", ".hidden", "a/.b", "a\\b", "a\x00b"),
        *("%2e%2e/x", "a b", "名", "a\n", "x#1", "a" * 401),
    ],
)
async def test_no_name_leads_out_of_the_tenants_folder(store: Storage, tmp_path: Path, name: str) -> None:
    for act in (store.put(A, name, b"x"), read(store, A, name), store.exists(A, name), store.delete(A, name)):
        with pytest.raises(Invalid):
            await act
    assert files(tmp_path) == []


@given(st.text(max_size=30))
def test_any_name_is_refused_or_stays_below_the_tenant(name: str) -> None:
    try:
        key = storage._key(A, name)
    except Invalid:
        return
    assert os.path.normpath(f"/root/{key}").startswith(f"/root/{A}/")


async def test_a_stream_that_fails_leaves_the_former_object(store: Storage, tmp_path: Path) -> None:
    await store.put(A, "x.age", b"former")
    with pytest.raises(LookupError, match="ran dry"):
        await store.put(A, "x.age", stream(30, fail_at=20))
    with pytest.raises(LookupError, match="ran dry"):
        await store.put(A, "new.age", stream(30, fail_at=20))
    assert await read(store, A, "x.age") == b"former"
    assert files(tmp_path) == [f"archives/{A}/x.age"]


async def test_a_streams_own_missing_file_is_not_taken_for_the_stores(store: Storage, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await store.put(A, "x.age", tmp_path / "nothing-there")
    assert files(tmp_path) == []


async def test_a_cancelled_put_leaves_nothing(store: Storage, tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1_000_000
            begun.set()
            await asyncio.sleep(0.01)

    task = asyncio.create_task(store.put(A, "x.age", endless()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for _ in range(3_000):
        if not files(tmp_path):
            break
        await asyncio.sleep(0.02)
    assert await store.listing(A) == []
    assert files(tmp_path) == []


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MiB, where the machine lets us mount one."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a small file system cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


async def test_a_full_disk_is_refused_and_leaves_no_half_object(tiny_disk: Path) -> None:
    store = open_storage("", tiny_disk)
    await store.put(A, "former.age", b"former")
    with pytest.raises(Unavailable, match="no space left"):
        await store.put(A, "large.age", stream(30))
    with pytest.raises(Unavailable, match="no space left"):
        await store.put(A, "former.age", stream(30))
    assert files(tiny_disk) == [f"archives/{A}/former.age"]
    assert await read(store, A, "former.age") == b"former"
    await _put_when_let_go(store, "small.age", 3)
    assert await store.exists(A, "small.age")


async def _put_when_let_go(store: Storage, name: str, megabytes: int) -> None:
    """The store lets go of a file that did not fit a moment after it has said so; only then its room is free."""
    for _ in range(3_000):
        with contextlib.suppress(Unavailable):
            await store.put(A, name, stream(megabytes))
            return
        await asyncio.sleep(0.02)


async def test_a_disk_that_fills_while_synchronising_is_refused_and_leaves_nothing(
    store: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "_synchronise", full)
    with pytest.raises(Unavailable, match="no space left"):
        await store.put(A, "x.age", b"x")
    assert files(tmp_path) == []


async def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "archives").write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="cannot be reached"):
        open_storage("", tmp_path)


async def test_the_setting_names_a_folder_or_a_bucket(tmp_path: Path) -> None:
    named = open_storage(f"file://{tmp_path}/a%20b", tmp_path / "unused")
    await named.put(A, "x", b"1")
    assert files(tmp_path) == [f"a b/{A}/x"]
    open_storage("s3://bucket/prefix", tmp_path)
    for wrong in ("ftp://host/x", "file://host/x", "s3:///x", "/plain/path"):
        with pytest.raises(ValueError, match="ZHIDU_ARCHIVE_URL"):
            open_storage(wrong, tmp_path)


async def test_what_is_stored_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        kept = open_storage("", tmp_path)
        await kept.put(A, "archives/1.age", b"1")
    finally:
        os.umask(before)
    root = tmp_path / "archives"
    modes = {str(path.relative_to(tmp_path)): path.stat().st_mode & 0o777 for path in root.rglob("*")}
    assert modes == {f"archives/{A}": 0o700, f"archives/{A}/archives": 0o700, f"archives/{A}/archives/1.age": 0o600}
