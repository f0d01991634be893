"""The inbox and the timeline: what waits, what was asked, what was copied, what is done, and how it came about."""

from dataclasses import replace
from typing import Any

import pytest

from domain.approvals import commands
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.database import writing
from tests.api.conftest import Ask
from tests.conftest import found_company
from tests.domain.approvals.company import BOSS, HEAD, HR, Company, founded, lay_down, step, waiting
from tests.domain.approvals.company import ask as ask_for
from tests.domain.approvals.test_delegations import away

COUNTS = """{ approvalInbox { waiting { totalCount } mine { totalCount } copied { totalCount } done { totalCount }
  overdue: waiting(filter: {overdue: true}) { totalCount } } }"""
WAITING = """query($filter: ApprovalFilter) { approvalInbox { waiting(filter: $filter) {
  totalCount nodes { id overdue stepName } } } }"""
TIMELINE = """query($id: ID!) { approval(id: $id) { timeline { totalCount nodes {
  name step stepName decision decisionText reason reasonText comment member { name } insteadOfPerson { name }
  } } } }"""
STUCK = "{ approvals(filter: {stuck: true}) { nodes { id } } going: approvals(filter: {stuck: false}) { totalCount } }"


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def counts(ask: Ask, actor: Actor) -> dict[str, int]:
    found = (await ask(actor, COUNTS))["approvalInbox"]
    return {name: drawer["totalCount"] for name, drawer in found.items()}


async def act(company: Company, actor: Actor, approval: Any, command: Any = commands.approve, **more: Any) -> None:
    seat = (await waiting(company.admin, approval.id))[actor.id]
    async with writing(actor, settle=settle) as work:
        await command(work, task_id=seat, **more)


async def test_the_inbox_has_four_drawers_counted_in_one_question(ask: Ask, company: Company, globex: Actor) -> None:
    other, third = await founded(globex), await found_company()
    copy = [{"by": "member", "value": str(company.boss.id)}]
    await lay_down(company.admin, step(HEAD), step(HR), informed=copy)
    await lay_down(other.admin, step(HR))
    first, _ = await ask_for(company.engineer), await ask_for(company.colleague)
    await ask_for(other.engineer)
    await act(company, company.head, first)
    none = {"waiting": 0, "mine": 0, "copied": 0, "done": 0, "overdue": 0}
    assert await counts(ask, company.head) == none | {"waiting": 1, "done": 1}
    assert await counts(ask, company.hr) == none | {"waiting": 1}
    assert await counts(ask, company.engineer) == none | {"mine": 1}
    assert await counts(ask, company.boss) == none | {"copied": 2}
    assert await counts(ask, other.hr) == none | {"waiting": 1}
    assert await counts(ask, third) == none
    only = {"subjectKind": {"eq": "invoices"}}
    assert (await ask(company.hr, WAITING, filter=only))["approvalInbox"]["waiting"]["totalCount"] == 0
    only = {"subjectKind": {"eq": "resignations"}, "overdue": False}
    (node,) = (await ask(company.hr, WAITING, filter=only))["approvalInbox"]["waiting"]["nodes"]
    assert node == {"id": str(first.id), "overdue": False, "stepName": "Step"}


async def test_a_seat_leads_back_to_its_approval(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask_for(company.engineer)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    query = "query($id: ID!) { node(id: $id) { ... on ApprovalTask { approval { id state } } } }"
    found = await ask(company.head, query, id=str(seat))
    assert found["node"]["approval"] == {"id": str(approval.id), "state": "WAITING"}
    assert (await ask(company.colleague, query, id=str(seat)))["node"] is None


async def test_a_granted_approval_whose_record_has_changed_says_since_when_it_is_void(
    ask: Ask, company: Company
) -> None:
    await lay_down(company.admin, step(HEAD))
    approval, other = await ask_for(company.engineer), await ask_for(company.engineer)
    for each in (approval, other):
        await act(company, company.head, each)
    async with writing(company.admin, settle=settle) as work:
        await commands.void_granted(work, approval.id)
    query = "query($id: ID!) { approval(id: $id) { state voidedAt timeline { nodes { at name reason reasonText } } } }"
    found = (await ask(company.engineer, query, id=str(approval.id)))["approval"]
    last = found["timeline"]["nodes"][-1]
    assert (last["name"], last["reason"]) == ("approvals.voided", "subject_changed")
    assert last["reasonText"] == "the record has changed or was withdrawn, so what was granted holds no more"
    assert (found["state"], found["voidedAt"]) == ("GRANTED", last["at"])
    assert (await ask(company.engineer, query, id=str(other.id)))["approval"]["voidedAt"] is None


async def test_what_is_late_is_overdue(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD, deadline={"working_minutes": 5}))
    approval = await ask_for(company.engineer)
    async with writing(company.admin, settle=settle) as work:
        past = "UPDATE approvals SET step_due_at = now() - interval '1 hour' WHERE id = $1"
        await work.sql(past, approval.id)
    assert (await counts(ask, company.head))["overdue"] == 1


