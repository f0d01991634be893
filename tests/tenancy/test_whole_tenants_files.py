"""A company's files leave with it and come back with it, or nothing of it does."""

import asyncio
import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pyrage  # type: ignore[import-untyped]  # the wheel carries no type information
import pytest

from domain import attachments
from domain.consequences import settle
from tenancy import archives, blobs
from tenancy.actor import Actor
from tenancy.config import settings
from tenancy.database import restoring, writing
from tenancy.refusals import Invalid, Refusal, Unavailable
from tenancy.storage import Storage, file_storage
from tests.conftest import found_company
from tests.domain.approvals.company import HEAD, ask, founded, lay_down, step
from tests.uploads import blob_of, sees, upload

KEY = archives.new_identity()
LARGE = bytes(range(256)) * 9000


@pytest.fixture(autouse=True)
def _configured(file_store: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("ZHIDU_DATA", str(tmp_path))
    settings.cache_clear()
    yield
    settings.cache_clear()


async def archived(actor: Actor, folder: Path) -> Path:
    path = folder / f"{uuid4()}.age"
    await archives.take(actor.tenant_id, path, identity=KEY)
    return path


async def restored(path: Path) -> archives.Restored:
    return await archives.restore(path, f"r{uuid4().hex[:20]}", identity=KEY)


async def bytes_of(tenant_id: UUID, blob: blobs.Blob) -> bytes:
    return b"".join([piece async for piece in blobs.content(tenant_id, blob)])


def objects(folder: Path) -> list[Path]:
    """Every file in a folder, half-written or whole."""
    return [path for path in folder.rglob("*") if path.is_file()]


def folders(store: Path) -> set[str]:
    """The companies that have files in the store."""
    return {path.relative_to(store).parts[0] for path in objects(store)}


async def test_a_restored_company_has_its_files_where_they_were_attached(acme: Actor, tmp_path: Path) -> None:
    company = await founded(acme)
    await lay_down(acme, step(HEAD))
    approval = await ask(company.engineer)
    large, small = await upload(company.engineer, LARGE), await upload(company.engineer, b"small", "small.pdf")
    again = await upload(company.head, LARGE, "copy.pdf")
    async with writing(company.engineer, settle=settle) as work:
        await attachments.attach(work, subject_kind="approvals", subject_id=approval.id, file_id=large)
    found = await restored(await archived(acme, tmp_path))
    assert found.files == 2
    there = {
        each: Actor(found.tenant_id, actor.kind, actor.id, actor.permissions)
        for each, actor in (("engineer", company.engineer), ("head", company.head), ("colleague", company.colleague))
    }
    for actor, file, content in (
        (there["engineer"], large, LARGE),
        (there["engineer"], small, b"small"),
        (there["head"], large, LARGE),
        (there["head"], again, LARGE),
    ):
        assert await bytes_of(found.tenant_id, await blob_of(actor, file)) == content
    assert not await sees(there["colleague"], large)
    # Each company has its own: what becomes of one is nothing to the other.
    for each in await file_storage().listing(acme.tenant_id):
        await file_storage().delete(acme.tenant_id, each.name)
    assert await bytes_of(found.tenant_id, await blob_of(there["head"], large)) == LARGE


async def test_an_archive_holds_a_company_s_own_files_only(acme: Actor, globex: Actor, tmp_path: Path) -> None:
    await upload(acme, b"of acme")
    await upload(globex, b"of globex")
    third = await found_company("Third")
    found = {}
    for actor in (acme, globex, third):
        content = pyrage.decrypt((await archived(actor, tmp_path)).read_bytes(), [pyrage.x25519.Identity.from_str(KEY)])
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(content))) as tar:
            found[actor] = {name.removeprefix("files/") for name in tar.getnames() if name.startswith("files/")}
    assert found == {
        acme: {hashlib.sha256(b"of acme").hexdigest()},
        globex: {hashlib.sha256(b"of globex").hexdigest()},
        third: set(),
    }


