"""What is offered, who sees it, and what a request for an offering has to go by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, literal, select, true
from sqlalchemy.orm import aliased

from domain.catalogue import models
from domain.catalogue.models import RequestForm, ServiceLine, ServiceOffering
from domain.catalogue.rules import DEEPEST, Choice, FieldKind, FormField
from domain.kernel.permissions import Permission
from domain.policies.rules.values import Wording
from tenancy.actor import Actor
from tenancy.refusals import Invalid, message
from tenancy.rows import another
from tenancy.work import Work


def _reads_all(actor: Actor) -> bool:
    return actor.may(Permission.CATALOGUE_READ) or actor.may(Permission.CATALOGUE_MANAGE)


def visible_lines(actor: Actor, lines: Any) -> ColumnElement[bool]:
    """Lines are seen by whoever may read the catalogue; by whoever may submit requests while they are offered.

    `lines` is `ServiceLine` or an alias of it.
    """
    if _reads_all(actor):
        return true()
    return _offered(lines.id) if actor.may(Permission.REQUESTS_SUBMIT) else false()


def visible_offerings(actor: Actor, offerings: Any) -> ColumnElement[bool]:
    """As lines. `offerings` is `ServiceOffering` or an alias of it."""
    if _reads_all(actor):
        return true()
    if not actor.may(Permission.REQUESTS_SUBMIT):
        return false()
    return and_(offerings.active, _offered(offerings.line_id))


def visible_forms(actor: Actor, forms: Any) -> ColumnElement[bool]:
    """Forms are seen with their offering. `forms` is `RequestForm` or an alias of it."""
    if _reads_all(actor):
        return true()
    offerings = another(ServiceOffering)
    return select(offerings.id).where(offerings.id == forms.offering_id, visible_offerings(actor, offerings)).exists()


def visible_fields(actor: Actor, fields: Any) -> ColumnElement[bool]:
    """Fields are seen with their form. `fields` is `models.FormField` or an alias of it."""
    if _reads_all(actor):
        return true()
    forms = another(RequestForm)
    return select(forms.id).where(forms.id == fields.form_id, visible_forms(actor, forms)).exists()


def _offered(line_id: Any) -> ColumnElement[bool]:
    """Whether a line and all those above it are active."""
    first, further = another(ServiceLine), another(ServiceLine)
    closed = select(first.id).where(~first.active).cte("closed", recursive=True, nesting=True)
    closed = closed.union(select(further.id).where(further.parent_id == closed.c.id))
    found: ColumnElement[bool] = line_id.not_in(select(closed.c.id))
    return found


async def line(work: Work, id: UUID, *path: str) -> ServiceLine:
    """One line; refuses with `NotFound`, whose path is that of the input which named it."""
    return await work.get(ServiceLine, id, *path)


async def offering(work: Work, id: UUID, *path: str) -> ServiceOffering:
    """One offering; refuses with `NotFound`."""
    return await work.get(ServiceOffering, id, *path)


@dataclass(frozen=True)
class Codes:
    """The words of the catalogue by which clauses are limited, also of what is not offered any more."""

    lines: frozenset[str]
    sla_classes: frozenset[str]


async def codes(work: Work) -> Codes:
    """Every code of a line, and every class of service that an offering has."""
    lines = await work.rows(select(ServiceLine.code))
    classes = select(ServiceOffering.sla_class).where(ServiceOffering.sla_class.is_not(None)).distinct()
    return Codes(
        lines=frozenset(row["code"] for row in lines),
        sla_classes=frozenset(row["sla_class"] for row in await work.rows(classes)),
    )


async def offering_coded(work: Work, code: str) -> ServiceOffering | None:
    """The offering with a code."""
    return await work.first(select(ServiceOffering).where(ServiceOffering.code == code))


async def fields_of(work: Work, form_id: UUID) -> tuple[FormField, ...]:
    """The fields of a form as the rules read them, in order."""
    own = select(models.FormField).where(models.FormField.form_id == form_id)
    return tuple(_field(row) for row in await work.all(own.order_by(models.FormField.position)))


def _field(row: models.FormField) -> FormField:
    # Read as it was once checked: what is refused in new forms later must not make an old one unreadable.
    return FormField.model_construct(
        code=row.code,
        kind=FieldKind(row.kind),
        label=Wording.model_construct(**row.label),
        required=row.required,
        minimum=row.minimum,
        maximum=row.maximum,
        decimals=row.decimals,
        currency=row.currency,
        choices=tuple(
            Choice.model_construct(code=choice["code"], label=Wording.model_construct(**choice["label"]))
            for choice in row.choices
        ),
    )


@dataclass(frozen=True)
class Offered:
    """An offering as a request goes by it."""

    offering: ServiceOffering
    # The codes of its line and of those above that, the nearest first: clauses for any of them hold.
    lines: Sequence[str]
    # Its own, or that of the nearest line that names one.
    department_id: UUID | None
    fields: Sequence[FormField]


async def offered(work: Work, offering_id: UUID, *path: str) -> Offered:
    """What a request for an offering goes by. Refuses an offering that is inactive or below an inactive line."""
    found = await offering(work, offering_id, *path)
    rows = await _lines_of(work, found)
    if not (found.active and all(row["active"] for row in rows)):
        raise Invalid(message("This is not offered any more."), path=path)
    return Offered(
        offering=found,
        lines=[row["code"] for row in rows],
        department_id=_responsible(found, rows),
        fields=await fields_of(work, found.form_id) if found.form_id is not None else (),
    )


async def responsible_for(work: Work, offering_id: UUID) -> UUID | None:
    """The department that is responsible for an offering today, whether or not it is offered still."""
    found = await offering(work, offering_id)
    return _responsible(found, await _lines_of(work, found))


async def line_codes(work: Work, line_id: UUID, *path: str) -> list[str]:
    """The codes of a line and of those above it, the nearest first; refuses with `NotFound`."""
    await line(work, line_id, *path)
    return [row["code"] for row in await _line_and_above(work, line_id)]


async def _lines_of(work: Work, offering: ServiceOffering) -> Sequence[Any]:
    """The line of an offering and those above it, the nearest first."""
    return await _line_and_above(work, offering.line_id)


async def _line_and_above(work: Work, line_id: UUID) -> Sequence[Any]:
    first, further = aliased(ServiceLine), aliased(ServiceLine)
    above = select(first.id, literal(1).label("distance")).where(first.id == line_id)
    line = above.cte("line_above", recursive=True)
    parents = select(further.parent_id, line.c.distance + 1).join(line, further.id == line.c.id)
    line = line.union_all(parents.where(further.parent_id.is_not(None), line.c.distance < DEEPEST))
    columns = select(ServiceLine.code, ServiceLine.active, ServiceLine.department_id)
    return await work.rows(columns.join(line, line.c.id == ServiceLine.id).order_by(line.c.distance))


def _responsible(offering: ServiceOffering, lines: Sequence[Any]) -> UUID | None:
    departments = (offering.department_id, *(row["department_id"] for row in lines))
    return next((id for id in departments if id is not None), None)
