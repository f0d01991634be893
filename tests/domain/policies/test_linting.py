"""What the linter says of a version: nothing of a sound one, and each oddity with its clause."""

from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.subjects import SubjectKind
from domain.policies.rules.chain_linting import never_followed
from domain.policies.rules.checks import check_open_cases, position
from domain.policies.rules.conditions import holds
from domain.policies.rules.content import ClauseContent
from domain.policies.rules.findings import Finding, Severity
from domain.policies.rules.handbooks import Handbook, StoredClause
from domain.policies.rules.kinds import KINDS
from domain.policies.rules.linting import lint
from domain.policies.rules.scopes import Scope
from tenancy.language import Language, translate
from tenancy.refusals import Invalid
from tests.domain.policies.examples import EXAMPLES

TODAY = date(2026, 11, 21)
WORDS = {"en": "Heading", "zh_Hans": "标题", "zh_Hant": "標題"}
LEVEL = EXAMPLES["service_level"]


def clause(number: str, kind: str, value: Any, scope: dict[str, Any] | None = None) -> StoredClause:
    return StoredClause(uuid4(), number, position(number), kind, value, Scope.model_validate(scope or {}))


def odd(*clauses: StoredClause, words: dict[str, str] = WORDS, text: dict[str, str] = WORDS) -> list[Finding]:
    said = {
        each.number: ClauseContent(each.number, each.kind, each.value, each.scope.model_dump(), words, text)
        for each in clauses
    }
    return lint(clauses, said, TODAY)


def codes(*clauses: StoredClause, **more: Any) -> list[tuple[str, str | None]]:
    return [(found.code, found.number) for found in odd(*clauses, **more) if found.code != "NOT_AUTOMATIC"]


def example(kind: str, **changes: Any) -> dict[str, Any]:
    return {**deepcopy(EXAMPLES[kind]), **changes}


# What is told of the examples of these, other tests say.
TOLD_ELSEWHERE = ("business_calendar", "dunning_ladder", "expert_panel", "notice_period")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in TOLD_ELSEWHERE])
def test_nothing_is_odd_about_a_sound_clause(kind: str) -> None:
    assert codes(clause("1", kind, EXAMPLES[kind])) == []


def conditions(*given: tuple[str, str, Any]) -> dict[str, Any]:
    step = {"name": {"en": "S"}, "approvers": [{"by": "superior", "level": 1}]}
    only_if = [{"fact": fact, "operator": operator, "value": value} for fact, operator, value in given]
    return {"subject_kind": "resignations", "steps": [step | {"only_if": only_if}, step]}


@pytest.mark.parametrize(
    ("given", "unreachable"),
    [
        ([("notice_days", "at_least", 10), ("notice_days", "less_than", 10)], True),
        ([("notice_days", "more_than", 10), ("notice_days", "less_than", 11)], True),
        ([("notice_days", "at_least", 10), ("notice_days", "at_most", 10)], False),
        ([("post", "equals", "A"), ("post", "equals", "B")], True),
        ([("post", "equals", "A"), ("post", "one_of", ["B", "C"])], True),
        ([("post", "equals", "A"), ("post", "differs", "B")], False),
        ([("notice_days", "at_least", 10), ("waived_days", "less_than", 5)], False),
    ],
)
def test_a_step_whose_conditions_exclude_each_other_is_never_taken(
    given: list[tuple[str, str, Any]], unreachable: bool
) -> None:
    found = codes(clause("5.1", "approval_chain", conditions(*given)))
    assert found == ([("UNREACHABLE_STEP", "5.1")] if unreachable else [])


def in_cel(when: str, *given: tuple[str, str, Any], kind: str = "invoices", purpose: str = "write_off") -> Any:
    value = conditions(*given) | {"subject_kind": kind, "purpose": purpose}
    value["steps"][0]["when"] = when
    return [found for found in codes(clause("5.1", "approval_chain", value)) if found[0] != "AMOUNT_WITHOUT_CURRENCY"]


def amount(operator: str, value: int, **more: str) -> dict[str, Any]:
    return {"fact": "amount_minor", "operator": operator, "value": value, **more}


