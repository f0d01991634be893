"""The tables of the companies served, of their people, of who may come into the portal, and of letters that count."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.terms import CustomerTier, Language
from tenancy.models import TenantModel, references


class Customer(TenantModel, kw_only=True, eq=False):
    """A company that is served, and billed."""

    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name"),
        references("owner_id", "staff"),
        Index("ix_customers_owner", "tenant_id", "owner_id"),
    )

    name: Mapped[str]
    tier: Mapped[CustomerTier]
    # In which letters are written to it.
    language: Mapped[Language]
    billing_email: Mapped[str]
    # The account owner: who of the staff looks after it.
    owner_id: Mapped[UUID | None] = mapped_column(default=None)
    # An inactive customer keeps its records and gets no new requests or invoices.
    active: Mapped[bool] = mapped_column(default=True)
    # Where it is, in the word that the staff of that region have too; empty where that is nobody's matter.
    region: Mapped[str] = mapped_column(default="", server_default="")


class Contact(TenantModel, kw_only=True, eq=False):
    """A person of a customer."""

    __tablename__ = "contacts"
    __table_args__ = (
        UniqueConstraint("tenant_id", "customer_id", "email"),
        references("customer_id", "customers"),
    )

    customer_id: Mapped[UUID]
    name: Mapped[str]
    email: Mapped[str]
    language: Mapped[Language]
    phone: Mapped[str | None] = mapped_column(default=None)
    # Since when letters to this address have not arrived, and what was said of the last; none since it was changed.
    unreachable_since: Mapped[datetime | None] = mapped_column(default=None)
    mail_error: Mapped[str | None] = mapped_column(default=None)
    # The kinds of letters that they do without (`rules.ContactLetters`).
    unwanted_letters: Mapped[list[str]] = mapped_column(default_factory=list, server_default="{}")


class PortalAccess(TenantModel, kw_only=True, eq=False):
    """An invitation of a customer's person into the portal, and the way in that it becomes when its link is opened.

    Its instants are real time, as those of sessions are, also in a rehearsal tenant.
    """

    __tablename__ = "portal_accesses"
    __table_args__ = (
        UniqueConstraint("tenant_id", "hash"),
        references("contact_id", "contacts"),
        references("clause_id", "clauses"),
        references("version_id", "handbook_versions"),
        references("invited_by_id", "members"),
        Index("ix_portal_accesses_contact", "tenant_id", "contact_id", "id"),
        Index("ix_portal_accesses_clause", "tenant_id", "clause_id"),
        Index("ix_portal_accesses_version", "tenant_id", "version_id"),
        Index("ix_portal_accesses_invited_by", "tenant_id", "invited_by_id"),
    )

    contact_id: Mapped[UUID]
    # By which clause it was given; what is allowed is kept as it was then.
    clause_id: Mapped[UUID]
    version_id: Mapped[UUID]
    grants: Mapped[list[str]]
    access_days: Mapped[int]
    invited_at: Mapped[datetime]
    # Who asked for it; none for a program.
    invited_by_id: Mapped[UUID | None]
    # Until when the link opens the portal, once.
    invitation_ends_at: Mapped[datetime]
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    # Of the token by which the contact comes in; none until the link is opened.
    hash: Mapped[bytes | None] = mapped_column(default=None)
    ends_at: Mapped[datetime | None] = mapped_column(default=None)
    # To within some minutes.
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class CountedLetter(TenantModel, kw_only=True, eq=False):
    """A letter that counts towards the contact budget, and the day whose room it takes."""

    __tablename__ = "counted_letters"
    __table_args__ = (
        UniqueConstraint("tenant_id", "effect_id"),
        references("customer_id", "customers"),
        references("effect_id", "effects"),
        Index("ix_counted_letters_customer", "tenant_id", "customer_id", "leaves_on"),
    )

    customer_id: Mapped[UUID]
    # In small letters.
    email: Mapped[str]
    leaves_on: Mapped[date]
    effect_id: Mapped[UUID]
