"""Return visits: planned by the clause, reminded of on their day, reported with what was found (CP-2)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.customers import queries as customers
from domain.feedback.events import (
    ComplaintMoved,
    VisitAssigned,
    VisitCancelled,
    VisitPlanned,
    VisitPostponed,
    VisitReminded,
    VisitReported,
    VisitStepDue,
)
from domain.feedback.models import ReturnVisit
from domain.feedback.queries import complaints, visits
from domain.feedback.rules import visits as rules
from domain.feedback.rules.complaints import ComplaintState
from domain.feedback.rules.visits import VISITS, VisitMove, VisitState
from domain.kernel.command import command
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.terms import Impact, Urgency
from domain.kernel.texts import one_line, several_lines
from domain.organisation import queries as organisation
from domain.policies import commands as policies
from domain.policies import queries as policies_queries
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ReturnVisits, VisitAfter, VisitChannel
from domain.requests import commands as requests
from domain.requests import queries as requests_queries
from domain.requests.events import RequestClosed, RequestReopened
from domain.requests.rules import Channel
from domain.requests.rules import State as RequestState
from tenancy.outbox import lock_timers
from tenancy.refusals import Invalid, message
from tenancy.work import Work

# How a request came in that a visit has brought.
CHANNELS = {
    VisitChannel.TELEPHONE: Channel.HOTLINE,
    VisitChannel.ON_SITE: Channel.ON_SITE,
    VisitChannel.ONLINE: Channel.CHAT,
}
MOST_DAYS_AHEAD = 1095


async def plan_visits_after_request(work: Work, event: RequestClosed) -> list[ReturnVisit]:
    """Plan the visits that follow a closed request, once for each step of the clause."""
    request = await requests_queries.get(work, event.request_id, lock=True)
    if request.state is not RequestState.CLOSED or request.resolved_at is None:
        return []
    scope, version_id = requests_queries.scope_of(request), request.handbook_version_id
    clause = await policies_queries.find_rule(
        work, ReturnVisits, scope=scope, topic=VisitAfter.RESOLUTION, version_id=version_id
    )
    case = {"customer_id": request.customer_id, "contact_id": request.contact_id, "request_id": request.id}
    return await _plan(work, clause, case, request.id, request.resolved_at, request.department_id)


async def plan_visits_after_complaint(work: Work, event: ComplaintMoved) -> list[ReturnVisit]:
    """Plan the visits that follow a complaint whose customer is satisfied, once for each step of the clause."""
    if event.state != ComplaintState.SATISFIED:
        return []
    complaint = await complaints.get(work, event.complaint_id, lock=True)
    if complaint.handbook_version_id is None:
        return []
    clause = await policies_queries.find_rule(
        work,
        ReturnVisits,
        scope=complaints.case_of(complaint),
        topic=VisitAfter.COMPLAINT,
        version_id=complaint.handbook_version_id,
    )
    case = {"customer_id": complaint.customer_id, "contact_id": complaint.contact_id, "complaint_id": complaint.id}
    concerned = complaint.about_staff_id
    return await _plan(work, clause, case, complaint.id, work.now, complaint.department_id, not_by=concerned)


async def _plan(
    work: Work,
    clause: Ruling[ReturnVisits] | None,
    case: Mapping[str, Any],
    case_id: UUID,
    since: datetime,
    department_id: UUID | None,
    *,
    not_by: UUID | None = None,
) -> list[ReturnVisit]:
    if clause is None or not clause.value.chooses(case_id):
        return []
    given = {"request_id": None, "complaint_id": None, **case}
    there = await visits.following(work, request_id=given["request_id"], complaint_id=given["complaint_id"])
    by_step = {visit.step: visit for visit in there}
    assignee_id = await _who_makes_it(work, given["customer_id"], department_id, not_by)
    today, zone = work.now.astimezone(ZoneInfo(work.opening.zone)).date(), work.opening.zone
    base, planned = since.astimezone(ZoneInfo(zone)).date(), []
    for step, days in enumerate(clause.value.after_days, start=1):
        visit = by_step.get(step)
        if visit is not None and (visit.state is not VisitState.CANCELLED or visit.reason):
            # Made, planned, or cancelled by somebody who has said why.
            continue
        planned_on = max(base + timedelta(days=days), today)
        columns: dict[str, Any] = {
            "after": clause.value.after,
            "step": step,
            "channel": clause.value.channel,
            "planned_on": planned_on,
            "due_at": rules.due_at(planned_on, clause.value.overdue_after_days, zone),
            "clause_id": clause.clause.clause_id,
            "version_id": clause.clause.version_id,
            "assignee_id": assignee_id,
        }
        if visit is None:
            visit = work.add(ReturnVisit(**given, **columns))
        else:
            # What was cancelled by a reopening comes anew.
            columns |= {"state": VisitState.PLANNED, "reminders": 0, "closed_at": None}
            for name, value in columns.items():
                setattr(visit, name, value)
        inputs = {"since": since, "after_days": clause.value.after_days, "step": step}
        _cite(work, clause, visit, "feedback.visit_planned", inputs, {"planned_on": planned_on})
        work.record(VisitPlanned(visit_id=visit.id), about=visit)
        await _wait(work, visit)
        planned.append(visit)
    return planned


async def _who_makes_it(
    work: Work, customer_id: UUID, department_id: UUID | None, not_them: UUID | None
) -> UUID | None:
    """The account owner, or else the nearest head of the department and those above it."""
    heads = await organisation.heads_above(work, department_id) if department_id is not None else []
    found = (await customers.owner_of(work, customer_id), *heads)
    return next((person for person in found if person not in (None, not_them)), None)


async def _wait(work: Work, visit: ReturnVisit) -> None:
    """Set the timer for its day, and after that for when somebody is told that it is overdue."""
    zone = work.opening.zone
    at = rules.reminded_at(visit.planned_on, zone)
    if visit.reminders > 0:
        at = await policies_queries.told_afterwards(work, visit.due_at.astimezone(ZoneInfo(zone)).date())
    work.schedule(at, VisitStepDue(visit_id=visit.id), about=visit.id, key=f"visit:{visit.id}")


async def remind_of_visit(work: Work, event: VisitStepDue) -> None:
    """A visit's day has come, or it is overdue. A timer that is late, early or outdated does no harm."""
    await lock_timers(work, event.visit_id)
    visit = await visits.get(work, event.visit_id, lock=True)
    if visit.state is not VisitState.PLANNED:
        return
    if visit.due_at <= work.now:
        visit.reminders = 2
        clause = await visits.clause_of(work, visit)
        inputs = {"planned_on": visit.planned_on, "overdue_after_days": clause.value.overdue_after_days}
        _cite(work, clause, visit, "feedback.visit_overdue", inputs, {"due_at": visit.due_at})
        work.record(VisitReminded(visit_id=visit.id, overdue=True), about=visit)
        return
    if visit.reminders == 0 and rules.reminded_at(visit.planned_on, work.opening.zone) <= work.now:
        visit.reminders = 1
        work.record(VisitReminded(visit_id=visit.id, overdue=False), about=visit)
    await _wait(work, visit)


