"""Moving return visits on, and reporting what they have found."""

from datetime import date
from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from api.schema.terms import Impact, Urgency
from domain.feedback import commands
from domain.feedback.models import ReturnVisit
from tenancy.work import Work


@strawberry.input(description="Who is to make a return visit.")
class AssignVisitInput:
    """Who is to make a return visit."""

    visit_id: UUID = given("The visit.")
    assignee_id: UUID = given("Who of the staff makes it.")


async def assign_visit(work: Work, input: AssignVisitInput) -> ReturnVisit:
    """Let somebody else make a planned visit. Needs `feedback.manage`."""
    return await commands.assign_visit(work, visit_id=input.visit_id, assignee_id=input.assignee_id)


@strawberry.input(description="Another day for a return visit.")
class PostponeVisitInput:
    """Another day for a return visit."""

    visit_id: UUID = given("The visit.")
    planned_on: date = given("The day, today or later, at most 1,095 days ahead.")


async def postpone_visit(work: Work, input: PostponeVisitInput) -> ReturnVisit:
    """Plan a visit for another day; when it is overdue follows from that. For whoever makes it with `feedback.handle`,
    or with `feedback.manage`."""
    return await commands.postpone_visit(work, visit_id=input.visit_id, planned_on=input.planned_on)


@strawberry.input(description="What a return visit has found.")
class ReportVisitInput:
    """What a return visit has found."""

    visit_id: UUID = given("The visit.")
    findings: str = given("What was found; at most 20,000 characters.")
    satisfied: bool | None = optional("Whether the customer is satisfied.")
    request_title: str | None = optional(
        "With a title the findings become a new request of the customer; that needs `requests.submit`."
    )
    impact: Impact = optional("Of that request: how much of the customer's work stands still.", default=Impact.MEDIUM)
    urgency: Urgency = optional("Of that request: how soon it hurts.", default=Urgency.MEDIUM)


async def report_visit(work: Work, input: ReportVisitInput) -> ReturnVisit:
    """Report what a visit has found, which closes it. For whoever makes it with `feedback.handle`, or with
    `feedback.manage`."""
    return await commands.report_visit(
        work,
        visit_id=input.visit_id,
        findings=input.findings,
        satisfied=input.satisfied,
        request_title=input.request_title,
        impact=input.impact,
        urgency=input.urgency,
    )


@strawberry.input(description="A return visit that is not made.")
class CancelVisitInput:
    """A return visit that is not made."""

    visit_id: UUID = given("The visit.")
    reason: str = given("Why not, in a line of at most 500 characters.")


async def cancel_visit(work: Work, input: CancelVisitInput) -> ReturnVisit:
    """Say why a planned visit is not made. Needs `feedback.manage`."""
    return await commands.cancel_visit(work, visit_id=input.visit_id, reason=input.reason)
