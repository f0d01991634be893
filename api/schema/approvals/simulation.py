"""What would happen: the path of an approval that nobody has asked for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from api.reading.mapping import part
from api.results import ClauseLink, clause_link
from domain.approvals import queries
from domain.approvals.rules.states import EndReason, SeatReason
from domain.kernel.permissions import Permission
from domain.kernel.subjects import FACTS, SubjectKind
from tenancy.actor import Actor
from tenancy.language import translate
from tenancy.refusals import Forbidden, Invalid, message
from tenancy.work import Work


@part
class SimulatedSeat:
    """Who would decide there."""

    named_by: JSON = strawberry.field(description="The chain's words for who decides here.")
    member_id: UUID | None = strawberry.field(
        description="The member; nobody where an administrator names somebody first."
    )
    member_name: str | None = strawberry.field(description="Their name.")
    reason: SeatReason | None = strawberry.field(
        description="Why this person, where the chain's words alone don't say."
    )
    delegate_id: UUID | None = strawberry.field(description="Who decides for them while they are away.")
    delegate_name: str | None = strawberry.field(description="Their name.")
    delegated_until: datetime | None = strawberry.field(description="Until when they are away.")
    clause: ClauseLink | None = strawberry.field(
        description="The clause by which they would sit there: the chain's, whose step also says who decides where "
        "nobody is found, or that of the panel of experts which names them; none for the last resort behind the chain."
    )


@part
class SimulatedSkip:
    """An entry of the chain that would be passed over."""

    named_by: JSON = strawberry.field(description="The chain's words.")
    reason: EndReason = strawberry.field(description="Why.")


@part
class SimulatedStep:
    """One step of the path."""

    step: int = strawberry.field(description="Its place in the chain, from 0; behind the chain stands its last resort.")
    name: str = strawberry.field(description="What the chain calls it, in your language.")
    branch: str | None = strawberry.field(description="The branch it belongs to, where branches run side by side.")
    taken: bool = strawberry.field(description="Whether it would be taken.")
    passed_over: EndReason | None = strawberry.field(description="Why it would not.")
    seats: list[SimulatedSeat] = strawberry.field(description="Who would decide.")
    skipped: list[SimulatedSkip] = strawberry.field(description="Whom it would pass over.")
    problem: str | None = strawberry.field(
        description="Why it can't be judged whether it would be taken; the case would stop here. In your language."
    )
    due_at: datetime | None = strawberry.field(
        description="When its time would be up, if every step before took all of its own."
    )
    is_provisional: bool = strawberry.field(
        description="Whether dueAt lies after the last day whose holidays are entered, so that a later calendar may "
        "move it."
    )
    calendar_clause: ClauseLink | None = strawberry.field(
        description="The clause on working days and hours by which its time was reckoned; none without a time."
    )


@part
class SimulatedApproval:
    """The path of an approval that nobody has asked for."""

    clause: ClauseLink = strawberry.field(
        description="The clause that lays it down: the chain's, or that on expert review where solutions have no chain."
    )
    steps: list[SimulatedStep] = strawberry.field(description="Its steps, in order.")


async def simulate_approval(
    info: strawberry.Info,
    subject_kind: Annotated[str, strawberry.argument(description="The kind of record, such as resignations.")],
    facts: Annotated[JSON, strawberry.argument(description="What would be laid before the approvers, by name.")],
    purpose: Annotated[str, strawberry.argument(description="What for, where a record is approved for several.")] = "",
    requester_id: Annotated[UUID | None, strawberry.argument(description="Who would ask; you without one.")] = None,
    at: Annotated[datetime | None, strawberry.argument(description="When; now without one.")] = None,
    version_id: Annotated[
        UUID | None,
        strawberry.argument(
            description="By which version of the handbook, such as a draft of yours; by the one in force without one."
        ),
    ] = None,
) -> SimulatedApproval:
    """The path that an approval would take: which steps, who decides and why they, until when. Nothing is changed."""
    actor: Actor = info.context.actor
    work: Work = info.context.work
    async with info.context.lock:
        found = await queries.foresee(
            work,
            kind=_kind(subject_kind),
            purpose=purpose,
            facts=_facts(facts),
            requester_id=_requester(actor, requester_id),
            at=at,
            version_id=version_id,
        )
        seats = [seat for each in found.steps for seat in each.seats]
        people = {id for seat in seats for id in (seat.member_id, seat.delegate_id) if id is not None}
        names = await queries.names(work, people)
    return SimulatedApproval(
        clause=clause_link(found.ruling.clause, actor.language),
        steps=[_step(each, actor, names) for each in found.steps],
    )


def _kind(given: str) -> SubjectKind:
    if given not in set(SubjectKind):
        text = message("One of these is needed: {expected}.")
        expected = dict.fromkeys(kind.value for kind, _ in FACTS)
        raise Invalid(text, {"expected": ", ".join(expected)}, path=("subjectKind",))
    return SubjectKind(given)


def _facts(given: object) -> dict[str, object]:
    if not isinstance(given, dict):
        raise Invalid(message("Facts are given by their names, as a JSON object."), path=("facts",))
    return given


def _requester(actor: Actor, requester_id: UUID | None) -> UUID:
    """Everybody foresees what they might ask for themselves; for others, who reads all approvals."""
    own = actor.id if actor.is_member else None
    if requester_id is not None and requester_id != own:
        actor.require(Permission.APPROVALS_READ_ALL)
        return requester_id
    if own is None:
        raise Forbidden(message("Say who would ask."), path=("requesterId",))
    return own


def _step(found: queries.ForeseenStep, actor: Actor, names: Mapping[UUID | None, str]) -> SimulatedStep:
    return SimulatedStep(
        step=found.index,
        name=found.step.name.in_language(actor.language),
        branch=found.step.branch,
        taken=found.passed_over is None and found.problem is None,
        passed_over=found.passed_over,
        seats=[
            SimulatedSeat(
                named_by=JSON(seat.named_by.model_dump(mode="json", exclude_none=True)),
                member_id=seat.member_id,
                member_name=names.get(seat.member_id),
                reason=seat.reason,
                delegate_id=seat.delegate_id,
                delegate_name=names.get(seat.delegate_id),
                delegated_until=seat.delegated_until,
                clause=clause_link(seat.clause, actor.language) if seat.clause else None,
            )
            for seat in found.seats
        ],
        skipped=[
            SimulatedSkip(
                named_by=JSON(skipped.approver.model_dump(mode="json", exclude_none=True)), reason=skipped.reason
            )
            for skipped in found.skipped
        ],
        problem=translate(found.problem.text, actor.language, found.problem.values) if found.problem else None,
        due_at=found.due_at,
        is_provisional=found.is_provisional,
        calendar_clause=clause_link(found.calendar, actor.language) if found.calendar else None,
    )
