"""Two things at once, each over a connection of its own: one of them takes effect, and the other is told why not."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from domain.approvals import commands
from domain.approvals.events import ApprovalStepDue
from domain.approvals.models import Approval
from domain.approvals.rules.states import State, TaskState
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tenancy.outbox import lock_timers
from tenancy.refusals import Refusal
from tests.domain.approvals.company import HEAD, HR, Company, ask, course, founded, lay_down, step, waiting
from tests.domain.approvals.test_delegations import away
from tests.locks import is_done_or_waits

ENDS = {"approvals.granted", "approvals.refused", "approvals.withdrawn", "approvals.returned"}


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def at_once(*attempts: Awaitable[Any]) -> list[bool]:
    """Which of them took effect; what fails otherwise than by a refusal fails the test."""
    found = await asyncio.gather(*attempts, return_exceptions=True)
    for outcome in found:
        if isinstance(outcome, BaseException) and not isinstance(outcome, Refusal):
            raise outcome
    return [not isinstance(outcome, Refusal) for outcome in found]


async def act(actor: Actor, command: Any, **more: Any) -> Any:
    async with writing(actor, settle=settle) as work:
        return await command(work, **more)


async def facts(company: Company, approval_id: UUID) -> list[str]:
    async with reading(company.admin) as work:
        about = select(JournalEntry).where(JournalEntry.subject_id == approval_id).order_by(JournalEntry.id)
        return [entry.name for entry in await work.all(about)]


async def seat_of(company: Company, approval: Approval, actor: Actor) -> UUID:
    return (await waiting(company.admin, approval.id))[actor.id]


async def test_the_same_is_asked_once_even_twice_at_once(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    subject_id = uuid4()
    outcomes = await at_once(ask(company.engineer, subject_id), ask(company.engineer, subject_id))
    assert sorted(outcomes) == [False, True]


async def test_the_same_decision_sent_twice_at_once_counts_once(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HEAD))
    approval = await ask(company.engineer)
    seat = await seat_of(company, approval, company.head)
    outcomes = await at_once(*(act(company.head, commands.approve, task_id=seat) for _ in range(3)))
    assert outcomes == [True] * 3
    stands, tasks = await course(company.admin, approval.id)
    assert (stands.state, stands.step) == (State.WAITING, 1)
    assert [task.state for task in tasks] == [TaskState.APPROVED, TaskState.WAITING]


async def test_consent_and_refusal_of_two_at_once_have_one_outcome(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, HR))
    approval = await ask(company.engineer)
    one, other = await seat_of(company, approval, company.head), await seat_of(company, approval, company.hr)
    outcomes = await at_once(
        act(company.head, commands.approve, task_id=one),
        act(company.hr, commands.reject, task_id=other, comment="No."),
    )
    assert sorted(outcomes) == [False, True]
    assert len(ENDS.intersection(await facts(company, approval.id))) == 1


async def test_two_branches_that_end_at_once_lead_on_once(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, branch="a"), step(HR, branch="b"), step(HEAD))
    approval = await ask(company.engineer)
    one, other = await seat_of(company, approval, company.head), await seat_of(company, approval, company.hr)
    outcomes = await at_once(
        act(company.head, commands.approve, task_id=one), act(company.hr, commands.approve, task_id=other)
    )
    assert outcomes == [True, True]
    _, tasks = await course(company.admin, approval.id)
    assert [task.step for task in tasks] == [0, 1, 2]


async def test_a_decision_while_the_request_is_taken_back_has_one_outcome(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    seat = await seat_of(company, approval, company.head)
    outcomes = await at_once(
        act(company.head, commands.approve, task_id=seat),
        act(company.engineer, commands.withdraw, approval_id=approval.id),
    )
    assert sorted(outcomes) == [False, True]
    assert len(ENDS.intersection(await facts(company, approval.id))) == 1


async def test_a_seat_decided_and_passed_on_at_once_is_one_of_the_two(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR))
    approval = await ask(company.engineer)
    seat = await seat_of(company, approval, company.head)
    outcomes = await at_once(
        act(company.head, commands.approve, task_id=seat),
        act(company.head, commands.transfer, task_id=seat, to_id=company.boss.id),
    )
    assert sorted(outcomes) == [False, True]
    assert set(await waiting(company.admin, approval.id)) == {company.hr.id if outcomes[0] else company.boss.id}


async def test_who_is_away_and_who_stands_in_decide_once(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    await away(company.head, company.hr)
    seat = await seat_of(company, approval, company.head)
    outcomes = await at_once(
        act(company.head, commands.reject, task_id=seat, comment="No."),
        act(company.hr, commands.approve, task_id=seat),
    )
    assert sorted(outcomes) == [False, True]
    stands, (task,) = await course(company.admin, approval.id)
    assert stands.state is (State.REFUSED if outcomes[0] else State.GRANTED)
    assert task.assignee_id == (company.head.id if outcomes[0] else company.hr.id)


async def test_a_delegation_that_ends_while_it_is_used_counts_or_does_not(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    delegation = await away(company.head, company.hr)
    seat = await seat_of(company, approval, company.head)
    decided, ended = await at_once(
        act(company.hr, commands.approve, task_id=seat),
        act(company.head, commands.end_delegation, delegation_id=delegation.id),
    )
    assert ended
    stands, (task,) = await course(company.admin, approval.id)
    assert stands.state is (State.GRANTED if decided else State.WAITING)
    assert task.instead_of_id == (company.head.id if decided else None)


async def test_two_who_delegate_to_each_other_at_once_make_no_circle(company: Company) -> None:
    outcomes = await at_once(away(company.head, company.hr), away(company.hr, company.head))
    assert sorted(outcomes) == [False, True]


async def test_haste_is_asked_for_once_even_twice_at_once(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    urging = [act(company.engineer, commands.urge, approval_id=approval.id) for _ in range(2)]
    assert sorted(await at_once(*urging)) == [False, True]
    assert (await facts(company, approval.id)).count("approvals.urged") == 1


async def test_the_time_that_is_up_and_a_decision_have_one_outcome(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, deadline={"working_days": 1}, on_deadline="approve"))
    approval = await ask(company.engineer)
    seat = await seat_of(company, approval, company.head)

    async def time_is_up() -> None:
        async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
            # As by a worker, who has the timer before the approval.
            await lock_timers(work, approval.id)
            work.record(ApprovalStepDue(approval_id=approval.id, step=0, turn=0))

    await at_once(act(company.head, commands.reject, task_id=seat, comment="No."), time_is_up())
    assert len(ENDS.intersection(await facts(company, approval.id))) == 1


async def test_who_decides_waits_for_a_deadline_that_passes_just_then(company: Company, owner_url: str) -> None:
    await lay_down(company.admin, step(HEAD, deadline={"working_days": 2}))
    approval = await ask(company.engineer)
    seat = await seat_of(company, approval, company.head)
    async with writing(Actor.system(company.admin.tenant_id), settle=settle) as worker:
        assert await lock_timers(worker, approval.id)
        deciding = asyncio.create_task(act(company.head, commands.approve, task_id=seat))
        await is_done_or_waits(deciding, owner_url)
        await worker.get(Approval, approval.id, lock=True)
    await deciding
    stands, _ = await course(company.admin, approval.id)
    assert stands.state is State.GRANTED
