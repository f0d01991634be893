"""Lifecycles: a table of moves that is whole, and refuses in words."""

from enum import StrEnum
from typing import Any

import pytest

from domain.kernel.lifecycle import Labels, Lifecycle
from tenancy.refusals import WrongState


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    WALLED_UP = "walled_up"


class Handling(StrEnum):
    SHUT = "shut"
    OPEN = "open"
    WALL_UP = "wall_up"


STATES = {Door.OPEN: "Open", Door.SHUT: "Shut", Door.WALLED_UP: "Walled up"}
MOVES = {Handling.SHUT: "Shut it", Handling.OPEN: "Open it", Handling.WALL_UP: "Wall it up"}
TABLE = {
    (Door.OPEN, Handling.SHUT): Door.SHUT,
    (Door.SHUT, Handling.WALL_UP): Door.WALLED_UP,
    (Door.SHUT, Handling.OPEN): Door.OPEN,
}


def door(**changes: Any) -> Lifecycle[Door, Handling]:
    return Lifecycle(**{"initial": Door.OPEN, "table": TABLE, "states": STATES, "moves": MOVES, **changes})


def test_a_move_leads_from_state_to_state() -> None:
    assert door().next(Door.OPEN, Handling.SHUT) is Door.SHUT


def test_the_allowed_moves_come_in_the_order_of_their_labels() -> None:
    assert door().moves(Door.SHUT) == (Handling.OPEN, Handling.WALL_UP)
    assert door().moves(Door.WALLED_UP) == ()
    assert door().is_final(Door.WALLED_UP)


def test_a_wrong_move_names_the_state_and_the_moves_that_are_possible() -> None:
    with pytest.raises(WrongState) as caught:
        door().next(Door.SHUT, Handling.SHUT)
    assert str(caught.value) == "“Shut it” is not possible in the state “Shut”, which allows only: Open it, Wall it up."
    assert caught.value.values["allowed"] == Labels(("Open it", "Wall it up"))


def test_a_final_state_says_that_it_is_final() -> None:
    with pytest.raises(WrongState, match="“Walled up”, which is final"):
        door().next(Door.WALLED_UP, Handling.OPEN)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"states": {Door.OPEN: "Open", Door.SHUT: "Shut"}}, "every state needs a label: walled_up"),
        ({"moves": {Handling.OPEN: "Open it", Handling.SHUT: "Shut it"}}, "every move needs a label: wall_up"),
        ({"table": {key: to for key, to in TABLE.items() if key[1] != Handling.OPEN}}, "no state allows: open"),
        ({"table": {**TABLE, (Door.SHUT, Handling.WALL_UP): Door.OPEN}}, "no move leads to: walled_up"),
    ],
)
def test_a_table_with_holes_is_refused_when_it_is_written(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        door(**changes)


def test_the_diagram_shows_every_state_and_move() -> None:
    assert door().diagram() == (
        "stateDiagram-v2\n"
        "    open: Open\n"
        "    shut: Shut\n"
        "    walled_up: Walled up\n"
        "    [*] --> open\n"
        "    open --> shut: Shut it\n"
        "    shut --> open: Open it\n"
        "    shut --> walled_up: Wall it up\n"
        "    walled_up --> [*]\n"
    )
