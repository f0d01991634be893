"""A seat is of use only to who may decide: whoever lacks the permission is passed by, as where nobody sits."""

from contextlib import nullcontext
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select

from domain.approvals import commands, queries
from domain.approvals.models import Approval
from domain.approvals.rules.states import EndReason, SeatReason, State, TaskState
from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from domain.organisation.models import Staff
from domain.organisation.queries import today
from domain.rulebook import queries as rulebook
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.identity import people
from tenancy.members import MemberRole
from tenancy.refusals import Invalid
from tests.conftest import found_company
from tests.domain.approvals.company import BOSS, HEAD, HR, Company, ask, course, entry, founded, lay_down, step, waiting
from tests.domain.approvals.test_deadlines import time_passes


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def powerless(company: Company, *actors: Actor) -> None:
    """These lose every role, without anything that follows from it."""
    async with writing(company.admin, settle=settle) as work:
        for actor in actors:
            await work.rows(delete(MemberRole).where(MemberRole.member_id == actor.id))


async def seats(company: Company, approval_id: UUID) -> list[tuple[UUID | None, SeatReason | None, EndReason | None]]:
    _, tasks = await course(company.admin, approval_id)
    return [(task.assignee_id, task.seat_reason, task.end_reason) for task in tasks]


async def test_who_may_not_decide_is_as_if_the_step_were_vacant_and_each_company_says_what_follows(
    company: Company, globex: Actor, pool: None
) -> None:
    other, third = await founded(globex), await founded(await found_company("Third"))
    found = {}
    for each, when in ((company, "stop"), (other, "superior")):
        await powerless(each, each.hr)
        await lay_down(each.admin, step(HR, when_vacant=when))
        found[when] = await seats(each, (await ask(each.engineer)).id)
    assert found["stop"] == [(None, SeatReason.NO_PERMISSION_STOPPED, None)]
    assert found["superior"] == [(other.head.id, SeatReason.NO_PERMISSION_SUPERIOR, None)]
    async with reading(third.admin) as work:
        assert await work.all(select(Approval)) == []


async def test_a_step_nobody_of_which_may_decide_is_left_out_where_the_chain_says_so(company: Company) -> None:
    await powerless(company, company.hr)
    await lay_down(company.admin, step(HR, when_vacant="skip"), step(BOSS))
    assert await seats(company, (await ask(company.engineer)).id) == [
        (None, None, EndReason.NO_PERMISSION_SKIPPED),
        (company.boss.id, None, None),
    ]


async def test_the_others_of_a_step_decide_without_who_may_not(company: Company) -> None:
    await powerless(company, company.colleague)
    await lay_down(company.admin, step(entry("post", value="Engineer"), mode="all"))
    found = await seats(company, (await ask(company.engineer)).id)
    assert (company.head.id, None, None) in found
    assert {reason for _, _, reason in found} == {
        None,
        EndReason.NO_PERMISSION_LEFT_OUT,
        EndReason.REQUESTER_LEFT_OUT,
    }
    assert company.colleague.id not in {person for person, _, _ in found}


async def test_a_superior_who_may_not_decide_stands_in_for_nobody(company: Company) -> None:
    await powerless(company, company.head, company.hr)
    await lay_down(company.admin, step(HR, when_vacant="superior"))
    approval = await ask(company.engineer)
    assert await seats(company, approval.id) == [(company.boss.id, SeatReason.NO_PERMISSION_SUPERIOR, None)]


async def test_nothing_escalates_to_who_may_not_decide(company: Company) -> None:
    await powerless(company, company.boss)
    await lay_down(company.admin, step(HEAD, deadline={"working_days": 2}, on_deadline="escalate"))
    approval = await ask(company.engineer)
    await time_passes(company, approval.id)
    found = await seats(company, approval.id)
    assert found[-1] == (company.admin.id, SeatReason.ESCALATED_ADMINISTRATOR, None)


@pytest.mark.parametrize("how", ["transfer", "reassign", "add", "delegate"])
async def test_nobody_gives_a_seat_to_who_may_not_decide(company: Company, how: str) -> None:
    await powerless(company, company.colleague)
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    before = await seats(company, approval.id)
    to: dict[str, Any] = {"to_id": company.colleague.id}
    with pytest.raises(Invalid) as refused:
        async with writing(company.admin if how == "reassign" else company.head, settle=settle) as work:
            match how:
                case "transfer":
                    await commands.transfer(work, task_id=seat, **to)
                case "reassign":
                    await commands.reassign(work, task_id=seat, **to)
                case "add":
                    await commands.add_approver(work, task_id=seat, before=True, **to)
                case _:
                    until = work.now.replace(year=work.now.year + 1, day=1)
                    await commands.delegate(work, starts_at=work.now, ends_at=until, **to)
    assert (refused.value.code, refused.value.path) == ("MAY_NOT_DECIDE", ("toId",))
    assert await seats(company, approval.id) == before


