"""What the decisions of a step amount to, which steps a subject goes through, and what exactly is approved."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar
from unicodedata import category
from uuid import UUID

import orjson

from domain.approvals.rules.states import EndReason, TaskState
from domain.kernel.terms import Language
from domain.policies.rules.chains import Approver, ApproverKind, Chain, Mode, Step, WhenVacant
from domain.policies.rules.conditions import ConditionFailed
from domain.policies.rules.values import Wording
from tenancy.refusals import Invalid, message

COMMENT_LENGTH = 2000
# Unicode's categories of blanks, of what steers the text, and of what has no width, such as U+200B.
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})

# Where a chain's conditions and vacancies leave nobody to decide, an administrator does: silence is no consent.
LAST_RESORT = Step(
    name=Wording(
        **{Language.ZH_HANS.value: "管理员", Language.ZH_HANT.value: "管理員", Language.EN.value: "Administrator"}
    ),
    approvers=(Approver(by=ApproverKind.ADMINISTRATOR),),
    when_vacant=WhenVacant.STOP,
)


class StepOutcome(StrEnum):
    """Whether a step is still open, has agreed, or has refused."""

    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True)
class Voice:
    """What one seat has decided; the group is the entry of the step's approvers that led to it."""

    state: TaskState
    group: str = ""


def outcome(step: Step, voices: Iterable[Voice]) -> StepOutcome:
    """What the seats of a step have decided so far; it is decided as soon as the rest can't change it any more.

    Any one: the first decision is the step's. All: the first rejection refuses. A quorum, in number or per cent: so
    many agree, or so few are left that they no longer can. Per group: the first decision of each group is the group's,
    and all groups agree. Seats that are skipped or void don't count.
    """
    counted = [voice for voice in voices if voice.state not in _UNCOUNTED]
    if step.mode is not Mode.PER_GROUP:
        return _counted(step, [voice.state for voice in counted])
    groups: dict[str, list[TaskState]] = {}
    for voice in counted:
        groups.setdefault(voice.group, []).append(voice.state)
    results = {_first(states) for states in groups.values()}
    if StepOutcome.FAILED in results:
        return StepOutcome.FAILED
    return StepOutcome.PASSED if results == {StepOutcome.PASSED} else StepOutcome.OPEN


def decided_groups(step: Step, voices: Iterable[Voice]) -> set[str]:
    """The groups of a step in which somebody has spoken for all."""
    spoken = {TaskState.APPROVED, TaskState.REJECTED}
    return {voice.group for voice in voices if voice.state in spoken} if step.mode is Mode.PER_GROUP else set()


OPEN = {TaskState.WAITING, TaskState.HELD}
_UNCOUNTED = {TaskState.SKIPPED, TaskState.VOID}


def _counted(step: Step, states: Sequence[TaskState]) -> StepOutcome:
    if step.mode is Mode.ANY:
        return _first(states)
    agreed, rejected = states.count(TaskState.APPROVED), states.count(TaskState.REJECTED)
    needed = needed_of(step, len(states))
    if states and agreed >= needed:
        return StepOutcome.PASSED
    return StepOutcome.FAILED if rejected > len(states) - needed else StepOutcome.OPEN


def _first(states: Sequence[TaskState]) -> StepOutcome:
    if TaskState.APPROVED in states:
        return StepOutcome.PASSED
    return StepOutcome.FAILED if TaskState.REJECTED in states else StepOutcome.OPEN


