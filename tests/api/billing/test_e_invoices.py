"""E-invoices by GraphQL and as a download: particulars said, XML given, what is missing named."""

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from api import papers
from api.invoice.routes import ROUTES
from domain.banking import commands as banking
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.database import writing
from tests.conftest import found_company
from tests.domain.billing.office import GENTLE, open_office
from tests.domain.billing.test_partial_credits import credit, taxed

pytestmark = pytest.mark.usefixtures("pool")

SET = """mutation($input: SetBillingPartyInput!) { setBillingParty(input: $input) {
  party { legalName country taxNumber current customer { name } } errors { code path } } }"""
PARTIES = "{ billingParties(filter: {current: true}) { nodes { legalName } } }"
INVOICE = "query($id: ID!) { invoiceUbl(invoiceId: $id) }"
NOTE = "query($id: ID!) { creditNoteUbl(creditNoteId: $id) }"
CHINESE = {"legalName": "清帆科技有限公司", "country": "cn", "taxNumber": "91110000600037341L", "city": "杭州"}
GERMAN = {"legalName": "Bright GmbH", "country": "DE", "taxNumber": "DE136695976"}


async def test_particulars_are_said_and_e_invoices_are_given(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    office, third = await open_office(GENTLE), await found_company()
    billed = await taxed(office)
    note, _ = await credit(office, billed, "21.90")
    assert note is not None
    wrong = {"particulars": {**CHINESE, "taxNumber": "91110000600037341M"}}
    refused = (await ask(office.admin, SET, input=wrong))["setBillingParty"]
    assert refused == {"party": None, "errors": [{"code": "INVALID", "path": ["taxNumber"]}]}
    made = (await ask(office.admin, SET, input={"particulars": CHINESE}))["setBillingParty"]["party"]
    assert (made["country"], made["current"], made["customer"]) == ("CN", True, None)
    customer = {"particulars": GERMAN, "customerId": str(office.customer_id)}
    assert (await ask(office.admin, SET, input=customer))["setBillingParty"]["party"]["customer"] == {"name": "Bright"}
    foreign = (await ask(third, SET, input=customer))["setBillingParty"]
    assert foreign == {"party": None, "errors": [{"code": "NOT_FOUND", "path": ["customerId"]}]}
    assert len((await ask(office.admin, PARTIES))["billingParties"]["nodes"]) == 2
    assert (await ask(third, PARTIES))["billingParties"]["nodes"] == []
    xml = (await ask.executed(office.admin, INVOICE, id=str(billed)))["invoiceUbl"]
    assert "清帆科技有限公司" in xml
    assert "PaymentMeans" not in xml
    # Of the accounts in its currency that are in use the first; of another currency none.
    for number, currency in (("DE02120300000000202051", "EUR"), ("62220000", "CNY"), ("62220001", "CNY")):
        async with writing(office.admin, settle=settle) as work:
            await banking.create_account(work, name="Main", number=number, currency=currency)
    xml = (await ask.executed(office.admin, INVOICE, id=str(billed)))["invoiceUbl"]
    assert "<cac:PayeeFinancialAccount><cbc:ID>62220000</cbc:ID>" in xml
    assert "CreditNoteTypeCode" in (await ask.executed(office.admin, NOTE, id=str(note.id)))["creditNoteUbl"]
    actors: list[Actor] = []

    async def next_one(_: object) -> Actor:
        return actors.pop(0)

    app = Starlette(routes=ROUTES)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://zhidu") as client:
        assert (await client.get(f"/invoices/{billed}.xml")).status_code == 401
        monkeypatch.setattr(papers, "authenticate", next_one)
        for address in (f"/invoices/{billed}.xml", f"/credit-notes/{note.id}.xml"):
            actors += [office.admin, third]
            found = await client.get(address)
            assert (found.status_code, found.headers["content-type"]) == (200, "application/xml")
            assert (await client.get(address)).status_code == 404


async def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    office = await open_office(GENTLE)
    billed = await taxed(office)

    async def always(_: object) -> Actor:
        return office.admin

    monkeypatch.setattr(papers, "authenticate", always)
    app = Starlette(routes=ROUTES)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://zhidu") as client:
        found = await client.get(f"/invoices/{billed}.xml")
    assert found.status_code == 422
    assert "PARTICULARS_MISSING" in found.text
