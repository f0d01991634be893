"""Removing from the store what no file has any more, and what broken uploads have left there."""

from datetime import timedelta

from domain.files import queries
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem
from tenancy.blobs import FOLDER
from tenancy.claims import Claim
from tenancy.database import reading
from tenancy.storage import file_storage
from workers.attempts import hold, working

# An upload that is under way has no row yet; none takes as long.
UNDER_WAY = timedelta(days=1)


async def tidy(claim: Claim, _: AgendaItem) -> None:
    """Remove the objects that no row has, except the newest; what goes wrong is tried again by the yard."""
    stored = await file_storage().listing(claim.tenant_id, FOLDER)
    # The rows are read after the objects: what is stored meanwhile is in neither list, or in both.
    async with reading(Actor.system(claim.tenant_id)) as work:
        known = await queries.object_names(work)
        newest = work.opening.real_now - UNDER_WAY
    for each in stored:
        if each.name not in known and each.modified_at < newest:
            await file_storage().delete(claim.tenant_id, each.name)
    async with working(claim) as work:
        work.delete(await hold(work, claim))
