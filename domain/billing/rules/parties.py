"""Who writes and who gets an invoice, by law: name, address and tax number, as an e-invoice states them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from babel import Locale

from domain.kernel.texts import one_line
from tenancy.refusals import Invalid, message

MAX_NAME, MAX_LINE, MAX_SHORT = 200, 200, 60
# The unified social credit code has no I, O, S, V and Z, which look like figures.
_CREDIT_CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# What follows the country's two letters in a VAT number of the European Union, by those letters.
_EU_VAT: Mapping[str, str] = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}",
    "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}",
    "IT": r"\d{11}",
    "LT": r"\d{9}(\d{3})?",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"\d{9}B\d{2}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{12}",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
}
# Greece has other letters in its VAT numbers than as a country.
_VAT_LETTERS = {"GR": "EL"}
_OTHER_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9./-]{0,39}")
# Two letters that stand for no country.
_NO_COUNTRY = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})


@dataclass(frozen=True)
class Particulars:
    """Name, address and tax number of one side; `country` is its code of ISO 3166-1, such as CN."""

    legal_name: str
    street: str
    additional_street: str
    city: str
    postal_code: str
    subdivision: str
    country: str
    tax_number: str

    def checked(self) -> "Particulars":
        """The particulars, cleaned. Raises `Invalid` with the place of what is at fault."""
        country = self.country.strip().upper()
        if country not in _countries():
            text = message("“{country}” is not the code of a country, such as CN or DE.")
            raise Invalid(text, {"country": self.country[:20]}, ("country",))
        return Particulars(
            legal_name=one_line(self.legal_name, MAX_NAME, "legalName"),
            street=one_line(self.street, MAX_LINE, "street", may_be_empty=True),
            additional_street=one_line(self.additional_street, MAX_LINE, "additionalStreet", may_be_empty=True),
            city=one_line(self.city, MAX_LINE, "city", may_be_empty=True),
            postal_code=one_line(self.postal_code, MAX_SHORT, "postalCode", may_be_empty=True),
            subdivision=one_line(self.subdivision, MAX_LINE, "subdivision", may_be_empty=True),
            country=country,
            tax_number=tax_number(self.tax_number, country) if self.tax_number.strip() else "",
        )

    @property
    def has_vat_number(self) -> bool:
        """Whether its tax number is a VAT number of the European Union; elsewhere it is a registration for tax."""
        return bool(self.tax_number) and _letters(self.country) in _EU_VAT


def tax_number(given: str, country: str) -> str:
    """A tax number in its usual form: a unified social credit code in China, a VAT number with the country's letters in
    the European Union, elsewhere as it is. Raises `Invalid`; whether it was ever given out is not known here."""
    number = re.sub(r"[\s.\-]", "", given).upper()
    letters = _letters(country)
    if country == "CN":
        if not is_credit_code(number):
            text = message("This is not a unified social credit code: 18 signs, the last of which checks the others.")
            raise Invalid(text, path=("taxNumber",))
        return number
    if letters in _EU_VAT:
        if not re.fullmatch(letters + _EU_VAT[letters], number, re.ASCII):
            text = message("This is not a VAT number of {country}, which begins with {letters}.")
            raise Invalid(text, {"country": country, "letters": letters}, ("taxNumber",))
        return number
    plain = given.strip().upper()
    if not _OTHER_NUMBER.fullmatch(plain):
        raise Invalid(message("A tax number has up to 40 letters and figures."), path=("taxNumber",))
    return plain


def is_credit_code(number: str) -> bool:
    """Whether a text is a Chinese unified social credit code (GB 32100): its last sign is the checksum of the rest."""
    if len(number) != 18 or any(sign not in _CREDIT_CODE_SIGNS for sign in number):
        return False
    places = [_CREDIT_CODE_SIGNS.index(sign) for sign in number]
    total = sum(place * pow(3, index, 31) for index, place in enumerate(places[:17]))
    return places[17] == -total % 31


def _letters(country: str) -> str:
    return _VAT_LETTERS.get(country, country)


@cache
def _countries() -> frozenset[str]:
    codes = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - _NO_COUNTRY
