"""Who decides: a department, its head by name, whom a fact names, a panel of experts, one of each group."""

from typing import Any
from uuid import uuid4

import pytest

from domain.approvals import commands
from domain.approvals.models import Approval
from domain.approvals.rules.states import EndReason, SeatReason, State, TaskState
from domain.consequences import settle
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import queries as policies
from domain.policies.rules import checks
from domain.policies.rules.kinds import ApprovalChain, ExpertPanel
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.refusals import Invalid
from tests.conftest import found_company
from tests.domain.approvals.company import BOSS, HEAD, HR, Company, ask, course, entry, founded, lay_down, step, waiting
from tests.domain.policies.handbooks import OFFICE_HOURS, draft, in_force

SUPPORT, SECURITY = entry("department", value="Support"), entry("expert_panel", value="Security")


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def decide(
    actor: Actor, company: Company, approval: Approval, decision: Any = commands.approve, **more: Any
) -> Any:
    seat = (await waiting(company.admin, approval.id))[actor.id]
    async with writing(actor, settle=settle) as work:
        return await decision(work, task_id=seat, **more)


async def panel(company: Company, chain: list[dict[str, Any]], **members: Any) -> None:
    """A handbook with the chain, and a panel of the members for each name."""
    kind = "expert_panel"
    panels = [
        (f"6.{number}", kind, {"name": name, "members": who}) for number, (name, who) in enumerate(members.items(), 1)
    ]
    resignation = ("5.1", "approval_chain", {"subject_kind": "resignations", "steps": chain})
    await in_force(company.admin, ("1.1", "business_calendar", OFFICE_HOURS), resignation, *panels)


async def test_everybody_in_a_department_may_decide_but_the_requester(company: Company) -> None:
    await lay_down(company.admin, step(SUPPORT))
    approval = await ask(company.engineer)
    assert set(await waiting(company.admin, approval.id)) == {company.head.id, company.colleague.id}
    assert (await decide(company.colleague, company, approval)).state is State.GRANTED


async def test_the_head_of_a_named_department_decides_whosever_the_subject_is(company: Company) -> None:
    await lay_down(company.admin, step(entry("department_head", value="Support")))
    approval = await ask(company.hr)
    assert set(await waiting(company.admin, approval.id)) == {company.head.id}


async def test_a_fact_of_the_subject_names_who_decides(company: Company) -> None:
    steps = [step(entry("fact", value="account_owner_id"))]
    await in_force(
        company.admin, ("5.1", "approval_chain", {"subject_kind": "invoices", "purpose": "write_off", "steps": steps})
    )
    found = []
    for owner_id in (company.colleague.id, None, company.engineer.id):
        async with writing(company.engineer, settle=settle) as work:
            assert company.engineer.id is not None
            approval = await commands.open_approval(
                work,
                subject=Subject(SubjectKind.INVOICE, uuid4()),
                chain=await policies.rule(work, ApprovalChain, topic="invoices/write_off"),
                requester_id=company.engineer.id,
                facts={"account_owner_id": owner_id},
                purpose="write_off",
            )
        found.append((await course(company.admin, approval.id))[1][0])
    assert [(task.assignee_id, task.seat_reason) for task in found] == [
        (company.colleague.id, None),
        (company.admin.id, SeatReason.VACANT_ADMINISTRATOR),
        (company.head.id, SeatReason.REQUESTER_SUPERIOR),
    ]


def test_a_chain_names_only_facts_that_name_people() -> None:
    for fact in ("account_owner", "customer_id"):
        chain = {"subject_kind": "invoices", "purpose": "write_off", "steps": [step(HEAD, entry("fact", value=fact))]}
        with pytest.raises(Invalid) as refused:
            checks.parse(ApprovalChain, chain)
        assert refused.value.path == ("steps", "0", "approvers", "1")
        assert "account_owner_id" in str(refused.value)


async def test_a_panel_s_experts_decide_by_the_handbook_the_approval_goes_by(company: Company, globex: Actor) -> None:
    other, third = await founded(globex), await found_company()
    chain = [step(SECURITY, mode="quorum", quorum_percent=60)]
    await panel(company, chain, Security=[entry("post", value="Engineer"), HR])
    await panel(other, chain, Security=[HR])
    mine, theirs = await ask(company.boss), await ask(other.boss)
    three = {company.head.id, company.engineer.id, company.colleague.id, company.hr.id}
    assert set(await waiting(company.admin, mine.id)) == three
    assert set(await waiting(other.admin, theirs.id)) == {other.hr.id}
    # The panel is made up anew; what runs keeps the version it started with.
    await panel(company, [step(HEAD), step(SECURITY)], Security=[entry("post", value="Director")])
    assert set(await waiting(company.admin, mine.id)) == three
    for actor in (company.head, company.hr, company.colleague):
        mine = await decide(actor, company, mine)
    assert mine.state is State.GRANTED
    async with writing(third, settle=settle) as work:
        assert await policies.rules_of(work, ApprovalChain) == []


async def test_a_version_that_names_a_panel_nobody_made_up_is_not_published(company: Company) -> None:
    async with writing(company.admin, settle=settle) as work:
        chain = {"subject_kind": "resignations", "steps": [step(SECURITY), step(entry("department", value="Sales"))]}
        panel = {"name": "Quality", "members": [entry("post", value="Auditor")]}
        version = await draft(work, ("5.1", "approval_chain", chain), ("6.1", "expert_panel", panel))
        found = [refusal for refusal in await policies.findings(work, version.id) if refusal.code == "UNKNOWN_APPROVER"]
    assert [refusal.values["value"] for refusal in found] == ["Security", "Sales", "Auditor"]


def test_a_panel_is_made_of_people_not_of_cases() -> None:
    with pytest.raises(Invalid):
        checks.parse(ExpertPanel, {"name": "Security", "members": [HEAD]})


async def test_in_a_countersign_one_of_each_department_agrees(company: Company) -> None:
    await lay_down(company.admin, step(SUPPORT, HR, BOSS, mode="per_group"))
    approval = await ask(company.engineer)
    assert len(await waiting(company.admin, approval.id)) == 4
    approval = await decide(company.colleague, company, approval)
    # The colleague has spoken for the department; its head is not asked any more.
    assert set(await waiting(company.admin, approval.id)) == {company.hr.id, company.boss.id}
    _, tasks = await course(company.admin, approval.id)
    assert (TaskState.VOID, EndReason.STEP_DECIDED) in [(task.state, task.end_reason) for task in tasks]
    await decide(company.hr, company, approval)
    assert (await decide(company.boss, company, approval)).state is State.GRANTED


async def test_in_a_countersign_the_first_department_that_refuses_refuses(company: Company) -> None:
    await lay_down(company.admin, step(SUPPORT, HR, mode="per_group"))
    approval = await ask(company.engineer)
    refused = await decide(company.hr, company, approval, commands.reject, comment="No.")
    assert refused.state is State.REFUSED


async def test_a_group_s_voice_passes_on_with_its_seat(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, HR, mode="per_group"))
    approval = await ask(company.engineer)
    await decide(company.hr, company, approval, commands.transfer, to_id=company.colleague.id)
    await decide(company.colleague, company, approval)
    assert (await decide(company.head, company, approval)).state is State.GRANTED
