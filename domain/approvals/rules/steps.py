"""What the decisions of a step amount to, which steps a subject goes through, and what exactly is approved."""

import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson

from domain.approvals.rules.states import TaskState
from domain.kernel.terms import Language
from domain.policies.rules.chains import Approver, ApproverKind, Mode, Step, WhenVacant
from domain.policies.rules.kinds import ApprovalChain
from domain.policies.rules.values import Wording
from tenancy.refusals import Invalid, message

COMMENT_LENGTH = 2000

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


def outcome(mode: Mode, quorum: int | None, states: Iterable[TaskState]) -> StepOutcome:
    """What the seats of a step have decided so far; it is decided as soon as the rest can't change it any more.

    Any one: the first decision is the step's. All: the first rejection refuses. A quorum: so many agree, or so few are
    left that they no longer can. Seats that are skipped or void don't count.
    """
    counted = [state for state in states if state not in {TaskState.SKIPPED, TaskState.VOID}]
    agreed, rejected = counted.count(TaskState.APPROVED), counted.count(TaskState.REJECTED)
    needed = {Mode.ANY: 1, Mode.ALL: len(counted), Mode.QUORUM: min(quorum or 1, len(counted))}[mode]
    if counted and agreed >= needed:
        return StepOutcome.PASSED
    bearable = 0 if mode is Mode.ANY else len(counted) - needed
    return StepOutcome.FAILED if rejected > bearable else StepOutcome.OPEN


def taken(chain: ApprovalChain, facts: Mapping[str, Any]) -> list[bool]:
    """Which steps a subject with these facts goes through. Raises `Invalid` (UNKNOWN_FACT) for a fact nobody gave."""
    return [chain.takes(step, facts) for step in chain.steps]


def digest(subject_kind: str, subject_id: UUID, purpose: str, facts: Mapping[str, Any]) -> str:
    """What is approved, fixed as SHA-256 of the subject and the facts that were laid before the approvers."""
    laid_open = {"kind": subject_kind, "id": str(subject_id), "purpose": purpose, "facts": dict(facts)}
    return hashlib.sha256(orjson.dumps(laid_open, option=orjson.OPT_SORT_KEYS)).hexdigest()


def clean_comment(comment: str, *, needed: bool) -> str:
    """What somebody says to a decision; whoever rejects or returns says why. Raises `Invalid`."""
    cleaned = comment.strip()
    if needed and not cleaned:
        raise Invalid(message("Say why: a rejection or a return needs a comment."), path=("comment",))
    if len(cleaned) > COMMENT_LENGTH:
        text = message("At most {max_length} characters are possible.")
        raise Invalid(text, {"max_length": COMMENT_LENGTH}, path=("comment",))
    return cleaned
