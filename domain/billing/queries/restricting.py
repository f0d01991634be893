"""Whose new requests are served otherwise, because an invoice of theirs is not paid."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, select
from sqlalchemy.orm import aliased

from domain.billing.models import DunningStep, Hold, Invoice
from domain.billing.queries.invoices import covers_today, is_about, is_open
from domain.customers import queries as customers
from domain.customers.queries import Restricted
from domain.policies import queries as policies
from domain.policies.models import Clause
from domain.policies.rules.dunning import ServiceRestriction
from domain.policies.rules.kinds import DunningLadder
from tenancy.work import Work


def _gravest(customer_id: Any, *columns: str) -> Select[Any]:
    """These columns of the step that restricts a customer's service most, of invoices that are owed and not held."""
    steps, invoices, holds = aliased(DunningStep), aliased(Invoice), aliased(Hold)
    held = select(holds.id).where(is_about(holds, invoices), covers_today(holds)).exists()
    gravity = case({each.value: place for place, each in enumerate(ServiceRestriction)}, value=steps.restricts)
    return (
        select(*(getattr(steps, column) for column in columns))
        .join(invoices, invoices.id == steps.invoice_id)
        .where(
            and_(invoices.customer_id == customer_id, is_open(invoices), ~held),
            and_(steps.restricts.is_not(None), steps.withdrawn_at.is_(None)),
        )
        .order_by(gravity.desc(), steps.id)
        .limit(1)
    )


def service_restriction(customer_id: Any) -> Select[ServiceRestriction]:
    """What becomes of a customer's new requests, inside a statement; nothing where they are served as ever."""
    return _gravest(customer_id, "restricts")


def restricting_clause(customer_id: Any) -> Select[UUID]:
    """The id of the ladder's clause that says so."""
    return _gravest(customer_id, "clause_id")


async def restricted(work: Work, customer_id: UUID) -> Restricted | None:
    """The same for a command, with the ruling that the step followed."""
    rows = await work.rows(_gravest(customer_id, "restricts", "clause_id"))
    if not rows:
        return None
    clause = await work.get(Clause, rows[0]["clause_id"])
    ruling = await policies.rule_by_clause(work, DunningLadder, clause_id=clause.id, version_id=clause.version_id)
    return Restricted(ServiceRestriction(rows[0]["restricts"]), ruling)


customers.RESTRICTED_BY.append(restricted)
