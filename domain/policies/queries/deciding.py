"""What was decided by which clauses."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select

from domain.kernel.subjects import Subject, SubjectKind
from domain.policies.models import Clause, Decision
from domain.policies.rules.clause_kind import CoveredBy, covered_by
from domain.policies.rules.kinds import kind_named
from tenancy.models import one_of
from tenancy.rows import another
from tenancy.work import Work


async def decisions_about(work: Work, subject: Subject) -> list[Decision]:
    """What was decided about a record by which clauses, oldest first."""
    about = select(Decision).where(Decision.subject_kind == subject.kind, Decision.subject_id == subject.id)
    return await work.all(about.order_by(Decision.id))


def clause_of(kind: SubjectKind, subject_id: Any, decision: str) -> Select[Any]:
    """Inside a statement, the clause that was last cited for a decision about a record."""
    cited = another(Decision)
    about = and_(cited.subject_kind == kind.value, cited.subject_id == subject_id, cited.decision == decision)
    return select(cited.clause_id).where(about).order_by(cited.id.desc()).limit(1)


async def values_of(work: Work, clause_ids: Collection[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """What several clauses lay down, of whatever versions, by their ids."""
    if not clause_ids:
        return {}
    rows = await work.rows(select(Clause.id, Clause.value).where(one_of(Clause.id, clause_ids)))
    return {row["id"]: row["value"] for row in rows}


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
        Covered(row["id"], row["number"], row["kind"], covered_by(kind_named(row["kind"])), row["uses"], row["at"])
        for row in await work.rows(counted)
    ]
