"""The addresses of the handbook's documents: who may read a version gets it as a page or as a PDF."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.answers import NOT_KEPT, refused, refusing
from api.auth.authentication import authenticate
from api.handbook.pages import SECURITY_POLICY, page
from api.papers import PDF_POINTS, PRINTER
from domain.rulebook import queries as rulebook
from domain.rulebook.rules.documents import Document, Record, refuse_too_long, write
from tenancy.actor import Actor
from tenancy.database import reading
from tenancy.language import Language, language_of, negotiate
from tenancy.quotas import QUOTAS
from tenancy.refusals import Invalid, NotFound, Unavailable, message

# What a page takes of the caller's allowance, in points of cost.
PAGE_POINTS = 500
HEADERS = {
    **NOT_KEPT,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": SECURITY_POLICY,
}


@refusing
async def as_html(request: Request) -> Response:
    """A version as a page."""
    actor = await authenticate(request.scope)
    QUOTAS.take(actor, PAGE_POINTS)
    record, document = await _read(request, actor)
    html = await asyncio.to_thread(page, document)
    return Response(html, media_type="text/html", headers=_headers(record, document, "html"))


@refusing
async def as_pdf(request: Request) -> Response:
    """A version as a PDF."""
    actor = await authenticate(request.scope)
    QUOTAS.take(actor, PDF_POINTS)
    record, document = await _read(request, actor)
    try:
        pdf = await PRINTER.pdf(document, record.as_of)
    except Unavailable as refusal:
        return refused(request, refusal, status=503)
    return Response(pdf, media_type="application/pdf", headers=_headers(record, document, "pdf"))


async def _read(request: Request, actor: Actor) -> tuple[Record, Document]:
    """The version that is asked for, in the language that is asked for or else the reader's."""
    language = _language(request, actor)
    try:
        id = UUID(request.path_params["version_id"])
    except ValueError:
        raise NotFound(path=("versionId",)) from None
    async with reading(actor) as work:
        record = await rulebook.document(work, id)
    # Hundreds of clauses are written elsewhere than where everybody else is answered.
    document = await asyncio.to_thread(write, record, language)
    refuse_too_long(document)
    return record, document


def _language(request: Request, actor: Actor) -> Language:
    """The one that `?language=` asks for, else the reader's; a program, which sends a token, may also ask by its
    header, as browsers always do unasked."""
    asked = request.query_params.get("language")
    found = language_of(asked if asked is not None else actor.language)
    if asked is None and found is not None and "authorization" in request.headers:
        return negotiate(request.headers.get("accept-language"), found)
    if found is None:
        raise Invalid(message("The language is one of zh-Hans, zh-Hant and en."), path=("language",))
    return found


def _headers(record: Record, document: Document, form: str) -> Mapping[str, str]:
    return {
        **HEADERS,
        "Content-Language": Language(document.language).tag,
        "Content-Disposition": f'inline; filename="handbook-{record.number}.{form}"',
    }


ROUTES = [
    Route("/handbook/{version_id}.html", as_html, methods=["GET"]),
    Route("/handbook/{version_id}.pdf", as_pdf, methods=["GET"]),
]
