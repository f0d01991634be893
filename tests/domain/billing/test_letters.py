"""Dunning letters: the company's own words or the standard ones, in the customer's language, nothing else read in."""

from datetime import date
from typing import Any

import pytest

from domain.billing.rules import letters
from domain.billing.rules.letters import Asked, Particulars
from domain.kernel.money import Money
from domain.policies.rules.dunning import LadderStep


def step(**more: Any) -> LadderStep:
    return LadderStep.model_validate(
        {"number": 1, "name": {"en": "Reminder"}, "delay": {"days": 3}, "channel": "email", **more}
    )


def particulars(**changes: Any) -> Particulars:
    values: dict[str, Any] = {
        "number": 7,
        "customer": "Bright {amount} Ltd",
        "company": "Acme",
        "outstanding": Money.of("1234.50", "CNY"),
        "due_on": date(2026, 3, 6),
        "days_overdue": 3,
        "fee": Money.zero("CNY"),
        "interest": Money.zero("CNY"),
    }
    return Particulars(**values | changes)


def test_a_standard_letter_speaks_the_customers_language() -> None:
    english = letters.write(step(), particulars(), "en")
    assert english.subject == "Reminder: invoice 7 was due on Mar 6, 2026"
    assert "CN¥1,234.50 of it is outstanding" in english.text
    assert english.text.endswith("Kind regards,\nAcme")
    simplified, traditional = (letters.write(step(), particulars(), language) for language in ("zh_Hans", "zh_Hant"))
    assert all("2026年3月6日" in letter.subject for letter in (simplified, traditional))
    assert ("发票" in simplified.subject, "發票" in traditional.subject) == (True, True)
    assert "CN¥1,234.50" in traditional.text
    assert "CN¥" not in simplified.text


def test_a_letter_mentions_charges_where_there_are_any() -> None:
    assert "Fees" not in letters.write(step(), particulars(), "en").text
    charged = letters.write(step(), particulars(fee=Money.of("50", "CNY")), "en").text
    assert "Fees: CN¥50.00. Interest for late payment: CN¥0.00. The total to be paid is CN¥1,284.50." in charged


def test_nothing_is_called_overdue_before_it_is() -> None:
    early = letters.write(step(tone="final"), particulars(days_overdue=0), "en")
    assert early.subject == "Invoice 7 is payable by Mar 6, 2026"
    assert "is payable by Mar 6, 2026; CN¥1,234.50 of it is outstanding" in early.text


@pytest.mark.parametrize("tone", ["friendly", "firm", "final"])
@pytest.mark.parametrize("language", ["zh_Hans", "zh_Hant", "en"])
def test_no_blank_of_a_standard_letter_stays_empty(tone: str, language: str) -> None:
    written = letters.write(step(tone=tone), particulars(customer="Bright", fee=Money(1, "CNY")), language)
    assert "{" not in written.subject + written.text


def test_a_companys_own_words_are_filled_and_nothing_else_is_read_into_them() -> None:
    own = {
        "subject": {"en": "Invoice\n{number}", "zh_Hans": "发票{number}"},
        "text": {"en": "{customer} owes {total} since {days_overdue} days {{x}} %s"},
    }
    with pytest.raises(ValueError, match="could fill the blank “x”"):
        step(letter=own)
    own["text"]["en"] = "{customer} owes {total} since {days_overdue} days } %s"
    written = letters.write(step(letter=own), particulars(interest=Money.of("0.50", "CNY")), "en")
    assert written == ("Invoice 7", "Bright {amount} Ltd owes CN¥1,235.00 since 3 days } %s")
    assert letters.write(step(letter=own), particulars(), "zh_Hans").subject == "发票7"
    assert letters.write(step(letter=own), particulars(), "zh_Hant").subject == "发票7"


def test_a_long_subject_fits_its_line() -> None:
    own = {"subject": {"en": "x" * 400}, "text": {"en": "y"}}
    assert len(letters.write(step(letter=own), particulars(), "en").subject) == 150


def asked(rule: LadderStep, **changes: Any) -> Asked:
    return Asked(rule, particulars(**changes))


def test_a_joint_letter_speaks_as_the_gravest_step_and_adds_each_currency_by_itself_however_much_it_is() -> None:
    most = Money(10**14, "CNY")
    several = [asked(step(), number=number, outstanding=most) for number in range(1, 12)]
    nothing = Money.zero("USD")
    dollars = {"outstanding": Money.of("5", "USD"), "fee": nothing, "interest": nothing}
    several.append(asked(step(number=2, tone="final"), number=99, **dollars))
    written = letters.write_joint(several, "en")
    assert written.subject == "Final notice: 12 invoices"
    assert "CN¥11,000,000,000,000.00 + $5.00" in written.text
    assert written.text.count("Invoice ") == 12


def test_a_companys_own_words_for_one_invoice_still_name_all_of_them() -> None:
    own = {"subject": {"en": "Open: {number}"}, "text": {"en": "Please pay {total}, {customer}."}}
    written = letters.write_joint([asked(step(letter=own)), asked(step(letter=own), number=8)], "en")
    assert written.subject == "Open: 7, 8"
    assert written.text.startswith("Please pay CN¥2,469.00, Bright {amount} Ltd.\n\nInvoice 7, due on Mar 6, 2026")
    placed = {**own, "text": {"en": "{invoices}\nThat is all."}}
    assert letters.write_joint([asked(step(letter=placed))] * 2, "en").text.endswith("\nThat is all.")