@pytest.mark.parametrize("by", ["roles", "role"])
async def test_who_loses_the_permission_loses_their_seats(company: Company, by: str) -> None:
    await lay_down(company.admin, step(HEAD, HR, mode="all"))
    approval = await ask(company.engineer)
    async with writing(company.admin, settle=settle) as work:
        held = select(MemberRole).where(MemberRole.member_id == company.head.id)
        (role,) = await work.all(held)
        if by == "roles":
            await people.set_roles(work, member_id=company.head.id or uuid4(), role_ids=[])
        else:
            await people.change_role(work, role_id=role.role_id, name="Approver", permissions=["members.read"])
    stands, tasks = await course(company.admin, approval.id)
    assert stands.state is State.WAITING
    assert {(task.assignee_id, task.seat_reason) for task in tasks if task.state is TaskState.WAITING} == {
        (company.hr.id, None),
        (company.boss.id, SeatReason.LOST_PERMISSION),
    }
    assert {task.end_reason for task in tasks} == {None, EndReason.LOST_PERMISSION}


async def test_a_role_that_still_allows_it_changes_no_seat(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    async with writing(company.admin, settle=settle) as work:
        (role,) = await work.all(select(MemberRole).where(MemberRole.member_id == company.head.id))
        words = [Permission.APPROVALS_DECIDE.value, "members.read"]
        await people.change_role(work, role_id=role.role_id, name="Approver", permissions=words)
    assert await seats(company, approval.id) == [(company.head.id, None, None)]


async def test_linter_and_simulator_say_that_nobody_may_decide(company: Company) -> None:
    await powerless(company, company.hr)
    version_id = await lay_down(company.admin, step(HR, when_vacant="administrator"), step(BOSS))
    async with reading(company.admin) as work:
        found = await rulebook.findings(work, version_id)
        assert [finding.values["step"] for finding in found if finding.code == "NO_PERMISSION"] == [1]
        foreseen = await queries.foresee(
            work, kind=SubjectKind.RESIGNATION, purpose="", facts={}, requester_id=company.engineer.id or uuid4()
        )
    assert [(seat.member_id, seat.reason) for seat in foreseen.steps[0].seats] == [
        (company.admin.id, SeatReason.NO_PERMISSION_ADMINISTRATOR)
    ]


async def test_nobody_decides_before_their_first_day_of_work(company: Company, globex: Actor) -> None:
    other = await founded(globex)
    async with writing(company.admin, settle=settle) as work:
        colleague = await work.get(Staff, company.colleague.id, lock=True)
        first = colleague.hired_on = today(work) + timedelta(days=9)
    found = {}
    for each in (company, other):
        await lay_down(each.admin, step(entry("post", value="Engineer"), mode="all"))
        approval = await ask(each.engineer)
        found[each.admin.id] = {person for person, _, _ in await seats(each, approval.id)}
        if each is company:
            here = approval
    assert company.colleague.id not in found[company.admin.id]
    assert other.colleague.id in found[other.admin.id]
    assert EndReason.NO_PERMISSION_LEFT_OUT in {reason for _, _, reason in await seats(company, here.id)}
    seat = (await waiting(company.admin, here.id))[company.head.id]
    with pytest.raises(Invalid, match="first day of work") as refused:
        async with writing(company.admin, settle=settle) as work:
            await commands.reassign(work, task_id=seat, to_id=company.colleague.id)
    assert (refused.value.code, refused.value.path) == ("MAY_NOT_DECIDE", ("toId",))
    # For a time when they are there they can be asked to stand in; not before.
    for early in (True, False):
        begins = datetime.combine(first, time(12), tzinfo=UTC) - timedelta(days=3 if early else 0)
        with pytest.raises(Invalid, match="first day of work") if early else nullcontext():
            async with writing(company.head, settle=settle) as work:
                until = begins + timedelta(days=5)
                await commands.delegate(work, to_id=company.colleague.id, starts_at=begins, ends_at=until)
    async with writing(company.admin, settle=settle) as work:
        work.now += timedelta(days=10)
        await commands.reassign(work, task_id=seat, to_id=company.colleague.id)
