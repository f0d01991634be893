"""The most specific clause wins: checked against a model that compares clauses one by one."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.terms import CustomerTier
from domain.policies.rules.checks import clean_number, contradictions, position
from domain.policies.rules.handbooks import Handbook, Standing, StoredClause
from domain.policies.rules.kinds import ServiceLevel
from domain.policies.rules.scopes import Dimension, Scope
from tenancy.refusals import Invalid

# A line of departments, the case's own first, and one that lies elsewhere.
LINE = [UUID(int=3), UUID(int=2), UUID(int=1)]
ELSEWHERE = UUID(int=9)
VALUE = {"targets": {"p1": {"response": {"working_minutes": 30}}}}

scopes = st.builds(
    Scope,
    department_id=st.sampled_from([None, *LINE, ELSEWHERE]),
    customer_tier=st.sampled_from([None, *CustomerTier]),
    service_line=st.sampled_from([None, "operations", "training"]),
)
cases = st.builds(
    Scope,
    department_id=st.just(LINE[0]),
    customer_tier=st.sampled_from([None, *CustomerTier]),
    service_line=st.sampled_from([None, "operations", "training"]),
)


def book(clauses: list[Scope]) -> Handbook:
    return Handbook(
        uuid4(),
        "1",
        [
            StoredClause(
                id=uuid4(),
                number=f"1.{index}",
                position=position(f"1.{index}"),
                kind="service_level",
                value=VALUE,
                scope=scope,
            )
            for index, scope in enumerate(clauses)
        ],
    )


def applies(clause: Scope, case: Scope) -> bool:
    return (
        clause.department_id in (None, *LINE)
        and clause.customer_tier in (None, case.customer_tier)
        and clause.service_line in (None, case.service_line)
    )


def outweighs(one: Scope, other: Scope) -> bool:
    """The catalogue's order for service levels: customer tier, then service line, then the nearest department."""
    for name in ("customer_tier", "service_line"):
        if (getattr(one, name) is None) != (getattr(other, name) is None):
            return getattr(one, name) is not None
    depth = {None: 0, LINE[2]: 1, LINE[1]: 2, LINE[0]: 3}
    return depth[one.department_id] > depth[other.department_id]


@given(st.lists(scopes, max_size=8), cases)
def test_no_clause_that_applies_outweighs_the_winner(clauses: list[Scope], case: Scope) -> None:
    ruling = book(clauses).ruling(ServiceLevel, case, LINE)
    applying = [scope for scope in clauses if applies(scope, case)]
    if ruling is None:
        assert applying == []
        return
    assert not any(outweighs(scope, ruling.scope) for scope in applying)
    equals = [index for index, scope in enumerate(clauses) if scope == ruling.scope]
    assert ruling.clause.number == f"1.{equals[0]}"


@given(st.lists(scopes, max_size=8), cases)
def test_the_trace_names_every_clause_once_and_one_winner_first(clauses: list[Scope], case: Scope) -> None:
    ruling = book(clauses).ruling(ServiceLevel, case, LINE)
    if ruling is None:
        return
    assert sorted(line.number for line in ruling.why) == sorted(f"1.{index}" for index in range(len(clauses)))
    assert [line.standing for line in ruling.why].count(Standing.WON) == 1
    assert ruling.why[0].standing is Standing.WON
    for line in ruling.why:
        assert (line.standing is Standing.OTHER_CASE) == (not applies(line.scope, case))


@given(st.lists(scopes, max_size=8), cases)
def test_a_version_without_contradictions_leaves_no_case_to_the_order_of_numbers(
    clauses: list[Scope], case: Scope
) -> None:
    given_book = book(clauses)
    ruling = given_book.ruling(ServiceLevel, case, LINE)
    if ruling is not None and not contradictions(given_book.clauses):
        assert all(line.standing is not Standing.LATER_NUMBER for line in ruling.why)


@given(scopes, st.sampled_from([Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE, Dimension.DEPARTMENT]))
def test_a_clause_limited_in_one_dimension_more_is_more_specific(scope: Scope, dimension: Dimension) -> None:
    wider = scope.model_copy(update={dimension.value: None})
    if wider == scope or scope.department_id == ELSEWHERE:
        return
    case = scope.model_copy(update={"department_id": LINE[0]})
    ruling = book([wider, scope]).ruling(ServiceLevel, case, LINE)
    assert ruling is not None
    assert ruling.scope == scope


@given(st.lists(st.lists(st.integers(0, 9999), min_size=1, max_size=6), min_size=2))
def test_numbers_sort_as_people_count(numbers: list[list[int]]) -> None:
    written = [".".join(str(part) for part in number) for number in numbers]
    assert [clean_number(number) for number in written] == written
    assert sorted(written, key=position) == [".".join(map(str, number)) for number in sorted(numbers)]


@pytest.mark.parametrize("number", ["", "4.", ".4", "4a", "4,2", "１.２", "1.2.3.4.5.6.7", "99999"])
def test_what_is_no_clause_number_is_refused(number: str) -> None:
    with pytest.raises(Invalid):
        clean_number(number)
