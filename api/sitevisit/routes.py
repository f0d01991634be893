"""The address of a visit's report: a PDF in three languages, with the customer's signature, for whoever sees it."""

from functools import partial
from uuid import UUID

from api.papers import Written, paper_at
from domain.customers import queries as customers
from domain.files import queries as files
from domain.requests import queries
from domain.requests.rules.papers import report_paper
from tenancy.work import Work


async def _report(work: Work, id: UUID) -> Written:
    """The report of a visit as it stands now."""
    visit = await queries.site_visit(work, id, "siteVisitId")
    asked_for = await queries.get(work, visit.request_id)
    said = await queries.report_of(work, visit)
    customer = await customers.get(work, asked_for.customer_id)
    drawn = visit.signature_file_id
    drawing = await files.content_of(work, drawn) if drawn is not None else None
    at = visit.signed_at or visit.ended_at or work.now
    return Written(partial(report_paper, said), customer.language, said.number, at, drawing)


ROUTES = [paper_at("/site-visits/{id}.pdf", "siteVisitId", _report)]
