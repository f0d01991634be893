"""Recording working time: never changed, but corrected by further records, until its month is approved (RQ-9)."""

from datetime import date
from uuid import UUID

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.texts import one_line
from domain.operations.events import TimeMonthClosed, TimeMonthReopened, TimeRecorded
from domain.operations.models import TimeMonth, TimeRecord
from domain.operations.queries import time as queries
from domain.operations.queries import works
from domain.operations.rules import time as rules
from domain.operations.rules.time import Activity
from domain.organisation import queries as organisation
from domain.policies import commands as policies
from domain.policies import queries as policies_seen
from domain.policies.rules.kinds.operations import TimeRecording
from domain.policies.rules.scopes import Case
from domain.requests import queries as requests
from domain.requests.events.visits import SiteVisitFinished
from tenancy.refusals import Conflict, Forbidden, Invalid, Refusal, message
from tenancy.work import Work

_ADD = "UPDATE service_requests SET recorded_minutes = recorded_minutes + $2 WHERE id = $1"


@command(needs=Permission.REQUESTS_WORK)
async def record_time(
    work: Work,
    *,
    worked_on: date,
    minutes: int,
    activity: Activity,
    request_id: UUID | None = None,
    work_id: UUID | None = None,
    staff_id: UUID | None = None,
    note: str = "",
    billable: bool = False,
    site_visit_id: UUID | None = None,
) -> TimeRecord:
    """Record time that the actor has worked for a request, or for planned work; for somebody else with
    `operations.plan`. The clause on recording says how much a day may have, and how far back one may go."""
    rules.check_minutes(minutes)
    note = one_line(note, rules.MAX_NOTE, "note", may_be_empty=True)
    person = await organisation.staff(work, _who(work, staff_id), "staffId", lock=True)
    if (request_id is None) == (work_id is None):
        raise Invalid(
            message("Say which request or which planned work it was for, one of the two."), path=("requestId",)
        )
    if request_id is not None:
        customer_id: UUID | None = (await requests.get(work, request_id, "requestId")).customer_id
    else:
        assert work_id is not None
        customer_id = (await works.scheduled_work(work, work_id, "workId")).customer_id
    record = TimeRecord(
        staff_id=person.id,
        department_id=person.department_id,
        request_id=request_id,
        work_id=work_id,
        customer_id=customer_id,
        activity=activity,
        worked_on=worked_on,
        minutes=minutes,
        billable=billable,
        note=note,
        corrects_id=None,
        recorded_at=work.now,
        recorded_by_id=work.actor.id if work.actor.is_member else None,
        site_visit_id=site_visit_id,
    )
    await _keep(work, record)
    return record


async def record_time_of_visit(work: Work, event: SiteVisitFinished) -> None:
    """Time on site and on the way becomes working time of whoever was sent, on the day on which the visit ends."""
    visit = await requests.site_visit(work, event.visit_id)
    spent = ((Activity.ON_SITE, event.on_site_minutes), (Activity.TRAVEL, event.travel_minutes))
    for activity, minutes in spent:
        if minutes:
            await record_time(
                work,
                worked_on=organisation.today(work),
                minutes=minutes,
                activity=activity,
                request_id=event.request_id,
                staff_id=visit.engineer_id,
                note=visit.number,
                billable=event.billable,
                site_visit_id=visit.id,
            )


@command(needs=Permission.REQUESTS_WORK)
async def correct_time(work: Work, *, record_id: UUID, minutes: int, reason: str) -> TimeRecord:
    """Say how much time it was instead, none at all included; the record stays, and the correction stands beside it."""
    rules.check_minutes(minutes, least=0)
    reason = one_line(reason, rules.MAX_REASON, "reason")
    record = await queries.record(work, record_id, "recordId")
    if record.corrects_id is not None:
        raise Invalid(message("This is a correction itself; correct the record that it is about."), path=("recordId",))
    _who(work, record.staff_id)
    await organisation.staff(work, record.staff_id, lock=True)
    added = minutes - await queries.minutes_of(work, record.id)
    if not added:
        raise Invalid(message("This is what is recorded already."), path=("minutes",))
    correction = TimeRecord(
        staff_id=record.staff_id,
        department_id=record.department_id,
        request_id=record.request_id,
        work_id=record.work_id,
        customer_id=record.customer_id,
        activity=record.activity,
        worked_on=record.worked_on,
        minutes=added,
        billable=record.billable,
        note=reason,
        corrects_id=record.id,
        recorded_at=work.now,
        recorded_by_id=work.actor.id if work.actor.is_member else None,
        site_visit_id=record.site_visit_id,
    )
    await _keep(work, correction)
    return correction


