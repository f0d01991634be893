"""Instalments by GraphQL: a milestone, its invoice, what the contract shows of it, and nothing for others."""

from datetime import date
from typing import Any

import pytest

from domain.billing import commands as billing
from domain.consequences import settle
from domain.contracts import queries
from domain.contracts.commands.drafting import Fees
from domain.contracts.rules import Trigger, instalment
from domain.kernel.money import Money
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tests.conftest import found_company
from tests.domain.contracts.office import signed
from tests.domain.presales.company import founded

pytestmark = pytest.mark.usefixtures("pool")

COMPLETE = """mutation($input: CompleteMilestoneInput!) { completeMilestone(input: $input) {
  instalment { completedOn fallsDueOn note } errors { code path } } }"""
DRAFT = """mutation($input: DraftInstalmentInvoiceInput!) { draftInstalmentInvoice(input: $input) {
  invoice { id state total { amount } contract { number } instalment { position } lines { description } }
  errors { code message path } } }"""
ISSUE = """mutation($input: IssueInvoiceInput!) { issueInvoice(input: $input) { invoice { state } errors { code } } }"""
SHOW = """query($id: ID!) { contract(id: $id) { invoiced { amount } paid { amount } instalments {
  fallsDueOn invoicedAt invoice { state } allowedMoves { move allowed blockers { code message } } } } }"""
LIST = "query($filter: InvoiceFilter) { invoices(filter: $filter) { totalCount } }"


async def test_a_milestone_is_reached_and_invoiced(ask: Any) -> None:
    company, third = await founded(), await found_company()
    shares = [
        *instalment("Design", Trigger.MILESTONE, "30", None),
        *instalment("Later", Trigger.DATE, "70", date(2026, 6, 20)),
    ]
    fees = Fees(Money.of("1000", "CNY"), Money.of("130", "CNY"), shares)
    contract = await signed(company, fees=fees)
    async with reading(company.admin) as work:
        ids = [str(row.id) for row in await queries.instalments_of(work, contract)]
    early = (await ask(company.admin, DRAFT, input={"instalmentId": ids[0]}))["draftInstalmentInvoice"]
    assert early["errors"][0] | {"message": ""} == {"code": "NOT_DUE", "message": "", "path": ["instalmentId"]}
    given = {"instalmentId": ids[0], "completedOn": "2026-06-01", "note": "Minutes"}
    assert (await ask(third, COMPLETE, input=given))["completeMilestone"]["errors"][0]["code"] == "NOT_FOUND"
    done = (await ask(company.admin, COMPLETE, input=given))["completeMilestone"]
    assert done["instalment"] == {"completedOn": "2026-06-01", "fallsDueOn": "2026-06-01", "note": "Minutes"}
    again = (await ask(company.admin, COMPLETE, input=given))["completeMilestone"]
    assert again["errors"] == [{"code": "COMPLETED", "path": ["instalmentId"]}]
    drafted = (await ask(company.admin, DRAFT, input={"instalmentId": ids[0]}))["draftInstalmentInvoice"]
    assert drafted["errors"] == []
    assert drafted["invoice"] | {"id": ""} == {
        "id": "",
        "state": "DRAFT",
        "total": {"amount": "339.00"},
        "contract": {"number": contract.number},
        "instalment": {"position": 1},
        "lines": [{"description": f"{contract.number} Support: Design"}],
    }
    issued = {"invoiceId": drafted["invoice"]["id"], "paymentDays": 7}
    assert (await ask(company.admin, ISSUE, input=issued))["issueInvoice"]["errors"] == []
    async with writing(company.admin, settle=settle) as work:
        await billing.record_payment(
            work,
            invoice_id=drafted["invoice"]["id"],
            amount=Money.of("100", "CNY"),
            received_on=date(2026, 6, 1),
            reference="P-1",
        )
    shown = (await ask(company.admin, SHOW, id=str(contract.id)))["contract"]
    assert (shown["invoiced"], shown["paid"]) == ({"amount": "339.00"}, {"amount": "100.00"})
    one, other = shown["instalments"]
    assert one["invoicedAt"] is not None
    assert one["invoice"] == {"state": "PART_PAID"}
    told = {move["move"]: [each["code"] for each in move["blockers"]] for move in one["allowedMoves"]}
    assert told == {"COMPLETE": ["COMPLETED"], "INVOICE": ["INVOICED"]}
    assert (other["fallsDueOn"], other["invoice"]) == ("2026-06-20", None)
    told = {move["move"]: [each["code"] for each in move["blockers"]] for move in other["allowedMoves"]}
    assert told == {"COMPLETE": ["NO_MILESTONE"], "INVOICE": ["NOT_DUE"]}
    by_contract = {"contractId": {"eq": str(contract.id)}}
    assert (await ask(company.admin, LIST, filter=by_contract))["invoices"]["totalCount"] == 1
    assert (await ask(third, LIST, filter=by_contract))["invoices"]["totalCount"] == 0
    assert (await ask(third, SHOW, id=str(contract.id)))["contract"] is None
    nobody = Actor(tenant_id=company.admin.tenant_id, kind=company.admin.kind, id=company.admin.id)
    assert (await ask(nobody, DRAFT, input={"instalmentId": ids[1]}))["draftInstalmentInvoice"]["errors"][0][
        "code"
    ] in ("FORBIDDEN", "NOT_FOUND")
