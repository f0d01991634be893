"""People: hiring, training, appraisal, rewards and penalties, leaving."""

from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.kernel.calendars import DayKind
from domain.kernel.money import Money
from domain.policies.rules.clause_kind import ClauseKind, Days
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import Cadence, Part, Share, Weighted, Wording, check_once, check_whole, unfit
from domain.policies.rules.words import worded
from tenancy.refusals import message

_PERSON = (Dimension.POST, Dimension.DEPARTMENT)


class Stage(StrEnum):
    """A stage of recruiting."""

    SCREENING = "screening"
    INTERVIEW = "interview"
    WRITTEN_TEST = "written_test"
    SKILL_TEST = "skill_test"
    BACKGROUND_CHECK = "background_check"
    OFFER = "offer"


worded(
    {
        Stage.SCREENING: message("screening"),
        Stage.INTERVIEW: message("interview"),
        Stage.WRITTEN_TEST: message("written test"),
        Stage.SKILL_TEST: message("skill test"),
        Stage.BACKGROUND_CHECK: message("background check"),
        Stage.OFFER: message("offer"),
    }
)


class RecruitingStages(ClauseKind):
    """Through which stages candidates for a post go (PE-1)."""

    kind = "recruiting_stages"
    label = message("Stages of recruiting")
    dimensions = _PERSON

    stages: Annotated[tuple[Stage, ...], Field(min_length=1, description="The stages, in their order.")]
    probation_months: Annotated[
        int, Field(ge=0, le=12, description="How many months of probation newcomers have; 0 for none.")
    ] = 3

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        check_once(self.stages)
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        probation = say(message("There is no probation."))
        if self.probation_months:
            probation = say(message("Probation lasts {months} months."), months=self.probation_months)
        return say(message("Candidates go through: {stages}."), stages=self.stages), probation


class TrainingHours(ClauseKind):
    """How much training people have in a year, and how long newcomers have a mentor (PE-2)."""

    kind = "training_hours"
    label = message("Training")
    dimensions = _PERSON

    hours_per_year: Annotated[int, Field(ge=0, le=2000, description="Hours of training that everybody has in a year.")]
    mentor_months: Annotated[int, Field(ge=0, le=24, description="For how many months newcomers have a mentor.")] = 3
    pass_mark_percent: Annotated[Share, Field(description="From how many per cent of the points on a test is passed.")]

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("Everybody has {hours} hours of training a year; tests are passed with {percent} %.")
        told = say(text, hours=self.hours_per_year, percent=self.pass_mark_percent)
        if not self.mentor_months:
            return (told,)
        return told, say(message("Newcomers have a mentor for {months} months."), months=self.mentor_months)


class Rater(StrEnum):
    """Who rates somebody."""

    SUPERIOR = "superior"
    PEER = "peer"
    SELF = "self"
    CUSTOMER = "customer"


worded(
    {
        Rater.SUPERIOR: message("superior"),
        Rater.PEER: message("peers"),
        Rater.SELF: message("oneself"),
        Rater.CUSTOMER: message("customers"),
    }
)


class AppraisalScheme(ClauseKind):
    """By which indicators and raters, of which weights, people are appraised (PE-3)."""

    kind = "appraisal_scheme"
    label = message("Appraisal")
    dimensions = _PERSON

    indicators: Annotated[
        tuple[Weighted, ...],
        Field(
            min_length=1, max_length=50, description="What people are appraised by; the weights make up 100 per cent."
        ),
    ]
    raters: Annotated[dict[Rater, Share], Field(min_length=1, description="Weights in per cent of the whole.")]
    every: Annotated[Cadence, Field(description="How often people are appraised.")] = Cadence.QUARTERLY
    appeal_days: Annotated[Days, Field(description="Calendar days in which somebody may appeal.")] = 5

    @model_validator(mode="after")
    def _make_up_the_whole(self) -> Self:
        check_whole(indicator.weight_percent for indicator in self.indicators)
        check_whole(self.raters.values())
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        part = message("{name} {percent} %")
        weights = tuple(say(part, name=each.name, percent=each.weight_percent) for each in self.indicators)
        raters = tuple(say(part, name=rater, percent=share) for rater, share in self.raters.items())
        return (
            say(message("People are appraised {every} by: {weights}."), every=self.every, weights=weights),
            say(
                message("They are rated by: {raters}; an appeal is possible for {days} days."),
                raters=raters,
                days=self.appeal_days,
            ),
        )


class Consequence(StrEnum):
    """What follows conduct, from the best to the gravest."""

    AWARD = "award"
    COMMENDATION = "commendation"
    VERBAL_WARNING = "verbal_warning"
    WRITTEN_WARNING = "written_warning"
    DEMOTION = "demotion"
    TERMINATION = "termination"


