"""What the routes beside GraphQL read and answer: small JSON bodies, and refusals in the reader's language."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.auth.authentication import CHALLENGE
from api.errors import status_of, unexpected
from tenancy.identity.attempts import TooManyAttempts
from tenancy.language import Language, in_language, negotiate, translate
from tenancy.quotas import TooMuchAsked
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal, Unauthenticated, message

MOST_BYTES = 16_384
# Answers that carry tokens, cookies or refusals are kept by nobody on the way.
NOT_KEPT = {"Cache-Control": "no-store"}

Endpoint = Callable[[Request], Awaitable[Response]]

_STATUS: tuple[tuple[type[Refusal], int], ...] = (
    (Unauthenticated, 401),
    (TooManyAttempts, 429),
    (TooMuchAsked, 429),
    (Forbidden, 403),
    (NotFound, 404),
    (Invalid, 422),
    (Conflict, 409),
)


def refusing(endpoint: Endpoint) -> Endpoint:
    """Answer a refusal of `endpoint`, and a fault of ours, as data, with the status that fits it."""

    @wraps(endpoint)
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refusal as refusal:
            return refused(request, refusal)
        except Exception as problem:
            language = negotiate(request.headers.get("accept-language"), Language.EN)
            fault = unexpected(problem, language)
            error = {**fault["extensions"], "message": fault["message"], "path": []}
            return JSONResponse({"errors": [error]}, status_code=status_of(fault), headers=NOT_KEPT)

    return answer


def refused(request: Request, refusal: Refusal, *, status: int | None = None) -> Response:
    """The answer to a refused request: `{"errors": [{code, message, path}]}`, with the clause where one refuses."""
    language = negotiate(request.headers.get("accept-language"), Language.EN)
    headers = dict(NOT_KEPT)
    if isinstance(refusal, Unauthenticated):
        headers["WWW-Authenticate"] = CHALLENGE
    if isinstance(refusal, TooManyAttempts | TooMuchAsked):
        headers["Retry-After"] = str(refusal.wait_seconds)
    error: dict[str, Any] = {
        "code": refusal.code,
        "message": translate(refusal.text, language, refusal.values),
        "path": list(refusal.path),
    }
    if refusal.clause is not None:
        clause = refusal.clause
        error["clause"] = {
            "clauseId": str(clause.clause_id),
            "number": clause.number,
            "title": in_language(clause.title, language),
            "versionId": str(clause.version_id),
            "versionNumber": clause.version_number,
        }
    if status is None:
        status = next((fitting for kind, fitting in _STATUS if isinstance(refusal, kind)), 409)
    return JSONResponse({"errors": [error]}, status_code=status, headers=headers)


async def read_body(request: Request, most: int = MOST_BYTES) -> bytes:
    """The body; refuses one that is longer than the route needs, in bytes."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Invalid(message("The request is too long."))
    return body


def content_type(request: Request) -> str:
    """The media type of the body without its parameters, in small letters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_object(request: Request) -> dict[str, Any]:
    """The JSON object in the body; refuses other content, which another site's form could send."""
    if content_type(request) != "application/json":
        raise Invalid(message("Send a JSON object, with the content type application/json."))
    try:
        found = orjson.loads(await read_body(request))
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise Invalid(message("Send a JSON object, with the content type application/json."))
    return found


def text_of(found: dict[str, Any], name: str) -> str:
    """A text among the input; refuses its absence."""
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise Invalid(message("“{name}” is missing."), {"name": name}, path=(name,))
    return value
