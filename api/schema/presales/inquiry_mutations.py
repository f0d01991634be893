"""Registering inquiries, passing them on, noting contacts, and what becomes of them."""

from datetime import date
from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from api.schema.presales.inquiries import NeedMethod
from domain.presales import commands
from domain.presales.models import Inquiry, InquiryNeed, RequirementsDocument
from tenancy.work import Work


@strawberry.input(description="A new inquiry.")
class RegisterInquiryInput:
    """A new inquiry."""

    customer_id: UUID = given("Who asks.")
    title: str = given("What it is about; at most 200 characters.")
    content: str = optional("What the customer said.", default="")
    contact_id: UUID | None = optional("The customer's person.")
    service_line_id: UUID | None = optional("What kind of service it is about, for clauses that differ by it.")
    assignee_id: UUID | None = optional("Who of the staff deals with it; the account owner unless told.")


async def register_inquiry(work: Work, input: RegisterInquiryInput) -> Inquiry:
    """Write an inquiry down and pass it on at once. Needs `presales.quote`, as all that is done with inquiries. The
    clause `inquiry_contact` and the business calendar say until when somebody gets in touch."""
    return await commands.register_inquiry(
        work,
        customer_id=input.customer_id,
        title=input.title,
        content=input.content,
        contact_id=input.contact_id,
        service_line_id=input.service_line_id,
        assignee_id=input.assignee_id,
    )


@strawberry.input(description="Who is to deal with an inquiry.")
class AssignInquiryInput:
    """Who is to deal with an inquiry."""

    inquiry_id: UUID = given("An inquiry that is neither qualified nor refused.")
    assignee_id: UUID = given("Who of the staff deals with it.")


async def assign_inquiry(work: Work, input: AssignInquiryInput) -> Inquiry:
    """Let somebody else deal with an inquiry; its time runs on."""
    return await commands.assign_inquiry(work, inquiry_id=input.inquiry_id, assignee_id=input.assignee_id)


@strawberry.input(description="A contact with whoever asked.")
class NoteInquiryContactInput:
    """A contact with whoever asked."""

    inquiry_id: UUID = given("An inquiry that is neither qualified nor refused.")
    needs: str = given("What the customer needs, as far as it is known by now; this replaces what was written before.")


async def note_inquiry_contact(work: Work, input: NoteInquiryContactInput) -> Inquiry:
    """Write down that presales was in touch. The first contact stops the clause's time; later ones bring the needs up
    to date."""
    return await commands.note_contact(work, inquiry_id=input.inquiry_id, needs=input.needs)


@strawberry.input(description="An inquiry for which something is going to be offered.")
class QualifyInquiryInput:
    """An inquiry for which something is going to be offered."""

    inquiry_id: UUID = given("An inquiry whose customer was contacted.")


async def qualify_inquiry(work: Work, input: QualifyInquiryInput) -> Inquiry:
    """Say that something is going to be offered, and close the inquiry. Then draftQuotation."""
    return await commands.qualify_inquiry(work, inquiry_id=input.inquiry_id)


@strawberry.input(description="An inquiry for which nothing is going to be offered.")
class RefuseInquiryInput:
    """An inquiry for which nothing is going to be offered."""

    inquiry_id: UUID = given("An inquiry that is neither qualified nor refused.")
    reason: str = given("Why.")


async def refuse_inquiry(work: Work, input: RefuseInquiryInput) -> Inquiry:
    """Say that nothing is going to be offered, and why."""
    return await commands.refuse_inquiry(work, inquiry_id=input.inquiry_id, reason=input.reason)


@strawberry.input(description="What was found out about a customer's needs.")
class RecordInquiryNeedInput:
    """What was found out about a customer's needs."""

    inquiry_id: UUID = given("An inquiry that was contacted or qualified.")
    method: NeedMethod = given("How it was found out.")
    held_on: date = given("On which day, today at the latest.")
    findings: str = given("What the customer needs by that.")
    participants: str = optional("Who was there, on both sides; at most 200 characters.", default="")


async def record_inquiry_need(work: Work, input: RecordInquiryNeedInput) -> InquiryNeed:
    """Write down what an interview, a questionnaire or a demonstration has shown. Needs `presales.quote`."""
    return await commands.record_need(
        work,
        inquiry_id=input.inquiry_id,
        method=input.method,
        held_on=input.held_on,
        participants=input.participants,
        findings=input.findings,
    )


@strawberry.input(description="What a customer needs.")
class DraftRequirementsInput:
    """What a customer needs."""

    inquiry_id: UUID = given("An inquiry that was contacted or qualified, and has no requirements yet.")
    title: str = given("What it is about; at most 200 characters.")
    content: str = given("What is required.")


async def draft_requirements(work: Work, input: DraftRequirementsInput) -> RequirementsDocument:
    """Write the first version of the requirements behind an inquiry. Needs `presales.quote`. Then confirmRequirements,
    once the customer agrees; reviseRequirements begins later versions."""
    return await commands.draft_requirements(
        work, inquiry_id=input.inquiry_id, title=input.title, content=input.content
    )


@strawberry.input(description="What a draft of requirements says from now on.")
class ChangeRequirementsInput:
    """What a draft of requirements says from now on."""

    requirements_id: UUID = given("The draft.")
    title: str = given("What it is about; at most 200 characters.")
    content: str = given("What is required; this replaces all that it said.")


async def change_requirements(work: Work, input: ChangeRequirementsInput) -> RequirementsDocument:
    """Write a draft of requirements anew."""
    return await commands.change_requirements(
        work, requirements_id=input.requirements_id, title=input.title, content=input.content
    )


@strawberry.input(description="Requirements to be confirmed by the customer.")
class SendRequirementsInput:
    """Requirements to be confirmed by the customer."""

    requirements_id: UUID = given("The draft.")
    contact_id: UUID | None = optional("Which person of the customer gets it; whoever asked unless told.")


async def send_requirements(work: Work, input: SendRequirementsInput) -> RequirementsDocument:
    """Send a draft to a person of the customer by mail, with a link that is answered once: they confirm it, or say what
    should be different. It is SENT then and changed no more, its fingerprint is kept; reviseRequirements begins the
    next version, and the link opens nothing any more."""
    return await commands.send_requirements(work, requirements_id=input.requirements_id, contact_id=input.contact_id)


@strawberry.input(description="That a customer has confirmed requirements.")
class ConfirmRequirementsInput:
    """That a customer has confirmed requirements."""

    requirements_id: UUID = given("The version that was shown to the customer: a draft, or one that was sent.")
    confirmed_by: str = given("Who has confirmed it for the customer.")
    confirmed_on: date = given("On which day, today at the latest.")
    comment: str = given("How you know, such as from a meeting or a letter, and what was said with it.")


async def confirm_requirements(work: Work, input: ConfirmRequirementsInput) -> RequirementsDocument:
    """Record that the customer has confirmed a version: it is changed no more, and its fingerprint is kept."""
    return await commands.confirm_requirements(
        work,
        requirements_id=input.requirements_id,
        confirmed_by=input.confirmed_by,
        confirmed_on=input.confirmed_on,
        comment=input.comment,
    )


@strawberry.input(description="Requirements to be written anew.")
class ReviseRequirementsInput:
    """Requirements to be written anew."""

    requirements_id: UUID = given("The version that counts.")
    reason: str = given("Why there is a new version.")


async def revise_requirements(work: Work, input: ReviseRequirementsInput) -> RequirementsDocument:
    """Begin the next version as a draft that says the same; the former one is SUPERSEDED at once. Gives the new one."""
    return await commands.revise_requirements(work, requirements_id=input.requirements_id, reason=input.reason)
