"""Nobody decides on their own matter: neither the requester nor those whom the subject's module names beside them."""

from typing import Any
from uuid import uuid4

import pytest

from domain.approvals import commands
from domain.approvals.models import Approval
from domain.approvals.rules.states import EndReason, SeatReason, TaskState
from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import commands as drafting
from domain.policies import queries as policies
from domain.policies.rules.kinds import ApprovalChain
from domain.rulebook import commands as rulebook
from domain.rulebook import queries as versions
from tenancy.actor import Actor, ActorKind
from tenancy.database import writing
from tenancy.refusals import Forbidden
from tests.domain.approvals.company import HEAD, HR, Company, course, founded, lay_down, step, waiting
from tests.domain.approvals.test_delegations import away
from tests.domain.policies.handbooks import draft, write
from tests.domain.rulebook.test_approval_of_versions import CALENDAR, CHAIN, NOTICE, approval_of
from tests.domain.rulebook.test_approval_of_versions import company as with_chain


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def asked_by_engineer(company: Company, *own_of: Actor) -> Approval:
    return await open_for(company, company.engineer, *own_of)


async def open_for(company: Company, requester: Actor, *own_of: Actor) -> Approval:
    async with writing(requester, settle=settle) as work:
        assert requester.id is not None
        return await commands.open_approval(
            work,
            subject=Subject(SubjectKind.RESIGNATION, uuid4()),
            chain=await policies.rule(work, ApprovalChain, topic="resignations"),
            requester_id=requester.id,
            facts={},
            own_of=[actor.id for actor in own_of if actor.id is not None],
        )


@pytest.mark.parametrize(
    ("rule", "reason"),
    [("superior", SeatReason.REQUESTER_SUPERIOR), ("administrator", SeatReason.REQUESTER_ADMINISTRATOR)],
)
async def test_where_the_chain_leads_to_one_of_them_the_rule_for_the_requester_holds(
    company: Company, rule: str, reason: SeatReason
) -> None:
    await lay_down(company.admin, step(HEAD, when_requester=rule), step(HR))
    approval = await asked_by_engineer(company, company.head)
    _, (seat,) = await course(company.admin, approval.id)
    # The nearest superior of the engineer is the head, who doesn't stand in on their own matter either.
    expected = company.boss if rule == "superior" else company.admin
    assert (seat.assignee_id, seat.seat_reason) == (expected.id, reason)


async def test_a_step_may_pass_them_over(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, when_requester="skip"), step(HR))
    approval = await asked_by_engineer(company, company.head)
    _, seats = await course(company.admin, approval.id)
    assert [(seat.state, seat.end_reason) for seat in seats] == [
        (TaskState.SKIPPED, EndReason.REQUESTER_SKIPPED),
        (TaskState.WAITING, None),
    ]


async def test_nobody_gives_them_a_seat_and_they_stand_in_for_nobody(company: Company) -> None:
    await lay_down(company.admin, step(HR))
    approval = await asked_by_engineer(company, company.head)
    await away(company.hr, company.head)
    seat = (await waiting(company.admin, approval.id))[company.hr.id]
    by_hr: list[tuple[Any, dict[str, Any]]] = [(commands.transfer, {}), (commands.add_approver, {"before": True})]
    for actor, command, more in [*((company.hr, *each) for each in by_hr), (company.admin, commands.reassign, {})]:
        with pytest.raises(Forbidden) as refused:
            async with writing(actor, settle=settle) as work:
                await command(work, task_id=seat, to_id=company.head.id, **more)
        assert refused.value.code == "OWN_MATTER"
    with pytest.raises(Forbidden) as refused:
        async with writing(company.head, settle=settle) as work:
            await commands.approve(work, task_id=seat)
    assert refused.value.code == "OWN_MATTER"


async def test_nobody_chooses_who_decides_on_their_own_matter(company: Company) -> None:
    await lay_down(company.admin, step(HR))
    other = await open_for(company, company.admin)
    own = await open_for(company, company.engineer, company.admin)
    for approval, code in ((other, "OWN_REQUEST"), (own, "OWN_MATTER")):
        before = await waiting(company.admin, approval.id)
        with pytest.raises(Forbidden) as refused:
            async with writing(company.admin, settle=settle) as work:
                await commands.reassign(work, task_id=before[company.hr.id], to_id=company.boss.id or uuid4())
        assert refused.value.code == code
        assert await waiting(company.admin, approval.id) == before


async def test_the_author_of_a_handbook_and_its_last_writer_do_not_approve_it(acme: Actor) -> None:
    """HR drafts, the director writes the last clause, and the administrator hands it in: none of them approves it."""
    people = await with_chain(acme)
    drafts = frozenset({Permission.POLICIES_DRAFT, Permission.POLICIES_READ, Permission.APPROVALS_DECIDE})
    hr, boss = (
        Actor(tenant_id=acme.tenant_id, kind=ActorKind.MEMBER, id=one.id, permissions=drafts)
        for one in (people.hr, people.boss)
    )
    async with writing(hr, settle=settle) as work:
        version = await draft(work, CALENDAR, CHAIN)
    async with writing(boss, settle=settle) as work:
        await write(work, version.id, *NOTICE)
    async with writing(acme, settle=settle) as work:
        assert await versions.writers_of(work, version.id) == {hr.id, boss.id}
        await rulebook.submit_version(work, version_id=version.id)
    approval = await approval_of(acme, version.id)
    assert set(approval.own_of_ids) == {hr.id, boss.id}
    assert not {hr.id, boss.id, acme.id} & set(await waiting(acme, approval.id))
    # Another version, of which nobody but its submitter has written, goes the chain's own way.
    async with writing(acme, settle=settle) as work:
        other = await draft(work, CALENDAR, CHAIN)
        await drafting.put_clause(
            work, version_id=other.id, number="4.1", kind="notice_period", value={"days": 30}, title={"en": "Notice"}
        )
        await rulebook.submit_version(work, version_id=other.id)
    assert set(await waiting(acme, (await approval_of(acme, other.id)).id)) == {hr.id}
