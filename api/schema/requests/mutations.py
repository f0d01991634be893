"""Taking requests in, moving them on, talking about them."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from api.schema.inputs import given, optional
from api.schema.requests import types  # noqa: F401  # declares the enumerations that are used below
from api.schema.terms import Complexity, Impact, Urgency
from domain.requests import commands
from domain.requests.models import Message, ServiceRequest
from domain.requests.rules import Audience, Channel
from tenancy.work import Work


@strawberry.input(description="Something a customer needs done.")
class SubmitRequestInput:
    """Something a customer needs done."""

    customer_id: UUID = given("For whom.")
    title: str = given("What it is about, in a line of at most 200 characters.")
    impact: Impact = given("How much of the customer's work stands still.")
    urgency: Urgency = given("How soon it hurts.")
    channel: Channel = given("How it came in.")
    description: str = optional("What it is about.", default="")
    contact_id: UUID | None = optional("The customer's person.")
    department_id: UUID | None = optional(
        "The department it is for, whose clauses hold; unless told, the one that is responsible for the offering."
    )
    offering_id: UUID | None = optional("What is asked for by the catalogue; clauses for its service line hold.")
    answers: JSON | None = optional(
        "The answers to the offering's form, by the codes of its fields: texts, whole numbers or texts with decimals, "
        "amounts as text, days, instants, codes of choices or lists of them, true or false, ids of contacts."
    )
    source_reference: str | None = optional(
        "What you call it yourself, in at most 200 characters. Submit the same name again, as after a lost answer, and "
        "you are given the first request as it is by now; nothing new is made."
    )


async def submit_request(work: Work, input: SubmitRequestInput) -> ServiceRequest:
    """Take a request in: the handbook's matrix rates it, the service level starts its clocks. You are its requester."""
    return await commands.submit(
        work,
        customer_id=input.customer_id,
        title=input.title,
        description=input.description,
        channel=input.channel,
        impact=input.impact,
        urgency=input.urgency,
        contact_id=input.contact_id,
        department_id=input.department_id,
        offering_id=input.offering_id,
        answers=input.answers,
        source_reference=input.source_reference,
    )


@strawberry.input(description="Who gets a request.")
class AssignRequestInput:
    """Who gets a request."""

    request_id: UUID = given("The request.")
    assignee_id: UUID | None = optional(
        "Who of the staff gets it; without it the handbook's clause `assignment_rules` chooses, and the request's "
        "`decisions` say why. Where that finds nobody, the request stays as it is and the department's head is told."
    )
    department_id: UUID | None = optional("The department that has it; the person's own without it.")
    second_assignee_id: UUID | None = optional("Who stands in for the first; kept without it.")


async def assign_request(work: Work, input: AssignRequestInput) -> ServiceRequest:
    """Give a request to somebody. Its clocks run on; on hold it stays on hold."""
    return await commands.assign(
        work,
        request_id=input.request_id,
        assignee_id=input.assignee_id,
        department_id=input.department_id,
        second_assignee_id=input.second_assignee_id,
    )


@strawberry.input(description="A request that somebody else takes on for a while.")
class HandOverRequestInput:
    """A request that somebody else takes on for a while."""

    request_id: UUID = given("The request.")
    summary: str = given("What they have to know, in at most 20,000 characters.")


async def hand_over_request(work: Work, input: HandOverRequestInput) -> ServiceRequest:
    """Give a request to the second who is responsible. Where neither is free it stays, and whoever stands above is
    told."""
    return await commands.hand_over(work, request_id=input.request_id, summary=input.summary)


@strawberry.input(description="A request that goes back to whoever handed it over.")
class HandBackRequestInput:
    """A request that goes back to whoever handed it over."""

    request_id: UUID = given("The request.")
    summary: str = given("What was done meanwhile, in at most 20,000 characters.")


async def hand_back_request(work: Work, input: HandBackRequestInput) -> ServiceRequest:
    """Give a request back to the first who is responsible, with a summary."""
    return await commands.hand_back(work, request_id=input.request_id, summary=input.summary)


