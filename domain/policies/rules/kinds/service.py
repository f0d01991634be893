"""Service as it is promised: calendars, priorities, times, and how a request ends."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.kernel.calendars import WEEKDAYS, BusinessCalendar
from domain.kernel.money import Money
from domain.kernel.terms import CustomerTier, Impact, Priority, Urgency
from domain.policies.rules.clause_kind import ClauseKind, Fraction
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import (
    EscalationAction,
    EscalationLevel,
    Part,
    PriorityTargets,
    Target,
    Wording,
    check_once,
    out_of_order,
    unfit,
)
from tenancy.refusals import message


class BusinessCalendarClause(ClauseKind, BusinessCalendar):
    """The working days and hours by which deadlines run; the clause's value is the calendar itself."""

    kind = "business_calendar"
    label = message("Business calendar")
    dimensions = (Dimension.DEPARTMENT, Dimension.SERVICE_LINE)
    consumed_by = "requests, approvals, billing, people"
    reaches_open_cases = True

    def standard_text(self) -> tuple[Sentence, ...]:
        hours = [
            say(
                message("{day}: {hours}."),
                day=weekday,
                hours=tuple(f"{opens}–{closes}" for opens, closes in self.weekly_hours.on(weekday)),
            )
            for weekday in WEEKDAYS
            if self.weekly_hours.on(weekday)
        ]
        days = say(
            message("{holidays} holidays and {make_up_days} make-up days are entered; times are those of {zone}."),
            holidays=len(self.holidays),
            make_up_days=len(self.make_up_days),
            zone=self.zone,
        )
        return (*hours, days)


class PriorityMatrix(ClauseKind):
    """Which priority a request has, by its customer's tier, impact and urgency (RQ-2); no combination is left open."""

    kind = "priority_matrix"
    label = message("Priority matrix")
    dimensions = (Dimension.SERVICE_LINE, Dimension.DEPARTMENT)
    consumed_by = "requests.submit"
    reaches_open_cases = True

    matrix: Annotated[
        dict[CustomerTier, dict[Impact, dict[Urgency, Priority]]],
        Field(
            description=(
                "The priority by the customer's tier, then the impact, then the urgency; no combination is left out."
            )
        ),
    ]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for tier in CustomerTier:
            for impact in Impact:
                for urgency in Urgency:
                    if urgency not in self.matrix.get(tier, {}).get(impact, {}):
                        text = message("There is no priority for tier {tier}, impact {impact} and urgency {urgency}.")
                        raise unfit(text, "matrix", tier=tier.value, impact=impact.value, urgency=urgency.value)
        return self

    def rate(self, tier: CustomerTier, impact: Impact, urgency: Urgency) -> Priority:
        """The priority of a request."""
        return self.matrix[tier][impact][urgency]

    def standard_text(self) -> tuple[Sentence, ...]:
        return tuple(
            say(
                message("{tier}, impact {impact}: urgency low {low}, medium {medium}, high {high}."),
                tier=tier,
                impact=impact,
                low=self.rate(tier, impact, Urgency.LOW),
                medium=self.rate(tier, impact, Urgency.MEDIUM),
                high=self.rate(tier, impact, Urgency.HIGH),
            )
            for tier in CustomerTier
            for impact in Impact
        )


def _when(offset_minutes: int) -> Sentence:
    """When something happens, seen from a deadline; `offset_minutes` are working minutes, negative before it."""
    if offset_minutes == 0:
        return say(message("when the deadline has come"))
    text = message("{minutes} working minutes after the deadline")
    if offset_minutes < 0:
        text = message("{minutes} working minutes before the deadline")
    return say(text, minutes=abs(offset_minutes))


