"""Having a solution reviewed by its chain, and by experts where it is major or complex, and what comes of it (PS-3)."""

from dataclasses import replace
from uuid import UUID

from domain.approvals import commands as approvals
from domain.approvals import queries as approvals_seen
from domain.approvals.events import ApprovalGranted, ApprovalRefused, ApprovalReturned, ApprovalWithdrawn
from domain.approvals.rules.obstacles import people_only
from domain.customers import queries as customers
from domain.customers.models import Customer
from domain.kernel.command import command
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import commands as policies_commands
from domain.policies import queries as policies
from domain.policies.rules import reviewing
from domain.policies.rules.chains import chain_topic
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ApprovalChain, ExpertReview
from domain.policies.rules.scopes import Case
from domain.presales.commands.solutions import moved
from domain.presales.events import SolutionApproved, SolutionReturned, SolutionSubmitted, SolutionTakenBack
from domain.presales.models import Inquiry, Solution
from domain.presales.queries import evaluations
from domain.presales.queries import solutions as queries
from domain.presales.rules.solutions import SOLUTIONS, SolutionMove, SolutionState
from tenancy.refusals import WrongState, message
from tenancy.work import Work

Outcome = ApprovalGranted | ApprovalRefused | ApprovalReturned | ApprovalWithdrawn


@command(needs=Permission.PRESALES_QUOTE)
async def submit_solution(work: Work, *, solution_id: UUID) -> Solution:
    """Have a draft reviewed: by the chain for solutions, and then by experts where the clause on expert review says so.

    Where neither is asked for it is approved at once. Refuses, naming the clause, with NO_PANEL and TOO_FEW_EXPERTS
    where experts are to review and there are not enough of them.
    """
    inquiry, solution = await moved(work, solution_id, SolutionMove.SUBMIT)
    customer = await customers.get(work, solution.customer_id)
    scope = await queries.case_of(work, inquiry, customer)
    evaluation = await evaluations.live(work, inquiry.id)
    solution.is_complex = evaluation is not None and evaluation.is_complex
    clause = await _expert_clause(work, solution, scope)
    found = await policies.find_rule(work, ApprovalChain, scope=scope, topic=chain_topic(SubjectKind.SOLUTION))
    chain: Ruling[ApprovalChain] | ApprovalChain | None = found
    asking = found or clause
    if asking is not None and not work.actor.is_member:
        raise people_only(asking.clause, "solutionId")
    if clause is not None:
        chain = await _with_experts(work, solution, found, clause)
    submitted = SolutionSubmitted(solution_id=solution.id, expert_review=solution.expert_review)
    work.record(submitted, about=solution)
    if chain is None:
        solution.state = SOLUTIONS.next(solution.state, SolutionMove.APPROVE)
        work.record(SolutionApproved(solution_id=solution.id, by_itself=True), about=solution)
    else:
        await _ask(work, inquiry, solution, customer, chain)
    return solution


async def _expert_clause(work: Work, solution: Solution, scope: Case) -> Ruling[ExpertReview] | None:
    """The clause by which experts review this solution, cited; None where none does."""
    clause = await policies.find_rule(work, ExpertReview, scope=scope)
    solution.clause_id = clause.clause.clause_id if clause is not None else None
    solution.handbook_version_id = clause.clause.version_id if clause is not None else None
    solution.expert_review = False
    if clause is None:
        return None
    budget = Money(solution.budget_minor, solution.currency)
    solution.expert_review = reviewing.needs_experts(budget, is_complex=solution.is_complex, clause=clause.value)
    policies_commands.cite(
        work,
        clause,
        about=Subject(SubjectKind.SOLUTION, solution.id),
        decision="presales.expert_review",
        inputs={
            "budget_minor": solution.budget_minor,
            "currency": solution.currency,
            "is_complex": solution.is_complex,
        },
        result={"expert_review": solution.expert_review, "least_experts": clause.value.least_experts},
    )
    return clause if solution.expert_review else None


