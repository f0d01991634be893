"""The tables of the addresses at which mail comes in, and of the mails."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.terms import Impact, Urgency
from domain.mail.rules import MailOrigin, MailReason, MailState
from tenancy.models import TenantModel, references


class MailAddress(TenantModel, kw_only=True, eq=False):
    """An address at which mail comes in, and what a mail to it asks for (RQ-1)."""

    __tablename__ = "mail_addresses"
    __table_args__ = (
        UniqueConstraint("tenant_id", "local_part"),
        references("offering_id", "service_offerings"),
        references("department_id", "departments"),
        references("walk_in_customer_id", "customers"),
        Index("ix_mail_addresses_offering", "tenant_id", "offering_id"),
        Index("ix_mail_addresses_department", "tenant_id", "department_id"),
        Index("ix_mail_addresses_walk_in_customer", "tenant_id", "walk_in_customer_id"),
    )

    # What stands before the @; behind it stand the company's short name and the installation's mail domain.
    local_part: Mapped[str]
    added_at: Mapped[datetime]
    # The address that customers know, whose mail is forwarded here; none where they write here at once.
    public_address: Mapped[str | None] = mapped_column(default=None)
    offering_id: Mapped[UUID | None] = mapped_column(default=None)
    department_id: Mapped[UUID | None] = mapped_column(default=None)
    # Whose contacts those become whom nobody knows, where the handbook takes their mails.
    walk_in_customer_id: Mapped[UUID | None] = mapped_column(default=None)
    impact: Mapped[Impact] = mapped_column(default=Impact.MEDIUM)
    urgency: Mapped[Urgency] = mapped_column(default=Urgency.MEDIUM)
    active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    # What signs the webhook of this address; none while it has none.
    sealed_secret: Mapped[bytes | None] = mapped_column(default=None, comment="sealed: mail-secret")


class InboundMail(TenantModel, kw_only=True, eq=False):
    """A mail that came in. It is stored as it came, and read afterwards."""

    __tablename__ = "inbound_mails"
    __table_args__ = (
        # Sent again, it is the same.
        UniqueConstraint("tenant_id", "address_id", "identity"),
        references("address_id", "mail_addresses"),
        references("file_id", "files"),
        references("request_id", "service_requests"),
        references("request_message_id", "request_messages"),
        references("contact_id", "contacts"),
        references("effect_id", "effects"),
        references("settled_by_id", "members"),
        Index("ix_inbound_mails_file", "tenant_id", "file_id"),
        Index("ix_inbound_mails_request", "tenant_id", "request_id", "id"),
        Index("ix_inbound_mails_request_message", "tenant_id", "request_message_id"),
        Index("ix_inbound_mails_contact", "tenant_id", "contact_id"),
        Index("ix_inbound_mails_effect", "tenant_id", "effect_id"),
        Index("ix_inbound_mails_settled_by", "tenant_id", "settled_by_id"),
        Index("ix_inbound_mails_state", "tenant_id", "state", "id"),
        Index("ix_inbound_mails_sender", "tenant_id", "from_address", "received_at"),
        Index("ix_inbound_mails_message", "tenant_id", "message_id"),
    )

    address_id: Mapped[UUID]
    received_at: Mapped[datetime]
    origin: Mapped[MailOrigin]
    # The mail as it came.
    file_id: Mapped[UUID]
    size_bytes: Mapped[int]
    # What tells one that is sent again (`rules.identity_of`).
    identity: Mapped[str]
    # Between servers, not by what it says itself; a report has an empty sender.
    envelope_from: Mapped[str]
    envelope_to: Mapped[str]
    state: Mapped[MailState] = mapped_column(default=MailState.RECEIVED)
    # Why it is held back or refused, and in the words of whoever found that out.
    reason: Mapped[MailReason | None] = mapped_column(default=None)
    detail: Mapped[str] = mapped_column(default="")
    # By its own words, none of which is proved.
    message_id: Mapped[str] = mapped_column(default="")
    from_address: Mapped[str] = mapped_column(default="")
    from_name: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    # What it says, and what it quotes below that.
    text: Mapped[str] = mapped_column(default="")
    quoted: Mapped[str] = mapped_column(default="")
    # What has become of it: the request, and what was said about that; the letter that it reports on.
    request_id: Mapped[UUID | None] = mapped_column(default=None)
    request_message_id: Mapped[UUID | None] = mapped_column(default=None)
    contact_id: Mapped[UUID | None] = mapped_column(default=None)
    effect_id: Mapped[UUID | None] = mapped_column(default=None)
    settled_at: Mapped[datetime | None] = mapped_column(default=None)
    # Who has filed or discarded it; none where Zhidu has.
    settled_by_id: Mapped[UUID | None] = mapped_column(default=None)
