"""Files whose rows become customers and requests: tried first, then carried out once, by the rules for everybody."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from domain.consequences import settle
from domain.customers import commands as customers
from domain.customers.models import Contact, Customer
from domain.files import commands as files
from domain.files import queries as contents
from domain.files.models import File
from domain.imports.events import ImportExpiryDue
from domain.imports.rules import FIELDS, ImportKind, guess
from domain.kernel.permissions import Permission
from domain.kernel.terms import CustomerTier, Language
from domain.requests.models import ServiceRequest
from tenancy import blobs
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem
from tenancy.database import reading, writing
from tenancy.language import translate
from tenancy.members import Member
from tests.api.exporting.test_sheets import as_xlsx, read_csv
from tests.api.requests.asking import with_names
from tests.conftest import found_company
from tests.domain.requests.company import Company, service_company, software_company
from tests.workers.facts import claim_all
from workers.attempts import attempt
from workers.jobs import imports as job
from workers.performing import DOING

SHOWN = """id kind name state columns mapping total through added changed unchanged refused problemCode problem
  source { name } report { id name } rows { nodes { number outcome done recordId code heading problem } }"""
START = """mutation($input: StartImportInput!) { startImport(input: $input) {
  fileImport { id state } errors { code path } } }"""
MAP = """mutation($id: ID!, $mapping: [ImportSourceInput!]!) {
  mapImportColumns(input: {importId: $id, mapping: $mapping}) { fileImport { state } errors { code path } } }"""
RUN = "mutation($id: ID!) { runImport(input: {importId: $id}) { fileImport { state } errors { code } } }"
ONE = f"query($id: ID!) {{ fileImport(id: $id) {{ {SHOWN} }} }}"
ALL = "{ fileImports { nodes { id } } }"
REQUESTS = """Customer,Subject,Details,Impact,Urgency,Channel,Ticket ID
Big,Printer,It hums,高,low,邮件,T-1
Big,Screen,,,,,T-2
Nobody,Mouse,,,,,T-3
Big,Keyboard,,extreme,,,T-4
Big,,,,,,T-5
Big,Printer again,,,,,T-1
"""


@pytest.fixture(autouse=True)
def _files(file_store: Path) -> None:
    """Files lie somewhere."""


@pytest.fixture
async def software(pool: None) -> Company:
    """A company with a customer."""
    return with_names(await software_company())


async def send(actor: Actor, content: bytes | str, name: str = "rows.csv") -> UUID:
    """A file as `POST /files` makes one."""

    async def body() -> AsyncIterator[bytes]:
        yield content.encode() if isinstance(content, str) else content

    received = await blobs.receive(actor.tenant_id, body(), lambda _: None)
    async with writing(actor, settle=settle) as work:
        return (await files.register(work, received=received, name=name, media_type="text/csv"))[0].id


async def start(ask: Any, actor: Actor, content: bytes | str, kind: str = "REQUESTS", **more: Any) -> Any:
    """An import that was tried."""
    given = {"fileId": str(await send(actor, content)), "kind": kind, **more}
    payload = (await ask(actor, START, input=given))["startImport"]
    assert payload["errors"] == [], payload
    assert payload["fileImport"]["state"] == "CHECKING"
    await work_off(actor)
    return await one(ask, actor, payload["fileImport"]["id"])


async def run(ask: Any, actor: Actor, made: Any) -> Any:
    """The import, carried out."""
    assert (await ask(actor, RUN, id=made["id"]))["runImport"] == {"fileImport": {"state": "RUNNING"}, "errors": []}
    await work_off(actor)
    return await one(ask, actor, made["id"])


async def one(ask: Any, actor: Actor, id: str) -> Any:
    return (await ask(actor, ONE, id=id))["fileImport"]


async def work_off(actor: Actor) -> None:
    """Do what is due in one company until nothing is."""
    while due := await claim_all(actor.tenant_id):
        for claim in due:
            await attempt(claim, DOING)


def outcomes(made: Any) -> list[Any]:
    return [(row["number"], row["outcome"], row["code"], row["heading"]) for row in made["rows"]["nodes"]]


async def stored(actor: Actor, model: Any) -> list[Any]:
    async with reading(actor) as work:
        return await work.all(select(model).order_by(model.id))


async def test_requests_are_tried_and_then_carried_out_row_by_row(ask: Any, software: Company) -> None:
    checked = await start(ask, software.admin, REQUESTS)
    assert (checked["state"], checked["total"], checked["problem"]) == ("CHECKED", 6, None)
    assert checked["mapping"]["title"] == {"column": "Subject"}
    assert checked["mapping"]["source_reference"] == {"column": "Ticket ID"}
    expected = [
        (2, "ADDED", None, None),
        (3, "ADDED", None, None),
        (4, "REFUSED", "UNKNOWN_CUSTOMER", "Customer"),
        (5, "REFUSED", "UNKNOWN_WORD", "Impact"),
        (6, "REFUSED", "FIELD_EMPTY", "Subject"),
        (7, "REFUSED", "REPEATED_ROW", None),
    ]
    assert outcomes(checked) == expected
    assert checked["rows"]["nodes"][2]["problem"] == "There is no customer “Nobody”."
    # Nothing of the try is left.
    assert await stored(software.admin, ServiceRequest) == []
    done = await run(ask, software.admin, checked)
    assert (done["state"], done["through"], done["added"], done["refused"]) == ("FINISHED", 6, 2, 4)
    assert outcomes(done) == expected
    first, second = await stored(software.admin, ServiceRequest)
    assert [row["recordId"] for row in done["rows"]["nodes"]][:2] == [str(first.id), str(second.id)]
    assert (first.title, first.description, first.impact, first.urgency, first.channel) == (
        "Printer",
        "It hums",
        "high",
        "low",
        "email",
    )
    assert (first.source_reference, first.requester_id) == ("T-1", software.admin.id)
    async with reading(Actor.system(software.admin.tenant_id)) as work:
        report = read_csv(await contents.content_of(work, UUID(done["report"]["id"])))
    assert report[0][:3] + report[0][-4:] == ["#", "Customer", "Subject", "Outcome", "Code", "Column", "Reason"]
    assert report[3][:3] + report[3][-4:] == [
        "4",
        "Nobody",
        "Mouse",
        "refused",
        "UNKNOWN_CUSTOMER",
        "Customer",
        "There is no customer “Nobody”.",
    ]


async def test_what_comes_again_is_not_made_twice(ask: Any, software: Company) -> None:
    plain = "customer,title\nBig,Same\nBig,Same\nBig,Other\n"
    await run(ask, software.admin, await start(ask, software.admin, plain))
    assert len(await stored(software.admin, ServiceRequest)) == 3
    again = await run(ask, software.admin, await start(ask, software.admin, plain + "Big,New\n"))
    assert (again["added"], again["unchanged"]) == (1, 3)
    assert len(await stored(software.admin, ServiceRequest)) == 4
    refused = {"fileId": str(await send(software.dispatcher, plain)), "kind": "REQUESTS"}
    dispatcher = replace(software.dispatcher, permissions=software.admin.permissions)
    assert (await ask(dispatcher, START, input=refused))["startImport"]["errors"] == [
        {"code": "SAME_FILE", "path": ["fileId"]}
    ]


async def test_customers_come_with_their_people_and_only_what_is_said_changes(ask: Any, software: Company) -> None:
    rows = [
        ["Nord", "重点", "nord@example.com", "Ann", "ann@nord.example", "+49 40 1"],
        ["Nord", "", "", "Bob", "bob@nord.example", ""],
        ["Big", "战略", "", "", "", ""],
        ["Süd", "", "", "", "", ""],
        ["West", "", "west@example.com", "Cem", "nonsense", ""],
    ]
    heads = ["客户名称", "客户等级", "账单邮箱", "联系人", "邮箱", "电话"]
    async with writing(software.admin, settle=settle) as work:
        big = await work.first(select(Customer).where(Customer.name == "Big"))
        assert big is not None
        await customers.change_customer(
            work,
            customer_id=big.id,
            name="Big",
            tier=CustomerTier.STANDARD,
            language=Language.ZH_HANT,
            billing_email=big.billing_email,
            owner_id=None,
            region="east",
        )
    checked = await start(ask, software.admin, as_xlsx("客户", heads, rows), "CUSTOMERS")
    # A row whose customer stands above it is tried with that one there.
    assert outcomes(checked) == [
        (2, "ADDED", None, None),
        (3, "ADDED", None, None),
        (4, "CHANGED", None, None),
        (5, "REFUSED", "FIELD_EMPTY", "账单邮箱"),
        (6, "REFUSED", "INVALID", "邮箱"),
    ]
    done = await run(ask, software.admin, checked)
    assert [outcome for _, outcome, _, _ in outcomes(done)] == ["ADDED", "ADDED", "CHANGED", "REFUSED", "REFUSED"]
    known = {customer.name: customer for customer in await stored(software.admin, Customer)}
    # A row is whole or not at all: neither of the refused ones left a customer without a contact.
    assert {"Süd", "West"}.isdisjoint(known)
    assert known["Nord"].tier == CustomerTier.KEY
    big = known["Big"]
    assert (big.tier, big.language, big.region) == (CustomerTier.STRATEGIC, Language.ZH_HANT, "east")
    people = {each.email: each for each in await stored(software.admin, Contact)}
    assert (people["ann@nord.example"].phone, people["bob@nord.example"].name) == ("+49 40 1", "Bob")
    again = await start(ask, software.admin, as_xlsx("客户", heads, rows[:3]), "CUSTOMERS")
    assert [outcome for _, outcome, _, _ in outcomes(again)] == ["UNCHANGED"] * 3
    assert len(await stored(software.admin, Customer)) == len(known)


async def test_columns_are_mapped_otherwise_and_as_the_last_time(ask: Any, software: Company) -> None:
    content = "who,what,more\nBig,Printer,hums\n"
    checked = await start(ask, software.admin, content)
    assert (checked["state"], checked["problemCode"], checked["mapping"]) == ("CHECKED", "FIELD_NOT_MAPPED", {})
    assert checked["columns"] == ["who", "what", "more"]
    assert (await ask(software.admin, RUN, id=checked["id"]))["runImport"]["errors"] == [{"code": "FIELD_NOT_MAPPED"}]
    mapping = [{"field": "customer", "column": "who"}, {"field": "title", "column": "what"}]
    for wrong, code in (
        ([*mapping, {"field": "colour", "column": "more"}], "UNKNOWN_FIELD"),
        ([{"field": "customer", "column": "nobody"}, mapping[1]], "UNKNOWN_COLUMN"),
        (mapping[:1], "FIELD_NOT_MAPPED"),
        ([*mapping, mapping[0]], "INVALID"),
        ([*mapping, {"field": "impact", "column": "more", "value": "high"}], "INVALID"),
        ([*mapping, {"field": "impact"}], "INVALID"),
    ):
        [error] = (await ask(software.admin, MAP, id=checked["id"], mapping=wrong))["mapImportColumns"]["errors"]
        assert (error["code"], error["path"][0]) == (code, "mapping")
    mapping.append({"field": "impact", "value": "high"})
    payload = (await ask(software.admin, MAP, id=checked["id"], mapping=mapping))["mapImportColumns"]
    assert payload == {"fileImport": {"state": "CHECKING"}, "errors": []}
    await work_off(software.admin)
    mapped = await one(ask, software.admin, checked["id"])
    assert (mapped["problemCode"], mapped["added"]) == (None, 1)
    await run(ask, software.admin, mapped)
    assert [request.impact for request in await stored(software.admin, ServiceRequest)] == ["high"]
    later = await start(ask, software.admin, content + "Big,Screen,\n")
    assert later["mapping"] == mapped["mapping"]
    assert (later["added"], later["unchanged"]) == (1, 1)


async def test_a_worker_that_was_killed_goes_on_behind_the_last_row(
    ask: Any, software: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = await start(ask, software.admin, "customer,title\nBig,One\nBig,Two\nBig,Three\n")
    await ask(software.admin, RUN, id=checked["id"])
    asleep, carry_out = asyncio.Event(), job._done

    async def killed(claim: Any, here: Any, row: Any, mapping: Any) -> None:
        if row.number == 3:
            asleep.set()
            await asyncio.sleep(600)
        await carry_out(claim, here, row, mapping)

    monkeypatch.setattr(job, "_done", killed)
    [claim] = [claim for claim in await claim_all(software.admin.tenant_id) if claim.task == "run"]
    dying = asyncio.create_task(attempt(claim, DOING))
    await asleep.wait()
    assert (await one(ask, software.admin, checked["id"]))["through"] == 1
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    monkeypatch.setattr(job, "_done", carry_out)
    async with writing(Actor.system(software.admin.tenant_id), settle=settle) as work:
        await work.rows(update(AgendaItem).values(leased_until=None).returning(AgendaItem.id))
    await work_off(software.admin)
    done = await one(ask, software.admin, checked["id"])
    assert (done["state"], done["added"], done["unchanged"]) == ("FINISHED", 3, 0)
    assert [request.title for request in await stored(software.admin, ServiceRequest)] == ["One", "Two", "Three"]


async def test_two_companies_import_by_their_own_rules_and_a_third_sees_nothing(ask: Any, software: Company) -> None:
    service, third = with_names(await service_company()), await found_company()
    for company in (software, service):
        made = await run(ask, company.admin, await start(ask, company.admin, "customer,title,impact\nBig,Same,high\n"))
        for stranger in (third, company.dispatcher, (service if company is software else software).admin):
            assert (await ask(stranger, ONE, id=made["id"]))["fileImport"] is None
            assert (await ask(stranger, RUN, id=made["id"]))["runImport"]["errors"] == [{"code": "NOT_FOUND"}]
    ours, theirs = [(await stored(company.admin, ServiceRequest))[0] for company in (software, service)]
    # The same row, rated by each company's own matrix.
    assert ours.priority != theirs.priority
    assert (await ask(third, ALL))["fileImports"]["nodes"] == []


async def test_what_cannot_be_imported_is_refused(ask: Any, software: Company) -> None:
    file_id = str(await send(software.admin, REQUESTS))
    narrow = replace(software.admin, permissions=frozenset({Permission.CUSTOMERS_READ}))
    for actor, kind, code in (
        (narrow, "REQUESTS", "FORBIDDEN"),
        (narrow, "CUSTOMERS", "FORBIDDEN"),
        (replace(software.dispatcher, permissions=software.admin.permissions), "REQUESTS", "NOT_FOUND"),
    ):
        [error] = (await ask(actor, START, input={"fileId": file_id, "kind": kind}))["startImport"]["errors"]
        assert error["code"] == code
    assert (await ask(software.admin, ALL))["fileImports"]["nodes"] == []
    failed = await start(ask, software.admin, b"%PDF-1.7\x00")
    assert (failed["state"], failed["problemCode"]) == ("FAILED", "NOT_A_TABLE")
    assert failed["problem"] == "The file is no table: neither CSV nor XLSX."
    assert (await ask(software.admin, RUN, id=failed["id"]))["runImport"]["errors"] == [{"code": "WRONG_STATE"}]


async def test_what_one_may_not_do_any_more_is_not_done(ask: Any, software: Company) -> None:
    checked = await start(ask, software.admin, "customer,title\nBig,One\n")
    narrow = replace(software.admin, permissions=frozenset({Permission.CUSTOMERS_READ}))
    assert (await ask(narrow, RUN, id=checked["id"]))["runImport"]["errors"] == [{"code": "FORBIDDEN"}]
    await ask(software.admin, RUN, id=checked["id"])
    async with writing(software.admin, settle=settle) as work:
        (await work.get(Member, software.admin.id, lock=True)).active = False  # type: ignore[arg-type]  # a member's
    await work_off(software.admin)
    assert (await one(ask, software.admin, checked["id"]))["state"] == "FAILED"
    assert await stored(software.admin, ServiceRequest) == []


async def test_the_files_of_an_import_go_after_their_time(ask: Any, software: Company) -> None:
    done = await run(ask, software.admin, await start(ask, software.admin, "customer,title\nBig,One\n"))
    waiting = await start(ask, software.admin, "customer,title\nBig,Two\n")
    async with writing(Actor.system(software.admin.tenant_id), settle=settle) as work:
        for made in (done, waiting):
            work.record(ImportExpiryDue(import_id=UUID(made["id"])))
    shown = [await one(ask, software.admin, made["id"]) for made in (done, waiting)]
    assert [(made["state"], made["source"], made["report"]) for made in shown] == [
        ("FINISHED", None, None),
        ("FAILED", None, None),
    ]
    assert all(file.unattached_at is not None for file in await stored(software.admin, File))


async def test_fields_are_told_in_each_language_and_their_own_headings_are_guessed(ask: Any, software: Company) -> None:
    document = "query($kind: ImportKind!) { importFields(kind: $kind) { name label required } }"
    for kind, fields in FIELDS.items():
        found = (await ask.executed(software.admin, document, kind=kind.name))["importFields"]
        assert [each["name"] for each in found] == list(fields)
        for language in Language:
            heads = [translate(field.label, language) for field in fields.values()]
            assert guess(kind, heads) == {name: {"column": head} for name, head in zip(fields, heads, strict=True)}
        for field in fields.values():
            for known in field.known_as:
                assert list(guess(kind, [known])), known
    assert guess(ImportKind.REQUESTS, ["X", "Y"]) == {}
