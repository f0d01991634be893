"""Who sees which evaluation, which one counts, and by which clause it goes."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, not_, or_, select

from domain.approvals import queries as approvals
from domain.kernel.subjects import SubjectKind
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import InquiryEvaluationRules
from domain.presales.models import Inquiry, InquiryEvaluation
from domain.presales.queries import inquiries
from domain.presales.rules.evaluations import EvaluationState
from domain.presales.rules.inquiries import InquiryState, no_go
from tenancy.actor import Actor
from tenancy.rows import another
from tenancy.work import Work


def visible(actor: Actor, evaluations: Any) -> ColumnElement[bool]:
    """Evaluations are seen with their inquiry, and by those who decide on them. `evaluations` is their table or an
    alias of it."""
    return or_(
        inquiries.visible_parts(actor, evaluations), approvals.shown_to_me(SubjectKind.EVALUATION, evaluations.id)
    )


def is_over_for(evaluations: Any) -> ColumnElement[bool]:
    """Whether an evaluation's inquiry is not being dealt with any more."""
    found = another(Inquiry)
    going = select(found.id).where(found.id == evaluations.inquiry_id, found.state == InquiryState.CONTACTED)
    return not_(going.exists())


async def get(work: Work, id: UUID, *path: str) -> InquiryEvaluation:
    """One evaluation that the actor may see; refuses with `NotFound`."""
    return await work.seen(InquiryEvaluation, id, visible(work.actor, InquiryEvaluation), *path)


async def live(work: Work, inquiry_id: UUID) -> InquiryEvaluation | None:
    """The evaluation of an inquiry that counts."""
    own = select(InquiryEvaluation).where(
        InquiryEvaluation.inquiry_id == inquiry_id, InquiryEvaluation.state != EvaluationState.SUPERSEDED
    )
    return await work.first(own)


async def refuse_stopped(work: Work, inquiry_id: UUID, *path: str) -> None:
    """Refuse with NO_GO, naming the clause, what comes after an evaluation that decided not to go."""
    stopped = select(Inquiry).where(Inquiry.id == inquiry_id, inquiries.is_stopped(Inquiry))
    inquiry = await work.first(stopped)
    if inquiry is None:
        return
    clause = await clause_of(work, inquiry)
    refusal = no_go()
    refusal.path = path
    refusal.clause = clause.clause if clause is not None else None
    raise refusal


async def clause_of(work: Work, inquiry: Inquiry) -> Ruling[InquiryEvaluationRules] | None:
    """The clause on evaluation in force when an inquiry was registered; None where the handbook was silent."""
    if inquiry.evaluation_clause_id is None or inquiry.evaluation_version_id is None:
        return None
    return await policies.rule_by_clause(
        work,
        InquiryEvaluationRules,
        clause_id=inquiry.evaluation_clause_id,
        version_id=inquiry.evaluation_version_id,
    )
