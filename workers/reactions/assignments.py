"""What follows when requests find nobody by the assignment rules."""

from domain.kernel.permissions import Permission
from domain.notifications.queries import members_who_may
from domain.organisation import queries as organisation
from domain.requests.events import NobodyFound
from tenancy.refusals import message
from tenancy.work import Work
from workers.reactions.requests import tell


async def tell_that_nobody_was_found(work: Work, event: NobodyFound) -> None:
    """Whoever leads the department, or else whoever assigns requests, learns that the rules left nobody."""
    head = await organisation.head_of(work, event.department_id) if event.department_id else None
    told = [head] if head is not None else await members_who_may(work, Permission.REQUESTS_ASSIGN)
    text = message("The assignment rules have found nobody who could take request {number}: {title}")
    await tell(work, event.request_id, told, text, key=f"nobody_found:{event.notice_id}")
