"""Operations: what comes of alarms of customers' systems."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.kernel.terms import Impact, Urgency
from domain.policies.rules.clause_kind import ClauseKind
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import Part
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
