"""What happens to a company's archives."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class BackupDue(Event, name="backups.due"):
    """A slot of the schedule has come."""

    slot_at: datetime


@dataclass(frozen=True, kw_only=True)
class ArchiveStarted(Event, name="backups.archive_started"):
    archive_id: UUID


@dataclass(frozen=True, kw_only=True)
class ArchiveKept(Event, name="backups.archive_kept"):
    """The archive is stored whole, and every byte of it was checked."""

    archive_id: UUID


@dataclass(frozen=True, kw_only=True)
class ArchiveFailed(Event, name="backups.archive_failed"):
    """Nothing of it was kept; earlier archives are as they were."""

    archive_id: UUID


@dataclass(frozen=True, kw_only=True)
class ArchiveDeleted(Event, name="backups.archive_deleted"):
    """It has served its time."""

    archive_id: UUID


@dataclass(frozen=True, kw_only=True)
class DrillStarted(Event, name="backups.drill_started"):
    archive_id: UUID


@dataclass(frozen=True, kw_only=True)
class DrillPassed(Event, name="backups.drill_passed"):
    """The archive was restored for practice, and every table had the digest it should."""

    archive_id: UUID


@dataclass(frozen=True, kw_only=True)
class DrillFailed(Event, name="backups.drill_failed"):
    """The archive could not be restored, or not as it should be."""

    archive_id: UUID


@dataclass(frozen=True, kw_only=True)
class ArchiveKeyMade(Event, name="backups.key_made"):
    key_id: UUID


@dataclass(frozen=True, kw_only=True)
class ArchiveKeyDestroyed(Event, name="backups.key_destroyed"):
    """Nobody can read the archives that were made with it any more."""

    key_id: UUID
