"""Cases that wander at random: stand-ins, seats passed on, approvers beside, returns. The rules hold all the same."""

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from domain.approvals import commands, queries
from domain.approvals.models import Approval, ApprovalTask
from domain.approvals.rules.states import SeatReason, State, TaskState
from domain.approvals.rules.steps import OPEN
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Refusal
from tenancy.work import Work
from tests.domain.approvals.company import Company, ask, course, entry, founded, lay_down, step
from tests.domain.approvals.test_delegations import away

NAMES = ("boss", "head", "hr", "colleague")
MODES = ({"mode": "any"}, {"mode": "all"}, {"mode": "quorum", "quorum": 2}, {"mode": "per_group"})
# Refusals that say who may not act from a seat; every other one is about what is done there.
NOT_THEIRS = {"NOT_YOURS", "NOT_FOUND", "TWO_VOICES", "HELD", "OWN_REQUEST", "OWN_MATTER"}
LONGEST = 12


class Undo(Exception):
    """Takes back what was only tried."""


@dataclass(frozen=True)
class Walk:
    """One case in one company, and what chance makes of it."""

    company: Company
    chance: random.Random
    approval_id: UUID

    @property
    def people(self) -> list[Actor]:
        """Everybody who may ever decide."""
        return [*(getattr(self.company, name) for name in NAMES), self.company.admin]

    async def acts_from(self, person: Actor, seats: list[UUID]) -> set[UUID]:
        """The seats from which somebody could agree, as the command has it; each is tried and undone."""
        found = set(seats)
        with suppress(Undo):
            async with writing(person, settle=settle) as work:
                for seat in seats:
                    try:
                        async with work.attempting():
                            await commands.approve(work, task_id=seat)
                            raise Refusal("")
                    except Refusal as refusal:
                        if refusal.code in NOT_THEIRS:
                            found.discard(seat)
                raise Undo
        return found

    async def move(self, person: Actor, seat: UUID) -> None:
        """Something that somebody tries from a seat; what is refused changes nothing."""
        to = self.chance.choice(self.people).id or uuid4()
        before = self.chance.random() < 0.5
        tried: list[tuple[int, Callable[[Work], Awaitable[object]]]] = [
            (6, lambda work: commands.approve(work, task_id=seat)),
            (1, lambda work: commands.reject(work, task_id=seat, comment="No.")),
            (1, lambda work: commands.return_to_step(work, task_id=seat, step=0, comment="Again.")),
            (3, lambda work: commands.transfer(work, task_id=seat, to_id=to)),
            (3, lambda work: commands.add_approver(work, task_id=seat, to_id=to, before=before)),
        ]
        weights, acts = zip(*tried, strict=True)
        (act,) = self.chance.choices(acts, weights)
        with suppress(Refusal):
            async with writing(person, settle=settle) as work:
                await act(work)


def holds(approval: Approval, tasks: list[ApprovalTask]) -> None:
    """What is so of every case, however it got there."""
    undecided = [task for task in tasks if task.state in OPEN]
    assert bool(undecided) is (approval.state is State.WAITING)
    # Something can always be done: not every seat waits for another.
    assert not undecided or any(task.state is TaskState.WAITING for task in undecided)
    assert all(task.assignee_id != approval.requester_id for task in tasks)
    assert all(task.round == approval.round for task in undecided)
    for task in tasks:
        if task.state in (TaskState.APPROVED, TaskState.REJECTED):
            beside = [
                other
                for other in tasks
                if other is not task
                and (other.step, other.round, other.assignee_id) == (task.step, task.round, task.assignee_id)
                and other.state in (TaskState.APPROVED, TaskState.REJECTED)
            ]
            # Somebody speaks once in a step; for several groups only who sits in each of them, or stands in there.
            for_one = {(each.instead_of_id, each.seat_reason) for each in (task, *beside)}
            by_group = {str(each.named_by) for each in (task, *beside)}
            assert not beside or (len(for_one) == 1 and len(by_group) == len(beside) + 1), (task, beside)
            assert task.seat_reason is not SeatReason.DELEGATED or task.instead_of_id is not None


@pytest.mark.parametrize("seed", range(4))
async def test_wherever_a_case_wanders_its_seats_say_who_acts_from_them(acme: Actor, seed: int) -> None:
    chance = random.Random(seed)
    company = await founded(acme)
    steps = []
    for _ in range(chance.randint(1, 3)):
        named = [entry("member", value=str(getattr(company, name).id)) for name in chance.sample(NAMES, 3)]
        passable = chance.random() < 0.5
        steps.append(step(*named, **chance.choice(MODES), delegates_may_transfer=passable))
    await lay_down(acme, *steps)
    for _ in range(chance.randint(1, 3)):
        absent, stand_in = chance.sample(NAMES, 2)
        with suppress(Refusal):
            await away(getattr(company, absent), getattr(company, stand_in))
    walk = Walk(company, chance, (await ask(company.engineer)).id)
    for _ in range(LONGEST):
        approval, tasks = await course(acme, walk.approval_id)
        holds(approval, tasks)
        seats = [task.id for task in tasks if task.state in OPEN]
        if not seats:
            return
        person = chance.choice(walk.people)
        async with reading(person) as work:
            mine = await work.rows(select(ApprovalTask.id).where(queries.my_waiting_tasks(ApprovalTask)))
            waits = await work.value(select(Approval.id).where(queries.waiting_for_me(Approval)))
        acts_from = await walk.acts_from(person, seats)
        assert {row["id"] for row in mine} == acts_from
        assert (waits is not None) is bool(acts_from)
        actor = person if acts_from else chance.choice(walk.people)
        await walk.move(actor, chance.choice(sorted(acts_from) or seats))
