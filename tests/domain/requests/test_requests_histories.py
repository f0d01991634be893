"""Whatever happens to a request, what is stored is what its history says, and everything has come once and in order."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.terms import ClockKind, Complexity
from domain.policies import queries as policies
from domain.policies.rules.kinds import HoldReasons, ServiceLevel, UpdateCadence
from domain.requests import commands, queries, rules
from domain.requests.commands.timing import PROMISED
from domain.requests.models import Clock, ServiceRequest
from domain.requests.rules import Move, Reached, State
from tenancy.agenda import AgendaItem, Task
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tests.domain.requests.company import (
    SOFTWARE_CALENDAR,
    SOFTWARE_LEVEL,
    Company,
    at,
    do,
    escalations,
    founded,
    go_to,
    sleep_until,
    software_clauses,
    stored,
    submit,
)
from tests.handbooks import publish

DONE_WITH = {
    Move.TRIAGE: commands.triage,
    Move.ASSIGN: commands.assign,
    Move.HAND_OVER: commands.hand_over,
    Move.HAND_BACK: commands.hand_back,
    Move.DIAGNOSE: commands.diagnose,
    Move.PROPOSE: commands.propose,
    Move.AGREE: commands.agree,
    Move.DECLINE: commands.decline,
    Move.START: commands.start,
    Move.HOLD: commands.put_on_hold,
    Move.RESUME: commands.resume,
    Move.RESOLVE: commands.resolve,
    Move.CONFIRM: commands.confirm,
    Move.CLOSE: commands.close,
    Move.REOPEN: commands.reopen,
    Move.CANCEL: commands.cancel,
}

SELDOM = (Move.CANCEL, Move.HAND_BACK, Move.MERGE, Move.RAISE, Move.RETURN)


async def lived(company: Company, random: Random) -> tuple[ServiceRequest, datetime]:
    """A request with a life of its own, and the instant at which it is looked at; workers sleep now and then."""
    now = at("Mon 1 09:00")
    async with reading(company.admin) as work:
        holds = await policies.find_rule(work, HoldReasons)
    request = await submit(company, impact=random.choice(["low", "high"]))
    for _ in range(random.randint(3, 9)):
        # An odd number of seconds, so that nothing falls on a deadline.
        now += timedelta(minutes=random.choice([3, 25, 80, 300, 1500, 3000]), seconds=7)
        await (go_to if random.random() < 0.7 else sleep_until)(company, now)
        moves: list[Move] = [move for move in rules.LIFECYCLE.moves(request.state) if move not in SELDOM]
        if random.random() < 0.05 and (request.state, Move.CANCEL) in rules.LIFECYCLE.table:
            moves = [Move.CANCEL]
        if holds is not None and random.random() < 0.4:
            await do(commands.comment, company.dispatcher, request, text="We are at it")
            async with writing(company.admin, settle=settle) as work:
                await commands.follow_word(work, request.id)
        if moves:
            move = random.choice(moves)
            listed = random.choice(holds.value.reasons).code if holds is not None else None
            reasons: dict[Move, dict[str, Any]] = {
                Move.ASSIGN: {"assignee_id": random.choice([company.agent.id, company.colleague.id])},
                Move.HAND_OVER: {"summary": "Look at the log"},
                Move.HAND_BACK: {"summary": "Looked at the log"},
                Move.TRIAGE: {"complexity": random.choice(list(Complexity))},
                Move.PROPOSE: {"solution": "A new proxy"},
                Move.DECLINE: {"reason": "Too dear"},
                Move.HOLD: {"reason": "Waiting"} if listed is None else {"reason_code": listed},
                Move.RESOLVE: {"resolution": "Done"},
                Move.REOPEN: {"reason": "Back"},
                Move.CANCEL: {"reason": "No need"},
            }
            given = reasons.get(move, {})
            if given.get("assignee_id") != request.assignee_id or move is not Move.ASSIGN:
                request = await do(DONE_WITH[move], company.dispatcher, request, **given)
            else:
                request = await stored(company, request)
        if rules.LIFECYCLE.is_final(request.state):
            break
    now += timedelta(minutes=random.choice([10, 2000]), seconds=7)
    await go_to(company, now)
    return await stored(company, request), now


LEVEL = ServiceLevel.model_validate(
    {
        **SOFTWARE_LEVEL.stored(),
        "targets": {
            priority: {
                **SOFTWARE_LEVEL.stored()["targets"][priority],
                "proposal": {"working_minutes": 90},
                "internal": {"working_minutes": 200},
            }
            for priority in ("p1", "p2")
        },
    }
)
CADENCE = UpdateCadence.model_validate({"every": {"p1": {"working_minutes": 70}, "p2": {"working_days": 1}}})
HOLDS = HoldReasons.model_validate(
    {
        "reasons": [
            {"code": "customer", "name": {"en": "Customer"}, "pauses": ["resolution", "update"]},
            {"code": "nothing_rests", "name": {"en": "Supplier"}, "pauses": []},
        ],
        "while_proposed": ["resolution"],
    }
)


async def measured() -> Company:
    """A company that measures everything there is to measure, and whose holds let different clocks rest."""
    company = await founded()
    await publish(company.admin, *software_clauses(level=LEVEL), ("2.5", CADENCE), ("2.6", HOLDS))
    return company


@pytest.mark.parametrize("seed", range(6))
async def test_what_is_stored_is_what_the_history_says(software: Company, seed: int) -> None:
    request, now = await lived(software, Random(seed))
    await check(software, request, now, SOFTWARE_LEVEL)


@pytest.mark.parametrize("seed", range(12))
async def test_it_is_so_of_every_clock_whatever_the_holds_let_rest(pool: None, seed: int) -> None:
    company = await measured()
    request, now = await lived(company, Random(seed))
    await check(company, request, now, LEVEL)


async def check(company: Company, request: ServiceRequest, now: datetime, level: ServiceLevel) -> None:
    """Reckon everything anew from the history alone, and compare."""
    async with reading(company.admin) as work:
        changes = await queries.history_of(work, request.id)
        clocks = {clock.kind: clock for clock in await queries.clocks_of(work, request.id)}
        timers = await work.all(select(AgendaItem).where(AgendaItem.task == Task.FIRE))
        entries = await work.all(select(JournalEntry).order_by(JournalEntry.id))
        said_at = await queries.said_at(work, request)
    history = [change.as_rule for change in changes]
    assert [change.at for change in history] == sorted(change.at for change in history)
    promised = level.targets_for(request.priority)
    assert promised is not None
    waits = request.state is State.RESOLVED
    for kind, clock in clocks.items():
        segments = rules.segments_of(kind, history)
        target = getattr(promised, kind.value, None)
        notices: Any = level
        if kind is ClockKind.UPDATE:
            target, notices = CADENCE.every[request.priority], rules.Notices(level.warning_fractions)
            segments = rules.since(segments, rules.heard_at(history, said_at))
        late_at = rules.breached_at(segments, target, SOFTWARE_CALENDAR, now)
        waits |= bool(
            rules.coming(notices, target, segments, SOFTWARE_CALENDAR, now, at_once(clock, late_at is not None))
        )
        assert clock.due_at == rules.deadline(segments, target, SOFTWARE_CALENDAR, now), kind
        read = rules.read(
            kind,
            history,
            target,
            SOFTWARE_CALENDAR,
            now,
            breached=late_at is not None,
            begun_at=rules.heard_at(history, said_at) if kind is ClockKind.UPDATE else None,
        )
        assert clock.state == read.state, kind
        told = [
            (entry.name, entry.payload.get("warning", entry.payload.get("level")), entry.payload.get("times"))
            for entry in entries
            if entry.payload.get("clock_id") == str(clock.id)
        ]
        assert clock.breaches == sum(name == "requests.clock_breached" for name, *_ in told)
        reached = [found.level for found in await escalations(company, request) if found.clock_id == clock.id]
        assert reached == list(range(1, clock.levels + 1))
        if kind is ClockKind.UPDATE:
            continue
        assert clock.breached_at == late_at
        used = rules.elapsed(segments, SOFTWARE_CALENDAR, now)
        allowed = rules.budget(target, clock.started_at, SOFTWARE_CALENDAR)
        assert clock.started_at == segments[0].started_at
        assert clock.warnings == sum(used >= float(part) * allowed for part in level.warning_fractions)
        ladder = [timedelta(minutes=step.offset_working_minutes) for step in level.escalation]
        assert clock.levels == sum(used >= allowed + offset for offset in ladder)
        assert len(told) == len(set(told)) == clock.warnings + clock.levels + clock.breaches
    due = [clock.due_at for kind, clock in clocks.items() if clock.due_at and kind in PROMISED]
    assert request.due_at == min(due, default=None)
    assert all(timer.due_at > now for timer in timers)
    assert len(timers) == int(waits)


def at_once(clock: Clock, late: bool) -> Reached:
    """What has come on a clock."""
    return Reached(clock.warnings, late, clock.levels)
