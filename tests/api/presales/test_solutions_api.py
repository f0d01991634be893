"""Solutions by GraphQL: drafted, reviewed, sent, answered, and what can be done with them."""

from typing import Any

import pytest

from tests.conftest import found_company
from tests.domain.presales.company import Company, founded, limit
from tests.domain.presales.test_requirements import contacted

FIELDS = """id number version state title functions architecture plan expectedEffect budget { amount currency }
  isComplex expertReview findings answeredBy comment digest
  allowedMoves { move allowed blockers { code message clause { number } earliestAt } }"""
DRAFT = f"""mutation($input: DraftSolutionInput!) {{ draftSolution(input: $input) {{
  solution {{ {FIELDS} }} errors {{ code path }} }} }}"""
CHANGE = """mutation($input: ChangeSolutionInput!) { changeSolution(input: $input) {
  solution { title } errors { code path } } }"""
SUBMIT = """mutation($id: ID!) { submitSolution(input: {solutionId: $id}) { solution { state } errors { code } } }"""
SEND = """mutation($id: ID!, $contact: ID) { sendSolution(input: {solutionId: $id, contactId: $contact}) {
  solution { state contact { name } } errors { code path } } }"""
ANSWER = """mutation($input: RecordSolutionAnswerInput!) { recordSolutionAnswer(input: $input) {
  solution { state answeredBy comment } errors { code } } }"""
REVISE = """mutation($id: ID!) { reviseSolution(input: {solutionId: $id, reason: "Cheaper"}) {
  solution { id version state reason versions { version state } } errors { code } } }"""
WITHDRAW = (
    """mutation($id: ID!) { withdrawSolution(input: {solutionId: $id}) { solution { state } errors { code } } }"""
)
SEEN = f"""query($id: ID!) {{ inquiry(id: $id) {{ solution {{ {FIELDS} }} allowedMoves {{ move allowed }} }}
  solutions(filter: {{inquiryId: {{eq: $id}}, state: {{eq: DRAFT}}}}) {{ nodes {{ version }} }} }}"""
SAID = {"title": "Portal", "functions": "Orders", "budget": "1000.50", "currency": "CNY"}


@pytest.fixture
async def company(pool: None) -> Company:
    """No clause says anything."""
    return await founded()


async def test_a_solution_goes_to_the_customer_and_comes_back(ask: Any, company: Company) -> None:
    inquiry = str((await contacted(company)).id)
    wrong = await ask(company.seller, DRAFT, input={"inquiryId": inquiry, "proposal": {**SAID, "budget": "1.005"}})
    assert wrong["draftSolution"] == {"solution": None, "errors": [{"code": "INVALID", "path": ["budget"]}]}
    made = (await ask(company.seller, DRAFT, input={"inquiryId": inquiry, "proposal": SAID}))["draftSolution"]
    solution = made["solution"]
    assert (solution["number"], solution["budget"]) == ("SOL-000001", {"amount": "1000.50", "currency": "CNY"})
    possible = {each["move"] for each in solution["allowedMoves"] if each["allowed"]}
    assert possible == {"CHANGE", "SUBMIT", "WITHDRAW"}
    given = {"solutionId": solution["id"], "proposal": {**SAID, "title": "New portal"}}
    assert (await ask(company.seller, CHANGE, input=given))["changeSolution"]["solution"] == {"title": "New portal"}
    done = (await ask(company.seller, SUBMIT, id=solution["id"]))["submitSolution"]
    assert done == {"solution": {"state": "APPROVED"}, "errors": []}
    refused = (await ask(company.seller, SEND, id=solution["id"]))["sendSolution"]
    assert refused == {"solution": None, "errors": [{"code": "INVALID", "path": ["contactId"]}]}
    sent = await ask(company.seller, SEND, id=solution["id"], contact=str(company.contact_id))
    assert sent["sendSolution"]["solution"] == {"state": "SENT", "contact": {"name": "Lin"}}
    answer = {"solutionId": solution["id"], "confirmed": False, "answeredBy": "Lin", "comment": "Too dear"}
    found = (await ask(company.seller, ANSWER, input=answer))["recordSolutionAnswer"]["solution"]
    assert found == {"state": "OBJECTED", "answeredBy": "Lin", "comment": "Too dear"}
    second = (await ask(company.seller, REVISE, id=solution["id"]))["reviseSolution"]["solution"]
    assert (second["version"], second["state"], second["reason"]) == (2, "DRAFT", "Cheaper")
    assert second["versions"] == [{"version": 1, "state": "SUPERSEDED"}, {"version": 2, "state": "DRAFT"}]
    seen = await ask(company.seller, SEEN, id=inquiry)
    assert (seen["inquiry"]["solution"]["version"], seen["solutions"]) == (2, {"nodes": [{"version": 2}]})
    gone = (await ask(company.seller, WITHDRAW, id=second["id"]))["withdrawSolution"]
    assert gone == {"solution": {"state": "WITHDRAWN"}, "errors": []}


