"""Sweeps of the module operations."""

from datetime import datetime

from domain.operations import commands as operations
from tenancy.work import Work


async def open_due(work: Work, _: datetime) -> None:
    """Open the work that plans bring today."""
    await operations.open_due(work)
