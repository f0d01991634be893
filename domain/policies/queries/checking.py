"""What keeps a version from being published."""

from uuid import UUID

from sqlalchemy import select

from domain.kernel.lifecycle import Labels
from domain.organisation import queries as organisation
from domain.policies.models import HandbookVersion
from domain.policies.queries.rulings import handbook
from domain.policies.queries.versions import content, version
from domain.policies.rules import chain_linting, checks
from domain.policies.rules.chains import Approver, ApproverKind
from domain.policies.rules.handbooks import Handbook
from domain.policies.rules.kinds import ApprovalChain, ExpertPanel, ExpertReview, ServiceLevel
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.words import word
from tenancy.members import Member, Role
from tenancy.refusals import Invalid, Refusal, WrongState, message
from tenancy.work import Work


async def findings(work: Work, version_id: UUID) -> list[Refusal]:
    """What keeps a version from being published: contradictions, grounds that are missing, chains that are
    never followed, people nobody knows."""
    book = await handbook(work, version_id)
    found = checks.retired(book.clauses) + checks.contradictions(book.clauses) + checks.missing_grounds(book.clauses)
    found += chain_linting.never_followed(book.clauses)
    found += chain_linting.never_reached(book.clauses)
    if not book.clauses:
        found.append(Invalid(message("The version has no clauses yet."), path=("clauses",)))
    found += await _unknown_places(work, book)
    for clause in (*book.of_kind(ApprovalChain), *book.of_kind(ExpertPanel)):
        assert isinstance(clause.parsed, ApprovalChain | ExpertPanel)
        for approver in clause.parsed.named:
            if (gone := await _deactivated(work, approver)) is not None:
                text = message("Clause {number} names {name}, whose account is deactivated.")
                named = {"number": clause.number, "name": gone.name}
                found.append(Invalid(text, named, path=("clauses", clause.number), code="UNKNOWN_APPROVER"))
            elif not await _is_known(work, approver, book):
                text = message("Clause {number} names {by} “{value}”, which the company has not.")
                if approver.by is ApproverKind.MEMBER:
                    text = message("Clause {number} names somebody by the id “{value}”, whom the company has not.")
                values = {"number": clause.number, "by": Labels((word(approver.by),)), "value": approver.value}
                found.append(Invalid(text, values, path=("clauses", clause.number), code="UNKNOWN_APPROVER"))
    panels = {clause.parsed.topic for clause in book.of_kind(ExpertPanel)}
    for review in book.of_kind(ExpertReview):
        assert isinstance(review.parsed, ExpertReview)
        if review.parsed.panel is not None and review.parsed.panel not in panels:
            text = message("Clause {number} names {by} “{value}”, which the company has not.")
            values = {
                "number": review.number,
                "by": Labels((word(ApproverKind.EXPERT_PANEL),)),
                "value": review.parsed.panel,
            }
            found.append(Invalid(text, values, path=("clauses", review.number), code="UNKNOWN_APPROVER"))
    for level in book.of_kind(ServiceLevel):
        assert isinstance(level.parsed, ServiceLevel)
        for name in {step.department for step in level.parsed.escalation if step.department is not None}:
            if await organisation.department_named(work, name) is None:
                text = message("Clause {number} hands requests to the department “{value}”, which the company has not.")
                values = {"number": level.number, "value": name}
                found.append(Invalid(text, values, path=("clauses", level.number), code="UNKNOWN_DEPARTMENT"))
    return found


async def unchanged(work: Work, draft: HandbookVersion) -> Refusal | None:
    """Why a version that says the very same as its base isn't published: everybody would be asked to read it anew, and
    nothing would be different. Another title or document number is a difference."""
    if draft.base_id is None:
        return None
    own, base = await content(work, draft.id), await content(work, draft.base_id)
    if own.digest() != base.digest():
        return None
    number = (await version(work, draft.base_id)).number
    text = message(
        "Nothing in this version differs from version {base}: change a clause, the title or the document number, or "
        "discard it."
    )
    return WrongState(text, {"base": number}, path=("versionId",), code="NOTHING_CHANGED")


async def _unknown_places(work: Work, book: Handbook) -> list[Refusal]:
    """Limits to departments and posts that the company has not."""
    limits = [
        (clause.number, dimension, getattr(clause.scope, dimension.value))
        for clause in book.clauses
        for dimension in clause.scope.dimensions
        if dimension in (Dimension.DEPARTMENT, Dimension.POST)
    ]
    strange = await organisation.unknown(work, {place for _, _, place in limits}) if limits else set()
    text = message("Clause {number} is limited to a department or post which the company has not.")
    return [
        Invalid(text, {"number": number}, path=("clauses", number, "scope", dimension.value), code="UNKNOWN_SCOPE")
        for number, dimension, place in limits
        if place in strange
    ]


async def _deactivated(work: Work, approver: Approver) -> Member | None:
    """The named member, if they are known and shut out."""
    if approver.by is not ApproverKind.MEMBER:
        return None
    found = await work.find(Member, UUID(approver.value or ""))
    return found if found is not None and not found.active else None


async def _is_known(work: Work, approver: Approver, book: Handbook) -> bool:
    match approver.by:
        case ApproverKind.MEMBER:
            found = await work.find(Member, UUID(approver.value or ""))
            return found is not None and found.active
        case ApproverKind.POST:
            return await organisation.post_named(work, approver.value or "") is not None
        case ApproverKind.ROLE:
            return await work.first(select(Role).where(Role.name == approver.value)) is not None
        case ApproverKind.DEPARTMENT | ApproverKind.DEPARTMENT_HEAD if approver.value:
            return await organisation.department_named(work, approver.value) is not None
        case ApproverKind.EXPERT_PANEL:
            return any(clause.parsed.topic == approver.value for clause in book.of_kind(ExpertPanel))
    return True
