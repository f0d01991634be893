"""The plan of an invoice's ladder: what is still to come and when, its rows and its timer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from domain.billing import queries
from domain.billing.commands.composing import take_out
from domain.billing.events import DunningStepDue, DunningStepWithdrawn, LadderFollowedNewClause
from domain.billing.models import DunningStep, Hold, Invoice, PlannedStep
from domain.billing.queries import Grounds
from domain.billing.rules import dunning
from domain.billing.rules.dunning import Expected
from domain.billing.rules.invoices import OPEN
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.terms import CustomerTier
from domain.policies import commands as policies
from tenancy.agenda import AgendaItem, Task
from tenancy.effects import Effect, EffectState
from tenancy.outbox import withdraw_effects
from tenancy.refusals import NotFound
from tenancy.work import Work


async def lock(work: Work, invoice_ids: Collection[UUID]) -> list[Invoice]:
    """Invoices for a change that may move their timers, by id.

    Their timers are locked first, as by a worker that fires one of them: in the other order the two would wait for
    each other.
    """
    timers = select(AgendaItem.id).where(
        queries.one_of(AgendaItem.subject_id, invoice_ids), AgendaItem.task == Task.FIRE
    )
    await work.rows(timers.order_by(AgendaItem.id).with_for_update())
    found = select(Invoice).where(queries.one_of(Invoice.id, invoice_ids)).order_by(Invoice.id)
    invoices = await work.all(found.with_for_update())
    work.note_held(invoices)
    return invoices


async def lock_one(work: Work, invoice_id: UUID) -> Invoice:
    """One invoice, as `lock` does; refuses with `NotFound`."""
    found = await lock(work, [invoice_id])
    if not found:
        raise NotFound(path=("invoiceId",))
    return found[0]


@dataclass(frozen=True)
class Seen:
    """What the ladders of several invoices depend on, read for all of them together."""

    holds: Sequence[Hold]
    steps: Mapping[UUID, list[DunningStep]]
    planned: Mapping[UUID, list[PlannedStep]]
    # By the tier, the version that an invoice is pinned to and the ladder it goes by, from which alone they follow.
    grounds: dict[tuple[CustomerTier | None, UUID | None, UUID | None], Grounds | None] = field(default_factory=dict)


async def see(work: Work, invoices: Sequence[Invoice]) -> Seen:
    """Read holds, steps and plans of these invoices in three statements."""
    ids = [invoice.id for invoice in invoices]
    return Seen(
        await queries.holds_of_several(work, invoices),
        queries.by_invoice(await queries.standing_steps_of(work, ids)),
        queries.by_invoice(await queries.planned_of_several(work, ids)),
    )


@dataclass(frozen=True)
class View:
    """Where an invoice stands on its ladder, under its lock."""

    grounds: Grounds
    steps: list[DunningStep]
    expected: list[Expected]

    @property
    def next(self) -> Expected | None:
        """The step that comes next, if any is left."""
        return self.expected[0] if self.expected else None


async def look(work: Work, invoice: Invoice, seen: Seen | None = None) -> View | None:
    """Reckon the ladder of an open invoice anew from its base date; None where there is no ladder."""
    seen = seen or await see(work, [invoice])
    follows_from = (invoice.customer_tier, invoice.handbook_version_id, invoice.ladder_clause_id)
    if follows_from not in seen.grounds:
        seen.grounds[follows_from] = await queries.grounds(work, invoice)
    grounds = seen.grounds[follows_from]
    if grounds is None:
        return None
    assert invoice.base_on is not None
    holds = queries.held_days([hold for hold in seen.holds if queries.is_of(hold, invoice)])
    steps = seen.steps.get(invoice.id, [])
    expected = dunning.outlook(
        dunning.Base(invoice.base_on, invoice.base_after_on),
        {step.number: step.taken_at for step in steps},
        grounds.ladder.value,
        grounds.calendar,
        holds,
        work.now,
    )
    return View(grounds, steps, expected)


async def replan(work: Work, invoice: Invoice, seen: Seen | None = None) -> None:
    """Plan all that is left of an invoice's ladder, and set its timer to the next step. A closed one has nothing left.

    Called after every change that the plan depends on, by whoever holds the invoice's lock.
    """
    seen = seen or await see(work, [invoice])
    view = await look(work, invoice, seen) if invoice.state in OPEN else None
    before = invoice.ladder_clause_id
    if invoice.state in OPEN:
        invoice.ladder_clause_id = view.grounds.ladder.clause.clause_id if view is not None else None
    follows = view is not None and before not in (None, invoice.ladder_clause_id)
    keep(work, invoice, view, seen, follows=follows)
    if follows and before is not None and invoice.ladder_clause_id is not None:
        followed = LadderFollowedNewClause(
            invoice_id=invoice.id, old_clause_id=before, new_clause_id=invoice.ladder_clause_id
        )
        work.record(followed, about=invoice)
    following = view.next if view is not None else None
    if following is None or following.at is None:
        if seen.planned.get(invoice.id):
            # There is a timer only where something was planned.
            await work.cancel_timers(invoice.id)
        return
    due = DunningStepDue(invoice_id=invoice.id, step_number=following.step.number, run=invoice.run)
    work.schedule(following.at, due, about=invoice.id, key=f"dunning:{invoice.id}")


def keep(work: Work, invoice: Invoice, view: View | None, seen: Seen, *, follows: bool = False) -> None:
    """Bring the rows of the plan into line, and cite the ladder where a step's hour is new or another one is followed
    from now on."""
    stored = {row.number: row for row in seen.planned.get(invoice.id, [])}
    expected = view.expected if view is not None else []
    moved = [item for item in expected if (row := stored.get(item.step.number)) is None or row.at != item.at]
    for step, at in expected:
        row = stored.pop(step.number, None)
        if row is None:
            row = PlannedStep(
                invoice_id=invoice.id, number=step.number, name={}, channel=step.channel, needs_approval=False, at=None
            )
            work.add(row)
        row.name, row.channel = step.name.model_dump(), step.channel
        row.needs_approval, row.at = step.needs_approval, at
    for row in stored.values():
        work.delete(row)
    if view is not None and (moved or follows):
        _cite(work, invoice, view)


def _cite(work: Work, invoice: Invoice, view: View) -> None:
    policies.cite(
        work,
        view.grounds.ladder,
        about=Subject(SubjectKind.INVOICE, invoice.id),
        decision="billing.dunning_plan",
        inputs={
            "due_on": invoice.due_on,
            "base_on": invoice.base_on,
            "customer_tier": invoice.customer_tier,
            "calendar_clause": view.grounds.calendar_clause.clause.number,
            "taken": [step.number for step in view.steps],
        },
        result={"steps": [{"number": step.number, "at": at} for step, at in view.expected]},
    )


async def stop_letters(work: Work, invoice: Invoice) -> None:
    """Stop every letter that has not left, because money has come, the invoice is void, or it is held from now on.

    A step whose letter was never handed over counts as not taken, so that it is not lost where something remains to be
    paid: a new run begins, in which the letter has a key of its own. One that was handed over once may have arrived: it
    is not tried further, but never repeated either. A letter that nobody has posted has not left.
    """
    standing = await queries.standing_steps(work, invoice.id)
    steps = {step.id: step for step in standing if step.effect_key is not None}
    unsent = select(Effect).where(queries.one_of(Effect.subject_id, steps), Effect.state == EffectState.PLANNED)
    for effect in await work.all(unsent.order_by(Effect.id).with_for_update()):
        step, tried = steps[effect.subject_id], effect.attempts > 0
        await withdraw_effects(work, step.id)
        if tried:
            continue
        step.withdrawn_at, invoice.run = work.now, step.run + 1
        stopped = DunningStepWithdrawn(invoice_id=invoice.id, step_id=step.id, step_number=step.number)
        work.record(stopped, about=invoice)
    await take_out(work, invoice, [step for step in standing if step.letter_id is not None])


def is_held_today(work: Work, invoice: Invoice, seen: Seen) -> bool:
    """Whether something keeps an invoice's ladder still on this day."""
    mine = [hold for hold in seen.holds if queries.is_of(hold, invoice)]
    return dunning.is_held(queries.held_days(mine), queries.today(work))
