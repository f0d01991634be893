"""The broker's settings are those that were measured, and its messages name a tenant or are not taken."""

from uuid import uuid4

import dramatiq
import pytest
import redis
from dramatiq.middleware import AsyncIO, Retries, SkipMessage
from redis.exceptions import NoScriptError

from tenancy.agenda import Task
from tenancy.claims import Claim
from workers.app import make_worker
from workers.broker import Messages, MessageWithoutTenant, SteadyRedis, TenantRequired

NOWHERE = "unix:///nonexistent/broker.sock"


async def _perform(claim: Claim) -> None:
    raise AssertionError("nothing is performed here")


@pytest.fixture
def messages() -> Messages:
    """Messages to a broker that is not there."""
    return Messages(NOWHERE, _perform)


def test_what_a_dead_worker_held_comes_back_within_a_minute(messages: Messages) -> None:
    assert messages.broker.heartbeat_timeout == 15_000
    assert messages.broker.maintenance_chance == 50_000


def test_no_worker_takes_more_than_it_has_threads_for(messages: Messages) -> None:
    worker = make_worker(messages, 3)
    assert (worker.worker_threads, worker.queue_prefetch, worker.worker_timeout) == (3, 3, 100)


def test_dramatiq_never_retries_by_itself(messages: Messages) -> None:
    assert not any(isinstance(each, Retries) for each in messages.broker.middleware)
    assert [type(each) for each in messages.broker.middleware] == [TenantRequired, AsyncIO]


def test_a_message_carries_ids_and_nothing_else(messages: Messages, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dramatiq.Message[None]] = []
    monkeypatch.setattr(messages.broker, "enqueue", lambda message, delay=None: sent.append(message))
    claim = Claim(uuid4(), uuid4(), Task.SEND, 7)
    messages.wake([claim])
    assert sent[0].args == ()
    assert sent[0].kwargs == {"tenant": str(claim.tenant_id), "item": str(claim.item_id), "task": "send", "fence": 7}


@pytest.mark.parametrize("tenant", [None, "", "acme", 7])
def test_a_message_without_a_tenant_is_neither_sent_nor_taken(messages: Messages, tenant: object) -> None:
    message = messages.actor.message(tenant=tenant, item=str(uuid4()), task="send", fence=1)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(MessageWithoutTenant):
        messages.broker.enqueue(message)
    with pytest.raises(SkipMessage):
        messages.broker.emit_before("process_message", message)


def test_a_broker_that_is_not_there_says_so(messages: Messages) -> None:
    with pytest.raises(redis.ConnectionError):
        messages.waiting()
    with pytest.raises(redis.ConnectionError):
        messages.wake([Claim(uuid4(), uuid4(), Task.SEND, 1)])


@pytest.mark.parametrize(
    ("raised", "seen"),
    [
        (redis.TimeoutError("slow"), redis.ConnectionError),
        (redis.ResponseError("MISCONF disk full"), redis.ConnectionError),
        (redis.ConnectionError("gone"), redis.ConnectionError),
        (NoScriptError("load it first"), NoScriptError),
    ],
)
def test_every_trouble_looks_like_a_lost_connection_because_threads_survive_that_one(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, seen: type[Exception]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(redis.Redis, "execute_command", fail)
    with pytest.raises(seen):
        SteadyRedis.from_url(NOWHERE).ping()
