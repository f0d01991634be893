"""Changing the register of customers: taking one up, changing it, its people, and who of them comes into the portal."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from domain.customers import queries, rules
from domain.customers.events import (
    AccountsHandedOn,
    ContactAdded,
    ContactChanged,
    ContactLettersChosen,
    ContactUnreachable,
    CustomerChanged,
    CustomerCreated,
    PortalInvited,
    PortalOpened,
    PortalRevoked,
)
from domain.customers.models import Contact, Customer, PortalAccess
from domain.customers.rules import ContactLetters
from domain.kernel.command import command
from domain.kernel.permissions import Permission, PortalGrant
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.terms import CustomerTier, Language
from domain.organisation import queries as organisation
from domain.organisation.events import StaffLeft
from domain.policies import commands as policies
from domain.policies import queries as handbook
from domain.policies.rules.kinds import CustomerPortal
from domain.policies.rules.scopes import Scope
from tenancy.identity import credentials
from tenancy.outbox import withdraw_effects
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, message
from tenancy.secrets import fingerprint
from tenancy.work import Work


@command(needs=Permission.CUSTOMERS_MANAGE)
async def create_customer(
    work: Work,
    *,
    name: str,
    tier: CustomerTier,
    language: Language,
    billing_email: str,
    owner_id: UUID | None = None,
    region: str = "",
) -> Customer:
    """Take up a company that is served (TN-9)."""
    name = rules.clean_name(name, "name")
    await _refuse_second(work, name)
    if owner_id is not None:
        await _refuse_absent_owner(work, owner_id)
    customer = work.add(
        Customer(
            name=name,
            tier=tier,
            language=language,
            billing_email=rules.clean_email(billing_email, "billingEmail"),
            owner_id=owner_id,
            region=rules.clean_region(region),
        )
    )
    work.record(CustomerCreated(customer_id=customer.id), about=customer)
    return customer


@command(needs=Permission.CUSTOMERS_MANAGE)
async def change_customer(
    work: Work,
    *,
    customer_id: UUID,
    name: str,
    tier: CustomerTier,
    language: Language,
    billing_email: str,
    owner_id: UUID | None,
    active: bool = True,
    region: str | None = None,
) -> Customer:
    """Give a customer new particulars, its region only where one is given; running cases keep the deadlines that its
    former importance gave them."""
    customer = await work.get(Customer, customer_id, "customerId", lock=True)
    name = rules.clean_name(name, "name")
    if name != customer.name:
        await _refuse_second(work, name)
    if owner_id is not None and owner_id != customer.owner_id:
        await _refuse_absent_owner(work, owner_id)
    customer.name, customer.tier, customer.language = name, tier, language
    customer.billing_email = rules.clean_email(billing_email, "billingEmail")
    customer.owner_id, customer.active = owner_id, active
    if region is not None:
        customer.region = rules.clean_region(region)
    work.record(CustomerChanged(customer_id=customer.id), about=customer)
    return customer


@command(needs=Permission.CUSTOMERS_MANAGE)
async def add_contact(
    work: Work, *, customer_id: UUID, name: str, email: str, language: Language | None = None, phone: str | None = None
) -> Contact:
    """Add a person of a customer, who is written to in the customer's language unless they have one of their own."""
    customer = await queries.get(work, customer_id, "customerId")
    email = rules.clean_email(email, "email")
    await _refuse_second_contact(work, customer_id, email)
    contact = work.add(
        Contact(
            customer_id=customer_id,
            name=rules.clean_name(name, "name"),
            email=email,
            language=language or customer.language,
            phone=rules.clean_phone(phone, "phone") if phone else None,
        )
    )
    work.record(ContactAdded(contact_id=contact.id, customer_id=customer_id), about=contact)
    return contact


