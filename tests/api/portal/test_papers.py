"""What customers' people see of papers that are there: their own company's that went out, and nobody else's."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.billing import commands as billing
from domain.billing.rules.invoices import line as billed
from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.lines import LineKind, line
from domain.kernel.terms import Language
from domain.policies.rules.kinds import SatisfactionSurvey
from domain.presales import commands as presales
from tenancy.actor import Actor
from tenancy.database import writing
from tests.api.conftest import Ask
from tests.conftest import found_company
from tests.domain.customers.portal import contact, opened, visitor, with_portal
from tests.domain.feedback.company import asking, closed, survey_of
from tests.domain.requests.company import Company, software_clauses
from tests.handbooks import publish

PAPERS = """query {
  portalSurveys(first: 9) { nodes { id state score request { title } } }
  portalQuotations(first: 9) { nodes { id number title state lines { description net { amount } } total { amount } } }
  portalInvoices(first: 9) { nodes { id state lines { description } total { amount } outstanding { amount } } }
}"""
KIND = "query($id: ID!) { node(id: $id) { __typename } }"
# What is said inside about each of these: none of it is a field of what the portal shows.
INSIDE = (
    "portalInvoices(first: 1) { nodes { dunningSteps { id } } }",
    "portalInvoices(first: 1) { nodes { holds { id } } }",
    "portalQuotations(first: 1) { nodes { preparedBy { id } } }",
    "portalQuotations(first: 1) { nodes { approval { id } } }",
    "portalSurveys(first: 1) { nodes { followUp { id } } }",
    "invoices(first: 1) { nodes { id } }",
    "quotations(first: 1) { nodes { id } }",
    "surveys(first: 1) { nodes { id } }",
    "contracts(first: 1) { nodes { id } }",
    "customers(first: 1) { nodes { id } }",
)


@pytest.fixture(autouse=True)
async def _quiet(pool: None) -> None:
    """The database is open."""


async def filled(**portal: Any) -> Company:
    """A company that has written to two customers, and has drafts that went to nobody."""
    company = await with_portal(opened(**portal))
    survey = asking(contact_rest_days=0)
    clauses = [
        (number, survey if isinstance(value, SatisfactionSurvey) else value) for number, value in software_clauses()
    ]
    await publish(company.admin, *clauses, ("2.7", opened(**portal)))
    return company


async def invoice(company: Company, customer_id: UUID, what: str, *, issued: bool = True) -> UUID:
    async with writing(company.admin, settle=settle) as work:
        lines = [billed("CNY", what, "1", "100")]
        made = await billing.draft_invoice(work, customer_id=customer_id, currency="CNY", lines=lines)
        if issued:
            due_on = (work.now + timedelta(days=30)).date()
            await billing.issue_invoice(work, invoice_id=made.id, due_on=due_on)
    return made.id


async def quotation(company: Company, customer_id: UUID, contact_id: UUID, title: str, *, sent: bool = True) -> UUID:
    lines = [line("CNY", LineKind.TRAINING, title, unit_price="50", quantity="2", unit="day")]
    async with writing(company.admin, settle=settle) as work:
        made = await presales.draft_quotation(
            work,
            customer_id=customer_id,
            contact_id=contact_id,
            title=title,
            currency="CNY",
            lines=lines,
            valid_days=30,
        )
        if sent:
            await presales.submit_quotation(work, quotation_id=made.id)
            await presales.send_quotation(work, quotation_id=made.id)
    return made.id


async def papers(ask: Ask, actor: Actor) -> Any:
    return {name: page["nodes"] for name, page in (await ask(actor, PAPERS)).items()}


async def test_papers_are_seen_by_whom_they_went_to_and_drafts_by_nobody(ask: Ask) -> None:
    company = await filled(reach="company", invoices=True, quotations=True)
    lin = await visitor(company)
    async with writing(company.admin, settle=settle) as work:
        stranger_id = (
            await customers.add_contact(
                work, customer_id=company.standard_id, name="Rui", email="rui@small.example", language=Language.EN
            )
        ).id
    rui, colleague = await visitor(company, stranger_id), await visitor(company, await contact(company, "Mei"))
    ours = await invoice(company, company.strategic_id, "Support in May")
    theirs = await invoice(company, company.standard_id, "Their support")
    draft = await invoice(company, company.strategic_id, "Not yet", issued=False)
    offered = await quotation(company, company.strategic_id, company.contact_id, "Training")
    for_them = await quotation(company, company.standard_id, stranger_id, "Their training")
    inside = await quotation(company, company.strategic_id, company.contact_id, "Not yet", sent=False)
    survey = await survey_of(company, await closed(company))

    found = await papers(ask, lin)
    assert found["portalInvoices"] == [
        {
            "id": str(ours),
            "state": "ISSUED",
            "lines": [{"description": "Support in May"}],
            "total": {"amount": "100.00"},
            "outstanding": {"amount": "100.00"},
        }
    ]
    [shown] = found["portalQuotations"]
    assert (shown["id"], shown["title"], shown["state"]) == (str(offered), "Training", "SENT")
    assert shown["lines"] == [{"description": "Training", "net": {"amount": "100.00"}}]
    assert found["portalSurveys"] == [
        {"id": str(survey.id), "state": "SENT", "score": None, "request": {"title": "Nobody can sign in"}}
    ]
    # The other customer's people see theirs; a colleague sees the company's papers, but not what Lin was asked.
    other = await papers(ask, rui)
    assert [[paper["id"] for paper in page] for page in other.values()] == [[], [str(for_them)], [str(theirs)]]
    assert await papers(ask, colleague) == found | {"portalSurveys": []}
    for actor, hidden in ((lin, (theirs, for_them, draft, inside)), (rui, (ours, offered, survey.id, draft, inside))):
        for id in hidden:
            assert await ask(actor, KIND, id=str(id)) == {"node": None}
    assert (await ask(lin, KIND, id=str(ours)))["node"]["__typename"] == "PortalInvoice"
    assert (await ask(company.admin, KIND, id=str(ours)))["node"]["__typename"] == "Invoice"


async def test_what_is_inside_is_no_part_of_what_went_out(ask: Ask) -> None:
    company = await filled(reach="company", invoices=True, quotations=True)
    lin = await visitor(company)
    await invoice(company, company.strategic_id, "Support")
    await quotation(company, company.strategic_id, company.contact_id, "Training")
    for document in INSIDE:
        assert await ask.errors(lin, f"{{ {document} }}"), document


async def test_papers_are_shown_as_each_handbook_says_and_to_nobody_of_a_third_company(ask: Ask) -> None:
    wide, narrow = await filled(reach="company", invoices=True, quotations=True), await filled(surveys=False)
    third = await found_company()
    for company in (wide, narrow):
        await invoice(company, company.strategic_id, "Support")
        await quotation(company, company.strategic_id, company.contact_id, "Training")
        await closed(company)
    counts = [
        [len(page) for page in (await papers(ask, actor)).values()]
        for actor in (await visitor(wide), await visitor(narrow), third, wide.admin)
    ]
    assert counts == [[1, 1, 1], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
