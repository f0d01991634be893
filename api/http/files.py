"""The bytes of files: how they come in, and how whoever sees what they are attached to gets them."""

import base64
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from functools import wraps
from urllib.parse import quote
from uuid import UUID

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from api.auth.answers import NOT_KEPT, refused, refusing
from api.auth.authentication import authenticate
from api.http.addresses import address
from domain import attachments
from domain.consequences import settle
from domain.files import commands, queries, rules
from domain.files.models import File
from tenancy import blobs
from tenancy.actor import NO_TENANT, Actor
from tenancy.blobs import Blob, Received
from tenancy.database import keep_refusal, reading, writing
from tenancy.quotas import QUOTAS
from tenancy.refusals import Invalid, NotFound, Refusal, Unauthenticated, Unavailable, message

log = structlog.get_logger(__name__)

# What one of these takes of the caller's allowance, in points of cost.
UPLOAD_POINTS = 500
DOWNLOAD_POINTS = 100
# What another site, or a page that is opened from here, may do with a file: nothing.
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Everybody asks here before they show a file again: who may see it changes.
CACHING = {"Cache-Control": "private, no-cache"}

_STATUS = {
    rules.TOO_LARGE: 413,
    rules.NOT_ADMITTED: 415,
    "BAD_CONTENT_TYPE": 415,
    "STORAGE_FULL": 507,
    rules.NO_ROOM: 507,
    "UPLOAD_CUT_SHORT": 400,
}
_DIGEST = re.compile(r"(?:^|,)\s*sha-256\s*=\s*:([A-Za-z0-9+/=]+):")

Door = Callable[[Request], Awaitable[Response]]


def _refusing(door: Door) -> Door:
    """Answer a refusal of `door`, and a fault of ours, as data, with the status that fits it."""

    @refusing
    @wraps(door)
    async def answer(request: Request) -> Response:
        try:
            return await door(request)
        except Refusal as refusal:
            status = _STATUS.get(refusal.code, 503 if isinstance(refusal, Unavailable) else None)
            return refused(request, refusal, status=status)

    return answer


async def _caller(request: Request, points: int) -> Actor:
    """Who asks, charged for it."""
    actor = await authenticate(request.scope)
    if actor.tenant_id == NO_TENANT:
        raise Unauthenticated()
    QUOTAS.take(actor, points)
    return actor


@_refusing
async def upload(request: Request) -> Response:
    """A new file: the body is its bytes, `?name=` its name, Content-Type what its sender takes it for (KD-5)."""
    actor = await _caller(request, UPLOAD_POINTS)
    declared = request.headers.get("content-type", rules.UNKNOWN)
    if declared.lower().startswith("multipart/"):
        text = message("Send the bytes of one file as the body itself, with its own content type; not as a form.")
        raise Invalid(text, code="BAD_CONTENT_TYPE")
    name = rules.clean_name(request.query_params.get("name", ""))
    expected = _expected_digest(request)
    # Opened for writing, so that a suspended company is told before anything is sent.
    async with writing(actor, settle=settle) as work:
        limits = await queries.limits(work)
    try:
        received, kind = await _receive(request, actor, limits, declared)
    except Refusal as refusal:
        refusal.asked = "files.register"
        await keep_refusal(work, refusal)
        raise
    file, new = await _register(actor, received, name, kind, expected)
    return JSONResponse(_shown(file, received), status_code=201 if new else 200, headers=_location(file))


