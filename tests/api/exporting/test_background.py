"""Exports that a worker writes: as each may see it, headed for people or programs, once, and gone after their time."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from api.exporting import rows as asked
from api.exporting import writing as written
from domain.consequences import settle
from domain.files import commands as files
from domain.files import queries as contents
from domain.files.models import File
from domain.kernel.permissions import Permission
from domain.views import commands
from domain.views.events import ExportExpiryDue
from domain.views.models import Export
from domain.views.rules import ExportState
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem
from tenancy.database import reading, writing
from tenancy.members import Member
from tests.api.exporting.test_sheets import read_csv, read_xlsx
from tests.api.requests.asking import submit, with_names
from tests.api.views.test_views_api import save
from tests.conftest import found_company
from tests.domain.requests.company import Company, service_company, software_company
from tests.uploads import sees
from tests.workers.facts import claim_all
from workers.attempts import attempt
from workers.jobs import exports
from workers.performing import DOING
from zhidu.exporting import write_rows

START = """mutation($input: StartExportInput!) { startExport(input: $input) {
  export { id name state total written form headings file { name } } errors { code path } } }"""
EXPORTS = """{ exports { nodes { id state total written problem expiresAt finishedAt
  file { id name mediaType url } } } }"""
DISCARD = "mutation($id: ID!) { discardExport(input: {exportId: $id}) { export { state } errors { code } } }"


@pytest.fixture(autouse=True)
def _worker(file_store: Path) -> None:
    """A worker that can read views."""
    exports.written_by(write_rows)


@pytest.fixture
async def software(pool: None) -> Company:
    """A company with requests."""
    return with_names(await software_company())


async def start(ask: Any, actor: Actor, view: Any, **more: Any) -> Any:
    payload = (await ask(actor, START, input={"viewId": view["id"], **more}))["startExport"]
    assert payload["errors"] == [], payload
    return payload["export"]


async def work_off(actor: Actor) -> None:
    """Do what is due in one company until nothing is."""
    while due := await claim_all(actor.tenant_id):
        for claim in due:
            await attempt(claim, DOING)


async def shown(ask: Any, actor: Actor) -> Any:
    return (await ask(actor, EXPORTS))["exports"]["nodes"]


async def content(actor: Actor, export: Any) -> bytes:
    async with reading(Actor.system(actor.tenant_id)) as work:
        return await contents.content_of(work, UUID(export["file"]["id"]))


async def test_a_view_is_written_in_the_background_as_whoever_asks_sees_it(
    ask: Any, software: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title in ("=1+1", "打印机", "Third"):
        await submit(ask, software, title=title)
    columns = ["title", "customer.name", "overdue"]
    view = await save(ask, software.admin, "上海/open", columns=columns, order="OLDEST", audience="COMPANY")
    begun = await start(ask, software.dispatcher, view, form="CSV")
    assert {**begun, "id": None} == {
        "id": None,
        "name": "上海/open",
        "state": "RUNNING",
        "total": None,
        "written": 0,
        "form": "CSV",
        "headings": "LABELS",
        "file": None,
    }
    await start(ask, software.colleague, view, headings="PATHS")
    monkeypatch.setattr(asked, "LIMITS", replace(asked.LIMITS, page=2))
    await work_off(software.admin)
    [mine] = await shown(ask, software.dispatcher)
    assert (mine["state"], mine["total"], mine["written"], mine["problem"]) == ("FINISHED", 3, 3, None)
    assert (mine["file"]["name"], mine["file"]["mediaType"]) == ("上海_open.csv", "text/csv")
    assert read_csv(await content(software.admin, mine)) == [
        ["Title", "Customer · Name", "Overdue"],
        ["'=1+1", "Big", "false"],
        ["打印机", "Big", "false"],
        ["Third", "Big", "false"],
    ]
    # Who sees no requests has a sheet without any, and nobody sees another's.
    [other] = await shown(ask, software.colleague)
    assert read_xlsx(await content(software.admin, other)) == [columns]
    assert await shown(ask, software.admin) == []
    file_id = UUID(mine["file"]["id"])
    assert [await sees(actor, file_id) for actor in (software.dispatcher, software.colleague, software.admin)] == [
        True,
        False,
        False,
    ]


async def test_people_read_headings_in_their_language_and_times_in_the_companys_zone(
    ask: Any, software: Company
) -> None:
    await submit(ask, software)
    view = await save(ask, software.admin, columns=["submittedAt", "assignee.name"], audience="COMPANY")
    async with writing(software.admin, settle=settle) as work:
        (await work.get(Member, software.clerk.id, lock=True)).language = "zh_Hant"  # type: ignore[arg-type]  # a member's
    await start(ask, software.clerk, view)
    await start(ask, software.clerk, view, headings="PATHS")
    await work_off(software.admin)
    async with reading(software.admin) as work:
        zone = work.opening.zone
        now = work.now
    paths, labels = [read_xlsx(await content(software.admin, each)) for each in await shown(ask, software.clerk)]
    assert labels[0] == [f"提交時間 ({zone})", "負責人 · 名稱"]
    assert paths[0] == ["submittedAt", "assignee.name"]
    at = labels[1][0]
    assert isinstance(at, datetime)
    assert datetime.fromisoformat(paths[1][0]).replace(microsecond=0) == at.replace(tzinfo=ZoneInfo(zone))
    assert abs(at.replace(tzinfo=ZoneInfo(zone)) - now.astimezone(UTC)) < timedelta(days=1)


async def test_two_companies_export_their_own_and_a_third_nothing(ask: Any, software: Company) -> None:
    service, third = with_names(await service_company()), await found_company()
    for company, title in ((software, "Ours"), (service, "Theirs")):
        await submit(ask, company, title=title)
        view = await save(ask, company.admin, "All", columns=["title"], audience="COMPANY")
        await start(ask, company.dispatcher, view, form="CSV")
        await work_off(company.admin)
        [export] = await shown(ask, company.dispatcher)
        assert read_csv(await content(company.admin, export)) == [["Title"], [title]]
        for stranger in (third, (service if company is software else software).dispatcher):
            refused = (await ask(stranger, START, input={"viewId": view["id"]}))["startExport"]["errors"]
            assert [error["code"] for error in refused] == ["NOT_FOUND"]
            gone = (await ask(stranger, DISCARD, id=export["id"]))["discardExport"]["errors"]
            assert [error["code"] for error in gone] == ["NOT_FOUND"]
    assert await shown(ask, third) == []


async def test_a_worker_that_was_killed_leaves_one_export_and_one_file(
    ask: Any, software: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await submit(ask, software)
    view = await save(ask, software.dispatcher, columns=["title"])
    await start(ask, software.dispatcher, view, form="CSV")
    asleep = asyncio.Event()

    async def killed(actor: Actor, wanted: Any, path: Path, progress: Any) -> int:
        await asyncio.to_thread(path.write_bytes, b"half")
        await progress(1, 7)
        asleep.set()
        await asyncio.sleep(600)
        return 0

    exports.written_by(killed)
    [claim] = [claim for claim in await claim_all(software.admin.tenant_id) if claim.task == "run"]
    dying = asyncio.create_task(attempt(claim, DOING))
    await asleep.wait()
    [export] = await shown(ask, software.dispatcher)
    assert (export["state"], export["written"], export["total"]) == ("RUNNING", 1, 7)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    exports.written_by(write_rows)
    async with writing(Actor.system(software.admin.tenant_id), settle=settle) as work:
        await work.rows(update(AgendaItem).values(leased_until=None).returning(AgendaItem.id))
    await work_off(software.admin)
    [export] = await shown(ask, software.dispatcher)
    assert (export["state"], export["written"], export["total"]) == ("FINISHED", 1, 1)
    async with reading(software.admin) as work:
        assert len(await work.all(select(File))) == 1


async def test_an_export_goes_after_its_time_or_when_it_is_not_needed(ask: Any, software: Company) -> None:
    view = await save(ask, software.dispatcher, columns=["title"])
    first = await start(ask, software.dispatcher, view)
    second = await start(ask, software.dispatcher, view, form="CSV")
    assert (await ask(software.dispatcher, DISCARD, id=second["id"]))["discardExport"]["errors"] == [
        {"code": "WRONG_STATE"}
    ]
    await work_off(software.admin)
    discarded = (await ask(software.dispatcher, DISCARD, id=second["id"]))["discardExport"]
    assert discarded == {"export": {"state": "EXPIRED"}, "errors": []}
    async with writing(Actor.system(software.admin.tenant_id), settle=settle) as work:
        work.record(ExportExpiryDue(export_id=UUID(first["id"])))
        # The hour of one that was discarded before comes to nothing.
        work.record(ExportExpiryDue(export_id=UUID(second["id"])))
    gone = await shown(ask, software.dispatcher)
    assert [(each["state"], each["file"]) for each in gone] == [("EXPIRED", None)] * 2
    async with writing(Actor.system(software.admin.tenant_id), settle=settle) as work:
        await files.forget_unattached(work, before=work.now + timedelta(seconds=1))
        assert await work.all(select(File)) == []


async def test_what_cannot_be_written_says_why(ask: Any, software: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    await submit(ask, software)
    view = await save(ask, software.dispatcher, columns=["title"])
    monkeypatch.setattr(written, "MOST_EXPORTED", 0)
    await start(ask, software.dispatcher, view)
    hidden = await save(ask, software.admin, "Customers", viewedList="CUSTOMERS", audience="COMPANY")
    narrow = replace(software.admin, permissions=frozenset({Permission.REQUESTS_READ}))
    await start(ask, narrow, hidden)
    await work_off(software.admin)
    [export] = await shown(ask, software.dispatcher)
    assert (export["state"], export["file"]) == ("FAILED", None)
    assert export["problem"] == "The view has 1 rows; at most 0 are given as one file. Narrow its filter."
    # What a token did not permit is not permitted to its export either.
    [narrowed] = await shown(ask, software.admin)
    assert narrowed["state"] == "FAILED"
    assert "customers.read" in narrowed["problem"]


async def test_whoever_has_left_gets_no_file(ask: Any, software: Company) -> None:
    view = await save(ask, software.dispatcher, columns=["title"])
    await start(ask, software.dispatcher, view)
    async with writing(software.admin, settle=settle) as work:
        (await work.get(Member, software.dispatcher.id, lock=True)).active = False  # type: ignore[arg-type]  # a member's
    await work_off(software.admin)
    async with reading(software.admin) as work:
        [export] = await work.all(select(Export))
    assert (export.state, export.file_id) == (ExportState.FAILED, None)


async def test_so_many_at_once_and_no_more(ask: Any, software: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands.exporting.rules, "MOST_EXPORTING", 1)
    view = await save(ask, software.admin, columns=["title"], audience="COMPANY")
    await start(ask, software.dispatcher, view)
    refused = (await ask(software.dispatcher, START, input={"viewId": view["id"]}))["startExport"]
    assert (refused["export"], refused["errors"][0]["code"]) == (None, "TOO_MANY_EXPORTS")
    await start(ask, software.clerk, view)
