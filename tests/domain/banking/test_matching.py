"""Which invoices a line may be for, how sure that is, and what is never booked by itself."""

from datetime import date
from uuid import UUID

import pytest

from domain.banking.rules.matching import (
    Candidate,
    Confidence,
    Incoming,
    Reason,
    decided,
    numbers_in,
    same_name,
    suggest,
    surest,
)
from domain.policies.rules.kinds.money import BooksByItself
from tenancy.refusals import Conflict

BRIGHT, OTHER = UUID(int=1), UUID(int=2)


def candidate(number: int, minor: int = 10000, customer: UUID = BRIGHT, **more: object) -> Candidate:
    name = {BRIGHT: "Bright Ltd", OTHER: "Other GmbH"}[customer]
    values: dict[str, object] = {"charges_minor": 0, "due_on": date(2026, 3, number), **more}
    return Candidate(UUID(int=100 + number), number, customer, name, minor, **values)  # type: ignore[arg-type]  # of tests


def line(purpose: str = "", minor: int = 10000, payer: str = "", account: str = "") -> Incoming:
    return Incoming(minor, payer, account, purpose)


def found(incoming: Incoming, *candidates: Candidate) -> list[tuple[list[int], Confidence]]:
    return [([share.number for share in each.shares], each.confidence) for each in suggest(incoming, candidates, ())]


@pytest.mark.parametrize(
    ("purpose", "numbers"),
    [
        ("Invoice 7", {7}),
        ("RE-000123/4711", {123, 4711}),
        ("发票７号", {7}),
        ("of 06.03.2026 over 1.234,50 for 7", {7}),
        ("2026-03-06", set()),
        ("nothing 0", set()),
    ],
)
def test_numbers_are_found_among_days_and_amounts(purpose: str, numbers: set[int]) -> None:
    assert numbers_in(purpose) == numbers


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("BRIGHT LTD.", "Bright Ltd", True),
        ("光明科技有限公司", "光明科技股份有限公司", True),
        ("Bright", "Bright Minds AG", True),
        ("Co", "Cobalt", False),
        ("Bright", "Other", False),
        ("", "", False),
        ("Ltd", "GmbH", False),
    ],
)
def test_names_are_the_same_without_legal_forms(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same


def test_the_more_speaks_for_an_invoice_the_surer_it_is() -> None:
    assert found(line("Invoice 7", payer="bright"), candidate(7)) == [([7], Confidence.CERTAIN)]
    assert found(line("Invoice 7"), candidate(7)) == [([7], Confidence.HIGH)]
    assert found(line(payer="bright"), candidate(7)) == [([7], Confidence.HIGH)]
    assert found(line("Invoice 7", 500, "bright"), candidate(7)) == [([7], Confidence.MEDIUM)]
    assert found(line("Invoice 7", 500), candidate(7)) == [([7], Confidence.LOW)]
    assert found(line(), candidate(7)) == [([7], Confidence.LOW)]
    assert found(line(account="X"), candidate(7, account_known=True)) == [([7], Confidence.HIGH)]
    assert found(line(minor=10500), candidate(7, charges_minor=500)) == [([7], Confidence.LOW)]
    assert found(line(minor=1), candidate(7)) == []


def test_three_invoices_over_the_same_amount_are_no_sure_match() -> None:
    three = (candidate(7), candidate(8), candidate(9))
    suggestions = suggest(line(payer="Bright"), three, ())
    assert {each.confidence for each in suggestions} == {Confidence.MEDIUM}
    with pytest.raises(Conflict) as refusal:
        surest(suggestions)
    assert refusal.value.code == "AMBIGUOUS_MATCH"
    with pytest.raises(Conflict) as refusal:
        surest([])
    assert refusal.value.code == "NO_MATCH"
    for way in BooksByItself:
        assert decided(suggestions, way) is None


def test_the_one_that_is_named_is_sure_among_others_of_its_amount() -> None:
    suggestions = suggest(line("7", payer="Bright"), (candidate(7), candidate(8)), ())
    assert surest(suggestions).shares[0].number == 7
    assert decided(suggestions, BooksByItself.NUMBER_AMOUNT_AND_PAYER) is not None


def test_several_that_are_named_and_come_to_the_amount_are_suggested_together_and_never_booked_alone() -> None:
    suggestions = suggest(line("7, 8", 30000, "Bright"), (candidate(7), candidate(8, 20000)), ())
    first = surest(suggestions)
    assert [(share.number, share.minor) for share in first.shares] == [(7, 10000), (8, 20000)]
    assert Reason.SUM_EXACT in first.reasons
    assert decided(suggestions, BooksByItself.NUMBER_AND_AMOUNT) is None


def test_what_names_two_invoices_of_its_amount_is_never_booked_alone() -> None:
    suggestions = suggest(line("7 or 8", payer="Bright"), (candidate(7), candidate(8)), ())
    assert decided(suggestions, BooksByItself.NUMBER_AND_AMOUNT) is None
    with pytest.raises(Conflict):
        surest(suggestions)


def test_the_clause_says_whether_the_payer_has_to_be_known() -> None:
    stranger = suggest(line("7", payer="Somebody"), (candidate(7),), ())
    assert decided(stranger, BooksByItself.NEVER) is None
    assert decided(stranger, BooksByItself.NUMBER_AND_AMOUNT) is not None
    assert decided(stranger, BooksByItself.NUMBER_AMOUNT_AND_PAYER) is None


def test_a_payer_for_whom_nothing_fits_is_suggested_for_credit() -> None:
    [only] = suggest(line(payer="Other", minor=77), (), [(OTHER, "Other GmbH")])
    assert (only.customer_id, only.shares, only.confidence) == (OTHER, (), Confidence.LOW)
