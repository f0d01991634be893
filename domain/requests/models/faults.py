"""The tables of faults: reports, what is to be done after them, and those that come again."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.requests.rules import (
    ProblemState,
)
from tenancy.models import TenantModel, references


class FaultReport(TenantModel, kw_only=True, eq=False):
    """What is known of the fault behind a request (RQ-8); written anew until the request is closed."""

    __tablename__ = "fault_reports"
    __table_args__ = (
        UniqueConstraint("tenant_id", "request_id"),
        references("request_id", "service_requests"),
        references("author_id", "members"),
        Index("ix_fault_reports_author", "tenant_id", "author_id"),
    )

    request_id: Mapped[UUID]
    began_at: Mapped[datetime]
    symptoms: Mapped[str]
    cause: Mapped[str]
    remedy: Mapped[str]
    prevention: Mapped[str]
    at: Mapped[datetime]
    # Who has written it last; none for a program.
    author_id: Mapped[UUID | None]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class PostmortemAction(TenantModel, kw_only=True, eq=False):
    """What somebody is to do until a day so that a fault does not come again."""

    __tablename__ = "postmortem_actions"
    __table_args__ = (
        references("request_id", "service_requests"),
        references("responsible_id", "staff"),
        Index("ix_postmortem_actions_request", "tenant_id", "request_id"),
        Index("ix_postmortem_actions_responsible", "tenant_id", "responsible_id", "id"),
        Index("ix_postmortem_actions_due", "tenant_id", "due_on", "id"),
    )

    # The request with the report that it comes of.
    request_id: Mapped[UUID]
    task: Mapped[str]
    responsible_id: Mapped[UUID]
    due_on: Mapped[date]
    at: Mapped[datetime]
    result: Mapped[str] = mapped_column(default="", server_default="")
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    # On the day itself, and on the day after, when it is overdue.
    reminders: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class Problem(TenantModel, kw_only=True, eq=False):
    """A fault that comes again and again, and the requests that are cases of it."""

    __tablename__ = "problems"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        Index("ix_problems_state", "tenant_id", "state", "id"),
    )

    # Such as PRB-000007.
    number: Mapped[str]
    title: Mapped[str]
    opened_at: Mapped[datetime]
    # What is known of the cause, how one gets along meanwhile, and what has removed it.
    cause: Mapped[str] = mapped_column(default="", server_default="")
    workaround: Mapped[str] = mapped_column(default="", server_default="")
    remedy: Mapped[str] = mapped_column(default="", server_default="")
    state: Mapped[ProblemState] = mapped_column(default=ProblemState.OPEN, server_default="open")
    solved_at: Mapped[datetime | None] = mapped_column(default=None)
