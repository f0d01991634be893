"""The states of a request, and what people write into one."""

import pytest

from domain.policies.rules.kinds.handling import Step
from domain.requests import rules
from domain.requests.rules import LIFECYCLE, Move, State
from domain.requests.rules.course import TAKEN_BY
from tenancy.refusals import Invalid, WrongState


def test_a_request_goes_from_new_to_closed() -> None:
    state = LIFECYCLE.initial
    seen = []
    for move in (
        Move.TRIAGE,
        Move.ASSIGN,
        Move.DIAGNOSE,
        Move.PROPOSE,
        Move.AGREE,
        Move.START,
        Move.RESOLVE,
        Move.CONFIRM,
        Move.CLOSE,
    ):
        state = LIFECYCLE.next(state, move)
        seen.append(state)
    assert seen == [
        State.TRIAGED,
        State.ASSIGNED,
        State.DIAGNOSING,
        State.PROPOSED,
        State.AGREED,
        State.IN_PROGRESS,
        State.RESOLVED,
        State.CONFIRMED,
        State.CLOSED,
    ]


def test_a_routine_request_takes_the_short_way() -> None:
    state = LIFECYCLE.initial
    for move in (Move.ASSIGN, Move.START, Move.HOLD, Move.RESUME, Move.RESOLVE, Move.CONFIRM, Move.CLOSE):
        state = LIFECYCLE.next(state, move)
    assert state is State.CLOSED


@pytest.mark.parametrize("held", [State.DIAGNOSING, State.AGREED, State.IN_PROGRESS])
def test_what_was_on_hold_goes_on_where_it_was_held(held: State) -> None:
    assert LIFECYCLE.next(held, Move.HOLD) is State.ON_HOLD
    # Handed over meanwhile, it is still on hold.
    assert rules.resumed([State.NEW, State.ASSIGNED, held, State.ON_HOLD, State.ON_HOLD]) is held


def test_a_step_that_is_not_taken_keeps_one_from_what_comes_after_it() -> None:
    needed = (Step.SOLUTION, Step.TRIAGE, Step.CLOSING)
    assert rules.missing(needed, [None]) == [Step.TRIAGE, Step.SOLUTION, Step.CLOSING]
    assert rules.missing(needed, [None, Move.TRIAGE, Move.AGREE]) == [Step.CLOSING]
    assert rules.lacking(Move.RESOLVE, [Step.TRIAGE, Step.SOLUTION]) == [Step.SOLUTION]
    assert rules.lacking(Move.ASSIGN, [Step.TRIAGE, Step.SOLUTION]) == [Step.TRIAGE]
    assert rules.lacking(Move.CANCEL, list(Step)) == []


def test_a_reopened_request_is_closed_again_but_not_agreed_again() -> None:
    needed, moves = (Step.SOLUTION, Step.CLOSING), [None, Move.AGREE, Move.CLOSE]
    assert rules.missing(needed, moves) == []
    assert rules.missing(needed, [*moves, Move.REOPEN]) == [Step.CLOSING]


def test_no_step_leads_into_a_dead_end() -> None:
    # Whatever is missing, each state that is not final leaves a way to the move that takes the step.
    for step, taken_by in TAKEN_BY.items():
        for state in State:
            if state in (State.CANCELLED, State.MERGED, State.CLOSED):
                continue
            reached, pending = {state}, [state]
            while pending:
                here = pending.pop()
                for move in LIFECYCLE.moves(here):
                    if not rules.lacking(move, [step]):
                        there = LIFECYCLE.next(here, move)
                        pending += [there] if there not in reached else []
                        reached.add(there)
            assert any(LIFECYCLE.allows(here, taken_by) for here in reached), (step, state)


@pytest.mark.parametrize("state", [State.RESOLVED, State.CONFIRMED, State.CLOSED])
def test_a_reopened_request_is_assigned_again(state: State) -> None:
    assert LIFECYCLE.next(state, Move.REOPEN) is State.ASSIGNED


def test_what_the_first_call_settles_is_resolved_without_a_start() -> None:
    assert LIFECYCLE.next(State.ASSIGNED, Move.RESOLVE) is State.RESOLVED


def test_a_request_that_nobody_owns_cannot_be_resolved() -> None:
    with pytest.raises(WrongState, match="which allows only: Triage, Assign, Cancel, Merge into another"):
        LIFECYCLE.next(State.NEW, Move.RESOLVE)


def test_only_a_cancelled_or_merged_request_is_final() -> None:
    assert [state for state in State if LIFECYCLE.is_final(state)] == [State.CANCELLED, State.MERGED]


def test_every_state_says_what_it_does_to_every_clock() -> None:
    assert all(set(rules.TREATMENT[kind]) == set(State) for kind in rules.ClockKind)


def test_a_title_is_one_line() -> None:
    assert rules.clean_title("  VPN\n  is   down ") == "VPN is down"
    assert rules.clean_title("系" * 200) == "系" * 200


def test_a_description_keeps_its_lines_and_may_be_empty() -> None:
    assert rules.clean_description("one\r\n\ttwo\rthree\n") == "one\n\ttwo\nthree"
    assert rules.clean_description("") == ""


@pytest.mark.parametrize("title", ["", " \n ", "系" * 201, "bell\x07", "nul\x00", "half \ud83d"])
def test_a_title_out_of_bounds_is_refused_with_its_path(title: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.clean_title(title)
    assert caught.value.path == ("title",)


def test_an_overlong_description_says_how_long_it_may_be() -> None:
    with pytest.raises(Invalid, match="20001 characters; at most 20000"):
        rules.clean_description("x" * 20_001)


def test_a_hold_needs_a_reason() -> None:
    with pytest.raises(Invalid, match="must not be empty"):
        rules.clean_reason("  ")
