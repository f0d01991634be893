"""The rows of a saved view as a file: as each may see them, in two companies, and nothing for a third."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from api.exporting import routes
from api.exporting import rows as asked
from domain.consequences import settle
from domain.kernel.permissions import Permission
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.identity import tokens
from tenancy.journal import JournalEntry
from tests.api.exporting.test_sheets import read_csv, read_xlsx
from tests.api.requests.asking import submit, with_names
from tests.api.views.test_views_api import save
from tests.conftest import found_company
from tests.domain.requests.company import Company, service_company, software_company


@pytest.fixture
async def client(pool: None) -> AsyncIterator[httpx.AsyncClient]:
    """The addresses of exports without a socket."""
    app = Starlette(routes=routes.ROUTES)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://zhidu") as asking:
        yield asking


@pytest.fixture
async def software(pool: None) -> Company:
    """A company with requests."""
    return with_names(await software_company())


async def get(client: httpx.AsyncClient, actor: Actor, id: object, form: str = "csv") -> httpx.Response:
    async with writing(actor, settle=settle) as work:
        _, token = await tokens.create_access_token(work, name=uuid4().hex, scopes=None)
    return await client.get(f"/views/{id}.{form}", headers={"authorization": f"Bearer {token}"})


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["code"]


async def test_a_view_is_given_as_csv_and_xlsx_as_each_may_see_it(
    ask: Any, client: httpx.AsyncClient, software: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title in ("=1+1", "打印机", "Third"):
        await submit(ask, software, title=title)
    columns = ["title", "customer.name", "assignee.name", "overdue", "reopenedTimes"]
    view = await save(
        ask, software.admin, "上海/open", columns=columns, order="OLDEST", audience="COMPANY", filter={"overdue": False}
    )
    expected = [
        ["Title", "Customer · Name", "Assignee · Name", "Overdue", "Times reopened"],
        ["'=1+1", "Big", "", "false", "0"],
        ["打印机", "Big", "", "false", "0"],
        ["Third", "Big", "", "false", "0"],
    ]
    monkeypatch.setattr(asked, "LIMITS", replace(asked.LIMITS, page=2))
    answer = await get(client, software.dispatcher, view["id"])
    assert answer.status_code == 200, answer.text
    assert read_csv(answer.content) == expected
    assert "filename*=UTF-8''%E4%B8%8A%E6%B5%B7_open.csv" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    sheet = await get(client, software.dispatcher, view["id"], "xlsx")
    assert [row[0] for row in read_xlsx(sheet.content)] == ["Title", "=1+1", "打印机", "Third"]
    assert read_csv((await get(client, software.colleague, view["id"])).content) == expected[:1]
    paths = await get(client, software.colleague, view["id"], "csv?headings=paths")
    assert read_csv(paths.content) == [columns]
    assert code_of(await get(client, software.colleague, view["id"], "csv?headings=none")) == (422, "INVALID")
    async with reading(software.admin) as work:
        told = await work.all(select(JournalEntry).where(JournalEntry.name == "views.exported"))
    assert sorted((entry.payload["form"], entry.payload["row_count"]) for entry in told) == [
        ("csv", 0),
        ("csv", 0),
        ("csv", 3),
        ("xlsx", 3),
    ]


async def test_two_companies_export_their_own_and_a_third_nothing(
    ask: Any, client: httpx.AsyncClient, software: Company
) -> None:
    service, third = with_names(await service_company()), await found_company()
    views = {}
    for company, title in ((software, "Ours"), (service, "Theirs")):
        await submit(ask, company, title=title)
        views[title] = await save(ask, company.admin, "All", columns=["title"], audience="COMPANY")
        answer = await get(client, company.dispatcher, views[title]["id"])
        assert read_csv(answer.content) == [["Title"], [title]]
    assert code_of(await get(client, third, views["Ours"]["id"])) == (404, "NOT_FOUND")
    assert code_of(await get(client, service.dispatcher, views["Ours"]["id"])) == (404, "NOT_FOUND")


async def test_without_columns_the_plain_values_are_given(
    ask: Any, client: httpx.AsyncClient, software: Company
) -> None:
    for viewed in (
        "CUSTOMERS",
        "INVOICES",
        "PAYMENTS",
        "QUOTATIONS",
        "CONTRACTS",
        "INQUIRIES",
        "COMPLAINTS",
        "APPROVALS",
    ):
        view = await save(ask, software.admin, viewedList=viewed)
        answer = await get(client, software.admin, view["id"])
        assert answer.status_code == 200, answer.text
        heads, *rows = read_csv(answer.content)
        assert heads[0] == "Id"
        assert len(rows) == (2 if viewed == "CUSTOMERS" else 0)


async def test_what_cannot_be_exported_is_refused(
    ask: Any, client: httpx.AsyncClient, software: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    await submit(ask, software)
    view = await save(ask, software.clerk, columns=["title"])
    for id, form in ((uuid4(), "csv"), ("nonsense", "csv"), (view["id"], "pdf")):
        assert code_of(await get(client, software.clerk, id, form)) == (404, "NOT_FOUND")
    assert code_of(await get(client, software.head, view["id"])) == (404, "NOT_FOUND")
    assert (await client.get(f"/views/{view['id']}.csv")).status_code == 401
    monkeypatch.setattr(routes, "MOST_ROWS", 0)
    assert code_of(await get(client, software.clerk, view["id"])) == (409, "TOO_MANY_ROWS")
    hidden = await save(ask, software.admin, "Customers", viewedList="CUSTOMERS", audience="COMPANY")
    async with writing(software.admin, settle=settle) as work:
        _, token = await tokens.create_access_token(work, name="narrow", scopes=[Permission.REQUESTS_READ])
    refused = await client.get(f"/views/{hidden['id']}.csv", headers={"authorization": f"Bearer {token}"})
    assert code_of(refused) == (403, "FORBIDDEN")
