"""What an approval's outcome does with a quotation, in the same transaction."""

from domain.approvals import queries as approvals
from domain.approvals.events import ApprovalGranted, ApprovalRefused, ApprovalReturned, ApprovalWithdrawn
from domain.kernel.subjects import SubjectKind
from domain.presales.commands.sending import content_of
from domain.presales.events import QuotationApproved, QuotationReturned
from domain.presales.models import Quotation
from domain.presales.queries import quotations as queries
from domain.presales.rules.quotations import QUOTATIONS, QuotationMove, QuotationState
from tenancy.work import Work

Outcome = ApprovalGranted | ApprovalRefused | ApprovalReturned | ApprovalWithdrawn


async def follow_approval(work: Work, event: ApprovalGranted) -> None:
    """What was approved may be sent, if it says what was approved."""
    quotation = await _decided(work, event)
    if quotation is None:
        return
    approval = await approvals.get(work, event.approval_id)
    if approval.facts.get("content") != await content_of(work, quotation):
        _give_back(work, quotation)
        return
    quotation.state = QUOTATIONS.next(quotation.state, QuotationMove.APPROVE)
    work.record(QuotationApproved(quotation_id=quotation.id, by_itself=False), about=quotation)


async def follow_refusal(work: Work, event: ApprovalRefused) -> None:
    """What is refused is a draft again."""
    await _return(work, event)


async def follow_return(work: Work, event: ApprovalReturned) -> None:
    """What is returned is a draft again."""
    await _return(work, event)


async def follow_withdrawal(work: Work, event: ApprovalWithdrawn) -> None:
    """Whoever takes back what they asked the approvers for has a draft again."""
    await _return(work, event)


async def _return(work: Work, event: Outcome) -> None:
    quotation = await _decided(work, event)
    if quotation is not None:
        _give_back(work, quotation)


def _give_back(work: Work, quotation: Quotation) -> None:
    quotation.state = QUOTATIONS.next(quotation.state, QuotationMove.RETURN)
    work.record(QuotationReturned(quotation_id=quotation.id), about=quotation)


async def _decided(work: Work, event: Outcome) -> Quotation | None:
    """The quotation that an outcome is about, locked; None for other subjects, and for one that is not in review."""
    if event.subject_kind != SubjectKind.QUOTATION.value:
        return None
    quotation = await queries.any_one(work, event.subject_id, lock=True)
    if quotation.state is not QuotationState.IN_REVIEW or quotation.approval_id != event.approval_id:
        return None
    return quotation
