"""What becomes of a mail: a request, a word about one, a report, or something for people to look at."""

from collections.abc import Sequence
from uuid import UUID

from domain.catalogue import queries as catalogue
from domain.customers import commands as customers
from domain.customers import queries as customers_known
from domain.customers.models import Contact
from domain.files import commands as files
from domain.files import rules as file_rules
from domain.kernel.subjects import Subject, SubjectKind
from domain.mail import queries, rules
from domain.mail.commands import answering, settling
from domain.mail.models import InboundMail, MailAddress
from domain.mail.rules import Answer, Letter, MailReason, Part
from domain.organisation import queries as organisation
from domain.policies import commands as policies
from domain.policies import queries as handbook
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import InboundMailRules, Outsiders, UnknownSenders
from domain.policies.rules.scopes import Case
from domain.requests import commands as requests
from domain.requests import queries as requests_known
from domain.requests.models import ServiceRequest
from domain.requests.rules import Channel, State
from tenancy.blobs import Received
from tenancy.language import translate
from tenancy.members import Member
from tenancy.refusals import Refusal, message
from tenancy.work import Work

MOST_CHARACTERS = 20_000
UNTITLED = message("A mail without a subject")
EMPTY = message("(The mail has no text.)")
FOLLOWS = message("This follows request {number}, which is closed.")
REOPENED = message("The customer has answered by mail: {text}")


async def file(work: Work, mail: InboundMail, letter: Letter, parts: Sequence[tuple[Part, Received]]) -> None:
    """Read a mail that was kept, and do what follows from it; whatever it is, it is filed, held, refused or a report.

    `parts` are the letter's own, which lie in the store.
    """
    _note(mail, letter)
    if letter.problem is not None:
        settling.hold(work, mail, letter.problem, letter.detail)
        return
    if letter.report is not None:
        await settling.report(work, mail, letter)
        return
    await _keep_parts(work, mail, letter, parts)
    try:
        async with work.attempting():
            await _judged(work, mail, letter)
    except Refusal as refusal:
        settling.hold(work, mail, MailReason.NOT_FILED, str(refusal))


def _note(mail: InboundMail, letter: Letter) -> None:
    """Keep what the letter says of itself."""
    mail.message_id, mail.subject = letter.message_id, letter.subject
    mail.from_address, mail.from_name = letter.from_address, letter.from_name
    mail.text = rules.within(letter.text, MOST_CHARACTERS)
    mail.quoted = rules.within(letter.quoted, MOST_CHARACTERS)


async def _keep_parts(work: Work, mail: InboundMail, letter: Letter, parts: Sequence[tuple[Part, Received]]) -> None:
    """Put the letter's files at the mail, as far as the rules for files let them in; the others are in the original."""
    left_out = list(letter.unreadable)
    for part, received in parts:
        kind = file_rules.media_type(part.content[: file_rules.BEGINNING_BYTES], part.media_type)
        try:
            async with work.attempting():
                kept, _ = await files.register(work, received=received, name=part.name, media_type=kind)
                await files.attach(work, Subject(SubjectKind.INBOUND_MAIL, mail.id), file_id=kept.id)
        except Refusal as refusal:
            left_out.append(f"{part.name}: {refusal}")
    mail.detail = rules.within("; ".join(left_out), 1000)


async def _judged(work: Work, mail: InboundMail, letter: Letter) -> None:
    """What follows from a letter that could be read."""
    own = await queries.own_addresses(work)
    if not mail.from_address:
        settling.hold(work, mail, MailReason.NO_SENDER)
    elif mail.from_address in own or letter.loop_marks & own:
        settling.hold(work, mail, MailReason.LOOP)
    elif letter.automatic or not mail.envelope_from:
        settling.hold(work, mail, MailReason.AUTOMATIC, letter.automatic or "empty envelope sender")
    else:
        address = await queries.address(work, mail.address_id)
        ruling = await handbook.find_rule(work, InboundMailRules, scope=await _case(work, address))
        if not await _too_many(work, mail, ruling):
            await _placed(work, mail, letter, address, ruling)


