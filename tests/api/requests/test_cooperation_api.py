"""Parts of departments, help from others, and reports on faults by GraphQL, and what of them keeps one from a move."""

from typing import Any

from domain.policies.rules.kinds import AssignmentRules, RequestCourse
from tenancy.actor import Actor
from tests.api.requests.asking import done, move, submit, with_names
from tests.conftest import found_company
from tests.domain.requests.company import Company, founded, software_clauses
from tests.handbooks import publish

PART = "part { state task department { name } assignee { id } result request { number } } errors { code path message }"
HELP = "help { id state reason staff { id } } errors { code path }"
SEEN = """query($id: ID!) { request(id: $id) {
  parts { id state task } helpers { id state } faultReport { cause } postmortemActions { task doneAt result }
  problem { number title state } } }"""


def mutation(name: str, wanted: str) -> str:
    return f"mutation($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ {wanted} }} }}"


async def sent(ask: Any, actor: Actor, name: str, wanted: str, **given: Any) -> Any:
    return (await ask(actor, mutation(name, wanted), input=given))[name]


async def begun(ask: Any, company: Company) -> Any:
    """A request on which the agent works."""
    request = await submit(ask, company)
    await done(ask, company.dispatcher, "assignRequest", request, assigneeId=str(company.agent.id))
    await done(ask, company.agent, "startRequest", request)
    return request


async def blockers(ask: Any, actor: Actor, request: Any, name: str) -> list[tuple[str, Any]]:
    document = """query($id: ID!) { request(id: $id) {
      allowedMoves { move allowed blockers { code message clause { number } } } } }"""
    shown = (await ask(actor, document, id=request["id"]))["request"]["allowedMoves"]
    [found] = [item["blockers"] for item in shown if item["move"] == name]
    return [(item["code"], (item["clause"] or {}).get("number")) for item in found]


async def test_an_open_part_keeps_one_company_from_resolving_and_not_the_other(ask: Any, pool: None) -> None:
    strict, mild = with_names(await founded()), with_names(await founded())
    await publish(strict.admin, *software_clauses(), ("2.5", RequestCourse()))
    await publish(mild.admin, *software_clauses(), ("2.5", RequestCourse(open_parts_allowed=True)))
    requests = {}
    for company in (strict, mild):
        request = requests[company.admin.tenant_id] = await begun(ask, company)
        given = {"requestId": request["id"], "departmentId": str(company.sales_id), "task": "Call the customer"}
        added = await sent(ask, company.agent, "addPart", PART, **given)
        assert added["errors"] == []
        assert (added["part"]["state"], added["part"]["department"]) == ("OPEN", {"name": "Sales"})
        assert (await sent(ask, company.clerk, "addPart", PART, **given))["errors"][0]["code"] == "FORBIDDEN"
    request, other = requests[strict.admin.tenant_id], requests[mild.admin.tenant_id]
    assert await blockers(ask, strict.agent, request, "RESOLVE") == [("PARTS_OPEN", "2.5")]
    [refused] = (await move(ask, strict.agent, "resolveRequest", request, resolution="Done"))["errors"]
    assert (refused["code"], refused["clause"]) == ("PARTS_OPEN", {"number": "2.5"})
    assert await blockers(ask, mild.agent, other, "RESOLVE") == []
    await done(ask, mild.agent, "resolveRequest", other, resolution="Done")
    # What is said of a part by who does it frees the request.
    [part] = (await ask(strict.agent, SEEN, id=request["id"]))["request"]["parts"]
    given = {"partId": part["id"], "assigneeId": str(strict.colleague.id)}
    assert (await sent(ask, strict.agent, "assignPart", PART, **given))["part"]["assignee"] == {
        "id": str(strict.colleague.id)
    }
    given = {"partId": part["id"], "result": "They know"}
    assert (await sent(ask, strict.colleague, "finishPart", PART, **given))["part"]["state"] == "DONE"
    assert (await sent(ask, strict.agent, "withdrawPart", PART, partId=part["id"], reason="No"))["errors"] == [
        {"code": "WRONG_STATE", "path": ["partId"], "message": "This part is done or not needed any more."}
    ]
    assert await blockers(ask, strict.agent, request, "RESOLVE") == []
    assert (await ask(await found_company(), SEEN, id=request["id"]))["request"] is None
    # Its requester sees nothing of what goes on inside.
    assert (await ask(strict.clerk, SEEN, id=request["id"]))["request"]["parts"] == []


async def test_who_helps_may_do_what_its_assignee_does_until_they_help_no_longer(ask: Any, pool: None) -> None:
    company = with_names(await founded())
    await publish(company.admin, *software_clauses())
    request = await begun(ask, company)
    given = {"requestId": request["id"], "staffId": str(company.colleague.id), "reason": "Knows the proxy"}
    asked = await sent(ask, company.agent, "askForHelp", HELP, **given)
    assert (asked["help"]["state"], asked["help"]["staff"]) == ("HELPING", {"id": str(company.colleague.id)})
    assert (await sent(ask, company.agent, "askForHelp", HELP, **given))["errors"][0]["code"] == "CONFLICT"
    assert await blockers(ask, company.colleague, request, "RESOLVE") == []
    ended = await sent(ask, company.colleague, "endHelp", HELP, helpId=asked["help"]["id"])
    # They see nothing of it any more.
    assert ended == {"help": None, "errors": []}
    assert (await ask(company.colleague, SEEN, id=request["id"]))["request"] is None
    [again] = (await sent(ask, company.agent, "endHelp", HELP, helpId=asked["help"]["id"]))["errors"]
    assert again == {"code": "WRONG_STATE", "path": ["helpId"]}
    assert (await ask(company.agent, SEEN, id=request["id"]))["request"]["helpers"] == [
        {"id": asked["help"]["id"], "state": "ENDED"}
    ]


