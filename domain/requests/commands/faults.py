"""Faults: the report on one, what is to be done so that it doesn't come again, and those that do (RQ-8)."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from domain.requests import queries, rules
from domain.requests.commands import relating
from domain.requests.events import (
    ActionDone,
    ActionDue,
    ActionPlanned,
    ActionReminded,
    FaultReported,
    ProblemChanged,
    ProblemOpened,
    ProblemSolved,
    RequestFiledUnderProblem,
)
from domain.requests.models import FaultReport, PostmortemAction, Problem, ServiceRequest
from domain.requests.rules import ProblemState, State
from tenancy.numbers import next_number
from tenancy.outbox import lock_timers
from tenancy.refusals import Forbidden, Invalid, Refusal, message
from tenancy.work import Work

NUMBERS = "problems"
REMINDED_AT = time(9)
# On the day itself and on the day after.
MOST_REMINDERS = 2
FARTHEST = timedelta(days=366)


@command(needs=Permission.REQUESTS_WORK)
async def report_fault(
    work: Work,
    *,
    request_id: UUID,
    began_at: datetime,
    symptoms: str,
    cause: str,
    remedy: str,
    prevention: str,
    ended_at: datetime | None = None,
) -> FaultReport:
    """Write the report on the fault behind a request, or write it anew, until the request is closed."""
    told = {"symptoms": symptoms, "cause": cause, "remedy": remedy, "prevention": prevention}
    cleaned = {name: rules.clean_finding(text, name) for name, text in told.items()}
    if began_at > work.now:
        raise Invalid(message("This lies ahead."), path=("beganAt",))
    if ended_at is not None and not began_at <= ended_at <= work.now:
        raise Invalid(message("A fault ends after it began, and not ahead of now."), path=("endedAt",))
    await relating.worked_on(work, request_id, "requestId")
    request = await queries.get(work, request_id, "requestId", lock=True)
    if request.state in (State.CLOSED, State.CANCELLED, State.MERGED):
        raise Refusal(message("The request is over."), code="WRONG_STATE", path=("requestId",))
    report = await queries.report_on(work, request_id)
    author_id = work.actor.id if work.actor.is_member else None
    if report is None:
        report = work.add(
            FaultReport(
                request_id=request_id,
                began_at=began_at,
                symptoms=cleaned["symptoms"],
                cause=cleaned["cause"],
                remedy=cleaned["remedy"],
                prevention=cleaned["prevention"],
                at=work.now,
                author_id=author_id,
            )
        )
    report.symptoms, report.cause = cleaned["symptoms"], cleaned["cause"]
    report.remedy, report.prevention = cleaned["remedy"], cleaned["prevention"]
    report.began_at, report.ended_at, report.at, report.author_id = began_at, ended_at, work.now, author_id
    work.record(FaultReported(request_id=request_id, report_id=report.id), about=report)
    return report


@command(needs=Permission.REQUESTS_WORK)
async def plan_action(
    work: Work, *, request_id: UUID, task: str, responsible_id: UUID, due_on: date
) -> PostmortemAction:
    """Say what somebody is to do until a day so that a fault doesn't come again; it needs the report on the fault."""
    task = rules.clean_task(task)
    await relating.worked_on(work, request_id, "requestId")
    if await queries.report_on(work, request_id) is None:
        text = message("The report on the fault is still to be written.")
        raise Refusal(text, code="REPORT_MISSING", path=("requestId",))
    if (await organisation.staff(work, responsible_id, "responsibleId")).left_on is not None:
        raise Invalid(message("This person has left the company."), path=("responsibleId",))
    today = organisation.today(work)
    if not today <= due_on <= today + FARTHEST:
        text = message("The day lies between today and {days} days ahead.")
        raise Invalid(text, {"days": FARTHEST.days}, path=("dueOn",))
    action = work.add(
        PostmortemAction(request_id=request_id, task=task, responsible_id=responsible_id, due_on=due_on, at=work.now)
    )
    _plan_reminder(work, action)
    planned = ActionPlanned(request_id=request_id, action_id=action.id, responsible_id=responsible_id)
    work.record(planned, about=action)
    return action


