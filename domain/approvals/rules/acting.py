"""Who may act from which seat, their own or that of somebody who is away: the one rule that commands follow.

`queries/acting.py` says the same inside statements.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from domain.approvals.rules.obstacles import DUTIES, Act, Obstacle, Place
from domain.approvals.rules.states import SeatReason, TaskState


class Seated(Protocol):
    """What is to be known of a seat to tell who acts from it."""

    id: UUID
    step: int
    round: int
    state: TaskState
    assignee_id: UUID | None
    instead_of_id: UUID | None
    anchor_id: UUID | None
    seat_reason: SeatReason | None


@dataclass(frozen=True)
class Case:
    """An approval, as far as it says who acts: whose matter it is, and the seats in it."""

    requester_id: UUID
    own_of: frozenset[UUID]
    seats: tuple[Any, ...]


def has_voice(person_id: UUID | None, seat: Seated, seats: Iterable[Seated]) -> bool:
    """Whether somebody has a voice of their own beside a seat, in the step in which it stands. What they said there for
    who sits in this seat too is that person's voice, who may have one in each of several groups."""
    return any(
        other.assignee_id == person_id
        and (other.step, other.round) == (seat.step, seat.round)
        and other.state is not TaskState.VOID
        and not (other.seat_reason is SeatReason.DELEGATED and other.instead_of_id == seat.assignee_id)
        for other in seats
    )


def concerned(person_id: UUID | None, requester_id: UUID, own_of: Collection[UUID]) -> Obstacle | None:
    """Whether it is somebody's own request or matter."""
    if person_id == requester_id:
        return Obstacle.OWN_REQUEST
    return Obstacle.OWN_MATTER if person_id in own_of else None


def obstacle(
    act: Act, person_id: UUID | None, seat: Seated, case: Case, *, stands_in: bool, passable: bool
) -> Obstacle | None:
    """What keeps somebody from acting from a seat that nobody has decided from yet; None where they may.

    `stands_in` says whether they decide now for who sits there; `passable` whether the step lets stand-ins pass on.
    """
    place = DUTIES[act].place
    own = person_id is not None and seat.assignee_id == person_id
    if not own and (not stands_in or place is Place.OWN_SEAT or (place is Place.PASSABLE_SEAT and not passable)):
        return Obstacle.NOT_YOURS
    if not own and (found := concerned(person_id, case.requester_id, case.own_of)) is not None:
        return found
    if place is Place.PASSABLE_SEAT:
        return None
    if not own and has_voice(person_id, seat, case.seats):
        return Obstacle.TWO_VOICES
    if place is Place.OWN_SEAT and seat.anchor_id is not None:
        return Obstacle.ADDED_SEAT
    return Obstacle.HELD if seat.state is TaskState.HELD else None
