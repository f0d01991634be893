"""E-invoices in the syntax UBL 2.1, after EN 16931-3-2: the elements in the order of the schemas."""

import re
from decimal import Decimal
from xml.etree import ElementTree as ET

from domain.billing.rules.electronic import DocumentKind, Stated, StatedLine, check, unit_code
from domain.billing.rules.parties import Particulars
from domain.kernel.money import Money

CUSTOMIZATION = "urn:cen.eu:en16931:2017"
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_CAC, _CBC = f"{_UBL}CommonAggregateComponents-2", f"{_UBL}CommonBasicComponents-2"
# Why an amount is taken off a line, by its code of UNTDID 5189: a discount.
_DISCOUNT = "95"
# How it is paid, by its code of UNTDID 4461: a transfer to an account.
_CREDIT_TRANSFER = "30"
# Signs that a text may have and XML 1.0 has not.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def ubl(stated: Stated) -> bytes:
    """An invoice or a credit note as XML in UTF-8. Refuses as `electronic.check` does."""
    check(stated)
    credit = stated.kind is DocumentKind.CREDIT_NOTE
    name = "CreditNote" if credit else "Invoice"
    root = ET.Element(name, {"xmlns": f"{_UBL}{name}-2", "xmlns:cac": _CAC, "xmlns:cbc": _CBC})
    _text(root, "CustomizationID", CUSTOMIZATION)
    _text(root, "ID", stated.number)
    _text(root, "IssueDate", stated.issued_on.isoformat())
    if not credit and stated.due_on is not None:
        _text(root, "DueDate", stated.due_on.isoformat())
    _text(root, f"{name}TypeCode", stated.kind.value)
    if stated.note:
        _text(root, "Note", stated.note)
    _text(root, "DocumentCurrencyCode", stated.currency)
    if stated.credited_number:
        reference = _part(_part(root, "BillingReference"), "InvoiceDocumentReference")
        _text(reference, "ID", stated.credited_number)
        if stated.credited_on is not None:
            _text(reference, "IssueDate", stated.credited_on.isoformat())
    if stated.contract_number:
        _text(_part(root, "ContractDocumentReference"), "ID", stated.contract_number)
    _party(_part(root, "AccountingSupplierParty"), stated.seller)
    _party(_part(root, "AccountingCustomerParty"), stated.buyer)
    if stated.account and not credit:
        _means(root, stated)
    if credit:
        # Nothing falls due by a credit note, and the standard wants one or the other.
        _text(_part(root, "PaymentTerms"), "Note", stated.credited_number or stated.number)
    _taxes(root, stated)
    totals = _part(root, "LegalMonetaryTotal")
    _amount(totals, "LineExtensionAmount", stated.net)
    _amount(totals, "TaxExclusiveAmount", stated.net)
    _amount(totals, "TaxInclusiveAmount", stated.total)
    _amount(totals, "PayableAmount", stated.total)
    for position, line in enumerate(stated.lines, start=1):
        _line(root, stated, position, line)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _part(parent: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(parent, f"cac:{name}")


def _text(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, f"cbc:{name}", attributes).text = _NO_XML.sub(" ", text)


def _amount(parent: ET.Element, name: str, amount: Money) -> None:
    _text(parent, name, str(amount.decimal), currencyID=amount.currency)


def _party(parent: ET.Element, particulars: Particulars) -> None:
    party = _part(parent, "Party")
    address = _part(party, "PostalAddress")
    for name, said in (
        ("StreetName", particulars.street),
        ("AdditionalStreetName", particulars.additional_street),
        ("CityName", particulars.city),
        ("PostalZone", particulars.postal_code),
        ("CountrySubentity", particulars.subdivision),
    ):
        if said:
            _text(address, name, said)
    _text(_part(address, "Country"), "IdentificationCode", particulars.country)
    if particulars.tax_number:
        scheme = _part(party, "PartyTaxScheme")
        _text(scheme, "CompanyID", particulars.tax_number)
        # A number that is no VAT number is a registration for tax, which another scheme tells.
        _text(_part(scheme, "TaxScheme"), "ID", "VAT" if particulars.has_vat_number else "TAX")
    legal = _part(party, "PartyLegalEntity")
    _text(legal, "RegistrationName", particulars.legal_name)
    if particulars.tax_number and not particulars.has_vat_number:
        _text(legal, "CompanyID", particulars.tax_number)


def _means(root: ET.Element, stated: Stated) -> None:
    """To which account it is paid, and what the payer writes by it (BG-16, BG-17)."""
    means = _part(root, "PaymentMeans")
    _text(means, "PaymentMeansCode", _CREDIT_TRANSFER)
    _text(means, "PaymentID", stated.number)
    account = _part(means, "PayeeFinancialAccount")
    _text(account, "ID", stated.account)
    _text(account, "Name", stated.seller.legal_name)


def _taxes(root: ET.Element, stated: Stated) -> None:
    total = _part(root, "TaxTotal")
    _amount(total, "TaxAmount", stated.tax)
    for rate in stated.rates:
        each = _part(total, "TaxSubtotal")
        _amount(each, "TaxableAmount", rate.net)
        _amount(each, "TaxAmount", rate.tax)
        _category(_part(each, "TaxCategory"), stated, rate.tax_percent, reasoned=True)


def _category(category: ET.Element, stated: Stated, percent: Decimal, *, reasoned: bool = False) -> None:
    _text(category, "ID", stated.category(percent))
    _text(category, "Percent", f"{percent.normalize():f}")
    if reasoned and not percent and stated.exemption_reason:
        _text(category, "TaxExemptionReason", stated.exemption_reason)
    _text(_part(category, "TaxScheme"), "ID", "VAT")


def _line(root: ET.Element, stated: Stated, position: int, line: StatedLine) -> None:
    credit = stated.kind is DocumentKind.CREDIT_NOTE
    each = _part(root, "CreditNoteLine" if credit else "InvoiceLine")
    # A price is never negative there; what is given back has a negative quantity.
    quantity, price = line.quantity, line.unit_price
    if price.minor < 0:
        quantity, price = -quantity, -price
    code = unit_code(line.unit)
    _text(each, "ID", str(position))
    if code == "ZZ":
        _text(each, "Note", line.unit)
    name = "CreditedQuantity" if credit else "InvoicedQuantity"
    _text(each, name, f"{quantity.normalize():f}", unitCode=code)
    _amount(each, "LineExtensionAmount", line.net)
    if line.discount.minor:
        allowance = _part(each, "AllowanceCharge")
        _text(allowance, "ChargeIndicator", "false")
        _text(allowance, "AllowanceChargeReasonCode", _DISCOUNT)
        _amount(allowance, "Amount", line.discount)
    item = _part(each, "Item")
    _text(item, "Name", line.description)
    _category(_part(item, "ClassifiedTaxCategory"), stated, line.tax_percent)
    _amount(_part(each, "Price"), "PriceAmount", price)
