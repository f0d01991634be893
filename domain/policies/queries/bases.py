"""Whether a version rests on the one before it, and what rests on a version."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from domain.policies.models import HandbookVersion
from domain.policies.queries.rulings import publishing_rules
from domain.policies.queries.versions import version as one
from domain.policies.queries.versions import version_before
from domain.policies.rules.versions import State, check_effective
from tenancy.refusals import Conflict, Refusal, message
from tenancy.work import Work


async def outdated(work: Work, version: HandbookVersion, starts_at: datetime) -> Refusal | None:
    """Why a version cannot take effect at an instant: OUTDATED_BASE when another one than its base is the last before
    it, also for one that was begun before anything was published when something has been since; LATER_VERSION when a
    published version, which rests on what was before, would undo it.
    """
    before = await version_before(work, starts_at)
    if version.base_id is not None and (before is None or before.id != version.base_id):
        base = await one(work, version.base_id)
        text = message(
            "This version changes version {base}, but nothing comes before it then: rebase it or choose another day."
        )
        values = {"base": base.number}
        if base.state is State.PUBLISHED and before is None:
            text = message(
                "This version changes version {base}, which does not take effect before that instant itself: choose a "
                "later one as effectiveAt. The clock of a rehearsal stands still until advanceClock moves it."
            )
        if before is not None:
            text = message(
                "This version changes version {base}, but version {before} comes before it, whose changes it would "
                "undo: rebase it onto version {before}, or choose a day before which its base is the last."
            )
            values = {"base": base.number, "before": before.number}
        return Conflict(text, values, path=("versionId",), code="OUTDATED_BASE")
    if version.base_id is None and before is not None:
        text = message(
            "This version was begun before anything was published, but version {before} comes before it, whose clauses "
            "it would undo: rebase it onto version {before}."
        )
        return Conflict(text, {"before": before.number}, path=("versionId",), code="OUTDATED_BASE")
    undoing = (
        select(HandbookVersion)
        .where(HandbookVersion.state == State.PUBLISHED, HandbookVersion.effective_at > starts_at)
        .where(HandbookVersion.id != version.id)
        .order_by(HandbookVersion.effective_at)
        .limit(1)
    )
    later = await work.first(undoing)
    if later is None:
        return None
    text = message(
        "Version {later} takes effect after this one and would undo its changes: withdraw that one first, "
        "or let this one take effect after it."
    )
    return Conflict(text, {"later": later.number}, path=("effectiveAt",), code="LATER_VERSION")


async def next_free(work: Work, version_id: UUID, starts_at: datetime) -> datetime:
    """Two versions never take effect at the same instant: who wishes for none does so a moment after another."""
    while await is_taken(work, version_id, starts_at):
        starts_at += timedelta(seconds=1)
    return starts_at


async def effect_if_approved_now(work: Work, version: HandbookVersion) -> datetime:
    """When a version takes effect that is approved now: as wished for, or as soon as the publishing rules allow."""
    rules = await publishing_rules(work)
    earliest = check_effective(None, work.now, rules.value.least_days_before_effect if rules is not None else 0)
    return await next_free(work, version.id, max(version.planned_effective_at or earliest, earliest))


async def is_taken(work: Work, version_id: UUID, starts_at: datetime) -> bool:
    """Whether another version takes effect at an instant."""
    at_that_instant = select(HandbookVersion).where(
        HandbookVersion.state == State.PUBLISHED,
        HandbookVersion.effective_at == starts_at,
        HandbookVersion.id != version_id,
    )
    return await work.first(at_that_instant) is not None


async def rested_on(work: Work, version: HandbookVersion) -> Refusal | None:
    """Why a published version is not withdrawn: another one rests on it."""
    resting = select(HandbookVersion).where(
        HandbookVersion.base_id == version.id, HandbookVersion.state == State.PUBLISHED
    )
    later = await work.first(resting.order_by(HandbookVersion.number).limit(1))
    if later is None:
        return None
    text = message("Version {later} rests on this one and would bring its changes: withdraw that one first.")
    return Conflict(text, {"later": later.number}, path=("versionId",), code="LATER_VERSION")


async def underway(work: Work, most: int) -> list[HandbookVersion]:
    """The newest versions with which something can still be done before their effect."""
    live = (State.DRAFT, State.IN_REVIEW)
    found = select(HandbookVersion).where(
        (HandbookVersion.state == live[0])
        | (HandbookVersion.state == live[1])
        | ((HandbookVersion.state == State.PUBLISHED) & (HandbookVersion.effective_at > work.now))
    )
    return await work.all(found.order_by(HandbookVersion.number.desc()).limit(most))
