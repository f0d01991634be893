"""What happens to files. Attaching is told by the modules of the records."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class FileUploaded(Event, name="files.uploaded"):
    file_id: UUID


@dataclass(frozen=True, kw_only=True)
class FileDownloaded(Event, name="files.downloaded"):
    """Somebody was given its bytes (KD-5)."""

    file_id: UUID


@dataclass(frozen=True, kw_only=True)
class FileForgotten(Event, name="files.forgotten"):
    """It was attached to nothing for so long that it was deleted."""

    file_id: UUID
