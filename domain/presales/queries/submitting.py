"""What of presales is not submitted: by programs what a chain decides on, by nobody what a clause forbids."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, false, func, select

from domain.approvals import queries as approvals
from domain.approvals.rules.obstacles import people_only
from domain.customers.models import Customer
from domain.kernel.money import Money
from domain.kernel.subjects import SubjectKind
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.chains import chain_topic
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ApprovalChain, DiscountLimit, ExpertReview
from domain.policies.rules.reviewing import needs_experts
from domain.policies.rules.scopes import Case
from domain.presales.models import Inquiry, InquiryEvaluation, Quotation, Solution, TechnologyDemand
from domain.presales.queries import quotations, solutions
from domain.presales.rules import quotations as rules
from domain.presales.rules.demands import DemandState
from domain.presales.rules.evaluations import EvaluationState
from domain.presales.rules.quotations import Leeway, QuotationObstacle, QuotationState
from domain.presales.rules.solutions import SolutionState
from tenancy.language import translate
from tenancy.refusals import Refusal
from tenancy.work import Work


@dataclass(frozen=True)
class Judged:
    """What the clauses in force say of a draft: for how many days it holds, by which limit, and who must agree."""

    valid_days: int
    leeway: Leeway
    limit: Ruling[DiscountLimit] | None
    # Of what needs an approval.
    chain: Ruling[ApprovalChain] | None


async def judge(work: Work, quotation: Quotation) -> Judged:
    """Hold a draft against the discount limit. Refuses, naming the clause, what may not be granted at all; with
    NO_CLAUSE where an approval is needed and the handbook has no chain for it; programs what needs one."""
    author = await organisation.find_staff(work, quotation.prepared_by_id)
    scope = quotations.case_of(quotation, author.post_id if author is not None else None)
    limit = await policies.find_rule(work, DiscountLimit, scope=scope)
    found, clause = Leeway.FREE, limit.clause if limit is not None else None
    valid_days = rules.valid_days(quotation.wished_valid_days, limit.value if limit else None, clause=clause)
    if limit is not None:
        found = rules.leeway(quotation.discount_percent, limit.value, clause)
    chain = None
    if found is Leeway.NEEDS_APPROVAL:
        chain = await policies.rule(work, ApprovalChain, scope=scope, topic=chain_topic(SubjectKind.QUOTATION))
        if not work.actor.is_member:
            raise people_only(chain.clause, "quotationId")
    return Judged(valid_days, found, limit, chain)


async def unready_quotations(work: Work) -> dict[str, dict[str, Any]]:
    """Of every draft that is not submitted as it is: what keeps whoever asks from it, what that says, and the clause.
    Plain values, by the draft's id."""
    answer: dict[str, dict[str, Any]] = {}
    newest = select(Quotation).where(Quotation.state == QuotationState.DRAFT).order_by(Quotation.id.desc())
    for draft in await work.all(newest.limit(approvals.MOST_WATCHED)):
        try:
            await judge(work, draft)
        except Refusal as refusal:
            told = {"PEOPLE_ONLY": QuotationObstacle.PEOPLE_ONLY, "NO_CLAUSE": QuotationObstacle.NO_CLAUSE}
            answer[str(draft.id)] = {
                "code": told.get(refusal.code, QuotationObstacle.NOT_GRANTED).value,
                "said": translate(refusal.text, work.actor.language, refusal.values),
                "clause_id": str(refusal.clause.clause_id) if refusal.clause is not None else None,
            }
    return answer


async def evaluations_for_people(work: Work) -> dict[str, str]:
    """By which clauses a program submits none of these drafts of evaluations, by their ids; nothing for people."""
    if work.actor.is_member:
        return {}
    drafts = await work.rows(
        select(InquiryEvaluation.id, Customer.tier)
        .join(Inquiry, Inquiry.id == InquiryEvaluation.inquiry_id)
        .join(Customer, Customer.id == Inquiry.customer_id)
        .where(InquiryEvaluation.state == EvaluationState.DRAFT)
        .order_by(InquiryEvaluation.id.desc())
        .limit(approvals.MOST_WATCHED)
    )
    cases: dict[UUID, Case] = {row["id"]: Case(customer_tier=row["tier"]) for row in drafts}
    return await approvals.kept_from(work, SubjectKind.EVALUATION, cases)


async def demands_for_people(work: Work) -> dict[str, str]:
    """As `evaluations_for_people`, of technology demands."""
    if work.actor.is_member:
        return {}
    newest = select(TechnologyDemand.id, TechnologyDemand.department_id).where(
        TechnologyDemand.state == DemandState.EVALUATED
    )
    drafts = await work.rows(newest.order_by(TechnologyDemand.id.desc()).limit(approvals.MOST_WATCHED))
    cases: dict[UUID, Case] = {row["id"]: Case(department_id=row["department_id"]) for row in drafts}
    return await approvals.kept_from(work, SubjectKind.DEMAND, cases)


async def solutions_for_people(work: Work) -> dict[str, str]:
    """As `evaluations_for_people`, of solutions: by the chain, or else by the clause that has experts review one."""
    if work.actor.is_member:
        return {}
    live = and_(InquiryEvaluation.inquiry_id == Inquiry.id, InquiryEvaluation.state != EvaluationState.SUPERSEDED)
    drafts = await work.rows(
        select(
            Solution.id,
            Solution.budget_minor,
            Solution.currency,
            Inquiry.service_line_id,
            Customer.tier,
            func.coalesce(InquiryEvaluation.is_complex, false()).label("is_complex"),
        )
        .join(Inquiry, Inquiry.id == Solution.inquiry_id)
        .join(Customer, Customer.id == Solution.customer_id)
        .outerjoin(InquiryEvaluation, live)
        .where(Solution.state == SolutionState.DRAFT)
        .order_by(Solution.id.desc())
        .limit(approvals.MOST_WATCHED)
    )
    cases = {row["id"]: await solutions.case_for(work, row["service_line_id"], row["tier"]) for row in drafts}
    found = await approvals.kept_from(work, SubjectKind.SOLUTION, cases)
    for row in drafts:
        clause = await policies.find_rule(work, ExpertReview, scope=cases[row["id"]])
        budget = Money(row["budget_minor"], row["currency"])
        if clause is not None and needs_experts(budget, is_complex=row["is_complex"], clause=clause.value):
            found.setdefault(str(row["id"]), str(clause.clause.clause_id))
    return found
