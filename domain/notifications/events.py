"""What happens to webhook endpoints. That somebody was notified is no fact of its own: the notification is kept."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class EndpointRegistered(Event, name="notifications.endpoint_registered"):
    endpoint_id: UUID


@dataclass(frozen=True, kw_only=True)
class EndpointChanged(Event, name="notifications.endpoint_changed"):
    endpoint_id: UUID


@dataclass(frozen=True, kw_only=True)
class EndpointSwitchedOff(Event, name="notifications.endpoint_switched_off"):
    """Nothing is sent there any more: it is gone, failed too often, or `by_hand`."""

    endpoint_id: UUID
    by_hand: bool


@dataclass(frozen=True, kw_only=True)
class EndpointSwitchedOn(Event, name="notifications.endpoint_switched_on"):
    endpoint_id: UUID


@dataclass(frozen=True, kw_only=True)
class EndpointRemoved(Event, name="notifications.endpoint_removed"):
    endpoint_id: UUID
