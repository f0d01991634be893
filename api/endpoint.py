"""GraphQL over HTTP: one request, one operation, by the rules of the specification."""

import hashlib
import json
from collections import OrderedDict
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
from graphql import GraphQLError
from starlette.types import Receive, Scope, Send
from uuid_utils import uuid7

from api.auth.authentication import CHALLENGE, authenticate
from api.errors import formatted, of_refusal, status_of, unexpected
from api.metrics import ENDED
from api.reading.documents import GraphQLErrors
from api.reading.limits import LIMITS
from api.reading.refusing import refused
from api.reading.requests import Answer, Call
from api.reading.running import Reader
from api.schema import SCHEMA
from domain.policies.rules import exchange
from tenancy.actor import Actor
from tenancy.language import Language, negotiate, translate
from tenancy.quotas import CAPACITY_POINTS, QUOTAS, RESTORED_POINTS_PER_SECOND, Balance, TooMuchAsked
from tenancy.refusals import Refusal, Unauthenticated, message

READER = Reader(SCHEMA._schema)

JSON = b"application/json"
MODERN = b"application/graphql-response+json"
# The largest thing that comes in a body is a handbook; as a text in JSON it takes up to twice its bytes.
MOST_BYTES = 2 * exchange.MOST_BYTES + 100_000
NUL = b"\\u0000"
KEPT_DOCUMENTS = 2_000
# What is the same in every answer: the caller's allowance in the body and in a header, and the kind of the content.
ALLOWANCE = b'"maximum":%d,"restoreRate":%d' % (CAPACITY_POINTS, RESTORED_POINTS_PER_SECOND)
RATE_POLICY = (
    b"ratelimit-policy",
    b'"cost";q=%d;w=%d' % (CAPACITY_POINTS, CAPACITY_POINTS // RESTORED_POINTS_PER_SECOND),
)
CONTENT_TYPES = [(b"content-type", kind + b"; charset=utf-8") for kind in (JSON, MODERN)]
NOT_KEPT = (b"cache-control", b"no-store")


async def sees(actor: Actor, id: UUID) -> bool:
    """Whether an actor sees the record with an id, as a query would show it."""
    answer = await READER.run(Call("query($id: ID!) { node(id: $id) { id } }", variables={"id": str(id)}), actor)
    return answer.data is not None and orjson.loads(answer.data)["node"] is not None


class BadRequestError(Exception):
    """The HTTP request is no GraphQL request; the status and a marked sentence."""

    def __init__(self, status: int, text: str, code: str, **values: Any) -> None:
        super().__init__(text)
        self.status, self.text, self.code, self.values = status, text, code, values


class Endpoint:
    """The ASGI application behind /graphql for POST."""

    def __init__(self, reader: Reader = READER) -> None:
        self._reader = reader
        self._documents: OrderedDict[str, str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = dict(scope["headers"])
        request_id = _request_id(headers)
        modern = MODERN in headers.get(b"accept", b"")
        status, body, more = await self._answer(scope, receive, headers, request_id, modern)
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    CONTENT_TYPES[modern],
                    (b"content-length", b"%d" % len(body)),
                    (b"x-request-id", request_id.encode()),
                    NOT_KEPT,
                    *more,
                ],
            }
        )
        await send({"type": "http.response.body", "body": body})

    async def _answer(
        self, scope: Scope, receive: Receive, headers: dict[bytes, bytes], request_id: str, modern: bool
    ) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
        language: str | None = None
        try:
            asked = await _read(scope, receive, headers)
            actor = await authenticate(scope)
            language = actor.language
            call = self._call(asked, headers, request_id, only_reading=scope["method"] == "GET")
            call.actor_now = partial(authenticate, scope, anew=True)
            return await self._carry_out(call, actor, modern)
        except BadRequestError as bad:
            said = translate(bad.text, language or await _language_of(scope, headers), bad.values)
            return _failed(bad.status, {"message": said, "extensions": {"code": bad.code}})
        except Unauthenticated as refusal:
            return _failed(401, of_refusal(refusal, _preferred(headers)), (b"www-authenticate", CHALLENGE.encode()))
        except Refusal as refusal:
            refusing = 403 if refusal.code in ("FORBIDDEN", "CROSS_SITE") else 200
            return _failed(refusing, of_refusal(refusal, language or _preferred(headers)))
        except Exception as problem:
            error = unexpected(problem, language or _preferred(headers))
            return _failed(status_of(error), error)

    async def _carry_out(self, call: Call, actor: Actor, modern: bool) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
        balances: list[Balance] = []

        def charge(points: int) -> None:
            balances.append(QUOTAS.charge(actor, points))
            if balances[-1].wait_seconds:
                wait = balances[-1].wait_seconds
                raise refused(TooMuchAsked.code, TooMuchAsked.text, {"seconds": wait}, waitSeconds=wait)

        answer = await self._reader.run(call, actor, charge)
        ENDED[answer.planned, bool(answer.errors)].inc()
        errors = [formatted(error, actor.language) for error in answer.errors]
        body = _body(answer, errors, balances[-1])
        more = _rate_headers(balances[-1])
        if balances[-1].wait_seconds:
            return 429, body, [*more, (b"retry-after", str(balances[-1].wait_seconds).encode())]
        if answer.errors and (answer.errors[0].extensions or {}).get("code") == "BAD_METHOD":
            return 405, body, [*more, (b"allow", b"POST")]
        if answer.in_vain and all(error["extensions"]["code"] == "UNAVAILABLE" for error in errors):
            return 503, body, more
        return (400 if modern and answer.data is None else 200), body, more

    def _call(self, asked: dict[str, Any], headers: dict[bytes, bytes], request_id: str, *, only_reading: bool) -> Call:
        name, variables = asked.get("operationName"), asked.get("variables")
        if not isinstance(name, str | None):
            raise BadRequestError(400, message("operationName is a text."), "BAD_REQUEST")
        if not isinstance(variables, dict | None) or not isinstance(asked.get("extensions"), dict | None):
            raise BadRequestError(400, message("variables and extensions are objects."), "BAD_REQUEST")
        if _deeper(variables, LIMITS.value_depth):
            raise BadRequestError(
                400, message("A value nests at most {most} levels."), "LIMIT_EXCEEDED", most=LIMITS.value_depth
            )
        key, reason = headers.get(b"idempotency-key"), headers.get(b"x-reason")
        return Call(
            self._document(asked),
            name,
            variables or {},
            idempotency_key=key.decode("latin-1") if key is not None else None,
            reason=reason.decode("utf-8", "replace")[:500] if reason is not None else None,
            request_id=request_id,
            only_reading=only_reading,
        )

    def _document(self, asked: dict[str, Any]) -> str:
        """The document itself, or the one known by its hash: clients send the text once, then the id alone."""
        text = asked.get("query")
        persisted = (asked.get("extensions") or {}).get("persistedQuery")
        named = asked.get("documentId")
        sha = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
        if isinstance(named, str):
            sha = named.removeprefix("sha256:")
        if isinstance(text, str) and text:
            if isinstance(sha, str):
                if hashlib.sha256(text.encode()).hexdigest() != sha:
                    raise BadRequestError(
                        400, message("The document is not the one that its id names."), "BAD_DOCUMENT_ID"
                    )
                # Only what is a document of ours is kept, so nobody can fill the memory with anything else.
                with suppress(GraphQLErrors, GraphQLError):
                    self._reader.documents.prepare(text, asked.get("operationName"))
                    self._documents[sha] = text
                if len(self._documents) > KEPT_DOCUMENTS:
                    self._documents.popitem(last=False)
            return text
        if isinstance(sha, str):
            found = self._documents.get(sha)
            if found is None:
                raise BadRequestError(404, "PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
            self._documents.move_to_end(sha)
            return found
        raise BadRequestError(400, message("The body needs a query or a documentId."), "BAD_REQUEST")


async def _read(scope: Scope, receive: Receive, headers: dict[bytes, bytes]) -> dict[str, Any]:
    """The parameters of a request: a POST's JSON object, or the query of a GET."""
    if scope["method"] == "GET":
        return _of_address(scope["query_string"])
    if scope["method"] != "POST":
        raise BadRequestError(405, message("Send GraphQL as a POST of JSON."), "BAD_METHOD")
    if not _is_json(headers.get(b"content-type", b"")):
        raise BadRequestError(415, message("Send GraphQL as application/json, in UTF-8."), "BAD_CONTENT_TYPE")
    parts, size, more = [], 0, True
    while more:
        event = await receive()
        part = event.get("body", b"")
        size += len(part)
        if size > MOST_BYTES:
            raise BadRequestError(413, message("The body has more than {most} bytes."), "TOO_LARGE", most=MOST_BYTES)
        parts.append(part)
        more = event.get("more_body", False)
    return _object(b"".join(parts))


def _is_json(content_type: bytes) -> bool:
    """Whether a content type says JSON in UTF-8; its other parameters are of no consequence."""
    if content_type == JSON:
        return True
    name, *parameters = content_type.lower().split(b";")
    charsets = [
        value.strip(b' "') for key, _, value in (item.partition(b"=") for item in parameters) if b"charset" in key
    ]
    return name.strip() == JSON and all(charset in (b"utf-8", b"utf8") for charset in charsets)


def _object(body: bytes) -> dict[str, Any]:
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        if _holds_half_a_pair(body):
            text = message("A text cannot hold half of a character pair (U+D800 to U+DFFF).")
            raise BadRequestError(400, text, "BAD_TEXT") from None
        raise BadRequestError(400, message("The body is no JSON."), "BAD_JSON") from None
    if NUL in body and _holds_nul(asked):
        raise BadRequestError(400, message("A text cannot hold the character U+0000."), "BAD_TEXT")
    if not isinstance(asked, dict):
        raise BadRequestError(400, message("The body is one JSON object; batches are not taken."), "BAD_REQUEST")
    return asked


def _holds_half_a_pair(body: bytes) -> bool:
    """Whether a body is JSON but for a surrogate that has lost its other half, which stands for no character."""
    try:
        text = json.dumps(json.loads(body.decode()), ensure_ascii=False)
    except (ValueError, RecursionError):
        return False
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def _of_address(query: bytes) -> dict[str, Any]:
    """A GET's parameters; its objects are written as JSON."""
    try:
        given = dict(parse_qsl(query.decode("ascii"), strict_parsing=bool(query), max_num_fields=10))
    except ValueError:
        raise BadRequestError(400, message("The address is not well formed."), "BAD_REQUEST") from None
    asked: dict[str, Any] = dict(given)
    for name in ("variables", "extensions"):
        if name in given:
            asked[name] = _object(given[name].encode())
    return asked


def _holds_nul(value: Any) -> bool:
    """PostgreSQL keeps every character but this one."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(item) for pair in value.items() for item in pair)
    return isinstance(value, list) and any(_holds_nul(item) for item in value)


def _deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if levels == 0:
        return True
    # Most of it is flat, and asking here spares a call for each.
    inner = value.values() if isinstance(value, dict) else value
    return any(_deeper(item, levels - 1) for item in inner if isinstance(item, dict | list))


async def _language_of(scope: Scope, headers: dict[bytes, bytes]) -> str:
    """In which language somebody is answered whose request cannot even be read: their own, if they say who they are."""
    with suppress(Exception):
        return (await authenticate(scope)).language
    return _preferred(headers)


def _preferred(headers: dict[bytes, bytes]) -> Language:
    """In which language somebody is answered whom nobody knows yet."""
    return negotiate(headers.get(b"accept-language", b"").decode("latin-1"), Language.EN)


def _body(answer: Answer, errors: list[dict[str, Any]], balance: Balance) -> bytes:
    tail = b',"extensions":{"cost":{"requested":%d,"available":%d,%b}}}' % (answer.cost, balance.available, ALLOWANCE)
    if not errors:
        return b"".join((b'{"data":', answer.data or b"null", tail))
    data = b',"data":' + answer.data if answer.data is not None else b""
    return b'{"errors":' + orjson.dumps(errors, default=str) + data + tail


def _rate_headers(balance: Balance) -> list[tuple[bytes, bytes]]:
    return [RATE_POLICY, (b"ratelimit", b'"cost";r=%d' % balance.available)]


def _failed(
    status: int, error: dict[str, Any], *headers: tuple[bytes, bytes]
) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
    more = [(b"allow", b"GET, POST")] if status == 405 else []
    return status, orjson.dumps({"errors": [error]}), [*more, *headers]


def _request_id(headers: dict[bytes, bytes]) -> str:
    given = headers.get(b"x-request-id")
    if given is not None:
        with suppress(ValueError):
            return str(UUID(given.decode("latin-1")))
    return str(uuid7())
