"""Needs and requirements by GraphQL: recorded, written in versions, confirmed; and what keeps one from it."""

from typing import Any

import pytest

from tests.conftest import found_company
from tests.domain.presales.company import Company, founded
from tests.domain.presales.test_requirements import contacted

FIELDS = """id version state title content reason confirmedBy confirmedOn digest
  allowedMoves { move allowed blockers { code message clause { number } earliestAt } }"""
NEED = """mutation($input: RecordInquiryNeedInput!) { recordInquiryNeed(input: $input) {
  need { method heldOn participants findings inquiry { number } recordedBy { name } } errors { code path } } }"""
DRAFT = f"""mutation($id: ID!) {{ draftRequirements(input: {{inquiryId: $id, title: "Portal", content: "Search"}}) {{
  requirements {{ {FIELDS} }} errors {{ code path }} }} }}"""
CHANGE = """mutation($id: ID!) { changeRequirements(input: {requirementsId: $id, title: "Portal", content: "More"}) {
  requirements { content } errors { code } } }"""
CONFIRM = """mutation($id: ID!) { confirmRequirements(input: {requirementsId: $id, confirmedBy: "Lin",
  confirmedOn: "2026-06-01", comment: "By letter"}) { requirements { state digest } errors { code } } }"""
REVISE = f"""mutation($id: ID!) {{ reviseRequirements(input: {{requirementsId: $id, reason: "More"}}) {{
  requirements {{ {FIELDS} }} errors {{ code }} }} }}"""
SEND = f"""mutation($id: ID!, $contact: ID) {{ sendRequirements(input: {{requirementsId: $id, contactId: $contact}}) {{
  requirements {{ contact {{ name }} sentAt answeredAt byLink {FIELDS} }} errors {{ code path }} }} }}"""
REFUSE = """mutation($id: ID!) { refuseInquiry(input: {inquiryId: $id, reason: "Too small"}) { errors { code } } }"""
SEEN = f"""query($id: ID!) {{ inquiry(id: $id) {{ needRecords {{ findings }} requirements {{ {FIELDS} }}
  requirementsVersions {{ version state inquiry {{ id }} }} allowedMoves {{ move allowed }} }} }}"""


@pytest.fixture
async def company(pool: None) -> Company:
    """No clause says anything."""
    return await founded()


def moves(record: Any) -> list[str]:
    return [each["move"] for each in record["allowedMoves"] if each["allowed"]]


async def test_requirements_from_the_interview_to_the_second_version(ask: Any, company: Company) -> None:
    inquiry = str((await contacted(company)).id)
    given = {"inquiryId": inquiry, "method": "INTERVIEW", "heldOn": "2026-06-01", "findings": "Search"}
    made = (await ask(company.seller, NEED, input=given))["recordInquiryNeed"]
    assert (made["errors"], made["need"]["method"], made["need"]["recordedBy"]) == ([], "INTERVIEW", {"name": "Seller"})
    late = (await ask(company.seller, NEED, input={**given, "heldOn": "2026-06-02"}))["recordInquiryNeed"]
    assert late == {"need": None, "errors": [{"code": "INVALID", "path": ["heldOn"]}]}
    first = (await ask(company.seller, DRAFT, id=inquiry))["draftRequirements"]["requirements"]
    assert moves(first) == ["CHANGE", "SEND", "CONFIRM", "REVISE"]
    again = (await ask(company.seller, DRAFT, id=inquiry))["draftRequirements"]
    assert again == {"requirements": None, "errors": [{"code": "CONFLICT", "path": ["inquiryId"]}]}
    changed = (await ask(company.seller, CHANGE, id=first["id"]))["changeRequirements"]
    assert changed == {"requirements": {"content": "More"}, "errors": []}
    done = (await ask(company.seller, CONFIRM, id=first["id"]))["confirmRequirements"]["requirements"]
    assert (done["state"], len(done["digest"])) == ("CONFIRMED", 64)
    second = (await ask(company.seller, REVISE, id=first["id"]))["reviseRequirements"]["requirements"]
    assert (second["version"], second["content"], second["digest"]) == (2, "More", None)
    seen = (await ask(company.seller, SEEN, id=inquiry))["inquiry"]
    assert (seen["requirements"]["id"], seen["needRecords"]) == (second["id"], [{"findings": "Search"}])
    assert [each["state"] for each in seen["requirementsVersions"]] == ["SUPERSEDED", "DRAFT"]
    assert {"RECORD_NEED", "WRITE_REQUIREMENTS"} <= set(moves(seen))


async def test_what_keeps_one_from_it_is_told_before(ask: Any, company: Company) -> None:
    inquiry = str((await contacted(company)).id)
    first = (await ask(company.seller, DRAFT, id=inquiry))["draftRequirements"]["requirements"]
    assert (await ask(company.seller, REFUSE, id=inquiry))["refuseInquiry"]["errors"] == []
    seen = (await ask(company.seller, SEEN, id=inquiry))["inquiry"]["requirements"]
    assert {each["code"] for move in seen["allowedMoves"] for each in move["blockers"]} == {"INQUIRY_OVER"}
    refused = (await ask(company.seller, CONFIRM, id=first["id"]))["confirmRequirements"]
    assert refused == {"requirements": None, "errors": [{"code": "INQUIRY_OVER"}]}
    stranger = await found_company()
    assert (await ask(stranger, SEEN, id=inquiry))["inquiry"] is None
    refused = (await ask(stranger, REVISE, id=first["id"]))["reviseRequirements"]
    assert refused == {"requirements": None, "errors": [{"code": "NOT_FOUND"}]}


async def test_requirements_are_sent_to_a_person_of_the_customer(ask: Any, company: Company) -> None:
    inquiry, third = str((await contacted(company)).id), await found_company()
    id = (await ask(company.seller, DRAFT, id=inquiry))["draftRequirements"]["requirements"]["id"]
    contact = str(company.contact_id)
    refused = (await ask(company.seller, SEND, id=id, contact=str(company.standard_contact_id)))["sendRequirements"]
    assert refused == {"requirements": None, "errors": [{"code": "INVALID", "path": ["contactId"]}]}
    foreign = (await ask(third, SEND, id=id, contact=contact))["sendRequirements"]
    assert foreign["errors"] == [{"code": "NOT_FOUND", "path": ["requirementsId"]}]
    sent = (await ask(company.seller, SEND, id=id, contact=contact))["sendRequirements"]["requirements"]
    assert (sent["state"], sent["contact"], sent["answeredAt"], sent["byLink"]) == (
        "SENT",
        {"name": "Lin"},
        None,
        False,
    )
    assert sent["sentAt"] is not None
    assert sent["digest"] is not None
    assert moves(sent) == ["CONFIRM", "REVISE"]
