"""Conditions of steps, in CEL: what can be written, what is refused at the desk, and what a case makes of them."""

from typing import Any

import pytest

from domain.kernel.subjects import FactType, SubjectKind, facts_of
from domain.policies.rules import checks, conditions
from domain.policies.rules.chains import Step
from domain.policies.rules.conditions import ConditionFailed
from domain.policies.rules.kinds import ApprovalChain
from tenancy.actor import Actor
from tenancy.database import reading
from tenancy.refusals import Invalid
from tests.conftest import found_company
from tests.domain.approvals.company import BOSS, HEAD, HR, ask, course, founded, lay_down, step, waiting

INVOICE = {"subject_kind": "invoices", "purpose": "write_off"}


def chain(when: str, **more: Any) -> dict[str, Any]:
    return {**INVOICE, "steps": [step(HEAD), step(BOSS, when=when, **more)]}


@pytest.mark.parametrize(
    ("condition", "facts", "holds"),
    [
        ("amount_minor >= 1000000", {"amount_minor": 1000000}, True),
        ("amount_minor >= 1000000", {"amount_minor": 999999}, False),
        ("amount_minor > 500 && currency == 'CNY'", {"amount_minor": 501, "currency": "HKD"}, False),
        ("customer_tier in ['key', 'strategic'] || days_overdue > 90", {"customer_tier": "key"}, True),
        ("!(currency.startsWith('C')) || amount_minor * 2 - 1 > 100", {"currency": "CNY", "amount_minor": 51}, True),
        ("amount_minor > 10 ? open_minor > 5 : false", {"amount_minor": 11, "open_minor": 5}, False),
    ],
)
def test_a_condition_compares_and_combines_facts(condition: str, facts: dict[str, Any], holds: bool) -> None:
    parsed = checks.parse(ApprovalChain, chain(condition))
    assert parsed.takes(parsed.steps[1], facts) is holds


