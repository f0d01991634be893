"""Risks, reports and meetings: what is watched, and when people come together."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.kernel.calendars import WallTime, Weekday
from domain.policies.rules.clause_kind import ClauseKind
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import Cadence, Code, Recurrence, Wording, unfit
from domain.policies.rules.words import worded
from tenancy.refusals import message


class RiskLevel(StrEnum):
    """How grave a risk is, the least first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


worded(
    {
        RiskLevel.LOW: message("low"),
        RiskLevel.MEDIUM: message("medium"),
        RiskLevel.HIGH: message("high"),
        RiskLevel.CRITICAL: message("critical"),
    }
)
_GRAVITY = {level: index for index, level in enumerate(RiskLevel)}


class RiskMatrix(ClauseKind):
    """How grave a risk is by likelihood and impact, and how often risks of a level are reviewed (RK-1, RK-2).

    `levels` has a row for each likelihood and in it a level for each impact, both from the lowest on.
    """

    kind = "risk_matrix"
    label = message("Risk matrix")
    dimensions = (Dimension.DEPARTMENT, Dimension.SERVICE_LINE)

    levels: Annotated[
        tuple[Annotated[tuple[RiskLevel, ...], Field(min_length=2, max_length=10)], ...],
        Field(
            min_length=2,
            max_length=10,
            description="A row for each likelihood, in it a level for each impact, both from the lowest on.",
        ),
    ]
    review: Annotated[dict[RiskLevel, Cadence], Field(description="How often risks of each level are reviewed.")] = {}

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if len({len(row) for row in self.levels}) != 1:
            raise unfit(message("Every row of the matrix has as many levels."))
        columns = tuple(zip(*self.levels, strict=True))
        for line in (*self.levels, *columns):
            gravity = [_GRAVITY[level] for level in line]
            if gravity != sorted(gravity):
                raise unfit(message("A risk that is likelier or hits harder can't be of a lower level."))
        return self

    def level(self, likelihood: int, impact: int) -> RiskLevel:
        """The level of a risk; both count from 1, the lowest."""
        return self.levels[likelihood - 1][impact - 1]

    def standard_text(self) -> tuple[Sentence, ...]:
        rows = [
            say(message("Likelihood {number}, by rising impact: {levels}."), number=number, levels=row)
            for number, row in enumerate(self.levels, 1)
        ]
        text = message("Risks of the level “{level}” are reviewed {every}.")
        return (*rows, *(say(text, level=level, every=every) for level, every in self.review.items()))


class RiskThresholds(ClauseKind):
    """What about a risk warns leadership (RK-3)."""

    kind = "risk_thresholds"
    label = message("Thresholds of risk")
    dimensions = (Dimension.DEPARTMENT, Dimension.SERVICE_LINE)

    warn_from: Annotated[RiskLevel, Field(description="The lowest level that warns as soon as it is reached.")]
    overdue_measure_days: Annotated[
        int, Field(ge=1, le=366, description="Calendar days after which an overdue measure warns.")
    ]

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("Leadership is warned of risks from the level “{level}” on and of measures {days} days overdue.")
        return (say(text, level=self.warn_from, days=self.overdue_measure_days),)


class WeeklyReport(ClauseKind):
    """When each department's weekly report is due and what it says (CM-1)."""

    kind = "weekly_report"
    label = message("Weekly report")
    dimensions = (Dimension.DEPARTMENT,)

    weekday: Annotated[Weekday, Field(description="On which day of the week it is due.")]
    at: Annotated[WallTime, Field(description="At what time, such as 17:00, in the company's zone.")]
    remind_hours_before: Annotated[
        int, Field(ge=0, le=96, description="How many hours before that somebody is reminded; 0 for not at all.")
    ] = 4
    sections: Annotated[
        tuple[Wording, ...], Field(min_length=1, max_length=20, description="What the report speaks of, in order.")
    ]

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("Every department's weekly report is due on {weekday} at {at}: {sections}.")
        return (say(text, weekday=self.weekday, at=self.at, sections=self.sections),)


class MeetingCadence(ClauseKind):
    """Which meeting comes round when, and who is there (CM-2)."""

    kind = "meeting_cadence"
    label = message("Meetings")
    dimensions = (Dimension.DEPARTMENT,)

    code: Annotated[Code, Field(description="The meeting's name for programs.")]
    name: Annotated[Wording, Field(description="What the meeting is called.")]
    when: Annotated[Recurrence, Field(description="When it comes round.")]
    participants: Annotated[Wording, Field(description="Who is there.")]
    minutes_within_working_days: Annotated[
        int, Field(ge=0, le=30, description="Within how many working days the minutes are sent out.")
    ] = 2

    @property
    def topic(self) -> str:
        return self.code

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("{name} takes place {every} with {participants}; minutes are out within {days} working days.")
        days = self.minutes_within_working_days
        return (say(text, name=self.name, every=self.when.every, participants=self.participants, days=days),)
