"""One real PostgreSQL for the run, migrated once; a new company for every test that asks for one."""

import gc
import os
import pickle
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import asyncpg
import hypothesis
import pytest
import structlog
from sqlalchemy import ARRAY, JSON

from domain.consequences import settle
from domain.kernel.permissions import Permission
from migrations.run import upgrade
from tenancy import storage
from tenancy.actor import Actor, ActorKind
from tenancy.config import settings
from tenancy.database import database, open_database
from tenancy.models import TenantModel
from tenancy.provisioning import create_tenant
from tenancy.storing import Statement
from tenancy.work import Work
from tests.refused import PLACES, Watched, watching
from zhidu.embedded.broker import Broker
from zhidu.embedded.postgres import SUPERUSER, Postgres, throwaway

# What is made while everything is imported stays until the end: there is nothing among it to be looked for.
gc.disable()


def pytest_collection_finish() -> None:
    """Rubbish is looked for among what the tests themselves make, not in the schema and the statements' parts."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """The database server of this run."""
    with throwaway() as running:
        running.ensure_database("zhidu")
        upgrade(running.url(SUPERUSER, running.password, "zhidu"), app_password="app")
        yield running


@pytest.fixture(scope="session")
def app_url(server: Postgres) -> str:
    """PostgreSQL as the application's role."""
    return server.url("zhidu_app", "app", "zhidu")


@pytest.fixture(scope="session")
def owner_url(server: Postgres) -> str:
    """PostgreSQL as the superuser: for looking behind the curtain, never for the product's own work."""
    return server.url(SUPERUSER, server.password, "zhidu")


@pytest.fixture(scope="session")
async def pool(app_url: str) -> AsyncIterator[None]:
    """The product's own pool, open for the whole run."""
    await open_database(app_url, 4)
    yield
    await database.close()


@pytest.fixture(scope="module")
def broker(server: Postgres) -> Iterator[Broker]:
    """A real Valkey for the tests of one file."""
    running = Broker(server.premises.directory, password="broker", premises=server.premises)
    running.start()
    # Its input ends when we do, however we end.
    watch = subprocess.Popen(
        ["/bin/sh", "-c", 'read -r never; kill "$(cat "$0")"', str(running.directory / "valkey.pid")],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield running
    finally:
        running.stop()
        watch.kill()
        watch.communicate()


# No test is timed: machines differ. On a CI machine the same examples are drawn each time, so that red means changed.
hypothesis.settings.register_profile("zhidu", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("zhidu")

# A fault is told in lines: to draw it in frames, with the variables of each, takes seconds.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)

# The settings are read once a process, so the tests' own stand before anything reads them.
os.environ.setdefault("ZHIDU_SECRET_KEY", "5a" * 32)


async def found_company(name: str = "Company", zone: str = "Asia/Shanghai") -> Actor:
    """A new company; its administrator may do everything."""
    founding = await create_tenant(
        slug=f"c{uuid4().hex[:20]}",
        name=name,
        zone=zone,
        language="en",
        administrator=("Admin", f"admin-{uuid4().hex[:8]}@example.com"),
        permissions=list(Permission),
        settle=settle,
    )
    return Actor(
        tenant_id=founding.tenant_id,
        kind=ActorKind.MEMBER,
        id=founding.member_id,
        permissions=frozenset(Permission),
    )


@cache
def _changeable(model: type[TenantModel]) -> list[str]:
    """The columns of lists and mappings."""
    return [column.name for column in model.__table__.c if isinstance(column.type, JSON | ARRAY)]


@pytest.fixture(autouse=True, scope="session")
def replaced_never_mutated() -> Iterator[None]:
    """Lists and mappings in rows are replaced: one that is changed in place would be lost in silence, so it fails."""
    pending, keep = Work._pending, Work._keep
    as_stored: WeakKeyDictionary[TenantModel, dict[str, bytes]] = WeakKeyDictionary()

    # As bytes: it is done with each row at each flush of all tests, and to copy would take longer than the tests.
    def remember(row: TenantModel, stored: Mapping[str, Any]) -> None:
        as_stored[row] = {name: pickle.dumps(stored[name]) for name in _changeable(type(row)) if name in stored}

    def watching(self: Work) -> Iterator[Statement]:
        for row, stored in self._stored.items():
            for name, before in as_stored[row].items():
                assert pickle.dumps(stored[name]) == before, (
                    f"{type(row).__name__}.{name} was changed in place: replace it"
                )
        yield from pending(self)
        for row, stored in self._stored.items():
            remember(row, stored)

    def watched(self: Work, model: type[Any], record: asyncpg.Record) -> Any:
        row = keep(self, model, record)
        remember(row, self._stored[row])
        return row

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Work, "_pending", watching)
        patch.setattr(Work, "_keep", watched)
        yield


@pytest.fixture(autouse=True, scope="session")
def watched_refusals() -> Iterator[Watched]:
    """What clauses refuse is watched: with what it is to be kept stands in `tests/refused.py`."""
    with watching() as watched:
        yield watched


@pytest.fixture(autouse=True)
def refusals_are_kept_with_their_record(watched_refusals: Watched, request: pytest.FixtureRequest) -> Iterator[None]:
    """No refusal by a clause is lost: each is kept with a record of a kind that its place says (PO-5)."""
    yield
    seen = watched_refusals.take()
    unkept = [(place, kind) for place, kind in seen if kind not in PLACES[place].kinds]
    assert unkept == [], "these are kept with something else than tests/refused.py says, or not at all"
    test = request.node.nodeid
    standing = {place for place, said in PLACES.items() if said.test in (test, test.split("[")[0])}
    unseen = standing - {place for place, _ in seen}
    assert not unseen, "this test stands for places at which it was refused nothing"


@pytest.fixture
def file_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Uploaded files lie in this folder, a folder for each company."""
    monkeypatch.setenv("ZHIDU_FILE_URL", (tmp_path / "files").as_uri())
    settings.cache_clear()
    storage.file_storage.cache_clear()
    yield tmp_path / "files"
    settings.cache_clear()
    storage.file_storage.cache_clear()


@pytest.fixture
async def acme(pool: None) -> Actor:
    """The administrator of one company."""
    return await found_company("Acme")


@pytest.fixture
async def globex(pool: None) -> Actor:
    """The administrator of another company."""
    return await found_company("Globex")
