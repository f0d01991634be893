"""Visits on site as customers' people see them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, func, select

from api.reading.mapping import Node, column, computed, many, shows
from api.schema.money import Money, money
from api.schema.requests import visits  # noqa: F401  # declares SiteVisitState, which is used below
from domain.requests import models, queries
from domain.requests.rules.visits import MOST_PARTS, SiteVisitState
from tenancy.members import Member


def _name_of(staff_id: Any) -> Any:
    return select(Member.name).where(Member.id == staff_id)


@shows(models.SiteVisitPart, visible=queries.visit_parts_open_to_me, contacts=True, gives_way=True)
class PortalSiteVisitPart(Node):
    """Something that was built in or left with you."""

    position: int = column("Its place, from 1.")
    part_number: str = column("Its number; may be empty.")
    name: str = column("What it is.")
    quantity: str = computed(
        "How much of it, as decimal text.", lambda row: cast(func.trim_scale(row.quantity), Text())
    )
    serial_number: str = column("Which one it is; may be empty.")
    price: Money | None = money(
        "What one costs, before tax; null where that was not said.",
        lambda row: row.price_minor,
        when=lambda row: row.price_minor.is_not(None),
    )


@shows(models.SiteVisit, visible=queries.visits_open_to_me, contacts=True, gives_way=True)
class PortalSiteVisit(Node):
    """Somebody comes to you, or has come. The report as a PDF: `GET /site-visits/{id}.pdf`."""

    number: str = column("Its number, such as VST-000042.")
    state: SiteVisitState = column("How far it is; MISSED, since nobody was met.")
    visitor: str | None = computed("Who comes.", lambda row: _name_of(row.engineer_id))
    site: str = column("Where.")
    purpose: str = column("What is to be done; may be empty.")
    starts_at: datetime = column("When it is planned to begin.")
    ends_at: datetime = column("When it is planned to end.")
    checked_in_at: datetime | None = column("When they were there.")
    ended_at: datetime | None = column("When it was finished, missed or cancelled.")
    reason: str = column("Why it was planned anew last, missed or cancelled; else empty.")
    found: str = column("What was found.")
    done: str = column("What was done.")
    parts: list[PortalSiteVisitPart] = many(
        "What was built in or left there.", "site_visit_id", order=lambda there: (there.position,), most=MOST_PARTS
    )
    signed_at: datetime | None = column("When somebody of yours has signed the report; null without.")
    signer_name: str = column("Who has signed; empty without.")
