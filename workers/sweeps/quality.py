"""Sweeps of the module quality."""

from datetime import datetime

from domain.quality import commands as quality
from tenancy.work import Work


async def close_months(work: Work, slot_at: datetime) -> None:
    """Measure and freeze the month that is over, and those that were missed."""
    await quality.close_months(work)
