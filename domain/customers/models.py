"""The tables of the companies served."""

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