def needed_of(step: Step, seats: int) -> int:
    """How many of so many seats have to agree where votes are counted; a part of a seat is a whole one."""
    if step.quorum_percent is not None:
        return max(1, -(-seats * step.quorum_percent // 100))
    return seats if step.quorum is None else min(step.quorum, seats)


@dataclass(frozen=True)
class Stage:
    """What is decided side by side: one step alone, or branches of steps one after the other, by their places."""

    branches: tuple[tuple[int, ...], ...]

    @property
    def first(self) -> int:
        """The place of its first step."""
        return self.branches[0][0]

    def branch_of(self, index: int) -> tuple[int, ...]:
        """The branch in which a step stands."""
        return next(branch for branch in self.branches if index in branch)


def stages(chain: Chain) -> list[Stage]:
    """The stages of a chain, in order: neighbouring steps with branches make up one."""
    found: list[Stage] = []
    running: dict[str, list[int]] = {}

    def close() -> None:
        if running:
            found.append(Stage(tuple(tuple(branch) for branch in running.values())))
            running.clear()

    for index, step in enumerate(chain.steps):
        if step.branch is not None:
            running.setdefault(step.branch, []).append(index)
            continue
        close()
        found.append(Stage(((index,),)))
    close()
    return found


def stage_of(chain: Chain, index: int) -> Stage:
    """The stage in which a step stands."""
    return next(stage for stage in stages(chain) if any(index in branch for branch in stage.branches))


class Seen(Protocol):
    """What is to be known of a seat: where it stands, beside which other, and what became of it."""

    id: UUID
    anchor_id: UUID | None
    named_by: dict[str, Any]
    step: int
    round: int
    state: TaskState


SeenT = TypeVar("SeenT", bound=Seen)


def heard(seats: Iterable[SeenT]) -> list[tuple[Voice, list[SeenT]]]:
    """The voices of a step with the seats that make them up: a seat, and those its holder asked for beside their own.

    A seat with others beside it has agreed once all of them have, and refuses as soon as one of them does.
    """
    together: dict[UUID, list[SeenT]] = {}
    for seat in seats:
        together.setdefault(seat.anchor_id or seat.id, []).append(seat)
    found = []
    for root, beside in together.items():
        named_by = next((seat.named_by for seat in beside if seat.id == root), {})
        found.append((Voice(_one_voice([seat.state for seat in beside]), group_of(named_by)), beside))
    return found


def _one_voice(states: Sequence[TaskState]) -> TaskState:
    counted = [state for state in states if state not in _UNCOUNTED]
    if TaskState.REJECTED in counted:
        return TaskState.REJECTED
    if all(state is TaskState.APPROVED for state in counted):
        return TaskState.APPROVED if counted else TaskState.VOID
    return TaskState.WAITING


def to_go_on(beside: Sequence[SeenT]) -> list[SeenT]:
    """Of the seats of one voice, those that were held and need not wait any longer.

    The holder goes on once everybody asked to decide before them has; those asked to decide after, once the holder has.
    """
    held = [seat for seat in beside if seat.state is TaskState.HELD]
    holder = next((seat for seat in beside if seat.anchor_id is None and seat.state is not TaskState.VOID), None)
    if holder is None or TaskState.WAITING in {seat.state for seat in beside}:
        return []
    return [holder] if holder in held else held


def returnable(chain: Chain, at: int, reached: Iterable[int]) -> list[int]:
    """The steps to which a subject can be returned from a step: those of earlier stages that it has come to, or the
    first of their stage where branches ran side by side."""
    before = stage_of(chain, at).first
    return sorted({stage_of(chain, index).first for index in reached if index < before})


def somebody_agreed(seats: Iterable[Seen]) -> bool:
    """Whether anybody agreed to anything that still counts: a step that was come to again counts by its last time."""
    every = list(seats)
    last: dict[int, int] = {}
    for seat in every:
        last[seat.step] = max(seat.round, last.get(seat.step, 0))
    return any(seat.state is TaskState.APPROVED and seat.round == last[seat.step] for seat in every)


def group_of(named_by: Mapping[str, Any]) -> str:
    """The group of a seat: the words of the chain that led to it."""
    return orjson.dumps(named_by, option=orjson.OPT_SORT_KEYS).decode()


def taken(chain: Chain, facts: Mapping[str, Any]) -> list[bool]:
    """Which steps a subject with these facts goes through. Raises `ConditionFailed`, for a missing fact too."""
    return [chain.takes(step, facts) for step in chain.steps]


def foreseeable(chain: Chain, facts: Mapping[str, Any]) -> list[bool]:
    """As `taken`, but a step of which it can't be judged is one of those that it comes to: there it stops."""
    return [_is_come_to(chain, step, facts) for step in chain.steps]


def _is_come_to(chain: Chain, step: Step, facts: Mapping[str, Any]) -> bool:
    try:
        return chain.takes(step, facts)
    except ConditionFailed:
        return True


class Ended(Protocol):
    """What is to be known of a seat to tell by which chain it was given."""

    round: int
    end_reason: EndReason | None


EndedT = TypeVar("EndedT", bound=Ended)


def by_present_chain(seats: Iterable[EndedT]) -> list[EndedT]:
    """The seats given since the chain was last replaced; the steps of earlier ones are those of another chain."""
    every = list(seats)
    before = [seat.round for seat in every if seat.end_reason is EndReason.CHAIN_REPLACED]
    return [seat for seat in every if not before or seat.round > max(before)]


def digest(subject_kind: str, subject_id: UUID, purpose: str, facts: Mapping[str, Any]) -> str:
    """What is approved, fixed as SHA-256 of the subject and the facts that were laid before the approvers."""
    laid_open = {"kind": subject_kind, "id": str(subject_id), "purpose": purpose, "facts": dict(facts)}
    return hashlib.sha256(orjson.dumps(laid_open, option=orjson.OPT_SORT_KEYS)).hexdigest()


def clean_comment(comment: str, *, needed: bool, path: str = "comment") -> str:
    """What somebody says to a decision; whoever rejects or returns says why, in signs that can be seen. Raises
    `Invalid`."""
    cleaned = comment.strip() if any(category(sign) not in _UNSEEN for sign in comment) else ""
    if needed and not cleaned:
        raise Invalid(message("Say why: this needs a comment."), path=(path,))
    if len(cleaned) > COMMENT_LENGTH:
        text = message("At most {max_length} characters are possible.")
        raise Invalid(text, {"max_length": COMMENT_LENGTH}, path=(path,))
    return cleaned
