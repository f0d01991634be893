"""Customers and contacts as clients see them."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from api.reading.filters import IdFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, many, one, shows
from api.schema.access.types import Member
from api.schema.organisation.types import Staff
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause
from api.schema.terms import CustomerTier, Language
from domain.billing import queries as billing
from domain.customers import models, queries
from domain.customers.rules import ContactLetters
from domain.kernel.subjects import SubjectKind
from domain.policies.rules.dunning import ServiceRestriction

strawberry.enum(
    ServiceRestriction,
    description="What becomes of new requests of a customer who does not pay: they have the lowest priority, or are"
    " refused with SERVICE_RESTRICTED.",
)


def _restricting_clause(row: Any) -> Any:
    return billing.restricting_clause(row.id).scalar_subquery()


@shows(models.PortalAccess, visible=queries.accesses_visible)
class PortalAccess(Node):
    """An invitation of a customer's person into the portal, and the way in that it became when its link was opened. Its
    instants are real time, also in a rehearsal company."""

    grants: list[str] = column("What they may see, by the clause when they were invited; such as portal.company.")
    invited_at: datetime = column("When they were invited.")
    invited_by: Member | None = one("Who invited them; nobody when a partner's client did.", "invited_by_id")
    invitation_ends_at: datetime = column("Until when the link opens the portal, once.")
    opened_at: datetime | None = column("When it was opened.")
    ends_at: datetime | None = column("Until when they may come in since.")
    last_used_at: datetime | None = column("When they last came in, to within minutes.")
    revoked_at: datetime | None = column("When it was ended before that.")
    clause: Clause | None = one("The clause by which it was given.", "clause_id")


@shows(models.Contact, visible=queries.visible)
class Contact(Node):
    """A person of a customer."""

    name: str = column("The person's name.")
    email: str = column("The person's e-mail address.")
    phone: str | None = column("The person's telephone number.")
    language: Language = column("In which the person is written to.")
    unreachable_since: datetime | None = column(
        "Since when letters to this address come back; null while none has, and once `changeContact` was called."
    )
    mail_error: str | None = column("What the mail server said of the last letter that came back.")
    wants_surveys: bool = computed(
        "Whether they get surveys and their reminders; they choose that themselves, in the portal or by the link in "
        "those mails.",
        queries.wants(ContactLetters.SURVEYS),
    )
    wants_progress: bool = computed(
        "Whether they get news of a request that asks nothing of them: that somebody has it, that it is open again or "
        "closed; they choose that themselves. All else reaches them in any case.",
        queries.wants(ContactLetters.PROGRESS),
    )
    customer: "Customer | None" = one("The company that the person belongs to.", "customer_id")
    portal_accesses: list[PortalAccess] = many(
        "Their invitations into the portal, the newest first, for whoever may manage customers.",
        "contact_id",
        order=lambda there: (there.id.desc(),),
        most=20,
    )
    decisions = decisions(
        SubjectKind.CONTACT,
        "What was decided about them, by which clauses, and what clauses refused them in the portal where there is no "
        "record to keep it with.",
    )


@shows(models.Customer, visible=queries.visible)
class Customer(Node):
    """A company that is served, and billed."""

    name: str = column("The customer's name.")
    tier: CustomerTier = column("How important it is; clauses may be limited to a tier.")
    language: Language = column("In which letters are written to it.")
    billing_email: str = column("Where invoices and letters go.")
    active: bool = column("Whether it gets new requests and invoices.")
    region: str = column("The region it lies in, in the word that the staff of that region have too; empty for none.")
    owner: Staff | None = one("Who of the staff looks after it.", "owner_id")
    service_restriction: ServiceRestriction | None = computed(
        "What becomes of its new requests at present, because an invoice is not paid; null where they are served as"
        " ever. Ends at once when the invoice is paid, credited or held.",
        lambda row: billing.service_restriction(row.id),
    )
    service_restriction_clause: Clause | None = one(
        "The dunning ladder that says so.", lambda row, clause: clause.id == _restricting_clause(row)
    )
    contacts: list[Contact] = many("Its people, in the order in which they were added.", "customer_id", most=100)


@strawberry.enum(description="How a list of customers is ordered.")
class CustomerOrder(Enum):
    """Orders of customers."""

    NAME = "name"
    NEWEST = "newest"


CUSTOMER_ORDERS = {
    CustomerOrder.NAME: Order(lambda row: row.name),
    CustomerOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which customers to give.")
class CustomerFilter:
    """Conditions on customers."""

    name: TextFilter | None = filtered("By name.")
    tier: WordFilter[CustomerTier] | None = filtered("By importance.")
    owner_id: IdFilter | None = filtered("By who looks after them.")
    active: bool | None = filtered("Active ones, or the others.")
    and_: "list[CustomerFilter] | None" = combining("All of these hold.", "and")
    or_: "list[CustomerFilter] | None" = combining("One of these holds.", "or")
    not_: "CustomerFilter | None" = combining("This does not hold.", "not")
