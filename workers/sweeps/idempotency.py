"""Idempotency keys are forgotten when no honest retry can still come."""

from datetime import datetime, timedelta

from tenancy import idempotency
from tenancy.work import Work

KEPT = timedelta(days=30)


async def forget_old(work: Work, _: datetime) -> None:
    """Forget the keys that were used more than 30 days ago, by real time: retries live in it too."""
    await idempotency.forget(work, before=work.opening.real_now - KEPT)
