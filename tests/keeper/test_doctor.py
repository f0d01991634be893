"""The doctor names what is wrong, where it is, and what mends it."""

from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import update

from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Standing
from tenancy.config import settings
from tenancy.database import writing
from tests.workers.facts import agenda, ring
from zhidu import doctor
from zhidu.doctor import Finding


@pytest.fixture(autouse=True)
async def _installation(monkeypatch: pytest.MonkeyPatch, app_url: str, owner_url: str, pool: None) -> None:
    monkeypatch.setenv("ZHIDU_DATABASE_URL", app_url)
    settings.cache_clear()
    behind = await asyncpg.connect(owner_url)
    try:
        await behind.execute("TRUNCATE agenda")
    finally:
        await behind.close()


async def parked() -> list[Finding]:
    """What the doctor says of parked work."""
    return [finding async for finding in doctor.examine() if finding.what == "parked work"]


async def slug_of(actor: Actor) -> str:
    async with writing(actor, settle=settle) as work:
        [row] = await work.sql("SELECT slug FROM tenants WHERE id = $1", actor.tenant_id)
    return str(row["slug"])


async def test_nothing_parked_is_well(acme: Actor) -> None:
    await ring(acme, 1)
    assert await parked() == [Finding("parked work", "nothing waits for a person")]


async def test_parked_items_are_named_with_their_company_their_error_and_how_to_retry_them(
    acme: Actor, globex: Actor
) -> None:
    await ring(acme, 1, 2, 3, 4)
    await ring(globex, 5)
    async with writing(acme, settle=settle) as work:
        await work.rows(update(AgendaItem).values(standing=Standing.PARKED, error="ValueError: no\nsuch bell"))
    [finding] = await parked()
    assert finding.found.startswith(f"4 in {await slug_of(acme)}: deliver ")
    assert "(ValueError: no such bell)" in finding.found
    assert finding.found.endswith("; and 1 more")
    assert sum(str(item.id) in finding.found for item in await agenda(acme)) == doctor.SHOWN_ITEMS
    assert await slug_of(globex) not in finding.found
    assert "releaseItem" in finding.mend
    assert "agenda(filter: {standing: {eq: PARKED}})" in finding.mend


async def test_what_the_doctor_advises_is_understood_by_the_api() -> None:
    from graphql import parse, validate

    from api.schema import SCHEMA

    query = doctor.RETRY.partition("with ")[2].partition(";")[0]
    mutation = "mutation " + doctor.RETRY.rpartition("with mutation ")[2].replace("…", str(uuid4()))
    for document in (query, mutation):
        assert validate(SCHEMA._schema, parse(document)) == []
