"""The paper of a contract: in three languages, with the fingerprint of what was signed, for whoever may see it."""

import httpx
import pytest
from starlette.applications import Starlette

from api import papers as printing
from api.contract.routes import ROUTES
from domain.contracts import queries
from domain.contracts.queries import papers
from domain.contracts.rules.papers import contract_paper
from press.printing import Printer
from tenancy.actor import Actor
from tenancy.database import reading
from tenancy.language import Language
from tests.conftest import found_company
from tests.domain.contracts.office import TERMS, clerk, drafted, signed, wording
from tests.domain.contracts.test_amendments import agreed, change
from tests.domain.presales.company import Company, founded, on


@pytest.fixture
async def company(pool: None) -> Company:
    """Thirty per cent on signing, seventy at the end."""
    return await founded(("8.1", TERMS))


async def test_the_paper_says_what_holds_and_what_was_signed(company: Company) -> None:
    contract = await signed(company, wording=wording(scope="A portal", renewal_months=12))
    row = await agreed(company, contract, change(liability="Double", effective_on=on(1).date()))
    async with reading(clerk(company)) as work:
        said = await papers.text_of(work, await queries.get(work, contract.id))
    told = {}
    for language in Language:
        paper = contract_paper(said, language)
        told[language] = str(paper)
        assert (await Printer().paper(paper, on(1))).startswith(b"%PDF-")
        for always in (contract.number, row.number, "A portal", "Double", "Boss", "Lin"):
            assert always in told[language]
        assert contract.approved_digest is not None
        assert row.approved_digest is not None
        assert contract.approved_digest in told[language]
        assert row.approved_digest in told[language]
    english = ("Fingerprint of what was signed", "from Jun 1, 2026 to Jun 30, 2026", "by 12 months", "On signing")
    for text in english:
        assert text in told[Language.EN]
    assert ("合同" in told[Language.ZH_HANS], "合約" in told[Language.ZH_HANT]) == (True, True)


async def test_a_draft_says_that_it_is_one(company: Company) -> None:
    contract = await drafted(company, wording=wording(ends_on=None))
    async with reading(clerk(company)) as work:
        paper = contract_paper(await papers.text_of(work, contract), Language.EN)
    assert "neither approved nor signed" in str(paper)
    assert "until one side ends it" in str(paper)


async def test_only_whoever_may_see_a_contract_gets_its_paper(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = await signed(company)
    actors: list[Actor] = [clerk(company), await found_company(), company.head]

    async def next_one(_: object) -> Actor:
        return actors.pop(0)

    app = Starlette(routes=ROUTES)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://zhidu") as client:
        assert (await client.get(f"/contracts/{contract.id}.pdf")).status_code == 401
        monkeypatch.setattr(printing, "authenticate", next_one)
        found = await client.get(f"/contracts/{contract.id}.pdf?language=zh-TW")
        assert (found.status_code, found.headers["content-type"]) == (200, "application/pdf")
        assert found.headers["content-language"] == "zh-Hant"
        for _ in range(2):
            assert (await client.get(f"/contracts/{contract.id}.pdf")).status_code == 404
