"""What happens to dry runs of drafts, and to the reading of versions in force."""

from dataclasses import dataclass
from datetime import datetime
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
    """The timer of a reminder; `number` counts from 1. Who came after the version's taking effect has their own."""

    version_id: UUID
    clause_id: UUID
    number: int
    member_id: UUID | None = None
    asked_from: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ReadingBegins(Event, name="rulebook.reading_begins"):
    """The timer of somebody's first working day, who is asked from then on to read the version."""

    version_id: UUID
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReadingAsked(Event, name="rulebook.reading_asked"):
    """Whoever came after the version's taking effect is to be told that they are to read it."""

    version_id: UUID
    clause_id: UUID
    member_id: UUID
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReadingReminded(Event, name="rulebook.reading_reminded"):
    """Whoever has not confirmed that they have read the version is to be told, or one alone who came later."""

    version_id: UUID
    clause_id: UUID
    number: int
    member_id: UUID | None = None
    asked_from: datetime | None = None
