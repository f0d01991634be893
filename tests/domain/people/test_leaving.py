"""Leaving, from the letter to the last working moment, as two companies lay it down differently."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from domain.approvals import commands as approvals
from domain.approvals.models import Approval
from domain.approvals.rules import states as approval_states
from domain.consequences import settle
from domain.kernel.subjects import Subject, SubjectKind
from domain.organisation.models import Staff
from domain.people import commands, queries
from domain.people.events import LastMomentReached
from domain.people.models import Resignation
from domain.people.rules import State
from domain.policies import queries as policies
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem
from tenancy.database import reading, writing
from tenancy.members import Member
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, WrongState
from tests.conftest import found_company
from tests.domain.people.company import (
    HEAD,
    HR,
    LEADERSHIP,
    PROBATION_UNTIL,
    Company,
    approve,
    chain,
    founded,
    lay_down,
    return_to_its_writer,
    seat_of,
    stored,
)
from tests.locks import is_done_or_waits
from tests.workers.facts import found_rehearsal

# A Monday morning, on which both rehearsal companies stand.
NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
LETTER = date(2026, 6, 1)


@pytest.fixture
async def software(pool: None) -> Company:
    """Thirty days of notice for everybody; head of department, HR and leadership agree; nothing is waived."""
    company = await founded(await found_rehearsal(NOW))
    await lay_down(company.admin, {"days": 30}, chain(HEAD, HR, LEADERSHIP))
    return company


@pytest.fixture
async def service(pool: None) -> Company:
    """Fifteen days on probation and thirty otherwise, which may be waived; leadership is asked only about waivers."""
    company = await founded(await found_rehearsal(NOW))
    waived = {"fact": "waived_days", "operator": "at_least", "value": 1}
    notice = {"days": 30, "probation_days": 15, "waiver_allowed": True}
    await lay_down(company.admin, notice, chain(HEAD, HR, (LEADERSHIP, waived)))
    return company


async def submit(actor: Actor, letter_on: date = LETTER, **more: Any) -> Resignation:
    async with writing(actor, settle=settle) as work:
        return await commands.submit_resignation(work, letter_on=letter_on, **more)


async def pass_time(admin: Actor, time: timedelta) -> None:
    """Put a rehearsal company's clock forward, without what would happen on the way."""
    async with writing(admin, settle=settle) as work:
        await work.sql("UPDATE tenants SET clock_at = clock_at + $2 WHERE id = $1", admin.tenant_id, time)


async def at_last_moment(resignation: Resignation) -> None:
    """What the timer does when its hour has come."""
    system = Actor.system(resignation.tenant_id)
    async with writing(system, settle=settle) as work:
        assert resignation.leaves_at is not None
        work.now = resignation.leaves_at
        work.record(LastMomentReached(resignation_id=resignation.id))


async def test_two_companies_make_different_last_days_of_the_same_letter(software: Company, service: Company) -> None:
    last_days = [
        (await submit(actor)).last_day_on
        for company in (software, service)
        for actor in (company.engineer, company.newcomer)
    ]
    assert last_days == [date(2026, 7, 1), date(2026, 7, 1), date(2026, 7, 1), date(2026, 6, 16)]


async def test_three_steps_here_and_two_there_decide(software: Company, service: Company) -> None:
    long = await submit(software.engineer)
    for approver in (software.head, software.hr):
        assert (await approve(approver, long.id)).state is State.SUBMITTED
    assert (await approve(software.boss, long.id)).state is State.APPROVED
    short = await submit(service.engineer)
    assert (await approve(service.head, short.id)).state is State.SUBMITTED
    assert (await approve(service.hr, short.id)).state is State.APPROVED


async def test_a_wish_to_go_earlier_asks_leadership_too_where_it_may_be_waived(service: Company) -> None:
    asked = await submit(service.engineer, wished_on=date(2026, 6, 12))
    assert (asked.last_day_on, asked.earliest_last_day_on) == (date(2026, 6, 12), date(2026, 7, 1))
    await approve(service.head, asked.id)
    assert (await approve(service.hr, asked.id)).state is State.SUBMITTED
    assert (await approve(service.boss, asked.id)).state is State.APPROVED


