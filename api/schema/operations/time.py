"""Working time as clients see it, recording it, and what it comes to."""

from datetime import date, datetime, timedelta
from enum import Enum
from typing import Annotated
from uuid import UUID

import strawberry

from api.reading.filters import DayFilter, IdFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, many, one, part, shows
from api.schema.access.types import Member
from api.schema.customers.types import Customer
from api.schema.inputs import given, optional
from api.schema.operations.figures import MOST, USUAL_DAYS, FirstGroups, SinceOn, UntilOn, days_of
from api.schema.operations.works import ScheduledWork
from api.schema.organisation.types import Department, Staff
from api.schema.policies.decisions import decisions
from api.schema.requests.types import ServiceRequest
from api.schema.requests.visits import SiteVisit
from api.schema.terms import Activity
from domain.kernel.subjects import SubjectKind
from domain.operations import commands, models
from domain.operations.queries import capacity as capacities
from domain.operations.queries import time as queries
from domain.operations.queries.time import WorkloadBy
from domain.organisation.queries import today
from tenancy.work import Work

strawberry.enum(WorkloadBy, name="WorkloadGrouping", description="What working time that is added up has in common.")


@shows(models.TimeRecord, visible=queries.visible_records)
class TimeRecord(Node):
    """Working time of one person for one request, or for planned work. It never changes: a correction is another record
    with `corrects`, of the minutes that it adds or, being negative, takes away."""

    worked_on: date = column("The day on which it was worked, in the company's zone.")
    minutes: int = column("How much was recorded; of a correction what it adds, negative where it takes away.")
    minutes_now: int = computed("How much it comes to with its corrections.", queries.minutes_now)
    activity: Activity = column("What it was spent on.")
    billable: bool = column("Whether the customer is to be charged for it.")
    note: str = column("What was done; of a correction why.")
    staff: Staff | None = one("Whose time it is.", "staff_id")
    department: Department | None = one("Theirs when it was recorded.", "department_id")
    request: ServiceRequest | None = one("The request it was for; null for planned work.", "request_id")
    work: ScheduledWork | None = one("The planned work it was for; null for a request.", "work_id")
    site_visit: SiteVisit | None = one("The visit on site on which it was worked, beside its request.", "site_visit_id")
    customer: Customer | None = one("Whose request or work it is; null for the company's own.", "customer_id")
    corrects: "TimeRecord | None" = one("The record that it corrects; null for others.", "corrects_id")
    corrections: "list[TimeRecord]" = many("What has corrected it, oldest first.", "corrects_id", most=100)
    month_closed: bool = computed("Whether its month is approved, so that it is not corrected.", queries.month_closed)
    recorded_at: datetime = column("When it was recorded.")
    recorded_by: Member | None = one("Who has recorded it; null for a program.", "recorded_by_id")
    decisions = decisions(SubjectKind.TIME_RECORD)


@shows(models.TimeMonth, visible=queries.visible_months)
class TimeMonth(Node):
    """A month in which a department's working time is approved: nothing is recorded or corrected in it any more."""

    department: Department | None = one("Whose time.", "department_id")
    month_on: date = column("The first day of the month.")
    closed_at: datetime = column("When it was approved.")
    closed_by: Member | None = one("Who has approved it; null for a program.", "closed_by_id")


@strawberry.enum(description="How working time is ordered.")
class TimeRecordOrder(Enum):
    """Orders of records."""

    NEWEST = "newest"
    WORKED = "worked"


TIME_RECORD_ORDERS = {
    TimeRecordOrder.NEWEST: Order(lambda row: row.id, descending=True),
    TimeRecordOrder.WORKED: Order(lambda row: row.worked_on, descending=True),
}


