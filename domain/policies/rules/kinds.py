"""The catalogue of clause kinds: what a handbook can lay down, how each value is typed, and what acts on it.

Adding a kind is one class here and its line in `KINDS`. Kinds only ever gain fields with defaults: a version that was
published years ago must still be read.
"""

from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import Field, field_validator, model_validator

from domain.kernel.calendars import BusinessCalendar, DayKind, WallTime, minutes_of
from domain.kernel.terms import CustomerTier, Impact, Priority, Urgency
from domain.policies.rules.chains import Chain
from domain.policies.rules.chains import chain_topic as chain_topic
from domain.policies.rules.clause_kind import ClauseKind as ClauseKind
from domain.policies.rules.clause_kind import Days, Fraction, Percent
from domain.policies.rules.clause_kind import K as K
from domain.policies.rules.dunning import Ladder
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.values import (
    EscalationLevel,
    PriorityTargets,
    Wording,
    unfit,
)
from tenancy.refusals import message


class Provision(ClauseKind):
    """A rule that people follow by hand; Zhidu shows it and acts on nothing."""

    kind = "provision"
    label = message("Provision")
    dimensions = tuple(Dimension)
    exclusive = False


class BusinessCalendarClause(ClauseKind, BusinessCalendar):
    """The working days and hours by which deadlines run; the clause's value is the calendar itself."""

    kind = "business_calendar"
    label = message("Business calendar")
    dimensions = (Dimension.DEPARTMENT, Dimension.SERVICE_LINE)
    consumed_by = "requests, approvals, billing, people"


class PriorityMatrix(ClauseKind):
    """Which priority a request has, by its customer's tier, impact and urgency (RQ-2); no combination is left open."""

    kind = "priority_matrix"
    label = message("Priority matrix")
    dimensions = (Dimension.SERVICE_LINE, Dimension.DEPARTMENT)
    consumed_by = "requests.submit"

    matrix: dict[CustomerTier, dict[Impact, dict[Urgency, Priority]]]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for tier in CustomerTier:
            for impact in Impact:
                for urgency in Urgency:
                    if urgency not in self.matrix.get(tier, {}).get(impact, {}):
                        text = message("There is no priority for tier {tier}, impact {impact} and urgency {urgency}.")
                        raise unfit(text, tier=tier.value, impact=impact.value, urgency=urgency.value)
        return self

    def rate(self, tier: CustomerTier, impact: Impact, urgency: Urgency) -> Priority:
        """The priority of a request."""
        return self.matrix[tier][impact][urgency]


class ServiceLevel(ClauseKind):
    """How soon requests of each priority are answered and resolved, when a warning is due and who is told (RQ-6).

    A priority without targets has no limit. Warnings fall due when such a fraction of the time is used up.
    """

    kind = "service_level"
    label = message("Service level")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE, Dimension.DEPARTMENT)
    consumed_by = "requests.submit, requests.resolve"

    targets: Annotated[dict[Priority, PriorityTargets], Field(min_length=1)]
    warning_fractions: Annotated[tuple[Fraction, ...], Field(max_length=10)] = ()
    escalation: Annotated[tuple[EscalationLevel, ...], Field(max_length=20)] = ()

    @property
    def relies_on(self) -> tuple[str, ...]:
        return (BusinessCalendarClause.kind,)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(later <= earlier for earlier, later in pairwise(self.warning_fractions)):
            raise unfit(message("Warnings are listed from the smallest fraction to the largest, each once."))
        offsets = [level.offset_working_minutes for level in self.escalation]
        if any(later <= earlier for earlier, later in pairwise(offsets)):
            raise unfit(message("Escalation levels are listed in the order in which they come, each at its own time."))
        return self

    def targets_for(self, priority: Priority) -> PriorityTargets | None:
        """What a priority is promised; None when there is no limit."""
        return self.targets.get(priority)


class AutoConfirm(ClauseKind):
    """A resolved request closes by itself when its requester has said nothing for so many working days (RQ-5)."""

    kind = "auto_confirm"
    label = message("Automatic confirmation")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE, Dimension.DEPARTMENT)
    consumed_by = "requests.resolve"

    after_working_days: Annotated[int, Field(ge=1, le=366)]

    @property
    def relies_on(self) -> tuple[str, ...]:
        return (BusinessCalendarClause.kind,)


class NoticePeriod(ClauseKind):
    """How long before one's last day one gives notice (PE-7).

    Without `probation_days`, probation makes no difference. No notice at all is a rule only where `allow_zero` says so.
    """

    kind = "notice_period"
    label = message("Notice period")
    dimensions = (Dimension.POST, Dimension.DEPARTMENT)
    consumed_by = "people.resign"

    days: Days
    day_kind: DayKind = DayKind.CALENDAR
    probation_days: Days | None = None
    allow_zero: bool = False
    # Whether the approvers may let somebody go before the notice ends.
    waiver_allowed: bool = False

    @property
    def relies_on(self) -> tuple[str, ...]:
        return (BusinessCalendarClause.kind,)

    @model_validator(mode="after")
    def _zero_is_meant(self) -> Self:
        if not self.allow_zero and 0 in (self.days, self.probation_days):
            raise unfit(message("A notice of no days at all must be allowed explicitly."))
        return self

    def days_for(self, on_probation: bool) -> int:
        """The days of notice for somebody who is, or is not, on probation when the letter is written."""
        return self.probation_days if on_probation and self.probation_days is not None else self.days


