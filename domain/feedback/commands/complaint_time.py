"""Keeping the time of complaints by the rules of requests' clocks: warnings, the breach, who takes over what is late.

A complaint's clocks never pause; each runs from the receipt to the move that stops it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.feedback.events import (
    ComplaintBreached,
    ComplaintEscalated,
    ComplaintFollowedNewClause,
    ComplaintMarkDue,
    ComplaintReviewDue,
    ComplaintWarned,
)
from domain.feedback.models import Complaint, ComplaintChange, ComplaintClock
from domain.feedback.queries import complaints as queries
from domain.feedback.queries.complaints import Grounds
from domain.feedback.rules import complaints as rules
from domain.feedback.rules.complaints import ComplaintClockKind, ComplaintMove, ComplaintState
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import commands as policies
from domain.policies import queries as policies_queries
from domain.policies.events import HandbookTookEffect
from domain.policies.rules.kinds import BusinessCalendarClause, ComplaintHandling
from domain.policies.rules.values import Target
from domain.requests.rules import ClockState, Mark, MarkKind, Reached, Segment, breached_at, coming, deadline
from tenancy.agenda import AgendaItem
from tenancy.outbox import lock_timers
from tenancy.work import Work

# How many complaints are reckoned by a new handbook in one transaction.
BATCH = 100


@dataclass
class View:
    """A locked complaint with its clocks, its course and the clauses they are reckoned by, at one instant."""

    complaint: Complaint
    clocks: list[ComplaintClock]
    changes: list[ComplaintChange]
    grounds: Grounds | None
    at: datetime
    timers: list[AgendaItem]
    # Of clocks whose time had run out, by their ids.
    kept: Mapping[UUID, Grounds] = field(default_factory=dict)

    def enter(self, work: Work, move: ComplaintMove | None, text: str = "") -> ComplaintChange:
        """Keep that a move has led the complaint into its present state."""
        change = ComplaintChange(
            complaint_id=self.complaint.id,
            position=len(self.changes) + 1,
            at=self.at,
            state=self.complaint.state,
            move=move,
            text=text,
            member_id=work.actor.id if work.actor.is_member else None,
        )
        self.changes.append(work.add(change))
        return change

    def segments(self, clock: ComplaintClock) -> tuple[Segment, ...]:
        """A clock's only stretch."""
        stopped_at = rules.stopped_at(clock.kind, [(change.at, change.state) for change in self.changes])
        return (Segment(clock.started_at, stopped_at, counts=True, reason=clock.kind.value),)

    def grounds_of(self, clock: ComplaintClock | None) -> Grounds | None:
        """The clauses that a clock goes by: those of its complaint, until its time has run out."""
        return self.kept.get(clock.id, self.grounds) if clock is not None else self.grounds

    def target(self, clock: ComplaintClock) -> Target | None:
        """What is promised for a clock now."""
        grounds = self.grounds_of(clock)
        return rules.target(grounds.handling.value, clock.kind) if grounds else None


async def locked(work: Work, complaint_id: UUID, *path: str) -> View:
    """A complaint for a change, with all that its clocks depend on; refuses with `NotFound`."""
    timers = await lock_timers(work, complaint_id)
    return await view_of(work, await queries.get(work, complaint_id, *path, lock=True), timers)


async def view_of(work: Work, complaint: Complaint, timers: list[AgendaItem]) -> View:
    """A complaint that is locked, with its timers, and all that its clocks depend on."""
    changes, clocks = await queries.changes_of(work, complaint.id), await queries.clocks_of(work, complaint.id)
    return View(
        complaint=complaint,
        clocks=clocks,
        changes=changes,
        grounds=await queries.grounds(work, complaint, clocks),
        at=max(work.now, changes[-1].at),
        timers=timers,
        kept=await queries.kept_grounds(work, clocks),
    )


