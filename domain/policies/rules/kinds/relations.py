"""Customers after the work: complaints, visits, surveys."""

from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from domain.policies.rules.clause_kind import ClauseKind, Fraction
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import (
    Code,
    EscalationLevel,
    Part,
    Share,
    Target,
    Wording,
    check_once,
    out_of_order,
    unfit,
)
from domain.policies.rules.words import worded
from tenancy.refusals import message

CALENDAR = "business_calendar"
_CUSTOMER = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE, Dimension.DEPARTMENT)


class SurveyForm(StrEnum):
    """How a further question of a survey is answered."""

    SCORE = "score"
    YES_NO = "yes_no"
    TEXT = "text"


class FollowUp(StrEnum):
    """What a score that is not satisfied brings."""

    NOTHING = "nothing"
    NOTIFY_OWNER = "notify_owner"
    REQUEST = "request"
    COMPLAINT = "complaint"


worded(
    {
        FollowUp.NOTHING: message("nothing"),
        FollowUp.NOTIFY_OWNER: message("the account owner is told"),
        FollowUp.REQUEST: message("a new request is opened"),
        FollowUp.COMPLAINT: message("a complaint is recorded"),
    }
)


class SurveyQuestion(Part):
    """A question beside the one that gives the score; a score is given on the same scale."""

    code: Annotated[Code, Field(description="The question's name for programs.")]
    question: Annotated[Wording, Field(description="What is asked.")]
    form: Annotated[SurveyForm, Field(description="What an answer looks like.")]
    required: Annotated[bool, Field(description="Whether it has to be answered.")] = False


class SatisfactionSurvey(ClauseKind):
    """What customers are asked after a request, on which scale, and from which score they were satisfied (CP-3).

    Whoever confirms a request is asked there. Where nobody gave a score, the request's contact is sent a link, so many
    working days after it was closed, that works once and for so many calendar days.
    """

    kind = "satisfaction_survey"
    label = message("Satisfaction survey")
    dimensions = _CUSTOMER
    consumed_by = "requests.confirm, feedback.surveys, quality"
    reaches_open_cases = True

    question: Annotated[Wording, Field(description="The question that gives the score.")]
    lowest: Annotated[int, Field(ge=0, le=1, description="The lowest score, 0 or 1.")] = 1
    highest: Annotated[int, Field(ge=2, le=10, description="The highest score, from 2 to 10.")] = 5
    satisfied_from: Annotated[int, Field(description="From which score on somebody was satisfied.")]
    send_after_working_days: Annotated[
        int,
        Field(
            ge=0, le=60, description="How many working days after a request was closed the link is sent; 0 for at once."
        ),
    ] = 0
    valid_days: Annotated[int, Field(ge=1, le=366, description="For how many calendar days the link works.")] = 14
    by_mail: Annotated[bool, Field(description="Whether the request's contact is sent a link at all.")] = True
    further_questions: Annotated[
        tuple[SurveyQuestion, ...], Field(max_length=9, description="What is asked beside it.")
    ] = ()
    remind_after_days: Annotated[
        tuple[Annotated[int, Field(ge=1, le=365)], ...],
        Field(max_length=3, description="Calendar days after the link was sent, the soonest first."),
    ] = ()
    contact_rest_days: Annotated[
        int, Field(ge=0, le=366, description="For so many calendar days nobody is asked a second time.")
    ] = 30
    when_not_satisfied: Annotated[FollowUp, Field(description="What a score below `satisfied_from` brings.")] = (
        FollowUp.NOTIFY_OWNER
    )

    @property
    def relies_on(self) -> tuple[str, ...]:
        return (CALENDAR,) if self.by_mail and self.send_after_working_days else ()

    @model_validator(mode="after")
    def _on_the_scale(self) -> Self:
        if not self.lowest < self.satisfied_from <= self.highest:
            text = message("“satisfied_from” lies above {lowest} and is at most {highest}.")
            raise unfit(text, "satisfied_from", lowest=self.lowest, highest=self.highest)
        return self

    @model_validator(mode="after")
    def _asks_in_order(self) -> Self:
        check_once(each.code for each in self.further_questions)
        if (place := out_of_order(self.remind_after_days)) is not None:
            raise unfit(message("Days are listed from the soonest to the last, each once."), "remind_after_days", place)
        if any(day >= self.valid_days for day in self.remind_after_days):
            text = message("A reminder comes before the link ends, which is after {days} days.")
            raise unfit(text, "remind_after_days", days=self.valid_days)
        return self

    def satisfied(self, score: int) -> bool:
        """Whether somebody who gave this score was satisfied."""
        return score >= self.satisfied_from

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message(
            "Customers are asked “{question}” from {lowest} to {highest}; satisfied is who gives {from_score} or more."
        )
        scale = {"lowest": self.lowest, "highest": self.highest, "from_score": self.satisfied_from}
        told = [say(text, question=self.question, **scale)]
        if self.further_questions:
            asked = tuple(each.question for each in self.further_questions)
            told.append(say(message("They are also asked: {questions}."), questions=asked))
        if not self.by_mail:
            return (*told, say(message("Only who confirms a request is asked; nobody is sent a link.")))
        text = message("Who gave no score is sent a link at once; it works for {valid} days.")
        if self.send_after_working_days:
            text = message("Who gave no score is sent a link after {after} working days; it works for {valid} days.")
        told.append(say(text, after=self.send_after_working_days, valid=self.valid_days))
        if self.remind_after_days:
            told.append(say(message("Reminders are sent after {days} days."), days=self.remind_after_days))
        if self.contact_rest_days:
            told.append(say(message("Nobody is asked twice within {days} days."), days=self.contact_rest_days))
        text = message("When somebody is not satisfied: {follow_up}.")
        return (*told, say(text, follow_up=self.when_not_satisfied))


