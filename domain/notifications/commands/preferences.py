"""What members want by mail and when, and the mails that wait for them until then."""

from collections.abc import Collection, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from domain.kernel.command import command
from domain.notifications import queries, rules
from domain.notifications.commands import letters
from domain.notifications.events import NotificationPreferencesChosen, WaitingMailDue
from domain.notifications.models import Notification, NotificationPreferences
from domain.notifications.rules import Chosen, Topic
from tenancy.effects import EffectKind
from tenancy.language import translate
from tenancy.members import Member
from tenancy.models import one_of
from tenancy.refusals import Forbidden, Invalid, message
from tenancy.work import Work

# News in one mail; what goes beyond is in a further one.
MOST_IN_A_MAIL = 100
WAITED = message("{count} messages have waited for you")
TOLD_AT = message("{at}\n{said}")


@command(needs=None)
async def choose(work: Work, *, chosen: Chosen) -> NotificationPreferences:
    """Say what reaches the acting member by mail, and when (NT-1); in the product they are told of everything.

    What waits already leaves when it is wanted now. Urgent topics can't be turned off.
    """
    member_id = work.actor.id
    if not work.actor.is_member or member_id is None:
        raise Forbidden(message("This is for members alone."))
    kept = [topic for topic in chosen.muted if topic in rules.URGENT]
    if kept:
        text = message("Escalations reach you in any case.")
        raise Invalid(text, path=("muted",))
    zone = chosen.zone or work.opening.zone
    rules.clean_hours(chosen.delivery, chosen.daily_at, (chosen.quiet_from, chosen.quiet_until), zone)
    wish = next(iter((await wishes(work, [member_id])).values()), None)
    if wish is None:
        wish = work.add(NotificationPreferences(member_id=member_id, muted=[], delivery=chosen.delivery, daily_at=""))
    wish.muted, wish.delivery = sorted(set(chosen.muted)), chosen.delivery
    wish.daily_at, wish.zone = chosen.daily_at, chosen.zone
    wish.quiet_from, wish.quiet_until = chosen.quiet_from, chosen.quiet_until
    work.record(NotificationPreferencesChosen(member_id=member_id), about=wish)
    if await queries.waiting(work, member_id, most=1):
        _set_timer(work, wish)
    return wish


async def wishes(work: Work, member_ids: Collection[UUID]) -> dict[UUID, NotificationPreferences]:
    """What members want, of those who have said so; locked, so that nothing begins to wait beside its own mail."""
    found = select(NotificationPreferences).where(one_of(NotificationPreferences.member_id, sorted(member_ids)))
    rows = await work.all(found.order_by(NotificationPreferences.member_id).with_for_update())
    return {row.member_id: row for row in rows}


async def at_once(work: Work, wish: NotificationPreferences, notification: Notification, topic: Topic) -> bool:
    """Whether the mail of a new notification leaves at once; what may leave later waits from here on."""
    if topic in rules.URGENT:
        return True
    if topic in wish.muted:
        return False
    if rules.mail_at(queries.hours(wish, work.opening.zone), work.now) <= work.now:
        return True
    if not await queries.waiting(work, wish.member_id, most=1):
        _set_timer(work, wish)
    await work.rows(update(Notification).where(Notification.id == notification.id).values(mail_waits=True))
    return False


def _set_timer(work: Work, wish: NotificationPreferences) -> None:
    at = rules.mail_at(queries.hours(wish, work.opening.zone), work.now)
    due = WaitingMailDue(member_id=wish.member_id)
    work.schedule(at, due, about=wish.id, key=f"notifications:{wish.member_id}:mail")


async def send_waiting(work: Work, event: WaitingMailDue) -> None:
    """Plan the mail that lists what has waited for a member and what they have not read meanwhile."""
    wish = (await wishes(work, [event.member_id])).get(event.member_id)
    member = await work.find(Member, event.member_id)
    waited = await queries.waiting(work, event.member_id)
    if wish is None or member is None or not waited:
        return
    ended = update(Notification).where(Notification.member_id == member.id, Notification.mail_waits)
    await work.rows(ended.values(mail_waits=False))
    unread = [each for each in waited if each.read_at is None] if member.active else []
    if len(unread) == 1:
        await letters.write_to_member(work, member, unread[0])
        return
    for first in range(0, len(unread), MOST_IN_A_MAIL):
        await _write_together(work, wish, member, unread[first : first + MOST_IN_A_MAIL])


async def _write_together(
    work: Work, wish: NotificationPreferences, member: Member, told: Sequence[Notification]
) -> None:
    zone, language = wish.zone or work.opening.zone, member.language
    lines = [
        translate(
            TOLD_AT,
            language,
            {"at": each.at, "said": queries.text_of(each, language, zone)},
            zone=ZoneInfo(zone),
        )
        for each in told
    ]
    subject = translate(WAITED, language, {"count": len(told)})
    letter = letters.letter(f"{member.name} <{member.email}>", subject, "\n\n".join(lines), language)
    # The first of them waited once, so this mail has one key for ever.
    await work.plan_effect(EffectKind.MAIL, f"waited:{member.id}:{told[0].id}", letter, about=wish.id)
