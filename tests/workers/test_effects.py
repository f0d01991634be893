"""What leaves the house leaves once in the ledger, under one id for ever, or is given up where everybody can see it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select

from domain.consequences import settle
from domain.notifications import commands as notifications
from domain.notifications.models import Notification, WebhookEndpoint
from tenancy.actor import Actor
from tenancy.agenda import Standing
from tenancy.config import settings
from tenancy.database import reading, writing
from tenancy.effects import Effect, EffectKind, EffectState
from tenancy.outbox import withdraw_effects
from tests.workers.facts import BellRang, agenda, claim_all, found_rehearsal, ring, work_off
from tests.workers.gateways.test_mail import Postbox, mail_server
from workers import effects
from workers.attempts import attempt
from workers.gateways import TryLater, Undeliverable, mail, webhooks
from workers.performing import DOING

pytestmark = pytest.mark.usefixtures("quiet", "configured")

INVOICE = UUID("019391a0-0000-7000-8000-0000000000f1")
LETTER = {"to": "王伟 <wang@customer.example>", "subject": "发票逾期", "text": "您好。\n", "language": "zh-Hans"}


async def _plan_letter(actor: Actor, key: str = "invoice-1/step-1") -> None:
    async with writing(actor, settle=settle) as work:
        await work.plan_effect(EffectKind.MAIL, key, LETTER, about=INVOICE)


async def _ledger(actor: Actor) -> list[Effect]:
    async with reading(actor) as work:
        return await work.all(select(Effect).order_by(Effect.planned_at, Effect.key))


def _serve(configured: pytest.MonkeyPatch, smtp: str = "", sink: str = "") -> None:
    configured.setenv("ZHIDU_SMTP_URL", smtp)
    configured.setenv("ZHIDU_SINK_SMTP_URL", sink)
    settings.cache_clear()


async def test_a_letter_arrives_and_the_ledger_says_when(acme: Actor, configured: pytest.MonkeyPatch) -> None:
    postbox = Postbox()
    async with mail_server(postbox) as url:
        _serve(configured, smtp=url)
        await _plan_letter(acme)
        await work_off()
        await _plan_letter(acme)
        await work_off()
    [mail] = postbox.received
    [effect] = await _ledger(acme)
    assert mail["Message-ID"] == f"<{effect.id}@zhidu.example>"
    assert (mail["Subject"], mail["Content-Language"]) == ("发票逾期", "zh-Hans")
    assert (effect.state, effect.attempts) == (EffectState.SENT, 1)
    assert effect.sent_at is not None
    assert await agenda(acme) == []


async def test_a_crash_between_sending_and_recording_repeats_it_under_the_same_id_and_counts(
    acme: Actor, configured: pytest.MonkeyPatch, behind: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    postbox = Postbox()

    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    async with mail_server(postbox) as url:
        _serve(configured, smtp=url)
        await _plan_letter(acme)
        [claim] = await claim_all()
        with monkeypatch.context() as patch:
            patch.setattr(effects, "_note_sent", die)
            with pytest.raises(asyncio.CancelledError):
                await attempt(claim, DOING)
        await behind.execute("UPDATE agenda SET leased_until = NULL")
        await work_off()
    first, second = postbox.received
    assert first["Message-ID"] == second["Message-ID"]
    [effect] = await _ledger(acme)
    assert (effect.state, effect.attempts) == (EffectState.SENT, 2)


async def test_two_workers_with_the_same_letter_send_it_once(acme: Actor, configured: pytest.MonkeyPatch) -> None:
    postbox = Postbox()
    async with mail_server(postbox) as url:
        _serve(configured, smtp=url)
        await _plan_letter(acme)
        [claim] = await claim_all()
        await attempt(claim, DOING)
        await attempt(claim, DOING)
    assert len(postbox.received) == 1


async def test_a_letter_whose_reason_is_gone_does_not_leave(acme: Actor, configured: pytest.MonkeyPatch) -> None:
    postbox = Postbox()
    async with mail_server(postbox) as url:
        _serve(configured, smtp=url)
        await _plan_letter(acme, "invoice-1/step-1")
        await _plan_letter(acme, "invoice-1/step-2")
        claims = await claim_all()
        async with writing(acme, settle=settle) as work:
            assert await withdraw_effects(work, INVOICE) == 2
        for claim in claims:
            await attempt(claim, DOING)
    assert postbox.received == []
    assert {effect.state for effect in await _ledger(acme)} == {EffectState.WITHDRAWN}
    assert await agenda(acme) == []


async def test_what_left_at_the_moment_it_was_withdrawn_counts_as_sent(
    acme: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def pay_meanwhile(*_: Any, **__: Any) -> None:
        async with writing(acme, settle=settle) as work:
            await withdraw_effects(work, INVOICE)

    monkeypatch.setattr(mail, "send", pay_meanwhile)
    await _plan_letter(acme)
    await work_off()
    [effect] = await _ledger(acme)
    assert effect.state is EffectState.SENT
    async with writing(acme, settle=settle) as work:
        assert await withdraw_effects(work, INVOICE) == 0


async def test_without_a_mail_server_a_letter_waits_by_the_schedule_and_is_then_given_up(
    acme: Actor, configured: pytest.MonkeyPatch, behind: asyncpg.Connection
) -> None:
    _serve(configured)
    await _plan_letter(acme)
    for number, expected in enumerate(effects.WAITS[EffectKind.MAIL], start=1):
        await work_off()
        [item] = await agenda(acme)
        wait = (item.due_at - datetime.now(UTC)).total_seconds()
        assert expected * 0.89 - 5 < wait < expected * 1.11
        assert (item.standing, item.attempts) == (Standing.PENDING, 0)
        [effect] = await _ledger(acme)
        assert (effect.state, effect.attempts) == (EffectState.PLANNED, number)
        assert "no mail server is set" in str(effect.error)
        await behind.execute("UPDATE agenda SET due_at = now()")
    await work_off()
    [effect] = await _ledger(acme)
    assert effect.state is EffectState.FAILED
    assert await agenda(acme) == []
    async with reading(acme) as work:
        rows = await work.sql("SELECT payload FROM journal_entries WHERE name = 'effects.given_up'")
    assert rows[0]["payload"] == {"effect_id": str(effect.id), "kind": "mail", "subject_id": str(INVOICE)}


async def test_a_letter_that_is_refused_for_good_is_given_up_at_once(
    acme: Actor, configured: pytest.MonkeyPatch
) -> None:
    async with mail_server(Postbox(rcpt="550 5.1.1 Nobody of that name")) as url:
        _serve(configured, smtp=url)
        await _plan_letter(acme)
        await work_off()
    [effect] = await _ledger(acme)
    assert (effect.state, effect.attempts) == (EffectState.FAILED, 1)
    assert "550" in str(effect.error)


async def test_mail_of_a_rehearsal_goes_to_the_sink_and_never_elsewhere(configured: pytest.MonkeyPatch) -> None:
    actor = await found_rehearsal(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    world, sink = Postbox(), Postbox()
    async with mail_server(world) as world_url, mail_server(sink) as sink_url:
        _serve(configured, smtp=world_url, sink=sink_url)
        await _plan_letter(actor, "one")
        await work_off()
        _serve(configured, smtp=world_url, sink="")
        await _plan_letter(actor, "two")
        await work_off()
    assert (len(sink.received), world.received) == (1, [])
    sent = {effect.key: effect for effect in await _ledger(actor)}
    assert sent["one"].sent_at == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert sent["two"].state is EffectState.PLANNED


# Webhooks


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was posted to the world."""
    calls: list[tuple[Any, ...]] = []

    async def post(*arguments: Any) -> None:
        calls.append(arguments)

    monkeypatch.setattr(webhooks, "post", post)
    return calls


