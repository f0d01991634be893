"""What follows the facts of the module presales: the quotation's letter with its link, and news of its answer."""

from uuid import UUID

from domain.customers import queries as customers
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.notifications.queries import members_who_may
from domain.organisation import queries as organisation
from domain.presales.events import (
    EvaluationDecided,
    InquiryAssigned,
    InquiryBreached,
    InquiryReceived,
    QuotationAnswered,
    QuotationApproved,
    QuotationExpired,
    QuotationSent,
    RequirementsConfirmed,
    RequirementsObjected,
    RequirementsSent,
    SolutionAnswered,
    SolutionApproved,
    SolutionReturned,
    SolutionSent,
)
from domain.presales.models import Solution
from domain.presales.queries import inquiries, requirements, solutions
from domain.presales.queries import quotations as queries
from tenancy.links import Link, Purpose
from tenancy.refusals import message
from tenancy.work import Work


async def send_the_quotation(work: Work, event: QuotationSent) -> None:
    """The contact gets a link to the quotation, in their language."""
    found = await queries.open_offer(work, event.quotation_id)
    if found is None:
        return
    quotation = found.quotation
    contact = await customers.contact(work, quotation.contact_id)
    await notifications.notify_contact(
        work,
        email=f"{contact.name} <{contact.email}>",
        language=contact.language,
        subject=message("Our quotation {number}: {title}"),
        text=message(
            "Dear {contact},\n\nthank you for your interest. Our quotation {number} over {total} is at\n{link}\n\nThere"
            " you can accept or decline it until {valid_until_on}.\n\nKind regards,\n{company}"
        ),
        values={
            "contact": contact.name,
            "company": (await organisation.company(work)).name,
            "number": quotation.number,
            "title": quotation.title,
            "total": Money(quotation.total_minor, quotation.currency),
            "valid_until_on": quotation.valid_until_on,
        },
        about=Subject(SubjectKind.QUOTATION, quotation.id),
        key=f"quotation/{quotation.id}",
        link=Link(Purpose.QUOTATION, quotation.id),
    )


async def tell_that_it_may_be_sent(work: Work, event: QuotationApproved) -> None:
    """Whoever wrote it learns that its discount was approved."""
    if not event.by_itself:
        text = message("Quotation {number} for {customer} is approved and may be sent.")
        await _tell(work, event.quotation_id, text, "approved")


async def tell_of_the_answer(work: Work, event: QuotationAnswered) -> None:
    """Whoever wrote it, and whoever looks after the customer, learn what the customer has answered."""
    text = message("{customer} has declined quotation {number}: {comment}")
    if event.accepted:
        text = message("{customer} has accepted quotation {number} over {total}.")
    await _tell(work, event.quotation_id, text, "answered")


async def tell_of_the_end(work: Work, event: QuotationExpired) -> None:
    """Whoever wrote it learns that nobody has answered in time."""
    text = message("Quotation {number} for {customer} has expired without an answer.")
    await _tell(work, event.quotation_id, text, "expired")


async def tell_who_deals_with_it(work: Work, event: InquiryReceived | InquiryAssigned) -> None:
    """Whoever is to deal with an inquiry learns of it; where nobody is, those who quote do."""
    text = message("Inquiry {number} from {customer} is yours: {title}")
    await _tell_of_inquiry(work, event.inquiry_id, text, "received")


async def tell_of_a_late_contact(work: Work, event: InquiryBreached) -> None:
    """Whoever deals with it, and whoever stands above, learn that the time for the first contact is up."""
    text = message("Nobody has been in touch with {customer} about inquiry {number} in time: {title}")
    await _tell_of_inquiry(work, event.inquiry_id, text, "late", above=True)


async def tell_of_a_decision(work: Work, event: EvaluationDecided) -> None:
    """Whoever deals with the inquiry learns whether something is offered."""
    text = message("It is decided to make no offer for inquiry {number} from {customer}: {title}")
    if event.go:
        text = message("It is decided to make an offer for inquiry {number} from {customer}: {title}")
    await _tell_of_inquiry(work, event.inquiry_id, text, f"decided:{event.evaluation_id}")


async def send_the_requirements(work: Work, event: RequirementsSent) -> None:
    """The contact gets a link to what was written down, in their language."""
    found = await requirements.opened(work, event.requirements_id)
    if found is None or found.document.contact_id is None:
        return
    contact = await customers.contact(work, found.document.contact_id)
    await notifications.notify_contact(
        work,
        email=f"{contact.name} <{contact.email}>",
        language=contact.language,
        subject=message("What you need, as we understand it: {title}"),
        text=message(
            "Dear {contact},\n\nthis is what we have written down of what you need. Version {version} is at\n{link}"
            "\n\nThere you can confirm it or tell us what should be different.\n\nKind regards,\n{company}"
        ),
        values={
            "contact": contact.name,
            "company": found.sides.company,
            "version": found.document.version,
            "title": found.document.title,
        },
        about=Subject(SubjectKind.INQUIRY, found.inquiry.id),
        key=f"requirements/{found.document.id}",
        link=Link(Purpose.REQUIREMENTS, found.document.id),
    )


