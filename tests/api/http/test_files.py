"""Files over HTTP: how they come in, who gets them, and what is refused with nothing left behind."""

import base64
import hashlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette

from api.http import files as doors
from api.http.files import ROUTES
from domain.consequences import settle
from domain.kernel.permissions import Permission
from tenancy import blobs
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.identity import clients, tokens
from tenancy.members import Member
from tenancy.quotas import Quotas
from tenancy.refusals import Unavailable
from tenancy.storage import Storage
from tests.conftest import found_company
from tests.domain.policies.handbooks import in_force

PDF = b"%PDF-1.7\n" + b"A contract. " * 400
KINDS = ("2.1", "file_rules", {"most_megabytes": 1, "company_megabytes": 2, "media_types": ["application/pdf"]})
LARGE = ("2.1", "file_rules", {"most_megabytes": 3})


class Caller:
    """Somebody who uploads and downloads."""

    def __init__(self, client: httpx.AsyncClient, actor: Actor, token: str) -> None:
        self.client, self.actor = client, actor
        self.headers = {"authorization": f"Bearer {token}"}

    async def upload(
        self, content: Any = PDF, name: str = "contract.pdf", kind: str = "application/pdf", **headers: str
    ) -> httpx.Response:
        sent = {**self.headers, "content-type": kind, **{key.replace("_", "-"): text for key, text in headers.items()}}
        return await self.client.post("/files", params={"name": name}, content=content, headers=sent)

    async def uploaded(self, content: Any = PDF, name: str = "contract.pdf", **more: str) -> dict[str, Any]:
        answer = await self.upload(content, name, **more)
        assert answer.status_code in (200, 201), answer.text
        file: dict[str, Any] = answer.json()["file"]
        return file

    async def get(self, id: object, method: str = "GET", **headers: str) -> httpx.Response:
        sent = {**self.headers, **{key.replace("_", "-"): text for key, text in headers.items()}}
        return await self.client.request(method, f"/files/{id}", headers=sent)


@pytest.fixture
async def client(pool: None, file_store: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The addresses of files without a socket."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(Starlette(routes=ROUTES)), base_url="http://zhidu"
    ) as asking:
        yield asking


async def caller(client: httpx.AsyncClient, actor: Actor, scopes: Sequence[Permission] | None = None) -> Caller:
    async with writing(actor, settle=settle) as work:
        _, token = await tokens.create_access_token(work, name=uuid4().hex, scopes=scopes)
    return Caller(client, actor, token)


async def colleague(client: httpx.AsyncClient, actor: Actor) -> Caller:
    """Another member of the same company, without a single permission."""
    async with writing(actor, settle=settle) as work:
        member = work.add(Member(name="Somebody", email=f"{uuid4().hex}@example.com", language="en"))
    return await caller(client, Actor(actor.tenant_id, actor.kind, member.id))


@pytest.fixture
async def lin(client: httpx.AsyncClient, acme: Actor) -> Caller:
    return await caller(client, acme)


def objects(folder: Path) -> list[Path]:
    """Everything that lies in the store, half-written or whole."""
    return [path for path in folder.rglob("*") if path.is_file()]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["code"]


async def told(actor: Actor, name: str) -> list[dict[str, Any]]:
    async with writing(actor, settle=settle) as work:
        rows = await work.sql("SELECT payload FROM journal_entries WHERE name = $1 ORDER BY id", name)
    return [row["payload"] for row in rows]


# Coming in, going out


async def test_what_was_uploaded_comes_back_byte_by_byte(lin: Caller, file_store: Path) -> None:
    answer = await lin.upload(name="../合同 2026.pdf")
    file = answer.json()["file"]
    assert answer.status_code == 201
    assert answer.headers["location"] == file["url"]
    digest = hashlib.sha256(PDF).hexdigest()
    assert file == {
        "id": file["id"],
        "name": "合同 2026.pdf",
        "mediaType": "application/pdf",
        "bytes": len(PDF),
        "sha256": digest,
        "url": f"http://127.0.0.1:8000/files/{file['id']}",
    }
    got = await lin.get(file["id"])
    assert (got.status_code, got.content) == (200, PDF)
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-length"] == str(len(PDF))
    assert got.headers["content-disposition"] == (
        "attachment; filename=\"__ 2026.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C%202026.pdf"
    )
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert got.headers["cache-control"] == "private, no-cache"
    assert got.headers["etag"] == f'"{digest}"'
    # The name of people is nowhere on the disk.
    assert all("合同" not in str(path) and digest not in str(path) for path in objects(file_store))


