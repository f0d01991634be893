"""Taking on customers and keeping what is known of them."""

from typing import Any
from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from api.schema.terms import CustomerTier, Language
from domain.customers import commands, queries
from domain.customers.models import Contact, Customer
from tenancy.work import Work


@strawberry.input(description="A new customer.")
class CreateCustomerInput:
    """A new customer."""

    name: str = given("Its name, unique in the company.")
    tier: CustomerTier = given("How important it is.")
    language: Language = given("In which letters are written to it.")
    billing_email: str = given("Where invoices and letters go.")
    owner_id: UUID | None = optional("Who of the staff looks after it.")
    region: str = optional("The region it lies in, in the word that the staff of that region have too.", default="")


async def create_customer(work: Work, input: CreateCustomerInput) -> Customer:
    """Take on a customer."""
    return await commands.create_customer(
        work,
        name=input.name,
        tier=input.tier,
        language=input.language,
        billing_email=input.billing_email,
        owner_id=input.owner_id,
        region=input.region,
    )


@strawberry.input(description="What is known of a customer from now on.")
class ChangeCustomerInput:
    """What is known of a customer from now on."""

    customer_id: UUID = given("The customer.")
    name: str = given("Its name, unique in the company.")
    tier: CustomerTier = given("How important it is.")
    language: Language = given("In which letters are written to it.")
    billing_email: str = given("Where invoices and letters go.")
    owner_id: UUID | None = optional("Who of the staff looks after it.")
    active: bool = optional("Whether it gets new requests and invoices.", default=True)
    region: str | None = optional("The region it lies in; empty for none, and as it was when left out.")


async def change_customer(work: Work, input: ChangeCustomerInput) -> Customer:
    """Change what is known of a customer."""
    return await commands.change_customer(
        work,
        customer_id=input.customer_id,
        name=input.name,
        tier=input.tier,
        language=input.language,
        billing_email=input.billing_email,
        owner_id=input.owner_id,
        active=input.active,
        region=input.region,
    )


@strawberry.input(description="A new person of a customer.")
class AddContactInput:
    """A new person of a customer."""

    customer_id: UUID = given("The customer.")
    name: str = given("The person's name.")
    email: str = given("The person's e-mail address, unique at the customer.")
    language: Language | None = optional("In which the person is written to; the customer's unless told.")
    phone: str | None = optional("The person's telephone number.")


async def add_contact(work: Work, input: AddContactInput) -> Contact:
    """Add a person of a customer."""
    return await commands.add_contact(
        work,
        customer_id=input.customer_id,
        name=input.name,
        email=input.email,
        language=input.language,
        phone=input.phone,
    )


@strawberry.input(description="What is known of a person of a customer from now on.")
class ChangeContactInput:
    """What is known of a person of a customer from now on."""

    contact_id: UUID = given("The person.")
    name: str = given("The person's name.")
    email: str = given("The person's e-mail address, unique at the customer.")
    language: Language = given("In which the person is written to.")
    phone: str | None = optional("The person's telephone number; none when left out.")


async def change_contact(work: Work, input: ChangeContactInput) -> Contact:
    """Give a person of a customer new particulars, all of them anew; what was sent stays as it was. Needs
    `customers.manage`."""
    return await commands.change_contact(
        work,
        contact_id=input.contact_id,
        name=input.name,
        email=input.email,
        language=input.language,
        phone=input.phone,
    )


@strawberry.input(description="Whom to invite into the portal.")
class InviteContactInput:
    """Whom to invite into the portal."""

    contact_id: UUID = given("The customer's person.")


async def invite_contact(work: Work, input: InviteContactInput) -> Contact:
    """Invite a customer's person into the portal: they get a mail, in their language, with a link that opens it once.
    What they see there, and how long both hold, is in the handbook's clause `customer_portal`; without one this is
    refused with NO_CLAUSE. Earlier invitations that were not opened end. Needs `customers.manage`."""
    await commands.invite(work, contact_id=input.contact_id)
    return await queries.contact(work, input.contact_id)


@strawberry.input(description="Whose ways into the portal end.")
class RevokeContactAccessInput:
    """Whose ways into the portal end."""

    contact_id: UUID = given("The customer's person.")


async def revoke_contact_access(work: Work, input: RevokeContactAccessInput) -> dict[str, Any]:
    """End all ways of a customer's person into the portal, within seconds, and the invitations that they have not
    opened; what they have asked for stays. Needs `customers.manage`."""
    ended = await commands.revoke_access(work, contact_id=input.contact_id)
    return {"contact": await queries.contact(work, input.contact_id), "ended": ended}
