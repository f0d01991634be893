"""Deciding for somebody who is away: for a period, never for oneself, and on record."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.approvals import commands, queries
from domain.approvals.models import Approval, ApprovalDelegation
from domain.approvals.rules.states import SeatReason, State
from domain.consequences import settle
from domain.organisation import commands as organisation
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, WrongState
from tests.conftest import found_company
from tests.domain.approvals.company import BOSS, HEAD, HR, Company, ask, course, founded, lay_down, step, waiting

DAY = timedelta(days=1)


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def now(actor: Actor) -> datetime:
    async with reading(actor) as work:
        return work.now


async def away(actor: Actor, to: Actor, start: timedelta = timedelta(), end: timedelta = DAY) -> ApprovalDelegation:
    """The one is away from then until then, and the other decides."""
    async with writing(actor, settle=settle) as work:
        assert to.id is not None
        return await commands.delegate(
            work, to_id=to.id, starts_at=work.now + start, ends_at=work.now + end, reason="Holidays"
        )


async def decide(
    actor: Actor, of: Actor, company: Company, approval: Approval, *, after: timedelta = timedelta()
) -> Any:
    """Approve in somebody's seat, some time from now."""
    seat = (await waiting(company.admin, approval.id))[of.id]
    async with writing(actor, settle=settle) as work:
        work.now += after
        return await commands.approve(work, task_id=seat)


