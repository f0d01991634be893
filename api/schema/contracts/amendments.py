"""Supplementary agreements as clients see them: what changes from which day on, and what holds on any day."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import and_, not_, true

from api.reading.asking import asked
from api.reading.filters import DayFilter, InstantFilter, combining, filtered
from api.reading.mapping import Node, Order, column, listed, localized, many, one, part, shows
from api.schema.access.types import Member
from api.schema.approvals.types import Approval
from api.schema.ledger.balances import shown
from api.schema.money import Money, money
from api.schema.moves import (
    MOVE_AND_CHAIN,
    blockers,
    chain_among,
    chain_clause,
    codes,
    in_another_state,
    no_instant,
    only_people,
    possible,
    sentence,
    states_of,
)
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause, HandbookVersion
from domain.contracts import models, queries
from domain.contracts.queries.submitting import amendments_for_people
from domain.contracts.rules import MOST_INSTALMENTS, Trigger
from domain.contracts.rules import amendments as rules
from domain.contracts.rules.amendments import (
    AMENDMENTS,
    DUTIES,
    NEEDS_CONTRACT,
    AmendmentMove,
    AmendmentObstacle,
    AmendmentState,
    Origin,
)
from domain.contracts.rules.amendments import Cause as Cause
from domain.kernel.subjects import SubjectKind
from tenancy.actor import Actor
from tenancy.refusals import Refusal
from tenancy.work import Work

strawberry.enum(AmendmentState, name="ContractAmendmentState", description="How far a supplementary agreement is.")
strawberry.enum(Trigger, name="InstalmentTrigger", description="What an instalment of a contract falls due with.")
strawberry.enum(Cause, name="ContractAmendmentCause", description="Why a contract is amended.")
strawberry.enum(Origin, name="ContractTermsOrigin", description="By what a version of a contract was agreed.")
strawberry.enum(
    AmendmentMove, name="ContractAmendmentMoveName", description="What is done with supplementary agreements."
)
codes(
    AmendmentObstacle,
    name="ContractAmendmentBlockerCode",
    description="Why something is not possible for you now.",
)
PARTS = "What it changes: of `parties`, `scope`, `acceptance`, `liability`, `term`, `fees`."
_CONDITIONS = {
    AmendmentObstacle.CONTRACT_OVER: queries.is_stopped,
    AmendmentObstacle.NOTICE_GIVEN: queries.meets_notice,
    AmendmentObstacle.CONTRADICTED: queries.is_contradicted,
    AmendmentObstacle.INVOICED: queries.meets_invoice,
}


_FOR_PEOPLE = asked("amendments_for_people", amendments_for_people)


def _stands(move: Any, obstacle: AmendmentObstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move; what a change would meet is seen when it is written."""
    match obstacle:
        case AmendmentObstacle.FORBIDDEN:
            return not_(move.permitted)
        case AmendmentObstacle.WRONG_STATE:
            return in_another_state(move)
        case AmendmentObstacle.PEOPLE_ONLY:
            return only_people(move, AmendmentMove.SUBMIT)
        case _:
            return and_(move.needs_contract, not_(in_another_state(move)), getattr(move, obstacle.value))


def _refusal(code: str, move: str, state: str) -> Refusal:
    return rules.refusal(AmendmentObstacle(code), AmendmentMove(move), AmendmentState(state))


@part
class ContractAmendmentBlocker:
    """Something that keeps you from a move."""

    code: AmendmentObstacle = column("A word for programs.")
    message: str = sentence(_refusal)
    clause: Clause | None = chain_clause()
    earliest_at: datetime | None = no_instant()


@part
class AllowedContractAmendmentMove:
    """Something that people do with supplementary agreements, and whether you can do it with this one now."""

    move: AmendmentMove = column("What is done.")
    allowed: bool = possible(AmendmentObstacle, _stands)
    blockers: list[ContractAmendmentBlocker] = blockers(AmendmentObstacle, _stands, MOVE_AND_CHAIN)


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "move": move,
            "states": states_of(AMENDMENTS, move),
            "permitted": actor.may(permission),
            "needs_contract": move in NEEDS_CONTRACT and move is not AmendmentMove.CHANGE,
        }
        for move, permission in DUTIES.items()
    ]


