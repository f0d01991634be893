"""What happens in operations."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class AlarmOpenedRequest(Event, name="operations.alarm_opened_request"):
    """An alarm was raised about which nobody does anything yet; repeats of it are counted and told of no more."""

    alarm_id: UUID
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class AlarmSeverityChanged(Event, name="operations.alarm_severity_changed"):
    """An alarm behind a request that is not over is told of as better or worse than before."""

    request_id: UUID
    notice_id: UUID


@dataclass(frozen=True, kw_only=True)
class AlarmStormBegan(Event, name="operations.alarm_storm_began"):
    """So many alarms of a source open requests of a customer that one request stands for all further ones."""

    storm_id: UUID
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class AlarmsRecovered(Event, name="operations.alarms_recovered"):
    """Alarms behind a request tell of nothing any more."""

    request_id: UUID
    notice_id: UUID


@dataclass(frozen=True, kw_only=True)
class WorkPlanMade(Event, name="operations.work_plan_made"):
    plan_id: UUID


@dataclass(frozen=True, kw_only=True)
class WorkPlanChanged(Event, name="operations.work_plan_changed"):
    """Its content, or whether it brings work."""

    plan_id: UUID


@dataclass(frozen=True, kw_only=True)
class WorkPlansDue(Event, name="operations.work_plans_due"):
    """More plans bring work than one transaction opens."""


@dataclass(frozen=True, kw_only=True)
class WorkOpened(Event, name="operations.work_opened"):
    """A plan has brought work."""

    work_id: UUID


@dataclass(frozen=True, kw_only=True)
class WorkAssigned(Event, name="operations.work_assigned"):
    """Somebody else is to do it, or nobody any more."""

    work_id: UUID
    assignee_id: UUID | None
    notice_id: UUID


@dataclass(frozen=True, kw_only=True)
class WorkPostponed(Event, name="operations.work_postponed"):
    work_id: UUID


@dataclass(frozen=True, kw_only=True)
class WorkStepDue(Event, name="operations.work_step_due"):
    """The timer of planned work: somebody is to be reminded or told, or it is missed."""

    work_id: UUID


@dataclass(frozen=True, kw_only=True)
class WorkReminded(Event, name="operations.work_reminded"):
    work_id: UUID


@dataclass(frozen=True, kw_only=True)
class WorkEscalated(Event, name="operations.work_escalated"):
    """It is overdue: a superior learns it; nobody where none stands above."""

    work_id: UUID
    level: int
    told_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class WorkMissed(Event, name="operations.work_missed"):
    work_id: UUID


@dataclass(frozen=True, kw_only=True)
class WorkStarted(Event, name="operations.work_started"):
    work_id: UUID


@dataclass(frozen=True, kw_only=True)
class WorkChecked(Event, name="operations.work_checked"):
    """Something on its checklist was looked at; how many of these deviate."""

    work_id: UUID
    checks: int
    deviations: int


@dataclass(frozen=True, kw_only=True)
class WorkFindingAdded(Event, name="operations.work_finding_added"):
    work_id: UUID
    finding_id: UUID
    request_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class WorkImprovementClosed(Event, name="operations.work_improvement_closed"):
    work_id: UUID
    finding_id: UUID


@dataclass(frozen=True, kw_only=True)
class WorkFinished(Event, name="operations.work_finished"):
    work_id: UUID


@dataclass(frozen=True, kw_only=True)
class WorkCancelled(Event, name="operations.work_cancelled"):
    work_id: UUID


@dataclass(frozen=True, kw_only=True)
class WorkFileAttached(Event, name="operations.work_file_attached"):
    work_id: UUID
    attachment_id: UUID
    file_id: UUID


@dataclass(frozen=True, kw_only=True)
class WorkFileRemoved(Event, name="operations.work_file_removed"):
    work_id: UUID
    attachment_id: UUID
    file_id: UUID


@dataclass(frozen=True, kw_only=True)
class TimeRecorded(Event, name="operations.time_recorded"):
    """Working time; of a correction (`corrects_id`) what it adds or takes away."""

    record_id: UUID
    minutes: int
    corrects_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class TimeMonthClosed(Event, name="operations.time_month_closed"):
    month_id: UUID


@dataclass(frozen=True, kw_only=True)
class TimeMonthReopened(Event, name="operations.time_month_reopened"):
    """It is gone; which it was, the journal keeps."""

    month_id: UUID
    department_id: UUID
    reason: str
