"""Solutions on a real database: versions, review by the chain and by experts, what the customer says (PS-3)."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from domain.approvals import commands as approvals
from domain.approvals.models import Approval, ApprovalTask
from domain.approvals.queries.foresight import Foresight, foresee
from domain.approvals.rules.states import State as ApprovalState
from domain.approvals.rules.states import TaskState
from domain.consequences import settle
from domain.kernel.money import Money
from domain.kernel.subjects import SubjectKind
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Handbook
from domain.policies.rules.kinds import ApprovalChain, ClauseKind, ExpertPanel, ExpertReview, InquiryEvaluationRules
from domain.policies.rules.reviewing import needs_experts
from domain.policies.rules.scopes import Scope
from domain.presales import commands
from domain.presales.models import Inquiry, Solution
from domain.presales.queries import solutions as queries
from domain.presales.rules.inquiries import InquiryState
from domain.presales.rules.quotations import QuotationState
from domain.presales.rules.solutions import Proposal, SolutionState
from domain.rulebook.rules.hindsight import Differs, PastApproval, Trial, judge_approval, panels_of
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.conftest import found_company
from tests.domain.presales.company import Company, chain, decide, decisions_about, founded, limit
from tests.domain.presales.company import do as quote
from tests.domain.presales.company import drafted as quoted
from tests.domain.presales.test_evaluations import drafted as evaluated
from tests.domain.presales.test_evaluations import move as move_evaluation
from tests.domain.presales.test_inquiries import do
from tests.domain.presales.test_requirements import contacted
from tests.handbooks import publish

# Sales and the boss agree side by side, one for each group.
FEASIBLE = {
    "name": {"en": "Feasibility"},
    "mode": "per_group",
    "approvers": [{"by": "department_head"}, {"by": "superior", "level": 2}],
}
BOTH = chain("solutions", FEASIBLE)


def review(**more: Any) -> ExpertReview:
    amount = {"minor": 50_000_000, "currency": "CNY"}
    usual = {"from_amount": amount, "when_complex": True, "least_experts": 1, "panel": "Experts"}
    return ExpertReview.model_validate({**usual, **more})


def panel(*people: Actor) -> ExpertPanel:
    members = [{"by": "member", "value": str(person.id)} for person in people]
    return ExpertPanel.model_validate({"name": "Experts", "members": members})


async def with_experts(*clauses: tuple[str, ClauseKind]) -> Company:
    """A company whose boss is its one expert."""
    made = await founded()
    await publish(made.admin, *clauses, ("6.2", panel(made.boss)))
    return made


@pytest.fixture
async def company(pool: None) -> Company:
    """Major and complex solutions go to whoever has the role of the boss; all of them to sales and the boss."""
    return await with_experts(("6.1", review()), ("6.3", BOTH))


@pytest.fixture
async def plain(pool: None) -> Company:
    """No clause says anything."""
    return await founded()


def proposal(**more: Any) -> Proposal:
    usual = {
        "title": "Portal",
        "functions": "Customers see their orders.",
        "architecture": "One service.",
        "plan": "Two months.",
        "expected_effect": "Fewer calls.",
        "budget": Money.of("100000", "CNY"),
    }
    return Proposal(**{**usual, **more})


async def drafted(company: Company, inquiry: Inquiry | None = None, **more: Any) -> Solution:
    found = inquiry or await contacted(company)
    async with writing(company.seller, settle=settle) as work:
        return await commands.draft_solution(work, inquiry_id=found.id, proposal=proposal(**more))


async def move(company: Company, command: Any, solution: Solution, **given: Any) -> Solution:
    async with writing(company.seller, settle=settle) as work:
        found: Solution = await command(work, solution_id=solution.id, **given)
        return found


async def stored(company: Company, solution: Solution) -> Solution:
    async with reading(company.admin) as work:
        return await queries.get(work, solution.id)


async def sent(company: Company, **more: Any) -> Solution:
    """A solution that nobody had to review, with the customer."""
    solution = await drafted(company, **more)
    await move(company, commands.submit_solution, solution)
    return await move(company, commands.send_solution, solution, contact_id=company.contact_id)


async def test_two_companies_review_by_their_own_chains(company: Company, plain: Company) -> None:
    solution = await move(company, commands.submit_solution, await drafted(company))
    assert (solution.state, solution.expert_review) == (SolutionState.IN_REVIEW, False)
    # One for each group: the head of sales alone is not enough.
    await decide(company, company.head)
    assert (await stored(company, solution)).state is SolutionState.IN_REVIEW
    await decide(company, company.boss)
    assert (await stored(company, solution)).state is SolutionState.APPROVED
    found = await decisions_about(company, SubjectKind.SOLUTION, solution.id)
    assert [each.decision for each in found] == ["presales.expert_review", "approvals.chain"]
    theirs = await move(plain, commands.submit_solution, await drafted(plain, budget=Money.of("9000000", "CNY")))
    assert (theirs.state, theirs.expert_review, theirs.number) == (SolutionState.APPROVED, False, "SOL-000001")
    third = await found_company()
    async with reading(third) as work:
        assert await work.all(select(Solution)) == []
        with pytest.raises(NotFound):
            await queries.get(work, solution.id)


async def test_experts_review_what_is_major_after_everybody_else(company: Company) -> None:
    solution = await drafted(company, budget=Money.of("500000", "CNY"))
    solution = await move(company, commands.submit_solution, solution)
    assert solution.expert_review
    await decide(company, company.head)
    await decide(company, company.boss)
    assert (await stored(company, solution)).state is SolutionState.IN_REVIEW
    # Who agreed before is asked again as an expert.
    await decide(company, company.boss)
    assert (await stored(company, solution)).state is SolutionState.APPROVED
    async with reading(company.admin) as work:
        [approval] = await work.all(select(Approval))
    assert [step["name"]["en"] for step in approval.chain["steps"]] == ["Feasibility", "Expert review"]
    assert approval.facts["expert_review"] is True
    # Foretold by its own facts it takes the same steps, and without the experts the first alone.
    foreseen = await foretold(company, approval.facts)
    assert [each.step.model_dump(mode="json") for each in foreseen.steps] == approval.chain["steps"]
    assert [seat.member_id for seat in foreseen.steps[1].seats] == [company.boss.id]
    assert len((await foretold(company, {**approval.facts, "expert_review": False})).steps) == 1
    # In hindsight, the version by which it went makes no difference to it; one in which nothing is major does.
    assert await in_hindsight(company, approval) == []
    without = await in_hindsight(company, approval, review(from_amount={"minor": 900_000_000, "currency": "CNY"}))
    assert [[step["name"]["en"] for step in each.after] for each in without] == [["Feasibility"]]


async def foretold(company: Company, facts: dict[str, Any]) -> Foresight:
    assert company.seller.id is not None
    async with reading(company.admin) as work:
        return await foresee(work, kind=SubjectKind.SOLUTION, purpose="", facts=facts, requester_id=company.seller.id)


async def in_hindsight(company: Company, approval: Approval, by: ExpertReview | None = None) -> list[Differs]:
    """What the version in force, with another review if one is given, would have made of an approval."""
    async with reading(company.admin) as work:
        assert approval.version_id is not None
        book = await policies.handbook(work, approval.version_id)
    past = PastApproval(
        approval.id,
        approval.requester_id,
        SubjectKind.SOLUTION,
        "",
        Scope(),
        ApprovalChain.model_validate(approval.chain),
        approval.facts,
        panels_of(book),
    )
    clauses = [replace(each, value=by.stored()) if by and each.kind == by.kind else each for each in book.clauses]
    return list(judge_approval(past, Trial(Handbook(book.version_id, "2", clauses), {})))


async def test_experts_review_what_is_complex_without_any_chain(pool: None) -> None:
    scale = InquiryEvaluationRules.model_validate({"highest": 5, "complex_from": 3, "go_needed": False})
    company = await with_experts(("6.1", review(from_amount=None)), ("6.3", scale))
    inquiry = await contacted(company)
    await evaluated(company, inquiry, difficulty=4)
    solution = await move(company, commands.submit_solution, await drafted(company, inquiry))
    assert (solution.is_complex, solution.expert_review) == (True, True)
    await decide(company, company.boss)
    assert (await stored(company, solution)).state is SolutionState.APPROVED


async def test_without_enough_experts_nothing_is_submitted(pool: None) -> None:
    company = await founded()
    # One of the two is who writes it.
    await publish(company.admin, ("6.1", review(least_experts=2)), ("6.2", panel(company.boss, company.seller)))
    solution = await drafted(company, budget=Money.of("500000", "CNY"))
    with pytest.raises(WrongState) as refused:
        await move(company, commands.submit_solution, solution)
    assert (refused.value.code, refused.value.clause and refused.value.clause.number) == ("TOO_FEW_EXPERTS", "6.1")
    assert (await stored(company, solution)).state is SolutionState.DRAFT


async def test_a_clause_names_a_panel_that_the_handbook_has(pool: None) -> None:
    with pytest.raises(Invalid):
        await founded(("6.1", review(panel=None)))
    with pytest.raises(Refusal) as refused:
        await founded(("6.1", review()))
    assert refused.value.code == "UNKNOWN_APPROVER"


def test_a_budget_in_another_currency_counts_as_major() -> None:
    clause = review()
    assert not needs_experts(Money.of("499999.99", "CNY"), is_complex=False, clause=clause)
    assert needs_experts(Money.of("500000", "CNY"), is_complex=False, clause=clause)
    assert needs_experts(Money.of("1", "EUR"), is_complex=False, clause=clause)
    assert needs_experts(Money.of("1", "CNY"), is_complex=True, clause=clause)
    assert not needs_experts(Money.of("1", "CNY"), is_complex=True, clause=review(when_complex=False))
    assert not needs_experts(Money.of("1", "EUR"), is_complex=False, clause=review(from_amount=None))


async def test_what_a_review_finds_leads_to_the_next_version(company: Company) -> None:
    solution = await move(company, commands.submit_solution, await drafted(company))
    async with writing(company.head, settle=settle) as work:
        mine = (ApprovalTask.state == TaskState.WAITING, ApprovalTask.assignee_id == company.head.id)
        [task] = await work.all(select(ApprovalTask).where(*mine))
        await approvals.reject(work, task_id=task.id, comment="Say how it is operated.")
    returned = await stored(company, solution)
    assert (returned.state, returned.findings) == (SolutionState.RETURNED, "Say how it is operated.")
    second = await move(company, commands.revise_solution, solution, reason="Operation added")
    assert (second.number, second.version, second.reason) == (solution.number, 2, "Operation added")
    assert (await stored(company, solution)).state is SolutionState.SUPERSEDED
    changed = await move(company, commands.change_solution, second, proposal=proposal(plan="By us."))
    assert (changed.plan, changed.state) == ("By us.", SolutionState.DRAFT)


async def test_the_customer_confirms_or_wants_changes_once(plain: Company) -> None:
    solution = await sent(plain)
    assert solution.digest == proposal().digest()
    confirmed = await move(
        plain, commands.record_solution_answer, solution, confirmed=True, answered_by="Lin", comment=""
    )
    assert (confirmed.state, confirmed.answered_by) == (SolutionState.CONFIRMED, "Lin")
    with pytest.raises(WrongState):
        await move(plain, commands.record_solution_answer, solution, confirmed=False, answered_by="Lin", comment="No")
    other = await sent(plain)
    with pytest.raises(Invalid) as refused:
        await move(plain, commands.record_solution_answer, other, confirmed=False, answered_by="Lin")
    assert refused.value.path == ("comment",)
    async with writing(plain.admin, settle=settle) as work:
        await commands.answer_solution_by_link(
            work, solution_id=other.id, confirmed=False, name="Lin", comment="Cheaper, please."
        )
    assert (await stored(plain, other)).state is SolutionState.OBJECTED


async def test_who_takes_the_review_back_has_a_draft_and_who_withdraws_voids_it(company: Company) -> None:
    solution = await move(company, commands.submit_solution, await drafted(company))
    async with writing(company.seller, settle=settle) as work:
        assert solution.approval_id is not None
        await approvals.withdraw(work, approval_id=solution.approval_id)
    assert (await stored(company, solution)).state is SolutionState.DRAFT
    await move(company, commands.submit_solution, solution)
    await move(company, commands.withdraw_solution, solution)
    async with reading(company.admin) as work:
        found = await work.all(select(Approval).order_by(Approval.id))
    assert [each.state for each in found] == [ApprovalState.WITHDRAWN, ApprovalState.WITHDRAWN]
    assert (await move(company, commands.revise_solution, solution, reason="Again")).version == 2


async def test_a_refused_inquiry_ends_its_solution(plain: Company) -> None:
    inquiry = await contacted(plain)
    solution = await drafted(plain, inquiry)
    closed = await do(commands.refuse_inquiry, plain.seller, inquiry, reason="Too small.")
    assert closed.state is InquiryState.REFUSED
    assert (await stored(plain, solution)).state is SolutionState.WITHDRAWN
    with pytest.raises(WrongState) as refused:
        await move(plain, commands.revise_solution, solution, reason="All the same")
    assert refused.value.code == "INQUIRY_OVER"


async def test_a_qualified_inquiry_still_gets_a_solution_and_one_only(plain: Company) -> None:
    inquiry = await contacted(plain)
    evaluation = await evaluated(plain, inquiry)
    await move_evaluation(plain, commands.submit_evaluation, evaluation)
    await do(commands.qualify_inquiry, plain.seller, inquiry)
    outcomes = await asyncio.gather(*(drafted(plain, inquiry) for _ in range(2)), return_exceptions=True)
    assert sorted(isinstance(each, Conflict) for each in outcomes) == [False, True]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"title": " "}, ("title",)),
        ({"title": "x" * 201}, ("title",)),
        ({"functions": ""}, ("functions",)),
        ({"budget": Money.of("-1", "CNY")}, ("budget",)),
    ],
)
async def test_bad_input_changes_nothing(plain: Company, more: dict[str, Any], path: tuple[str, ...]) -> None:
    inquiry = await contacted(plain)
    with pytest.raises(Invalid) as refused:
        await drafted(plain, inquiry, **more)
    assert refused.value.path == path
    async with writing(plain.boss, settle=settle) as work:
        with pytest.raises(Forbidden):
            await commands.draft_solution(work, inquiry_id=inquiry.id, proposal=proposal())
    async with reading(plain.admin) as work:
        assert await work.all(select(Solution)) == []


async def test_it_goes_to_one_of_the_customers_people(plain: Company) -> None:
    solution = await move(plain, commands.submit_solution, await drafted(plain))
    for wrong in (None, plain.standard_contact_id):
        with pytest.raises(Refusal) as refused:
            await move(plain, commands.send_solution, solution, contact_id=wrong)
        assert refused.value.path == ("contactId",)
    assert (await stored(plain, solution)).state is SolutionState.APPROVED


async def test_a_quotation_waits_for_a_confirmed_solution_where_the_clause_says_so(plain: Company) -> None:
    strict = await founded(("6.3", limit("10", "30", solution_needed=True)))
    for company, waits in ((strict, True), (plain, False)):
        solution = await sent(company)
        quotation = await quoted(company, solution_id=solution.id, valid_days=10)
        submitted = await quote(commands.submit_quotation, company.seller, quotation)
        assert (submitted.needs_solution, submitted.solution_id) == (waits, solution.id)
        if waits:
            with pytest.raises(WrongState) as refused:
                await quote(commands.send_quotation, company.seller, quotation)
            clause = refused.value.clause
            assert (refused.value.code, clause and clause.number) == ("NO_SOLUTION", "6.3")
            await move(company, commands.record_solution_answer, solution, confirmed=True, answered_by="Lin")
        found = await quote(commands.send_quotation, company.seller, quotation)
        assert found.state is QuotationState.SENT
        revised = await quote(commands.revise_quotation, company.seller, quotation)
        assert revised.solution_id == solution.id


async def test_a_quotation_names_a_solution_for_its_own_customer(plain: Company) -> None:
    solution = await drafted(plain)
    with pytest.raises(Invalid) as refused:
        await quoted(
            plain, customer_id=plain.standard_id, contact_id=plain.standard_contact_id, solution_id=solution.id
        )
    assert refused.value.path == ("solutionId",)
    stranger = await founded()
    with pytest.raises(NotFound):
        await quoted(stranger, solution_id=solution.id)
