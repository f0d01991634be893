"""Surveys by GraphQL: reading and filtering them, what can be done with one, and the link that nobody is shown."""

from dataclasses import replace
from typing import Any

import pytest

from domain.kernel.permissions import Permission
from tests.conftest import found_company
from tests.domain.feedback.company import Company, answer, closed, software_company, survey_of, surveys

SURVEYS = """query($filter: SurveyFilter) { surveys(filter: $filter) { totalCount nodes {
  id state score satisfied answers comment expired reminders request { number satisfied } contact { name }
  customer { name } clause { number kind } handbookVersion { number } followUpRequest { number }
  decisions { nodes { decision } } } } }"""
MOVES = """query($id: ID!) { survey(id: $id) { state allowedMoves { move allowed blockers {
  code message earliestAt clause { number } } } } }"""
SEND = """mutation($id: ID!) { sendSurvey(input: {surveyId: $id}) {
  survey { state } errors { code path message clause { number } } } }"""
WITHDRAW = """mutation($id: ID!) { withdrawSurvey(input: {surveyId: $id}) {
  survey { state allowedMoves { move allowed } } errors { code path } } }"""


@pytest.fixture
async def software(pool: None) -> Company:
    """Asks at once and leaves people in peace for a month."""
    return await software_company()


async def test_surveys_are_read_with_what_was_answered(ask: Any, software: Company) -> None:
    request = await closed(software)
    survey = await survey_of(software, request)
    await answer(software, survey, score="2", answer_speed="3", comment="Too slow")
    found = (await ask(software.admin, SURVEYS, filter={"satisfied": False, "score": {"lte": 2}}))["surveys"]
    [node] = found["nodes"]
    assert (node["state"], node["score"], node["satisfied"], node["comment"]) == ("ANSWERED", 2, False, "Too slow")
    assert (node["answers"], node["expired"]) == ({"speed": 3}, False)
    assert node["request"] == {"number": request.number, "satisfied": False}
    assert (node["contact"], node["customer"]) == ({"name": "Lin"}, {"name": "Big"})
    assert node["clause"] == {"number": "2.4", "kind": "satisfaction_survey"}
    assert [each["decision"] for each in node["decisions"]["nodes"]] == [
        "feedback.survey_planned",
        "feedback.survey_sent",
    ]
    none = await ask(software.admin, SURVEYS, filter={"state": {"eq": "SENT"}})
    assert none["surveys"]["totalCount"] == 0


async def test_a_survey_says_what_can_be_done_with_it_and_from_when_on(ask: Any, software: Company) -> None:
    sent = await survey_of(software, await closed(software))
    skipped = await survey_of(software, await closed(software))
    send, withdraw = (await ask(software.admin, MOVES, id=str(skipped.id)))["survey"]["allowedMoves"]
    assert (send["move"], send["allowed"]) == ("SEND", False)
    [blocker] = send["blockers"]
    assert (blocker["code"], blocker["earliestAt"]) == ("ASKED_LATELY", "2026-07-01T01:00:00+00:00")
    assert blocker["clause"] == {"number": "2.4"}
    assert [each["code"] for each in withdraw["blockers"]] == ["WRONG_STATE"]
    refused = (await ask(software.admin, SEND, id=str(skipped.id)))["sendSurvey"]
    assert refused["survey"] is None
    [error] = refused["errors"]
    assert (error["code"], error["message"], error["clause"]) == (
        "ASKED_LATELY",
        blocker["message"],
        {"number": "2.4"},
    )
    nobody = replace(software.admin, permissions=frozenset({str(Permission.FEEDBACK_READ_ALL)}))
    moves = (await ask(nobody, MOVES, id=str(sent.id)))["survey"]["allowedMoves"]
    assert [[each["code"] for each in move["blockers"]] for move in moves] == [
        ["FORBIDDEN", "WRONG_STATE"],
        ["FORBIDDEN"],
    ]
    taken_back = (await ask(software.admin, WITHDRAW, id=str(sent.id)))["withdrawSurvey"]
    assert taken_back["survey"]["state"] == "WITHDRAWN"
    assert not any(move["allowed"] for move in taken_back["survey"]["allowedMoves"])


async def test_another_company_sees_and_changes_nothing(ask: Any, software: Company) -> None:
    survey = await survey_of(software, await closed(software))
    stranger = await found_company()
    assert (await ask(stranger, SURVEYS))["surveys"] == {"totalCount": 0, "nodes": []}
    assert (await ask(stranger, MOVES, id=str(survey.id)))["survey"] is None
    for mutation, name in ((SEND, "sendSurvey"), (WITHDRAW, "withdrawSurvey")):
        answered = (await ask(stranger, mutation, id=str(survey.id)))[name]
        assert [error["code"] for error in answered["errors"]] == ["NOT_FOUND"]
    assert (await surveys(software))[0].state == "sent"
