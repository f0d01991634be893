"""Moving several requests in one go."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import strawberry

from api.reading.mapping import part
from api.results import UserError
from api.schema import bulk
from api.schema.inputs import given, optional
from api.schema.requests import types  # noqa: F401  # declares the enumerations that are used below
from api.schema.terms import Complexity, Impact, Urgency
from domain.requests import commands
from domain.requests.rules import Audience
from tenancy.actor import Actor
from tenancy.refusals import Invalid, message
from tenancy.work import Work


@strawberry.input(description="Who gets all of the requests; see assignRequest.")
class AssignAllInput:
    """Who gets all of the requests."""

    assignee_id: UUID | None = optional("Who of the staff gets them; without it the clause `assignment_rules` chooses.")
    department_id: UUID | None = optional("The department that has them; the person's own without it.")
    second_assignee_id: UUID | None = optional("Who stands in for the first; kept without it.")


@strawberry.input(description="How all of the requests are assessed; see triageRequest.")
class TriageAllInput:
    """How all of the requests are assessed."""

    complexity: Complexity = given("Whether they take the usual course, or need more thought and more people.")
    category: str | None = optional("What kind of matter they are, in at most 100 characters; as it was without it.")
    impact: Impact | None = optional("How much stands still; as it was without it.")
    urgency: Urgency | None = optional("How soon it hurts; as it was without it.")


@strawberry.input(description="For what all of the requests wait; see holdRequest.")
class HoldAllInput:
    """For what all of the requests wait."""

    reason: str = optional("For whom or what, in at most 500 characters; needed without a code.", default="")
    reason_code: str | None = optional("The code of a reason that the handbook lists, in its clause `hold_reasons`.")
    expected_at: datetime | None = optional("Until when that is expected to take; somebody is reminded then.")


@strawberry.input(description="How all of the requests were done; see resolveRequest.")
class ResolveAllInput:
    """How all of the requests were done."""

    resolution: str = given("What was done, in at most 20,000 characters.")
    with_children: bool = optional("Whether their open parts are resolved in the same way.", default=False)


@strawberry.input(description="Why none of the requests is needed any more; see cancelRequest.")
class CancelAllInput:
    """Why none of the requests is needed any more."""

    reason: str = given("Why, in at most 500 characters.")


@strawberry.input(description="What is said about all of the requests; see commentRequest.")
class CommentAllInput:
    """What is said about all of the requests."""

    text: str = given("What you say, in at most 20,000 characters.")
    audience: Audience = optional("Who reads it.", default=Audience.PUBLIC)


@strawberry.enum(description="What can be done with several requests in one go.")
class MoveOfSeveral(StrEnum):
    """Moves that take several requests."""

    ASSIGN = "assign"
    TRIAGE = "triage"
    START = "start"
    HOLD = "hold"
    RESUME = "resume"
    RESOLVE = "resolve"
    CLOSE = "close"
    CANCEL = "cancel"
    COMMENT = "comment"


@strawberry.input(description="Several requests, and a move that is made with each of them.")
class MoveRequestsInput:
    """Several requests, and a move that is made with each of them."""

    request_ids: list[UUID] = given("The requests, at most 100; one that is named twice is moved once.")
    move: MoveOfSeveral = given("The move.")
    assign: AssignAllInput | None = optional("With ASSIGN: to whom; without it the clause `assignment_rules` chooses.")
    triage: TriageAllInput | None = optional("With TRIAGE, which needs it: how they are assessed, and their category.")
    hold: HoldAllInput | None = optional("With HOLD, which needs it: for what they wait.")
    resolve: ResolveAllInput | None = optional("With RESOLVE, which needs it: what was done.")
    cancel: CancelAllInput | None = optional("With CANCEL, which needs it: why.")
    message: CommentAllInput | None = optional("With COMMENT, which needs it: what you say.")


@part
class RequestOutcome:
    """What became of one of several requests."""

    request_id: UUID = strawberry.field(description="The request.")
    done: bool = strawberry.field(description="Whether the move was made.")
    errors: list[UserError] = strawberry.field(
        description="Why it was not; then nothing of this request was changed. Empty when it was."
    )


Act = Callable[..., Awaitable[Any]]
# The command of each move, the field of its particulars, and whether it does without them.
_MOVES: dict[MoveOfSeveral, tuple[Act, str, bool]] = {
    MoveOfSeveral.ASSIGN: (commands.assign, "assign", True),
    MoveOfSeveral.TRIAGE: (commands.triage, "triage", False),
    MoveOfSeveral.START: (commands.start, "", True),
    MoveOfSeveral.HOLD: (commands.put_on_hold, "hold", False),
    MoveOfSeveral.RESUME: (commands.resume, "", True),
    MoveOfSeveral.RESOLVE: (commands.resolve, "resolve", False),
    MoveOfSeveral.CLOSE: (commands.close, "", True),
    MoveOfSeveral.CANCEL: (commands.cancel, "cancel", False),
    MoveOfSeveral.COMMENT: (commands.comment, "message", False),
}


async def move_requests(actor: Actor, input: MoveRequestsInput) -> list[SimpleNamespace]:
    """Make one move with several requests. Each has a transaction and an outcome of its own, in the order given: one
    that is refused keeps none of the others back."""
    act, own, does_without = _MOVES[input.move]
    said = {name: value for _, name, _ in _MOVES.values() if name and (value := getattr(input, name)) is not None}
    if of_others := said.keys() - {own}:
        name = min(of_others)
        raise Invalid(message("This move takes nothing of “{name}”."), {"name": name}, (name,))
    particulars = said.get(own)
    if particulars is None and not does_without:
        raise Invalid(message("Say more of this move: “{name}”."), {"name": own}, (own,))
    arguments = vars(particulars) if particulars is not None else {}

    async def move(work: Work, request_id: UUID) -> None:
        await act(work, request_id=request_id, **arguments)

    done = await bulk.each(actor, input.request_ids, move, "requestIds")
    return [SimpleNamespace(request_id=one.id, done=not one.errors, errors=one.errors) for one in done]
