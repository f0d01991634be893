"""Dunning letters that are joint or go by post, telephone calls, and what people do about both."""

from datetime import date, datetime
from enum import Enum
from typing import Annotated
from uuid import UUID

import strawberry

from api.reading.filters import IdFilter, InstantFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, many, one, shows
from api.results import mutation
from api.schema.access.types import Member
from api.schema.billing.types import DunningStep, Hold
from api.schema.customers.types import Customer
from api.schema.inputs import given, optional
from api.schema.policies.decisions import decisions
from domain.billing import commands, models, queries
from domain.billing.commands.letters import MOST_IN_ONE_LETTER
from domain.kernel.subjects import SubjectKind
from domain.policies.rules.dunning import CallOutcome, Channel
from tenancy.effects import EffectState
from tenancy.work import Work

strawberry.enum(CallOutcome, name="DunningCallOutcome", description="What came of a call about an overdue invoice.")


@shows(models.DunningLetter, visible=queries.visible_of_customer)
class DunningLetter(Node):
    """A letter about steps of one or more overdue invoices of a customer: a joint one, or one to be posted.

    Its PDF is at `GET /dunning-letters/{id}.pdf` once it is written, with its fingerprint at the foot of each page.
    """

    customer: Customer | None = one("Who is written to.", "customer_id")
    channel: Channel = column("EMAIL leaves by itself, POST is printed and posted by somebody.")
    opened_at: datetime = column("When its first step was taken.")
    writes_at: datetime = column("When it is to be written; steps that are taken until then join it.")
    written_at: datetime | None = column("When it was written; none while steps may join it.")
    subject: str | None = column("Its subject, once it is written.")
    text: str | None = column(
        "What it says, as it stands now: an invoice that is paid before it has left is out of it."
    )
    fingerprint: str | None = computed(
        "Tells its wording apart from any other that it had or will have: what `markDunningLetterPosted` asks for. It"
        " changes when the letter is written anew; none before it is written.",
        queries.fingerprint,
    )
    steps: list[DunningStep] = many(
        "The steps that it is about, those that were taken out of it included (`withdrawnAt`).",
        "letter_id",
        most=MOST_IN_ONE_LETTER,
    )
    mail_state: EffectState | None = computed(
        "How far its mail has come; none for one that is posted.", queries.mail_state
    )
    mail_sent_at: datetime | None = computed("When its mail left.", queries.mail_sent_at)
    awaits_posting: bool = computed("Whether somebody has yet to post it.", queries.awaits_posting)
    posted_at: datetime | None = column("When it was posted.")
    posted_by: Member | None = one("Who posted it; none for a program.", "posted_by_id")
    withdrawn_at: datetime | None = column("When nothing was left for it to ask for, before it had left.")
    decisions = decisions(SubjectKind.DUNNING_LETTER)


@strawberry.enum(description="How dunning letters are ordered.")
class DunningLetterOrder(Enum):
    """Orders of letters."""

    OLDEST = "oldest"
    NEWEST = "newest"


