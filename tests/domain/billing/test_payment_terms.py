"""What the payment terms of a handbook make of an invoice: its tax, its due date, and the decision that says so."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from domain.billing import commands, queries
from domain.billing.models import Invoice, InvoiceLine, InvoiceTax
from domain.billing.rules.invoices import line
from domain.consequences import settle
from domain.kernel.amounts import TaxRounding
from domain.kernel.lines import LineKind
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import queries as policies
from domain.policies.rules.kinds.money import PaymentTerms
from tenancy.database import reading, writing
from tenancy.refusals import Invalid
from tests.conftest import found_company
from tests.domain.billing.office import CALENDAR, Office, open_office
from tests.domain.ledger.books import check
from tests.handbooks import publish

pytestmark = pytest.mark.usefixtures("pool")

# Three lines whose tax is nothing by itself and something together.
LINES = [line("CNY", f"Call {number}", "1", "0.03", "13", kind=LineKind.SUPPORT) for number in (1, 2, 3)]
LINES.append(line("CNY", "Days", "1.5", "100", "6", unit="day", discount_percent="10"))


async def office_with(terms: dict[str, Any] | None) -> Office:
    office = await open_office(None)
    if terms is not None:
        await publish(office.admin, ("5.1", CALENDAR), ("6.1", PaymentTerms.model_validate(terms)))
    return office


async def bill(office: Office, **due: Any) -> Invoice:
    async with writing(office.admin, settle=settle) as work:
        made = await commands.draft_invoice(work, customer_id=office.customer_id, currency="CNY", lines=LINES)
        return await commands.issue_invoice(work, invoice_id=made.id, **due)


async def test_each_company_s_terms_round_its_tax_and_set_its_due_date() -> None:
    by_rate = await office_with({"due_days": 45, "tax_rounding": "per_rate"})
    by_line = await office_with({"due_days": 10, "tax_percent": "6"})
    third = await found_company()
    one, other = await bill(by_rate), await bill(by_line)
    assert (one.tax_rounding, one.net_minor, one.tax_minor) == (TaxRounding.PER_RATE, 13509, 811)
    assert (other.tax_rounding, other.net_minor, other.tax_minor) == (TaxRounding.PER_LINE, 13509, 810)
    assert (one.due_on, other.due_on) == (date(2026, 4, 16), date(2026, 3, 12))
    for office, invoice in ((by_rate, one), (by_line, other)):
        async with reading(office.admin) as work:
            taxes = await work.all(select(InvoiceTax).order_by(InvoiceTax.tax_percent))
            lines = await queries.lines_of(work, invoice.id)
            decisions = await policies.decisions_about(work, Subject(SubjectKind.INVOICE, invoice.id))
        assert sum(each.tax_minor for each in taxes) == sum(each.tax_minor for each in lines) == invoice.tax_minor
        assert sum(each.net_minor for each in taxes) == sum(each.net_minor for each in lines) == invoice.net_minor
        assert [(each.kind, each.unit, each.gross_minor, each.discount_minor) for each in lines[2:]] == [
            (LineKind.SUPPORT, "", 3, 0),
            (LineKind.OTHER, "day", 15000, 1500),
        ]
        assert {each.decision for each in decisions} >= {"billing.tax", "billing.due_date"}
        await check(office)
    async with reading(third) as work:
        assert await work.all(select(InvoiceTax)) == await work.all(select(InvoiceLine)) == []


async def test_a_due_date_that_is_given_outweighs_the_terms_and_without_either_it_is_refused() -> None:
    office, silent = await office_with({"due_days": 45}), await office_with(None)
    assert (await bill(office, payment_days=3)).due_on == date(2026, 3, 5)
    with pytest.raises(Invalid, match="either the due date or the days"):
        await bill(silent)
    async with reading(silent.admin) as work:
        assert await work.all(select(Invoice)) == []


async def test_the_usual_tax_is_that_of_the_terms() -> None:
    office, silent = await office_with({"due_days": 45, "tax_percent": "6.5"}), await office_with(None)
    for each, expected in ((office, "6.5"), (silent, "0")):
        async with reading(each.admin) as work:
            assert await commands.usual_tax(work, customer_id=each.customer_id) == expected
