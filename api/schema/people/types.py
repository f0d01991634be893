"""Resignations as clients see them."""

from datetime import date, datetime
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, case

from api.reading.filters import DayFilter, IdFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, one, shows
from api.schema.access.types import Member
from api.schema.approvals.types import Approval
from api.schema.organisation.types import Staff
from api.schema.people.moves import ResignationMove, allowed_moves
from api.schema.policies.decisions import decisions
from api.schema.policies.types import HandbookVersion
from domain.kernel.subjects import SubjectKind
from domain.organisation import queries as organisation
from domain.people import models, queries
from domain.people.rules import State

strawberry.enum(State, name="ResignationState", description="Where a resignation stands.")


def _waived_days(row: Any) -> ColumnElement[int]:
    days = row.earliest_last_day_on - row.last_day_on
    return case((days > 0, days), else_=0)


@shows(models.Resignation, visible=queries.visible)
class Resignation(Node):
    """Somebody's letter of resignation, the last day that their notice leads to, and how it was decided."""

    staff: Staff | None = one("Who leaves.", "staff_id")
    letter_on: date = column("The date of the letter, from which the notice runs.")
    reason: str = column("Why; empty when no reason is given.")
    wished_on: date | None = column("The last day that is wished for.")
    on_probation: bool = column("Whether the letter was written on probation.")
    notice_days: int = column("How many days of notice the handbook asks for.")
    earliest_last_day_on: date = column("The end of the notice.")
    last_day_on: date = column("The last day of employment.")
    waived_days: int = computed("By how many calendar days the last day comes before the notice ends.", _waived_days)
    submitted_at: datetime = column("When it was handed in, the last time.")
    submitted_by: Member | None = one("Who handed it in.", "submitted_by_id")
    state: State = column("Where it stands.")
    approval: Approval | None = one(
        "The present or last approval; a new one for every time it is handed in.", "approval_id"
    )
    decided_at: datetime | None = column("When it was approved or refused.")
    leaves_at: datetime | None = column("The last working moment, once leaving is approved; access ends then.")
    waived_by: Member | None = one("Who let the last day come earlier after the approval.", "waived_by_id")
    waiver_reason: str = column("Why it may come earlier.")
    handbook_version: HandbookVersion | None = one("The version whose clauses hold for it.", "handbook_version_id")
    decisions = decisions(SubjectKind.RESIGNATION)
    allowed_moves: list[ResignationMove] = allowed_moves()


@strawberry.enum(description="How resignations are ordered.")
class ResignationOrder(Enum):
    """Orders of resignations."""

    NEWEST = "newest"
    LAST_DAY = "last_day"


RESIGNATION_ORDERS = {
    ResignationOrder.NEWEST: Order(lambda row: row.id, descending=True),
    ResignationOrder.LAST_DAY: Order(lambda row: row.last_day_on),
}


@strawberry.input(description="Which resignations to give.")
class ResignationFilter:
    """Conditions on resignations."""

    state: WordFilter[State] | None = filtered("By where they stand.")
    staff_id: IdFilter | None = filtered("By who leaves.")
    department_id: IdFilter | None = filtered(
        "By the department of who leaves.", lambda row: organisation.department_of(row.staff_id)
    )
    last_day_on: DayFilter | None = filtered("By the last day of employment.")
    and_: "list[ResignationFilter] | None" = combining("All of these hold.", "and")
    or_: "list[ResignationFilter] | None" = combining("One of these holds.", "or")
    not_: "ResignationFilter | None" = combining("This does not hold.", "not")
