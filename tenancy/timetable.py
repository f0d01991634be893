"""The fact that a sweep's hour has come: what periodic work of a tenant begins with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class SweepDue(Event, name="sweeps.due"):
    """One slot of one sweep, once; a slot that passed while nothing ran is made up for by the next one only."""

    sweep: str
    slot_at: datetime


def next_slot(cron: str, zone: str, after: datetime) -> datetime:
    """The first instant after `after`, in UTC, at which the cron expression holds in the zone's wall clock.

    An hour that the zone skips is made up for right after it; one that it repeats counts once.
    """
    local: Iterator[datetime] = CronSim(cron, after.astimezone(ZoneInfo(zone)))
    return next(local).astimezone(UTC)
