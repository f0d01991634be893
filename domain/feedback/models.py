"""The tables of feedback: surveys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.feedback.rules.surveys import SurveyState
from tenancy.models import TenantModel, references


class Survey(TenantModel, kw_only=True, eq=False):
    """What the contact of a closed request is asked, by the clause that was in force for it (CP-3).

    The link that answers it is signed and stands nowhere.
    """

    __tablename__ = "surveys"
    __table_args__ = (
        UniqueConstraint("tenant_id", "request_id", "round"),
        references("request_id", "service_requests"),
        references("customer_id", "customers"),
        references("contact_id", "contacts"),
        references("clause_id", "clauses"),
        references("version_id", "handbook_versions"),
        references("follow_up_request_id", "service_requests"),
        Index("ix_surveys_customer", "tenant_id", "customer_id", "id"),
        Index("ix_surveys_contact", "tenant_id", "contact_id", "sent_at"),
        Index("ix_surveys_clause", "tenant_id", "clause_id"),
        Index("ix_surveys_version", "tenant_id", "version_id"),
        Index("ix_surveys_follow_up_request", "tenant_id", "follow_up_request_id"),
        Index("ix_surveys_answered", "tenant_id", "answered_at", "id"),
    )

    request_id: Mapped[UUID]
    # How often the request had been reopened: each closing is asked about once.
    round: Mapped[int]
    customer_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    clause_id: Mapped[UUID]
    version_id: Mapped[UUID]
    # For so many days after it was sent, its clause wants the contact left in peace.
    rest_days: Mapped[int]
    planned_at: Mapped[datetime]
    send_at: Mapped[datetime]
    state: Mapped[SurveyState] = mapped_column(default=SurveyState.PLANNED)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    reminders: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    score: Mapped[int | None] = mapped_column(default=None)
    satisfied: Mapped[bool | None] = mapped_column(default=None)
    # By the codes of the further questions.
    answers: Mapped[dict[str, Any]] = mapped_column(default_factory=dict, server_default=text("'{}'"))
    comment: Mapped[str] = mapped_column(default="")
    # The request that was opened because somebody was not satisfied.
    follow_up_request_id: Mapped[UUID | None] = mapped_column(default=None)
