"""Supplementary agreements by GraphQL: from the draft to what holds on a day, and what keeps one from it."""

from datetime import date
from typing import Any

import pytest

from domain.consequences import settle
from domain.contracts import commands
from tenancy.database import writing
from tests.conftest import found_company
from tests.domain.contracts.office import TERMS, clerk, signed, signer
from tests.domain.presales.company import Company, founded

FIELDS = """id number state cause parts effectiveOn liability scope total { amount } formerTotal { amount currency }
  items { instalmentId changed name trigger dueOn total { amount } } approvedDigest signedOn
  allowedMoves { move allowed blockers { code message clause { number } earliestAt } }"""
DRAFT = f"""mutation($input: DraftContractAmendmentInput!) {{ draftContractAmendment(input: $input) {{
  amendment {{ {FIELDS} }} errors {{ code path }} }} }}"""
CHANGE = """mutation($input: ChangeContractAmendmentInput!) { changeContractAmendment(input: $input) {
  amendment { state scope } errors { code path } } }"""
SIGN = """mutation($id: ID!) { signContractAmendment(input: {amendmentId: $id, signedOn: "2026-06-01",
  ownSignatory: "Boss", customerSignatory: "Lin"}) { amendment { state } errors { code } } }"""
SEEN = f"""query($id: ID!) {{ contract(id: $id) {{ total {{ amount }} amendments {{ {FIELDS} }}
  instalments {{ id total {{ amount }} addedBy {{ number }} droppedBy {{ number }} invoicedAt }}
  allowedMoves {{ move allowed }}
  terms(first: 1, order: LATEST, filter: {{effectiveOn: {{lte: "2026-06-20"}}}}) {{ totalCount nodes {{
    origin effectiveOn parts liability endsOn noticeDays total {{ amount }} amendment {{ number }} }} }} }} }}"""
AS_OF = """query($id: ID!, $day: Date, $known: Date) { contractAsOf(contractId: $id, asOf: $day, knownOn: $known) {
  origin amendmentNumber effectiveOn liability endsOn noticeDays net { amount } total { amount currency } } }"""


def move(name: str) -> str:
    return f"""mutation($id: ID!) {{ {name}(input: {{amendmentId: $id}}) {{
      amendment {{ state }} errors {{ code }} }} }}"""


@pytest.fixture
async def company(pool: None) -> Company:
    """Thirty per cent on signing, seventy at the end."""
    return await founded(("8.1", TERMS))


def moves(record: Any) -> list[str]:
    return [each["move"] for each in record["allowedMoves"] if each["allowed"]]


async def test_an_amendment_from_the_draft_to_what_holds_on_a_day(ask: Any, company: Company) -> None:
    contract = str((await signed(company)).id)
    seen = (await ask(clerk(company), SEEN, id=contract))["contract"]
    assert "AMEND" in moves(seen)
    first, second = (each["id"] for each in seen["instalments"])
    text = {
        "title": "More",
        "reason": "They need more.",
        "effectiveOn": "2026-06-15",
        "liability": "Double",
        "instalments": [
            {"instalmentId": first},
            {"instalmentId": second, "net": {"amount": "900.00", "currency": "CNY"}},
        ],
        "taxPercent": "6",
    }
    made = (await ask(clerk(company), DRAFT, input={"contractId": contract, "text": text}))["draftContractAmendment"]
    assert made["errors"] == []
    row = made["amendment"]
    assert (row["parts"], row["total"], row["scope"]) == (["liability", "fees"], {"amount": "1293.00"}, None)
    assert [(each["instalmentId"], each["changed"]) for each in row["items"]] == [(first, False), (second, True)]
    assert moves(row) == ["CHANGE", "SUBMIT", "WITHDRAW"]
    assert (await ask(clerk(company), move("submitContractAmendment"), id=row["id"]))["submitContractAmendment"] == {
        "amendment": {"state": "APPROVED"},
        "errors": [],
    }
    assert (await ask(signer(company), SIGN, id=row["id"]))["signContractAmendment"] == {
        "amendment": {"state": "SIGNED"},
        "errors": [],
    }
    seen = (await ask(clerk(company), SEEN, id=contract))["contract"]
    assert (seen["total"]["amount"], [each["id"] for each in seen["instalments"]]) == ("1293.00", [first, second])
    assert seen["terms"]["nodes"] == [
        {
            "origin": "AMENDMENT",
            "effectiveOn": "2026-06-15",
            "parts": ["liability"],
            "liability": "Double",
            "endsOn": "2026-06-30",
            "noticeDays": 14,
            "total": {"amount": "1293.00"},
            "amendment": {"number": row["number"]},
        }
    ]
    told = {}
    for day in ("2026-05-31", "2026-06-14", "2026-06-15"):
        told[day] = (await ask.executed(clerk(company), AS_OF, id=contract, day=day))["contractAsOf"]
    assert told["2026-05-31"] is None
    assert [told[day]["liability"] for day in ("2026-06-14", "2026-06-15")] == ["", "Double"]
    assert told["2026-06-14"]["total"] == {"amount": "1293.00", "currency": "CNY"}
    before = await ask.executed(clerk(company), AS_OF, id=contract, known="2026-05-31")
    assert before["contractAsOf"] is None


