"""The handbook's addresses without a socket, and who asks there."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette

from api.handbook.routes import ROUTES
from domain.consequences import settle
from domain.kernel.permissions import Permission
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.identity import tokens
from tenancy.members import Member


@dataclass
class Reader:
    """Somebody who reads documents."""

    client: httpx.AsyncClient
    headers: dict[str, str]

    async def get(self, address: str, **headers: str) -> httpx.Response:
        """What is at an address for them."""
        return await self.client.get(address, headers={**self.headers, **headers})


class Readers:
    """Gives people their tokens."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def reader(self, actor: Actor, *, language: str = "en", scopes: Sequence[Permission] | None = None) -> Reader:
        """A company's administrator, or one limited to some permissions, who reads a language."""
        async with writing(actor, settle=settle) as work:
            (await work.get(Member, actor.id)).language = language  # type: ignore[arg-type]  # a member's
            _, token = await tokens.create_access_token(work, name=uuid4().hex, scopes=scopes)
        return Reader(self.client, {"authorization": f"Bearer {token}"})


@pytest.fixture
async def readers(pool: None) -> AsyncIterator[Readers]:
    """The handbook's addresses, asked by whomever one names."""
    app = Starlette(routes=ROUTES)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://zhidu") as client:
        yield Readers(client)
