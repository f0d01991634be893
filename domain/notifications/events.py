"""What happens to webhook endpoints, what people choose, and when mails that waited are due. That somebody was notified
is no fact of its own: the notification is kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class EndpointRegistered(Event, name="notifications.endpoint_registered"):
    endpoint_id: UUID


@dataclass(frozen=True, kw_only=True)
class EndpointChanged(Event, name="notifications.endpoint_changed"):
    endpoint_id: UUID


@dataclass(frozen=True, kw_only=True)
class EndpointSecretRotated(Event, name="notifications.endpoint_secret_rotated"):
    """An endpoint has another secret; the one before it signs too up to an instant, or no more."""

    endpoint_id: UUID
    former_ends_at: datetime | None


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


@dataclass(frozen=True, kw_only=True)
class WaitingMailDue(Event, name="notifications.waiting_mail_due"):
    """The hour has come at which a member wants what waited for them."""

    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class NotificationPreferencesChosen(Event, name="notifications.preferences_chosen"):
    member_id: UUID
