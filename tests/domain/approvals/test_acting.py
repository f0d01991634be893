"""Who acts from which seat: the commands' rule and the statements' are one, and what the inbox says the commands do."""

import random
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from domain.approvals import commands, queries
from domain.approvals.models import Approval, ApprovalDelegation, ApprovalTask
from domain.approvals.rules import acting
from domain.approvals.rules.obstacles import Act, Obstacle
from domain.approvals.rules.states import SeatReason, State, TaskState
from domain.approvals.rules.steps import OPEN
from domain.consequences import settle
from domain.policies.rules.kinds import ApprovalChain
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.identity import people
from tenancy.refusals import Conflict, Refusal
from tenancy.work import Work
from tests.conftest import found_company
from tests.domain.approvals.company import HEAD, HR, Company, ask, course, entry, founded, lay_down, step, waiting
from tests.domain.approvals.test_delegations import away

NAMES = ("boss", "head", "hr", "colleague")
KEPT = (Obstacle.OWN_MATTER, Obstacle.TWO_VOICES, Obstacle.HELD)


def voters(company: Company, **more: Any) -> dict[str, Any]:
    """A step in which everybody decides."""
    return step(*(entry("member", value=str(getattr(company, name).id)) for name in NAMES), **more)


def made_up(
    work: Work, chance: random.Random, company: Company, people: list[Actor]
) -> tuple[Approval, list[ApprovalTask]]:
    """A case as it could stand, with seats that nobody would give."""
    passable = [chance.random() < 0.5 for _ in range(2)]
    steps = [voters(company, delegates_may_transfer=allowed) for allowed in passable]
    chain = ApprovalChain.model_validate({"subject_kind": "resignations", "steps": steps}).stored()
    ids = [person.id for person in people if person.id is not None]
    approval = Approval(
        subject_kind="resignations",
        subject_id=uuid4(),
        purpose="",
        requester_id=chance.choice(ids),
        own_of_ids=chance.sample(ids, chance.choice([0, 0, 1])),
        chain=chain,
        facts={},
        digest="",
        opened_at=work.now,
    )
    work.add(approval)
    concerned = {approval.requester_id, *approval.own_of_ids}
    seats: list[ApprovalTask] = []
    for _ in range(chance.randint(1, 5)):
        reason = chance.choice([None, None, SeatReason.DELEGATED])
        seats.append(
            ApprovalTask(
                approval_id=approval.id,
                step=chance.randint(0, 1),
                named_by={},
                opened_at=work.now,
                assignee_id=chance.choice([None, *(id for id in ids if id not in concerned)]),
                state=chance.choice([TaskState.WAITING, TaskState.WAITING, TaskState.HELD, *TaskState]),
                seat_reason=reason,
                instead_of_id=chance.choice(ids) if reason is not None else None,
                anchor_id=chance.choice([None, None, seats[-1].id]) if seats else None,
            )
        )
        work.add(seats[-1])
    return approval, seats


def expected(
    person: Actor, approval: Approval, seats: list[ApprovalTask], leads: Mapping[Any, Any]
) -> tuple[dict[Any, bool], set[Any]]:
    """What the commands' rule makes of a case: the places from which somebody acts, and the seats that are theirs."""
    case = acting.Case(approval.requester_id, frozenset(approval.own_of_ids), tuple(seats))

    def found(act: Act, seat: ApprovalTask) -> Obstacle | None:
        return acting.obstacle(
            act,
            person.id,
            seat,
            case,
            stands_in=leads.get(seat.assignee_id) == person.id,
            passable=queries.step_of(approval, seat.step).delegates_may_transfer,
        )

    undecided = [seat for seat in seats if seat.state in OPEN]
    answers = {act: {found(act, seat) for seat in undecided} for act in (Act.APPROVE, Act.TRANSFER, Act.ADD_APPROVER)}
    own = {Obstacle.OWN_REQUEST, Obstacle.OWN_MATTER}
    told: dict[Any, bool] = {act: None in obstacles for act, obstacles in answers.items()}
    told |= {(Act.APPROVE, why): why in answers[Act.APPROVE] for why in KEPT[1:]}
    told[Act.APPROVE, Obstacle.OWN_MATTER] = bool(own & answers[Act.APPROVE])
    told[Act.TRANSFER, Obstacle.OWN_MATTER] = bool(own & answers[Act.TRANSFER])
    told |= {(Act.ADD_APPROVER, why): why in answers[Act.ADD_APPROVER] for why in (Obstacle.ADDED_SEAT, Obstacle.HELD)}
    return told, {seat.id for seat in undecided if found(Act.APPROVE, seat) is None}


def asked(approvals: Any) -> dict[Any, Any]:
    """The statements' conditions for the same."""
    return {
        Act.APPROVE: queries.waiting_for_me(approvals),
        Act.TRANSFER: queries.passable_by_me(approvals),
        Act.ADD_APPROVER: queries.may_ask_others(approvals),
        **{(Act.APPROVE, why): queries.kept_from_deciding(approvals, why) for why in KEPT},
        (Act.TRANSFER, Obstacle.OWN_MATTER): queries.kept_from_passing_on(approvals),
        **{
            (Act.ADD_APPROVER, why): queries.kept_from_asking(approvals, why)
            for why in (Obstacle.ADDED_SEAT, Obstacle.HELD)
        },
    }


