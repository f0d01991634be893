"""Subscriptions: the journal says that something changed, and the client reads again what it may read."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import redis.asyncio
import strawberry
import structlog
from redis.exceptions import RedisError
from sqlalchemy import Text, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from api.auth.authentication import authenticate, read_headers
from api.sockets import Handler
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from tenancy.actor import Actor
from tenancy.channels import Change, changes
from tenancy.config import settings
from tenancy.database import reading
from tenancy.identity.actors import actor_for
from tenancy.journal import JournalEntry
from tenancy.models import TenantModel
from tenancy.refusals import Invalid, NotFound, Refusal, message

log = structlog.get_logger(__name__)

# A listener that does not keep up is cut off rather than kept in memory; it reads again when it comes back.
WAITING_CHANGES = 500
# So often a socket's owner is looked at again: revoked means silent within five seconds.
LOOK_AGAIN_SECONDS = 2.0
CONNECTED_AGAIN_AFTER_SECONDS = 1.0
# The facts that everybody may wait for without naming a record: they fill one's own inbox.
OWN_FACTS = "approvals."


class Switchboard:
    """One connection to the broker for all sockets of the process; each tenant's changes reach its own listeners."""

    def __init__(self, url: str) -> None:
        self._client = redis.asyncio.Redis.from_url(url)
        self._pubsub = self._client.pubsub(ignore_subscribe_messages=True)
        self._listeners: dict[UUID, set[asyncio.Queue[Change | None]]] = {}
        self._subscribed: set[UUID] = set()
        self._task: asyncio.Task[None] | None = None
        # redis-py would open a second connection for two subscriptions at once, and hear only one of them.
        self._one_at_a_time = asyncio.Lock()

    async def listen(self, tenant_id: UUID) -> asyncio.Queue[Change | None]:
        """A queue of the tenant's changes from now on; None in it ends it: its reader did not keep up."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue(WAITING_CHANGES)
        self._listeners.setdefault(tenant_id, set()).add(queue)
        try:
            async with self._one_at_a_time:
                if tenant_id not in self._subscribed:
                    await self._pubsub.subscribe(changes(tenant_id))
                    self._subscribed.add(tenant_id)
        except BaseException:
            await self.leave(tenant_id, queue)
            raise
        if self._task is None:
            self._task = asyncio.create_task(self._hear())
        return queue

    async def leave(self, tenant_id: UUID, queue: asyncio.Queue[Change | None]) -> None:
        """Nobody waits at this queue any more."""
        listeners = self._listeners.get(tenant_id, set())
        listeners.discard(queue)
        if not listeners:
            self._listeners.pop(tenant_id, None)
            async with self._one_at_a_time:
                # Somebody of the company may have come meanwhile.
                if tenant_id not in self._listeners and tenant_id in self._subscribed:
                    self._subscribed.discard(tenant_id)
                    with suppress(RedisError, OSError):
                        await self._pubsub.unsubscribe(changes(tenant_id))

    async def close(self) -> None:
        """Hang up."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._pubsub.aclose()  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
        await self._client.aclose()

    async def _hear(self) -> None:
        while True:
            try:
                heard = await self._pubsub.get_message(timeout=LOOK_AGAIN_SECONDS)
                if heard is not None:
                    self._hand_out(heard)
            except (RedisError, OSError, RuntimeError) as problem:
                # Changes missed meanwhile are not lost: they are in the journal, and clients read again.
                log.warning("live.deaf", error=str(problem))
                await asyncio.sleep(CONNECTED_AGAIN_AFTER_SECONDS)

    def _hand_out(self, heard: dict[str, Any]) -> None:
        tenant_id = UUID(heard["channel"].decode().split(":")[1])
        try:
            change = Change.load(heard["data"], tenant_id=tenant_id)
        except (ValueError, KeyError):
            return
        for queue in self._listeners.get(tenant_id, set()):
            if queue.full():
                log.info("live.slow_listener", tenant=str(tenant_id))
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(None)
                continue
            queue.put_nowait(change)


Sees = Callable[[Actor, UUID], Awaitable[bool]]
"""Whether an actor sees the record with an id."""


class LiveContext:
    """One socket: who opened it, and with what they did, so that it can be looked at again."""

    def __init__(self, scope: Any, sees: Sees) -> None:
        self.scope, self.sees = scope, sees
        self.actor: Actor | None = None
        self.authorization: str | None = None
        # strawberry puts what the client sent with connection_init here.
        self.connection_params: dict[str, Any] | None = None

    async def look(self) -> Actor:
        """Who it is now; raises `Refusal` when they may not come in any more."""
        if self.authorization is not None:
            preferred = read_headers(self.scope).get(b"accept-language")
            self.actor = await actor_for(self.authorization, None, preferred)
        else:
            self.actor = await authenticate(self.scope)
        return self.actor


