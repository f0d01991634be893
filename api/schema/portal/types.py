"""The customers' own view (TN-9): each type shows the public columns of its rows; the others show them nothing."""

from datetime import date, datetime
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import Text, cast, func, select

from api.reading.filters import TextFilter, WordFilter, filtered
from api.reading.mapping import Node, Order, column, computed, known, localized, many, one, page, part, shows
from api.schema.billing import types as billing_types  # noqa: F401  # declares InvoiceState, which is used below
from api.schema.feedback import types as feedback_types  # noqa: F401  # declares SurveyState, which is used below
from api.schema.files.types import Attachment, attached
from api.schema.money import Money, money
from api.schema.portal.visits import PortalSiteVisit
from api.schema.presales import types as presales_types  # noqa: F401  # declares QuotationState, which is used below
from api.schema.requests import types as request_types  # noqa: F401  # declares RequestState, which is used below
from api.schema.terms import Impact, Language, Urgency
from domain.billing import models as billing
from domain.billing import queries as invoices
from domain.billing.rules.invoices import State as InvoiceState
from domain.customers import models as customers
from domain.customers import queries as contacts
from domain.customers.rules import ContactLetters
from domain.feedback import models as feedback
from domain.feedback.queries import surveys
from domain.feedback.rules.surveys import SurveyState
from domain.kernel.lines import MOST_LINES
from domain.kernel.subjects import SubjectKind
from domain.policies.rules.dunning import ServiceRestriction
from domain.presales import models as presales
from domain.presales.queries import quotations
from domain.presales.rules.quotations import QuotationState
from domain.requests import models, queries
from domain.requests.rules import State
from tenancy.models import current_contact, current_instant
from tenancy.rows import another


def _name_of(contact_id: Any) -> Any:
    asker = another(customers.Contact)
    return select(asker.name).where(asker.id == contact_id)


def _plain(number: Any) -> Any:
    return cast(func.trim_scale(number), Text())


@shows(models.Message, visible=queries.messages_open_to_me, contacts=True, gives_way=True)
class PortalMessage(Node):
    """Something that was said publicly about a request."""

    at: datetime = column("When.")
    text: str = column("What was said.")
    ours: bool = computed(
        "Whether somebody of your company has said it; else the other side has.",
        lambda row: row.contact_id.is_not(None),
    )
    writer: str | None = computed(
        "The name of your company's person who has said it; null for the other side.",
        lambda row: _name_of(row.contact_id),
    )
    attachments: list[Attachment] = attached(SubjectKind.REQUEST_MESSAGE)


@strawberry.enum(description="How messages are ordered in the portal.")
class PortalMessageOrder(Enum):
    """Orders of messages."""

    OLDEST = "oldest"
    NEWEST = "newest"


