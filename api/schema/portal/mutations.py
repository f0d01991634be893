"""What customers' people do by themselves: ask, answer, agree, confirm. All others have mutations of their own."""

from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from api.schema.portal import types  # noqa: F401  # declares what the payloads hold
from api.schema.terms import Impact, Urgency
from domain.customers import commands as customers
from domain.customers.models import Contact
from domain.customers.rules import ContactLetters
from domain.requests import commands
from domain.requests.models import Message, ServiceRequest
from tenancy.work import Work


@strawberry.input(description="Something that you need done.")
class PortalSubmitInput:
    """Something that you need done."""

    title: str = given("What it is about, in a line of at most 200 characters.")
    description: str = optional("What it is about.", default="")
    impact: Impact = optional("How much of your work stands still; MEDIUM unless told.", default=Impact.MEDIUM)
    urgency: Urgency = optional("How soon it hurts; MEDIUM unless told.", default=Urgency.MEDIUM)
    file_ids: list[UUID] | None = optional("Files that you have uploaded by `POST /files`, which belong to it.")


async def portal_submit(work: Work, input: PortalSubmitInput) -> ServiceRequest:
    """Ask for something in your own name. Only customers' people in the portal do; the answer is by mail, and here."""
    return await commands.ask_in_portal(
        work,
        title=input.title,
        description=input.description,
        impact=input.impact,
        urgency=input.urgency,
        file_ids=input.file_ids or (),
    )


@strawberry.input(description="What you say about a request.")
class PortalReplyInput:
    """What you say about a request."""

    request_id: UUID = given("The request.")
    text: str = given("What you say.")
    file_ids: list[UUID] | None = optional("Files that you have uploaded by `POST /files`, which belong to it.")


async def portal_reply(work: Work, input: PortalReplyInput) -> Message:
    """Say something about a request; whoever works on it is told."""
    return await commands.reply_in_portal(
        work, request_id=input.request_id, text=input.text, file_ids=input.file_ids or ()
    )


@strawberry.input(description="A request.")
class PortalRequestInput:
    """A request."""

    request_id: UUID = given("The request.")


@strawberry.input(description="A request, and why.")
class PortalReasonInput:
    """A request, and why."""

    request_id: UUID = given("The request.")
    reason: str = given("Why, in at most 500 characters.")


async def portal_agree(work: Work, input: PortalRequestInput) -> ServiceRequest:
    """Agree to the solution that was proposed; the work begins."""
    commands.visitor(work)
    return await commands.agree(work, request_id=input.request_id)


async def portal_decline(work: Work, input: PortalReasonInput) -> ServiceRequest:
    """Say why the solution that was proposed will not do; another one is looked for."""
    commands.visitor(work)
    return await commands.decline(work, request_id=input.request_id, reason=input.reason)


@strawberry.input(description="Your word that a request is done.")
class PortalConfirmInput:
    """Your word that a request is done."""

    request_id: UUID = given("The request.")
    score: int | None = optional("How satisfied you are, on the scale of the handbook's survey.")


async def portal_confirm(work: Work, input: PortalConfirmInput) -> ServiceRequest:
    """Say that a request is done, and how satisfied you are."""
    commands.visitor(work)
    return await commands.confirm(work, request_id=input.request_id, score=input.score)


async def portal_reopen(work: Work, input: PortalReasonInput) -> ServiceRequest:
    """Say what is still missing: the request is worked on again. A closed one can be reopened as its clause allows."""
    commands.visitor(work)
    return await commands.reopen(work, request_id=input.request_id, reason=input.reason)


async def portal_cancel(work: Work, input: PortalReasonInput) -> ServiceRequest:
    """Say why a request is not needed any more."""
    commands.visitor(work)
    return await commands.cancel(work, request_id=input.request_id, reason=input.reason)


@strawberry.input(description="Which letters you want of those that you may do without.")
class PortalChooseLettersInput:
    """Which letters you want."""

    surveys: bool = given("Whether you want surveys and their reminders.")
    progress: bool = given(
        "Whether you want news of a request that asks nothing of you: that somebody has it, that it is open again or "
        "closed."
    )


async def portal_choose_letters(work: Work, input: PortalChooseLettersInput) -> Contact:
    """Say which letters you want; those mails have a link for the same. What asks something of you, and what a
    contract demands, such as invoices and dunning letters, reaches you in any case."""
    wanted = {ContactLetters.SURVEYS: input.surveys, ContactLetters.PROGRESS: input.progress}
    return await customers.choose_own_letters(work, unwanted=[each for each in ContactLetters if not wanted[each]])


async def portal_agree_to_wait(work: Work, input: PortalRequestInput) -> ServiceRequest:
    """Agree to wait until the instant that you were asked for; the request goes on by itself then."""
    commands.visitor(work)
    return await commands.agree_to_postpone(work, request_id=input.request_id)


async def portal_decline_to_wait(work: Work, input: PortalReasonInput) -> ServiceRequest:
    """Say why it can't wait: everything goes on as before."""
    commands.visitor(work)
    return await commands.decline_postponement(work, request_id=input.request_id, reason=input.reason)
