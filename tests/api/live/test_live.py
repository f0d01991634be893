"""Sockets hear what changes in their own company, until their owner may not come in any more."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
import redis.asyncio

from api import live
from api.live import SWITCHBOARDS, Switchboard, changed
from tenancy.actor import Actor
from tenancy.channels import Change, changes
from tenancy.refusals import Forbidden, NotFound, Unauthenticated
from zhidu.embedded.broker import Broker


@pytest.fixture
async def board(broker: Broker) -> AsyncIterator[Switchboard]:
    """The process's switchboard."""
    opened = Switchboard(broker.url())
    SWITCHBOARDS.append(opened)
    yield opened
    SWITCHBOARDS.remove(opened)
    await opened.close()


async def call_out(
    broker: Broker,
    tenant_id: UUID,
    name: str,
    channel: UUID | None = None,
    subject_id: UUID | None = None,
    case_id: UUID | None = None,
) -> None:
    """Publish a change as the workers do, until somebody hears it."""
    client = redis.asyncio.Redis.from_url(broker.url())
    change = Change(
        tenant_id=tenant_id,
        entry_id=uuid4(),
        name=name,
        subject_kind=None,
        subject_id=subject_id or tenant_id,
        case_id=case_id,
    )
    while not await client.publish(changes(channel or tenant_id), change.dump()):  # noqa: ASYNC110  # nobody tells us
        await asyncio.sleep(0.02)
    await client.aclose()


SEEN = uuid4()


class Socket:
    """A socket's context whose owner is looked up by a function."""

    def __init__(self, actor: Actor) -> None:
        self.actor: Actor | None = actor

    async def sees(self, _: Actor, id: UUID) -> bool:
        """Whether they see a record."""
        return id == SEEN

    async def look(self) -> Actor:
        """Who it is now."""
        if self.actor is None:
            raise Unauthenticated
        return self.actor


def listening(socket: Socket, **wanted: Any) -> Any:
    return changed(SimpleNamespace(context=socket), **wanted)  # type: ignore[arg-type]  # all that it looks at


async def test_a_socket_hears_its_own_company_and_no_other(
    broker: Broker, board: Switchboard, acme: Actor, globex: Actor
) -> None:
    heard = listening(Socket(acme))
    first = asyncio.ensure_future(anext(heard))
    other = listening(Socket(globex))
    foreign = asyncio.ensure_future(anext(other))
    await call_out(broker, acme.tenant_id, "tests.happened")
    assert (await asyncio.wait_for(first, 60)).name == "tests.happened"
    # A message of one company on another's channel is not believed.
    await call_out(broker, acme.tenant_id, "tests.smuggled", channel=globex.tenant_id)
    await call_out(broker, globex.tenant_id, "tests.own")
    assert (await asyncio.wait_for(foreign, 60)).name == "tests.own"
    await heard.aclose()
    await other.aclose()


async def test_a_revoked_owner_hears_nothing_more(
    broker: Broker, board: Switchboard, acme: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_AGAIN_SECONDS", 0.05)
    socket = Socket(acme)
    heard = listening(socket)
    waiting = asyncio.ensure_future(anext(heard))
    await asyncio.sleep(0.1)
    socket.actor = None
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(waiting, 60)


async def test_who_may_not_read_the_journal_names_the_record(board: Switchboard, acme: Actor) -> None:
    clerk = Actor(tenant_id=acme.tenant_id, kind=acme.kind, id=acme.id)
    with pytest.raises(Forbidden):
        await anext(listening(Socket(clerk)))
    with pytest.raises(NotFound):
        await anext(listening(Socket(clerk), subject_id=uuid4()))
    heard = listening(Socket(clerk), subject_id=SEEN)
    waiting = asyncio.ensure_future(anext(heard))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    waiting.cancel()


async def test_everybody_hears_of_the_approvals_that_they_see(broker: Broker, board: Switchboard, acme: Actor) -> None:
    clerk = Actor(tenant_id=acme.tenant_id, kind=acme.kind, id=acme.id)
    for names in (["approvals.decided", "requests.submitted"], []):
        with pytest.raises(Forbidden):
            await anext(listening(Socket(clerk), names=names))
    heard = listening(Socket(clerk), names=["approvals.decided", "approvals.opened"])
    first = asyncio.ensure_future(anext(heard))
    await call_out(broker, acme.tenant_id, "approvals.opened", subject_id=uuid4())
    await call_out(broker, acme.tenant_id, "requests.submitted", subject_id=SEEN)
    await call_out(broker, acme.tenant_id, "approvals.decided", subject_id=SEEN)
    assert (await asyncio.wait_for(first, 60)).name == "approvals.decided"
    await heard.aclose()


async def test_who_follows_an_approval_hears_what_happens_in_its_seats(
    broker: Broker, board: Switchboard, acme: Actor
) -> None:
    clerk = Actor(tenant_id=acme.tenant_id, kind=acme.kind, id=acme.id)
    heard = listening(Socket(clerk), subject_id=SEEN)
    first = asyncio.ensure_future(anext(heard))
    seat = uuid4()
    await call_out(broker, acme.tenant_id, "approvals.decided", subject_id=uuid4(), case_id=uuid4())
    await call_out(broker, acme.tenant_id, "approvals.decided", subject_id=seat, case_id=SEEN)
    found = await asyncio.wait_for(first, 60)
    assert (found.subject_id, found.approval_id) == (seat, SEEN)
    await heard.aclose()