async def test_another_company_sees_and_changes_nothing(ask: Any, company: Company) -> None:
    inquiry = str((await contacted(company)).id)
    given = {"inquiryId": inquiry, "proposal": SAID}
    made = (await ask(company.seller, DRAFT, input=given))["draftSolution"]["solution"]
    outsider = await found_company()
    refused = (await ask(outsider, DRAFT, input=given))["draftSolution"]
    assert refused == {"solution": None, "errors": [{"code": "NOT_FOUND", "path": ["inquiryId"]}]}
    refused = (await ask(outsider, SUBMIT, id=made["id"]))["submitSolution"]
    assert refused == {"solution": None, "errors": [{"code": "NOT_FOUND"}]}
    seen = await ask(outsider, SEEN, id=inquiry)
    assert seen == {"inquiry": None, "solutions": {"nodes": []}}


QUOTE = (
    """mutation($input: DraftQuotationInput!) { draftQuotation(input: $input) { quotation { id } errors { code } } }"""
)
QUOTED = """query($id: ID!) { quotation(id: $id) { needsSolution solution { number }
  allowedMoves { move allowed blockers { code message clause { number } } } } }"""
SEND_QUOTE = """mutation($id: ID!) { sendQuotation(input: {quotationId: $id}) {
  quotation { state } errors { code clause { number } } } }"""
SUBMIT_QUOTE = """mutation($id: ID!) { submitQuotation(input: {quotationId: $id}) { errors { code } } }"""


async def test_a_quotation_tells_that_its_solution_is_not_confirmed(ask: Any) -> None:
    company = await founded(("6.3", limit("10", "30", solution_needed=True)))
    inquiry = str((await contacted(company)).id)
    made = (await ask(company.seller, DRAFT, input={"inquiryId": inquiry, "proposal": SAID}))["draftSolution"]
    given = {
        "customerId": str(company.key_id),
        "contactId": str(company.contact_id),
        "title": "Portal",
        "currency": "CNY",
        "lines": [{"kind": "LICENCE", "description": "Licence", "unitPrice": "100"}],
        "solutionId": made["solution"]["id"],
    }
    quotation = (await ask(company.seller, QUOTE, input=given))["draftQuotation"]["quotation"]["id"]
    assert (await ask(company.seller, SUBMIT_QUOTE, id=quotation))["submitQuotation"] == {"errors": []}
    seen = (await ask(company.seller, QUOTED, id=quotation))["quotation"]
    assert (seen["needsSolution"], seen["solution"]) == (True, {"number": "SOL-000001"})
    [send] = [each for each in seen["allowedMoves"] if each["move"] == "SEND"]
    assert [(each["code"], each["clause"]) for each in send["blockers"]] == [("NO_SOLUTION", {"number": "6.3"})]
    refused = (await ask(company.seller, SEND_QUOTE, id=quotation))["sendQuotation"]
    assert refused == {"quotation": None, "errors": [{"code": "NO_SOLUTION", "clause": {"number": "6.3"}}]}
