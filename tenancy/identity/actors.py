"""From a bearer token or a session cookie to the actor; what is found is remembered.

So a request costs a hash and a look into a dictionary. It is believed for three seconds, and for a minute while the
process hears (`watch`) whose access changes: whoever is revoked, disabled or given other roles is met as such at
once where that is heard, and within five seconds by every process.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import JSON, SQLColumnExpression, Text, bindparam, func, literal_column, null, or_, select, true, update
from sqlalchemy.sql.compiler import SQLCompiler

from tenancy import secrets
from tenancy.actor import Actor, ActorKind
from tenancy.database import look
from tenancy.identity import credentials, partner_tokens
from tenancy.identity.door import tenant_door
from tenancy.identity.models import AccessToken, Session
from tenancy.identity.permits import granted_to
from tenancy.identity.sessions import IDLE
from tenancy.language import Language, negotiate
from tenancy.members import Member, Role
from tenancy.refusals import Unauthenticated
from tenancy.statements import DIALECT

REMEMBERED_SECONDS = 3.0
# While the process hears of every change.
HEARING_SECONDS = 60.0
MOST_REMEMBERED = 5_000
# `last_used_at` is written no more often than this, so that reading stays reading.
TOUCHED_AFTER = timedelta(minutes=10)

Clock = Callable[[], float]


@dataclass(frozen=True)
class Found:
    """Who a token belongs to, and for how many seconds the token is still good; None is without end."""

    actor: Actor
    seconds_left: float | None = None


class _Known(NamedTuple):
    """An actor, until when they are believed in any case, and until when while changes are heard."""

    actor: Actor
    until: float
    until_hearing: float


class Remembered:
    """The actors of the last seconds, by the fingerprints of their tokens; several requests at once ask once."""

    def __init__(
        self, seconds: float = REMEMBERED_SECONDS, most: int = MOST_REMEMBERED, clock: Clock = time.monotonic
    ) -> None:
        self.seconds, self.most, self.clock = seconds, most, clock
        self._known: dict[bytes, _Known] = {}
        # When a call was last heard that had been made at this instant or before, and how many changes were heard.
        self.heard_at = float("-inf")
        self._changes = 0
        self._asked: dict[bytes, asyncio.Task[Actor]] = {}

    def known(self, token: str) -> Actor | None:
        """The token's actor, if it is remembered."""
        known = self._known.get(secrets.fingerprint(token))
        return known.actor if known is not None and self._believes(known, self.clock()) else None

    def _believes(self, known: "_Known", now: float) -> bool:
        return now < known.until or now < min(known.until_hearing, self.heard_at + self.seconds)

    async def actor(self, token: str, find: Callable[[str], Awaitable[Found]]) -> Actor:
        """The token's actor, remembered or found; what `find` refuses is not remembered."""
        known = self.known(token)
        if known is not None:
            return known
        key = secrets.fingerprint(token)
        asked = self._asked.get(key)
        if asked is None:
            asked = asyncio.ensure_future(self._find(key, token, find))
            self._asked[key] = asked
            asked.add_done_callback(lambda task: self._answered(key, task))
        # One request that is called off must not take the answer from the others.
        return await asyncio.shield(asked)

    async def anew(self, token: str, find: Callable[[str], Awaitable[Found]]) -> Actor:
        """The token's actor as they are at this moment, whatever is remembered or being asked."""
        self.forget(token)
        return await self._find(secrets.fingerprint(token), token, find)

    async def _find(self, key: bytes, token: str, find: Callable[[str], Awaitable[Found]]) -> Actor:
        # The seconds run from before the look, or a slow look would lengthen them.
        asked_at, changes = self.clock(), self._changes
        found = await find(token)
        left = float("inf") if found.seconds_left is None else found.seconds_left
        # What changed during the look may not be in what was found.
        hearing = HEARING_SECONDS if changes == self._changes else self.seconds
        self._known.pop(key, None)
        if len(self._known) >= self.most:
            self._make_room()
        self._known[key] = _Known(found.actor, asked_at + min(self.seconds, left), asked_at + min(hearing, left))
        return found.actor

    def _answered(self, key: bytes, task: asyncio.Task[Actor]) -> None:
        self._asked.pop(key, None)
        if not task.cancelled():
            # Nobody may be left to hear of a refusal.
            task.exception()

    def forget(self, token: str) -> None:
        """Know nothing of a token any more; other processes do so within their three seconds."""
        self._known.pop(secrets.fingerprint(token), None)

    def hears(self, called_at: float) -> None:
        """Take note that changes are heard: a call was, which had been made at this instant of the clock."""
        self.heard_at = called_at

    def forget_company(self, tenant_id: UUID) -> None:
        """Know nobody of a company any more, as somebody's access has changed there."""
        self._changes += 1
        self._known = {key: known for key, known in self._known.items() if known.actor.tenant_id != tenant_id}

    def forget_all(self) -> None:
        """Know nobody any more."""
        self._changes += 1
        self._known.clear()

    def _make_room(self) -> None:
        now = self.clock()
        self._known = {key: known for key, known in self._known.items() if self._believes(known, now)}
        while len(self._known) >= self.most:
            self._known.pop(next(iter(self._known)))

    def __len__(self) -> int:
        return len(self._known)


