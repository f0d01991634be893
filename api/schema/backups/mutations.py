"""Making archives, rehearsing their restore, and making them unreadable."""

from uuid import UUID

import strawberry

from api.schema.inputs import given
from domain.backups import commands
from domain.backups.models import Archive
from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from tenancy.refusals import Invalid, message
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


@strawberry.input(description="The word that the archives are to be unreadable.")
class DestroyArchiveKeyInput:
    """The word that the archives are to be unreadable."""

    company: str = given("The company's short name (viewer.tenant.slug), so that nobody does it by a slip.")


async def destroy_archive_key(work: Work, input: DestroyArchiveKeyInput) -> bool:
    """Make every archive so far unreadable for ever, wherever copies of it are, as when a company's data is to be
    forgotten: its key is destroyed, and the next archive gets a new one. It can't be undone. Needs
    `tenant.administer`."""
    work.actor.require(Permission.TENANT_ADMINISTER)
    if input.company != (await organisation.company(work)).slug:
        text = message("This is not the company's short name; nothing was destroyed.")
        raise Invalid(text, path=("company",))
    return await commands.destroy_key(work) is not None
