"""Quotations by their rules alone: which discount is free, for how long they hold, and what their paper says."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.amounts import totals
from domain.kernel.lines import LineKind, line, sums
from domain.policies.rules.kinds import DiscountLimit
from domain.presales.rules import quotations as rules
from domain.presales.rules.papers import QuotationText, quotation_paper
from domain.presales.rules.quotations import DUTIES, QUOTATIONS, Leeway, QuotationMove, QuotationState
from tenancy.language import Language
from tenancy.refusals import ClauseReference, Invalid
from tests.domain.presales.company import lines

LIMIT = DiscountLimit(free_percent=Decimal(10), most_percent=Decimal(30), valid_days=20)


@pytest.mark.parametrize(
    ("percent", "expected"),
    [("0", Leeway.FREE), ("10", Leeway.FREE), ("10.0001", Leeway.NEEDS_APPROVAL), ("30", Leeway.NEEDS_APPROVAL)],
)
def test_the_limit_itself_is_within_the_limit(percent: str, expected: Leeway) -> None:
    assert rules.leeway(Decimal(percent), LIMIT) is expected


def test_more_than_the_most_is_refused_whoever_approves() -> None:
    with pytest.raises(Invalid):
        rules.leeway(Decimal("30.0001"), LIMIT)


@given(st.integers(min_value=1, max_value=10**6), st.decimals(min_value=0, max_value=100, places=2))
def test_rounding_to_the_cent_is_held_against_nobody(minor: int, percent: Decimal) -> None:
    one = [line("CNY", LineKind.OTHER, "x", unit_price=f"{Decimal(minor) / 100:f}", discount_percent=f"{percent:f}")]
    assert rules.granted_percent(one, totals((each.amount for each in one), "CNY")) <= percent


def test_a_discount_on_one_line_is_judged_by_what_it_makes_of_the_whole() -> None:
    one = [
        line("CNY", LineKind.LICENCE, "a", unit_price="900"),
        line("CNY", LineKind.TRAINING, "b", unit_price="100", discount_percent="50"),
    ]
    assert rules.granted_percent(one, sums(one, "CNY")) == 5


def test_what_is_wished_holds_at_most_as_long_as_the_clause_says() -> None:
    assert rules.valid_days(None, LIMIT) == 20
    assert rules.valid_days(5, LIMIT) == 5
    assert rules.valid_days(90, None) == 90
    clause = ClauseReference(uuid4(), "5.2", uuid4(), "3")
    for wished, limit, named in ((21, LIMIT, clause), (0, LIMIT, None), (None, None, None), (367, None, None)):
        with pytest.raises(Invalid) as refused:
            rules.valid_days(wished, limit, clause=clause)
        # Nobody lays down by a clause that a day is a day.
        assert refused.value.clause == named


def test_the_last_day_is_included_by_the_clocks_of_the_company() -> None:
    assert rules.expires_at(date(2026, 6, 30), "Asia/Shanghai") == datetime(2026, 6, 30, 16, tzinfo=UTC)


def test_an_answer_is_the_end_unless_it_was_no() -> None:
    assert QUOTATIONS.is_final(QuotationState.ACCEPTED)
    assert QUOTATIONS.is_final(QuotationState.SUPERSEDED)
    assert QUOTATIONS.moves(QuotationState.DECLINED) == (QuotationMove.REVISE,)
    assert set(DUTIES) == set(QuotationMove) - {QuotationMove.APPROVE, QuotationMove.RETURN, QuotationMove.EXPIRE}


@pytest.mark.parametrize("bad", ["", "  ", "x" * 501, "\x00"])
def test_a_line_says_what_is_offered(bad: str) -> None:
    with pytest.raises(Invalid) as refused:
        line("CNY", LineKind.OTHER, bad, unit_price="1", path=("lines", "3"))
    assert refused.value.path == ("lines", "3", "description")


def test_nothing_at_all_is_no_quotation() -> None:
    free = [line("CNY", LineKind.OTHER, "x", unit_price="0")]
    for none in ([], free, free * 101):
        with pytest.raises(Invalid) as refused:
            sums(none, "CNY")
        assert refused.value.path == ("lines",)


@pytest.mark.parametrize(
    ("language", "total", "label"),
    [
        (Language.ZH_HANS, "¥12,078.00", "总额"),
        (Language.ZH_HANT, "12,078.00", "總額"),
        (Language.EN, "12,078.00", "Total"),
    ],
)
def test_the_paper_is_written_in_each_language(language: Language, total: str, label: str) -> None:
    said = QuotationText(
        number="QUO-000001",
        version=2,
        title="Portal",
        company="Acme",
        customer="Key",
        contact="Lin",
        currency="CNY",
        terms="One\nTwo",
        valid_until_on=date(2026, 6, 30),
        lines=lines("10"),
    )
    paper = quotation_paper(said, language)
    # 10,800 net and its tax: 9,000 × 13 % + 1,800 × 6 %.
    assert paper.sums[-1][0].startswith(label)
    assert total in paper.sums[-1][1]
    assert [len(row) for row in paper.rows] == [len(paper.columns)] * 2
    assert len(paper.sums) == 6
    assert paper.sections[0][1] == ["One", "Two"]
    assert "QUO-000001" in paper.running_head
