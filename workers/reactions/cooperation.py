"""What follows when departments co-operate in a request: who is told of their parts."""

from domain.organisation import queries as organisation
from domain.requests import queries
from domain.requests.events import HelpGranted, PartAdded, PartAssigned, PartFinished, PartLate
from tenancy.refusals import message
from tenancy.work import Work
from workers.reactions.requests import tell


async def ask_the_department(work: Work, event: PartAdded) -> None:
    """Whoever heads the department learns what is asked of it, unless somebody was named at once."""
    part = await queries.part(work, event.part_id)
    if part.assignee_id is not None:
        return
    head = await organisation.head_of(work, part.department_id)
    text = message("Your department is asked for its part in request {number}, {title}: {task}")
    await tell(work, event.request_id, [head], text, key=f"part:{part.id}", task=part.task)


async def tell_who_does_the_part(work: Work, event: PartAssigned) -> None:
    """Whoever is to do a part learns what, and until when."""
    part = await queries.part(work, event.part_id)
    text = message("A part in request {number}, {title}, is assigned to you: {task}")
    if part.due_at is not None:
        text = message("A part in request {number}, {title}, is assigned to you and is due at {due_at}: {task}")
    key = f"part:{part.id}:assigned:{event.assignee_id}"
    await tell(work, event.request_id, [event.assignee_id], text, key=key, task=part.task, due_at=part.due_at)


async def tell_who_leads(work: Work, event: PartFinished) -> None:
    """Whoever has the request learns what came of a part."""
    part, request = await queries.part(work, event.part_id), await queries.get(work, event.request_id)
    text = message("A part in request {number} is done: {result}")
    await tell(work, request.id, [request.assignee_id], text, key=f"part:{part.id}:done", result=part.result)


async def tell_of_a_late_part(work: Work, event: PartLate) -> None:
    """Whoever does it, heads the department, or has the request learns that a part is late."""
    part, request = await queries.part(work, event.part_id), await queries.get(work, event.request_id)
    told = [part.assignee_id, await organisation.head_of(work, part.department_id), request.assignee_id]
    text = message("A part in request {number} should have been done by {due_at}: {task}")
    await tell(work, request.id, told, text, key=f"part:{part.id}:late", task=part.task, due_at=part.due_at)


async def tell_who_helps(work: Work, event: HelpGranted) -> None:
    """Whoever is to help learns with what, and why."""
    helping = await queries.help(work, event.help_id)
    text = message("You are asked to help with request {number}, {title}: {reason}")
    await tell(work, event.request_id, [event.staff_id], text, key=f"help:{helping.id}", reason=helping.reason)