@command(needs=None)
async def assign_visit(work: Work, *, visit_id: UUID, assignee_id: UUID) -> ReturnVisit:
    """Let somebody else make a planned visit."""
    assignee = await organisation.staff(work, assignee_id, "assigneeId")
    visit = await _begin(work, visit_id, VisitMove.ASSIGN)
    if assignee.left_on is not None:
        raise Invalid(message("This person has left the company and makes no visits."), path=("assigneeId",))
    visit.assignee_id = assignee_id
    assigned = VisitAssigned(visit_id=visit.id, assignee_id=assignee_id, notice_id=work.new_id())
    work.record(assigned, about=visit)
    return visit


@command(needs=None)
async def postpone_visit(work: Work, *, visit_id: UUID, planned_on: date) -> ReturnVisit:
    """Plan a visit for another day, from today on; when it is overdue follows from that."""
    visit = await _begin(work, visit_id, VisitMove.POSTPONE)
    today = work.now.astimezone(ZoneInfo(work.opening.zone)).date()
    if not today <= planned_on <= today + timedelta(days=MOST_DAYS_AHEAD):
        text = message("A visit is planned for today or later, at most {most} days ahead.")
        raise Invalid(text, {"most": MOST_DAYS_AHEAD}, path=("plannedOn",))
    clause = await visits.clause_of(work, visit)
    visit.planned_on, visit.reminders = planned_on, 0
    visit.due_at = rules.due_at(planned_on, clause.value.overdue_after_days, work.opening.zone)
    inputs = {"overdue_after_days": clause.value.overdue_after_days}
    _cite(work, clause, visit, "feedback.visit_postponed", inputs, {"planned_on": planned_on})
    work.record(VisitPostponed(visit_id=visit.id), about=visit)
    await _wait(work, visit)
    return visit


