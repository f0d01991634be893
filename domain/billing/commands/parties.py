"""Saying who the company and its customers are by law, for e-invoices."""

from uuid import UUID
from zoneinfo import ZoneInfo

from domain.billing.events import BillingPartySet
from domain.billing.models import BillingParty
from domain.billing.rules.parties import Particulars
from domain.customers import queries as customers
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from tenancy.work import Work


@command(needs=Permission.BILLING_INVOICE)
async def set_billing_party(work: Work, *, customer_id: UUID | None, particulars: Particulars) -> BillingParty:
    """Say who a customer is by law, or without one the company itself, from today on; what was issued before keeps what
    was said then."""
    if customer_id is not None:
        await customers.get(work, customer_id, "customerId")
    said = particulars.checked()
    party = work.add(
        BillingParty(
            customer_id=customer_id,
            since_on=work.now.astimezone(ZoneInfo(work.opening.zone)).date(),
            legal_name=said.legal_name,
            street=said.street,
            additional_street=said.additional_street,
            city=said.city,
            postal_code=said.postal_code,
            subdivision=said.subdivision,
            country=said.country,
            tax_number=said.tax_number,
            recorded_at=work.now,
            recorded_by_id=work.actor.id if work.actor.is_member else None,
        )
    )
    work.record(BillingPartySet(party_id=party.id, customer_id=customer_id), about=party)
    return party
