"""The written form of tokens and client ids: each names its tenant, so that its row is found behind the tenant's guard.

A personal token is `zhp_`, a session `zhs_`, a contact's way into the portal `zhv_`, then the tenant's id and 256
random bits; a client id is `zhc_`, then the tenant's id and the client's. The tenant in a token is a claim: its hash is
searched among that tenant's rows only.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from tenancy import secrets

PERSONAL = "zhp_"
SESSION = "zhs_"
PORTAL = "zhv_"
CLIENT = "zhc_"
CLIENT_SECRET = "zhk_"  # noqa: S105  # what such secrets begin with

_TOKEN = re.compile(r"(?:zhp|zhs|zhv)_([0-9a-f]{32})_[A-Za-z0-9_-]{43}")
_CLIENT_ID = re.compile(r"zhc_([0-9a-f]{32})_([0-9a-f]{32})")


@dataclass(frozen=True)
class ClientName:
    """What a client id says."""

    tenant_id: UUID
    client_id: UUID


def new_token(prefix: str, tenant_id: UUID) -> str:
    """A new token of a tenant; only its fingerprint is kept."""
    return secrets.new_token(f"{prefix}{tenant_id.hex}_")


def tenant_of(token: str) -> UUID | None:
    """The tenant that a personal token or a session names, or None when it has another form."""
    found = _TOKEN.fullmatch(token)
    return UUID(found[1]) if found else None


def client_name(tenant_id: UUID, client_id: UUID) -> str:
    """The client id that a partner's program sends."""
    return f"{CLIENT}{tenant_id.hex}_{client_id.hex}"


def read_client_name(text: str) -> ClientName | None:
    """What a client id says, or None when it is none."""
    found = _CLIENT_ID.fullmatch(text)
    return ClientName(tenant_id=UUID(found[1]), client_id=UUID(found[2])) if found else None


def secret_hash(tenant_id: UUID, client_id: UUID, secret: str) -> bytes:
    """What is kept of a client's secret: good for this client of this tenant, not for a copy restored elsewhere."""
    return secrets.fingerprint(f"{client_name(tenant_id, client_id)}:{secret}")
