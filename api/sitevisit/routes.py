"""The address of a visit's report: a PDF in three languages, with the customer's signature, for whoever sees it."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.answers import NOT_KEPT, refused, refusing
from api.auth.authentication import authenticate
from api.handbook.routes import PDF_POINTS, PRINTER
from api.linked import visiting
from domain.customers import queries as customers
from domain.files import queries as files
from domain.requests import queries
from domain.requests.rules.papers import report_paper
from tenancy.database import reading
from tenancy.language import language_of
from tenancy.quotas import QUOTAS
from tenancy.refusals import Invalid, NotFound, Unavailable, message


@refusing
async def as_pdf(request: Request) -> Response:
    """The report of a visit as it stands now, in the customer's language unless told."""
    actor = await authenticate(request.scope)
    wait = QUOTAS.charge(actor, PDF_POINTS).wait_seconds
    if wait:
        return visiting.later(request, wait)
    try:
        id = UUID(request.path_params["visit_id"])
    except ValueError:
        raise NotFound(path=("siteVisitId",)) from None
    async with reading(actor) as work:
        visit = await queries.site_visit(work, id, "siteVisitId")
        asked_for = await queries.get(work, visit.request_id)
        said = await queries.report_of(work, visit)
        usual = (await customers.get(work, asked_for.customer_id)).language
        drawn = visit.signature_file_id
        drawing = await files.content_of(work, drawn) if drawn is not None else None
        at = visit.signed_at or visit.ended_at or work.now
    asked = request.query_params.get("language")
    language = language_of(asked) if asked is not None else language_of(usual)
    if language is None:
        raise Invalid(message("The language is one of zh-Hans, zh-Hant and en."), path=("language",))
    try:
        pdf = await PRINTER.paper(report_paper(said, language), at, drawing)
    except Unavailable as refusal:
        return refused(request, refusal, status=503)
    headers = {
        **visiting.HEADERS,
        **NOT_KEPT,
        "Content-Language": language.tag,
        "Content-Disposition": f'inline; filename="{said.number}.pdf"',
    }
    return Response(pdf, media_type="application/pdf", headers=headers)


ROUTES = [Route("/site-visits/{visit_id}.pdf", as_pdf, methods=["GET"])]