async def test_the_timeline_tells_everything_that_happened(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(BOSS))
    approval = await ask_for(company.engineer)
    async with writing(company.engineer, settle=settle) as work:
        await commands.urge(work, approval_id=approval.id)
        await commands.comment(work, approval_id=approval.id, comment="Please.")
    await act(company, company.head, approval, commands.transfer, to_id=company.hr.id, comment="Yours.")
    asked = {"to_id": company.colleague.id, "before": False, "comment": "Look, too."}
    await act(company, company.hr, approval, commands.add_approver, **asked)
    await act(company, company.hr, approval)
    await act(company, company.colleague, approval)
    await act(company, company.boss, approval, commands.return_to_step, step=0, comment="Again.")
    await act(company, company.head, approval, commands.reject, comment="No.")
    told = (await ask(company.engineer, TIMELINE, id=str(approval.id)))["approval"]["timeline"]["nodes"]
    assert [(entry["name"].removeprefix("approvals."), entry["step"]) for entry in told] == [
        ("opened", None),
        ("step_reached", 0),
        ("urged", 0),
        ("commented", None),
        ("transferred", 0),
        ("approver_added", 0),
        ("decided", 0),
        ("decided", 0),
        ("step_reached", 1),
        ("decided", 1),
        ("step_returned", 1),
        ("step_reached", 0),
        ("decided", 0),
        ("refused", None),
    ]
    assert [entry["comment"] for entry in told if entry["comment"]] == [
        "Please.",
        "Yours.",
        "Look, too.",
        "Again.",
        "No.",
    ]
    assert all((entry["step"] is None) is (entry["stepName"] is None) for entry in told)
    assert [entry["decisionText"] for entry in told if entry["decisionText"]] == [
        "Approved",
        "Approved",
        "Returned",
        "Rejected",
    ]
    assert [entry["decision"] for entry in told if entry["decision"]] == [
        "approved",
        "approved",
        "returned",
        "rejected",
    ]
    assert [entry["reason"] for entry in told if entry["reason"]] == ["transferred", "added_after"]
    chinese = await ask(replace(company.engineer, language="zh_Hans"), TIMELINE, id=str(approval.id))
    words = [entry["reasonText"] for entry in chinese["approval"]["timeline"]["nodes"] if entry["reasonText"]]
    assert words == ["由原审批人转交", "加签：后于原审批人"]


async def test_the_timeline_is_seen_with_the_approval(ask: Ask, company: Company, globex: Actor) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask_for(company.engineer)
    for actor in (company.colleague, globex):
        assert (await ask(actor, TIMELINE, id=str(approval.id)))["approval"] is None
    for actor in (company.head, company.engineer, company.admin):
        assert (await ask(actor, TIMELINE, id=str(approval.id)))["approval"]["timeline"]["totalCount"] == 2


async def test_what_a_stand_in_says_is_theirs_for_who_is_away(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD, delegates_may_transfer=True), step(HR))
    approval = await ask_for(company.engineer)
    await away(company.head, company.colleague)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    async with writing(company.colleague, settle=settle) as work:
        await commands.transfer(work, task_id=seat, to_id=company.boss.id, comment="Too much for me.")
    await away(company.boss, company.colleague)
    seat = (await waiting(company.admin, approval.id))[company.boss.id]
    async with writing(company.colleague, settle=settle) as work:
        await commands.approve(work, task_id=seat, comment="After all.")
    seat = (await waiting(company.admin, approval.id))[company.hr.id]
    async with writing(company.admin, settle=settle) as work:
        await commands.reassign(work, task_id=seat, to_id=company.boss.id, comment="HR is away.")
    seats = """query($id: ID!) { approval(id: $id) {
      tasks { assignee { id } comment state endReason reasonText }
      timeline { nodes { name comment member { id } insteadOfPerson { id } reasonText } } } }"""
    found = (await ask(company.admin, seats, id=str(approval.id)))["approval"]
    said = [(each["comment"], each["member"]["id"], each["insteadOfPerson"]) for each in found["timeline"]["nodes"]]
    assert [each for each in said if each[0]] == [
        ("Too much for me.", str(company.colleague.id), {"id": str(company.head.id)}),
        ("After all.", str(company.colleague.id), {"id": str(company.boss.id)}),
        ("HR is away.", str(company.admin.id), None),
    ]
    # Nobody has words on their seat that somebody else has said.
    assert [(each["assignee"]["id"], each["comment"]) for each in found["tasks"] if each["comment"]] == [
        (str(company.colleague.id), "After all.")
    ]
    assert found["tasks"][0]["reasonText"] == "passed on by whoever sat there"


async def test_what_is_stuck_is_found_by_administrators(ask: Ask, company: Company, globex: Actor) -> None:
    other = await founded(globex)
    third = await found_company()
    nobody = {"by": "superior", "level": 9}
    await lay_down(company.admin, step(nobody, when_vacant="stop"))
    await lay_down(other.admin, step(nobody, when_vacant="skip"), step(HR))
    stopped, going = await ask_for(company.engineer), await ask_for(other.engineer)
    assert (await ask(company.admin, STUCK))["approvals"]["nodes"] == [{"id": str(stopped.id)}]
    found = await ask(other.admin, STUCK)
    assert found == {"approvals": {"nodes": []}, "going": {"totalCount": 1}}
    assert going.id != stopped.id
    assert await ask(third, STUCK) == {"approvals": {"nodes": []}, "going": {"totalCount": 0}}


async def test_the_inbox_with_every_move_and_what_is_in_the_way_is_within_the_cost_of_a_call(
    ask: Ask, company: Company
) -> None:
    await lay_down(company.admin, step(HEAD))
    await ask_for(company.engineer)
    moves = "allowedMoves { move allowed blockers { code message clause { number } earliestAt } }"
    shown = f"nodes {{ subjectTitle waitingForMe tasks {{ state mine assigneePerson {{ name }} }} {moves} }} totalCount"
    others = "mine { totalCount } copied { totalCount } done { nodes { subjectTitle allowedMoves { move allowed } } }"
    found = await ask.planned(company.head, f"{{ approvalInbox {{ waiting {{ {shown} }} {others} }} }}")
    assert found["approvalInbox"]["waiting"]["totalCount"] == 1
    (node,) = found["approvalInbox"]["waiting"]["nodes"]
    assert {each["move"] for each in node["allowedMoves"] if each["allowed"]} >= {"APPROVE", "TRANSFER"}
