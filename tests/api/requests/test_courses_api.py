"""The course of a request by GraphQL: what it is asked for, what keeps one from a move, and by which clause."""

from dataclasses import replace
from typing import Any

from domain.policies.rules.kinds import HoldReasons, ReopenWindow, RequestCourse, UpdateCadence
from domain.policies.rules.kinds.handling import Step
from tenancy.actor import Actor
from tests.api.requests.asking import done, move, submit, with_names
from tests.domain.requests.company import at, founded, go_to, software_clauses
from tests.handbooks import publish


async def test_a_course_is_asked_for_and_told_beforehand_with_its_clause(ask: Any, pool: None) -> None:
    company = with_names(await founded())
    course = RequestCourse(complex=(Step.SOLUTION,))
    await publish(company.admin, *software_clauses(), ("2.5", course), ("2.6", ReopenWindow(working_days=1)))
    request = await submit(ask, company)
    document = """mutation($input: TriageRequestInput!) { triageRequest(input: $input) {
      request { state complexity category priority missingSteps courseClause { number } } errors { code } } }"""
    given = {"requestId": request["id"], "complexity": "COMPLEX", "category": "Network"}
    assert (await ask(company.dispatcher, document, input=given))["triageRequest"]["request"] == {
        "state": "TRIAGED",
        "complexity": "COMPLEX",
        "category": "Network",
        "priority": "P1",
        "missingSteps": ["solution"],
        "courseClause": {"number": "2.5"},
    }
    await done(ask, company.dispatcher, "assignRequest", request, assigneeId=str(company.agent.id))

    async def blocked(actor: Actor, name: str) -> list[tuple[str, str, Any]]:
        shown = await ask(
            actor,
            """query($id: ID!) { request(id: $id) {
              allowedMoves { move blockers { code message clause { number } } } } }""",
            id=request["id"],
        )
        [found] = [item["blockers"] for item in shown["request"]["allowedMoves"] if item["move"] == name]
        return [(item["code"], item["message"], item["clause"]) for item in found]

    told = "The handbook asks for this first: a solution that the requester agrees to before the work."
    for name in ("START", "RESOLVE"):
        assert await blocked(company.agent, name) == [("STEP_MISSING", told, {"number": "2.5"})]
    refused = await move(ask, company.agent, "startRequest", request)
    [error] = refused["errors"]
    assert (error["code"], error["message"], error["clause"]) == ("STEP_MISSING", told, {"number": "2.5"})
    await done(ask, company.agent, "diagnoseRequest", request)
    propose = """mutation($input: ProposeSolutionInput!) { proposeSolution(input: $input) {
      request { state solution } errors { code } } }"""
    given = {"requestId": request["id"], "solution": "A new proxy"}
    assert (await ask(company.agent, propose, input=given))["proposeSolution"]["request"] == {
        "state": "PROPOSED",
        "solution": "A new proxy",
    }
    agree = """mutation($input: AgreeToSolutionInput!) { agreeToSolution(input: $input) {
      request { state } errors { code } } }"""
    for actor, code in ((company.agent, "FORBIDDEN"), (company.clerk, None), (company.clerk, "WRONG_STATE")):
        errors = (await ask(actor, agree, input={"requestId": request["id"]}))["agreeToSolution"]["errors"]
        assert [item["code"] for item in errors] == ([code] if code else [])
    await done(ask, company.agent, "resolveRequest", request, resolution="Replaced it")
    await done(ask, company.clerk, "confirmRequest", request)
    await go_to(company, at("Wed 3 09:00"))
    late = "The time in which it could be reopened is over; ask for something new instead."
    assert await blocked(company.clerk, "REOPEN") == [("WINDOW_OVER", late, {"number": "2.6"})]
    [error] = (await move(ask, company.clerk, "reopenRequest", request, reason="Back"))["errors"]
    assert (error["code"], error["message"], error["clause"]) == ("WINDOW_OVER", late, {"number": "2.6"})


async def test_a_listed_reason_is_shown_by_its_name_and_tells_what_did_not_count(ask: Any, pool: None) -> None:
    company = with_names(await founded())
    listed = {"code": "customer", "name": {"en": "Waiting for the customer", "zh_Hans": "等待客户"}}
    holds = HoldReasons.model_validate({"reasons": [listed], "others_allowed": False})
    every = UpdateCadence.model_validate({"every": {"p1": {"working_days": 1}}})
    await publish(company.admin, *software_clauses(), ("2.5", holds), ("2.6", every))
    request = await submit(ask, company)
    await done(ask, company.dispatcher, "assignRequest", request, assigneeId=str(company.agent.id))
    await done(ask, company.agent, "startRequest", request)
    [error] = (await move(ask, company.agent, "holdRequest", request, reason="Lunch"))["errors"]
    assert (error["code"], error["path"], error["clause"]) == ("INVALID", ["reasonCode"], {"number": "2.5"})
    given = {"reasonCode": "customer", "expectedAt": "2026-06-01T03:00:00Z"}
    await done(ask, company.agent, "holdRequest", request, **given)
    document = """query($id: ID!) { request(id: $id) { holdCode holdName holdReason holdExpectedAt
      clocks { kind breaches narrative } changes(order: NEWEST, first: 1) { nodes { reasonCode reasonName } } } }"""
    held = (await ask(company.agent, document, id=request["id"]))["request"]
    assert (held["holdCode"], held["holdName"], held["holdReason"], held["holdExpectedAt"]) == (
        "customer",
        "Waiting for the customer",
        "",
        "2026-06-01T03:00:00+00:00",
    )
    assert held["changes"]["nodes"] == [{"reasonCode": "customer", "reasonName": "Waiting for the customer"}]
    assert {found["kind"] for found in held["clocks"]} == {"RESPONSE", "RESOLUTION", "UPDATE"}
    await go_to(company, at("Mon 1 11:00"))
    await done(ask, company.agent, "resumeRequest", request)
    for language, reason in (("en", "Waiting for the customer"), ("zh_Hans", "等待客户")):
        shown = (await ask(replace(company.agent, language=language), document, id=request["id"]))["request"]
        [told] = [found["narrative"] for found in shown["clocks"] if found["kind"] == "RESOLUTION"]
        assert reason in told
    assert (shown["holdCode"], shown["holdName"], shown["holdExpectedAt"]) == ("", "", None)
