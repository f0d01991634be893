"""The catalogue of clause kinds: what each takes, and that a wrong value is refused where it is wrong."""

import re
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.kernel.terms import CustomerTier, Impact, Priority, Urgency
from domain.policies.rules import checks
from domain.policies.rules.comparisons import Condition, Operator
from domain.policies.rules.kinds import (
    KINDS,
    ApprovalChain,
    BackupSchedule,
    BusinessCalendarClause,
    PriorityMatrix,
    ServiceLevel,
)
from domain.policies.rules.sentences import read_all
from domain.policies.rules.values import Wording
from tenancy.language import Language, translate
from tenancy.refusals import Invalid
from tests.domain.policies.examples import EXAMPLES, MATRIX
from tests.domain.policies.handbooks import OFFICE_HOURS
from tests.domain.policies.regulation import BLANKS, CHAPTERS, RECORDS


def changed(kind: str, value: Any, *path: str | int) -> dict[str, Any]:
    """The example of a kind with one place changed."""
    example = deepcopy(EXAMPLES[kind])
    place: Any = example
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return example


def rows_named(model: type) -> list[str]:
    """The rows of the requirements of which a docstring speaks."""
    return re.findall(r"\b[A-Z]{2}-\d+\b", model.__doc__ or "")


def test_every_kind_has_an_example_here() -> None:
    assert set(EXAMPLES) == set(KINDS)


@pytest.mark.parametrize(
    ("row", "filled_in_by"),
    [*((row, KINDS[kind]) for row, _, kind in BLANKS), *((row, model) for row, _, model in RECORDS)],
)
def test_what_a_regulation_leaves_blank_is_filled_in_by_what_names_its_row(row: str, filled_in_by: type) -> None:
    assert row in rows_named(filled_in_by)