async def _case(work: Work, address: MailAddress) -> Case:
    """Where a mail to an address stands."""
    if address.offering_id is None:
        return Case(department_id=address.department_id)
    offered = await catalogue.offered(work, address.offering_id)
    line, *above = offered.lines
    department_id = address.department_id or offered.department_id
    return Case(department_id=department_id, service_line=line, lines_above=tuple(above))


async def _too_many(work: Work, mail: InboundMail, ruling: Ruling[InboundMailRules] | None) -> bool:
    most = (ruling.value if ruling is not None else InboundMailRules()).most_per_hour
    came = await queries.came_in_the_last_hour(work, mail)
    if came <= most:
        return False
    _cite(work, ruling, mail, "mail.too_many", {"came_in_an_hour": came}, {"held": True})
    settling.hold(work, mail, MailReason.TOO_MANY)
    return True


def _cite(
    work: Work,
    ruling: Ruling[InboundMailRules] | None,
    mail: InboundMail,
    decision: str,
    inputs: dict[str, object],
    result: dict[str, object],
) -> None:
    if ruling is not None:
        about = Subject(SubjectKind.INBOUND_MAIL, mail.id)
        policies.cite(work, ruling, about=about, decision=decision, inputs=inputs, result=result)


async def _placed(
    work: Work, mail: InboundMail, letter: Letter, address: MailAddress, ruling: Ruling[InboundMailRules] | None
) -> None:
    """A word about the request that the letter names, or else a new one."""
    request_id = await queries.thread_of(work, mail, letter)
    if request_id is not None:
        contact, member = await _part_in(work, request_id, mail.from_address)
        if contact is not None or member is not None:
            await reply(work, mail, request_id, contact, member)
            return
        outsiders = ruling.value.outsiders if ruling is not None else Outsiders.HOLD
        _cite(work, ruling, mail, "mail.outsider", {"request_id": request_id}, {"outsiders": outsiders})
        if outsiders is Outsiders.HOLD:
            settling.hold(work, mail, MailReason.NOT_ENTITLED)
            return
    known = await customers_known.contacts_with(work, mail.from_address)
    if len(known) == 1:
        await open_request(work, mail, address, known[0].customer_id, known[0])
    elif known:
        settling.hold(work, mail, MailReason.SEVERAL_CUSTOMERS)
    else:
        await _of_somebody_unknown(work, mail, address, ruling)


async def _part_in(work: Work, request_id: UUID, sender: str) -> tuple[Contact | None, Member | None]:
    """As whom somebody takes part in a request: a person of its customer, or the member who asked for it."""
    request = await requests_known.get(work, request_id)
    mine = (each for each in await customers_known.contacts_with(work, sender))
    contact = next((each for each in mine if each.customer_id == request.customer_id), None)
    if contact is not None or request.requester_id is None:
        return contact, None
    member = await work.find(Member, request.requester_id)
    return None, member if member is not None and member.active and member.email == sender else None


async def _of_somebody_unknown(
    work: Work, mail: InboundMail, address: MailAddress, ruling: Ruling[InboundMailRules] | None
) -> None:
    """By the handbook: a request of the customer for such mails, held, or refused."""
    value = ruling.value if ruling is not None else InboundMailRules()
    customer_id = address.walk_in_customer_id
    _cite(
        work, ruling, mail, "mail.unknown_sender", {"address": address.local_part}, {"becomes": value.unknown_senders}
    )
    if value.unknown_senders is UnknownSenders.HOLD:
        settling.hold(work, mail, MailReason.UNKNOWN_SENDER)
    elif value.unknown_senders is UnknownSenders.REFUSE:
        await answering.refuse(work, mail, value.refusal)
    elif customer_id is None:
        settling.hold(work, mail, MailReason.NO_CUSTOMER)
    else:
        contact = await customers.take_up_writer(
            work, customer_id=customer_id, name=mail.from_name, email=mail.from_address
        )
        await open_request(work, mail, address, customer_id, contact)