async def test_what_keeps_an_amendment_from_being_signed_is_told_before(ask: Any, company: Company) -> None:
    contract = await signed(company)
    seen = (await ask(clerk(company), SEEN, id=str(contract.id)))["contract"]
    new = [{"name": "All", "trigger": "ACCEPTANCE", "net": {"amount": "5.00", "currency": "CNY"}}]
    text = {"title": "Less", "reason": "Less.", "effectiveOn": "2026-06-02", "instalments": new, "taxPercent": "0"}
    given = {"contractId": str(contract.id), "text": text}
    row = (await ask(clerk(company), DRAFT, input=given))["draftContractAmendment"]["amendment"]
    again = (await ask(clerk(company), DRAFT, input=given))["draftContractAmendment"]
    assert again == {"amendment": None, "errors": [{"code": "OVERLAPS", "path": ["contractId"]}]}
    async with writing(company.admin, settle=settle) as work:
        await commands.mark_invoiced(work, [seen["instalments"][0]["id"]])
    seen = (await ask(clerk(company), SEEN, id=str(contract.id)))["contract"]
    [submit] = [each for each in seen["amendments"][0]["allowedMoves"] if each["move"] == "SUBMIT"]
    assert [each["code"] for each in submit["blockers"]] == ["INVOICED"]
    refused = (await ask(clerk(company), move("submitContractAmendment"), id=row["id"]))["submitContractAmendment"]
    assert refused == {"amendment": None, "errors": [{"code": "INVOICED"}]}
    other = {"title": "More", "reason": "More.", "effectiveOn": "2026-06-02", "scope": "More"}
    changed = await ask(clerk(company), CHANGE, input={"amendmentId": row["id"], "text": other})
    assert changed["changeContractAmendment"] == {"amendment": {"state": "DRAFT", "scope": "More"}, "errors": []}
    done = (await ask(clerk(company), move("withdrawContractAmendment"), id=row["id"]))["withdrawContractAmendment"]
    assert done["amendment"] == {"state": "WITHDRAWN"}


async def test_another_company_sees_and_changes_nothing(ask: Any, company: Company) -> None:
    contract = await signed(company)
    text = {"title": "More", "reason": "More.", "effectiveOn": "2026-06-02", "scope": "More"}
    given = {"contractId": str(contract.id), "text": text}
    row = (await ask(clerk(company), DRAFT, input=given))["draftContractAmendment"]["amendment"]
    stranger = await found_company()
    assert (await ask(stranger, DRAFT, input=given))["draftContractAmendment"] == {
        "amendment": None,
        "errors": [{"code": "NOT_FOUND", "path": ["contractId"]}],
    }
    for name in ("submitContractAmendment", "withdrawContractAmendment"):
        refused = (await ask(stranger, move(name), id=row["id"]))[name]
        assert refused == {"amendment": None, "errors": [{"code": "NOT_FOUND"}]}
    asked = {"id": str(contract.id), "day": date(2026, 6, 20).isoformat()}
    assert (await ask.executed(stranger, AS_OF, **asked)) == {"contractAsOf": None}
