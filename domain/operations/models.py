"""The tables of alarms, of work that comes round, and of working time."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.operations.rules.alarms import AlarmState
from domain.operations.rules.plans import CheckKind, PlanState, RhythmUnit, WorkKind
from domain.operations.rules.time import Activity
from domain.operations.rules.works import WorkState
from domain.policies.rules.kinds.operations import AlarmSeverity
from tenancy.models import TenantModel, references


class Alarm(TenantModel, kw_only=True, eq=False):
    """What a monitoring system tells of a customer's system: one row for each fingerprint, however often (RQ-12)."""

    __tablename__ = "alarms"
    __table_args__ = (
        UniqueConstraint("tenant_id", "monitor", "fingerprint"),
        references("customer_id", "customers"),
        references("client_id", "oauth_clients"),
        references("request_id", "service_requests"),
        Index("ix_alarms_customer", "tenant_id", "customer_id", "monitor", "opened_at"),
        Index("ix_alarms_client", "tenant_id", "client_id"),
        Index("ix_alarms_request", "tenant_id", "request_id"),
        Index("ix_alarms_last", "tenant_id", "last_at", "id"),
    )

    monitor: Mapped[str]
    fingerprint: Mapped[str]
    title: Mapped[str]
    severity: Mapped[AlarmSeverity]
    details: Mapped[dict[str, Any]]
    customer_id: Mapped[UUID]
    # The program that has raised it first; none when a member did.
    client_id: Mapped[UUID | None]
    state: Mapped[AlarmState]
    # How often it was raised, and how often anew after it had recovered.
    count: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    episodes: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    recovered_at: Mapped[datetime | None] = mapped_column(default=None)
    # The request that was opened last for it, or that stands for all of a storm; none where its severity opens none.
    request_id: Mapped[UUID | None] = mapped_column(default=None)
    # When it has opened a request of its own last.
    opened_at: Mapped[datetime | None] = mapped_column(default=None)


class AlarmStorm(TenantModel, kw_only=True, eq=False):
    """More alarms of a monitor than may open requests of a customer: one request stands for the further ones."""

    __tablename__ = "alarm_storms"
    __table_args__ = (
        references("customer_id", "customers"),
        references("request_id", "service_requests"),
        Index("ix_alarm_storms_customer", "tenant_id", "customer_id", "monitor"),
        Index("ix_alarm_storms_request", "tenant_id", "request_id"),
    )

    monitor: Mapped[str]
    customer_id: Mapped[UUID]
    request_id: Mapped[UUID]
    began_at: Mapped[datetime]


class WorkPlan(TenantModel, kw_only=True, eq=False):
    """Work that comes round: what is done, by whom, and on which days (RQ-12)."""

    __tablename__ = "work_plans"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        references("customer_id", "customers"),
        references("offering_id", "service_offerings"),
        references("department_id", "departments"),
        references("assignee_id", "staff"),
        references("obligation_id", "contract_obligations"),
        Index("ix_work_plans_customer", "tenant_id", "customer_id", "id"),
        Index("ix_work_plans_offering", "tenant_id", "offering_id"),
        Index("ix_work_plans_department", "tenant_id", "department_id"),
        Index("ix_work_plans_assignee", "tenant_id", "assignee_id"),
        Index("ix_work_plans_obligation", "tenant_id", "obligation_id"),
        Index("ix_work_plans_opens", "tenant_id", "state", "opens_on", "id"),
    )

    number: Mapped[str]
    kind: Mapped[WorkKind]
    title: Mapped[str]
    instructions: Mapped[str]
    customer_id: Mapped[UUID | None]
    offering_id: Mapped[UUID | None]
    # Who is responsible, and who of them does it; none is whoever of them begins with it.
    department_id: Mapped[UUID]
    assignee_id: Mapped[UUID | None]
    # What is owed by a contract, where this is done for it.
    obligation_id: Mapped[UUID | None]
    # The code of the handbook's inspection by which it was made; empty for others.
    inspection: Mapped[str]
    rhythm_unit: Mapped[RhythmUnit]
    every: Mapped[int]
    # From which day on it is counted.
    counted_from_on: Mapped[date]
    # The next of its days that has brought no work yet, and when it does.
    next_on: Mapped[date | None]
    opens_on: Mapped[date | None]
    lead_days: Mapped[int]
    # After which it brings no more; none is for ever.
    last_on: Mapped[date | None]
    # The service lines of its offering, the nearest first, by which clauses are limited.
    service_lines: Mapped[list[str]]
    state: Mapped[PlanState] = mapped_column(default=PlanState.ACTIVE)


