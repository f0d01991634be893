"""What happened to an approval, from the journal."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import BigInteger, ColumnElement, Integer, Text, Uuid, and_, case, cast, func, null, select

from api.reading.filters import TextFilter, filtered
from api.reading.mapping import Order, column, computed, one, page, rendered, shows
from api.schema.access.types import CasePerson, Member
from api.schema.files.types import Attachment
from domain.approvals import queries
from domain.approvals.events import ApprovalDecided, ApprovalVoided
from domain.approvals.models import Approval, ApprovalTask
from domain.approvals.rules.states import SeatReason
from domain.approvals.rules.words import decision_text, reason_text
from tenancy.actor import Actor
from tenancy.journal import JournalEntry
from tenancy.language import translate
from tenancy.models import current_language
from tenancy.rows import another


def _said(name: str) -> Any:
    return lambda row: row.payload.op("->>")(name)


def said(text: str | None, actor: Actor) -> str | None:
    """Words for people in the reader's language; nothing where there are none."""
    return translate(text, actor.language) if text is not None else None


def _of_seat(entry: Any, column: str) -> Any:
    """Something of the seat that an entry tells of."""
    seats = another(ApprovalTask)
    return select(getattr(seats, column)).where(seats.id == cast(_said("task_id")(entry), Uuid)).scalar_subquery()


def _step(entry: Any) -> ColumnElement[Any]:
    return func.coalesce(cast(_said("step")(entry), BigInteger), _of_seat(entry, "step"))


def _step_name(entry: Any) -> Any:
    approvals = another(Approval)
    name = approvals.chain.op("->")("steps").op("->")(cast(_step(entry), Integer)).op("->")(cast("name", Text))
    here = approvals.id == cast(_said("approval_id")(entry), Uuid)
    return select(name.op("->>")(current_language())).where(here)


def _comment(entry: Any) -> ColumnElement[Any]:
    """What was said with a decision stands on its seat."""
    decided = case((entry.name == ApprovalDecided.name, func.nullif(_of_seat(entry, "comment"), "")), else_=null())
    return func.coalesce(_said("comment")(entry), decided)


def _instead_of(entry_id: Any) -> Any:
    """Who was away, by the entry's id: the seat of a decision has it, an entry about passing on says it itself."""
    entries = another(JournalEntry)
    delegated = _of_seat(entries, "seat_reason") == SeatReason.DELEGATED.value
    decided = and_(entries.name == ApprovalDecided.name, delegated)
    passed_on = cast(_said("instead_of_id")(entries), Uuid)
    absent = case((decided, _of_seat(entries, "instead_of_id")), else_=passed_on)
    return select(absent).where(entries.id == entry_id).scalar_subquery()


def _attached_by(entry_id: Any) -> Any:
    """The attachment that an entry tells of, by the entry's id."""
    entries = another(JournalEntry)
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
    instead_of_person: CasePerson | None = one(
        "Who was away, by name, where whoever decides for them did it.",
        lambda here, there: there.id == _instead_of(here.id),
    )
    step: int | None = computed("The step's place in the chain, from 0.", _step)
    step_name: str | None = computed("What the chain calls that step, in your language.", _step_name)
    task_id: UUID | None = computed("The seat.", lambda row: cast(_said("task_id")(row), Uuid))
    decision: str | None = computed("What was decided in the seat, as a word for programs.", _said("decision"))
    decision_text: str | None = rendered(
        "The same in words, in your language.",
        lambda values, actor: said(decision_text(values["decision"]), actor),
        decision=_said("decision"),
    )
    reason: str | None = computed(
        "Why a seat is somebody else's now or was decided by itself, subject_changed where the approval is void with "
        "its subject, why a condition can't be judged, or how an administrator let a stopped case go on. A word for "
        "programs.",
        _said("reason"),
    )
    reason_text: str | None = rendered(
        "The same in words, in your language.",
        lambda values, actor: said(
            reason_text(values["reason"], of_granted=values["name"] == ApprovalVoided.name), actor
        ),
        reason=_said("reason"),
        name=lambda row: row.name,
    )
    comment: str | None = computed("What was said, with a decision or without one.", _comment)
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
