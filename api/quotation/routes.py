"""The addresses of quotations: the page and the PDF behind a link, which reading never answers, and the staff's PDF."""

from collections.abc import Mapping
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.answers import NOT_KEPT, refused, refusing
from api.auth.authentication import authenticate
from api.handbook.routes import PDF_POINTS, PRINTER
from api.linked import visiting
from api.quotation import pages
from domain.consequences import settle
from domain.presales import commands
from domain.presales.queries import quotations as queries
from domain.presales.queries.quotations import Offer
from domain.presales.rules.papers import Paper, QuotationText, quotation_paper
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.language import Language, language_of
from tenancy.links import Purpose, read_token
from tenancy.quotas import QUOTAS
from tenancy.refusals import Invalid, NotFound, Refusal, Unavailable, message


@refusing
async def show(request: Request) -> Response:
    """The page of a quotation, or the one that says that there is nothing to see."""
    wait = visiting.charge(Purpose.QUOTATION, request.path_params["token"])
    if wait:
        return visiting.later(request, wait)
    found = await visiting.opened(request, Purpose.QUOTATION, queries.open_offer)
    if found is None:
        return visiting.nothing(request, pages.closed)
    language = visiting.language_for(request, found.language)
    return visiting.answer(pages.offer(paper_of(found, language), language, {}, None), language)


@refusing
async def answer(request: Request) -> Response:
    """Keep an answer, once; what doesn't fit is asked again with what was written."""
    wait = visiting.charge(Purpose.QUOTATION, request.path_params["token"])
    if wait:
        return visiting.later(request, wait)
    opened = read_token(Purpose.QUOTATION, request.path_params["token"])
    found = await visiting.opened(request, Purpose.QUOTATION, queries.open_offer)
    if opened is None or found is None:
        return visiting.nothing(request, pages.closed)
    (tenant_id, link), language = opened, visiting.language_for(request, found.language)
    given: Mapping[str, str] = {}
    try:
        given = await visiting.fields(request)
        accepted = _accepted(given)
        async with writing(Actor.system(tenant_id), settle=settle, reason="quotation") as work:
            await commands.answer_by_link(
                work,
                quotation_id=link.id,
                accepted=accepted,
                name=given.get("name", ""),
                comment=given.get("comment", ""),
            )
    except Invalid as problem:
        shown = pages.offer(paper_of(found, language), language, given, problem)
        return visiting.answer(shown, language, status=422)
    except Refusal:
        # Somebody was faster, it was taken back or revised, or the company is suspended.
        return visiting.nothing(request, pages.closed, language)
    return visiting.answer(pages.thanks(language, accepted=accepted), language)


@refusing
async def linked_pdf(request: Request) -> Response:
    """The quotation behind a link as a PDF."""
    wait = visiting.charge(Purpose.QUOTATION, request.path_params["token"], PDF_POINTS)
    if wait:
        return visiting.later(request, wait)
    found = await visiting.opened(request, Purpose.QUOTATION, queries.open_offer)
    if found is None:
        return visiting.nothing(request, pages.closed)
    return await _print(request, found, visiting.language_for(request, found.language))


@refusing
async def as_pdf(request: Request) -> Response:
    """Any version of a quotation as a PDF, for whoever may see it."""
    actor = await authenticate(request.scope)
    wait = QUOTAS.charge(actor, PDF_POINTS).wait_seconds
    if wait:
        return visiting.later(request, wait)
    try:
        id = UUID(request.path_params["quotation_id"])
    except ValueError:
        raise NotFound(path=("quotationId",)) from None
    async with reading(actor) as work:
        found = await queries.offer(work, await queries.get(work, id, "quotationId"))
    asked = request.query_params.get("language")
    language = language_of(asked) if asked is not None else found.language
    if language is None:
        raise Invalid(message("The language is one of zh-Hans, zh-Hant and en."), path=("language",))
    return await _print(request, found, language)


def paper_of(found: Offer, language: Language) -> Paper:
    """What a quotation's paper says in a language."""
    quotation = found.quotation
    said = QuotationText(
        number=quotation.number,
        version=quotation.version,
        title=quotation.title,
        company=found.company,
        customer=found.customer,
        contact=found.contact,
        currency=quotation.currency,
        terms=quotation.terms,
        valid_until_on=quotation.valid_until_on,
        lines=queries.as_rules(found.lines),
        tax_rounding=quotation.tax_rounding,
    )
    return quotation_paper(said, language)


async def _print(request: Request, found: Offer, language: Language) -> Response:
    quotation = found.quotation
    try:
        pdf = await PRINTER.paper(paper_of(found, language), quotation.sent_at or quotation.drafted_at)
    except Unavailable as refusal:
        return refused(request, refusal, status=503)
    headers = {
        **visiting.HEADERS,
        **NOT_KEPT,
        "Content-Language": language.tag,
        "Content-Disposition": f'inline; filename="{quotation.number}-{quotation.version}.pdf"',
    }
    return Response(pdf, media_type="application/pdf", headers=headers)


def _accepted(given: Mapping[str, str]) -> bool:
    if given.get("answer") not in (pages.ACCEPT, pages.DECLINE):
        raise Invalid(message("Please choose one of the two answers."), path=("answer",))
    return given["answer"] == pages.ACCEPT


ROUTES = [
    Route("/quotation/{token}.pdf", linked_pdf, methods=["GET"]),
    Route("/quotation/{token}", show, methods=["GET"]),
    Route("/quotation/{token}", answer, methods=["POST"]),
    Route("/quotations/{quotation_id}.pdf", as_pdf, methods=["GET"]),
]
