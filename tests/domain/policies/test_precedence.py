"""The most specific clause wins: checked against a model that compares clauses one by one."""

from dataclasses import replace
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.terms import CustomerTier
from domain.policies.rules.checks import clean_number, contradictions, position
from domain.policies.rules.handbooks import Handbook, Standing, StoredClause
from domain.policies.rules.kinds import (
    ApprovalChain,
    ClauseKind,
    Metric,
    NoticePeriod,
    QualityTarget,
    Retention,
    ServiceLevel,
)
from domain.policies.rules.scopes import Case, Dimension, Scope
from tenancy.refusals import Invalid

# A line of departments, the case's own first, and one that lies elsewhere.
LINE = [UUID(int=3), UUID(int=2), UUID(int=1)]
ELSEWHERE = UUID(int=9)
# The same of service lines.
REPAIRS = ["on-site", "repairs", "after-sales"]
VALUE = {"targets": {"p1": {"response": {"working_minutes": 30}}}}

scopes = st.builds(
    Scope,
    department_id=st.sampled_from([None, *LINE, ELSEWHERE]),
    customer_tier=st.sampled_from([None, *CustomerTier]),
    service_line=st.sampled_from([None, "training", *REPAIRS]),
)
cases = st.builds(
    Case,
    department_id=st.just(LINE[0]),
    customer_tier=st.sampled_from([None, *CustomerTier]),
) | st.builds(
    Case,
    department_id=st.just(LINE[0]),
    customer_tier=st.sampled_from([None, *CustomerTier]),
    service_line=st.just(REPAIRS[0]),
    lines_above=st.just(tuple(REPAIRS[1:])),
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
        and clause.service_line in (None, *case.lines)
    )


def outweighs(one: Scope, other: Scope) -> bool:
    """The catalogue's order for service levels: customer tier, then the nearest service line, then department."""
    if (one.customer_tier is None) != (other.customer_tier is None):
        return one.customer_tier is not None
    line_depth = {None: 0} | {line: len(REPAIRS) - index for index, line in enumerate(REPAIRS)}
    if one.service_line != other.service_line:
        return line_depth[one.service_line] > line_depth[other.service_line]
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


CHAIN = {"subject_kind": "invoices", "steps": [{"name": {"en": "Head"}, "approvers": [{"by": "department_head"}]}]}
# Kinds with different dimensions in different orders, and values about different topics.
RULED: dict[type[ClauseKind], list[dict[str, Any]]] = {
    NoticePeriod: [{"days": 30}],
    ApprovalChain: [CHAIN, CHAIN | {"purpose": "write_off"}, CHAIN | {"subject_kind": "resignations"}],
    QualityTarget: [{"metric": metric.value, "at_least_percent": "90"} for metric in Metric],
    Retention: [{"record": "journal", "keep_days": 1}, {"record": "contracts", "keep_days": 1}],
}
POSTS = [UUID(int=50), UUID(int=51)]
LIMITS = {
    Dimension.POST: [None, *POSTS],
    Dimension.DEPARTMENT: [None, *LINE, ELSEWHERE],
    Dimension.CUSTOMER_TIER: [None, CustomerTier.KEY, CustomerTier.STANDARD],
    Dimension.SERVICE_LINE: [None, "operations", "training"],
}


@st.composite
def anything_written(draw: st.DrawFn) -> StoredClause:
    """A clause as `put_clause` lets it be written: of any kind, about any topic, limited by what its kind allows."""
    kind = draw(st.sampled_from(list(RULED)))
    scope = Scope.model_validate(
        {dimension.value: draw(st.sampled_from(LIMITS[dimension])) for dimension in kind.dimensions}
    )
    number = f"{draw(st.integers(1, 9))}.{draw(st.integers(1, 999))}"
    value = draw(st.sampled_from(RULED[kind]))
    return StoredClause(uuid4(), number, position(number), kind.kind, value, scope)


versions = st.lists(anything_written(), max_size=12, unique_by=lambda clause: clause.number)
cases_of_all_kinds = st.builds(
    Scope,
    post_id=st.sampled_from(LIMITS[Dimension.POST]),
    department_id=st.just(LINE[0]),
    customer_tier=st.sampled_from(LIMITS[Dimension.CUSTOMER_TIER]),
    service_line=st.sampled_from(LIMITS[Dimension.SERVICE_LINE]),
)


@given(versions, cases_of_all_kinds, st.sampled_from(list(RULED)), st.randoms())
def test_a_version_that_passed_the_check_rules_every_case_whatever_the_order_of_its_clauses(
    clauses: list[StoredClause], case: Scope, kind: type[ClauseKind], random: Random
) -> None:
    doubtful = {refusal.path[1] for refusal in contradictions(clauses)}
    passed = [clause for clause in clauses if clause.number not in doubtful]
    assert contradictions(passed) == []
    # Numbered anew in another order, which the number of the winner must not depend on.
    shuffled = random.sample(passed, len(passed))
    anew = [
        replace(clause, number=f"1.{index}", position=position(f"1.{index}")) for index, clause in enumerate(shuffled)
    ]
    for topic in {clause.parsed.topic for clause in passed if clause.kind == kind.kind}:
        one = Handbook(uuid4(), "1", passed).ruling(kind, case, LINE, topic)
        other = Handbook(uuid4(), "1", anew).ruling(kind, case, LINE, topic)
        assert (one and one.clause.clause_id) == (other and other.clause.clause_id)
        if one is not None:
            assert all(line.standing is not Standing.LATER_NUMBER for line in one.why)


@given(versions, cases_of_all_kinds, st.sampled_from(list(RULED)))
def test_whatever_leaves_a_case_to_the_order_of_numbers_is_found_by_the_check(
    clauses: list[StoredClause], case: Scope, kind: type[ClauseKind]
) -> None:
    for topic in {clause.parsed.topic for clause in clauses if clause.kind == kind.kind}:
        ruling = Handbook(uuid4(), "1", clauses).ruling(kind, case, LINE, topic)
        tied = [line.number for line in ruling.why if line.standing is Standing.LATER_NUMBER] if ruling else []
        assert set(tied) <= {refusal.path[1] for refusal in contradictions(clauses)}


def test_a_limit_outside_the_kind_s_dimensions_makes_no_clause_more_specific() -> None:
    plain = StoredClause(uuid4(), "1.1", position("1.1"), "retention", {"record": "journal", "keep_days": 1}, Scope())
    odd = replace(plain, id=uuid4(), number="1.2", position=position("1.2"), scope=Scope(service_line="training"))
    assert [refusal.path for refusal in contradictions([odd, plain])] == [("clauses", "1.2")]


@given(st.lists(st.lists(st.integers(1, 9999), min_size=1, max_size=6), min_size=2))
def test_numbers_sort_as_people_count(numbers: list[list[int]]) -> None:
    written = [".".join(str(part) for part in number) for number in numbers]
    assert [clean_number(number) for number in written] == written
    assert sorted(written, key=position) == [".".join(map(str, number)) for number in sorted(numbers)]


@pytest.mark.parametrize(
    "number", ["", "0.0", "1.01", "01", "4.0", "4.", ".4", "4a", "4,2", "１.２", "1.2.3.4.5.6.7", "99999"]
)
def test_what_is_no_clause_number_is_refused(number: str) -> None:
    with pytest.raises(Invalid):
        clean_number(number)
