"""Saying at which addresses mail comes in, and filing or discarding what was held."""

from typing import Any
from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from api.schema.terms import Impact, Urgency
from domain.mail import commands
from domain.mail.commands import Intake
from domain.mail.models import InboundMail, MailAddress
from tenancy.work import Work

PUBLIC = "The address that customers know, if their mail is forwarded to this one; mail from it is taken for our own."
OFFERING = "The offering that requests by this address are for; none when it asks for nothing particular."
DEPARTMENT = "The department that gets them; the one that is responsible for the offering unless told."
WALK_IN = "Whose contacts unknown senders become, where the handbook's clause inbound_mail accepts their mails."


@strawberry.input(description="A new address at which mail is taken.")
class AddMailAddressInput:
    """A new address at which mail is taken."""

    local_part: str = given(
        "What stands before the @: 1 to 24 letters, digits, dots, hyphens or underscores. Behind it stand the company's"
        " short name and the installation's mail domain; `address` of the answer is the whole."
    )
    public_address: str | None = optional(PUBLIC)
    offering_id: UUID | None = optional(OFFERING)
    department_id: UUID | None = optional(DEPARTMENT)
    walk_in_customer_id: UUID | None = optional(WALK_IN)
    impact: Impact = optional("The impact of requests by this address.", default=Impact.MEDIUM)
    urgency: Urgency = optional("Their urgency.", default=Urgency.MEDIUM)


async def add_mail_address(work: Work, input: AddMailAddressInput) -> MailAddress:
    """Take mail at another address of the company."""
    return await commands.add_address(work, local_part=input.local_part, intake=_intake(input))


@strawberry.input(description="What mail to an address asks for from now on.")
class ChangeMailAddressInput:
    """What mail to an address asks for from now on."""

    address_id: UUID = given("The address.")
    public_address: str | None = optional(PUBLIC)
    offering_id: UUID | None = optional(OFFERING)
    department_id: UUID | None = optional(DEPARTMENT)
    walk_in_customer_id: UUID | None = optional(WALK_IN)
    impact: Impact = optional("The impact of requests by this address.", default=Impact.MEDIUM)
    urgency: Urgency = optional("Their urgency.", default=Urgency.MEDIUM)
    active: bool = optional("Whether mail to it is taken; else its senders are told that there is none.", default=True)


async def change_mail_address(work: Work, input: ChangeMailAddressInput) -> MailAddress:
    """Say what mail to an address asks for from now on; what has come in stays as it is."""
    return await commands.change_address(work, address_id=input.address_id, intake=_intake(input), active=input.active)


def _intake(input: AddMailAddressInput | ChangeMailAddressInput) -> Intake:
    return Intake(
        public_address=input.public_address,
        offering_id=input.offering_id,
        department_id=input.department_id,
        walk_in_customer_id=input.walk_in_customer_id,
        impact=input.impact,
        urgency=input.urgency,
    )


@strawberry.input(description="Another secret for the webhook of an address.")
class RotateMailSecretInput:
    """Another secret for the webhook of an address."""

    address_id: UUID = given("The address.")


async def rotate_mail_secret(work: Work, input: RotateMailSecretInput) -> dict[str, Any]:
    """Give an address the secret with which a mail provider signs what it posts to /inbound/mail, or another one; the
    one before is good no more. It is in this answer and nowhere else."""
    made = await commands.rotate_secret(work, address_id=input.address_id)
    return {"address": made.address, "secret": made.secret}


@strawberry.input(description="A mail that was held or refused, and what it is to become.")
class ReleaseInboundMailInput:
    """A mail that was held or refused, and what it is to become."""

    mail_id: UUID = given("The mail; its state is QUARANTINED or REFUSED.")
    customer_id: UUID | None = optional("The customer of whom it becomes a new request; or else give requestId.")
    request_id: UUID | None = optional(
        "The request about which it becomes a word; a closed one is reopened as its clause allows, and where it does"
        " not, the mail becomes a new request."
    )
    contact_id: UUID | None = optional(
        "As whose mail it is filed. Unless told, as its sender's, who becomes a contact of the customer."
    )


async def release_inbound_mail(work: Work, input: ReleaseInboundMailInput) -> InboundMail:
    """File a mail that was held or refused, with its attachments. A new request is yours, for the contact: this needs
    the permission requests.submit too."""
    return await commands.release(
        work,
        mail_id=input.mail_id,
        customer_id=input.customer_id,
        request_id=input.request_id,
        contact_id=input.contact_id,
    )


@strawberry.input(description="A mail from which nothing follows.")
class DiscardInboundMailInput:
    """A mail from which nothing follows."""

    mail_id: UUID = given("The mail; its state is QUARANTINED or REFUSED.")


async def discard_inbound_mail(work: Work, input: DiscardInboundMailInput) -> InboundMail:
    """Put a mail away that was held or refused; it is kept, and nothing follows from it."""
    return await commands.discard(work, mail_id=input.mail_id)
