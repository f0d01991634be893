"""Sweeps of the module notifications."""

from datetime import datetime

from domain.notifications import commands as notifications
from tenancy.work import Work


async def forget_old(work: Work, slot_at: datetime) -> None:
    """Delete what was read long ago, and finished webhooks."""
    await notifications.forget_old(work, before=slot_at - notifications.KEPT)