async def test_where_nothing_is_waived_a_wish_to_go_earlier_is_refused_by_its_clause(software: Company) -> None:
    with pytest.raises(Invalid) as refused:
        await submit(software.engineer, wished_on=date(2026, 6, 12))
    assert refused.value.path == ("wishedOn",)
    assert refused.value.clause is not None
    assert refused.value.clause.number == "4.1"


async def test_the_decision_cites_the_notice_clause_and_what_it_was_fed(service: Company) -> None:
    resignation = await submit(service.newcomer)
    async with reading(service.admin) as work:
        cited = await policies.decisions_about(work, Subject(SubjectKind.RESIGNATION, resignation.id))
        by_word = {decision.decision: decision for decision in cited}
        assert set(by_word) == {"people.last_day", "approvals.chain"}
        assert by_word["people.last_day"].inputs == {
            "letter_on": "2026-06-01",
            "on_probation": True,
            "wished_on": None,
            "notice_days": 15,
            "day_kind": "calendar",
        }
        assert by_word["people.last_day"].result == {
            "earliest_last_day_on": "2026-06-16",
            "last_day_on": "2026-06-16",
        }


async def test_the_notice_of_a_post_outweighs_that_of_the_company(pool: None) -> None:
    company = await founded(await found_rehearsal(NOW))
    sixty = ("4.2", "notice_period", {"days": 60}, {"post_id": str(company.engineer_post_id)})
    await lay_down(company.admin, {"days": 30}, chain(HEAD), sixty)
    assert (await submit(company.engineer)).notice_days == 60
    assert (await submit(company.hr)).notice_days == 30


async def test_probation_counts_on_the_day_of_the_letter(service: Company) -> None:
    async with writing(service.admin, settle=settle) as work:
        assert service.newcomer.id is not None
        newcomer = await work.get(Staff, service.newcomer.id)
        newcomer.probation_until = date(2026, 5, 31)
    assert PROBATION_UNTIL > LETTER
    after = await submit(service.newcomer)
    assert (after.on_probation, after.notice_days) == (False, 30)
    async with writing(service.newcomer, settle=settle) as work:
        await commands.withdraw_resignation(work, resignation_id=after.id)
    before = await submit(service.newcomer, date(2026, 5, 31))
    assert (before.on_probation, before.notice_days) == (True, 15)


async def test_work_ends_at_closing_time_of_the_last_day_and_access_with_it(service: Company) -> None:
    resignation = await submit(service.newcomer)
    await approve(service.head, resignation.id)
    approved = await approve(service.hr, resignation.id)
    assert approved.leaves_at == datetime(2026, 6, 16, 10, tzinfo=UTC)
    await at_last_moment(approved)
    async with reading(service.admin) as work:
        left = await work.get(Resignation, resignation.id)
        staff, member = await work.get(Staff, left.staff_id), await work.get(Member, left.staff_id)
        assert (left.state, staff.left_on, member.active) == (State.LEFT, date(2026, 6, 16), False)


async def test_a_timer_before_the_last_moment_lets_nobody_go(service: Company) -> None:
    resignation = await submit(service.newcomer)
    await approve(service.head, resignation.id)
    await approve(service.hr, resignation.id)
    async with writing(Actor.system(service.admin.tenant_id), settle=settle) as work:
        work.record(LastMomentReached(resignation_id=resignation.id))
    assert (await stored(service.admin, resignation.id)).state is State.APPROVED


async def test_nobody_leaves_before_it_is_approved_however_long_that_takes(service: Company) -> None:
    resignation = await submit(service.newcomer, date(2026, 5, 12))
    assert resignation.last_day_on == date(2026, 5, 27)
    await approve(service.head, resignation.id)
    approved = await approve(service.hr, resignation.id)
    assert (approved.last_day_on, approved.leaves_at) == (LETTER, datetime(2026, 6, 1, 10, tzinfo=UTC))


