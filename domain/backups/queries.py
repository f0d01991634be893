"""What a company's archives are: which are kept, which has expired, and what opens them."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, select, true

from domain.backups.models import Archive, ArchiveKey
from domain.backups.rules import DrillState, Kept, State
from domain.kernel.permissions import Permission
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import BackupSchedule
from tenancy.actor import Actor
from tenancy.models import one_of
from tenancy.secrets import unseal
from tenancy.work import Work

KEY_PURPOSE = "archive-key"


def visible(actor: Actor, _: Any = None) -> ColumnElement[bool]:
    """Archives are shown to whoever may read about backups; what is in them to nobody."""
    return true() if actor.may(Permission.BACKUPS_READ) else false()


async def archive(work: Work, id: UUID, *path: str) -> Archive:
    """One archive; refuses with `NotFound`."""
    return await work.get(Archive, id, *path)


async def find(work: Work, id: UUID) -> Archive | None:
    """One archive, or None, as in a company that was restored from it."""
    return await work.find(Archive, id)


async def running(work: Work, *, lock: bool = False) -> Archive | None:
    """The archive that is being written; there is one at most. Who locks it sees whether its worker has just ended."""
    found = select(Archive).where(Archive.state == State.RUNNING)
    return await work.first(found.with_for_update() if lock else found)


async def kept(work: Work) -> list[Kept]:
    """The archives that are stored."""
    rows = await work.rows(select(Archive.id, Archive.started_at).where(Archive.state == State.KEPT))
    return [Kept(row["id"], row["started_at"]) for row in rows]


async def to_remove(work: Work) -> list[Archive]:
    """Deleted archives whose object may still be stored."""
    gone = select(Archive).where(Archive.state == State.DELETED, Archive.object_name.is_not(None))
    return await work.all(gone.order_by(Archive.number))


async def made_since_passed_drill(work: Work) -> int:
    """How many archives were made since the newest one with which a drill succeeded."""
    passed = select(func.max(Archive.number)).where(Archive.drill == DrillState.PASSED).scalar_subquery()
    made = one_of(Archive.state, [State.KEPT, State.DELETED])
    counted = select(func.count()).where(made, Archive.number > func.coalesce(passed, 0))
    return int(await work.value(counted))


async def is_last_drill_failed(work: Work) -> bool:
    """Whether the latest drill found an archive that does not restore: then nothing older is deleted."""
    ended = one_of(Archive.drill, [DrillState.PASSED, DrillState.FAILED])
    latest = select(Archive.drill).where(ended).order_by(Archive.drilled_at.desc(), Archive.id.desc())
    return bool(await work.value(latest.limit(1)) == DrillState.FAILED)


async def schedule(work: Work) -> Ruling[BackupSchedule] | None:
    """The schedule and retention in force (BK-1); None when the handbook says nothing of backups."""
    return await policies.find_rule(work, BackupSchedule)


async def key_in_use(work: Work) -> ArchiveKey | None:
    """The key with which archives are made today."""
    return await work.first(select(ArchiveKey).where(ArchiveKey.destroyed_at.is_(None)))


async def identity(work: Work, key_id: UUID) -> str | None:
    """What opens the archives of a key, in age's form; None when the key was destroyed. Raises `Unsealable`."""
    key = await work.get(ArchiveKey, key_id)
    if key.sealed_identity is None:
        return None
    return unseal(key.sealed_identity, tenant_id=work.actor.tenant_id, purpose=KEY_PURPOSE).decode()


async def identities(work: Work) -> list[str]:
    """What opens any of the company's archives, the newest first. Raises `Unsealable`."""
    keys = await work.rows(
        select(ArchiveKey.id).where(ArchiveKey.destroyed_at.is_(None)).order_by(ArchiveKey.id.desc())
    )
    found = [await identity(work, row["id"]) for row in keys]
    return [each for each in found if each is not None]
