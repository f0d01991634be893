"""The inbox and the timeline: what waits, what was asked, what was copied, what is done, and how it came about."""

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

COUNTS = """{ approvalInbox { waiting { totalCount } mine { totalCount } copied { totalCount } done { totalCount }
  overdue: waiting(filter: {overdue: true}) { totalCount } } }"""
WAITING = """query($filter: ApprovalFilter) { approvalInbox { waiting(filter: $filter) {
  totalCount nodes { id overdue stepName } } } }"""
TIMELINE = """query($id: ID!) { approval(id: $id) { timeline { totalCount nodes {
  name step decision reason comment member { name } } } } }"""


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
        ("transferred", None),
        ("approver_added", None),
        ("decided", None),
        ("decided", None),
        ("step_reached", 1),
        ("decided", None),
        ("step_returned", 1),
        ("step_reached", 0),
        ("decided", None),
        ("refused", None),
    ]
    assert [entry["comment"] for entry in told if entry["comment"]] == ["Please.", "Yours.", "Look, too."]
    assert [entry["decision"] for entry in told if entry["decision"]] == [
        "approved",
        "approved",
        "returned",
        "rejected",
    ]
    assert [entry["reason"] for entry in told if entry["reason"]] == ["transferred", "added_after"]


async def test_the_timeline_is_seen_with_the_approval(ask: Ask, company: Company, globex: Actor) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask_for(company.engineer)
    for actor in (company.colleague, globex):
        assert (await ask(actor, TIMELINE, id=str(approval.id)))["approval"] is None
    for actor in (company.head, company.engineer, company.admin):
        assert (await ask(actor, TIMELINE, id=str(approval.id)))["approval"]["timeline"]["totalCount"] == 2