@strawberry.input(description="How a request is assessed.")
class TriageRequestInput:
    """How a request is assessed."""

    request_id: UUID = given("The request.")
    complexity: Complexity = given("Whether it takes the usual course, or needs more thought and more people.")
    category: str | None = optional("What kind of matter it is, in at most 100 characters; as it was without it.")
    impact: Impact | None = optional("How much stands still, where the intake had it wrong.")
    urgency: Urgency | None = optional("How soon it hurts, where the intake had it wrong.")


async def triage_request(work: Work, input: TriageRequestInput) -> ServiceRequest:
    """Assess a request. With another impact or urgency the matrix rates it anew, and its clocks go by that."""
    return await commands.triage(
        work,
        request_id=input.request_id,
        complexity=input.complexity,
        category=input.category,
        impact=input.impact,
        urgency=input.urgency,
    )


@strawberry.input(description="A request whose cause is looked for.")
class DiagnoseRequestInput:
    """A request whose cause is looked for."""

    request_id: UUID = given("The request.")


async def diagnose_request(work: Work, input: DiagnoseRequestInput) -> ServiceRequest:
    """Look for the cause of what a request is about, which is its first response."""
    return await commands.diagnose(work, request_id=input.request_id)


@strawberry.input(description="A solution for a request.")
class ProposeSolutionInput:
    """A solution for a request."""

    request_id: UUID = given("The request.")
    solution: str = given("What is to be done, in at most 20,000 characters.")


async def propose_solution(work: Work, input: ProposeSolutionInput) -> ServiceRequest:
    """Lay a solution before the requester, or a better one in its place."""
    return await commands.propose(work, request_id=input.request_id, solution=input.solution)


@strawberry.input(description="The requester's word that a solution will do.")
class AgreeToSolutionInput:
    """The requester's word that a solution will do."""

    request_id: UUID = given("The request.")


async def agree_to_solution(work: Work, input: AgreeToSolutionInput) -> ServiceRequest:
    """Agree to the solution that was proposed, so that the work can begin."""
    return await commands.agree(work, request_id=input.request_id)


@strawberry.input(description="The requester's word that a solution will not do.")
class DeclineSolutionInput:
    """The requester's word that a solution will not do."""

    request_id: UUID = given("The request.")
    reason: str = given("What is wrong with it, in at most 500 characters.")


async def decline_solution(work: Work, input: DeclineSolutionInput) -> ServiceRequest:
    """Say why the solution that was proposed will not do; another one is looked for."""
    return await commands.decline(work, request_id=input.request_id, reason=input.reason)


@strawberry.input(description="A request that is worked on.")
class StartRequestInput:
    """A request that is worked on."""

    request_id: UUID = given("The request.")


async def start_request(work: Work, input: StartRequestInput) -> ServiceRequest:
    """Begin to work on a request, which is its first response."""
    return await commands.start(work, request_id=input.request_id)


@strawberry.input(description="A request that has to wait.")
class HoldRequestInput:
    """A request that has to wait."""

    request_id: UUID = given("The request.")
    reason: str = optional("For whom or what it waits, in at most 500 characters; needed without a code.", default="")
    reason_code: str | None = optional("The code of a reason that the handbook lists, in its clause `hold_reasons`.")
    expected_at: datetime | None = optional("Until when that is expected to take; somebody is reminded then.")


async def hold_request(work: Work, input: HoldRequestInput) -> ServiceRequest:
    """Put a request on hold. By the handbook's clause some of its clocks rest until it is resumed; without one all but
    the updates to the requester do."""
    return await commands.put_on_hold(
        work,
        request_id=input.request_id,
        reason=input.reason,
        reason_code=input.reason_code,
        expected_at=input.expected_at,
    )


@strawberry.input(description="A request that somebody would like to postpone.")
class AskToPostponeInput:
    """A request that somebody would like to postpone."""

    request_id: UUID = given("The request.")
    until: datetime = given("Until when it should wait.")
    reason: str = given("Why, in at most 500 characters.")


async def ask_to_postpone(work: Work, input: AskToPostponeInput) -> ServiceRequest:
    """Ask the requester to wait; until they agree everything goes on as before."""
    return await commands.ask_to_postpone(work, request_id=input.request_id, until=input.until, reason=input.reason)


@strawberry.input(description="A request whose requester agrees to wait.")
class AgreeToPostponeInput:
    """A request whose requester agrees to wait."""

    request_id: UUID = given("The request.")


