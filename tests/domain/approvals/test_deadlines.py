"""What time does to an approval: by the business calendar it reminds, escalates or decides, once for every turn."""

from datetime import UTC, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from domain.approvals import commands
from domain.approvals.events import ApprovalStepDue
from domain.approvals.rules.states import EndReason, SeatReason, State, TaskState
from domain.consequences import settle
from domain.kernel.subjects import Subject, SubjectKind
from domain.organisation.models import Staff
from domain.policies import commands as handbooks
from domain.policies import queries as policies
from domain.policies.rules import checks
from domain.policies.rules.kinds import BusinessCalendarClause
from domain.policies.rules.values import Target
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Task
from tenancy.database import reading, writing
from tenancy.journal import Event, JournalEntry
from tests.domain.approvals.company import BOSS, HEAD, HR, Company, ask, course, entry, founded, lay_down, step, waiting
from tests.domain.policies.handbooks import OFFICE_HOURS, draft, write

TWO_DAYS = {"deadline": {"working_days": 2}}


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def timers(company: Company, approval_id: UUID) -> list[AgendaItem]:
    async with reading(company.admin) as work:
        about = select(AgendaItem).where(AgendaItem.subject_id == approval_id, AgendaItem.task == Task.FIRE)
        return await work.all(about.order_by(AgendaItem.due_at))


async def time_passes(company: Company, approval_id: UUID) -> None:
    """Fire the approval's timer as a worker does: at its instant, by the system, and then it is gone."""
    (item,) = await timers(company, approval_id)
    assert item.name is not None
    assert item.payload is not None
    async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
        work.now = item.due_at
        stored = await work.get(AgendaItem, item.id)
        work.record(Event.load(item.name, item.payload))
        await settle(work)
        work.delete(stored)


async def count(company: Company, name: str) -> int:
    async with reading(company.admin) as work:
        return len(await work.all(select(JournalEntry).where(JournalEntry.name == name)))


async def test_a_step_is_due_on_the_business_calendar(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, **TWO_DAYS))
    approval = await ask(company.engineer)
    (timer,) = await timers(company, approval.id)
    async with reading(company.admin) as work:
        calendar = (await policies.rule(work, BusinessCalendarClause)).value
    assert timer.due_at == approval.step_due_at
    assert timer.due_at == Target(working_days=2).ends_at(approval.opened_at, calendar)


async def test_without_a_deadline_nothing_happens_by_itself(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    assert await timers(company, approval.id) == []


async def test_reminders_come_as_often_as_the_chain_says(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, **TWO_DAYS, most_reminders=2))
    approval = await ask(company.engineer)
    for _ in range(2):
        await time_passes(company, approval.id)
    assert await count(company, "approvals.reminded") == 2
    assert await timers(company, approval.id) == []
    assert set(await waiting(company.admin, approval.id)) == {company.head.id}


@pytest.mark.parametrize(("on_deadline", "state"), [("approve", State.GRANTED), ("reject", State.REFUSED)])
async def test_time_does_not_decide_in_a_seat_that_waits_for_an_administrator(
    company: Company, on_deadline: str, state: State
) -> None:
    """Who is named then has the whole time of the step, and only that decides in their place."""
    stopping = step(entry("customer_owner"), **TWO_DAYS, on_deadline=on_deadline, when_vacant="stop", most_reminders=1)
    await lay_down(company.admin, stopping)
    approval = await ask(company.engineer)
    await time_passes(company, approval.id)
    stands, (seat,) = await course(company.admin, approval.id)
    assert (stands.state, seat.state, seat.assignee_id) == (State.WAITING, TaskState.WAITING, None)
    async with writing(company.admin, settle=settle) as work:
        await commands.reassign(work, task_id=seat.id, to_id=company.hr.id)
    _, seats = await course(company.admin, approval.id)
    assert seats[-1].assignee_id == company.hr.id
    await time_passes(company, approval.id)
    stands, seats = await course(company.admin, approval.id)
    assert (stands.state, seats[-1].end_reason) == (state, EndReason.DEADLINE)