async def _receive(request: Request, actor: Actor, limits: rules.Limits, declared: str) -> tuple[Received, str]:
    """The bytes that are sent, as far as they are admitted, and what kind they are."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal():
        limits.check_size(int(announced))
        limits.check_room(0)
    async with aclosing(_body(request)) as body:
        beginning = await _beginning(body)
        rules.check_not_empty(beginning)
        kind = rules.media_type(beginning, declared)
        limits.check_type(kind)
        received = await blobs.receive(actor.tenant_id, _whole(beginning, body), limits.check_size)
    return received, kind


async def _register(actor: Actor, received: Received, name: str, kind: str, expected: str | None) -> tuple[File, bool]:
    """Make a file of what was received; what nobody has in the end is removed again."""
    kept = False
    try:
        rules.check_digest(received.sha256, expected)
        async with writing(actor, settle=settle) as work:
            file, new = await commands.register(work, received=received, name=name, media_type=kind)
            blob = await work.get(Blob, file.blob_id)
        kept = blob.object_name == received.object_name
    finally:
        if not kept:
            await blobs.discard(actor.tenant_id, received)
    return file, new


def _expected_digest(request: Request) -> str | None:
    """The SHA-256 by which the sender wants the bytes checked, from the header Content-Digest (RFC 9530)."""
    header = request.headers.get("content-digest")
    if header is None:
        return None
    found = _DIGEST.search(header)
    try:
        digest = base64.b64decode(found[1], validate=True) if found is not None else b""
    except ValueError:
        digest = b""
    if len(digest) != 32:
        text = message("Content-Digest is written as sha-256=:…:, the digest in base64.")
        raise Invalid(text, path=("Content-Digest",))
    return digest.hex()


async def _body(request: Request) -> AsyncGenerator[bytes, None]:
    try:
        async for piece in request.stream():
            if piece:
                yield piece
    except ClientDisconnect:
        # Nobody hears this; it is a refusal, so that it is taken for no fault of ours.
        raise Invalid(message("The upload was cut short."), code="UPLOAD_CUT_SHORT") from None


async def _beginning(body: AsyncIterator[bytes]) -> bytes:
    """As many bytes as tell what the content is, or all that there are."""
    beginning = b""
    while len(beginning) < rules.BEGINNING_BYTES:
        try:
            beginning += await anext(body)
        except StopAsyncIteration:
            break
    return beginning


async def _whole(beginning: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield beginning
    async for piece in rest:
        yield piece


def _shown(file: File, received: Received) -> dict[str, object]:
    shown = {
        "id": str(file.id),
        "name": file.name,
        "mediaType": file.media_type,
        "bytes": received.size_bytes,
        "sha256": received.sha256,
        "url": address({"id": file.id}),
    }
    return {"file": shown}


def _location(file: File) -> dict[str, str]:
    return {**NOT_KEPT, "Location": address({"id": file.id})}


@_refusing
async def download(request: Request) -> Response:
    """The bytes of a file, for its uploader and for whoever sees what it is attached to; each time is written down."""
    actor = await _caller(request, DOWNLOAD_POINTS)
    try:
        id = UUID(request.path_params["file_id"])
    except ValueError:
        raise NotFound(path=("fileId",)) from None
    async with reading(actor) as work:
        file, blob = await attachments.hand_out(work, file_id=id, noted=False)
    headers = _headers(file, blob)
    if _is_known(request, blob):
        return Response(status_code=304, headers=headers)
    headers |= {"Content-Type": file.media_type, "Content-Length": str(blob.size_bytes)}
    if request.method == "HEAD":
        return Response(headers=headers)
    pieces = blobs.content(actor.tenant_id, blob)
    first = await _first(actor, file, pieces)
    async with writing(actor, settle=settle, while_suspended=True) as work:
        await attachments.hand_out(work, file_id=id, noted=True)
    return StreamingResponse(_whole(first, pieces), headers=headers)


async def _first(actor: Actor, file: File, pieces: AsyncIterator[bytes]) -> bytes:
    """The first bytes, before anything is promised: the store may be away, or have lost what it was given."""
    try:
        return await anext(pieces)
    except NotFound as lost:
        log.error("files.lost", tenant=str(actor.tenant_id), file=str(file.id))
        raise Unavailable(message("The store has lost the bytes of this file."), code="FILE_LOST") from lost


def _headers(file: File, blob: Blob) -> dict[str, str]:
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", file.name)
    return {
        **SAFE,
        **CACHING,
        "ETag": f'"{blob.sha256}"',
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}",
    }


def _is_known(request: Request, blob: Blob) -> bool:
    known = request.headers.get("if-none-match", "")
    return blob.sha256 in {tag.strip().removeprefix("W/").strip('"') for tag in known.split(",")}


ROUTES = [
    Route("/files", upload, methods=["POST"]),
    Route("/files/{file_id}", download, methods=["GET"]),
]
