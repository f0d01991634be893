"""Service lines, offerings and request forms as clients see them."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import func
from strawberry.scalars import JSON

from api.reading.filters import IdFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, localized, many, one, page, rendered, shows
from api.schema.organisation.types import Department
from domain.catalogue import models, queries
from domain.catalogue.rules import Aspect, FieldKind, PriceBasis
from tenancy.actor import Actor

strawberry.enum(PriceBasis, description="By what an offering is charged.")
strawberry.enum(Aspect, name="ServiceStandardAspect", description="What a service standard is about.")
strawberry.enum(FieldKind, name="FormFieldKind", description="What is entered into a field of a form.")

MOST_FIELDS = 60


def _in_language(texts: Mapping[str, str], actor: Actor) -> str:
    return texts.get(actor.language, "")


def _choices(values: Mapping[str, Any], actor: Actor) -> list[dict[str, str]]:
    return [{"code": each["code"], "label": _in_language(each["label"], actor)} for each in values["choices"]]


def _standards(values: Mapping[str, Any], actor: Actor) -> list[dict[str, str]]:
    return [
        {
            **{part: _in_language(each[part], actor) for part in ("name", "target")},
            **{part: each[part] for part in ("aspect", "metric", "at_least_percent") if part in each},
        }
        for each in values["standards"]
    ]


@shows(models.FormField, visible=queries.visible_fields)
class FormField(Node):
    """A field of a form."""

    position: int = column("Its place, from 1.")
    code: str = column("Its name for programs; answers are given by it.")
    kind: FieldKind = column("What is entered into it.")
    label: str = localized("What people are asked, in your language.", "label")
    required: bool = column("Whether it must be answered.")
    minimum: str | None = column(
        "The least possible: of a number or an amount its value, of a text its characters, of several choices how many "
        "are chosen, of a day or an instant the first."
    )
    maximum: str | None = column("The most possible, likewise.")
    decimals: int = column("How many decimals a number has; without any it is whole.")
    currency: str | None = column("In which an amount is given, by its code of ISO 4217.")
    choices: JSON = rendered(
        "What can be chosen: a list of codes and labels in your language; empty for other kinds.",
        _choices,
        choices=lambda row: row.choices,
    )
    texts: JSON = computed(
        "Its label and its choices in all languages.",
        lambda row: func.jsonb_build_object("label", row.label, "choices", row.choices),
    )


@shows(models.RequestForm, visible=queries.visible_forms)
class RequestForm(Node):
    """What an offering asks, or asked: a form never changes, and a request keeps the one that it answered."""

    number: int = column("Its number among the forms of the offering, from 1.")
    made_at: datetime = column("Since when it asks.")
    offering: "ServiceOffering | None" = one("Whose form it is.", "offering_id")
    fields: list[FormField] = many(
        "What is asked, in order.", "form_id", order=lambda there: (there.position,), most=MOST_FIELDS
    )


@strawberry.enum(description="How forms are ordered.")
class RequestFormOrder(Enum):
    """Orders of forms."""

    NEWEST = "newest"


REQUEST_FORM_ORDERS = {RequestFormOrder.NEWEST: Order(lambda row: row.number, descending=True)}


@shows(models.ServiceOffering, visible=queries.visible_offerings)
class ServiceOffering(Node):
    """Something that customers may ask for, below a service line."""

    code: str = column("Its name for programs, unique in the company, for ever.")
    name: str = localized("Its name, in your language.", "name")
    description: str = localized("What is done, in your language.", "description")
    active: bool = column("Whether it is offered, if the lines above it are.")
    line: "ServiceLine | None" = one("The line it belongs to.", "line_id")
    department: Department | None = one(
        "Who is responsible; none leaves it to the nearest line that names somebody.", "department_id"
    )
    sla_class: str | None = column("The class of service, by which service levels in the handbook may be limited.")
    price_basis: PriceBasis = column("By what it is charged.")
    price_note: str = localized("More on its price, in your language.", "price_note")
    standards: JSON = rendered(
        "Its service standards: a list of names, and of targets as people measure them, in your language; with "
        "`aspect` (attitude, timeliness, quality, confidentiality, records), and with `metric` and `at_least_percent` "
        "where quality is measured by them, which `serviceStandardFigures` tells.",
        _standards,
        standards=lambda row: row.standards,
    )
    texts: JSON = computed(
        "All that it says, in all languages.",
        lambda row: func.jsonb_build_object(
            "name",
            row.name,
            "description",
            row.description,
            "price_note",
            row.price_note,
            "standards",
            row.standards,
        ),
    )
    form: RequestForm | None = one("What is asked of a request for it; null when nothing ever was.", "form_id")
    forms = page("What it asks now and asked before.", RequestForm, on="offering_id", orders=REQUEST_FORM_ORDERS)


@strawberry.enum(description="How offerings are ordered.")
class ServiceOfferingOrder(Enum):
    """Orders of offerings."""

    CODE = "code"
    NEWEST = "newest"


SERVICE_OFFERING_ORDERS = {
    ServiceOfferingOrder.CODE: Order(lambda row: row.code),
    ServiceOfferingOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which offerings to give.")
class ServiceOfferingFilter:
    """Conditions on offerings."""

    code: TextFilter | None = filtered("By code.")
    line_id: IdFilter | None = filtered("By the line they belong to.")
    department_id: IdFilter | None = filtered("By the department they name.")
    sla_class: TextFilter | None = filtered("By class of service.")
    price_basis: WordFilter[PriceBasis] | None = filtered("By what they are charged by.")
    active: bool | None = filtered("Active ones, or the others.")
    and_: "list[ServiceOfferingFilter] | None" = combining("All of these hold.", "and")
    or_: "list[ServiceOfferingFilter] | None" = combining("One of these holds.", "or")
    not_: "ServiceOfferingFilter | None" = combining("This does not hold.", "not")


@shows(models.ServiceLine, visible=queries.visible_lines)
class ServiceLine(Node):
    """A part of what the company offers; a clause that is limited to it holds for all below it too."""

    code: str = column("Its name for programs and clauses, unique in the company, for ever.")
    name: str = localized("Its name, in your language.", "name")
    texts: JSON = computed("All that it says, in all languages.", lambda row: func.jsonb_build_object("name", row.name))
    active: bool = column("Whether it is offered, with all below it, if the lines above it are.")
    parent: "ServiceLine | None" = one("The line above.", "parent_id")
    children: "list[ServiceLine]" = many(
        "The lines below, by code.", "parent_id", order=lambda there: (there.code,), most=100
    )
    department: Department | None = one(
        "Who is responsible; none leaves it to the nearest line above that names somebody.", "department_id"
    )
    offerings = page(
        "What is offered in it.",
        ServiceOffering,
        on="line_id",
        orders=SERVICE_OFFERING_ORDERS,
        filter=ServiceOfferingFilter,
    )


@strawberry.enum(description="How service lines are ordered.")
class ServiceLineOrder(Enum):
    """Orders of service lines."""

    CODE = "code"
    NEWEST = "newest"


SERVICE_LINE_ORDERS = {
    ServiceLineOrder.CODE: Order(lambda row: row.code),
    ServiceLineOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which service lines to give.")
class ServiceLineFilter:
    """Conditions on service lines."""

    code: TextFilter | None = filtered("By code.")
    parent_id: IdFilter | None = filtered("By the line above; isNull: true gives the roots.")
    department_id: IdFilter | None = filtered("By the department they name.")
    active: bool | None = filtered("Active ones, or the others.")
    and_: "list[ServiceLineFilter] | None" = combining("All of these hold.", "and")
    or_: "list[ServiceLineFilter] | None" = combining("One of these holds.", "or")
    not_: "ServiceLineFilter | None" = combining("This does not hold.", "not")
