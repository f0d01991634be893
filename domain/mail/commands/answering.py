"""What is written to whoever wrote: that their mail is a request now, that it is refused, what is said about it."""

import hashlib
from uuid import UUID

from domain.customers import queries as customers
from domain.customers.models import Contact
from domain.kernel.subjects import Subject, SubjectKind
from domain.mail import queries, rules
from domain.mail.events import MailRefused
from domain.mail.models import InboundMail
from domain.mail.rules import LIFECYCLE, MailReason, Move
from domain.notifications import commands as notifications
from domain.organisation import queries as organisation
from domain.policies import commands as policies
from domain.policies.rules.kinds import MailAcknowledgement
from domain.policies.rules.values import Wording
from domain.requests import queries as requests
from domain.requests.rules import Audience
from tenancy.postbox import Thread
from tenancy.refusals import message
from tenancy.work import Work

# A subject is nobody's sentence: it is written as it stands.
SUBJECT = "{subject}"
ACKNOWLEDGED = message(
    "Dear {contact},\n\nyour mail has arrived and is our request {number}: {title}\n\nTo add something, answer this"
    " letter.\n\nKind regards,\n{company}"
)
ACKNOWLEDGED_DUE = message(
    "Dear {contact},\n\nyour mail has arrived and is our request {number}, due at {due_at}: {title}\n\nTo add"
    " something, answer this letter.\n\nKind regards,\n{company}"
)
IN_OWN_WORDS = message("{said}\n\n{number}: {title}")
IN_OWN_WORDS_DUE = message("{said}\n\n{number}: {title}\nDue at {due_at}")
REFUSED = message(
    "Your mail “{subject}” has not been taken: we know nobody at this address. Please write from the address that you"
    " have given us, or ask whoever looks after you.\n\n{company}"
)
REFUSED_IN_OWN_WORDS = message("{said}\n\n{company}")
SAID = message("{said}\n\n-- \n{company}, request {number}\nTo add something, answer this letter.")


async def acknowledge(work: Work, mail: InboundMail, request_id: UUID, contact: Contact) -> None:
    """Tell whoever wrote that their mail is a request now, if the handbook says so (RQ-1)."""
    request = await requests.get(work, request_id)
    ruling = await requests.ruled(work, MailAcknowledgement, request)
    if ruling is None:
        return
    policies.cite(
        work,
        ruling,
        about=Subject(SubjectKind.REQUEST, request_id),
        decision="mail.acknowledgement",
        inputs={"mail_id": mail.id, "language": contact.language},
        result={"sent": ruling.value.send},
    )
    continued = await queries.continued(work, request_id)
    if not ruling.value.send or continued is None:
        return
    due, own = request.due_at is not None, ruling.value.text
    text = (IN_OWN_WORDS_DUE if due else IN_OWN_WORDS) if own else (ACKNOWLEDGED_DUE if due else ACKNOWLEDGED)
    await notifications.notify_contact(
        work,
        email=f"{contact.name} <{contact.email}>",
        language=contact.language,
        subject=SUBJECT,
        text=text,
        values={
            "subject": continued.subject,
            "contact": contact.name,
            "company": (await organisation.company(work)).name,
            "number": request.number,
            "title": request.title,
            "due_at": request.due_at,
            "said": own,
        },
        about=Subject(SubjectKind.REQUEST, request_id),
        key=f"mail/acknowledged/{mail.id}",
        thread=continued.thread,
    )


async def refuse(work: Work, mail: InboundMail, said: Wording | None) -> None:
    """Take nothing of a mail, and tell its sender so, once for ever."""
    mail.state, mail.reason = LIFECYCLE.next(mail.state, Move.REFUSE), MailReason.UNKNOWN_SENDER
    mail.settled_at = work.now
    work.record(MailRefused(mail_id=mail.id, reason=mail.reason), about=mail)
    company = await organisation.company(work)
    address = await queries.address(work, mail.address_id)
    await notifications.notify_contact(
        work,
        email=mail.from_address,
        language=company.language,
        subject=SUBJECT,
        text=REFUSED_IN_OWN_WORDS if said is not None else REFUSED,
        values={
            "subject": rules.subject_of_reply(mail.subject),
            "company": company.name,
            "said": said,
        },
        about=Subject(SubjectKind.INBOUND_MAIL, mail.id),
        key=f"mail/refused/{hashlib.sha256(mail.from_address.encode()).hexdigest()[:32]}",
        thread=Thread(company.slug, address.local_part, mail.id, mail.message_id, (mail.message_id,)),
    )


async def write_on(work: Work, *, message_id: UUID) -> None:
    """Send what somebody of the company has said publicly about a request to the contacts who take part in it (RQ-10).

    Nothing is sent where the company takes no mail: it could not be answered.
    """
    said = await requests.said(work, message_id)
    if said.audience is not Audience.PUBLIC or said.contact_id is not None:
        return
    request = await requests.get(work, said.request_id)
    continued = await queries.continued(work, request.id)
    if continued is None:
        return
    company = await organisation.company(work)
    for contact_id in await queries.writers(work, request.id):
        contact = await customers.contact(work, contact_id)
        await notifications.notify_contact(
            work,
            email=f"{contact.name} <{contact.email}>",
            language=contact.language,
            subject=SUBJECT,
            text=SAID,
            values={
                "subject": continued.subject,
                "said": said.text,
                "company": company.name,
                "number": request.number,
            },
            about=Subject(SubjectKind.REQUEST, request.id),
            key=f"mail/said/{said.id}/{contact.id}",
            thread=continued.thread,
            by_hand=True,
        )
