"""Requests as clients see them, with their clocks, their history, what was said, and who was told of delays."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, DateTime, func, literal_column, or_, select
from strawberry.scalars import JSON

from api.reading.filters import (
    AnswerFilter,
    IdFilter,
    InstantFilter,
    ListFilter,
    NumberFilter,
    TextFilter,
    WordFilter,
    combining,
    filtered,
)
from api.reading.mapping import Node, Order, column, computed, localized, many, one, page, rendered, shows
from api.schema.access.types import Member
from api.schema.catalogue.types import RequestForm, ServiceLine, ServiceOffering
from api.schema.customers.types import Contact, Customer
from api.schema.files.types import Attachment, attached
from api.schema.organisation.types import Department, Staff
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause, HandbookVersion
from api.schema.requests.canned import CANNED_ANSWER_ORDERS, CannedAnswer
from api.schema.requests.cooperation import RequestHelper, RequestPart, TierRaise
from api.schema.requests.faults import FaultReport, PostmortemAction, Problem
from api.schema.requests.moves import RequestMove, allowed_moves
from api.schema.requests.reckoning import NEEDS, as_data, as_sentence
from api.schema.requests.visits import SiteVisit
from api.schema.terms import Complexity, CustomerTier, Impact, Priority, Urgency
from domain.kernel.subjects import SubjectKind
from domain.kernel.terms import ClockKind
from domain.policies.rules.values import EscalationAction
from domain.requests import models, queries
from domain.requests.rules import Audience, Channel, ClockState, LinkKind, Move, State
from domain.requests.rules.texts import MOST_MENTIONS
from tenancy.models import current_instant
from tenancy.rows import another

strawberry.enum(State, name="RequestState", description="How far a request is.")
strawberry.enum(Channel, name="RequestChannel", description="How a request came in.")
strawberry.enum(Audience, name="MessageAudience", description="Who reads a message.")
strawberry.enum(
    ClockKind,
    name="RequestClockKind",
    description="What a clock measures: the time to the first RESPONSE, to the PROPOSAL of a solution and to the "
    "RESOLUTION, from one UPDATE of the requester to the next, and an INTERNAL target for those who work on requests.",
)
strawberry.enum(
    ClockState,
    name="RequestClockState",
    description="Where a clock stands. A breached one stays so; a void one has no verdict.",
)


strawberry.enum(
    EscalationAction,
    description="What a level of escalation does besides telling somebody above: nothing (NOTIFY), RAISE_TIER to the "
    "next tier of support, or HAND_TO another department.",
)


strawberry.enum(
    LinkKind,
    name="RequestLinkKind",
    description="How one request stands to another: it merely RELATES_TO it, DUPLICATES it, is CAUSED_BY it, or was "
    "SPLIT_FROM it out of a message.",
)


@shows(models.StateChange, visible=queries.visible_changes)
class RequestChange(Node):
    """A request entered a state, or entered it anew. That one of us has handed, raised or returned it to another is
    shown to those who work on requests."""

    at: datetime = column("When.")
    state: State = column("The state it entered.")
    move: Move | None = column("By which move; none for the intake.")
    reason: str = column(
        "Why; what was proposed; what whoever takes it on has to know. Empty where no reason is asked for."
    )
    reason_code: str = column("Of a reason for a hold that the handbook lists: its code; else empty.")
    reason_name: str = localized("Its name, in your language; else empty.", "reason_name")
    member: Member | None = one(
        "Who made the move; nobody when Zhidu, a partner's client or a customer's person did.", "member_id"
    )
    contact: Contact | None = one("The customer's person who made it in the portal; else nobody.", "contact_id")


def _mentioned(said: Any, member: Any) -> ColumnElement[bool]:
    there = another(models.Mention)
    return select(there.id).where(there.message_id == said.id, there.member_id == member.id).exists()


@shows(models.Message, visible=queries.visible_messages)
class RequestMessage(Node):
    """Something that was said about a request."""

    at: datetime = column("When.")
    author: Member | None = one(
        "Who said it; nobody for a partner's client, for a contact, and for what Zhidu notes itself: that the request "
        "follows a new handbook.",
        "author_id",
    )
    contact: Contact | None = one(
        "The customer's person who has written it, by mail or in the portal; else nobody.", "contact_id"
    )
    audience: Audience = column("Who reads it.")
    text: str = column("What was said.")
    request: "ServiceRequest | None" = one(
        "The request that it was said about; another one than the one whose history it stands in, where that one was "
        "merged into this.",
        "request_id",
    )
    mentioned: list[Member] = many("Whom an internal note calls by name.", _mentioned, most=MOST_MENTIONS)
    attachments: list[Attachment] = attached(SubjectKind.REQUEST_MESSAGE)


@shows(models.Clock, visible=queries.visible_clocks)
class RequestClock(Node):
    """What of a request is measured in working time, against which target, and how that stands."""

    kind: ClockKind = column("What it measures.")
    state: ClockState = column("Where it stands.")
    started_at: datetime = column("Since when it measures.")
    target: JSON | None = column("What is promised, in working minutes or days; null when nothing is any more.")
    due_at: datetime | None = column("When its time runs out, or ran out; only while it runs. Once missed it stays.")
    stopped_at: datetime | None = column("When it stopped.")
    breached_at: datetime | None = column("When its time had run out although it was still running; the last time.")
    breaches: int = column("How often that was: more than once only of updates, which begin anew with every word.")
    warnings: int = column("How many warnings were given.")
    levels: int = column("How many levels of escalation were reached.")
    clause: Clause | None = one("The service level it goes by; once missed, that by which it was.", "clause_id")
    calendar_clause: Clause | None = one("The calendar it goes by.", "calendar_clause_id")
    reckoning: JSON | None = rendered(
        "How its time came together until now: what counted for which state, what was excluded for which reason, and "
        "by how much it is late, in whole minutes of working time and by the clock on the wall.",
        as_data,
        **NEEDS,
    )
    narrative: str | None = rendered("The same in a sentence or two, in your language.", as_sentence, **NEEDS)


@shows(models.Escalation, visible=queries.visible_escalations)
class Escalation(Node):
    """Somebody above was told that a clock runs out or has run out."""

    level: int = column("The level, from 1, as the clause lists them.")
    due_at: datetime = column("When the level was due.")
    at: datetime = column("When it was reached.")
    escalated_to: Staff | None = one("Who was told; nobody where nobody stands above.", "escalated_to_id")
    action: EscalationAction = column("What the level did besides.")
    department: Department | None = one("The department to which it handed the request, if it did.", "department_id")
    clock: RequestClock | None = one("The clock it is about.", "clock_id")


@strawberry.enum(description="How things that happened are ordered.")
class RequestChangeOrder(Enum):
    """Orders of changes."""

    OLDEST = "oldest"
    NEWEST = "newest"


REQUEST_CHANGE_ORDERS = {
    RequestChangeOrder.OLDEST: Order(lambda row: row.position),
    RequestChangeOrder.NEWEST: Order(lambda row: row.position, descending=True),
}


@strawberry.enum(description="How messages are ordered.")
class RequestMessageOrder(Enum):
    """Orders of messages."""

    OLDEST = "oldest"
    NEWEST = "newest"


REQUEST_MESSAGE_ORDERS = {
    RequestMessageOrder.OLDEST: Order(lambda row: row.id),
    RequestMessageOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@shows(models.RequestLink, visible=queries.visible_links)
class RequestLink(Node):
    """How one request stands to another."""

    kind: LinkKind = column("How the first stands to the second.")
    request: "ServiceRequest | None" = one("The first; null where you don't see it.", "from_id")
    other: "ServiceRequest | None" = one("The second; null where you don't see it.", "to_id")
    at: datetime = column("Since when.")


def _overdue(row: Any) -> ColumnElement[bool]:
    return func.coalesce(row.due_at < current_instant(), False)


@shows(models.ServiceRequest, visible=queries.visible)
class ServiceRequest(Node):
    """Something a customer needs done."""

    number: str = column("Its number, such as REQ-000042.")
    title: str = column("What it is about, in a line.")
    description: str = column("What it is about.")
    channel: Channel = column("How it came in.")
    impact: Impact = column("How much of the customer's work stands still.")
    urgency: Urgency = column("How soon it hurts.")
    customer_tier: CustomerTier = column("How important the customer was when it came in.")
    priority: Priority = column("How soon it is served, by the handbook's matrix.")
    state: State = column("How far it is.")
    submitted_at: datetime = column("When it came in.")
    due_at: datetime | None = column("The earliest deadline of its running clocks; in the past when it was missed.")
    overdue: bool = computed("Whether that deadline has passed.", _overdue)
    breached: bool = computed("Whether any deadline was missed.", queries.breached)
    hold_reason: str = column("Why it is on hold, in somebody's own words; empty otherwise.")
    hold_code: str = column("Of a reason for the hold that the handbook lists: its code; else empty.")
    hold_name: str = localized("Its name, in your language; else empty.", "hold_name")
    hold_expected_at: datetime | None = column("Until when that is expected to take, where somebody has said so.")
    postponed: bool = column("Whether it is on hold because its requester has agreed to wait; it goes on by itself.")
    postpone_until: datetime | None = column("Until when its requester is asked to wait; null when they are not.")
    postpone_reason: str = column("Why they are asked to; empty when they are not.")
    resolution: str = column("What was done, in its present or last resolution.")
    resolved_at: datetime | None = column("When it was resolved.")
    closes_at: datetime | None = column("When it closes by itself unless the requester speaks.")
    closed_at: datetime | None = column("When it was closed or cancelled.")
    reopened_times: int = column("How often it was reopened, before or after it was closed.")
    reopened_after_closing: int = column(
        "How often once it was closed, which the reopen_window's `most_times` bounds; going back before that is free."
    )
    complexity: Complexity | None = column("How it was assessed; null before that, when it is taken as routine.")
    category: str = column("What kind of matter it is, by its assessment; empty before that.")
    support_tier: int = column(
        "The tier of support that has it, from 1 to 3; raised by escalation and `raiseRequest`, lowered by "
        "`returnRequest`."
    )
    solution: str = column("The solution that was proposed last; empty when none was.")
    missing_steps: list[str] = column(
        "The steps that the handbook asks for and that it has not taken yet: triage, diagnosis, solution, start or "
        "closing, as in clauses of the kind request_course."
    )
    course_clause: Clause | None = one("The clause that asks for them.", "course_clause_id")
    reopens_until: datetime | None = column(
        "Until when it can be reopened, since it was closed; null before that, and where the handbook sets no limit."
    )
    satisfaction_score: int | None = column(
        "The score at the confirmation or in a survey, on the scale of the handbook's survey."
    )
    satisfied: bool | None = column("Whether that score means satisfied, by the handbook's survey.")
    scored_at: datetime | None = column("When the score was given.")
    customer: Customer | None = one("For whom.", "customer_id")
    contact: Contact | None = one("The customer's person.", "contact_id")
    requester: Member | None = one("Who wants it done, or recorded it for the contact.", "requester_id")
    assignee: Staff | None = one("Who has it.", "assignee_id")
    second_assignee: Staff | None = one("The second who is responsible, for the assignee.", "second_assignee_id")
    handed_over_from: Staff | None = one(
        "Who has handed it over to the assignee and gets it back, while that is so.", "handed_over_from_id"
    )
    raised_from: Staff | None = one(
        "Who has raised it to its tier of support by hand and gets it back.", "raised_from_id"
    )
    department: Department | None = one("The department that has it.", "department_id")
    offering: ServiceOffering | None = one("What was asked for by the catalogue.", "offering_id")
    service_line: ServiceLine | None = one("The service line it belongs to.", "service_line_id")
    service_lines: list[str] = column(
        "The codes of its service line and of those above that when it came in, the nearest first: clauses for any of "
        "them hold for it."
    )
    sla_class: str | None = column("The offering's class of service when it came in.")
    form: RequestForm | None = one("The form that was answered, as it was asked.", "form_id")
    answers: JSON = column("The answers, by the codes of the form's fields; what was not answered is left out.")
    handbook_version: HandbookVersion | None = one(
        "The version it began under, whose clauses hold but where a later one says that it applies to open cases.",
        "handbook_version_id",
    )
    clocks_version: HandbookVersion | None = one(
        "The newest version that its clocks go by: a later one than handbookVersion where its clause applies to open "
        "cases; its decisions and an internal note say since when. Null where nothing is promised.",
        queries.is_version_of_clocks,
    )
    clocks: list[RequestClock] = many(
        "What of it is measured.", "request_id", order=lambda there: (there.kind.desc(),), most=len(ClockKind)
    )
    escalations: list[Escalation] = many("Who above was told, oldest first.", "request_id", most=80)
    changes = page("Its course from the intake on.", RequestChange, on="request_id", orders=REQUEST_CHANGE_ORDERS)
    messages = page(
        "What was said about it, and about those that were merged into it.",
        RequestMessage,
        on=lambda here, there: queries.thread(there) == here.id,
        orders=REQUEST_MESSAGE_ORDERS,
    )
    source_reference: str | None = column("What whoever submitted it calls it; null where they have not said.")
    merged_into: "ServiceRequest | None" = one(
        "The request as which it goes on, once it is merged; null where you don't see that.", "merged_into_id"
    )
    merged: "list[ServiceRequest]" = many("Those that were merged into it.", "merged_into_id", most=100)
    parent: "ServiceRequest | None" = one("The request that it is a part of.", "parent_id")
    children: "list[ServiceRequest]" = many("Its parts.", "parent_id", most=100)
    parts: list[RequestPart] = many(
        "What co-operating departments do for it, shown to those who work on requests; its own department leads.",
        "request_id",
        most=100,
    )
    site_visits: list[SiteVisit] = many(
        "Who went to the customer for it, or is to, oldest first.", "request_id", most=100
    )
    canned_answers = page("Canned answers that fit it.", CannedAnswer, on=queries.fits, orders=CANNED_ANSWER_ORDERS)
    helpers: list[RequestHelper] = many(
        "Who else helps, or was asked for, shown to those who work on requests.", "request_id", most=100
    )
    raises: list[TierRaise] = many(
        "How it was raised to higher tiers of support by hand, oldest first, shown to those who work on requests.",
        "request_id",
        most=100,
    )
    recorded_minutes: int = column(
        "The working time that is recorded for it (recordTime), corrections included. By whom and when: "
        "`timeRecords(filter: {requestId: …})`."
    )
    fault_report: FaultReport | None = one(
        "What is known of the fault behind it, for those who work on it; null until it is written.",
        lambda here, there: there.request_id == here.id,
    )
    postmortem_actions: list[PostmortemAction] = many(
        "What is done so that the fault doesn't come again.", "request_id", most=100
    )
    problem: Problem | None = one("The recurring fault of which it is a case.", "problem_id")
    links: list[RequestLink] = many(
        "How it stands to others, and others to it.",
        lambda here, there: or_(there.from_id == here.id, there.to_id == here.id),
    )
    attachments: list[Attachment] = attached(SubjectKind.REQUEST)
    decisions = decisions(SubjectKind.REQUEST)
    allowed_moves: list[RequestMove] = allowed_moves()


@strawberry.enum(description="How requests are ordered.")
class ServiceRequestOrder(Enum):
    """Orders of requests."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"
    PRIORITY = "priority"


