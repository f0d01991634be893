"""Who may make which move, whole; and what is still to come on a clock."""

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.permissions import Permission
from domain.kernel.terms import Priority
from domain.policies.rules.kinds.handling import Step
from domain.requests import rules
from domain.requests.rules import (
    DUTIES,
    LIFECYCLE,
    Change,
    ClockKind,
    ClockState,
    MarkKind,
    Move,
    Obstacle,
    Reached,
    Standing,
    State,
)
from tenancy.refusals import Forbidden, WrongState
from tests.domain.requests.company import SOFTWARE_CALENDAR, SOFTWARE_LEVEL, at

PROMISED = SOFTWARE_LEVEL.targets_for(Priority.P1)
assert PROMISED is not None
RESOLUTION = PROMISED.resolution


def nobody(_: Permission) -> bool:
    return False


def everybody(_: Permission) -> bool:
    return True


def test_every_move_says_who_makes_it() -> None:
    assert set(DUTIES) == set(Move)


@pytest.mark.parametrize(("move", "state"), list(product(Move, State)))
def test_whoever_assigns_may_do_all_that_the_state_allows(move: Move, state: State) -> None:
    found = rules.obstacles(move, Standing(state, handed_over=True, support_tier=2), everybody)
    assert found == ([] if (state, move) in LIFECYCLE.table else [Obstacle.WRONG_STATE])


@pytest.mark.parametrize(("move", "state"), list(product(Move, State)))
def test_without_permission_not_even_the_requester_and_assignee_may(move: Move, state: State) -> None:
    found = rules.obstacles(move, Standing(state, is_requester=True, is_assignee=True), nobody)
    assert found[0] is Obstacle.FORBIDDEN


@pytest.mark.parametrize("move", Move)
def test_each_move_is_its_own_side_s(move: Move) -> None:
    def only(permission: Permission) -> bool:
        return permission is DUTIES[move].permission and permission is not Permission.REQUESTS_ASSIGN

    state = next(state for state, possible in LIFECYCLE.table if possible is move)
    sides = {
        side
        for side in ("requester", "assignee")
        if not rules.obstacles(
            move,
            Standing(state, side == "requester", side == "assignee", handed_over=True, support_tier=2),
            only,
        )
    }
    assert (
        sides
        == {
            Move.TRIAGE: set(),
            Move.ASSIGN: set(),
            Move.HAND_OVER: {"assignee"},
            Move.HAND_BACK: {"assignee"},
            Move.DIAGNOSE: {"assignee"},
            Move.PROPOSE: {"assignee"},
            Move.AGREE: {"requester"},
            Move.DECLINE: {"requester"},
            Move.START: {"assignee"},
            Move.HOLD: {"assignee"},
            Move.RESUME: {"assignee"},
            Move.RESOLVE: {"assignee"},
            Move.CONFIRM: {"requester"},
            Move.CLOSE: {"assignee"},
            Move.REOPEN: {"requester"},
            Move.CANCEL: {"requester"},
            Move.MERGE: {"assignee"},
            Move.RAISE: {"assignee"},
            Move.RETURN: {"assignee"},
        }[move]
    )


def test_every_obstacle_says_what_is_wrong() -> None:
    assert isinstance(rules.refusal(Obstacle.FORBIDDEN, Move.START, Standing(State.NEW)), Forbidden)
    assert rules.refusal(Obstacle.NOT_YOURS, Move.START, Standing(State.NEW)).code == "NOT_YOURS"
    assert rules.refusal(Obstacle.OWN_WORK, Move.CONFIRM, Standing(State.RESOLVED)).code == "OWN_WORK"
    assert isinstance(rules.refusal(Obstacle.WRONG_STATE, Move.START, Standing(State.NEW)), WrongState)
    told = rules.refusal(Obstacle.STEP_MISSING, Move.START, Standing(State.ASSIGNED, missing=[Step.SOLUTION]))
    assert str(told) == "The handbook asks for this first: a solution that the requester agrees to before the work."
    assert rules.refusal(Obstacle.NOT_HANDED_OVER, Move.HAND_BACK, Standing(State.ASSIGNED)).code == "NOT_HANDED_OVER"
    assert rules.refusal(Obstacle.HIGHEST_TIER, Move.RAISE, Standing(State.ASSIGNED)).code == "HIGHEST_TIER"
    assert rules.refusal(Obstacle.LOWEST_TIER, Move.RETURN, Standing(State.ASSIGNED)).code == "LOWEST_TIER"
    assert rules.refusal(Obstacle.WINDOW_OVER, Move.REOPEN, Standing(State.CLOSED)).code == "WINDOW_OVER"
    assert rules.refusal(Obstacle.WINDOW_USED_UP, Move.REOPEN, Standing(State.CLOSED)).code == "WINDOW_USED_UP"