class ComplaintHandling(ClauseKind):
    """How soon a complaint is acknowledged, proposed a remedy for and answered (CP-1).

    A warning falls due when such a fraction of the time is used up. What is late is taken over by the superior, but not
    by whom the complaint is about.
    """

    kind = "complaint_handling"
    label = message("Complaint handling")
    dimensions = _CUSTOMER
    consumed_by = "feedback.complaints"

    acknowledge: Annotated[Target, Field(description="From its receipt to the apology or acknowledgement.")]
    proposal: Annotated[Target | None, Field(description="From its receipt to a proposal.")] = None
    result: Annotated[Target, Field(description="From its receipt to the result that the customer is told.")]
    escalates_to_level: Annotated[int, Field(ge=1, le=10, description="Which superior takes over what is late.")] = 1
    warning_fractions: Annotated[
        tuple[Fraction, ...],
        Field(
            max_length=10, description="When to warn: such fractions of the time, from the smallest on, such as 0.75."
        ),
    ] = (Decimal("0.75"),)

    @property
    def escalation(self) -> tuple[EscalationLevel, ...]:
        """The one level, which comes with the deadline."""
        return (EscalationLevel(offset_working_minutes=0, superior_level=self.escalates_to_level),)

    @property
    def relies_on(self) -> tuple[str, ...]:
        return (CALENDAR,)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (place := out_of_order(self.warning_fractions)) is not None:
            text = message("Warnings are listed from the smallest fraction to the largest, each once.")
            raise unfit(text, "warning_fractions", place)
        steps = [target for target in (self.acknowledge, self.proposal, self.result) if target is not None]
        for earlier, later in pairwise(steps):
            for unit in ("working_minutes", "working_days"):
                first, last = getattr(earlier, unit), getattr(later, unit)
                if first is not None and last is not None and first > last:
                    raise unfit(message("A complaint is acknowledged first, then a remedy is proposed, then it ends."))
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        return (
            say(message("A complaint is acknowledged within {target}."), target=self.acknowledge),
            say(
                message("A remedy is proposed within {proposal}; the customer is told the result within {result}."),
                proposal=self.proposal,
                result=self.result,
            ),
            say(message("The superior of level {level} takes over what is late."), level=self.escalates_to_level),
        )


class VisitAfter(StrEnum):
    """What a return visit follows."""

    ACCEPTANCE = "acceptance"
    RESOLUTION = "resolution"
    COMPLAINT = "complaint"


class VisitChannel(StrEnum):
    """How a return visit is made."""

    TELEPHONE = "telephone"
    ON_SITE = "on_site"
    ONLINE = "online"


worded(
    {
        VisitAfter.ACCEPTANCE: message("acceptance"),
        VisitAfter.RESOLUTION: message("the resolution of a request"),
        VisitAfter.COMPLAINT: message("a complaint"),
    }
)
worded(
    {
        VisitChannel.TELEPHONE: message("by telephone"),
        VisitChannel.ON_SITE: message("on site"),
        VisitChannel.ONLINE: message("online"),
    }
)


class ReturnVisits(ClauseKind):
    """When customers are visited or called again (CP-2).

    Visits are planned when a request is closed, counted from its resolution, and when a complaint is settled. One is
    overdue so many calendar days after its day.
    """

    kind = "return_visits"
    label = message("Return visits")
    dimensions = _CUSTOMER
    consumed_by = "feedback.visits"

    after: Annotated[VisitAfter, Field(description="What the visit follows.")]
    after_days: Annotated[
        tuple[Annotated[int, Field(ge=1, le=1095)], ...],
        Field(min_length=1, max_length=24, description="Calendar days after it, the soonest first."),
    ]
    channel: Annotated[VisitChannel, Field(description="How the visit is made.")] = VisitChannel.TELEPHONE
    sample_percent: Annotated[
        Share, Field(description="In how many of a hundred cases; which ones is left to chance and never changes.")
    ] = Decimal(100)
    overdue_after_days: Annotated[
        int, Field(ge=1, le=90, description="How many calendar days after its day a visit is overdue.")
    ] = 3

    def chooses(self, case_id: UUID) -> bool:
        """Whether a case is of the sample: its id is drawn once, at random."""
        return Decimal(case_id.int % 10_000) < self.sample_percent * 100

    @property
    def topic(self) -> str:
        return self.after.value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (place := out_of_order(self.after_days)) is not None:
            raise unfit(message("Days are listed from the soonest to the last, each once."), "after_days", place)
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("Customers are visited {channel} {days} days after {after}.")
        told = (say(text, channel=self.channel, days=self.after_days, after=self.after),)
        if self.sample_percent == 100:
            return told
        return (*told, say(message("That is done in {percent} % of the cases."), percent=self.sample_percent))
