"""What takes long keeps no thread, and waits for nobody but its own company."""

import asyncio
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem
from tenancy.claims import Claim
from tenancy.database import reading, writing
from tenancy.effects import Effect, EffectKind, EffectState
from tests.workers.facts import BellRang, agenda, claim_all, leave_a_mark, marks, ring
from workers import jobs
from workers.gateways import mail
from workers.gateways.mail import Mail
from workers.performing import Performer
from workers.reactions import REACTIONS

pytestmark = pytest.mark.usefixtures("quiet", "configured")


class Receivers:
    """Mail servers: one never answers while it is held, the others do at once."""

    def __init__(self) -> None:
        self.called: list[str] = []
        self.let_go = asyncio.Event()

    async def send(self, letter: Mail, **_: Any) -> None:
        self.called.append(letter.to)
        if letter.to.endswith("@slow.example"):
            await self.let_go.wait()


@pytest.fixture
def receivers(monkeypatch: pytest.MonkeyPatch) -> Receivers:
    """The world of mail, for this test."""
    world = Receivers()
    monkeypatch.setattr(mail, "send", world.send)
    return world


async def _plan_letters(actor: Actor, host: str, count: int) -> None:
    async with writing(actor, settle=settle) as work:
        for number in range(count):
            letter = {"to": f"{number}@{host}", "subject": "s", "text": "t", "language": "en"}
            await work.plan_effect(EffectKind.MAIL, f"letter-{number}", letter, about=work.new_id())


async def _sent(actor: Actor) -> int:
    async with reading(actor) as work:
        return len(await work.all(select(Effect).where(Effect.state == EffectState.SENT)))


async def _perform_all(performer: Performer) -> None:
    for claim in await claim_all():
        await performer.perform(claim)


async def test_receivers_that_hang_hold_up_neither_facts_nor_another_companys_letters(
    acme: Actor, globex: Actor, receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(cast(dict[Any, Any], REACTIONS), BellRang, [leave_a_mark])
    await _plan_letters(acme, "slow.example", 10)
    await _plan_letters(globex, "quick.example", 10)
    await ring(acme, 1)
    performer = Performer()
    await _perform_all(performer)
    for _ in range(3_000):
        if await _sent(globex) == 10:
            break
        await asyncio.sleep(0.02)
    assert (await _sent(acme), await _sent(globex), await marks(acme)) == (0, 10, [1])
    assert sum(to.endswith("@slow.example") for to in receivers.called) == 4
    receivers.let_go.set()
    await performer.finish(60)
    assert await _sent(acme) == 10
    assert await agenda(acme) == []


async def test_at_the_end_what_runs_is_waited_for_and_then_left_to_its_lease(acme: Actor, receivers: Receivers) -> None:
    await _plan_letters(acme, "slow.example", 6)
    performer = Performer()
    await _perform_all(performer)
    for _ in range(3_000):
        if len(receivers.called) == 4:
            break
        await asyncio.sleep(0.02)
    await performer.finish(0.05)
    items = await agenda(acme)
    assert [item.attempts for item in items] == [1, 1, 1, 1, 0, 0]
    assert all(item.leased_until is not None for item in items)
    assert await _sent(acme) == 0


async def test_a_company_that_has_a_long_job_done_keeps_no_other_company_waiting(
    acme: Actor, globex: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[UUID] = []
    let_go = asyncio.Event()

    async def takes_long(claim: Claim, _: AgendaItem) -> None:
        begun.append(claim.tenant_id)
        await let_go.wait()

    monkeypatch.setitem(cast(dict[str, Any], jobs.JOBS), "takes.long", takes_long)
    performer = Performer()
    for actor, count in ((acme, 2), (globex, 1)):
        async with writing(actor, settle=settle) as work:
            for _ in range(count):
                work.run_later("takes.long", about=work.new_id())
        for claim in await claim_all(actor.tenant_id):
            await performer.perform(claim)
    for _ in range(200):
        if len(begun) == 2:
            break
        await asyncio.sleep(0.02)
    # The second job of the first company comes again when its lease ends; it waits in no process's memory.
    assert sorted(begun) == sorted([acme.tenant_id, globex.tenant_id])
    let_go.set()
    await performer.finish(10)
    assert sorted(begun) == sorted([acme.tenant_id, globex.tenant_id])
