"""Several timers of one record: whoever fires one and whoever decides at that moment never wait for each other."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.approvals import commands
from domain.approvals.rules.states import State, TaskState
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Task
from tenancy.database import writing
from tenancy.outbox import lock_timers
from tests.domain.approvals.company import HEAD, HR, Company, ask, course, founded, lay_down, step, waiting
from tests.locks import is_done_or_waits
from tests.workers.facts import claim_all
from workers.attempts import attempt
from workers.performing import DOING

pytestmark = pytest.mark.usefixtures("quiet", "configured")

ONE_DAY = {"deadline": {"working_days": 1}, "on_deadline": "approve"}


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def both_due(company: Company, approval_id: UUID) -> list[AgendaItem]:
    """The two timers of an approval, by id, whose hours have come: that of the second one first."""
    async with writing(company.admin, settle=settle) as work:
        about = select(AgendaItem).where(AgendaItem.subject_id == approval_id, AgendaItem.task == Task.FIRE)
        timers = await work.all(about.order_by(AgendaItem.id).with_for_update())
        for hours, timer in enumerate(timers, 1):
            timer.due_at = work.now - timedelta(hours=hours)
    return timers


async def test_a_decision_and_a_timer_of_another_branch_do_not_wait_for_each_other(
    company: Company, owner_url: str
) -> None:
    await lay_down(company.admin, step(HEAD, branch="a", **ONE_DAY), step(HR, branch="b", **ONE_DAY))
    approval = await ask(company.engineer)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    first, later = await both_due(company, approval.id)
    claims = {claim.item_id: claim for claim in await claim_all(company.admin.tenant_id)}
    async with writing(company.head, settle=settle) as deciding:
        # Somebody is in the middle of locking them, in the order of their ids.
        await deciding.get(AgendaItem, first.id, lock=True)
        firing = asyncio.create_task(attempt(claims[later.id], DOING))
        await is_done_or_waits(firing, owner_url)
        assert len(await lock_timers(deciding, approval.id)) == 2
        await commands.approve(deciding, task_id=seat)
    await firing
    stands, tasks = await course(company.admin, approval.id)
    assert (stands.state, {task.state for task in tasks}) == (State.GRANTED, {TaskState.APPROVED})


async def test_all_timers_of_a_record_fire_at_once(company: Company) -> None:
    branches = [step(HEAD if number % 2 else HR, branch=f"b{number}", **ONE_DAY) for number in range(4)]
    await lay_down(company.admin, *branches)
    approval = await ask(company.engineer)
    await both_due(company, approval.id)
    for _ in range(len(branches)):
        due = [claim for claim in await claim_all(company.admin.tenant_id) if claim.task is Task.FIRE]
        await asyncio.gather(*(attempt(claim, DOING) for claim in due))
        async with writing(company.admin, settle=settle) as work:
            about = select(AgendaItem).where(AgendaItem.subject_id == approval.id, AgendaItem.task == Task.FIRE)
            # Whoever had to wait for an earlier one would come again in some seconds.
            for timer in await work.all(about.with_for_update()):
                assert timer.error is None
                timer.due_at = work.now - timedelta(minutes=1)
                timer.leased_until = None
    stands, tasks = await course(company.admin, approval.id)
    assert (stands.state, {task.state for task in tasks}) == (State.GRANTED, {TaskState.APPROVED})
