"""A condition that can't be judged stops its case and not the person who asks; an administrator lets it go on."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from domain.approvals import commands, queries
from domain.approvals.models import ApprovalTask
from domain.approvals.rules.states import EndReason, SeatReason, State, TaskState
from domain.consequences import settle
from domain.kernel.subjects import SubjectKind
from domain.policies.models import Decision
from domain.policies.rules import conditions
from domain.policies.rules.conditions import ConditionFailed
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tenancy.refusals import Forbidden, Invalid, Refusal, WrongState
from tests.conftest import found_company
from tests.domain.approvals.company import BOSS, HEAD, HR, Company, ask, course, founded, lay_down, step, waiting

OVERFLOW = "days_employed * 9223372036854775807 > 1"
FACTS = {"days_employed": 100}


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def stop_of(company: Company, approval_id: UUID) -> ApprovalTask:
    _, tasks = await course(company.admin, approval_id)
    return next(task for task in tasks if task.seat_reason is SeatReason.CONDITION_FAILED)


async def approve(company: Company, actor: Actor, approval_id: UUID) -> None:
    seat = (await waiting(company.admin, approval_id))[actor.id]
    async with writing(actor, settle=settle) as work:
        await commands.approve(work, task_id=seat)


async def go_on(company: Company, approval_id: UUID, *, take: bool, by: Actor | None = None, **more: Any) -> None:
    stop = await stop_of(company, approval_id)
    async with writing(by or company.admin, settle=settle) as work:
        await commands.go_on(work, task_id=stop.id, take=take, **{"comment": "Small enough.", **more})


async def resolve(company: Company, approval_id: UUID, comment: str = "Mended.") -> None:
    async with writing(company.admin, settle=settle) as work:
        await commands.resolve_again(work, approval_id=approval_id, comment=comment)


@pytest.mark.parametrize(
    "condition",
    [OVERFLOW, "days_employed + 9223372036854775807 > 1", "0 - days_employed - 9223372036854775807 < 1"],
)
def test_a_number_that_becomes_too_large_is_no_missing_fact(condition: str) -> None:
    conditions.check(condition, SubjectKind.RESIGNATION, "")
    with pytest.raises(ConditionFailed) as refused:
        conditions.holds(condition, SubjectKind.RESIGNATION, "", FACTS)
    assert refused.value.code == "CONDITION_FAILED"
    assert refused.value.values["condition"] == condition
    assert refused.value.values["failure"] == "overflow"
    with pytest.raises(Invalid) as missing:
        conditions.holds(condition, SubjectKind.RESIGNATION, "", {})
    assert (missing.value.values["failure"], missing.value.values["fact"]) == ("missing", "days_employed")


async def test_the_case_stops_where_its_condition_fails_and_other_companies_go_on(
    company: Company, globex: Actor, pool: None
) -> None:
    other, third = await founded(globex), await founded(await found_company("Third"))
    await lay_down(company.admin, step(HEAD), step(HR, when=OVERFLOW))
    await lay_down(other.admin, step(HEAD), step(HR, when="days_employed > 1"))
    asked = {each: await ask(each.engineer, **FACTS) for each in (company, other)}
    for each, approval in asked.items():
        await approve(each, each.head, approval.id)
    assert set(await waiting(company.admin, asked[company].id)) == {None}
    assert set(await waiting(other.admin, asked[other].id)) == {other.hr.id}
    stop = await stop_of(company, asked[company].id)
    assert stop.problem == {"condition": OVERFLOW, "failure": "overflow", "fact": None}
    async with reading(company.admin) as work:
        (fact,) = await work.all(select(JournalEntry).where(JournalEntry.name == "approvals.condition_failed"))
    assert (fact.payload["step"], fact.payload["condition"], fact.payload["reason"]) == (1, OVERFLOW, "overflow")
    async with reading(third.admin) as work:
        assert await work.all(select(ApprovalTask)) == []


@pytest.mark.parametrize("take", [True, False])
async def test_an_administrator_says_whether_the_step_is_taken(company: Company, take: bool) -> None:
    await lay_down(company.admin, step(HEAD), step(HR, when=OVERFLOW))
    approval = await ask(company.engineer, **FACTS)
    await approve(company, company.head, approval.id)
    await go_on(company, approval.id, take=take)
    stands, tasks = await course(company.admin, approval.id)
    stop = next(task for task in tasks if task.problem)
    assert (stop.state, stop.end_reason, stop.comment) == (TaskState.VOID, EndReason.BY_ADMINISTRATOR, "Small enough.")
    if take:
        assert set(await waiting(company.admin, approval.id)) == {company.hr.id}
        await approve(company, company.hr, approval.id)
        stands, _ = await course(company.admin, approval.id)
    else:
        assert (tasks[-1].state, tasks[-1].end_reason) == (TaskState.SKIPPED, EndReason.BY_ADMINISTRATOR)
    assert stands.state is State.GRANTED
    async with reading(company.admin) as work:
        (fact,) = await work.all(select(JournalEntry).where(JournalEntry.name == "approvals.rescued"))
    assert fact.payload["reason"] == ("step_taken" if take else "step_passed_over")
    assert (fact.payload["comment"], fact.actor_id) == ("Small enough.", company.admin.id)


async def test_passing_over_the_only_step_is_no_consent(company: Company) -> None:
    await lay_down(company.admin, step(HR, when=OVERFLOW))
    approval = await ask(company.engineer, **FACTS)
    await go_on(company, approval.id, take=False)
    stands, _ = await course(company.admin, approval.id)
    assert stands.state is State.WAITING
    assert set(await waiting(company.admin, approval.id)) == {company.admin.id}


async def test_one_branch_that_stops_does_not_keep_the_others(company: Company) -> None:
    await lay_down(
        company.admin, step(HEAD, branch="one"), step(HR, branch="other", when=OVERFLOW), step(BOSS, branch="other")
    )
    approval = await ask(company.engineer, **FACTS)
    assert set(await waiting(company.admin, approval.id)) == {company.head.id, None}
    await approve(company, company.head, approval.id)
    await go_on(company, approval.id, take=False)
    assert set(await waiting(company.admin, approval.id)) == {company.boss.id}
    await approve(company, company.boss, approval.id)
    stands, _ = await course(company.admin, approval.id)
    assert stands.state is State.GRANTED


async def test_a_mended_handbook_decides_the_stopped_case_from_its_first_step(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR, when=OVERFLOW))
    approval = await ask(company.engineer, **FACTS)
    await approve(company, company.head, approval.id)
    mended = await lay_down(company.admin, step(HR, when="days_employed > 1000"), step(BOSS))
    await resolve(company, approval.id)
    stands, tasks = await course(company.admin, approval.id)
    assert (stands.version_id, stands.round, stands.digest) == (mended, 1, approval.digest)
    assert set(await waiting(company.admin, approval.id)) == {company.boss.id}
    assert [task.end_reason for task in tasks if task.problem] == [EndReason.CHAIN_REPLACED]
    async with reading(company.admin) as work:
        about = select(Decision).where(Decision.subject_id == approval.subject_id)
        cited = await work.all(about.order_by(Decision.id))
    assert [decision.clause_id for decision in cited] == [approval.clause_id, stands.clause_id]
    await approve(company, company.boss, approval.id)
    stands, _ = await course(company.admin, approval.id)
    assert stands.state is State.GRANTED


async def test_a_seat_that_was_replaced_says_that_the_case_stands_at_another(company: Company) -> None:
    await lay_down(company.admin, step(HR, when=OVERFLOW))
    approval = await ask(company.engineer, **FACTS)
    former = await stop_of(company, approval.id)
    await resolve(company, approval.id)
    assert former.id not in (await waiting(company.admin, approval.id)).values()
    with pytest.raises(WrongState, match="stands at another one") as refused:
        async with writing(company.admin, settle=settle) as work:
            await commands.go_on(work, task_id=former.id, take=True, comment="Go.")
    assert (refused.value.code, refused.value.path) == ("SEAT_ENDED", ("taskId",))


async def test_what_the_former_chain_agreed_to_is_no_consent_by_the_new_one(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR, when=OVERFLOW))
    approval = await ask(company.engineer, **FACTS)
    await approve(company, company.head, approval.id)
    await lay_down(company.admin, step(BOSS, when="days_employed > 1000"))
    await resolve(company, approval.id)
    stands, _ = await course(company.admin, approval.id)
    assert stands.state is State.WAITING
    assert set(await waiting(company.admin, approval.id)) == {company.admin.id}


async def test_who_may_not_rescue_changes_nothing(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR, when=OVERFLOW))
    approval = await ask(company.engineer, **FACTS)
    refusals: list[tuple[Any, type[Refusal], str]] = []
    with pytest.raises(WrongState) as too_early:
        await resolve(company, approval.id)
    refusals.append((too_early, WrongState, "NOT_STUCK"))
    await approve(company, company.head, approval.id)
    before = await course(company.admin, approval.id)
    stop = await stop_of(company, approval.id)
    with pytest.raises(Forbidden) as powerless:
        await go_on(company, approval.id, take=True, by=company.head)
    refusals.append((powerless, Forbidden, "FORBIDDEN"))
    with pytest.raises(Invalid) as silent:
        await go_on(company, approval.id, take=True, comment=" ")
    refusals.append((silent, Invalid, "INVALID"))
    with pytest.raises(WrongState) as filled:
        async with writing(company.admin, settle=settle) as work:
            await commands.reassign(work, task_id=stop.id, to_id=company.hr.id or uuid4())
    refusals.append((filled, WrongState, "CONDITION_FAILED"))
    assert [(found.value.code, found.type) for found, _, _ in refusals] == [(code, kind) for _, kind, code in refusals]
    after = await course(company.admin, approval.id)
    assert [(seat.id, seat.state) for seat in after[1]] == [(seat.id, seat.state) for seat in before[1]]


async def test_nobody_rescues_their_own_request(company: Company) -> None:
    await lay_down(company.admin, step(HR, when=OVERFLOW))
    approval = await ask(company.admin, **FACTS)
    with pytest.raises(Forbidden) as refused:
        await go_on(company, approval.id, take=False)
    assert refused.value.code == "OWN_REQUEST"
    with pytest.raises(Forbidden) as again:
        await resolve(company, approval.id)
    assert again.value.code == "OWN_REQUEST"


async def test_an_ordinary_seat_needs_no_rescue(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    with pytest.raises(WrongState) as refused:
        async with writing(company.admin, settle=settle) as work:
            await commands.go_on(work, task_id=seat, take=False, comment="Go.")
    assert refused.value.code == "NOT_STUCK"


async def test_the_simulator_shows_where_a_case_would_stop(company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR, when=OVERFLOW), step(BOSS))
    async with reading(company.admin) as work:
        foreseen = await queries.foresee(
            work, kind=SubjectKind.RESIGNATION, purpose="", facts=FACTS, requester_id=company.engineer.id or uuid4()
        )
    assert [each.problem.values["failure"] if each.problem else None for each in foreseen.steps] == [
        None,
        "overflow",
        None,
    ]
    assert foreseen.steps[1].seats == ()
