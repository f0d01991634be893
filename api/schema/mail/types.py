"""Mails that came in, and the company's addresses, as clients see them."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Select, Uuid, func, literal_column, select

from api.reading.filters import IdFilter, InstantFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, one, shows
from api.schema.access.types import Member
from api.schema.catalogue.types import ServiceOffering
from api.schema.customers.types import Contact, Customer
from api.schema.files.types import Attachment, File, attached
from api.schema.organisation.types import Department
from api.schema.policies.decisions import decisions
from api.schema.requests.types import RequestMessage, ServiceRequest
from api.schema.tenancy.types import Effect
from api.schema.terms import Impact, Urgency
from domain.kernel.subjects import SubjectKind
from domain.mail import models, queries
from domain.mail.rules import MailOrigin, MailReason, MailState
from tenancy.config import settings
from tenancy.models import CURRENT_TENANT
from tenancy.tenants import Tenant

strawberry.enum(
    MailState,
    description="What has become of a mail: not read yet; filed as a request or as a word about one; held until"
    " somebody releases or discards it; refused by the handbook; taken as a report on a letter of ours; discarded.",
)
strawberry.enum(
    MailReason,
    description="Why a mail is held or refused: it cannot be read, has too many parts, names no sender, was written by"
    " a machine, is our own, came with too many others of its sender, reports on no letter of ours; its sender is"
    " unknown, has no part in the request, or is a contact of several customers; the address names no customer for"
    " unknown senders; or the request was refused, with the reason in `detail`.",
)
strawberry.enum(MailOrigin, description="By which door a mail came in: the listener (SMTP, LMTP) or the webhook.")


def _whole_address(row: Any) -> ColumnElement[str]:
    slug: Select[Any] = select(Tenant.slug).where(Tenant.id == literal_column(f"(select {CURRENT_TENANT})", Uuid()))
    return func.concat(row.local_part, "@", slug.scalar_subquery(), ".", settings().mail_domain)


@shows(models.MailAddress, visible=queries.visible)
class MailAddress(Node):
    """An address at which the company takes mail, and what a mail to it asks for."""

    local_part: str = column("What stands before the @.")
    address: str = computed("The whole address, to which customers write or their mail is forwarded.", _whole_address)
    public_address: str | None = column("The address that customers know, whose mail is forwarded to this one.")
    offering: ServiceOffering | None = one("The offering that requests by this address are for.", "offering_id")
    department: Department | None = one("The department that gets them.", "department_id")
    walk_in_customer: Customer | None = one(
        "Whose contacts unknown senders become, where the handbook accepts their mails.", "walk_in_customer_id"
    )
    impact: Impact = column("The impact of requests by this address.")
    urgency: Urgency = column("Their urgency.")
    active: bool = column("Whether mail to it is taken.")
    added_at: datetime = column("When it was added.")
    webhook_ready: bool = computed(
        "Whether it has a secret with which a provider signs mails for the webhook POST /inbound/mail.",
        lambda row: row.sealed_secret.is_not(None),
    )


@shows(models.InboundMail, visible=queries.visible)
class InboundMail(Node):
    """A mail that came in. What it says of itself, its sender included, nobody has proved."""

    address: MailAddress | None = one("The address at which it came in.", "address_id")
    received_at: datetime = column("When it was taken.")
    origin: MailOrigin = column("By which door.")
    state: MailState = column("What has become of it.")
    reason: MailReason | None = column("Why it is held or refused; null otherwise.")
    detail: str = column("More on the reason, or which attachments were left out and why; may be empty. In English.")
    envelope_from: str = column("The sender that its mail server named; empty for reports.")
    envelope_to: str = column("The address to which it was delivered.")
    message_id: str = column("Its Message-ID; empty when it has none.")
    from_address: str = column("Its sender's address, as the mail says; empty when it names none.")
    from_name: str = column("Its sender's name, as the mail says.")
    subject: str = column("Its subject.")
    text: str = column("What it says, without what it quotes; pages are shown as plain text.")
    quoted: str = column("What it quotes below that.")
    size_bytes: int = column("How large it is.")
    original: File | None = one("The mail as it came, for GET /files/{id}; it is not among the attachments.", "file_id")
    attachments: list[Attachment] = attached(SubjectKind.INBOUND_MAIL, but=lambda mail: mail.file_id)
    request: ServiceRequest | None = one("The request that it has become, or that it is about.", "request_id")
    request_message: RequestMessage | None = one(
        "The message at that request that it has become; null where it has become the request itself.",
        "request_message_id",
    )
    contact: Contact | None = one("As whose mail it was filed.", "contact_id")
    effect: Effect | None = one("The letter of ours on which it reports.", "effect_id")
    settled_at: datetime | None = column("When it was filed, refused, discarded or taken as a report.")
    settled_by: Member | None = one("Who has filed or discarded it; nobody where Zhidu has.", "settled_by_id")
    decisions = decisions(SubjectKind.INBOUND_MAIL)


@strawberry.enum(description="How mails are ordered.")
class InboundMailOrder(Enum):
    """Orders of mails."""

    NEWEST = "newest"
    OLDEST = "oldest"


INBOUND_MAIL_ORDERS = {
    InboundMailOrder.NEWEST: Order(lambda row: row.id, descending=True),
    InboundMailOrder.OLDEST: Order(lambda row: row.id),
}


@strawberry.input(description="Which mails to give.")
class InboundMailFilter:
    """Conditions on mails."""

    state: WordFilter[MailState] | None = filtered("By what has become of them.")
    reason: WordFilter[MailReason] | None = filtered("By why they are held or refused.")
    address_id: IdFilter | None = filtered("By the address at which they came in.")
    request_id: IdFilter | None = filtered("By the request that they have become or are about.")
    from_address: TextFilter | None = filtered("By their sender's address.")
    subject: TextFilter | None = filtered("By subject.")
    received_at: InstantFilter | None = filtered("By when they came in.")
    and_: "list[InboundMailFilter] | None" = combining("All of these hold.", "and")
    or_: "list[InboundMailFilter] | None" = combining("One of these holds.", "or")
    not_: "InboundMailFilter | None" = combining("This does not hold.", "not")


@strawberry.enum(description="How addresses are ordered.")
class MailAddressOrder(Enum):
    """Orders of addresses."""

    OLDEST = "oldest"


MAIL_ADDRESS_ORDERS = {MailAddressOrder.OLDEST: Order(lambda row: row.id)}
