"""How a case came to what it did by itself: a step's conditions with the facts behind them, and its votes counted."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from domain.approvals.rules.seats import Seating
from domain.approvals.rules.states import TaskState
from domain.approvals.rules.steps import Voice, needed_of
from domain.policies.rules import conditions
from domain.policies.rules.chains import Approver, Chain, Mode, Step
from domain.policies.rules.conditions import ConditionFailed

# The decision by which clause a case takes its course; it is kept with the subject, and shown with the case, too.
CHAIN = "approvals.chain"
_SPOKEN = (TaskState.APPROVED, TaskState.REJECTED, TaskState.WAITING, TaskState.HELD)


def named(step: Step, index: int, round: int) -> dict[str, Any]:
    """Which step is meant: its place from 0, its name, and how often the case was returned to a step before."""
    return {"step": index, "name": step.name.model_dump(), "round": round}


def judged(chain: Chain, step: Step, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each condition of a step, the facts it turns on, and what it came to; null where it can't be judged."""
    found: list[dict[str, Any]] = [
        {
            "condition": condition.model_dump(mode="json", exclude_none=True),
            "facts": {fact: facts.get(fact) for fact in condition.facts},
            "holds": _holds(partial(condition.holds, facts)),
        }
        for condition in step.only_if
    ]
    if step.when is not None:
        names = conditions.names(step.when, chain.subject_kind, chain.purpose)
        found.append(
            {
                "condition": step.when,
                "facts": {name: facts.get(name) for name in names},
                "holds": _holds(partial(conditions.holds, step.when, chain.subject_kind, chain.purpose, facts)),
            }
        )
    return found


def _holds(judge: Callable[[], bool]) -> bool | None:
    try:
        return judge()
    except ConditionFailed:
        return None


def filled(seating: Seating) -> dict[str, Any]:
    """Who was given a seat and why, and which entries of the step were left out and why."""
    return {
        "seats": [
            {
                "named_by": _words(seat.approver),
                "member_id": seat.member_id,
                "reason": seat.reason.value if seat.reason is not None else None,
            }
            for seat in seating.seats
        ],
        "left_out": [{"named_by": _words(left.approver), "reason": left.reason.value} for left in seating.skipped],
    }


def _words(approver: Approver) -> dict[str, Any]:
    return approver.model_dump(mode="json", exclude_none=True)


def counted(step: Step, voices: Sequence[Voice]) -> dict[str, Any]:
    """The votes of a step: how many agreed, refused and said nothing yet, and how many had to agree.

    Where each group has a voice, groups are counted; whoever spoke first in a group spoke for it.
    """
    states = [voice.state for voice in voices if voice.state in _SPOKEN]
    if step.mode is Mode.PER_GROUP:
        groups: dict[str, list[TaskState]] = {}
        for voice in voices:
            if voice.state in _SPOKEN:
                groups.setdefault(voice.group, []).append(voice.state)
        states = [min(each, key=_SPOKEN.index) for each in groups.values()]
    agreed, refused = states.count(TaskState.APPROVED), states.count(TaskState.REJECTED)
    needed = min(1, len(states)) if step.mode is Mode.ANY else needed_of(step, len(states))
    return {
        "mode": step.mode.value,
        "quorum": step.quorum,
        "quorum_percent": step.quorum_percent,
        "agreed": agreed,
        "refused": refused,
        "silent": len(states) - agreed - refused,
        "needed": needed,
    }