async def test_a_reminder_does_not_move_the_deadline(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, **TWO_DAYS, most_reminders=3))
    approval = await ask(company.engineer)
    deadline = approval.step_due_at
    for _ in range(2):
        await time_passes(company, approval.id)
        stands, (seat,) = await course(company.admin, approval.id)
        (reminder,) = await timers(company, approval.id)
        assert deadline is not None
        assert stands.step_due_at == seat.due_at == deadline < reminder.due_at


async def test_an_escalated_seat_is_the_superior_s_until_the_line_ends(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, **TWO_DAYS, on_deadline="escalate", most_reminders=5))
    approval = await ask(company.engineer)
    await time_passes(company, approval.id)
    _, tasks = await course(company.admin, approval.id)
    assert [(task.assignee_id, task.state, task.seat_reason) for task in tasks] == [
        (company.head.id, TaskState.VOID, None),
        (company.boss.id, TaskState.WAITING, SeatReason.ESCALATED),
    ]
    # Above the boss is nobody: it goes to who administers approvals, and stays there.
    await time_passes(company, approval.id)
    assert set(await waiting(company.admin, approval.id)) == {company.admin.id}
    assert await count(company, "approvals.reminded") == 0
    await time_passes(company, approval.id)
    _, tasks = await course(company.admin, approval.id)
    assert (tasks[-1].assignee_id, tasks[-1].seat_reason) == (company.admin.id, SeatReason.ESCALATED_ADMINISTRATOR)
    assert tasks[-2].end_reason is EndReason.ESCALATED_ADMINISTRATOR
    assert await count(company, "approvals.reminded") == 1


async def test_without_a_superior_a_seat_escalates_to_the_head_of_the_department_above(company: Company) -> None:
    async with writing(company.admin, settle=settle) as work:
        staff = await work.get(Staff, company.colleague.id or uuid4(), lock=True)
        staff.superior_id = None
    chain = step({"by": "member", "value": str(company.colleague.id)}, **TWO_DAYS, on_deadline="escalate")
    await lay_down(company.admin, chain)
    approval = await ask(company.engineer)
    await time_passes(company, approval.id)
    _, tasks = await course(company.admin, approval.id)
    assert (tasks[-1].assignee_id, tasks[-1].seat_reason) == (company.head.id, SeatReason.ESCALATED_HEAD)
    assert tasks[0].end_reason is EndReason.ESCALATED_HEAD


async def test_two_seats_do_not_both_escalate_to_one_superior(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, HR, mode="all", **TWO_DAYS, on_deadline="escalate"))
    approval = await ask(company.engineer)
    await time_passes(company, approval.id)
    assert set(await waiting(company.admin, approval.id)) == {company.boss.id, company.admin.id}


@pytest.mark.parametrize(
    ("on_deadline", "state", "seat"),
    [("approve", State.GRANTED, TaskState.APPROVED), ("reject", State.REFUSED, TaskState.REJECTED)],
)
async def test_silence_decides_where_the_chain_says_so_and_cites_its_clause(
    company: Company, on_deadline: str, state: State, seat: TaskState
) -> None:
    await lay_down(company.admin, step(HEAD, HR, mode="all", **TWO_DAYS, on_deadline=on_deadline))
    approval = await ask(company.engineer)
    await time_passes(company, approval.id)
    approval, tasks = await course(company.admin, approval.id)
    assert approval.state is state
    assert [(task.state, task.end_reason) for task in tasks] == [(seat, EndReason.DEADLINE)] * 2
    async with reading(company.admin) as work:
        decisions = await policies.decisions_about(work, Subject(SubjectKind.APPROVAL, approval.id))
    assert [(each.decision, each.result) for each in decisions if each.decision == "approvals.deadline"] == [
        ("approvals.deadline", {"action": on_deadline})
    ]


