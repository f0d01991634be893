"""The parts that co-operating departments do for a request, help from beside those who are
responsible, and the higher tiers of support."""

from datetime import datetime
from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from domain.requests import commands
from domain.requests.models import RequestHelper, RequestPart, ServiceRequest
from tenancy.work import Work


@strawberry.input(description="What a department is asked to do for a request.")
class AddPartInput:
    """What a department is asked to do for a request."""

    request_id: UUID = given("The request; you have it, or you assign requests.")
    department_id: UUID = given("The department that co-operates.")
    task: str = given("What it has to do, in at most 20,000 characters.")
    assignee_id: UUID | None = optional("Who does it; unless named, the department's head is asked.")
    due_at: datetime | None = optional(
        "Until when; unless told, the internal target of the request's service level is reckoned from now."
    )


async def add_part(work: Work, input: AddPartInput) -> RequestPart:
    """Ask a department for its part in a request that your department leads. Until it is done, no solution is proposed
    and the request isn't resolved, unless the handbook's clause on its course lets that be."""
    return await commands.add_part(
        work,
        request_id=input.request_id,
        department_id=input.department_id,
        task=input.task,
        assignee_id=input.assignee_id,
        due_at=input.due_at,
    )


@strawberry.input(description="Who does a part.")
class AssignPartInput:
    """Who does a part."""

    part_id: UUID = given("The part.")
    assignee_id: UUID = given("Who of the staff does it.")


async def assign_part(work: Work, input: AssignPartInput) -> RequestPart:
    """Say who does a part, as the head of its department, who has the request, or who assigns requests."""
    return await commands.assign_part(work, part_id=input.part_id, assignee_id=input.assignee_id)


@strawberry.input(description="A part that is done.")
class FinishPartInput:
    """A part that is done."""

    part_id: UUID = given("The part.")
    result: str = given("What came of it, in at most 20,000 characters.")


async def finish_part(work: Work, input: FinishPartInput) -> RequestPart:
    """Say that a part is done, as who does it, the head of its department, or who assigns requests."""
    return await commands.finish_part(work, part_id=input.part_id, result=input.result)


@strawberry.input(description="A part that is not needed any more.")
class WithdrawPartInput:
    """A part that is not needed any more."""

    part_id: UUID = given("The part.")
    reason: str = given("Why, in at most 500 characters.")


async def withdraw_part(work: Work, input: WithdrawPartInput) -> RequestPart:
    """Say that a part is not needed any more, as who has the request or assigns requests."""
    return await commands.withdraw_part(work, part_id=input.part_id, reason=input.reason)


@strawberry.input(description="Somebody who is to help with a request.")
class AskForHelpInput:
    """Somebody who is to help with a request."""

    request_id: UUID = given("The request; you have it, or you assign requests.")
    staff_id: UUID = given("Who of the staff is to help, beside the two who are responsible.")
    reason: str = given("Why, in at most 500 characters.")


async def ask_for_help(work: Work, input: AskForHelpInput) -> RequestHelper:
    """Ask for help from beside the two who are responsible. The handbook's approval chain for `request_helpers` decides
    on it; where there is none, it is granted at once. Who helps sees the request and acts on it like its assignee."""
    return await commands.ask_for_help(work, request_id=input.request_id, staff_id=input.staff_id, reason=input.reason)


@strawberry.input(description="Help that is not needed any more.")
class EndHelpInput:
    """Help that is not needed any more."""

    help_id: UUID = given("The help, of which you are, or whose request you have, or you assign requests.")


async def end_help(work: Work, input: EndHelpInput) -> RequestHelper:
    """Let somebody help no longer. What is still being decided is withdrawn with its approval."""
    return await commands.end_help(work, help_id=input.help_id)


@strawberry.input(description="A request that the next tier of support gets.")
class RaiseRequestInput:
    """A request that the next tier of support gets."""

    request_id: UUID = given("The request; you have it, or you assign requests.")
    description: str = given("What you know of it and what was tried, in at most 20,000 characters.")
    assignee_id: UUID | None = optional(
        "Who of the staff gets it; without it the handbook's clause `assignment_rules` chooses among its "
        "`higher_posts`, or in the group of the customer's region where the department has no such post."
    )


async def raise_request(work: Work, input: RaiseRequestInput) -> ServiceRequest:
    """Raise a request to the next tier of support. Its clocks run on, you go on seeing it, and get it back with an
    answer. Where the rules find nobody, the department's or group's head gets it; else NOBODY_FOUND."""
    return await commands.raise_tier(
        work, request_id=input.request_id, description=input.description, assignee_id=input.assignee_id
    )


@strawberry.input(description="A request that goes back to the tier of support below.")
class ReturnRequestInput:
    """A request that goes back to the tier of support below."""

    request_id: UUID = given("The request; you have it, or you assign requests.")
    answer: str = given("What you have found out, for whoever gets it back, in at most 20,000 characters.")
    answer_to_requester: str | None = optional(
        "What its requester is told, as a public message; the handbook's clause `assignment_rules` may ask for it."
    )


async def return_request(work: Work, input: ReturnRequestInput) -> ServiceRequest:
    """Give a request back to who has raised it, with an answer. Where they are not free it stays with you, and whoever
    stands above is told; what only escalation has raised stays with who has it, one tier lower. You may not see it any
    more then: `request` is null without errors."""
    return await commands.return_tier(
        work, request_id=input.request_id, answer=input.answer, answer_to_requester=input.answer_to_requester
    )