async def test_a_drill_compares_files_and_stores_none(acme: Actor, tmp_path: Path, file_store: Path) -> None:
    await upload(acme, LARGE)
    found = await archives.rehearse(await archived(acme, tmp_path), identity=KEY)
    assert (found.differences, found.files) == ([], 1)
    assert folders(file_store) == {str(acme.tenant_id)}


async def test_a_file_that_the_store_has_lost_or_altered_makes_no_archive(
    acme: Actor, tmp_path: Path, file_store: Path
) -> None:
    await upload(acme, LARGE)
    [path] = objects(file_store)
    path.write_bytes(LARGE[:-1] + b"x")
    with pytest.raises(Invalid) as refused:
        await archived(acme, tmp_path)
    assert refused.value.code == "FILE_DAMAGED"
    path.unlink()
    with pytest.raises(Unavailable) as lost:
        await archived(acme, tmp_path)
    assert lost.value.code == "FILE_LOST"
    assert hashlib.sha256(LARGE).hexdigest() in str(lost.value)
    assert objects(tmp_path) == []


async def test_a_restore_that_fails_leaves_no_file_behind(
    acme: Actor, tmp_path: Path, file_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await upload(acme, LARGE + bytes([number]), f"{number}.pdf")
    path = await archived(acme, tmp_path)
    put = Storage.put

    async def full(self: Storage, tenant_id: UUID, name: str, content: Any) -> int:
        if len(folders(file_store)) > 1:
            raise Unavailable("full", code="STORAGE_FULL")
        return await put(self, tenant_id, name, content)

    async def altering(self: Storage, tenant_id: UUID, name: str, content: Any) -> int:
        return await put(self, tenant_id, name, b"something else" + b"".join([piece async for piece in content]))

    for fault in (full, altering):
        with monkeypatch.context() as patch:
            patch.setattr(Storage, "put", fault)
            with pytest.raises(Refusal):
                await restored(path)
        assert folders(file_store) == {str(acme.tenant_id)}
    assert (await restored(path)).files == 3


async def test_a_restore_that_is_cancelled_leaves_no_file_behind(
    acme: Actor, tmp_path: Path, file_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await upload(acme, LARGE)
    path = await archived(acme, tmp_path)
    stored = asyncio.Event()
    get = Storage.get

    async def slow(self: Storage, tenant_id: UUID, name: str) -> Any:
        stored.set()
        await asyncio.sleep(600)
        async for piece in get(self, tenant_id, name):
            yield piece

    monkeypatch.setattr(Storage, "get", slow)
    task = asyncio.create_task(restored(path))
    await stored.wait()
    assert len(folders(file_store)) == 2
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert folders(file_store) == {str(acme.tenant_id)}


async def test_files_and_rows_of_an_archive_must_tell_of_the_same(
    acme: Actor, tmp_path: Path, file_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such an archive is written by nobody; it is refused all the same, for practice and in earnest."""
    await upload(acme, LARGE)
    await upload(acme, b"small", "small.pdf")

    async def none(*_: Any) -> Any:
        return
        yield

    with monkeypatch.context() as patch:
        patch.setattr("tenancy.archives.taking._files", none)
        path = await archived(acme, tmp_path)
    for act in (restored(path), archives.rehearse(path, identity=KEY)):
        with pytest.raises(Invalid, match="0 files, and its rows tell of 2"):
            await act
    assert folders(file_store) == {str(acme.tenant_id)}


async def test_what_is_restored_is_not_removed_when_its_commit_only_looked_lost(
    acme: Actor, tmp_path: Path, file_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await upload(acme, LARGE)
    path = await archived(acme, tmp_path)

    class Losing:
        """The door that commits, and then says that the connection was lost."""

        def __init__(self, tenant_id: UUID, *, keep: bool) -> None:
            self.door = restoring(tenant_id, keep=keep)

        async def __aenter__(self) -> Any:
            return await self.door.__aenter__()

        async def __aexit__(self, *what: Any) -> None:
            await self.door.__aexit__(*what)
            raise ConnectionError("lost")

    monkeypatch.setattr("tenancy.archives.restoring.restoring", Losing)
    with pytest.raises(ConnectionError):
        await restored(path)
    assert len(folders(file_store)) == 2
