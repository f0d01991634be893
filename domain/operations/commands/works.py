"""Doing planned work: begun, looked at by its checklist, reported with what was found (RQ-12)."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from domain.files import commands as files
from domain.files.models import Attachment
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.terms import Impact, Urgency
from domain.kernel.texts import one_line, several_lines
from domain.operations.commands.keeping import wait_for_the_next
from domain.operations.events import (
    WorkAssigned,
    WorkCancelled,
    WorkChecked,
    WorkFileAttached,
    WorkFileRemoved,
    WorkFindingAdded,
    WorkFinished,
    WorkImprovementClosed,
    WorkPostponed,
    WorkStarted,
)
from domain.operations.models import ScheduledWork, WorkCheck, WorkFinding
from domain.operations.queries import works as queries
from domain.operations.rules import works as rules
from domain.operations.rules.works import OPEN, WORKS, Answer, WorkMove
from domain.organisation import queries as organisation
from domain.requests import commands as requests
from domain.requests.rules import Channel
from tenancy.outbox import lock_timers
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, WrongState, message
from tenancy.work import Work


@command(needs=None)
async def assign_work(work: Work, *, work_id: UUID, assignee_id: UUID) -> ScheduledWork:
    """Let somebody else do planned work."""
    assignee = await organisation.staff(work, assignee_id, "assigneeId")
    planned = await _begin(work, work_id, WorkMove.ASSIGN)
    if assignee.left_on is not None:
        raise Invalid(message("This person has left the company and gets no work."), path=("assigneeId",))
    planned.assignee_id = assignee_id
    assigned = WorkAssigned(work_id=planned.id, assignee_id=assignee_id, notice_id=work.new_id())
    work.record(assigned, about=planned)
    return planned


@command(needs=None)
async def postpone_work(work: Work, *, work_id: UUID, due_on: date, reason: str) -> ScheduledWork:
    """Let planned work be due on another day, from today on; who is told of it when follows from that."""
    reason = one_line(reason, rules.MAX_REASON, "reason")
    planned = await _begin(work, work_id, WorkMove.POSTPONE)
    today = organisation.today(work)
    if not today <= due_on <= today + timedelta(days=rules.MOST_DAYS_AHEAD):
        text = message("Work is due today or later, at most {most} days ahead.")
        raise Invalid(text, {"most": rules.MOST_DAYS_AHEAD}, path=("dueOn",))
    planned.due_on, planned.reason = due_on, reason
    marks = await queries.marks_of(work, planned)
    planned.due_at, planned.levels = marks.due_at, 0
    planned.reminded_at = work.now if marks.remind_at <= work.now else None
    work.record(WorkPostponed(work_id=planned.id), about=planned)
    await wait_for_the_next(work, planned, marks)
    return planned


@command(needs=None)
async def start_work(work: Work, *, work_id: UUID) -> ScheduledWork:
    """Begin with planned work; whoever begins with what nobody was to do, does it."""
    planned = await _begin(work, work_id, WorkMove.START)
    if planned.assignee_id is None and work.actor.is_member:
        me = await organisation.find_staff(work, work.actor.id)
        planned.assignee_id = me.id if me is not None else None
    planned.started_at = work.now
    work.record(WorkStarted(work_id=planned.id), about=planned)
    await wait_for_the_next(work, planned, await queries.marks_of(work, planned))
    return planned


@command(needs=None)
async def record_checks(work: Work, *, work_id: UUID, answers: Sequence[Answer]) -> ScheduledWork:
    """Write down what was found where something is looked at; said again, it replaces what was said."""
    planned = await _begin(work, work_id, WorkMove.RECORD)
    checks = {check.id: check for check in await queries.checks_of(work, planned.id)}
    if not answers:
        raise Invalid(message("Say what was found."), path=("answers",))
    for place, answer in enumerate(answers):
        path = ("answers", str(place))
        check = checks.get(answer.check_id)
        if check is None:
            raise NotFound(path=(*path, "checkId"))
        await _record(work, planned, check, answer, *path)
    found = [checks[answer.check_id] for answer in answers]
    checked = WorkChecked(
        work_id=planned.id, checks=len(found), deviations=sum(check.deviates is True for check in found)
    )
    work.record(checked, about=planned)
    return planned


async def _record(work: Work, planned: ScheduledWork, check: WorkCheck, answer: Answer, *path: str) -> None:
    clean, deviates = rules.clean_answer(answer, check.kind, check.minimum, check.maximum, *path)
    if clean.file_id is not None and clean.file_id != check.file_id:
        subject = Subject(SubjectKind.SCHEDULED_WORK, planned.id)
        attached, new = await files.attach(work, subject, file_id=clean.file_id, note=check.label)
        if new:
            told = WorkFileAttached(work_id=planned.id, attachment_id=attached.id, file_id=clean.file_id)
            work.record(told, about=planned)
    check.text, check.number, check.yes, check.file_id = clean.text, clean.number, clean.yes, clean.file_id
    check.deviates, check.checked_at = deviates, work.now
    check.checked_by_id = work.actor.id if work.actor.is_member else None


@command(needs=None)
async def add_finding(
    work: Work,
    *,
    work_id: UUID,
    text: str,
    check_id: UUID | None = None,
    request_title: str | None = None,
    customer_id: UUID | None = None,
    impact: Impact = Impact.MEDIUM,
    urgency: Urgency = Urgency.MEDIUM,
    improvement: str | None = None,
    responsible_id: UUID | None = None,
    improve_by_on: date | None = None,
) -> WorkFinding:
    """Note what planned work has brought to light. With a title it becomes a request, of the work's customer or of the
    one that is named, which needs `requests.submit`; with an improvement somebody is to improve something by a day."""
    text = several_lines(text, rules.MAX_FINDING, "text")
    planned = await _begin(work, work_id, WorkMove.ADD_FINDING)
    if check_id is not None and check_id not in {check.id for check in await queries.checks_of(work, planned.id)}:
        raise NotFound(path=("checkId",))
    if await queries.findings_count(work, planned.id) >= rules.MOST_FINDINGS:
        raise Conflict(message("At most {most} findings are noted."), {"most": rules.MOST_FINDINGS})
    finding = WorkFinding(
        work_id=planned.id,
        check_id=check_id,
        text=text,
        found_at=work.now,
        found_by_id=work.actor.id if work.actor.is_member else None,
        request_id=None,
        improvement="",
        responsible_id=None,
        improve_by_on=None,
    )
    if improvement is not None:
        await _improve(work, finding, improvement, responsible_id, improve_by_on)
    elif responsible_id is not None or improve_by_on is not None:
        raise Invalid(message("Say what is to be improved."), path=("improvement",))
    if request_title is not None:
        customer_id = customer_id or planned.customer_id
        if customer_id is None:
            raise Invalid(message("Say which customer the request is for."), path=("customerId",))
        opened = await requests.submit(
            work,
            customer_id=customer_id,
            title=request_title,
            description=text,
            channel=Channel.ON_SITE,
            impact=impact,
            urgency=urgency,
            department_id=planned.department_id,
            own_work=True,
        )
        finding.request_id = opened.id
    work.add(finding)
    told = WorkFindingAdded(work_id=planned.id, finding_id=finding.id, request_id=finding.request_id)
    work.record(told, about=finding)
    return finding


async def _improve(
    work: Work, finding: WorkFinding, text: str, responsible_id: UUID | None, by_on: date | None
) -> None:
    if responsible_id is None or by_on is None:
        raise Invalid(
            message("Say who improves it, and by which day."),
            path=("responsibleId" if responsible_id is None else "improveByOn",),
        )
    responsible = await organisation.staff(work, responsible_id, "responsibleId")
    if responsible.left_on is not None:
        raise Invalid(message("This person has left the company and gets no work."), path=("responsibleId",))
    if by_on < organisation.today(work):
        raise Invalid(message("This day has passed."), path=("improveByOn",))
    finding.improvement = one_line(text, rules.MAX_REASON, "improvement")
    finding.responsible_id, finding.improve_by_on = responsible_id, by_on


@command(needs=None)
async def close_improvement(work: Work, *, finding_id: UUID, result: str) -> WorkFinding:
    """Say what came of an improvement: for who was to make it, and for who plans."""
    result = several_lines(result, rules.MAX_FINDING, "result")
    finding = await queries.finding(work, finding_id, "findingId", lock=True)
    mine = work.actor.is_member and finding.responsible_id == work.actor.id
    if not mine and not work.actor.may(Permission.OPERATIONS_PLAN):
        raise Forbidden(message("This is for who was to improve it, or whoever plans work."), code="NOT_YOURS")
    if not finding.improvement or finding.closed_at is not None:
        raise WrongState(message("Nothing is left to be improved here."), path=("findingId",))
    finding.result, finding.closed_at = result, work.now
    work.record(WorkImprovementClosed(work_id=finding.work_id, finding_id=finding.id), about=finding)
    return finding


@command(needs=None)
async def finish_work(work: Work, *, work_id: UUID, report: str = "") -> ScheduledWork:
    """Say that planned work is done; all that has to be looked at was."""
    report = several_lines(report, rules.MAX_REPORT, "report", may_be_empty=True)
    planned = await _begin(work, work_id, WorkMove.FINISH)
    planned.report = report
    await _end(work, planned, WorkMove.FINISH)
    work.record(WorkFinished(work_id=planned.id), about=planned)
    return planned


@command(needs=None)
async def cancel_work(work: Work, *, work_id: UUID, reason: str) -> ScheduledWork:
    """Say why planned work is not done; the plan goes on."""
    reason = one_line(reason, rules.MAX_REASON, "reason")
    planned = await _begin(work, work_id, WorkMove.CANCEL)
    planned.reason = reason
    await _end(work, planned, WorkMove.CANCEL)
    work.record(WorkCancelled(work_id=planned.id), about=planned)
    return planned


async def attach_to_work(work: Work, *, subject_id: UUID, file_id: UUID, note: str = "") -> Attachment:
    """Put a file of one's own at planned work: for who does it, and for who plans."""
    planned = await _mine(work, subject_id, "subjectId")
    attached, new = await files.attach(
        work, Subject(SubjectKind.SCHEDULED_WORK, planned.id), file_id=file_id, note=note
    )
    if new:
        told = WorkFileAttached(work_id=planned.id, attachment_id=attached.id, file_id=file_id)
        work.record(told, about=planned)
    return attached