@strawberry.input(description="Which working time to give.")
class TimeRecordFilter:
    """Conditions on records."""

    staff_id: IdFilter | None = filtered("By whose it is.")
    department_id: IdFilter | None = filtered("By their department.")
    request_id: IdFilter | None = filtered("By the request it was for.")
    work_id: IdFilter | None = filtered("By the planned work it was for.")
    site_visit_id: IdFilter | None = filtered("By the visit on site on which it was worked.")
    customer_id: IdFilter | None = filtered("By customer.")
    activity: WordFilter[Activity] | None = filtered("By what it was spent on.")
    worked_on: DayFilter | None = filtered("By the day on which it was worked.")
    billable: bool | None = filtered("Whether the customer is to be charged for it.")
    and_: "list[TimeRecordFilter] | None" = combining("All of these hold.", "and")
    or_: "list[TimeRecordFilter] | None" = combining("One of these holds.", "or")
    not_: "TimeRecordFilter | None" = combining("This does not hold.", "not")


@strawberry.enum(description="How approved months are ordered.")
class TimeMonthOrder(Enum):
    """Orders of months."""

    NEWEST = "newest"


TIME_MONTH_ORDERS = {TimeMonthOrder.NEWEST: Order(lambda row: row.month_on, descending=True)}


@strawberry.input(description="Which approved months to give.")
class TimeMonthFilter:
    """Conditions on months."""

    department_id: IdFilter | None = filtered("By department.")
    month_on: DayFilter | None = filtered("By the first day of the month.")
    and_: "list[TimeMonthFilter] | None" = combining("All of these hold.", "and")
    or_: "list[TimeMonthFilter] | None" = combining("One of these holds.", "or")
    not_: "TimeMonthFilter | None" = combining("This does not hold.", "not")


@strawberry.input(description="Working time: for a request or for planned work, one of the two.")
class RecordTimeInput:
    """Working time."""

    worked_on: date = given(
        "The day on which it was worked, today or so far back as the clause `time_recording` lets one."
    )
    minutes: int = given("How much, 1 to 1,440 minutes; all of a day at most what the clause lets one record.")
    activity: Activity = given("What it was spent on.")
    request_id: UUID | None = optional("The request it was for.")
    work_id: UUID | None = optional("The planned work it was for.")
    staff_id: UUID | None = optional("Whose time it is; yours unless told, others' with `operations.plan`.")
    note: str = optional("What was done, in a line of at most 500 characters.", default="")
    billable: bool = optional(
        "Whether the customer is to be charged for it: by the one contract of theirs that is in force on the day and"
        " has a rate for the activity. For planned work that a contract owes it is this one; else that for the"
        " request's nearest kind of service, else one for no kind in particular, and of several that with the lowest"
        " number. invoicePreview of a contract shows what goes to it.",
        default=False,
    )


async def record_time(work: Work, input: RecordTimeInput) -> models.TimeRecord:
    """Record working time for a request that you see, or for planned work. Needs `requests.work`. The errors
    DAY_FULL and TOO_LATE name the clause `time_recording`; MONTH_CLOSED, the month is approved."""
    return await commands.record_time(
        work,
        worked_on=input.worked_on,
        minutes=input.minutes,
        activity=input.activity,
        request_id=input.request_id,
        work_id=input.work_id,
        staff_id=input.staff_id,
        note=input.note,
        billable=input.billable,
    )


@strawberry.input(description="How much working time it was instead.")
class CorrectTimeInput:
    """How much working time it was instead."""

    record_id: UUID = given("The record, which is no correction itself.")
    minutes: int = given("How much it was, 0 to 1,440 minutes.")
    reason: str = given("Why, in a line of at most 500 characters.")


async def correct_time(work: Work, input: CorrectTimeInput) -> models.TimeRecord:
    """Say how much time it was instead. What comes is the correction, which stands beside the record. For whose time it
    is, and with `operations.plan`; within the bounds of recordTime."""
    return await commands.correct_time(work, record_id=input.record_id, minutes=input.minutes, reason=input.reason)


