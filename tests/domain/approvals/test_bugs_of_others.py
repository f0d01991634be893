"""Faults that other systems' users have reported of approvals, each by its name: they don't happen here."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from domain.approvals import commands, queries
from domain.approvals.models import Approval
from domain.approvals.rules.states import SeatReason, State
from domain.consequences import settle
from domain.policies import queries as policies
from domain.policies.rules.kinds import BusinessCalendarClause
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Task
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tests.domain.approvals.company import BOSS, HEAD, HR, Company, ask, course, entry, founded, lay_down, step, waiting
from tests.domain.approvals.test_delegations import away


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def act(actor: Actor, company: Company, approval: Approval, command: Any = commands.approve, **more: Any) -> Any:
    """Act from one's own seat."""
    seat = (await waiting(company.admin, approval.id))[actor.id]
    async with writing(actor, settle=settle) as work:
        return await command(work, task_id=seat, **more)


async def timer_of(company: Company, approval: Approval) -> AgendaItem:
    async with reading(company.admin) as work:
        about = select(AgendaItem).where(AgendaItem.subject_id == approval.id, AgendaItem.task == Task.FIRE)
        (item,) = await work.all(about)
        return item


async def test_a_timer_is_armed_anew_when_a_case_returns_to_a_step(company: Company) -> None:
    """Loop case: a timer must re-arm when a case returns to a node."""
    await lay_down(company.admin, step(HEAD, deadline={"working_minutes": 30}), step(HR))
    approval = await ask(company.engineer)
    first = await timer_of(company, approval)
    await act(company.head, company, approval)
    await act(company.hr, company, approval, commands.return_to_step, step=0, comment="Again.")
    again = await timer_of(company, approval)
    assert again.key != first.key
    assert again.due_at >= first.due_at


async def test_editing_the_definition_does_not_rewrite_running_reviews(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR))
    approval = await ask(company.engineer)
    before, seats = await course(company.admin, approval.id)
    chain, named = before.chain, [seat.named_by for seat in seats]
    await lay_down(company.admin, step(BOSS, name={"en": "Renamed"}))
    after, seats = await course(company.admin, approval.id)
    assert (after.chain, [seat.named_by for seat in seats]) == (chain, named)
    await act(company.head, company, approval)
    assert (await act(company.hr, company, approval)).state is State.GRANTED


async def test_an_empty_position_locks_no_record_for_ever(company: Company) -> None:
    """Whoever administers approvals fills it, and the chain goes on."""
    await lay_down(company.admin, step(entry("customer_owner"), when_vacant="stop"))
    approval = await ask(company.engineer)
    vacant = (await waiting(company.admin, approval.id))[None]
    async with writing(company.admin, settle=settle) as work:
        await commands.reassign(work, task_id=vacant, to_id=company.hr.id or vacant)
    assert (await act(company.hr, company, approval)).state is State.GRANTED


async def test_an_amount_chain_does_not_leak(company: Company) -> None:
    """Just below, at and above the amount, each goes its own way, and a missing amount goes none."""
    high = {"when": "notice_days >= 30"}
    await lay_down(company.admin, step(HEAD), step(BOSS, **high))
    for days, steps in ((29, 1), (30, 2), (31, 2)):
        approval = await ask(company.engineer, notice_days=days)
        approval = await act(company.head, company, approval)
        assert (approval.state is State.GRANTED) is (steps == 1)


async def test_a_document_changed_after_approval_is_told_by_its_digest(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    subject_id = uuid4()
    first = await act(company.head, company, await ask(company.engineer, subject_id, last_day_on="2026-12-31"))
    changed = await ask(company.engineer, subject_id, last_day_on="2026-12-30")
    assert changed.digest != first.digest
    async with reading(company.admin) as work:
        granted = select(JournalEntry.payload).where(JournalEntry.name == "approvals.granted")
        assert (await work.value(granted))["digest"] == first.digest


async def test_the_second_request_is_sent_too(company: Company) -> None:
    """After a refusal the same is asked again, and its approvers are told again."""
    await lay_down(company.admin, step(HEAD))
    subject_id = uuid4()
    first = await ask(company.engineer, subject_id)
    await act(company.head, company, first, commands.reject, comment="Not yet.")
    second = await ask(company.engineer, subject_id)
    async with reading(company.admin) as work:
        reached = select(JournalEntry).where(JournalEntry.name == "approvals.step_reached")
        told = [entry.payload["approval_id"] for entry in await work.all(reached)]
    assert told == [str(first.id), str(second.id)]


async def test_a_substitute_is_shown_with_whom_they_stand_in_for(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    await away(company.head, company.hr)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    async with writing(company.hr, settle=settle) as work:
        await commands.approve(work, task_id=seat)
    _, (task,) = await course(company.admin, approval.id)
    assert (task.assignee_id, task.instead_of_id, task.seat_reason) == (
        company.hr.id,
        company.head.id,
        SeatReason.DELEGATED,
    )


async def test_the_trail_survives_a_restart(company: Company) -> None:
    """Asking anew leaves what was decided before as it was."""
    await lay_down(company.admin, step(HEAD), step(HR))
    subject_id = uuid4()
    first = await ask(company.engineer, subject_id)
    await act(company.head, company, first, comment="Fine.")
    await act(company.hr, company, first, commands.return_to_step, step=0, comment="Again.")
    await act(company.head, company, first, commands.return_to_requester, comment="Change it.")
    await ask(company.engineer, subject_id)
    _, tasks = await course(company.admin, first.id)
    assert [task.comment for task in tasks] == ["Fine.", "Again.", "Change it."]


async def test_a_deadline_knows_weekends(company: Company) -> None:
    """Timeouts elsewhere are calendar-blind."""
    await lay_down(company.admin, step(HEAD, deadline={"working_days": 10}))
    approval = await ask(company.engineer)
    async with reading(company.admin) as work:
        calendar = (await policies.rule(work, BusinessCalendarClause)).value
    assert approval.step_due_at is not None
    assert approval.step_due_at - approval.opened_at > timedelta(days=11)
    assert calendar.is_working_day(calendar.local_day(approval.step_due_at))


async def test_several_approvers_decide_one_state(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, HR, BOSS, mode="all"))
    approval = await ask(company.engineer)
    states = [(await act(actor, company, approval)).state for actor in (company.hr, company.boss, company.head)]
    assert states == [State.WAITING, State.WAITING, State.GRANTED]


async def test_who_approved_the_step_before_is_asked_again(company: Company) -> None:
    """Elsewhere the same person's earlier consent skips a step in silence."""
    await lay_down(company.admin, step(HEAD), step(HEAD))
    approval = await act(company.head, company, await ask(company.engineer))
    assert set(await waiting(company.admin, approval.id)) == {company.head.id}
    async with reading(company.admin) as work:
        assert (await queries.get(work, approval.id)).state is State.WAITING
