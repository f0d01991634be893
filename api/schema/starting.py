"""What can be begun without a record yet: whether you can, and what keeps you from it, as the mutations say it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from api.reading.mapping import TRIES, part
from api.results import ClauseLink, clause_link
from domain.kernel.command import COMMANDS
from domain.people import commands as people
from domain.policies import queries as policies
from domain.policies.rules.kinds import (
    BusinessCalendarClause,
    ClauseKind,
    ComplaintHandling,
    InquiryContact,
    PriorityMatrix,
    ServiceLevel,
)
from tenancy.language import translate
from tenancy.refusals import Forbidden, Refusal, message, missing_permission, suspended
from tenancy.tenants import TenantStatus
from tenancy.work import Work

Hindrances = Callable[[Work], Awaitable[Sequence[Refusal]]]


@part
class StartBlocker:
    """Something that keeps you from beginning something."""

    code: str = strawberry.field(description="A word for programs: the code that the mutation would answer.")
    message: str = strawberry.field(description="A sentence for people, in your language.")
    clause: ClauseLink | None = strawberry.field(description="The clause that keeps you from it, where one does.")
    earliest_at: datetime | None = strawberry.field(
        description="When it will be possible: null, since time alone keeps you from none of these."
    )


@part
class Start:
    """Whether you can begin something now; what of it is right or wrong, its mutation says when it is sent."""

    allowed: bool = strawberry.field(description="Whether nothing stands in the way.")
    blockers: list[StartBlocker] = strawberry.field(
        description="What keeps you from it; nothing when you can do it. The first one is what the mutation answers."
    )


@dataclass(frozen=True)
class _Beginning:
    """How something is begun: its mutation, its command, and the clauses without which nobody can."""

    mutation: str
    what: str
    command: str
    needs: tuple[type[ClauseKind], ...] = ()
    # A calendar is needed as well where the handbook has a clause of this kind.
    reckoned_by: type[ClauseKind] | None = None
    only_people: str | None = None

    async def hindrances(self, work: Work) -> Sequence[Refusal]:
        """All that stands against it now."""
        found: list[Refusal] = []
        permission = COMMANDS[self.command]
        if permission is not None and not work.actor.may(permission):
            found.append(missing_permission(permission))
        if self.only_people is not None and not work.actor.is_member:
            found.append(Forbidden(self.only_people))
        kinds = [*self.needs]
        if self.reckoned_by is not None and await policies.rules_of(work, self.reckoned_by):
            kinds.append(BusinessCalendarClause)
        found += [lacking for kind in kinds if (lacking := await policies.lacking(work, kind)) is not None]
        return found


_BEGINNINGS = (
    _Beginning("submit_request", "a service request", "requests.submit", (PriorityMatrix,), reckoned_by=ServiceLevel),
    _Beginning("submit_complaint", "a complaint", "feedback.submit_complaint", reckoned_by=ComplaintHandling),
    _Beginning("register_inquiry", "an inquiry", "presales.register_inquiry", reckoned_by=InquiryContact),
    _Beginning("draft_quotation", "a quotation", "presales.draft_quotation"),
    _Beginning("draft_contract", "a contract", "contracts.draft_contract"),
    _Beginning("draft_invoice", "an invoice", "billing.draft_invoice"),
    _Beginning("receive_payment", "a payment", "billing.receive_payment"),
    _Beginning("create_customer", "a customer", "customers.create_customer"),
    _Beginning("open_problem", "a fault that comes again and again", "requests.open_problem"),
    _Beginning("draft_version", "a version of the handbook", "policies.draft_version"),
    _Beginning(
        "delegate_approvals",
        "a delegation of your approvals",
        "approvals.delegate",
        only_people=message("Only people delegate what they decide."),
    ),
)


def _answer(found: Sequence[Refusal], language: str) -> Start:
    return Start(
        allowed=not found,
        blockers=[
            StartBlocker(
                code=each.code,
                message=translate(each.text, language, each.values),
                clause=clause_link(each.clause, language) if each.clause is not None else None,
                earliest_at=None,
            )
            for each in found
        ],
    )


def _field(hindrances: Hindrances, description: str) -> Any:
    async def resolve(info: strawberry.Info) -> Start:
        work: Work = info.context.work
        async with info.context.lock:
            found = [*([suspended()] if work.opening.status != TenantStatus.ACTIVE else []), *await hindrances(work)]
        return _answer(found, info.context.actor.language)

    return strawberry.field(resolver=resolve, description=description)


def _declared() -> type:
    fields = {
        "submit_resignation": _field(
            people.against_own_letter,
            "Your own letter of resignation, by submitResignation without staffId: whether you are on the staff, "
            "nothing is under way, and the handbook says how much notice is due and who decides.",
        ),
        **{each.mutation: _field(each.hindrances, f"The beginning of {each.what}.") for each in _BEGINNINGS},
    }
    declared = type("MayStart", (), {**fields, "__annotations__": {}, "__module__": __name__})
    description = (
        "What can be begun now, each by the mutation of its name: whether you can, and what keeps you from it. "
        "What can be done with a record that exists, its `allowedMoves` tells."
    )
    return strawberry.type(declared, description=description)


MayStart: Any = _declared()


async def may_start() -> Any:
    """What can be begun now."""
    return MayStart()


@part
class CallBlocker:
    """Something that keeps you from a mutation."""

    code: str = strawberry.field(description="A word for programs: the code that the mutation would answer.")
    message: str = strawberry.field(description="A sentence for people, in your language.")
    path: list[str] = strawberry.field(description="The field of the input at fault, outermost first; empty for none.")
    clause: ClauseLink | None = strawberry.field(description="The clause that keeps you from it, where one does.")
    earliest_at: datetime | None = strawberry.field(
        description="When it will be possible, where nothing but time keeps you from it; else null."
    )


@part
class CallTrial:
    """Whether a mutation would do what it is asked now."""

    allowed: bool = strawberry.field(description="Whether it would be done.")
    blockers: list[CallBlocker] = strawberry.field(
        description="What the mutation would answer instead, as its `errors`; nothing when it would be done. All "
        "that is wrong with the form of the input comes at once, else the first thing that keeps you from it; all that "
        "keeps you from a record's move, its `allowedMoves` tell."
    )


async def may_call(
    info: strawberry.Info,
    mutation: Annotated[str, strawberry.argument(description="The mutation's name, such as putClause.")],
    input: Annotated[
        JSON | None,
        strawberry.argument(description="The input as it would be sent; one that has none is refused one (NO_INPUT)."),
    ] = None,
) -> CallTrial:
    """What keeps the caller from a mutation, which was tried before this piece of work began."""
    blockers: Sequence[Any] = info.context.tried[info.path.key]
    return CallTrial(allowed=not blockers, blockers=[CallBlocker(**vars(each)) for each in blockers])


@strawberry.type
class StartingQuery:
    """What the caller can do."""

    may_start: MayStart = strawberry.field(
        resolver=may_start, description="What you can begin now, where there is no record yet whose moves could tell."
    )
    may_call: CallTrial = strawberry.field(
        resolver=may_call,
        metadata={TRIES: True},
        description="Whether a mutation, whichever it is, would do now what you ask of it, and why not. It is carried "
        "out as if it were sent, by your permissions, the record's state and the handbook, with all that follows from "
        "it at once, and then undone: nothing is kept, sent or numbered, nobody is told. It cannot tell what somebody "
        "else changes before you send it, nor what workers find out later. Of a mutation that takes several records, "
        "what keeps any of them back is told.",
    )
