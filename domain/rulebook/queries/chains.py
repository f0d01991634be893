"""What is odd about approval chains in this company: whom they lead to today, or don't."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.approvals import queries as approvals
from domain.approvals.rules.steps import LAST_RESORT
from domain.customers.models import Customer
from domain.kernel.lifecycle import Labels
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from domain.organisation import queries as organisation
from domain.organisation.models import Department
from domain.policies import queries as policies
from domain.policies.rules import chain_linting
from domain.policies.rules.chain_text import IDS
from domain.policies.rules.chains import Approver, ApproverKind, Step
from domain.policies.rules.findings import Finding, Severity, warning
from domain.policies.rules.handbooks import Handbook, StoredClause
from domain.policies.rules.kinds import ApprovalChain, ExpertReview
from domain.policies.rules.words import word
from tenancy.identity.permits import who_may
from tenancy.members import Member
from tenancy.models import one_of
from tenancy.refusals import message
from tenancy.work import Work


async def chain_findings(work: Work, book: Handbook) -> list[Finding]:
    """What is odd about whom chains lead to today: nobody, or nobody who may decide."""
    found: list[Finding] = []
    deciders = await who_may(work, Permission.APPROVALS_DECIDE)
    for clause in book.of_kind(ApprovalChain):
        if not deciders:
            # Whom it names makes no difference then.
            text = message(
                "Clause {number}: nobody in the company may decide; this needs the permission “{permission}”."
            )
            found.append(warning("NOBODY_DECIDES", clause, text, permission=Permission.APPROVALS_DECIDE.value))
            continue
        chain = clause.parsed
        assert isinstance(chain, ApprovalChain)
        for index, step in enumerate(chain.steps, 1):
            for approver in step.approvers:
                values: dict[str, Any] = {"number": clause.number, "step": index}
                if await _is_vacant(work, approver):
                    text = message("Clause {number}: nobody holds the post “{post}”, which decides in step {step}.")
                    values |= {"post": approver.value}
                    found.append(Finding(Severity.WARNING, "EMPTY_POST", clause.number, text, values))
                elif await approvals.is_powerless(work, approver):
                    text = message(
                        "Clause {number}: nobody whom step {step} names by {by} may decide; they lack the permission "
                        "“{permission}”, and the step goes as if it were vacant."
                    )
                    values |= {"by": Labels((word(approver.by),)), "permission": Permission.APPROVALS_DECIDE.value}
                    found.append(Finding(Severity.WARNING, "NO_PERMISSION", clause.number, text, values))
            found += await _quorum(work, book, clause, index, step)
            found += await _strange_ids(work, clause, index, step)
        found += await _nobody_left(work, book, clause, chain, deciders)
    for clause in book.of_kind(ExpertReview):
        found += await _too_few_experts(work, book, clause)
    return found


async def _quorum(work: Work, book: Handbook, clause: StoredClause, index: int, step: Step) -> list[Finding]:
    """More who are to agree than the step names at most."""
    if step.quorum is None:
        return []
    people: set[UUID] = set()
    # Whom these lead to depends on the case; it is one person each.
    varying = 0
    for approver in step.approvers:
        if approver.by in _ONE_BY_CASE or (approver.by is ApproverKind.DEPARTMENT_HEAD and approver.value is None):
            varying += 1
        else:
            people |= {*await approvals.named(work, approver, approvals.Case(UUID(int=0), {}, book.version_id))}
    seats = varying + len(await who_may(work, Permission.APPROVALS_DECIDE, people) if people else ())
    if step.quorum <= seats or _is_error(book, clause):
        return []
    text = message(
        "Clause {number}: step {step} needs the consent of {quorum}, but names at most {seats} who may decide."
    )
    return [warning("QUORUM_ABOVE_SEATS", clause, text, step=index, quorum=step.quorum, seats=seats)]


def _is_error(book: Handbook, clause: StoredClause) -> bool:
    """Whether it is an error already that more are to agree than ever can."""
    return any(refusal.path[1] == clause.number for refusal in chain_linting.never_reached(book.clauses))


async def _strange_ids(work: Work, clause: StoredClause, index: int, step: Step) -> list[Finding]:
    """Customers, people and departments in conditions that the company has not: no case is ever one of theirs."""
    compared = [
        value for each in step.only_if for value in (each.value if isinstance(each.value, tuple) else [each.value])
    ]
    ids = {UUID(id) for said in (step.when, *compared) if isinstance(said, str) for id in IDS.findall(said)}
    for table in (Customer, Member, Department) if ids else ():
        ids -= {row["id"] for row in await work.rows(select(table.id).where(one_of(table.id, ids)))}
    text = message("Clause {number}: a condition of step {step} names “{id}”, which the company has not.")
    return [warning("UNKNOWN_RECORD", clause, text, step=index, id=str(id)) for id in sorted(ids)]


async def _too_few_experts(work: Work, book: Handbook, clause: StoredClause) -> list[Finding]:
    """More experts who are to agree to a solution than their panel has."""
    review = clause.parsed
    assert isinstance(review, ExpertReview)
    if review.panel is None:
        return []
    panel = Approver(by=ApproverKind.EXPERT_PANEL, value=review.panel)
    experts = {*await approvals.named(work, panel, approvals.Case(UUID(int=0), {}, book.version_id))}
    seats = len(await who_may(work, Permission.APPROVALS_DECIDE, experts)) if experts else 0
    if review.least_experts <= seats or _is_error(book, clause):
        return []
    text = message("Clause {number}: {quorum} experts are to agree, but the panel “{panel}” has {seats} who may.")
    return [warning("QUORUM_ABOVE_SEATS", clause, text, quorum=review.least_experts, panel=review.panel, seats=seats)]


async def _nobody_left(
    work: Work, book: Handbook, clause: StoredClause, chain: ApprovalChain, deciders: Sequence[UUID]
) -> list[Finding]:
    """In a company where few may decide: whose own requests nobody would be left to decide, though every step is
    taken."""
    # A company of one publishes in spite of its chain.
    is_own = chain.subject_kind is SubjectKind.HANDBOOK_VERSION and await policies.is_alone(work, deciders[0])
    if len(deciders) > _FEW or is_own or any(_depends(each) for step in chain.steps for each in step.approvers):
        return []
    stranded = []
    for requester_id in deciders:
        case = approvals.Case(requester_id, {}, book.version_id)
        if not any([(await approvals.seats_of(work, step, case)).members for step in (*chain.steps, LAST_RESORT)]):
            stranded.append((await organisation.member(work, requester_id)).name)
    if not stranded:
        return []
    text = message("Clause {number}: when {people} asks, nobody is left to decide: every seat leads to them or nobody.")
    return [warning("NOBODY_LEFT", clause, text, people=", ".join(stranded))]


def _depends(approver: Approver) -> bool:
    """Whether whom an entry leads to is only known with the case."""
    return approver.by in (ApproverKind.FACT, ApproverKind.CUSTOMER_OWNER)


_ONE_BY_CASE = (ApproverKind.SUPERIOR, ApproverKind.CUSTOMER_OWNER, ApproverKind.FACT)
# With more people who may decide, somebody else is there to be named.
_FEW = 2


async def _is_vacant(work: Work, approver: Approver) -> bool:
    if approver.by is not ApproverKind.POST:
        return False
    post = await organisation.post_named(work, approver.value or "")
    # A post the company has not at all is an error already.
    return post is not None and not await organisation.holders(work, post.id)