@pytest.mark.parametrize(
    ("condition", "warned"),
    [
        ({"only_if": [amount("at_least", 100)]}, True),
        ({"only_if": [amount("at_least", 100, currency="CNY")]}, False),
        ({"only_if": [amount("at_least", 100)], "when": "currency == 'CNY'"}, False),
        ({"only_if": [amount("more_than", 0)]}, False),
        ({"when": "amount_minor >= 100 || days_overdue > 9"}, True),
        ({"when": "currency != 'CNY' || amount_minor >= 100"}, False),
        ({"when": "open_minor * 2 > amount_minor"}, False),
    ],
)
def test_an_amount_compared_without_its_currency_is_told(condition: dict[str, Any], warned: bool) -> None:
    step = {"name": {"en": "S"}, "approvers": [{"by": "superior", "level": 1}]}
    value = {"subject_kind": "invoices", "purpose": "write_off", "steps": [step | condition, step]}
    found = codes(clause("5.1", "approval_chain", value))
    assert found == ([("AMOUNT_WITHOUT_CURRENCY", "5.1")] if warned else [])


def test_what_is_in_another_currency_makes_no_conditions_exclude_each_other_and_leaves_no_case_out() -> None:
    step = {"name": {"en": "S"}, "approvers": [{"by": "superior", "level": 1}]}
    value = {"subject_kind": "invoices", "purpose": "write_off"}
    both = [amount("at_least", 100, currency="CNY"), amount("less_than", 50, currency="CNY")]
    assert codes(clause("5.1", "approval_chain", value | {"steps": [step | {"only_if": both}, step]})) == []
    parts = [step | {"only_if": [each]} for each in (both[0], amount("less_than", 100, currency="CNY"))]
    assert codes(clause("5.1", "approval_chain", value | {"steps": parts})) == []
    parts = [step | {"only_if": [each]} for each in both]
    assert codes(clause("5.1", "approval_chain", value | {"steps": parts})) == [("LEFT_TO_ADMINISTRATOR", "5.1")]


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("amount_minor > 5 && amount_minor < 3", "UNREACHABLE_STEP"),
        ("(amount_minor > 5 && (3 > amount_minor)) && currency == 'CNY'", "UNREACHABLE_STEP"),
        ("customer_tier in ['key', 'strategic'] && customer_tier == 'standard'", "UNREACHABLE_STEP"),
        ("currency in []", "UNREACHABLE_STEP"),
        ("1 > 2", "UNREACHABLE_STEP"),
        ("false && amount_minor > 5", "UNREACHABLE_STEP"),
        ("(amount_minor > 5 && amount_minor < 3) || days_overdue > 9", "DEAD_ALTERNATIVE"),
        ("true || amount_minor > 5", "CONSTANT_CONDITION"),
        ("customer_tier == 'kee'", "UNKNOWN_WORD"),
        ("amount_minor > 5 && !('RMB' == currency)", None),
        ("currency != 'RMB'", "UNKNOWN_WORD"),
        ("customer_tier in ['key', 'golden']", "UNKNOWN_WORD"),
        # What can't be told apart for certain is left alone.
        ("amount_minor > 5 || amount_minor < 3", None),
        ("!(amount_minor > 5) && amount_minor < 3", None),
        ("amount_minor * 2 > 50 && amount_minor < 3", None),
        ("amount_minor > 5 ? amount_minor < 3 : amount_minor > 2", None),
        ("currency == 'CNY' || currency == 'USD'", None),
        ("days_overdue > -5 && days_overdue < -3", None),
        ("amount_minor < 0", "UNREACHABLE_STEP"),
        ("amount_minor <= 0", None),
        ("amount_minor < 0 || currency == 'CNY'", "DEAD_ALTERNATIVE"),
    ],
)
def test_what_a_condition_in_cel_never_meets_is_told_and_nothing_that_it_might(when: str, code: str | None) -> None:
    assert in_cel(when) == ([(code, "5.1")] if code else [])


