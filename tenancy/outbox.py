"""What may still be done about work that was planned: hold its timers, stop a letter, release what was parked."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from tenancy.agenda import AgendaItem, Standing, Task
from tenancy.effects import Effect, EffectKind, EffectState
from tenancy.journal import Event
from tenancy.refusals import WrongState, message
from tenancy.work import Work


@dataclass(frozen=True, kw_only=True)
class ItemReleased(Event, name="agenda.released"):
    """Somebody looked at a parked or held item and lets it be tried again."""

    item_id: UUID
    task: Task


@dataclass(frozen=True, kw_only=True)
class EffectGivenUp(Event, name="effects.given_up"):
    """A mail or webhook will not arrive: it was refused for good, or failed until the end of its schedule."""

    effect_id: UUID
    kind: EffectKind
    # The record it was about.
    subject_id: UUID


@dataclass(frozen=True, kw_only=True)
class EffectPlannedAgain(Event, name="effects.planned_again"):
    """Somebody lets a mail or webhook that was given up be tried anew, under the id that it had."""

    effect_id: UUID
    kind: EffectKind
    subject_id: UUID


async def lock_timers(work: Work, about: UUID) -> list[AgendaItem]:
    """The timers of a record, locked; whoever may move them locks them before the record itself.

    That is the order of a worker that fires one of them: in the other order the two would wait for each other.
    """
    timers = select(AgendaItem).where(AgendaItem.subject_id == about, AgendaItem.task == Task.FIRE)
    return await work.all(timers.order_by(AgendaItem.id).with_for_update())


async def withdraw_effects(work: Work, about: UUID) -> int:
    """Stop the mails and webhooks about a record that have not left, as when the invoice is paid; returns how many.

    One that is being handed over at this moment leaves all the same and then counts as sent.
    """
    planned = select(Effect).where(Effect.subject_id == about, Effect.state == EffectState.PLANNED).with_for_update()
    effects = await work.all(planned)
    for effect in effects:
        effect.state = EffectState.WITHDRAWN
    return len(effects)


async def release(work: Work, item_id: UUID) -> AgendaItem:
    """Let a parked or held item be tried again; needs `agenda.release`, refuses with `NotFound` and `WrongState`."""
    work.actor.require("agenda.release")
    item = await work.get(AgendaItem, item_id, "itemId", lock=True)
    if item.standing is Standing.PENDING:
        raise WrongState(message("This item is not parked: it is tried by itself."), path=("itemId",))
    item.standing, item.attempts, item.leased_until = Standing.PENDING, 0, None
    work.record(ItemReleased(item_id=item.id, task=item.task), about=item)
    return item


async def send_again(work: Work, effect_id: UUID) -> Effect:
    """Let a mail or webhook that was given up be tried anew; needs `agenda.release`, refuses with `NotFound` and, where
    it was not given up, `WrongState`. It has the id that it had, so whoever got it after all knows it again."""
    work.actor.require("agenda.release")
    effect = await work.get(Effect, effect_id, "effectId", lock=True)
    if effect.state is not EffectState.FAILED:
        raise WrongState(message("Only what was given up can be sent again."), path=("effectId",))
    effect.state, effect.attempts, effect.error = EffectState.PLANNED, 0, None
    work.let_leave(effect)
    again = EffectPlannedAgain(effect_id=effect.id, kind=effect.kind, subject_id=effect.subject_id)
    work.record(again, about=effect)
    return effect


async def parked(work: Work) -> int:
    """How many items wait for a person."""
    found = await work.value(select(func.count()).select_from(AgendaItem).where(AgendaItem.standing == Standing.PARKED))
    return int(found)