async def _register(actor: Actor, *names: str, url: str = "https://hooks.example/in") -> UUID:
    async with writing(actor, settle=settle) as work:
        registered = await notifications.register_endpoint(work, url=url, events=names)
        return registered.endpoint.id


async def test_a_webhook_tells_of_each_fact_that_was_asked_for(acme: Actor, posted: list[tuple[Any, ...]]) -> None:
    await _register(acme, BellRang.name)
    await _register(acme, "organisation.post_created", url="https://other.example/in")
    await work_off()
    await ring(acme, 7)
    await work_off()
    [(url, webhook_id, instant, body, [secret])] = posted
    [effect] = await _ledger(acme)
    assert (url, webhook_id, len(secret)) == ("https://hooks.example/in", str(effect.id), 32)
    assert abs((datetime.now(UTC) - instant).total_seconds()) < 60
    content = orjson.loads(body)
    assert (content["type"], content["data"]["fields"]) == ("tests.bell_rang", {"number": 7})
    assert effect.state is EffectState.SENT


async def test_while_a_secret_is_replaced_a_webhook_is_signed_with_both(
    acme: Actor, posted: list[tuple[Any, ...]]
) -> None:
    id = await _register(acme, BellRang.name)
    await work_off()
    async with writing(acme, settle=settle) as work:
        await notifications.rotate_secret(work, endpoint_id=id, grace_hours=24)
    await ring(acme, 7)
    await work_off()
    [(_, _, _, _, secrets)] = posted
    assert len(set(secrets)) == 2


