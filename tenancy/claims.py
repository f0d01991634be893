"""Claims: which due items a worker may take next, chosen fairly between tenants and fenced by the database's clock.

The choice is made by two SQL functions that see every tenant's agenda and give away ids only, and a third counts what
is parked; nothing else does.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
from sqlalchemy import select

from tenancy.agenda import Task
from tenancy.database import platform
from tenancy.tenants import Tenant, TenantStatus

# How long an item waits for its worker before it is handed out again. Work resumes within a minute of any kill.
LEASE_SECONDS = 30.0
# How many items of one tenant and task may be on their way at once, so that a flood leaves room for the others.
SHARE = 32
BATCH = 200


@dataclass(frozen=True)
class Claim:
    """The right to attempt one item until its lease ends or somebody else takes it, which raises the fence."""

    tenant_id: UUID
    item_id: UUID
    task: Task
    fence: int
    # Whether the item goes on while its company is suspended, which it says itself when it is begun.
    while_suspended: bool = False


@dataclass(frozen=True)
class Claimed:
    """What to attempt now, in this order, and what was parked instead because it ended its workers."""

    claims: Sequence[Claim]
    parked: Sequence[Claim]


async def claim(*, batch: int = BATCH, share: int = SHARE, lease_seconds: float = LEASE_SECONDS) -> Claimed:
    """Take due items of all tenants: everybody's oldest first, then everybody's second, up to `batch`.

    Of a suspended tenant only those that go on meanwhile.
    """
    async with platform() as door:
        return _claimed(await door.text("SELECT * FROM claim_agenda($1, $2, $3)", batch, share, lease_seconds))


async def claim_of(
    tenant_id: UUID, tasks: Collection[Task], *, batch: int = BATCH, lease_seconds: float = LEASE_SECONDS
) -> Claimed:
    """Take due items of one tenant and these tasks, the oldest first."""
    async with platform() as door:
        rows = await door.text(
            "SELECT * FROM claim_agenda_of($1, $2, $3, $4)", tenant_id, [*tasks], batch, lease_seconds
        )
        return _claimed(rows)


@dataclass(frozen=True)
class Parked:
    """So many items of one company and task wait for a person."""

    tenant_id: UUID
    task: Task
    items: int


async def parked() -> list[Parked]:
    """What is parked in all companies, suspended ones too; nothing for those where nothing is."""
    async with platform() as door:
        rows = await door.text("SELECT * FROM parked_agenda()")
    return [Parked(row["tenant_id"], Task(row["task"]), row["items"]) for row in rows]


def _claimed(rows: Sequence[asyncpg.Record]) -> Claimed:
    # A parked item comes without a fence.
    found = [
        (row["fence"] is None, Claim(row["tenant_id"], row["id"], Task(row["task"]), row["fence"] or 0)) for row in rows
    ]
    return Claimed([each for parked, each in found if not parked], [each for parked, each in found if parked])


async def active_tenants() -> list[UUID]:
    """Every tenant whose sweeps and timers run, by id."""
    async with platform() as door:
        rows = await door.rows(select(Tenant.id).where(Tenant.status == TenantStatus.ACTIVE).order_by(Tenant.id))
        return [row["id"] for row in rows]
