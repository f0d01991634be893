"""What the figures for Prometheus tell: how much waits for a person, and of no company by name."""

import asyncpg
import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update
from starlette.applications import Starlette

from api.http.health import ROUTES
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Standing, Task
from tenancy.database import Database, database, writing
from tests.workers.facts import ring


@pytest.fixture
async def nothing_waits(owner_url: str, pool: None) -> None:
    """What earlier tests left on their companies' agendas is gone."""
    behind = await asyncpg.connect(owner_url)
    try:
        await behind.execute("TRUNCATE agenda")
    finally:
        await behind.close()


async def parked() -> dict[str, float]:
    """The gauge by task, as Prometheus reads it."""
    transport = httpx.ASGITransport(Starlette(routes=ROUTES))
    async with httpx.AsyncClient(transport=transport, base_url="http://zhidu") as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    assert "python_info" in families
    family = families.get("zhidu_agenda_parked")
    if family is None:
        return {}
    assert family.type == "gauge"
    assert all(set(sample.labels) == {"task"} for sample in family.samples)
    return {sample.labels["task"]: sample.value for sample in family.samples}


@pytest.mark.usefixtures("nothing_waits")
async def test_parked_items_are_counted_by_task_over_all_companies(acme: Actor, globex: Actor) -> None:
    nothing = dict.fromkeys((task.value for task in Task), 0.0)
    assert await parked() == nothing
    await ring(acme, 1, 2)
    await ring(globex, 3)
    assert await parked() == nothing
    for actor in (acme, globex):
        async with writing(actor, settle=settle) as work:
            await work.rows(update(AgendaItem).values(standing=Standing.PARKED))
    assert await parked() == {**nothing, "deliver": 3.0}
    # What is released is no longer parked.
    async with writing(globex, settle=settle) as work:
        await work.rows(update(AgendaItem).values(standing=Standing.PENDING))
    assert await parked() == {**nothing, "deliver": 2.0}


async def test_without_the_database_the_other_figures_are_told_all_the_same(
    pool: None, app_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = Database(app_url, 1)
    monkeypatch.setattr(database, "_pool", closed._pool)
    assert await parked() == {}
