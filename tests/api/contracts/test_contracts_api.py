"""Contracts by GraphQL: from the draft to the signature, what keeps one from it, and what others see."""

from typing import Any

import pytest

from tests.conftest import found_company
from tests.domain.contracts.office import CHECKLIST, TERMS, clerk, signer
from tests.domain.presales.company import Company, founded

FIELDS = """id number state total { amount currency } endsOn lastSafeOn approvedDigest
  instalments { name trigger sharePercent dueOn total { amount } } checklist { id item settledAt }
  copies { id dueOn late department { name } confirmedAt } checklistClause { number }
  allowedMoves { move allowed blockers { code message clause { number } earliestAt } }"""
DRAFT = f"""mutation($input: DraftContractInput!) {{ draftContract(input: $input) {{
  contract {{ {FIELDS} }} errors {{ code path }} }} }}"""
LIST = (
    f"query($filter: ContractFilter) {{ contracts(filter: $filter, first: 3) {{ totalCount nodes {{ {FIELDS} }} }} }}"
)
SETTLE = """mutation($id: ID!) { settleContractCheck(input: {checkId: $id, note: "§ 3"}) {
  check { note settledAt } errors { code } } }"""
SIGN = """mutation($id: ID!) { signContract(input: {contractId: $id, signedOn: "2026-06-01", ownSignatory: "Boss",
  customerSignatory: "Lin"}) { contract { state copies { id } } errors { code clause { number } } } }"""
CONFIRM = """mutation($id: ID!) { confirmContractCopy(input: {copyId: $id}) {
  copy { confirmedAt } errors { code } } }"""


def move(name: str) -> str:
    return f"""mutation($id: ID!) {{ {name}(input: {{contractId: $id}}) {{
      contract {{ state }} errors {{ code }} }} }}"""


@pytest.fixture
async def company(pool: None) -> Company:
    """Two items to settle, a copy for sales, thirty per cent on signing."""
    return await founded(("7.1", CHECKLIST), ("8.1", TERMS))


def given(company: Company) -> dict[str, Any]:
    return {
        "customerId": str(company.key_id),
        "net": {"amount": "1000.01", "currency": "CNY"},
        "taxPercent": "13",
        "text": {
            "title": "Support",
            "ownParty": "Acme",
            "customerParty": "Key",
            "startsOn": "2026-06-01",
            "endsOn": "2026-12-31",
            "noticeDays": 30,
        },
    }


async def test_a_contract_from_the_draft_to_the_confirmed_copy(ask: Any, company: Company) -> None:
    drafted = (await ask(clerk(company), DRAFT, input=given(company)))["draftContract"]
    assert drafted["errors"] == []
    contract = drafted["contract"]
    assert (contract["total"]["amount"], contract["lastSafeOn"]) == ("1130.01", "2026-12-01")
    assert [each["sharePercent"] for each in contract["instalments"]] == ["30", "70"]
    assert [each["total"]["amount"] for each in contract["instalments"]] == ["339.00", "791.01"]
    id_ = contract["id"]
    submitted = (await ask(clerk(company), move("submitContract"), id=id_))["submitContract"]
    assert submitted["contract"] == {"state": "APPROVED"}
    [seen] = (await ask(signer(company), LIST, filter={"state": {"eq": "APPROVED"}}))["contracts"]["nodes"]
    [sign] = [each for each in seen["allowedMoves"] if each["move"] == "SIGN"]
    assert [(each["code"], each["clause"]) for each in sign["blockers"]] == [("CHECKS_OPEN", {"number": "7.1"})]
    refused = (await ask(signer(company), SIGN, id=id_))["signContract"]
    assert refused == {"contract": None, "errors": [{"code": "CHECKS_OPEN", "clause": {"number": "7.1"}}]}
    for check in seen["checklist"]:
        settled = (await ask(clerk(company), SETTLE, id=check["id"]))["settleContractCheck"]
        assert (settled["errors"], settled["check"]["note"]) == ([], "§ 3")
    [seen] = (await ask(signer(company), LIST))["contracts"]["nodes"]
    assert "SIGN" in [each["move"] for each in seen["allowedMoves"] if each["allowed"]]
    signed = (await ask(signer(company), SIGN, id=id_))["signContract"]
    assert signed["contract"]["state"] == "IN_FORCE"
    [copy] = signed["contract"]["copies"]
    confirmed = (await ask(company.head, CONFIRM, id=copy["id"]))["confirmContractCopy"]
    assert (confirmed["errors"], confirmed["copy"]["confirmedAt"] is not None) == ([], True)
    [seen] = (await ask(company.head, LIST, filter={"lastSafeOn": {"lte": "2026-12-01"}}))["contracts"]["nodes"]
    assert (seen["copies"][0]["late"], [each["move"] for each in seen["allowedMoves"] if each["allowed"]]) == (
        False,
        [],
    )