worded(
    {
        Consequence.AWARD: message("award"),
        Consequence.COMMENDATION: message("commendation"),
        Consequence.VERBAL_WARNING: message("verbal warning"),
        Consequence.WRITTEN_WARNING: message("written warning"),
        Consequence.DEMOTION: message("demotion"),
        Consequence.TERMINATION: message("termination"),
    }
)
_ORDER = {consequence: index for index, consequence in enumerate(Consequence)}


class ConductStep(Part):
    """What conduct leads to a consequence; an award or a commendation may come with money."""

    consequence: Annotated[Consequence, Field(description="What follows.")]
    conduct: Annotated[Wording, Field(description="Which conduct leads to it.")]
    bonus: Annotated[Money | None, Field(description="Money that comes with an award or a commendation.")] = None


class RewardsAndPenalties(ClauseKind):
    """The ladder of rewards and penalties, and the right to be heard before a penalty (PE-4, PE-5)."""

    kind = "rewards_and_penalties"
    label = message("Rewards and penalties")
    dimensions = _PERSON

    steps: Annotated[
        tuple[ConductStep, ...],
        Field(min_length=1, max_length=50, description="From the award to the gravest penalty."),
    ]
    hearing_days: Annotated[Days, Field(description="Calendar days in which somebody is heard before a penalty.")] = 3

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for place, (lighter, graver) in enumerate(pairwise(self.steps), 1):
            if _ORDER[graver.consequence] < _ORDER[lighter.consequence]:
                text = message("Steps are listed from the award to the gravest penalty.")
                raise unfit(text, "steps", place, "consequence")
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        steps = [
            say(message("{consequence}: {conduct}."), consequence=step.consequence, conduct=step.conduct)
            for step in self.steps
        ]
        return (*steps, say(message("Before a penalty one is heard, for {days} days."), days=self.hearing_days))


class NoticePeriod(ClauseKind):
    """How long before one's last day one gives notice (PE-7).

    A letter keeps the clause under which it was handed in: nobody who has given notice is bound for longer afterwards.
    Without `probation_days`, probation makes no difference. No notice at all is a rule only where `allow_zero` says so.
    """

    kind = "notice_period"
    label = message("Notice period")
    dimensions = _PERSON
    consumed_by = "people.resign"

    days: Annotated[Days, Field(description="How many days ahead notice is given.")]
    day_kind: Annotated[DayKind, Field(description="Whether calendar days or working days are counted.")] = (
        DayKind.CALENDAR
    )
    probation_days: Annotated[
        Days | None, Field(description="How many days it is on probation; without it probation makes no difference.")
    ] = None
    allow_zero: Annotated[bool, Field(description="Has to be true where a notice of no days at all is meant.")] = False
    # Whether the approvers may let somebody go before the notice ends.
    waiver_allowed: Annotated[
        bool, Field(description="Whether the approvers may let somebody go before the notice ends.")
    ] = False

    @property
    def relies_on(self) -> tuple[str, ...]:
        return ("business_calendar",)

    @model_validator(mode="after")
    def _zero_is_meant(self) -> Self:
        none = next((name for name in ("days", "probation_days") if getattr(self, name) == 0), None)
        if none is not None and not self.allow_zero:
            raise unfit(message("A notice of no days at all must be allowed explicitly."), none)
        return self

    def days_for(self, on_probation: bool) -> int:
        """The days of notice for somebody who is, or is not, on probation when the letter is written."""
        return self.probation_days if on_probation and self.probation_days is not None else self.days

    def standard_text(self) -> tuple[Sentence, ...]:
        told = [say(message("No notice needs to be given."))]
        if self.days:
            told = [say(message("Notice is given {days} {day_kind} ahead."), days=self.days, day_kind=self.day_kind)]
        if self.probation_days is not None:
            text = message("On probation it is {days} {day_kind}.")
            told.append(say(text, days=self.probation_days, day_kind=self.day_kind))
        if self.waiver_allowed:
            told.append(say(message("Whoever approves may let somebody go earlier.")))
        return tuple(told)


class ExitAudit(ClauseKind):
    """Whose leaving is audited, and what is looked at (PE-7)."""

    kind = "exit_audit"
    label = message("Exit audit")
    dimensions = _PERSON

    key_posts_only: Annotated[
        bool, Field(description="Whether only the leaving of holders of key posts is audited.")
    ] = True
    items: Annotated[tuple[Wording, ...], Field(min_length=1, max_length=50, description="What is looked at.")]
    before_last_day_days: Annotated[Days, Field(description="Calendar days before the last day, by which it is done.")]

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("Everybody's leaving is audited {days} days before the last day: {items}.")
        if self.key_posts_only:
            text = message("The leaving of holders of key posts is audited {days} days before the last day: {items}.")
        return (say(text, days=self.before_last_day_days, items=self.items),)