async def test_a_returned_letter_is_changed_and_approved_anew_by_its_own_version(service: Company) -> None:
    resignation = await submit(service.engineer, wished_on=date(2026, 6, 12))
    await approve(service.head, resignation.id)
    await return_to_its_writer(service.hr, resignation.id)
    assert (await stored(service.hr, resignation.id)).state is State.RETURNED
    await pass_time(service.admin, timedelta(hours=1))
    await lay_down(service.admin, {"days": 90}, chain(LEADERSHIP))
    async with writing(service.engineer, settle=settle) as work:
        again = await commands.resubmit_resignation(
            work, resignation_id=resignation.id, letter_on=LETTER, reason="A new start", wished_on=None
        )
        assert (again.last_day_on, again.state) == (date(2026, 7, 1), State.SUBMITTED)
    await approve(service.head, resignation.id)
    assert (await approve(service.hr, resignation.id)).state is State.APPROVED


async def test_a_returned_letter_whose_last_day_has_passed_is_dated_anew(service: Company) -> None:
    resignation = await submit(service.newcomer, date(2026, 5, 25))
    await return_to_its_writer(service.head, resignation.id)
    await pass_time(service.admin, timedelta(days=20))

    async def again(letter_on: date) -> date:
        async with writing(service.newcomer, settle=settle) as work:
            found = await commands.resubmit_resignation(work, resignation_id=resignation.id, letter_on=letter_on)
            return found.last_day_on

    with pytest.raises(Invalid, match="has passed") as refused:
        await again(date(2026, 5, 25))
    assert (refused.value.path, refused.value.clause is not None) == (("letterOn",), True)
    assert (await stored(service.hr, resignation.id)).state is State.RETURNED
    assert await again(date(2026, 6, 21)) == refused.value.values["earliest_on"]


@pytest.mark.parametrize(("waits_days", "last_days"), [(1, ["2026-06-03"]), (30, ["2026-06-03", "2026-07-01"])])
async def test_a_letter_approved_after_its_last_day_says_which_day_it_is_now_and_why(
    service: Company, waits_days: int, last_days: list[str]
) -> None:
    resignation = await submit(service.engineer, wished_on=date(2026, 6, 3))
    await approve(service.head, resignation.id)
    await approve(service.hr, resignation.id)
    await pass_time(service.admin, timedelta(days=waits_days))
    approved = await approve(service.boss, resignation.id)
    async with reading(service.admin) as work:
        cited = await policies.decisions_about(work, Subject(SubjectKind.RESIGNATION, resignation.id))
    days = sorted((each for each in cited if each.decision == "people.last_day"), key=lambda each: each.id)
    assert [each.result["last_day_on"] for each in days] == last_days
    assert (approved.state, approved.last_day_on.isoformat()) == (State.APPROVED, last_days[-1])
    assert {each.clause_id for each in days} == {days[0].clause_id}
    if len(days) > 1:
        assert days[1].inputs == {"last_day_on": "2026-06-03", "approved_on": "2026-07-01"}


async def test_a_refusal_ends_it_and_one_may_resign_again(service: Company) -> None:
    resignation = await submit(service.engineer)
    task_id = await seat_of(service.head, resignation.id)
    assert task_id is not None
    async with writing(service.head, settle=settle) as work:
        await approvals.reject(work, task_id=task_id, comment="We need you.")
    refused = await stored(service.head, resignation.id)
    assert (refused.state, refused.decided_at, refused.leaves_at) == (State.REFUSED, NOW, None)
    async with reading(service.admin) as work:
        cited = await policies.decisions_about(work, Subject(SubjectKind.RESIGNATION, resignation.id))
    assert [(each.inputs["approval_id"], each.result) for each in cited if each.decision == "people.refused"] == [
        (str(refused.approval_id), {"state": "refused"})
    ]
    assert (await submit(service.engineer)).state is State.SUBMITTED


