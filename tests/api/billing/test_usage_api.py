"""From rates to an invoice over usage and working time by GraphQL, with what is foretold, and nothing for others."""

from datetime import timedelta
from typing import Any

import pytest

from domain.kernel.permissions import Permission
from tenancy.actor import Actor, ActorKind
from tests.conftest import found_company
from tests.domain.billing.test_usage import QUARTERS, worked
from tests.domain.presales.company import founded, go_to, on

pytestmark = pytest.mark.usefixtures("pool")

DRAFT = """mutation($input: DraftContractInput!) { draftContract(input: $input) { errors { code path } contract {
  id billingMonths expected { amount } total { amount } instalments { position }
  rates { code basis unit unitPrice { amount currency } taxPercent expectedQuantity activities } } } }"""
SUBMIT = "mutation($id: ID!) { submitContract(input: {contractId: $id}) { errors { code } } }"
SIGN = """mutation($id: ID!) { signContract(input: {contractId: $id, signedOn: "2026-06-01", ownSignatory: "Boss",
  customerSignatory: "Lin"}) { errors { code } } }"""
USE = """mutation($input: RecordUsageInput!) { recordUsage(input: $input) { recordIds errors { code path
  clause { number } } } }"""
PREVIEW = """query($id: ID!) { invoicePreview(contractId: $id) { sinceOn untilOn net { amount }
  tax { amount } total { amount } clause { number } lines { rateCode quantity lateQuantity unit unitPrice { amount }
    net { amount } } } }"""
BILL = """mutation($id: ID!) { draftUsageInvoice(input: {contractId: $id}) { errors { code } invoice {
  total { amount } lines { quantity unit unitPrice { amount } } } } }"""
SETTLED = """query($id: ID!) { usageSettlements(first: 5, filter: {contractId: {eq: $id}}) { nodes {
  position sinceOn untilOn counts invoice { total { amount } } items(first: 5) { nodes {
  quantity billed late rate { code } usageRecord { sourceReference } timeRecord { minutes } } } } }
  usageRecords(first: 5, filter: {contractId: {eq: $id}}) { nodes { quantity sourceReference } } }"""
CALLS = {
    "code": "calls", "name": "API calls", "basis": "USAGE", "unit": "1,000", "taxPercent": "6",
    "unitPrice": {"amount": "0.50", "currency": "CNY"}, "expectedQuantity": "100",
}  # fmt: skip
HOURS = {
    "code": "hours", "name": "Consulting", "basis": "TIME", "taxPercent": "6", "activities": ["SUPPORT", "TRAVEL"],
    "unitPrice": {"amount": "600", "currency": "CNY"}, "expectedQuantity": "10",
}  # fmt: skip