@shows(models.ContractAmendmentItem, visible=queries.visible_items)
class ContractAmendmentItem(Node):
    """An instalment as it is after an amendment. What of the contract's is not among them is taken away by it."""

    position: int = column("Its place, from 1.")
    instalment_id: UUID | None = column("Which of the contract's instalments it is; null for a new one.")
    changed: bool = column("Whether it is new or changed; the others stay as they were.")
    name: str = localized("What it is called, in your language.", "name")
    trigger: Trigger = column("What it falls due with.")
    due_on: date | None = column("The day on which it falls due, where it does by date.")
    net: Money = money("What it comes to before tax.", lambda row: row.net_minor)
    tax: Money = money("The tax on it.", lambda row: row.tax_minor)
    total: Money = money("What is to be paid.", lambda row: row.total_minor)


def _changes_fees(row: Any) -> Any:
    return row.net_minor.is_not(None)


@shows(models.ContractAmendment, visible=queries.visible_amendments)
class ContractAmendment(Node):
    """A supplementary agreement to a contract. Of the texts and amounts, what is null stays as it is."""

    number: str = column("Its number, made of the contract's: CON-000042-1.")
    state: AmendmentState = column("How far it is: SIGNED before its day, IN_EFFECT from then on.")
    title: str = column("What it is about.")
    cause: Cause = column("Whether something is wanted otherwise, or can't be done as it was agreed.")
    reason: str = column("Why.")
    effective_on: date = column("From which day on it holds; changed fees and their schedule from the signature on.")
    parts: list[str] = column(PARTS)
    own_party: str | None = column("The company as it stands in the contract from then on.")
    customer_party: str | None = column("The customer as it stands in the contract from then on.")
    scope: str | None = column("What is to be done from then on.")
    acceptance_standard: str | None = column("By what the work is accepted from then on.")
    liability: str | None = column("Who answers for what from then on.")
    ends_on: date | None = column("The new last day, where `term` is among the parts; null then for none.")
    notice_days: int | None = column("How many days of notice there are from then on.")
    net: Money | None = money("All fees of the contract before tax.", lambda row: row.net_minor, when=_changes_fees)
    tax: Money | None = money("The tax on them.", lambda row: row.tax_minor, when=_changes_fees)
    total: Money | None = money("All fees with tax.", lambda row: row.total_minor, when=_changes_fees)
    former_total: Money = money("All fees with tax when it was written.", lambda row: row.former_total_minor)
    items: list[ContractAmendmentItem] = many(
        "The whole schedule after it; nothing where the fees stay as they are.",
        "amendment_id",
        order=lambda there: (there.position,),
        most=MOST_INSTALMENTS,
    )
    drafted_at: datetime = column("When it was begun.")
    prepared_by: Member | None = one("Who has written it; null for a program.", "prepared_by_id")
    approval: Approval | None = one(
        "The last approval it was submitted to; null where none is needed, and once it was changed since.",
        "approval_id",
    )
    approved_digest: str | None = column(
        "The fingerprint of what was approved and is signed, with that of the contract in it; null before."
    )
    signed_on: date | None = column("The day of the signatures.")
    own_signatory: str = column("Who signed for the company; empty before.")
    customer_signatory: str = column("Who signed for the customer; empty before.")
    handbook_version: HandbookVersion | None = one("The handbook it was written under.", "handbook_version_id")
    decisions = decisions(SubjectKind.AMENDMENT)
    allowed_moves: list[AllowedContractAmendmentMove] = listed(
        "Everything that people do with it, whether you can do it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(AmendmentMove),
        carrying={
            "state": lambda row: row.state,
            "chain_id": chain_among(_FOR_PEOPLE),
            **{obstacle.value: condition for obstacle, condition in _CONDITIONS.items()},
        },
    )


