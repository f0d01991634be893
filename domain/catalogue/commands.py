"""Changing the catalogue: lines and offerings are taken up, changed, switched off, and ask by another form."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from domain.catalogue import models, queries, rules
from domain.catalogue.events import (
    OfferingChanged,
    OfferingCreated,
    RequestFormReplaced,
    ServiceLineChanged,
    ServiceLineCreated,
)
from domain.catalogue.models import RequestForm, ServiceLine, ServiceOffering
from domain.catalogue.rules import FormField, PriceBasis
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from tenancy.refusals import Conflict, Invalid, message
from tenancy.work import Work

Texts = Mapping[str, str]


@command(needs=Permission.CATALOGUE_MANAGE)
async def create_line(
    work: Work, *, code: str, name: Texts, parent_id: UUID | None = None, department_id: UUID | None = None
) -> ServiceLine:
    """Add a service line below another, or a root (SC-1). Its code is what clauses name, and never changes."""
    code = rules.clean_code(code, "code")
    parents = await _tree(work)
    if len(parents) >= rules.MOST_LINES:
        raise Invalid(message("A catalogue has at most {most} service lines."), {"most": rules.MOST_LINES})
    if await work.first(select(ServiceLine).where(ServiceLine.code == code)) is not None:
        raise Conflict(message("There is a service line “{code}” already."), {"code": code}, path=("code",))
    await _check_above(work, None, parent_id, parents)
    if department_id is not None:
        await organisation.department(work, department_id, "departmentId")
    line = work.add(
        ServiceLine(code=code, name=rules.clean_name(name, "name"), parent_id=parent_id, department_id=department_id)
    )
    work.record(ServiceLineCreated(line_id=line.id), about=line)
    return line


@command(needs=Permission.CATALOGUE_MANAGE)
async def change_line(
    work: Work,
    *,
    line_id: UUID,
    name: Texts,
    parent_id: UUID | None,
    department_id: UUID | None,
    active: bool = True,
) -> ServiceLine:
    """Give a line another name, place or department, or switch it off with all that stands below it.

    Requests that came in before keep the lines that their offering stood below then.
    """
    parents = await _tree(work)
    line = await work.get(ServiceLine, line_id, "lineId")
    await _check_above(work, line_id, parent_id, parents)
    if department_id is not None:
        await organisation.department(work, department_id, "departmentId")
    line.name, line.parent_id, line.department_id = rules.clean_name(name, "name"), parent_id, department_id
    line.active = active
    work.record(ServiceLineChanged(line_id=line.id), about=line)
    return line


@command(needs=Permission.CATALOGUE_MANAGE)
async def create_offering(
    work: Work,
    *,
    line_id: UUID,
    code: str,
    name: Texts,
    price_basis: PriceBasis,
    description: Texts | None = None,
    price_note: Texts | None = None,
    department_id: UUID | None = None,
    sla_class: str | None = None,
    standards: Sequence[Mapping[str, Any]] = (),
    fields: Sequence[Mapping[str, Any]] = (),
) -> ServiceOffering:
    """Add an offering below a line (SC-2), with its standards (SC-3) and what it asks of a request (RQ-1)."""
    code = rules.clean_code(code, "code")
    asked = rules.parse_fields(fields)
    await queries.line(work, line_id, "lineId")
    if department_id is not None:
        await organisation.department(work, department_id, "departmentId")
    if await work.first(select(ServiceOffering).where(ServiceOffering.code == code)) is not None:
        raise Conflict(message("There is an offering “{code}” already."), {"code": code}, path=("code",))
    if await work.value(select(func.count()).select_from(ServiceOffering)) >= rules.MOST_OFFERINGS:
        raise Invalid(message("A catalogue has at most {most} offerings."), {"most": rules.MOST_OFFERINGS})
    offering = work.add(
        ServiceOffering(
            line_id=line_id,
            code=code,
            name=rules.clean_name(name, "name"),
            description=rules.clean_text(description, "description"),
            price_basis=price_basis,
            price_note=rules.clean_text(price_note, "priceNote"),
            department_id=department_id,
            sla_class=rules.clean_sla_class(sla_class, "slaClass"),
            standards=rules.parse_standards(standards),
        )
    )
    work.record(OfferingCreated(offering_id=offering.id), about=offering)
    if asked:
        await _replace_form(work, offering, asked, number=1)
    return offering


@command(needs=Permission.CATALOGUE_MANAGE)
async def change_offering(
    work: Work,
    *,
    offering_id: UUID,
    line_id: UUID,
    name: Texts,
    price_basis: PriceBasis,
    description: Texts | None,
    price_note: Texts | None,
    department_id: UUID | None,
    sla_class: str | None,
    standards: Sequence[Mapping[str, Any]],
    active: bool = True,
) -> ServiceOffering:
    """Give an offering new particulars, or switch it off; requests that came in before keep what they were promised."""
    offering = await work.get(ServiceOffering, offering_id, "offeringId", lock=True)
    await queries.line(work, line_id, "lineId")
    if department_id is not None:
        await organisation.department(work, department_id, "departmentId")
    offering.line_id, offering.department_id, offering.active = line_id, department_id, active
    offering.name = rules.clean_name(name, "name")
    offering.description = rules.clean_text(description, "description")
    offering.price_basis, offering.price_note = price_basis, rules.clean_text(price_note, "priceNote")
    offering.sla_class = rules.clean_sla_class(sla_class, "slaClass")
    offering.standards = rules.parse_standards(standards)
    work.record(OfferingChanged(offering_id=offering.id), about=offering)
    return offering


@command(needs=Permission.CATALOGUE_MANAGE)
async def replace_form(work: Work, *, offering_id: UUID, fields: Sequence[Mapping[str, Any]]) -> ServiceOffering:
    """Let an offering ask something else from now on; requests keep the form that they answered.

    The same fields again change nothing.
    """
    asked = rules.parse_fields(fields)
    offering = await work.get(ServiceOffering, offering_id, "offeringId", lock=True)
    present = await queries.fields_of(work, offering.form_id) if offering.form_id is not None else ()
    if asked != present:
        last = select(func.max(RequestForm.number)).where(RequestForm.offering_id == offering_id)
        await _replace_form(work, offering, asked, number=(await work.value(last) or 0) + 1)
    return offering


async def _replace_form(work: Work, offering: ServiceOffering, fields: Sequence[FormField], *, number: int) -> None:
    form = work.add(RequestForm(offering_id=offering.id, number=number, made_at=work.now))
    for position, field in enumerate(fields, 1):
        stored = field.model_dump(mode="json")
        work.add(models.FormField(**(stored | {"form_id": form.id, "position": position, "kind": field.kind})))
    # The offering and its first form point at each other, so the one is stored before the other.
    await work.flush()
    offering.form_id = form.id
    work.record(RequestFormReplaced(offering_id=offering.id, form_id=form.id), about=offering)


async def _tree(work: Work) -> dict[UUID, UUID | None]:
    """Every line with the one above it, all locked: of two who move lines at once, the second sees the first's tree."""
    lines = await work.all(select(ServiceLine).order_by(ServiceLine.id).with_for_update())
    return {line.id: line.parent_id for line in lines}


async def _check_above(
    work: Work, id: UUID | None, parent_id: UUID | None, parents: Mapping[UUID, UUID | None]
) -> None:
    if parent_id is not None:
        await queries.line(work, parent_id, "parentId")
    rules.check_place(id, parent_id, parents, "parentId")
