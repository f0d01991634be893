"""Citing: what was decided by a clause is kept with the case."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_jsonable_python

from domain.kernel.subjects import Subject
from domain.policies.models import Decision
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ClauseKind
from tenancy.work import Work


def cite(
    work: Work,
    ruling: Ruling[ClauseKind],
    *,
    about: Subject,
    decision: str,
    inputs: Mapping[str, Any],
    result: Mapping[str, Any],
) -> Decision:
    """Keep, for ever, that something was decided by a clause: from which values, with what result (PO-5).

    `decision` is a word of the deciding module, such as `requests.deadline`. Values may be anything that has a form in
    JSON, ids, instants and decimals included.
    """
    return work.add(
        Decision(
            at=work.now,
            subject_kind=about.kind,
            subject_id=about.id,
            decision=decision,
            clause_id=ruling.clause.clause_id,
            version_id=ruling.clause.version_id,
            inputs=to_jsonable_python(dict(inputs)),
            result=to_jsonable_python(dict(result)),
            why=[candidate.stored() for candidate in ruling.why],
        )
    )
