"""What follows when departments co-operate in a request: who is told of their parts."""

from domain.organisation import queries as organisation
from domain.requests import queries
from domain.requests.events import (
    HelpGranted,
    PartAdded,
    PartAssigned,
    PartFinished,
    PartLate,
    RequestRaised,
    RequestReturned,
)
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


async def tell_the_next_tier(work: Work, event: RequestRaised) -> None:
    """Whoever gets a request that was raised learns what is known of it."""
    request, change = await queries.get(work, event.request_id), await queries.change(work, event.change_id)
    text = message("Request {number} is raised to you at tier {tier} of support: {title}\n\n{description}")
    await tell(
        work,
        request.id,
        [event.to_id],
        text,
        key=f"raised:{event.raise_id}",
        by_change=change.id,
        tier=request.support_tier,
        description=change.reason,
    )


async def tell_the_tier_below(work: Work, event: RequestReturned) -> None:
    """Whoever gets a request back learns what the higher tier has found out."""
    change = await queries.change(work, event.change_id)
    text = message("Request {number} comes back to you from the higher tier of support: {title}\n\n{answer}")
    key = f"returned:{change.id}"
    await tell(work, event.request_id, [event.to_id], text, key=key, by_change=change.id, answer=change.reason)