class WorkPlanCheck(TenantModel, kw_only=True, eq=False):
    """Something that a plan has looked at each time."""

    __tablename__ = "work_plan_checks"
    __table_args__ = (
        UniqueConstraint("tenant_id", "plan_id", "position"),
        references("plan_id", "work_plans"),
    )

    plan_id: Mapped[UUID]
    # From 1.
    position: Mapped[int]
    label: Mapped[str]
    kind: Mapped[CheckKind]
    # As decimal text; of numbers alone.
    minimum: Mapped[str | None]
    maximum: Mapped[str | None]
    unit: Mapped[str]
    required: Mapped[bool]


class ScheduledWork(TenantModel, kw_only=True, eq=False):
    """Work that a plan has brought for one of its days; each day brings it once (RQ-12)."""

    __tablename__ = "scheduled_works"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "plan_id", "planned_on"),
        references("plan_id", "work_plans"),
        references("customer_id", "customers"),
        references("department_id", "departments"),
        references("assignee_id", "staff"),
        references("clause_id", "clauses"),
        references("version_id", "handbook_versions"),
        references("calendar_clause_id", "clauses"),
        Index("ix_scheduled_works_customer", "tenant_id", "customer_id", "id"),
        Index("ix_scheduled_works_department", "tenant_id", "department_id", "id"),
        Index("ix_scheduled_works_assignee", "tenant_id", "assignee_id", "id"),
        Index("ix_scheduled_works_clause", "tenant_id", "clause_id"),
        Index("ix_scheduled_works_version", "tenant_id", "version_id"),
        Index("ix_scheduled_works_calendar_clause", "tenant_id", "calendar_clause_id"),
        Index("ix_scheduled_works_due", "tenant_id", "due_on", "id"),
    )

    number: Mapped[str]
    plan_id: Mapped[UUID]
    # What the plan said when it brought it.
    kind: Mapped[WorkKind]
    title: Mapped[str]
    instructions: Mapped[str]
    customer_id: Mapped[UUID | None]
    department_id: Mapped[UUID]
    assignee_id: Mapped[UUID | None]
    # The day of the plan, and the day on which it is due: moved by the clause, or by hand.
    planned_on: Mapped[date]
    due_on: Mapped[date]
    # From when on it is overdue.
    due_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    # The clause that keeps it to its day and the calendar; none where the handbook is silent.
    clause_id: Mapped[UUID | None]
    version_id: Mapped[UUID | None]
    calendar_clause_id: Mapped[UUID | None]
    state: Mapped[WorkState] = mapped_column(default=WorkState.PLANNED)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    # How many superiors were told that it is overdue.
    levels: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    # When it was done, missed or cancelled.
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    report: Mapped[str] = mapped_column(default="")
    # Why it was postponed last, or cancelled.
    reason: Mapped[str] = mapped_column(default="")


class WorkCheck(TenantModel, kw_only=True, eq=False):
    """Something that is looked at, and what was found there."""

    __tablename__ = "work_checks"
    __table_args__ = (
        UniqueConstraint("tenant_id", "work_id", "position"),
        references("work_id", "scheduled_works"),
        references("file_id", "files"),
        references("checked_by_id", "members"),
        Index("ix_work_checks_file", "tenant_id", "file_id"),
        Index("ix_work_checks_checked_by", "tenant_id", "checked_by_id"),
    )

    work_id: Mapped[UUID]
    # From 1.
    position: Mapped[int]
    label: Mapped[str]
    kind: Mapped[CheckKind]
    # As decimal text; of numbers alone.
    minimum: Mapped[str | None]
    maximum: Mapped[str | None]
    unit: Mapped[str]
    required: Mapped[bool]
    # What was found, by the kind: one of these four.
    text: Mapped[str | None] = mapped_column(default=None)
    number: Mapped[str | None] = mapped_column(default=None)
    yes: Mapped[bool | None] = mapped_column(default=None)
    file_id: Mapped[UUID | None] = mapped_column(default=None)
    # A number beyond its limits, or a no; none where that cannot be told.
    deviates: Mapped[bool | None] = mapped_column(default=None)
    checked_at: Mapped[datetime | None] = mapped_column(default=None)
    checked_by_id: Mapped[UUID | None] = mapped_column(default=None)


