"""What a draft would have made of past cases, clause by clause."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.approvals.rules.steps import LAST_RESORT
from domain.billing.rules import dunning
from domain.kernel.subjects import SubjectKind
from domain.kernel.terms import CustomerTier, Impact, Priority, Urgency
from domain.policies.rules.checks import position
from domain.policies.rules.dunning import HoldKind
from domain.policies.rules.handbooks import Handbook, StoredClause
from domain.policies.rules.kinds import ApprovalChain, ExpertPanel, Metric
from domain.policies.rules.scopes import Case, Scope
from domain.quality.rules import Figure, Verdict
from domain.requests.rules import Change, ClockKind, State
from domain.rulebook.rules import hindsight, trials
from domain.rulebook.rules.hindsight import Compared, Trial
from tenancy.refusals import Invalid
from tests.domain.policies.examples import MATRIX
from tests.domain.policies.handbooks import OFFICE_HOURS

BELOW, ABOVE = UUID(int=2), UUID(int=1)


def draft(*clauses: tuple[str, str, dict[str, Any]] | tuple[str, str, dict[str, Any], dict[str, Any]]) -> Trial:
    """A draft with office hours and these clauses; one department lies below the other."""
    written = [("1.1", "business_calendar", OFFICE_HOURS), *clauses]
    book = Handbook(
        uuid4(),
        "2",
        [
            StoredClause(
                uuid4(), number, position(number), kind, value, Scope.model_validate(scope[0] if scope else {})
            )
            for number, kind, value, *scope in written
        ],
    )
    return Trial(book, {BELOW: ABOVE, ABOVE: None})


def at(text: str) -> datetime:
    """An instant of the week from Monday, 2 November 2026, by the clocks of Shanghai: `2 09:00`."""
    day, wall_time = text.split()
    return datetime.fromisoformat(f"2026-11-{int(day):02}T{wall_time}:00+08:00").astimezone(UTC)


def request(*, breached: frozenset[ClockKind] = frozenset(), resolved: str = "2 11:00") -> hindsight.PastRequest:
    """It came on Monday at nine, was worked on at half past, and was resolved."""
    return hindsight.PastRequest(
        id=uuid4(),
        case=Case(department_id=BELOW, customer_tier=CustomerTier.KEY, priority=Priority.P2),
        tier=CustomerTier.KEY,
        impact=Impact.HIGH,
        urgency=Urgency.HIGH,
        assignee_id=uuid4(),
        changes=[
            Change(at("2 09:00"), State.NEW),
            Change(at("2 09:30"), State.IN_PROGRESS),
            Change(at(resolved), State.RESOLVED),
        ],
        breached=breached,
    )


def level(response: int, resolution: int) -> dict[str, Any]:
    both = {"response": {"working_minutes": response}, "resolution": {"working_minutes": resolution}}
    return {"targets": {"p1": both, "p2": both}}


UNTIL = at("6 18:00")


def compared(trial: Trial, past: hindsight.PastRequest) -> list[tuple[Compared, str | None, Any, Any]]:
    return [
        (each.compared, each.number, each.before, each.after) for each in hindsight.judge_request(past, trial, UNTIL)
    ]


def test_a_stricter_target_would_have_been_missed() -> None:
    past = request()
    (found,) = hindsight.judge_request(past, draft(("3.1", "service_level", level(60, 90))), UNTIL)
    assert (found.compared, found.number, found.before, found.after) == (
        Compared.REQUEST_RESOLUTION,
        "3.1",
        "in_time",
        "late",
    )
    assert (found.subject_kind, found.subject_id, found.member_id) == (SubjectKind.REQUEST, past.id, past.assignee_id)


def test_a_wider_target_would_have_been_met_and_silence_is_no_limit() -> None:
    late = request(breached=frozenset({ClockKind.RESOLUTION}))
    assert compared(draft(("3.1", "service_level", level(60, 480))), late) == [
        (Compared.REQUEST_RESOLUTION, "3.1", "late", "in_time")
    ]
    assert compared(draft(), late) == [(Compared.REQUEST_RESOLUTION, None, "late", "in_time")]
    assert compared(draft(("3.1", "service_level", level(60, 480))), request()) == []


def test_the_clause_for_a_department_above_holds_and_the_nearest_wins() -> None:
    strict = ("3.2", "service_level", level(60, 90), {"department_id": str(ABOVE)})
    wide = ("3.1", "service_level", level(60, 480))
    assert [found[1] for found in compared(draft(wide, strict), request())] == ["3.2"]
    nearer = ("3.3", "service_level", level(60, 480), {"department_id": str(BELOW)})
    assert compared(draft(wide, strict, nearer), request()) == []


def test_another_matrix_gives_another_priority_and_its_targets() -> None:
    first = {**MATRIX, "key": {impact: dict.fromkeys(("low", "medium", "high"), "p1") for impact in MATRIX["key"]}}
    targets = {"targets": {"p1": level(10, 480)["targets"]["p1"], "p2": level(60, 480)["targets"]["p2"]}}
    trial = draft(("2.1", "priority_matrix", {"matrix": first}), ("3.1", "service_level", targets))
    assert compared(trial, request()) == [
        (Compared.REQUEST_PRIORITY, "2.1", Priority.P2, Priority.P1),
        (Compared.REQUEST_RESPONSE, "3.1", "in_time", "late"),
    ]


def test_a_longer_notice_would_have_ended_later() -> None:
    past = hindsight.PastLetter(uuid4(), uuid4(), Scope(department_id=BELOW), date(2026, 3, 2), False, date(2026, 4, 1))
    assert list(hindsight.judge_letter(past, draft(("4.1", "notice_period", {"days": 30})))) == []
    (found,) = hindsight.judge_letter(past, draft(("4.1", "notice_period", {"days": 45})))
    assert (found.before, found.after, found.member_id) == ("2026-04-01", "2026-04-16", past.staff_id)


def ladder(*days: int, **more: Any) -> dict[str, Any]:
    steps = [
        {"number": index, "name": {"en": "S"}, "delay": {"days": each, "kind": "calendar"}, "channel": "email"}
        for index, each in enumerate(days, 1)
    ]
    return {"steps": steps, **more}


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"2026-{day}T12:00:00+08:00")


def sent(number: int, day: str, channel: str = "email", template: str = "friendly") -> hindsight.PastLadderStep:
    """A step that was planned for ten on a day, and taken then."""
    planned_at = datetime.fromisoformat(f"2026-{day}T10:00:00+08:00").astimezone(UTC)
    return hindsight.PastLadderStep(number, planned_at, planned_at, channel, template)


def letters(
    trial: Trial,
    *steps: hindsight.PastLadderStep,
    holds: Sequence[dunning.Hold] = (),
    paid: str = "03-16",
    parts: Sequence[hindsight.PastPayment] = (),
) -> list[tuple[str | None, list[tuple[str, int]]]]:
    """For each difference, the draft's clause, and the days and steps of the letters by it."""
    past = hindsight.PastInvoice(uuid4(), Scope(), date(2026, 3, 1), noon(paid), steps, holds, parts)
    return [
        (each.number, [(letter["on"][5:], letter["step"]) for letter in each.after])
        for each in hindsight.judge_invoice(past, trial)
    ]


