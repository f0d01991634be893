"""What the handbook says: which version is in force, which clause decides a case, what was decided by which clause."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, any_, case, cast, false, func, or_, select, true
from sqlalchemy.orm import aliased

from domain.kernel.lifecycle import Labels
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.organisation import queries as organisation
from domain.policies.models import Clause, Decision, HandbookSignature, HandbookVersion
from domain.policies.rules import checks
from domain.policies.rules.chains import Approver, ApproverKind
from domain.policies.rules.clause_kind import ClauseKind, CoveredBy, covered_by
from domain.policies.rules.content import ClauseContent, Content
from domain.policies.rules.handbooks import Handbook, Ruling, StoredClause
from domain.policies.rules.kinds import KINDS, ApprovalChain, ExpertPanel, K, PublishingRules, chain_topic
from domain.policies.rules.scopes import Dimension, Scope
from domain.policies.rules.versions import Control, State
from tenancy.actor import Actor
from tenancy.caches import TenantCache
from tenancy.members import Member, MemberRole, Role
from tenancy.models import current_instant, current_member
from tenancy.refusals import Invalid, NotFound, Refusal, message
from tenancy.work import ASKED_ALONG, Work

EVERYWHERE = Scope()
# The purpose under which a chain decides on versions of the handbook.
PUBLISHING = "publish"
IN_FORCE = "policies.version_in_force"
ASKED_ALONG[IN_FORCE] = (
    "SELECT v.id FROM handbook_versions v WHERE v.state = 'published'"
    " AND v.effective_at <= coalesce(t.clock_at, now()) ORDER BY v.effective_at DESC LIMIT 1"
)

# Published versions, which never change; each is some hundred kilobytes at most.
_published: TenantCache[Handbook] = TenantCache(200)


def visible(actor: Actor, versions: Any) -> ColumnElement[bool]:
    """Published versions are open to whoever may read policies, the others to those who work on them, and one in review
    to those who are to decide on it.

    `versions` is `HandbookVersion` or an alias of it.
    """
    if actor.may(Permission.POLICIES_DRAFT) or actor.may(Permission.POLICIES_PUBLISH):
        return true()
    published: ColumnElement[bool] = versions.state == State.PUBLISHED
    shown = current_member() == any_(versions.shown_to_ids)
    return or_(published, shown) if actor.may(Permission.POLICIES_READ) else shown


def visible_clauses(actor: Actor, clauses: Any) -> ColumnElement[bool]:
    """Clauses are seen with their version. `clauses` is `Clause` or an alias of it."""
    versions = aliased(HandbookVersion)
    seen = visible(actor, versions)
    if actor.may(Permission.POLICIES_DRAFT) or actor.may(Permission.POLICIES_PUBLISH):
        return seen
    return select(versions.id).where(versions.id == clauses.version_id, seen).exists()


def visible_signatures(actor: Actor, signatures: Any) -> ColumnElement[bool]:
    """Signatures are seen with their version. `signatures` is `HandbookSignature` or an alias of it."""
    versions = aliased(HandbookVersion)
    return select(versions.id).where(versions.id == signatures.version_id, visible(actor, versions)).exists()


def visible_decisions(actor: Actor, _: Any = None) -> ColumnElement[bool]:
    """Decisions are seen with the record they are about, by whoever may read policies.

    The record's own module says who sees it, so decisions are offered on a record and never as a list of their own.
    """
    return true() if actor.may(Permission.POLICIES_READ) else false()


def control(versions: Any) -> ColumnElement[str]:
    """The control status of a version inside a statement, as `rules.versions.control` tells it at the tenant's now."""
    later = aliased(HandbookVersion)
    next_effective_at = (
        select(func.min(later.effective_at))
        .where(later.state == State.PUBLISHED, later.effective_at > versions.effective_at)
        .scalar_subquery()
    )
    return case(
        (versions.state != State.PUBLISHED, cast(versions.state, Text)),
        (versions.effective_at > current_instant(), Control.APPROVED.value),
        (next_effective_at <= current_instant(), Control.SUPERSEDED.value),
        else_=Control.IN_FORCE.value,
    )


async def control_of(work: Work, version_id: UUID) -> Control:
    """The control status of one version at the work's instant."""
    return Control(await work.value(select(control(HandbookVersion)).where(HandbookVersion.id == version_id)))


async def signatures(work: Work, version_id: UUID) -> list[HandbookSignature]:
    """Who put their name to a version, the first to do so first."""
    by = select(HandbookSignature).where(HandbookSignature.version_id == version_id)
    return await work.all(by.order_by(HandbookSignature.at, HandbookSignature.id))


