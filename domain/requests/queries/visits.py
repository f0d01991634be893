"""Visits on site: whom they are shown to, who is free to go, and what their paper says (RQ-7)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, select

from domain.customers.models import Contact, Customer
from domain.organisation import queries as organisation
from domain.organisation.models import Absence
from domain.policies.rules.kinds import RequestCourse
from domain.requests.models import ServiceRequest, SiteVisit, SiteVisitPart
from domain.requests.queries.clauses import kept_clause
from domain.requests.queries.loading import get
from domain.requests.queries.showing import open_to_me, reached, visible_parts
from domain.requests.rules.papers import ReportText
from domain.requests.rules.visits import OPEN, WAITING, Standing, digest
from tenancy.actor import Actor
from tenancy.models import current_instant, current_member, one_of
from tenancy.refusals import ClauseReference
from tenancy.rows import another
from tenancy.work import Work


def visible_visits(actor: Actor, visits: Any) -> ColumnElement[bool]:
    """Visits are seen with their request. `visits` is `SiteVisit` or an alias of it."""
    return visible_parts(actor, visits)


def visits_open_to_me(actor: Actor, visits: Any) -> ColumnElement[bool]:
    """What a customer's person sees in the portal: visits for what they see there. `visits` is `SiteVisit` or an alias
    of it."""
    requests = another(ServiceRequest)
    return select(requests.id).where(requests.id == visits.request_id, open_to_me(actor, requests)).exists()


def visible_visit_parts(actor: Actor, parts: Any) -> ColumnElement[bool]:
    """Parts are seen with their visit. `parts` is `SiteVisitPart` or an alias of it."""
    visits = another(SiteVisit)
    return select(visits.id).where(visits.id == parts.site_visit_id, visible_visits(actor, visits)).exists()


def visit_parts_open_to_me(actor: Actor, parts: Any) -> ColumnElement[bool]:
    """The same in the portal."""
    visits = another(SiteVisit)
    return select(visits.id).where(visits.id == parts.site_visit_id, visits_open_to_me(actor, visits)).exists()


def reached_visits(actor: Actor, visits: Any) -> ColumnElement[bool]:
    """What somebody reaches inside or in the portal."""
    requests = another(ServiceRequest)
    return select(requests.id).where(requests.id == visits.request_id, reached(actor, requests)).exists()


def shows_visit(actor: Actor, visit_id: Any) -> ColumnElement[bool]:
    """Whether somebody sees the visit with an id, for what is attached to it."""
    visits = another(SiteVisit)
    return select(visits.id).where(visits.id == visit_id, reached_visits(actor, visits)).exists()


def sent_to_me(visits: Any) -> ColumnElement[bool]:
    """What the acting member goes to."""
    mine: ColumnElement[bool] = func.coalesce(visits.engineer_id == current_member(), False)
    return mine


def has_open_visits(requests: Any) -> ColumnElement[bool]:
    """Whether somebody is still to go to the customer for a request, or is there."""
    visit = another(SiteVisit)
    return select(visit.id).where(visit.request_id == requests.id, one_of(visit.state, OPEN)).exists()


async def site_visit(work: Work, id: UUID, *path: str, lock: bool = False) -> SiteVisit:
    """One visit that the actor may see; refuses with `NotFound`."""
    return await work.seen(SiteVisit, id, reached_visits(work.actor, SiteVisit), *path, lock=lock)


async def open_visits(work: Work, request_id: UUID) -> list[SiteVisit]:
    """The visits for a request that are not over, locked in order."""
    there = (SiteVisit.request_id == request_id, one_of(SiteVisit.state, OPEN))
    return await work.all(select(SiteVisit).where(*there).order_by(SiteVisit.id).with_for_update())


async def ids_waiting_for(work: Work, staff_id: UUID) -> list[UUID]:
    """The visits to which somebody is still to go, in one order for everybody."""
    theirs = (SiteVisit.engineer_id == staff_id, one_of(SiteVisit.state, WAITING))
    return [row["id"] for row in await work.rows(select(SiteVisit.id).where(*theirs).order_by(SiteVisit.id))]


def is_late(visits: Any) -> ColumnElement[bool]:
    """Whether a visit was to have begun and nobody is there."""
    return and_(one_of(visits.state, WAITING), visits.starts_at < current_instant())


async def parts_of_visit(work: Work, visit_id: UUID) -> list[SiteVisitPart]:
    """What was used on a visit, in order."""
    own = select(SiteVisitPart).where(SiteVisitPart.site_visit_id == visit_id)
    return await work.all(own.order_by(SiteVisitPart.position))


async def absent_between(work: Work, staff_id: UUID, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether somebody is away on one of the days of a time, by the company's clocks."""
    zone = ZoneInfo(work.opening.zone)
    first, last = (at.astimezone(zone).date() for at in (starts_at, ends_at))
    away = (Absence.staff_id == staff_id, Absence.starts_on <= last, Absence.ends_on >= first)
    return await work.value(select(Absence.id).where(*away).limit(1)) is not None


