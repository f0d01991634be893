"""The course of an approval: from step to step, once, by the chain it started with, and never by the requester."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from domain.approvals import commands, queries
from domain.approvals.models import Approval, ApprovalTask
from domain.approvals.rules.states import EndReason, SeatReason, State, TaskState
from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.organisation import commands as organisation
from domain.policies import queries as policies
from domain.policies.rules.kinds import ApprovalChain
from tenancy.actor import Actor, ActorKind
from tenancy.database import reading, writing
from tenancy.identity import people
from tenancy.journal import JournalEntry
from tenancy.members import Member
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.domain.approvals.company import BOSS, HEAD, HR, Company, ask, course, entry, founded, lay_down, step, waiting
from tests.domain.policies.handbooks import in_force


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def decide(actor: Actor, task_id: UUID, decision: Any = commands.approve, **more: Any) -> Approval:
    async with writing(actor, settle=settle) as work:
        approval: Approval = await decision(work, task_id=task_id, **more)
        return approval


async def agree(company: Company, approval: Approval, actor: Actor) -> Approval:
    return await decide(actor, (await waiting(company.admin, approval.id))[actor.id])


async def facts_about(actor: Actor, approval_id: UUID) -> list[str]:
    async with reading(actor) as work:
        about = select(JournalEntry).where(JournalEntry.subject_id == approval_id).order_by(JournalEntry.id)
        return [entry.name for entry in await work.all(about)]


async def test_a_resignation_goes_from_its_head_to_hr_to_leadership(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR), step(BOSS))
    approval = await ask(company.engineer)
    for decider in (company.head, company.hr, company.boss):
        assert set(await waiting(company.admin, approval.id)) == {decider.id}
        approval = await agree(company, approval, decider)
    assert approval.state is State.GRANTED
    assert await facts_about(company.admin, approval.id) == [
        "approvals.opened",
        *["approvals.step_reached"] * 3,
        "approvals.granted",
    ]


async def test_another_company_s_chain_takes_another_course(company: Company, globex: Actor) -> None:
    other = await founded(globex)
    await lay_down(company.admin, step(HEAD), step(BOSS))
    await lay_down(other.admin, step(HR))
    mine, theirs = await ask(company.engineer), await ask(other.engineer)
    assert set(await waiting(company.admin, mine.id)) == {company.head.id}
    assert set(await waiting(other.admin, theirs.id)) == {other.hr.id}
    async with reading(other.admin) as work:
        with pytest.raises(NotFound):
            await queries.get(work, mine.id)
    task_id = (await waiting(company.admin, mine.id))[company.head.id]
    with pytest.raises(NotFound):
        await decide(other.hr, task_id)


async def test_a_rejection_ends_it_and_says_why(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, HR, mode="all"), step(BOSS))
    approval = await ask(company.engineer)
    seats = await waiting(company.admin, approval.id)
    with pytest.raises(Invalid):
        # A blank and a sign without width say nothing.
        await decide(company.head, seats[company.head.id], commands.reject, comment=" \u200b")
    approval = await decide(company.head, seats[company.head.id], commands.reject, comment="Not now.")
    assert approval.state is State.REFUSED
    _, tasks = await course(company.admin, approval.id)
    assert [(task.state, task.end_reason) for task in tasks] == [
        (TaskState.REJECTED, None),
        (TaskState.VOID, EndReason.STEP_DECIDED),
    ]
    with pytest.raises(WrongState):
        await decide(company.hr, seats[company.hr.id])


async def test_a_returned_subject_is_approved_anew_from_the_first_step(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR))
    subject_id = uuid4()
    first = await ask(company.engineer, subject_id, last_day_on="2026-12-31")
    await agree(company, first, company.head)
    seat = (await waiting(company.admin, first.id))[company.hr.id]
    first = await decide(company.hr, seat, commands.return_to_requester, comment="Hand over first.")
    assert first.state is State.RETURNED
    second = await ask(company.engineer, subject_id, last_day_on="2027-01-31")
    assert second.digest != first.digest
    assert set(await waiting(company.admin, second.id)) == {company.head.id}
    async with reading(company.admin) as work:
        about = await queries.about(work, Subject(SubjectKind.RESIGNATION, subject_id))
        assert [approval.id for approval in about] == [first.id, second.id]


async def test_a_quorum_is_reached_without_the_rest(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, HR, BOSS, mode="quorum", quorum=2))
    approval = await ask(company.engineer)
    await agree(company, approval, company.head)
    approval = await agree(company, approval, company.boss)
    assert approval.state is State.GRANTED


async def test_steps_whose_conditions_are_not_met_are_passed_over_and_recorded(company: Company) -> None:
    key_post = {"only_if": [{"fact": "key_post", "operator": "equals", "value": True}]}
    await lay_down(company.admin, step(HEAD), step(BOSS, **key_post))
    ordinary, key = await ask(company.engineer, key_post=False), await ask(company.engineer, key_post=True)
    assert (await agree(company, ordinary, company.head)).state is State.GRANTED
    assert (await agree(company, key, company.head)).state is State.WAITING
    _, tasks = await course(company.admin, ordinary.id)
    assert tasks[-1].end_reason is EndReason.CONDITION_NOT_MET
    unsaid = await ask(company.engineer)
    assert (await agree(company, unsaid, company.head)).state is State.WAITING
    _, tasks = await course(company.admin, unsaid.id)
    assert tasks[-1].problem == {"condition": "key_post equals True", "failure": "missing", "fact": "key_post"}


async def test_nobody_decides_on_their_own_request(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.head)
    _, (task,) = await course(company.admin, approval.id)
    assert (task.assignee_id, task.seat_reason) == (company.boss.id, SeatReason.REQUESTER_SUPERIOR)


async def test_a_chain_in_which_everybody_is_passed_over_is_no_consent(company: Company) -> None:
    await lay_down(company.admin, step(entry("customer_owner"), when_vacant="skip"), step(HEAD, when_requester="skip"))
    approval = await ask(company.head)
    assert set(await waiting(company.admin, approval.id)) == {company.admin.id}
    assert (await agree(company, approval, company.admin)).state is State.GRANTED


async def test_an_empty_position_waits_for_an_administrator_to_name_somebody(company: Company) -> None:
    await lay_down(company.admin, step(entry("customer_owner"), when_vacant="stop"))
    approval = await ask(company.engineer)
    assert "approvals.seat_vacant" in await facts_about(company.admin, approval.id)
    vacant = (await waiting(company.admin, approval.id))[None]
    with pytest.raises(Forbidden):
        await decide(company.hr, vacant, commands.reassign, to_id=company.hr.id)
    with pytest.raises(Forbidden) as own:
        await decide(company.admin, vacant, commands.reassign, to_id=company.engineer.id)
    assert own.value.code == "OWN_REQUEST"
    await decide(company.admin, vacant, commands.reassign, to_id=company.hr.id)
    assert (await agree(company, approval, company.hr)).state is State.GRANTED


async def test_a_seat_is_transferred_to_somebody_who_has_none(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, HR, mode="all"))
    approval = await ask(company.engineer)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    for wrong, refusal in ((company.hr.id, Conflict), (company.engineer.id, Forbidden), (uuid4(), NotFound)):
        with pytest.raises(refusal):
            await decide(company.head, seat, commands.transfer, to_id=wrong)
    await decide(company.head, seat, commands.transfer, to_id=company.boss.id, comment="You know them better.")
    assert set(await waiting(company.admin, approval.id)) == {company.hr.id, company.boss.id}
    with pytest.raises(WrongState):
        await decide(company.head, seat)
    _, tasks = await course(company.admin, approval.id)
    assert (tasks[-1].instead_of_id, tasks[-1].seat_reason) == (company.head.id, SeatReason.TRANSFERRED)


async def test_a_decision_sent_twice_takes_effect_once(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HEAD))
    approval = await ask(company.engineer)
    first = (await waiting(company.admin, approval.id))[company.head.id]
    for _ in range(3):
        approval = await decide(company.head, first)
    assert (approval.state, approval.step) == (State.WAITING, 1)
    with pytest.raises(WrongState):
        await decide(company.head, first, commands.reject, comment="No, wait.")


async def test_two_decisions_at_once_have_one_outcome(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, HR))

    async def trying(actor: Actor, task_id: UUID, decision: Any, **more: Any) -> bool:
        try:
            await decide(actor, task_id, decision, **more)
        except Refusal:
            return False
        return True

    for _ in range(3):
        approval = await ask(company.engineer)
        seats = await waiting(company.admin, approval.id)
        outcomes = await asyncio.gather(
            trying(company.head, seats[company.head.id], commands.approve),
            trying(company.hr, seats[company.hr.id], commands.reject, comment="No."),
        )
        assert sorted(outcomes) == [False, True]
        ends = [name for name in await facts_about(company.admin, approval.id) if name != "approvals.step_reached"]
        assert ends == ["approvals.opened", "approvals.granted" if outcomes[0] else "approvals.refused"]


async def test_a_decision_while_the_request_is_taken_back_has_one_outcome(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    seat = (await waiting(company.admin, approval.id))[company.head.id]

    async def withdrawing() -> Approval:
        async with writing(company.engineer, settle=settle) as work:
            return await commands.withdraw(work, approval_id=approval.id)

    outcomes = await asyncio.gather(decide(company.head, seat), withdrawing(), return_exceptions=True)
    assert sum(isinstance(outcome, WrongState) for outcome in outcomes) == 1
    stands, _ = await course(company.admin, approval.id)
    assert stands.state in {State.GRANTED, State.WITHDRAWN}


async def test_only_the_requester_or_an_administrator_takes_a_request_back(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    for withdrawer, refusal in (
        (company.head, Forbidden),
        (company.colleague, NotFound),
        (company.engineer, None),
        (company.admin, None),
    ):
        approval = await ask(company.engineer)
        async with writing(withdrawer, settle=settle) as work:
            if refusal is not None:
                with pytest.raises(refusal):
                    await commands.withdraw(work, approval_id=approval.id)
            else:
                assert (await commands.withdraw(work, approval_id=approval.id)).state is State.WITHDRAWN


async def test_the_same_is_not_asked_twice_at_once(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    subject_id = uuid4()
    await ask(company.engineer, subject_id)
    with pytest.raises(Conflict):
        await ask(company.engineer, subject_id)
    async with writing(company.engineer, settle=settle) as work:
        about = Subject(SubjectKind.RESIGNATION, subject_id)
        assert await queries.waiting_about(work, about) is not None
        await commands.end_with_subject(work, subject=about)
        await commands.end_with_subject(work, subject=about)
        assert await queries.waiting_about(work, about) is None
    await ask(company.engineer, subject_id)


async def test_a_new_handbook_does_not_rewrite_a_running_approval(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR))
    running = await ask(company.engineer)
    await lay_down(company.admin, step(BOSS))
    await agree(company, running, company.head)
    assert set(await waiting(company.admin, running.id)) == {company.hr.id}
    new = await ask(company.engineer)
    assert set(await waiting(company.admin, new.id)) == {company.boss.id}


async def test_the_chain_is_cited_with_the_record_it_was_asked_for(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    subject_id = uuid4()
    approval = await ask(company.engineer, subject_id, key_post=True)
    async with reading(company.admin) as work:
        (decision,) = await policies.decisions_about(work, Subject(SubjectKind.RESIGNATION, subject_id))
    assert decision.result["approval_id"] == str(approval.id)
    assert decision.inputs["facts"] == {"key_post": True}


async def test_who_leaves_gives_their_seats_to_their_superior(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    async with writing(company.admin, settle=settle) as work:
        assert company.head.id is not None
        await organisation.release(work, staff_id=company.head.id, left_on=work.now.date())
    _, tasks = await course(company.admin, approval.id)
    assert [(task.assignee_id, task.state, task.seat_reason) for task in tasks] == [
        (company.head.id, TaskState.VOID, None),
        (company.boss.id, TaskState.WAITING, SeatReason.LEFT_COMPANY),
    ]


async def test_who_is_shut_out_gives_their_seats_to_their_superior_too(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    async with writing(company.admin, settle=settle) as work:
        assert company.head.id is not None
        await people.deactivate_member(work, member_id=company.head.id)
    _, tasks = await course(company.admin, approval.id)
    assert [(task.assignee_id, task.end_reason, task.seat_reason) for task in tasks] == [
        (company.head.id, EndReason.DEACTIVATED, None),
        (company.boss.id, None, SeatReason.DEACTIVATED),
    ]


async def test_a_superior_who_has_left_is_no_approver(company: Company) -> None:
    await lay_down(company.admin, step(entry("superior", level=1), when_vacant="superior"))
    async with writing(company.admin, settle=settle) as work:
        assert company.head.id is not None
        await organisation.release(work, staff_id=company.head.id, left_on=work.now.date())
    approval = await ask(company.engineer)
    assert set(await waiting(company.admin, approval.id)) == {company.boss.id}


async def test_an_approval_is_seen_by_those_it_concerns(company: Company) -> None:
    informed = {"informed": [{"by": "member", "value": str(company.boss.id)}]}
    await lay_down(company.admin, step(HEAD), **informed)
    approval = await ask(company.engineer)
    client = Actor(tenant_id=company.admin.tenant_id, kind=ActorKind.CLIENT, id=uuid4())
    seen = {}
    for name in ("admin", "engineer", "head", "boss", "hr", "colleague"):
        actor = getattr(company, name)
        async with reading(actor) as work:
            rows = await work.all(select(Approval).where(queries.visible(actor, Approval)))
            tasks = await work.all(select(ApprovalTask).where(queries.visible_tasks(actor, ApprovalTask)))
            seen[name] = bool(rows)
            assert bool(tasks) == bool(rows)
    assert seen == {"admin": True, "engineer": True, "head": True, "boss": True, "hr": False, "colleague": False}
    async with reading(client) as work:
        assert await work.all(select(Approval).where(queries.visible(client, Approval))) == []
    with pytest.raises(NotFound):
        await decide(company.colleague, (await waiting(company.admin, approval.id))[company.head.id])
    with pytest.raises(Forbidden):
        await decide(company.engineer, (await waiting(company.admin, approval.id))[company.head.id])


async def test_the_inbox_says_what_waits_for_me_what_i_asked_for_and_what_i_decided(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR), informed=[{"by": "superior", "level": 2}])
    approval = await ask(company.engineer)
    await agree(company, approval, company.head)

    async def inbox(actor: Actor, predicate: Any) -> bool:
        async with reading(actor) as work:
            return bool(await work.all(select(Approval).where(predicate(Approval))))

    assert await inbox(company.engineer, queries.asked_by_me)
    assert await inbox(company.hr, queries.waiting_for_me)
    assert not await inbox(company.head, queries.waiting_for_me)
    assert await inbox(company.head, queries.decided_by_me)
    assert not await inbox(company.hr, queries.decided_by_me)
    assert await inbox(company.boss, queries.copied_to_me)
    async with reading(company.hr) as work:
        mine = await work.all(select(ApprovalTask).where(queries.my_waiting_tasks(ApprovalTask)))
        assert [task.approval_id for task in mine] == [approval.id]


async def test_a_role_s_holders_decide(company: Company) -> None:
    await lay_down(company.admin, step(entry("role", value="administrator")))
    approval = await ask(company.engineer)
    assert set(await waiting(company.admin, approval.id)) == {company.admin.id}


async def test_a_chain_is_only_for_its_own_subjects(company: Company) -> None:
    await in_force(
        company.admin,
        ("5.1", "approval_chain", {"subject_kind": "invoices", "purpose": "write_off", "steps": [step(BOSS)]}),
    )
    async with writing(company.engineer, settle=settle) as work:
        ruling = await policies.rule(work, ApprovalChain, topic="invoices/write_off")
        assert company.engineer.id is not None
        with pytest.raises(ValueError):
            await commands.open_approval(
                work,
                subject=Subject(SubjectKind.RESIGNATION, uuid4()),
                chain=ruling,
                requester_id=company.engineer.id,
                facts={},
            )
        approval = await commands.open_approval(
            work,
            subject=Subject(SubjectKind.INVOICE, uuid4()),
            chain=ruling,
            requester_id=company.engineer.id,
            facts={"amount_minor": 100},
            purpose="write_off",
        )
    assert approval.purpose == "write_off"


async def test_only_a_person_with_the_permission_decides(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    bare = Actor(tenant_id=company.head.tenant_id, kind=ActorKind.MEMBER, id=company.head.id)
    with pytest.raises(Forbidden) as refused:
        await decide(bare, seat)
    assert refused.value.values == {"permission": Permission.APPROVALS_DECIDE}
    assert isinstance((await course(company.admin, approval.id))[0], Approval)


async def test_somebody_inactive_gets_no_seat(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    async with writing(company.admin, settle=settle) as work:
        assert company.hr.id is not None
        (await work.get(Member, company.hr.id, lock=True)).active = False
    with pytest.raises(Invalid):
        await decide(company.head, seat, commands.transfer, to_id=company.hr.id)
