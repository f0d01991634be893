"""Acting on approvals through the API: each act once, several in one go, delegations that both people see."""

from typing import Any

import pytest

from tenancy.actor import Actor
from tests.api.conftest import Ask
from tests.domain.approvals.company import HEAD, HR, Company, founded, lay_down, step, waiting
from tests.domain.approvals.company import ask as ask_for
from tests.domain.approvals.test_deadlines import time_passes
from tests.domain.approvals.test_delegations import away

ALL = """mutation($ids: [ID!]!) { approveAll(input: {taskIds: $ids, comment: "Fine."}) {
  outcomes { taskId approved errors { code path } } errors { code path } } }"""
DELEGATE = """mutation($to: ID!) { delegateApprovals(input: {toId: $to, startsAt: "2026-01-01T00:00:00Z",
  endsAt: "2999-01-01T00:00:00Z"}) { delegation { id } errors { code path } } }"""


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def seat_of(company: Company, approval: Any, actor: Actor) -> str:
    return str((await waiting(company.admin, approval.id))[actor.id])


async def test_several_are_approved_in_one_go_each_with_its_own_outcome(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD, bulk_allowed=True), step(HR))
    one, two = await ask_for(company.engineer), await ask_for(company.colleague)
    mine = [await seat_of(company, one, company.head), await seat_of(company, two, company.head)]
    await lay_down(company.admin, step(HEAD))
    single = await ask_for(company.engineer)
    alone, unknown = await seat_of(company, single, company.head), "00000000-0000-0000-0000-000000000000"
    data = await ask(company.head, ALL, ids=[mine[0], alone, unknown, mine[1], mine[0]])
    assert data["approveAll"]["errors"] == []
    assert data["approveAll"]["outcomes"] == [
        {"taskId": mine[0], "approved": True, "errors": []},
        {"taskId": alone, "approved": False, "errors": [{"code": "BULK_NOT_ALLOWED", "path": []}]},
        {"taskId": unknown, "approved": False, "errors": [{"code": "NOT_FOUND", "path": ["taskId"]}]},
        {"taskId": mine[1], "approved": True, "errors": []},
    ]
    for approval in (one, two):
        assert set(await waiting(company.admin, approval.id)) == {company.hr.id}
    too_many = await ask(company.head, ALL, ids=[unknown] * 101)
    assert too_many["approveAll"] == {"outcomes": None, "errors": [{"code": "INVALID", "path": ["taskIds"]}]}


async def test_a_comment_an_urge_and_a_delegation(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR))
    approval = await ask_for(company.engineer)
    said = 'mutation($id: ID!) { commentApproval(input: {approvalId: $id, comment: "Soon?"}) { errors { code } } }'
    assert (await ask(company.engineer, said, id=str(approval.id)))["commentApproval"] == {"errors": []}
    urge = "mutation($id: ID!) { urgeApproval(input: {approvalId: $id}) { approval { urgedAt } errors { code } } }"
    assert (await ask(company.engineer, urge, id=str(approval.id)))["urgeApproval"]["approval"]["urgedAt"]
    again = await ask(company.engineer, urge, id=str(approval.id))
    assert again["urgeApproval"] == {"approval": None, "errors": [{"code": "TOO_SOON"}]}
    # A delegation that would end in too many years is refused with its place.
    data = await ask(company.head, DELEGATE, to=str(company.hr.id))
    assert data["delegateApprovals"]["errors"] == [{"code": "INVALID", "path": ["endsAt"]}]


async def test_a_delegation_is_seen_by_both_and_ended_by_either(ask: Ask, company: Company, globex: Actor) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask_for(company.engineer)
    delegation = (await away(company.head, company.hr)).id
    seen = (
        "{ approvalDelegations(filter: {inForce: true}) { nodes { id inForce delegator { name } delegate { name } } } }"
    )
    for actor in (company.head, company.hr, company.admin):
        nodes = (await ask(actor, seen))["approvalDelegations"]["nodes"]
        assert [node["id"] for node in nodes] == [str(delegation)]
    for actor in (company.colleague, globex):
        assert (await ask(actor, seen))["approvalDelegations"]["nodes"] == []
    mine = "{ approvals(filter: {waitingForMe: true}) { nodes { id tasks { mine } } } }"
    assert (await ask(company.hr, mine))["approvals"]["nodes"] == [{"id": str(approval.id), "tasks": [{"mine": True}]}]
    end = "mutation($id: ID!) { endDelegation(input: {delegationId: $id}) { delegation { inForce } errors { code } } }"
    assert (await ask(company.hr, end, id=str(delegation)))["endDelegation"]["delegation"] == {"inForce": False}
    assert (await ask(company.hr, mine))["approvals"]["nodes"] == []