def value_of_clause(clause_id: Any) -> Select[Any]:
    """What a clause lays down, inside a statement, by its id."""
    clauses = aliased(Clause)
    return select(clauses.value).where(clauses.id == clause_id)


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
    id = await _id_in_force(work)
    return await work.get(HandbookVersion, id) if id is not None else None


async def _id_in_force(work: Work) -> UUID | None:
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


async def concerns_open_cases(work: Work, version_id: UUID, *kinds: type[ClauseKind]) -> bool:
    """Whether running cases are to be looked at again when a version takes effect: a clause of these kinds applies to
    open cases, in it or in the one it follows, which then lets them go (PO-3)."""
    taking_effect = await version(work, version_id)
    assert taking_effect.effective_at is not None
    before = await version_before(work, taking_effect.effective_at)
    for each in (taking_effect, before):
        book = await handbook(work, each.id) if each is not None else None
        if book is not None and any(ruling.applies_to_open_cases for kind in kinds for ruling in book.rulings(kind)):
            return True
    return False


async def handbook(work: Work, version_id: UUID) -> Handbook:
    """A version's clauses, read once by a process if it is published; refuses with `NotFound`."""
    known = _published.find(work, version_id)
    if known is not None:
        return known
    found = await version(work, version_id, "versionId")
    clauses = [
        StoredClause(
            id=row["id"],
            number=row["number"],
            position=row["position"],
            kind=row["kind"],
            value=row["value"],
            scope=Scope.model_validate(row["scope"]),
            applies_to_open_cases=row["applies_to_open_cases"],
            title=row["title"],
        )
        for row in await work.rows(select(Clause.__table__).where(Clause.version_id == version_id))
    ]
    compiled = Handbook(version_id, str(found.number), clauses)
    # What this very work has published may yet be taken back, and then be edited further.
    if found.state is State.PUBLISHED and version_id not in work.memo.get("policies.published_here", ()):
        _published.keep(work, version_id, compiled)
    return compiled


async def rule(
    work: Work, kind: type[K], *, scope: Scope = EVERYWHERE, topic: str = "", version_id: UUID | None = None
) -> Ruling[K]:
    """The clause of a kind that decides a case, by the version a case is pinned to or else the one in force (PO-4).

    `scope` is all that is known of the case; the departments above its own are found here. `topic` is needed for kinds
    that have one. Refuses with the code NO_CLAUSE, naming the kind, when no clause applies.
    """
    found = await find_rule(work, kind, scope=scope, topic=topic, version_id=version_id)
    if found is None:
        raise await _no_clause(work, kind.label, version_id)
    return found


async def find_rule(
    work: Work, kind: type[K], *, scope: Scope = EVERYWHERE, topic: str = "", version_id: UUID | None = None
) -> Ruling[K] | None:
    """As `rule`, but None when no clause applies: where the handbook is silent, there is no limit."""
    book = await _book(work, version_id)
    if book is None:
        return None
    departments: list[UUID] = []
    if scope.department_id is not None and book.is_limited_by(kind, Dimension.DEPARTMENT):
        departments = await _departments_above(work, scope.department_id)
    return book.ruling(kind, scope, departments, topic)


async def rule_for_running_case(
    work: Work, kind: type[K], *, pinned_version_id: UUID, scope: Scope = EVERYWHERE, topic: str = ""
) -> Ruling[K]:
    """The clause for a case that is under way: of the version in force if that clause says that it applies to open
    cases, else of the version the case started under (PO-3)."""
    current = await find_rule(work, kind, scope=scope, topic=topic)
    if current is not None and (current.applies_to_open_cases or current.clause.version_id == pinned_version_id):
        return current
    return await rule(work, kind, scope=scope, topic=topic, version_id=pinned_version_id)


async def rule_by_clause(work: Work, kind: type[K], *, clause_id: UUID, version_id: UUID) -> Ruling[K]:
    """The ruling of a clause that a running case keeps; refuses with NO_CLAUSE when it is not of this kind."""
    found = (await handbook(work, version_id)).ruling_by(kind, clause_id)
    if found is None:
        raise await _no_clause(work, kind.label, version_id)
    return found


async def rules_of(work: Work, kind: type[K], *, version_id: UUID | None = None) -> list[Ruling[K]]:
    """Every clause of a kind by the order of numbers, such as all quality targets; `scope` says whom each concerns."""
    book = await _book(work, version_id)
    return book.rulings(kind) if book is not None else []


async def publishing_chain(work: Work) -> Ruling[ApprovalChain] | None:
    """The chain by which new versions are approved (PO-3); None where the version in force has none."""
    return await find_rule(work, ApprovalChain, topic=chain_topic(SubjectKind.HANDBOOK_VERSION, PUBLISHING))


