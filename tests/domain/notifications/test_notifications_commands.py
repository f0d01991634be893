"""People are told once, each in their own language and about nobody else's news; endpoints keep their secrets."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands, queries, rules
from domain.notifications.models import Notification, WebhookEndpoint
from tenancy.actor import Actor, ActorKind
from tenancy.config import settings
from tenancy.database import reading, writing
from tenancy.effects import Effect
from tenancy.members import Member
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound
from tenancy.secrets import webhook_secret_text

INVOICE = Subject(SubjectKind.INVOICE, UUID("019391a0-0000-7000-8000-0000000000f1"))
TEXT = "There is no such record."


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("ZHIDU_SECRET_KEY", "5a" * 32)
        settings.cache_clear()
        yield
    settings.cache_clear()


async def _engage(actor: Actor, language: str, *, active: bool = True) -> UUID:
    async with writing(actor, settle=settle) as work:
        member = Member(name="王伟", email=f"{uuid4().hex}@example.com", language=language, active=active)
        return work.add(member).id


async def _tell(actor: Actor, *members: UUID, key: str = "news", mail: bool = True) -> int:
    async with writing(actor, settle=settle) as work:
        new = await commands.notify(work, member_ids=members, text=TEXT, values={}, about=INVOICE, mail=mail, key=key)
        return len(new)


async def test_each_is_told_once_and_by_mail_in_their_own_language(acme: Actor) -> None:
    english, chinese = await _engage(acme, "en"), await _engage(acme, "zh_Hans")
    assert await _tell(acme, english, chinese) == 2
    assert await _tell(acme, english, chinese) == 0
    async with reading(acme) as work:
        letters = {row.payload["language"]: row.payload for row in await work.all(select(Effect))}
    assert set(letters) == {"en", "zh-Hans"}
    assert letters["en"]["subject"] == TEXT
    assert letters["zh-Hans"]["subject"] != TEXT
    assert letters["zh-Hans"]["to"].startswith("王伟 <")


async def test_who_joins_later_is_told_and_the_others_are_not_told_again(acme: Actor) -> None:
    first = await _engage(acme, "en")
    await _tell(acme, first)
    assert await _tell(acme, first, await _engage(acme, "en")) == 1


async def test_who_has_left_is_not_told(acme: Actor) -> None:
    assert await _tell(acme, await _engage(acme, "en", active=False)) == 0


async def test_without_mail_nothing_leaves_the_house(acme: Actor) -> None:
    await _tell(acme, await _engage(acme, "en"), mail=False)
    async with reading(acme) as work:
        assert await work.all(select(Effect)) == []


async def test_everybody_sees_their_own_news_and_nobody_elses(acme: Actor, globex: Actor) -> None:
    other = await _engage(acme, "en")
    assert acme.id is not None
    await _tell(acme, other, acme.id)
    for actor, count in ((acme, 1), (Actor(acme.tenant_id, ActorKind.MEMBER, other), 1), (globex, 0)):
        async with reading(actor) as work:
            assert await queries.unread(work) == count
            rows = await work.all(select(Notification).where(queries.visible(actor)))
            assert [row.member_id for row in rows] == [actor.id] * count
    client = Actor(acme.tenant_id, ActorKind.CLIENT, uuid4(), acme.permissions)
    async with reading(client) as work:
        assert await work.all(select(Notification).where(queries.visible(client))) == []


async def test_one_marks_only_ones_own_news_as_read(acme: Actor) -> None:
    other = await _engage(acme, "en")
    assert acme.id is not None
    await _tell(acme, other, acme.id)
    async with reading(acme) as work:
        ids = [row.id for row in await work.all(select(Notification))]
    async with writing(acme, settle=settle) as work:
        read = await commands.mark_read(work, notification_ids=[*ids, uuid4()])
        assert [row.member_id for row in read] == [acme.id]
    async with reading(Actor(acme.tenant_id, ActorKind.MEMBER, other)) as work:
        assert await queries.unread(work) == 1


async def test_a_notification_is_read_in_the_language_of_its_reader(acme: Actor) -> None:
    assert acme.id is not None
    async with writing(acme, settle=settle) as work:
        [told] = await commands.notify(
            work,
            member_ids=[acme.id],
            text="{at}",
            values={"at": datetime(2026, 3, 2, 1, 0, tzinfo=UTC)},
            about=None,
            mail=True,
            key="news",
        )
    assert queries.text_of(told, "zh_Hans", "Asia/Shanghai") == "2026年3月2日 09:00"
    async with reading(acme) as work:
        [effect] = await work.all(select(Effect))
        assert effect.subject_id == told.id


async def test_a_customer_is_written_to_once_for_each_key(acme: Actor) -> None:
    for _ in range(2):
        async with writing(acme, settle=settle) as work:
            await commands.notify_contact(
                work,
                email="wang@customer.example",
                language="zh_Hant",
                subject=TEXT,
                text=TEXT,
                values={},
                about=INVOICE,
                key="invoice-1/step-1",
            )
    async with reading(acme) as work:
        [effect] = await work.all(select(Effect))
    assert (effect.payload["to"], effect.payload["language"]) == ("wang@customer.example", "zh-Hant")
    assert effect.subject_id == INVOICE.id


async def test_old_news_that_was_read_is_forgotten_and_the_unread_stays(acme: Actor) -> None:
    assert acme.id is not None
    await _tell(acme, acme.id, key="old")
    await _tell(acme, acme.id, key="unread")
    async with writing(acme, settle=settle) as work:
        old = await work.first(select(Notification).where(Notification.key == "old"))
        assert old is not None
        old.read_at = work.now - timedelta(days=200)
    async with writing(acme, settle=settle) as work:
        await commands.forget_old(work, before=work.now - commands.KEPT)
        assert [row.key for row in await work.all(select(Notification))] == ["unread"]
        assert len(await work.all(select(Effect))) == 2


# Endpoints


async def _register(actor: Actor, url: str = "https://hooks.example/in") -> commands.Registered:
    async with writing(actor, settle=settle) as work:
        return await commands.register_endpoint(work, url=url, events=["*"])


async def test_a_secret_is_shown_once_and_kept_sealed(acme: Actor) -> None:
    registered = await _register(acme)
    async with reading(acme) as work:
        destination = await queries.destination(work, registered.endpoint.id)
        assert destination is not None
        [secret] = destination.secrets
        assert webhook_secret_text(secret) == registered.secret
        rows = await work.sql("SELECT changes::text || payload::text AS text FROM journal_entries")
        assert all("sealed" not in row["text"] for row in rows)
        assert secret not in registered.endpoint.sealed_secret


async def _rotate(actor: Actor, id: UUID, grace_hours: int = 24) -> commands.Registered:
    async with writing(actor, settle=settle) as work:
        return await commands.rotate_secret(work, endpoint_id=id, grace_hours=grace_hours)


async def _signing(actor: Actor, id: UUID, *, later: timedelta = timedelta(0)) -> list[str]:
    """The secrets that sign what is sent so much later, the present one first."""
    async with writing(actor, settle=settle) as work:
        work.now += later
        destination = await queries.destination(work, id)
        assert destination is not None
        return [webhook_secret_text(secret) for secret in destination.secrets]


async def test_a_replaced_secret_signs_too_until_its_grace_is_over(acme: Actor) -> None:
    first = await _register(acme)
    id = first.endpoint.id
    second = await _rotate(acme, id)
    assert second.secret != first.secret
    day = timedelta(hours=24)
    assert await _signing(acme, id) == [second.secret, first.secret]
    assert await _signing(acme, id, later=day - timedelta(minutes=1)) == [second.secret, first.secret]
    assert await _signing(acme, id, later=day) == [second.secret]
    async with reading(acme) as work:
        rows = await work.sql("SELECT changes::text || payload::text AS text FROM journal_entries")
    assert all("sealed" not in row["text"] for row in rows)


async def test_no_more_than_two_secrets_sign_and_without_grace_only_one(acme: Actor) -> None:
    first = await _register(acme)
    id = first.endpoint.id
    second, third = await _rotate(acme, id), await _rotate(acme, id, 1)
    assert await _signing(acme, id) == [third.secret, second.secret]
    last = await _rotate(acme, id, 0)
    assert await _signing(acme, id) == [last.secret]


async def test_what_signs_no_more_is_forgotten_by_the_sweep(acme: Actor) -> None:
    id = (await _register(acme)).endpoint.id
    await _rotate(acme, id, 1)
    for later, kept in ((timedelta(minutes=59), True), (timedelta(hours=1), False)):
        async with writing(Actor.system(acme.tenant_id), settle=settle) as work:
            work.now += later
            await commands.forget_old(work, before=work.now - commands.KEPT)
        async with reading(acme) as work:
            assert ((await work.get(WebhookEndpoint, id)).former_sealed_secret is not None) is kept


@pytest.mark.parametrize("hours", [-1, 169, 10**9])
async def test_a_grace_lasts_a_week_at_most(acme: Actor, hours: int) -> None:
    id = (await _register(acme)).endpoint.id
    with pytest.raises(Invalid) as refused:
        await _rotate(acme, id, hours)
    assert refused.value.path == ("graceHours",)


async def test_nobody_rotates_another_company_s_secret(acme: Actor, globex: Actor) -> None:
    registered = await _register(acme)
    with pytest.raises(NotFound):
        await _rotate(globex, registered.endpoint.id)
    with pytest.raises(Forbidden):
        await _rotate(Actor(acme.tenant_id, ActorKind.MEMBER, acme.id), registered.endpoint.id)
    assert await _signing(acme, registered.endpoint.id) == [registered.secret]


async def test_an_endpoint_is_switched_off_on_and_removed(acme: Actor) -> None:
    id = (await _register(acme)).endpoint.id
    async with writing(acme, settle=settle) as work:
        await commands.switch_off(work, endpoint_id=id)
        assert await queries.destination(work, id) is None
        await commands.switch_on(work, endpoint_id=id)
        assert await queries.destination(work, id) is not None
        await commands.change_endpoint(work, endpoint_id=id, url="https://new.example/in", events=["*"])
    async with writing(acme, settle=settle) as work:
        await commands.remove_endpoint(work, endpoint_id=id)
    async with reading(acme) as work:
        assert await work.all(select(WebhookEndpoint)) == []


async def test_an_address_is_registered_once_and_there_is_an_end_to_them(acme: Actor) -> None:
    await _register(acme)
    with pytest.raises(Conflict):
        await _register(acme)
    for number in range(1, rules.MOST_ENDPOINTS):
        await _register(acme, f"https://hooks.example/{number}")
    with pytest.raises(Invalid):
        await _register(acme, "https://hooks.example/more")


async def test_endpoints_are_of_one_company_and_need_a_permission(acme: Actor, globex: Actor) -> None:
    id = (await _register(acme)).endpoint.id
    with pytest.raises(NotFound):
        async with writing(globex, settle=settle) as work:
            await commands.switch_off(work, endpoint_id=id)
    clerk = Actor(acme.tenant_id, ActorKind.MEMBER, acme.id)
    with pytest.raises(Forbidden):
        await _register(clerk, "https://clerk.example/")
    async with reading(clerk) as work:
        assert await work.all(select(WebhookEndpoint).where(queries.endpoints_visible(clerk))) == []


async def test_managers_are_found_by_what_their_roles_permit(acme: Actor) -> None:
    await _engage(acme, "en")
    async with reading(acme) as work:
        assert await queries.members_who_may(work, Permission.WEBHOOKS_MANAGE) == [acme.id]


async def test_an_inner_address_is_refused_at_the_registration_and_at_a_change(acme: Actor) -> None:
    with pytest.raises(Invalid):
        await _register(acme, "https://127.0.0.1/in")
    endpoint = (await _register(acme)).endpoint
    with pytest.raises(Invalid) as refused:
        async with writing(acme, settle=settle) as work:
            await commands.change_endpoint(work, endpoint_id=endpoint.id, url="https://10.0.0.1/in", events=["*"])
    assert refused.value.path == ("url",)
    async with reading(acme) as work:
        assert [each.url for each in await work.all(select(WebhookEndpoint))] == [endpoint.url]


async def test_the_same_news_on_its_way_by_two_facts_at_once_is_told_once(acme: Actor) -> None:
    assert acme.id is not None
    given: Any = {"member_ids": [acme.id], "text": TEXT, "values": {}, "about": INVOICE, "mail": True, "key": "news"}

    async def second() -> int:
        async with writing(acme, settle=settle) as work:
            return len(await commands.notify(work, **given))

    async with writing(acme, settle=settle) as work:
        assert len(await commands.notify(work, **given)) == 1
        await work.flush()
        # It has read that nobody was told, and waits for us to say whether we keep what we have told.
        waiting = asyncio.create_task(second())
        await _until_somebody_waits(acme)
    assert await waiting == 0
    async with reading(acme) as work:
        assert len(await work.all(select(Notification))) == 1
        assert len(await work.all(select(Effect))) == 1


async def _until_somebody_waits(actor: Actor) -> None:
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO notif%'"
    async with asyncio.timeout(60):
        while True:
            async with reading(actor) as work:
                if (await work.sql(blocked))[0][0]:
                    return
            await asyncio.sleep(0.02)
