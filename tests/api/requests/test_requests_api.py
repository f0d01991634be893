"""A request from its intake to the confirmation, by GraphQL alone, in two companies with different rulebooks."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from api import writing
from api.schema import SCHEMA
from domain.requests import rules
from domain.requests.rules import Move
from tenancy.actor import Actor
from tests.api.requests.asking import MOVES, SUBMIT, done, move, submit, with_names
from tests.conftest import found_company
from tests.domain.requests.company import (
    ASKS,
    Company,
    at,
    go_to,
    program,
    service_company,
    software_company,
)

COMMENT = """mutation($input: CommentRequestInput!) { commentRequest(input: $input) {
  message { text audience author { name } } errors { code } } }"""
MENTION = """mutation($id: ID!) { commentRequest(input: {
  requestId: $id, text: "Look", audience: INTERNAL, mentionIds: ["%s"]}) {
  message { text mentioned { name } } errors { code } } }"""
MENTIONED = """query($id: ID!) { request(id: $id) { messages(order: NEWEST, first: 2) {
  nodes { text mentioned { name } } } } }"""
SHOW = """query($id: ID!) { request(id: $id) { __typename number state breached overdue
    clocks { kind state breachedAt stoppedAt warnings levels narrative reckoning }
    escalations { level dueAt at escalatedTo { name } clock { kind } }
    changes { nodes { state move reason member { name } } }
    messages(order: NEWEST, first: 2) { totalCount nodes { text author { name } } }
    decisions { totalCount } }
  node(id: $id) { __typename } }"""
LIST = """query($filter: ServiceRequestFilter, $order: ServiceRequestOrder! = NEWEST, $after: String) {
  requests(filter: $filter, order: $order, first: 2, after: $after) {
    totalCount pageInfo { endCursor } nodes { number priority } } }"""


@pytest.fixture
async def software(pool: None) -> Company:
    """Fast service with warnings and a ladder."""
    return with_names(await software_company())


async def test_a_program_reads_what_it_has_submitted_and_nothing_else(ask: Any, software: Company) -> None:
    one, other = await program(software, *ASKS), await program(software, *ASKS)
    given = {"customerId": str(software.strategic_id), "title": "Nobody can sign in", "channel": "PORTAL"}
    for actor in (one, other):
        made = (await ask(actor, SUBMIT, input={**given, "impact": "HIGH", "urgency": "HIGH"}))["submitRequest"]
        assert made["errors"] == []
        listed = (await ask(actor, LIST))["requests"]
        assert (listed["totalCount"], listed["nodes"][0]["number"]) == (1, made["request"]["number"])
        seen = (await ask(actor, SHOW, id=made["request"]["id"]))["request"]
        assert (len(seen["clocks"]), len(seen["changes"]["nodes"])) == (2, 1)
    hidden = await ask(one, SHOW, id=made["request"]["id"])
    assert (hidden["request"], hidden["node"]) == (None, None)
    # A connection that has served a program knows nothing of it afterwards.
    assert (await ask(software.clerk, LIST))["requests"]["totalCount"] == 0


@pytest.fixture
async def service(pool: None) -> Company:
    """Slower service on six days."""
    return with_names(await service_company())


async def test_two_companies_promise_different_things_for_the_same_request(
    ask: Any, software: Company, service: Company
) -> None:
    here, there = await submit(ask, software), await submit(ask, service)
    assert (here["number"], here["priority"], here["state"], here["requester"]) == (
        "REQ-000001",
        "P1",
        "NEW",
        {"name": "Clerk"},
    )
    assert [(clock["kind"], clock["dueAt"], clock["target"]) for clock in here["clocks"]] == [
        ("RESPONSE", "2026-06-01T01:30:00+00:00", {"working_minutes": 30}),
        ("RESOLUTION", "2026-06-01T06:00:00+00:00", {"working_minutes": 240}),
    ]
    assert [(clock["dueAt"], clock["clause"], clock["calendarClause"]) for clock in there["clocks"]] == [
        ("2026-06-01T03:00:00+00:00", {"number": "4.2"}, {"number": "3.1"}),
        ("2026-06-02T09:00:00+00:00", {"number": "4.2"}, {"number": "3.1"}),
    ]
    assert there["priority"] == "P2"
    assert [(node["decision"], node["clause"]["number"]) for node in here["decisions"]["nodes"]] == [
        ("requests.priority", "2.1"),
        ("requests.deadline", "2.2"),
        ("requests.deadline", "2.2"),
    ]


async def test_a_request_goes_its_way_by_mutations_alone(ask: Any, software: Company) -> None:
    request = await submit(ask, software, contactId=str(software.contact_id), description="Since 08:50")
    agent, clerk = software.agent, software.clerk
    assigned = await done(ask, software.dispatcher, "assignRequest", request, assigneeId=str(agent.id))
    assert (assigned["state"], assigned["assignee"]) == ("ASSIGNED", {"name": "Agent"})
    assert (await done(ask, agent, "startRequest", request))["state"] == "IN_PROGRESS"
    held = await done(ask, agent, "holdRequest", request, reason="The customer looks for the log")
    assert (held["dueAt"], held["holdReason"]) == (None, "The customer looks for the log")
    await go_to(software, at("Mon 1 11:00"))
    assert (await done(ask, agent, "resumeRequest", request))["dueAt"] == "2026-06-01T08:00:00+00:00"
    resolved = await done(ask, agent, "resolveRequest", request, resolution="Restarted the proxy")
    assert (resolved["state"], resolved["closesAt"]) == ("RESOLVED", "2026-06-05T03:00:00+00:00")
    assert (await done(ask, clerk, "reopenRequest", request, reason="It is back"))["state"] == "ASSIGNED"
    await done(ask, agent, "resolveRequest", request, resolution="Replaced the proxy")
    closed = await done(ask, clerk, "confirmRequest", request, score=5)
    assert (closed["state"], closed["satisfactionScore"], closed["satisfied"]) == ("CLOSED", 5, True)
    other = await submit(ask, software)
    assert (await done(ask, clerk, "cancelRequest", other, reason="Found it ourselves"))["state"] == "CANCELLED"
    shown = (await ask(clerk, SHOW, id=request["id"]))["request"]
    assert [(node["state"], node["move"]) for node in shown["changes"]["nodes"]] == [
        ("NEW", None),
        ("ASSIGNED", "ASSIGN"),
        ("IN_PROGRESS", "START"),
        ("ON_HOLD", "HOLD"),
        ("IN_PROGRESS", "RESUME"),
        ("RESOLVED", "RESOLVE"),
        ("ASSIGNED", "REOPEN"),
        ("RESOLVED", "RESOLVE"),
        ("CONFIRMED", "CONFIRM"),
        ("CLOSED", "CLOSE"),
    ]


async def test_a_late_request_tells_its_story(ask: Any, software: Company) -> None:
    request = await submit(ask, software)
    await done(ask, software.dispatcher, "assignRequest", request, assigneeId=str(software.agent.id))
    await done(ask, software.agent, "startRequest", request)
    await go_to(software, at("Mon 1 10:00"))
    await done(ask, software.agent, "holdRequest", request, reason="Log file")
    await go_to(software, at("Mon 1 11:00"))
    await done(ask, software.agent, "resumeRequest", request)
    await go_to(software, at("Tue 2 09:10"))
    shown = (await ask(software.head, SHOW, id=request["id"]))["request"]
    assert (shown["breached"], shown["overdue"]) == (True, True)
    response, resolution = shown["clocks"]
    assert (response["state"], response["narrative"]) == ("MET", None)
    assert (resolution["state"], resolution["breachedAt"], resolution["warnings"], resolution["levels"]) == (
        "BREACHED",
        "2026-06-01T07:00:00+00:00",
        2,
        2,
    )
    assert resolution["narrative"] == (
        "Late by 3 h 10 min of working time: 7 h 10 min were needed, 4 h allowed. 1 h on hold do not count: Log file."
    )
    assert resolution["reckoning"]["lateByMinutes"] == 190
    assert resolution["reckoning"]["counted"] == [{"reason": "in_progress", "workingMinutes": 430, "wallMinutes": 1390}]
    assert resolution["reckoning"]["excluded"] == [{"reason": "Log file", "workingMinutes": 60, "wallMinutes": 60}]
    assert [(level["level"], level["dueAt"], level["escalatedTo"]) for level in shown["escalations"]] == [
        (1, "2026-06-01T06:45:00+00:00", {"name": "Head"}),
        (2, "2026-06-01T08:00:00+00:00", {"name": "Boss"}),
    ]
    [chinese] = [
        clock["narrative"]
        for clock in (await ask(replace(software.head, language="zh_Hans"), SHOW, id=request["id"]))["request"][
            "clocks"
        ]
        if clock["kind"] == "RESOLUTION"
    ]
    assert "Log file" in chinese
    assert "Late" not in chinese


async def test_each_move_says_whether_it_is_possible_and_what_keeps_one_from_it(ask: Any, software: Company) -> None:
    request = await submit(ask, software)
    await done(ask, software.dispatcher, "assignRequest", request, assigneeId=str(software.agent.id))

    async def moves(actor: Actor) -> dict[str, list[str]]:
        found = (await ask(actor, MOVES, id=request["id"]))["request"]["allowedMoves"]
        assert [item["move"] for item in found] == [possible.name for possible in Move]
        assert all(item["allowed"] is (item["blockers"] == []) for item in found)
        return {item["move"]: [blocker["code"] for blocker in item["blockers"]] for item in found}

    assert await moves(software.agent) == {
        "TRIAGE": ["FORBIDDEN"],
        "ASSIGN": ["FORBIDDEN"],
        "HAND_OVER": [],
        "HAND_BACK": ["NOT_HANDED_OVER"],
        "DIAGNOSE": [],
        "PROPOSE": ["WRONG_STATE"],
        "AGREE": ["FORBIDDEN", "OWN_WORK", "WRONG_STATE"],
        "DECLINE": ["FORBIDDEN", "WRONG_STATE"],
        "START": [],
        "HOLD": ["WRONG_STATE"],
        "RESUME": ["WRONG_STATE"],
        "RESOLVE": [],
        "CONFIRM": ["FORBIDDEN", "OWN_WORK", "WRONG_STATE"],
        "CLOSE": ["WRONG_STATE"],
        "REOPEN": ["FORBIDDEN", "WRONG_STATE"],
        "CANCEL": ["FORBIDDEN"],
        "MERGE": [],
        "RAISE": [],
        "RETURN": ["LOWEST_TIER"],
    }
    assert (await moves(software.head))["START"] == ["NOT_YOURS"]
    assert [name for name, blockers in (await moves(software.clerk)).items() if not blockers] == ["CANCEL"]
    assert [name for name, blockers in (await moves(software.dispatcher)).items() if not blockers] == [
        "TRIAGE",
        "ASSIGN",
        "HAND_OVER",
        "DIAGNOSE",
        "START",
        "RESOLVE",
        "CANCEL",
        "MERGE",
        "RAISE",
    ]
    found = (await ask(software.agent, MOVES, id=request["id"]))["request"]["allowedMoves"]
    [hold] = [item for item in found if item["move"] == "HOLD"]
    assert [blocker["message"] for blocker in hold["blockers"]] == [
        "“Put on hold” is not possible in the state “Assigned”, which allows only: Triage, Assign, Hand over, "
        "Hand back, Diagnose, Start work, Resolve, Cancel, Merge into another, Raise to the next tier, "
        "Return to the tier below."
    ]


BOARD = """{ requests(first: 50) { nodes { number title customer { name } clocks { kind dueAt }
  messages(first: 1) { nodes { text } } allowedMoves { move allowed blockers { code message } } } } }"""


async def test_a_board_of_fifty_has_its_moves_with_what_keeps_one_from_them(ask: Any, software: Company) -> None:
    await submit(ask, software)
    [shown] = (await ask(software.dispatcher, BOARD))["requests"]["nodes"]
    assert any(move["blockers"] for move in shown["allowedMoves"])


async def test_what_a_move_says_beforehand_and_what_it_says_when_tried_are_the_same(
    ask: Any, software: Company
) -> None:
    request = await submit(ask, software)
    await done(ask, software.dispatcher, "assignRequest", request, assigneeId=str(software.agent.id))
    given = {
        "triageRequest": {"complexity": "ROUTINE"},
        "assignRequest": {"assigneeId": str(software.colleague.id)},
        "handOverRequest": {"summary": "Look at the log"},
        "handBackRequest": {"summary": "Looked at the log"},
        "diagnoseRequest": {},
        "proposeSolution": {"solution": "A new proxy"},
        "agreeToSolution": {},
        "declineSolution": {"reason": "Too dear"},
        "startRequest": {},
        "holdRequest": {"reason": "Log file"},
        "resumeRequest": {},
        "resolveRequest": {"resolution": "Done"},
        "confirmRequest": {},
        "closeRequest": {},
        "reopenRequest": {"reason": "Back"},
        "cancelRequest": {"reason": "No need"},
        "mergeRequest": {"targetId": (await submit(ask, software))["id"]},
        "raiseRequest": {"description": "Help"},
        "returnRequest": {"answer": "A new proxy"},
    }
    for actor in (software.agent, software.clerk, software.head):
        listed = (await ask(actor, MOVES, id=request["id"]))["request"]["allowedMoves"]
        for name, item in zip(given, listed, strict=True):
            if item["allowed"]:
                continue
            refused = await move(ask, actor, name, request, **given[name])
            assert refused["request"] is None
            assert refused["errors"][0]["message"] == item["blockers"][0]["message"]


async def test_messages_are_read_by_those_they_are_for(ask: Any, software: Company) -> None:
    request = await submit(ask, software)
    await done(ask, software.dispatcher, "assignRequest", request, assigneeId=str(software.agent.id))
    said = await ask(software.clerk, COMMENT, input={"requestId": request["id"], "text": "Any news?"})
    assert said["commentRequest"]["message"] == {
        "text": "Any news?",
        "audience": "PUBLIC",
        "author": {"name": "Clerk"},
    }
    internal = {"requestId": request["id"], "text": "Again…", "audience": "INTERNAL"}
    assert (await ask(software.agent, COMMENT, input=internal))["commentRequest"]["errors"] == []
    calls = MENTION % software.head.id
    called = await ask(software.agent, calls, id=request["id"])
    assert called["commentRequest"] == {"message": {"text": "Look", "mentioned": [{"name": "Head"}]}, "errors": []}
    noted = await ask(software.agent, MENTIONED, id=request["id"])
    assert [each["mentioned"] for each in noted["request"]["messages"]["nodes"]] == [[{"name": "Head"}], []]
    refused = (await ask(software.clerk, COMMENT, input=internal))["commentRequest"]
    assert refused == {"message": None, "errors": [{"code": "NOT_YOURS"}]}
    counts = [
        (await ask(actor, SHOW, id=request["id"]))["request"]["messages"]["totalCount"]
        for actor in (software.clerk, software.agent)
    ]
    assert counts == [1, 3]


async def test_what_only_adds_is_answered_by_the_statement_that_adds_it(
    ask: Any, software: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing_more(*_: Any) -> bytes:
        raise AssertionError("the payload is asked for by a statement of its own")

    request = await submit(ask, software)
    monkeypatch.setattr(writing, "answer", nothing_more)
    document = """mutation($input: CommentRequestInput!) {
      one: commentRequest(input: $input) { message { text author { name } } }
      other: commentRequest(input: $input) { said: message { id __typename } errors { code } __typename }
      third: commentRequest(input: $input) { errors { code } } }"""
    said = await ask(software.dispatcher, document, input={"requestId": request["id"], "text": "Any news?"})
    assert said["one"] == {"message": {"text": "Any news?", "author": {"name": "Dispatcher"}}}
    assert said["other"]["said"]["__typename"] == "RequestMessage"
    assert said["third"] == {"errors": []}
    assert (await ask(software.dispatcher, SHOW, id=request["id"]))["request"]["messages"]["totalCount"] == 3


async def test_lists_are_filtered_ordered_and_paged(ask: Any, software: Company) -> None:
    low = {"impact": "LOW", "urgency": "LOW"}
    for given in (low, {}, {"customerId": str(software.standard_id), **low}):
        await submit(ask, software, **given)

    async def numbers(**variables: Any) -> list[int]:
        found = (await ask(software.dispatcher, LIST, **variables))["requests"]
        return [int(node["number"][-2:]) for node in found["nodes"]]

    assert await numbers() == [3, 2]
    assert await numbers(order="PRIORITY") == [2, 1]
    assert await numbers(order="DUE") == [2, 1]
    assert await numbers(filter={"priority": {"eq": "P3"}}) == [3]
    assert await numbers(filter={"customerId": {"eq": str(software.strategic_id)}, "askedByMe": False}) == [2, 1]
    assert await numbers(filter={"assignedToMe": True}) == []
    first = (await ask(software.dispatcher, LIST, order="DUE"))["requests"]
    assert first["totalCount"] == 3
    assert await numbers(order="DUE", after=first["pageInfo"]["endCursor"]) == [3]
    await go_to(software, at("Mon 1 16:00"))
    assert await numbers(filter={"breached": True}) == [2, 1]
    assert await numbers(filter={"overdue": True, "priority": {"in": ["P1"]}}) == [2]


async def test_what_is_not_due_comes_last_and_is_paged_through_like_the_rest(ask: Any, software: Company) -> None:
    requests = [await submit(ask, software) for _ in range(5)]
    for request in requests[:4]:
        await done(ask, software.clerk, "cancelRequest", request, reason="No need")
    seen: list[str] = []
    after = None
    while len(seen) < 5:
        page = (await ask(software.dispatcher, LIST, order="DUE", after=after))["requests"]
        seen += [node["number"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        assert page["nodes"]
    assert seen == [f"REQ-{number:06}" for number in (5, 1, 2, 3, 4)]


async def test_a_bad_intake_names_its_input(ask: Any, software: Company) -> None:
    usual = {"title": "x", "channel": "CHAT", "impact": "LOW", "urgency": "LOW"}
    for given, code, path in (
        ({"customerId": str(uuid4())}, "NOT_FOUND", ["customerId"]),
        ({"customerId": str(software.strategic_id), "title": "  "}, "INVALID", ["title"]),
        ({"customerId": str(software.standard_id), "contactId": str(software.contact_id)}, "INVALID", ["contactId"]),
    ):
        refused = (await ask(software.clerk, SUBMIT, input=usual | given))["submitRequest"]
        assert refused["request"] is None
        assert (refused["errors"][0]["code"], refused["errors"][0]["path"]) == (code, path)
    assert (await ask(software.clerk, LIST))["requests"]["totalCount"] == 0


async def test_a_company_without_a_handbook_learns_what_is_missing(ask: Any, acme: Actor) -> None:
    made = await ask(
        acme,
        """mutation { createCustomer(input: {name: "Big", tier: KEY, language: EN, billingEmail: "b@example.com"}) {
          customer { id } errors { code } } }""",
    )
    given = {"customerId": made["createCustomer"]["customer"]["id"], "title": "x", "channel": "API"}
    refused = await ask(acme, SUBMIT, input=given | {"impact": "LOW", "urgency": "LOW"})
    [error] = refused["submitRequest"]["errors"]
    assert (error["code"], error["message"]) == (
        "NO_CLAUSE",
        "No handbook is in force yet, and this needs its clause of the kind “Priority matrix”.",
    )


async def test_a_score_outside_the_scale_names_the_clause(ask: Any, software: Company) -> None:
    request = await submit(ask, software)
    await done(ask, software.dispatcher, "assignRequest", request, assigneeId=str(software.agent.id))
    await done(ask, software.agent, "resolveRequest", request, resolution="Done")
    refused = await move(ask, software.clerk, "confirmRequest", request, score=6)
    assert refused["errors"] == [
        {
            "code": "INVALID",
            "path": ["score"],
            "message": "The score lies between 1 and 5.",
            "clause": {"number": "2.4"},
        }
    ]


async def test_a_third_company_sees_nothing(ask: Any, software: Company) -> None:
    request = await submit(ask, software)
    third = await found_company()
    unknown = await ask(third, SHOW, id=str(uuid4()))
    assert await ask(third, SHOW, id=request["id"]) == unknown == {"request": None, "node": None}
    assert (await ask(third, LIST))["requests"]["totalCount"] == 0
    refused = await move(ask, third, "startRequest", request)
    assert refused == await move(ask, third, "startRequest", {"id": str(uuid4())})


def test_every_move_has_its_mutation() -> None:
    names = SCHEMA._schema.mutation_type.fields  # type: ignore[union-attr]  # the schema has mutations
    of_solutions = {Move.PROPOSE: "proposeSolution", Move.AGREE: "agreeToSolution", Move.DECLINE: "declineSolution"}
    others = of_solutions | {Move.HAND_OVER: "handOverRequest", Move.HAND_BACK: "handBackRequest"}
    assert {others.get(possible, f"{possible.value}Request") for possible in Move} <= set(names)
    assert set(rules.DUTIES) == set(Move)
