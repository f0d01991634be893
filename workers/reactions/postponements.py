"""What follows when a request is to be postponed: the requester is asked, and whoever has it learns the answer."""

from domain.requests import queries
from domain.requests.events import PostponementAgreed, PostponementAsked, PostponementDeclined
from tenancy.refusals import message
from tenancy.work import Work
from workers.reactions.requests import tell


async def ask_the_requester(work: Work, event: PostponementAsked) -> None:
    """The requester learns until when they are asked to wait, and why."""
    request = await queries.get(work, event.request_id)
    text = message(
        "May your request {number} wait until {until}? {reason}\n\nPlease agree to that, or say why it can't wait."
    )
    key = f"postpone:{event.notice_id}"
    await tell(work, request.id, [request.requester_id], text, key=key, until=event.until, reason=event.reason)


async def tell_of_the_agreement(work: Work, event: PostponementAgreed) -> None:
    """The assignee learns that the request may wait."""
    request = await queries.get(work, event.request_id)
    text = message("Request {number} may wait until {until}: {title}")
    if request.hold_expected_at is None:
        text = message("Request {number} may wait: {title}")
    key = f"postponed:{event.change_id}"
    told, until = [request.assignee_id], request.hold_expected_at
    await tell(work, request.id, told, text, key=key, by_change=event.change_id, until=until)


async def tell_of_the_refusal(work: Work, event: PostponementDeclined) -> None:
    """The assignee learns why the request can't wait."""
    request = await queries.get(work, event.request_id)
    text = message("Request {number} can't wait: {reason}")
    key = f"not_postponed:{event.notice_id}"
    await tell(work, request.id, [request.assignee_id], text, key=key, reason=event.reason)
