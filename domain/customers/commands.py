"""Changing the register of customers: taking one up, changing it, adding and changing its contacts."""

from uuid import UUID

from sqlalchemy import select

from domain.customers import queries, rules
from domain.customers.events import AccountsHandedOn, ContactAdded, ContactChanged, CustomerChanged, CustomerCreated
from domain.customers.models import Contact, Customer
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.terms import CustomerTier, Language
from domain.organisation import queries as organisation
from domain.organisation.events import StaffLeft
from tenancy.refusals import Conflict, Invalid, message
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
    """Give a contact new particulars."""
    contact = await work.get(Contact, contact_id, "contactId", lock=True)
    email = rules.clean_email(email, "email")
    if email != contact.email:
        await _refuse_second_contact(work, contact.customer_id, email)
    contact.name, contact.email, contact.language = rules.clean_name(name, "name"), email, language
    contact.phone = rules.clean_phone(phone, "phone") if phone else None
    work.record(ContactChanged(contact_id=contact.id, customer_id=contact.customer_id), about=contact)
    return contact


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