async def test_a_step_is_returned_to_and_people_are_asked_beside_oneself(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR))
    approval = await ask_for(company.engineer)
    add = """mutation($task: ID!, $to: ID!) { addApprover(input: {taskId: $task, toId: $to, before: true}) {
      approval { tasks { state besideId seatReason assignee { name } } } errors { code } } }"""
    seat = await seat_of(company, approval, company.head)
    tasks = (await ask(company.admin, add, task=seat, to=str(company.hr.id)))["addApprover"]
    assert tasks["errors"] == [{"code": "NOT_YOURS"}]
    tasks = (await ask(company.head, add, task=seat, to=str(company.boss.id)))["addApprover"]["approval"]["tasks"]
    assert [(task["state"], task["besideId"], task["seatReason"]) for task in tasks] == [
        ("HELD", None, None),
        ("WAITING", seat, "ADDED_BEFORE"),
    ]
    back = """mutation($task: ID!) { returnToStep(input: {taskId: $task, step: 3, comment: "Again."}) {
      errors { code path } } }"""
    seat = await seat_of(company, approval, company.boss)
    assert (await ask(company.boss, back, task=seat))["returnToStep"]["errors"] == [
        {"code": "NO_EARLIER_STEP", "path": ["step"]}
    ]


async def test_a_vacant_seat_is_nobody_s_own(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step({"by": "superior", "level": 1}, when_vacant="stop"))
    await ask_for(company.boss)
    data = await ask(company.admin, "{ approvals { nodes { waitingForMe tasks { state assignee { name } mine } } } }")
    (approval,) = data["approvals"]["nodes"]
    assert approval == {"waitingForMe": False, "tasks": [{"state": "WAITING", "assignee": None, "mine": False}]}


PEOPLE = """query($id: ID!) { approval(id: $id) { requester { name } requesterPerson { id name } informed { name }
  tasks { assignee { name } assigneePerson { name } insteadOfPerson { name } }
  timeline(first: 10) { nodes { member { name } person { name } } } } }"""


async def test_the_people_of_a_case_are_named_for_whoever_sees_the_case(
    ask: Ask, company: Company, globex: Actor
) -> None:
    await lay_down(company.admin, step(HEAD), informed=[HR])
    approval = await ask_for(company.engineer)
    await away(company.head, company.colleague)
    # Not one of them may read members.
    for actor in (company.engineer, company.head, company.colleague, company.hr):
        found = (await ask(actor, PEOPLE, id=str(approval.id)))["approval"]
        assert found["requesterPerson"] == {"id": str(company.engineer.id), "name": "Somebody"}
        assert found["informed"] == [{"name": "Somebody"}]
        assert [task["assigneePerson"] for task in found["tasks"]] == [{"name": "Somebody"}]
        assert {node["person"]["name"] for node in found["timeline"]["nodes"]} == {"Somebody"}
        own = actor.id == company.engineer.id
        assert found["requester"] == ({"name": "Somebody"} if own else None)
    for actor in (company.boss, globex):
        assert (await ask(actor, PEOPLE, id=str(approval.id)))["approval"] is None


async def test_an_approval_tells_what_was_decided_by_which_clause(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD, deadline={"working_days": 2}))
    approval = await ask_for(company.engineer)
    await time_passes(company, approval.id)
    found = await ask(
        company.admin,
        """query($id: ID!) { approval(id: $id) {
          decisions(first: 5) { nodes { decision result clause { number } } } } }""",
        id=str(approval.id),
    )
    chosen, entered, deadline = found["approval"]["decisions"]["nodes"]
    assert {node["clause"]["number"] for node in (chosen, entered, deadline)} == {"5.1"}
    assert (chosen["decision"], chosen["result"]["approval_id"]) == ("approvals.chain", str(approval.id))
    assert (entered["decision"], [seat["member_id"] for seat in entered["result"]["seats"]]) == (
        "approvals.step_entered",
        [str(company.head.id)],
    )
    assert (deadline["decision"], deadline["result"]) == ("approvals.deadline", {"action": "remind"})