def start(work: Work, view: View) -> None:
    """Give a new complaint a clock for everything that its clause promises."""
    if view.grounds is None:
        return
    for kind in ComplaintClockKind:
        promised = rules.target(view.grounds.handling.value, kind)
        if promised is not None:
            clock = ComplaintClock(
                complaint_id=view.complaint.id,
                kind=kind,
                started_at=view.complaint.received_at,
                target=promised.model_dump(mode="json", exclude_defaults=True),
                clause_id=view.grounds.handling.clause.clause_id,
                calendar_clause_id=view.grounds.calendar_clause.clause.clause_id,
            )
            view.clocks.append(work.add(clock))


def reckon(work: Work, view: View) -> None:
    """Bring every clock into line with the course and the clauses, cite where a deadline is new, and set the timer."""
    for clock in view.clocks:
        if clock.stopped_at is None and view.grounds is not None:
            _reckon(work, view, clock)
    complaint = view.complaint
    complaint.due_at = min((clock.due_at for clock in view.clocks if clock.due_at), default=None)
    marks = _coming(view)
    if marks:
        due = ComplaintMarkDue(complaint_id=complaint.id)
        work.schedule(marks[0][0].comes_at, due, about=complaint.id, key=f"complaint:{complaint.id}:clocks")
    else:
        for timer in view.timers:
            work.delete(timer)


def _reckon(work: Work, view: View, clock: ComplaintClock) -> None:
    grounds = view.grounds_of(clock)
    assert grounds is not None
    before, target, segments = clock.due_at, view.target(clock), view.segments(clock)
    old = (clock.clause_id, clock.calendar_clause_id)
    clock.target = target.model_dump(mode="json", exclude_defaults=True) if target else clock.target
    clock.clause_id = grounds.handling.clause.clause_id
    clock.calendar_clause_id = grounds.calendar_clause.clause.clause_id
    clock.due_at = deadline(segments, target, grounds.calendar, view.at)
    clock.stopped_at = segments[0].ended_at
    if clock.breached_at is not None:
        clock.state = ClockState.BREACHED
    elif clock.stopped_at is not None:
        withdrawn = view.complaint.state is ComplaintState.WITHDRAWN
        clock.state = ClockState.VOID if withdrawn else ClockState.MET
    follows = old != (clock.clause_id, clock.calendar_clause_id)
    if follows:
        followed = ComplaintFollowedNewClause(
            complaint_id=view.complaint.id, clock_id=clock.id, old_clause_id=old[0], new_clause_id=clock.clause_id
        )
        work.record(followed, about=view.complaint)
    if follows or (clock.due_at is not None and clock.due_at != before):
        cite(work, view, "feedback.complaint_deadline", _inputs(view, clock), {"due_at": clock.due_at}, clock)


def _coming(view: View) -> list[tuple[Mark, ComplaintClock]]:
    """What is still to come on all clocks of a complaint, in order."""
    found = [
        (mark, clock)
        for clock in view.clocks
        if (grounds := view.grounds_of(clock)) is not None
        for mark in coming(
            grounds.handling.value,
            view.target(clock),
            view.segments(clock),
            grounds.calendar,
            view.at,
            Reached(clock.warnings, clock.breached_at is not None, clock.levels),
        )
    ]
    return sorted(found, key=lambda each: each[0].place)


async def catch_up(work: Work, view: View, *, before_a_move: bool) -> None:
    """Let everything happen that has come by now, the oldest first, however late the timer is."""
    for mark, clock in _coming(view):
        if mark.has_come(view.at, before_a_move=before_a_move):
            await _reach(work, view, clock, mark)


