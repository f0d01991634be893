"""What is attached to nothing is forgotten after a day, with its bytes; what is attached, or just coming in, stays."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from domain import attachments
from domain.consequences import settle
from domain.files.commands import TIDY
from domain.files.models import File
from tenancy.actor import Actor
from tenancy.agenda import Task
from tenancy.blobs import FOLDER, Blob
from tenancy.database import reading, writing
from tenancy.refusals import Unavailable
from tenancy.storage import Storage, file_storage
from tests.domain.approvals.company import HEAD, ask, founded, lay_down, step
from tests.locks import is_done_or_waits
from tests.uploads import sees, upload
from tests.workers.facts import agenda, work_off
from workers.sweeps import TIMETABLE

pytestmark = pytest.mark.usefixtures("quiet", "file_store")


@pytest.fixture(autouse=True)
def _aged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that lies in the store counts as just coming in, unless a test says so."""
    monkeypatch.setattr("workers.jobs.files.UNDER_WAY", timedelta(0))


async def counts(actor: Actor) -> tuple[int, int, int]:
    """How many files, contents and objects a company has."""
    async with reading(actor) as work:
        files = await work.value(select(func.count()).select_from(File))
        contents = await work.value(select(func.count()).select_from(Blob))
    return files, contents, len(await file_storage().listing(actor.tenant_id, FOLDER))


async def sweep(actor: Actor, *, in_hours: float, name: str = "files.forget_unattached") -> None:
    """The sweep as it runs so many hours from now, and the job that it leaves behind."""
    async with writing(Actor.system(actor.tenant_id), settle=settle) as work:
        await TIMETABLE[name].run(work, work.now + timedelta(hours=in_hours))
    await work_off()


async def test_what_is_attached_to_nothing_is_forgotten_after_a_day(acme: Actor, globex: Actor) -> None:
    file, kept = await upload(acme), await upload(globex)
    await sweep(acme, in_hours=23.9)
    assert await sees(acme, file)
    await sweep(acme, in_hours=24.1)
    assert not await sees(acme, file)
    assert await counts(acme) == (0, 0, 0)
    assert await sees(globex, kept)
    assert await counts(globex) == (1, 1, 1)
    async with reading(acme) as work:
        rows = await work.sql("SELECT payload FROM journal_entries WHERE name = 'files.forgotten'")
    assert [row["payload"] for row in rows] == [{"file_id": str(file)}]


async def test_what_is_attached_stays_and_goes_a_day_after_it_was_taken_away(acme: Actor) -> None:
    company = await founded(acme)
    await lay_down(acme, step(HEAD))
    approval = await ask(company.engineer)
    file = await upload(company.engineer)
    async with writing(company.engineer, settle=settle) as work:
        attached = await attachments.attach(work, subject_kind="approvals", subject_id=approval.id, file_id=file)
    await sweep(acme, in_hours=1000)
    assert await sees(company.head, file)
    async with writing(company.engineer, settle=settle) as work:
        await attachments.detach(work, attachment_id=attached.id)
    await sweep(acme, in_hours=1)
    assert await sees(company.engineer, file)
    await sweep(acme, in_hours=25)
    assert await counts(acme) == (0, 0, 0)


async def test_a_content_that_another_file_has_stays(acme: Actor) -> None:
    company = await founded(acme)
    await lay_down(acme, step(HEAD))
    approval = await ask(company.engineer)
    file, _ = await upload(company.engineer), await upload(company.head)
    async with writing(company.engineer, settle=settle) as work:
        await attachments.attach(work, subject_kind="approvals", subject_id=approval.id, file_id=file)
    await sweep(acme, in_hours=25)
    assert await counts(acme) == (1, 1, 1)
    assert await sees(company.head, file)


async def test_what_a_broken_upload_has_left_is_removed_but_not_what_is_just_coming_in(
    acme: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await upload(acme)
    await file_storage().put(acme.tenant_id, f"{FOLDER}/left-behind", b"half")
    monkeypatch.setattr("workers.jobs.files.UNDER_WAY", timedelta(hours=1))
    await sweep(acme, in_hours=1, name="files.tidy")
    assert await counts(acme) == (1, 1, 2)
    monkeypatch.setattr("workers.jobs.files.UNDER_WAY", timedelta(0))
    await sweep(acme, in_hours=1, name="files.tidy")
    assert await counts(acme) == (1, 1, 1)


async def test_a_store_that_is_away_is_asked_again(acme: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    await upload(acme)

    async def away(*_: Any) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(Storage, "delete", away)
        await sweep(acme, in_hours=25)
    assert await counts(acme) == (0, 0, 1)
    left = [item for item in await agenda(acme) if item.task is Task.RUN]
    assert [(item.name, item.attempts) for item in left] == [(TIDY, 0)]


async def test_a_file_that_is_sent_again_waits_anew(acme: Actor) -> None:
    file = await upload(acme)
    async with writing(acme, settle=settle) as work:
        await work.sql("UPDATE files SET unattached_at = unattached_at - interval '30 hours'")
    assert await upload(acme) == file
    await sweep(acme, in_hours=1)
    assert await sees(acme, file)


async def test_a_file_that_is_sent_again_while_it_is_attached_is_not_forgotten(acme: Actor, owner_url: str) -> None:
    company = await founded(acme)
    await lay_down(acme, step(HEAD))
    approval = await ask(company.engineer)
    file = await upload(company.engineer)
    async with writing(company.engineer, settle=settle) as attaching:
        await attachments.attach(attaching, subject_kind="approvals", subject_id=approval.id, file_id=file)
        await attaching.flush()
        again = asyncio.create_task(upload(company.engineer))
        await is_done_or_waits(again, owner_url)
    assert await again == file
    await sweep(acme, in_hours=1000)
    assert await sees(company.head, file)
