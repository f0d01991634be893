"""The course of an approval against a simple model: random chains and decisions, the same seats, the same end."""

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from domain.approvals import commands
from domain.approvals.rules.states import State, TaskState
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.database import writing
from tests.domain.approvals.company import Company, ask, course, entry, founded, lay_down, step
from tests.domain.approvals.test_permission import powerless as take_roles


@dataclass
class ModelStep:
    """A step of the model: who decides there, and in which way."""

    people: list[str]
    mode: str
    needed: int
    # Its condition can't be judged, and nobody has said yet whether it is taken.
    stopped: bool = False
    passed_over: bool = False
    yes: set[str] = field(default_factory=set)
    no: set[str] = field(default_factory=set)

    @property
    def outcome(self) -> bool | None:
        """Whether it has agreed; nothing while it is open."""
        if self.stopped or self.passed_over:
            return None if self.stopped else True
        if self.mode == "any":
            return None if not self.yes | self.no else bool(self.yes)
        needed = len(self.people) if self.mode == "all" else self.needed
        if len(self.yes) >= needed:
            return True
        return False if len(self.people) - len(self.no) < needed else None


@dataclass
class Model:
    """Stages of branches of steps, as a person would go through them with a pencil."""

    stages: list[list[list[int]]]
    steps: list[ModelStep]
    refused: bool = False

    def open_steps(self) -> list[int]:
        """The steps that wait: the first undecided of each branch of the first stage that has any."""
        if self.refused:
            return []
        if all(step.outcome for step in self.steps) and not any(step.yes for step in self.steps):
            # Nobody has agreed to anything: an administrator decides.
            self.stages.append([[len(self.steps)]])
            self.steps.append(ModelStep(["admin"], "any", 1))
        for stage in self.stages:
            found = [next((i for i in branch if self.steps[i].outcome is None), None) for branch in stage]
            if any(index is not None for index in found):
                return [index for index in found if index is not None]
        return []

    def seats(self) -> set[tuple[int, str]]:
        """Who waits where."""
        waiting = self.open_steps()
        stops = {(index, STOP) for index in waiting if self.steps[index].stopped}
        return stops | {
            (index, person)
            for index in waiting
            for person in self.steps[index].people
            if not self.steps[index].stopped and person not in self.steps[index].yes | self.steps[index].no
        }

    def rescue(self, index: int, take: bool) -> None:
        """An administrator says whether a step is taken that has stopped."""
        self.steps[index].stopped = False
        self.steps[index].passed_over = self.steps[index].passed_over or not take

    def vote(self, index: int, person: str, agrees: bool) -> None:
        """Somebody decides."""
        (self.steps[index].yes if agrees else self.steps[index].no).add(person)
        self.refused = self.refused or self.steps[index].outcome is False

    @property
    def state(self) -> State:
        """Where it stands."""
        if self.refused:
            return State.REFUSED
        return State.WAITING if self.open_steps() else State.GRANTED


NAMES = ("boss", "head", "hr", "colleague")
STOP = "nobody"
OVERFLOW = "days_employed * 9223372036854775807 > 1"


def seated(people: list[str], mode: str, quorum: int, powerless: str, when_vacant: str) -> list[str]:
    """Who sits in a step, if one of the company may not decide; the engineer who asks stands below head and boss."""
    instead = {"skip": [], "administrator": ["admin"], "superior": ["boss" if powerless == "head" else "head"]}[
        when_vacant
    ]
    found = [person for each in people for person in (instead if each == powerless else [each])]
    seats = list(dict.fromkeys(found))
    if mode == "quorum" and when_vacant != "skip" and len(seats) < quorum:
        seats += [person for person in (*instead, "admin") if person not in seats][:1]
    return seats


def made_up(chance: random.Random, company: Company, powerless: str) -> tuple[Model, list[dict[str, Any]]]:
    """A chain, and its model in a company in which one person may not decide."""
    stages: list[list[list[int]]] = []
    steps: list[ModelStep] = []
    chain = []
    for _ in range(chance.randint(1, 3)):
        # A stage of branches is followed by a step of its own: two stages side by side would be one.
        for branches in (chance.choice([1, 1, 2, 3]), 1):
            stage: list[list[int]] = []
            for number in range(branches):
                branch = []
                for _ in range(chance.randint(1, 2) if branches > 1 else 1):
                    people = chance.sample(NAMES, chance.randint(1, 4))
                    mode = chance.choice(["any", "all", "quorum", "percent"])
                    percent = chance.randint(1, 100)
                    quorum = chance.randint(1, len(people))
                    when_vacant = chance.choice(["skip", "superior", "administrator"])
                    seats = seated(people, mode, quorum, powerless, when_vacant)
                    stops = chance.random() < 0.15
                    needed = max(1, -(-len(seats) * percent // 100)) if mode == "percent" else min(quorum, len(seats))
                    how = {"any": {}, "all": {}, "quorum": {"quorum": quorum}, "percent": {"quorum_percent": percent}}
                    branch.append(len(steps))
                    steps.append(ModelStep(seats, mode, needed, stopped=stops, passed_over=not seats))
                    chain.append(
                        step(
                            *(entry("member", value=str(getattr(company, name).id)) for name in people),
                            mode="quorum" if mode == "percent" else mode,
                            when_vacant=when_vacant,
                            when=OVERFLOW if stops else None,
                            **how[mode],
                            **({"branch": f"b{number}"} if branches > 1 else {}),
                        )
                    )
                stage.append(branch)
            stages.append(stage)
    return Model(stages, steps), chain


@pytest.mark.parametrize("seed", range(16))
async def test_random_chains_go_as_the_model_says(acme: Actor, seed: int) -> None:
    chance = random.Random(seed)
    company = await founded(acme)
    powerless = chance.choice(NAMES)
    await take_roles(company, getattr(company, powerless))
    model, chain = made_up(chance, company, powerless)
    await lay_down(company.admin, *chain)
    approval = await ask(company.engineer, days_employed=100)
    person_of = {getattr(company, name).id: name for name in (*NAMES, "admin")} | {None: STOP}
    while True:
        stands, tasks = await course(company.admin, approval.id)
        seats = {(task.step, person_of[task.assignee_id]): task.id for task in tasks if task.state is TaskState.WAITING}
        expected = model.seats()
        assert set(seats) == expected
        assert stands.state is model.state
        if not seats:
            return
        index, person = chance.choice(sorted(seats))
        agrees = chance.random() < 0.85
        if person == STOP:
            model.rescue(index, agrees)
            async with writing(company.admin, settle=settle) as work:
                await commands.go_on(work, task_id=seats[index, person], take=agrees, comment="Looked at.")
            continue
        model.vote(index, person, agrees)
        async with writing(getattr(company, person), settle=settle) as work:
            if agrees:
                await commands.approve(work, task_id=seats[index, person])
            else:
                await commands.reject(work, task_id=seats[index, person], comment="No.")
