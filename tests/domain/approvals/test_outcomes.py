"""What the decisions of a step amount to: checked against a model that tries every way the rest could decide."""

from collections.abc import Iterable
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.approvals.rules import steps
from domain.approvals.rules.states import LIFECYCLE, TASK_LIFECYCLE, State, TaskMove, TaskState, moves
from domain.approvals.rules.steps import StepOutcome, Voice, clean_comment, digest, taken
from domain.kernel.subjects import SubjectKind
from domain.policies.rules.chains import Mode, Step
from domain.policies.rules.kinds import ApprovalChain
from tenancy.refusals import Invalid

A, R, W, V, S = TaskState.APPROVED, TaskState.REJECTED, TaskState.WAITING, TaskState.VOID, TaskState.SKIPPED


def step(mode: Mode, quorum: int | None = None, percent: int | None = None) -> Step:
    """A step whose decisions are counted in one way."""
    how: dict[str, Any] = {"mode": mode, "approvers": [{"by": "administrator"}], "name": {"en": "Step"}}
    if mode is Mode.QUORUM:
        how |= {"quorum_percent": percent} if percent else {"quorum": quorum or 1}
    return Step.model_validate(how)


def outcome(mode: Mode, quorum: int | None, states: Iterable[TaskState]) -> StepOutcome:
    """What votes in one group amount to."""
    return steps.outcome(step(mode, quorum), [Voice(state) for state in states])


votes = st.lists(st.sampled_from([A, R, W]), min_size=1, max_size=6)


def agreed(mode: Mode, quorum: int, decided: tuple[TaskState, ...]) -> bool:
    """The model: whether a step in which everybody has decided has agreed."""
    if mode is Mode.ALL:
        return all(vote is A for vote in decided)
    return sum(vote is A for vote in decided) >= min(quorum, len(decided))


@given(votes, st.sampled_from([Mode.ALL, Mode.QUORUM]), st.integers(1, 6))
def test_votes_are_open_exactly_while_the_rest_could_still_change_the_outcome(
    states: list[TaskState], mode: Mode, quorum: int
) -> None:
    ways = product(*([vote] if vote is not W else [A, R] for vote in states))
    possible = {agreed(mode, quorum, way) for way in ways}
    expected = {True: StepOutcome.PASSED, False: StepOutcome.FAILED}
    result = outcome(mode, quorum if mode is Mode.QUORUM else None, states)
    assert result is (StepOutcome.OPEN if len(possible) == 2 else expected[possible.pop()])


@given(votes, st.sampled_from(Mode), st.integers(1, 6), st.lists(st.sampled_from([V, S]), max_size=3))
def test_seats_that_are_void_or_skipped_do_not_count(
    states: list[TaskState], mode: Mode, quorum: int, others: list[TaskState]
) -> None:
    assert outcome(mode, quorum, states + others) is outcome(mode, quorum, states)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([W, W], StepOutcome.OPEN),
        ([W, A], StepOutcome.PASSED),
        ([R, W], StepOutcome.FAILED),
    ],
)
def test_where_any_one_decides_the_first_decision_is_the_step_s(states: list[TaskState], expected: StepOutcome) -> None:
    assert outcome(Mode.ANY, None, states) is expected


@given(votes, st.sampled_from(Mode), st.integers(1, 6))
def test_a_decided_step_stays_decided(states: list[TaskState], mode: Mode, quorum: int) -> None:
    before = outcome(mode, quorum, states)
    if before is StepOutcome.OPEN:
        return
    for index, vote in enumerate(states):
        # Where the first decision is the step's, nobody can decide any more.
        if vote is W and mode in (Mode.ALL, Mode.QUORUM):
            for decision in (A, R):
                assert outcome(mode, quorum, [*states[:index], decision, *states[index + 1 :]]) is before


