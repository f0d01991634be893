"""Canned answers: checked when they are written, given where they fit, and said in the language of whoever asked."""

from typing import Any

from sqlalchemy import select

from domain.consequences import settle
from domain.customers.models import Contact
from domain.kernel.permissions import Permission
from domain.kernel.terms import Language
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tests.api.conftest import Ask
from tests.conftest import found_company
from tests.domain.requests.company import Company, assigned, service_company, software_company

MAKE = """mutation($input: CreateCannedAnswerInput!) { createCannedAnswer(input: $input) {
  answer { id code title text active department { id } } errors { code path message } } }"""
CHANGE = """mutation($input: ChangeCannedAnswerInput!) { changeCannedAnswer(input: $input) {
  answer { text active } errors { code path } } }"""
WRITE = """query($answer: ID!, $request: ID!) { writtenAnswer(answerId: $answer, requestId: $request) {
  text language openBlanks } }"""
FITTING = "query($id: ID!) { request(id: $id) { cannedAnswers(first: 9) { nodes { code } } } }"
ALL = "query { cannedAnswers(first: 9, filter: {active: true}) { nodes { code title texts } } }"
TEXT = {
    "en": "Dear {contact_name}, {request_number} is due at {due_at}. {resolution} {own_name}",
    "zhHant": "{contact_name} 您好，{request_number}（{request_state}）：{resolution} {own_name}",
}


def given(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "title": {"en": "On its way"}, "text": TEXT, **more}


async def make(ask: Ask, actor: Actor, code: str, **more: Any) -> Any:
    return (await ask(actor, MAKE, input=given(code, **more)))["createCannedAnswer"]


async def fitting(ask: Ask, company: Company, request: Any) -> list[str]:
    found = (await ask(company.agent, FITTING, id=str(request.id)))["request"]["cannedAnswers"]["nodes"]
    return [each["code"] for each in found]


async def test_answers_are_given_where_they_fit_in_the_language_of_whoever_asked(ask: Ask, pool: None) -> None:
    software, service, third = await software_company(), await service_company(), await found_company()
    mine = (await make(ask, software.admin, "eta"))["answer"]
    sales = await make(ask, software.admin, "sales_only", departmentId=str(software.sales_id))
    theirs = (await make(ask, service.admin, "eta", text={"en": "We call you."}))["answer"]
    async with writing(software.admin, settle=settle) as work:
        (await work.get(Contact, software.contact_id, lock=True)).language = Language.ZH_HANT
    request, other = await assigned(software, contact_id=software.contact_id), await assigned(service)
    assert await fitting(ask, software, request) == ["eta"]
    assert await fitting(ask, service, other) == ["eta"]

    async def written(company: Company, answer: Any, about: Any) -> Any:
        said = await ask.executed(company.agent, WRITE, answer=answer["id"], request=str(about.id))
        return said["writtenAnswer"]

    assert await written(software, mine, request) == {
        "text": f"Lin 您好，{request.number}（已指派）：— Agent",
        "language": "zh-Hant",
        "openBlanks": ["RESOLUTION"],
    }
    assert (await written(service, theirs, other))["text"] == "We call you."
    asked = await written(software, mine, await assigned(software))
    assert asked["language"] == "en"
    assert asked["text"].startswith("Dear Clerk, REQ-")
    for actor, answer, code in (
        (software.agent, sales["answer"], "DOES_NOT_FIT"),
        (software.agent, theirs, "NOT_FOUND"),
        (software.clerk, mine, "NOT_FOUND"),
        (third, mine, "NOT_FOUND"),
    ):
        [error] = await ask.errors(actor, WRITE, answer=answer["id"], request=str(request.id))
        assert getattr(error.original_error, "code", None) == code
    assert (await ask(third, ALL))["cannedAnswers"]["nodes"] == []


async def test_blanks_are_checked_and_every_wording_is_kept(ask: Ask, pool: None) -> None:
    company = await software_company()
    for text, path in (
        ({"en": "Dear {contact}"}, ["text", "en"]),
        ({"en": "Dear {contact_name"}, ["text", "en"]),
        ({"en": "Dear", "zhHans": "{0}"}, ["text", "zhHans"]),
        ({}, ["text"]),
    ):
        refused = await make(ask, company.admin, "dear", text=text)
        assert [(error["code"], error["path"]) for error in refused["errors"]] == [("INVALID", path)]
    [forbidden] = (await make(ask, company.agent, "dear"))["errors"]
    assert (forbidden["code"], str(Permission.CATALOGUE_MANAGE) in forbidden["message"]) == ("FORBIDDEN", True)
    made = (await make(ask, company.admin, "dear"))["answer"]
    [twice] = (await make(ask, company.admin, "dear"))["errors"]
    assert (twice["code"], twice["path"][-1]) == ("CONFLICT", "code")
    new = {"answerId": made["id"], "title": {"en": "Old"}, "text": {"en": "Gone"}, "active": False}
    changed = (await ask(company.admin, CHANGE, input=new))["changeCannedAnswer"]
    assert changed == {"answer": {"text": "Gone", "active": False}, "errors": []}
    assert (await ask(company.agent, ALL))["cannedAnswers"]["nodes"] == []
    async with reading(company.admin) as work:
        kept = select(JournalEntry).where(JournalEntry.name == "requests.canned_answer_changed")
        entry = await work.first(kept)
    assert entry is not None
    before, after = entry.changes["text"]
    assert (before["en"], after["en"]) == (TEXT["en"], "Gone")
