"""What stands on the papers of invoices and credit notes, for whoever sees them."""

from dataclasses import asdict
from uuid import UUID

from domain.billing.models import CreditNote, Invoice
from domain.billing.queries.credits import as_rates, taxes_of, taxes_of_note
from domain.billing.queries.invoices import company_name, lines_of, payable_minor, visible, visible_of_customer
from domain.billing.rules.papers import CreditNoteText, InvoiceText, invoice_paper
from domain.contracts import queries as contracts
from domain.customers import queries as customers
from domain.kernel.amounts import LineAmount, RateTotal, Totals
from domain.kernel.lines import Line
from domain.kernel.money import Money
from domain.kernel.terms import Language as CustomersLanguage
from tenancy.enclosures import Enclosure
from tenancy.language import Language
from tenancy.work import Work


async def invoice_text(work: Work, id: UUID) -> tuple[InvoiceText, CustomersLanguage]:
    """What an invoice's paper says, and in which language its customer is written to; refuses with `NotFound`."""
    invoice = await work.seen(Invoice, id, visible(work.actor, Invoice), "invoiceId")
    return await _text_of(work, invoice)


async def enclosure(work: Work, invoice: Invoice) -> Enclosure:
    """An invoice's paper as it stands now, in its customer's language, to go along with a letter."""
    said, language = await _text_of(work, invoice)
    paper = invoice_paper(said, Language(language.value))
    return Enclosure(f"invoice-{said.label}.pdf", asdict(paper), work.now)


async def _text_of(work: Work, invoice: Invoice) -> tuple[InvoiceText, CustomersLanguage]:
    currency, rows = invoice.currency, await lines_of(work, invoice.id)
    contract = await contracts.any_one(work, invoice.contract_id) if invoice.contract_id is not None else None
    customer = await customers.get(work, invoice.customer_id)
    said = InvoiceText(
        number=invoice.number,
        state=invoice.state,
        company=await company_name(work),
        customer=customer.name,
        contract_number=contract.number if contract is not None else None,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        lines=[
            Line(
                row.kind,
                row.description,
                row.unit,
                LineAmount(row.quantity, Money(row.unit_price_minor, currency), row.discount_percent, row.tax_percent),
            )
            for row in rows
        ],
        found=_totals(
            as_rates(await taxes_of(work, invoice.id)),
            Money(sum(row.gross_minor for row in rows), currency),
            Money(sum(row.discount_minor for row in rows), currency),
        ),
        credited=Money(invoice.credited_minor, currency),
        paid=Money(min(invoice.paid_minor, payable_minor(invoice)), currency),
    )
    return said, customer.language


async def credit_note_text(work: Work, id: UUID) -> tuple[CreditNoteText, CustomersLanguage]:
    """What a credit note's paper says, and in which language its customer is written to; refuses with `NotFound`."""
    note = await work.seen(CreditNote, id, visible_of_customer(work.actor, CreditNote), "creditNoteId")
    invoice = await work.get(Invoice, note.invoice_id)
    assert invoice.number is not None
    assert invoice.issued_on is not None
    customer = await customers.get(work, note.customer_id)
    said = CreditNoteText(
        number=note.number,
        company=await company_name(work),
        customer=customer.name,
        invoice_number=invoice.number,
        invoice_issued_on=invoice.issued_on,
        issued_on=note.issued_on,
        reason=note.reason,
        found=_totals(
            as_rates(await taxes_of_note(work, note.id)),
            Money(note.net_minor, note.currency),
            Money.zero(note.currency),
        ),
    )
    return said, customer.language


def _totals(rates: list[RateTotal], gross: Money, discount: Money) -> Totals:
    net = Money.total((rate.net for rate in rates), gross.currency)
    tax = Money.total((rate.tax for rate in rates), gross.currency)
    return Totals(gross=gross, discount=discount, net=net, tax=tax, rates=tuple(rates))