async def detach_from_work(work: Work, *, attachment: Attachment) -> None:
    """Take away what one has attached oneself, while the work goes on and no check rests on it."""
    planned = await _mine(work, attachment.subject_id, "attachmentId")
    own = attachment.attached_by_id if work.actor.is_member else attachment.attaching_client_id
    if own is None or own != work.actor.id:
        raise Forbidden(message("A file is taken away by who has attached it."), code="NOT_YOURS")
    kept = {check.file_id for check in await queries.checks_of(work, planned.id)}
    if planned.state not in OPEN or attachment.file_id in kept:
        raise WrongState(message("What the work's record rests on stays with it."), path=("attachmentId",))
    await files.detach(work, attachment)
    told = WorkFileRemoved(work_id=planned.id, attachment_id=attachment.id, file_id=attachment.file_id)
    work.record(told, about=planned)


async def _mine(work: Work, work_id: UUID, path: str) -> ScheduledWork:
    planned = await queries.scheduled_work(work, work_id, path)
    plans, works = (work.actor.may(each) for each in (Permission.OPERATIONS_PLAN, Permission.REQUESTS_WORK))
    if not plans and not (works and _is_theirs(work, planned)):
        raise Forbidden(message("This is for whoever is to do the work, or whoever plans it."), code="NOT_YOURS")
    return planned


def _is_theirs(work: Work, planned: ScheduledWork) -> bool:
    return planned.assignee_id is None or (work.actor.is_member and planned.assignee_id == work.actor.id)


async def _begin(work: Work, work_id: UUID, move: WorkMove) -> ScheduledWork:
    """The locked work, moved on, if the actor may make this move now."""
    await lock_timers(work, work_id)
    planned = await queries.scheduled_work(work, work_id, "workId", lock=True)
    open_checks = await queries.open_checks(work, planned.id) if move is WorkMove.FINISH else []
    found = rules.obstacles(
        move, planned.state, work.actor.may, is_theirs=_is_theirs(work, planned), checks_open=bool(open_checks)
    )
    if found:
        raise rules.refusal(found[0], move, planned.state, open_checks)
    if move not in (WorkMove.FINISH, WorkMove.CANCEL):
        planned.state = WORKS.next(planned.state, move)
    return planned


async def _end(work: Work, planned: ScheduledWork, move: WorkMove) -> None:
    planned.state, planned.closed_at = WORKS.next(planned.state, move), work.now
    await work.cancel_timers(planned.id)
