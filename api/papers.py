"""Papers of records as PDFs: as whoever asks sees the record now, in its customer's language or the one asked for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.answers import NOT_KEPT, refused, refusing
from api.auth.authentication import authenticate
from api.linked.visiting import HEADERS
from domain.presales.rules.papers import Paper
from press.printing import Printer
from tenancy.database import reading
from tenancy.language import Language, language_of
from tenancy.quotas import QUOTAS
from tenancy.refusals import Invalid, NotFound, Unavailable, message
from tenancy.work import Work

T = TypeVar("T")

# What a PDF takes of the caller's allowance, in points of cost.
PDF_POINTS = 5_000
PRINTER = Printer()


@dataclass(frozen=True)
class Written:
    """How a paper reads in a language, in which it is unless told, how its file is called without the ending, of when
    it is, and what is drawn below it."""

    write: Callable[[Language], Paper]
    language: Language
    name: str
    at: datetime
    drawing: bytes | None = None


def paper_at(address: str, path: str, find: Callable[[Work, UUID], Awaitable[Written]]) -> Route:
    """The route of a kind of paper. `address` has the record's `{id}`, `path` names it in refusals, `find` reads it."""

    @refusing
    async def as_pdf(request: Request) -> Response:
        written = await found(request, path, find, points=PDF_POINTS)
        asked = request.query_params.get("language")
        language = language_of(asked) if asked is not None else written.language
        if language is None:
            raise Invalid(message("The language is one of zh-Hans, zh-Hant and en."), path=("language",))
        return await printed(request, written, language)

    return Route(address, as_pdf, methods=["GET"])


async def found(request: Request, path: str, find: Callable[[Work, UUID], Awaitable[T]], *, points: int) -> T:
    """What `find` reads of the record whose id is in the address, for whoever asks, who is charged for it."""
    actor = await authenticate(request.scope)
    QUOTAS.take(actor, points)
    try:
        id = UUID(request.path_params["id"])
    except ValueError:
        raise NotFound(path=(path,)) from None
    async with reading(actor) as work:
        return await find(work, id)


async def printed(request: Request, written: Written, language: Language) -> Response:
    """A paper in a language as a PDF."""
    printing = PRINTER.paper(written.write(language), written.at, written.drawing)
    return await pdf(request, printing, written.name, {"Content-Language": language.tag})


async def pdf(request: Request, printing: Awaitable[bytes], name: str, more: dict[str, str] | None = None) -> Response:
    """What comes from the printer, as a file of this name and `.pdf`; `more` are headers."""
    try:
        content = await printing
    except Unavailable as refusal:
        return refused(request, refusal, status=503)
    headers = {**HEADERS, **NOT_KEPT, **(more or {}), "Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)
