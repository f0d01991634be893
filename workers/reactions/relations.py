"""What follows when requests go on as others: whoever asked for one hears of the other."""

from domain.requests import queries
from domain.requests.events import RequestMerged, RequestResolved
from tenancy.refusals import message
from tenancy.work import Work
from workers.reactions.requests import tell


async def tell_of_a_merger(work: Work, event: RequestMerged) -> None:
    """The requester learns under which number their request goes on; whoever has that one, what has come to it."""
    request, target = await queries.get(work, event.request_id), await queries.get(work, event.target_id)
    key = f"merged:{event.change_id}"
    text = message("Your request {number} goes on together with {target}: {title}")
    requester = [request.requester_id]
    await tell(work, request.id, requester, text, key=key, by_change=event.change_id, target=target.number)
    text = message("Request {merged} has been merged into {number}: {title}")
    assignee = [target.assignee_id]
    await tell(work, target.id, assignee, text, key=key, mail=False, merged=request.number, by_change=event.change_id)


async def tell_whose_request_was_merged(work: Work, event: RequestResolved) -> None:
    """Whoever asked for what was merged into a request learns that it is resolved."""
    target = await queries.get(work, event.request_id)
    for request in await queries.merged_into(work, target.id):
        if request.requester_id == target.requester_id:
            continue
        text = message("Request {target}, as which your request {number} goes on, is resolved: {resolution}")
        key = f"resolved:{event.change_id}"
        told, done = [request.requester_id], target.resolution
        await tell(work, request.id, told, text, key=key, target=target.number, resolution=done)
