"""Operations: what comes of alarms of customers' systems, and how planned work is kept to its days."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.kernel.terms import Impact, Urgency
from domain.policies.rules.clause_kind import ClauseKind
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import Part, out_of_order, unfit
from domain.policies.rules.words import worded
from tenancy.refusals import message


class AlarmSeverity(StrEnum):
    """How bad a monitoring system finds something."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


class OnRecovery(StrEnum):
    """What becomes of a request when all alarms behind it have recovered."""

    NOTE = "note"
    RESOLVE = "resolve"


worded(
    {
        AlarmSeverity.INFO: message("for information"),
        AlarmSeverity.WARNING: message("a warning"),
        AlarmSeverity.ERROR: message("an error"),
        AlarmSeverity.CRITICAL: message("critical"),
        OnRecovery.NOTE: message("that is noted with it"),
        OnRecovery.RESOLVE: message("it is resolved, or cancelled where nobody has begun with it"),
    }
)


class AlarmRating(Part):
    """How the request of an alarm is rated; the priority matrix does the rest."""

    impact: Annotated[Impact, Field(description="How much of the customer's work stands still.")]
    urgency: Annotated[Urgency, Field(description="How soon it hurts.")]


class AlarmHandling(ClauseKind):
    """Which alarms of customers' systems open requests, how many, and what their recovery brings (RQ-12).

    Each fingerprint has one request while that is open. Without this clause errors and critical alarms open requests,
    ten in ten minutes, and a recovery is noted.
    """

    kind = "alarm_handling"
    label = message("Handling of alarms")
    dimensions = (Dimension.CUSTOMER_TIER,)
    consumed_by = "operations.raise_alarms"

    opens: Annotated[
        dict[AlarmSeverity, AlarmRating],
        Field(description="The severities that open a request, and how it is rated; the others are only counted."),
    ] = Field(
        default_factory=lambda: {
            AlarmSeverity.ERROR: AlarmRating(impact=Impact.MEDIUM, urgency=Urgency.HIGH),
            AlarmSeverity.CRITICAL: AlarmRating(impact=Impact.HIGH, urgency=Urgency.HIGH),
        }
    )
    most_requests: Annotated[
        int,
        Field(
            ge=1,
            le=1000,
            description="Requests that the alarms of one source open for one customer at most in the time below; one "
            "further request stands for the rest.",
        ),
    ] = 10
    in_minutes: Annotated[
        int, Field(ge=1, le=1440, description="The time in which so many are opened, in minutes.")
    ] = 10
    on_recovery: Annotated[
        OnRecovery, Field(description="What becomes of a request when all alarms behind it have recovered.")
    ] = OnRecovery.NOTE
    department: Annotated[
        str | None,
        Field(min_length=1, max_length=120, description="The department that gets the requests; unless named, none."),
    ] = None

    def standard_text(self) -> tuple[Sentence, ...]:
        told = [
            say(message("Alarms open requests that are: {severities}."), severities=tuple(self.opens)),
            say(
                message("One source opens at most {most} requests of a customer in {minutes} minutes."),
                most=self.most_requests,
                minutes=self.in_minutes,
            ),
            say(message("When all alarms behind a request have recovered: {act}."), act=self.on_recovery),
        ]
        if self.department is not None:
            told.append(
                say(message("Requests of alarms go to the department {department}."), department=self.department)
            )
        return tuple(told)


class ClosedDay(StrEnum):
    """What becomes of a day on which nobody works."""

    BEFORE = "before"
    AFTER = "after"
    KEPT = "kept"


worded(
    {
        ClosedDay.BEFORE: message("the last working day before it"),
        ClosedDay.AFTER: message("the next working day after it"),
        ClosedDay.KEPT: message("the day itself all the same"),
    }
)


class ScheduledWorkRules(ClauseKind):
    """How planned work is kept to its days: inspections, security scans, drills and performance reviews (RQ-12).

    Without this clause work moves to the next working day, is reminded of one working day before, is told to the
    nearest superior one working day after it, and is never taken as missed. Working days are those of the business
    calendar; without one every day is worked.
    """

    kind = "scheduled_work"
    label = message("Scheduled work")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE, Dimension.DEPARTMENT)
    consumed_by = "operations.open_due"

    on_closed_day: Annotated[
        ClosedDay, Field(description="When work is due that would fall on a day on which nobody works.")
    ] = ClosedDay.AFTER
    remind_working_days: Annotated[
        int, Field(ge=0, le=60, description="How many working days before its day somebody is reminded.")
    ] = 1
    escalate_after_working_days: Annotated[
        tuple[Annotated[int, Field(ge=1, le=366)], ...],
        Field(
            max_length=5,
            description="So many working days after its day, the soonest first, the first, second … superior learns "
            "that it is not done.",
        ),
    ] = (1,)
    missed_after_working_days: Annotated[
        int | None,
        Field(
            ge=1,
            le=366,
            description="So many working days after its day, what nobody has begun is taken as missed; none is never.",
        ),
    ] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (place := out_of_order(self.escalate_after_working_days)) is not None:
            text = message("Days are listed from the soonest to the last, each once.")
            raise unfit(text, "escalate_after_working_days", place)
        missed = self.missed_after_working_days
        if missed is not None and any(days > missed for days in self.escalate_after_working_days):
            raise unfit(message("Nobody is told of work after it is taken as missed."), "missed_after_working_days")
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("Planned work that falls on a day on which nobody works is due on {day}.")
        told = [
            say(text, day=self.on_closed_day),
            say(message("It is reminded of {days} working days before."), days=self.remind_working_days),
        ]
        if self.escalate_after_working_days:
            text = message("The superiors learn that it is not done so many working days after its day: {days}.")
            told.append(say(text, days=self.escalate_after_working_days))
        if self.missed_after_working_days is not None:
            text = message("What nobody has begun {days} working days after its day is missed.")
            told.append(say(text, days=self.missed_after_working_days))
        return tuple(told)


class TimeRecording(ClauseKind):
    """How working time is written down (RQ-9).

    Without this clause time is entered up to 31 days back, and a day has 24 hours. Whether a request is resolved
    without any, the clause on its course says.
    """

    kind = "time_recording"
    label = message("Recording of working time")
    dimensions = (Dimension.DEPARTMENT,)
    consumed_by = "operations.record_time, operations.correct_time"

    most_minutes_a_day: Annotated[
        int, Field(ge=1, le=1440, description="The minutes that one person records for a day at most.")
    ] = 1440
    back_days: Annotated[
        int, Field(ge=0, le=366, description="How many calendar days back working time can be recorded or corrected.")
    ] = 31
    note_needed: Annotated[bool, Field(description="Whether it is said what was done.")] = False

    def standard_text(self) -> tuple[Sentence, ...]:
        told = [
            say(message("Working time is recorded at most {days} days back."), days=self.back_days),
            say(message("Nobody records more than {minutes} minutes for a day."), minutes=self.most_minutes_a_day),
        ]
        if self.note_needed:
            told.append(say(message("Whoever records time says what was done.")))
        return tuple(told)
