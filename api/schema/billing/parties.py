"""Who the company and its customers are by law, and e-invoices."""

from datetime import date, datetime
from enum import Enum
from typing import Annotated
from uuid import UUID

import strawberry

from api.reading.filters import IdFilter, TextFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, one, page, shows
from api.results import mutation
from api.schema.access.types import Member
from api.schema.customers.types import Customer
from api.schema.inputs import given, optional
from domain.banking import queries as banking
from domain.billing import commands, models
from domain.billing.queries import electronic as queries
from domain.billing.rules.parties import Particulars
from domain.billing.rules.ubl import ubl
from tenancy.work import Work


@shows(models.BillingParty, visible=queries.visible_parties)
class BillingParty(Node):
    """Who the company itself, or a customer, is by law from a day on, as e-invoices state it."""

    customer: Customer | None = one("Which customer; null for the company itself.", "customer_id")
    since_on: date = column("From which day on; what was issued before keeps what was said then.")
    current: bool = computed("Whether nothing was said later about the same side.", queries.is_latest)
    legal_name: str = column("The name by law.")
    street: str = column("Street and number.")
    additional_street: str = column("A second line of the address.")
    city: str = column("The city.")
    postal_code: str = column("The postal code.")
    subdivision: str = column("The province or state.")
    country: str = column("The country, by its code of ISO 3166-1, such as CN.")
    tax_number: str = column("The tax number; empty where none was given.")
    recorded_at: datetime = column("When this was said.")
    recorded_by: Member | None = one("Who has said it; null for a program.", "recorded_by_id")


@strawberry.enum(description="How the particulars of billing are ordered.")
class BillingPartyOrder(Enum):
    """Orders of particulars."""

    NEWEST = "newest"
    OLDEST = "oldest"


BILLING_PARTY_ORDERS = {
    BillingPartyOrder.NEWEST: Order(lambda row: row.id, descending=True),
    BillingPartyOrder.OLDEST: Order(lambda row: row.id),
}


@strawberry.input(description="Which particulars to give.")
class BillingPartyFilter:
    """Conditions on particulars."""

    customer_id: IdFilter | None = filtered("By customer.")
    of_company: bool | None = filtered(
        "Those of the company itself, or those of customers.", lambda row: row.customer_id.is_(None)
    )
    current: bool | None = filtered("What holds now, or what held before.", queries.is_latest)
    tax_number: TextFilter | None = filtered("By tax number.")
    and_: "list[BillingPartyFilter] | None" = combining("All of these hold.", "and")
    or_: "list[BillingPartyFilter] | None" = combining("One of these holds.", "or")
    not_: "BillingPartyFilter | None" = combining("This does not hold.", "not")


async def invoice_ubl(
    info: strawberry.Info, invoice_id: Annotated[UUID, strawberry.argument(description="An issued invoice.")]
) -> str:
    """An invoice as an e-invoice."""
    work: Work = info.context.work
    async with info.context.lock:
        return ubl(await banking.invoice_stated(work, invoice_id, "invoiceId")).decode()


async def credit_note_ubl(
    info: strawberry.Info, credit_note_id: Annotated[UUID, strawberry.argument(description="A credit note.")]
) -> str:
    """A credit note as an e-invoice."""
    work: Work = info.context.work
    async with info.context.lock:
        return ubl(await queries.credit_note_stated(work, credit_note_id, "creditNoteId")).decode()


@strawberry.type(description="What can be asked about e-invoices.")
class ElectronicQuery:
    """The part of the root that is about e-invoices."""

    billing_parties = page(
        "Who the company and its customers are by law. Needs `billing.read`, `billing.invoice` or `customers.read`.",
        BillingParty,
        orders=BILLING_PARTY_ORDERS,
        filter=BillingPartyFilter,
    )
    invoice_ubl: str = strawberry.field(
        resolver=invoice_ubl,
        description="An issued invoice as XML in the syntax UBL 2.1 by EN 16931, checked by its rules on amounts. Where"
        " a particular is missing, the error PARTICULARS_MISSING has it as its path (`seller.taxNumber`): the seller's"
        " and the buyer's name and country, the seller's tax number, and with reverse charge the buyer's.",
    )
    credit_note_ubl: str = strawberry.field(
        resolver=credit_note_ubl,
        description="A credit note as XML in the syntax UBL 2.1 by EN 16931, like `invoiceUbl`: a line for each rate.",
    )


@strawberry.input(description="Who somebody is by law.")
class BillingParticularsInput:
    """Who somebody is by law."""

    legal_name: str = given("The name by law; at most 200 characters.")
    country: str = given("The country, by its code of ISO 3166-1, such as CN.")
    street: str = optional("Street and number.", default="")
    additional_street: str = optional("A second line of the address.", default="")
    city: str = optional("The city.", default="")
    postal_code: str = optional("The postal code.", default="")
    subdivision: str = optional("The province or state.", default="")
    tax_number: str = optional(
        "The tax number: in China the unified social credit code with its check sign, in the European Union the VAT"
        " number with the country's letters, elsewhere up to 40 letters and figures.",
        default="",
    )


@strawberry.input(description="Who the company, or one of its customers, is by law from today on.")
class SetBillingPartyInput:
    """Who the company, or one of its customers, is by law from today on."""

    particulars: BillingParticularsInput = given("Name, address and tax number; they replace all that was said.")
    customer_id: UUID | None = optional("Which customer; the company itself unless told.")


async def set_billing_party(work: Work, input: SetBillingPartyInput) -> models.BillingParty:
    """Say who the company, or one of its customers, is by law, for e-invoices (`invoiceUbl`). Needs `billing.invoice`.
    It holds from today on; invoices issued before state what was said then, or first if nothing was."""
    said = input.particulars
    particulars = Particulars(
        legal_name=said.legal_name,
        street=said.street,
        additional_street=said.additional_street,
        city=said.city,
        postal_code=said.postal_code,
        subdivision=said.subdivision,
        country=said.country,
        tax_number=said.tax_number,
    )
    return await commands.set_billing_party(work, customer_id=input.customer_id, particulars=particulars)


@strawberry.type(description="What can be changed about e-invoices.")
class ElectronicMutation:
    """The part of the root of changing that is about e-invoices."""

    set_billing_party = mutation(set_billing_party, party=BillingParty)
