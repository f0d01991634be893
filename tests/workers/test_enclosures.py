"""Papers that go along with letters: set as they leave, the same bytes however often, and told in the ledger."""

import asyncio
import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import select

from domain.consequences import settle
from press.printing import Printer
from tenancy.actor import Actor
from tenancy.config import settings
from tenancy.database import reading, writing
from tenancy.effects import Effect, EffectKind, EffectState
from tenancy.enclosures import Enclosure
from tests.workers.facts import claim_all, work_off
from tests.workers.gateways.test_mail import Postbox, mail_server
from workers import effects, enclosing
from workers.attempts import attempt
from workers.performing import DOING

pytestmark = pytest.mark.usefixtures("quiet", "configured")

ABOUT = UUID("019391a0-0000-7000-8000-0000000000f2")
PAPER: dict[str, Any] = {
    "language": "zh_Hans",
    "title": "发票 7",
    "running_head": "发票 7",
    "facts": [["客户", "光明科技"]],
    "columns": ["名称", "", "数量", "单价", "折扣", "税率", "金额"],
    "rows": [["支持", "", "1", "10000.00", "", "6", "10000.00"]],
    "sums": [["合计", "10600.00"]],
    "sections": [],
}
ENCLOSURE = Enclosure("invoice-7.pdf", PAPER, datetime(2026, 3, 2, 9, tzinfo=UTC))
LETTER = {
    "to": "billing@bright.example",
    "subject": "发票 7",
    "text": "您好。\n",
    "language": "zh-Hans",
    "enclosures": [ENCLOSURE.stored()],
}


async def _plan(actor: Actor) -> None:
    async with writing(actor, settle=settle) as work:
        await work.plan_effect(EffectKind.MAIL, "invoice/7", LETTER, about=ABOUT)


def _serve(configured: pytest.MonkeyPatch, smtp: str) -> None:
    configured.setenv("ZHIDU_SMTP_URL", smtp)
    settings.cache_clear()


async def _effect(actor: Actor) -> Effect:
    async with reading(actor) as work:
        [effect] = await work.all(select(Effect))
    return effect


def _pdfs(postbox: Postbox) -> list[bytes]:
    found = []
    for mail in postbox.received:
        [part] = list(mail.iter_attachments())
        assert (part.get_content_type(), part.get_filename()) == ("application/pdf", "invoice-7.pdf")
        found.append(part.get_content())
    return found


async def test_a_repeated_letter_is_the_same_to_the_last_byte_and_its_digest_is_kept(
    acme: Actor, configured: pytest.MonkeyPatch, behind: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    postbox = Postbox()

    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    async with mail_server(postbox) as url:
        _serve(configured, url)
        await _plan(acme)
        [claim] = await claim_all()
        with monkeypatch.context() as patch:
            patch.setattr(effects, "_note_sent", die)
            with pytest.raises(asyncio.CancelledError):
                await attempt(claim, DOING)
        await behind.execute("UPDATE agenda SET leased_until = NULL")
        await work_off()
    first, second = postbox.received
    assert first.as_bytes() == second.as_bytes()
    one, other = _pdfs(postbox)
    assert one == other
    assert one.startswith(b"%PDF-")
    effect = await _effect(acme)
    assert (effect.state, effect.attempts) == (EffectState.SENT, 2)
    [kept] = effect.payload["enclosures"]
    assert kept["sha256"] == hashlib.sha256(one).hexdigest()
    assert Enclosure.load(kept) == ENCLOSURE


async def test_without_a_font_the_letter_leaves_alone(
    acme: Actor, configured: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enclosing, "PRINTER", Printer(font="No Such Font"))
    postbox = Postbox()
    async with mail_server(postbox) as url:
        _serve(configured, url)
        await _plan(acme)
        await work_off()
    [mail] = postbox.received
    assert list(mail.iter_attachments()) == []
    assert (await _effect(acme)).state is EffectState.SENT


async def test_what_cannot_be_set_now_is_tried_again(
    acme: Actor, configured: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enclosing, "PRINTER", Printer(seconds=0.0))
    postbox = Postbox()
    async with mail_server(postbox) as url:
        _serve(configured, url)
        await _plan(acme)
        await work_off()
    effect = await _effect(acme)
    assert (postbox.received, effect.state, effect.attempts) == ([], EffectState.PLANNED, 1)
    assert "PRINTING_FAILED" in (effect.error or "")
