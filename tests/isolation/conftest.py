"""A database of its own for these tests: migrated, with two companies that have rows in every table."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import asyncpg
import pytest

from api.reading import documents
from migrations.run import upgrade_async
from tenancy.database import Database, database, open_database
from tests.isolation.companies import Company, found
from tests.isolation.graphql_walk import Walker
from zhidu.embedded.postgres import SUPERUSER, Postgres


@dataclass(frozen=True)
class Ground:
    """One migrated database with two companies in it. Nobody stays connected, so that it can be copied."""

    server: Postgres
    name: str
    acme: Company
    globex: Company

    @property
    def app_url(self) -> str:
        """As the application's role."""
        return self.server.url("zhidu_app", "app", self.name)

    @property
    def url(self) -> str:
        """As the superuser: for looking, and for sabotage."""
        return self.server.url(SUPERUSER, self.server.password, self.name)


@asynccontextmanager
async def created(server: Postgres, name: str, template: str | None = None) -> AsyncIterator[str]:
    """A database that is gone afterwards."""
    door = await asyncpg.connect(server.url(SUPERUSER, server.password, "postgres"))
    try:
        await door.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        if template is not None:
            # A copy has everything but the rights on the database itself.
            await door.execute(f'REVOKE CREATE, TEMPORARY ON DATABASE "{name}" FROM PUBLIC')
        yield name
        await door.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await door.close()


@pytest.fixture(scope="session")
async def ground(server: Postgres) -> AsyncIterator[Ground]:
    """The database of these tests; it is only looked at."""
    async with created(server, "isolation"):
        await upgrade_async(server.url(SUPERUSER, server.password, "isolation"))
        filling = Database(server.url("zhidu_app", "app", "isolation"), 1)
        await filling.open()
        try:
            async with filling.pool.acquire() as connection:
                acme, globex = await found(connection, "acme"), await found(connection, "globex")
        finally:
            await filling.close()
        yield Ground(server, "isolation", acme, globex)


@pytest.fixture
async def copy(ground: Ground) -> AsyncIterator[Ground]:
    """A copy of it for one test, to be spoiled."""
    async with created(ground.server, f"spoiled-{uuid4().hex[:8]}", ground.name) as name:
        yield Ground(ground.server, name, ground.acme, ground.globex)


@pytest.fixture
async def superuser(ground: Ground) -> AsyncIterator[asyncpg.Connection]:
    """A look behind the curtain."""
    connection = await asyncpg.connect(ground.url)
    yield connection
    await connection.close()


@asynccontextmanager
async def housed(ground: Ground, connections: int) -> AsyncIterator[None]:
    """The product's own doors lead to the database of these tests."""
    before = database.url, database.size, database._pool
    await open_database(ground.app_url, connections)
    try:
        yield
    finally:
        await database.close()
        database.url, database.size, database._pool = before


@pytest.fixture(scope="session")
def walker(ground: Ground) -> Iterator[Walker]:
    """One for the run: what its readers have planned once they need not plan again, however much that is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "KEPT_DOCUMENTS", 5_000)
        patch.setattr(documents, "KEPT_SHAPES", 1_000)
        yield Walker(ground.acme, ground.globex)
