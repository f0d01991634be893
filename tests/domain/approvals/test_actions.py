"""What else is done with an approval: returning to a step, asking others beside oneself, urging, commenting."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.approvals import commands
from domain.approvals.models import Approval
from domain.approvals.rules.states import EndReason, SeatReason, State, TaskState
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Task
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tenancy.language import translate
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, WrongState
from tests.conftest import found_company
from tests.domain.approvals.company import BOSS, HEAD, HR, Company, ask, course, entry, founded, lay_down, step, waiting

TWO_DAYS = {"deadline": {"working_days": 2}}


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def act(actor: Actor, company: Company, approval: Approval, command: Any = commands.approve, **more: Any) -> Any:
    """Act from one's own seat."""
    seat = (await waiting(company.admin, approval.id))[actor.id]
    async with writing(actor, settle=settle) as work:
        return await command(work, task_id=seat, **more)


async def speak(actor: Actor, command: Any, *, after: timedelta = timedelta(), **more: Any) -> Any:
    """Say something about an approval, some time from now."""
    async with writing(actor, settle=settle) as work:
        work.now += after
        return await command(work, **more)


async def timer_keys(company: Company, approval_id: UUID) -> list[str]:
    async with reading(company.admin) as work:
        about = select(AgendaItem).where(AgendaItem.subject_id == approval_id, AgendaItem.task == Task.FIRE)
        return [(item.key or "").split(":", 2)[2] for item in await work.all(about)]


async def told(company: Company, name: str) -> list[dict[str, Any]]:
    async with reading(company.admin) as work:
        return [entry.payload for entry in await work.all(select(JournalEntry).where(JournalEntry.name == name))]


# Returning to an earlier step


async def test_what_is_returned_to_an_earlier_step_is_decided_anew_from_there(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, **TWO_DAYS), step(HR), step(BOSS))
    approval = await ask(company.engineer)
    await act(company.head, company, approval)
    await act(company.hr, company, approval)
    approval = await act(company.boss, company, approval, commands.return_to_step, step=0, comment="Ask again.")
    assert (approval.state, approval.step, approval.round) == (State.WAITING, 0, 1)
    assert set(await waiting(company.admin, approval.id)) == {company.head.id}
    for actor in (company.head, company.hr, company.boss):
        approval = await act(actor, company, approval)
    assert approval.state is State.GRANTED


async def test_what_was_returned_to_one_place_is_not_said_to_have_gone_to_another(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR), step(BOSS))
    approval = await ask(company.engineer)
    await act(company.head, company, approval)
    await act(company.hr, company, approval)
    seat = (await waiting(company.admin, approval.id))[company.boss.id]
    for move, given, possible in (
        (commands.return_to_step, {"step": 1}, True),
        # The same again is no other decision.
        (commands.return_to_step, {"step": 1}, True),
        (commands.return_to_step, {"step": 0}, False),
        (commands.return_to_requester, {}, False),
    ):
        async with writing(company.boss, settle=settle) as work:
            if possible:
                assert (await move(work, task_id=seat, comment="Again.", **given)).step == 1
                continue
            with pytest.raises(WrongState) as refused:
                await move(work, task_id=seat, comment="Again.", **given)
            assert refused.value.path == ("taskId",)
    assert set(await waiting(company.admin, approval.id)) == {company.hr.id}
    seat = (await waiting(company.admin, approval.id))[company.hr.id]
    async with writing(company.hr, settle=settle) as work:
        await commands.return_to_requester(work, task_id=seat, comment="Again.")
        assert (await commands.return_to_requester(work, task_id=seat, comment="Again.")).state is State.RETURNED
        with pytest.raises(WrongState):
            await commands.return_to_step(work, task_id=seat, step=0, comment="Again.")


async def test_a_step_that_is_come_to_again_has_its_whole_time_again(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, **TWO_DAYS), step(HR, **TWO_DAYS))
    approval = await ask(company.engineer)
    await act(company.head, company, approval)
    assert await timer_keys(company, approval.id) == ["0:1:0"]
    await act(company.hr, company, approval, commands.return_to_step, step=0, comment="Ask again.")
    assert await timer_keys(company, approval.id) == ["1:0:0"]


