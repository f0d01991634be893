"""Sweeps of the module billing."""

from datetime import datetime

from domain.billing import commands as billing
from domain.billing.queries import usage
from domain.customers import queries as customers
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.notifications.queries import members_who_may
from tenancy.refusals import message
from tenancy.work import Work


async def draft_due(work: Work, _: datetime) -> None:
    """Draft the invoices of instalments that have fallen due, and of what was counted in periods that are over; tell of
    what was counted too late for any."""
    await billing.draft_due(work)
    await billing.settle_due(work)
    for late in await usage.late_ones(work):
        contract, customer = late.contract, await customers.get(work, late.contract.customer_id)
        await notifications.notify(
            work,
            member_ids=await members_who_may(work, Permission.BILLING_INVOICE),
            text=message(
                "Contract {number} of {customer}: {amount} before tax came in after its last billing period and is on"
                " no invoice. Draft one by hand."
            ),
            values={"number": contract.number, "customer": customer.name, "amount": late.net},
            about=Subject(SubjectKind.CONTRACT, contract.id),
            mail=True,
            # Once, until somebody has drafted it; what comes in after that is told anew.
            key=f"usage-late/{late.settlement.id}",
        )