def _who(work: Work, staff_id: UUID | None) -> UUID:
    """Whose time it is; refuses another's to whoever does not plan."""
    own = work.actor.id if work.actor.is_member else None
    found = staff_id or own
    if found is None:
        raise Invalid(message("Say whose working time it is."), path=("staffId",))
    if found != own and not work.actor.may(Permission.OPERATIONS_PLAN):
        raise Forbidden(message("Others' working time is for whoever plans work."), path=("staffId",), code="NOT_YOURS")
    return found


async def _keep(work: Work, record: TimeRecord) -> None:
    """Write it down, if the clause and the month let one; whoever records for the same person waits for their turn."""
    await _turn(work, record.department_id, record.worked_on, shared=True)
    if await queries.is_closed(work, record.department_id, record.worked_on):
        raise rules.refuse_closed_month()
    case = Case(department_id=record.department_id)
    ruling = await policies_seen.find_rule(work, TimeRecording, scope=case)
    work.concerns(SubjectKind.MEMBER, record.staff_id)
    clause = ruling.value if ruling is not None else TimeRecording()
    today = organisation.today(work)
    if record.worked_on > today:
        raise Invalid(message("Working time is recorded once it has been worked."), path=("workedOn",))
    refused: Refusal | None = None
    so_far = await queries.minutes_on(work, record.staff_id, record.worked_on)
    if clause.note_needed and not record.note:
        refused = Invalid(message("Say what was done."), path=("note",))
    elif rules.too_old(record.worked_on, today, clause):
        refused = rules.refuse_too_old(clause)
    elif record.minutes > 0 and so_far + record.minutes > clause.most_minutes_a_day:
        refused = rules.refuse_too_much(clause, so_far)
    if refused is not None:
        refused.clause = ruling.clause if ruling is not None else None
        raise refused
    work.add(record)
    if record.request_id is not None:
        # Added where it stands, so that two who record at once both count.
        await work.flush()
        await work.sql(_ADD, record.request_id, record.minutes)
    if ruling is not None:
        policies.cite(
            work,
            ruling,
            about=Subject(SubjectKind.TIME_RECORD, record.id),
            decision="operations.time_recorded",
            inputs={"worked_on": record.worked_on, "minutes": record.minutes, "so_far": so_far},
            result={"minutes_on_day": so_far + record.minutes},
        )
    work.record(TimeRecorded(record_id=record.id, minutes=record.minutes, corrects_id=record.corrects_id), about=record)


@command(needs=Permission.OPERATIONS_PLAN)
async def close_month(work: Work, *, department_id: UUID, month_on: date) -> TimeMonth:
    """Approve what a department has recorded in a month that is over; from now on nothing of it changes."""
    await organisation.department(work, department_id, "departmentId")
    first = rules.first_of_month(month_on)
    if first >= rules.first_of_month(organisation.today(work)):
        raise Invalid(message("A month is approved when it is over."), path=("monthOn",))
    await _turn(work, department_id, first, shared=False)
    if await queries.is_closed(work, department_id, first):
        raise Conflict(message("This month is approved already."), path=("monthOn",))
    month = TimeMonth(
        department_id=department_id,
        month_on=first,
        closed_at=work.now,
        closed_by_id=work.actor.id if work.actor.is_member else None,
    )
    work.add(month)
    work.record(TimeMonthClosed(month_id=month.id), about=month)
    return month


@command(needs=Permission.OPERATIONS_PLAN)
async def reopen_month(work: Work, *, month_id: UUID, reason: str) -> UUID:
    """Take the approval of a month back, and say why; the id of what is gone."""
    reason = one_line(reason, rules.MAX_REASON, "reason")
    month = await queries.month(work, month_id, "monthId", lock=True)
    told = TimeMonthReopened(month_id=month.id, department_id=month.department_id, reason=reason)
    work.record(told, about=month)
    work.delete(month)
    return month.id


async def _turn(work: Work, department_id: UUID, day: date, *, shared: bool) -> None:
    """Whoever records in a month waits until whoever approves it has done so, and the other way round."""
    key = f"time:{work.actor.tenant_id}:{department_id}:{rules.first_of_month(day)}"
    kind = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    await work.sql(f"SELECT {kind}(hashtextextended($1, 0))", key)
