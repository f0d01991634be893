"""Taking complaints in, and moving them on."""

from uuid import UUID

import strawberry

from api.schema.feedback import complaints as types  # noqa: F401  # declares the enumerations that are used below
from api.schema.inputs import given, optional
from domain.feedback import commands
from domain.feedback.models import Complaint
from domain.requests.rules import Channel
from tenancy.work import Work


@strawberry.input(description="What somebody is not content with.")
class SubmitComplaintInput:
    """What somebody is not content with."""

    customer_id: UUID = given("Whose complaint it is.")
    title: str = given("What it is about, in a line of at most 200 characters.")
    channel: Channel = given("How it came in.")
    description: str = optional("What it is about.", default="")
    contact_id: UUID | None = optional(
        "The customer's person who complained and is written to; without one it is your own complaint."
    )
    request_id: UUID | None = optional("The request it is about; its department and service line hold for it too.")
    department_id: UUID | None = optional("The department it is for, whose clauses hold; unless told, the request's.")
    about_staff_id: UUID | None = optional("Whom of the staff it is about; they will not deal with it.")


async def submit_complaint(work: Work, input: SubmitComplaintInput) -> Complaint:
    """Take a complaint in: its clocks start by the clause `complaint_handling` in force; without one there is no limit.
    Needs `feedback.submit`."""
    return await commands.submit_complaint(
        work,
        customer_id=input.customer_id,
        title=input.title,
        channel=input.channel,
        description=input.description,
        contact_id=input.contact_id,
        request_id=input.request_id,
        department_id=input.department_id,
        about_staff_id=input.about_staff_id,
    )


@strawberry.input(description="Who is to deal with a complaint.")
class AssignComplaintInput:
    """Who is to deal with a complaint."""

    complaint_id: UUID = given("The complaint.")
    handler_id: UUID = given("Who of the staff gets it.")


async def assign_complaint(work: Work, input: AssignComplaintInput) -> Complaint:
    """Give a complaint to somebody: not to whom it is about (CONCERNS_YOU), nor to whoever complained (OWN_COMPLAINT).
    Needs `feedback.manage`."""
    return await commands.assign_complaint(work, complaint_id=input.complaint_id, handler_id=input.handler_id)


@strawberry.input(description="What the customer is told first.")
class AcknowledgeComplaintInput:
    """What the customer is told first."""

    complaint_id: UUID = given("The complaint.")
    text: str = given("What the contact is written, such as an apology; at most 20,000 characters.")


async def acknowledge_complaint(work: Work, input: AcknowledgeComplaintInput) -> Complaint:
    """Acknowledge a complaint; the contact is written to. For its handler with `feedback.handle`, or with
    `feedback.manage`."""
    return await commands.acknowledge_complaint(work, complaint_id=input.complaint_id, text=input.text)


@strawberry.input(description="A complaint whose grounds are looked into.")
class InvestigateComplaintInput:
    """A complaint whose grounds are looked into."""

    complaint_id: UUID = given("The complaint.")


async def investigate_complaint(work: Work, input: InvestigateComplaintInput) -> Complaint:
    """Begin to find out what happened, also anew after an escalation. For its handler."""
    return await commands.investigate_complaint(work, complaint_id=input.complaint_id)


@strawberry.input(description="What the customer is offered.")
class ProposeRemedyInput:
    """What the customer is offered."""

    complaint_id: UUID = given("The complaint.")
    proposal: str = given("What is offered, which the contact is written; at most 20,000 characters.")


async def propose_remedy(work: Work, input: ProposeRemedyInput) -> Complaint:
    """Propose a remedy; the contact is written to. For its handler."""
    return await commands.propose_remedy(work, complaint_id=input.complaint_id, proposal=input.proposal)


@strawberry.input(description="A remedy that the customer wants.")
class AgreeToRemedyInput:
    """A remedy that the customer wants."""

    complaint_id: UUID = given("The complaint.")


async def agree_to_remedy(work: Work, input: AgreeToRemedyInput) -> Complaint:
    """Note that the customer agrees to the remedy. For whoever brought the complaint, or its handler."""
    return await commands.agree_to_remedy(work, complaint_id=input.complaint_id)


@strawberry.input(description="A remedy that the customer does not want.")
class DeclineRemedyInput:
    """A remedy that the customer does not want."""

    complaint_id: UUID = given("The complaint.")
    reason: str = given("Why not, in a line of at most 500 characters.")


async def decline_remedy(work: Work, input: DeclineRemedyInput) -> Complaint:
    """Note that the customer declines the remedy; the investigation goes on. For whoever brought it, or its handler."""
    return await commands.decline_remedy(work, complaint_id=input.complaint_id, reason=input.reason)


@strawberry.input(description="What was done in the end.")
class CarryOutRemedyInput:
    """What was done in the end."""

    complaint_id: UUID = given("The complaint.")
    result: str = given("The result, which the contact is written; at most 20,000 characters.")


async def carry_out_remedy(work: Work, input: CarryOutRemedyInput) -> Complaint:
    """Note that the remedy is carried out, and tell the customer the result. For its handler."""
    return await commands.carry_out_remedy(work, complaint_id=input.complaint_id, result=input.result)


@strawberry.input(description="A complaint whose customer is satisfied.")
class SettleComplaintInput:
    """A complaint whose customer is satisfied."""

    complaint_id: UUID = given("The complaint.")


async def settle_complaint(work: Work, input: SettleComplaintInput) -> Complaint:
    """Note that the customer is satisfied. For whoever brought the complaint, or its handler."""
    return await commands.settle_complaint(work, complaint_id=input.complaint_id)


@strawberry.input(description="A complaint whose customer is not satisfied.")
class EscalateComplaintInput:
    """A complaint whose customer is not satisfied."""

    complaint_id: UUID = given("The complaint.")
    reason: str = given("Why, in a line of at most 500 characters.")


async def escalate_complaint(work: Work, input: EscalateComplaintInput) -> Complaint:
    """Note that the customer is not satisfied: the superior whom the clause names takes over. For whoever brought the
    complaint, or its handler."""
    return await commands.escalate_complaint(work, complaint_id=input.complaint_id, reason=input.reason)


@strawberry.input(description="Why it came to a complaint.")
class AnalyseComplaintInput:
    """Why it came to a complaint."""

    complaint_id: UUID = given("The complaint.")
    cause: str = given("The cause; at most 20,000 characters.")
    improvement: str = optional("What is to keep it from happening again.", default="")


async def analyse_complaint(work: Work, input: AnalyseComplaintInput) -> Complaint:
    """Record the cause and the improvement, which closes the complaint. For its handler."""
    return await commands.analyse_complaint(
        work, complaint_id=input.complaint_id, cause=input.cause, improvement=input.improvement
    )


@strawberry.input(description="A complaint that is taken back.")
class WithdrawComplaintInput:
    """A complaint that is taken back."""

    complaint_id: UUID = given("The complaint.")
    reason: str = given("Why, in a line of at most 500 characters.")


async def withdraw_complaint(work: Work, input: WithdrawComplaintInput) -> Complaint:
    """Note that the customer takes the complaint back. For whoever brought it, or its handler."""
    return await commands.withdraw_complaint(work, complaint_id=input.complaint_id, reason=input.reason)
