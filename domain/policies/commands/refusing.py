"""Keeping what a clause refused: the refused work is undone, that it was refused is kept with the record."""

from datetime import timedelta
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import column, select, table

from domain.kernel.subjects import SubjectKind
from domain.policies import queries
from domain.policies.models import Decision
from domain.policies.rules.handbooks import Candidate, Standing
from tenancy.refusals import ClauseReference
from tenancy.work import KEEPERS, Refused, Work

# The word of decisions that somebody was refused something.
REFUSED = "refused"
# The same refusal of the same person is kept once in this time, however often they try.
KEPT_AGAIN_AFTER = timedelta(hours=1)


async def keep_refused(work: Work, refused: Refused) -> None:
    """Keep a refusal that a clause caused as a decision about its record, if there is one (PO-5).

    It is about the first record that was held to be changed. What made no record yet has nothing to be kept with.
    """
    kinds = {kind.value for kind in SubjectKind}
    about = next((held for held in refused.held if held[0] in kinds), None)
    refusal, clause = refused.refusal, refused.refusal.clause
    if about is None or clause is None or not await _is_kept(work, *about):
        return
    by = {"kind": work.actor.kind.value, "id": str(work.actor.id) if work.actor.id is not None else None}
    decision = Decision(
        at=work.now,
        subject_kind=about[0],
        subject_id=about[1],
        decision=REFUSED,
        clause_id=clause.clause_id,
        version_id=clause.version_id,
        inputs={"asked": refusal.asked, "by": by, "values": to_jsonable_python(dict(refusal.values), fallback=str)},
        result={"refused": refusal.code, "path": list(refusal.path)},
        why=[candidate.stored() for candidate in clause.why or await _trace(work, clause)],
    )
    same = (
        Decision.subject_kind == decision.subject_kind,
        Decision.subject_id == decision.subject_id,
        Decision.decision == REFUSED,
        Decision.clause_id == decision.clause_id,
        Decision.at > work.now - KEPT_AGAIN_AFTER,
        Decision.inputs.contains({"by": by, "asked": refusal.asked}),
        Decision.result.contains({"refused": refusal.code}),
    )
    if not await work.rows(select(Decision.id).where(*same).limit(1)):
        work.add(decision)


async def _is_kept(work: Work, name: str, id: UUID) -> bool:
    """Whether the record outlived the refused work, which may have made it itself."""
    records = table(name, column("id"))
    return bool(await work.rows(select(records.c.id).where(records.c.id == id)))


async def _trace(work: Work, clause: ClauseReference) -> list[Candidate]:
    """Of a clause that a running case keeps, no other came into question."""
    book = await queries.handbook(work, clause.version_id)
    found = (each for each in book.clauses if each.id == clause.clause_id)
    return [Candidate(each.id, each.number, each.scope, Standing.WON) for each in found]


KEEPERS.append(keep_refused)