@pytest.mark.parametrize(
    ("when", "warned"),
    [
        ("ends_on > day('2027-01-01')", True),
        ("contract_number == 'has(ends_on)' || ends_on > day('2027-01-01')", True),
        ("has(ends_on) && ends_on > day('2027-01-01')", False),
        ("starts_on > day('2027-01-01')", False),
        ("contract_number == 'ends_on'", False),
    ],
)
def test_a_fact_that_may_be_missing_is_warned_of_where_nobody_asks_for_it(when: str, warned: bool) -> None:
    found = in_cel(when, kind="contracts", purpose="")
    assert found == ([("FACT_MAY_BE_MISSING", "5.1")] if warned else [])


def test_a_simple_comparison_of_a_fact_that_may_be_missing_is_warned_of() -> None:
    ends = ("ends_on", "equals", "2027-01-01")
    assert in_cel("has(ends_on)", ends, kind="contracts", purpose="") == [("FACT_MAY_BE_MISSING", "5.1")]


def test_a_condition_in_cel_and_the_simple_ones_beside_it_are_one() -> None:
    assert in_cel("amount_minor > 5", ("amount_minor", "at_most", 5)) == [("UNREACHABLE_STEP", "5.1")]
    assert in_cel("amount_minor > 5", ("amount_minor", "at_most", 6)) == []
    days = {"kind": "resignations", "purpose": ""}
    late = "last_day_on > day('2026-12-31')"
    assert in_cel(late, ("last_day_on", "equals", "2026-12-31"), **days) == [("UNREACHABLE_STEP", "5.1")]
    assert in_cel(late, ("last_day_on", "equals", "2027-01-01"), **days) == []
    assert in_cel("key_post && !key_post", **days) == [("UNREACHABLE_STEP", "5.1")]


@given(
    st.lists(
        st.tuples(st.sampled_from([">", ">=", "<", "<=", "==", "!="]), st.integers(-3, 3)), min_size=1, max_size=4
    ),
    st.sampled_from(["&&", "||"]),
)
def test_no_step_is_called_unreachable_that_some_amount_reaches(parts: list[tuple[str, int]], joint: str) -> None:
    when = f" {joint} ".join(f"amount_minor {sign} {number}" for sign, number in parts)
    reached = any(holds(when, SubjectKind.INVOICE, "write_off", {"amount_minor": minor}) for minor in range(6))
    if reached:
        assert ("UNREACHABLE_STEP", "5.1") not in in_cel(when)


@pytest.mark.parametrize(
    ("steps", "asked"),
    [
        (["amount_minor >= 100"], False),
        (["amount_minor < 100", "amount_minor > 100"], False),
        (["amount_minor < 100", "100 <= amount_minor"], True),
        (["amount_minor >= 0"], True),
        (["days_overdue >= 0"], False),
        (["customer_tier == 'key'", "customer_tier != 'key'"], True),
        (["customer_tier in ['key', 'strategic']", "customer_tier == 'standard'"], True),
        (["currency == 'CNY'"], False),
        (["customer_name == 'A'", "amount_minor > 5", "amount_minor <= 5 && customer_name != 'A'"], True),
        (["has(account_owner_id) && account_owner_id == 'd2719d4c-1f0e-4f7c-9a65-6b5d3b3d8c11'"], False),
        (["amount_minor * 2 > 50"], None),
        (["amount_minor > 50", None], True),
    ],
)
def test_where_all_steps_have_conditions_that_leave_cases_out_an_administrator_decides(
    steps: list[str | None], asked: bool | None
) -> None:
    step = {"name": {"en": "S"}, "approvers": [{"by": "superior", "level": 1}]}
    value = {"subject_kind": "invoices", "purpose": "write_off"}
    value["steps"] = [step | ({"when": when} if when is not None else {}) for when in steps]
    hinted = ("LEFT_TO_ADMINISTRATOR", "5.1") in codes(clause("5.1", "approval_chain", value))
    assert hinted is (asked is False)


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("quality_target", {"metric": "satisfaction", "at_least_percent": "0"}, "TARGET_ALWAYS_MET"),
        ("quality_target", {"metric": "satisfaction", "at_least_percent": "0.5"}, None),
        ("quality_target", {"metric": "satisfaction", "at_least_percent": "100"}, "TARGET_OF_ALL"),
        ("reported_target", {"measure": "complaint_rate", "at_most_percent": "100"}, "TARGET_ALWAYS_MET"),
        ("reported_target", {"measure": "complaint_rate", "at_most_percent": "0"}, "TARGET_OF_ALL"),
        ("reported_target", {"measure": "complaint_rate", "at_least_percent": "0"}, "TARGET_ALWAYS_MET"),
    ],
)
def test_a_target_that_cannot_be_missed_or_that_a_single_case_misses_is_told(
    kind: str, value: Any, code: str | None
) -> None:
    assert codes(clause("5.1", kind, value)) == ([(code, "5.1")] if code else [])