async def test_a_webhook_has_the_same_bytes_at_every_attempt(
    acme: Actor, posted: list[tuple[Any, ...]], behind: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    async def fail(*arguments: Any) -> None:
        seen.append((arguments[1], arguments[3]))
        raise TryLater("busy")

    monkeypatch.setattr(webhooks, "post", fail)
    await _register(acme, "*")
    await ring(acme, 1)
    for _ in range(4):
        await work_off()
        await behind.execute("UPDATE agenda SET due_at = now()")
    assert len(seen) == 4
    assert len(set(seen)) == 1


async def test_a_receiver_that_names_a_time_is_not_called_before(acme: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_: Any) -> None:
        raise webhooks.NotAccepted(webhooks.Outcome(429, "slow down"), retry_after_seconds=7200)

    monkeypatch.setattr(webhooks, "post", busy)
    await _register(acme, "*")
    await ring(acme, 1)
    await work_off()
    [item] = await agenda(acme)
    assert 7100 < (item.due_at - datetime.now(UTC)).total_seconds() <= 7200


async def test_webhooks_of_a_rehearsal_are_kept_as_files(posted: list[tuple[Any, ...]], tmp_path: Path) -> None:
    actor = await found_rehearsal(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    await _register(actor, "*")
    await ring(actor, 3)
    await work_off()
    [effect] = await _ledger(actor)
    [kept] = (tmp_path / "webhooks").iterdir()
    assert kept.name == f"{effect.id}.json"
    assert orjson.loads(kept.read_bytes())["body"]["data"]["fields"] == {"number": 3}
    assert posted == []


async def test_ten_webhooks_given_up_in_a_row_switch_the_endpoint_off_and_its_manager_is_told(
    acme: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: Any) -> None:
        raise Undeliverable("hooks.example leads inside or to a reserved address")

    monkeypatch.setattr(webhooks, "post", refuse)
    endpoint_id = await _register(acme, BellRang.name)
    await ring(acme, *range(12))
    await work_off()
    async with reading(acme) as work:
        endpoint = await work.get(WebhookEndpoint, endpoint_id)
        assert endpoint.disabled_at is not None
        [told] = await work.all(select(Notification))
        assert told.member_id == acme.id
    states = [effect.state for effect in await _ledger(acme) if effect.kind is EffectKind.WEBHOOK]
    assert sorted(states) == [EffectState.FAILED] * 10 + [EffectState.WITHDRAWN] * 2


async def test_one_success_forgives_what_failed_before(
    acme: Actor, posted: list[tuple[Any, ...]], behind: asyncpg.Connection
) -> None:
    endpoint_id = await _register(acme, BellRang.name)
    await behind.execute("UPDATE webhook_endpoints SET failures = 9")
    await ring(acme, 1)
    await work_off()
    async with reading(acme) as work:
        assert (await work.get(WebhookEndpoint, endpoint_id)).failures == 0


async def test_a_receiver_that_says_it_is_gone_is_switched_off_at_once(
    acme: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: Any) -> None:
        raise webhooks.Gone(webhooks.Outcome(410, ""))

    monkeypatch.setattr(webhooks, "post", gone)
    endpoint_id = await _register(acme, BellRang.name)
    await ring(acme, 1)
    await work_off()
    async with reading(acme) as work:
        assert (await work.get(WebhookEndpoint, endpoint_id)).disabled_at is not None


async def test_an_endpoint_switched_off_meanwhile_gets_nothing(acme: Actor, posted: list[tuple[Any, ...]]) -> None:
    endpoint_id = await _register(acme, BellRang.name)
    await ring(acme, 1)
    for claim in await claim_all():
        await attempt(claim, DOING)
    async with writing(acme, settle=settle) as work:
        await notifications.switch_off(work, endpoint_id=endpoint_id)
    await work_off()
    assert posted == []
    [effect] = await _ledger(acme)
    assert effect.state is EffectState.WITHDRAWN


def _done(task: str, result: str) -> float:
    return REGISTRY.get_sample_value("zhidu_agenda_done_total", {"task": task, "result": result}) or 0.0


async def test_what_did_not_leave_is_not_counted_as_done(acme: Actor, configured: pytest.MonkeyPatch) -> None:
    done, failed = _done("send", "done"), _done("send", "failed")
    _serve(configured)
    await _plan_letter(acme, "invoice-1/step-1")
    await work_off()
    # Nobody is there to take it: it comes again, and nothing is done.
    assert (_done("send", "done"), _done("send", "failed")) == (done, failed)
    async with writing(acme, settle=settle) as work:
        await withdraw_effects(work, INVOICE)
    async with mail_server(Postbox(rcpt="550 5.1.1 Nobody of that name")) as url:
        _serve(configured, smtp=url)
        await _plan_letter(acme, "invoice-1/step-2")
        await work_off()
    assert (_done("send", "done"), _done("send", "failed")) == (done, failed + 1)
    async with mail_server(Postbox()) as url:
        _serve(configured, smtp=url)
        await _plan_letter(acme, "invoice-1/step-3")
        await work_off()
    assert (_done("send", "done"), _done("send", "failed")) == (done + 1, failed + 1)
