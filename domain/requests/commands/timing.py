"""Keeping time: what comes on a request's clocks, what that brings, and the one timer that waits for the next of it.

Nothing of a plan is stored. What comes is reckoned anew from the history and the clauses whenever the request is
touched; stored is only what has come, so that it never comes again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.terms import ClockKind
from domain.policies import commands as policies
from domain.policies import queries as policies_queries
from domain.policies.events import HandbookTookEffect
from domain.policies.rules.kinds import BusinessCalendarClause, RequestCourse, ServiceLevel, UpdateCadence
from domain.policies.rules.values import Target
from domain.requests import queries, rules
from domain.requests.commands import course, escalating, following
from domain.requests.commands.following import Following
from domain.requests.events import (
    ClockBreached,
    ClockMarkDue,
    ClockReviewDue,
    ClockWarned,
    RequestEscalated,
)
from domain.requests.models import Clock, Escalation, ServiceRequest, StateChange
from domain.requests.queries import Grounds
from domain.requests.rules import Change, ClockState, Mark, MarkKind, Move, Reached, Segment
from tenancy.agenda import AgendaItem
from tenancy.outbox import lock_timers
from tenancy.work import Work

# How many requests are reckoned by a new handbook in one transaction.
BATCH = 20
HANDING = (Move.ASSIGN, Move.HAND_OVER, Move.HAND_BACK)
# The clocks whose deadlines are the request's own; the others concern those who work on it.
PROMISED = (ClockKind.RESPONSE, ClockKind.PROPOSAL, ClockKind.RESOLUTION)


@dataclass
class View:
    """A locked request, its clocks, and the clauses and the history they are reckoned from, at one instant."""

    request: ServiceRequest
    clocks: list[Clock]
    changes: list[StateChange]
    grounds: Grounds | None
    # The work's now; never before what has happened already, for transactions may begin in another order.
    at: datetime
    timers: dict[str | None, AgendaItem]
    # When somebody has last said something to the requester, if that matters.
    said_at: datetime | None = None
    # What of it is about to follow a new handbook.
    following: Following | None = None
    # By which clauses those go on whose time has run out.
    kept: dict[UUID, Grounds] = field(default_factory=dict)

    @property
    def history(self) -> list[Change]:
        """The history as the rules read it."""
        return [change.as_rule for change in self.changes]

    @property
    def heard_at(self) -> datetime:
        """When the requester last heard how their request stands."""
        return rules.heard_at(self.history, self.said_at)

    def segments(self, clock: Clock) -> tuple[Segment, ...]:
        """The stretches of a clock's life."""
        segments = rules.segments_of(clock.kind, self.history)
        return rules.since(segments, self.heard_at) if clock.kind is ClockKind.UPDATE else segments

    def by(self, clock: Clock) -> Grounds | None:
        """The clauses by which a clock runs: a promise that was broken stays the one that was given."""
        return self.kept.get(clock.id, self.grounds)

    def target(self, clock: Clock) -> Target | None:
        """What a clock is promised."""
        if clock.id in self.kept:
            return Target.model_validate(clock.target) if clock.target is not None else None
        return self.grounds.target(clock.kind, self.request.priority) if self.grounds is not None else None

    def reached(self, clock: Clock) -> Reached:
        """What has come on a clock; of one that begins anew, since it did."""
        late = clock.breached_at is not None and (
            clock.kind is not ClockKind.UPDATE or clock.breached_at >= clock.started_at
        )
        return Reached(clock.warnings, late, clock.levels)

    def enter(self, work: Work, move: Move | None, reason: str = "") -> StateChange:
        """Keep that a move has led the request into its present state."""
        change = StateChange(
            request_id=self.request.id,
            position=len(self.changes) + 1,
            at=self.at,
            state=self.request.state,
            move=move,
            reason=reason,
            member_id=work.actor.id if work.actor.is_member else None,
            contact_id=work.actor.id if work.actor.is_contact else None,
        )
        before = self.changes[-1] if self.changes else None
        if before is not None and before.state is change.state and move in HANDING:
            # Whoever gets it does not end what rests meanwhile.
            change.reason_code, change.reason_name = before.reason_code, before.reason_name
            change.pauses = before.pauses
        self.changes.append(work.add(change))
        return change

    def forget_timer(self, work: Work, key: str) -> None:
        """Let a timer of the request not fire, if it is set."""
        timer = self.timers.pop(key, None)
        if timer is not None:
            work.delete(timer)


