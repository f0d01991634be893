"""Sweeps of the module files."""

from datetime import datetime

from domain.files import commands as files
from domain.files.rules import UNATTACHED_KEPT
from tenancy.work import Work


async def forget_unattached(work: Work, slot_at: datetime) -> None:
    """Delete what has been attached to nothing for a day."""
    await files.forget_unattached(work, before=slot_at - UNATTACHED_KEPT)


async def tidy(work: Work, _: datetime) -> None:
    """Remove what broken uploads have left in the store."""
    files.tidy(work)
