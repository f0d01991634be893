"""Which invoices customers' people see in the portal."""

from typing import Any

from sqlalchemy import ColumnElement, and_, select

from domain.billing.models import Invoice
from domain.customers import queries as customers
from domain.kernel.permissions import PortalGrant
from tenancy.actor import Actor
from tenancy.rows import another


def open_to_me(actor: Actor, invoices: Any) -> ColumnElement[bool]:
    """The invoices that were issued to the company of the acting person of a customer."""
    seen = customers.company_open_to_me(actor, PortalGrant.INVOICES, invoices.customer_id)
    return and_(seen, invoices.issued_on.is_not(None))


def lines_open_to_me(actor: Actor, lines: Any) -> ColumnElement[bool]:
    """Their lines."""
    found = another(Invoice)
    return select(found.id).where(found.id == lines.invoice_id, open_to_me(actor, found)).exists()
