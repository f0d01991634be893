"""What follows the facts of the module customers: who looks after them, portal invitations, addresses without mail."""

from email.utils import parseaddr

from domain.customers import commands, queries
from domain.customers.events import AccountsHandedOn, ContactUnreachable, PortalInvited
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.notifications.queries import members_who_may
from domain.notifications.rules import Topic
from domain.organisation import queries as organisation
from tenancy.effects import Effect, EffectKind, EffectState
from tenancy.links import Link, Purpose
from tenancy.outbox import EffectGivenUp
from tenancy.refusals import message
from tenancy.work import Work

# How the errors begin that speak of the address: a server refused it, or a report came back.
REFUSED = ("Undeliverable:", "it came back:")
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


async def mark_an_address_that_takes_no_mail(work: Work, event: EffectGivenUp) -> None:
    """Whoever is written to at an address that a mail server refuses, or from which a letter came back, is marked."""
    effect = await work.get(Effect, event.effect_id)
    if effect.kind is not EffectKind.MAIL or effect.state is not EffectState.FAILED:
        return
    error = effect.error or ""
    # What only took too long says nothing of the address.
    if error.startswith(REFUSED):
        await commands.note_unreachable(
            work, email=parseaddr(effect.payload["to"])[1], error=error, effect_id=effect.id
        )


async def tell_of_an_address_that_takes_no_mail(work: Work, event: ContactUnreachable) -> None:
    """Whoever looks after the customer learns that another address is needed; or whoever manages customers."""
    contact = await queries.contact(work, event.contact_id)
    customer = await queries.get(work, event.customer_id)
    owner = await queries.owner_of(work, customer.id)
    await notifications.notify(
        work,
        member_ids=[owner] if owner is not None else await members_who_may(work, Permission.CUSTOMERS_MANAGE),
        text=message("Letters to {contact} of {customer} at {email} come back: {error}"),
        values={
            "contact": contact.name,
            "customer": customer.name,
            "email": contact.email,
            "error": contact.mail_error or "—",
        },
        about=Subject(SubjectKind.CONTACT, contact.id),
        mail=True,
        key=f"contact:{contact.id}:unreachable:{event.effect_id}",
        topic=Topic.CUSTOMERS,
    )
