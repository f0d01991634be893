"""Visits by a signed link: what each link may ask, the fields of a form, the language, and the headers of an answer."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.auth.answers import content_type, read_body
from api.linked import pages
from tenancy.actor import Actor, ActorKind
from tenancy.database import reading
from tenancy.language import Language, language_of, negotiate
from tenancy.links import Purpose, read_token
from tenancy.quotas import QUOTAS
from tenancy.refusals import Invalid, Refusal, message
from tenancy.work import Work

T = TypeVar("T")

# Ten texts of two thousand signs, each sign written as nine bytes.
MOST_BYTES = 200_000
MOST_FIELDS = 20
# What a page or an answer takes of the allowance that each link has of its own.
POINTS = 500
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": pages.SECURITY_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    # The address is the key to the record.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def charge(request: Request, purpose: Purpose, points: int = POINTS) -> None:
    """Charge whoever holds the link of a request; refuses with `TooMuchAsked`."""
    found = read_token(purpose, request.path_params["token"])
    if found is not None:
        QUOTAS.take(Actor(found[0], ActorKind.CLIENT, found[1].id), points)


async def fields(request: Request) -> Mapping[str, str]:
    """The fields of the form; refuses another content."""
    if content_type(request) != "application/x-www-form-urlencoded":
        raise Invalid(message("Please send the form of this page."))
    body = await read_body(request, most=MOST_BYTES)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
    except ValueError:
        raise Invalid(message("Please send the form of this page.")) from None


def language_for(request: Request, own: Language) -> Language:
    """The language that the address names, or else the contact's own."""
    return language_of(request.query_params.get("language", "")) or own


def nothing(request: Request, page: Callable[[Language], str], language: Language | None = None) -> Response:
    """The answer to every link that opens nothing: none is told from another."""
    if language is None:
        language = language_for(request, negotiate(request.headers.get("accept-language"), Language.EN))
    return answer(page(language), language, status=404)


def answer(html: str, language: Language, status: int = 200) -> Response:
    """A page, which nobody keeps on its way."""
    return HTMLResponse(html, status_code=status, headers={**HEADERS, "Content-Language": language.tag})


async def opened(request: Request, purpose: Purpose, open: Callable[[Work, UUID], Awaitable[T | None]]) -> T | None:
    """What the link of a request opens, or None. A token that is not signed by us costs nothing but a look at it."""
    found = read_token(purpose, request.path_params["token"])
    if found is None:
        return None
    tenant_id, link = found
    try:
        async with reading(Actor.system(tenant_id)) as work:
            return await open(work, link.id)
    except Refusal:
        # The company is not here any more.
        return None
