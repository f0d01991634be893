"""Sweeps of the module billing."""

from datetime import datetime

from domain.billing import commands as billing
from tenancy.work import Work


async def draft_due(work: Work, _: datetime) -> None:
    """Draft the invoices of instalments that have fallen due."""
    await billing.draft_due(work)
