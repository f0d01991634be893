"""The addresses of invoices, credit notes and dunning letters as PDFs, and of e-invoices, for who may see these."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.answers import NOT_KEPT, refusing
from api.linked import visiting
from api.papers import PDF_POINTS, PRINTER, Written, found, paper_at, pdf
from domain.banking import queries as banking
from domain.billing import queries as billing
from domain.billing.queries import electronic
from domain.billing.queries import papers as queries
from domain.billing.rules.electronic import Stated
from domain.billing.rules.papers import credit_note_paper, invoice_paper
from domain.billing.rules.ubl import ubl
from tenancy.work import Work


async def _invoice(work: Work, id: UUID) -> Written:
    """An invoice as it stands now."""
    said, language = await queries.invoice_text(work, id)
    return Written(partial(invoice_paper, said), language, f"invoice-{said.label}", work.now)


async def _credit_note(work: Work, id: UUID) -> Written:
    said, language = await queries.credit_note_text(work, id)
    return Written(partial(credit_note_paper, said), language, f"credit-note-{said.number}", work.now)


@refusing
async def dunning_letter(request: Request) -> Response:
    """A dunning letter as a PDF to be printed and posted, in the language and the words in which it was written, with
    the fingerprint by which `markDunningLetterPosted` knows what was posted."""
    letter, fingerprint = await found(request, "letterId", billing.letter_to_print, points=PDF_POINTS)
    assert letter.paper is not None
    assert letter.written_at is not None
    printing = PRINTER.stored_paper({**letter.paper, "mark": fingerprint}, letter.written_at)
    return await pdf(request, printing, "dunning-letter", {"Letter-Fingerprint": fingerprint})


def _e_invoice_at(address: str, path: str, name: str, find: Callable[[Work, UUID, str], Awaitable[Stated]]) -> Route:
    @refusing
    async def as_xml(request: Request) -> Response:
        stated = await found(request, path, lambda work, id: find(work, id, path), points=visiting.POINTS)
        disposition = f'attachment; filename="{name}-{stated.number}.xml"'
        headers = {**visiting.HEADERS, **NOT_KEPT, "Content-Disposition": disposition}
        return Response(ubl(stated), media_type="application/xml", headers=headers)

    return Route(address, as_xml, methods=["GET"])


ROUTES = [
    _e_invoice_at("/invoices/{id}.xml", "invoiceId", "invoice", banking.invoice_stated),
    _e_invoice_at("/credit-notes/{id}.xml", "creditNoteId", "credit-note", electronic.credit_note_stated),
    paper_at("/invoices/{id}.pdf", "invoiceId", _invoice),
    paper_at("/credit-notes/{id}.pdf", "creditNoteId", _credit_note),
    Route("/dunning-letters/{id}.pdf", dunning_letter, methods=["GET"]),
]
