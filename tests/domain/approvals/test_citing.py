"""Whatever a case does by itself is found among its decisions, with the clause, the values and what came of them."""

from typing import Any
from uuid import UUID

import pytest

from domain.approvals import commands
from domain.consequences import settle
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import queries as policies
from domain.policies.models import Decision
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tests.conftest import found_company
from tests.domain.approvals.company import BOSS, HEAD, HR, Company, ask, founded, lay_down, step, waiting
from tests.domain.approvals.test_deadlines import time_passes

NOBODY = {"by": "superior", "level": 9}
LONG = [{"fact": "notice_days", "operator": "at_least", "value": 30}]


@pytest.fixture
async def company(acme: Actor) -> Company:
    """One company with people."""
    return await founded(acme)


async def decided(company: Company, approval_id: UUID) -> list[Decision]:
    async with reading(company.admin) as work:
        return await policies.decisions_about(work, Subject(SubjectKind.APPROVAL, approval_id))


async def words(company: Company, approval_id: UUID) -> list[str]:
    return [decision.decision.removeprefix("approvals.") for decision in await decided(company, approval_id)]


async def approve(actor: Actor, task_id: UUID) -> None:
    async with writing(actor, settle=settle) as work:
        await commands.approve(work, task_id=task_id)


def of(decisions: list[Decision], word: str) -> list[dict[str, Any]]:
    return [{**each.inputs, **each.result} for each in decisions if each.decision == f"approvals.{word}"]


async def test_steps_taken_and_left_out_keep_the_conditions_and_the_facts_behind_them(company: Company) -> None:
    await lay_down(company.admin, step(BOSS, only_if=LONG), step(HEAD, when="notice_days < 30 && !key_post"), step(HR))
    approval = await ask(company.engineer, notice_days=14, key_post=False)
    found = await decided(company, approval.id)
    (left_out,) = of(found, "step_passed_over")
    assert left_out["conditions"] == [{"condition": LONG[0], "facts": {"notice_days": 14}, "holds": False}]
    assert (left_out["step"], left_out["name"]["en"], left_out["reason"]) == (0, "Step", "condition_not_met")
    (entered,) = of(found, "step_entered")
    assert entered["conditions"] == [
        {
            "condition": "notice_days < 30 && !key_post",
            "facts": {"key_post": False, "notice_days": 14},
            "holds": True,
        }
    ]
    assert [seat["member_id"] for seat in entered["seats"]] == [str(company.head.id)]
    assert {decision.why[0]["number"] for decision in found} == {"5.1"}


async def test_vacancies_and_own_requests_say_who_stands_in_and_why(company: Company) -> None:
    await lay_down(company.admin, step(NOBODY, when_vacant="skip"), step(HEAD, NOBODY, when_vacant="administrator"))
    approval = await ask(company.head)
    found = await decided(company, approval.id)
    (skipped,) = of(found, "step_passed_over")
    assert (skipped["reason"], skipped["left_out"]) == (
        "nobody_seated",
        [{"named_by": NOBODY, "reason": "vacant_skipped"}],
    )
    (entered,) = of(found, "step_entered")
    assert [(seat["member_id"], seat["reason"]) for seat in entered["seats"]] == [
        (str(company.boss.id), "requester_superior"),
        (str(company.admin.id), "vacant_administrator"),
    ]


async def test_votes_are_kept_as_they_were_counted(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, HR, BOSS, mode="quorum", quorum_percent=60))
    approval = await ask(company.engineer)
    seats = await waiting(company.admin, approval.id)
    await approve(company.head, seats[company.head.id])
    assert await words(company, approval.id) == ["step_entered"]
    await approve(company.hr, seats[company.hr.id])
    found = await decided(company, approval.id)
    (outcome,) = of(found, "step_decided")
    assert {name: outcome[name] for name in ("mode", "quorum_percent", "agreed", "silent", "needed", "outcome")} == {
        "mode": "quorum",
        "quorum_percent": 60,
        "agreed": 2,
        "silent": 1,
        "needed": 2,
        "outcome": "passed",
    }
    (ended,) = of(found, "ended")
    assert (ended["state"], ended["digest"]) == ("granted", approval.digest)


async def test_one_of_each_group_is_counted_by_groups(company: Company) -> None:
    engineers = {"by": "post", "value": "Engineer"}
    await lay_down(company.admin, step(engineers, HR, mode="per_group"))
    approval = await ask(company.boss)
    seats = await waiting(company.admin, approval.id)
    await approve(company.colleague, seats[company.colleague.id])
    await approve(company.hr, seats[company.hr.id])
    (outcome,) = of(await decided(company, approval.id), "step_decided")
    assert (outcome["mode"], outcome["agreed"], outcome["needed"], outcome["outcome"]) == ("per_group", 2, 2, "passed")


async def test_an_escalation_says_from_whom_to_whom(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, deadline={"working_days": 2}, on_deadline="escalate"))
    approval = await ask(company.engineer)
    await time_passes(company, approval.id)
    (escalated,) = of(await decided(company, approval.id), "deadline")
    assert escalated["to"] == [{"from_id": str(company.head.id), "to_id": str(company.boss.id), "reason": "escalated"}]


async def test_a_subject_that_changes_voids_the_case_and_the_case_says_so(company: Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await ask(company.engineer)
    async with writing(company.admin, settle=settle) as work:
        await commands.end_with_subject(work, subject=Subject(SubjectKind.RESIGNATION, approval.subject_id))
    (void,) = of(await decided(company, approval.id), "voided")
    assert (void["state"], void["reason"], void["digest"]) == ("withdrawn", "subject_changed", approval.digest)


async def test_what_a_condition_stops_is_kept_with_its_failure(company: Company) -> None:
    await lay_down(company.admin, step(HEAD, when="notice_days * 9000000000000000000 > 1"))
    approval = await ask(company.engineer, notice_days=30)
    (stopped,) = of(await decided(company, approval.id), "step_stopped")
    assert stopped["failure"] == "overflow"
    assert stopped["conditions"][0]["holds"] is None


async def test_what_a_person_does_is_no_decision_of_the_handbook_s(company: Company) -> None:
    """Each company's chain is its own, and a third company sees none of it."""
    other, third = await founded(await found_company()), await found_company()
    await lay_down(company.admin, step(HEAD))
    await lay_down(other.admin, step(HEAD, only_if=LONG), step(HR))
    mine = await ask(company.engineer)
    theirs = await ask(other.engineer, notice_days=3)
    async with writing(company.engineer, settle=settle) as work:
        await commands.withdraw(work, approval_id=mine.id)
    assert await words(company, mine.id) == ["step_entered"]
    assert await words(other, theirs.id) == ["step_passed_over", "step_entered"]
    async with reading(third) as work:
        for approval in (mine, theirs):
            assert await policies.decisions_about(work, Subject(SubjectKind.APPROVAL, approval.id)) == []
