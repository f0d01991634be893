"""What reaches one by mail, and when."""

from types import SimpleNamespace
from typing import Any

import strawberry

from api.reading.mapping import part
from api.schema.inputs import optional
from domain.notifications import commands, queries
from domain.notifications.models import NotificationPreferences as Preferences
from domain.notifications.rules import UNLESS_CHOSEN, Chosen, Delivery, Topic
from tenancy.work import Work

strawberry.enum(
    Topic,
    name="NotificationTopic",
    description="What you are told of: REQUESTS that come to you or that you asked for; CONVERSATION, what is said"
    " about them; DEADLINES of their clocks; ESCALATIONS of requests and complaints, which are urgent; APPROVALS, what"
    " waits for you and how it ended; CUSTOMERS: complaints, surveys, visits, inquiries, quotations; CONTRACTS;"
    " BILLING; HANDBOOK; PEOPLE, letters of resignation; OPERATION, all else, such as archives, webhooks and quality.",
)
strawberry.enum(
    Delivery,
    name="NotificationDelivery",
    description="When mails of notifications leave: each AT_ONCE, or what waits together in one mail at every full hour"
    " (HOURLY) or once a day (DAILY).",
)


@part
class NotificationPreferences:
    """What reaches you by mail, and when. In the product you are told of everything at once."""

    muted: list[Topic] = strawberry.field(description="The topics of which you get no mail.")
    delivery: Delivery = strawberry.field(description="When mails leave.")
    daily_at: str = strawberry.field(description="When the daily mail leaves, such as 08:00.")
    quiet_from: str | None = strawberry.field(
        description="When your quiet hours begin, such as 22:00; null where you have none. What you are told in them"
        " comes in one mail at their end, except ESCALATIONS."
    )
    quiet_until: str | None = strawberry.field(description="When your quiet hours end, maybe on the next day.")
    zone: str | None = strawberry.field(
        description="The IANA zone of these times, such as Asia/Shanghai; null for the company's."
    )
    waiting: int = strawberry.field(description="How many notifications wait for their mail.")


async def _shown(work: Work, found: Preferences | Chosen) -> dict[str, Any]:
    return {
        "muted": [topic for topic in Topic if topic.value in found.muted],
        "delivery": found.delivery,
        "daily_at": found.daily_at,
        "quiet_from": found.quiet_from,
        "quiet_until": found.quiet_until,
        "zone": found.zone,
        "waiting": len(await queries.waiting(work, work.actor.id)) if work.actor.id else 0,
    }


async def my_notification_preferences(info: strawberry.Info) -> NotificationPreferences | None:
    """What reaches the acting member by mail."""
    work: Work = info.context.work
    if not work.actor.is_member:
        return None
    async with info.context.lock:
        found = await queries.preferences(work) or UNLESS_CHOSEN
        return NotificationPreferences(**await _shown(work, found))


@strawberry.input(description="What reaches you by mail from now on, and when; it takes the place of what you had.")
class SetNotificationPreferencesInput:
    """What reaches one by mail from now on, and when."""

    muted: list[Topic] = optional("The topics of which you get no mail; ESCALATIONS can't be among them.", default=())
    delivery: Delivery = optional("When mails leave.", default=Delivery.AT_ONCE)
    daily_at: str = optional("When the daily mail leaves, outside the quiet hours.", default=UNLESS_CHOSEN.daily_at)
    quiet_from: str | None = optional("When quiet hours begin, such as 22:00. Without them mail comes at any hour.")
    quiet_until: str | None = optional("When quiet hours end, such as 07:30, maybe on the next day.")
    zone: str | None = optional("The IANA zone of these times, such as Asia/Shanghai; the company's without it.")


async def set_notification_preferences(work: Work, input: SetNotificationPreferencesInput) -> SimpleNamespace:
    """Say what reaches you by mail, and when. What waits already leaves at the next hour that you want now."""
    chosen = Chosen(
        muted=input.muted,
        delivery=input.delivery,
        daily_at=input.daily_at,
        quiet_from=input.quiet_from,
        quiet_until=input.quiet_until,
        zone=input.zone,
    )
    return SimpleNamespace(**await _shown(work, await commands.choose(work, chosen=chosen)))