async def test_only_an_earlier_step_that_was_come_to_can_be_returned_to(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR, when="key_post"), step(BOSS), step(HR))
    approval = await ask(company.engineer, key_post=False)
    await act(company.head, company, approval)
    for wrong in (1, 2, 3, -1):
        with pytest.raises(Invalid) as refused:
            await act(company.boss, company, approval, commands.return_to_step, step=wrong, comment="Again.")
        assert refused.value.values["possible"] == "step: 0 (“Step”)"
    with pytest.raises(Invalid):
        await act(company.boss, company, approval, commands.return_to_step, step=0, comment=" ")


async def test_a_branch_that_is_returned_ends_the_others_and_leads_before_them(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR, branch="a"), step(BOSS, branch="b"))
    approval = await ask(company.engineer)
    await act(company.head, company, approval)
    await act(company.hr, company, approval, commands.return_to_step, step=0, comment="Again.")
    _, tasks = await course(company.admin, approval.id)
    assert [(task.state, task.end_reason) for task in tasks] == [
        (TaskState.APPROVED, None),
        (TaskState.RETURNED, None),
        (TaskState.VOID, EndReason.RETURNED),
        (TaskState.WAITING, None),
    ]
    await act(company.head, company, approval)
    assert set(await waiting(company.admin, approval.id)) == {company.hr.id, company.boss.id}


async def test_what_was_agreed_before_a_return_is_no_consent_after_it(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, when_vacant="skip"), step(HR))
    approval = await ask(company.engineer)
    await act(company.head, company, approval)
    approval = await act(company.hr, company, approval, commands.return_to_step, step=0, comment="Again.")
    approval = await act(company.head, company, approval, commands.reject, comment="No, then.")
    assert approval.state is State.REFUSED


# Asking others beside oneself


async def test_who_is_asked_before_decides_first(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    await act(
        company.head, company, approval, commands.add_approver, to_id=company.hr.id, before=True, comment="Please."
    )
    assert set(await waiting(company.admin, approval.id)) == {company.hr.id}
    async with writing(company.head, settle=settle) as work:
        with pytest.raises(WrongState):
            await commands.approve(work, task_id=seat)
    await act(company.hr, company, approval)
    assert set(await waiting(company.admin, approval.id)) == {company.head.id}
    assert (await act(company.head, company, approval)).state is State.GRANTED


async def test_who_is_asked_after_decides_once_one_has_agreed(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR))
    approval = await ask(company.engineer)
    await act(company.head, company, approval, commands.add_approver, to_id=company.boss.id, before=False)
    assert set(await waiting(company.admin, approval.id)) == {company.head.id}
    # Although any one decides, the two have one voice.
    await act(company.head, company, approval)
    assert set(await waiting(company.admin, approval.id)) == {company.boss.id}
    await act(company.boss, company, approval)
    assert set(await waiting(company.admin, approval.id)) == {company.hr.id}


@pytest.mark.parametrize("before", [True, False])
async def test_a_refusal_of_who_was_asked_is_the_seat_s(company: Company, before: bool) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    await act(company.head, company, approval, commands.add_approver, to_id=company.hr.id, before=before)
    if not before:
        await act(company.head, company, approval)
    assert (await act(company.hr, company, approval, commands.reject, comment="No.")).state is State.REFUSED


async def test_only_people_who_may_decide_here_are_asked(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, HR, mode="all"))
    approval = await ask(company.engineer)
    for wrong, refusal in ((company.engineer.id, Forbidden), (company.hr.id, Conflict), (company.head.id, Conflict)):
        with pytest.raises(refusal):
            await act(company.head, company, approval, commands.add_approver, to_id=wrong, before=True)
    await act(company.head, company, approval, commands.add_approver, to_id=company.boss.id, before=True)
    with pytest.raises(Conflict) as refused:
        await act(company.boss, company, approval, commands.add_approver, to_id=company.colleague.id, before=True)
    assert refused.value.code == "ADDED_SEAT"