FIRST = sent(1, "03-06")


def test_letters_that_would_have_left_before_the_payment_are_counted() -> None:
    held = dunning.Hold(HoldKind.DISPUTE, date(2026, 3, 10), date(2026, 3, 20))
    assert letters(draft(("6.1", "dunning_ladder", ladder(5, 20))), FIRST) == []
    assert letters(draft(("6.1", "dunning_ladder", ladder(5, 14))), FIRST) == [("6.1", [("03-06", 1), ("03-15", 2)])]
    assert letters(draft(("6.1", "dunning_ladder", ladder(5, 14))), FIRST, holds=[held]) == []
    assert letters(draft(), FIRST) == [(None, [])]


def test_a_letter_on_another_day_by_another_channel_or_of_another_text_is_another_letter() -> None:
    assert letters(draft(("6.1", "dunning_ladder", ladder(6, 20))), FIRST) == [("6.1", [("03-07", 1)])]
    same = ladder(5, 20)
    for change in ({"channel": "post"}, {"template": "gentle"}, {"tone": "firm"}):
        changed = {"steps": [{**same["steps"][0], **change}, same["steps"][1]]}
        assert letters(draft(("6.1", "dunning_ladder", changed)), FIRST) == [("6.1", [("03-06", 1)])]
    # Another hour of the same day is none.
    assert letters(draft(("6.1", "dunning_ladder", ladder(5, 20, send_time="16:00"))), FIRST) == []


