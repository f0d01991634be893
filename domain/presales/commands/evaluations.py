"""Evaluating inquiries, and what the chain decides: go or no go (PS-2).

Locks are taken in one order: the inquiry, what waits for approval, the evaluation.
"""

from uuid import UUID

from domain.approvals import commands as approvals
from domain.approvals import queries as approvals_seen
from domain.approvals.events import ApprovalGranted, ApprovalRefused, ApprovalReturned, ApprovalWithdrawn
from domain.customers import queries as customers
from domain.customers.models import Customer
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.chains import chain_topic
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ApprovalChain
from domain.policies.rules.scopes import Case
from domain.presales.events import (
    EvaluationChanged,
    EvaluationDecided,
    EvaluationDrafted,
    EvaluationReturned,
    EvaluationSubmitted,
    EvaluationSuperseded,
)
from domain.presales.models import Inquiry, InquiryEvaluation
from domain.presales.queries import evaluations as queries
from domain.presales.queries import inquiries
from domain.presales.rules import evaluations as rules
from domain.presales.rules.evaluations import (
    EVALUATIONS,
    EvaluationMove,
    EvaluationObstacle,
    EvaluationState,
    Findings,
)
from domain.presales.rules.inquiries import INQUIRIES, InquiryMove
from tenancy.refusals import Conflict, Invalid, message
from tenancy.work import Work

Outcome = ApprovalGranted | ApprovalRefused | ApprovalReturned | ApprovalWithdrawn
_UNDER_WAY = (EvaluationState.DRAFT, EvaluationState.IN_REVIEW)


@command(needs=Permission.PRESALES_QUOTE)
async def draft_evaluation(work: Work, *, inquiry_id: UUID, findings: Findings) -> InquiryEvaluation:
    """Evaluate an inquiry that was contacted. One that was decided is superseded; refuses while one is under way."""
    inquiry = await inquiries.get(work, inquiry_id, "inquiryId", lock=True)
    inquiry.state = INQUIRIES.next(inquiry.state, InquiryMove.EVALUATE)
    former = await queries.live(work, inquiry.id)
    if former is not None and former.state in _UNDER_WAY:
        raise Conflict(message("An evaluation of this inquiry is under way already."), path=("inquiryId",))
    if former is not None and former.number >= rules.MOST_EVALUATIONS:
        text = message("An inquiry has at most {most} evaluations.")
        raise Invalid(text, {"most": rules.MOST_EVALUATIONS}, ("inquiryId",))
    clause = await queries.clause_of(work, inquiry)
    found = findings.checked(clause.value if clause is not None else None)
    if former is not None:
        # The former one stops being live before the new one is, as the table's index demands.
        _supersede(work, former)
        await work.flush()
    evaluation = work.add(
        InquiryEvaluation(
            inquiry_id=inquiry.id,
            number=former.number + 1 if former is not None else 1,
            difficulty=found.difficulty,
            risk=found.risk,
            effort_days=found.effort_days,
            rationale=found.rationale,
            go=found.go,
            is_complex=rules.is_complex(found.difficulty, clause.value if clause is not None else None),
            drafted_at=work.now,
            prepared_by_id=work.actor.id if work.actor.is_member else None,
        )
    )
    work.record(EvaluationDrafted(inquiry_id=inquiry.id, evaluation_id=evaluation.id), about=evaluation)
    return evaluation


@command(needs=Permission.PRESALES_QUOTE)
async def change_evaluation(work: Work, *, evaluation_id: UUID, findings: Findings) -> InquiryEvaluation:
    """Write a draft anew."""
    inquiry, evaluation = await _moved(work, evaluation_id, EvaluationMove.CHANGE)
    clause = await queries.clause_of(work, inquiry)
    found = findings.checked(clause.value if clause is not None else None)
    evaluation.difficulty, evaluation.risk = found.difficulty, found.risk
    evaluation.effort_days, evaluation.rationale, evaluation.go = found.effort_days, found.rationale, found.go
    evaluation.is_complex = rules.is_complex(found.difficulty, clause.value if clause is not None else None)
    work.record(EvaluationChanged(inquiry_id=inquiry.id, evaluation_id=evaluation.id), about=evaluation)
    return evaluation


@command(needs=Permission.PRESALES_QUOTE)
async def submit_evaluation(work: Work, *, evaluation_id: UUID) -> InquiryEvaluation:
    """Have go or no go decided by the chain for evaluations; without one it is decided as the evaluation says."""
    inquiry, evaluation = await _moved(work, evaluation_id, EvaluationMove.SUBMIT)
    work.record(EvaluationSubmitted(inquiry_id=inquiry.id, evaluation_id=evaluation.id), about=evaluation)
    customer = await customers.get(work, inquiry.customer_id)
    scope = Case(customer_tier=customer.tier)
    topic = chain_topic(SubjectKind.EVALUATION)
    chain = await policies.find_rule(work, ApprovalChain, scope=scope, topic=topic)
    if chain is None:
        _decide(work, evaluation, go=evaluation.go)
    else:
        await _ask(work, inquiry, evaluation, customer, chain)
    return evaluation


async def follow_evaluation_approval(work: Work, event: ApprovalGranted) -> None:
    """What was evaluated is decided so, if it says what was approved."""
    evaluation = await _awaited(work, event)
    if evaluation is None:
        return
    approval = await approvals_seen.get(work, event.approval_id)
    if approval.facts.get("content") != _digest(evaluation):
        _give_back(work, evaluation)
        return
    _decide(work, evaluation, go=evaluation.go)


