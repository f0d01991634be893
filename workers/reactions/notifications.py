"""What follows the facts of the module notifications."""

from domain.kernel.permissions import Permission
from domain.notifications import commands as notifications
from domain.notifications import queries
from domain.notifications.events import EndpointSwitchedOff
from tenancy.refusals import message
from tenancy.work import Work


async def tell_administrators_of_a_dead_endpoint(work: Work, event: EndpointSwitchedOff) -> None:
    """Whoever manages webhooks learns that one was switched off because nothing arrives there (NT-3)."""
    endpoint = await queries.find_endpoint(work, event.endpoint_id)
    if event.by_hand or endpoint is None:
        return
    await notifications.notify(
        work,
        member_ids=await queries.members_who_may(work, Permission.WEBHOOKS_MANAGE),
        text=message("The webhook endpoint {url} was switched off: nothing arrives there. Mend it, then switch it on."),
        values={"url": endpoint.url},
        about=None,
        mail=True,
        key=f"endpoint-off:{endpoint.id}:{endpoint.disabled_at}",
    )
