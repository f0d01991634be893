"""Keeping what a clause refused: the refused work is undone, that it was refused is kept with the record."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import column, select, table

from domain.kernel.subjects import SubjectKind
from domain.policies import queries
from domain.policies.models import Decision
from domain.policies.rules.handbooks import Candidate, Standing
from tenancy.actor import ActorKind
from tenancy.refusals import ClauseReference
from tenancy.work import KEEPERS, Refused, Work

# The word of decisions that somebody was refused something.
REFUSED = "refused"
# The same refusal of the same person is kept once in this time, however often they try.
KEPT_AGAIN_AFTER = timedelta(hours=1)
# As many different refusals are kept of one person about one record by one clause in that time, so that nobody fills
# the table by trying.
MOST_KEPT = 20
# What else may be refused by a clause is about a record; what a caller is, it is about when there is none.
_CALLERS = {
    ActorKind.MEMBER: SubjectKind.MEMBER,
    ActorKind.CONTACT: SubjectKind.CONTACT,
    ActorKind.CLIENT: SubjectKind.CLIENT,
}


async def keep_refused(work: Work, refused: Refused) -> None:
    """Keep a refusal that a clause caused as a decision about its record, or else about whoever asked (PO-5).

    Another sentence, or other values in it, make another refusal. What nobody asked for and that has no record, as a
    worker's own attempts, has nothing to be kept with.
    """
    refusal, clause = refused.refusal, refused.refusal.clause
    about = await _subject(work, refused)
    if about is None or clause is None:
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
        result={"refused": refusal.code, "path": list(refusal.path), "sentence": refusal.text},
        why=[],
    )
    if await _is_new(work, decision, by):
        decision.why = [candidate.stored() for candidate in clause.why or await _trace(work, clause)]
        work.add(decision)


async def _subject(work: Work, refused: Refused) -> tuple[str, UUID] | None:
    """The first of the records it is about that outlived the refused work; else whoever asked."""
    kinds = {kind.value for kind in SubjectKind}
    for held in refused.held:
        if held[0] in kinds and await _outlived(work, *held):
            return held
    caller = _CALLERS.get(work.actor.kind)
    return None if caller is None or work.actor.id is None else (caller.value, work.actor.id)


async def _is_new(work: Work, decision: Decision, by: Mapping[str, str | None]) -> bool:
    """Whether it was not kept lately; what is sent at once in many pieces waits for its turn here."""
    turn = f"refused:{work.actor.tenant_id}:{by}:{decision.subject_id}"
    await work.sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", turn)
    lately = (
        select(Decision.inputs, Decision.result)
        .where(
            Decision.subject_kind == decision.subject_kind,
            Decision.subject_id == decision.subject_id,
            Decision.decision == REFUSED,
            Decision.clause_id == decision.clause_id,
            Decision.at > work.now - KEPT_AGAIN_AFTER,
            Decision.inputs.contains({"by": by}),
        )
        .limit(MOST_KEPT)
    )
    kept = [(row["inputs"], row["result"]) for row in await work.rows(lately)]
    return len(kept) < MOST_KEPT and (decision.inputs, decision.result) not in kept


async def _outlived(work: Work, name: str, id: UUID) -> bool:
    """Whether the record outlived the refused work, which may have made it itself."""
    records = table(name, column("id"))
    return bool(await work.rows(select(records.c.id).where(records.c.id == id)))


async def _trace(work: Work, clause: ClauseReference) -> list[Candidate]:
    """Of a clause that a running case keeps, no other came into question."""
    book = await queries.handbook(work, clause.version_id)
    found = (each for each in book.clauses if each.id == clause.clause_id)
    return [Candidate(each.id, each.number, each.scope, Standing.WON) for each in found]


KEEPERS.append(keep_refused)
