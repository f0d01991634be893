"""Evaluations on a real database: the clause's scale, go or no go by the chain, no offer without a go (PS-2)."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from domain.approvals.models import Approval
from domain.approvals.rules.states import State as ApprovalState
from domain.consequences import settle
from domain.kernel.money import Money
from domain.kernel.subjects import SubjectKind
from domain.policies.rules.kinds import InquiryEvaluationRules
from domain.presales import commands
from domain.presales.models import Inquiry, InquiryEvaluation, Solution
from domain.presales.queries import evaluations as queries
from domain.presales.rules.evaluations import EvaluationState, Findings
from domain.presales.rules.inquiries import InquiryState
from domain.presales.rules.solutions import Proposal
from tenancy.actor import ActorKind
from tenancy.database import reading, writing
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, WrongState
from tests.conftest import found_company
from tests.domain.presales.company import Company, chain, decide, decisions_about, founded, lines
from tests.domain.presales.test_inquiries import do
from tests.domain.presales.test_requirements import contacted

STRICT = InquiryEvaluationRules.model_validate({"highest": 3, "complex_from": 3, "go_needed": True})
COMPLEX = {"fact": "is_complex", "operator": "equals", "value": True}
CHAIN = chain("inquiry_evaluations", {}, {"approvers": [{"by": "superior", "level": 2}], "only_if": [COMPLEX]})

PROPOSAL = Proposal("Portal", "All", "", "", "", Money.of("100", "CNY"))


@pytest.fixture
async def company(pool: None) -> Company:
    """Three points, a go is needed; the head decides, and the boss as well on what is complex."""
    return await founded(("6.1", STRICT), ("6.2", CHAIN))


@pytest.fixture
async def plain(pool: None) -> Company:
    """No clause says anything."""
    return await founded()


def findings(**more: Any) -> Findings:
    return Findings(**{"difficulty": 2, "risk": 1, "effort_days": 20, "rationale": "Known ground.", "go": True, **more})


async def drafted(company: Company, inquiry: Inquiry, **more: Any) -> InquiryEvaluation:
    async with writing(company.seller, settle=settle) as work:
        return await commands.draft_evaluation(work, inquiry_id=inquiry.id, findings=findings(**more))


async def move(company: Company, command: Any, evaluation: InquiryEvaluation, **given: Any) -> InquiryEvaluation:
    async with writing(company.seller, settle=settle) as work:
        found: InquiryEvaluation = await command(work, evaluation_id=evaluation.id, **given)
        return found


async def state_of(company: Company, evaluation: InquiryEvaluation) -> EvaluationState:
    async with reading(company.admin) as work:
        return (await queries.get(work, evaluation.id)).state


async def test_two_companies_decide_by_their_own_scales_and_chains(company: Company, plain: Company) -> None:
    inquiry, other = await contacted(company), await contacted(plain)
    evaluation = await drafted(company, inquiry, difficulty=3)
    assert evaluation.is_complex
    await move(company, commands.submit_evaluation, evaluation)
    await decide(company, company.head)
    assert await state_of(company, evaluation) is EvaluationState.IN_REVIEW
    await decide(company, company.boss)
    assert await state_of(company, evaluation) is EvaluationState.GO
    found = await decisions_about(company, SubjectKind.EVALUATION, evaluation.id)
    assert [each.decision for each in found] == ["approvals.chain"]
    theirs = await drafted(plain, other, difficulty=5, go=False)
    assert (theirs.is_complex, theirs.state) == (False, EvaluationState.DRAFT)
    theirs = await move(plain, commands.submit_evaluation, theirs)
    assert theirs.state is EvaluationState.NO_GO
    with pytest.raises(Invalid):
        await drafted(company, await contacted(company), difficulty=4)
    third = await found_company()
    async with reading(third) as work:
        assert await work.all(select(InquiryEvaluation)) == []
        with pytest.raises(NotFound):
            await queries.get(work, evaluation.id)


async def test_nothing_is_qualified_without_a_go_where_the_clause_says_so(company: Company, plain: Company) -> None:
    inquiry = await contacted(company)
    with pytest.raises(WrongState) as refused:
        await do(commands.qualify_inquiry, company.seller, inquiry)
    assert refused.value.code == "NO_GO"
    assert refused.value.clause is not None
    assert refused.value.clause.number == "6.1"
    evaluation = await drafted(company, inquiry)
    # The clause's chain asks people, so a program lays nothing before them.
    program = replace(company.seller, kind=ActorKind.CLIENT, id=uuid4())
    with pytest.raises(Forbidden) as kept:
        async with writing(program, settle=settle) as work:
            await commands.submit_evaluation(work, evaluation_id=evaluation.id)
    assert (kept.value.code, kept.value.clause is not None) == ("PEOPLE_ONLY", True)
    await move(company, commands.submit_evaluation, evaluation)
    await decide(company, company.head)
    assert (await do(commands.qualify_inquiry, company.seller, inquiry)).state is InquiryState.QUALIFIED
    free = await contacted(plain)
    assert (await do(commands.qualify_inquiry, plain.seller, free)).state is InquiryState.QUALIFIED


async def test_what_was_decided_not_to_go_stops_all_that_comes_after_until_a_new_go(
    company: Company, plain: Company
) -> None:
    inquiry, free = await contacted(company), await contacted(plain)
    for where, about in ((company, inquiry), (plain, free)):
        async with writing(where.seller, settle=settle) as work:
            before = await commands.draft_solution(work, inquiry_id=about.id, proposal=PROPOSAL)
        refused = await move(where, commands.submit_evaluation, await drafted(where, about, go=False))
        if where is company:
            await decide(where, where.head)
            stopped = before
        assert await state_of(where, refused) is EvaluationState.NO_GO
    await offered(plain, before)
    for again in (False, True):
        if again:
            # Evaluating anew opens nothing yet.
            evaluation = await drafted(company, inquiry)
        with pytest.raises(WrongState) as kept:
            await offered(company, stopped)
        assert (kept.value.code, kept.value.path) == ("NO_GO", ("solutionId",))
        assert kept.value.clause is not None
        assert kept.value.clause.number == "6.1"
        with pytest.raises(WrongState):
            await revised(company, stopped)
    await move(company, commands.submit_evaluation, evaluation)
    await decide(company, company.head)
    await offered(company, stopped)


async def offered(company: Company, solution: Solution) -> None:
    """A quotation is written that names a solution."""
    async with writing(company.seller, settle=settle) as work:
        await commands.draft_quotation(
            work,
            customer_id=solution.customer_id,
            contact_id=company.contact_id,
            title="Support",
            currency="CNY",
            lines=lines(),
            solution_id=solution.id,
        )


async def revised(company: Company, solution: Solution) -> None:
    async with writing(company.seller, settle=settle) as work:
        await commands.change_solution(work, solution_id=solution.id, proposal=PROPOSAL)


async def test_who_refuses_a_go_decides_not_to_and_who_refuses_a_no_gives_it_back(company: Company) -> None:
    inquiry = await contacted(company)
    evaluation = await drafted(company, inquiry)
    await move(company, commands.submit_evaluation, evaluation)
    await decide(company, company.head, agrees=False)
    assert await state_of(company, evaluation) is EvaluationState.NO_GO
    second = await drafted(company, inquiry, go=False)
    assert (second.number, await state_of(company, evaluation)) == (2, EvaluationState.SUPERSEDED)
    await move(company, commands.submit_evaluation, second)
    await decide(company, company.head, agrees=False)
    assert await state_of(company, second) is EvaluationState.DRAFT
    changed = await move(company, commands.change_evaluation, second, findings=findings(difficulty=3))
    assert (changed.go, changed.is_complex) == (True, True)


async def test_one_evaluation_is_under_way_at_a_time(plain: Company) -> None:
    inquiry = await contacted(plain)
    outcomes = await asyncio.gather(*(drafted(plain, inquiry) for _ in range(2)), return_exceptions=True)
    assert sorted(isinstance(each, Conflict) for each in outcomes) == [False, True]


async def test_a_closed_inquiry_voids_what_waits_for_approval(company: Company) -> None:
    inquiry = await contacted(company)
    evaluation = await drafted(company, inquiry)
    await move(company, commands.submit_evaluation, evaluation)
    await do(commands.refuse_inquiry, company.seller, inquiry, reason="Too small.")
    assert await state_of(company, evaluation) is EvaluationState.SUPERSEDED
    async with reading(company.admin) as work:
        [approval] = await work.all(select(Approval))
    assert approval.state is ApprovalState.WITHDRAWN
    with pytest.raises(WrongState):
        await drafted(company, inquiry)


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"difficulty": 0}, ("difficulty",)),
        ({"risk": 6}, ("risk",)),
        ({"effort_days": -1}, ("effortDays",)),
        ({"rationale": " "}, ("rationale",)),
    ],
)
async def test_bad_input_changes_nothing(plain: Company, more: dict[str, Any], path: tuple[str, ...]) -> None:
    inquiry = await contacted(plain)
    with pytest.raises(Invalid) as refused:
        await drafted(plain, inquiry, **more)
    assert refused.value.path == path
    async with writing(plain.boss, settle=settle) as work:
        with pytest.raises(Forbidden):
            await commands.draft_evaluation(work, inquiry_id=inquiry.id, findings=findings())
    async with reading(plain.admin) as work:
        assert await work.all(select(InquiryEvaluation)) == []