async def _with_experts(
    work: Work, solution: Solution, chain: Ruling[ApprovalChain] | None, clause: Ruling[ExpertReview]
) -> Ruling[ApprovalChain] | ApprovalChain:
    panel, least = clause.value.panel, clause.value.least_experts
    if panel is None:
        text = message("Experts review this solution, but the clause names no panel.")
        raise WrongState(text, code="NO_PANEL", clause=clause.clause)
    own = {member for member in (work.actor.id, solution.prepared_by_id) if member is not None}
    experts = await approvals_seen.experts(work, panel, excluding=own)
    if len(experts) < least:
        text = message("The panel “{panel}” has {count} experts who could review this; {least} are needed.")
        values = {"panel": panel, "count": len(experts), "least": least}
        raise WrongState(text, values, code="TOO_FEW_EXPERTS", clause=clause.clause)
    asked = reviewing.with_experts(chain.value if chain is not None else None, panel, least)
    return replace(chain, value=asked) if chain is not None else asked


async def _ask(
    work: Work,
    inquiry: Inquiry,
    solution: Solution,
    customer: Customer,
    chain: Ruling[ApprovalChain] | ApprovalChain,
) -> None:
    assert work.actor.id is not None
    approval = await approvals.open_approval(
        work,
        subject=Subject(SubjectKind.SOLUTION, solution.id),
        chain=chain,
        requester_id=work.actor.id,
        own_of=[solution.prepared_by_id] if solution.prepared_by_id else [],
        facts={
            "solution_number": solution.number,
            "version_number": solution.version,
            "inquiry_number": inquiry.number,
            "customer_id": solution.customer_id,
            "customer_name": customer.name,
            "customer_tier": customer.tier,
            "account_owner_id": customer.owner_id,
            "department_id": solution.department_id,
            "amount_minor": solution.budget_minor,
            "currency": solution.currency,
            "is_complex": solution.is_complex,
            "expert_review": solution.expert_review,
            "content": queries.as_proposal(solution).digest(),
        },
    )
    solution.approval_id = approval.id


async def follow_solution_approval(work: Work, event: ApprovalGranted) -> None:
    """What everybody agreed to may be sent, if it says what they saw."""
    solution = await _awaited(work, event)
    if solution is None:
        return
    approval = await approvals_seen.get(work, event.approval_id)
    if approval.facts.get("content") != queries.as_proposal(solution).digest():
        _take_back(work, solution)
        return
    solution.state = SOLUTIONS.next(solution.state, SolutionMove.APPROVE)
    work.record(SolutionApproved(solution_id=solution.id, by_itself=False), about=solution)


async def follow_solution_return(work: Work, event: ApprovalRefused | ApprovalReturned) -> None:
    """What is refused or returned has to be improved; what was found is kept with it."""
    solution = await _awaited(work, event)
    if solution is None:
        return
    solution.state = SOLUTIONS.next(solution.state, SolutionMove.RETURN)
    solution.findings = await approvals_seen.last_comment(work, event.approval_id)
    work.record(SolutionReturned(solution_id=solution.id), about=solution)


async def follow_solution_withdrawal(work: Work, event: ApprovalWithdrawn) -> None:
    """Whoever takes back what they asked the reviewers for has a draft again."""
    solution = await _awaited(work, event)
    if solution is not None:
        _take_back(work, solution)


def _take_back(work: Work, solution: Solution) -> None:
    solution.state = SOLUTIONS.next(solution.state, SolutionMove.TAKE_BACK)
    work.record(SolutionTakenBack(solution_id=solution.id), about=solution)


async def _awaited(work: Work, event: Outcome) -> Solution | None:
    """The solution that an outcome is about, locked; None for other subjects, and for one that is not in review."""
    if event.subject_kind != SubjectKind.SOLUTION.value:
        return None
    solution = await work.get(Solution, event.subject_id, lock=True)
    if solution.state is not SolutionState.IN_REVIEW or solution.approval_id != event.approval_id:
        return None
    return solution
