"""Letters that have a record of their own, and telephone calls: who sees them, and which wait for somebody."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, select
from sqlalchemy.orm import aliased

from domain.billing.models import DunningCall, DunningLetter, DunningStep, Invoice, PlannedStep
from domain.billing.queries.invoices import is_next, is_open, visible_of_customer, visible_parts
from domain.policies.rules.dunning import CallOutcome, Channel
from tenancy.actor import Actor
from tenancy.effects import Effect, EffectState
from tenancy.refusals import NotFound
from tenancy.rows import another
from tenancy.work import Work

# Enough to tell the wordings of one letter apart, and few enough to be typed from paper.
FINGERPRINT_CHARACTERS = 16


def visible_calls(actor: Actor, calls: Any) -> ColumnElement[bool]:
    """Calls are seen with the step that asked for them. `calls` is their table or an alias of it."""
    steps = another(DunningStep)
    return select(steps.id).where(steps.id == calls.step_id, visible_parts(actor, steps)).exists()


def awaits_posting(letters: Any) -> ColumnElement[bool]:
    """Whether somebody has yet to take a letter to the post."""
    return and_(
        letters.channel == Channel.POST,
        letters.written_at.is_not(None),
        letters.posted_at.is_(None),
        letters.withdrawn_at.is_(None),
    )


def awaits_call(steps: Any) -> ColumnElement[bool]:
    """Whether a telephone step's call is still to be made, on an invoice that is still owed: nobody was reached yet."""
    invoices, calls = another(Invoice), another(DunningCall)
    owed = select(invoices.id).where(invoices.id == steps.invoice_id, is_open(invoices)).exists()
    reached = select(calls.id).where(calls.step_id == steps.id, calls.outcome != CallOutcome.NOT_REACHED).exists()
    return and_(steps.channel == Channel.TELEPHONE, steps.withdrawn_at.is_(None), owed, ~reached)


def letter_of(steps: Any, column: str) -> ColumnElement[Any]:
    """What a step's letter says, whether on the step or in a record of its own."""
    letters = aliased(DunningLetter)
    there = select(getattr(letters, column)).where(letters.id == steps.letter_id)
    return func.coalesce(getattr(steps, f"letter_{column}"), there.correlate_except(letters).scalar_subquery())


def mail_state(letters: Any) -> Select[EffectState]:
    """How far the mail of a letter has come."""
    return select(Effect.state).where(Effect.key == letters.effect_key)


def mail_sent_at(letters: Any) -> Select[datetime | None]:
    """When the mail of a letter left."""
    return select(Effect.sent_at).where(Effect.key == letters.effect_key)


def letter_state(steps: Any) -> Select[EffectState]:
    """How far the mail of a step has come, its own or a joint one."""
    return select(Effect.state).where(Effect.key == _key_of(steps))


def letter_sent_at(steps: Any) -> Select[datetime | None]:
    """When the mail of a step left."""
    return select(Effect.sent_at).where(Effect.key == _key_of(steps))


def _key_of(steps: Any) -> ColumnElement[str]:
    letters = aliased(DunningLetter)
    joint = select(letters.effect_key).where(letters.id == steps.letter_id)
    return func.coalesce(steps.effect_key, joint.correlate_except(letters).scalar_subquery())


def fingerprint(letters: Any) -> ColumnElement[str | None]:
    """By which two wordings of a letter are told apart; none before it is written. `letters` is their table or an alias
    of it."""
    said = func.convert_to(cast(letters.paper, Text()), "UTF8")
    return func.left(func.encode(func.sha256(said), "hex"), FINGERPRINT_CHARACTERS)


# For commands


def today(work: Work) -> date:
    """The day it is in the company's zone."""
    return work.now.astimezone(ZoneInfo(work.opening.zone)).date()


async def open_letter(work: Work, customer_id: UUID, channel: Channel) -> DunningLetter | None:
    """The last letter to a customer that is not written yet, locked: steps may join it."""
    found = select(DunningLetter).where(
        DunningLetter.customer_id == customer_id,
        DunningLetter.channel == channel,
        DunningLetter.written_at.is_(None),
        DunningLetter.withdrawn_at.is_(None),
    )
    return await work.first(found.order_by(DunningLetter.id.desc()).limit(1).with_for_update())


async def steps_of_letter(work: Work, letter_id: UUID) -> list[DunningStep]:
    """The steps that a letter is about and that stand, oldest first."""
    found = select(DunningStep).where(DunningStep.letter_id == letter_id, DunningStep.withdrawn_at.is_(None))
    return await work.all(found.order_by(DunningStep.id))


async def is_behind(work: Work, letter: DunningLetter) -> bool:
    """Whether steps of a customer are due that belong into a letter and were not taken yet."""
    due = select(PlannedStep.id).join(Invoice, Invoice.id == PlannedStep.invoice_id)
    due = due.where(
        Invoice.customer_id == letter.customer_id,
        is_open(Invoice),
        is_next(PlannedStep, Invoice),
        PlannedStep.channel == letter.channel,
        PlannedStep.at <= work.now,
        ~PlannedStep.needs_approval,
    )
    return await work.value(due.limit(1)) is not None


async def waiting_mail(work: Work, letter: DunningLetter) -> Effect | None:
    """The mail of a letter, if it has one that has not left, locked."""
    if letter.effect_key is None:
        return None
    found = select(Effect).where(Effect.key == letter.effect_key, Effect.state == EffectState.PLANNED)
    return await work.first(found.with_for_update())


async def fingerprint_of(work: Work, letter: DunningLetter) -> str:
    """The fingerprint of a letter that is written, as it stands now."""
    return str(await work.value(select(fingerprint(DunningLetter)).where(DunningLetter.id == letter.id)))


async def letter_to_print(work: Work, id: UUID) -> tuple[DunningLetter, str]:
    """A letter that is written and still asks for something, for whoever sees it, with the fingerprint of what it says;
    refuses with `NotFound`."""
    letter = await work.seen(DunningLetter, id, visible_of_customer(work.actor, DunningLetter), "letterId")
    if letter.paper is None or letter.withdrawn_at is not None:
        raise NotFound(path=("letterId",))
    return letter, await fingerprint_of(work, letter)