def test_a_chain_that_nothing_asks_for_is_an_error() -> None:
    step = {"name": {"en": "S"}, "approvers": [{"by": "department_head"}]}
    for kind, purpose in (("invoices", "writeoff"), ("invoices", ""), ("service_requests", "")):
        value = {"subject_kind": kind, "purpose": purpose, "steps": [step]}
        written = clause("5.1", "approval_chain", value)
        (refusal,) = never_followed([written])
        assert (refusal.code, refusal.path) == ("UNKNOWN_PURPOSE", ("clauses", "5.1"))
        assert codes(written) == []
    asked_for = {"subject_kind": "invoices", "purpose": "write_off", "steps": [step]}
    assert never_followed([clause("5.1", "approval_chain", asked_for)]) == []


def test_where_invoices_are_cancelled_by_approval_but_credited_without_it_is_warned_of() -> None:
    def of(number: str, purpose: str, **limits: Any) -> StoredClause:
        step = {"name": {"en": "S"}, "approvers": [{"by": "administrator"}]}
        value = {"subject_kind": "invoices", "purpose": purpose, "steps": [step]}
        return clause(number, "approval_chain", value, limits)

    cancel, credit = of("8.1", "cancel"), of("8.2", "credit")
    assert codes(cancel) == codes(cancel, of("8.2", "credit", customer_tier="key")) == [("CREDIT_WITHOUT_CHAIN", "8.1")]
    assert codes(cancel, credit) == codes(of("8.1", "cancel", customer_tier="key"), credit) == []
    assert codes(of("8.1", "write_off")) == []


def test_a_panel_that_no_chain_names_is_never_asked() -> None:
    panel = clause("5.2", "expert_panel", {"name": "security", "members": [{"by": "post", "value": "Expert"}]})
    step = {"name": {"en": "S"}, "approvers": [{"by": "expert_panel", "value": "security"}]}
    asking = {"subject_kind": "resignations", "steps": [step]}
    assert codes(panel) == [("PANEL_NEVER_ASKED", "5.2")]
    assert codes(panel, clause("5.1", "approval_chain", asking)) == []


def branching(*branches: str | None) -> list[tuple[str, str | None]]:
    step = {"name": {"en": "S"}, "approvers": [{"by": "administrator"}]}
    steps = [step | ({"branch": branch} if branch else {}) for branch in branches]
    return codes(clause("5.1", "approval_chain", {"subject_kind": "resignations", "steps": steps}))


def test_a_branch_beside_which_there_is_none_is_pointed_out() -> None:
    assert branching("a", "b", None) == branching(None) == branching("a", "a", "b") == []
    assert branching("a", None, "b", "c") == branching("a", "a") == [("LONE_BRANCH", "5.1")]


def test_the_head_of_what_has_no_department_is_the_requester_s() -> None:
    head = {"name": {"en": "S"}, "approvers": [{"by": "department_head"}]}
    value = conditions() | {"subject_kind": "invoices", "purpose": "write_off", "steps": [head]}
    assert codes(clause("5.1", "approval_chain", value)) == [("HEAD_OF_REQUESTER", "5.1")]
    named = {"name": {"en": "S"}, "approvers": [{"by": "department_head", "value": "Finance"}]}
    assert codes(clause("5.1", "approval_chain", value | {"steps": [named]})) == []
    assert codes(clause("5.1", "approval_chain", value | {"subject_kind": "contracts", "purpose": ""})) == []


def test_a_longer_notice_on_probation_is_told() -> None:
    for days, longer in ((31, True), (30, False)):
        found = codes(clause("4.1", "notice_period", {"days": 30, "probation_days": days}))
        assert (("PROBATION_LONGER", "4.1") in found) is longer