@pytest.mark.parametrize(("day", "holds"), [("2026-12-31", False), ("2027-01-01", True)])
def test_a_day_is_compared_with_a_day(day: str, holds: bool) -> None:
    after = "last_day_on > day('2026-12-31')"
    assert conditions.holds(after, SubjectKind.RESIGNATION, "", {"last_day_on": day}) is holds


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("amont_minor >= 1000000", "no fact “amont_minor”"),
        ("amount_minor >= '1000000'", "different types"),
        ("amount_minor == 3.5", "At character 14: a number is written as a whole one."),
        ("amount_minor >= '1000000'", "meet: a whole number, a text. A text stands in quotation marks"),
        ("customer_tier in [1]", "meet: a text, a list, a whole number."),
        ("amount_minor + 1", "yes or no"),
        ("amount_minor >=", "can't be read"),
        ("", "can't be read"),
        ("amount_minor / 2 > 3", "At character 14: conditions don't reckon with “/”."),
        ("amount_minor % 2 == 0", "At character 14: conditions don't reckon with “%”."),
        ("customer_tier[0] == 'k'", "conditions don't reckon with “[]”."),
        ("string(amount_minor) == '1'", "there is no function “string”. There are: day, has, size, startsWith"),
        ("currency.matches('C.*')", "there is no function “matches”."),
        ("key_post", "no fact “key_post”"),
        ("days_overdue > 3 && x > ", "can't be read"),
    ],
)
def test_what_is_wrong_with_a_condition_is_found_when_the_clause_is_written(condition: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        checks.parse(ApprovalChain, chain(condition), "value")
    assert said in str(refused.value)
    assert refused.value.path == ("value", "steps", "1", "when")


@pytest.mark.parametrize("condition", ["day('tomorrow')", "day('2026-02-30')", "day(post)", "day( '2026-1-1' )"])
def test_a_day_that_is_none_is_found_when_the_clause_is_written(condition: str) -> None:
    value = {"subject_kind": "resignations", "steps": [step(HEAD, when=f"last_day_on > {condition}")]}
    with pytest.raises(Invalid) as refused:
        checks.parse(ApprovalChain, value)
    assert "A day is written as" in str(refused.value)


@pytest.mark.parametrize(
    ("fact", "operator", "value", "said"),
    [
        ("amont_minor", "at_least", 5, "no fact"),
        ("amount_minor", "equals", "5", "is a number"),
        ("currency", "one_of", ["CNY", 5], "is a text"),
        ("currency", "at_least", 5, "is a text"),
    ],
)
def test_a_simple_condition_is_checked_too(fact: str, operator: str, value: Any, said: str) -> None:
    only_if = [{"fact": fact, "operator": operator, "value": value}]
    with pytest.raises(Invalid) as refused:
        checks.parse(ApprovalChain, {**INVOICE, "steps": [step(HEAD, only_if=only_if)]})
    assert said in str(refused.value)
    assert refused.value.path == ("steps", "0", "only_if", "0")


@pytest.mark.parametrize(
    "condition",
    [
        "[1, 2, 3].exists(x, x == amount_minor)",
        "[1, 2].map(x, [1, 2].map(y, x * y)).size() > 3",
        "currency.matches('(a+)+b')",
        "amount_minor / 0 == 1",
        "dyn(amount_minor) == 'a'",
        "int('x') == amount_minor",
        "(" * 400 + "true" + ")" * 400,
        "true" + "||true" * 200,
    ],
)
def test_nothing_can_be_written_that_loops_fails_or_has_no_end(condition: str) -> None:
    with pytest.raises(Invalid):
        checks.parse(ApprovalChain, chain(condition))


def test_a_missing_fact_leaves_no_step_out_in_silence() -> None:
    parsed = checks.parse(ApprovalChain, chain("amount_minor >= 100 && days_overdue > 90"))
    for facts in ({"amount_minor": 100}, {"amount_minor": 100, "days_overdue": None}, {"days_overdue": 91}):
        with pytest.raises(Invalid) as refused:
            parsed.takes(parsed.steps[1], facts)
        assert (refused.value.code, refused.value.values["failure"]) == ("CONDITION_FAILED", "missing")
        assert refused.value.values["fact"] in {"amount_minor", "days_overdue"}
    # Where what is known decides already, what is missing makes no difference.
    assert parsed.takes(parsed.steps[1], {"amount_minor": 99}) is False


def test_a_published_condition_is_read_even_if_its_fact_has_gone() -> None:
    published = ApprovalChain.model_validate(chain("discontinued > 3"))
    with pytest.raises(ConditionFailed) as refused:
        published.takes(published.steps[1], {"amount_minor": 5})
    assert (refused.value.code, refused.value.values["failure"]) == ("CONDITION_FAILED", "unreadable")


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (FactType.NUMBER, 5, True),
        (FactType.NUMBER, -(2**63), 2**63),
        (FactType.FLAG, False, 0),
        (FactType.TEXT, "", 5),
        (FactType.DAY, "2026-11-21", "2026-11-31"),
        (FactType.MEMBER, "0192f0c1-2345-7000-8000-000000000000", "Mr Wang"),
    ],
)
def test_a_fact_is_of_its_type(kind: FactType, right: Any, wrong: Any) -> None:
    assert kind.admits(right)
    assert not kind.admits(wrong)


def test_a_kind_of_record_nobody_asks_about_has_no_facts() -> None:
    assert facts_of(SubjectKind.ARCHIVE) == {}


async def test_each_company_s_own_condition_leads_its_own_way(acme: Actor, globex: Actor) -> None:
    mine, theirs = await founded(acme), await founded(globex)
    await lay_down(acme, step(HEAD, when="!key_post"), step(BOSS, when="key_post"))
    await lay_down(globex, step(HR, when="days_employed < 365"), step(BOSS, when="days_employed >= 365"))
    facts = {"key_post": True, "days_employed": 100}
    here, there = await ask(mine.engineer, **facts), await ask(theirs.engineer, **facts)
    assert set(await waiting(acme, here.id)) == {mine.boss.id}
    assert set(await waiting(globex, there.id)) == {theirs.hr.id}
    third = await found_company()
    async with reading(third) as work:
        assert await work.sql("SELECT id FROM approvals") == []


