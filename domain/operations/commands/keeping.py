"""Keeping planned work to its day: reminding, telling the superiors one after another, taking it as missed (RQ-12)."""

from datetime import datetime

from domain.kernel.subjects import Subject, SubjectKind
from domain.operations.events import WorkAssigned, WorkEscalated, WorkMissed, WorkReminded, WorkStepDue
from domain.operations.models import ScheduledWork
from domain.operations.queries import works as queries
from domain.operations.rules.works import OPEN, WORKS, Marks, WorkMove, WorkState
from domain.organisation.events import StaffLeft
from domain.policies import commands as policies
from tenancy.outbox import lock_timers
from tenancy.work import Work


def wait(work: Work, planned: ScheduledWork, at: datetime | None) -> None:
    """Set the timer of planned work, if anything is due of it."""
    if at is not None:
        work.schedule(at, WorkStepDue(work_id=planned.id), about=planned.id, key=f"work:{planned.id}")


async def wait_for_the_next(work: Work, planned: ScheduledWork, marks: Marks) -> None:
    """Set the timer anew, after something was told or its day has moved."""
    begun = planned.state is not WorkState.PLANNED
    at = marks.next_at(reminded=planned.reminded_at is not None, levels=planned.levels, begun=begun)
    if at is None:
        await work.cancel_timers(planned.id)
    wait(work, planned, at)


async def work_due(work: Work, event: WorkStepDue) -> None:
    """Somebody is to be reminded or told, or it is missed. A timer that is late, early or outdated does no harm."""
    await lock_timers(work, event.work_id)
    planned = await work.get(ScheduledWork, event.work_id, lock=True)
    if planned.state not in OPEN:
        return
    marks = await queries.marks_of(work, planned)
    if marks.missed_at is not None and marks.missed_at <= work.now and planned.state is WorkState.PLANNED:
        await _miss(work, planned)
        return
    if planned.reminded_at is None and marks.remind_at <= work.now:
        planned.reminded_at = work.now
        work.record(WorkReminded(work_id=planned.id), about=planned)
    while planned.levels < len(marks.escalate_at) and marks.escalate_at[planned.levels] <= work.now:
        await _escalate(work, planned)
    await wait_for_the_next(work, planned, marks)


async def _miss(work: Work, planned: ScheduledWork) -> None:
    planned.state, planned.closed_at = WORKS.next(planned.state, WorkMove.MISS), work.now
    await _cite(work, planned, "operations.work_missed")
    work.record(WorkMissed(work_id=planned.id), about=planned)


async def _escalate(work: Work, planned: ScheduledWork) -> None:
    """The next superior learns it; where the line ends earlier, its last."""
    line = await queries.line_above(work, planned)
    told_id = line[min(planned.levels, len(line) - 1)] if line else None
    planned.levels += 1
    await _cite(work, planned, "operations.work_escalated")
    work.record(WorkEscalated(work_id=planned.id, level=planned.levels, told_id=told_id), about=planned)


async def _cite(work: Work, planned: ScheduledWork, decision: str) -> None:
    found = await queries.kept_grounds(work, planned)
    if found.ruling is not None:
        policies.cite(
            work,
            found.ruling,
            about=Subject(SubjectKind.SCHEDULED_WORK, planned.id),
            decision=decision,
            inputs={"due_on": planned.due_on},
            result={"state": planned.state, "level": planned.levels},
        )


async def hand_back_of_leaver(work: Work, event: StaffLeft) -> None:
    """Somebody has left: what they were to do is their department's, and so is what plans would bring them."""
    for work_id in await queries.open_ids_of(work, event.staff_id):
        await lock_timers(work, work_id)
        planned = await work.get(ScheduledWork, work_id, lock=True)
        if planned.assignee_id == event.staff_id and planned.state in OPEN:
            planned.assignee_id = None
            assigned = WorkAssigned(work_id=planned.id, assignee_id=None, notice_id=work.new_id())
            work.record(assigned, about=planned)
    for plan in await queries.plans_of(work, event.staff_id):
        plan.assignee_id = None
