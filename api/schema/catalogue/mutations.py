"""Changing what is offered, and what is asked of requests for it."""

from typing import Any
from uuid import UUID

import strawberry

from api.schema.catalogue import types  # noqa: F401  # declares the enumerations that are used below
from api.schema.inputs import given, optional
from api.schema.policies.mutations import TextInput
from api.schema.quality import types as quality_types  # noqa: F401  # declares QualityMetric, likewise
from domain.catalogue import commands
from domain.catalogue.models import ServiceLine, ServiceOffering
from domain.catalogue.rules import Aspect, FieldKind, PriceBasis
from domain.policies.rules.kinds import Metric
from tenancy.work import Work


@strawberry.input(description="A new service line.")
class CreateServiceLineInput:
    """A new service line."""

    code: str = given("Its name for programs and clauses, unique in the company, for ever: small letters and figures.")
    name: TextInput = given("Its name.")
    parent_id: UUID | None = optional("The line above it; none makes it a root.")
    department_id: UUID | None = optional("Who is responsible; none leaves it to the line above.")


async def create_service_line(work: Work, input: CreateServiceLineInput) -> ServiceLine:
    """Add a service line below another, or a root; the tree has at most six levels."""
    return await commands.create_line(
        work,
        code=input.code,
        name=input.name.texts(),
        parent_id=input.parent_id,
        department_id=input.department_id,
    )


@strawberry.input(description="What is known of a service line from now on.")
class ChangeServiceLineInput:
    """What is known of a service line from now on."""

    line_id: UUID = given("The line.")
    name: TextInput = given("Its name.")
    parent_id: UUID | None = optional("The line above it; none makes it a root.")
    department_id: UUID | None = optional("Who is responsible; none leaves it to the line above.")
    active: bool = optional("Whether it is offered, with all below it.", default=True)


async def change_service_line(work: Work, input: ChangeServiceLineInput) -> ServiceLine:
    """Change a service line, move it with all below it, or switch it off. Requests that came in keep their clauses."""
    return await commands.change_line(
        work,
        line_id=input.line_id,
        name=input.name.texts(),
        parent_id=input.parent_id,
        department_id=input.department_id,
        active=input.active,
    )


@strawberry.input(description="A service standard of an offering.")
class ServiceStandardInput:
    """A service standard of an offering."""

    name: TextInput = given("What it is about.")
    target: TextInput = given("What is to be reached, as people measure it.")
    aspect: Aspect | None = optional("What kind of standard it is.")
    metric: Metric | None = optional(
        "By what it is measured, of the requests for the offering; unless told, by people."
    )
    at_least_percent: str | None = optional(
        "The share of that which has to be reached, as decimal text; with a metric."
    )

    def value(self) -> dict[str, Any]:
        """As the catalogue takes it."""
        return {
            "name": self.name.texts(),
            "target": self.target.texts(),
            "aspect": self.aspect,
            "metric": self.metric,
            "at_least_percent": self.at_least_percent,
        }


@strawberry.input(description="One of the choices of a field.")
class FormChoiceInput:
    """One of the choices of a field."""

    code: str = given("Its name for programs: small letters, figures and _.")
    label: TextInput = given("What people read.")


@strawberry.input(description="A field of a form.")
class FormFieldInput:
    """A field of a form."""

    code: str = given("Its name for programs, once in a form: small letters, figures and _.")
    label: TextInput = given("What people are asked.")
    kind: FieldKind = optional("What is entered into it.", default=FieldKind.TEXT)
    required: bool = optional("Whether it must be answered.", default=False)
    minimum: str | None = optional(
        "The least possible: of a number or an amount its value, of a text its characters, of several choices how many "
        "are chosen, of a day or an instant the first."
    )
    maximum: str | None = optional("The most possible, likewise.")
    decimals: int = optional("How many decimals a number has, at most 6; without any it is whole.", default=0)
    currency: str | None = optional("In which an amount is given, by its code of ISO 4217; only for MONEY.")
    choices: list[FormChoiceInput] = optional("What can be chosen; only for CHOICE and CHOICES.", default=())

    def value(self) -> dict[str, Any]:
        """As the catalogue takes it."""
        return {
            "code": self.code,
            "label": self.label.texts(),
            "kind": self.kind.value,
            "required": self.required,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "decimals": self.decimals,
            "currency": self.currency,
            "choices": [{"code": choice.code, "label": choice.label.texts()} for choice in self.choices],
        }


@strawberry.input(description="A new offering.")
class CreateServiceOfferingInput:
    """A new offering."""

    line_id: UUID = given("The service line it belongs to.")
    code: str = given("Its name for programs, unique in the company, for ever: small letters and figures.")
    name: TextInput = given("Its name.")
    price_basis: PriceBasis = given("By what it is charged.")
    price_note: TextInput | None = optional("More on its price.")
    description: TextInput | None = optional("What is done.")
    department_id: UUID | None = optional("Who is responsible; none leaves it to the line.")
    sla_class: str | None = optional("The class of service, by which service levels may be limited.")
    standards: list[ServiceStandardInput] = optional("Its service standards.", default=())
    fields: list[FormFieldInput] = optional("What is asked of a request for it.", default=())


async def create_service_offering(work: Work, input: CreateServiceOfferingInput) -> ServiceOffering:
    """Offer something in a service line."""
    return await commands.create_offering(
        work,
        line_id=input.line_id,
        code=input.code,
        name=input.name.texts(),
        price_basis=input.price_basis,
        price_note=input.price_note.texts() if input.price_note else None,
        description=input.description.texts() if input.description else None,
        department_id=input.department_id,
        sla_class=input.sla_class,
        standards=[standard.value() for standard in input.standards],
        fields=[field.value() for field in input.fields],
    )


@strawberry.input(description="What is known of an offering from now on.")
class ChangeServiceOfferingInput:
    """What is known of an offering from now on."""

    offering_id: UUID = given("The offering.")
    line_id: UUID = given("The service line it belongs to.")
    name: TextInput = given("Its name.")
    price_basis: PriceBasis = given("By what it is charged.")
    price_note: TextInput | None = optional("More on its price.")
    description: TextInput | None = optional("What is done.")
    department_id: UUID | None = optional("Who is responsible; none leaves it to the line.")
    sla_class: str | None = optional("The class of service, by which service levels may be limited.")
    standards: list[ServiceStandardInput] = optional("Its service standards.", default=())
    active: bool = optional("Whether it is offered.", default=True)


async def change_service_offering(work: Work, input: ChangeServiceOfferingInput) -> ServiceOffering:
    """Change an offering, or switch it off; its form stays. Requests that came in keep what they were promised."""
    return await commands.change_offering(
        work,
        offering_id=input.offering_id,
        line_id=input.line_id,
        name=input.name.texts(),
        price_basis=input.price_basis,
        price_note=input.price_note.texts() if input.price_note else None,
        description=input.description.texts() if input.description else None,
        department_id=input.department_id,
        sla_class=input.sla_class,
        standards=[standard.value() for standard in input.standards],
        active=input.active,
    )


@strawberry.input(description="What is asked of requests from now on.")
class ReplaceRequestFormInput:
    """What is asked of requests from now on."""

    offering_id: UUID = given("The offering.")
    fields: list[FormFieldInput] = given("All fields, in order; none asks nothing.")


async def replace_request_form(work: Work, input: ReplaceRequestFormInput) -> ServiceOffering:
    """Let an offering ask by another form. Requests that came in keep their answers and the form that they answered."""
    return await commands.replace_form(
        work, offering_id=input.offering_id, fields=[field.value() for field in input.fields]
    )