PORTAL_MESSAGE_ORDERS = {
    PortalMessageOrder.OLDEST: Order(lambda row: row.id),
    PortalMessageOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@shows(models.ServiceRequest, visible=queries.open_to_me, contacts=True, gives_way=True)
class PortalRequest(Node):
    """Something that you, or your company, have asked for, as it stands towards you."""

    number: str = column("Its number, such as REQ-000042.")
    title: str = column("What it is about, in a line.")
    description: str = column("What it is about.")
    impact: Impact = column("How much of your work stands still.")
    urgency: Urgency = column("How soon it hurts.")
    state: State = column("How far it is.")
    submitted_at: datetime = column("When it came in.")
    asked_by: str | None = computed(
        "The name of your company's person who has asked; null where nobody is named.",
        lambda row: _name_of(row.contact_id),
    )
    due_at: datetime | None = column("The earliest of the deadlines that were promised to you and still run.")
    hold_name: str = localized("Of a request on hold, why it waits; empty otherwise.", "hold_name")
    solution: str = column("The solution that was proposed last; empty when none was.")
    agreement_wanted: bool = computed(
        "Whether you are asked to agree to the proposed solution (portalAgree) or to say what is wrong with it "
        "(portalDecline).",
        lambda row: row.state == State.PROPOSED,
    )
    postpone_until: datetime | None = column(
        "Until when you are asked to wait (portalAgreeToWait, portalDeclineToWait); null when you are not."
    )
    postpone_reason: str = column("Why you are asked to; empty when you are not.")
    resolution: str = column("What was done, in its present or last resolution.")
    resolved_at: datetime | None = column("When it was resolved.")
    confirmation_wanted: bool = computed(
        "Whether you are asked to say that it is done (portalConfirm) or what is missing (portalReopen).",
        lambda row: row.state == State.RESOLVED,
    )
    closes_at: datetime | None = column("When it closes by itself unless you speak.")
    closed_at: datetime | None = column("When it was closed or cancelled.")
    reopens_until: datetime | None = column("Until when a closed one can be reopened; null where there is no limit.")
    satisfaction_score: int | None = column("The score that your company has given.")
    messages = page(
        "What was said about it, by you and to you.",
        PortalMessage,
        on=lambda here, there: queries.thread(there) == here.id,
        orders=PORTAL_MESSAGE_ORDERS,
    )
    site_visits: list[PortalSiteVisit] = many("Who comes to you for it, or came, oldest first.", "request_id", most=100)
    attachments: list[Attachment] = attached(SubjectKind.REQUEST)


@strawberry.enum(description="How requests are ordered in the portal.")
class PortalRequestOrder(Enum):
    """Orders of requests."""

    NEWEST = "newest"
    OLDEST = "oldest"


PORTAL_REQUEST_ORDERS = {
    PortalRequestOrder.NEWEST: Order(lambda row: row.id, descending=True),
    PortalRequestOrder.OLDEST: Order(lambda row: row.id),
}


@strawberry.input(description="Which requests to give in the portal.")
class PortalRequestFilter:
    """Conditions on requests."""

    number: TextFilter | None = filtered("By number.")
    title: TextFilter | None = filtered("By title.")
    state: WordFilter[State] | None = filtered("By how far they are.")
    mine: bool | None = filtered("Whether you have asked, and not a colleague.", queries.asked_by_contact)


@shows(feedback.Survey, visible=surveys.open_to_me, contacts=True, gives_way=True)
class PortalSurvey(Node):
    """What you were asked about a closed request, by a link in a mail."""

    state: SurveyState = column("How far it is.")
    request: PortalRequest | None = one("What it is about.", "request_id")
    sent_at: datetime | None = column("When it was sent.")
    expires_at: datetime | None = column("From when on its link works no more.")
    expired: bool = computed(
        "Whether its link has ended without an answer.", lambda row: surveys.expired(row, current_instant())
    )
    answered_at: datetime | None = column("When you have answered it.")
    score: int | None = column("The score that you have given.")
    comment: str = column("What you have said besides.")


@shows(presales.QuotationLine, visible=quotations.lines_open_to_me, contacts=True, gives_way=True)
class PortalQuotationLine(Node):
    """One line of a quotation."""

    position: int = column("Its place, from 1.")
    description: str = column("What is offered.")
    unit: str = column("What one of it is, such as “person-day”; empty for a lump sum.")
    quantity: str = computed("How much of it, as decimal text.", lambda row: _plain(row.quantity))
    unit_price: Money = money("What one costs, before discount and tax.", lambda row: row.unit_price_minor)
    net: Money = money("What it comes to, before tax.", lambda row: row.net_minor)


@shows(presales.Quotation, visible=quotations.open_to_me, contacts=True, gives_way=True)
class PortalQuotation(Node):
    """What your company was offered, in the version that holds."""

    number: str = column("Its number, such as QUO-000042.")
    version: int = column("Which version it is, from 1.")
    state: QuotationState = column("How far it is.")
    title: str = column("What it is about.")
    terms: str = column("What else holds: delivery, conditions, what is not included.")
    lines: list[PortalQuotationLine] = many(
        "What is offered.", "quotation_id", order=lambda there: (there.position,), most=MOST_LINES
    )
    net: Money = money("What it comes to, before tax.", lambda row: row.net_minor)
    tax: Money = money("The tax.", lambda row: row.tax_minor)
    total: Money = money("What your company would pay.", lambda row: row.total_minor)
    sent_at: datetime | None = column("When it was sent.")
    valid_until_on: date | None = column("The last day on which it can be accepted, by the link in its mail.")
    expired: bool = computed("Whether it holds no more.", quotations.expired)
    answered_at: datetime | None = column("When your company has answered.")


@shows(billing.InvoiceLine, visible=invoices.lines_open_to_me, contacts=True, gives_way=True)
class PortalInvoiceLine(Node):
    """One line of an invoice."""

    position: int = column("Its place, from 1.")
    description: str = column("What is billed.")
    unit: str = column("What one of it is; empty for a lump sum.")
    quantity: str = computed("How much of it, as decimal text.", lambda row: _plain(row.quantity))
    unit_price: Money = money("What one costs, before discount and tax.", lambda row: row.unit_price_minor)
    net: Money = money("What it comes to, before tax.", lambda row: row.net_minor)


@shows(billing.Invoice, visible=invoices.open_to_me, contacts=True, gives_way=True)
class PortalInvoice(Node):
    """What your company is asked to pay. All of them together are its statement."""

    number: int | None = column("Its number.")
    state: InvoiceState = column("Where it stands.")
    issued_on: date | None = column("The day it was issued.")
    due_on: date | None = column("The day by which it is to be paid.")
    overdue: bool = computed("Whether it is late.", invoices.is_overdue)
    lines: list[PortalInvoiceLine] = many(
        "What is billed.", "invoice_id", order=lambda there: (there.position,), most=MOST_LINES
    )
    net: Money = money("What it comes to, before tax.", lambda row: row.net_minor)
    tax: Money = money("The tax.", lambda row: row.tax_minor)
    total: Money = money("What it comes to in all.", lambda row: row.total_minor)
    paid: Money = money("What has come in for it.", lambda row: row.paid_minor)
    outstanding: Money = money("What is still owed of the invoice itself.", invoices.outstanding_minor)


@strawberry.enum(description="How surveys, quotations and invoices are ordered in the portal.")
class PortalOrder(Enum):
    """Orders of papers."""

    NEWEST = "newest"
    OLDEST = "oldest"


PORTAL_ORDERS = {
    PortalOrder.NEWEST: Order(lambda row: row.id, descending=True),
    PortalOrder.OLDEST: Order(lambda row: row.id),
}


@shows(customers.Contact, visible=contacts.myself, contacts=True, gives_way=True)
class PortalContact(Node):
    """You, as the other side knows you."""

    name: str = column("Your name.")
    email: str = column("Your e-mail address.")
    phone: str | None = column("Your telephone number.")
    language: Language = column("The language in which you are written to.")
    wants_surveys: bool = computed(
        "Whether you get surveys and their reminders (portalChooseLetters).", contacts.wants(ContactLetters.SURVEYS)
    )
    wants_progress: bool = computed(
        "Whether you get news of a request that asks nothing of you: that somebody has it, that it is open again or "
        "closed (portalChooseLetters). What asks something of you, and what a contract demands, such as invoices and "
        "dunning letters, reaches you in any case.",
        contacts.wants(ContactLetters.PROGRESS),
    )
    company: str = computed(
        "Your company's name.",
        lambda row: select(customers.Customer.name).where(customers.Customer.id == row.customer_id),
    )
    service_restriction: ServiceRestriction | None = computed(
        "What becomes of your company's new requests at present, because an invoice is not paid; null where they are"
        " served as ever. Ends at once when the invoice is paid.",
        lambda row: invoices.service_restriction(row.customer_id),
    )


@part
class Portal:
    """You in the portal, if you are one of a customer's people."""

    contact: PortalContact | None = one(
        "You; null for everybody who is no customer's person.", lambda _, there: there.id == current_contact()
    )
    grants: list[str] = known(
        "What you may see beside what you have asked for yourself: portal.company, which is all that your company has "
        "asked for; portal.quotations, portal.invoices, portal.surveys.",
        lambda actor: sorted(actor.permissions) if actor.is_contact else [],
    )