async def take_up_writer(work: Work, *, customer_id: UUID, name: str, email: str) -> Contact:
    """The person of a customer who has written from an address, who becomes a contact if they are none yet; whoever
    calls this has found out that they are to be."""
    customer = await queries.get(work, customer_id, "customerId")
    email = rules.clean_email(email, "email")
    known = await work.first(select(Contact).where(Contact.customer_id == customer_id, Contact.email == email))
    if known is not None:
        return known
    named = Contact(
        customer_id=customer_id, name=rules.clean_name(name or email, "name"), email=email, language=customer.language
    )
    contact = work.add(named)
    work.record(ContactAdded(contact_id=contact.id, customer_id=customer_id), about=contact)
    return contact


@command(needs=Permission.CUSTOMERS_MANAGE)
async def change_contact(
    work: Work, *, contact_id: UUID, name: str, email: str, language: Language, phone: str | None
) -> Contact:
    """Give a contact new particulars; whether letters arrive there is not known then."""
    contact = await work.get(Contact, contact_id, "contactId", lock=True)
    email = rules.clean_email(email, "email")
    if email != contact.email:
        await _refuse_second_contact(work, contact.customer_id, email)
    contact.unreachable_since, contact.mail_error = None, None
    contact.name, contact.email, contact.language = rules.clean_name(name, "name"), email, language
    contact.phone = rules.clean_phone(phone, "phone") if phone else None
    work.record(ContactChanged(contact_id=contact.id, customer_id=contact.customer_id), about=contact)
    return contact


async def choose_letters(work: Work, *, contact_id: UUID, unwanted: Collection[ContactLetters]) -> Contact:
    """Keep which letters a customer's person does without, as they have said themselves (NT-1); said again it changes
    nothing."""
    contact = await work.get(Contact, contact_id, "contactId", lock=True)
    chosen = sorted({letters.value for letters in unwanted})
    if chosen != contact.unwanted_letters:
        contact.unwanted_letters = chosen
        work.record(ContactLettersChosen(contact_id=contact.id, customer_id=contact.customer_id), about=contact)
    return contact


@command(needs=None)
async def choose_own_letters(work: Work, *, unwanted: Collection[ContactLetters]) -> Contact:
    """The same for the acting person of a customer, in the portal."""
    actor = work.actor
    if not actor.is_contact or actor.id is None or not actor.may(PortalGrant.USE):
        raise Forbidden(message("This is for customers' people in the portal."))
    return await choose_letters(work, contact_id=actor.id, unwanted=unwanted)


async def note_unreachable(work: Work, *, email: str, error: str, effect_id: UUID) -> None:
    """Mark every contact at an address to which a letter has not arrived."""
    for contact in await queries.contacts_with(work, email):
        contact.mail_error = error
        if contact.unreachable_since is None:
            contact.unreachable_since = work.now
            ids = {"contact_id": contact.id, "customer_id": contact.customer_id, "effect_id": effect_id}
            work.record(ContactUnreachable(**ids), about=contact)


async def hand_on_of_leaver(work: Work, event: StaffLeft) -> None:
    """Somebody has left: the nearest superior who is there looks after their customers; where nobody stands above,
    nobody does."""
    theirs = select(Customer).where(Customer.owner_id == event.staff_id).order_by(Customer.id).with_for_update()
    customers = await work.all(theirs)
    if not customers:
        return
    above = await organisation.line_above(work, event.staff_id)
    owner_id = above[0] if above else None
    for customer in customers:
        customer.owner_id = owner_id
        work.record(CustomerChanged(customer_id=customer.id), about=customer)
    leaver = await organisation.staff(work, event.staff_id)
    work.record(AccountsHandedOn(staff_id=leaver.id, owner_id=owner_id, notice_id=work.new_id()), about=leaver)