async def test_who_is_asked_to_decides_for_who_is_away_and_it_is_on_record(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    await away(company.head, company.hr)
    assert (await decide(company.hr, company.head, company, approval)).state is State.GRANTED
    _, (task,) = await course(company.admin, approval.id)
    assert (task.assignee_id, task.instead_of_id) == (company.hr.id, company.head.id)
    assert task.seat_reason is SeatReason.DELEGATED
    # Who comes back too late hears that it is done, and in whose name.
    with pytest.raises(Forbidden, match="stand-in has dealt with this") as refused:
        async with writing(company.head, settle=settle) as work:
            await commands.approve(work, task_id=task.id)
    assert refused.value.code == "NOT_YOURS"


async def test_who_is_away_may_still_decide(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    await away(company.head, company.hr)
    assert (await decide(company.head, company.head, company, approval)).state is State.GRANTED


async def test_a_delegation_begins_and_ends_by_itself(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    await away(company.head, company.hr, DAY, 2 * DAY)
    for too_early_or_late in (timedelta(), 3 * DAY):
        with pytest.raises(NotFound):
            await decide(company.hr, company.head, company, approval, after=too_early_or_late)
    assert (await decide(company.hr, company.head, company, approval, after=1.5 * DAY)).state is State.GRANTED


async def test_a_delegation_is_ended_before_its_time_by_either_of_the_two(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    delegation = await away(company.head, company.hr)
    with pytest.raises(NotFound):
        async with writing(company.colleague, settle=settle) as work:
            await commands.end_delegation(work, delegation_id=delegation.id)
    for ender in (company.head, company.hr, company.admin):
        async with writing(ender, settle=settle) as work:
            await commands.end_delegation(work, delegation_id=delegation.id)
            with pytest.raises(WrongState):
                await commands.end_delegation(work, delegation_id=delegation.id)
        with pytest.raises(NotFound):
            await decide(company.hr, company.head, company, approval)
        delegation = await away(company.head, company.hr)


async def test_a_delegate_never_decides_on_their_own_request(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    await away(company.head, company.engineer)
    with pytest.raises(Forbidden) as refused:
        await decide(company.engineer, company.head, company, approval)
    assert refused.value.code == "OWN_REQUEST"


async def test_nobody_has_two_voices_in_a_step(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, HR, mode="all"))
    approval = await ask(company.engineer)
    await away(company.head, company.hr)
    with pytest.raises(Conflict):
        await decide(company.hr, company.head, company, approval)


async def test_what_was_delegated_is_not_delegated_further(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    await away(company.head, company.hr)
    await away(company.hr, company.boss)
    with pytest.raises(NotFound):
        await decide(company.boss, company.head, company, approval)


async def test_nobody_delegates_to_themselves_or_in_a_circle(company: Company) -> None:
    with pytest.raises(Invalid):
        await away(company.head, company.head)
    await away(company.head, company.hr)
    with pytest.raises(Conflict):
        await away(company.hr, company.head)
    await away(company.hr, company.boss)
    with pytest.raises(Conflict) as refused:
        await away(company.boss, company.head)
    assert refused.value.code == "CIRCLE"
    # At another time there is no circle.
    await away(company.boss, company.head, 2 * DAY, 3 * DAY)


async def test_one_person_has_one_delegate_at_a_time(company: Company) -> None:
    await away(company.head, company.hr)
    with pytest.raises(Conflict):
        await away(company.head, company.boss, DAY / 2, 2 * DAY)
    await away(company.head, company.boss, DAY, 2 * DAY)


@pytest.mark.parametrize(("start", "end"), [(DAY, DAY), (DAY, timedelta()), (-DAY, timedelta()), (DAY, 400 * DAY)])
async def test_a_delegation_has_a_time_that_can_be(company: Company, start: timedelta, end: timedelta) -> None:
    with pytest.raises(Invalid):
        await away(company.head, company.hr, start, end)


async def test_both_see_a_delegation_and_what_it_lets_them_decide(company: Company, globex: Actor) -> None:
    third = await found_company()
    await lay_down(company.admin, step(HEAD), step(BOSS))
    approval = await ask(company.engineer)
    await away(company.head, company.hr)

    async def sees(actor: Actor) -> tuple[bool, bool, bool]:
        async with reading(actor) as work:
            given = select(ApprovalDelegation).where(queries.visible_delegations(actor, ApprovalDelegation))
            waits = select(Approval).where(queries.waiting_for_me(Approval))
            shown = select(Approval).where(queries.visible(actor, Approval))
            return bool(await work.all(given)), bool(await work.all(waits)), bool(await work.all(shown))

    assert await sees(company.head) == (True, True, True)
    assert await sees(company.hr) == (True, True, True)
    assert await sees(company.colleague) == (False, False, False)
    assert await sees(third) == (False, False, False)
    assert await sees(globex) == (False, False, False)
    await decide(company.hr, company.head, company, approval)
    assert await sees(company.head) == (True, False, True)
    assert await sees(company.hr) == (True, False, True)


async def test_who_has_left_delegates_nothing_and_stands_in_for_nobody(company: Company) -> None:
    await away(company.head, company.hr)
    await away(company.boss, company.head)
    async with writing(company.admin, settle=settle) as work:
        assert company.head.id is not None
        await organisation.release(work, staff_id=company.head.id, left_on=work.now.date())
    async with reading(company.admin) as work:
        given = await work.all(select(ApprovalDelegation))
        assert all(each.ends_at <= work.now for each in given)


async def test_whoever_stands_in_passes_the_seat_on_where_the_step_allows_it(
    company: Company, globex: Actor, pool: None
) -> None:
    other, third = await founded(globex), await founded(await found_company("Third"))
    for each, allowed in ((company, True), (other, False)):
        await lay_down(each.admin, step(HEAD, delegates_may_transfer=allowed))
        await away(each.head, each.colleague)
    seats = {}
    for each in (company, other):
        approval = await ask(each.engineer)
        seats[each] = approval.id, (await waiting(each.admin, approval.id))[each.head.id]
    approval_id, seat = seats[company]
    async with writing(company.colleague, settle=settle) as work:
        await commands.transfer(work, task_id=seat, to_id=company.boss.id)  # type: ignore[arg-type]  # a member's id
    _, tasks = await course(company.admin, approval_id)
    assert (tasks[-1].assignee_id, tasks[-1].seat_reason, tasks[-1].instead_of_id) == (
        company.boss.id,
        SeatReason.TRANSFERRED,
        company.head.id,
    )
    approval_id, seat = seats[other]
    with pytest.raises(Forbidden) as refused:
        async with writing(other.colleague, settle=settle) as work:
            await commands.transfer(work, task_id=seat, to_id=other.boss.id)  # type: ignore[arg-type]  # a member's id
    assert refused.value.code == "NOT_YOURS"
    assert set(await waiting(other.admin, approval_id)) == {other.head.id}
    async with reading(third.admin) as work:
        assert await work.all(select(Approval)) == []


async def test_nobody_passes_on_what_is_their_own_matter(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, delegates_may_transfer=True))
    await away(company.head, company.engineer)
    approval = await ask(company.engineer)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    with pytest.raises(Forbidden) as refused:
        async with writing(company.engineer, settle=settle) as work:
            await commands.transfer(work, task_id=seat, to_id=company.boss.id)  # type: ignore[arg-type]  # a member's id
    assert refused.value.code == "OWN_REQUEST"
    assert set(await waiting(company.admin, approval.id)) == {company.head.id}


async def test_a_reason_that_is_too_long_is_refused_as_the_reason(company: Company) -> None:
    async with writing(company.head, settle=settle) as work:
        assert company.colleague.id is not None
        with pytest.raises(Invalid) as refused:
            await commands.delegate(
                work, to_id=company.colleague.id, starts_at=work.now, ends_at=work.now + DAY, reason="x" * 2001
            )
    assert refused.value.path == ("reason",)
    async with reading(company.head) as work:
        assert await work.all(select(ApprovalDelegation)) == []
