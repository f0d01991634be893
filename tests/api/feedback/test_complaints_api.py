"""Complaints by GraphQL alone: from the receipt to the analysis, with what everybody may do on the way."""

from dataclasses import replace
from typing import Any

import pytest

from domain.kernel.permissions import Permission
from tenancy.actor import Actor
from tests.conftest import found_company
from tests.domain.feedback.company import limited
from tests.domain.feedback.complaining import HANDLES, MANAGES, SUBMITS, assigned, fast_company
from tests.domain.requests.company import Company, at, go_to, program

READS = (Permission.MEMBERS_READ, Permission.ORGANISATION_READ, Permission.CUSTOMERS_READ, Permission.POLICIES_READ)
SUBMIT = """mutation($input: SubmitComplaintInput!) { submitComplaint(input: $input) {
  complaint { id number state dueAt clocks { kind state dueAt clause { number } } } errors { code path } } }"""
SHOW = """query($id: ID!) { complaint(id: $id) { number state overdue breached proposal result cause improvement
  customer { name } contact { name } handler { name } department { name } recordedBy { name }
  clocks { kind state breachedAt } changes { nodes { state move text member { name } } }
  decisions(first: 30) { nodes { decision clause { number } } } } }"""
MOVES = """query($id: ID!) { complaint(id: $id) { allowedMoves { move allowed blockers { code message } } } }"""
LIST = """query($filter: ComplaintFilter, $order: ComplaintOrder! = DUE) {
  complaints(filter: $filter, order: $order) { totalCount nodes { number } } }"""


def move(name: str, more: str = "") -> str:
    """The document of a move."""
    kind = name[0].upper() + name[1:]
    return f"""mutation($input: {kind}Input!) {{ {name}(input: $input) {{
      complaint {{ state {more} }} errors {{ code path message }} }} }}"""


@pytest.fixture
async def fast(pool: None) -> Company:
    """An hour to acknowledge, a day to propose, three for the result."""
    return await fast_company()


async def test_a_complaint_goes_its_way_by_graphql(ask: Any, fast: Company) -> None:
    clerk, agent = limited(fast.clerk, *SUBMITS, *READS), limited(fast.agent, *HANDLES, *READS)
    given = {"customerId": str(fast.strategic_id), "contactId": str(fast.contact_id), "title": "Nobody called back"}
    more = {"channel": "HOTLINE", "departmentId": str(fast.support_id)}
    made = (await ask(clerk, SUBMIT, input={**given, **more}))["submitComplaint"]
    assert made["errors"] == []
    complaint = made["complaint"]
    assert (complaint["number"], complaint["state"]) == ("CMP-000001", "RECEIVED")
    assert complaint["dueAt"] == "2026-06-01T02:00:00+00:00"
    assert {each["kind"] for each in complaint["clocks"]} == {"ACKNOWLEDGEMENT", "PROPOSAL", "RESULT"}

    async def do(actor: Actor, name: str, **fields: Any) -> str:
        answered = (await ask(actor, move(name), input={"complaintId": complaint["id"], **fields}))[name]
        assert answered["errors"] == []
        return str(answered["complaint"]["state"])

    assert await do(fast.admin, "assignComplaint", handlerId=str(fast.agent.id)) == "RECEIVED"
    assert await do(agent, "acknowledgeComplaint", text="We are sorry") == "ACKNOWLEDGED"
    assert await do(agent, "investigateComplaint") == "INVESTIGATING"
    assert await do(agent, "proposeRemedy", proposal="We call today") == "PROPOSED"
    assert await do(clerk, "declineRemedy", reason="Too late") == "INVESTIGATING"
    assert await do(agent, "proposeRemedy", proposal="We come by") == "PROPOSED"
    assert await do(clerk, "agreeToRemedy") == "AGREED"
    assert await do(agent, "carryOutRemedy", result="We came") == "CARRIED_OUT"
    assert await do(clerk, "settleComplaint") == "SATISFIED"
    assert await do(agent, "analyseComplaint", cause="No list", improvement="A list") == "ANALYSED"
    seen = (await ask(clerk, SHOW, id=complaint["id"]))["complaint"]
    assert (seen["proposal"], seen["result"], seen["cause"], seen["improvement"]) == (
        "We come by",
        "We came",
        "No list",
        "A list",
    )
    assert (seen["handler"], seen["recordedBy"], seen["contact"]) == (
        {"name": "Agent"},
        {"name": "Clerk"},
        {"name": "Lin"},
    )
    assert [each["move"] for each in seen["changes"]["nodes"]][:3] == [None, "ASSIGN", "ACKNOWLEDGE"]
    assert {each["state"] for each in seen["clocks"]} == {"MET"}
    assert {each["clause"]["number"] for each in seen["decisions"]["nodes"]} == {"9.1"}


