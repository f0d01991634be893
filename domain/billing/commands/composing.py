"""What letters say that have a record of their own, and taking an invoice out of one that has not left."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.billing import queries
from domain.billing.events import DunningStepWithdrawn
from domain.billing.models import DunningLetter, DunningStep, Invoice
from domain.billing.queries import papers
from domain.billing.rules import letters
from domain.billing.rules.letters import Asked
from domain.customers import queries as customers
from domain.kernel.money import Money
from domain.policies import queries as policies
from domain.policies.rules.dunning import Channel, LadderStep
from domain.policies.rules.kinds import DunningLadder
from tenancy.effects import Effect, EffectState
from tenancy.enclosures import Enclosure
from tenancy.language import Language
from tenancy.work import Work

# More papers than that with one mail are a burden; each takes time to be set, too.
MOST_INVOICES_ENCLOSED = 10


async def particulars(
    work: Work, invoice: Invoice, step: DunningStep, steps: Collection[DunningStep]
) -> letters.Particulars:
    """What a letter of a step is filled with; `steps` are all of the invoice that stand, this one among them."""
    customer = await customers.get(work, invoice.customer_id)
    return _particulars(invoice, step, steps, customer.name, await queries.company_name(work))


def _particulars(
    invoice: Invoice, step: DunningStep, steps: Collection[DunningStep], customer: str, company: str
) -> letters.Particulars:
    assert invoice.due_on is not None
    assert invoice.number is not None
    return letters.Particulars(
        number=invoice.number,
        customer=customer,
        company=company,
        outstanding=Money(step.outstanding_minor, step.currency),
        due_on=invoice.due_on,
        days_overdue=step.days_overdue,
        fee=queries.charges_of(steps, invoice.currency).fee,
        interest=Money(step.interest_minor, step.currency),
    )


async def compose(work: Work, letter: DunningLetter, steps: Sequence[DunningStep]) -> list[LadderStep]:
    """Write a letter anew about these steps, of each invoice the highest, with the mail that waits for it, if any.
    Returns the rules of the steps."""
    customer, company = await customers.get(work, letter.customer_id), await queries.company_name(work)
    highest = {step.invoice_id: step for step in sorted(steps, key=lambda step: step.number)}
    invoices = await work.all(select(Invoice).where(queries.one_of(Invoice.id, highest)).order_by(Invoice.number))
    standing = queries.by_invoice(await queries.standing_steps_of(work, highest))
    rules = await _rules_of(work, list(highest.values()))
    asked = []
    for invoice in invoices:
        step = highest[invoice.id]
        said = _particulars(invoice, step, standing[invoice.id], customer.name, company)
        asked.append(Asked(rules[step.id], said))
    written = letters.write_joint(asked, customer.language)
    language = Language(customer.language.value)
    today = queries.today(work)
    letter.subject, letter.text = written.subject, written.text
    letter.paper = asdict(letters.letter_paper(asked, written, today, language))
    letter.written_at = letter.written_at or work.now
    return [each.rule for each in asked]


async def mail_of(work: Work, letter: DunningLetter, steps: Sequence[DunningStep]) -> dict[str, Any]:
    """The mail of a letter that was composed, as the ledger of effects keeps it."""
    customer = await customers.get(work, letter.customer_id)
    rules = await _rules_of(work, steps)
    mail: dict[str, Any] = {
        "to": customer.billing_email,
        "subject": letter.subject,
        "text": f"{letter.text}\n",
        "language": Language(customer.language.value).tag,
    }
    ids = sorted({step.invoice_id for step in steps})
    enclosures = []
    if len(ids) > 1:
        assert letter.paper is not None
        enclosures.append(Enclosure("invoices.pdf", letter.paper, work.now).stored())
    carrying = sorted({step.invoice_id for step in steps if rules[step.id].with_invoice})[:MOST_INVOICES_ENCLOSED]
    for id in carrying:
        enclosures.append((await papers.enclosure(work, await queries.get(work, id))).stored())
    if enclosures:
        mail["enclosures"] = enclosures
    return mail


async def take_out(work: Work, invoice: Invoice, steps: Collection[DunningStep]) -> None:
    """Take an invoice out of every letter that has not left, by whoever holds the invoice's lock.

    The letter goes on with the others, under the key that it has; about nothing, it does not leave at all. One whose
    mail was attempted may have arrived: there the step counts as taken. One that is being handed over leaves as it is.
    """
    for letter_id in sorted({step.letter_id for step in steps if step.letter_id is not None}):
        letter = await work.get(DunningLetter, letter_id, lock=True)
        mine = [step for step in steps if step.letter_id == letter_id]
        effect = await queries.waiting_mail(work, letter)
        if letter.posted_at is not None or (effect is None and letter.effect_key is not None):
            continue
        if effect is not None and effect.attempts and effect.error is None:
            continue
        for step in mine:
            if effect is not None and effect.attempts:
                # It may have arrived, so it is neither repeated nor tried any further.
                step.letter_subject, step.letter_text, step.letter_id = letter.subject, letter.text, None
            else:
                step.withdrawn_at, invoice.run = work.now, max(invoice.run, step.run + 1)
                stopped = DunningStepWithdrawn(invoice_id=invoice.id, step_id=step.id, step_number=step.number)
                work.record(stopped, about=invoice)
        if letter.written_at is not None:
            await _rewrite(work, letter, effect)


async def _rewrite(work: Work, letter: DunningLetter, effect: Effect | None) -> None:
    left = await queries.steps_of_letter(work, letter.id)
    if left:
        await compose(work, letter, left)
        if effect is not None:
            effect.payload = await mail_of(work, letter, left)
        return
    letter.withdrawn_at = work.now
    if effect is not None:
        effect.state = EffectState.WITHDRAWN


async def _rules_of(work: Work, steps: Collection[DunningStep]) -> dict[UUID, LadderStep]:
    """The ladder's rule of each step, by the step's id, as the clause that it was taken by has it."""
    values = await policies.values_of(work, {step.clause_id for step in steps})
    ladders = {id: DunningLadder.model_validate(value) for id, value in values.items()}
    return {step.id: ladders[step.clause_id].steps[step.number - 1] for step in steps}


def is_mailed(letter: DunningLetter) -> bool:
    """Whether it leaves by itself."""
    return letter.channel is Channel.EMAIL