async def locked(work: Work, request_id: UUID, *path: str) -> View:
    """A request for a change, with all that its clocks depend on; refuses with `NotFound`."""
    timers = await lock_timers(work, request_id)
    request = await queries.get(work, request_id, *path, lock=True)
    changes = await queries.history_of(work, request_id)
    clocks = await queries.clocks_of(work, request_id)
    grounds = await queries.grounds(work, request, clocks)
    recurs = (grounds is not None and grounds.cadence) or any(clock.kind is ClockKind.UPDATE for clock in clocks)
    return View(
        request=request,
        clocks=clocks,
        changes=changes,
        grounds=grounds,
        at=max(work.now, changes[-1].at),
        timers={timer.key: timer for timer in timers},
        said_at=await queries.said_at(work, request) if recurs else None,
        following=await following.look(work, [clock for clock in clocks if not clock.is_broken], grounds),
        kept=await queries.kept_grounds(work, clocks),
    )


def start(work: Work, view: View) -> None:
    """Give a request a clock for everything that its priority is promised and that is not measured yet, nor over; one
    that waits for something begins with that."""
    measured = {clock.kind for clock in view.clocks}
    for kind in ClockKind:
        ruling = view.grounds.ruling(kind) if view.grounds else None
        begun = next((each for each in rules.segments_of(kind, view.history) if each.counts), None)
        if kind in measured or view.grounds is None or ruling is None or begun is None:
            continue
        if view.grounds.target(kind, view.request.priority) is None or rules.stop(kind, view.history) is not None:
            continue
        clock = Clock(
            request_id=view.request.id,
            kind=kind,
            started_at=begun.started_at,
            target=None,
            clause_id=ruling.clause.clause_id,
            calendar_clause_id=view.grounds.calendar_clause.clause.clause_id,
        )
        view.clocks.append(work.add(clock))


def reckon(work: Work, view: View) -> None:
    """Bring every clock into line with the history and the clauses, cite where a deadline or its clause is new, and set
    the timer."""
    for clock in view.clocks:
        _reckon(work, view, clock)
    if view.following is not None:
        following.tell(work, view.request, view.clocks, view.grounds, view.following)
        view.following = None
    request, key = view.request, f"request:{view.request.id}:clocks"
    promised = (clock.due_at for clock in view.clocks if clock.due_at and clock.kind in PROMISED)
    request.due_at = min(promised, default=None)
    marks = _coming(view)
    if marks:
        work.schedule(marks[0][0].comes_at, ClockMarkDue(request_id=request.id), about=request.id, key=key)
    else:
        view.forget_timer(work, key)


def _reckon(work: Work, view: View, clock: Clock) -> None:
    stopped_by = rules.stop(clock.kind, view.history)
    if stopped_by is not None and stopped_by.at == clock.stopped_at:
        # What was promised when it stopped, and whether that was kept, no later handbook changes.
        return
    before, target, grounds = clock.due_at, view.target(clock), view.by(clock)
    _begin_anew(work, view, clock)
    clock.target = target.model_dump(mode="json", exclude_defaults=True) if target else None
    ruling = grounds.ruling(clock.kind) if grounds is not None else None
    if grounds is None or ruling is None:
        clock.state = ClockState.BREACHED if clock.breached_at else ClockState.VOID
        clock.due_at, clock.stopped_at = None, stopped_by.at if stopped_by else None
        return
    reading = rules.read(
        clock.kind,
        view.history,
        target,
        grounds.calendar,
        view.at,
        breached=view.reached(clock).breach,
        begun_at=view.heard_at if clock.kind is ClockKind.UPDATE else None,
    )
    clock.state, clock.due_at, clock.stopped_at = reading.state, reading.due_at, reading.stopped_at
    clock.clause_id = ruling.clause.clause_id
    clock.calendar_clause_id = grounds.calendar_clause.clause.clause_id
    followed = view.following is not None and clock.id in view.following.before
    if followed or (clock.due_at is not None and clock.due_at != before):
        _cite(work, view, clock, "requests.deadline", _trace(view, clock), {"due_at": clock.due_at})


