"""Letters of Zhidu's own accord to customers' people, within the contact budget of the handbook."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parseaddr
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.customers import queries, rules
from domain.customers.events import LetterDue
from domain.customers.models import CountedLetter
from domain.kernel.subjects import Subject
from domain.policies import commands as policies
from domain.policies import queries as handbook
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ContactBudget, Counterparty
from domain.policies.rules.scopes import Case
from tenancy.effects import Effect, EffectKind, EffectState
from tenancy.work import Work

WEEK = timedelta(days=7)
# When letters that have waited leave on their day, by the company's clocks.
LEAVES_AT = time(9)
BETWEEN = "\n* * *\n\n"


async def plan_letter(
    work: Work,
    *,
    customer_id: UUID,
    key: str,
    letter: Mapping[str, Any],
    about: Subject,
    allowed_from: Callable[[datetime], datetime] | None = None,
) -> None:
    """Plan a mail to a customer's people, once for each `key`: at once, or on the first day on which the contact budget
    has room. News of one subject that waits already leaves together with it, in one letter.

    `allowed_from` gives the first instant from one on at which a letter that waits may leave.
    """
    customer = await queries.get(work, customer_id)
    ruling = await handbook.find_rule(work, ContactBudget, scope=Case(customer_tier=customer.tier))
    if ruling is None:
        await work.plan_effect(EffectKind.MAIL, key, dict(letter), about=about.id)
        return
    # One after the other, so that two that come at once don't take the same room.
    turn = f"letters:{work.actor.tenant_id}:{customer_id}"
    await work.sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", turn)
    email, today = parseaddr(letter["to"])[1].lower(), _today(work)
    counted = await queries.counted_letters(
        work, customer_id, email if ruling.value.counted is Counterparty.CONTACT else None, today - WEEK
    )
    for each in counted:
        waits = each.letter.leaves_on > today and each.effect.state is EffectState.PLANNED
        alike = each.effect.subject_id == about.id and each.letter.email == email
        # A letter has one link, one set of papers and one way to leave it.
        same = all(each.effect.payload.get(what) == letter.get(what) for what in ("link", "enclosures", "leave"))
        if waits and alike and same:
            await _join(work, ruling, each, key, letter, about)
            return
    taken = [each.letter.leaves_on for each in counted]
    day = rules.day_with_room(taken, today, ruling.value.most_per_day, ruling.value.most_per_week)
    at = _leaving(work, day)
    while allowed_from is not None and day > today and (at := allowed_from(at)) > _leaving(work, day):
        if (moved := at.astimezone(ZoneInfo(work.opening.zone)).date()) == day:
            break
        day = rules.day_with_room(taken, moved, ruling.value.most_per_day, ruling.value.most_per_week)
        at = _leaving(work, day)
    effect = await work.plan_effect(EffectKind.MAIL, key, dict(letter), about=about.id, later=day > today)
    if effect is None:
        return
    work.add(CountedLetter(customer_id=customer_id, email=email, leaves_on=day, effect_id=effect.id))
    if day > today:
        _wait(work, ruling, effect, at, about, together=False)


async def _join(
    work: Work,
    ruling: Ruling[ContactBudget],
    waiting: queries.Counted,
    key: str,
    letter: Mapping[str, Any],
    about: Subject,
) -> None:
    """Let one letter with both texts take the place of one that waits."""
    former = await work.get(Effect, waiting.effect.id, lock=True)
    both = {**letter, "text": f"{former.payload['text']}{BETWEEN}{letter['text']}"}
    effect = await work.plan_effect(EffectKind.MAIL, key, both, about=about.id, later=True)
    if effect is None:
        return
    former.state, former.error = EffectState.WITHDRAWN, f"it leaves together with {key}"
    waiting.letter.effect_id = effect.id
    _wait(work, ruling, effect, _leaving(work, waiting.letter.leaves_on), about, together=True)


def _wait(
    work: Work, ruling: Ruling[ContactBudget], effect: Effect, at: datetime, about: Subject, *, together: bool
) -> None:
    work.schedule(at, LetterDue(effect_id=effect.id), about=effect.id, key=f"letter:{effect.id}")
    policies.cite(
        work,
        ruling,
        about=about,
        decision="customers.contact_budget",
        inputs={"letter": effect.key, "counted": ruling.value.counted.value},
        result={"leaves_at": at, "together": together},
    )


async def let_letter_leave(work: Work, event: LetterDue) -> None:
    """A letter's day has come; one that was withdrawn meanwhile does not leave."""
    effect = await work.find(Effect, event.effect_id, lock=True)
    if effect is not None and effect.state is EffectState.PLANNED:
        # The letter bears the day on which it leaves.
        effect.planned_at = work.now
        work.let_leave(effect)


def _leaving(work: Work, day: date) -> datetime:
    return datetime.combine(day, LEAVES_AT, ZoneInfo(work.opening.zone)).astimezone(UTC)


def _today(work: Work) -> date:
    return work.now.astimezone(ZoneInfo(work.opening.zone)).date()
