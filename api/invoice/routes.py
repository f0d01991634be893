"""The addresses of invoices, credit notes and dunning letters as PDFs, and of e-invoices, for who may see these."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.answers import NOT_KEPT, refused, refusing
from api.auth.authentication import authenticate
from api.handbook.routes import PDF_POINTS, PRINTER
from api.linked import visiting
from domain.billing import queries as billing
from domain.billing.queries import electronic
from domain.billing.queries import papers as queries
from domain.billing.rules.electronic import Stated
from domain.billing.rules.papers import credit_note_paper, invoice_paper
from domain.billing.rules.ubl import ubl
from domain.presales.rules.papers import Paper
from tenancy.database import reading
from tenancy.language import Language, language_of
from tenancy.quotas import QUOTAS
from tenancy.refusals import Invalid, NotFound, Unavailable, message
from tenancy.work import Work

Written = tuple[Callable[[Language], Paper], Language, str]
"""How a paper is written in a language, the language of its customer, and how its file is called."""


@refusing
async def invoice(request: Request) -> Response:
    """An invoice as a PDF as it stands now, in the customer's language unless told."""

    async def find(work: Work, id: UUID) -> Written:
        said, language = await queries.invoice_text(work, id)
        return lambda asked: invoice_paper(said, asked), language, f"invoice-{said.label}"

    return await _printed(request, "invoice_id", "invoiceId", find)


@refusing
async def credit_note(request: Request) -> Response:
    """A credit note as a PDF, in the customer's language unless told."""

    async def find(work: Work, id: UUID) -> Written:
        said, language = await queries.credit_note_text(work, id)
        return lambda asked: credit_note_paper(said, asked), language, f"credit-note-{said.number}"

    return await _printed(request, "credit_note_id", "creditNoteId", find)


async def _printed(
    request: Request, parameter: str, path: str, find: Callable[[Work, UUID], Awaitable[Written]]
) -> Response:
    actor = await authenticate(request.scope)
    wait = QUOTAS.charge(actor, PDF_POINTS).wait_seconds
    if wait:
        return visiting.later(request, wait)
    try:
        id = UUID(request.path_params[parameter])
    except ValueError:
        raise NotFound(path=(path,)) from None
    async with reading(actor) as work:
        write, usual, name = await find(work, id)
        at = work.now
    asked = request.query_params.get("language")
    language = language_of(asked) if asked is not None else usual
    if language is None:
        raise Invalid(message("The language is one of zh-Hans, zh-Hant and en."), path=("language",))
    try:
        pdf = await PRINTER.paper(write(language), at)
    except Unavailable as refusal:
        return refused(request, refusal, status=503)
    headers = {
        **visiting.HEADERS,
        **NOT_KEPT,
        "Content-Language": language.tag,
        "Content-Disposition": f'inline; filename="{name}.pdf"',
    }
    return Response(pdf, media_type="application/pdf", headers=headers)


@refusing
async def dunning_letter(request: Request) -> Response:
    """A dunning letter as a PDF to be printed and posted, in the language and the words in which it was written, with
    the fingerprint by which `markDunningLetterPosted` knows what was posted."""
    actor = await authenticate(request.scope)
    wait = QUOTAS.charge(actor, PDF_POINTS).wait_seconds
    if wait:
        return visiting.later(request, wait)
    try:
        id = UUID(request.path_params["letter_id"])
    except ValueError:
        raise NotFound(path=("letterId",)) from None
    async with reading(actor) as work:
        letter, fingerprint = await billing.letter_to_print(work, id)
    assert letter.paper is not None
    assert letter.written_at is not None
    try:
        pdf = await PRINTER.stored_paper({**letter.paper, "mark": fingerprint}, letter.written_at)
    except Unavailable as refusal:
        return refused(request, refusal, status=503)
    headers = {
        **visiting.HEADERS,
        **NOT_KEPT,
        "Content-Disposition": 'inline; filename="dunning-letter.pdf"',
        "Letter-Fingerprint": fingerprint,
    }
    return Response(pdf, media_type="application/pdf", headers=headers)


@refusing
async def invoice_ubl(request: Request) -> Response:
    """An issued invoice as an e-invoice."""

    async def find(work: Work, id: UUID) -> Stated:
        return await electronic.invoice_stated(work, id, "invoiceId")

    return await _as_xml(request, "invoice_id", "invoiceId", find, "invoice")


@refusing
async def credit_note_ubl(request: Request) -> Response:
    """A credit note as an e-invoice."""

    async def find(work: Work, id: UUID) -> Stated:
        return await electronic.credit_note_stated(work, id, "creditNoteId")

    return await _as_xml(request, "credit_note_id", "creditNoteId", find, "credit-note")


async def _as_xml(
    request: Request, parameter: str, path: str, find: Callable[[Work, UUID], Awaitable[Stated]], name: str
) -> Response:
    actor = await authenticate(request.scope)
    wait = QUOTAS.charge(actor, visiting.POINTS).wait_seconds
    if wait:
        return visiting.later(request, wait)
    try:
        id = UUID(request.path_params[parameter])
    except ValueError:
        raise NotFound(path=(path,)) from None
    async with reading(actor) as work:
        stated = await find(work, id)
    disposition = f'attachment; filename="{name}-{stated.number}.xml"'
    headers = {**visiting.HEADERS, **NOT_KEPT, "Content-Disposition": disposition}
    return Response(ubl(stated), media_type="application/xml", headers=headers)


ROUTES = [
    Route("/invoices/{invoice_id}.xml", invoice_ubl, methods=["GET"]),
    Route("/credit-notes/{credit_note_id}.xml", credit_note_ubl, methods=["GET"]),
    Route("/invoices/{invoice_id}.pdf", invoice, methods=["GET"]),
    Route("/credit-notes/{credit_note_id}.pdf", credit_note, methods=["GET"]),
    Route("/dunning-letters/{letter_id}.pdf", dunning_letter, methods=["GET"]),
]
