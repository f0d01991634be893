"""What follows the facts of the module customers: who looks after them now, and invitations into the portal."""

from domain.customers import queries
from domain.customers.events import AccountsHandedOn, PortalInvited
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.notifications.queries import members_who_may
from domain.organisation import queries as organisation
from tenancy.links import Link, Purpose
from tenancy.refusals import message
from tenancy.work import Work

INVITED = message(
    "Dear {contact},\n\nyou are invited to follow your requests with us yourself: to ask, to answer and to see how they"
    " stand. This link opens the portal for you, once, until {ends_at}:\n{link}\n\nPlease don't pass it on.\n\nKind"
    " regards,\n{company}"
)


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


async def write_the_invitation(work: Work, event: PortalInvited) -> None:
    """The contact gets the link, in their language, unless the invitation was taken back meanwhile."""
    access = await queries.open_invitation(work, event.access_id)
    if access is None:
        return
    contact = await queries.contact(work, event.contact_id)
    company = await organisation.company(work)
    await notifications.notify_contact(
        work,
        email=f"{contact.name} <{contact.email}>",
        language=contact.language,
        subject=message("Your access to the portal of {company}"),
        text=INVITED,
        values={"contact": contact.name, "company": company.name, "ends_at": access.invitation_ends_at},
        about=Subject(SubjectKind.CONTACT, contact.id),
        key=f"portal/{access.id}",
        link=Link(Purpose.PORTAL, access.id),
    )