async def _reach(work: Work, view: View, clock: ComplaintClock, mark: Mark) -> None:
    grounds = view.grounds_of(clock)
    assert grounds is not None
    complaint, inputs = view.complaint, _inputs(view, clock)
    match mark.kind:
        case MarkKind.WARNING:
            clock.warnings = mark.number
            cite(work, view, "feedback.complaint_warning", inputs, {"warned_at": mark.at}, clock)
            warned = ComplaintWarned(complaint_id=complaint.id, clock_id=clock.id, warning=mark.number)
            work.record(warned, about=complaint)
        case MarkKind.BREACH:
            segments, target = view.segments(clock), view.target(clock)
            clock.breached_at = breached_at(segments, target, grounds.calendar, view.at)
            clock.state = ClockState.BREACHED
            cite(work, view, "feedback.complaint_breach", inputs, {"breached_at": clock.breached_at}, clock)
            work.record(ComplaintBreached(complaint_id=complaint.id, clock_id=clock.id), about=complaint)
        case MarkKind.ESCALATION:
            clock.levels = mark.number
            await hand_up(work, view, clock)


async def hand_up(work: Work, view: View, clock: ComplaintClock | None) -> None:
    """Let whoever the clause names above take the complaint over; without a clause, whoever stands nearest above."""
    complaint, grounds = view.complaint, view.grounds_of(clock)
    level = grounds.handling.value.escalates_to_level if grounds else 1
    line = await queries.line_above(work, complaint)
    before, above = complaint.handler_id, line[min(level, len(line)) - 1] if line else None
    if above is not None:
        complaint.handler_id = complaint.escalated_to_id = above
    inputs = {"superior_level": level, "handler_id": before, "clock": clock.kind if clock else None}
    cite(work, view, "feedback.complaint_escalation", inputs, {"escalated_to_id": above}, clock)
    escalated = ComplaintEscalated(
        complaint_id=complaint.id,
        clock_id=clock.id if clock else None,
        escalated_to_id=above,
        notice_id=work.new_id(),
    )
    work.record(escalated, about=complaint)


def _inputs(view: View, clock: ComplaintClock) -> Mapping[str, Any]:
    grounds = view.grounds_of(clock)
    assert grounds is not None
    return {
        "clock": clock.kind,
        "target": clock.target,
        "started_at": clock.started_at,
        "calendar_clause": grounds.calendar_clause.clause.number,
    }


def cite(
    work: Work,
    view: View,
    decision: str,
    inputs: Mapping[str, Any],
    result: Mapping[str, Any],
    clock: ComplaintClock | None = None,
) -> None:
    """Keep by which clause something was done with a complaint; nothing where the handbook is silent."""
    grounds = view.grounds_of(clock)
    if grounds is not None:
        about = Subject(SubjectKind.COMPLAINT, view.complaint.id)
        policies.cite(work, grounds.handling, about=about, decision=decision, inputs=inputs, result=result)


async def keep_complaint_time(work: Work, event: ComplaintMarkDue) -> None:
    """A timer's hour has come: let happen what is due on the clocks, and wait for what comes next."""
    view = await locked(work, event.complaint_id)
    await catch_up(work, view, before_a_move=False)
    reckon(work, view)


async def review_complaints(work: Work, event: HandbookTookEffect) -> None:
    """Reckon open complaints anew when a handbook takes effect whose clauses hold for open cases too, or follows one
    whose did (PO-3): what has come stays."""
    if await policies_queries.concerns_open_cases(work, event.version_id, ComplaintHandling, BusinessCalendarClause):
        _review_from(work, None)


async def review_next_complaints(work: Work, event: ComplaintReviewDue) -> None:
    """Reckon the next open complaints anew, and let those behind them follow."""
    ids = await queries.ids_open(work, after_id=event.after_id, most=BATCH)
    for complaint_id in ids:
        await keep_complaint_time(work, ComplaintMarkDue(complaint_id=complaint_id))
    if len(ids) == BATCH:
        _review_from(work, ids[-1])


def _review_from(work: Work, after_id: UUID | None) -> None:
    work.schedule(work.now, ComplaintReviewDue(after_id=after_id), about=None, key="feedback:complaint-review")
