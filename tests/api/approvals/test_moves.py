"""What can be done with an approval is known beforehand, with what keeps one from the rest, as the commands say it."""

from dataclasses import replace
from typing import Any

import pytest

from domain.approvals import commands
from domain.consequences import settle
from domain.kernel.permissions import Permission
from tenancy.actor import Actor
from tenancy.database import writing
from tests.api.conftest import Ask
from tests.domain.approvals.company import HEAD, HR, Company, entry, founded, lay_down, step, waiting
from tests.domain.approvals.company import ask as ask_for
from tests.domain.approvals.test_delegations import away

MOVES = """query($id: ID!) { approval(id: $id) { allowedMoves {
  move allowed blockers { code message earliestAt clause { number } } } } }"""

MAY_CALL = """query($mutation: String!, $input: JSON) {
  mayCall(mutation: $mutation, input: $input) { blockers { code } } }"""


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def moves(ask: Ask, actor: Actor, approval: Any) -> dict[str, Any]:
    found = (await ask(actor, MOVES, id=str(approval.id)))["approval"]["allowedMoves"]
    assert all(move["allowed"] is (move["blockers"] == []) for move in found)
    return {move["move"]: [blocker["code"] for blocker in move["blockers"]] for move in found}


def possible(found: dict[str, Any]) -> set[str]:
    return {move for move, blockers in found.items() if not blockers}


async def test_each_sees_what_they_can_do(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR))
    approval = await ask_for(company.engineer)
    deciding = {"APPROVE", "REJECT", "RETURN"}
    assert possible(await moves(ask, company.engineer, approval)) == {"WITHDRAW", "URGE", "COMMENT", "ATTACH"}
    own = deciding | {"TRANSFER", "ADD_APPROVER", "COMMENT", "ATTACH"}
    assert possible(await moves(ask, company.head, approval)) == own
    assert possible(await moves(ask, company.admin, approval)) == {"REASSIGN", "WITHDRAW", "COMMENT", "ATTACH"}
    await away(company.head, company.colleague)
    found = await moves(ask, company.colleague, approval)
    assert possible(found) == deciding | {"COMMENT", "ATTACH"}
    assert found["REASSIGN"] == ["FORBIDDEN"]
    assert found["TRANSFER"] == ["NOT_YOURS"]
    await lay_down(company.admin, step(HEAD, delegates_may_transfer=True))
    passable = await ask_for(company.engineer)
    assert possible(await moves(ask, company.colleague, passable)) == deciding | {"TRANSFER", "COMMENT", "ATTACH"}


async def test_an_administrator_names_nobody_in_a_matter_of_her_own(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(entry("customer_owner"), when_vacant="stop"))
    approval = await ask_for(company.admin)
    found = await moves(ask, company.admin, approval)
    assert found["REASSIGN"] == found["RESOLVE_AGAIN"] == ["OWN_REQUEST"]


async def test_haste_is_possible_again_at_an_instant_that_the_clause_says(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD), urge_every_hours=5)
    approval = await ask_for(company.engineer)
    async with writing(company.engineer, settle=settle) as work:
        await commands.urge(work, approval_id=approval.id)
    reader = replace(company.engineer, permissions=frozenset({Permission.POLICIES_READ}))
    found = (await ask(reader, MOVES, id=str(approval.id)))["approval"]["allowedMoves"]
    (blocker,) = next(move["blockers"] for move in found if move["move"] == "URGE")
    assert (blocker["code"], blocker["clause"]) == ("TOO_SOON", {"number": "5.1"})
    assert blocker["message"] == "You have asked for haste already; that is possible again after 5 h."
    assert blocker["earliestAt"]
    # The mutation itself would say the same, at the same instant.
    asked = """query($input: JSON) { mayCall(mutation: "urgeApproval", input: $input) {
      blockers { code earliestAt } } }"""
    told = await ask.executed(company.engineer, asked, input={"approvalId": str(approval.id)})
    assert told["mayCall"]["blockers"] == [{"code": "TOO_SOON", "earliestAt": blocker["earliestAt"]}]