async def test_usage_and_time_are_reported_foretold_and_billed(ask: Any) -> None:
    company, third = await founded(("6.1", QUARTERS)), await found_company()
    text = {"title": "By use", "ownParty": "Acme", "customerParty": "Key", "startsOn": "2026-06-01"}
    given: dict[str, Any] = {
        "text": text, "customerId": str(company.key_id), "net": {"amount": "0", "currency": "CNY"},
    }  # fmt: skip
    refused = (await ask(company.admin, DRAFT, input=given))["draftContract"]["errors"]
    assert [each["path"] for each in refused] == [["net"]]
    odd = {**given, "rates": [CALLS, {**HOURS, "unitPrice": {"amount": "6", "currency": "EUR"}}]}
    refused = (await ask(company.admin, DRAFT, input=odd))["draftContract"]["errors"]
    assert [each["path"] for each in refused] == [["rates", "1", "unitPrice", "currency"]]
    drafted = (await ask(company.admin, DRAFT, input={**given, "rates": [CALLS, HOURS]}))["draftContract"]
    contract = drafted["contract"]
    assert (contract["expected"], contract["total"], contract["instalments"], contract["billingMonths"]) == (
        {"amount": "6413.00"},
        {"amount": "0.00"},
        [],
        1,
    )
    assert contract["rates"][1] == {
        "code": "hours",
        "basis": "TIME",
        "unit": "h",
        "unitPrice": {"amount": "600.00", "currency": "CNY"},
        "taxPercent": "6",
        "expectedQuantity": "10",
        "activities": ["support", "travel"],
    }
    id = contract["id"]
    for step in (SUBMIT, SIGN):
        [answer] = (await ask(company.admin, step, id=id)).values()
        assert answer["errors"] == []
    used = {"sourceReference": "m-1", "rateCode": "calls", "usedOn": "2026-06-01", "quantity": "12.5"}
    report = {"contractId": id, "records": [used]}
    program = Actor(
        tenant_id=company.admin.tenant_id,
        kind=ActorKind.MEMBER,
        id=company.seller.id,
        permissions=frozenset({Permission.CONTRACTS_METER, Permission.CONTRACTS_READ}),
    )
    first = (await ask(program, USE, input=report))["recordUsage"]
    assert (await ask(program, USE, input=report))["recordUsage"] == first
    assert (first["errors"], len(first["recordIds"])) == ([], 1)
    other = {**report, "records": [{**used, "quantity": "13"}]}
    [error] = (await ask(program, USE, input=other))["recordUsage"]["errors"]
    assert (error["code"], error["path"]) == ("SAID_OTHERWISE", ["records", "0", "sourceReference"])
    assert (await ask(third, USE, input=report))["recordUsage"]["errors"][0]["code"] == "NOT_FOUND"
    await worked(company, 50)
    foretold = (await ask.executed(company.admin, PREVIEW, id=id))["invoicePreview"]
    assert foretold == {
        "sinceOn": "2026-06-01",
        "untilOn": "2026-06-30",
        "net": {"amount": "606.25"},
        "tax": {"amount": "36.38"},
        "total": {"amount": "642.63"},
        "clause": {"number": "6.1"},
        "lines": [
            {
                "rateCode": "calls", "quantity": "12.5", "lateQuantity": "0", "unit": "1,000",
                "unitPrice": {"amount": "0.50"}, "net": {"amount": "6.25"},
            },
            {
                "rateCode": "hours", "quantity": "1", "lateQuantity": "0", "unit": "h",
                "unitPrice": {"amount": "600.00"}, "net": {"amount": "600.00"},
            },
        ],
    }  # fmt: skip
    assert (await ask.executed(third, PREVIEW, id=id))["invoicePreview"] is None
    early = (await ask(company.admin, BILL, id=id))["draftUsageInvoice"]
    assert early["errors"] == [{"code": "NOTHING_TO_BILL"}]
    await go_to(company, on(30) + timedelta(days=1))
    billed = (await ask(company.admin, BILL, id=id))["draftUsageInvoice"]
    assert billed["errors"] == []
    assert billed["invoice"]["total"] == foretold["total"]
    shown = await ask(company.admin, SETTLED, id=id)
    [settlement] = shown["usageSettlements"]["nodes"]
    items = settlement.pop("items")["nodes"]
    assert settlement == {
        "position": 1,
        "sinceOn": "2026-06-01",
        "untilOn": "2026-06-30",
        "counts": True,
        "invoice": {"total": {"amount": "642.63"}},
    }
    assert items == [
        {
            "quantity": "12.5", "billed": "12.5", "late": False, "rate": {"code": "calls"},
            "usageRecord": {"sourceReference": "m-1"}, "timeRecord": None,
        },
        {
            "quantity": "50", "billed": "60", "late": False, "rate": {"code": "hours"}, "usageRecord": None,
            "timeRecord": {"minutes": 50},
        },
    ]  # fmt: skip
    nothing = await ask(third, SETTLED, id=id)
    assert nothing == {"usageSettlements": {"nodes": []}, "usageRecords": {"nodes": []}}
