"""Letters to a customer's people about what happens to their request, by the company's own words or ours (NT-1)."""

from typing import Any
from uuid import UUID

from domain.customers import queries as customers
from domain.customers.rules import ContactLetters
from domain.kernel.subjects import Subject, SubjectKind
from domain.mail import queries
from domain.mail.queries import Continued
from domain.mail.rules import occasions
from domain.notifications import commands as notifications
from domain.notifications.rules import OwnWords
from domain.organisation import queries as organisation
from domain.policies import commands as policies
from domain.policies.rules.kinds import MessageTemplate, Occasion
from domain.policies.rules.sentences import Sentence
from domain.policies.rules.values import Wording
from domain.requests import queries as requests
from domain.requests.models import ServiceRequest, StateChange
from domain.requests.rules import Channel, State
from tenancy.links import Leave
from tenancy.refusals import message
from tenancy.work import Work

# A subject is nobody's sentence: it is written as it stands.
SUBJECT = "{subject}"
HELD_FOR = message("{name}: {reason}")
# What asks for nothing and announces nothing that has not been said: somebody may do without it.
PROGRESS = (Occasion.ASSIGNED, Occasion.REOPENED, Occasion.CLOSED)
# What asks for something, only while it is still asked for.
WHILE = {
    Occasion.SOLUTION_PROPOSED: State.PROPOSED,
    Occasion.HELD: State.ON_HOLD,
    Occasion.RESOLVED: State.RESOLVED,
}


async def write_about(work: Work, *, occasion: Occasion, request_id: UUID, change_id: UUID | None = None) -> None:
    """Write to the contacts who take part in a request what has happened, if the handbook doesn't say otherwise.

    Whoever did it themselves in the portal is not told; a mail that becomes a request is acknowledged by its own
    clause. Without a clause for the occasion, nothing is written where the company takes no mail.
    """
    request = await requests.get(work, request_id)
    change = await requests.change(work, change_id) if change_id is not None else None
    if request.state is not WHILE.get(occasion, request.state):
        return
    if occasion is Occasion.SUBMITTED and request.channel is Channel.EMAIL:
        return
    if occasion is Occasion.HELD and not await requests.waits_for_customer(work, request):
        return
    told = [each for each in await queries.writers(work, request.id) if change is None or change.contact_id != each]
    if occasion in PROGRESS:
        told = [each for each in told if not await _does_without(work, each)]
    if not told:
        return
    ruling = await requests.ruled(work, MessageTemplate, request, occasion.value)
    continued = await queries.continued(work, request.id)
    if ruling is None and (occasion not in occasions.USUAL or continued is None):
        return
    if ruling is not None:
        policies.cite(
            work,
            ruling,
            about=Subject(SubjectKind.REQUEST, request.id),
            decision="mail.letter",
            inputs={"occasion": occasion.value, "contacts": len(told)},
            result={"sent": ruling.value.send},
        )
        if not ruling.value.send:
            return
    own = ruling.value if ruling is not None else None
    for contact_id in told:
        await _write(work, request, occasion, contact_id, change, continued, own)


async def _does_without(work: Work, contact_id: UUID) -> bool:
    return ContactLetters.PROGRESS in (await customers.contact(work, contact_id)).unwanted_letters


async def _write(
    work: Work,
    request: ServiceRequest,
    occasion: Occasion,
    contact_id: UUID,
    change: StateChange | None,
    continued: Continued | None,
    own: MessageTemplate | None,
) -> None:
    contact = await customers.contact(work, contact_id)
    company = (await organisation.company(work)).name
    values = {"contact": contact.name, "company": company, **_values(request, change)}
    blanks: dict[str, Any] = {
        **values,
        "news": occasions.news(occasion, values),
        "subject": f"[{request.number}] {request.title}",
    }
    if continued is not None:
        blanks["subject"] = continued.subject
        decides = await queries.answers_decide(work, request)
        blanks["how"] = occasions.how_to_answer(occasion, decides=decides)
    text = occasions.WITHOUT_ANSWER if continued is None else occasions.WITH_ANSWER
    if own is not None and own.body is not None:
        blanks["said"], text = OwnWords(own.body, values), occasions.IN_OWN_WORDS
    if own is not None and own.subject is not None:
        blanks["subject"] = OwnWords(own.subject, values)
    await notifications.notify_contact(
        work,
        email=f"{contact.name} <{contact.email}>",
        language=contact.language,
        subject=SUBJECT,
        text=text,
        values=blanks,
        about=Subject(SubjectKind.REQUEST, request.id),
        key=f"mail/{occasion.value}/{change.id if change is not None else request.id}/{contact.id}",
        thread=continued.thread if continued is not None else None,
        customer_id=request.customer_id,
        leave=Leave(contact_id, ContactLetters.PROGRESS.value) if occasion in PROGRESS else None,
    )


def _values(request: ServiceRequest, change: StateChange | None) -> dict[str, Any]:
    """What fills the blanks, apart from names; a blank of something that is not known is left for a dash."""
    reason: Any = change.reason if change is not None else ""
    if change is not None and change.reason_name is not None:
        name = Wording.model_validate(change.reason_name)
        reason = Sentence(HELD_FOR, {"name": name, "reason": reason}) if reason else name
    return {
        "number": request.number,
        "title": request.title,
        "priority": request.priority.value.upper(),
        "due_at": request.due_at,
        "solution": request.solution,
        "reason": reason,
        "expected_at": request.hold_expected_at,
        "resolution": request.resolution,
        "closes_at": request.closes_at,
        "reopens_until": request.reopens_until,
    }
