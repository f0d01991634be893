"""What happens to mail that comes in, and to the addresses at which it does."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class MailAddressAdded(Event, name="mail.address_added"):
    address_id: UUID


@dataclass(frozen=True, kw_only=True)
class MailAddressChanged(Event, name="mail.address_changed"):
    address_id: UUID


@dataclass(frozen=True, kw_only=True)
class MailSecretRotated(Event, name="mail.secret_rotated"):
    """The webhook of an address is signed with another secret from now on."""

    address_id: UUID


@dataclass(frozen=True, kw_only=True)
class MailReceived(Event, name="mail.received"):
    """A mail is stored as it came, and its sender has been told so."""

    mail_id: UUID


@dataclass(frozen=True, kw_only=True)
class MailFiled(Event, name="mail.filed"):
    """It has become a request, or a word about one."""

    mail_id: UUID
    request_id: UUID
    message_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class MailQuarantined(Event, name="mail.quarantined"):
    """It waits for somebody to look at it."""

    mail_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class MailRefused(Event, name="mail.refused"):
    """By the handbook nothing follows from it."""

    mail_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class MailReported(Event, name="mail.reported"):
    """It told what became of a letter of ours."""

    mail_id: UUID
    effect_id: UUID
    failed: bool


@dataclass(frozen=True, kw_only=True)
class MailDiscarded(Event, name="mail.discarded"):
    """Somebody has looked at it: nothing follows from it."""

    mail_id: UUID
