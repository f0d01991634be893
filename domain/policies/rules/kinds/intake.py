"""What is offered and how requests come in: service lines, standards, forms, assignment, inspections."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.policies.rules.clause_kind import ClauseKind, Percent
from domain.policies.rules.scopes import Dimension, ServiceLine
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import Code, Part, Recurrence, Wording, check_once, unfit
from domain.policies.rules.words import worded
from tenancy.refusals import message


class Line(Part):
    """One service line; `parent` is the code of a line that is listed before it."""

    code: ServiceLine
    name: Wording
    parent: ServiceLine | None = None


class ServiceTree(ClauseKind):
    """The service lines the company offers, as a tree (SC-1); clauses and requests name them by their codes."""

    kind = "service_tree"
    label = message("Service lines")

    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _is_a_tree(self) -> Self:
        check_once(line.code for line in self.lines)
        before: set[str] = set()
        for line in self.lines:
            if line.parent is not None and line.parent not in before:
                raise unfit(message("The line “{code}” is listed before its parent."), code=line.code)
            before.add(line.code)
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        names = tuple(line.name for line in self.lines)
        return (say(message("The company offers these services: {lines}."), lines=names),)


class Aspect(StrEnum):
    """What a service standard is about."""

    ATTITUDE = "attitude"
    TIMELINESS = "timeliness"
    QUALITY = "quality"
    CONFIDENTIALITY = "confidentiality"
    RECORDS = "records"


worded(
    {
        Aspect.ATTITUDE: message("Attitude"),
        Aspect.TIMELINESS: message("Timeliness"),
        Aspect.QUALITY: message("Quality"),
        Aspect.CONFIDENTIALITY: message("Confidentiality"),
        Aspect.RECORDS: message("Records"),
    }
)


class ServiceStandard(ClauseKind):
    """One measurable indicator of good service (SC-3)."""

    kind = "service_standard"
    label = message("Service standard")
    dimensions = (Dimension.SERVICE_LINE, Dimension.DEPARTMENT)

    code: Annotated[Code, Field(description="The indicator's name for programs.")]
    aspect: Aspect
    indicator: Wording
    at_least_percent: Annotated[Percent | None, Field(description="The share of cases that meets it.")] = None

    @property
    def topic(self) -> str:
        return self.code

    def standard_text(self) -> tuple[Sentence, ...]:
        if self.at_least_percent is None:
            return (say(message("{aspect}: {indicator}."), aspect=self.aspect, indicator=self.indicator),)
        text = message("{aspect}: {indicator}, in at least {percent} % of all cases.")
        return (say(text, aspect=self.aspect, indicator=self.indicator, percent=self.at_least_percent),)


class FieldType(StrEnum):
    """What is entered into a field of a form."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"


class FormField(Part):
    """One field of a form; only a choice has choices."""

    code: Code
    name: Wording
    type: FieldType = FieldType.TEXT
    required: bool = False
    choices: Annotated[tuple[Wording, ...], Field(max_length=100)] = ()

    @model_validator(mode="after")
    def _has_choices(self) -> Self:
        if (self.type is FieldType.CHOICE) != (len(self.choices) > 1):
            raise unfit(message("A choice has at least two choices; other fields have none."))
        return self


class RequestForm(ClauseKind):
    """What is recorded when a request comes in, besides customer, contact and content (RQ-1)."""

    kind = "request_form"
    label = message("Request form")
    dimensions = (Dimension.SERVICE_LINE, Dimension.DEPARTMENT)

    fields: Annotated[tuple[FormField, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        check_once(field.code for field in self.fields)
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        required = tuple(field.name for field in self.fields if field.required)
        others = tuple(field.name for field in self.fields if not field.required)
        text = message("Every request records: {required}. Where it is known also: {others}.")
        return (say(text, required=required, others=others),)


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
