"""The address of a contract's paper: a PDF in three languages, for whoever may see the contract."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.answers import NOT_KEPT, refused, refusing
from api.auth.authentication import authenticate
from api.handbook.routes import PDF_POINTS, PRINTER
from api.linked import visiting
from domain.contracts import queries
from domain.contracts.queries import papers
from domain.contracts.rules.papers import contract_paper
from domain.customers import queries as customers
from tenancy.database import reading
from tenancy.language import language_of
from tenancy.quotas import QUOTAS
from tenancy.refusals import Invalid, NotFound, Unavailable, message


@refusing
async def as_pdf(request: Request) -> Response:
    """A contract as a PDF as it holds now, in the customer's language unless told."""
    actor = await authenticate(request.scope)
    wait = QUOTAS.charge(actor, PDF_POINTS).wait_seconds
    if wait:
        return visiting.later(request, wait)
    try:
        id = UUID(request.path_params["contract_id"])
    except ValueError:
        raise NotFound(path=("contractId",)) from None
    async with reading(actor) as work:
        contract = await queries.get(work, id, "contractId")
        said = await papers.text_of(work, contract)
        usual = (await customers.get(work, contract.customer_id)).language
        at = work.now
    asked = request.query_params.get("language")
    language = language_of(asked) if asked is not None else usual
    if language is None:
        raise Invalid(message("The language is one of zh-Hans, zh-Hant and en."), path=("language",))
    try:
        pdf = await PRINTER.paper(contract_paper(said, language), at)
    except Unavailable as refusal:
        return refused(request, refusal, status=503)
    headers = {
        **visiting.HEADERS,
        **NOT_KEPT,
        "Content-Language": language.tag,
        "Content-Disposition": f'inline; filename="{said.number}.pdf"',
    }
    return Response(pdf, media_type="application/pdf", headers=headers)


ROUTES = [Route("/contracts/{contract_id}.pdf", as_pdf, methods=["GET"])]