async def test_nobody_resigns_twice_at_once(service: Company) -> None:
    await submit(service.engineer)
    with pytest.raises(Conflict):
        await submit(service.engineer)


async def test_who_takes_the_letter_back_ends_its_approval_and_the_other_way_round(service: Company) -> None:
    first = await submit(service.engineer)
    async with writing(service.engineer, settle=settle) as work:
        await commands.withdraw_resignation(work, resignation_id=first.id)
    async with reading(service.admin) as work:
        assert first.approval_id is not None
        assert (await work.get(Approval, first.approval_id)).state is approval_states.State.WITHDRAWN
    second = await submit(service.engineer)
    async with writing(service.engineer, settle=settle) as work:
        assert second.approval_id is not None
        await approvals.withdraw(work, approval_id=second.approval_id)
    assert (await stored(service.admin, second.id)).state is State.WITHDRAWN


async def test_an_approved_letter_is_not_taken_back(service: Company) -> None:
    resignation = await submit(service.engineer)
    await approve(service.head, resignation.id)
    await approve(service.hr, resignation.id)
    with pytest.raises(WrongState):
        async with writing(service.engineer, settle=settle) as work:
            await commands.withdraw_resignation(work, resignation_id=resignation.id)


async def test_the_rest_of_a_notice_is_waived_by_personnel_and_moves_the_timer(service: Company) -> None:
    resignation = await submit(service.engineer)
    await approve(service.head, resignation.id)
    await approve(service.hr, resignation.id)
    async with writing(service.hr, settle=settle) as work:
        waived = await commands.waive_notice(
            work, resignation_id=resignation.id, last_day_on=date(2026, 6, 19), reason="Handed over."
        )
        assert (waived.last_day_on, waived.leaves_at) == (date(2026, 6, 19), datetime(2026, 6, 19, 10, tzinfo=UTC))
    async with reading(service.admin) as work:
        timers = await work.all(select(AgendaItem).where(AgendaItem.subject_id == resignation.id))
        assert [timer.due_at for timer in timers] == [waived.leaves_at]


async def test_who_waives_a_notice_waits_for_a_timer_that_fires_just_then(service: Company, owner_url: str) -> None:
    resignation = await submit(service.engineer)
    await approve(service.head, resignation.id)
    await approve(service.hr, resignation.id)

    async def waive() -> None:
        async with writing(service.hr, settle=settle) as work:
            await commands.waive_notice(work, resignation_id=resignation.id, last_day_on=date(2026, 6, 19))

    async with writing(Actor.system(service.admin.tenant_id), settle=settle) as worker:
        timers = select(AgendaItem).where(AgendaItem.subject_id == resignation.id)
        assert await worker.all(timers.with_for_update())
        waiving = asyncio.create_task(waive())
        await is_done_or_waits(waiving, owner_url)
        await worker.get(Resignation, resignation.id, lock=True)
    await waiving
    assert (await stored(service.admin, resignation.id)).last_day_on == date(2026, 6, 19)


async def test_nobody_waives_their_own_notice_nor_where_the_handbook_forbids_it(
    software: Company, service: Company
) -> None:
    own = await submit(service.hr)
    with pytest.raises(Forbidden):
        async with writing(service.hr, settle=settle) as work:
            await commands.waive_notice(work, resignation_id=own.id, last_day_on=LETTER)
    resignation = await submit(software.engineer)
    for approver in (software.head, software.hr, software.boss):
        await approve(approver, resignation.id)
    with pytest.raises(Invalid) as refused:
        async with writing(software.hr, settle=settle) as work:
            await commands.waive_notice(work, resignation_id=resignation.id, last_day_on=date(2026, 6, 19))
    assert refused.value.clause is not None


