"""Which steps of its course a request still lacks, what they keep it from, and for how long it may be reopened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.policies.rules.kinds.handling import Demand, Step
from domain.requests.rules.states import Move, State

# By which move each step is taken.
TAKEN_BY: Mapping[Step, Move] = {
    Step.TRIAGE: Move.TRIAGE,
    Step.DIAGNOSIS: Move.DIAGNOSE,
    Step.SOLUTION: Move.AGREE,
    Step.START: Move.START,
    Step.CLOSING: Move.CLOSE,
}
# What a step that is needed and not taken keeps one from.
NEEDED_BEFORE: Mapping[Move, tuple[Step, ...]] = {
    Move.ASSIGN: (Step.TRIAGE,),
    Move.PROPOSE: (Step.DIAGNOSIS,),
    Move.START: (Step.DIAGNOSIS, Step.SOLUTION),
    Move.RESOLVE: (Step.DIAGNOSIS, Step.SOLUTION, Step.START),
}

# What has to be done first where no clause says anything of the course.
USUAL_DEMANDS = (Demand.CHILDREN, Demand.PARTS)


def missing(needed: Sequence[Step], moves: Sequence[Move | None]) -> list[Step]:
    """The steps that are needed and not taken by the moves so far, in the order of the course.

    Once taken is enough for a request that is reopened too, but it has to be closed again.
    """
    closed_anew = moves[len(moves) - list(reversed(moves)).index(Move.REOPEN) :] if Move.REOPEN in moves else moves
    return [
        step
        for step in Step
        if step in needed and TAKEN_BY[step] not in (closed_anew if step is Step.CLOSING else moves)
    ]


def lacking(move: Move, missing: Collection[Step]) -> list[Step]:
    """Of the steps that a request lacks, those which keep it from a move."""
    return [step for step in NEEDED_BEFORE.get(move, ()) if step in missing]


@dataclass(frozen=True, slots=True)
class Window:
    """Until when, and how often, a closed request may be reopened; None is no limit. Going back before it is closed is
    neither bounded nor counted."""

    until: datetime | None = None
    most_times: int | None = None

    def is_over(self, state: State, at: datetime) -> bool:
        """Whether it is too late; what is not closed yet can always be reopened."""
        return state is State.CLOSED and self.until is not None and at > self.until

    def is_used_up(self, state: State, times: int) -> bool:
        """Whether it was reopened after closing, `times` so far, as often as it may be."""
        return state is State.CLOSED and self.most_times is not None and times >= self.most_times
