"""What happens to customers and their contacts."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class CustomerCreated(Event, name="customers.customer_created"):
    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class CustomerChanged(Event, name="customers.customer_changed"):
    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class AccountsHandedOn(Event, name="customers.accounts_handed_on"):
    """Whoever looked after some customers has left; whoever stands above does from now on, or nobody."""

    staff_id: UUID
    owner_id: UUID | None
    notice_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContactAdded(Event, name="customers.contact_added"):
    contact_id: UUID
    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContactChanged(Event, name="customers.contact_changed"):
    contact_id: UUID
    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContactUnreachable(Event, name="customers.contact_unreachable"):
    """A letter to a contact's address has come back, the first since the address was changed."""

    contact_id: UUID
    customer_id: UUID
    effect_id: UUID


@dataclass(frozen=True, kw_only=True)
class PortalInvited(Event, name="customers.portal_invited"):
    """A customer's person is invited into the portal."""

    access_id: UUID
    contact_id: UUID


@dataclass(frozen=True, kw_only=True)
class PortalOpened(Event, name="customers.portal_opened"):
    """They have opened the invitation's link, which opens nothing any more."""

    access_id: UUID
    contact_id: UUID


@dataclass(frozen=True, kw_only=True)
class PortalRevoked(Event, name="customers.portal_revoked"):
    """Their invitations and ways in have ended, so many of them."""

    contact_id: UUID
    count: int


@dataclass(frozen=True, kw_only=True)
class ContactLettersChosen(Event, name="customers.contact_letters_chosen"):
    """They have said which letters they do without."""

    contact_id: UUID
    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class LetterDue(Event, name="customers.letter_due"):
    """The day has come on which the contact budget has room for a letter."""

    effect_id: UUID
