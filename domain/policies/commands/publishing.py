"""From a draft to a version in force: submitted, reviewed, and approved by hand or by the handbook's own chain."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import queries
from domain.policies.commands.bases import refuse_outdated
from domain.policies.commands.citing import cite
from domain.policies.commands.moving import moved
from domain.policies.events import (
    HandbookPublished,
    HandbookReturned,
    HandbookReviewed,
    HandbookSubmitted,
    HandbookTookEffect,
)
from domain.policies.models import HandbookSignature, HandbookVersion
from domain.policies.rules import duties
from domain.policies.rules.duties import Obstacle
from domain.policies.rules.versions import Move, SignedAs, State, Why, check_effective
from tenancy.actor import ActorKind
from tenancy.refusals import Conflict, message
from tenancy.work import Work


@command(needs=Permission.POLICIES_DRAFT)
async def submit_version(work: Work, *, version_id: UUID, effective_at: datetime | None = None) -> HandbookVersion:
    """Hand a draft in for review; from now on its clauses stand still. Refuses with the first finding, if any, with
    NOTHING_CHANGED what says the same as its base, and with OUTDATED_BASE when another version than its base comes
    before it.

    `effective_at` is when it is to take effect, and is reviewed with it; without one it does so once it is approved.
    """
    draft = await moved(work, version_id, Move.SUBMIT)
    for finding in await queries.findings(work, draft.id):
        raise finding
    if (unchanged := await queries.unchanged(work, draft)) is not None:
        raise unchanged
    await refuse_outdated(work, draft, await _free(work, draft, effective_at))
    draft.planned_effective_at = effective_at
    draft.submitter_id = work.actor.id if work.actor.is_member else None
    work.record(HandbookSubmitted(version_id=draft.id), about=draft)
    return draft


@command(needs=Permission.POLICIES_PUBLISH)
async def review_version(work: Work, *, version_id: UUID) -> HandbookVersion:
    """Confirm that one has reviewed a version, which is recorded on the document."""
    reviewed = await moved(work, version_id, Move.REVIEW)
    reviewer_id = await _somebody_else(work, reviewed, Move.REVIEW)
    reviewed.reviewer_id = reviewer_id
    await _sign(work, reviewed, reviewer_id, SignedAs.REVIEWER)
    work.record(HandbookReviewed(version_id=reviewed.id), about=reviewed)
    return reviewed


@command(needs=Permission.POLICIES_PUBLISH)
async def return_version(work: Work, *, version_id: UUID) -> HandbookVersion:
    """Send a version in review back to be changed; the work's reason says why."""
    return await take_back(work, version_id, Why.BY_HAND)


async def take_back(work: Work, version_id: UUID, why: Why, because: str = "") -> HandbookVersion:
    """A version in review is a draft again, and whatever was signed so far is void."""
    returned = await moved(work, version_id, Move.RETURN)
    returned.reviewer_id = None
    returned.shown_to_ids = []
    for signature in await _signatures(work, version_id):
        work.delete(signature)
    work.record(HandbookReturned(version_id=returned.id, why=why.value, because=because), about=returned)
    return returned


@command(needs=Permission.POLICIES_PUBLISH)
async def publish_version(work: Work, *, version_id: UUID, effective_at: datetime | None = None) -> HandbookVersion:
    """Approve a reviewed version by hand and put it in force at an instant (PO-2, PO-3); without one, when it was
    submitted for, or else as soon as the handbook allows.

    A version is approved by hand only while the handbook in force has no approval chain for it, or in a company of
    one, which has nobody to ask: that is a decision by the chain's clause, with its reason. Whoever drafted or
    submitted it neither reviews nor approves it, unless nobody else in the company could: a company of one
    administrator must be able to begin. Whoever reviewed it may approve it too. Nothing takes effect in the past, and
    never two versions at the same instant.
    """
    await alone(work)
    version = await _published(work, version_id)
    chain, person = await queries.publishing_chain(work), work.actor.id
    if chain is not None and work.actor.is_member and person and not await queries.is_alone(work, person):
        refusal = duties.refusal(Obstacle.NEEDS_APPROVAL, Move.PUBLISH, State.IN_REVIEW)
        refusal.clause = chain.clause
        raise refusal
    approver_id = await _somebody_else(work, version, Move.PUBLISH)
    if version.reviewer_id is None and not await queries.may_publish_alone(work, approver_id):
        raise duties.refusal(Obstacle.NEEDS_REVIEW, Move.PUBLISH, State.IN_REVIEW)
    for finding in await queries.findings(work, version.id):
        raise finding
    starts_at = await _free(work, version, effective_at or version.planned_effective_at)
    await refuse_outdated(work, version, starts_at)
    if chain is not None:
        cite(
            work,
            chain,
            about=Subject(SubjectKind.HANDBOOK_VERSION, version.id),
            decision="policies.published_alone",
            inputs={"member_id": approver_id},
            result={"reason": "no_other_member"},
        )
    return await _put_in_force(work, version, approver_id, starts_at)