async def tell_of_confirmed_requirements(work: Work, event: RequirementsConfirmed) -> None:
    """Whoever deals with the inquiry learns that the customer has confirmed what they need by the link."""
    if event.by_link:
        text = message("{customer} has confirmed the requirements for inquiry {number}: {title}")
        await _tell_of_inquiry(work, event.inquiry_id, text, f"confirmed:{event.requirements_id}")


async def tell_of_objected_requirements(work: Work, event: RequirementsObjected) -> None:
    """Whoever deals with the inquiry learns that the customer wants the requirements changed."""
    text = message("{customer} wants the requirements for inquiry {number} changed: {title}")
    await _tell_of_inquiry(work, event.inquiry_id, text, f"objected:{event.requirements_id}")


async def send_the_solution(work: Work, event: SolutionSent) -> None:
    """The contact gets a link to the solution, in their language."""
    found = await solutions.opened(work, event.solution_id)
    if found is None or found.solution.contact_id is None:
        return
    solution = found.solution
    contact = await customers.contact(work, found.solution.contact_id)
    await notifications.notify_contact(
        work,
        email=f"{contact.name} <{contact.email}>",
        language=contact.language,
        subject=message("Our solution {number}: {title}"),
        text=message(
            "Dear {contact},\n\nhere is how we would do what you have asked for. Solution {number}, version"
            " {version}, is at\n{link}\n\nThere you can confirm it or tell us what should be different."
            "\n\nKind regards,\n{company}"
        ),
        values={
            "contact": contact.name,
            "company": found.sides.company,
            "number": solution.number,
            "version": solution.version,
            "title": solution.title,
        },
        about=Subject(SubjectKind.SOLUTION, solution.id),
        key=f"solution/{solution.id}",
        link=Link(Purpose.SOLUTION, solution.id),
    )


async def tell_of_an_approved_solution(work: Work, event: SolutionApproved) -> None:
    """Whoever wrote it learns that its review is over."""
    if not event.by_itself:
        text = message("Solution {number} for {customer} is approved and may be sent.")
        await _tell_of_solution(work, event.solution_id, text, "approved")


async def tell_of_a_returned_solution(work: Work, event: SolutionReturned) -> None:
    """Whoever wrote it learns what has to be improved."""
    text = message("Solution {number} for {customer} has to be improved: {findings}")
    await _tell_of_solution(work, event.solution_id, text, "returned")


async def tell_of_an_answered_solution(work: Work, event: SolutionAnswered) -> None:
    """Whoever wrote it, and whoever looks after the customer, learn what the customer has answered."""
    text = message("{customer} wants solution {number} changed: {comment}")
    if event.confirmed:
        text = message("{customer} has confirmed solution {number}.")
    await _tell_of_solution(work, event.solution_id, text, "answered", owner=True)


async def _tell_of_solution(work: Work, solution_id: UUID, text: str, what: str, *, owner: bool = False) -> None:
    solution = await work.get(Solution, solution_id)
    customer = await customers.get(work, solution.customer_id)
    concerned = {solution.prepared_by_id, await customers.owner_of(work, solution.customer_id) if owner else None}
    await notifications.notify(
        work,
        member_ids=[member for member in concerned if member is not None],
        text=text,
        values={
            "number": solution.number,
            "customer": customer.name,
            "findings": solution.findings or "—",
            "comment": solution.comment or "—",
        },
        about=Subject(SubjectKind.SOLUTION, solution.id),
        mail=True,
        key=f"solution-{what}:{solution.id}",
    )


async def _tell_of_inquiry(work: Work, inquiry_id: UUID, text: str, what: str, *, above: bool = False) -> None:
    inquiry = await inquiries.get(work, inquiry_id)
    customer = await customers.get(work, inquiry.customer_id)
    people: list[UUID | None] = [inquiry.assignee_id]
    if above and inquiry.assignee_id is not None:
        people.append(await organisation.superior_of(work, inquiry.assignee_id))
    told = [person for person in people if person is not None]
    await notifications.notify(
        work,
        member_ids=told or await members_who_may(work, Permission.PRESALES_QUOTE),
        text=text,
        values={"number": inquiry.number, "customer": customer.name, "title": inquiry.title},
        about=Subject(SubjectKind.INQUIRY, inquiry.id),
        mail=True,
        key=f"inquiry-{what}:{inquiry.id}:{inquiry.assignee_id}",
    )


async def _tell(work: Work, quotation_id: UUID, text: str, what: str) -> None:
    quotation = await queries.any_one(work, quotation_id)
    customer = await customers.get(work, quotation.customer_id)
    concerned = {quotation.prepared_by_id, await customers.owner_of(work, quotation.customer_id)}
    await notifications.notify(
        work,
        member_ids=[member for member in concerned if member is not None],
        text=text,
        values={
            "number": quotation.number,
            "customer": customer.name,
            "total": Money(quotation.total_minor, quotation.currency),
            "comment": quotation.comment or "—",
        },
        about=Subject(SubjectKind.QUOTATION, quotation.id),
        mail=True,
        key=f"quotation-{what}:{quotation.id}",
    )