async def open_request(
    work: Work, mail: InboundMail, address: MailAddress, customer_id: UUID, contact: Contact, *, follows: str = ""
) -> UUID:
    """Make a request of a mail: its subject is the title, what it says the description; its files go with it.

    `follows` is the number of a closed request that the mail answers. Refuses as `requests.submit` does.
    """
    company = await organisation.company(work)
    said = mail.text or mail.quoted
    if follows:
        said = f"{translate(FOLLOWS, company.language, {'number': follows})}\n\n{said}"
    request = await requests.submit(
        work,
        customer_id=customer_id,
        contact_id=contact.id,
        title=rules.title_of(mail.subject, translate(UNTITLED, company.language)),
        description=rules.within(said, MOST_CHARACTERS),
        channel=Channel.EMAIL,
        impact=address.impact,
        urgency=address.urgency,
        department_id=address.department_id,
        offering_id=address.offering_id,
    )
    settling.filed(work, mail, request.id, contact.id)
    await settling.pass_files_on(work, mail)
    await answering.acknowledge(work, mail, request.id, contact)
    return request.id


async def reply(
    work: Work, mail: InboundMail, request_id: UUID, contact: Contact | None, member: Member | None = None
) -> None:
    """Make a mail a word about a request, which may decide what its contact was asked (`_decided`). A closed one is
    reopened as its clause allows, but not by mere thanks; where it does not, the mail becomes a new request (RQ-5)."""
    request = await requests_known.get(work, request_id)
    company = await organisation.company(work)
    said = mail.text or mail.quoted or translate(EMPTY, company.language)
    answer = rules.answer_of(
        said, [name for name in (contact.name if contact is not None else "", mail.from_name) if name]
    )
    if request.state in (State.PROPOSED, State.RESOLVED):
        await _decided(work, mail, request, contact, answer, said)
    elif request.state in (State.CLOSED, State.CONFIRMED, State.CANCELLED) and answer is Answer.MORE:
        try:
            async with work.attempting():
                await requests.reopen(work, request_id=request_id, reason=await _reason(work, said))
        except Refusal as refusal:
            if contact is None:
                raise
            _explain(mail, refusal)
            address = await queries.address(work, mail.address_id)
            await open_request(work, mail, address, request.customer_id, contact, follows=request.number)
            return
    word = await requests.keep_word(
        work,
        request_id=request_id,
        text=rules.within(said, MOST_CHARACTERS),
        contact_id=contact.id if contact is not None else None,
        author_id=member.id if member is not None else None,
    )
    settling.filed(work, mail, request_id, contact.id if contact is not None else None, message_id=word.id)
    await settling.pass_files_on(work, mail)


async def _reason(work: Work, said: str) -> str:
    """Why a request is opened again, in the words of whoever answered."""
    text = rules.within(" ".join(said.split()), 300)
    return rules.within(translate(REOPENED, (await organisation.company(work)).language, {"text": text}), 500)


async def _decided(
    work: Work, mail: InboundMail, request: ServiceRequest, contact: Contact | None, answer: Answer, said: str
) -> None:
    """Do what an answer decides, where the handbook lets it: a yes of whoever speaks for the customer agrees to what is
    proposed or confirms what is resolved, and more than that opens again what is resolved. What the request does not
    allow is left; the answer is a word about it all the same."""
    if not await queries.answers_decide(work, request):
        return
    speaks = contact is not None and request.contact_id in (None, contact.id)
    try:
        async with work.attempting():
            if request.state is State.RESOLVED and answer is Answer.MORE:
                await requests.reopen(work, request_id=request.id, reason=await _reason(work, said))
            elif request.state is State.RESOLVED and answer is Answer.YES and speaks:
                await requests.confirm(work, request_id=request.id)
            elif request.state is State.PROPOSED and answer is Answer.YES and speaks:
                await requests.agree(work, request_id=request.id)
    except Refusal as refusal:
        _explain(mail, refusal)


def _explain(mail: InboundMail, refusal: Refusal) -> None:
    """Keep why what an answer asks for was not done."""
    mail.detail = rules.within("; ".join(filter(None, (mail.detail, str(refusal)))), 1000)
