"""What keeps things for companies outside of policies: caches, quotas, channels, objects, seals, plans, tokens.

Each check is given what it checks, says what one company had of another's, and says nothing when all is well.
"""

import contextlib
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from uuid import UUID

from sqlalchemy import ClauseElement
from uuid_utils.compat import uuid7

from api.reading import mapping
from tenancy.actor import Actor, ActorKind
from tenancy.caches import TenantCache
from tenancy.channels import Change
from tenancy.quotas import Quotas
from tenancy.refusals import NotFound
from tenancy.rows import Rows
from tenancy.secrets import Unsealable
from tenancy.statements import DIALECT
from tenancy.storage import Storage
from tests.isolation.companies import PERMISSIONS
from tests.isolation.coordinates import SCHEMA_GRAPH, shown_by

ACME, GLOBEX = uuid7(), uuid7()


def administrator(tenant_id: UUID) -> Actor:
    """Somebody of a company that needs no rows."""
    return Actor(tenant_id, ActorKind.MEMBER, uuid7(), PERMISSIONS)


def shared_by_cache(cache: TenantCache[str]) -> Iterator[str]:
    """One company keeps a value; the other asks under the same key."""
    acme, globex = (SimpleNamespace(actor=administrator(tenant_id)) for tenant_id in (ACME, GLOBEX))
    cache.keep(acme, "key", "acme's")  # type: ignore[arg-type]  # a piece of work of which only the actor is asked
    if (found := cache.find(globex, "key")) is not None:  # type: ignore[arg-type]  # as above
        yield f"the cache gives {found}"


def shared_by_quotas(quotas: Quotas) -> Iterator[str]:
    """One company uses up its points, under an id that the other's caller has too."""
    same = uuid7()
    quotas.charge(Actor(ACME, ActorKind.CLIENT, same), quotas.capacity)
    if quotas.charge(Actor(GLOBEX, ActorKind.CLIENT, same), 1).charged != 1:
        yield "the quota of another company was used up"


def shared_by_channels(name: Callable[[UUID], str], load: Callable[..., Change]) -> Iterator[str]:
    """Each company has a channel of its own, and a message that strays onto another is not taken for its own."""
    if name(ACME) == name(GLOBEX):
        yield "the channel is the same"
    stray = Change(ACME, uuid7(), "members.created", None, None).dump()
    try:
        load(stray, tenant_id=GLOBEX)
    except ValueError:
        return
    yield "a stray message is heard"


async def shared_by_storage(storage: Storage) -> list[str]:
    """One company stores an object; the other asks for it, lists its own and deletes it."""
    await storage.put(ACME, "folder/object", b"acme's")
    wrong = []
    if await storage.exists(GLOBEX, "folder/object") or await storage.listing(GLOBEX):
        wrong.append("an object is seen")
    with contextlib.suppress(NotFound):
        wrong += [f"an object is read: {piece!r}" async for piece in storage.get(GLOBEX, "folder/object")]
    await storage.delete(GLOBEX, "folder/object")
    if not await storage.exists(ACME, "folder/object"):
        wrong.append("an object was deleted")
    return wrong


def shared_by_seal(seal: Callable[..., bytes], unseal: Callable[..., bytes]) -> Iterator[str]:
    """What is sealed for one company opens for no other, nor for the installation."""
    sealed = seal(b"acme's", tenant_id=ACME, purpose="webhook-secret")
    for tenant_id in (GLOBEX, None):
        with contextlib.suppress(Unsealable):
            yield f"{tenant_id} reads {unseal(sealed, tenant_id=tenant_id, purpose='webhook-secret')!r}"


def personal_plans() -> Iterator[str]:
    """A plan serves whoever has the same permissions, so what goes into it must not be one person's or company's."""
    one, other = administrator(ACME), administrator(GLOBEX)
    for name, gtype in SCHEMA_GRAPH.type_map.items():
        shown = shown_by(gtype)
        if shown is not None:
            rows = Rows(shown.model.__table__.alias("rows"))
            if _text(shown.visible(one, rows)) != _text(shown.visible(other, rows)):
                yield f"{name}: who sees it is planned for one person"
        for field_name, field in getattr(gtype, "fields", {}).items():
            definition = getattr(field, "extensions", {}).get("strawberry-definition")
            read = mapping.read_of(definition) if definition is not None and not name.startswith("__") else None
            if read is not None and isinstance(read.how, mapping.Listed) and read.how.rows(one) != read.how.rows(other):
                yield f"{name}.{field_name}: its list is planned for one person"


def _text(condition: ClauseElement) -> str:
    compiled = condition.compile(dialect=DIALECT)
    return f"{compiled} {compiled.params}"
