"""What was decided by clauses, as it is shown with the record that it is about."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement, and_, or_
from strawberry.scalars import JSON

from api.reading.filters import IdFilter, TextFilter, combining, filtered
from api.reading.mapping import Order, column, one, page, shows
from domain.kernel.subjects import SubjectKind
from domain.policies import models, queries

if TYPE_CHECKING:
    from api.schema.policies.types import Clause, HandbookVersion


@shows(models.Decision, visible=queries.visible_decisions)
class Decision:
    """Something that was decided by a clause, and how. It is shown with the record that it is about, and only there."""

    id: UUID = column("The decision's id.")
    at: datetime = column("When it was decided.")
    decision: str = column(
        "What was decided, such as requests.deadline. Of approvals: approvals.chain, step_entered, step_passed_over, "
        "step_stopped, step_decided, deadline, seat_given_up, ended and voided, each with approvals. before it. And "
        "refused: a clause refused what somebody asked for, so that nothing was changed. It is kept with the record "
        "that was to be changed; where there is none yet, with whom it is about, as a letter with the member who "
        "leaves, or else with whoever asked: the member, the customer's contact or the program. The same refusal of "
        "the same person, with the same sentence and values, is kept once an hour, and 20 different ones by one "
        "clause about one record."
    )
    inputs: JSON = column(
        "The values that it was decided from. Of what was refused: what was `asked` for, such as requests.put_on_hold, "
        "`by` whom (kind: member, client, contact or system; id), and the values of the sentence that they were told."
    )
    result: JSON = column(
        "What came out. Of what was refused: its code, as `refused`, the `path` of the input at fault, and the English "
        "`sentence` that they were told, with blanks for the `values` among the inputs."
    )
    why: JSON = column("The clauses that came into question, the one that won first.")
    subject_kind: str = column("The kind of the record it is about.")
    subject_id: UUID = column("The record it is about.")
    clause: Annotated["Clause", strawberry.lazy("api.schema.policies.types")] | None = one(
        "The clause that decided.", "clause_id"
    )
    version: Annotated["HandbookVersion", strawberry.lazy("api.schema.policies.types")] | None = one(
        "The version of the handbook.", "version_id"
    )


@strawberry.enum(description="How decisions are ordered.")
class DecisionOrder(Enum):
    """Orders of decisions."""

    OLDEST = "oldest"
    NEWEST = "newest"


DECISION_ORDERS = {
    DecisionOrder.OLDEST: Order(lambda row: row.id),
    DecisionOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which decisions to give.")
class DecisionFilter:
    """Conditions on decisions."""

    decision: TextFilter | None = filtered("By what was decided.")
    clause_id: IdFilter | None = filtered("By the clause that decided.")
    subject_id: IdFilter | None = filtered("By the record they are about.")
    and_: "list[DecisionFilter] | None" = combining("All of these hold.", "and")
    or_: "list[DecisionFilter] | None" = combining("One of these holds.", "or")


def decisions(
    kind: SubjectKind,
    description: str = "What was decided about it, by which clauses.",
    *,
    also: Callable[[Any, Any], ColumnElement[bool]] | None = None,
) -> Any:
    """The field of a record of a kind that tells what was decided about it, and what is `also` shown with it."""

    def shown_with(record: Any, decision: Any) -> ColumnElement[bool]:
        about_it = and_(decision.subject_kind == kind.value, decision.subject_id == record.id)
        return about_it if also is None else or_(about_it, also(record, decision))

    return page(
        description,
        Decision,
        on=shown_with,
        orders=DECISION_ORDERS,
        filter=DecisionFilter,
    )