def test_leaving_without_notice_is_a_warning_even_where_it_is_allowed() -> None:
    found = codes(clause("4.1", "notice_period", {"days": 30, "probation_days": 0, "allow_zero": True}))
    assert ("NO_NOTICE", "4.1") in found


def ladder(*steps: tuple[int, str, str]) -> dict[str, Any]:
    return {
        "steps": [
            {
                "number": index,
                "name": {"en": "S"},
                "delay": {"days": days, "kind": kind},
                "channel": "email",
                "tone": tone,
            }
            for index, (days, kind, tone) in enumerate(steps, 1)
        ]
    }


def test_steps_in_working_and_calendar_days_may_come_out_of_order() -> None:
    assert codes(clause("6.1", "dunning_ladder", ladder((10, "working", "friendly"), (12, "calendar", "firm")))) == [
        ("STEPS_OUT_OF_ORDER", "6.1")
    ]
    assert codes(clause("6.1", "dunning_ladder", ladder((5, "calendar", "firm"), (10, "working", "friendly")))) == [
        ("TONE_FALLS", "6.1")
    ]
    assert codes(clause("6.1", "dunning_ladder", ladder((5, "working", "friendly"), (20, "calendar", "final")))) == []
    assert codes(clause("6.1", "dunning_ladder", ladder())) == [("NO_STEPS", "6.1")]


def promised(priority: str, minutes: int) -> dict[str, Any]:
    return {priority: {"resolution": {"working_minutes": minutes}}}


def test_what_is_more_urgent_or_more_important_is_not_promised_less() -> None:
    inverted = {"targets": promised("p1", 600) | promised("p2", 300)}
    assert codes(clause("3.1", "service_level", inverted)) == [("TARGETS_CONTRADICT", "3.1")]
    key = clause("3.1", "service_level", {"targets": promised("p1", 600)}, {"customer_tier": "key"})
    standard = clause("3.2", "service_level", {"targets": promised("p1", 300)}, {"customer_tier": "standard"})
    assert codes(key, standard) == [("TARGETS_CONTRADICT", "3.1")]
    elsewhere = clause(
        "3.2", "service_level", {"targets": promised("p1", 300)}, {"customer_tier": "standard", "service_line": "a"}
    )
    assert ("TARGETS_CONTRADICT", "3.1") not in codes(key, elsewhere)


def test_a_target_for_a_part_that_asks_less_than_the_whole_is_pointed_out() -> None:
    whole = clause("8.1", "quality_target", {"metric": "satisfaction", "at_least_percent": "95"})
    part = clause("8.2", "quality_target", {"metric": "satisfaction", "at_least_percent": "90"}, {"service_line": "a"})
    assert codes(whole, part) == [("PART_BELOW_WHOLE", "8.2")]


def test_scopes_that_cross_are_told_with_the_one_that_wins() -> None:
    tier = clause("3.1", "auto_confirm", {"after_working_days": 3}, {"customer_tier": "key"})
    line = clause("3.2", "auto_confirm", {"after_working_days": 5}, {"service_line": "operations"})
    (found,) = odd(line, tier)
    assert (found.code, found.number, found.values["other"]) == ("SCOPES_CROSS", "3.1", "3.2")
    both = clause("3.3", "auto_confirm", {"after_working_days": 5}, {"customer_tier": "key", "service_line": "a"})
    assert codes(tier, both) == []


def test_holidays_that_end_are_warned_of() -> None:
    calendar = example("business_calendar", holidays=["2026-10-01"], known_until="2026-12-31")
    assert codes(clause("1.1", "business_calendar", calendar)) == [("HOLIDAYS_END", "1.1")]
    assert codes(clause("1.1", "business_calendar", EXAMPLES["business_calendar"])) == [("NO_HOLIDAYS", "1.1")]


def test_a_provision_needs_words_and_words_need_translating() -> None:
    provision = clause("1.1", "provision", {})
    nothing = dict.fromkeys(WORDS, "")
    assert codes(provision, text=nothing) == [("NOTHING_SAID", "1.1")]
    assert codes(provision, text=dict.fromkeys(WORDS, "以礼待人")) == [("NOT_TRANSLATED", "1.1")]


