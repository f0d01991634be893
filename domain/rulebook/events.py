"""What happens to dry runs of drafts, and to the reading of versions in force."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class DryRunStarted(Event, name="rulebook.dry_run_started"):
    dry_run_id: UUID
    version_id: UUID


@dataclass(frozen=True, kw_only=True)
class DryRunFinished(Event, name="rulebook.dry_run_finished"):
    dry_run_id: UUID
    version_id: UUID


@dataclass(frozen=True, kw_only=True)
class DryRunSigned(Event, name="rulebook.dry_run_signed"):
    dry_run_id: UUID
    version_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReadingConfirmed(Event, name="rulebook.reading_confirmed"):
    version_id: UUID
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReadingReminderDue(Event, name="rulebook.reading_reminder_due"):
    """The timer of a reminder; `number` counts from 1."""

    version_id: UUID
    clause_id: UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class ReadingReminded(Event, name="rulebook.reading_reminded"):
    """Whoever has not confirmed that they have read the version is to be told."""

    version_id: UUID
    clause_id: UUID
    number: int