@given(votes, st.integers(1, 100))
def test_so_many_per_cent_are_a_quorum_of_as_many_seats_rounded_up(states: list[TaskState], percent: int) -> None:
    needed = max(1, -(-len(states) * percent // 100))
    voices = [Voice(state) for state in states]
    by_percent = steps.outcome(step(Mode.QUORUM, percent=percent), voices)
    assert by_percent is steps.outcome(step(Mode.QUORUM, needed), voices)


@pytest.mark.parametrize(
    ("percent", "states", "expected"),
    [
        (60, [A, A, A, W, W], StepOutcome.PASSED),
        (60, [A, A, W, W, W], StepOutcome.OPEN),
        # Two who are left can't make three of five any more: it is over at once.
        (60, [A, R, R, R, W], StepOutcome.FAILED),
        (51, [A, W], StepOutcome.OPEN),
        (100, [A, R], StepOutcome.FAILED),
        (1, [R, R, W], StepOutcome.OPEN),
    ],
)
def test_a_quorum_by_per_cent_fails_as_soon_as_it_can_no_more_be_reached(
    percent: int, states: list[TaskState], expected: StepOutcome
) -> None:
    assert steps.outcome(step(Mode.QUORUM, percent=percent), [Voice(state) for state in states]) is expected


@pytest.mark.parametrize(
    ("voices", "expected", "spoken"),
    [
        ([("a", A), ("a", W), ("b", W)], StepOutcome.OPEN, {"a"}),
        ([("a", A), ("b", W), ("b", A)], StepOutcome.PASSED, {"a", "b"}),
        ([("a", R), ("b", W)], StepOutcome.FAILED, {"a"}),
        ([("a", A), ("b", V)], StepOutcome.PASSED, {"a"}),
        ([("a", W)], StepOutcome.OPEN, set()),
    ],
)
def test_of_each_group_one_agrees(voices: list[tuple[str, TaskState]], expected: StepOutcome, spoken: set[str]) -> None:
    heard = [Voice(state, group) for group, state in voices]
    assert steps.outcome(step(Mode.PER_GROUP), heard) is expected
    assert steps.decided_groups(step(Mode.PER_GROUP), heard) == spoken


def test_a_chain_by_amount_takes_the_steps_whose_conditions_hold() -> None:
    chain = ApprovalChain.model_validate(
        {
            "subject_kind": "invoices",
            "purpose": "write_off",
            "steps": [
                {"name": {"en": "Manager"}, "approvers": [{"by": "superior", "level": 1}]},
                {
                    "name": {"en": "Director"},
                    "approvers": [{"by": "superior", "level": 2}],
                    "only_if": [{"fact": "amount_minor", "operator": "more_than", "value": 1_000_000}],
                },
            ],
        }
    )
    assert taken(chain, {"amount_minor": 1_000_000}) == [True, False]
    assert taken(chain, {"amount_minor": 1_000_001}) == [True, True]
    with pytest.raises(Invalid):
        taken(chain, {})


def test_what_is_approved_is_fixed_by_its_facts_not_by_their_order() -> None:
    one = digest(SubjectKind.INVOICE, UUID(int=1), "", {"a": 1, "b": [1, 2]})
    assert one == digest(SubjectKind.INVOICE, UUID(int=1), "", {"b": [1, 2], "a": 1})
    assert one != digest(SubjectKind.INVOICE, UUID(int=1), "", {"a": 1, "b": [2, 1]})
    assert one != digest(SubjectKind.INVOICE, UUID(int=1), "write_off", {"a": 1, "b": [1, 2]})


def test_a_rejection_says_why_and_no_comment_is_endless() -> None:
    assert clean_comment("  ", needed=False) == ""
    for wrong, needed in (("  ", True), ("x" * 2001, False)):
        with pytest.raises(Invalid) as refused:
            clean_comment(wrong, needed=needed)
        assert refused.value.path == ("comment",)


def test_every_end_is_an_end() -> None:
    assert [state for state in State if not LIFECYCLE.is_final(state)] == [State.WAITING]
    assert [state for state in TaskState if not TASK_LIFECYCLE.is_final(state)] == [TaskState.WAITING, TaskState.HELD]


def test_a_seat_is_its_holder_s_to_decide_and_an_administrator_s_to_give_away() -> None:
    holder = moves(W, is_assignee=True, is_administrator=False)
    assert holder == (TaskMove.APPROVE, TaskMove.REJECT, TaskMove.RETURN, TaskMove.TRANSFER)
    assert moves(W, is_assignee=False, is_administrator=True) == (TaskMove.TRANSFER,)
    assert moves(W, is_assignee=False, is_administrator=False) == ()
    assert moves(A, is_assignee=True, is_administrator=True) == ()