async def test_every_download_is_written_down_and_nothing_else(lin: Caller) -> None:
    file = await lin.uploaded()
    await lin.get(file["id"])
    await lin.get(file["id"])
    assert (await lin.get(file["id"], if_none_match=f'"x", W/"{file["sha256"]}"')).status_code == 304
    head = await lin.get(file["id"], "HEAD")
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(PDF)), b"")
    assert await told(lin.actor, "files.downloaded") == [{"file_id": file["id"]}] * 2


async def test_what_is_sent_twice_is_one_file(lin: Caller, file_store: Path) -> None:
    first = await lin.upload()
    again = await lin.upload()
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(await told(lin.actor, "files.uploaded")) == 1
    assert len(objects(file_store)) == 1


async def test_a_content_is_stored_once_in_a_company_and_apart_from_every_other_s(
    client: httpx.AsyncClient, lin: Caller, globex: Actor, file_store: Path
) -> None:
    other = await colleague(client, lin.actor)
    stranger = await caller(client, globex)
    files = [await lin.uploaded(), await lin.uploaded(name="copy.pdf"), await other.uploaded()]
    assert len({file["id"] for file in files}) == 3
    assert len(objects(file_store)) == 1
    theirs = await stranger.uploaded()
    assert theirs["sha256"] == files[0]["sha256"]
    assert sorted(path.relative_to(file_store).parts[0] for path in objects(file_store)) == sorted(
        [str(lin.actor.tenant_id), str(globex.tenant_id)]
    )


async def test_a_large_file_is_streamed_both_ways(lin: Caller) -> None:
    pieces = [bytes([number]) * 700_000 for number in range(1, 31)]

    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    file = await lin.uploaded(body(), "large.bin", kind="application/octet-stream")
    assert file["bytes"] == 21_000_000
    got = await lin.get(file["id"])
    assert hashlib.sha256(got.content).hexdigest() == file["sha256"]


# Who gets what


async def test_a_file_that_is_attached_to_nothing_is_its_uploader_s_alone(
    client: httpx.AsyncClient, lin: Caller, globex: Actor
) -> None:
    """Whoever may not see it is told what they are told of an id that nobody has, to the byte."""
    file = await lin.uploaded()
    for other in (await colleague(client, lin.actor), await caller(client, globex)):
        refused, unknown = await other.get(file["id"]), await other.get(uuid4())
        assert refused.status_code == 404
        assert refused.content == unknown.content
        assert dict(refused.headers) == dict(unknown.headers)
        assert (await other.get("no-id")).content == unknown.content
        assert (await other.get(file["id"], if_none_match=f'"{file["sha256"]}"')).content == unknown.content
    assert await told(lin.actor, "files.downloaded") == []


async def test_nobody_gets_in_without_a_token(client: httpx.AsyncClient, lin: Caller) -> None:
    file = await lin.uploaded()
    for answer in (await client.post("/files?name=a", content=b"x"), await client.get(f"/files/{file['id']}")):
        assert code(answer) == (401, "UNAUTHENTICATED")


async def test_another_site_cannot_upload_through_a_person_s_cookie(client: httpx.AsyncClient, pool: None) -> None:
    sent = {"cookie": "zhidu=whatever", "sec-fetch-site": "cross-site", "content-type": "text/plain"}
    answer = await client.post("/files?name=a", content=b"x", headers=sent)
    assert code(answer) == (403, "CROSS_SITE")


