"""Handing in a resignation, taking it back, waiving the rest of a notice."""

from datetime import date
from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from domain.people import commands
from domain.people.models import Resignation
from tenancy.work import Work


@strawberry.input(description="A letter of resignation.")
class SubmitResignationInput:
    """A letter of resignation."""

    letter_on: date = given("The date of the letter: today, or at most 31 days ago.")
    reason: str = optional("Why; nobody owes a reason.", default="")
    wished_on: date | None = optional(
        "A last day later than the notice demands, or an earlier one where the handbook lets it be waived."
    )
    staff_id: UUID | None = optional("Whose letter it is; your own without it. For others you need people.manage.")


async def submit_resignation(work: Work, input: SubmitResignationInput) -> Resignation:
    """Hand in a letter of resignation: the notice clause makes a last day of it, the approval chain decides on it."""
    return await commands.submit_resignation(
        work, letter_on=input.letter_on, reason=input.reason, wished_on=input.wished_on, staff_id=input.staff_id
    )


@strawberry.input(description="A returned letter of resignation, as it is now.")
class ResubmitResignationInput:
    """A returned letter of resignation, as it is now."""

    resignation_id: UUID = given("The resignation that was returned.")
    letter_on: date = given("The date of the letter; a new date is today, or at most 31 days ago.")
    reason: str = optional("Why.", default="")
    wished_on: date | None = optional("The last day that is wished for; none means the end of the notice.")


async def resubmit_resignation(work: Work, input: ResubmitResignationInput) -> Resignation:
    """Hand in a returned letter as it is now; it is approved anew."""
    return await commands.resubmit_resignation(
        work,
        resignation_id=input.resignation_id,
        letter_on=input.letter_on,
        reason=input.reason,
        wished_on=input.wished_on,
    )


@strawberry.input(description="Which letter is taken back.")
class WithdrawResignationInput:
    """Which letter is taken back."""

    resignation_id: UUID = given("The resignation.")


async def withdraw_resignation(work: Work, input: WithdrawResignationInput) -> Resignation:
    """Take a letter back before it is decided; what waits for approval ends with it."""
    return await commands.withdraw_resignation(work, resignation_id=input.resignation_id)


@strawberry.input(description="An earlier last day for somebody whose leaving is approved.")
class WaiveNoticeInput:
    """An earlier last day for somebody whose leaving is approved."""

    resignation_id: UUID = given("The resignation.")
    last_day_on: date = given("The new last day: today or later, and before the present one.")
    reason: str = optional("Why they may go earlier.", default="")


async def waive_notice(work: Work, input: WaiveNoticeInput) -> Resignation:
    """Let somebody whose leaving is approved go earlier, where the notice clause allows it."""
    return await commands.waive_notice(
        work, resignation_id=input.resignation_id, last_day_on=input.last_day_on, reason=input.reason
    )
