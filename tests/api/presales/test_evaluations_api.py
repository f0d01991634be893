"""Evaluations by GraphQL: drafted, decided, and what keeps an inquiry from being qualified."""

from typing import Any

import pytest

from domain.consequences import settle
from domain.presales import commands
from domain.presales.rules.evaluations import Findings
from tenancy.database import writing
from tests.conftest import found_company
from tests.domain.presales.company import Company, founded, lines
from tests.domain.presales.test_evaluations import PROPOSAL, STRICT
from tests.domain.presales.test_requirements import contacted

FIELDS = """id number state difficulty risk effortDays rationale go isComplex decidedAt
  allowedMoves { move allowed blockers { code message clause { number } earliestAt } }"""
DRAFT = f"""mutation($input: DraftInquiryEvaluationInput!) {{ draftInquiryEvaluation(input: $input) {{
  evaluation {{ {FIELDS} }} errors {{ code path }} }} }}"""
CHANGE = """mutation($input: ChangeInquiryEvaluationInput!) { changeInquiryEvaluation(input: $input) {
  evaluation { go } errors { code path } } }"""
SUBMIT = """mutation($id: ID!) { submitInquiryEvaluation(input: {evaluationId: $id}) {
  evaluation { state } errors { code } } }"""
QUALIFY = """mutation($id: ID!) { qualifyInquiry(input: {inquiryId: $id}) {
  inquiry { state } errors { code clause { number } } } }"""
SEEN = f"""query($id: ID!) {{ inquiry(id: $id) {{ needsGo evaluationClause {{ number }} evaluation {{ {FIELDS} }}
  evaluations {{ number state }}
  allowedMoves {{ move allowed blockers {{ code message clause {{ number }} }} }} }} }}"""


@pytest.fixture
async def company(pool: None) -> Company:
    """Three points, a go is needed, and no chain."""
    return await founded(("6.1", STRICT))


async def test_an_inquiry_is_qualified_once_it_was_decided_to_go(ask: Any, company: Company) -> None:
    inquiry = str((await contacted(company)).id)
    seen = (await ask(company.seller, SEEN, id=inquiry))["inquiry"]
    assert (seen["needsGo"], seen["evaluationClause"], seen["evaluation"]) == (True, {"number": "6.1"}, None)
    [qualify] = [each for each in seen["allowedMoves"] if each["move"] == "QUALIFY"]
    assert [(each["code"], each["clause"]) for each in qualify["blockers"]] == [("NO_GO", {"number": "6.1"})]
    refused = (await ask(company.seller, QUALIFY, id=inquiry))["qualifyInquiry"]
    assert refused == {"inquiry": None, "errors": [{"code": "NO_GO", "clause": {"number": "6.1"}}]}
    said = {"difficulty": 3, "risk": 1, "effortDays": 20, "rationale": "Known ground.", "go": False}
    wrong = await ask(company.seller, DRAFT, input={"inquiryId": inquiry, "findings": {**said, "risk": 4}})
    assert wrong["draftInquiryEvaluation"] == {"evaluation": None, "errors": [{"code": "INVALID", "path": ["risk"]}]}
    made = await ask(company.seller, DRAFT, input={"inquiryId": inquiry, "findings": said})
    evaluation = made["draftInquiryEvaluation"]["evaluation"]
    assert (evaluation["isComplex"], evaluation["state"]) == (True, "DRAFT")
    changed = {"evaluationId": evaluation["id"], "findings": {**said, "go": True}}
    done = (await ask(company.seller, CHANGE, input=changed))["changeInquiryEvaluation"]
    assert done == {"evaluation": {"go": True}, "errors": []}
    decided = (await ask(company.seller, SUBMIT, id=evaluation["id"]))["submitInquiryEvaluation"]
    assert decided == {"evaluation": {"state": "GO"}, "errors": []}
    assert (await ask(company.seller, QUALIFY, id=inquiry))["qualifyInquiry"]["inquiry"] == {"state": "QUALIFIED"}
    seen = (await ask(company.seller, SEEN, id=inquiry))["inquiry"]
    assert seen["evaluations"] == [{"number": 1, "state": "GO"}]
    assert [each["allowed"] for each in seen["evaluation"]["allowedMoves"]] == [False, False]


MOVES = "allowedMoves { move allowed blockers { code clause { number } } }"
STOPPED = f"""query($inquiry: ID!, $quotation: ID!) {{
  inquiry(id: $inquiry) {{ {MOVES} solution {{ {MOVES} }} }} quotation(id: $quotation) {{ {MOVES} }} }}"""
ASK = """mutation($id: ID!) { submitQuotation(input: {quotationId: $id}) {
  quotation { state } errors { code path clause { number } } } }"""


async def test_what_was_decided_not_to_go_is_told_by_all_moves_that_it_stops(ask: Any, company: Company) -> None:
    inquiry = await contacted(company)
    async with writing(company.seller, settle=settle) as work:
        solution = await commands.draft_solution(work, inquiry_id=inquiry.id, proposal=PROPOSAL)
        quotation = await commands.draft_quotation(
            work,
            customer_id=company.key_id,
            contact_id=company.contact_id,
            title="Support",
            currency="CNY",
            lines=lines(),
            valid_days=10,
            solution_id=solution.id,
        )
    named = {"inquiry": str(inquiry.id), "quotation": str(quotation.id)}

    async def stopped() -> set[tuple[str, str]]:
        seen = await ask(company.seller, STOPPED, **named)
        found = {"inquiry": seen["inquiry"], "solution": seen["inquiry"]["solution"], "quotation": seen["quotation"]}
        return {
            (record, each["move"])
            for record, told in found.items()
            for each in told["allowedMoves"]
            if {"code": "NO_GO", "clause": {"number": "6.1"}} in each["blockers"]
        }

    assert await stopped() == {("inquiry", "QUALIFY")}
    async with writing(company.seller, settle=settle) as work:
        row = await commands.draft_evaluation(
            work, inquiry_id=inquiry.id, findings=Findings(1, 1, 1, "Too far.", False)
        )
        await commands.submit_evaluation(work, evaluation_id=row.id)
    waits = {("inquiry", "QUALIFY"), ("inquiry", "DRAFT_SOLUTION"), ("quotation", "SUBMIT")}
    assert await stopped() == {*waits, ("solution", "CHANGE"), ("solution", "SUBMIT")}
    refused = (await ask(company.seller, ASK, id=named["quotation"]))["submitQuotation"]
    error = {"code": "NO_GO", "path": ["quotationId"], "clause": {"number": "6.1"}}
    assert refused == {"quotation": None, "errors": [error]}


async def test_another_company_sees_and_changes_nothing(ask: Any, company: Company) -> None:
    inquiry = str((await contacted(company)).id)
    said = {"difficulty": 1, "risk": 1, "effortDays": 1, "rationale": "Small.", "go": True}
    given = {"inquiryId": inquiry, "findings": said}
    made = (await ask(company.seller, DRAFT, input=given))["draftInquiryEvaluation"]["evaluation"]
    stranger = await found_company()
    refused = (await ask(stranger, DRAFT, input=given))["draftInquiryEvaluation"]
    assert refused == {"evaluation": None, "errors": [{"code": "NOT_FOUND", "path": ["inquiryId"]}]}
    refused = (await ask(stranger, SUBMIT, id=made["id"]))["submitInquiryEvaluation"]
    assert refused == {"evaluation": None, "errors": [{"code": "NOT_FOUND"}]}