def test_what_comes_at_one_instant_comes_in_the_order_of_its_weight() -> None:
    level = SOFTWARE_LEVEL.model_copy(update={"escalation": SOFTWARE_LEVEL.escalation[:1]})
    segments = rules.segments_of(ClockKind.RESOLUTION, [Change(at("Mon 1 09:00"), State.NEW)])
    marks = rules.coming(level, RESOLUTION, segments, SOFTWARE_CALENDAR, at("Mon 1 09:00"), Reached())
    assert [(mark.kind, mark.number) for mark in marks] == [
        (MarkKind.WARNING, 1),
        (MarkKind.WARNING, 2),
        (MarkKind.ESCALATION, 1),
        (MarkKind.BREACH, 1),
    ]


def test_what_has_come_does_not_come_again() -> None:
    segments = rules.segments_of(ClockKind.RESOLUTION, [Change(at("Mon 1 09:00"), State.NEW)])
    reached = Reached(warnings=2, breach=True, levels=1)
    [left] = rules.coming(SOFTWARE_LEVEL, RESOLUTION, segments, SOFTWARE_CALENDAR, at("Tue 2 09:00"), reached)
    assert (left.kind, left.number, left.at) == (MarkKind.ESCALATION, 2, at("Mon 1 15:00"))


def test_a_level_before_the_start_comes_with_the_start() -> None:
    segments = rules.segments_of(ClockKind.RESOLUTION, [Change(at("Mon 1 10:00"), State.NEW)])
    early = rules.escalation_at(-600, segments, RESOLUTION, SOFTWARE_CALENDAR, at("Mon 1 10:00"))
    assert early == at("Mon 1 10:00")


starts = st.datetimes(datetime(2026, 6, 1), datetime(2026, 6, 20), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds
gaps = st.timedeltas(min_value=at("Mon 1 09:00") - at("Mon 1 09:00"), max_value=at("Wed 3 09:00") - at("Mon 1 09:00"))


@st.composite
def histories(draw: st.DrawFn) -> tuple[Change, ...]:
    changes = [Change(draw(starts), LIFECYCLE.initial)]
    for _ in range(draw(st.integers(0, 8))):
        moves = LIFECYCLE.moves(changes[-1].state)
        if moves:
            state = LIFECYCLE.next(changes[-1].state, draw(st.sampled_from(moves)))
            changes.append(Change(changes[-1].at + draw(gaps), state, draw(st.sampled_from(["customer", ""]))))
    return tuple(changes)


@given(histories(), st.sampled_from(ClockKind), st.booleans())
def test_a_clock_stands_in_one_way_that_fits_its_request(
    history: tuple[Change, ...], kind: ClockKind, breached: bool
) -> None:
    now = history[-1].at
    reading = rules.read(kind, history, RESOLUTION, SOFTWARE_CALENDAR, now, breached=breached)
    assert (reading.stopped_at is None) == (
        reading.state in {ClockState.RUNNING, ClockState.PAUSED} or (breached and rules.stop(kind, history) is None)
    )
    assert reading.due_at is None or reading.stopped_at is None
    assert (reading.state is ClockState.BREACHED) == breached
    marks = rules.coming(
        SOFTWARE_LEVEL, RESOLUTION, rules.segments_of(kind, history), SOFTWARE_CALENDAR, now, Reached()
    )
    assert bool(marks) == (reading.due_at is not None)
    assert [mark.number for mark in marks if mark.kind is MarkKind.ESCALATION] in ([], [1, 2])
    assert marks == sorted(marks, key=lambda mark: mark.place)
