"""What can be asked of operations."""

import strawberry

from api.reading.mapping import by_id, page
from api.schema.operations.figures import ScheduledWorkFigures, scheduled_work_figures
from api.schema.operations.plans import WORK_PLAN_ORDERS, WorkPlan, WorkPlanFilter
from api.schema.operations.time import (
    TIME_MONTH_ORDERS,
    TIME_RECORD_ORDERS,
    CapacityFigures,
    TimeMonth,
    TimeMonthFilter,
    TimeRecord,
    TimeRecordFilter,
    WorkloadFigures,
    capacity,
    workload,
)
from api.schema.operations.types import ALARM_ORDERS, Alarm, AlarmFilter
from api.schema.operations.works import (
    SCHEDULED_WORK_ORDERS,
    WORK_FINDING_ORDERS,
    ScheduledWork,
    ScheduledWorkFilter,
    WorkFinding,
    WorkFindingFilter,
)
from api.schema.requests.canned import (
    CANNED_ANSWER_ORDERS,
    CannedAnswer,
    CannedAnswerFilter,
    WrittenAnswer,
    written_answer,
)
from api.schema.requests.statistics import RequestFigures, request_statistics
from api.schema.requests.visits import SITE_VISIT_ORDERS, SiteVisit, SiteVisitFilter


@strawberry.type(description="What can be asked of operations.")
class OperationsQuery:
    """The part of the root that is about operations."""

    request_statistics: list[RequestFigures] = strawberry.field(
        resolver=request_statistics,
        description="What became of the requests that you see in a time: by category, cause, customer, department, "
        "person, service line or priority, and as a trend by week or month; with the backlog, resolution at first "
        "contact, reopenings, missed deadlines and satisfaction.",
    )
    alarm = by_id("One alarm.", Alarm)
    alarms = page(
        "Alarms of customers' systems, for those who work on requests and the programs that raise them. Those behind a "
        "request: `alarms(filter: {requestId: …})`.",
        Alarm,
        orders=ALARM_ORDERS,
        filter=AlarmFilter,
    )
    work_plan = by_id("One plan of work that comes round.", WorkPlan)
    work_plans = page(
        "Plans of work that comes round: inspections, security scans, drills and performance reviews, for those who "
        "work on requests or plan (`operations.plan`).",
        WorkPlan,
        orders=WORK_PLAN_ORDERS,
        filter=WorkPlanFilter,
    )
    scheduled_work = by_id("Planned work for one day of its plan.", ScheduledWork)
    scheduled_works = page(
        "Planned work: what you are to do, and all of it for those who work on requests or plan.",
        ScheduledWork,
        orders=SCHEDULED_WORK_ORDERS,
        filter=ScheduledWorkFilter,
    )
    work_findings = page(
        "What planned work has brought to light. The findings that became a request: "
        "`workFindings(filter: {requestId: …})`.",
        WorkFinding,
        orders=WORK_FINDING_ORDERS,
        filter=WorkFindingFilter,
    )
    scheduled_work_figures: list[ScheduledWorkFigures] = strawberry.field(
        resolver=scheduled_work_figures,
        description="What became of the planned work that you see and that was due in a time: done, in time, missed, "
        "cancelled, open and overdue, by kind, customer, department, person or plan.",
    )
    site_visit = by_id("One visit on site.", SiteVisit)
    site_visits = page(
        "Visits on site for the requests that you see; those to which you go: `siteVisits(filter: {sentToMe: true})`.",
        SiteVisit,
        orders=SITE_VISIT_ORDERS,
        filter=SiteVisitFilter,
    )
    canned_answer = by_id("One canned answer.", CannedAnswer)
    canned_answers = page(
        "Canned answers, for those who work on requests or keep the catalogue. Those that fit a request stand at it.",
        CannedAnswer,
        orders=CANNED_ANSWER_ORDERS,
        filter=CannedAnswerFilter,
    )
    written_answer: WrittenAnswer = strawberry.field(
        resolver=written_answer,
        description="What a canned answer says about a request, in the language of whoever asked; say it with "
        "commentRequest. DOES_NOT_FIT: it is for other requests, or not in use.",
    )
    time_record = by_id("One record of working time.", TimeRecord)
    time_records = page(
        "Working time: your own, that of the departments that you head, and all of it with `operations.plan` or "
        "`requests.read_all`.",
        TimeRecord,
        orders=TIME_RECORD_ORDERS,
        filter=TimeRecordFilter,
    )
    time_months = page(
        "The months whose working time is approved, of your department and those that you head or see all of.",
        TimeMonth,
        orders=TIME_MONTH_ORDERS,
        filter=TimeMonthFilter,
    )
    workload: list[WorkloadFigures] = strawberry.field(
        resolver=workload,
        description="What the working time that you see comes to in a time, by person, department, customer, offering, "
        "request, activity or month.",
    )
    capacity: list[CapacityFigures] = strawberry.field(
        resolver=capacity,
        description="What people can do in a time: working time by the calendar less absence, what is recorded of it, "
        "their open requests and planned work; of those whose working time you see.",
    )
