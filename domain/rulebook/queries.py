"""What those who decide on a version are shown of it."""

from typing import Any
from zoneinfo import ZoneInfo

from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import queries as policies
from domain.policies.models import HandbookVersion
from domain.policies.rules.content import Content, differences
from tenancy.work import Work


async def facts_about(work: Work, version: HandbookVersion) -> dict[str, Any]:
    """A version in numbers, what it changes, and the fingerprint of all it says (PO-3).

    `changed_kinds` are the kinds of the clauses that differ from the version in force, separated by blanks.
    """
    content = await policies.content(work, version.id)
    in_force = await policies.version_in_force(work)
    before = await policies.content(work, in_force.id) if in_force is not None else Content("", {}, ())
    changes = differences(before, content)
    kinds = {clause.kind for change in changes for clause in (change.before, change.after) if clause is not None}
    effective_at = version.planned_effective_at or work.now
    return {
        "version_number": version.number,
        "document_number": version.document_number,
        "clause_count": len(content.clauses),
        "changed_clauses": len(changes),
        "changed_kinds": " ".join(sorted(kinds)),
        "effective_on": effective_at.astimezone(ZoneInfo(work.opening.zone)).date(),
        "content": content.digest(),
    }


def subject(version: HandbookVersion) -> Subject:
    """The version as a subject of approval."""
    return Subject(SubjectKind.HANDBOOK_VERSION, version.id)