def test_kinds_name_rows_of_chapters_that_there_are() -> None:
    named = {row.split("-")[0] for kind in KINDS.values() for row in rows_named(kind)}
    # What is offered stands in the catalogue of services, not in clauses.
    assert named == set(CHAPTERS) - {"SC"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_stored_value_is_read_again_as_the_same_value(kind: str) -> None:
    value = checks.parse(KINDS[kind], EXAMPLES[kind], "value")
    assert checks.parse(KINDS[kind], value.stored(), "value") == value
    assert hash(value.topic) is not None
    assert KINDS[kind].json_schema()["type"] == "object"


def described(schema: dict[str, Any]) -> dict[str, str]:
    """What a schema says of each property, its own and those of its parts, by their places."""
    parts = {"": schema, **schema.get("$defs", {})}

    def said(form: dict[str, Any]) -> str:
        # What it would say again of the part that it refers to is left out there.
        meant = parts.get(form.get("$ref", "").removeprefix("#/$defs/"), {})
        return str(form.get("description") or meant.get("description", ""))

    return {
        f"{part}.{name}": said(property)
        for part, form in parts.items()
        for name, property in form.get("properties", {}).items()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_property_of_a_value_is_described_for_whoever_writes_it(kind: str) -> None:
    found = described(KINDS[kind].json_schema())
    assert bool(found) == bool(KINDS[kind].model_fields)
    assert [place for place, said in found.items() if not said.endswith(".")] == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_takes_a_field_it_does_not_know(kind: str) -> None:
    with pytest.raises(Invalid) as refused:
        checks.parse(KINDS[kind], {**EXAMPLES[kind], "colour": "red"}, "value")
    assert refused.value.path == ("value", "colour")


@pytest.mark.parametrize(
    ("kind", "path", "wrong", "says"),
    [
        ("business_calendar", ("zone",), "Mars/Olympus", "time zone"),
        ("business_calendar", ("weekly_hours", "monday"), [["18:00", "09:00"]], "end before they begin"),
        ("priority_matrix", ("matrix", "key", "high", "high"), "p9", "One of these"),
        ("service_level", ("targets", "p1", "response", "working_minutes"), 0, "least possible is 1"),
        ("service_level", ("targets", "p1", "response", "working_minutes"), "30", "number is needed"),
        ("service_level", ("targets", "p1", "response", "working_minutes"), True, "number is needed"),
        ("service_level", ("targets", "p1", "response"), {}, "either in working minutes or in working days"),
        ("service_level", ("targets", "p1", "response"), {"working_minutes": 300}, "after the resolution"),
        ("service_level", ("warning_fractions",), ["0.8", "0.5"], "smallest fraction"),
        ("service_level", ("warning_fractions", 0), "1.5", "less than 1"),
        ("service_level", ("escalation", 1, "offset_working_minutes"), -60, "order in which they come"),
        ("notice_period", ("days",), 0, "allowed explicitly"),
        ("notice_period", ("days",), -1, "least possible is 0"),
        ("notice_period", ("day_kind",), "lunar", "One of these"),
        ("approval_chain", ("steps",), [], "At least one entry is needed"),
        ("approval_chain", ("subject_kind",), "weather", "One of these"),
        ("approval_chain", ("steps", 0, "quorum"), 2, "quorum"),
        ("approval_chain", ("steps", 0, "deadline"), None, "there is no deadline"),
        ("approval_chain", ("steps", 0, "approvers", 0), {"by": "post"}, "names its post"),
        ("approval_chain", ("steps", 0, "approvers", 0), {"by": "superior"}, "level"),
        ("approval_chain", ("steps", 0, "approvers", 0), {"by": "member", "value": "Mr Wang"}, "id of a member"),
        ("approval_chain", ("steps", 0, "name"), {}, "at least one language"),
        ("approval_chain", ("steps", 1, "only_if", 0, "operator"), "at_least", "whole numbers"),
        ("dunning_ladder", ("steps", 1, "number"), 3, "numbered 1, 2, 3"),
        ("dunning_ladder", ("steps", 1, "delay", "days"), 3, "does not come after"),
        ("dunning_ladder", ("steps", 1, "fee", "minor"), -1, "must not be negative"),
        ("dunning_ladder", ("steps", 1, "fee", "currency"), "XXX", "not a currency"),
        ("satisfaction_survey", ("satisfied_from",), 6, "lies above 1 and is at most 5"),
        ("quality_target", ("at_least_percent",), "101", "most possible is 100"),
        ("backup_schedule", ("cron",), "0 2 * * *", "either a time"),
        ("publishing_rules", ("dry_run_months",), None, "only be signed where"),
        ("role_definition", ("permissions",), ["journal.read", "journal.read"], "listed twice"),
        ("role_definition", ("permissions", 0), "all", "One of these"),
        ("password_rules", ("least_length",), 6, "least possible is 8"),
        ("confidentiality_agreement", ("needed_from",), "public", "needs no signature"),
        ("inspection_schedule", ("when", "every"), "daily", "day of the month"),
        ("inspection_schedule", ("when", "every"), "weekly", "day of the week"),
        ("complaint_handling", ("proposal", "working_days"), 9, "acknowledged first"),
        ("return_visits", ("after_days",), [30, 7], "soonest to the last"),
        ("expert_review", ("when_complex",), "no", "true or false"),
        ("discount_limit", ("free_percent",), "30", "can't be more"),
        ("payment_terms", ("instalments", 0, "share_percent"), "40", "add up to 110"),
        ("reported_target", ("at_least_percent",), "90", "either at least or at most"),
        ("appraisal_scheme", ("raters", "peer"), "20", "add up to 90"),
        ("document_loan", ("remind_before_working_days",), 5, "before the loan begins"),
        ("expiry_reminders", ("days_before",), [7, 30], "most days"),
        ("risk_matrix", ("levels",), [["high", "low"], ["low", "low"]], "lower level"),
        ("risk_matrix", ("levels",), [["low", "low"], ["low", "low", "low"]], "as many levels"),
        ("backup_schedule", ("daily_at",), "25:00", "not a time of day"),
    ],
)
def test_a_wrong_value_is_refused_where_it_is_wrong(kind: str, path: tuple[Any, ...], wrong: Any, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        checks.parse(KINDS[kind], changed(kind, wrong, *path), "value")
    place = tuple(str(part) for part in path)
    given = refused.value.path
    assert given[0] == "value"
    # What doesn't fit another field may be told at that one, beside it.
    beside = given[1:-1] == place[:-1]
    assert beside or place[: len(given) - 1] == given[1:] or given[1 : 1 + len(place)] == place
    assert says in str(refused.value)


def test_all_faults_of_a_value_are_found_at_once() -> None:
    wrong = {"days": -1, "probation_days": 400, "day_kind": "lunar"}
    assert [fault.path for fault in checks.faults(KINDS["notice_period"], wrong, "value")] == [
        ("value", "days"),
        ("value", "day_kind"),
        ("value", "probation_days"),
    ]
    assert checks.faults(KINDS["notice_period"], {"days": 30}) == []


def test_what_holds_a_fault_is_none_and_a_place_of_several_forms_is_one() -> None:
    condition = {"fact": "A b", "operator": "equals", "value": {"int": 1}}
    step = {"name": {"en": "S"}, "approvers": [{"by": "nobody"}], "only_if": [condition]}
    wrong = {"subject_kind": "resignations", "steps": [step], "int": 1}
    with pytest.raises(Invalid) as refused:
        checks.parse(KINDS["approval_chain"], wrong, "value")
    found = [refused.value, *refused.value.further]
    assert [fault.path[1:] for fault in found] == [
        ("steps", "0", "approvers", "0", "by"),
        ("steps", "0", "only_if", "0", "fact"),
        ("steps", "0", "only_if", "0", "value"),
        ("int",),
    ]
    assert str(found[2]) == "A number, a text, true or false, or a list of them is needed here."


def test_a_value_that_is_no_object_is_refused() -> None:
    for nothing in ([], "text", 5, None, object()):
        with pytest.raises(Invalid):
            checks.parse(KINDS["notice_period"], nothing, "value")


def test_the_calendar_s_value_is_the_calendar() -> None:
    calendar = checks.parse(BusinessCalendarClause, OFFICE_HOURS)
    assert calendar.is_open(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))


def test_a_matrix_with_a_gap_is_refused_and_a_whole_one_rates() -> None:
    gap = deepcopy(MATRIX)
    del gap["key"]["low"]["high"]
    with pytest.raises(Invalid) as refused:
        checks.parse(PriorityMatrix, {"matrix": gap}, "value")
    assert refused.value.values == {"tier": "key", "impact": "low", "urgency": "high"}
    whole = checks.parse(PriorityMatrix, {"matrix": MATRIX})
    assert whole.rate(CustomerTier.KEY, Impact.LOW, Urgency.HIGH) is Priority.P2


def test_a_priority_without_targets_has_no_limit() -> None:
    level = checks.parse(ServiceLevel, EXAMPLES["service_level"])
    assert level.targets_for(Priority.P3) is None
    promised = level.targets_for(Priority.P4)
    assert promised is not None
    assert promised.response is None


def test_a_text_that_is_missing_is_taken_from_the_nearest_language() -> None:
    assert checks.parse(Wording, {"zh_Hant": "請假"}).in_language("zh_Hans") == "請假"
    both = checks.parse(Wording, {"zh_Hans": "请假", "en": "Leave"})
    assert (both.zh_Hant, both.in_language("en"), both.in_language("fr")) == ("请假", "Leave", "Leave")


def test_a_schedule_goes_by_the_wall_clock_of_the_company() -> None:
    daily = checks.parse(BackupSchedule, {"daily_at": "02:30", "keep_days": 30})
    at = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
    assert daily.next_after(at, "Asia/Shanghai").isoformat() == "2026-11-22T02:30:00+08:00"
    weekdays = checks.parse(BackupSchedule, {"cron": "0 3 * * 1-5", "keep_days": 30})
    assert weekdays.next_after(at, "Asia/Shanghai").isoformat() == "2026-11-23T03:00:00+08:00"
    with pytest.raises(Invalid):
        checks.parse(BackupSchedule, {"cron": "every day", "keep_days": 30})


@pytest.mark.parametrize(
    ("operator", "value", "fact", "holds"),
    [
        (Operator.AT_LEAST, 1000, 1000, True),
        (Operator.MORE_THAN, 1000, 1000, False),
        (Operator.AT_MOST, 1000, 1000, True),
        (Operator.LESS_THAN, 1000, 999, True),
        (Operator.EQUALS, "key", "key", True),
        (Operator.EQUALS, True, False, False),
        (Operator.DIFFERS, "key", "standard", True),
        (Operator.ONE_OF, ("key", "strategic"), "standard", False),
    ],
)
def test_a_condition_compares_a_fact(operator: Operator, value: Any, fact: Any, holds: bool) -> None:
    assert Condition(fact="given", operator=operator, value=value).holds({"given": fact}) is holds


@pytest.mark.parametrize("facts", [{}, {"amount_minor": None}, {"amount_minor": "1000"}, {"amount_minor": True}])
def test_an_amount_that_is_not_known_leaks_through_no_condition(facts: dict[str, Any]) -> None:
    condition = Condition(fact="amount_minor", operator=Operator.AT_LEAST, value=1000)
    with pytest.raises(Invalid) as refused:
        condition.holds(facts)
    assert (refused.value.code, refused.value.values["fact"]) == ("CONDITION_FAILED", "amount_minor")


def test_what_is_in_another_currency_meets_a_comparison_that_names_its_own() -> None:
    condition = Condition(fact="amount_minor", operator=Operator.AT_LEAST, value=1000, currency="CNY")
    assert [condition.holds({"amount_minor": minor, "currency": "CNY"}) for minor in (999, 1000)] == [False, True]
    assert condition.holds({"amount_minor": 1, "currency": "USD"})
    with pytest.raises(Invalid) as refused:
        condition.holds({"amount_minor": 1})
    assert refused.value.values["fact"] == "currency"


@pytest.mark.parametrize(
    ("subject", "condition", "place"),
    [
        ("contracts", {"fact": "amount_minor", "operator": "at_least", "value": 1, "currency": "XXX"}, ()),
        ("contracts", {"fact": "amount_minor", "operator": "differs", "value": 1, "currency": "CNY"}, ("currency",)),
        ("contracts", {"fact": "notice_days", "operator": "at_least", "value": 1, "currency": "CNY"}, ("currency",)),
        ("contracts", {"fact": "amount_minor", "operator": "at_least", "value": 1, "currency": "YUAN"}, ("currency",)),
    ],
)
def test_a_comparison_has_a_currency_that_there_is_and_only_for_an_amount(
    subject: str, condition: dict[str, Any], place: tuple[str, ...]
) -> None:
    step = {"name": {"en": "S"}, "approvers": [{"by": "administrator"}], "only_if": [condition]}
    with pytest.raises(Invalid) as refused:
        checks.parse(KINDS["approval_chain"], {"subject_kind": subject, "steps": [step]}, "value")
    assert refused.value.path == ("value", "steps", "0", "only_if", "0", *place)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", Language)
def test_a_clause_without_a_text_of_its_own_can_be_read_in_every_language(kind: str, language: Language) -> None:
    value = checks.parse(KINDS[kind], EXAMPLES[kind], "value")
    lines = read_all(value.standard_text(), language)
    assert (lines == "") == (kind == "provision")
    assert "{" not in lines
    assert "_" not in lines.replace("zh_", "") or kind in ("role_definition", "message_template")
    if language is not Language.EN and kind != "provision":
        # Nothing is left in English.
        assert any("\u4e00" <= sign <= "\u9fff" for sign in lines)
        assert lines != read_all(value.standard_text(), Language.EN)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_what_it_is_for_and_by_which_name_people_know_it(kind: str) -> None:
    known = KINDS[kind]
    assert (known.__doc__ or "").strip()
    assert known.label
    assert translate(known.label, Language.ZH_HANS) != known.label
    assert len(set(known.dimensions)) == len(known.dimensions)


def test_what_a_clause_says_reads_like_a_rule() -> None:
    def read(kind: str, language: str) -> str:
        return read_all(checks.parse(KINDS[kind], EXAMPLES[kind], "value").standard_text(), language)

    assert read("auto_confirm", "en") == (
        "A resolved request closes by itself after 3 working days without a word of its requester."
    )
    assert read("retention", "zh_Hans") == "操作日志保存 3650 天。"
    assert read("notice_period", "zh_Hant").startswith("須提前 30 個")
    assert read("payment_terms", "en").endswith("Contracts are paid in parts: On signing 30 %, On acceptance 70 %.")


def test_what_costs_money_or_acts_by_itself_is_told() -> None:
    step = {"name": {"en": "Reminder"}, "channel": "email"}
    ladder = {
        "steps": [
            {**step, "number": 1, "delay": {"days": 3}},
            {
                **step,
                "number": 2,
                "delay": {"days": 10},
                "fee": {"minor": 5000, "currency": "CNY"},
                "fee_percent": "1.5",
                "late_interest_rate": "5.20",
                "needs_approval": True,
            },
        ],
        "send_time": "09:30",
    }
    levels = {
        **EXAMPLES["service_level"],
        "escalation": [
            {"offset_working_minutes": -60, "superior_level": 1},
            {"offset_working_minutes": 0, "superior_level": 2},
            {"offset_working_minutes": 30, "superior_level": 3},
        ],
    }

    def lines(kind: str, value: Any, language: str = "en") -> list[str]:
        return read_all(checks.parse(KINDS[kind], value, "value").standard_text(), language).splitlines()

    assert lines("dunning_ladder", ladder)[:7] == [
        "Step 1, Reminder: by e-mail, 3 calendar days after the due date.",
        "Step 2, Reminder: by e-mail, 10 calendar days after the due date.",
        "With step 2 a fee of CN¥50.00 is asked.",
        "With step 2 a fee of 1.5 % of what is outstanding is asked.",
        "With step 2 late interest of 5.2 % a year is asked, reckoned from the due date.",
        "Step 2 is carried out only once somebody has approved it.",
        "Steps are carried out at 09:30.",
    ]
    assert "第 2 步另按年利率 5.2% 收取滞纳利息，自到期日起计算。" in lines("dunning_ladder", ladder, "zh_Hans")
    assert "The tax is 6 %, where a line of an invoice does not say another." in lines(
        "payment_terms", {"due_days": 30, "tax_percent": "6"}
    )
    assert lines("service_level", levels)[2:] == [
        "A warning is given when 50 %, 80 % of the time is used up.",
        "The superior of level 1 is told 60 working minutes before the deadline.",
        "The superior of level 2 is told when the deadline has come.",
        "The superior of level 3 is told 30 working minutes after the deadline.",
    ]
    assert not [line for line in lines("service_level", levels, "zh_Hans") if "  " in line]


@pytest.mark.parametrize("written", ["1_000", "1e1", " 5", "5 ", "٥", "+5", "5.", ".5", "NaN", "", "0x5"])
def test_a_number_with_decimals_is_written_plainly(written: str) -> None:
    value = {"metric": "satisfaction", "at_least_percent": written}
    (fault,) = checks.faults(KINDS["quality_target"], value, "value")
    assert fault.path == ("value", "at_least_percent")
    assert "is not a number" in str(fault)


@pytest.mark.parametrize(("written", "meant"), [(20, "20"), (20.5, "20.5"), (0.1, "0.1"), ("0.10", "0.10")])
def test_a_number_with_decimals_is_a_text_or_a_number(written: Any, meant: str) -> None:
    target = checks.parse(KINDS["quality_target"], {"metric": "satisfaction", "at_least_percent": written}, "value")
    assert target.stored()["at_least_percent"] == meant


@pytest.mark.parametrize("written", [True, None, [20], 1e30, float("nan")])
def test_what_is_no_plain_number_is_none(written: Any) -> None:
    assert checks.faults(KINDS["quality_target"], {"metric": "satisfaction", "at_least_percent": written}, "value")


def test_what_was_published_before_numbers_were_read_strictly_is_still_read() -> None:
    target = KINDS["quality_target"].model_validate({"metric": "satisfaction", "at_least_percent": "9E+1"})
    assert target.stored()["at_least_percent"] in ("90", "9E+1")


def test_a_chain_is_told_in_words_with_names_and_without_ids() -> None:
    person = UUID("0192f0c1-2345-7000-8000-000000000000")
    value = {
        "subject_kind": "invoices",
        "purpose": "write_off",
        "informed": [{"by": "post", "value": "CFO"}],
        "steps": [
            {
                "name": {"en": "Finance"},
                "mode": "quorum",
                "quorum": 2,
                "approvers": [
                    {"by": "member", "value": str(person)},
                    {"by": "superior", "level": 2},
                    {"by": "fact", "value": "account_owner_id"},
                ],
                "only_if": [{"fact": "open_minor", "operator": "at_least", "value": 100}],
                "when": "days_overdue > 3",
                "deadline": {"working_days": 2},
                "on_deadline": "escalate",
                "when_vacant": "stop",
                "when_requester": "skip",
            }
        ],
    }
    chain = checks.parse(ApprovalChain, value, "value")
    assert read_all(chain.standard_text(), Language.EN, {person: "Wang Wei"}).splitlines() == [
        "Approval is needed for invoices (purpose: write-off).",
        "Step 1, Finance: Wang Wei, the requester's superior 2 levels up, who looks after the customer; "
        "at least 2 of them agree.",
        "Only if all of this holds: what is still owed, in the smallest unit of its currency is at least 100, "
        "how many days it is overdue is more than 3.",
        "The time is 2 working days; then it goes to the next superior, and behind the last to administrators of "
        "approvals.",
        "Where nobody is found who may decide, it waits until an administrator names somebody.",
        "Where only the requester is found, the step is passed over.",
        "A copy of the outcome goes to: the holders of the post “CFO”.",
        "The requester may ask for haste again after 24 h.",
    ]
    for language in Language:
        unknown = read_all(chain.standard_text(), language)
        assert str(person) not in unknown
        assert "王伟" in read_all(chain.standard_text(), language, {person: "王伟"})


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (
            "days_overdue > 3 && customer_tier == 'key'",
            "how many days it is overdue is more than 3, the customer's tier is key",
        ),
        ("(days_overdue <= 3)", "how many days it is overdue is at most 3"),
        (
            "days_overdue > 3 && currency in ['CNY', 'HKD'] || 100 < open_minor",
            "how many days it is overdue is more than 3 and the currency is one of CNY, HKD, "
            "or what is still owed, in the smallest unit of its currency is more than 100",
        ),
        ("open_minor * 2 > amount_minor", "“open_minor * 2 > amount_minor” holds"),
        ("days_overdue > 3 && open_minor + 1 > 2", "“days_overdue > 3 && open_minor + 1 > 2” holds"),
        ("!(days_overdue > 3)", "“!(days_overdue > 3)” holds"),
        ("currency in []", "“currency in []” holds"),
    ],
)
def test_a_condition_is_put_in_words_where_words_say_the_whole_of_it(when: str, said: str) -> None:
    assert told(when, "invoices", "write_off")[2] == f"Only if all of this holds: {said}."


