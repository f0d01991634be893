"""Technology demands on a real database: evaluated, broken down, reviewed by the chain, handed on or refused (PS-6)."""

from typing import Any

import pytest
from sqlalchemy import select

from domain.approvals.models import Approval
from domain.approvals.rules.states import State as ApprovalState
from domain.consequences import settle
from domain.kernel.subjects import SubjectKind
from domain.presales import commands
from domain.presales.models import TechnologyDemand
from domain.presales.queries import demands as queries
from domain.presales.rules.demands import DemandState, Task
from tenancy.database import reading, writing
from tenancy.refusals import Forbidden, Invalid, NotFound, WrongState
from tests.conftest import found_company
from tests.domain.presales.company import Company, chain, decide, decisions_about, founded

LARGE = {"fact": "effort_days", "operator": "at_least", "value": 100}
CHAIN = chain("technology_demands", {}, {"approvers": [{"by": "superior", "level": 2}], "only_if": [LARGE]})


@pytest.fixture
async def company(pool: None) -> Company:
    """The head decides, and the boss as well on large ones."""
    return await founded(("6.1", CHAIN))


@pytest.fixture
async def plain(pool: None) -> Company:
    """No clause says anything."""
    return await founded()


async def raised(company: Company, **given: Any) -> TechnologyDemand:
    async with writing(company.seller, settle=settle) as work:
        return await commands.raise_demand(work, **{"title": "Speech", "content": "Understand calls.", **given})


async def move(company: Company, command: Any, demand: TechnologyDemand, **given: Any) -> TechnologyDemand:
    async with writing(company.seller, settle=settle) as work:
        found: TechnologyDemand = await command(work, demand_id=demand.id, **given)
        return found


async def evaluated(company: Company, effort_days: int = 20) -> TechnologyDemand:
    given = {"assessment": "A model is there.", "effort_days": effort_days}
    return await move(company, commands.evaluate_demand, await raised(company), **given)


async def state_of(company: Company, demand: TechnologyDemand) -> DemandState:
    async with reading(company.admin) as work:
        return (await queries.get(work, demand.id)).state


async def test_two_companies_review_by_their_own_chains(company: Company, plain: Company) -> None:
    demand = await evaluated(company, 100)
    assert (await move(company, commands.submit_demand, demand)).state is DemandState.IN_REVIEW
    await decide(company, company.head)
    assert await state_of(company, demand) is DemandState.IN_REVIEW
    await decide(company, company.boss)
    assert await state_of(company, demand) is DemandState.ACCEPTED
    found = await decisions_about(company, SubjectKind.DEMAND, demand.id)
    assert [each.decision for each in found] == ["approvals.chain"]
    theirs = await evaluated(plain)
    assert (await move(plain, commands.submit_demand, theirs)).state is DemandState.ACCEPTED
    third = await found_company()
    async with reading(third) as work:
        assert await work.all(select(TechnologyDemand)) == []
        with pytest.raises(NotFound):
            await queries.get(work, demand.id)


async def test_what_is_accepted_is_broken_down_and_handed_on(plain: Company) -> None:
    demand = await move(plain, commands.submit_demand, await evaluated(plain))
    with pytest.raises(WrongState) as refused:
        await move(plain, commands.hand_on_demand, demand, project="P-1")
    assert refused.value.code == "NO_PARTS"
    for parts in ([Task("Recognise", 12), Task("Answer", 8)], [Task("All of it", 20)]):
        await move(plain, commands.break_down_demand, demand, parts=parts)
    async with reading(plain.seller) as work:
        assert [each.title for each in await queries.parts_of(work, demand)] == ["All of it"]
    demand = await move(plain, commands.hand_on_demand, demand, project="P-1")
    assert (demand.state, demand.project) == (DemandState.HANDED_ON, "P-1")
    with pytest.raises(WrongState):
        await move(plain, commands.refuse_demand, demand, reason="Too late.")


async def test_a_refusal_by_hand_voids_what_waits_and_one_by_the_chain_ends_it(company: Company) -> None:
    demand = await move(company, commands.submit_demand, await evaluated(company))
    await decide(company, company.head, agrees=False)
    assert await state_of(company, demand) is DemandState.REFUSED
    second = await move(company, commands.submit_demand, await evaluated(company))
    second = await move(company, commands.refuse_demand, second, reason="Nobody needs it.")
    assert (second.state, second.reason) == (DemandState.REFUSED, "Nobody needs it.")
    async with reading(company.admin) as work:
        approvals = await work.all(select(Approval).where(Approval.subject_id == second.id))
    assert [each.state for each in approvals] == [ApprovalState.WITHDRAWN]


async def test_bad_input_changes_nothing(plain: Company) -> None:
    for given, path in (({"title": ""}, ("title",)), ({"content": " "}, ("content",))):
        with pytest.raises(Invalid) as refused:
            await raised(plain, **given)
        assert refused.value.path == path
    async with reading(plain.admin) as work:
        assert await work.all(select(TechnologyDemand)) == []
    demand = await raised(plain)
    with pytest.raises(WrongState):
        await move(plain, commands.submit_demand, demand)
    with pytest.raises(Invalid):
        await move(plain, commands.evaluate_demand, demand, assessment="Large.", effort_days=-1)
    demand = await evaluated(plain)
    for parts, path in (([], ("parts",)), ([Task(" ", 1)], ("parts", "0", "title"))):
        with pytest.raises(Invalid) as refused:
            await move(plain, commands.break_down_demand, demand, parts=parts)
        assert refused.value.path == path
    async with writing(plain.boss, settle=settle) as work:
        with pytest.raises(Forbidden):
            await commands.raise_demand(work, title="Mine", content="Mine.")
