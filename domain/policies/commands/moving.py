"""A version goes from state to state only by its lifecycle, and locked."""

from uuid import UUID

from domain.policies.models import HandbookVersion
from domain.policies.rules.versions import LIFECYCLE, Move
from tenancy.work import Work


async def moved(work: Work, version_id: UUID, move: Move) -> HandbookVersion:
    """The version after a move; refuses with `NotFound` or `WrongState`."""
    version = await work.get(HandbookVersion, version_id, "versionId", lock=True)
    version.state = LIFECYCLE.next(version.state, move)
    return version