async def test_a_seat_that_is_passed_on_keeps_those_beside_it(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    await act(company.head, company, approval, commands.add_approver, to_id=company.hr.id, before=False)
    await act(company.head, company, approval, commands.transfer, to_id=company.boss.id)
    await act(company.boss, company, approval)
    assert set(await waiting(company.admin, approval.id)) == {company.hr.id}
    assert (await act(company.hr, company, approval)).state is State.GRANTED
    _, tasks = await course(company.admin, approval.id)
    assert SeatReason.ADDED_AFTER in {task.seat_reason for task in tasks}


# Saying something


async def test_the_requester_urges_as_often_as_the_chain_allows(company: Company, globex: Actor) -> None:
    other, third = await founded(globex), await found_company()
    await lay_down(company.admin, step(HEAD), urge_every_hours=2)
    await lay_down(other.admin, step(HEAD), urge_every_hours=48)
    mine, theirs = await ask(company.engineer), await ask(other.engineer)
    for asker, approval in ((company.engineer, mine), (other.engineer, theirs)):
        await speak(asker, commands.urge, approval_id=approval.id)
        with pytest.raises(WrongState) as refused:
            await speak(asker, commands.urge, approval_id=approval.id)
        assert refused.value.code == "TOO_SOON"
        assert refused.value.clause is not None
    later = timedelta(hours=3)
    await speak(company.engineer, commands.urge, approval_id=mine.id, after=later)
    with pytest.raises(WrongState):
        await speak(other.engineer, commands.urge, approval_id=theirs.id, after=later)
    with pytest.raises(NotFound):
        await speak(third, commands.urge, approval_id=mine.id)
    assert await told(company, "approvals.urged") == [{"approval_id": str(mine.id), "step": 0}] * 2


async def test_only_the_requester_urges_and_only_while_something_waits(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    with pytest.raises(Forbidden):
        await speak(company.head, commands.urge, approval_id=approval.id)
    with pytest.raises(NotFound):
        await speak(company.colleague, commands.urge, approval_id=approval.id)
    await act(company.head, company, approval)
    with pytest.raises(WrongState):
        await speak(company.engineer, commands.urge, approval_id=approval.id)


async def test_a_comment_decides_nothing(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    for actor in (company.engineer, company.head):
        await speak(actor, commands.comment, approval_id=approval.id, comment=" See the handover. ")
    with pytest.raises(NotFound):
        await speak(company.colleague, commands.comment, approval_id=approval.id, comment="Hello")
    with pytest.raises(Invalid):
        await speak(company.head, commands.comment, approval_id=approval.id, comment=" ")
    said = {"approval_id": str(approval.id), "comment": "See the handover."}
    assert await told(company, "approvals.commented") == [said] * 2
    assert set(await waiting(company.admin, approval.id)) == {company.head.id}


async def test_where_the_step_says_so_consent_needs_a_word(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, comment_needed=True))
    approval = await ask(company.engineer)
    with pytest.raises(Invalid) as refused:
        await act(company.head, company, approval)
    assert refused.value.path == ("comment",)
    assert (await act(company.head, company, approval, comment="All handed over.")).state is State.GRANTED


async def test_what_is_decided_one_by_one_is_not_approved_in_one_go(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR, bulk_allowed=True))
    approval = await ask(company.engineer)
    with pytest.raises(Forbidden) as refused:
        await act(company.head, company, approval, in_bulk=True)
    assert refused.value.code == "BULK_NOT_ALLOWED"
    assert refused.value.clause is not None
    await act(company.head, company, approval)
    assert (await act(company.hr, company, approval, in_bulk=True)).state is State.GRANTED


async def test_a_seat_waits_no_more_once_who_was_asked_before_has_refused(company: Company) -> None:
    everybody = entry("post", value="Engineer"), HR, BOSS
    await lay_down(company.admin, step(*everybody, mode="quorum", quorum=2))
    approval = await ask(company.engineer)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    await act(company.head, company, approval, commands.add_approver, to_id=company.admin.id, before=True)
    assert (await act(company.admin, company, approval, commands.reject, comment="No.")).state is State.WAITING
    assert company.head.id not in await waiting(company.admin, approval.id)
    _, tasks = await course(company.admin, approval.id)
    [closed] = [task for task in tasks if task.id == seat]
    assert (closed.state, closed.end_reason) == (TaskState.VOID, EndReason.STEP_DECIDED)
    # What is tried there all the same is named as it was tried.
    tries: list[tuple[Actor, Any, dict[str, Any], str]] = [
        (company.head, commands.return_to_step, {"step": 0, "comment": "Why?"}, "Return to an earlier step"),
        (company.admin, commands.reassign, {"to_id": company.engineer.id}, "Give the seat to somebody else"),
        (company.head, commands.approve, {}, "Approve"),
    ]
    for actor, command, more, called in tries:
        with pytest.raises(WrongState) as refused:
            async with writing(actor, settle=settle) as work:
                await command(work, task_id=seat, **more)
        assert translate(refused.value.text, "en", refused.value.values).startswith(f"“{called}” is not possible")
    await act(company.hr, company, approval)
    assert (await act(company.boss, company, approval)).state is State.GRANTED
