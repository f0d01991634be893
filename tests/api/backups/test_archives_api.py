"""Archives and drills through the API: who may, what is answered, what another company sees."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from domain.kernel.permissions import Permission
from domain.policies.rules.kinds import BackupSchedule
from tenancy import storage
from tenancy.actor import Actor
from tenancy.config import settings
from tests.handbooks import publish
from tests.lived_in import live_in
from tests.workers.facts import work_off

RUN = "mutation { runBackup { archive { id number state occasion startedAt readable } errors { code message } } }"
DRILL = "mutation($id: ID!) { runDrill(input: {archiveId: $id}) { archive { drill } errors { code path message } } }"
ARCHIVES = """query($filter: ArchiveFilter) { archives(filter: $filter) { totalCount nodes {
  id number state occasion startedAt finishedAt deletedAt problem objectName sizeBytes sha256 schemaRevision rowCount
  rowCounts clause { number } readable drill drilledAt drillRows drillHeld drillProblem
  decisions { nodes { decision } } } } }"""


@pytest.fixture(autouse=True)
async def _yard(owner_url: str, pool: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    connection = await asyncpg.connect(owner_url)
    await connection.execute("TRUNCATE agenda")
    await connection.close()
    with monkeypatch.context() as patch:
        patch.setenv("ZHIDU_SECRET_KEY", "5a" * 32)
        patch.setenv("ZHIDU_DATA", str(tmp_path))
        settings.cache_clear()
        storage.storage.cache_clear()
        yield
    settings.cache_clear()
    storage.storage.cache_clear()


async def test_an_archive_is_asked_for_seen_and_drilled(ask: Any, acme: Actor, globex: Actor) -> None:
    await live_in(acme)
    await publish(acme, ("9.1", BackupSchedule(daily_at="02:30", keep_days=7)))
    made = (await ask(acme, RUN))["runBackup"]
    assert made["errors"] == []
    assert (made["archive"]["number"], made["archive"]["state"], made["archive"]["occasion"]) == (
        1,
        "RUNNING",
        "REQUESTED",
    )
    again = (await ask(acme, RUN))["runBackup"]
    assert (again["archive"], [error["code"] for error in again["errors"]]) == (None, ["CONFLICT"])
    await work_off()
    [archive] = (await ask(acme, ARCHIVES))["archives"]["nodes"]
    assert (archive["state"], archive["problem"], archive["clause"]) == ("KEPT", None, {"number": "9.1"})
    assert archive["rowCount"] == sum(archive["rowCounts"].values())
    assert archive["sizeBytes"] > 0
    assert archive["drill"] is None
    drilled = (await ask(acme, DRILL, id=archive["id"]))["runDrill"]
    assert drilled == {"archive": {"drill": "RUNNING"}, "errors": []}
    await work_off()
    found = await ask(acme, ARCHIVES, filter={"drill": {"eq": "PASSED"}, "state": {"eq": "KEPT"}})
    [archive] = found["archives"]["nodes"]
    assert (archive["drillRows"], archive["drillProblem"]) == (archive["rowCount"], None)
    assert archive["drillHeld"] > 0
    assert (await ask(globex, ARCHIVES))["archives"] == {"totalCount": 0, "nodes": []}


async def test_another_companys_archive_is_as_unknown_as_any(ask: Any, acme: Actor, globex: Actor) -> None:
    id = (await ask(acme, RUN))["runBackup"]["archive"]["id"]
    await work_off()
    query = "query($id: ID!) { archive(id: $id) { number } node(id: $id) { id } }"
    assert await ask(globex, query, id=id) == await ask(globex, query, id=str(uuid4()))
    assert await ask(globex, DRILL, id=id) == await ask(globex, DRILL, id=str(uuid4()))


async def test_archives_need_their_permissions(ask: Any, acme: Actor) -> None:
    nobody = Actor(acme.tenant_id, acme.kind, acme.id)
    errors = await ask.errors(nobody, "{ archives { totalCount } }")
    assert errors[0].extensions == {"code": "FORBIDDEN", "permission": "backups.read"}
    reader = Actor(acme.tenant_id, acme.kind, acme.id, frozenset({Permission.BACKUPS_READ}))
    assert (await ask(reader, RUN))["runBackup"]["errors"][0]["code"] == "FORBIDDEN"


async def test_a_failure_is_told_in_the_readers_language(
    ask: Any, acme: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = (await ask(acme, RUN))["runBackup"]["archive"]["id"]
    monkeypatch.setenv("ZHIDU_SECRET_KEY", "6b" * 32)
    settings.cache_clear()
    await work_off()
    query = "query($id: ID!) { archive(id: $id) { state problem } notifications { nodes { text } } }"
    found = await ask(acme, query, id=id)
    assert found["archive"]["state"] == "FAILED"
    assert "ZHIDU_SECRET_KEY" in found["archive"]["problem"]
    [notification] = found["notifications"]["nodes"]
    assert "Archive 1 could not be made" in notification["text"]
    chinese = Actor(acme.tenant_id, acme.kind, acme.id, acme.permissions, language="zh_Hans")
    told = await ask(chinese, query, id=id)
    assert told["archive"]["problem"] != found["archive"]["problem"]
    assert found["archive"]["problem"] not in told["notifications"]["nodes"][0]["text"]


DESTROY = """mutation($slug: String!) { destroyArchiveKey(input: {company: $slug}) {
  destroyed errors { code path } } }"""


async def test_a_key_is_destroyed_by_whoever_administers_the_company_and_names_it(
    ask: Any, acme: Actor, globex: Actor
) -> None:
    await ask(acme, RUN)
    await work_off()
    own = (await ask(acme, "{ viewer { tenant { slug } } }"))["viewer"]["tenant"]["slug"]
    for slug in ("", own.upper(), (await ask(globex, "{ viewer { tenant { slug } } }"))["viewer"]["tenant"]["slug"]):
        assert (await ask(acme, DESTROY, slug=slug))["destroyArchiveKey"] == {
            "destroyed": None,
            "errors": [{"code": "INVALID", "path": ["company"]}],
        }
    weak = replace(acme, permissions=frozenset({Permission.BACKUPS_RUN, Permission.BACKUPS_READ}))
    assert (await ask(weak, DESTROY, slug=own))["destroyArchiveKey"]["errors"][0]["code"] == "FORBIDDEN"
    readable = "{ archives { nodes { readable } } }"
    assert await ask(acme, readable) == {"archives": {"nodes": [{"readable": True}]}}
    assert (await ask(acme, DESTROY, slug=own))["destroyArchiveKey"] == {"destroyed": True, "errors": []}
    assert await ask(acme, readable) == {"archives": {"nodes": [{"readable": False}]}}
    assert (await ask(acme, DESTROY, slug=own))["destroyArchiveKey"] == {"destroyed": False, "errors": []}