async def test_when_it_is_over_only_comments_are_left(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask_for(company.engineer)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    async with writing(company.head, settle=settle) as work:
        await commands.approve(work, task_id=seat)
    for actor in (company.engineer, company.head, company.admin):
        assert possible(await moves(ask, actor, approval)) == {"COMMENT"}
    assert (await moves(ask, company.engineer, approval))["URGE"] == ["WRONG_STATE"]
    # Whose it isn't hears so first, over or not, as the mutations say; who administers takes back for others.
    for actor, expected in ((company.head, ("NOT_YOURS", "NOT_YOURS")), (company.admin, ("WRONG_STATE", "NOT_YOURS"))):
        found = await moves(ask, actor, approval)
        assert (found["WITHDRAW"], found["URGE"]) == ([expected[0]], [expected[1]])
        for name, code in zip(("withdrawApproval", "urgeApproval"), expected, strict=True):
            told = await ask.executed(actor, MAY_CALL, mutation=name, input={"approvalId": str(approval.id)})
            assert [blocker["code"] for blocker in told["mayCall"]["blockers"]] == [code]


GO_ON = """mutation($task: ID!, $take: Boolean!) {
  goOnWithApproval(input: {taskId: $task, take: $take, comment: "Checked by hand."}) {
    approval { state tasks { id state problem } timeline(first: 20) { nodes { name reason comment } } }
    errors { code message } } }"""
RESOLVE = """mutation($id: ID!) { resolveApprovalAgain(input: {approvalId: $id, comment: "Mended."}) {
  approval { state round } errors { code message } } }"""


async def test_an_administrator_lets_a_stopped_case_go_on(ask: Ask, company: Company) -> None:
    overflow = "days_employed * 9223372036854775807 > 1"
    await lay_down(company.admin, step(HEAD, when=overflow), step(HR))
    approval = await ask_for(company.engineer, days_employed=100)
    assert possible(await moves(ask, company.admin, approval)) == {
        *("GO_ON", "RESOLVE_AGAIN", "WITHDRAW", "COMMENT", "ATTACH"),
    }
    assert (await moves(ask, company.admin, approval))["REASSIGN"] == ["CONDITION_FAILED"]
    assert (await moves(ask, company.engineer, approval))["GO_ON"] == ["FORBIDDEN", "OWN_REQUEST"]
    (task,) = (await waiting(company.admin, approval.id)).values()
    found = (await ask(company.admin, GO_ON, task=str(task), take=False))["goOnWithApproval"]
    assert found["errors"] == []
    stopped = next(each for each in found["approval"]["tasks"] if each["id"] == str(task))
    assert stopped["problem"] == f"The condition “{overflow}” can't be judged: a number in it becomes too large."
    said = {each["name"]: (each["reason"], each["comment"]) for each in found["approval"]["timeline"]["nodes"]}
    assert said["approvals.condition_failed"] == ("overflow", None)
    assert said["approvals.rescued"] == ("step_passed_over", "Checked by hand.")
    refused = (await ask(company.admin, RESOLVE, id=str(approval.id)))["resolveApprovalAgain"]
    assert [error["code"] for error in refused["errors"]] == ["NOT_STUCK"]
    assert (await moves(ask, company.admin, approval))["RESOLVE_AGAIN"] == ["NOT_STUCK"]


async def test_a_vacant_case_goes_by_the_mended_handbook(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HR, when="days_employed * 9223372036854775807 > 1"))
    approval = await ask_for(company.engineer, days_employed=100)
    await lay_down(company.admin, step(HEAD))
    found = (await ask(company.admin, RESOLVE, id=str(approval.id)))["resolveApprovalAgain"]
    assert found == {"approval": {"state": "WAITING", "round": 1}, "errors": []}
    assert set(await waiting(company.admin, approval.id)) == {company.head.id}