class ApprovalChain(ClauseKind, Chain):
    """Who decides, in which steps, on a kind of record (AP-1); the clause's value is the chain itself."""

    kind = "approval_chain"
    label = message("Approval chain")
    dimensions = (Dimension.POST, Dimension.DEPARTMENT, Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE)
    consumed_by = "approvals.open_approval"

    @property
    def topic(self) -> str:
        return chain_topic(self.subject_kind, self.purpose)

    @property
    def relies_on(self) -> tuple[str, ...]:
        return (BusinessCalendarClause.kind,) if any(step.deadline for step in self.steps) else ()


class DunningLadder(ClauseKind, Ladder):
    """The steps by which overdue invoices are asked for (AR-3); the clause's value is the ladder itself."""

    kind = "dunning_ladder"
    label = message("Dunning ladder")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE)
    consumed_by = "billing.issue_invoice, billing.record_payment, billing.place_hold"

    @property
    def relies_on(self) -> tuple[str, ...]:
        return (BusinessCalendarClause.kind,)


class SatisfactionSurvey(ClauseKind):
    """What customers are asked after a request, on which scale, and from which score they were satisfied (CP-3)."""

    kind = "satisfaction_survey"
    label = message("Satisfaction survey")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE, Dimension.DEPARTMENT)
    consumed_by = "requests.confirm, quality"

    question: Wording
    lowest: Annotated[int, Field(ge=0, le=1)] = 1
    highest: Annotated[int, Field(ge=2, le=10)] = 5
    satisfied_from: int
    send_after_working_days: Annotated[int, Field(ge=0, le=60)] = 0
    valid_days: Annotated[int, Field(ge=1, le=366)] = 14

    @model_validator(mode="after")
    def _on_the_scale(self) -> Self:
        if not self.lowest < self.satisfied_from <= self.highest:
            text = message("“satisfied_from” lies above {lowest} and is at most {highest}.")
            raise unfit(text, lowest=self.lowest, highest=self.highest)
        return self

    def satisfied(self, score: int) -> bool:
        """Whether somebody who gave this score was satisfied."""
        return score >= self.satisfied_from


class Metric(StrEnum):
    """What a quality target measures; each is a share of records in per cent."""

    RESOLVED_IN_TIME = "resolved_in_time"
    RESPONSE_IN_TIME = "response_in_time"
    SATISFACTION = "satisfaction"


class Period(StrEnum):
    """How long a quality target is measured before it is judged."""

    MONTH = "month"


class QualityTarget(ClauseKind):
    """What share the company, or the department it is limited to, has to reach in each period (QM-1).

    With `per_department` every department is measured by the same target too. Below `minimum_sample` records the period
    is not judged.
    """

    kind = "quality_target"
    label = message("Quality target")
    dimensions = (Dimension.DEPARTMENT, Dimension.SERVICE_LINE, Dimension.CUSTOMER_TIER)
    consumed_by = "quality.measure"

    metric: Metric
    at_least_percent: Percent
    period: Period = Period.MONTH
    per_department: bool = True
    minimum_sample: Annotated[int, Field(ge=1, le=100_000)] = 1

    @property
    def topic(self) -> str:
        return self.metric.value


class BackupSchedule(ClauseKind):
    """When the company's archive is written and how long archives are kept (BK-1): daily, or by a cron expression.

    Times are wall times of the company's zone. An archive goes when it is older than `keep_days`, but never the newest
    `keep_at_least`. Every `drill_every`-th archive is restored into a rehearsal by itself.
    """

    kind = "backup_schedule"
    label = message("Backup schedule")
    consumed_by = "backups"

    daily_at: WallTime | None = None
    cron: Annotated[str, Field(max_length=100)] | None = None
    keep_days: Annotated[int, Field(ge=1, le=3660)]
    keep_at_least: Annotated[int, Field(ge=1, le=1000)] = 3
    drill_every: Annotated[int, Field(ge=1, le=366)] | None = None

    @field_validator("cron")
    @classmethod
    def _understood(cls, given: str | None) -> str | None:
        try:
            if given is not None:
                CronSim(given, datetime(2026, 1, 1))  # noqa: DTZ001  # cron speaks of wall times, which have no zone
        except CronSimError:
            raise unfit(message("“{given}” is not a cron expression, such as 30 2 * * 1-5."), given=given) from None
        return given

    @model_validator(mode="after")
    def _in_one_way(self) -> Self:
        if (self.daily_at is None) == (self.cron is None):
            raise unfit(message("A schedule has either a time of every day in “daily_at” or a “cron” expression."))
        if self.daily_at == "24:00":
            raise unfit(message("Write 00:00 for midnight."))
        return self

    def next_after(self, at: datetime, zone: str) -> datetime:
        """The next instant, with the company's zone, at which an archive is due, strictly after `at`."""
        hours, minutes = divmod(minutes_of(self.daily_at or "00:00"), 60)
        found: datetime = next(CronSim(self.cron or f"{minutes} {hours} * * *", at.astimezone(ZoneInfo(zone))))
        return found


class RetainedRecord(StrEnum):
    """What is kept for so long and no longer."""

    CLOSED_REQUESTS = "closed_requests"
    JOURNAL = "journal"
    CLOSED_COMPANY = "closed_company"
    CANDIDATES = "candidates"


class Retention(ClauseKind):
    """How long records of a kind are kept after they have served their purpose."""

    kind = "retention"
    label = message("Retention")

    record: RetainedRecord
    keep_days: Annotated[int, Field(ge=1, le=36_600)]

    @property
    def topic(self) -> str:
        return self.record.value


KINDS: dict[str, type[ClauseKind]] = {
    kind.kind: kind
    for kind in (
        Provision,
        BusinessCalendarClause,
        PriorityMatrix,
        ServiceLevel,
        AutoConfirm,
        NoticePeriod,
        ApprovalChain,
        DunningLadder,
        SatisfactionSurvey,
        QualityTarget,
        BackupSchedule,
        Retention,
    )
}
