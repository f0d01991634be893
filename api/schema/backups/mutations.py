"""Making archives and rehearsing their restore."""

from uuid import UUID

import strawberry

from api.schema.inputs import given
from domain.backups import commands
from domain.backups.models import Archive
from tenancy.work import Work


async def run_backup(work: Work) -> Archive:
    """Have an archive of the company made now, also while the company is suspended. It is written after the answer; ask
    for it again to see how it went."""
    return await commands.run_backup(work)


@strawberry.input(description="Which archive to rehearse with.")
class RunDrillInput:
    """Which archive to rehearse with."""

    archive_id: UUID = given("The archive; it must be kept.")


async def run_drill(work: Work, input: RunDrillInput) -> Archive:
    """Rehearse the restore of an archive: it is restored, compared table by table, and undone; nobody sees it or is
    sent anything. Ask for the archive again to see the report."""
    return await commands.run_drill(work, archive_id=input.archive_id)
