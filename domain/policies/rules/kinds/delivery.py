"""Projects: what a plan holds, what is inspected on the way, what acceptance needs."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.policies.rules.clause_kind import ClauseKind
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import Cadence, Part, Wording, check_once
from domain.policies.rules.words import worded
from tenancy.refusals import message

_PROJECT = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE, Dimension.DEPARTMENT)


class PlanPart(StrEnum):
    """What a project's plan holds."""

    SCHEDULE = "schedule"
    TECHNICAL = "technical"
    QUALITY = "quality"
    RESOURCES = "resources"
    BUDGET = "budget"
    RISKS = "risks"


worded(
    {
        PlanPart.SCHEDULE: message("schedule"),
        PlanPart.TECHNICAL: message("technical plan"),
        PlanPart.QUALITY: message("quality plan"),
        PlanPart.RESOURCES: message("resources"),
        PlanPart.BUDGET: message("budget"),
        PlanPart.RISKS: message("risks"),
    }
)


class PlanReview(ClauseKind):
    """What a project's plan holds, who reviews it and how often its progress is reported (PJ-2, PJ-3)."""

    kind = "plan_review"
    label = message("Review of project plans")
    dimensions = _PROJECT

    parts: Annotated[tuple[PlanPart, ...], Field(min_length=1, description="What a project's plan has to hold.")]
    least_reviewers: Annotated[int, Field(ge=1, le=20, description="How many people review it at least.")] = 2
    report: Annotated[Cadence, Field(description="How often leadership and customer hear of the progress.")] = (
        Cadence.WEEKLY
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        check_once(self.parts)
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        return (
            say(
                message("A project's plan holds {parts} and is reviewed by at least {least} people."),
                parts=self.parts,
                least=self.least_reviewers,
            ),
            say(message("Its progress is reported {every}."), every=self.report),
        )


class Inspector(StrEnum):
    """Who inspects."""

    SELF = "self"
    MUTUAL = "mutual"
    SPECIALIST = "specialist"


worded(
    {
        Inspector.SELF: message("self-inspection"),
        Inspector.MUTUAL: message("mutual inspection"),
        Inspector.SPECIALIST: message("specialist inspection"),
    }
)


class InspectionPoint(Part):
    """One point at which work is inspected."""

    name: Annotated[Wording, Field(description="What is inspected.")]
    by: Annotated[Inspector, Field(description="Who inspects: whoever did the work, a colleague, or a specialist.")]
    blocks_milestone: Annotated[
        bool, Field(description="Whether a failure keeps the milestone from being reached.")
    ] = True


class InspectionPoints(ClauseKind):
    """At which points of a project its work is inspected (PJ-5)."""

    kind = "inspection_points"
    label = message("Inspection points")
    dimensions = _PROJECT

    points: Annotated[
        tuple[InspectionPoint, ...], Field(min_length=1, max_length=50, description="The points, in their order.")
    ]

    def standard_text(self) -> tuple[Sentence, ...]:
        blocking = message("{name}: {by}; a failure blocks the milestone.")
        noted = message("{name}: {by}; a failure is noted.")
        return tuple(
            say(blocking if point.blocks_milestone else noted, name=point.name, by=point.by) for point in self.points
        )


class AcceptanceDocuments(ClauseKind):
    """What must be complete before a project is laid before the customer, and how often it may be mended (PJ-6)."""

    kind = "acceptance_documents"
    label = message("Acceptance documents")
    dimensions = _PROJECT

    documents: Annotated[
        tuple[Wording, ...], Field(min_length=1, max_length=100, description="The documents that have to be complete.")
    ]
    pre_acceptance: Annotated[bool, Field(description="Whether the company accepts it internally first.")] = True
    rectify_within_working_days: Annotated[
        int, Field(ge=1, le=366, description="Within how many working days what fails is put right.")
    ] = 10
    most_rounds: Annotated[int, Field(ge=1, le=20, description="How often it may be put right and looked at anew.")] = 3

    @property
    def relies_on(self) -> tuple[str, ...]:
        return ("business_calendar",)

    def standard_text(self) -> tuple[Sentence, ...]:
        told = [say(message("Acceptance needs these documents: {documents}."), documents=self.documents)]
        if self.pre_acceptance:
            told.append(say(message("The company accepts the work internally first.")))
        text = message("What fails is put right within {days} working days, in at most {rounds} rounds.")
        told.append(say(text, days=self.rectify_within_working_days, rounds=self.most_rounds))
        return tuple(told)