def _begin_anew(work: Work, view: View, clock: Clock) -> None:
    """Let the clock of updates begin with the last word to the requester; that it had come too late is not lost."""
    if clock.kind is not ClockKind.UPDATE or clock.started_at == view.heard_at:
        return
    if view.grounds is not None and not view.reached(clock).breach:
        before = rules.since(rules.segments_of(clock.kind, view.history), clock.started_at)
        late_at = rules.breached_at(before, view.target(clock), view.grounds.calendar, view.heard_at)
        if late_at is not None:
            _breach(work, view, clock, late_at)
    clock.started_at, clock.warnings = view.heard_at, 0


def _coming(view: View) -> list[tuple[Mark, Clock]]:
    """What is still to come on all clocks of a request, in order."""
    found = [
        (mark, clock)
        for clock in view.clocks
        if (grounds := view.by(clock)) is not None
        for mark in rules.coming(
            grounds.notices(clock.kind),
            view.target(clock),
            view.segments(clock),
            grounds.calendar,
            view.at,
            view.reached(clock),
        )
    ]
    return sorted(found, key=lambda each: each[0].place)


async def catch_up(work: Work, view: View, *, before_a_move: bool) -> None:
    """Let everything happen that has come by now, the oldest first, however late the timer is.

    Before a move, what comes at this very instant is left; that time has run out comes only after its instant, so who
    stops at the deadline is in time, also where a rehearsal's clock was brought to that very instant before.
    """
    for clock in view.clocks:
        if clock.stopped_at is None:
            _begin_anew(work, view, clock)
    for mark, clock in _coming(view):
        if mark.has_come(view.at, before_a_move=before_a_move):
            await _reach(work, view, clock, mark)


async def _reach(work: Work, view: View, clock: Clock, mark: Mark) -> None:
    grounds, request, about = view.by(clock), view.request, view.request
    assert grounds is not None
    match mark.kind:
        case MarkKind.WARNING:
            clock.warnings = mark.number
            fraction = grounds.notices(clock.kind).warning_fractions[mark.number - 1]
            _cite(work, view, clock, "requests.warning", {"fraction": fraction}, {"warned_at": mark.at})
            warned = ClockWarned(
                request_id=request.id,
                clock_id=clock.id,
                kind=clock.kind,
                warning=mark.number,
                used_percent=round(100 * fraction),
            )
            work.record(warned, about=about)
        case MarkKind.BREACH:
            late_at = rules.breached_at(view.segments(clock), view.target(clock), grounds.calendar, view.at)
            assert late_at is not None
            _reckon(work, view, clock)
            _breach(work, view, clock, late_at)
            if clock.is_broken:
                view.kept[clock.id] = grounds
            _cite(work, view, clock, "requests.breach", _trace(view, clock), {"breached_at": late_at})
        case MarkKind.ESCALATION:
            await _escalate(work, view, clock, mark)


def _breach(work: Work, view: View, clock: Clock, late_at: datetime) -> None:
    clock.breached_at, clock.state, clock.breaches = late_at, ClockState.BREACHED, clock.breaches + 1
    breached = ClockBreached(
        request_id=view.request.id, clock_id=clock.id, kind=clock.kind, times=max(clock.breaches, 1)
    )
    work.record(breached, about=view.request)