async def follow_evaluation_refusal(work: Work, event: ApprovalRefused) -> None:
    """Who refuses to go decides not to; who refuses not to go gives the draft back."""
    evaluation = await _awaited(work, event)
    if evaluation is None:
        return
    if evaluation.go:
        _decide(work, evaluation, go=False)
    else:
        _give_back(work, evaluation)


async def follow_evaluation_return(work: Work, event: ApprovalReturned | ApprovalWithdrawn) -> None:
    """What is returned or taken back is a draft again."""
    evaluation = await _awaited(work, event)
    if evaluation is not None:
        _give_back(work, evaluation)


async def end_with_inquiry(work: Work, inquiry: Inquiry) -> None:
    """The inquiry is closed: an evaluation under way is void, and what waits for approval with it."""
    found = await queries.live(work, inquiry.id)
    if found is None or found.state not in _UNDER_WAY:
        return
    subject = Subject(SubjectKind.EVALUATION, found.id)
    await approvals.lock_with_subject(work, subject=subject)
    evaluation = await work.get(InquiryEvaluation, found.id, lock=True)
    if evaluation.state in _UNDER_WAY:
        _supersede(work, evaluation)
        await approvals.end_with_subject(work, subject=subject)


async def _ask(
    work: Work,
    inquiry: Inquiry,
    evaluation: InquiryEvaluation,
    customer: Customer,
    chain: Ruling[ApprovalChain],
) -> None:
    requester_id = approvals_seen.requester(work, chain, "evaluationId")
    assignee = await organisation.find_staff(work, inquiry.assignee_id) if inquiry.assignee_id is not None else None
    approval = await approvals.open_approval(
        work,
        subject=Subject(SubjectKind.EVALUATION, evaluation.id),
        chain=chain,
        requester_id=requester_id,
        own_of=[evaluation.prepared_by_id] if evaluation.prepared_by_id else [],
        facts={
            "inquiry_number": inquiry.number,
            "customer_id": inquiry.customer_id,
            "customer_name": customer.name,
            "customer_tier": customer.tier,
            "account_owner_id": customer.owner_id,
            "department_id": assignee.department_id if assignee is not None else None,
            "difficulty": evaluation.difficulty,
            "risk_points": evaluation.risk,
            "effort_days": evaluation.effort_days,
            "is_complex": evaluation.is_complex,
            "recommended": evaluation.go,
            "reason": evaluation.rationale,
            "content": _digest(evaluation),
        },
    )
    evaluation.approval_id = approval.id


def _digest(evaluation: InquiryEvaluation) -> str:
    kept = (evaluation.difficulty, evaluation.risk, evaluation.effort_days, evaluation.rationale, evaluation.go)
    return Findings(*kept).digest()


def _decide(work: Work, evaluation: InquiryEvaluation, *, go: bool) -> None:
    move = EvaluationMove.ADMIT if go else EvaluationMove.DENY
    evaluation.state = EVALUATIONS.next(evaluation.state, move)
    evaluation.decided_at = work.now
    decided = EvaluationDecided(inquiry_id=evaluation.inquiry_id, evaluation_id=evaluation.id, go=go)
    work.record(decided, about=evaluation)


def _give_back(work: Work, evaluation: InquiryEvaluation) -> None:
    evaluation.state = EVALUATIONS.next(evaluation.state, EvaluationMove.RETURN)
    returned = EvaluationReturned(inquiry_id=evaluation.inquiry_id, evaluation_id=evaluation.id)
    work.record(returned, about=evaluation)


def _supersede(work: Work, evaluation: InquiryEvaluation) -> None:
    evaluation.state = EVALUATIONS.next(evaluation.state, EvaluationMove.SUPERSEDE)
    superseded = EvaluationSuperseded(inquiry_id=evaluation.inquiry_id, evaluation_id=evaluation.id)
    work.record(superseded, about=evaluation)


async def _moved(work: Work, evaluation_id: UUID, move: EvaluationMove) -> tuple[Inquiry, InquiryEvaluation]:
    """An evaluation that the actor sees, locked after its inquiry, in the state that a move leads to."""
    seen = await queries.get(work, evaluation_id, "evaluationId")
    work.concerns(SubjectKind.EVALUATION, evaluation_id)
    inquiry = await work.get(Inquiry, seen.inquiry_id, lock=True)
    evaluation = await work.get(InquiryEvaluation, evaluation_id, lock=True)
    evaluation.state = EVALUATIONS.next(evaluation.state, move)
    if not INQUIRIES.allows(inquiry.state, InquiryMove.EVALUATE):
        raise rules.refusal(EvaluationObstacle.INQUIRY_OVER, move, evaluation.state)
    return inquiry, evaluation


async def _awaited(work: Work, event: Outcome) -> InquiryEvaluation | None:
    """The evaluation that an outcome is about, locked; None for other subjects, and for one that is not in review."""
    if event.subject_kind != SubjectKind.EVALUATION.value:
        return None
    evaluation = await work.get(InquiryEvaluation, event.subject_id, lock=True)
    if evaluation.state is not EvaluationState.IN_REVIEW or evaluation.approval_id != event.approval_id:
        return None
    return evaluation