async def visit_between(
    work: Work, staff_id: UUID, starts_at: datetime, ends_at: datetime, but: UUID | None
) -> SiteVisit | None:
    """Another open visit of somebody in a time, if there is one."""
    there = [
        SiteVisit.engineer_id == staff_id,
        one_of(SiteVisit.state, OPEN),
        SiteVisit.starts_at < ends_at,
        SiteVisit.ends_at > starts_at,
    ]
    if but is not None:
        there.append(SiteVisit.id != but)
    return await work.first(select(SiteVisit).where(*there).order_by(SiteVisit.starts_at).limit(1))


async def standing_of(work: Work, visit: SiteVisit, *, has_request: bool) -> Standing:
    """How a visit and whoever acts stand."""
    return Standing(
        state=visit.state,
        is_engineer=work.actor.is_member and visit.engineer_id == work.actor.id,
        has_request=has_request,
        reported=bool(visit.done),
        unsigned=visit.signature_needed and visit.signed_at is None,
    )


async def clause_of_visit(work: Work, visit: SiteVisit) -> ClauseReference | None:
    """The clause that asks for the signature."""
    return await kept_clause(work, RequestCourse, visit.course_clause_id, await get(work, visit.request_id))


async def digest_of_visit(work: Work, visit: SiteVisit, parts: Sequence[SiteVisitPart] | None = None) -> str:
    """The fingerprint of all that the customer signs."""
    if parts is None:
        parts = await parts_of_visit(work, visit.id)
    return digest(
        {
            "number": visit.number,
            "request": str(visit.request_id),
            "engineer": str(visit.engineer_id),
            "site": visit.site,
            "checked_in_at": visit.checked_in_at and visit.checked_in_at.isoformat(),
            "found": visit.found,
            "done": visit.done,
            "parts": [
                [
                    part.position,
                    part.part_number,
                    part.name,
                    f"{part.quantity.normalize():f}",
                    part.serial_number,
                    part.price_minor,
                    part.currency,
                ]
                for part in parts
            ],
        }
    )


async def report_of(work: Work, visit: SiteVisit) -> ReportText:
    """What the paper of a visit says. The customer's name stands on what is theirs, whoever prints it."""
    request = await get(work, visit.request_id)
    customer = await work.get(Customer, request.customer_id)
    contact = await work.find(Contact, visit.contact_id) if visit.contact_id is not None else None
    return ReportText(
        number=visit.number,
        request_number=request.number,
        title=request.title,
        state=visit.state,
        company=(await organisation.company(work)).name,
        customer=customer.name,
        contact=contact.name if contact is not None else "",
        engineer=(await organisation.member(work, visit.engineer_id)).name,
        site=visit.site,
        zone=work.opening.zone,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        checked_in_at=visit.checked_in_at,
        ended_at=visit.ended_at,
        purpose=visit.purpose,
        found=visit.found,
        done=visit.done,
        reason=visit.reason,
        parts=[
            (part.part_number, part.name, part.quantity, part.serial_number, part.price_minor, part.currency)
            for part in await parts_of_visit(work, visit.id)
        ],
        signed_at=visit.signed_at,
        signer_name=visit.signer_name,
        digest=visit.signed_digest,
    )