async def _escalate(work: Work, view: View, clock: Clock, mark: Mark) -> None:
    grounds = view.by(clock)
    assert grounds is not None
    clock.levels = mark.number
    step = grounds.notices(clock.kind).escalation[mark.number - 1]
    escalated_to_id = await queries.escalated_to(work, view.request, step.superior_level)
    department_id = await escalating.act(work, view.request, step)
    escalation = work.add(
        Escalation(
            request_id=view.request.id,
            clock_id=clock.id,
            level=mark.number,
            due_at=mark.at,
            at=view.at,
            escalated_to_id=escalated_to_id,
            action=step.action,
            department_id=department_id,
        )
    )
    inputs = {
        "level": mark.number,
        "offset_working_minutes": step.offset_working_minutes,
        "superior_level": step.superior_level,
        "action": step.action,
        "assignee_id": view.request.assignee_id,
        "department_id": view.request.department_id,
    }
    result = {"due_at": mark.at, "escalated_to_id": escalated_to_id, "support_tier": view.request.support_tier}
    _cite(work, view, clock, "requests.escalation", inputs, result)
    escalated = RequestEscalated(
        request_id=view.request.id, clock_id=clock.id, escalation_id=escalation.id, level=mark.number
    )
    work.record(escalated, about=view.request)


def _trace(view: View, clock: Clock) -> dict[str, Any]:
    """What a breach is made of, in working minutes."""
    grounds = view.by(clock)
    assert grounds is not None
    told = rules.narrative(view.segments(clock), view.target(clock), grounds.calendar, view.at)
    # The clause that is followed from now on may promise nothing here.
    return told.minutes if told is not None else {}


def _cite(
    work: Work, view: View, clock: Clock, decision: str, inputs: Mapping[str, Any], result: Mapping[str, Any]
) -> None:
    grounds = view.by(clock)
    ruling = grounds.ruling(clock.kind) if grounds is not None else None
    assert grounds is not None
    assert ruling is not None
    policies.cite(
        work,
        ruling,
        about=Subject(SubjectKind.REQUEST, view.request.id),
        decision=decision,
        inputs={
            "clock": clock.kind,
            "priority": view.request.priority,
            "target": clock.target,
            "started_at": clock.started_at,
            "calendar_clause": grounds.calendar_clause.clause.number,
            **inputs,
        },
        result=result,
    )


async def keep_time(work: Work, event: ClockMarkDue) -> None:
    """A timer's hour has come: let happen what is due on the clocks, and wait for what comes next.

    All is reckoned anew under the request's lock, so a timer that is late, early or outdated does no harm.
    """
    await _bring_up_to_date(work, event.request_id)


async def follow_word(work: Work, request_id: UUID) -> None:
    """The requester has heard something, so the clock of their updates begins anew, where there is one."""
    if any(clock.kind is ClockKind.UPDATE for clock in await queries.clocks_of(work, request_id)):
        await _bring_up_to_date(work, request_id)


async def review_by_new_handbook(work: Work, event: HandbookTookEffect) -> None:
    """Reckon open requests anew when a handbook takes effect whose service level or calendar holds for open cases too,
    or takes the place of one whose did (PO-3): no pause is lost, and what has come stays. So is their course."""
    kinds = (ServiceLevel, UpdateCadence, BusinessCalendarClause, RequestCourse)
    if await policies_queries.concerns_open_cases(work, event.version_id, *kinds):
        _review_from(work, None)


async def review_next(work: Work, event: ClockReviewDue) -> None:
    """Reckon the next open requests anew, and let those behind them follow."""
    ids = await queries.ids_under_way(work, after_id=event.after_id, most=BATCH)
    for request_id in ids:
        await _bring_up_to_date(work, request_id)
    if len(ids) == BATCH:
        _review_from(work, ids[-1])


def _review_from(work: Work, after_id: UUID | None) -> None:
    work.schedule(work.now, ClockReviewDue(after_id=after_id), about=None, key="requests:clock-review")


async def _bring_up_to_date(work: Work, request_id: UUID) -> None:
    view = await locked(work, request_id)
    await course.follow(work, view.request, view.changes)
    start(work, view)
    await catch_up(work, view, before_a_move=False)
    reckon(work, view)
