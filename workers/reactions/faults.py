"""What follows a fault: who is told of what they are to do so that it doesn't come again."""

from domain.requests import queries
from domain.requests.events import ActionPlanned, ActionReminded
from tenancy.refusals import message
from tenancy.work import Work
from workers.reactions.requests import tell


async def tell_who_is_responsible(work: Work, event: ActionPlanned) -> None:
    """Whoever is responsible learns what is to be done until when."""
    action = await queries.action(work, event.action_id)
    text = message("After request {number}, {title}, this is yours to do until {due_on}: {task}")
    told, key = [action.responsible_id], f"action:{action.id}"
    await tell(work, event.request_id, told, text, key=key, due_on=action.due_on, task=action.task)


async def remind_who_is_responsible(work: Work, event: ActionReminded) -> None:
    """Whoever is responsible is reminded; of what is overdue whoever has the request learns too."""
    action, request = await queries.action(work, event.action_id), await queries.get(work, event.request_id)
    if action.done_at is not None:
        return
    text, told = message("After request {number}, {title}, this is due today: {task}"), {action.responsible_id}
    if event.reminder > 1:
        text = message("After request {number}, {title}, this should have been done by {due_on}: {task}")
        told |= {request.assignee_id} if request.assignee_id is not None else set()
    key = f"action:{action.id}:{event.reminder}"
    await tell(work, request.id, told, text, key=key, due_on=action.due_on, task=action.task)
