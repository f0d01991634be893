"""The addresses of quotations: the page and the PDF behind a link, which reading never answers, and the staff's PDF."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.answers import refusing
from api.linked import visiting
from api.papers import PDF_POINTS, Written, paper_at, printed
from api.quotation import pages
from domain.consequences import settle
from domain.presales import commands
from domain.presales.queries import quotations as queries
from domain.presales.queries.quotations import Offer
from domain.presales.rules.papers import Paper, QuotationText, quotation_paper
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.language import Language
from tenancy.links import Purpose, read_token
from tenancy.refusals import Invalid, Refusal, message
from tenancy.work import Work


@refusing
async def show(request: Request) -> Response:
    """The page of a quotation, or the one that says that there is nothing to see."""
    visiting.charge(request, Purpose.QUOTATION)
    found = await visiting.opened(request, Purpose.QUOTATION, queries.open_offer)
    if found is None:
        return visiting.nothing(request, pages.closed)
    language = visiting.language_for(request, found.language)
    return visiting.answer(pages.offer(paper_of(found, language), language, {}, None), language)


@refusing
async def answer(request: Request) -> Response:
    """Keep an answer, once; what doesn't fit is asked again with what was written."""
    visiting.charge(request, Purpose.QUOTATION)
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
    visiting.charge(request, Purpose.QUOTATION, PDF_POINTS)
    found = await visiting.opened(request, Purpose.QUOTATION, queries.open_offer)
    if found is None:
        return visiting.nothing(request, pages.closed)
    return await printed(request, _written(found), visiting.language_for(request, found.language))


async def _quotation(work: Work, id: UUID) -> Written:
    """Any version of a quotation."""
    return _written(await queries.offer(work, await queries.get(work, id, "quotationId")))


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


def _written(found: Offer) -> Written:
    quotation = found.quotation
    name, at = f"{quotation.number}-{quotation.version}", quotation.sent_at or quotation.drafted_at
    return Written(partial(paper_of, found), found.language, name, at)


def _accepted(given: Mapping[str, str]) -> bool:
    if given.get("answer") not in (pages.ACCEPT, pages.DECLINE):
        raise Invalid(message("Please choose one of the two answers."), path=("answer",))
    return given["answer"] == pages.ACCEPT


ROUTES = [
    Route("/quotation/{token}.pdf", linked_pdf, methods=["GET"]),
    Route("/quotation/{token}", show, methods=["GET"]),
    Route("/quotation/{token}", answer, methods=["POST"]),
    paper_at("/quotations/{id}.pdf", "quotationId", _quotation),
]
