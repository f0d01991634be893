"""Registering inquiries, passing them on, noting contacts, and what becomes of them."""

from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from domain.presales import commands
from domain.presales.models import Inquiry
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
