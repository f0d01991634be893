"""Partners' OAuth clients: programs that act in their own name, with scopes that are permissions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, select, true

from tenancy import secrets
from tenancy.actor import Actor
from tenancy.identity import credentials
from tenancy.identity.door import tenant_door
from tenancy.identity.events import ClientCreated, ClientDisabled, ClientSecretRotated
from tenancy.identity.inputs import clean_name, clean_scopes
from tenancy.identity.models import ClientSecret, OAuthClient
from tenancy.identity.permits import MANAGE_ACCESS, require_all
from tenancy.refusals import Conflict, message
from tenancy.work import Work


@dataclass(frozen=True)
class KnownClient:
    """A client that is in use, as the token endpoint needs it."""

    tenant_id: UUID
    id: UUID
    scopes: frozenset[str]
    secret_hash: bytes

    @property
    def name(self) -> str:
        """The client id that the program sends."""
        return credentials.client_name(self.tenant_id, self.id)

    def has_secret(self, secret: str) -> bool:
        """Whether this is the client's secret."""
        return secrets.same(self.secret_hash, credentials.secret_hash(self.tenant_id, self.id, secret))


def visible(actor: Actor, _: Any = None) -> ColumnElement[bool]:
    """Clients are for those who manage access."""
    return true() if actor.may(MANAGE_ACCESS) else false()


def client_id_of(actor: Actor, client: OAuthClient) -> str:
    """What the partner's program sends as `client_id`."""
    return credentials.client_name(actor.tenant_id, client.id)


async def create_client(
    work: Work, *, name: str, scopes: Sequence[str], partner: str = ""
) -> tuple[OAuthClient, str, str]:
    """Register a partner's program with permissions that the actor holds; gives its id and, this once, its secret."""
    work.actor.require(MANAGE_ACCESS)
    name, words = clean_name(name), clean_scopes(scopes)
    require_all(work.actor, words)
    if await work.first(select(OAuthClient).where(OAuthClient.name == name)) is not None:
        raise Conflict(message("There is a client “{name}” already."), {"name": name}, path=("name",))
    client = work.add(
        OAuthClient(
            name=name,
            partner=clean_name(partner, "partner") if partner else name,
            scopes=words,
            created_at=work.opening.real_now,
        )
    )
    secret = _new_secret()
    work.add(ClientSecret(client_id=client.id, hash=_hash(work, client, secret)))
    work.record(ClientCreated(client_id=client.id), about=client)
    return client, client_id_of(work.actor, client), secret


async def rotate_client_secret(work: Work, *, client_id: UUID) -> tuple[OAuthClient, str]:
    """Give a client another secret; the old one opens nothing from now on. Tokens in use live out their half hour."""
    work.actor.require(MANAGE_ACCESS)
    client = await work.get(OAuthClient, client_id, "clientId", lock=True)
    # Whoever knows the secret acts as the client.
    require_all(work.actor, client.scopes)
    secret = _new_secret()
    kept = await work.first(select(ClientSecret).where(ClientSecret.client_id == client_id).with_for_update())
    if kept is None:
        work.add(ClientSecret(client_id=client_id, hash=_hash(work, client, secret)))
    else:
        kept.hash = _hash(work, client, secret)
    work.record(ClientSecretRotated(client_id=client_id), about=client)
    return client, secret


async def disable_client(work: Work, *, client_id: UUID) -> OAuthClient:
    """Shut a client out within seconds, together with every token it has."""
    work.actor.require(MANAGE_ACCESS)
    client = await work.get(OAuthClient, client_id, "clientId", lock=True)
    if client.disabled_at is None:
        client.disabled_at = work.opening.real_now
        work.record(ClientDisabled(client_id=client_id), about=client)
    return client


async def find_client(client_id: str) -> KnownClient | None:
    """The client in use of this client id, searched in the tenant that it names and nowhere else."""
    named = credentials.read_client_name(client_id)
    if named is None:
        return None
    async with tenant_door(named.tenant_id) as door:
        row = await door.row(
            select(OAuthClient.scopes, ClientSecret.hash)
            .join(ClientSecret, ClientSecret.client_id == OAuthClient.id)
            .where(OAuthClient.id == named.client_id, OAuthClient.disabled_at.is_(None))
        )
    if row is None:
        return None
    return KnownClient(
        tenant_id=named.tenant_id, id=named.client_id, scopes=frozenset(row["scopes"]), secret_hash=row["hash"]
    )


def _new_secret() -> str:
    return secrets.new_token(credentials.CLIENT_SECRET)


def _hash(work: Work, client: OAuthClient, secret: str) -> bytes:
    return credentials.secret_hash(work.actor.tenant_id, client.id, secret)
