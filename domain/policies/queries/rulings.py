"""Which clause decides a case, by the version in force or the one a case keeps."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from domain.kernel.lifecycle import Labels
from domain.kernel.subjects import SubjectKind
from domain.organisation import queries as organisation
from domain.policies.models import Clause
from domain.policies.queries.showing import PUBLISHING
from domain.policies.queries.versions import id_in_force, version, version_before
from domain.policies.rules.clause_kind import ClauseKind
from domain.policies.rules.handbooks import Handbook, Ruling, StoredClause
from domain.policies.rules.kinds import ApprovalChain, K, PublishingRules, chain_topic
from domain.policies.rules.scopes import Dimension, Scope
from domain.policies.rules.versions import State
from tenancy.caches import TenantCache
from tenancy.refusals import Refusal, message
from tenancy.work import Work

EVERYWHERE = Scope()
# Published versions, which never change; each is some hundred kilobytes at most.
_published: TenantCache[Handbook] = TenantCache(200)
# In which version a clause stands that some case has followed.
_versions: TenantCache[UUID] = TenantCache(2_000)


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
    work: Work,
    kind: type[K],
    *,
    pinned_version_id: UUID,
    scope: Scope = EVERYWHERE,
    topic: str = "",
    followed: Collection[UUID] = (),
) -> Ruling[K]:
    """As `find_rule_for_running_case`; refuses with NO_CLAUSE where no clause applies."""
    found = await find_rule_for_running_case(
        work, kind, pinned_version_id=pinned_version_id, scope=scope, topic=topic, followed=followed
    )
    return found or await rule(work, kind, scope=scope, topic=topic, version_id=pinned_version_id)


async def find_rule_for_running_case(
    work: Work,
    kind: type[K],
    *,
    pinned_version_id: UUID | None,
    scope: Scope = EVERYWHERE,
    topic: str = "",
    followed: Collection[UUID] = (),
) -> Ruling[K] | None:
    """The clause for a case that is under way: of the version in force if that clause says that it applies to open
    cases, else of the version the case started under (PO-3). None where the handbook is silent.

    `followed` are the clauses by which the case has gone so far: it goes on by such a one, and cites it, while the one
    in force says the very same.
    """
    current = await find_rule(work, kind, scope=scope, topic=topic)
    if current is not None and current.clause.version_id == pinned_version_id:
        return current
    if current is not None and current.applies_to_open_cases:
        for clause_id in followed:
            before = await _ruled_by(work, kind, clause_id, scope, topic)
            if before is not None and before.says_the_same(current):
                return before
        return current
    if pinned_version_id is None:
        return None
    return await find_rule(work, kind, scope=scope, topic=topic, version_id=pinned_version_id)


async def _ruled_by(work: Work, kind: type[K], clause_id: UUID, scope: Scope, topic: str) -> Ruling[K] | None:
    """What an older version ruled for a case, if it was by this clause."""
    version_id = await _version_with(work, clause_id)
    if version_id is None:
        return None
    found = await find_rule(work, kind, scope=scope, topic=topic, version_id=version_id)
    return found if found is not None and found.clause.clause_id == clause_id else None


async def _version_with(work: Work, clause_id: UUID) -> UUID | None:
    version_id = _versions.find(work, clause_id)
    if version_id is None:
        version_id = await work.value(select(Clause.version_id).where(Clause.id == clause_id))
        if version_id is not None:
            _versions.keep(work, clause_id, version_id)
    return version_id


async def find_rule_by_clause(work: Work, kind: type[K], clause_id: UUID) -> Ruling[K] | None:
    """The ruling of a clause that a running case keeps, of whichever version; None when it is not of this kind."""
    version_id = await _version_with(work, clause_id)
    return (await handbook(work, version_id)).ruling_by(kind, clause_id) if version_id is not None else None


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


async def lacking(work: Work, kind: type[K]) -> Refusal | None:
    """Why what needs a clause of a kind is not possible for anybody: the version in force, if any, has none at all."""
    return None if await rules_of(work, kind) else await _no_clause(work, kind.label, None)


async def publishing_chain(work: Work) -> Ruling[ApprovalChain] | None:
    """The chain by which new versions are approved (PO-3); None where the version in force has none."""
    return await find_rule(work, ApprovalChain, topic=chain_topic(SubjectKind.HANDBOOK_VERSION, PUBLISHING))


async def publishing_rules(work: Work) -> Ruling[PublishingRules] | None:
    """What the version in force asks of a new one before it is published."""
    return await find_rule(work, PublishingRules)


async def _book(work: Work, version_id: UUID | None) -> Handbook | None:
    if version_id is None:
        version_id = await id_in_force(work)
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
    if version_id is None and await id_in_force(work) is None:
        text = message("No handbook is in force yet, and this needs its clause of the kind “{kind}”.")
        return Refusal(text, values, code="NO_CLAUSE")
    text = message("The handbook has no clause of the kind “{kind}” for this case.")
    return Refusal(text, values, code="NO_CLAUSE")
