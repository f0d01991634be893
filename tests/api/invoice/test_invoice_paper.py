"""The papers of invoices and credit notes: in three languages, with what is stated, for whoever may see them."""

import httpx
import pytest
from starlette.applications import Starlette

from api import papers
from api.invoice.routes import ROUTES
from domain.billing import commands
from domain.billing.queries import papers as queries
from domain.billing.rules.invoices import line
from domain.billing.rules.papers import credit_note_paper, invoice_paper
from domain.consequences import settle
from press.printing import Printer
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.language import Language
from tests.conftest import found_company
from tests.domain.billing.office import BEGINNING, GENTLE, open_office
from tests.domain.billing.test_partial_credits import credit, taxed

pytestmark = pytest.mark.usefixtures("pool")


async def test_the_paper_says_what_is_billed_credited_paid_and_left() -> None:
    office = await open_office(GENTLE)
    billed = await taxed(office)
    note, _ = await credit(office, billed, "21.90")
    assert note is not None
    await office.pay(billed, "100")
    async with reading(office.admin) as work:
        said, usual = await queries.invoice_text(work, billed)
        taken, _ = await queries.credit_note_text(work, note.id)
    assert usual is Language.EN
    for language in Language:
        for paper in (invoice_paper(said, language), credit_note_paper(taken, language)):
            assert (await Printer().paper(paper, BEGINNING)).startswith(b"%PDF-")
    paper = invoice_paper(said, Language.EN)
    assert (paper.title, [amount for _, amount in paper.sums]) == (
        "Invoice 1",
        ["CN¥200.00", "CN¥13.00", "CN¥6.00", "CN¥219.00", "-CN¥21.90", "-CN¥100.00", "CN¥97.10"],
    )
    assert ("Payable by", "Mar 6, 2026") in paper.facts
    assert "Please pay CN¥97.10 by Mar 6, 2026" in str(paper.sections)
    credited = credit_note_paper(taken, Language.EN)
    assert (credited.title, credited.sums[-1][1]) == ("Credit note 1", "CN¥21.90")
    assert ("Credited invoice", "Invoice 1 of Mar 2, 2026") in credited.facts
    assert "Two days less." in str(credited.sections)


async def test_a_draft_says_that_it_is_one_and_asks_for_nothing() -> None:
    office = await open_office(GENTLE)
    async with writing(office.admin, settle=settle) as work:
        lines = [line("CNY", '#panic("x") *bold* $y$', "1", "100")]
        made = await commands.draft_invoice(work, customer_id=office.customer_id, currency="CNY", lines=lines)
        said, _ = await queries.invoice_text(work, made.id)
    paper = invoice_paper(said, Language.EN)
    assert (paper.title, paper.sections) == ("Draft of an invoice", [])
    assert ("State", "Draft") in paper.facts
    assert (await Printer().paper(paper, BEGINNING)).startswith(b"%PDF-")


async def test_only_whoever_may_see_an_invoice_gets_its_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    office = await open_office(GENTLE)
    billed = await taxed(office)
    note, _ = await credit(office, billed, "10")
    assert note is not None
    nobody = Actor(tenant_id=office.admin.tenant_id, kind=office.admin.kind, id=office.admin.id)
    third = await found_company()
    actors: list[Actor] = []

    async def next_one(_: object) -> Actor:
        return actors.pop(0)

    app = Starlette(routes=ROUTES)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://zhidu") as client:
        assert (await client.get(f"/invoices/{billed}.pdf")).status_code == 401
        monkeypatch.setattr(papers, "authenticate", next_one)
        for address in (f"/invoices/{billed}.pdf", f"/credit-notes/{note.id}.pdf"):
            actors += [office.admin, office.admin, third, nobody]
            found = await client.get(f"{address}?language=zh-TW")
            assert (found.status_code, found.headers["content-type"]) == (200, "application/pdf")
            assert found.headers["content-language"] == "zh-Hant"
            assert (await client.get(f"{address}?language=tlh")).status_code == 422
            for _ in range(2):
                assert (await client.get(address)).status_code == 404