def test_a_clause_that_nothing_acts_on_is_a_hint() -> None:
    assert [(found.code, found.severity) for found in odd(clause("7", "risk_matrix", EXAMPLES["risk_matrix"]))] == [
        ("NOT_AUTOMATIC", Severity.HINT)
    ]


@pytest.mark.parametrize("language", Language)
def test_every_finding_reads_in_every_language(language: Language) -> None:
    found = odd(
        clause("3.1", "service_level", {"targets": promised("p1", 600) | promised("p2", 300)}),
        clause("4.1", "notice_period", {"days": 0, "allow_zero": True}),
        clause("7.1", "risk_matrix", EXAMPLES["risk_matrix"]),
    )
    for each in found:
        said = translate(each.text, language, each.values)
        assert "{" not in said
        assert said.startswith({"en": "Clause", "zh_Hans": "第", "zh_Hant": "第"}[language])


@pytest.mark.parametrize("kind", KINDS)
def test_what_never_applies_to_open_cases_is_not_said_to(kind: str) -> None:
    given = replace(clause("1", kind, EXAMPLES[kind]), applies_to_open_cases=True)
    reaches = KINDS[kind].reaches_open_cases
    assert ("NOT_FOR_OPEN_CASES" in {code for code, _ in codes(given)}) is not reaches
    if reaches:
        check_open_cases(KINDS[kind], True)
    else:
        with pytest.raises(Invalid) as refused:
            check_open_cases(KINDS[kind], True)
        assert (refused.value.code, refused.value.path) == ("NOT_FOR_OPEN_CASES", ("appliesToOpenCases",))


@pytest.mark.parametrize("kind", KINDS)
def test_a_stored_clause_reaches_open_cases_only_where_its_kind_does(kind: str) -> None:
    stored = replace(clause("1", kind, EXAMPLES[kind]), applies_to_open_cases=True)
    (ruling,) = Handbook(uuid4(), "1", [stored]).rulings(KINDS[kind])
    assert ruling.applies_to_open_cases is KINDS[kind].reaches_open_cases


def test_who_has_given_notice_keeps_the_clause_they_gave_it_under() -> None:
    assert not KINDS["notice_period"].reaches_open_cases


def resigning(**approver: Any) -> dict[str, Any]:
    return {"subject_kind": "resignations", "steps": [{"name": {"en": "S"}, "approvers": [approver]}]}


def test_what_has_no_customer_is_approved_neither_by_a_customers_tier_nor_by_its_owner() -> None:
    chain = resigning(by="customer_owner")
    assert codes(clause("11.6", "approval_chain", chain, {"customer_tier": "key"})) == [
        ("SCOPE_NEVER_MET", "11.6"),
        ("NO_CUSTOMER", "11.6"),
    ]
    of_invoices = chain | {"subject_kind": "invoices", "purpose": "write_off"}
    assert codes(clause("8.3", "approval_chain", of_invoices, {"customer_tier": "key"})) == []


def test_notice_without_a_chain_for_resignations_is_told() -> None:
    notice = clause("11.1", "notice_period", EXAMPLES["notice_period"])
    told = [("RESIGNATIONS_WITHOUT_CHAIN", "11.1")]
    assert codes(notice) == told
    head = resigning(by="department_head")
    assert codes(notice, clause("11.6", "approval_chain", head)) == []
    never = clause("11.6", "approval_chain", head, {"customer_tier": "key"})
    assert codes(notice, never) == [*told, ("SCOPE_NEVER_MET", "11.6")]


@pytest.mark.parametrize(
    ("days", "minutes", "odd"), [(3, 480, True), (2, 480, True), (1, 480, False), (3, 1_441, False)]
)
def test_a_response_in_days_is_not_due_after_a_resolution_in_minutes(days: int, minutes: int, odd: bool) -> None:
    targets = {"p1": {"response": {"working_days": days}, "resolution": {"working_minutes": minutes}}}
    level = clause("4.4", "service_level", {**LEVEL, "targets": targets})
    hours = [["08:00", "12:00"], ["13:00", "17:00"]]
    calendar = {**EXAMPLES["business_calendar"], "weekly_hours": {"monday": hours}}
    found = codes(clause("1.5", "business_calendar", calendar), level)
    assert (("TARGETS_CONTRADICT", "4.4") in found) is odd
