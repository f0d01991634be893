"""Approvals as clients see them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement, Integer, Text, and_, any_, cast
from sqlalchemy import Uuid as UuidType
from strawberry.scalars import JSON

from api.reading.filters import IdFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, many, one, page, part, rendered, shows
from api.schema.access.types import CasePerson, Member
from api.schema.approvals.moves import ApprovalMove, allowed_moves
from api.schema.approvals.timeline import said, timeline
from api.schema.files.types import Attachment, attached
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause, HandbookVersion
from domain.approvals import models, queries
from domain.approvals.rules import naming, traces
from domain.approvals.rules.states import EndReason, SeatReason, State, TaskState
from domain.approvals.rules.words import reason_text
from domain.kernel.subjects import SubjectKind
from domain.policies.rules.conditions import ConditionFailed, Failure
from domain.policies.rules.sentences import read
from tenancy.actor import Actor
from tenancy.language import translate
from tenancy.models import current_language

strawberry.enum(State, name="ApprovalState", description="Where an approval stands.")
strawberry.enum(TaskState, name="SeatState", description="What became of one seat in a step.")
strawberry.enum(SeatReason, description="Why somebody sits where the chain's words alone don't lead to them.")
strawberry.enum(EndReason, description="Why a seat stopped waiting without its holder's decision.")


def _problem(values: Mapping[str, Any], actor: Actor) -> str | None:
    problem = values["problem"] or {}
    if problem.get("failure") not in set(Failure):
        return None
    failed = ConditionFailed.of(str(problem.get("condition")), Failure(problem["failure"]), problem.get("fact"))
    return translate(failed.text, actor.language, failed.values)


@shows(models.ApprovalTask, visible=queries.visible_tasks)
class ApprovalTask(Node):
    """A seat in a step: who decides there, why they, and what they decided."""

    approval: "Approval | None" = one("What is decided on there.", "approval_id")
    step: int = column("The step's place in the chain, from 0.")
    named_by: JSON = column("The chain's words for who decides here.")
    assignee: Member | None = one("Who decides; nobody while the seat is vacant.", "assignee_id")
    assignee_person: CasePerson | None = one(
        "Who decides, by name, for whoever may see the approval; nobody while the seat is vacant.", "assignee_id"
    )
    instead_of_person: CasePerson | None = one(
        "From whom the seat came or who was away, by name, for whoever may see the approval.", "instead_of_id"
    )
    instead_of: Member | None = one(
        "From whom the seat came when it was passed on, or who was away when somebody decided for them.",
        "instead_of_id",
    )
    beside_id: UUID | None = column("The seat whose holder asked for this one; the two have one voice.", "anchor_id")
    round: int = column("How often the approval was returned to an earlier step before this seat was given.")
    due_at: datetime | None = column("Until when it is to be decided.")
    state: TaskState = column("What became of the seat.")
    seat_reason: SeatReason | None = column("Why this person, where the chain's words alone don't say.")
    end_reason: EndReason | None = column("Why it stopped waiting without a decision by hand.")
    opened_at: datetime = column("Since when it has waited.")
    ended_at: datetime | None = column("When it stopped waiting.")
    comment: str = column("What its holder said; what others say when they pass it on, the timeline has as theirs.")
    reason_text: str | None = rendered(
        "The same as endReason, or where there is none as seatReason, in words and in your language.",
        lambda values, actor: said(reason_text(values["end"] or values["seat"]), actor),
        end=lambda seat: cast(seat.end_reason, Text),
        seat=lambda seat: cast(seat.seat_reason, Text),
    )
    problem: str | None = rendered(
        "Where the case stops here because a condition can't be judged: which one and why, in your language.",
        _problem,
        problem=lambda seat: seat.problem,
    )
    mine: bool = computed(
        "Whether you are to decide here now, for yourself or for somebody away.", queries.my_waiting_tasks
    )


def _step_name(row: Any) -> Any:
    name = row.chain.op("->")("steps").op("->")(cast(row.step, Integer)).op("->")(cast("name", Text))
    return name.op("->>")(current_language())


def _title(values: Mapping[str, Any], actor: Actor) -> str:
    return read(naming.title(values["kind"], values["purpose"], values["facts"]), actor.language)


def _chosen_chain(approval: Any, decision: Any) -> ColumnElement[bool]:
    """By which clause it takes its course, which is decided about its subject."""
    about_it = (decision.subject_kind == approval.subject_kind, decision.subject_id == approval.subject_id)
    named = cast(decision.result.op("->>")("approval_id"), UuidType()) == approval.id
    return and_(*about_it, decision.decision == traces.CHAIN, named)


@shows(models.Approval, visible=queries.visible)
class Approval(Node):
    """Something is asked for and goes through the steps of the chain it started with."""

    subject_kind: str = column("The kind of the record that is decided on.")
    subject_id: UUID = column("The record that is decided on; ask for it with node.")
    subject_title: str = rendered(
        "What the record is called, with its number, amount and the like, in your language.",
        _title,
        kind=lambda approval: approval.subject_kind,
        purpose=lambda approval: approval.purpose,
        facts=lambda approval: approval.facts,
    )
    purpose: str = column("What for, where a record is approved for several things; empty otherwise.")
    requester: Member | None = one("Who asks.", "requester_id")
    requester_person: CasePerson | None = one("Who asks, by name, for whoever may see the approval.", "requester_id")
    informed: list[CasePerson] = many(
        "Who gets a copy of the outcome, by name.", lambda here, there: there.id == any_(here.informed_ids)
    )
    state: State = column("Where it stands. What was granted may be void since: see voidedAt.")
    step: int = column("The step it has reached, from 0.")
    step_name: str | None = computed("What the chain calls that step, in your language.", _step_name)
    step_due_at: datetime | None = column("Until when the step is to be decided.")
    round: int = column("How often it was returned to an earlier step.")
    urged_at: datetime | None = column("When its requester last asked for haste.")
    chain: JSON = column("The chain as it was when this was opened; a new handbook doesn't change it.")
    facts: JSON = column("What the approvers are shown, and the chain's conditions are judged by.")
    digest: str = column("The fingerprint of what was asked for.")
    opened_at: datetime = column("When it was asked for.")
    closed_at: datetime | None = column("When it ended.")
    voided_at: datetime | None = computed(
        "Since when it counts no more because its record has changed; one that was granted stays GRANTED, as decided.",
        queries.voided_at,
    )
    clause: Clause | None = one("The clause the chain came from.", "clause_id")
    version: HandbookVersion | None = one("The handbook version it came from.", "version_id")
    tasks: list[ApprovalTask] = many("Every seat of every step so far.", "approval_id", most=50)
    waiting_for_me: bool = computed("Whether you are to decide now.", queries.waiting_for_me)
    overdue: bool = computed("Whether the time of a step that waits is up.", queries.overdue)
    allowed_moves: list[ApprovalMove] = allowed_moves()
    attachments: list[Attachment] = attached(SubjectKind.APPROVAL)
    timeline = timeline()
    decisions = decisions(SubjectKind.APPROVAL, also=_chosen_chain)


@shows(models.ApprovalDelegation, visible=queries.visible_delegations)
class ApprovalDelegation(Node):
    """Somebody decides for somebody else who is away; it begins and ends by itself."""

    delegator: Member | None = one("Who is away.", "delegator_id")
    delegate: Member | None = one("Who decides for them.", "delegate_id")
    delegator_person: CasePerson | None = one("Who is away, by name.", "delegator_id")
    delegate_person: CasePerson | None = one("Who decides for them, by name.", "delegate_id")
    starts_at: datetime = column("From when on.")
    ends_at: datetime = column("When it ends, or ended.")
    reason: str = column("Why.")
    in_force: bool = computed("Whether it holds now.", queries.in_force)


@strawberry.enum(description="How delegations are ordered.")
class ApprovalDelegationOrder(Enum):
    """Orders of delegations."""

    NEWEST = "newest"


DELEGATION_ORDERS = {ApprovalDelegationOrder.NEWEST: Order(lambda row: row.id, descending=True)}


@strawberry.input(description="Which delegations to give.")
class ApprovalDelegationFilter:
    """Conditions on delegations."""

    delegator_id: IdFilter | None = filtered("By who is away.")
    delegate_id: IdFilter | None = filtered("By who decides for them.")
    in_force: bool | None = filtered("Whether they hold now.", queries.in_force)


@strawberry.enum(description="How approvals are ordered.")
class ApprovalOrder(Enum):
    """Orders of approvals."""

    NEWEST = "newest"
    OLDEST = "oldest"


APPROVAL_ORDERS = {
    ApprovalOrder.NEWEST: Order(lambda row: row.id, descending=True),
    ApprovalOrder.OLDEST: Order(lambda row: row.id),
}


@strawberry.input(description="Which approvals to give.")
class ApprovalFilter:
    """Conditions on approvals; the inbox is `waitingForMe: true`."""

    state: WordFilter[State] | None = filtered("By where they stand.")
    subject_kind: TextFilter | None = filtered("By the kind of record.")
    subject_id: IdFilter | None = filtered("By the record.")
    requester_id: IdFilter | None = filtered("By who asks.")
    waiting_for_me: bool | None = filtered("Whether you are to decide now.", queries.waiting_for_me)
    asked_by_me: bool | None = filtered("Whether you asked.", queries.asked_by_me)
    copied_to_me: bool | None = filtered("Whether you get a copy.", queries.copied_to_me)
    decided_by_me: bool | None = filtered("Whether you have decided.", queries.decided_by_me)
    overdue: bool | None = filtered("Whether the time of a step that waits is up.", queries.overdue)
    stuck: bool | None = filtered(
        "Whether it waits for an administrator of approvals: a seat is vacant, to be filled by reassign or "
        "resolveApprovalAgain, or it can't be judged whether a step is taken, which goOnWithApproval says.",
        queries.stuck,
    )
    and_: "list[ApprovalFilter] | None" = combining("All of these hold.", "and")
    or_: "list[ApprovalFilter] | None" = combining("One of these holds.", "or")
    not_: "ApprovalFilter | None" = combining("This does not hold.", "not")


def _drawer(description: str, holds: Callable[[Any], ColumnElement[bool]]) -> Any:
    return page(
        description, Approval, orders=APPROVAL_ORDERS, filter=ApprovalFilter, on=lambda _, approval: holds(approval)
    )


@part
class ApprovalInbox:
    """Your approvals in four drawers. Ask each for `totalCount`: all of it is one question to the database."""

    waiting = _drawer("What you are to decide now, for yourself or for somebody away.", queries.waiting_for_me)
    mine = _drawer("What you asked for.", queries.asked_by_me)
    copied = _drawer("What you get a copy of.", queries.copied_to_me)
    done = _drawer("What you have decided.", queries.decided_by_me)
