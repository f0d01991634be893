"""The page behind a survey's link: asked without an account, in three languages, answered once."""

import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette

from api.survey.routes import ROUTES
from domain.feedback.rules.surveys import SurveyState
from tenancy.links import Link, Purpose, token
from tests.domain.feedback.company import Company, closed, go_to, service_company, software_company, survey_of, surveys
from tests.domain.requests.company import at

HOSTILE = '<script>alert("1")</script>'
GOOD = {"score": "5", "answer_speed": "4"}


@pytest.fixture
async def client(pool: None) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without any account."""
    app = Starlette(routes=ROUTES)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://zhidu") as made:
        yield made


@pytest.fixture
async def company(pool: None) -> Company:
    """Asks at once, from 1 to 5."""
    return await software_company()


async def link_of(company: Company, title: str = "Nobody can sign in") -> str:
    """The address of the survey of a new closed request."""
    survey = await survey_of(company, await closed(company, title=title))
    return f"/survey/{token(company.admin.tenant_id, Link(Purpose.SURVEY, survey.id))}"


async def test_a_link_asks_by_the_clause_and_takes_one_answer(client: httpx.AsyncClient, company: Company) -> None:
    link = await link_of(company)
    page = await client.get(link)
    assert (page.status_code, page.headers["content-language"]) == (200, "en")
    assert "How did we do?" in page.text
    assert re.findall(r'name="score" value="(\d)"', page.text) == ["1", "2", "3", "4", "5"]
    assert "How fast were we?" in page.text
    thanks = await client.post(link, data={**GOOD, "answer_again": "yes", "comment": "谢谢"})
    assert (thanks.status_code, "Thank you" in thanks.text) == (200, True)
    [survey] = await surveys(company)
    assert (survey.score, survey.comment, survey.answers) == (5, "谢谢", {"speed": 4, "again": True})


async def test_reading_the_page_answers_nothing(client: httpx.AsyncClient, company: Company) -> None:
    link = await link_of(company)
    for _ in range(3):
        assert (await client.get(link)).status_code == 200
    assert (await client.head(link)).status_code == 200
    assert (await surveys(company))[0].state is SurveyState.SENT


async def test_every_link_that_opens_nothing_is_answered_alike(client: httpx.AsyncClient, company: Company) -> None:
    link = await link_of(company)
    await client.post(link, data=GOOD)
    other = await service_company()
    expired = await survey_of(other, await closed(other))
    await go_to(other, at("Tue 30 09:00"))
    tenant_id = company.admin.tenant_id
    wrong = [
        link,
        link[:-1] + ("A" if link[-1] != "A" else "B"),
        "/survey/x",
        f"/survey/{token(tenant_id, Link(Purpose.SURVEY, uuid4()))}",
        f"/survey/{token(uuid4(), Link(Purpose.SURVEY, uuid4()))}",
        f"/survey/{token(other.admin.tenant_id, Link(Purpose.SURVEY, expired.id))}",
        f"/survey/{token(tenant_id, Link(Purpose.SURVEY, expired.id))}",
    ]
    answers = [await client.get(address) for address in wrong]
    answers += [await client.post(address, data=GOOD) for address in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1


async def test_what_does_not_fit_is_asked_again_with_what_was_written(
    client: httpx.AsyncClient, company: Company
) -> None:
    link = await link_of(company)
    page = await client.post(link, data={"score": "9", "comment": HOSTILE})
    assert (page.status_code, HOSTILE in page.text) == (422, False)
    assert "Please choose a score from 1 to 5." in page.text
    assert "&lt;script&gt;" in page.text
    why = await client.post(link, data={"score": "1", "answer_speed": "2"})
    assert (why.status_code, "what went wrong" in why.text) == (422, True)
    assert 'value="1" required checked' in why.text
    assert 'name="asked_why" value="1"' in why.text
    assert (await surveys(company))[0].state is SurveyState.SENT
    assert (await client.post(link, data={"score": "1", "answer_speed": "2", "asked_why": "1"})).status_code == 200


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"score": 5}', "application/json"),
        (b"score=" + b"5" * 300_000, "application/x-www-form-urlencoded"),
        (b"score=%ff", "application/x-www-form-urlencoded"),
        (b"\xff", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % number for number in range(50)), "application/x-www-form-urlencoded"),
    ],
)
async def test_another_content_changes_nothing(
    client: httpx.AsyncClient, company: Company, content: bytes, kind: str
) -> None:
    link = await link_of(company)
    answer = await client.post(link, content=content, headers={"content-type": kind})
    assert answer.status_code == 422
    assert (await surveys(company))[0].state is SurveyState.SENT


@pytest.mark.parametrize(
    ("language", "tag", "said"),
    [("zh-CN", "zh-Hans", "您满意吗？"), ("zh-TW", "zh-Hant", "送出"), ("en", "en", "Send the answer")],
)
async def test_the_page_speaks_the_language_that_is_asked_for(
    client: httpx.AsyncClient, company: Company, language: str, tag: str, said: str
) -> None:
    page = await client.get(f"{await link_of(company)}?language={language}")
    assert (page.headers["content-language"], said in page.text, f'lang="{tag}"' in page.text) == (tag, True, True)


async def test_the_page_asks_for_nothing_else_and_gives_its_address_to_nobody(
    client: httpx.AsyncClient, company: Company
) -> None:
    page = await client.get(await link_of(company, title=HOSTILE))
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert (page.headers["referrer-policy"], page.headers["cache-control"]) == ("no-referrer", "no-store")
    assert HOSTILE not in page.text
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page.text)