async def publishing_rules(work: Work) -> Ruling[PublishingRules] | None:
    """What the version in force asks of a new one before it is published."""
    return await find_rule(work, PublishingRules)


async def content(work: Work, version_id: UUID) -> Content:
    """What a version lays down, as it is compared and approved."""
    found = await version(work, version_id, "versionId")
    rows = await work.all(select(Clause).where(Clause.version_id == version_id).order_by(Clause.position))
    return Content(
        document_number=found.document_number,
        title=found.title,
        clauses=tuple(
            ClauseContent(row.number, row.kind, row.value, row.scope, row.title, row.text, row.applies_to_open_cases)
            for row in rows
        ),
    )


async def decisions_about(work: Work, subject: Subject) -> list[Decision]:
    """What was decided about a record by which clauses, oldest first."""
    about = select(Decision).where(Decision.subject_kind == subject.kind, Decision.subject_id == subject.id)
    return await work.all(about.order_by(Decision.id))


@dataclass(frozen=True)
class Covered:
    """One clause, who acts on it, and how often it decided something in a period."""

    clause_id: UUID
    number: str
    kind: str
    by: CoveredBy
    decisions: int
    last_at: datetime | None


async def coverage(work: Work, version_id: UUID, since: datetime, until: datetime) -> list[Covered]:
    """Every clause of a version with the decisions that cite it from an instant until another, which is excluded."""
    cited = and_(Decision.clause_id == Clause.id, Decision.at >= since, Decision.at < until)
    counted = (
        select(
            Clause.id,
            Clause.number,
            Clause.kind,
            func.count(Decision.id).label("uses"),
            func.max(Decision.at).label("at"),
        )
        .outerjoin(Decision, cited)
        .where(Clause.version_id == version_id)
        .group_by(Clause.id, Clause.number, Clause.kind, Clause.position)
        .order_by(Clause.position)
    )
    return [
        Covered(row["id"], row["number"], row["kind"], covered_by(KINDS[row["kind"]]), row["uses"], row["at"])
        for row in await work.rows(counted)
    ]


async def findings(work: Work, version_id: UUID) -> list[Refusal]:
    """What keeps a version from being published: contradictions, grounds that are missing, people nobody knows."""
    book = await handbook(work, version_id)
    found = checks.contradictions(book.clauses) + checks.missing_grounds(book.clauses)
    if not book.clauses:
        found.append(Invalid(message("The version has no clauses yet."), path=("clauses",)))
    for clause in (*book.of_kind(ApprovalChain), *book.of_kind(ExpertPanel)):
        assert isinstance(clause.parsed, ApprovalChain | ExpertPanel)
        for approver in clause.parsed.named:
            if not await _is_known(work, approver, book):
                text = message("Clause {number} names the {by} “{value}”, which the company has not.")
                values = {"number": clause.number, "by": approver.by.value, "value": approver.value}
                found.append(Invalid(text, values, path=("clauses", clause.number), code="UNKNOWN_APPROVER"))
    return found


async def may_publish_alone(work: Work, member_id: UUID) -> bool:
    """Whether somebody is the only person of the company who could publish a version."""
    others = (
        select(Member.id)
        .join(MemberRole, MemberRole.member_id == Member.id)
        .join(Role, Role.id == MemberRole.role_id)
        .where(
            Member.active,
            Member.id != member_id,
            cast(Permission.POLICIES_PUBLISH.value, Text) == any_(Role.permissions),
        )
    )
    return await work.value(others.limit(1)) is None


def forget(work: Work, *, published: UUID) -> None:
    """What this work knew of the version in force may have changed: it has just published a version itself."""
    work.memo.pop(IN_FORCE, None)
    work.memo.setdefault("policies.published_here", set()).add(published)


async def _book(work: Work, version_id: UUID | None) -> Handbook | None:
    if version_id is None:
        version_id = await _id_in_force(work)
    return await handbook(work, version_id) if version_id is not None else None


async def _departments_above(work: Work, department_id: UUID) -> list[UUID]:
    line: list[UUID] = []
    above: UUID | None = department_id
    while above is not None and above not in line:
        line.append(above)
        above = (await organisation.department(work, above)).parent_id
    return line


async def _no_clause(work: Work, label: str, version_id: UUID | None) -> Refusal:
    values = {"kind": Labels((label,))}
    if version_id is None and await _id_in_force(work) is None:
        text = message("No handbook is in force yet, and this needs its clause of the kind “{kind}”.")
        return Refusal(text, values, code="NO_CLAUSE")
    text = message("The handbook has no clause of the kind “{kind}” for this case.")
    return Refusal(text, values, code="NO_CLAUSE")


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
