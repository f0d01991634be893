"""What happened to an approval, from the journal."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import BigInteger, Uuid, cast, select
from sqlalchemy.orm import aliased

from api.reading.filters import TextFilter, filtered
from api.reading.mapping import Order, column, computed, one, page, shows
from api.schema.access.types import CasePerson, Member
from api.schema.files.types import Attachment
from domain.approvals import queries
from tenancy.journal import JournalEntry


def _said(name: str) -> Any:
    return lambda row: row.payload.op("->>")(name)


def _attached_by(entry_id: Any) -> Any:
    """The attachment that an entry tells of, by the entry's id."""
    entries = aliased(JournalEntry)
    return select(cast(_said("attachment_id")(entries), Uuid)).where(entries.id == entry_id).scalar_subquery()


@shows(JournalEntry, visible=queries.visible_facts)
class ApprovalEvent:
    """Something that happened to an approval: opened, a step reached, decided, passed on, urged, commented, a file
    attached, ended."""

    id: UUID = column("The journal's entry.")
    name: str = column("What happened, such as approvals.decided.")
    at: datetime = column("When it happened.")
    member: Member | None = one(
        "Who did it; nobody for what happened by itself.", lambda here, there: there.id == here.actor_id
    )
    person: CasePerson | None = one(
        "The same person by name, for whoever may see the approval.", lambda here, there: there.id == here.actor_id
    )
    step: int | None = computed(
        "The step's place in the chain, from 0.",
        lambda row: cast(_said("step")(row), BigInteger),
    )
    task_id: UUID | None = computed("The seat.", lambda row: cast(_said("task_id")(row), Uuid))
    decision: str | None = computed("What was decided in the seat.", _said("decision"))
    reason: str | None = computed(
        "Why a seat is somebody else's now, subject_changed where the approval is void with its subject, why a "
        "condition can't be judged, or how an administrator let a stopped case go on.",
        _said("reason"),
    )
    comment: str | None = computed(
        "What was said without deciding; what was said to a decision, the seat has.", _said("comment")
    )
    attachment: Attachment | None = one(
        "The file that was attached; null when it was taken away since.",
        lambda here, there: there.id == _attached_by(here.id),
    )


@strawberry.enum(description="How what happened is ordered.")
class ApprovalEventOrder(Enum):
    """Orders of what happened."""

    OLDEST = "oldest"
    NEWEST = "newest"


ORDERS = {
    ApprovalEventOrder.OLDEST: Order(lambda row: row.id),
    ApprovalEventOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="What of it to give.")
class ApprovalEventFilter:
    """Conditions on what happened."""

    name: TextFilter | None = filtered("By what happened.")


def timeline() -> Any:
    """The field of an approval that tells its whole course."""
    return page(
        "Everything that happened, from its opening to its end.",
        ApprovalEvent,
        orders=ORDERS,
        filter=ApprovalEventFilter,
        on=queries.told_of,
    )