class Live(GraphQL[LiveContext, None]):
    """The WebSocket behind /graphql: graphql-transport-ws and no other protocol."""

    graphql_transport_ws_handler_class = Handler

    def __init__(self, schema: strawberry.Schema, sees: Sees) -> None:
        self._sees = sees
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=10),
            max_subscriptions_per_connection=None,
        )

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> LiveContext:
        """The socket's own context."""
        return LiveContext(request.scope, self._sees)

    async def on_ws_connect(self, context: LiveContext) -> dict[str, object]:
        """Let in who sends a token with connection_init, or a session cookie from our own pages."""
        given = (context.connection_params or {}).get("authorization")
        if isinstance(given, str):
            context.authorization = given if " " in given else f"Bearer {given}"
        try:
            await context.look()
        except Refusal as refusal:
            raise ConnectionRejectionError({"code": refusal.code}) from None
        return {}


SWITCHBOARDS: list[Switchboard] = []


async def open_switchboard() -> None:
    """From here on sockets hear changes."""
    SWITCHBOARDS.append(Switchboard(settings().broker_url))


async def close_switchboard() -> None:
    """No socket hears anything any more."""
    while SWITCHBOARDS:
        await SWITCHBOARDS.pop().close()


@strawberry.type(description="Something changed. Read it again; what you may not see, you will not be shown.")
class Changed:
    """A fact, by its name and the record it is about."""

    name: str = strawberry.field(description="What happened, such as requests.assigned.")
    entry_id: UUID = strawberry.field(description="The journal's entry.")
    subject_kind: str | None = strawberry.field(description="The kind of the record it is about.")
    subject_id: UUID | None = strawberry.field(
        description="The record it is about; ask for it with node. Of decisions in an approval it is the seat."
    )
    approval_id: UUID | None = strawberry.field(
        description="The approval to which the record belongs, where that is a seat or the approval itself; else null."
    )


async def _allowed(context: LiveContext, subject_id: UUID | None, names: list[str] | None) -> Actor:
    """Who listens now, if they still may: to everything with journal.read, else to a record that they see, or to the
    facts of approvals, of which they hear those that they see."""
    actor = await context.look()
    if actor.may(Permission.JOURNAL_READ):
        return actor
    if subject_id is not None:
        if not await context.sees(actor, subject_id):
            raise NotFound(path=("subjectId",))
    elif not names or not all(name.startswith(OWN_FACTS) for name in names):
        actor.require(Permission.JOURNAL_READ)
    return actor


async def _refuse_strange(context: LiveContext, actor: Actor, subject_id: UUID) -> None:
    """Refuse with `NotFound` what the company has not: whoever reads the journal hears of all that it has, also of
    what they don't see and of what is gone; of the rest nothing will ever be heard."""
    if not actor.may(Permission.JOURNAL_READ) or await context.sees(actor, subject_id):
        return
    kinds = bindparam("kinds", sorted(TenantModel.metadata.tables), type_=ARRAY(Text))
    told = (JournalEntry.subject_kind == any_(kinds), JournalEntry.subject_id == subject_id)
    async with reading(actor) as work:
        if await work.value(select(JournalEntry.id).where(*told).limit(1)) is None:
            raise NotFound(path=("subjectId",))


async def _hears(context: LiveContext, actor: Actor, change: Change) -> bool:
    """Whether they may know of a change: with journal.read of any, else of what they see."""
    if actor.may(Permission.JOURNAL_READ):
        return True
    return change.subject_id is not None and await context.sees(actor, change.subject_id)


def _approval_of(change: Change) -> UUID | None:
    return change.subject_id if change.subject_kind == SubjectKind.APPROVAL else change.case_id


async def changed(
    info: strawberry.Info, names: list[str] | None = None, subject_id: UUID | None = None
) -> AsyncIterator[Changed]:
    """Facts of the company as they happen, until the socket's owner may not come in any more."""
    context: LiveContext = info.context
    actor = await _allowed(context, subject_id, names)
    if names is not None and len(names) > 100:
        raise Invalid(message("Name at most {most} facts."), {"most": 100}, path=("names",))
    if subject_id is not None:
        await _refuse_strange(context, actor, subject_id)
    board = SWITCHBOARDS[0]
    queue = await board.listen(actor.tenant_id)
    try:
        while True:
            change, heard = None, False
            with suppress(TimeoutError):
                change, heard = await asyncio.wait_for(queue.get(), LOOK_AGAIN_SECONDS), True
            if heard and change is None:
                return
            try:
                actor = await _allowed(context, subject_id, names)
            except Refusal:
                return
            if change is None or (names is not None and change.name not in names):
                continue
            if subject_id is not None and subject_id not in (change.subject_id, change.case_id):
                continue
            if subject_id is None and not await _hears(context, actor, change):
                continue
            yield Changed(
                name=change.name,
                entry_id=change.entry_id,
                subject_kind=change.subject_kind,
                subject_id=change.subject_id,
                approval_id=_approval_of(change),
            )
    finally:
        await board.leave(actor.tenant_id, queue)