async def agree_to_postpone(work: Work, input: AgreeToPostponeInput) -> ServiceRequest:
    """Agree to wait: the request is on hold until then, its clocks rest, and it goes on by itself."""
    return await commands.agree_to_postpone(work, request_id=input.request_id)


@strawberry.input(description="A request that can't wait.")
class DeclinePostponementInput:
    """A request that can't wait."""

    request_id: UUID = given("The request.")
    reason: str = given("Why not, in at most 500 characters.")


async def decline_postponement(work: Work, input: DeclinePostponementInput) -> ServiceRequest:
    """Say why a request can't wait: everything goes on as before."""
    return await commands.decline_postponement(work, request_id=input.request_id, reason=input.reason)


@strawberry.input(description="A request that goes on.")
class ResumeRequestInput:
    """A request that goes on."""

    request_id: UUID = given("The request.")


async def resume_request(work: Work, input: ResumeRequestInput) -> ServiceRequest:
    """Go on with a request; its deadline moves by the working time for which it has waited."""
    return await commands.resume(work, request_id=input.request_id)


@strawberry.input(description="A request that is done.")
class ResolveRequestInput:
    """A request that is done."""

    request_id: UUID = given("The request.")
    resolution: str = given("What was done.")
    with_children: bool = optional(
        "Whether its open parts are resolved in the same way, whoever has them; if one can't be, nothing is.",
        default=False,
    )


async def resolve_request(work: Work, input: ResolveRequestInput) -> ServiceRequest:
    """Say that a request is done; its requester confirms that, or their silence does where the handbook says so."""
    return await commands.resolve(
        work, request_id=input.request_id, resolution=input.resolution, with_children=input.with_children
    )


@strawberry.input(description="The requester's word that a request is done.")
class ConfirmRequestInput:
    """The requester's word that a request is done."""

    request_id: UUID = given("The request.")
    score: int | None = optional("How satisfied you are, on the scale of the handbook's survey.")


async def confirm_request(work: Work, input: ConfirmRequestInput) -> ServiceRequest:
    """Agree that a request is done; that closes it, unless the handbook asks for a closing by hand."""
    return await commands.confirm(work, request_id=input.request_id, score=input.score)


@strawberry.input(description="A confirmed request that is closed.")
class CloseRequestInput:
    """A confirmed request that is closed."""

    request_id: UUID = given("The request.")


async def close_request(work: Work, input: CloseRequestInput) -> ServiceRequest:
    """Close a request that its requester has confirmed, where the handbook asks for that by hand."""
    return await commands.close(work, request_id=input.request_id)


@strawberry.input(description="A request that is not done after all.")
class ReopenRequestInput:
    """A request that is not done after all."""

    request_id: UUID = given("The request.")
    reason: str = given("What is still missing, in at most 500 characters.")


async def reopen_request(work: Work, input: ReopenRequestInput) -> ServiceRequest:
    """Say why a request is not done; whoever had it has the time that was left."""
    return await commands.reopen(work, request_id=input.request_id, reason=input.reason)


@strawberry.input(description="A request that is not needed any more.")
class CancelRequestInput:
    """A request that is not needed any more."""

    request_id: UUID = given("The request.")
    reason: str = given("Why, in at most 500 characters.")


async def cancel_request(work: Work, input: CancelRequestInput) -> ServiceRequest:
    """Take a request back for good."""
    return await commands.cancel(work, request_id=input.request_id, reason=input.reason)


@strawberry.input(description="Something to say about a request.")
class CommentRequestInput:
    """Something to say about a request."""

    request_id: UUID = given("The request.")
    text: str = given("What you say.")
    audience: Audience = optional("Who reads it.", default=Audience.PUBLIC)
    file_ids: list[UUID] | None = optional("Files that go with it: yours, uploaded by POST /files.")
    mention_ids: list[UUID] | None = optional(
        "Members whom an internal note calls by name, at most 20: they are told of it. Whoever does not read the "
        "request's internal notes is not mentioned (DOES_NOT_READ)."
    )


async def comment_request(work: Work, input: CommentRequestInput) -> Message:
    """Say something about a request: to everybody who sees it, or internally among those who work on requests."""
    return await commands.comment(
        work,
        request_id=input.request_id,
        text=input.text,
        audience=input.audience,
        file_ids=input.file_ids or (),
        mention_ids=input.mention_ids or (),
    )
