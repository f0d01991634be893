"""Inquiries by GraphQL."""

from typing import Any

import pytest

from domain.policies.rules.kinds import BusinessCalendarClause, InquiryContact
from tests.conftest import found_company
from tests.domain.policies.handbooks import OFFICE_HOURS
from tests.domain.presales.company import Company, founded

REGISTER = """mutation($input: RegisterInquiryInput!) { registerInquiry(input: $input) {
  inquiry { id number state dueAt } errors { code path } } }"""
LIST = """query($filter: InquiryFilter) { inquiries(filter: $filter, first: 5) { totalCount nodes {
  id state overdue dueAt needs clause { number } assignee { name } customer { name }
  allowedMoves { move allowed blockers { code } } } } }"""
NOTE = """mutation($id: ID!) { noteInquiryContact(input: {inquiryId: $id, needs: "A shop"}) {
  inquiry { state needs } errors { code } } }"""


@pytest.fixture
async def company(pool: None) -> Company:
    """Four working hours."""
    contact = InquiryContact.model_validate({"within": {"working_minutes": 240}})
    return await founded(("1.1", BusinessCalendarClause.model_validate(OFFICE_HOURS)), ("6.1", contact))


async def test_an_inquiry_is_registered_contacted_and_hidden_from_others(ask: Any, company: Company) -> None:
    given = {"customerId": str(company.key_id), "title": "A portal", "assigneeId": str(company.head.id)}
    made = (await ask(company.seller, REGISTER, input=given))["registerInquiry"]
    assert (made["errors"], made["inquiry"]["state"]) == ([], "RECEIVED")
    [seen] = (await ask(company.seller, LIST, filter={"overdue": False}))["inquiries"]["nodes"]
    assert (seen["clause"], seen["assignee"]) == ({"number": "6.1"}, {"name": "Head"})
    assert [each["move"] for each in seen["allowedMoves"] if each["allowed"]] == ["ASSIGN", "CONTACT", "REFUSE"]
    [theirs] = (await ask(company.head, LIST))["inquiries"]["nodes"]
    assert {each["blockers"][0]["code"] for each in theirs["allowedMoves"]} == {"FORBIDDEN"}
    noted = (await ask(company.seller, NOTE, id=seen["id"]))["noteInquiryContact"]
    assert noted == {"inquiry": {"state": "CONTACTED", "needs": "A shop"}, "errors": []}
    stranger = await found_company()
    assert (await ask(stranger, LIST))["inquiries"]["totalCount"] == 0
    refused = (await ask(stranger, NOTE, id=seen["id"]))["noteInquiryContact"]
    assert refused == {"inquiry": None, "errors": [{"code": "NOT_FOUND"}]}
    refused = (await ask(stranger, REGISTER, input=given))["registerInquiry"]
    assert refused["errors"] == [{"code": "NOT_FOUND", "path": ["customerId"]}]