async def test_a_program_uploads_only_if_it_could_attach(client: httpx.AsyncClient, acme: Actor) -> None:
    for scopes, allowed in (([Permission.CUSTOMERS_READ], False), ([Permission.REQUESTS_SUBMIT], True)):
        async with writing(acme, settle=settle) as work:
            registered, *_ = await clients.create_client(work, name=uuid4().hex, partner="Partner", scopes=scopes)
        program = Actor(acme.tenant_id, type(acme.kind).CLIENT, registered.id, frozenset(scopes))

        async def act(_: Any, program: Actor = program) -> Actor:
            return program

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(doors, "authenticate", act)
            answer = await client.post("/files?name=a.pdf", content=PDF)
        assert answer.status_code == (201 if allowed else 403)


async def test_whoever_asks_too_much_waits(lin: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "QUOTAS", Quotas(100, 1))
    answer = await lin.upload()
    assert code(answer) == (429, "RATE_LIMITED")
    assert int(answer.headers["retry-after"]) > 0


async def test_a_suspended_company_s_files_are_read_but_no_new_ones_taken(lin: Caller, owner_url: str) -> None:
    file = await lin.uploaded()
    await suspend(owner_url, lin.actor.tenant_id)
    assert code(await lin.upload(b"another")) == (409, "TENANT_SUSPENDED")
    assert (await lin.get(file["id"])).content == PDF


async def suspend(owner_url: str, tenant_id: UUID) -> None:
    connection = await asyncpg.connect(owner_url)
    await connection.execute("UPDATE tenants SET status = 'suspended' WHERE id = $1", tenant_id)
    await connection.close()


# What is refused, and leaves nothing behind


async def test_the_handbook_limits_size_room_and_kinds_of_its_own_company_only(
    client: httpx.AsyncClient, lin: Caller, globex: Actor, file_store: Path
) -> None:
    await in_force(lin.actor, KINDS)
    await in_force(globex, LARGE)
    strict, lax = lin, await caller(client, globex)
    free = await caller(client, await found_company("Third"))
    two_megabytes = b"%PDF-" + b"x" * 2 * 1024**2
    refused = await strict.upload(two_megabytes)
    assert code(refused) == (413, "FILE_TOO_LARGE")
    assert refused.json()["errors"][0]["clause"]["number"] == "2.1"
    assert code(await strict.upload(b"\x89PNG\r\n\x1a\n", "a.png", "application/pdf")) == (
        415,
        "MEDIA_TYPE_NOT_ADMITTED",
    )
    assert objects(file_store) == []
    assert (await lax.upload(two_megabytes)).status_code == 201
    assert code(await lax.upload(two_megabytes * 2)) == (413, "FILE_TOO_LARGE")
    assert (await free.upload(two_megabytes * 2)).status_code == 201
    assert (await free.upload(b"\x89PNG\r\n\x1a\n", "a.png")).status_code == 201
    almost = b"%PDF-" + b"y" * 900_000
    assert [(await strict.upload(almost + bytes([number]))).status_code for number in range(2)] == [201, 201]
    full = await strict.upload(almost + b"third")
    assert code(full) == (507, "NO_ROOM_FOR_FILES")
    assert full.json()["errors"][0]["clause"]["number"] == "2.1"
    # What is there already takes no room.
    assert (await strict.upload(almost + bytes([1]), "copy.pdf")).status_code == 201
    assert len([path for path in objects(file_store) if str(lin.actor.tenant_id) in path.parts]) == 2


async def test_the_installation_s_ceiling_holds_where_no_clause_is(
    lin: Caller, file_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "ceilings", lambda: blobs.Ceilings(10_000, 15_000))
    await in_force(lin.actor, LARGE)
    assert code(await lin.upload(b"x" * 10_001)) == (413, "FILE_TOO_LARGE")
    assert (await lin.upload(b"x" * 10_000)).status_code == 201
    refused = await lin.upload(b"y" * 10_000)
    assert code(refused) == (507, "NO_ROOM_FOR_FILES")
    assert "clause" not in refused.json()["errors"][0]
    assert len(objects(file_store)) == 1