async def test_moves_say_what_keeps_one_from_them(ask: Any, fast: Company) -> None:
    complaint = await assigned(fast)

    async def codes(actor: Actor) -> dict[str, list[str]]:
        moves = (await ask(actor, MOVES, id=str(complaint.id)))["complaint"]["allowedMoves"]
        assert all(each["allowed"] == (not each["blockers"]) for each in moves)
        return {each["move"]: [blocker["code"] for blocker in each["blockers"]] for each in moves}

    handler = await codes(limited(fast.agent, *HANDLES))
    assert (handler["ACKNOWLEDGE"], handler["WITHDRAW"]) == ([], [])
    assert (handler["ASSIGN"], handler["ANALYSE"]) == (["FORBIDDEN"], ["WRONG_STATE"])
    bringer = await codes(limited(fast.clerk, *SUBMITS))
    assert (bringer["ACKNOWLEDGE"], bringer["WITHDRAW"]) == (["FORBIDDEN"], [])
    other = await codes(limited(fast.boss, Permission.FEEDBACK_READ_ALL, Permission.FEEDBACK_HANDLE))
    assert other["ACKNOWLEDGE"] == ["NOT_YOURS"]
    about = await assigned(fast, about_staff_id=fast.boss.id)
    moves = (await ask(limited(fast.boss, *MANAGES), MOVES, id=str(about.id)))["complaint"]["allowedMoves"]
    assert all("CONCERNS_YOU" in [blocker["code"] for blocker in each["blockers"]] for each in moves)
    said = {blocker["message"] for each in moves for blocker in each["blockers"] if blocker["code"] == "CONCERNS_YOU"}
    refused = move("acknowledgeComplaint")
    [error] = (await ask(limited(fast.boss, *MANAGES), refused, input={"complaintId": str(about.id), "text": "x"}))[
        "acknowledgeComplaint"
    ]["errors"]
    assert (error["code"], said) == ("CONCERNS_YOU", {error["message"]})
    own = await assigned(fast, contact_id=None)
    moves = (await ask(limited(fast.clerk, *SUBMITS, *MANAGES), MOVES, id=str(own.id)))["complaint"]["allowedMoves"]
    blocked = {each["move"] for each in moves if "OWN_COMPLAINT" in [blocker["code"] for blocker in each["blockers"]]}
    assert blocked == {"ASSIGN", "ACKNOWLEDGE", "INVESTIGATE", "PROPOSE", "CARRY_OUT", "ANALYSE"}


async def test_complaints_are_found_by_what_is_known_of_them(ask: Any, fast: Company) -> None:
    one, two = await assigned(fast), await assigned(fast)

    async def numbers(actor: Actor, **filter: Any) -> list[str]:
        return [each["number"] for each in (await ask(actor, LIST, filter=filter))["complaints"]["nodes"]]

    agent = limited(fast.agent, *HANDLES)
    assert await numbers(agent, handledByMe=True, overdue=False) == [one.number, two.number]
    await go_to(fast, at("Mon 1 11:00"))
    assert await numbers(fast.admin, breached=True, customerId={"eq": str(fast.strategic_id)}) == [
        one.number,
        two.number,
    ]
    # The boss has taken both over.
    assert await numbers(agent) == []
    assert await numbers(limited(fast.boss, *HANDLES), state={"eq": "RECEIVED"}) == [one.number, two.number]


async def test_a_program_and_another_company_see_their_own_alone(ask: Any, fast: Company) -> None:
    complaint = await assigned(fast)
    stranger, partner = await found_company(), await program(fast, *SUBMITS)
    for actor in (stranger, partner, replace(fast.admin, permissions=frozenset())):
        assert (await ask(actor, LIST))["complaints"] == {"totalCount": 0, "nodes": []}
        assert (await ask(actor, MOVES, id=str(complaint.id)))["complaint"] is None
    taken = move("withdrawComplaint")
    answered = await ask(stranger, taken, input={"complaintId": str(complaint.id), "reason": "x"})
    assert [error["code"] for error in answered["withdrawComplaint"]["errors"]] == ["NOT_FOUND"]
