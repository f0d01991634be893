"""How requests are handed out and what is inspected; what is offered and asked stands in the catalogue."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.kernel.terms import Priority
from domain.policies.rules.clause_kind import ClauseKind
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import Code, Recurrence, Wording, check_once
from domain.policies.rules.words import worded
from tenancy.refusals import message


class AssignedBy(StrEnum):
    """By what the person who gets a request is chosen."""

    SKILL = "skill"
    DUTY = "duty"
    REGION = "region"
    LOAD = "load"
    ROTATION = "rotation"


worded(
    {
        AssignedBy.SKILL: message("skill"),
        AssignedBy.DUTY: message("who is on duty"),
        AssignedBy.REGION: message("region"),
        AssignedBy.LOAD: message("load"),
        AssignedBy.ROTATION: message("rotation"),
    }
)


class AssignedAt(StrEnum):
    """When a request goes to whom the rules choose."""

    SUBMISSION = "submission"
    TRIAGE = "triage"
    ASKED = "asked"


worded(
    {
        AssignedAt.SUBMISSION: message("as soon as it has come in"),
        AssignedAt.TRIAGE: message("when it has been assessed"),
        AssignedAt.ASKED: message("when somebody lets the rules choose"),
    }
)

Name = Annotated[str, Field(min_length=1, max_length=120)]


class AssignmentRules(ClauseKind):
    """To whom a request goes (RQ-3, RQ-4); where one rule leaves several, the next one chooses among them.

    Whoever is absent, may not work on requests or has too many gets none. `skill` leaves those who know all that is
    needed, `duty` those who are on duty by the roster; `region` prefers those of the customer's region, where there are
    any; `load` those with the least to do, `rotation` whoever's last turn is the longest ago. Where nobody is left, the
    head of the department is told.
    """

    kind = "assignment_rules"
    label = message("Assignment rules")
    dimensions = (Dimension.SERVICE_LINE, Dimension.CUSTOMER_TIER, Dimension.DEPARTMENT)
    consumed_by = "requests.submit, requests.triage, requests.assign, requests.raise, requests.return"
    reaches_open_cases = True

    order: Annotated[
        tuple[AssignedBy, ...],
        Field(
            min_length=1,
            max_length=len(AssignedBy),
            description="By what the person is chosen; where one leaves several, the next one decides among them.",
        ),
    ]
    moment: Annotated[AssignedAt, Field(description="When a request goes to whom the rules choose.")] = AssignedAt.ASKED
    department: Annotated[
        Name | None, Field(description="The department that it goes to; unless named, the one that has it.")
    ] = None
    posts: Annotated[
        tuple[Name, ...],
        Field(
            max_length=20,
            description="The posts whose holders get requests; a department without such a post leaves them to the "
            "nearest one above that has it. Unless named, everybody in the department does.",
        ),
    ] = ()
    higher_posts: Annotated[
        tuple[Name, ...],
        Field(max_length=20, description="The same for requests that were raised to a higher tier of support."),
    ] = ()
    regional_groups: Annotated[
        dict[Name, Name],
        Field(
            max_length=100,
            description="By the customer's region, the department that gets requests raised to a higher tier where the "
            "one that has them has nobody in such a post; its head gets what nobody else there can.",
        ),
    ] = Field(default_factory=dict)
    answers_requester: Annotated[
        bool, Field(description="Whether a request comes back from a higher tier with a word to its requester, too.")
    ] = False
    skills: Annotated[
        tuple[Name, ...], Field(max_length=20, description="What somebody has to know for such a request.")
    ] = ()
    weights: Annotated[
        dict[Priority, Annotated[int, Field(ge=0, le=100)]],
        Field(description="How heavy an open request is, by its priority; 1 unless told."),
    ] = Field(default_factory=dict)
    most_open_requests: Annotated[
        int | None, Field(ge=1, le=1000, description="Open requests one person has at most.")
    ] = None
    second_responsible: Annotated[bool, Field(description="Whether a second person stands in for the first.")] = False
    lead_for_complex: Annotated[bool, Field(description="Whether a complex request names a lead department.")] = True

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for listed in (self.order, self.posts, self.higher_posts, self.skills):
            check_once(listed)
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        told = [say(message("Requests are assigned by {order}, in this order."), order=self.order)]
        if self.moment is not AssignedAt.ASKED:
            told.append(say(message("A request is assigned {moment}."), moment=self.moment))
        if self.department is not None:
            told.append(say(message("It goes to the department {department}."), department=self.department))
        if self.posts:
            told.append(say(message("Whoever gets it is {posts}."), posts=self.posts))
        if self.higher_posts:
            told.append(say(message("At a higher tier whoever gets it is {posts}."), posts=self.higher_posts))
        for region, group in self.regional_groups.items():
            text = message(
                "Where a department has no such post, the group {group} gets requests of the region {region}."
            )
            told.append(say(text, group=group, region=region))
        if self.answers_requester:
            told.append(say(message("The higher tier answers both the lower one and the requester.")))
        if self.skills:
            told.append(say(message("Whoever gets it knows {skills}."), skills=self.skills))
        if self.most_open_requests is not None:
            told.append(say(message("Nobody has more than {most} open requests."), most=self.most_open_requests))
        if self.second_responsible:
            told.append(say(message("Each request has a second responsible person who stands in for the first.")))
        if self.lead_for_complex:
            told.append(say(message("A complex request has a lead department and co-operating departments.")))
        return tuple(told)


class InspectionSchedule(ClauseKind):
    """Planned inspections of customers' systems with their checklist (RQ-12). A work plan is made by it."""

    kind = "inspection_schedule"
    label = message("Inspection schedule")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE)
    consumed_by = "operations.create_plan"

    code: Annotated[Code, Field(description="The inspection's name for programs.")]
    name: Annotated[Wording, Field(description="What the inspection is called.")]
    when: Annotated[Recurrence, Field(description="When it comes round.")]
    checklist: Annotated[
        tuple[Wording, ...], Field(min_length=1, max_length=100, description="What is looked at each time.")
    ]

    @property
    def topic(self) -> str:
        return self.code

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("{name} takes place {every} and checks: {checklist}.")
        return (say(text, name=self.name, every=self.when.every, checklist=self.checklist),)