async def test_a_missing_report_keeps_one_from_closing_and_its_actions_are_followed(ask: Any, pool: None) -> None:
    company = with_names(await founded())
    await publish(company.admin, *software_clauses(), ("2.5", RequestCourse(fault_report=True)))
    request = await begun(ask, company)
    await done(ask, company.agent, "resolveRequest", request, resolution="A new certificate")
    await done(ask, company.clerk, "confirmRequest", request)
    assert await blockers(ask, company.agent, request, "CLOSE") == [("REPORT_MISSING", "2.5")]
    [refused] = (await move(ask, company.agent, "closeRequest", request))["errors"]
    assert (refused["code"], refused["clause"]) == ("REPORT_MISSING", {"number": "2.5"})
    plan = {"requestId": request["id"], "responsibleId": str(company.colleague.id), "dueOn": "2026-06-02"}
    wanted = "action { id task } errors { code path }"
    early = await sent(ask, company.agent, "planAction", wanted, **plan, task="Remind us")
    assert early["action"] is None
    report = {"beganAt": "2026-06-01T00:30:00Z", "symptoms": "No sign-in", "cause": "A certificate"}
    more = {"requestId": request["id"], "remedy": "A new one", "prevention": "A reminder"}
    written = await sent(ask, company.agent, "reportFault", "report { cause } errors { code }", **report, **more)
    assert written == {"report": {"cause": "A certificate"}, "errors": []}
    planned = await sent(ask, company.agent, "planAction", wanted, **plan, task="Remind us")
    assert planned["errors"] == []
    opened = await sent(
        ask, company.agent, "openProblem", "problem { id number } errors { code }", title="Certificates"
    )
    filed = {"requestId": request["id"], "problemId": opened["problem"]["id"]}
    await sent(ask, company.agent, "fileUnderProblem", "errors { code }", **filed)
    finish = {"actionId": planned["action"]["id"], "result": "Written"}
    assert (await sent(ask, company.colleague, "finishAction", "errors { code }", **finish))["errors"] == []
    shown = (await ask(company.agent, SEEN, id=request["id"]))["request"]
    assert shown["faultReport"] == {"cause": "A certificate"}
    assert shown["problem"] == {"number": opened["problem"]["number"], "title": "Certificates", "state": "OPEN"}
    [action] = shown["postmortemActions"]
    assert (action["task"], action["result"], action["doneAt"] is None) == ("Remind us", "Written", False)
    await done(ask, company.agent, "closeRequest", request)


async def test_a_request_is_raised_and_comes_back_with_an_answer(ask: Any, pool: None) -> None:
    company = with_names(await founded())
    rules = AssignmentRules.model_validate({"order": ["load"], "answers_requester": True})
    await publish(company.admin, *software_clauses(), ("5.1", rules))
    request = await begun(ask, company)
    tiers = """request { supportTier state raisedFrom { id } assignee { id } raises { tier description answer facts
      fromStaff { id } toStaff { id } } messages { nodes { text audience } } } errors { code path clause { number } }"""
    wrong = {"requestId": request["id"], "description": ""}
    assert (await sent(ask, company.agent, "raiseRequest", tiers, **wrong))["errors"][0]["path"] == ["description"]
    given = {"requestId": request["id"], "description": "See the log", "assigneeId": str(company.colleague.id)}
    raised = (await sent(ask, company.agent, "raiseRequest", tiers, **given))["request"]
    assert (raised["supportTier"], raised["state"], raised["raisedFrom"]) == (
        2,
        "ASSIGNED",
        {"id": str(company.agent.id)},
    )
    assert raised["assignee"] == {"id": str(company.colleague.id)}
    [kept] = raised["raises"]
    assert (kept["tier"], kept["description"], kept["answer"]) == (2, "See the log", "")
    assert kept["facts"]["title"] == "Nobody can sign in"
    assert await blockers(ask, company.agent, request, "RETURN") == [("NOT_YOURS", None)]
    assert await blockers(ask, company.colleague, request, "RETURN") == []
    back = {"requestId": request["id"], "answer": "A new proxy"}
    [refused] = (await sent(ask, company.colleague, "returnRequest", tiers, **back))["errors"]
    assert refused == {"code": "ANSWER_MISSING", "path": ["answerToRequester"], "clause": {"number": "5.1"}}
    said = {"answerToRequester": "It is the proxy"}
    assert (await sent(ask, company.colleague, "returnRequest", tiers, **back, **said))["errors"] == []
    shown = await ask(
        company.clerk,
        f"query($id: ID!) {{ {tiers.partition(' errors')[0].replace('request', 'request(id: $id)', 1)} }}",
        id=request["id"],
    )
    # Its requester hears the answer and sees nothing of what went on inside.
    assert (shown["request"]["supportTier"], shown["request"]["raises"]) == (1, [])
    assert shown["request"]["messages"]["nodes"] == [{"text": "It is the proxy", "audience": "PUBLIC"}]
