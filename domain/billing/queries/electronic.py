"""What e-invoices state: both sides as they were on the day of issue, lines and tax as they were booked."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, not_, or_, select, true
from sqlalchemy import false as sql_false

from domain.billing.models import BillingParty, CreditNote, Invoice
from domain.billing.queries.credits import as_rates, taxes_of, taxes_of_note
from domain.billing.queries.invoices import company_name, lines_of, visible, visible_of_customer
from domain.billing.rules.electronic import DocumentKind, Stated, StatedLine
from domain.billing.rules.parties import Particulars
from domain.contracts import queries as contracts
from domain.customers import queries as customers
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.kernel.terms import CustomerTier
from domain.policies import queries as policies
from domain.policies.rules.kinds.money import PaymentTerms, ZeroRate
from domain.policies.rules.scopes import Case
from tenancy.actor import Actor
from tenancy.refusals import WrongState, message
from tenancy.rows import another
from tenancy.work import Work


def visible_parties(actor: Actor, parties: Any) -> ColumnElement[bool]:
    """Who somebody is by law is open to whoever may read invoices or customers. `parties` is the table or an alias."""
    readers = (Permission.BILLING_READ, Permission.BILLING_INVOICE, Permission.CUSTOMERS_READ)
    return true() if any(actor.may(each) for each in readers) else sql_false()


def is_latest(parties: Any) -> ColumnElement[bool]:
    """Whether nothing was said later about the same side."""
    later = another(BillingParty)
    same = or_(later.customer_id == parties.customer_id, later.customer_id.is_(None) & parties.customer_id.is_(None))
    return not_(select(later.id).where(same, later.id > parties.id).exists())


async def party_on(work: Work, customer_id: UUID | None, day: date) -> BillingParty | None:
    """What was said about a side as of a day; where nothing was known by then, what was said first."""
    whose = BillingParty.customer_id == customer_id if customer_id is not None else BillingParty.customer_id.is_(None)
    own = select(BillingParty).where(whose)
    last = await work.first(own.where(BillingParty.since_on <= day).order_by(BillingParty.id.desc()).limit(1))
    return last if last is not None else await work.first(own.order_by(BillingParty.id).limit(1))


async def invoice_stated(work: Work, id: UUID, *path: str) -> Stated:
    """What an issued invoice states, if the actor sees it. Refuses with `NotFound`, and drafts with `WrongState`."""
    invoice = await work.seen(Invoice, id, visible(work.actor, Invoice), *path)
    if invoice.number is None or invoice.issued_on is None:
        raise WrongState(message("Only what was issued is an e-invoice."), path=path)
    contract = await contracts.any_one(work, invoice.contract_id) if invoice.contract_id is not None else None
    terms = await _terms(work, invoice)
    currency = invoice.currency
    return Stated(
        kind=DocumentKind.INVOICE,
        number=str(invoice.number),
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        currency=currency,
        contract_number=contract.number if contract is not None else "",
        credited_number="",
        credited_on=None,
        note="",
        seller=await _particulars(work, None, invoice.issued_on),
        buyer=await _particulars(work, invoice.customer_id, invoice.issued_on),
        lines=[
            StatedLine(
                description=row.description,
                unit=row.unit,
                quantity=row.quantity,
                unit_price=Money(row.unit_price_minor, currency),
                discount=Money(row.discount_minor, currency),
                net=Money(row.net_minor, currency),
                tax_percent=row.tax_percent,
            )
            for row in await lines_of(work, invoice.id)
        ],
        rates=as_rates(await taxes_of(work, invoice.id)),
        net=Money(invoice.net_minor, currency),
        tax=Money(invoice.tax_minor, currency),
        total=Money(invoice.total_minor, currency),
        zero_rate=terms.zero_rate if terms is not None else ZeroRate.ZERO,
        exemption_reason=await _reason(work, invoice.customer_id, terms),
    )


async def credit_note_stated(work: Work, id: UUID, *path: str) -> Stated:
    """What a credit note states, if the actor sees it: one line for each tax rate. Refuses with `NotFound`."""
    note = await work.seen(CreditNote, id, visible_of_customer(work.actor, CreditNote), *path)
    invoice = await work.get(Invoice, note.invoice_id)
    assert invoice.number is not None
    terms = await _terms(work, invoice)
    rates = as_rates(await taxes_of_note(work, note.id))
    nothing = Money.zero(note.currency)
    return Stated(
        kind=DocumentKind.CREDIT_NOTE,
        number=str(note.number),
        issued_on=note.issued_on,
        due_on=None,
        currency=note.currency,
        contract_number="",
        credited_number=str(invoice.number),
        credited_on=invoice.issued_on,
        note=note.reason,
        seller=await _particulars(work, None, note.issued_on),
        buyer=await _particulars(work, note.customer_id, note.issued_on),
        lines=[
            StatedLine(
                description=note.reason.partition("\n")[0] or str(invoice.number),
                unit="",
                quantity=Decimal(1),
                unit_price=rate.net,
                discount=nothing,
                net=rate.net,
                tax_percent=rate.tax_percent,
            )
            for rate in rates
        ],
        rates=rates,
        net=Money(note.net_minor, note.currency),
        tax=Money(note.tax_minor, note.currency),
        total=Money(note.total_minor, note.currency),
        zero_rate=terms.zero_rate if terms is not None else ZeroRate.ZERO,
        exemption_reason=await _reason(work, note.customer_id, terms),
    )


async def _terms(work: Work, invoice: Invoice) -> PaymentTerms | None:
    """The payment terms of the handbook that the invoice was issued under."""
    tier = invoice.customer_tier or CustomerTier.STANDARD
    found = await policies.find_rule(
        work, PaymentTerms, scope=Case(customer_tier=tier), version_id=invoice.handbook_version_id
    )
    return found.value if found is not None else None


async def _reason(work: Work, customer_id: UUID, terms: PaymentTerms | None) -> str:
    if terms is None or terms.exemption_reason is None:
        return ""
    customer = await customers.get(work, customer_id)
    return terms.exemption_reason.in_language(customer.language)


async def _particulars(work: Work, customer_id: UUID | None, day: date) -> Particulars:
    """What was said about a side; without anything its name alone, which is not enough for an e-invoice."""
    said = await party_on(work, customer_id, day)
    if said is None:
        name = (await customers.get(work, customer_id)).name if customer_id is not None else await company_name(work)
        return Particulars(name, "", "", "", "", "", "", "")
    return Particulars(
        legal_name=said.legal_name,
        street=said.street,
        additional_street=said.additional_street,
        city=said.city,
        postal_code=said.postal_code,
        subdivision=said.subdivision,
        country=said.country,
        tax_number=said.tax_number,
    )