async def approve_version(
    work: Work, version_id: UUID, *, approver_id: UUID | None, agreed_at: Mapping[UUID, datetime]
) -> HandbookVersion:
    """Put in force what the chain has approved: when it was submitted for, or as soon as may be when that has passed.

    `agreed_at` is who agreed and when, in their order: whoever isn't its approver is recorded as a reviewer of it.

    The caller has made sure that nothing stands against it, except OUTDATED_BASE and LATER_VERSION, which are refused
    here before anything is changed.
    """
    await alone(work)
    starts_at = await _starts_at(work, await work.get(HandbookVersion, version_id, "versionId", lock=True))
    version = await _published(work, version_id)
    for member_id, at in agreed_at.items():
        if member_id == approver_id:
            await _sign(work, version, member_id, SignedAs.APPROVER, at)
        else:
            version.reviewer_id = member_id
            await _sign(work, version, member_id, SignedAs.REVIEWER, at)
    return await _put_in_force(work, version, approver_id, starts_at)


async def show_version(work: Work, version_id: UUID, *, to: Sequence[UUID]) -> None:
    """Let members read a version in review who are to decide on it."""
    version = await work.get(HandbookVersion, version_id, lock=True)
    version.shown_to_ids = list(dict.fromkeys([*version.shown_to_ids, *to]))


async def _published(work: Work, version_id: UUID) -> HandbookVersion:
    version = await moved(work, version_id, Move.PUBLISH)
    # It may yet be taken back: nothing that is read of it from here on is remembered beyond this work.
    queries.forget(work, published=version.id)
    return version


async def _put_in_force(
    work: Work, version: HandbookVersion, approver_id: UUID | None, starts_at: datetime
) -> HandbookVersion:
    await _cite_publishing_rules(work, version, starts_at)
    queries.forget(work, published=version.id)
    version.approver_id = approver_id
    if approver_id is not None:
        await _sign(work, version, approver_id, SignedAs.APPROVER)
    version.issued_on = work.now.astimezone(ZoneInfo(work.opening.zone)).date()
    version.effective_at = starts_at
    work.record(HandbookPublished(version_id=version.id, effective_at=starts_at), about=version)
    effect = HandbookTookEffect(version_id=version.id)
    if starts_at <= work.now:
        work.record(effect, about=version)
    else:
        work.schedule(starts_at, effect, about=version.id, key=f"handbook:{version.id}:takes-effect")
    return version


async def _cite_publishing_rules(work: Work, version: HandbookVersion, starts_at: datetime) -> None:
    rules = await queries.publishing_rules(work)
    if rules is not None:
        cite(
            work,
            rules,
            about=Subject(SubjectKind.HANDBOOK_VERSION, version.id),
            decision="policies.effective_at",
            inputs={
                "planned_effective_at": version.planned_effective_at,
                "least_days_before_effect": rules.value.least_days_before_effect,
            },
            result={"effective_at": starts_at},
        )


async def alone(work: Work) -> None:
    """The oldest version stands for the handbook as a whole: who locks it publishes alone."""
    await work.all(select(HandbookVersion).order_by(HandbookVersion.number).limit(1).with_for_update())


async def _starts_at(work: Work, version: HandbookVersion) -> datetime:
    """When an approved version takes effect; refuses when another one has come in between."""
    starts_at = await queries.effect_if_approved_now(work, version)
    await refuse_outdated(work, version, starts_at)
    return starts_at


async def _free(work: Work, version: HandbookVersion, wished_at: datetime | None) -> datetime:
    """When a version takes effect at which no other one does; refuses an instant that was wished for and is taken."""
    starts_at = await _effective(work, wished_at)
    if wished_at is None:
        return await queries.next_free(work, version.id, starts_at)
    if await queries.is_taken(work, version.id, starts_at):
        raise Conflict(message("Another version takes effect at that very instant."), path=("effectiveAt",))
    return starts_at


async def _effective(work: Work, wished_at: datetime | None) -> datetime:
    """When a version takes effect, by the publishing rules in force; where they say why not, a refusal names them."""
    rules = await queries.publishing_rules(work)
    if rules is None:
        return check_effective(wished_at, work.now)
    return check_effective(wished_at, work.now, rules.value.least_days_before_effect, rules.clause)


async def _sign(
    work: Work, version: HandbookVersion, member_id: UUID, signed_as: SignedAs, at: datetime | None = None
) -> None:
    for signature in await _signatures(work, version.id):
        if (signature.member_id, signature.signed_as) == (member_id, signed_as):
            return
    work.add(HandbookSignature(version_id=version.id, member_id=member_id, signed_as=signed_as, at=at or work.now))


async def _signatures(work: Work, version_id: UUID) -> list[HandbookSignature]:
    return await work.all(select(HandbookSignature).where(HandbookSignature.version_id == version_id))


async def _somebody_else(work: Work, version: HandbookVersion, move: Move) -> UUID:
    """Who acts, if they may judge a version; a program may not, nor may whoever wrote it while anybody else could."""
    person = work.actor.id
    if work.actor.kind is ActorKind.CLIENT or person is None:
        raise duties.refusal(Obstacle.PEOPLE_ONLY, move, version.state)
    if person in (version.author_id, version.submitter_id) and not await queries.may_publish_alone(work, person):
        raise duties.refusal(Obstacle.OWN_VERSION, move, version.state)
    return person
