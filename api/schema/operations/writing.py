"""What can be done in operations."""

from uuid import UUID

import strawberry

from api.results import mutation
from api.schema.operations import mutations as operations
from api.schema.operations import plans, time, works
from api.schema.operations.plans import WorkPlan
from api.schema.operations.time import TimeMonth, TimeRecord
from api.schema.operations.types import Alarm
from api.schema.operations.works import ScheduledWork, WorkFinding
from api.schema.requests import canned
from api.schema.requests import visit_mutations as visits
from api.schema.requests.canned import CannedAnswer
from api.schema.requests.visits import SiteVisit


@strawberry.type(description="What can be done in operations.")
class OperationsMutation:
    """The part of the root that is about operations."""

    create_work_plan = mutation(plans.create_work_plan, plan=WorkPlan)
    change_work_plan = mutation(plans.change_work_plan, plan=WorkPlan)
    pause_work_plan = mutation(plans.pause_work_plan, plan=WorkPlan)
    resume_work_plan = mutation(plans.resume_work_plan, plan=WorkPlan)
    end_work_plan = mutation(plans.end_work_plan, plan=WorkPlan)
    assign_scheduled_work = mutation(works.assign_scheduled_work, work=ScheduledWork)
    postpone_scheduled_work = mutation(works.postpone_scheduled_work, work=ScheduledWork)
    start_scheduled_work = mutation(works.start_scheduled_work, work=ScheduledWork)
    record_work_checks = mutation(works.record_work_checks, work=ScheduledWork)
    add_work_finding = mutation(works.add_work_finding, finding=WorkFinding)
    close_work_improvement = mutation(works.close_work_improvement, finding=WorkFinding)
    finish_scheduled_work = mutation(works.finish_scheduled_work, work=ScheduledWork)
    cancel_scheduled_work = mutation(works.cancel_scheduled_work, work=ScheduledWork)
    record_time = mutation(time.record_time, record=TimeRecord)
    correct_time = mutation(time.correct_time, record=TimeRecord)
    close_time_month = mutation(time.close_time_month, month=TimeMonth)
    reopen_time_month = mutation(time.reopen_time_month, values={"month_id": (UUID, "The approval that is gone.")})
    plan_site_visit = mutation(visits.plan_site_visit, visit=SiteVisit)
    reschedule_site_visit = mutation(visits.reschedule_site_visit, visit=SiteVisit)
    set_out_to_site_visit = mutation(visits.set_out_to_site_visit, visit=SiteVisit)
    check_in_at_site_visit = mutation(visits.check_in_at_site_visit, visit=SiteVisit)
    report_site_visit = mutation(visits.report_site_visit, visit=SiteVisit)
    sign_site_visit = mutation(visits.sign_site_visit, visit=SiteVisit)
    finish_site_visit = mutation(visits.finish_site_visit, visit=SiteVisit)
    miss_site_visit = mutation(visits.miss_site_visit, visit=SiteVisit)
    cancel_site_visit = mutation(visits.cancel_site_visit, visit=SiteVisit)
    create_canned_answer = mutation(canned.create_canned_answer, answer=CannedAnswer)
    change_canned_answer = mutation(canned.change_canned_answer, answer=CannedAnswer)
    raise_alarm = mutation(operations.raise_alarm, alarm=Alarm)
    raise_alarms = mutation(
        operations.raise_alarms,
        values={"outcomes": (list[operations.AlarmOutcome], "What became of each fingerprint.")},
    )