def told(when: str, kind: str, purpose: str = "", language: str = "en") -> list[str]:
    """A chain of one step with a condition, as it is told."""
    step = {"name": {"en": "Head"}, "approvers": [{"by": "department_head"}], "when": when}
    chain = checks.parse(ApprovalChain, {"subject_kind": kind, "purpose": purpose, "steps": [step]}, "value")
    return read_all(chain.standard_text(), language).splitlines()


def test_days_and_flags_in_a_condition_are_told_as_such() -> None:
    when = "last_day_on >= day('2027-01-01') && !key_post"
    assert told(when, "resignations")[2] == (
        "Only if all of this holds: the last working day is at least Jan 1, 2027, whether it is a key post: no."
    )
    assert "2027年1月1日" in told(when, "resignations", language="zh_Hans")[2]


def test_nothing_is_said_to_come_after_no_days_at_all() -> None:
    for kind, path, expected in (
        ("publishing_rules", "least_days_before_effect", "A version of the handbook may take effect as soon as"),
        ("reopen_window", "working_days", "A closed request is not reopened."),
    ):
        value = checks.parse(KINDS[kind], {**EXAMPLES[kind], path: 0}, "value")
        assert read_all(value.standard_text(), "en").startswith(expected)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"event": "requests.escalated"}, ("value", "event")),
        ({"event": "requests.closed", "body": {"en": "{solution}"}}, ("value", "body")),
        ({"event": "requests.resolved", "subject": {"en": "{number}", "zh_Hans": "{nummer}"}}, ("value", "subject")),
        ({"event": "requests.resolved", "body": {"en": "{contact.email}"}}, ("value", "body")),
    ],
)
def test_a_letter_without_occasion_or_with_a_blank_that_nothing_fills_is_refused(
    value: dict[str, Any], path: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as refused:
        checks.parse(KINDS["message_template"], value, "value")
    assert refused.value.path == path


def test_a_template_from_before_anything_acted_on_it_is_still_read() -> None:
    old = {"event": "visits.planned", "subject": {"en": "{when}"}, "body": {"en": "{what}"}}
    found = KINDS["message_template"].model_validate(old)
    assert found.topic == "visits.planned"
    assert found.standard_text()


@pytest.mark.parametrize(
    ("kind", "path", "wrong", "place"),
    [
        ("notice_period", ("days",), 0, ("days",)),
        ("notice_period", ("probation_days",), 0, ("probation_days",)),
        ("dunning_ladder", ("steps", 1, "number"), 7, ("steps", "1", "number")),
        ("dunning_ladder", ("steps", 1, "delay", "days"), 3, ("steps", "1", "delay")),
        ("service_level", ("warning_fractions",), [0.5, 0.9, 0.9], ("warning_fractions", "2")),
        ("expiry_reminders", ("days_before",), [7, 30], ("days_before", "1")),
        ("publishing_rules", ("dry_run_months",), None, ("dry_run_signed",)),
        ("expert_panel", ("members", 0), {"by": "superior", "level": 1}, ("members", "0", "by")),
    ],
)
def test_what_does_not_fit_the_rest_is_found_at_its_own_place(
    kind: str, path: tuple[Any, ...], wrong: Any, place: tuple[str, ...]
) -> None:
    faults = checks.faults(KINDS[kind], changed(kind, wrong, *path), "value")
    assert [fault.path for fault in faults] == [("value", *place)]
