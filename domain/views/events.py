"""What happens to saved views."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class ViewSaved(Event, name="views.saved"):
    view_id: UUID


@dataclass(frozen=True, kw_only=True)
class ViewChanged(Event, name="views.changed"):
    view_id: UUID


@dataclass(frozen=True, kw_only=True)
class ViewDeleted(Event, name="views.deleted"):
    view_id: UUID


@dataclass(frozen=True, kw_only=True)
class ViewExported(Event, name="views.exported"):
    """Somebody was given its rows as a file."""

    view_id: UUID
    form: str
    row_count: int


@dataclass(frozen=True, kw_only=True)
class ExportStarted(Event, name="views.export_started"):
    """Somebody wants the rows of a view as a file, which a worker writes."""

    export_id: UUID
    view_id: UUID


@dataclass(frozen=True, kw_only=True)
class ExportFinished(Event, name="views.export_finished"):
    """Its file is there."""

    export_id: UUID
    row_count: int


@dataclass(frozen=True, kw_only=True)
class ExportFailed(Event, name="views.export_failed"):
    """There will be no file."""

    export_id: UUID


@dataclass(frozen=True, kw_only=True)
class ExportExpiryDue(Event, name="views.export_expiry_due"):
    """Its file has been kept for long enough."""

    export_id: UUID


@dataclass(frozen=True, kw_only=True)
class ExportExpired(Event, name="views.export_expired"):
    """Its file is given out no more."""

    export_id: UUID
