"""How requests are handed out and what is inspected; what is offered and asked stands in the catalogue."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.policies.rules.clause_kind import ClauseKind
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import Code, Recurrence, Wording, check_once
from domain.policies.rules.words import worded
from tenancy.refusals import message


class AssignedBy(StrEnum):
    """By what the person who gets a request is chosen."""

    SKILL = "skill"
    REGION = "region"
    LOAD = "load"
    ROTATION = "rotation"


worded(
    {
        AssignedBy.SKILL: message("skill"),
        AssignedBy.REGION: message("region"),
        AssignedBy.LOAD: message("load"),
        AssignedBy.ROTATION: message("rotation"),
    }
)


class AssignmentRules(ClauseKind):
    """To whom a request goes (RQ-3, RQ-4); where one rule leaves several, the next one chooses among them."""

    kind = "assignment_rules"
    label = message("Assignment rules")
    dimensions = (Dimension.SERVICE_LINE, Dimension.CUSTOMER_TIER, Dimension.DEPARTMENT)

    order: Annotated[tuple[AssignedBy, ...], Field(min_length=1, max_length=4)]
    most_open_requests: Annotated[
        int | None, Field(ge=1, le=1000, description="Open requests one person has at most.")
    ] = None
    second_responsible: Annotated[bool, Field(description="Whether a second person stands in for the first.")] = False
    lead_for_complex: Annotated[bool, Field(description="Whether a complex request names a lead department.")] = True

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        check_once(self.order)
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        told = [say(message("Requests are assigned by {order}, in this order."), order=self.order)]
        if self.most_open_requests is not None:
            told.append(say(message("Nobody has more than {most} open requests."), most=self.most_open_requests))
        if self.second_responsible:
            told.append(say(message("Each request has a second responsible person who stands in for the first.")))
        if self.lead_for_complex:
            told.append(say(message("A complex request has a lead department and co-operating departments.")))
        return tuple(told)


class InspectionSchedule(ClauseKind):
    """Planned inspections of customers' systems with their checklist (RQ-12)."""

    kind = "inspection_schedule"
    label = message("Inspection schedule")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE)

    code: Annotated[Code, Field(description="The inspection's name for programs.")]
    name: Wording
    when: Recurrence
    checklist: Annotated[tuple[Wording, ...], Field(min_length=1, max_length=100)]

    @property
    def topic(self) -> str:
        return self.code

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("{name} takes place {every} and checks: {checklist}.")
        return (say(text, name=self.name, every=self.when.every, checklist=self.checklist),)