@shows(models.ContractTerms, visible=queries.visible_parts)
class ContractTerms(Node):
    """What holds of a contract from a day on, as it was known from an instant on."""

    origin: Origin = column("By what it was agreed.")
    amendment: ContractAmendment | None = one("The amendment that brought it; null for others.", "amendment_id")
    effective_on: date = column("From which day on it holds.")
    agreed_at: datetime = column("When it was agreed, as far as the product knows.")
    parts: list[str] = column(PARTS + " Nothing where a later version is told again with an earlier change in it.")
    own_party: str = column("The company as it stands in the contract.")
    customer_party: str = column("The customer as it stands in the contract.")
    scope: str = column("What is to be done.")
    acceptance_standard: str = column("By what the work is accepted.")
    liability: str = column("Who answers for what.")
    ends_on: date | None = column("The last day; null where it runs until somebody ends it.")
    notice_days: int = column("How many calendar days ahead of the last day its end is announced.")
    net: Money = money("The fees before tax.", lambda row: row.net_minor)
    tax: Money = money("The tax on them.", lambda row: row.tax_minor)
    total: Money = money("The fees with tax.", lambda row: row.total_minor)


@strawberry.enum(description="How versions of what holds are ordered.")
class ContractTermsOrder(Enum):
    """Orders of versions."""

    LATEST = "latest"
    EARLIEST = "earliest"


CONTRACT_TERMS_ORDERS = {
    ContractTermsOrder.LATEST: Order(lambda row: row.effective_on, descending=True),
    ContractTermsOrder.EARLIEST: Order(lambda row: row.effective_on),
}


@strawberry.input(description="Which versions of what holds to give.")
class ContractTermsFilter:
    """Conditions on versions."""

    effective_on: DayFilter | None = filtered("By from which day on they hold.")
    agreed_at: InstantFilter | None = filtered("By when they were agreed.")
    and_: "list[ContractTermsFilter] | None" = combining("All of these hold.", "and")
    or_: "list[ContractTermsFilter] | None" = combining("One of these holds.", "or")
    not_: "ContractTermsFilter | None" = combining("This does not hold.", "not")


@part
class ContractAsOf:
    """What held of a contract on a day."""

    terms_id: UUID = strawberry.field(description="The version's id, for `node`.")
    origin: Origin = strawberry.field(description="By what it was agreed.")
    amendment_number: str | None = strawberry.field(description="The amendment that brought it; null for others.")
    effective_on: date = strawberry.field(description="From which day on it held.")
    agreed_at: datetime = strawberry.field(description="When it was agreed, as far as the product knows.")
    own_party: str = strawberry.field(description="The company as it stood in the contract.")
    customer_party: str = strawberry.field(description="The customer as it stood in the contract.")
    scope: str = strawberry.field(description="What was to be done.")
    acceptance_standard: str = strawberry.field(description="By what the work was accepted.")
    liability: str = strawberry.field(description="Who answered for what.")
    ends_on: date | None = strawberry.field(description="The last day; null where it ran until somebody ends it.")
    notice_days: int = strawberry.field(description="How many calendar days ahead of its last day notice is given.")
    net: Money = strawberry.field(description="The fees before tax.")
    tax: Money = strawberry.field(description="The tax on them.")
    total: Money = strawberry.field(description="The fees with tax.")


async def contract_as_of(
    info: strawberry.Info,
    contract_id: Annotated[UUID, strawberry.argument(description="The contract.")],
    as_of: Annotated[date | None, strawberry.argument(description="On which day; today unless told.")] = None,
    known_on: Annotated[
        date | None,
        strawberry.argument(description="As it was known at the end of which day; all that is known unless told."),
    ] = None,
) -> ContractAsOf | None:
    """What held of a contract on a day: as signed, with all amendments and renewals in effect by then. Null before its
    first day, for one that is not signed, and for one that you may not see."""
    work: Work = info.context.work
    async with info.context.lock:
        found = await queries.held(work, contract_id, as_of, known_on)
    if found is None:
        return None
    terms, amendment = found
    return ContractAsOf(
        terms_id=terms.id,
        origin=terms.origin,
        amendment_number=amendment.number if amendment is not None else None,
        effective_on=terms.effective_on,
        agreed_at=terms.agreed_at,
        ends_on=terms.ends_on,
        notice_days=terms.notice_days,
        own_party=terms.own_party,
        customer_party=terms.customer_party,
        scope=terms.scope,
        acceptance_standard=terms.acceptance_standard,
        liability=terms.liability,
        net=shown(terms.net_minor, terms.currency),
        tax=shown(terms.tax_minor, terms.currency),
        total=shown(terms.total_minor, terms.currency),
    )
