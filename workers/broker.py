"""The broker as the yard uses it: it carries ids that wake workers, and may lose everything it holds."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AsyncIO, Middleware, MiddlewareError, SkipMessage
from redis.exceptions import NoScriptError, RedisError

from tenancy.agenda import Task
from tenancy.claims import Claim

QUEUE = "agenda"
NAMESPACE = "zhidu"

# A worker that is gone for so long gives its messages back; leases in PostgreSQL end at about the same time.
HEARTBEAT_TIMEOUT_MS = 15_000
# In a million commands. Dramatiq's own chance leaves an idle installation's stranded messages for half an hour.
MAINTENANCE_CHANCE = 50_000
# How long an idle worker sleeps between two looks.
WORKER_TIMEOUT_MS = 100
ANSWER_SECONDS = 5.0

Perform = Callable[[Claim], Awaitable[None]]


class SteadyRedis(redis.Redis):
    """A client whose every trouble is a lost connection: Dramatiq waits those out, and its threads die of others."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Send one command."""
        try:
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]  # redis leaves it untyped
        except (redis.ConnectionError, NoScriptError):
            raise
        except RedisError as problem:
            raise redis.ConnectionError(f"{type(problem).__name__}: {problem}") from problem


class MessageWithoutTenant(MiddlewareError):
    """A message must name its tenant; without one nothing may be read or done."""


class TenantRequired(Middleware):
    """Refuses messages without a tenant: at sending with an error, at receiving by dropping them."""

    def before_enqueue(self, broker: dramatiq.Broker, message: Any, delay: int | None) -> None:
        """Dramatiq's hook."""
        if not _names_tenant(message):
            raise MessageWithoutTenant(f"{message.actor_name} was sent without a tenant")

    def before_process_message(self, broker: dramatiq.Broker, message: Any) -> None:
        """Dramatiq's hook."""
        if not _names_tenant(message):
            raise SkipMessage(f"{message.actor_name} came without a tenant")


def _names_tenant(message: Any) -> bool:
    try:
        return bool(UUID(message.kwargs.get("tenant")))
    except (TypeError, ValueError, AttributeError):
        return False


class Messages:
    """What relay and worker agree on: one actor, whose message is a claim's four words."""

    def __init__(self, url: str, perform: Perform) -> None:
        self.client = SteadyRedis.from_url(
            url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS, health_check_interval=30
        )
        # Dramatiq's other middleware is left out on purpose. Above all it never retries (max_retries = 0): when to
        # try again is written in PostgreSQL, and a message that failed has done its work, which is to wake.
        self.broker = RedisBroker(  # type: ignore[no-untyped-call]  # Dramatiq leaves it untyped
            client=self.client,
            middleware=[TenantRequired(), AsyncIO()],
            namespace=NAMESPACE,
            heartbeat_timeout=HEARTBEAT_TIMEOUT_MS,
            maintenance_chance=MAINTENANCE_CHANCE,
        )

        @dramatiq.actor(broker=self.broker, queue_name=QUEUE, actor_name="attempt")
        async def attempt(*, tenant: str, item: str, task: str, fence: int) -> None:
            await perform(Claim(UUID(tenant), UUID(item), Task(task), fence))

        self.actor = attempt

    def wake(self, claims: Sequence[Claim]) -> None:
        """Send one message for each claim, in this order. Raises when the broker is not there."""
        for claim in claims:
            self.actor.send(
                tenant=str(claim.tenant_id), item=str(claim.item_id), task=str(claim.task), fence=claim.fence
            )

    def waiting(self) -> int:
        """How many messages no worker has fetched yet. Raises when the broker is not there."""
        return int(self.client.llen(f"{NAMESPACE}:{QUEUE}"))

    def close(self) -> None:
        """Hang up."""
        self.broker.close()
        self.client.close()