@strawberry.input(description="A month of a department's working time to be approved.")
class CloseTimeMonthInput:
    """A month of a department's working time to be approved."""

    department_id: UUID = given("Whose time; of those who work in the department itself when they recorded it.")
    month_on: date = given("Any day of the month, which must be over.")


async def close_time_month(work: Work, input: CloseTimeMonthInput) -> models.TimeMonth:
    """Approve what a department has recorded in a month: from now on nothing of it changes. Needs `operations.plan`."""
    return await commands.close_month(work, department_id=input.department_id, month_on=input.month_on)


@strawberry.input(description="An approved month that is to be open again.")
class ReopenTimeMonthInput:
    """An approved month that is to be open again."""

    month_id: UUID = given("The approved month.")
    reason: str = given("Why, in a line of at most 500 characters.")


async def reopen_time_month(work: Work, input: ReopenTimeMonthInput) -> UUID:
    """Take the approval of a month back. What comes is the id of the approval that is gone. Needs `operations.plan`."""
    return await commands.reopen_month(work, month_id=input.month_id, reason=input.reason)


@part
class WorkloadFigures:
    """The working time of a group, among that which you see."""

    id: UUID | None = strawberry.field(
        description="The person, department, customer, offering or request; null for the other groupings, and for time "
        "without one."
    )
    name: str | None = strawberry.field(
        description="What that is called, as far as you may know; of activities and months the word, such as 2026-06."
    )
    minutes: int = strawberry.field(description="How much, corrections included.")
    billable_minutes: int = strawberry.field(description="How much of it customers are to be charged for.")
    people: int = strawberry.field(description="How many people have worked.")
    requests: int = strawberry.field(description="For how many requests.")


async def workload(
    info: strawberry.Info,
    by: Annotated[WorkloadBy, strawberry.argument(description="What is added up has this in common.")],
    since_on: SinceOn = None,
    until_on: UntilOn = None,
    first: FirstGroups = MOST,
) -> list[WorkloadFigures]:
    """Who has worked how much for whom, the most first."""
    work: Work = info.context.work
    async with info.context.lock:
        since, until = days_of(work, since_on, until_on)
        found = await queries.workload(work, by=by, since_on=since, until_on=until, most=max(1, min(first, MOST)))
    return [WorkloadFigures(**vars(each)) for each in found]


@part
class CapacityFigures:
    """What one person can do in a time, and what they have done and have to do."""

    staff_id: UUID = strawberry.field(description="Whose.")
    name: str | None = strawberry.field(description="What they are called, if you may know.")
    department_id: UUID = strawberry.field(description="Their department.")
    working_minutes: int | None = strawberry.field(
        description="Working time by the business calendar, less their absence; null where no calendar holds for them."
    )
    absent_days: int = strawberry.field(description="The working days on which they are absent.")
    recorded_minutes: int = strawberry.field(description="What is recorded of these days.")
    open_requests: int = strawberry.field(
        description="How many open requests they have now, counted as the assignment rules count load."
    )
    planned_works: int = strawberry.field(description="How much planned work of theirs is due on these days and open.")


async def capacity(
    info: strawberry.Info,
    since_on: Annotated[date | None, strawberry.argument(description="The first day; today unless told.")] = None,
    until_on: Annotated[
        date | None, strawberry.argument(description="The last day, at most 366 days later; 30 days later unless told.")
    ] = None,
    department_id: Annotated[
        UUID | None, strawberry.argument(description="Those who work in this department alone.")
    ] = None,
    first: Annotated[int, strawberry.argument(description="Of how many people, up to 500.")] = MOST,
) -> list[CapacityFigures]:
    """What people can do, by name."""
    work: Work = info.context.work
    async with info.context.lock:
        since = since_on or today(work)
        until = until_on or since + timedelta(days=USUAL_DAYS)
        found = await capacities.capacity(
            work, since_on=since, until_on=until, department_id=department_id, most=max(1, min(first, MOST))
        )
    return [CapacityFigures(**vars(each)) for each in found]