def test_a_part_payment_moves_the_days_that_follow_as_the_draft_s_ladder_says() -> None:
    part = hindsight.PastPayment(date(2026, 3, 10), noon("03-10"))
    steps = (FIRST, sent(2, "03-24"))
    anew = draft(("6.1", "dunning_ladder", ladder(5, 14)))
    assert letters(anew, *steps, paid="03-31", parts=[part]) == []
    kept = draft(("6.1", "dunning_ladder", ladder(5, 14, after_part_payment="from_due_date")))
    assert letters(kept, *steps, paid="03-31", parts=[part]) == [("6.1", [("03-06", 1), ("03-15", 2)])]


def test_a_step_that_waited_for_its_approval_puts_off_the_one_behind_it_in_the_draft_too() -> None:
    late = hindsight.PastLadderStep(1, FIRST.planned_at, noon("03-09"), "email", "friendly")
    trial = draft(("6.1", "dunning_ladder", ladder(5, 7)))
    assert letters(trial, late, sent(2, "03-10")) == []
    assert letters(trial, FIRST, sent(2, "03-10")) == [("6.1", [("03-06", 1), ("03-08", 2)])]


def test_what_nobody_approved_would_have_waited_and_all_behind_it() -> None:
    asking = ladder(5, 7)
    asking["steps"][0]["needs_approval"] = True
    trial = draft(("6.1", "dunning_ladder", asking))
    assert letters(trial) == []
    assert letters(trial, FIRST) == [("6.1", [])]
    approved = replace(FIRST, taken_at=noon("03-09"), approved=True)
    assert letters(trial, approved, sent(2, "03-10")) == []
    # The approval is as old as it is, though the draft would have asked for it earlier.
    asking["steps"][0]["delay"]["days"] = 3
    trial = draft(("6.1", "dunning_ladder", asking))
    assert letters(trial, approved, sent(2, "03-10")) == [("6.1", [("03-04", 1), ("03-10", 2)])]
    assert letters(trial, approved, paid="03-08") == [("6.1", [])]


def test_a_higher_target_would_have_been_missed_and_a_larger_sample_not_judged() -> None:
    past = hindsight.PastResult(uuid4(), Scope(), Metric.SATISFACTION, Figure(9, 10), Verdict.MET)

    def verdicts(percent: str, least: int) -> list[Any]:
        value = {"metric": "satisfaction", "at_least_percent": percent, "minimum_sample": least}
        return [each.after for each in hindsight.judge_result(past, draft(("8.1", "quality_target", value)))]

    assert (verdicts("90", 10), verdicts("95", 1), verdicts("90", 11)) == ([], ["missed"], ["no_data"])


def chain(*names: str, **more: Any) -> dict[str, Any]:
    steps = [{"name": {"en": name}, "approvers": [{"by": "department_head"}], **more} for name in names]
    return {"subject_kind": "resignations", "steps": steps}


