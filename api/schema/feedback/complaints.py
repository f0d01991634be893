"""Complaints as clients see them, with their clocks and their course."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, DateTime, func, literal_column
from strawberry.scalars import JSON

from api.reading.filters import IdFilter, InstantFilter, ListFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, many, one, page, shows
from api.schema.access.types import Member
from api.schema.customers.types import Contact, Customer
from api.schema.feedback.complaint_moves import ComplaintMove, complaint_moves
from api.schema.organisation.types import Department, Staff
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause, HandbookVersion
from api.schema.requests.types import ServiceRequest
from api.schema.terms import CustomerTier
from domain.feedback import models
from domain.feedback.queries import complaints as queries
from domain.feedback.rules.complaints import ComplaintClockKind, ComplaintState
from domain.feedback.rules.complaints import ComplaintMove as Move
from domain.kernel.subjects import SubjectKind
from domain.requests.rules import Channel, ClockState
from tenancy.models import current_instant

strawberry.enum(ComplaintState, name="ComplaintState", description="How far a complaint is.")
strawberry.enum(
    ComplaintClockKind,
    name="ComplaintClockKind",
    description="What of a complaint is measured from its receipt: until it is acknowledged, until a remedy is "
    "proposed, until the customer is told the result.",
)


@shows(models.ComplaintClock, visible=queries.visible_parts)
class ComplaintClock(Node):
    """What of a complaint is measured in working time, against which target, and how that stands."""

    kind: ComplaintClockKind = column("What it measures.")
    state: ClockState = column("Where it stands.")
    started_at: datetime = column("Since when it measures: the receipt.")
    target: JSON = column("What is promised, in working minutes or days.")
    due_at: datetime | None = column("When its time runs out, or ran out; only while it runs.")
    stopped_at: datetime | None = column("When it stopped.")
    breached_at: datetime | None = column("When its time had run out although it was still running.")
    warnings: int = column("How many warnings were given.")
    clause: Clause | None = one("The clause it goes by.", "clause_id")
    calendar_clause: Clause | None = one("The calendar it goes by.", "calendar_clause_id")


@shows(models.ComplaintChange, visible=queries.visible_parts)
class ComplaintChange(Node):
    """A complaint entered a state, or entered it anew."""

    at: datetime = column("When.")
    state: ComplaintState = column("The state it entered.")
    move: Move | None = column("By which move; none for the receipt.")
    text: str = column("What was said with it, to the customer or by them; empty where nothing is asked for.")
    member: Member | None = one("Who made the move; nobody when Zhidu or a partner's client did.", "member_id")


@strawberry.enum(description="How the course of a complaint is ordered.")
class ComplaintChangeOrder(Enum):
    """Orders of changes."""

    OLDEST = "oldest"
    NEWEST = "newest"


COMPLAINT_CHANGE_ORDERS = {
    ComplaintChangeOrder.OLDEST: Order(lambda row: row.position),
    ComplaintChangeOrder.NEWEST: Order(lambda row: row.position, descending=True),
}


def _overdue(row: Any) -> ColumnElement[bool]:
    return func.coalesce(row.due_at < current_instant(), False)


@shows(models.Complaint, visible=queries.visible)
class Complaint(Node):
    """What somebody was not content with, and how that is put right: acknowledged, investigated, a remedy proposed,
    agreed and carried out, the customer satisfied or the complaint escalated, its cause analysed."""

    number: str = column("Its number, such as CMP-000042.")
    title: str = column("What it is about, in a line.")
    description: str = column("What it is about.")
    channel: Channel = column("How it came in.")
    state: ComplaintState = column("How far it is.")
    received_at: datetime = column("When it came in.")
    due_at: datetime | None = column("The earliest deadline of its running clocks; in the past when it was missed.")
    overdue: bool = computed("Whether that deadline has passed.", _overdue)
    breached: bool = computed("Whether any deadline was missed.", queries.breached)
    customer: Customer | None = one("Whose it is.", "customer_id")
    customer_tier: CustomerTier = column("How important the customer was when it came in.")
    contact: Contact | None = one(
        "The customer's person who complained; without one it is the complaint of whoever recorded it.", "contact_id"
    )
    request: ServiceRequest | None = one("The request it is about; null where you may not see it.", "request_id")
    department: Department | None = one("The department it is for.", "department_id")
    about_staff: Staff | None = one("Whom it is about; they do not deal with it.", "about_staff_id")
    recorded_by: Member | None = one("Who recorded it; nobody for Zhidu and a partner's client.", "recorded_by_id")
    handler: Staff | None = one("Who deals with it.", "handler_id")
    escalated_to: Staff | None = one("Who took it over last from below.", "escalated_to_id")
    service_lines: list[str] = column("The codes of the request's service line and of those above, nearest first.")
    proposal: str = column("The remedy that was proposed last.")
    result: str = column("The result that the customer was told.")
    cause: str = column("Why it came to this, once that is analysed.")
    improvement: str = column("What is to keep it from happening again.")
    closed_at: datetime | None = column("When it was analysed or withdrawn.")
    handbook_version: HandbookVersion | None = one(
        "The version it began under, whose clauses hold for it but where a later one says that it applies to open "
        "cases: the clauses of its clocks say which.",
        "handbook_version_id",
    )
    clocks: list[ComplaintClock] = many(
        "What of it is measured.", "complaint_id", order=lambda there: (there.kind,), most=len(ComplaintClockKind)
    )
    changes = page(
        "Its course from the receipt on.", ComplaintChange, on="complaint_id", orders=COMPLAINT_CHANGE_ORDERS
    )
    decisions = decisions(SubjectKind.COMPLAINT)
    allowed_moves: list[ComplaintMove] = complaint_moves()


@strawberry.enum(description="How complaints are ordered.")
class ComplaintOrder(Enum):
    """Orders of complaints."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"


