"""The parts that co-operating departments do for a request, whose own department leads (RQ-3)."""

from datetime import datetime
from uuid import UUID

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.terms import ClockKind
from domain.organisation import queries as organisation
from domain.policies import commands as policies
from domain.requests import queries, rules
from domain.requests.commands import relating
from domain.requests.events import PartAdded, PartAssigned, PartDue, PartFinished, PartLate, PartWithdrawn
from domain.requests.models import RequestPart, ServiceRequest
from domain.requests.rules import PartState
from tenancy.outbox import lock_timers
from tenancy.refusals import Forbidden, Invalid, Refusal, message
from tenancy.work import Work


@command(needs=Permission.REQUESTS_WORK)
async def add_part(
    work: Work,
    *,
    request_id: UUID,
    department_id: UUID,
    task: str,
    assignee_id: UUID | None = None,
    due_at: datetime | None = None,
) -> RequestPart:
    """Ask a department for its part in a request; whoever has the request does, and who assigns requests.

    It is due by the internal target of the request's service level, reckoned from now, unless an instant is given.
    """
    await relating.worked_on(work, request_id, "requestId")
    request = await queries.get(work, request_id, "requestId", lock=True)
    if request.state not in queries.UNDER_WAY:
        raise Refusal(message("The request is over."), code="WRONG_STATE", path=("requestId",))
    task = rules.clean_task(task)
    await organisation.department(work, department_id, "departmentId")
    if assignee_id is not None:
        await _at_work(work, assignee_id)
    if due_at is not None and due_at <= work.now:
        raise Invalid(message("This instant has passed already."), path=("dueAt",))
    part = work.add(
        RequestPart(request_id=request_id, department_id=department_id, task=task, at=work.now, assignee_id=assignee_id)
    )
    part.due_at = due_at or await _by_the_internal_target(work, request, part)
    if part.due_at is not None:
        work.schedule(part.due_at, PartDue(part_id=part.id), about=part.id, key=f"request_part:{part.id}")
    told = PartAdded(request_id=request_id, part_id=part.id, department_id=department_id)
    work.record(told, about=part)
    if assignee_id is not None:
        work.record(PartAssigned(request_id=request_id, part_id=part.id, assignee_id=assignee_id), about=part)
    return part


async def _by_the_internal_target(work: Work, request: ServiceRequest, part: RequestPart) -> datetime | None:
    """When a part is due by what is agreed inside the company for such a request; None where nothing is."""
    grounds = await queries.grounds(work, request)
    target = grounds.target(ClockKind.INTERNAL, request.priority) if grounds is not None else None
    if grounds is None or grounds.level is None or target is None:
        return None
    due_at = target.ends_at(work.now, grounds.calendar)
    policies.cite(
        work,
        grounds.level,
        about=Subject(SubjectKind.REQUEST, request.id),
        decision="requests.part_deadline",
        inputs={
            "part_id": part.id,
            "department_id": part.department_id,
            "priority": request.priority,
            "target": target.model_dump(mode="json", exclude_defaults=True),
            "calendar_clause": grounds.calendar_clause.clause.number,
        },
        result={"due_at": due_at},
    )
    return due_at


@command(needs=Permission.REQUESTS_WORK)
async def assign_part(work: Work, *, part_id: UUID, assignee_id: UUID) -> RequestPart:
    """Say who does a part: whoever heads its department, has the request or assigns requests says so."""
    part = await _open_part(work, part_id)
    await _must_lead(work, part)
    await _at_work(work, assignee_id)
    part.assignee_id = assignee_id
    work.record(PartAssigned(request_id=part.request_id, part_id=part.id, assignee_id=assignee_id), about=part)
    return part


@command(needs=Permission.REQUESTS_WORK)
async def finish_part(work: Work, *, part_id: UUID, result: str) -> RequestPart:
    """Say what came of a part: who does it, whoever heads the department, or who assigns requests."""
    result = rules.clean_result(result)
    part = await _open_part(work, part_id)
    actor = work.actor
    if not (actor.is_member and part.assignee_id == actor.id):
        heads = await organisation.heads_above(work, part.department_id)
        if not actor.may(Permission.REQUESTS_ASSIGN) and not (actor.is_member and actor.id in heads):
            raise Forbidden(message("This is for who does the part, or heads its department."), code="NOT_YOURS")
    await _end(work, part, PartState.DONE, result)
    work.record(PartFinished(request_id=part.request_id, part_id=part.id), about=part)
    return part


@command(needs=Permission.REQUESTS_WORK)
async def withdraw_part(work: Work, *, part_id: UUID, reason: str) -> RequestPart:
    """Say why a part is not needed any more: whoever has the request, or who assigns requests."""
    reason = rules.clean_reason(reason)
    part = await _open_part(work, part_id)
    await relating.worked_on(work, part.request_id, "partId")
    await _end(work, part, PartState.WITHDRAWN, reason)
    work.record(PartWithdrawn(request_id=part.request_id, part_id=part.id), about=part)
    return part


async def part_due(work: Work, event: PartDue) -> None:
    """The time of a part is up: it is late, if it is still to be done. An outdated timer does nothing."""
    part = await queries.part(work, event.part_id, lock=True)
    request = await queries.get(work, part.request_id)
    over = part.state is not PartState.OPEN or request.state not in queries.UNDER_WAY
    if over or part.late_at is not None or part.due_at is None or work.now < part.due_at:
        return
    part.late_at = part.due_at
    work.record(PartLate(request_id=part.request_id, part_id=part.id), about=part)


async def _open_part(work: Work, part_id: UUID) -> RequestPart:
    """A part for a change, its timer locked first; refuses what is done or withdrawn."""
    await lock_timers(work, part_id)
    part = await queries.part(work, part_id, "partId", lock=True)
    if part.state is not PartState.OPEN:
        raise Refusal(message("This part is done or not needed any more."), code="WRONG_STATE", path=("partId",))
    return part


async def _end(work: Work, part: RequestPart, state: PartState, result: str) -> None:
    part.state, part.result, part.ended_at = state, result, work.now
    await work.cancel_timers(part.id)


async def _must_lead(work: Work, part: RequestPart) -> None:
    actor = work.actor
    if actor.is_member and actor.id in await organisation.heads_above(work, part.department_id):
        return
    await relating.worked_on(work, part.request_id, "partId")


async def _at_work(work: Work, staff_id: UUID) -> None:
    if (await organisation.staff(work, staff_id, "assigneeId")).left_on is not None:
        text = message("This person has left the company and gets no requests.")
        raise Invalid(text, path=("assigneeId",))
