"""What happens to imports. What becomes of their rows is told by the modules of the records."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class ImportStarted(Event, name="imports.started"):
    """A file is checked."""

    import_id: UUID


@dataclass(frozen=True, kw_only=True)
class ImportChecked(Event, name="imports.checked"):
    """It is known what would become of each row."""

    import_id: UUID


@dataclass(frozen=True, kw_only=True)
class ImportRemapped(Event, name="imports.remapped"):
    """Other columns are other fields; it is checked again."""

    import_id: UUID


@dataclass(frozen=True, kw_only=True)
class ImportRun(Event, name="imports.run"):
    """Its rows are carried out."""

    import_id: UUID


@dataclass(frozen=True, kw_only=True)
class ImportFinished(Event, name="imports.finished"):
    """Every row was carried out or refused."""

    import_id: UUID
    done: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class ImportFailed(Event, name="imports.failed"):
    """The file can't be read, or not any more."""

    import_id: UUID


@dataclass(frozen=True, kw_only=True)
class ImportExpiryDue(Event, name="imports.expiry_due"):
    """The file and the report have been kept for long enough."""

    import_id: UUID
