"""E-invoices: tax numbers, the rules of EN 16931 on amounts, the XML, and whose particulars an invoice states."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from domain.billing import commands
from domain.billing.models import BillingParty
from domain.billing.queries import electronic as queries
from domain.billing.rules.electronic import DocumentKind, Stated, StatedLine, check, unit_code
from domain.billing.rules.invoices import line
from domain.billing.rules.parties import Particulars, is_credit_code, tax_number
from domain.billing.rules.ubl import ubl
from domain.consequences import settle
from domain.kernel.amounts import LineAmount, TaxRounding, totals
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.policies.rules.kinds.money import PaymentTerms, ZeroRate
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Forbidden, Invalid, NotFound, WrongState
from tests.conftest import found_company
from tests.domain.billing.office import GENTLE, Office, march, open_office
from tests.domain.billing.test_partial_credits import credit, taxed
from tests.handbooks import publish

SPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
CHINESE = Particulars("清帆科技有限公司", "文一路 1 号", "", "杭州", "310012", "浙江", "CN", "91110000600037341L")
GERMAN = Particulars("Hell GmbH & Co. KG", "Hauptstr. 1", "", "Köln", "50667", "", "DE", "DE136695976")
TEN, FORTY = Money.of("10", "CNY"), Money.of("40", "CNY")
LINES = [
    StatedLine("Days <&>", "人天", Decimal("2.5"), Money.of("40", "CNY"), TEN, Money.of("90", "CNY"), Decimal(13)),
    StatedLine("Travel", "trip", Decimal(1), FORTY, Money.zero("CNY"), FORTY, Decimal(0)),
]  # fmt: skip


def stated(lines: list[StatedLine] | None = None, **more: Any) -> Stated:
    """An invoice of these lines, its tax rounded by rate."""
    said = lines if lines is not None else LINES
    rates = totals((_amount(each) for each in said), "CNY", TaxRounding.PER_RATE).rates
    net = Money.total((each.net for each in said), "CNY")
    tax = Money.total((rate.tax for rate in rates), "CNY")
    usual: dict[str, Any] = {
        "kind": DocumentKind.INVOICE,
        "number": "7",
        "issued_on": date(2026, 3, 2),
        "due_on": date(2026, 3, 16),
        "currency": "CNY",
        "contract_number": "CON-000001",
        "credited_number": "",
        "credited_on": None,
        "note": "",
        "seller": CHINESE,
        "buyer": GERMAN,
        "lines": said,
        "rates": rates,
        "net": net,
        "tax": tax,
        "total": net + tax,
    }
    return Stated(**{**usual, **more})


def _amount(each: StatedLine) -> LineAmount:
    return LineAmount(Decimal(1), each.net, Decimal(0), each.tax_percent)


def found(xml: bytes, path: str) -> list[str | None]:
    return [each.text for each in ET.fromstring(xml).iterfind(path, SPACES)]  # noqa: S314  # what we have written


def test_an_invoice_is_written_in_the_order_of_the_schema() -> None:
    xml = ubl(stated())
    root = ET.fromstring(xml)  # noqa: S314  # what we have written
    assert root.tag == "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice"
    assert [child.tag.partition("}")[2] for child in root] == [
        "CustomizationID", "ID", "IssueDate", "DueDate", "InvoiceTypeCode", "DocumentCurrencyCode",
        "ContractDocumentReference", "AccountingSupplierParty", "AccountingCustomerParty", "TaxTotal",
        "LegalMonetaryTotal", "InvoiceLine", "InvoiceLine",
    ]  # fmt: skip
    assert found(xml, "cbc:InvoiceTypeCode") == ["380"]
    assert found(xml, "cac:InvoiceLine/cac:Item/cbc:Name") == ["Days <&>", "Travel"]
    assert found(xml, "cac:InvoiceLine/cac:Item/cac:ClassifiedTaxCategory/cbc:ID") == ["S", "Z"]
    assert found(xml, "cac:InvoiceLine/cac:AllowanceCharge/cbc:Amount") == ["10.00"]
    assert found(xml, "cac:InvoiceLine/cbc:Note") == ["trip"]
    assert found(xml, "cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount") == ["11.70", "0.00"]
    assert found(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["141.70"]
    units = [each.get("unitCode") for each in root.iterfind("cac:InvoiceLine/cbc:InvoicedQuantity", SPACES)]
    assert units == ["DAY", "ZZ"]
    # A credit code is a registration for tax, a number of the European Union one for VAT.
    schemes = "cac:Party/cac:PartyTaxScheme/cac:TaxScheme/cbc:ID"
    assert found(xml, f"cac:AccountingSupplierParty/{schemes}") == ["TAX"]
    assert found(xml, f"cac:AccountingCustomerParty/{schemes}") == ["VAT"]


def test_an_invoice_says_to_which_account_it_is_paid_and_a_credit_note_does_not() -> None:
    xml = ubl(stated(account="DE02120300000000202051"))
    names = [child.tag.partition("}")[2] for child in ET.fromstring(xml)]  # noqa: S314  # what we have written
    assert names[names.index("AccountingCustomerParty") + 1 : names.index("TaxTotal")] == ["PaymentMeans"]
    means = "cac:PaymentMeans"
    assert found(xml, f"{means}/cbc:PaymentMeansCode") == ["30"]
    assert found(xml, f"{means}/cbc:PaymentID") == found(xml, "cbc:ID")
    assert found(xml, f"{means}/cac:PayeeFinancialAccount/cbc:ID") == ["DE02120300000000202051"]
    note = ubl(stated(account="DE02120300000000202051", kind=DocumentKind.CREDIT_NOTE))
    assert found(note, means) == []


def test_signs_that_xml_has_not_do_not_get_into_it() -> None:
    hostile = replace(LINES[0], description="a\x0bb\ufffe]]>")
    assert found(ubl(stated([hostile])), "cac:InvoiceLine/cac:Item/cbc:Name") == ["a b ]]>"]


@given(
    st.lists(
        st.tuples(st.integers(-(10**9), 10**9), st.sampled_from(["0", "6", "13", "19.5"])), min_size=1, max_size=12
    )
)
def test_the_sums_of_the_xml_are_those_of_the_standard(amounts: list[tuple[int, str]]) -> None:
    nothing = Money.zero("CNY")
    lines = [
        StatedLine("x", "", Decimal(1), Money(minor, "CNY"), nothing, Money(minor, "CNY"), Decimal(percent))
        for minor, percent in amounts
    ]
    xml = ubl(stated(lines))

    def numbers(path: str) -> list[Decimal]:
        return [Decimal(text or "") for text in found(xml, path)]

    [net] = numbers("cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount")
    [total] = numbers("cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount")
    [tax] = numbers("cac:TaxTotal/cbc:TaxAmount")
    assert sum(numbers("cac:InvoiceLine/cbc:LineExtensionAmount")) == net
    assert sum(numbers("cac:TaxTotal/cac:TaxSubtotal/cbc:TaxableAmount")) == net
    assert sum(numbers("cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount")) == tax
    assert net + tax == total
    assert all(price >= 0 for price in numbers("cac:InvoiceLine/cac:Price/cbc:PriceAmount"))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"lines": []}, "BR-16"),
        ({"net": Money.of("1", "CNY")}, "BR-CO-10"),
        ({"rates": []}, "BR-CO-13"),
        ({"tax": Money.of("1", "CNY")}, "BR-CO-14"),
        ({"total": Money.of("1", "CNY")}, "BR-CO-15"),
        ({"due_on": None}, "BR-CO-25"),
        ({"zero_rate": ZeroRate.EXEMPT}, "BR-E-10"),
        ({"currency": "KWD"}, "BR-DEC-09"),
    ],
)
def test_amounts_that_do_not_fit_together_are_no_e_invoice(change: dict[str, Any], rule: str) -> None:
    with pytest.raises(WrongState) as refused:
        check(stated(**change))
    assert (refused.value.code, refused.value.values["rule"]) == ("E_INVOICE", rule)


def test_tax_may_be_off_by_less_than_one_unit_and_no_more() -> None:
    usual = stated()
    for off, fits in ((99, True), (100, False)):
        first, second = usual.rates
        rates = [replace(first, tax=Money(first.tax.minor + off, "CNY")), second]
        tax = Money(usual.tax.minor + off, "CNY")
        changed = replace(usual, rates=rates, tax=tax, total=usual.net + tax)
        if fits:
            check(changed)
        else:
            with pytest.raises(WrongState):
                check(changed)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"seller": replace(CHINESE, tax_number="")}, ("seller", "taxNumber")),
        ({"seller": replace(CHINESE, country="")}, ("seller", "country")),
        ({"buyer": replace(GERMAN, country="")}, ("buyer", "country")),
        (
            {
                "buyer": replace(GERMAN, tax_number=""),
                "zero_rate": ZeroRate.REVERSE_CHARGE,
                "exemption_reason": "§ 13b",
            },
            ("buyer", "taxNumber"),
        ),
    ],
)
def test_a_particular_that_is_missing_is_named(change: dict[str, Any], path: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as refused:
        ubl(stated(**change))
    assert (refused.value.code, refused.value.path) == ("PARTICULARS_MISSING", path)


@pytest.mark.parametrize(
    ("given_number", "country", "stored"),
    [
        ("91110000600037341l", "CN", "91110000600037341L"),
        ("DE 136 695 976", "DE", "DE136695976"),
        ("EL094259216", "GR", "EL094259216"),
        ("NL004495445B01", "NL", "NL004495445B01"),
        ("12-345", "US", "12-345"),
        ("91110000600037341M", "CN", None),
        ("9111000060003734", "CN", None),
        ("136695976", "DE", None),
        ("GR094259216", "GR", None),
        ("<x>", "US", None),
    ],
)
def test_tax_numbers_have_their_countrys_form(given_number: str, country: str, stored: str | None) -> None:
    if stored is not None:
        assert tax_number(given_number, country) == stored
        return
    with pytest.raises(Invalid) as refused:
        tax_number(given_number, country)
    assert refused.value.path == ("taxNumber",)


def test_one_sign_wrong_is_no_credit_code() -> None:
    good = "91110000600037341L"
    assert is_credit_code(good)
    assert not any(
        is_credit_code(good[:at] + sign + good[at + 1 :]) for at in range(18) for sign in "0I7" if good[at] != sign
    )


def test_units_have_the_codes_of_the_recommendation() -> None:
    assert [unit_code(unit) for unit in ("", "Hours", "人日", "月", "per head")] == ["C62", "HUR", "DAY", "MON", "ZZ"]


async def say(office: Office, customer_id: UUID | None, said: Particulars, actor: Actor | None = None) -> BillingParty:
    async with writing(actor or office.admin, settle=settle) as work:
        return await commands.set_billing_party(work, customer_id=customer_id, particulars=said)


@pytest.mark.usefixtures("pool", "post")
async def test_an_invoice_states_what_was_said_when_it_was_issued() -> None:
    office = await open_office(GENTLE)
    billed = await taxed(office)
    async with reading(office.admin) as work:
        with pytest.raises(Invalid) as refused:
            ubl(await queries.invoice_stated(work, billed))
    assert refused.value.path == ("seller", "country")
    # What is said late is taken all the same, and what is said later still is not.
    await say(office, None, CHINESE)
    await say(office, office.customer_id, GERMAN)
    await office.set_clock(march(20))
    await say(office, None, replace(CHINESE, legal_name="新名科技有限公司"))
    note, _ = await credit(office, billed, "21.90")
    assert note is not None
    async with reading(office.admin) as work:
        invoice = await queries.invoice_stated(work, billed)
        credited = await queries.credit_note_stated(work, note.id)
    assert (invoice.seller, invoice.buyer) == (CHINESE, GERMAN)
    assert credited.seller.legal_name == "新名科技有限公司"
    xml = ubl(credited)
    assert found(xml, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") == ["1"]
    assert found(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["21.90"]
    assert found(ubl(invoice), "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["219.00"]


@pytest.mark.usefixtures("pool", "post")
async def test_two_companies_explain_lines_without_tax_by_their_own_clauses_and_a_third_sees_nothing() -> None:
    exempt, plain, third = await open_office(None), await open_office(None), await found_company()
    terms = {"due_days": 14, "zero_rate": "exempt", "exemption_reason": {"en": "Export of services"}}
    await publish(exempt.admin, ("7.1", PaymentTerms.model_validate(terms)))
    for office, category, reason in ((exempt, "E", ["Export of services"]), (plain, "Z", [])):
        await say(office, None, CHINESE)
        await say(office, office.customer_id, GERMAN)
        billed = await office.bill("100")
        async with reading(office.admin) as work:
            xml = ubl(await queries.invoice_stated(work, billed))
        subtotal = "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory"
        assert (found(xml, f"{subtotal}/cbc:ID"), found(xml, f"{subtotal}/cbc:TaxExemptionReason")) == (
            [category],
            reason,
        )
        async with reading(third) as work:
            assert await work.all(select(BillingParty)) == []
            with pytest.raises(NotFound):
                await queries.invoice_stated(work, billed)


@pytest.mark.usefixtures("pool", "post")
async def test_bad_particulars_change_nothing_and_drafts_are_no_e_invoices() -> None:
    office = await open_office(None)
    for wrong, path in (
        (replace(CHINESE, country="XX"), ("country",)),
        (replace(CHINESE, legal_name=" "), ("legalName",)),
        (replace(CHINESE, tax_number="91110000600037341M"), ("taxNumber",)),
    ):
        with pytest.raises(Invalid) as refused:
            await say(office, None, wrong)
        assert refused.value.path == path
    reader = replace(office.admin, permissions=frozenset({Permission.BILLING_READ}))
    with pytest.raises(Forbidden):
        await say(office, None, CHINESE, reader)
    async with writing(office.admin, settle=settle) as work:
        assert await work.all(select(BillingParty)) == []
        lines = [line("CNY", "Support", "1", "100")]
        draft = await commands.draft_invoice(work, customer_id=office.customer_id, currency="CNY", lines=lines)
        with pytest.raises(WrongState):
            await queries.invoice_stated(work, draft.id)