class ServiceLevel(ClauseKind):
    """How soon requests of each priority are answered and resolved, when a warning is due and who is told (RQ-6).

    A priority without targets has no limit. Warnings fall due when such a fraction of the time is used up. Levels of
    escalation go up the line above the request: the assignee's superiors, then the head of the responsible department
    and those above; while nobody is assigned, that head is the first. Where the line is shorter than a level asks for,
    its last is told; where nobody is in it, the customer's account owner, else the head of the company, else everybody
    who may assign requests.
    """

    kind = "service_level"
    label = message("Service level")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE, Dimension.SLA_CLASS, Dimension.DEPARTMENT)
    consumed_by = "requests.submit, requests.resolve"
    reaches_open_cases = True

    targets: Annotated[
        dict[Priority, PriorityTargets],
        Field(min_length=1, description="What each priority is promised; a priority that is left out has no limit."),
    ]
    warning_fractions: Annotated[
        tuple[Fraction, ...],
        Field(
            max_length=10,
            description="When to warn: such fractions of the time, from the smallest on, such as 0.5 and 0.8.",
        ),
    ] = ()
    escalation: Annotated[
        tuple[EscalationLevel, ...],
        Field(
            max_length=20,
            description="Who is told when a deadline comes near or has passed, in the order in which they are.",
        ),
    ] = ()

    @property
    def relies_on(self) -> tuple[str, ...]:
        return (BusinessCalendarClause.kind,)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (place := out_of_order(self.warning_fractions)) is not None:
            text = message("Warnings are listed from the smallest fraction to the largest, each once.")
            raise unfit(text, "warning_fractions", place)
        if (place := out_of_order([level.offset_working_minutes for level in self.escalation])) is not None:
            text = message("Escalation levels are listed in the order in which they come, each at its own time.")
            raise unfit(text, "escalation", place, "offset_working_minutes")
        return self

    def targets_for(self, priority: Priority) -> PriorityTargets | None:
        """What a priority is promised; None when there is no limit."""
        return self.targets.get(priority)

    def standard_text(self) -> tuple[Sentence, ...]:
        promised = [
            say(
                message("{priority}: response {response}, resolution {resolution}."),
                priority=priority,
                response=targets.response,
                resolution=targets.resolution,
            )
            for priority, targets in sorted(self.targets.items())
        ]
        promised += [
            say(
                message("{priority}: a solution is proposed within {target}."),
                priority=priority,
                target=targets.proposal,
            )
            for priority, targets in sorted(self.targets.items())
            if targets.proposal is not None
        ]
        promised += [
            say(
                message("{priority}: resolved within {target} of its assignment, as agreed among ourselves."),
                priority=priority,
                target=targets.internal,
            )
            for priority, targets in sorted(self.targets.items())
            if targets.internal is not None
        ]
        shares = tuple(say(message("{percent} %"), percent=fraction * 100) for fraction in self.warning_fractions)
        told = (
            [say(message("A warning is given when {shares} of the time is used up."), shares=shares)] if shares else []
        )
        told += [
            say(
                message("The superior of level {level} is told {when}."),
                level=level.superior_level,
                when=_when(level.offset_working_minutes),
            )
            for level in self.escalation
        ]
        for level in self.escalation:
            when = _when(level.offset_working_minutes)
            if level.action is EscalationAction.RAISE_TIER:
                told.append(say(message("It is raised to the next tier of support {when}."), when=when))
            if level.action is EscalationAction.HAND_TO:
                text = message("It is handed to {department} {when}.")
                told.append(say(text, department=level.department, when=when))
        return (*promised, *told)


class UpdateCadence(ClauseKind):
    """How often the requester of an open request hears how it stands, by priority (RQ-6)."""

    kind = "update_cadence"
    label = message("Update cadence")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE, Dimension.DEPARTMENT)
    consumed_by = "requests.submit, requests.comment"

    every: Annotated[
        dict[Priority, Target],
        Field(min_length=1, description="For each priority, the longest time without word to the requester."),
    ]

    @property
    def relies_on(self) -> tuple[str, ...]:
        return (BusinessCalendarClause.kind,)

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("The requester of an open {priority} request hears of it at least every {target}.")
        return tuple(say(text, priority=priority, target=target) for priority, target in sorted(self.every.items()))


class AutoConfirm(ClauseKind):
    """A resolved request closes by itself when its requester has said nothing for so many working days (RQ-5)."""

    kind = "auto_confirm"
    label = message("Automatic confirmation")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE, Dimension.DEPARTMENT)
    consumed_by = "requests.resolve"
    reaches_open_cases = True

    after_working_days: Annotated[
        int, Field(ge=1, le=366, description="After how many working days without a word it closes by itself.")
    ]

    @property
    def relies_on(self) -> tuple[str, ...]:
        return (BusinessCalendarClause.kind,)

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("A resolved request closes by itself after {days} working days without a word of its requester.")
        return (say(text, days=self.after_working_days),)


class ReopenWindow(ClauseKind):
    """For how long a requester who is not satisfied may reopen a request (RQ-5)."""

    kind = "reopen_window"
    label = message("Reopen window")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE, Dimension.DEPARTMENT)
    consumed_by = "requests.confirm, requests.reopen"
    reaches_open_cases = True

    working_days: Annotated[int, Field(ge=0, le=366, description="Working days from its closing; 0 for never.")]
    most_times: Annotated[
        int,
        Field(
            ge=1,
            le=100,
            description="How often one request may be reopened at most once it was closed. Before that a resolved "
            "request goes back, uncounted, as often as its requester is not satisfied.",
        ),
    ] = 3

    @property
    def relies_on(self) -> tuple[str, ...]:
        return (BusinessCalendarClause.kind,)

    def standard_text(self) -> tuple[Sentence, ...]:
        if not self.working_days:
            return (say(message("A closed request is not reopened.")),)
        text = message("A closed request may be reopened within {days} working days, at most {most} times.")
        return (say(text, days=self.working_days, most=self.most_times),)


class TierRule(Part):
    """What makes a customer one of a tier."""

    tier: Annotated[CustomerTier, Field(description="The tier.")]
    meaning: Annotated[Wording, Field(description="Which customers belong to it.")]
    least_yearly_revenue: Annotated[
        Money | None, Field(description="From which revenue a year on a customer belongs to it.")
    ] = None


class ImportanceTiers(ClauseKind):
    """Which customers are strategic, key or standard, and how often that is looked at anew (TN-9)."""

    kind = "importance_tiers"
    label = message("Importance of customers")

    tiers: Annotated[
        tuple[TierRule, ...], Field(min_length=1, max_length=3, description="The tiers and what they mean.")
    ]
    review_every_months: Annotated[
        int, Field(ge=1, le=60, description="Months from one review of who belongs where to the next.")
    ] = 12

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        check_once(rule.tier for rule in self.tiers)
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        meant = [say(message("{tier}: {meaning}"), tier=rule.tier, meaning=rule.meaning) for rule in self.tiers]
        text = message("The importance of customers is reviewed every {months} months.")
        return (*meant, say(text, months=self.review_every_months))
