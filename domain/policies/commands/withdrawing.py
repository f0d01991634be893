"""Taking back what was published and is not in force yet."""

from uuid import UUID

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.policies import queries
from domain.policies.commands.moving import moved
from domain.policies.commands.publishing import alone
from domain.policies.events import HandbookWithdrawn
from domain.policies.models import HandbookVersion
from domain.policies.rules import checks, duties
from domain.policies.rules.duties import Obstacle
from domain.policies.rules.versions import Move, State
from tenancy.work import Work


@command(needs=Permission.POLICIES_PUBLISH)
async def withdraw_version(work: Work, *, version_id: UUID, reason: str) -> HandbookVersion:
    """Take a published version back before its effect; `reason` stays in the journal.

    It never takes effect and stays as it is; what it says may be copied into a new draft. Refuses with
    LATER_VERSION one that another published version rests on: that one is withdrawn before.
    """
    reason = checks.clean_line(reason, checks.NOTE_LENGTH, "reason")
    await alone(work)
    version = await moved(work, version_id, Move.WITHDRAW)
    assert version.effective_at is not None
    if version.effective_at <= work.now:
        raise duties.refusal(Obstacle.TOOK_EFFECT, Move.WITHDRAW, State.PUBLISHED)
    if (later := await queries.rested_on(work, version)) is not None:
        raise later
    queries.forget(work, published=version.id)
    await work.cancel_timers(version.id)
    work.record(HandbookWithdrawn(version_id=version.id, reason=reason), about=version)
    return version
