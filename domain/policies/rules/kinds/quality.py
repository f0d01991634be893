"""Quality: what is to be reached, what is watched, and how what is wrong is put right."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.policies.rules.clause_kind import ClauseKind, Percent
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import Cadence, Target, Weighted, check_whole, unfit
from domain.policies.rules.words import worded
from tenancy.refusals import message


class Metric(StrEnum):
    """What a quality target measures; each is a share of records in per cent."""

    RESOLVED_IN_TIME = "resolved_in_time"
    RESPONSE_IN_TIME = "response_in_time"
    SATISFACTION = "satisfaction"
    WITHOUT_COMPLAINT = "without_complaint"
    NOT_REOPENED = "not_reopened"
    FIRST_CONTACT = "first_contact"
    RESOLVED = "resolved"


class Period(StrEnum):
    """How long a quality target is measured before it is judged."""

    MONTH = "month"


worded(
    {
        Metric.RESOLVED_IN_TIME: message("requests resolved in time"),
        Metric.RESPONSE_IN_TIME: message("requests answered in time"),
        Metric.SATISFACTION: message("satisfied customers"),
        Metric.WITHOUT_COMPLAINT: message("closed requests without a complaint"),
        Metric.NOT_REOPENED: message("closed requests that were never reopened"),
        Metric.FIRST_CONTACT: message("closed requests resolved at first contact"),
        Metric.RESOLVED: message("requests resolved of all that were open"),
    }
)


class QualityTarget(ClauseKind):
    """What share the company, or the department it is limited to, has to reach in each period (QM-1).

    With `per_department` every department is measured by the same target too. Below `minimum_sample` records the period
    is not judged.
    """

    kind = "quality_target"
    label = message("Quality target")
    dimensions = (Dimension.DEPARTMENT, Dimension.SERVICE_LINE, Dimension.CUSTOMER_TIER)
    consumed_by = "quality.measure"

    metric: Annotated[Metric, Field(description="What is measured.")]
    at_least_percent: Annotated[Percent, Field(description="The share that has to be reached.")]
    period: Annotated[Period, Field(description="How long is measured before it is judged.")] = Period.MONTH
    per_department: Annotated[
        bool, Field(description="Whether every department is measured by the same target, too.")
    ] = True
    minimum_sample: Annotated[
        int, Field(ge=1, le=100_000, description="With fewer records than this a period isn't judged.")
    ] = 1

    @property
    def topic(self) -> str:
        return self.metric.value

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("In each month at least {percent} %: {metric}.")
        return (say(text, percent=self.at_least_percent, metric=self.metric),)


class Measure(StrEnum):
    """What is reported by hand in each period."""

    FIRST_TIME_ACCEPTANCE = "first_time_acceptance"
    COMPLAINT_RATE = "complaint_rate"
    DEPLOYMENT_SUCCESS = "deployment_success"
    REQUIREMENT_ACCURACY = "requirement_accuracy"
    SYSTEM_AVAILABILITY = "system_availability"
    TRAINING_SUCCESS = "training_success"


worded(
    {
        Measure.FIRST_TIME_ACCEPTANCE: message("acceptances passed at the first attempt"),
        Measure.COMPLAINT_RATE: message("complaints per request"),
        Measure.DEPLOYMENT_SUCCESS: message("successful deployments"),
        Measure.REQUIREMENT_ACCURACY: message("requirements understood at once"),
        Measure.SYSTEM_AVAILABILITY: message("availability of systems in our care"),
        Measure.TRAINING_SUCCESS: message("trainings passed"),
    }
)


class ReportedTarget(ClauseKind):
    """A target whose figures are reported by hand (QM-1): at least, or at most, so many per cent."""

    kind = "reported_target"
    label = message("Target reported by hand")
    dimensions = (Dimension.DEPARTMENT, Dimension.SERVICE_LINE, Dimension.CUSTOMER_TIER)

    measure: Annotated[Measure, Field(description="What is reported by hand.")]
    at_least_percent: Annotated[
        Percent | None, Field(description="The share that has to be reached. Either this or `at_most_percent`.")
    ] = None
    at_most_percent: Annotated[
        Percent | None, Field(description="The share that must not be exceeded. Either this or `at_least_percent`.")
    ] = None
    every: Annotated[Cadence, Field(description="How often it is reported.")] = Cadence.QUARTERLY

    @property
    def topic(self) -> str:
        return self.measure.value

    @model_validator(mode="after")
    def _in_one_direction(self) -> Self:
        if (self.at_least_percent is None) == (self.at_most_percent is None):
            raise unfit(message("A target is either at least or at most so many per cent."))
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        if self.at_least_percent is not None:
            text = message("At least {percent} %: {measure}; reported {every}.")
            return (say(text, percent=self.at_least_percent, measure=self.measure, every=self.every),)
        text = message("At most {percent} %: {measure}; reported {every}.")
        return (say(text, percent=self.at_most_percent, measure=self.measure, every=self.every),)


class MonitoringIndicators(ClauseKind):
    """By which indicators, of which weight, departments are scored, and what is sampled (QM-2)."""

    kind = "monitoring_indicators"
    label = message("Monitoring indicators")
    dimensions = (Dimension.DEPARTMENT, Dimension.SERVICE_LINE)

    indicators: Annotated[
        tuple[Weighted, ...],
        Field(
            min_length=1, max_length=50, description="What departments are scored by; the weights make up 100 per cent."
        ),
    ]
    every: Annotated[Cadence, Field(description="How often departments are scored.")] = Cadence.MONTHLY
    sample_percent: Annotated[Percent, Field(description="The share of each day's cases that is checked.")]

    @model_validator(mode="after")
    def _make_up_the_whole(self) -> Self:
        check_whole(indicator.weight_percent for indicator in self.indicators)
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        weights = tuple(
            say(message("{name} {percent} %"), name=each.name, percent=each.weight_percent) for each in self.indicators
        )
        return (
            say(message("Departments are scored {every} by: {weights}."), every=self.every, weights=weights),
            say(message("Each day {percent} % of the cases are checked."), percent=self.sample_percent),
        )


class Rectification(ClauseKind):
    """How soon a problem that was found is put right and checked again (QM-4)."""

    kind = "rectification"
    label = message("Rectification")
    dimensions = (Dimension.DEPARTMENT, Dimension.SERVICE_LINE)

    within: Annotated[Target, Field(description="From the finding to the report that it is put right.")]
    recheck_within: Annotated[Target, Field(description="From the report to the recheck.")]
    escalates_to_level: Annotated[int, Field(ge=1, le=10, description="Which superior hears of what is late.")] = 1

    @property
    def relies_on(self) -> tuple[str, ...]:
        return ("business_calendar",)

    def standard_text(self) -> tuple[Sentence, ...]:
        return (
            say(
                message("A problem is put right within {within} and checked again within {recheck}."),
                within=self.within,
                recheck=self.recheck_within,
            ),
            say(message("The superior of level {level} hears of what is late."), level=self.escalates_to_level),
        )