async def test_a_schedule_of_ones_own(ask: Any, company: Company) -> None:
    own = [
        {"name": "Start", "trigger": "SIGNING", "sharePercent": "10"},
        {"name": "Rent", "trigger": "DATE", "sharePercent": "90", "dueOn": "2026-06-30", "repeats": 3},
    ]
    drafted = (await ask(clerk(company), DRAFT, input={**given(company), "instalments": own}))["draftContract"]
    days = [each["dueOn"] for each in drafted["contract"]["instalments"]]
    assert days == [None, "2026-06-30", "2026-07-30", "2026-08-30"]
    own[0]["sharePercent"] = "11"
    refused = (await ask(clerk(company), DRAFT, input={**given(company), "instalments": own}))["draftContract"]
    assert refused == {"contract": None, "errors": [{"code": "INVALID", "path": ["instalments"]}]}


async def test_another_company_sees_and_changes_nothing(ask: Any, company: Company) -> None:
    contract = (await ask(clerk(company), DRAFT, input=given(company)))["draftContract"]["contract"]
    stranger = await found_company()
    assert (await ask(stranger, LIST))["contracts"]["totalCount"] == 0
    for name in ("submitContract", "completeContract", "withdrawContract"):
        refused = (await ask(stranger, move(name), id=contract["id"]))[name]
        assert refused == {"contract": None, "errors": [{"code": "NOT_FOUND"}]}
    refused = (await ask(stranger, SETTLE, id=contract["checklist"][0]["id"]))["settleContractCheck"]
    assert refused["errors"] == [{"code": "NOT_FOUND"}]


async def test_obligations_are_listed_by_their_day_and_closed(ask: Any, company: Company) -> None:
    contract = (await ask(clerk(company), DRAFT, input=given(company)))["draftContract"]["contract"]
    add = """mutation($input: AddContractObligationInput!) { addContractObligation(input: $input) {
      obligation { id title party state dueOn overdue remindDays responsible { name } } errors { code path } } }"""
    shown = "{ totalCount nodes { id title contract { number } } }"
    listing = f"query($f: ContractObligationFilter) {{ contractObligations(filter: $f, first: 5) {shown} }}"
    close = """mutation($id: ID!) { closeContractObligation(input: {obligationId: $id}) {
      obligation { state closedAt } errors { code } } }"""
    asked = {"contractId": contract["id"], "title": "Report", "party": "COMPANY", "dueOn": "2026-07-01"}
    made = await ask(clerk(company), add, input={**asked, "responsibleId": str(company.head.id)})
    obligation = made["addContractObligation"]["obligation"]
    assert (obligation["party"], obligation["state"], obligation["overdue"]) == ("COMPANY", "OPEN", False)
    assert (obligation["remindDays"], obligation["responsible"]) == (7, {"name": "Head"})
    [seen] = (await ask(company.head, listing, f={"overdue": False}))["contractObligations"]["nodes"]
    # Whoever sees to it need not see the contract.
    assert (seen["id"], seen["contract"]) == (obligation["id"], None)
    stranger = await found_company()
    assert (await ask(stranger, listing))["contractObligations"]["totalCount"] == 0
    refused = (await ask(stranger, close, id=obligation["id"]))["closeContractObligation"]
    assert refused == {"obligation": None, "errors": [{"code": "NOT_FOUND"}]}
    closed = (await ask(company.head, close, id=obligation["id"]))["closeContractObligation"]
    assert (closed["errors"], closed["obligation"]["state"]) == ([], "FULFILLED")
    late = (await ask(clerk(company), add, input={**asked, "dueOn": "2027-01-01"}))["addContractObligation"]
    assert late == {"obligation": None, "errors": [{"code": "INVALID", "path": ["dueOn"]}]}
