"""Telling members and people outside: in the product and by mail, at once or when they want it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Uuid
from uuid_utils.compat import uuid7

from domain.customers import commands as customers
from domain.kernel.command import command
from domain.kernel.subjects import Subject
from domain.notifications import queries, rules
from domain.notifications.commands import letters, preferences
from domain.notifications.models import Notification
from domain.notifications.rules import Topic
from tenancy.effects import EffectKind
from tenancy.enclosures import Enclosure
from tenancy.links import Leave, Link
from tenancy.members import Member
from tenancy.postbox import Thread
from tenancy.refusals import Invalid, message
from tenancy.statements import build
from tenancy.work import Work


async def notify(
    work: Work,
    *,
    member_ids: Collection[UUID],
    text: str,
    values: Mapping[str, Any],
    about: Subject | None,
    mail: bool,
    key: str,
    topic: Topic | None = None,
) -> list[Notification]:
    """Tell members something, in the product and also by `mail`; once for each `key` and member, whatever is repeated.

    `text` is a marked message with blanks; values may be text, numbers, days, instants, lengths of time, amounts
    (`Money`), tuples of marked words, texts in three languages (`Wording`) and further sentences (`Sentence`). Members
    who have left are not told. The mail waits, or is not written, as the member wants it of this `topic`, unless told
    that of the record it is about; what is urgent never waits. Returns the new notifications.
    """
    packed = rules.pack(values)
    members = await work.all(select(Member).where(_one_of(Member.id, member_ids), Member.active).order_by(Member.id))
    new = await _add_unless_told(
        work, [member.id for member in members], key=key, text=text, packed=packed, about=about
    )
    if mail and new:
        topic = topic or rules.topic_of(about.kind if about else None)
        wishes = await preferences.wishes(work, list(new))
        for member in members:
            notification = new.get(member.id)
            if notification is None:
                continue
            wish = wishes.get(member.id)
            if wish is None or await preferences.at_once(work, wish, notification, topic):
                await letters.write_to_member(work, member, notification)
    return list(new.values())


async def _add_unless_told(
    work: Work, member_ids: Sequence[UUID], *, key: str, text: str, packed: Mapping[str, Any], about: Subject | None
) -> dict[UUID, Notification]:
    """The notifications of those members who have not been told this yet: PostgreSQL decides, for the same news may be
    on its way by two facts at once."""
    if not member_ids:
        return {}
    news = {
        "key": key,
        "text": text,
        "blanks": packed,
        "at": work.now,
        "mail_waits": False,
        "subject_kind": about.kind if about else None,
        "subject_id": about.id if about else None,
    }
    rows = [{"id": uuid7(), "member_id": member_id, **news} for member_id in member_ids]
    added = insert(Notification).values(rows).on_conflict_do_nothing().returning(Notification.__table__)
    found = [build(Notification, dict(row)) for row in await work.rows(added)]
    return {notification.member_id: notification for notification in found}


async def notify_contact(
    work: Work,
    *,
    email: str,
    language: str,
    subject: str,
    text: str,
    values: Mapping[str, Any],
    about: Subject,
    key: str,
    link: Link | None = None,
    thread: Thread | None = None,
    by_hand: bool = False,
    enclosures: Sequence[Enclosure] = (),
    customer_id: UUID | None = None,
    leave: Leave | None = None,
) -> None:
    """Write a mail to somebody outside, such as a customer; once for each `key`. `subject` and `text` are marked.

    What somebody may do without says how they `leave` it.
    With the customer's id the letter counts towards their contact budget, by which it may wait.

    A `link` is made as the mail leaves, where the text has a blank of that name: the ledger keeps none. With a `thread`
    it can be answered; `enclosures` go along as PDFs. What somebody has written `by_hand` is not marked as sent by a
    program. It can be stopped until it leaves: `tenancy.outbox.withdraw_effects(work, about.id)`.
    """
    packed = rules.pack(values)
    title = rules.subject_line(letters.written(work, subject, packed, language))
    letter = letters.letter(email, title, letters.written(work, text, packed, language), language)
    if link is not None:
        letter["link"] = link.stored()
    if thread is not None:
        letter["thread"] = thread.stored()
    if leave is not None:
        letter["leave"] = leave.stored()
    if by_hand:
        letter["by_hand"] = True
    if enclosures:
        letter["enclosures"] = [enclosure.stored() for enclosure in enclosures]
    if customer_id is not None:
        await customers.plan_letter(work, customer_id=customer_id, key=key, letter=letter, about=about)
        return
    await work.plan_effect(EffectKind.MAIL, key, letter, about=about.id)


def _one_of(column: Any, ids: Collection[UUID]) -> Any:
    return column == any_(literal(sorted(ids), ARRAY(Uuid())))


@command(needs=None)
async def mark_read(work: Work, *, notification_ids: Sequence[UUID]) -> list[Notification]:
    """Note that the acting member has read these; ids of others' notifications are passed over."""
    if len(notification_ids) > 100:
        raise Invalid(message("Mark at most {most} at once."), {"most": 100}, path=("notificationIds",))
    mine = select(Notification).where(
        queries.visible(work.actor), _one_of(Notification.id, notification_ids), Notification.read_at.is_(None)
    )
    read = await work.all(mine.with_for_update())
    for notification in read:
        notification.read_at = work.now
    return read
