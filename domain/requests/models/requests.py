"""The tables of requests: themselves, their history, their clocks, who was told of delays, and what was said."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.terms import ClockKind, Complexity, CustomerTier, Impact, Priority, Urgency
from domain.policies.rules.values import EscalationAction
from domain.requests.rules import (
    USUAL_DEMANDS,
    Audience,
    Change,
    Channel,
    ClockState,
    Move,
    State,
    as_change,
)
from tenancy.models import TenantModel, references


class ServiceRequest(TenantModel, kw_only=True, eq=False):
    """Something a customer needs done (RQ-1). Priority and clauses are those of the handbook it was submitted under."""

    __tablename__ = "service_requests"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        # Whoever sends the same again means the same request.
        UniqueConstraint("tenant_id", "submitting_client_id", "source_reference"),
        UniqueConstraint("tenant_id", "requester_id", "source_reference"),
        references("customer_id", "customers"),
        references("contact_id", "contacts"),
        references("requester_id", "members"),
        references("submitting_client_id", "oauth_clients"),
        references("intake_department_id", "departments"),
        references("department_id", "departments"),
        references("assignee_id", "staff"),
        references("handbook_version_id", "handbook_versions"),
        references("offering_id", "service_offerings"),
        references("service_line_id", "service_lines"),
        references("form_id", "request_forms"),
        references("second_assignee_id", "staff"),
        references("handed_over_from_id", "staff"),
        references("raised_from_id", "staff"),
        references("course_clause_id", "clauses"),
        references("reopen_clause_id", "clauses"),
        references("merged_into_id", "service_requests"),
        references("parent_id", "service_requests"),
        references("problem_id", "problems"),
        Index("ix_service_requests_customer", "tenant_id", "customer_id"),
        Index("ix_service_requests_contact", "tenant_id", "contact_id"),
        Index("ix_service_requests_requester", "tenant_id", "requester_id"),
        Index("ix_service_requests_submitting_client", "tenant_id", "submitting_client_id"),
        Index("ix_service_requests_intake_department", "tenant_id", "intake_department_id"),
        Index("ix_service_requests_department", "tenant_id", "department_id"),
        Index("ix_service_requests_assignee", "tenant_id", "assignee_id"),
        Index("ix_service_requests_handbook_version", "tenant_id", "handbook_version_id"),
        Index("ix_service_requests_offering", "tenant_id", "offering_id", "id"),
        Index("ix_service_requests_service_line", "tenant_id", "service_line_id", "id"),
        Index("ix_service_requests_form", "tenant_id", "form_id"),
        Index("ix_service_requests_second_assignee", "tenant_id", "second_assignee_id"),
        Index("ix_service_requests_handed_over_from", "tenant_id", "handed_over_from_id"),
        Index("ix_service_requests_raised_from", "tenant_id", "raised_from_id"),
        Index("ix_service_requests_course_clause", "tenant_id", "course_clause_id"),
        Index("ix_service_requests_reopen_clause", "tenant_id", "reopen_clause_id"),
        Index("ix_service_requests_merged_into", "tenant_id", "merged_into_id"),
        Index("ix_service_requests_problem", "tenant_id", "problem_id", "id"),
        Index("ix_service_requests_parent", "tenant_id", "parent_id"),
        Index("ix_service_requests_state", "tenant_id", "state", "id"),
        Index("ix_service_requests_due", "tenant_id", "due_at", "id"),
        Index("ix_service_requests_resolved", "tenant_id", "resolved_at", "id"),
        Index("ix_service_requests_scored", "tenant_id", "scored_at", "id"),
    )

    # Such as REQ-000042; the figures are the company's own.
    number: Mapped[str]
    customer_id: Mapped[UUID]
    contact_id: Mapped[UUID | None]
    # The member who wants it done, or recorded it for the contact; none when a partner's client did.
    requester_id: Mapped[UUID | None]
    title: Mapped[str]
    description: Mapped[str]
    channel: Mapped[Channel]
    impact: Mapped[Impact]
    urgency: Mapped[Urgency]
    # The customer's importance at the intake: a later change of it does not move deadlines.
    customer_tier: Mapped[CustomerTier]
    priority: Mapped[Priority]
    submitted_at: Mapped[datetime]
    handbook_version_id: Mapped[UUID]
    # Whose clauses were promised; handing the request on to another department does not change the promise.
    intake_department_id: Mapped[UUID | None]
    # Who has it now.
    department_id: Mapped[UUID | None]
    # What was asked for, where it stood in the catalogue, and the form that the answers are for.
    offering_id: Mapped[UUID | None] = mapped_column(default=None)
    service_line_id: Mapped[UUID | None] = mapped_column(default=None)
    form_id: Mapped[UUID | None] = mapped_column(default=None)
    # The codes of its service line and of those above that at the intake, the nearest first; a later move of a line in
    # the catalogue does not move deadlines.
    service_lines: Mapped[list[str]] = mapped_column(default_factory=list, server_default=text("'{}'"))
    sla_class: Mapped[str | None] = mapped_column(default=None)
    # By the codes of the form's fields.
    answers: Mapped[dict[str, Any]] = mapped_column(default_factory=dict, server_default=text("'{}'"))
    assignee_id: Mapped[UUID | None] = mapped_column(default=None)
    state: Mapped[State] = mapped_column(default=State.NEW)
    # The earliest deadline of its running clocks; it lies in the past when it has been missed.
    due_at: Mapped[datetime | None] = mapped_column(default=None)
    # Why it is on hold; empty otherwise.
    hold_reason: Mapped[str] = mapped_column(default="")
    # Of a reason that the handbook lists: its code, its name in three languages, and until when it should take.
    hold_code: Mapped[str] = mapped_column(default="", server_default="")
    hold_name: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    hold_expected_at: Mapped[datetime | None] = mapped_column(default=None)
    # Whether it is on hold because its requester has agreed to wait; then it goes on by itself.
    postponed: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # Until when, and why, its requester is asked to wait; none when they are not.
    postpone_until: Mapped[datetime | None] = mapped_column(default=None)
    postpone_reason: Mapped[str] = mapped_column(default="", server_default="")
    # What was done, in its present or last resolution.
    resolution: Mapped[str] = mapped_column(default="")
    resolved_at: Mapped[datetime | None] = mapped_column(default=None)
    # When it closes by itself if the requester says nothing.
    closes_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    # The partner's program that submitted it; none when a member did.
    submitting_client_id: Mapped[UUID | None] = mapped_column(default=None)
    # Raised by every reopening, and by every one after it was closed, which alone the handbook bounds.
    reopened_times: Mapped[int] = mapped_column(default=0)
    reopened_after_closing: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    # What the requester gave at the confirmation, or the customer's contact in a survey, whether that is satisfied by
    # the clause that asked, and when it was said.
    satisfaction_score: Mapped[int | None] = mapped_column(default=None)
    satisfied: Mapped[bool | None] = mapped_column(default=None)
    scored_at: Mapped[datetime | None] = mapped_column(default=None)
    # How it was assessed; none before that.
    complexity: Mapped[Complexity | None] = mapped_column(default=None)
    category: Mapped[str] = mapped_column(default="", server_default="")
    # Who stands in for the assignee; and for whom the assignee has it at present, until it is handed back.
    second_assignee_id: Mapped[UUID | None] = mapped_column(default=None)
    handed_over_from_id: Mapped[UUID | None] = mapped_column(default=None)
    # Which tier of support has it; escalation raises it, and whoever has it does.
    support_tier: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    # Who has raised it to its tier, and gets it back.
    raised_from_id: Mapped[UUID | None] = mapped_column(default=None)
    # What was proposed last; each proposal stands in the history.
    solution: Mapped[str] = mapped_column(default="", server_default="")
    # The steps that its course's clause asks for and that it has not taken yet.
    missing_steps: Mapped[list[str]] = mapped_column(default_factory=list, server_default=text("'{}'"))
    course_clause_id: Mapped[UUID | None] = mapped_column(default=None)
    # Since it was closed, by the clause that held then: until when and how often it may be reopened; none is no limit.
    reopens_until: Mapped[datetime | None] = mapped_column(default=None)
    most_reopenings: Mapped[int | None] = mapped_column(default=None)
    reopen_clause_id: Mapped[UUID | None] = mapped_column(default=None)
    # What it is called where it comes from; unique for whoever submitted it.
    source_reference: Mapped[str | None] = mapped_column(default=None)
    # The request that it goes on as, once it is merged.
    merged_into_id: Mapped[UUID | None] = mapped_column(default=None)
    # The request that it is a part of, which is nobody's child itself.
    parent_id: Mapped[UUID | None] = mapped_column(default=None)
    # The recurring fault of which it is a case.
    problem_id: Mapped[UUID | None] = mapped_column(default=None)
    # What beside it has to be done first, by the clause on its course.
    demands: Mapped[list[str]] = mapped_column(
        default_factory=lambda: [each.value for each in USUAL_DEMANDS], server_default=text("'{children,parts}'")
    )
    # The working time that was recorded for it, corrections included.
    recorded_minutes: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class StateChange(TenantModel, kw_only=True, eq=False):
    """A request entered a state, or entered it anew; the clocks are reckoned from these and they never change."""

    __tablename__ = "request_state_changes"
    __table_args__ = (
        UniqueConstraint("tenant_id", "request_id", "position"),
        references("request_id", "service_requests"),
        references("member_id", "members"),
        references("contact_id", "contacts"),
        Index("ix_request_state_changes_member", "tenant_id", "member_id"),
        Index("ix_request_state_changes_contact", "tenant_id", "contact_id"),
    )

    request_id: Mapped[UUID]
    # From 1, in the order in which they happened.
    position: Mapped[int]
    at: Mapped[datetime]
    state: Mapped[State]
    # None for the intake.
    move: Mapped[Move | None]
    # Why, where a reason is asked for; of a proposal, what was proposed; of a hand-over, its summary.
    reason: Mapped[str]
    # Who made the move; none for the system and for clients.
    member_id: Mapped[UUID | None]
    # Of a reason that the handbook lists: its code and its name in three languages.
    reason_code: Mapped[str] = mapped_column(default="", server_default="")
    reason_name: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    # The customer's person who made the move in the portal; else none.
    contact_id: Mapped[UUID | None] = mapped_column(default=None)
    # The kinds of the clocks that rest since then by a clause; none where no clause says so.
    pauses: Mapped[list[str] | None] = mapped_column(default=None)

    @property
    def as_rule(self) -> Change:
        """The change as the rules read it."""
        return as_change(self.at, self.state, self.reason, self.reason_code, self.pauses)


class Clock(TenantModel, kw_only=True, eq=False):
    """What of a request is measured, against which target, and how that stands (RQ-6)."""

    __tablename__ = "clocks"
    __table_args__ = (
        UniqueConstraint("tenant_id", "request_id", "kind"),
        references("request_id", "service_requests"),
        references("clause_id", "clauses"),
        references("calendar_clause_id", "clauses"),
        Index("ix_clocks_clause", "tenant_id", "clause_id"),
        Index("ix_clocks_calendar_clause", "tenant_id", "calendar_clause_id"),
        Index("ix_clocks_stopped", "tenant_id", "kind", "stopped_at"),
    )

    request_id: Mapped[UUID]
    kind: Mapped[ClockKind]
    started_at: Mapped[datetime]
    # The target's JSON form; none when the handbook promises nothing any more.
    target: Mapped[dict[str, Any] | None]
    # The service level and the calendar by which it is reckoned at present.
    clause_id: Mapped[UUID]
    calendar_clause_id: Mapped[UUID]
    state: Mapped[ClockState] = mapped_column(default=ClockState.RUNNING)
    due_at: Mapped[datetime | None] = mapped_column(default=None)
    stopped_at: Mapped[datetime | None] = mapped_column(default=None)
    breached_at: Mapped[datetime | None] = mapped_column(default=None)
    # How often its time ran out: more than once only for one that begins anew with every word to the requester.
    breaches: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    # How many warnings were given, and how many levels of escalation were reached; none of them comes twice.
    warnings: Mapped[int] = mapped_column(default=0)
    levels: Mapped[int] = mapped_column(default=0)

    @property
    def is_broken(self) -> bool:
        """Whether its time has run out for ever: what was promised then, no later clause or priority moves."""
        return self.breached_at is not None and self.kind is not ClockKind.UPDATE


class Escalation(TenantModel, kw_only=True, eq=False):
    """Somebody above was told that a clock runs out or has run out. Never changed, never deleted."""

    __tablename__ = "escalations"
    __table_args__ = (
        UniqueConstraint("tenant_id", "clock_id", "level"),
        references("request_id", "service_requests"),
        references("clock_id", "clocks"),
        references("escalated_to_id", "staff"),
        references("department_id", "departments"),
        Index("ix_escalations_department", "tenant_id", "department_id"),
        Index("ix_escalations_request", "tenant_id", "request_id"),
        Index("ix_escalations_escalated_to", "tenant_id", "escalated_to_id", "request_id"),
    )

    request_id: Mapped[UUID]
    clock_id: Mapped[UUID]
    # From 1, as the clause lists them.
    level: Mapped[int]
    # When the level was due by the clause.
    due_at: Mapped[datetime]
    at: Mapped[datetime]
    # None where nobody stands above and nobody heads the department.
    escalated_to_id: Mapped[UUID | None]
    # What the level did besides, and the department to which it handed the request.
    action: Mapped[EscalationAction] = mapped_column(default=EscalationAction.NOTIFY, server_default="notify")
    department_id: Mapped[UUID | None] = mapped_column(default=None)


# Written line by line as PostgreSQL tells of it, so that what is declared and what is there can be compared.
THREAD = "(\nCASE\n    WHEN thread_id IS NULL THEN request_id\n    ELSE thread_id\nEND)"


class Message(TenantModel, kw_only=True, eq=False):
    """Something that was said about a request (RQ-10)."""

    __tablename__ = "request_messages"
    __table_args__ = (
        references("request_id", "service_requests"),
        references("author_id", "members"),
        references("contact_id", "contacts"),
        references("thread_id", "service_requests"),
        Index("ix_request_messages_request", "tenant_id", "request_id", "id"),
        Index("ix_request_messages_thread", "tenant_id", text(THREAD), "id"),
        # Most messages are neither of a merged request nor of a customer's contact.
        Index("ix_request_messages_merged", "tenant_id", "thread_id", postgresql_where=text("thread_id IS NOT NULL")),
        Index("ix_request_messages_author", "tenant_id", "author_id"),
        Index(
            "ix_request_messages_contact", "tenant_id", "contact_id", postgresql_where=text("contact_id IS NOT NULL")
        ),
    )

    request_id: Mapped[UUID]
    at: Mapped[datetime]
    # None for a partner's client, and for a contact.
    author_id: Mapped[UUID | None]
    audience: Mapped[Audience]
    text: Mapped[str]
    # The customer's person who has written it, by mail or in the portal.
    contact_id: Mapped[UUID | None] = mapped_column(default=None)
    # The request in whose history it stands; none for its own, which was not merged into another.
    thread_id: Mapped[UUID | None] = mapped_column(default=None)


class Mention(TenantModel, kw_only=True, eq=False):
    """Somebody who is called by name in an internal note."""

    __tablename__ = "message_mentions"
    __table_args__ = (
        UniqueConstraint("tenant_id", "message_id", "member_id"),
        references("message_id", "request_messages"),
        references("member_id", "members"),
        Index("ix_message_mentions_member", "tenant_id", "member_id", "message_id"),
    )

    message_id: Mapped[UUID]
    member_id: Mapped[UUID]
