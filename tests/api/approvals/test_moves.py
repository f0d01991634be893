"""What can be done with an approval is known beforehand, with what keeps one from the rest, as the commands say it."""

from dataclasses import replace
from typing import Any

import pytest

from domain.approvals import commands
from domain.consequences import settle
from domain.kernel.permissions import Permission
from tenancy.actor import Actor
from tenancy.database import writing
from tests.api.conftest import Ask
from tests.domain.approvals.company import HEAD, HR, Company, founded, lay_down, step, waiting
from tests.domain.approvals.company import ask as ask_for
from tests.domain.approvals.test_delegations import away

MOVES = """query($id: ID!) { approval(id: $id) { allowedMoves {
  move allowed blockers { code message earliestAt clause { number } } } } }"""


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def moves(ask: Ask, actor: Actor, approval: Any) -> dict[str, Any]:
    found = (await ask(actor, MOVES, id=str(approval.id)))["approval"]["allowedMoves"]
    assert all(move["allowed"] is (move["blockers"] == []) for move in found)
    return {move["move"]: [blocker["code"] for blocker in move["blockers"]] for move in found}


def possible(found: dict[str, Any]) -> set[str]:
    return {move for move, blockers in found.items() if not blockers}


async def test_each_sees_what_they_can_do(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD), step(HR))
    approval = await ask_for(company.engineer)
    deciding = {"APPROVE", "REJECT", "RETURN"}
    assert possible(await moves(ask, company.engineer, approval)) == {"WITHDRAW", "URGE", "COMMENT"}
    own = deciding | {"TRANSFER", "ADD_APPROVER", "COMMENT"}
    assert possible(await moves(ask, company.head, approval)) == own
    assert possible(await moves(ask, company.admin, approval)) == {"REASSIGN", "WITHDRAW", "COMMENT"}
    await away(company.head, company.colleague)
    found = await moves(ask, company.colleague, approval)
    assert possible(found) == deciding | {"COMMENT"}
    assert found["REASSIGN"] == ["FORBIDDEN"]
    assert found["TRANSFER"] == ["NOT_YOURS"]


async def test_haste_is_possible_again_at_an_instant_that_the_clause_says(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD), urge_every_hours=5)
    approval = await ask_for(company.engineer)
    async with writing(company.engineer, settle=settle) as work:
        await commands.urge(work, approval_id=approval.id)
    reader = replace(company.engineer, permissions=frozenset({Permission.POLICIES_READ}))
    found = (await ask(reader, MOVES, id=str(approval.id)))["approval"]["allowedMoves"]
    (blocker,) = next(move["blockers"] for move in found if move["move"] == "URGE")
    assert (blocker["code"], blocker["clause"]) == ("TOO_SOON", {"number": "5.1"})
    assert blocker["message"] == "You have asked for haste already; that is possible once in 5 hours."
    assert blocker["earliestAt"]


async def test_when_it_is_over_only_comments_are_left(ask: Ask, company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask_for(company.engineer)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    async with writing(company.head, settle=settle) as work:
        await commands.approve(work, task_id=seat)
    for actor in (company.engineer, company.head, company.admin):
        assert possible(await moves(ask, actor, approval)) == {"COMMENT"}
    assert (await moves(ask, company.engineer, approval))["URGE"] == ["WRONG_STATE"]