@command(needs=None)
async def finish_action(work: Work, *, action_id: UUID, result: str) -> PostmortemAction:
    """Say what came of an action: whoever is responsible for it, and who assigns requests."""
    result = rules.clean_result(result)
    await lock_timers(work, action_id)
    action = await queries.action(work, action_id, "actionId", lock=True)
    actor = work.actor
    own = actor.is_member and actor.id == action.responsible_id
    if not own and not actor.may(Permission.REQUESTS_ASSIGN):
        text = message("This is for whoever is responsible for it, or assigns requests.")
        raise Forbidden(text, code="NOT_YOURS")
    if action.done_at is not None:
        raise Refusal(message("This is done already."), code="WRONG_STATE", path=("actionId",))
    action.result, action.done_at = result, work.now
    await work.cancel_timers(action.id)
    work.record(ActionDone(request_id=action.request_id, action_id=action.id), about=action)
    return action


async def remind_of_action(work: Work, event: ActionDue) -> None:
    """The day of an action has come, or has passed: somebody is reminded. An outdated timer does nothing."""
    action = await queries.action(work, event.action_id, lock=True)
    if action.done_at is not None or action.reminders >= MOST_REMINDERS or work.now < _reminded_at(work, action):
        return
    action.reminders += 1
    reminded = ActionReminded(request_id=action.request_id, action_id=action.id, reminder=action.reminders)
    work.record(reminded, about=action)
    if action.reminders < MOST_REMINDERS:
        _plan_reminder(work, action)


def _plan_reminder(work: Work, action: PostmortemAction) -> None:
    due = ActionDue(action_id=action.id)
    work.schedule(_reminded_at(work, action), due, about=action.id, key=f"postmortem_action:{action.id}")


def _reminded_at(work: Work, action: PostmortemAction) -> datetime:
    day = action.due_on + timedelta(days=action.reminders)
    return datetime.combine(day, REMINDED_AT, ZoneInfo(work.opening.zone))


@command(needs=Permission.REQUESTS_WORK)
async def open_problem(work: Work, *, title: str, cause: str = "", workaround: str = "") -> Problem:
    """Take up a fault that comes again and again."""
    problem = Problem(number="", title=rules.clean_title(title), opened_at=work.now)
    _describe(problem, cause, workaround)
    problem.number = f"PRB-{await next_number(work, NUMBERS):06}"
    work.add(problem)
    work.record(ProblemOpened(problem_id=problem.id), about=problem)
    return problem


@command(needs=Permission.REQUESTS_WORK)
async def change_problem(
    work: Work, *, problem_id: UUID, cause: str | None = None, workaround: str | None = None
) -> Problem:
    """Write down what is known of a recurring fault by now; what is not given stays."""
    problem = await _open(work, problem_id)
    _describe(problem, problem.cause if cause is None else cause, workaround or problem.workaround)
    if workaround is not None and not workaround.strip():
        problem.workaround = ""
    work.record(ProblemChanged(problem_id=problem.id), about=problem)
    return problem


@command(needs=Permission.REQUESTS_WORK)
async def solve_problem(work: Work, *, problem_id: UUID, cause: str, remedy: str) -> Problem:
    """Say what was the cause of a recurring fault and what has removed it."""
    problem = await _open(work, problem_id)
    problem.cause, problem.remedy = rules.clean_finding(cause, "cause"), rules.clean_finding(remedy, "remedy")
    problem.state, problem.solved_at = ProblemState.SOLVED, work.now
    work.record(ProblemSolved(problem_id=problem.id), about=problem)
    return problem


@command(needs=Permission.REQUESTS_WORK)
async def file_under_problem(work: Work, *, request_id: UUID, problem_id: UUID | None) -> ServiceRequest:
    """Say of which recurring fault a request is a case, or that it is of none. A solved one that comes again is open
    again."""
    await relating.worked_on(work, request_id, "requestId")
    problem = await queries.problem(work, problem_id, "problemId", lock=True) if problem_id is not None else None
    request = await queries.get(work, request_id, "requestId", lock=True)
    if problem is not None and problem.solved_at is not None and request.submitted_at > problem.solved_at:
        problem.state, problem.solved_at = ProblemState.OPEN, None
        work.record(ProblemChanged(problem_id=problem.id), about=problem)
    request.problem_id = problem_id
    work.record(RequestFiledUnderProblem(request_id=request_id, problem_id=problem_id), about=request)
    return request


async def _open(work: Work, problem_id: UUID) -> Problem:
    problem = await queries.problem(work, problem_id, "problemId", lock=True)
    if problem.state is not ProblemState.OPEN:
        raise Refusal(message("This problem is solved."), code="WRONG_STATE", path=("problemId",))
    return problem


def _describe(problem: Problem, cause: str, workaround: str) -> None:
    problem.cause = rules.clean_finding(cause, "cause") if cause.strip() else ""
    problem.workaround = rules.clean_finding(workaround, "workaround") if workaround.strip() else ""
