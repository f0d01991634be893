"""The states of a request, and what people write into one."""

import pytest

from domain.requests import rules
from domain.requests.rules import LIFECYCLE, Move, State
from tenancy.refusals import Invalid, WrongState


def test_a_request_goes_from_new_to_closed() -> None:
    state = LIFECYCLE.initial
    for move in (Move.ASSIGN, Move.START, Move.HOLD, Move.RESUME, Move.RESOLVE, Move.CONFIRM):
        state = LIFECYCLE.next(state, move)
    assert state is State.CLOSED


@pytest.mark.parametrize("state", [State.RESOLVED, State.CLOSED])
def test_a_reopened_request_is_assigned_again(state: State) -> None:
    assert LIFECYCLE.next(state, Move.REOPEN) is State.ASSIGNED


def test_what_the_first_call_settles_is_resolved_without_a_start() -> None:
    assert LIFECYCLE.next(State.ASSIGNED, Move.RESOLVE) is State.RESOLVED


def test_a_request_that_nobody_owns_cannot_be_resolved() -> None:
    with pytest.raises(WrongState, match="Possible are: Assign, Cancel"):
        LIFECYCLE.next(State.NEW, Move.RESOLVE)


def test_only_a_cancelled_request_is_final() -> None:
    assert [state for state in State if LIFECYCLE.is_final(state)] == [State.CANCELLED]


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