ACTORS = Remembered()


async def actor_for(
    authorization: str | None,
    cookie: str | None,
    accept_language: str | None,
    *,
    remembered: Remembered = ACTORS,
    anew: bool = False,
) -> Actor:
    """Who sends this request; raises `Unauthenticated` for nobody, and for whatever is unknown, expired or revoked.

    `authorization` is the whole header and goes before `cookie`, the value of the session cookie. A member is spoken
    to in their own language, a partner's client in the one it accepts. Suspended companies read: writing refuses them.
    `anew` looks, whatever is remembered.
    """
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or token.startswith(credentials.SESSION):
            raise Unauthenticated
    elif cookie is not None and cookie.startswith((credentials.SESSION, credentials.PORTAL)):
        token = cookie
    else:
        raise Unauthenticated
    if not token.isascii():
        raise Unauthenticated
    if anew:
        actor = await remembered.anew(token, _find)
    else:
        actor = remembered.known(token) or await remembered.actor(token, _find)
    if actor.kind is ActorKind.CLIENT and accept_language is not None:
        language = _preferred(accept_language)
        return actor if language == actor.language else replace(actor, language=language)
    return actor


@lru_cache(maxsize=256)
def _preferred(accept_language: str) -> Language:
    return negotiate(accept_language, Language.EN)


# Whose other tokens are, by how they begin: the house above keeps those of people who are no members.
FINDERS: dict[str, Callable[[str], Awaitable[Found]]] = {}


async def _find(token: str) -> Found:
    find = FINDERS.get(token[: len(credentials.PORTAL)])
    if find is not None:
        return await find(token)
    if token.startswith(credentials.PERSONAL):
        return await _member(token, AccessToken)
    if token.startswith(credentials.SESSION):
        return await _member(token, Session)
    return await _client(token)


async def _member(token: str, table: type[AccessToken] | type[Session]) -> Found:
    tenant_id = credentials.tenant_of(token)
    if tenant_id is None:
        raise Unauthenticated
    sql, arguments = _wanted(table)
    given = {"tenant": str(tenant_id), "hash": secrets.fingerprint(token)}
    found = await look(sql, [given.get(name, constant) for name, constant in arguments])
    if found is None:
        raise Unauthenticated
    if found["stale"]:
        async with tenant_door(tenant_id) as door:
            await door.rows(update(table).where(table.id == UUID(found["id"])).values(last_used_at=func.now()))
    permissions = frozenset(word for role in found["granted"] or () for word in role)
    if found["scopes"] is not None:
        permissions &= frozenset(found["scopes"])
    actor = Actor(
        tenant_id=tenant_id,
        kind=ActorKind.MEMBER,
        id=UUID(found["member_id"]),
        permissions=permissions,
        language=found["language"],
    )
    return Found(actor, found["seconds_left"])


@cache
def _wanted(table: type[AccessToken] | type[Session]) -> tuple[str, tuple[tuple[str, Any], ...]]:
    """The statement that finds a token's owner, and its arguments: names with the values of those that never vary.

    It is one round trip: it sets the tenant itself, and looks at nothing before it has, as the reader's statements do.
    """
    tenant = func.set_config("app.tenant", bindparam("tenant", type_=Text()), literal_column("true"))
    context = select(tenant.label("tenant")).cte("context").prefix_with("MATERIALIZED", dialect="postgresql")
    ends: SQLColumnExpression[Any]
    scopes: SQLColumnExpression[Any]
    if table is AccessToken:
        ends, scopes = AccessToken.expires_at, AccessToken.scopes
    else:
        ends, scopes = func.least(Session.expires_at, Session.last_used_at + IDLE), null()
    granted = granted_to(table.member_id).with_only_columns(func.json_agg(Role.permissions)).correlate(table)
    found = (
        select(
            table.id,
            table.member_id,
            Member.language,
            scopes.label("scopes"),
            func.extract("epoch", ends - func.now()).label("seconds_left"),
            func.coalesce(table.last_used_at < func.now() - TOUCHED_AFTER, true()).label("stale"),
            granted.scalar_subquery().label("granted"),
        )
        .join(Member, Member.id == table.member_id)
        .where(context.c.tenant.is_not(None), table.hash == bindparam("hash"), table.revoked_at.is_(None))
        .where(Member.active, or_(ends.is_(None), ends > func.now()))
        .correlate(context)
        .subquery("found")
    )
    row = select(func.row_to_json(found.table_valued(), type_=JSON())).scalar_subquery()
    compiled = select(row).select_from(context).compile(dialect=DIALECT)
    assert isinstance(compiled, SQLCompiler)
    return compiled.string, tuple((name, compiled.params[name]) for name in compiled.positiontup or ())


async def _client(token: str) -> Found:
    said = await partner_tokens.recognise(token)
    permissions = await partner_tokens.usable_scopes(said) if said is not None else None
    if said is None or permissions is None:
        raise Unauthenticated
    actor = Actor(
        tenant_id=said.tenant_id,
        kind=ActorKind.CLIENT,
        id=said.client_id,
        permissions=permissions,
        language=Language.EN,
    )
    return Found(actor, said.expires_at - time.time())
