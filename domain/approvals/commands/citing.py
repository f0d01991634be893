"""Citing the chain's clause for what a case does by itself; what was decided so is kept with the approval (PO-5)."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.approvals.models import Approval
from domain.approvals.rules import traces
from domain.approvals.rules.seats import Seating
from domain.approvals.rules.states import EndReason
from domain.approvals.rules.steps import StepOutcome, Voice
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import commands as policies_commands
from domain.policies import queries as policies
from domain.policies.rules.chains import Chain
from domain.policies.rules.conditions import ConditionFailed
from domain.policies.rules.kinds import ApprovalChain
from tenancy.work import Work


async def cite(
    work: Work, approval: Approval, decision: str, inputs: Mapping[str, Any], result: Mapping[str, Any]
) -> None:
    """Keep with the approval what was done by its chain; a chain that was given by hand has no clause to cite."""
    if approval.clause_id is None or approval.version_id is None:
        return
    ruling = await policies.rule_by_clause(
        work, ApprovalChain, clause_id=approval.clause_id, version_id=approval.version_id
    )
    about = Subject(SubjectKind.APPROVAL, approval.id)
    policies_commands.cite(work, ruling, about=about, decision=decision, inputs=inputs, result=result)


async def cite_entered(
    work: Work, approval: Approval, chain: Chain, index: int, filled: Seating, due_at: object
) -> None:
    """The case came to a step: by which conditions, whom it led to, and why others have a seat there or none."""
    inputs = _step(approval, chain, index)
    await cite(work, approval, "approvals.step_entered", inputs, {**traces.filled(filled), "due_at": due_at})


async def cite_passed_over(
    work: Work, approval: Approval, chain: Chain, index: int, filled: Seating | None = None
) -> None:
    """The case passed a step over, because a condition isn't met, or because nobody has a seat there."""
    reason = "nobody_seated" if filled is not None else EndReason.CONDITION_NOT_MET.value
    result = {"reason": reason, "left_out": traces.filled(filled)["left_out"] if filled is not None else []}
    await cite(work, approval, "approvals.step_passed_over", _step(approval, chain, index), result)


async def cite_stopped(work: Work, approval: Approval, chain: Chain, index: int, failed: ConditionFailed) -> None:
    """The case stopped at a step of which it can't be judged whether it is taken."""
    result = {name: failed.values[name] for name in ("condition", "failure", "fact")}
    await cite(work, approval, "approvals.step_stopped", _step(approval, chain, index), result)


async def cite_decided(
    work: Work, approval: Approval, chain: Chain, index: int, voices: Sequence[Voice], outcome: StepOutcome
) -> None:
    """The votes of a step suffice, as its mode counts them."""
    step = chain.steps[index]
    inputs = {**traces.named(step, index, approval.round), **traces.counted(step, voices)}
    await cite(work, approval, "approvals.step_decided", inputs, {"outcome": outcome.value})


async def cite_end(work: Work, approval: Approval, why: EndReason) -> None:
    """The case came to its end: by its votes, or void because its subject is not what was asked for any more."""
    is_void = why is EndReason.SUBJECT_CHANGED
    inputs = {"step": approval.step, "round": approval.round, "digest": approval.digest}
    result = {"state": approval.state.value, "reason": why.value if is_void else None}
    await cite(work, approval, "approvals.voided" if is_void else "approvals.ended", inputs, result)


def _step(approval: Approval, chain: Chain, index: int) -> dict[str, Any]:
    step = chain.steps[index]
    conditions = traces.judged(chain, step, approval.facts)
    return {**traces.named(step, index, approval.round), "conditions": conditions}
