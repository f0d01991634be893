"""What is behind the link of a document to be confirmed: shown without an account, in three languages, once."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette

from api.confirmation.routes import ROUTES
from domain.presales import commands
from domain.presales.models import Solution
from domain.presales.rules.solutions import SolutionState
from tenancy.links import Link, Purpose, token
from tests.domain.presales.company import Company, founded
from tests.domain.presales.test_solutions import move, sent, stored

HOSTILE = '<script>alert("1")</script>'
YES = {"answer": "confirm", "name": "Lin"}


@pytest.fixture
async def client(pool: None) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without any account."""
    app = Starlette(routes=ROUTES)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://zhidu") as made:
        yield made


@pytest.fixture
async def company(pool: None) -> Company:
    """No clause says anything."""
    return await founded()


def link_of(company: Company, solution: Solution, purpose: Purpose = Purpose.SOLUTION) -> str:
    return f"/solution/{token(company.admin.tenant_id, Link(purpose, solution.id))}"


async def test_a_link_shows_the_solution_and_takes_one_answer(client: httpx.AsyncClient, company: Company) -> None:
    solution = await sent(company, plan="In June.\nBy three people.")
    link = link_of(company, solution)
    for _ in range(2):
        page = await client.get(link)
        assert (page.status_code, page.headers["content-language"]) == (200, "en")
    for said in ("Portal", solution.number, "100,000.00", "In June.", "Fewer calls.", "Lin"):
        assert said in page.text
    assert (await stored(company, solution)).state is SolutionState.SENT
    thanks = await client.post(link, data={**YES, "comment": "谢谢"})
    assert (thanks.status_code, "have confirmed" in thanks.text) == (200, True)
    found = await stored(company, solution)
    assert (found.state, found.answered_by, found.comment) == (SolutionState.CONFIRMED, "Lin", "谢谢")
    assert (await client.post(link, data=YES)).status_code == 404
    other = await sent(company)
    await client.post(link_of(company, other), data={**YES, "answer": "object", "comment": "Faster"})
    assert (await stored(company, other)).state is SolutionState.OBJECTED


async def test_every_link_that_opens_nothing_is_answered_alike(client: httpx.AsyncClient, company: Company) -> None:
    superseded, withdrawn, live = [await sent(company) for _ in range(3)]
    await move(company, commands.revise_solution, superseded, reason="Better")
    await move(company, commands.withdraw_solution, withdrawn)
    other = await founded()
    good = link_of(company, live)
    wrong = [
        "/solution/x",
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        link_of(company, superseded),
        link_of(company, withdrawn),
        link_of(other, live),
        link_of(company, live, Purpose.QUOTATION),
        f"/solution/{token(uuid4(), Link(Purpose.SOLUTION, live.id))}",
    ]
    answers = [await client.get(address) for address in wrong]
    answers += [await client.post(address, data=YES) for address in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"answer": "perhaps", "name": "Lin"},
        {"answer": "confirm"},
        {"answer": "object", "name": "Lin", "comment": " "},
        {"answer": "confirm", "name": "x" * 300},
    ],
)
async def test_what_does_not_fit_is_asked_again_and_changes_nothing(
    client: httpx.AsyncClient, company: Company, given: dict[str, str]
) -> None:
    solution = await sent(company, title=HOSTILE)
    page = await client.post(link_of(company, solution), data=given)
    assert (page.status_code, HOSTILE in page.text, "&lt;script&gt;" in page.text) == (422, False, True)
    assert (await stored(company, solution)).state is SolutionState.SENT


@pytest.mark.parametrize(("language", "tag", "said"), [("zh-CN", "zh-Hans", "确认"), ("zh-TW", "zh-Hant", "確認")])
async def test_the_page_speaks_the_language_that_is_asked_for(
    client: httpx.AsyncClient, company: Company, language: str, tag: str, said: str
) -> None:
    page = await client.get(f"{link_of(company, await sent(company))}?language={language}")
    assert (page.headers["content-language"], said in page.text, f'lang="{tag}"' in page.text) == (tag, True, True)
    assert (page.headers["referrer-policy"], page.headers["cache-control"]) == ("no-referrer", "no-store")
