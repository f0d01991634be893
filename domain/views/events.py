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