async def test_the_timer_is_armed_anew_for_every_step(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, **TWO_DAYS), step(HR, deadline={"working_minutes": 60}))
    approval = await ask(company.engineer)
    (first,) = await timers(company, approval.id)
    async with writing(company.head, settle=settle) as work:
        seat = (await waiting(company.admin, approval.id))[company.head.id]
        await commands.approve(work, task_id=seat)
    (second,) = await timers(company, approval.id)
    assert (first.key, second.key) == (f"approval:{approval.id}:0:0:0", f"approval:{approval.id}:0:1:0")


async def test_a_decided_approval_has_no_timers_left(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, **TWO_DAYS))
    approval = await ask(company.engineer)
    async with writing(company.engineer, settle=settle) as work:
        await commands.withdraw(work, approval_id=approval.id)
    assert await timers(company, approval.id) == []


@pytest.mark.parametrize(("step_number", "turn"), [(0, 1), (1, 0)])
async def test_a_timer_that_is_out_of_date_does_nothing(company: Company, step_number: int, turn: int) -> None:
    await lay_down(company.admin, step(HEAD, **TWO_DAYS, on_deadline="approve"), step(BOSS))
    approval = await ask(company.engineer)
    async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
        work.record(ApprovalStepDue(approval_id=approval.id, step=step_number, turn=turn))
    assert set(await waiting(company.admin, approval.id)) == {company.head.id}


@pytest.mark.parametrize(
    ("started", "target", "ends"),
    [
        # A Friday afternoon; the week runs from Monday to Friday, 9 to 12 and 13 to 18.
        ("2026-11-20T17:00", {"working_minutes": 120}, "2026-11-23T10:00"),
        ("2026-11-20T17:00", {"working_days": 1}, "2026-11-23T17:00"),
        ("2026-11-20T17:00", {"working_days": 1, "end_of_day": True}, "2026-11-23T18:00"),
        ("2026-11-21T11:00", {"working_days": 1}, "2026-11-23T18:00"),
        ("2026-11-20T08:00", {"working_days": 2}, "2026-11-23T18:00"),
        ("2026-11-20T12:30", {"working_days": 1}, "2026-11-23T12:00"),
    ],
)
def test_a_target_ends_within_working_time(started: str, target: dict[str, object], ends: str) -> None:
    calendar = checks.parse(BusinessCalendarClause, OFFICE_HOURS)
    zone = ZoneInfo("Asia/Shanghai")
    found = Target.model_validate(target).ends_at(datetime.fromisoformat(started).replace(tzinfo=zone), calendar)
    assert found == datetime.fromisoformat(ends).replace(tzinfo=zone)


async def test_a_new_calendar_reaches_open_approvals_only_where_it_says_so(acme: Actor, globex: Actor) -> None:
    found = {}
    saturday = OFFICE_HOURS["weekly_hours"] | {"saturday": [["09:00", "18:00"]]}
    for admin, open_too in ((acme, True), (globex, False)):
        mine = await founded(admin)
        await lay_down(admin, step(HEAD), step(HR, **TWO_DAYS))
        approval = await ask(mine.engineer)
        async with writing(admin, settle=settle) as work:
            version = await draft(work)
            value = OFFICE_HOURS | {"weekly_hours": saturday}
            await write(work, version.id, "1.1", "business_calendar", value, applies_to_open_cases=open_too)
            await handbooks.submit_version(work, version_id=version.id)
            await handbooks.publish_version(work, version_id=version.id)
        seat = (await waiting(admin, approval.id))[mine.head.id]
        async with writing(mine.head, settle=settle) as work:
            # A Friday in working hours, after which a Saturday is worked or not.
            work.now = datetime(2027, 3, 5, 2, tzinfo=UTC)
            await commands.approve(work, task_id=seat)
        stands, _ = await course(admin, approval.id)
        assert stands.step_due_at is not None
        found[open_too] = stands.step_due_at.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
    assert found == {True: "2027-03-08", False: "2027-03-09"}
