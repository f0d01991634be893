"""Branches side by side: each goes its own way, all of them agree, and the first refusal refuses."""

from uuid import UUID

import pytest
from sqlalchemy import select

from domain.approvals import commands
from domain.approvals.rules import steps
from domain.approvals.rules.states import EndReason, State, TaskState
from domain.consequences import settle
from domain.policies.rules import checks
from domain.policies.rules.kinds import ApprovalChain
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Task
from tenancy.database import reading, writing
from tenancy.refusals import Invalid, NotFound, WrongState
from tests.conftest import found_company
from tests.domain.approvals.company import BOSS, HEAD, HR, Company, ask, course, founded, lay_down, step, waiting

STAFF, HANDOVER = {"branch": "staff"}, {"branch": "handover"}


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def agree(company: Company, approval_id: UUID, actor: Actor) -> State:
    seat = (await waiting(company.admin, approval_id))[actor.id]
    async with writing(actor, settle=settle) as work:
        return (await commands.approve(work, task_id=seat)).state


def stages_of(*branches: str | None) -> list[steps.Stage]:
    chain = {"subject_kind": "resignations", "steps": [step(HEAD, branch=branch) for branch in branches]}
    return steps.stages(ApprovalChain.model_validate(chain))


@pytest.mark.parametrize(
    ("branches", "expected"),
    [
        ((None, None), [((0,),), ((1,),)]),
        ((None, "a", "a", "b", None), [((0,),), ((1, 2), (3,)), ((4,),)]),
        (("a", "b", None, "a"), [((0,), (1,)), ((2,),), ((3,),)]),
    ],
)
def test_neighbouring_steps_with_branches_make_up_a_stage(
    branches: tuple[str | None, ...], expected: list[tuple[tuple[int, ...], ...]]
) -> None:
    assert [stage.branches for stage in stages_of(*branches)] == expected


def test_the_steps_of_a_branch_stand_together() -> None:
    torn = {"subject_kind": "resignations", "steps": [step(HEAD, branch=branch) for branch in ("a", "b", "a")]}
    with pytest.raises(Invalid) as refused:
        checks.parse(ApprovalChain, torn)
    assert refused.value.path == ("steps", "2", "branch")


async def test_branches_begin_at_once_and_each_goes_its_own_way(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, **STAFF), step(BOSS, **STAFF), step(HR, **HANDOVER), step(BOSS))
    approval = await ask(company.engineer)
    assert set(await waiting(company.admin, approval.id)) == {company.head.id, company.hr.id}
    assert await agree(company, approval.id, company.head) is State.WAITING
    # The other branch is not waited for within the stage, only at its end.
    assert set(await waiting(company.admin, approval.id)) == {company.boss.id, company.hr.id}
    await agree(company, approval.id, company.boss)
    assert set(await waiting(company.admin, approval.id)) == {company.hr.id}
    await agree(company, approval.id, company.hr)
    stands, tasks = await course(company.admin, approval.id)
    assert (stands.step, tasks[-1].step, tasks[-1].assignee_id) == (3, 3, company.boss.id)
    assert await agree(company, approval.id, company.boss) is State.GRANTED


async def test_the_first_refusal_in_any_branch_refuses(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, **STAFF), step(HR, **HANDOVER), step(BOSS))
    approval = await ask(company.engineer)
    seats = await waiting(company.admin, approval.id)
    async with writing(company.hr, settle=settle) as work:
        await commands.reject(work, task_id=seats[company.hr.id], comment="Nothing is handed over.")
    stands, tasks = await course(company.admin, approval.id)
    assert stands.state is State.REFUSED
    assert [(task.state, task.end_reason) for task in tasks] == [
        (TaskState.VOID, EndReason.APPROVAL_ENDED),
        (TaskState.REJECTED, None),
    ]
    with pytest.raises(WrongState):
        async with writing(company.head, settle=settle) as work:
            await commands.approve(work, task_id=seats[company.head.id])


async def test_a_branch_whose_steps_are_all_passed_over_agrees(company: Company) -> None:
    skipped = {"when": "key_post", **HANDOVER}
    await lay_down(company.admin, step(HEAD, **STAFF), step(HR, **skipped))
    approval = await ask(company.engineer, key_post=False)
    assert set(await waiting(company.admin, approval.id)) == {company.head.id}
    assert await agree(company, approval.id, company.head) is State.GRANTED


async def test_a_stage_that_is_passed_over_whole_is_no_consent(company: Company) -> None:
    never = {"when": "key_post"}
    await lay_down(company.admin, step(HEAD, **STAFF, **never), step(HR, **HANDOVER, **never))
    approval = await ask(company.engineer, key_post=False)
    assert set(await waiting(company.admin, approval.id)) == {company.admin.id}


async def test_each_branch_has_its_own_time(company: Company) -> None:
    soon, late = {"deadline": {"working_days": 1}}, {"deadline": {"working_days": 5}}
    await lay_down(company.admin, step(HEAD, **STAFF, **late), step(HR, **HANDOVER, **soon))
    approval = await ask(company.engineer)

    async def timers() -> set[str]:
        async with reading(company.admin) as work:
            about = select(AgendaItem).where(AgendaItem.subject_id == approval.id, AgendaItem.task == Task.FIRE)
            return {(item.key or "").split(":", 2)[2] for item in await work.all(about)}

    assert await timers() == {"0:0:0", "0:1:0"}
    _, tasks = await course(company.admin, approval.id)
    first = min(task.due_at for task in tasks if task.due_at)
    assert approval.step_due_at == first == tasks[1].due_at
    await agree(company, approval.id, company.hr)
    assert await timers() == {"0:0:0"}
    assert (await course(company.admin, approval.id))[0].step_due_at == tasks[0].due_at


async def test_one_company_asks_side_by_side_another_one_after_the_other(company: Company, globex: Actor) -> None:
    other, third = await founded(globex), await found_company()
    await lay_down(company.admin, step(HEAD, **STAFF), step(HR, **HANDOVER))
    await lay_down(other.admin, step(HEAD), step(HR))
    mine, theirs = await ask(company.engineer), await ask(other.engineer)
    assert len(await waiting(company.admin, mine.id)) == 2
    assert len(await waiting(other.admin, theirs.id)) == 1
    with pytest.raises(NotFound):
        await course(third, mine.id)
