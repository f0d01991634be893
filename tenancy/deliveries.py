"""Which reactions to a fact are done while others still wait; the rows go when the fact is delivered whole."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from tenancy.models import TenantModel


class Delivery(TenantModel, kw_only=True, eq=False):
    """One reaction to one fact has happened, in the transaction that wrote this row."""

    __tablename__ = "deliveries"
    __table_args__ = (UniqueConstraint("tenant_id", "entry_id", "reaction"),)

    entry_id: Mapped[UUID]
    # Module and function, as `requests.tell_the_assignee`.
    reaction: Mapped[str]
