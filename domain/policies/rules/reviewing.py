"""The review of solutions by experts: which of them need it, and the step that stands behind their chain (PS-3)."""

from domain.kernel.money import Money
from domain.kernel.subjects import SubjectKind
from domain.policies.rules.chains import Approver, ApproverKind, Mode, Step
from domain.policies.rules.kinds import ApprovalChain, ExpertReview
from domain.policies.rules.values import Wording
from tenancy.language import Language, translate
from tenancy.refusals import message


def needs_experts(budget: Money, *, is_complex: bool, clause: ExpertReview) -> bool:
    """Whether experts review a solution. A budget in another currency than the clause's can't be held against it, so
    that it counts as major."""
    if is_complex and clause.when_complex:
        return True
    if clause.from_amount is None:
        return False
    return budget.currency != clause.from_amount.currency or budget >= clause.from_amount


def expert_step(panel: str, least_experts: int) -> Step:
    """The step in which so many of a panel agree; it comes after all others."""
    name = {language.value: translate(message("Expert review"), language) for language in Language}
    return Step(
        name=Wording(**name),
        mode=Mode.QUORUM,
        quorum=least_experts,
        approvers=(Approver(by=ApproverKind.EXPERT_PANEL, value=panel),),
    )


def with_experts(chain: ApprovalChain | None, panel: str, least_experts: int) -> ApprovalChain:
    """The chain for solutions, if there is one, and behind it the step of the experts."""
    step = expert_step(panel, least_experts)
    if chain is None:
        return ApprovalChain(subject_kind=SubjectKind.SOLUTION, steps=(step,))
    return chain.model_copy(update={"steps": (*chain.steps, step)})