@command(needs=Permission.CUSTOMERS_MANAGE)
async def invite(work: Work, *, contact_id: UUID) -> PortalAccess:
    """Invite a customer's person into the portal by a mail with a link that opens it once (TN-9).

    What they may see there, and for how long, is the handbook's word; refuses with NO_CLAUSE where it has none. Earlier
    invitations that were not opened open nothing any more.
    """
    contact = await work.get(Contact, contact_id, "contactId", lock=True)
    customer = await queries.get(work, contact.customer_id)
    ruling = await handbook.rule(work, CustomerPortal, scope=Scope(customer_tier=customer.tier))
    value, now = ruling.value, work.opening.real_now
    for earlier in await _open_accesses(work, contact_id):
        if earlier.opened_at is None:
            earlier.revoked_at = now
    access = work.add(
        PortalAccess(
            contact_id=contact_id,
            clause_id=ruling.clause.clause_id,
            version_id=ruling.clause.version_id,
            grants=rules.portal_grants(value),
            access_days=value.access_days,
            invited_at=now,
            invited_by_id=work.actor.id if work.actor.is_member else None,
            invitation_ends_at=now + timedelta(days=value.invitation_days),
        )
    )
    policies.cite(
        work,
        ruling,
        about=Subject(SubjectKind.CONTACT, contact_id),
        decision="customers.portal",
        inputs={"customer_tier": customer.tier},
        result={"grants": access.grants, "access_days": access.access_days, "ends_at": access.invitation_ends_at},
    )
    # The journal keeps what changes about a fact's subject, and the access will have a hash.
    work.record(PortalInvited(access_id=access.id, contact_id=contact_id), about=contact)
    return access


@dataclass(frozen=True)
class OpenedPortal:
    """A contact's way in: the token is shown this once."""

    access: PortalAccess
    token: str
    ends_at: datetime


async def open_portal(work: Work, *, access_id: UUID) -> OpenedPortal:
    """Make an invitation a way in, once; whoever calls this has read its signed link. Refuses with `NotFound`."""
    access = await queries.open_invitation(work, access_id, lock=True)
    if access is None:
        raise NotFound
    contact = await work.get(Contact, access.contact_id)
    now = work.opening.real_now
    token = credentials.new_token(credentials.PORTAL, work.actor.tenant_id)
    ends_at = now + timedelta(days=access.access_days)
    access.opened_at, access.ends_at, access.hash = now, ends_at, fingerprint(token)
    work.record(PortalOpened(access_id=access.id, contact_id=contact.id), about=contact)
    return OpenedPortal(access, token, ends_at)


@command(needs=Permission.CUSTOMERS_MANAGE)
async def revoke_access(work: Work, *, contact_id: UUID) -> int:
    """End a person's ways into the portal and their invitations, within seconds; how many there were."""
    contact = await work.get(Contact, contact_id, "contactId", lock=True)
    open_ones = await _open_accesses(work, contact_id)
    for access in open_ones:
        access.revoked_at = work.opening.real_now
    if open_ones:
        await withdraw_effects(work, contact_id)
        work.record(PortalRevoked(contact_id=contact_id, count=len(open_ones)), about=contact)
    return len(open_ones)


async def _open_accesses(work: Work, contact_id: UUID) -> list[PortalAccess]:
    theirs = select(PortalAccess).where(PortalAccess.contact_id == contact_id, PortalAccess.revoked_at.is_(None))
    return await work.all(theirs.order_by(PortalAccess.id).with_for_update())


async def _refuse_second(work: Work, name: str) -> None:
    if await queries.named(work, name) is not None:
        raise Conflict(message("There is a customer “{name}” already."), {"name": name}, path=("name",))


async def _refuse_second_contact(work: Work, customer_id: UUID, email: str) -> None:
    same = select(Contact).where(Contact.customer_id == customer_id, Contact.email == email)
    if await work.first(same) is not None:
        text = message("This customer has a contact with the address {email} already.")
        raise Conflict(text, {"email": email}, path=("email",))


async def _refuse_absent_owner(work: Work, owner_id: UUID) -> None:
    owner = await organisation.staff(work, owner_id, "ownerId")
    if owner.left_on is not None:
        raise Invalid(message("This person has left the company and can't look after a customer."), path=("ownerId",))
