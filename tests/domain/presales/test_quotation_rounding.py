"""How the tax of a quotation is rounded, by the payment terms of the handbook, as that of an invoice is."""

from typing import Any

import pytest
from sqlalchemy import select

from api.quotation.routes import paper_of
from domain.kernel.amounts import TaxRounding
from domain.kernel.lines import LineKind, line
from domain.kernel.subjects import SubjectKind
from domain.policies.rules.kinds import PaymentTerms
from domain.presales import commands
from domain.presales.models import Quotation, QuotationLine
from domain.presales.queries import quotations as queries
from tenancy.database import reading
from tenancy.language import Language
from tests.conftest import found_company
from tests.domain.presales.company import Company, decisions_about, do, drafted, founded

pytestmark = pytest.mark.usefixtures("pool")

# Three lines whose tax is nothing by itself and something together.
LINES = [line("CNY", LineKind.SUPPORT, f"Call {number}", unit_price="0.03", tax_percent="13") for number in (1, 2, 3)]


async def office_with(terms: dict[str, Any] | None) -> Company:
    return await founded(*([("6.1", PaymentTerms.model_validate(terms))] if terms is not None else []))


async def tax_of(company: Company, quotation: Quotation) -> list[int]:
    async with reading(company.admin) as work:
        rows = await work.all(select(QuotationLine).where(QuotationLine.quotation_id == quotation.id))
    return sorted(row.tax_minor for row in rows)


async def test_each_company_s_terms_round_the_tax_of_its_quotations() -> None:
    by_rate = await office_with({"due_days": 45, "tax_rounding": "per_rate"})
    by_line, silent = await office_with({"due_days": 10}), await office_with(None)
    third = await found_company()
    one, other, quiet = [await drafted(each, lines=LINES) for each in (by_rate, by_line, silent)]
    assert (one.tax_rounding, one.tax_minor, one.total_minor) == (TaxRounding.PER_RATE, 1, 10)
    for each in (other, quiet):
        assert (each.tax_rounding, each.tax_minor, each.total_minor) == (TaxRounding.PER_LINE, 0, 9)
    assert await tax_of(by_rate, one) == [0, 0, 1]
    assert await tax_of(by_line, other) == [0, 0, 0]
    for company, quotation in ((by_rate, one), (by_line, other)):
        (decision,) = await decisions_about(company, SubjectKind.QUOTATION, quotation.id)
        assert (decision.decision, decision.result["tax_minor"]) == ("presales.tax", quotation.tax_minor)
    assert await decisions_about(silent, SubjectKind.QUOTATION, quiet.id) == []
    async with reading(third) as work:
        assert await work.all(select(Quotation)) == []


async def test_a_new_version_is_rounded_as_the_terms_say_now() -> None:
    company = await office_with({"due_days": 45, "tax_rounding": "per_rate"})
    former = await drafted(company, lines=LINES)
    await do(commands.withdraw_quotation, company.seller, former)
    later = await do(commands.revise_quotation, company.seller, former)
    assert (later.version, later.tax_rounding, later.total_minor) == (2, TaxRounding.PER_RATE, 10)


async def test_the_paper_says_what_the_quotation_does() -> None:
    company = await office_with({"due_days": 45, "tax_rounding": "per_rate"})
    quotation = await drafted(company, lines=LINES)
    async with reading(company.admin) as work:
        paper = paper_of(await queries.offer(work, quotation), Language.EN)
    assert [amount for _, amount in paper.sums] == ["CN¥0.09", "CN¥0.01", "CN¥0.10"]