async def test_a_fact_that_is_missing_stops_the_case_and_not_who_asks(acme: Actor, globex: Actor) -> None:
    mine, theirs = await founded(acme), await founded(globex)
    await lay_down(acme, step(HEAD, when="last_day_on > day('2027-01-01')"))
    await lay_down(globex, step(HEAD, when="!has(last_day_on) || last_day_on > day('2027-01-01')"))
    here, there = await ask(mine.engineer), await ask(theirs.engineer)
    assert set(await waiting(acme, here.id)) == {None}
    assert set(await waiting(globex, there.id)) == {theirs.head.id}
    _, (stop,) = await course(acme, here.id)
    assert stop.problem is not None
    assert (stop.problem["failure"], stop.problem["fact"]) == ("missing", "last_day_on")
    third = await found_company()
    async with reading(third) as work:
        assert await work.sql("SELECT id FROM approval_tasks") == []


CONTRACT = (SubjectKind.CONTRACT, "")


def test_the_form_of_a_condition_tells_how_days_amounts_and_texts_are_written() -> None:
    told = Step.model_json_schema()["properties"]["when"]["description"]
    for example in (
        "currency != 'CNY' || amount_minor >= 1000000",
        "starts_on >= day('2027-01-01')",
        "customer_tier in ['key', 'strategic']",
        "has(ends_on) && ends_on > day('2027-01-01')",
    ):
        assert example in told
        conditions.check(example, *CONTRACT)


@pytest.mark.parametrize(
    ("condition", "ends_on", "holds"),
    [
        ("has(ends_on) && ends_on > day('2027-01-01')", None, False),
        ("has( ends_on ) && ends_on > day('2027-01-01')", "2027-01-02", True),
        ("has(ends_on) && ends_on > day('2027-01-01')", "2026-01-02", False),
        ("!has(ends_on)", None, True),
        ("has(ends_on) ? ends_on < day('2027-01-01') : contract_number == 'has(ends_on)'", None, False),
    ],
)
def test_a_condition_asks_whether_a_fact_is_there(condition: str, ends_on: str | None, holds: bool) -> None:
    conditions.check(condition, *CONTRACT)
    facts = {"contract_number": "C-1"}
    for given in ({**facts, "ends_on": ends_on}, facts) if ends_on is None else ({**facts, "ends_on": ends_on},):
        assert conditions.holds(condition, *CONTRACT, given) is holds
    assert conditions.constant(condition, *CONTRACT) is None


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("ends_on != null", "There is no null. Whether a fact is there is asked with has(…), such as has(ends_on)."),
        ("has(last_day)", "no fact “last_day”"),
        ("_has_ends_on", "no fact “_has_ends_on”"),
        ("has('ends_on')", "has(…) takes the name of a fact and nothing else"),
        ("has(ends_on) && has(starts_on) && x > 1", "no fact “x”"),
        ("ends_on > '2027-01-01'", "At character 9: a day is compared with a day, which is written day('2026-01-31')"),
        ("ends_on - starts_on > 30", "days are neither added nor subtracted"),
        ("ends_on > timestamp('2027-01-01T00:00:00Z')", "There are no times of day"),
        ("has(ends_on) && amount_minor / 2 > 1", "At character 30: conditions don't reckon with"),
    ],
)
def test_asking_for_a_fact_otherwise_is_refused_in_words(condition: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        conditions.check(condition, *CONTRACT)
    assert said in str(refused.value)


async def test_a_module_gives_the_facts_that_it_has_declared(acme: Actor) -> None:
    company = await founded(acme)
    await lay_down(acme, step(HEAD))
    for facts in ({"weather": "fine"}, {"key_post": "yes"}):
        with pytest.raises(ValueError, match="has no fact"):
            await ask(company.engineer, **facts)