class WorkFinding(TenantModel, kw_only=True, eq=False):
    """Something that planned work has brought to light: noted, or become a request or an improvement."""

    __tablename__ = "work_findings"
    __table_args__ = (
        references("work_id", "scheduled_works"),
        references("check_id", "work_checks"),
        references("found_by_id", "members"),
        references("request_id", "service_requests"),
        references("responsible_id", "staff"),
        Index("ix_work_findings_work", "tenant_id", "work_id", "id"),
        Index("ix_work_findings_check", "tenant_id", "check_id"),
        Index("ix_work_findings_found_by", "tenant_id", "found_by_id"),
        Index("ix_work_findings_request", "tenant_id", "request_id"),
        Index("ix_work_findings_responsible", "tenant_id", "responsible_id", "closed_at"),
    )

    work_id: Mapped[UUID]
    # Where on the checklist it was seen.
    check_id: Mapped[UUID | None]
    text: Mapped[str]
    found_at: Mapped[datetime]
    found_by_id: Mapped[UUID | None]
    request_id: Mapped[UUID | None]
    # What is to be improved, by whom and by which day; empty where nothing is.
    improvement: Mapped[str]
    responsible_id: Mapped[UUID | None]
    improve_by_on: Mapped[date | None]
    # What came of it, and when.
    result: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None] = mapped_column(default=None)


class TimeRecord(TenantModel, kw_only=True, eq=False):
    """Working time of one person for one request, or for planned work (RQ-9). Never changed: a correction is another
    record, of what is to be added to it or taken from it."""

    __tablename__ = "time_records"
    __table_args__ = (
        references("staff_id", "staff"),
        references("department_id", "departments"),
        references("request_id", "service_requests"),
        references("work_id", "scheduled_works"),
        references("customer_id", "customers"),
        references("corrects_id", "time_records"),
        references("recorded_by_id", "members"),
        references("site_visit_id", "site_visits"),
        Index("ix_time_records_staff", "tenant_id", "staff_id", "worked_on"),
        Index("ix_time_records_department", "tenant_id", "department_id", "worked_on"),
        Index("ix_time_records_request", "tenant_id", "request_id", "id"),
        Index("ix_time_records_work", "tenant_id", "work_id", "id"),
        Index("ix_time_records_customer", "tenant_id", "customer_id", "worked_on"),
        Index("ix_time_records_corrects", "tenant_id", "corrects_id"),
        Index("ix_time_records_recorded_by", "tenant_id", "recorded_by_id"),
        Index("ix_time_records_site_visit", "tenant_id", "site_visit_id"),
        Index("ix_time_records_worked", "tenant_id", "worked_on", "id"),
    )

    staff_id: Mapped[UUID]
    # Theirs at the time.
    department_id: Mapped[UUID]
    # One of these two.
    request_id: Mapped[UUID | None]
    work_id: Mapped[UUID | None]
    # Whose request or work it is.
    customer_id: Mapped[UUID | None]
    activity: Mapped[Activity]
    worked_on: Mapped[date]
    # Of a correction what it adds; negative takes away.
    minutes: Mapped[int]
    billable: Mapped[bool]
    # What was done; of a correction why.
    note: Mapped[str]
    corrects_id: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
    # None for the system and for programs.
    recorded_by_id: Mapped[UUID | None]
    # The visit on site on which it was worked, beside its request.
    site_visit_id: Mapped[UUID | None] = mapped_column(default=None)


class TimeMonth(TenantModel, kw_only=True, eq=False):
    """A month in which a department's working time is approved: nothing is recorded or corrected in it any more."""

    __tablename__ = "time_months"
    __table_args__ = (
        UniqueConstraint("tenant_id", "department_id", "month_on"),
        references("department_id", "departments"),
        references("closed_by_id", "members"),
        Index("ix_time_months_closed_by", "tenant_id", "closed_by_id"),
    )

    department_id: Mapped[UUID]
    # Its first day.
    month_on: Mapped[date]
    closed_at: Mapped[datetime]
    closed_by_id: Mapped[UUID | None]
