"""Who gets a request by the assignment rules: those who can, narrowed by one rule after the other, and why."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.policies.rules.kinds.intake import AssignedBy


class LeftOut(StrEnum):
    """Why somebody could not get a request, the first that counts."""

    MAY_NOT = "may_not"
    ABSENT = "absent"
    TOO_MANY = "too_many"
    SKILL_MISSING = "skill_missing"
    NOT_ON_DUTY = "not_on_duty"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of the department, with all that is compared."""

    staff_id: UUID
    may: bool = True
    absent: bool = False
    on_duty: bool = False
    skills: frozenset[str] = frozenset()
    region: str = ""
    open_requests: int = 0
    # The same by their weights.
    load: int = 0
    # The number of their last turn; none when they never had one.
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the rules ask of whoever gets a request."""

    order: Sequence[AssignedBy]
    skills: frozenset[str] = frozenset()
    region: str = ""
    most_open_requests: int | None = None


@dataclass(frozen=True)
class Choice:
    """Whom the rules choose, who comes next, who was left out and why, and whom each rule left."""

    first: UUID | None
    second: UUID | None
    left_out: Mapping[UUID, LeftOut]
    narrowed: Sequence[tuple[AssignedBy, Sequence[UUID]]]


def choose(candidates: Sequence[Candidate], wanted: Wanted) -> Choice:
    """The same candidates always give the same choice, in whatever order they are given.

    Where all rules leave several, whoever's last turn is the longest ago gets it, and then the lowest id.
    """
    left_out = {each.staff_id: why for each in candidates if (why := _left_out(each, wanted)) is not None}
    able = [each for each in candidates if each.staff_id not in left_out]
    first, narrowed = _best(able, wanted)
    others = [each for each in able if each is not first]
    second, _ = _best(others, wanted)
    return Choice(
        first.staff_id if first is not None else None,
        second.staff_id if second is not None else None,
        left_out,
        narrowed,
    )


def _left_out(candidate: Candidate, wanted: Wanted) -> LeftOut | None:
    most = wanted.most_open_requests
    if not candidate.may:
        return LeftOut.MAY_NOT
    if candidate.absent:
        return LeftOut.ABSENT
    if most is not None and candidate.open_requests >= most:
        return LeftOut.TOO_MANY
    if AssignedBy.SKILL in wanted.order and not wanted.skills <= candidate.skills:
        return LeftOut.SKILL_MISSING
    if AssignedBy.DUTY in wanted.order and not candidate.on_duty:
        return LeftOut.NOT_ON_DUTY
    return None


def _best(
    candidates: Sequence[Candidate], wanted: Wanted
) -> tuple[Candidate | None, list[tuple[AssignedBy, Sequence[UUID]]]]:
    left: Sequence[Candidate] = sorted(candidates, key=_turn)
    narrowed: list[tuple[AssignedBy, Sequence[UUID]]] = []
    for rule in wanted.order:
        left = _narrowed(left, rule, wanted)
        narrowed.append((rule, [each.staff_id for each in left]))
    return (left[0] if left else None), narrowed


def _narrowed(left: Sequence[Candidate], rule: AssignedBy, wanted: Wanted) -> Sequence[Candidate]:
    match rule:
        case AssignedBy.REGION:
            near = [each for each in left if wanted.region and each.region == wanted.region]
            return near or left
        case AssignedBy.LOAD:
            return _least(left, lambda each: each.load)
        case AssignedBy.ROTATION:
            return _least(left, lambda each: each.turn or 0)
    # Who lacks a skill or is not on duty was left out before.
    return left


def _least(left: Sequence[Candidate], measure: Callable[[Candidate], int]) -> Sequence[Candidate]:
    least = min(map(measure, left), default=0)
    return [each for each in left if measure(each) == least]


def _turn(candidate: Candidate) -> tuple[int, UUID]:
    return candidate.turn or 0, candidate.staff_id


def compared(candidates: Collection[Candidate], choice: Choice) -> dict[str, Any]:
    """All that was compared, as a decision keeps it."""
    return {
        "candidates": [
            {
                "staff_id": each.staff_id,
                "left_out": choice.left_out.get(each.staff_id),
                "skills": sorted(each.skills),
                "region": each.region,
                "on_duty": each.on_duty,
                "open_requests": each.open_requests,
                "load": each.load,
                "last_turn": each.turn,
            }
            for each in sorted(candidates, key=lambda each: each.staff_id)
        ],
        "narrowed": [{"by": rule, "left": list(left)} for rule, left in choice.narrowed],
    }
