"""What follows the facts of the module customers."""

from domain.customers.events import AccountsHandedOn
from domain.kernel.permissions import Permission
from domain.notifications import commands as notifications
from domain.notifications.queries import members_who_may
from domain.organisation import queries as organisation
from tenancy.refusals import message
from tenancy.work import Work


async def tell_who_looks_after_them(work: Work, event: AccountsHandedOn) -> None:
    """Whoever looks after the customers of somebody who has left learns of it; or whoever manages customers, where
    nobody does."""
    leaver = await organisation.member(work, event.staff_id)
    told = [event.owner_id] if event.owner_id else await members_who_may(work, Permission.CUSTOMERS_MANAGE)
    text = message("{name} has left; you look after their customers from now on.")
    if event.owner_id is None:
        text = message("{name} has left, and nobody looks after their customers now; name somebody for each.")
    await notifications.notify(
        work,
        member_ids=told,
        text=text,
        values={"name": leaver.name},
        about=None,
        mail=True,
        key=f"accounts:{event.notice_id}",
    )
