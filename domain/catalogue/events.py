"""What happens to the catalogue."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class ServiceLineCreated(Event, name="catalogue.line_created"):
    line_id: UUID


@dataclass(frozen=True, kw_only=True)
class ServiceLineChanged(Event, name="catalogue.line_changed"):
    line_id: UUID


@dataclass(frozen=True, kw_only=True)
class OfferingCreated(Event, name="catalogue.offering_created"):
    offering_id: UUID


@dataclass(frozen=True, kw_only=True)
class OfferingChanged(Event, name="catalogue.offering_changed"):
    offering_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestFormReplaced(Event, name="catalogue.form_replaced"):
    """From now on an offering asks by this form."""

    offering_id: UUID
    form_id: UUID