# What is not due at all comes last.
_NEVER = literal_column("timestamptz '9999-12-31 00:00+00'", DateTime(timezone=True))
SERVICE_REQUEST_ORDERS = {
    ServiceRequestOrder.NEWEST: Order(lambda row: row.id, descending=True),
    ServiceRequestOrder.OLDEST: Order(lambda row: row.id),
    ServiceRequestOrder.DUE: Order(lambda row: func.coalesce(row.due_at, _NEVER)),
    ServiceRequestOrder.PRIORITY: Order(lambda row: row.priority),
}


@strawberry.input(description="Which requests to give.")
class ServiceRequestFilter:
    """Conditions on requests."""

    number: TextFilter | None = filtered("By number.")
    title: TextFilter | None = filtered("By title.")
    state: WordFilter[State] | None = filtered("By how far they are.")
    priority: WordFilter[Priority] | None = filtered("By priority.")
    complexity: WordFilter[Complexity] | None = filtered("By how they were assessed.")
    category: TextFilter | None = filtered("By category.")
    source_reference: TextFilter | None = filtered("By what whoever submitted them calls them.")
    problem_id: IdFilter | None = filtered("By the recurring fault of which they are cases.")
    parent_id: IdFilter | None = filtered("By the request that they are a part of.")
    support_tier: NumberFilter | None = filtered("By the tier of support that has them.")
    channel: WordFilter[Channel] | None = filtered("By how they came in.")
    customer_id: IdFilter | None = filtered("By customer.")
    requester_id: IdFilter | None = filtered("By requester.")
    assignee_id: IdFilter | None = filtered("By who has them.")
    department_id: IdFilter | None = filtered("By the department that has them.")
    offering_id: IdFilter | None = filtered("By offering.")
    service_line_id: IdFilter | None = filtered("By the service line they belong to.")
    service_lines: ListFilter | None = filtered("By the codes of their service line and of those above it.")
    sla_class: TextFilter | None = filtered("By class of service.")
    answers: AnswerFilter | None = filtered("By an answer.")
    submitted_at: InstantFilter | None = filtered("By when they came in.")
    due_at: InstantFilter | None = filtered("By their earliest deadline.")
    resolved_at: InstantFilter | None = filtered("By when they were resolved.")
    closed_at: InstantFilter | None = filtered("By when they were closed.")
    satisfaction_score: NumberFilter | None = filtered("By score.")
    satisfied: bool | None = filtered("Whether the score means satisfied.", lambda row: row.satisfied)
    scored_at: InstantFilter | None = filtered("By when the score was given.")
    overdue: bool | None = filtered("Whether their deadline has passed.", _overdue)
    breached: bool | None = filtered("Whether any deadline was missed.", queries.breached)
    asked_by_me: bool | None = filtered("Whether you asked.", queries.requested_by_me)
    assigned_to_me: bool | None = filtered("Whether you have them.", queries.assigned_to_me)
    and_: "list[ServiceRequestFilter] | None" = combining("All of these hold.", "and")
    or_: "list[ServiceRequestFilter] | None" = combining("One of these holds.", "or")
    not_: "ServiceRequestFilter | None" = combining("This does not hold.", "not")