async def test_personnel_hand_in_for_others_and_nobody_else_does(service: Company) -> None:
    handed_in = await submit(service.hr, staff_id=service.engineer.id)
    assert (handed_in.staff_id, handed_in.submitted_by_id) == (service.engineer.id, service.hr.id)
    # It is their own matter now: when the chain comes to them, somebody else decides.
    async with writing(service.admin, settle=settle) as work:
        assert handed_in.approval_id is not None
        assert (await work.get(Approval, handed_in.approval_id)).own_of_ids == [service.hr.id]
    with pytest.raises(Forbidden) as refused:
        await submit(service.head, staff_id=service.newcomer.id)
    assert refused.value.values == {"permission": "people.manage"}
    silent = replace(service.newcomer, permissions=frozenset())
    with pytest.raises(Forbidden) as refused:
        await submit(silent)
    assert refused.value.values == {"permission": "people.resign"}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"letter_on": LETTER + timedelta(days=1)}, "letterOn"),
        ({"letter_on": LETTER - timedelta(days=32)}, "letterOn"),
        ({"wished_on": LETTER - timedelta(days=1)}, "wishedOn"),
        ({"wished_on": date(2029, 1, 1)}, "wishedOn"),
        ({"reason": "x" * 2001}, "reason"),
    ],
)
async def test_a_letter_that_cannot_be_says_which_part_of_it(
    service: Company, given: dict[str, Any], path: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await submit(service.engineer, **given)
    assert refused.value.path == (path,)
    async with reading(service.admin) as work:
        assert await work.all(select(Resignation)) == []


@pytest.fixture
async def letter(service: Company) -> UUID:
    """The engineer's letter, which waits for the head of their department."""
    return (await submit(service.engineer)).id


async def sees(actor: Actor, id: UUID) -> bool:
    async with reading(actor) as work:
        try:
            await queries.get(work, id)
        except NotFound:
            return False
        return True


async def test_a_letter_is_seen_by_its_writer_everybody_above_and_who_is_asked(service: Company, letter: UUID) -> None:
    people = ("engineer", "head", "boss", "hr", "newcomer", "outsider")
    assert [name for name in people if await sees(getattr(service, name), letter)] == [
        "engineer",
        "head",
        "boss",
        "hr",
    ]
    plain_hr = replace(service.hr, permissions=frozenset())
    assert not await sees(plain_hr, letter)
    await approve(service.head, letter)
    assert await sees(plain_hr, letter)


async def test_another_company_sees_no_letter_and_no_difference_from_none(service: Company, letter: UUID) -> None:
    stranger = await found_company()
    for unknown in (letter, uuid4()):
        assert not await sees(stranger, unknown)
        with pytest.raises(NotFound) as refused:
            async with writing(stranger, settle=settle) as work:
                await commands.withdraw_resignation(work, resignation_id=unknown)
        assert refused.value.path == ("resignationId",)


async def outcomes(*attempts: Awaitable[object]) -> list[str]:
    """What became of things attempted at once: nothing, or the name of the refusal."""
    found = await asyncio.gather(*attempts, return_exceptions=True)
    return sorted(type(each).__name__ if isinstance(each, BaseException) else "done" for each in found)


async def test_two_letters_at_once_are_one_and_a_conflict(service: Company) -> None:
    assert await outcomes(submit(service.engineer), submit(service.engineer)) == ["Conflict", "done"]


async def test_a_last_approval_and_a_withdrawal_at_once_take_effect_once(service: Company) -> None:
    async def withdraw(id: UUID) -> None:
        async with writing(service.engineer, settle=settle) as work:
            await commands.withdraw_resignation(work, resignation_id=id)

    for _ in range(3):
        resignation = await submit(service.engineer)
        await approve(service.head, resignation.id)
        task_id = await seat_of(service.hr, resignation.id)
        assert task_id is not None

        async def decide(task_id: UUID = task_id) -> None:
            async with writing(service.hr, settle=settle) as work:
                await approvals.approve(work, task_id=task_id)

        found = await outcomes(decide(), withdraw(resignation.id))
        assert found == ["WrongState", "done"]
        ended = await stored(service.admin, resignation.id)
        if ended.state is State.APPROVED:
            return
        assert (ended.state, ended.leaves_at) == (State.WITHDRAWN, None)
