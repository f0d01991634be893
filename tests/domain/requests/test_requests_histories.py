"""Whatever happens to a request, what is stored is what its history says, and everything has come once and in order."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from domain.kernel.terms import Complexity
from domain.requests import commands, queries, rules
from domain.requests.models import ServiceRequest
from domain.requests.rules import Change, ClockKind, Move, State
from tenancy.agenda import AgendaItem, Task
from tenancy.database import reading
from tenancy.journal import JournalEntry
from tests.domain.requests.company import (
    SOFTWARE_CALENDAR,
    SOFTWARE_LEVEL,
    Company,
    at,
    do,
    escalations,
    go_to,
    sleep_until,
    stored,
    submit,
)

DONE_WITH = {
    Move.TRIAGE: commands.triage,
    Move.ASSIGN: commands.assign,
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


async def lived(company: Company, random: Random) -> tuple[ServiceRequest, datetime]:
    """A request with a life of its own, and the instant at which it is looked at; workers sleep now and then."""
    now = at("Mon 1 09:00")
    request = await submit(company, impact=random.choice(["low", "high"]))
    for _ in range(random.randint(3, 9)):
        # An odd number of seconds, so that nothing falls on a deadline.
        now += timedelta(minutes=random.choice([3, 25, 80, 300, 1500, 3000]), seconds=7)
        await (go_to if random.random() < 0.7 else sleep_until)(company, now)
        moves: list[Move] = [move for move in rules.LIFECYCLE.moves(request.state) if move is not Move.CANCEL]
        if random.random() < 0.05 and (request.state, Move.CANCEL) in rules.LIFECYCLE.table:
            moves = [Move.CANCEL]
        if moves:
            move = random.choice(moves)
            reasons: dict[Move, dict[str, Any]] = {
                Move.ASSIGN: {"assignee_id": random.choice([company.agent.id, company.colleague.id])},
                Move.TRIAGE: {"complexity": random.choice(list(Complexity))},
                Move.PROPOSE: {"solution": "A new proxy"},
                Move.DECLINE: {"reason": "Too dear"},
                Move.HOLD: {"reason": "Waiting"},
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


@pytest.mark.parametrize("seed", range(12))
async def test_what_is_stored_is_what_the_history_says(software: Company, seed: int) -> None:
    request, now = await lived(software, Random(seed))
    async with reading(software.admin) as work:
        changes = await queries.history_of(work, request.id)
        clocks = {clock.kind: clock for clock in await queries.clocks_of(work, request.id)}
        timers = await work.all(select(AgendaItem).where(AgendaItem.task == Task.FIRE))
        entries = await work.all(select(JournalEntry).order_by(JournalEntry.id))
    history = [Change(change.at, change.state, change.reason) for change in changes]
    assert [change.at for change in history] == sorted(change.at for change in history)
    promised = SOFTWARE_LEVEL.targets_for(request.priority)
    assert promised is not None
    for kind in ClockKind:
        target, clock = getattr(promised, kind.value), clocks[kind]
        segments = rules.segments_of(kind, history)
        assert clock.breached_at == rules.breached_at(segments, target, SOFTWARE_CALENDAR, now)
        assert clock.due_at == rules.deadline(segments, target, SOFTWARE_CALENDAR, now)
        breached = clock.breached_at is not None
        assert clock.state == rules.read(kind, history, target, SOFTWARE_CALENDAR, now, breached=breached).state
        used = rules.elapsed(segments, SOFTWARE_CALENDAR, now)
        allowed = rules.budget(target, segments[0].started_at, SOFTWARE_CALENDAR)
        assert clock.warnings == sum(used >= float(part) * allowed for part in SOFTWARE_LEVEL.warning_fractions)
        ladder = [timedelta(minutes=step.offset_working_minutes) for step in SOFTWARE_LEVEL.escalation]
        assert clock.levels == sum(used >= allowed + offset for offset in ladder)
        reached = [level.level for level in await escalations(software, request) if level.clock_id == clock.id]
        assert reached == list(range(1, clock.levels + 1))
        told = [
            (entry.name, entry.payload.get("warning", entry.payload.get("level")))
            for entry in entries
            if entry.payload.get("clock_id") == str(clock.id)
        ]
        assert len(told) == len(set(told)) == clock.warnings + clock.levels + breached
    assert request.due_at == min((clock.due_at for clock in clocks.values() if clock.due_at), default=None)
    assert all(timer.due_at > now for timer in timers)
    waits = request.state is State.RESOLVED or any(
        rules.is_running(rules.segments_of(kind, history), now)
        and (clock.warnings < 2 or clock.levels < 2 or clock.breached_at is None)
        for kind, clock in clocks.items()
    )
    assert len(timers) == int(waits)
