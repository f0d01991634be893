"""What is behind a quotation's link: shown without an account, in three languages, answered once; and its PDF."""

import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette

from api.quotation.routes import ROUTES, paper_of
from domain.kernel.lines import LineKind, line
from domain.presales import commands
from domain.presales.models import Quotation
from domain.presales.queries import quotations as queries
from domain.presales.rules.quotations import QuotationState
from press.printing import Printer
from tenancy.database import reading
from tenancy.language import Language
from tenancy.links import Link, Purpose, token
from tests.domain.presales.company import Company, do, founded, go_to, limit, on, sent, stored

HOSTILE = '<script>alert("1")</script>'
YES = {"answer": "accept", "name": "Lin"}


@pytest.fixture
async def client(pool: None) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without any account."""
    app = Starlette(routes=ROUTES)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://zhidu") as made:
        yield made


@pytest.fixture
async def company(pool: None) -> Company:
    """Ten per cent are free."""
    return await founded(("6.3", limit("10", "30", valid_days=20)))


def link_of(company: Company, quotation: Quotation, purpose: Purpose = Purpose.QUOTATION) -> str:
    return f"/quotation/{token(company.admin.tenant_id, Link(purpose, quotation.id))}"


async def test_a_link_shows_the_offer_and_takes_one_answer(client: httpx.AsyncClient, company: Company) -> None:
    quotation = await sent(company, "10", terms="Delivery in July.\nWithout travel.")
    link = link_of(company, quotation)
    for _ in range(2):
        page = await client.get(link)
        assert (page.status_code, page.headers["content-language"]) == (200, "en")
    for said in ("Portal", quotation.number, "12,078.00", "Jun 21, 2026", "Delivery in July.", "2 day"):
        assert said in page.text
    assert (await stored(company, quotation)).state is QuotationState.SENT
    thanks = await client.post(link, data={**YES, "comment": "谢谢"})
    assert (thanks.status_code, "is accepted" in thanks.text) == (200, True)
    found = await stored(company, quotation)
    assert (found.state, found.answered_by, found.comment) == (QuotationState.ACCEPTED, "Lin", "谢谢")
    assert (await client.post(link, data=YES)).status_code == 404
    declined = await sent(company)
    await client.post(link_of(company, declined), data={**YES, "answer": "decline"})
    assert (await stored(company, declined)).state is QuotationState.DECLINED


async def test_every_link_that_opens_nothing_is_answered_alike(client: httpx.AsyncClient, company: Company) -> None:
    superseded, expired, withdrawn = [await sent(company) for _ in range(3)]
    await do(commands.revise_quotation, company.seller, superseded)
    await do(commands.withdraw_quotation, company.seller, withdrawn)
    await go_to(company, on(22))
    other = await founded()
    good = link_of(company, superseded)
    wrong = [
        "/quotation/x",
        good,
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        link_of(company, expired),
        link_of(company, withdrawn),
        link_of(other, expired),
        link_of(company, expired, Purpose.SURVEY),
        f"/quotation/{token(uuid4(), Link(Purpose.QUOTATION, expired.id))}",
    ]
    answers = [await client.get(address) for address in wrong]
    answers += [await client.get(f"{address}.pdf") for address in wrong]
    answers += [await client.post(address, data=YES) for address in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize(
    "given", [{}, {"answer": "perhaps", "name": "Lin"}, {"answer": "accept"}, {"answer": "accept", "name": "x" * 300}]
)
async def test_what_does_not_fit_is_asked_again_and_changes_nothing(
    client: httpx.AsyncClient, company: Company, given: dict[str, str]
) -> None:
    quotation = await sent(company, title=HOSTILE)
    page = await client.post(link_of(company, quotation), data={**given, "comment": HOSTILE})
    assert (page.status_code, HOSTILE in page.text, "&lt;script&gt;" in page.text) == (422, False, True)
    assert (await stored(company, quotation)).state is QuotationState.SENT


@pytest.mark.parametrize(
    ("language", "tag", "said"),
    [("zh-CN", "zh-Hans", "接受"), ("zh-TW", "zh-Hant", "接受"), ("en", "en", "We accept this quotation.")],
)
async def test_the_page_speaks_the_language_that_is_asked_for(
    client: httpx.AsyncClient, company: Company, language: str, tag: str, said: str
) -> None:
    page = await client.get(f"{link_of(company, await sent(company))}?language={language}")
    assert (page.headers["content-language"], said in page.text, f'lang="{tag}"' in page.text) == (tag, True, True)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert (page.headers["referrer-policy"], page.headers["cache-control"]) == ("no-referrer", "no-store")
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page.text)


async def test_the_paper_is_printed_in_each_language(client: httpx.AsyncClient, company: Company) -> None:
    tricks = '#panic("x") *bold* $y$ @z'
    many = [line("CNY", LineKind.LICENCE, f"{tricks} 许可 {number}", unit_price="99.99") for number in range(60)]
    quotation = await sent(company, lines=many, terms=tricks)
    async with reading(company.admin) as work:
        offer = await queries.offer(work, await queries.any_one(work, quotation.id))
    for language in Language:
        assert (await Printer().paper(paper_of(offer, language), on(1))).startswith(b"%PDF-")
    pdf = await client.get(f"{link_of(company, quotation)}.pdf?language=zh-TW")
    assert (pdf.status_code, pdf.headers["content-type"], pdf.headers["content-language"]) == (
        200,
        "application/pdf",
        "zh-Hant",
    )
    assert (await client.get(f"/quotations/{quotation.id}.pdf")).status_code == 401
