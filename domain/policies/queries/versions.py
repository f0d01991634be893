"""Which versions there are, which one is in force, and what one says."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from domain.policies.models import Clause, HandbookSignature, HandbookVersion
from domain.policies.queries.showing import control, other_members, others_who_may_publish, visible
from domain.policies.rules.content import ClauseContent, Content
from domain.policies.rules.versions import Control, State
from tenancy.models import one_of
from tenancy.refusals import NotFound
from tenancy.work import ASKED_ALONG, Work

IN_FORCE = "policies.version_in_force"
ASKED_ALONG[IN_FORCE] = (
    "SELECT v.id FROM handbook_versions v WHERE v.state = 'published'"
    " AND v.effective_at <= coalesce(t.clock_at, now()) ORDER BY v.effective_at DESC LIMIT 1"
)


async def control_of(work: Work, version_id: UUID) -> Control:
    """The control status of one version at the work's instant."""
    return Control(await work.value(select(control(HandbookVersion)).where(HandbookVersion.id == version_id)))


async def signatures(work: Work, version_id: UUID) -> list[HandbookSignature]:
    """Who put their name to a version, the first to do so first."""
    by = select(HandbookSignature).where(HandbookSignature.version_id == version_id)
    return await work.all(by.order_by(HandbookSignature.at, HandbookSignature.id))


async def version(work: Work, id: UUID, *path: str) -> HandbookVersion:
    """One version; refuses with `NotFound`."""
    return await work.get(HandbookVersion, id, *path)


async def seen(work: Work, id: UUID, *path: str) -> None:
    """Refuse with `NotFound` a version that the actor may not read."""
    found = select(HandbookVersion.id).where(HandbookVersion.id == id, visible(work.actor, HandbookVersion))
    if await work.value(found) is None:
        raise NotFound(path=path)


async def version_in_force(work: Work) -> HandbookVersion | None:
    """The version in force at the work's instant."""
    id = await id_in_force(work)
    return await work.get(HandbookVersion, id) if id is not None else None


async def id_in_force(work: Work) -> UUID | None:
    """The same by its id, which is known from the opening unless this work has published a version itself."""
    if IN_FORCE not in work.memo:
        newest = (
            select(HandbookVersion.id)
            .where(HandbookVersion.state == State.PUBLISHED, HandbookVersion.effective_at <= work.now)
            .order_by(HandbookVersion.effective_at.desc())
            .limit(1)
        )
        work.memo[IN_FORCE] = await work.value(newest)
    found: UUID | None = work.memo[IN_FORCE]
    return found


async def version_before(work: Work, at: datetime) -> HandbookVersion | None:
    """The published version that is the last to take effect before an instant: what a period that ends then goes by."""
    last = (
        select(HandbookVersion)
        .where(HandbookVersion.state == State.PUBLISHED, HandbookVersion.effective_at < at)
        .order_by(HandbookVersion.effective_at.desc())
        .limit(1)
    )
    return await work.first(last)


async def latest_published(work: Work) -> HandbookVersion | None:
    """The published version that is the last to take effect: the one in force, unless there is one for later."""
    published = select(HandbookVersion).where(HandbookVersion.state == State.PUBLISHED)
    return await work.first(published.order_by(HandbookVersion.effective_at.desc()).limit(1))


async def content(work: Work, version_id: UUID) -> Content:
    """What a version lays down, as it is compared and approved."""
    found = await version(work, version_id, "versionId")
    rows = await work.all(select(Clause).where(Clause.version_id == version_id).order_by(Clause.position))
    return _content(found, rows)


async def contents(work: Work, versions: Sequence[HandbookVersion]) -> dict[UUID, Content]:
    """What several versions lay down, by their ids."""
    ids = [found.id for found in versions]
    rows = await work.all(select(Clause).where(one_of(Clause.version_id, ids)).order_by(Clause.position))
    return {found.id: _content(found, [row for row in rows if row.version_id == found.id]) for found in versions}


def _content(found: HandbookVersion, rows: Sequence[Clause]) -> Content:
    return Content(
        document_number=found.document_number,
        title=found.title,
        clauses=tuple(
            ClauseContent(row.number, row.kind, row.value, row.scope, row.title, row.text, row.applies_to_open_cases)
            for row in rows
        ),
    )


async def may_publish_alone(work: Work, member_id: UUID) -> bool:
    """Whether somebody is the only person of the company who could publish a version."""
    return await work.value(others_who_may_publish(member_id).limit(1)) is None


async def is_alone(work: Work, member_id: UUID) -> bool:
    """Whether somebody is the company's only active member, so that nobody could decide on what they ask for."""
    return await work.value(other_members(member_id).limit(1)) is None


def forget(work: Work, *, published: UUID) -> None:
    """What this work knew of the version in force may have changed: it has just published a version itself."""
    work.memo.pop(IN_FORCE, None)
    work.memo.setdefault("policies.published_here", set()).add(published)
