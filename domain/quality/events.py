"""What happens to quality targets."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class QualityMeasured(Event, name="quality.measured"):
    """A result is new or has changed: before its month is over for the time being, afterwards as a revision."""

    result_id: UUID
    revision: int


@dataclass(frozen=True, kw_only=True)
class TargetMissed(Event, name="quality.target_missed"):
    """A frozen result falls short of its target."""

    result_id: UUID


@dataclass(frozen=True, kw_only=True)
class QualityMonthClosed(Event, name="quality.month_closed"):
    """A month is over, and its results are frozen."""

    starts_on: date
