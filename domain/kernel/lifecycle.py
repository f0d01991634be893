"""Lifecycles: the states of a kind of record, and the moves that lead from one to another, as a table."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from tenancy.refusals import WrongState, message

StateT = TypeVar("StateT", bound=StrEnum)
MoveT = TypeVar("MoveT", bound=StrEnum)
MemberT = TypeVar("MemberT", bound=StrEnum)


class Labels(tuple[str, ...]):
    """Marked words inside a refusal's values: whoever translates the sentence translates each of them too."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(self)


class Lifecycle(Generic[StateT, MoveT]):
    """A table `(state, move) -> state`, whole and checked when it is written.

    `states` and `moves` give every member of the two enumerations its marked label. Raises `ValueError` when a member
    has no label, when a state cannot be reached from the initial one, or when a move leads nowhere.
    """

    def __init__(
        self,
        *,
        initial: StateT,
        table: Mapping[tuple[StateT, MoveT], StateT],
        states: Mapping[StateT, str],
        moves: Mapping[MoveT, str],
    ) -> None:
        self.initial = initial
        self.table = dict(table)
        self.state_labels = dict(states)
        self.move_labels = dict(moves)
        self._check()

    def _check(self) -> None:
        _complete("state", type(self.initial), self.state_labels)
        _complete("move", type(next(iter(self.move_labels))), self.move_labels)
        used = {move for _, move in self.table}
        idle = [str(move) for move in self.move_labels if move not in used]
        if idle:
            raise ValueError(f"moves that no state allows: {', '.join(idle)}")
        lost = [str(state) for state in self.state_labels if state not in self.reachable()]
        if lost:
            raise ValueError(f"states that no move leads to: {', '.join(lost)}")

    def next(self, state: StateT, move: MoveT) -> StateT:
        """The state a move leads to. Raises `WrongState`, which names the state and the moves it does allow."""
        if not self.allows(state, move):
            raise self.refusal(state, move)
        return self.table[state, move]

    def allows(self, state: StateT, move: MoveT) -> bool:
        """Whether a move leads out of a state."""
        return (state, move) in self.table

    def refusal(self, state: StateT, move: MoveT) -> WrongState:
        """What is said to whoever tries a move that the state does not allow."""
        allowed = self.moves(state)
        values = {
            "move": Labels((self.move_labels[move],)),
            "state": Labels((self.state_labels[state],)),
            "allowed": Labels(self.move_labels[possible] for possible in allowed),
        }
        if not allowed:
            return WrongState(message("“{move}” is not possible: the state is “{state}”, which is final."), values)
        return WrongState(
            message("“{move}” is not possible in the state “{state}”, which allows only: {allowed}."), values
        )

    def moves(self, state: StateT) -> tuple[MoveT, ...]:
        """The moves a state allows, in the order of the moves' labels; none when the state is final."""
        return tuple(move for move in self.move_labels if self.allows(state, move))

    def is_final(self, state: StateT) -> bool:
        """Whether no move leads out of the state."""
        return not self.moves(state)

    def reachable(self) -> frozenset[StateT]:
        """Every state that some sequence of moves leads to, the initial one included."""
        found, pending = {self.initial}, [self.initial]
        while pending:
            state = pending.pop()
            targets = {target for (source, _), target in self.table.items() if source == state}
            pending.extend(targets - found)
            found |= targets
        return frozenset(found)

    def diagram(self) -> str:
        """The table as a Mermaid state diagram, for the documentation."""
        lines = ["stateDiagram-v2"]
        lines += [f"    {state.value}: {label}" for state, label in self.state_labels.items()]
        lines.append(f"    [*] --> {self.initial.value}")
        for state in self.state_labels:
            for move in self.moves(state):
                target = self.table[(state, move)]
                lines.append(f"    {state.value} --> {target.value}: {self.move_labels[move]}")
            if self.is_final(state):
                lines.append(f"    {state.value} --> [*]")
        return "\n".join(lines) + "\n"


def _complete(kind: str, members: type[MemberT], labels: Mapping[MemberT, str]) -> None:
    missing = [member.value for member in members if member not in labels]
    if missing:
        raise ValueError(f"every {kind} needs a label: {', '.join(missing)}")