@command(needs=None)
async def report_visit(
    work: Work,
    *,
    visit_id: UUID,
    findings: str,
    satisfied: bool | None = None,
    request_title: str | None = None,
    impact: Impact = Impact.MEDIUM,
    urgency: Urgency = Urgency.MEDIUM,
) -> ReturnVisit:
    """Report what a visit has found; with a title the findings become a request, which needs `requests.submit`."""
    findings = several_lines(findings, rules.MAX_FINDINGS, "findings")
    visit = await _begin(work, visit_id, VisitMove.REPORT)
    await _end(work, visit, VisitMove.REPORT)
    visit.findings, visit.satisfied = findings, satisfied
    if request_title is not None:
        opened = await requests.submit(
            work,
            customer_id=visit.customer_id,
            contact_id=visit.contact_id,
            title=one_line(request_title, rules.MAX_TITLE, "requestTitle"),
            description=findings,
            channel=CHANNELS[visit.channel],
            impact=impact,
            urgency=urgency,
            own_work=True,
        )
        visit.finding_request_id = opened.id
    clause = await visits.clause_of(work, visit)
    inputs = {"planned_on": visit.planned_on, "satisfied": satisfied}
    _cite(work, clause, visit, "feedback.visit_reported", inputs, {"request_id": visit.finding_request_id})
    reported = VisitReported(visit_id=visit.id, finding_request_id=visit.finding_request_id)
    work.record(reported, about=visit)
    return visit


@command(needs=None)
async def cancel_visit(work: Work, *, visit_id: UUID, reason: str) -> ReturnVisit:
    """Say why a visit is not made."""
    reason = one_line(reason, rules.MAX_REASON, "reason")
    visit = await _begin(work, visit_id, VisitMove.CANCEL)
    await _end(work, visit, VisitMove.CANCEL)
    visit.reason = reason
    work.record(VisitCancelled(visit_id=visit.id, by_itself=False), about=visit)
    return visit


async def cancel_visits_of_reopened(work: Work, event: RequestReopened) -> None:
    """What is open again is not visited yet; when it closes, its visits are planned anew."""
    for found in await visits.following(work, request_id=event.request_id, complaint_id=None):
        await lock_timers(work, found.id)
        visit = await work.get(ReturnVisit, found.id, lock=True)
        if visit.state is VisitState.PLANNED:
            await _end(work, visit, VisitMove.CANCEL)
            work.record(VisitCancelled(visit_id=visit.id, by_itself=True), about=visit)


async def _begin(work: Work, visit_id: UUID, move: VisitMove) -> ReturnVisit:
    """The locked visit, if the actor may make this move now."""
    await lock_timers(work, visit_id)
    visit = await visits.get(work, visit_id, "visitId", lock=True)
    is_assignee = work.actor.is_member and visit.assignee_id == work.actor.id
    found = rules.obstacles(move, visit.state, work.actor.may, is_assignee=is_assignee)
    if found:
        raise rules.refusal(found[0], move, visit.state)
    return visit


async def _end(work: Work, visit: ReturnVisit, move: VisitMove) -> None:
    visit.state, visit.closed_at = VISITS.next(visit.state, move), work.now
    await work.cancel_timers(visit.id)


def _cite(
    work: Work,
    clause: Ruling[ReturnVisits],
    visit: ReturnVisit,
    decision: str,
    inputs: Mapping[str, Any],
    result: Mapping[str, Any],
) -> None:
    about = Subject(SubjectKind.VISIT, visit.id)
    policies.cite(work, clause, about=about, decision=decision, inputs=inputs, result=result)