DUNNING_LETTER_ORDERS = {
    DunningLetterOrder.OLDEST: Order(lambda row: row.id),
    DunningLetterOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which dunning letters to give.")
class DunningLetterFilter:
    """Conditions on letters."""

    customer_id: IdFilter | None = filtered("By who is written to.")
    channel: WordFilter[Channel] | None = filtered("By how they leave.")
    awaits_posting: bool | None = filtered(
        "Those that somebody has yet to post, or the others.", queries.awaits_posting
    )
    written_at: InstantFilter | None = filtered("By when they were written.")
    and_: "list[DunningLetterFilter] | None" = combining("All of these hold.", "and")
    or_: "list[DunningLetterFilter] | None" = combining("One of these holds.", "or")
    not_: "DunningLetterFilter | None" = combining("This does not hold.", "not")


@shows(models.DunningCall, visible=queries.visible_calls)
class DunningCall(Node):
    """What came of a telephone call because of an overdue invoice."""

    outcome: CallOutcome = column("What came of it.")
    note: str = column("What was said, in somebody's words; may be empty.")
    called_at: datetime = column("When it was noted.")
    called_by: Member | None = one("Who called; none for a program.", "called_by_id")
    hold: Hold | None = one("The hold that was placed because of it.", "hold_id")
    step: Annotated[DunningStep, strawberry.lazy("api.schema.billing.types")] | None = one(
        "The step that asked for the call.", "step_id"
    )


@strawberry.enum(description="How steps that were taken are ordered.")
class DunningStepOrder(Enum):
    """Orders of steps."""

    OLDEST = "oldest"
    NEWEST = "newest"


DUNNING_STEP_ORDERS = {
    DunningStepOrder.OLDEST: Order(lambda row: row.id),
    DunningStepOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which steps of ladders to give.")
class DunningStepFilter:
    """Conditions on steps."""

    invoice_id: IdFilter | None = filtered("By the invoice they are about.")
    letter_id: IdFilter | None = filtered("By the letter they are part of.")
    channel: WordFilter[Channel] | None = filtered("By how they reached the customer.")
    taken_at: InstantFilter | None = filtered("By when they were taken.")
    awaits_call: bool | None = filtered(
        "Telephone steps of invoices that are still owed where nobody was reached yet, or the others.",
        queries.awaits_call,
    )
    and_: "list[DunningStepFilter] | None" = combining("All of these hold.", "and")
    or_: "list[DunningStepFilter] | None" = combining("One of these holds.", "or")
    not_: "DunningStepFilter | None" = combining("This does not hold.", "not")


@strawberry.input(description="A letter that was posted.")
class MarkDunningLetterPostedInput:
    """A letter that was posted."""

    letter_id: UUID = given("The letter, which is written and goes by post.")
    fingerprint: str = given(
        "The `fingerprint` of what was posted: it stands at the foot of each printed page, and in the PDF's answer as"
        " `Letter-Fingerprint`."
    )


async def mark_dunning_letter_posted(work: Work, input: MarkDunningLetterPostedInput) -> models.DunningLetter:
    """Note that you have taken a dunning letter to the post, now. From then on its steps count as taken for good; until
    then a payment or a hold takes an invoice out of it, and what was printed before is refused with LETTER_REWRITTEN.
    Sent twice it is noted once. Needs `billing.collect`."""
    return await commands.mark_posted(work, letter_id=input.letter_id, fingerprint=input.fingerprint)


@strawberry.input(description="What came of a telephone call.")
class RecordDunningCallInput:
    """What came of a telephone call."""

    step_id: UUID = given("The step that asked for the call, whose channel is TELEPHONE.")
    outcome: CallOutcome = given(
        "What came of it. PROMISED, DISPUTED and PAYMENT_ON_ITS_WAY hold up the invoice's ladder as placeHold does;"
        " after REFUSED it goes on; after NOT_REACHED the call is still to be made."
    )
    note: str = optional("What was said, in your words; needed where the ladder is held up.", default="")
    until_on: date | None = optional("Until when nothing more is asked: the promised day; a promise needs one.")


async def record_dunning_call(work: Work, input: RecordDunningCallInput) -> models.DunningCall:
    """Note what came of a call because of an overdue invoice, with the hold that follows from it. Refuses what the
    ladder does not provide for (HOLD_NOT_PROVIDED, with its clause). Needs `billing.collect`."""
    return await commands.record_call(
        work, step_id=input.step_id, outcome=input.outcome, note=input.note, until_on=input.until_on
    )


@strawberry.type(description="What can be done about dunning letters and calls.")
class DunningMutation:
    """The part of the root of changing that is about dunning letters and calls."""

    mark_dunning_letter_posted = mutation(mark_dunning_letter_posted, letter=DunningLetter)
    record_dunning_call = mutation(record_dunning_call, call=DunningCall)
