"""Who wants what by mail: muted topics, quiet hours and mails together; nothing twice, nothing lost, urgent at once."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands, queries
from domain.notifications.events import WaitingMailDue
from domain.notifications.models import Notification, NotificationPreferences
from domain.notifications.rules import Chosen, Delivery, Topic
from tenancy.actor import Actor, ActorKind
from tenancy.agenda import AgendaItem, Task
from tenancy.database import reading, writing
from tenancy.effects import Effect
from tenancy.members import Member
from tenancy.refusals import Forbidden, Invalid
from tests.domain.requests.company import at, go_to
from tests.workers.facts import found_rehearsal

pytestmark = pytest.mark.usefixtures("pool")
REQUEST = Subject(SubjectKind.REQUEST, UUID("019391a0-0000-7000-8000-0000000000f2"))
NIGHT = {"quiet_from": "22:00", "quiet_until": "07:30"}


async def engaged(admin: Actor) -> Actor:
    """Somebody at work in the company."""
    async with writing(admin, settle=settle) as work:
        member = work.add(Member(name="Wei", email=f"{uuid4().hex}@example.com", language="en"))
    return Actor(admin.tenant_id, ActorKind.MEMBER, member.id)


async def wants(actor: Actor, **chosen: Any) -> NotificationPreferences:
    """Somebody says what they want by mail."""
    async with writing(actor, settle=settle) as work:
        return await commands.choose(work, chosen=Chosen(**chosen))


async def tell(admin: Actor, *actors: Actor, news: str, topic: Topic | None = None, mail: bool = True) -> None:
    """Tell them something about a request."""
    async with writing(Actor.system(admin.tenant_id), settle=settle) as work:
        await commands.notify(
            work,
            member_ids=[actor.id for actor in actors if actor.id],
            text="{news}",
            values={"news": news},
            about=REQUEST,
            mail=mail,
            key=f"news:{news}",
            topic=topic,
        )


async def mails(actor: Actor) -> list[dict[str, Any]]:
    """What was planned for somebody by mail, oldest first."""
    async with reading(Actor.system(actor.tenant_id)) as work:
        assert actor.id is not None
        member = await work.get(Member, actor.id)
        found = await work.all(select(Effect))
        about = [effect for effect in found if member.email in effect.payload["to"]]
        return [effect.payload for effect in sorted(about, key=lambda effect: (effect.planned_at, effect.key))]


async def monday(hour: str) -> Actor:
    """The administrator of a company whose clock shows an hour of a Monday in Shanghai."""
    return await found_rehearsal(at(f"Mon 1 {hour}"))


async def subjects(actor: Actor) -> list[str]:
    """How the mails to somebody are headed."""
    return [mail["subject"] for mail in await mails(actor)]


async def test_who_has_said_nothing_gets_each_mail_at_once_and_two_who_have_get_theirs() -> None:
    admin = await monday("23:00")
    usual, sleeps, mutes = await engaged(admin), await engaged(admin), await engaged(admin)
    await wants(sleeps, **NIGHT)
    await wants(mutes, muted=[Topic.REQUESTS])
    for news in ("One", "Two"):
        await tell(admin, usual, sleeps, mutes, news=news)
    await tell(admin, mutes, news="Said", topic=Topic.CONVERSATION)
    assert await subjects(usual) == ["One", "Two"]
    assert await subjects(sleeps) == []
    assert await subjects(mutes) == ["Said"]
    # In the product everybody is told at once.
    async with reading(mutes) as work:
        assert await queries.unread(work) == 3
    await go_to(admin, at("Tue 2 07:30"))
    [together] = await mails(sleeps)
    assert together["subject"] == "2 messages have waited for you"
    assert together["text"] == "Jun 1, 2026, 23:00\nOne\n\nJun 1, 2026, 23:00\nTwo\n"
    await go_to(admin, at("Wed 3 12:00"))
    assert len(await mails(sleeps)) == 1


async def test_what_is_urgent_passes_quiet_hours_and_cannot_be_muted() -> None:
    admin = await monday("23:00")
    sleeps = await engaged(admin)
    await wants(sleeps, **NIGHT)
    await tell(admin, sleeps, news="It burns", topic=Topic.ESCALATIONS)
    assert await subjects(sleeps) == ["It burns"]
    with pytest.raises(Invalid) as refused:
        await wants(sleeps, muted=[Topic.ESCALATIONS])
    assert refused.value.path == ("muted",)
    async with reading(sleeps) as work:
        kept = await queries.preferences(work)
        assert kept is not None
        assert (kept.muted, kept.quiet_from) == ([], "22:00")


async def test_mails_of_an_hour_or_a_day_come_together_and_what_was_read_meanwhile_does_not() -> None:
    admin = await monday("09:10")
    hourly, daily = await engaged(admin), await engaged(admin)
    await wants(hourly, delivery=Delivery.HOURLY)
    await wants(daily, delivery=Delivery.DAILY, daily_at="18:00")
    await tell(admin, hourly, daily, news="One")
    await go_to(admin, at("Mon 1 10:00"))
    await tell(admin, hourly, daily, news="Two")
    await tell(admin, hourly, daily, news="Three")
    async with writing(hourly, settle=settle) as work:
        third = select(Notification.id).where(Notification.key == "news:Three", Notification.member_id == hourly.id)
        await commands.mark_read(work, notification_ids=[await work.value(third)])
    await go_to(admin, at("Mon 1 18:00"))
    # A single one comes as it would have come at once.
    assert await subjects(hourly) == ["One", "Two"]
    assert await subjects(daily) == ["3 messages have waited for you"]


async def test_a_timer_that_fires_twice_writes_once_and_what_comes_later_waits_anew() -> None:
    admin = await monday("23:00")
    sleeps = await engaged(admin)
    await wants(sleeps, **NIGHT)
    await tell(admin, sleeps, news="One")
    await tell(admin, sleeps, news="Two")
    assert sleeps.id is not None
    for _ in range(2):
        async with writing(Actor.system(admin.tenant_id), settle=settle) as work:
            work.record(WaitingMailDue(member_id=sleeps.id))
    assert len(await mails(sleeps)) == 1
    await tell(admin, sleeps, news="Three")
    async with reading(admin) as work:
        timers = await work.all(select(AgendaItem).where(AgendaItem.task == Task.FIRE))
    assert [timer.due_at for timer in timers if "notifications:" in (timer.key or "")] == [at("Tue 2 07:30")]
    await go_to(admin, at("Tue 2 07:30"))
    assert await subjects(sleeps) == ["2 messages have waited for you", "Three"]


async def test_who_changes_their_mind_has_what_waits_at_the_new_hour_and_a_leaver_nothing() -> None:
    admin = await monday("12:00")
    daily, leaver = await engaged(admin), await engaged(admin)
    for each in (daily, leaver):
        await wants(each, delivery=Delivery.DAILY)
    await tell(admin, daily, leaver, news="One")
    await wants(daily, delivery=Delivery.AT_ONCE)
    async with writing(admin, settle=settle) as work:
        assert leaver.id is not None
        (await work.get(Member, leaver.id, lock=True)).active = False
    await go_to(admin, at("Mon 1 12:01"))
    assert await subjects(daily) == ["One"]
    await go_to(admin, at("Tue 2 12:00"))
    assert await subjects(leaver) == []
    async with reading(admin) as work:
        assert await work.all(select(Notification).where(Notification.mail_waits)) == []


async def test_more_than_one_mail_holds_come_in_several() -> None:
    admin = await monday("12:00")
    daily = await engaged(admin)
    await wants(daily, delivery=Delivery.DAILY)
    async with writing(Actor.system(admin.tenant_id), settle=settle) as work:
        for number in range(101):
            assert daily.id is not None
            await commands.notify(
                work,
                member_ids=[daily.id],
                text="{news}",
                values={"news": str(number)},
                about=None,
                mail=True,
                key=str(number),
            )
    await go_to(admin, at("Tue 2 12:00"))
    assert sorted(await subjects(daily)) == ["1 messages have waited for you", "100 messages have waited for you"]


async def test_wishes_are_ones_own_and_a_program_has_none(acme: Actor, globex: Actor) -> None:
    await wants(acme, zone="Europe/Berlin", **NIGHT)
    for actor, found in ((acme, "Europe/Berlin"), (globex, None)):
        async with reading(actor) as work:
            kept = await queries.preferences(work)
            assert (kept.zone if kept else None) == found
    program = Actor(acme.tenant_id, ActorKind.CLIENT, uuid4(), acme.permissions)
    with pytest.raises(Forbidden):
        await wants(program)
    with pytest.raises(Invalid):
        await wants(acme, zone="Nowhere")
    async with reading(acme) as work:
        kept = await queries.preferences(work)
        assert kept is not None
        assert kept.zone == "Europe/Berlin"


async def test_hours_are_those_of_ones_own_zone() -> None:
    admin = await monday("23:00")
    abroad = await engaged(admin)
    # It is five in the afternoon there.
    await wants(abroad, zone="Europe/Berlin", **NIGHT)
    await tell(admin, abroad, news="One")
    assert await subjects(abroad) == ["One"]
