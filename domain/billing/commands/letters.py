"""Letters of the ladder: those of one invoice, those that several of a customer join, and those to be posted."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.billing import queries
from domain.billing.commands import planning
from domain.billing.commands.composing import compose, is_mailed, mail_of, particulars
from domain.billing.commands.planning import View
from domain.billing.events import DunningLetterDue, DunningLetterPosted, DunningLetterWritten
from domain.billing.models import DunningLetter, DunningStep, Invoice
from domain.billing.queries import papers
from domain.billing.rules import dunning, letters
from domain.billing.rules.dunning import Expected
from domain.customers import commands as customers_commands
from domain.customers import queries as customers
from domain.kernel.calendars import DayKind
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies.rules.dunning import Channel, LadderStep, Tone
from tenancy.effects import EffectKind
from tenancy.language import Language
from tenancy.refusals import Conflict, Invalid, WrongState, message
from tenancy.work import Work

# Steps of one hour are taken one after the other; a joint letter waits this long for those of its customer.
GATHERING = timedelta(minutes=10)
# And for so long while some of them are due but not taken yet, as after a night without workers.
LONGEST_GATHERING = timedelta(hours=6)
MOST_IN_ONE_LETTER = 100


async def write_letter(work: Work, invoice: Invoice, view: View, following: Expected, step: DunningStep) -> None:
    """Let a step's letter be written: at once, or together with other invoices' where the ladder says so."""
    if view.grounds.ladder.value.joint_letters:
        await _join(work, invoice, view, step)
    elif step.channel is Channel.POST:
        letter = _open(work, invoice.customer_id, step)
        await _write_single(work, invoice, view, following, step)
        await compose(work, letter, [step])
        _tell(work, letter)
    else:
        await _write_single(work, invoice, view, following, step)


async def _write_single(work: Work, invoice: Invoice, view: View, following: Expected, step: DunningStep) -> None:
    customer, rule = await customers.get(work, invoice.customer_id), following.step
    said = await particulars(work, invoice, step, [*view.steps, step])
    step.letter_subject, step.letter_text = letters.write(rule, said, customer.language)
    if rule.channel is not Channel.EMAIL:
        return
    step.effect_key = f"dunning/{step.invoice_id}/{step.run}/{step.number}"
    mail: dict[str, Any] = {
        "to": customer.billing_email,
        "subject": step.letter_subject,
        "text": f"{step.letter_text}\n",
        "language": Language(customer.language.value).tag,
    }
    if rule.with_invoice:
        mail["enclosures"] = [(await papers.enclosure(work, invoice)).stored()]
    about = Subject(SubjectKind.DUNNING, step.id)
    await _let_leave(work, customer.id, step.effect_key, mail, about, [rule], view)


async def _let_leave(
    work: Work,
    customer_id: UUID,
    key: str,
    mail: dict[str, Any],
    about: Subject,
    rules: Sequence[LadderStep],
    view: View,
) -> None:
    if any(rule.tone is Tone.FINAL for rule in rules):
        # What goes before the law waits for no budget.
        await work.plan_effect(EffectKind.MAIL, key, mail, about=about.id)
        return
    ladder, calendar = view.grounds.ladder.value, view.grounds.calendar
    await customers_commands.plan_letter(
        work,
        customer_id=customer_id,
        key=key,
        letter=mail,
        about=about,
        allowed_from=lambda at: dunning.contact_from(at, ladder, calendar),
    )


def _open(work: Work, customer_id: UUID, step: DunningStep) -> DunningLetter:
    letter = DunningLetter(customer_id=customer_id, channel=step.channel, opened_at=work.now, writes_at=work.now)
    work.add(letter)
    step.letter_id = letter.id
    return letter


async def _join(work: Work, invoice: Invoice, view: View, step: DunningStep) -> None:
    # One after the other, so that two steps that are taken at once don't open a letter each.
    turn = f"dunning-letter:{work.actor.tenant_id}:{invoice.customer_id}"
    await work.sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", turn)
    letter = await queries.open_letter(work, invoice.customer_id, step.channel)
    if letter is not None and len(await queries.steps_of_letter(work, letter.id)) < MOST_IN_ONE_LETTER:
        step.letter_id = letter.id
        return
    letter = _open(work, invoice.customer_id, step)
    ladder, calendar = view.grounds.ladder.value, view.grounds.calendar
    at = work.now + GATHERING
    if ladder.joint_within_days:
        day = calendar.add_days(calendar.local_day(work.now), ladder.joint_within_days, DayKind.CALENDAR)
        at = max(at, calendar.at_wall_time(day, ladder.send_time) + GATHERING)
    letter.writes_at = dunning.contact_from(at, ladder, calendar)
    _schedule(work, letter, letter.writes_at)


def _schedule(work: Work, letter: DunningLetter, at: datetime) -> None:
    due = DunningLetterDue(letter_id=letter.id)
    work.schedule(at, due, about=letter.id, key=f"dunning-letter:{letter.id}")


async def write_due_letter(work: Work, event: DunningLetterDue) -> None:
    """A joint letter's hour has come: write it about what is still owed and not held. About nothing, none is written.

    The invoices are locked before the letter, as by whoever pays one of them.
    """
    ids = sorted({step.invoice_id for step in await queries.steps_of_letter(work, event.letter_id)})
    invoices = await planning.lock(work, ids)
    letter = await work.get(DunningLetter, event.letter_id, lock=True)
    if letter.written_at is not None or letter.withdrawn_at is not None:
        return
    if {step.invoice_id for step in await queries.steps_of_letter(work, letter.id)} != set(ids):
        # One has joined meanwhile whose invoice is not locked.
        _schedule(work, letter, work.now)
        return
    seen = await planning.see(work, invoices)
    views = {invoice.id: view for invoice in invoices if (view := await planning.look(work, invoice, seen)) is not None}
    if views and (later := await _later(work, letter, next(iter(views.values())))) is not None:
        _schedule(work, letter, later)
        return
    for invoice in invoices:
        view = views.get(invoice.id)
        if view is None or planning.is_held_today(work, invoice, seen):
            await planning.stop_letters(work, invoice)
            await planning.replan(work, invoice)
    steps = await queries.steps_of_letter(work, letter.id)
    if not steps:
        letter.withdrawn_at = work.now
        return
    rules = await compose(work, letter, steps)
    if is_mailed(letter):
        letter.effect_key = f"dunning/letter/{letter.id}"
        about = Subject(SubjectKind.DUNNING_LETTER, letter.id)
        mail, view = await mail_of(work, letter, steps), views[steps[0].invoice_id]
        await _let_leave(work, letter.customer_id, letter.effect_key, mail, about, rules, view)
    _tell(work, letter)


async def _later(work: Work, letter: DunningLetter, view: View) -> datetime | None:
    """When to look again: within the contact hours, and once steps that belong into it are taken. None for now."""
    ladder, calendar = view.grounds.ladder.value, view.grounds.calendar
    opens_at = dunning.contact_from(work.now, ladder, calendar)
    if opens_at > work.now:
        return opens_at
    if work.now >= letter.writes_at + LONGEST_GATHERING or not await queries.is_behind(work, letter):
        return None
    return dunning.contact_from(work.now + GATHERING, ladder, calendar)


def _tell(work: Work, letter: DunningLetter) -> None:
    written = DunningLetterWritten(letter_id=letter.id, customer_id=letter.customer_id, channel=letter.channel)
    work.record(written, about=letter)


@command(needs=Permission.BILLING_COLLECT)
async def mark_posted(work: Work, *, letter_id: UUID, fingerprint: str) -> DunningLetter:
    """Note that a letter was taken to the post now, by whoever says so. Said twice it is noted once.

    `fingerprint` is that of the paper which was posted; refuses with LETTER_REWRITTEN where the letter says something
    else by now, as after a payment.
    """
    letter = await work.get(DunningLetter, letter_id, "letterId", lock=True)
    if letter.channel is not Channel.POST:
        raise Invalid(message("This letter leaves by e-mail: nobody posts it."), path=("letterId",))
    if letter.withdrawn_at is not None:
        raise WrongState(message("Nothing is asked for by this letter any more: do not post it."), path=("letterId",))
    if letter.written_at is None:
        raise WrongState(message("This letter is not written yet."), path=("letterId",))
    if "".join(fingerprint.split()).lower() != await queries.fingerprint_of(work, letter):
        text = message("This letter was written anew after it was printed: print it again, and post what it says now.")
        raise Conflict(text, path=("fingerprint",), code="LETTER_REWRITTEN")
    if letter.posted_at is None:
        letter.posted_at = work.now
        letter.posted_by_id = work.actor.id if work.actor.is_member else None
        work.record(DunningLetterPosted(letter_id=letter.id, customer_id=letter.customer_id), about=letter)
    return letter
