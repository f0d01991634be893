"""Sweeps of the module billing."""

from datetime import datetime

from domain.billing import commands as billing
from tenancy.work import Work


async def draft_due(work: Work, _: datetime) -> None:
    """Draft the invoices of instalments that have fallen due, and of what was counted in periods that are over."""
    await billing.draft_due(work)
    await billing.settle_due(work)