@pytest.mark.parametrize("announced", ["true", "too little", "none"])
async def test_what_is_too_large_is_refused_whatever_its_length_is_said_to_be(
    lin: Caller, file_store: Path, monkeypatch: pytest.MonkeyPatch, announced: str
) -> None:
    monkeypatch.setattr(blobs, "ceilings", lambda: blobs.Ceilings(6_000_000, 10**9))
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(40):
            sent += 1
            yield b"z" * 1_000_000

    length = {"true": {"content_length": "40000000"}, "too little": {"content_length": "10"}, "none": {}}[announced]
    answer = await lin.upload(body(), **length)
    assert code(answer) == (413, "FILE_TOO_LARGE")
    assert objects(file_store) == []
    assert await told(lin.actor, "files.uploaded") == []


@pytest.mark.parametrize(
    ("content", "name", "headers", "expected"),
    [
        (b"", "a.pdf", {}, (422, "FILE_EMPTY")),
        (PDF, "", {}, (422, "INVALID")),
        (PDF, "../..", {}, (422, "INVALID")),
        (PDF, "a", {"kind": "multipart/form-data; boundary=x"}, (415, "BAD_CONTENT_TYPE")),
        (b"--x\r\nbroken", "a", {"kind": "Multipart/mixed"}, (415, "BAD_CONTENT_TYPE")),
        (PDF, "a", {"content_digest": "sha-256=:AAAA:"}, (422, "INVALID")),
        (PDF, "a", {"content_digest": "sha-512=:AAAA:"}, (422, "INVALID")),
        (PDF, "a", {"content_digest": f"sha-256=:{base64.b64encode(bytes(32)).decode()}:"}, (422, "DIGEST_MISMATCH")),
    ],
)
async def test_what_is_wrong_is_refused_with_nothing_left_behind(
    lin: Caller, file_store: Path, content: bytes, name: str, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    assert code(await lin.upload(content, name, **headers)) == expected
    assert objects(file_store) == []
    assert await told(lin.actor, "files.uploaded") == []


async def test_a_digest_that_holds_is_taken(lin: Caller) -> None:
    digest = base64.b64encode(hashlib.sha256(PDF).digest()).decode()
    answer = await lin.upload(content_digest=f"sha-512=:AAAA:, sha-256=:{digest}:")
    assert answer.status_code == 201


async def test_an_upload_that_is_cut_short_leaves_nothing_behind(lin: Caller, file_store: Path) -> None:
    sent: list[dict[str, Any]] = []
    parts = [{"type": "http.request", "body": b"z" * 6_000_000, "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return parts.pop(0)

    async def send(event: Any) -> None:
        sent.append(event)

    headers = [(b"authorization", lin.headers["authorization"].encode()), (b"content-type", b"text/plain")]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/files",
        "raw_path": b"/files",
        "query_string": b"name=a.txt",
        "headers": headers,
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "client": None,
        "server": ("zhidu", 80),
    }
    await Starlette(routes=ROUTES)(scope, receive, send)
    assert sent[0]["status"] == 400
    assert objects(file_store) == []
    assert await told(lin.actor, "files.uploaded") == []


async def test_a_full_disk_is_told_as_such(lin: Caller, file_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: Any) -> int:
        raise Unavailable("full", code="STORAGE_FULL")

    with monkeypatch.context() as patch:
        patch.setattr(Storage, "put", full)
        assert code(await lin.upload()) == (507, "STORAGE_FULL")
    assert await told(lin.actor, "files.uploaded") == []
    assert (await lin.upload()).status_code == 201


async def test_what_the_store_has_lost_is_told_and_not_taken_for_nobody_s(lin: Caller, file_store: Path) -> None:
    file = await lin.uploaded()
    for path in objects(file_store):
        path.unlink()
    assert code(await lin.get(file["id"])) == (503, "FILE_LOST")
    assert await told(lin.actor, "files.downloaded") == []


async def test_what_cannot_be_kept_is_removed_from_the_store(
    lin: Caller, file_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> Any:
        raise LookupError("something unexpected")

    monkeypatch.setattr(doors.commands, "register", broken)
    answer = await lin.upload()
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (500, "INTERNAL")
    assert "something unexpected" not in answer.text
    assert objects(file_store) == []