# What is not due at all comes last.
_NEVER = literal_column("timestamptz '9999-12-31 00:00+00'", DateTime(timezone=True))
COMPLAINT_ORDERS = {
    ComplaintOrder.NEWEST: Order(lambda row: row.id, descending=True),
    ComplaintOrder.OLDEST: Order(lambda row: row.id),
    ComplaintOrder.DUE: Order(lambda row: func.coalesce(row.due_at, _NEVER)),
}


@strawberry.input(description="Which complaints to give.")
class ComplaintFilter:
    """Conditions on complaints."""

    number: TextFilter | None = filtered("By number.")
    title: TextFilter | None = filtered("By title.")
    state: WordFilter[ComplaintState] | None = filtered("By how far they are.")
    channel: WordFilter[Channel] | None = filtered("By how they came in.")
    customer_id: IdFilter | None = filtered("By customer.")
    contact_id: IdFilter | None = filtered("By contact.")
    request_id: IdFilter | None = filtered("By request.")
    department_id: IdFilter | None = filtered("By department.")
    handler_id: IdFilter | None = filtered("By who deals with them.")
    service_lines: ListFilter | None = filtered("By the codes of the service line and of those above it.")
    received_at: InstantFilter | None = filtered("By when they came in.")
    due_at: InstantFilter | None = filtered("By their earliest deadline.")
    closed_at: InstantFilter | None = filtered("By when they were closed.")
    overdue: bool | None = filtered("Whether their deadline has passed.", _overdue)
    breached: bool | None = filtered("Whether any deadline was missed.", queries.breached)
    handled_by_me: bool | None = filtered("Whether you deal with them.", queries.handled_by_me)
    and_: "list[ComplaintFilter] | None" = combining("All of these hold.", "and")
    or_: "list[ComplaintFilter] | None" = combining("One of these holds.", "or")
    not_: "ComplaintFilter | None" = combining("This does not hold.", "not")