async def test_statements_say_who_acts_as_the_commands_rule_does(acme: Actor) -> None:
    company = await founded(acme)
    people = [getattr(company, name) for name in NAMES]
    # Two for one, and one for another; what was delegated is not delegated further.
    await away(company.head, company.hr)
    await away(company.boss, company.hr)
    await away(company.hr, company.colleague)
    leads = {company.head.id: company.hr.id, company.boss.id: company.hr.id, company.hr.id: company.colleague.id}
    chance = random.Random(9)
    async with writing(acme, settle=settle) as work:
        cases = [made_up(work, chance, company, people) for _ in range(120)]
    for person in people:
        async with reading(person) as work:
            columns = asked(Approval)
            rows = await work.rows(
                select(Approval.id, *(each.label(f"c{n}") for n, each in enumerate(columns.values())))
            )
            answers = {row["id"]: {key: row[f"c{n}"] for n, key in enumerate(columns)} for row in rows}
            mine = await work.rows(select(ApprovalTask.id).where(queries.my_waiting_tasks(ApprovalTask)))
        told: dict[Any, Any] = {}
        theirs: set[Any] = set()
        for approval, seats in cases:
            told[approval.id], found = expected(person, approval, seats, leads)
            theirs |= found
        assert answers == told
        assert {row["id"] for row in mine} == theirs


async def test_a_stand_in_with_a_seat_of_their_own_is_asked_for_one_voice(
    acme: Actor, globex: Actor, pool: None
) -> None:
    """Both in a company whose steps let stand-ins pass a seat on, and in one whose steps don't."""
    third = await founded(await found_company("Third"))
    for admin, passable in ((acme, True), (globex, False)):
        company = await founded(admin)
        await lay_down(admin, voters(company, mode="quorum", quorum=3, delegates_may_transfer=passable))
        approval = await ask(company.engineer)
        await away(company.head, company.hr)
        seats = await waiting(admin, approval.id)

        async def inbox(of: Company = company) -> tuple[bool, set[Any]]:
            async with reading(of.hr) as work:
                waits = await work.all(select(Approval).where(queries.waiting_for_me(Approval)))
                mine = await work.rows(select(ApprovalTask.id).where(queries.my_waiting_tasks(ApprovalTask)))
                return bool(waits), {row["id"] for row in mine}

        assert await inbox() == (True, {seats[company.hr.id]})
        async with writing(company.hr, settle=settle) as work:
            await commands.approve(work, task_id=seats[company.hr.id])
        assert await inbox() == (False, set())
        assert await inbox(third) == (False, set())
        with pytest.raises(Conflict) as refused:
            async with writing(company.hr, settle=settle) as work:
                await commands.approve(work, task_id=seats[company.head.id])
        assert refused.value.code == "TWO_VOICES"
        async with reading(company.hr) as work:
            assert await work.value(select(queries.passable_by_me(Approval))) is passable


async def test_who_stands_in_for_two_has_the_voice_of_one(acme: Actor) -> None:
    company = await founded(acme)
    await lay_down(acme, step(HEAD, entry("member", value=str(company.boss.id)), mode="all"))
    approval = await ask(company.engineer)
    await away(company.head, company.hr)
    await away(company.boss, company.hr)
    seats = await waiting(acme, approval.id)
    for person in (company.head, company.boss):
        with suppress(Refusal):
            async with writing(company.hr, settle=settle) as work:
                assert (await commands.approve(work, task_id=seats[person.id])).state is State.WAITING
        _, tasks = await course(acme, approval.id)
        decided = [task for task in tasks if task.state is TaskState.APPROVED]
        assert [task.instead_of_id for task in decided] == [company.head.id]
    async with reading(company.hr) as work:
        assert not await work.value(select(queries.waiting_for_me(Approval)))


async def test_who_stands_in_for_one_of_several_groups_speaks_for_each(acme: Actor) -> None:
    company = await founded(acme)
    both = [HR, entry("member", value=str(company.hr.id))]
    await lay_down(acme, step(*both, mode="per_group"))
    approval = await ask(company.engineer)
    await away(company.hr, company.head)
    for _ in both:
        async with reading(company.head) as work:
            seat, *_ = await work.rows(select(ApprovalTask.id).where(queries.my_waiting_tasks(ApprovalTask)))
        async with writing(company.head, settle=settle) as work:
            approval = await commands.approve(work, task_id=seat["id"])
    assert approval.state is State.GRANTED


async def test_who_may_not_decide_any_more_stands_in_for_nobody(acme: Actor, globex: Actor) -> None:
    company, other = await founded(acme), await founded(globex)
    for each in (company, other):
        await lay_down(each.admin, step(HEAD))
        await away(each.head, each.hr)
        await away(each.boss, each.head)
        await ask(each.engineer)
    async with writing(acme, settle=settle) as work:
        await people.set_roles(work, member_id=company.hr.id, role_ids=[])
    for each, decides in ((company, False), (other, True)):
        async with reading(each.hr) as work:
            assert bool(await work.all(select(Approval).where(queries.waiting_for_me(Approval)))) is decides
            given = await work.all(select(ApprovalDelegation).where(queries.in_force(ApprovalDelegation)))
            assert {one.delegator_id for one in given} == {each.boss.id, *([each.head.id] if decides else [])}