def test_other_steps_would_have_been_taken() -> None:
    old = ApprovalChain.model_validate(chain("Head"))
    facts = {"notice_days": 30}
    past = hindsight.PastApproval(uuid4(), uuid4(), SubjectKind.RESIGNATION, "", Scope(), old, facts)
    assert list(hindsight.judge_approval(past, draft(("5.1", "approval_chain", chain("Head"))))) == []
    (found,) = hindsight.judge_approval(past, draft(("5.1", "approval_chain", chain("Head", "Boss"))))
    assert [step["name"]["en"] for step in found.after] == ["Head", "Boss"]
    others = [{"by": "department_head"}, {"by": "administrator"}]
    for change in ({"approvers": others}, {"approvers": others, "mode": "all"}, {"mode": "all"}):
        (found,) = hindsight.judge_approval(past, draft(("5.1", "approval_chain", chain("Head", **change))))
        assert found.after[0]["mode"] == change.get("mode", "any")
        assert found.after[0]["approvers"] == change.get("approvers", [{"by": "department_head"}])
    asks = chain("Head", only_if=[{"fact": "waived_days", "operator": "at_least", "value": 1}])
    with pytest.raises(Invalid):
        list(hindsight.judge_approval(past, draft(("5.1", "approval_chain", asks))))


def test_an_administrator_who_decided_for_want_of_others_is_no_difference() -> None:
    seldom = chain("Boss", only_if=[{"fact": "notice_days", "operator": "at_least", "value": 90}])
    vacant = chain("Head")
    for asked in (seldom, vacant):
        own = ApprovalChain.model_validate(asked)
        went_by = ApprovalChain.model_validate(own.model_copy(update={"steps": (*own.steps, LAST_RESORT)}).stored())
        past = hindsight.PastApproval(
            uuid4(), uuid4(), SubjectKind.RESIGNATION, "", Scope(), went_by, {"notice_days": 30}
        )
        assert list(hindsight.judge_approval(past, draft(("5.1", "approval_chain", asked)))) == []
        (found,) = hindsight.judge_approval(past, draft(("5.1", "approval_chain", chain("Board"))))
        assert [step["name"]["en"] for step in found.after] == ["Board"]
        assert [step["name"]["en"] for step in found.before] == (["Administrator"] if asked is seldom else ["Head"])


def test_a_panel_of_other_people_makes_another_chain_of_the_same_words() -> None:
    def panel(post: str) -> dict[str, Any]:
        return {"name": "Experts", "members": [{"by": "post", "value": post}]}

    asks = chain("Panel", approvers=[{"by": "expert_panel", "value": "Experts"}])
    old = ApprovalChain.model_validate(asks)
    before = {"Experts": ExpertPanel.model_validate(panel("Engineer"))}
    past = hindsight.PastApproval(uuid4(), uuid4(), SubjectKind.RESIGNATION, "", Scope(), old, {}, before)

    def people(post: str) -> list[Any]:
        trial = draft(("5.1", "approval_chain", asks), ("5.2", "expert_panel", panel(post)))
        return [found.after[0]["approvers"] for found in hindsight.judge_approval(past, trial)]

    assert people("Engineer") == []
    assert people("Pilot") == [[{"by": "post", "value": "Pilot"}]]


@pytest.mark.parametrize(
    ("now", "months", "begins"),
    [
        ("2026-11-21T10:00:00+08:00", 3, "2026-08-21T00:00:00+08:00"),
        ("2026-03-31T10:00:00+08:00", 1, "2026-02-28T00:00:00+08:00"),
        ("2026-01-15T01:00:00+08:00", 13, "2024-12-15T00:00:00+08:00"),
    ],
)
def test_a_trial_begins_with_a_local_day(now: str, months: int, begins: str) -> None:
    assert trials.begins_at(datetime.fromisoformat(now), months, "Asia/Shanghai") == datetime.fromisoformat(begins)


@pytest.mark.parametrize("months", [0, 25, -1])
def test_a_trial_looks_back_a_bounded_time(months: int) -> None:
    with pytest.raises(Invalid) as refused:
        trials.begins_at(datetime(2026, 11, 21, tzinfo=UTC), months, "Asia/Shanghai")
    assert refused.value.path == ("months",)


def test_differences_are_counted_by_clause() -> None:
    found = list(hindsight.judge_request(request(), draft(("3.1", "service_level", level(10, 90))), UNTIL))
    once = trials.counted({}, found)
    assert once == {"3.1": {"request_response": 1, "request_resolution": 1}}
    assert trials.counted(once, found) == {"3.1": {"request_response": 2, "request_resolution": 2}}
