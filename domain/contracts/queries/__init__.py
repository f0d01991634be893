"""Who sees which contract, what of its checklist is open, and by which clauses it goes."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Date,
    Text,
    and_,
    any_,
    case,
    cast,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
    true,
)
from sqlalchemy import false as sql_false
from sqlalchemy.dialects.postgresql import ARRAY

from domain.approvals import queries as approvals
from domain.contracts.models import (
    Contract,
    ContractAmendment,
    ContractAmendmentItem,
    ContractCheck,
    ContractCopy,
    ContractInstalment,
    ContractObligation,
    ContractTerms,
)
from domain.contracts.rules import OVER, ContractState, ObligationState, begins_at
from domain.contracts.rules.amendments import UNDER_WAY, VERSIONED, Origin, Part, Planned, Version
from domain.customers import queries as customers
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ContractChecklist, ExpiryReminders
from domain.policies.rules.scopes import Case
from tenancy.actor import Actor
from tenancy.models import current_day, current_member, one_of
from tenancy.rows import another
from tenancy.work import Work


def visible(actor: Actor, contracts: Any) -> ColumnElement[bool]:
    """Contracts are seen by whoever may read them, by who prepared them, by the customer's account owner, by those who
    decide on them, and by the departments that have a copy. `contracts` is `Contract` or an alias of it."""
    if actor.may(Permission.CONTRACTS_READ):
        return true()
    copies = another(ContractCopy)
    copied = select(copies.id).where(copies.contract_id == contracts.id, mine_to_confirm(copies)).exists()
    return or_(
        contracts.prepared_by_id == current_member(),
        customers.looked_after_by_me(contracts.customer_id),
        approvals.shown_to_me(SubjectKind.CONTRACT, contracts.id),
        copied,
    )


def visible_parts(actor: Actor, parts: Any) -> ColumnElement[bool]:
    """Instalments, checks and copies are seen with their contract. `parts` is one of their tables or an alias of it."""
    if actor.may(Permission.CONTRACTS_READ):
        return true()
    found = another(Contract)
    return select(found.id).where(found.id == parts.contract_id, visible(actor, found)).exists()


def mine_to_confirm(copies: Any) -> ColumnElement[bool]:
    """Whether a copy is that of the acting member's department."""
    own: ColumnElement[bool] = copies.department_id == organisation.department_of(current_member()).scalar_subquery()
    return own


def has_open_checks(contracts: Any) -> ColumnElement[bool]:
    """Whether an item of its checklist is not settled."""
    checks = another(ContractCheck)
    return select(checks.id).where(checks.contract_id == contracts.id, checks.settled_at.is_(None)).exists()


def last_safe_day(contracts: Any) -> ColumnElement[Any]:
    """The last day on which notice can be given so that it ends with its term; NULL where it has no end."""
    return cast(contracts.ends_on - contracts.notice_days * literal_column("interval '1 day'"), Date)


def renews_on(contracts: Any) -> ColumnElement[Any]:
    """The day on which it renews unless notice is given before; NULL where it does not."""
    once_more = or_(contracts.most_renewals.is_(None), contracts.renewals < contracts.most_renewals)
    over = one_of(contracts.state, list(OVER))
    open_ = and_(contracts.renewal_months.is_not(None), once_more, contracts.terminated_on.is_(None), not_(over))
    day = func.greatest(cast(last_safe_day(contracts) + literal_column("interval '1 day'"), Date), contracts.starts_on)
    return case((and_(open_, contracts.ends_on.is_not(None)), day), else_=cast(null(), Date))


def late(copies: Any) -> ColumnElement[bool]:
    """Whether a copy should have been confirmed by now."""
    return and_(copies.confirmed_at.is_(None), copies.due_on < current_day())


def overdue(obligations: Any) -> ColumnElement[bool]:
    """Whether an obligation should have been fulfilled by now."""
    return and_(obligations.state == ObligationState.OPEN, obligations.due_on < current_day())


def visible_obligations(actor: Actor, obligations: Any) -> ColumnElement[bool]:
    """Obligations are seen with their contract, and by who is responsible. `obligations` is their table or an alias."""
    return or_(visible_parts(actor, obligations), obligations.responsible_id == current_member())


async def get(work: Work, id: UUID, *path: str, lock: bool = False) -> Contract:
    """One contract that the actor may see; refuses with `NotFound`."""
    return await work.seen(Contract, id, visible(work.actor, Contract), *path, lock=lock)


async def any_one(work: Work, id: UUID, *, lock: bool = False) -> Contract:
    """One contract, whoever acts: for timers and outcomes of approvals."""
    return await work.get(Contract, id, lock=lock)


async def of_quotation(work: Work, quotation_id: UUID) -> Contract | None:
    """The contract that a quotation became; one that was withdrawn counts no more."""
    counts = Contract.state != ContractState.WITHDRAWN
    return await work.first(select(Contract).where(Contract.quotation_id == quotation_id, counts))


async def instalments_of(work: Work, contract: Contract) -> list[ContractInstalment]:
    """Its schedule of fees in order, without what an amendment took away."""
    own = select(ContractInstalment).where(
        ContractInstalment.contract_id == contract.id, ContractInstalment.dropped_by_id.is_(None)
    )
    return await work.all(own.order_by(ContractInstalment.position))


async def checks_of(work: Work, contract: Contract) -> list[ContractCheck]:
    """Its checklist in order."""
    own = select(ContractCheck).where(ContractCheck.contract_id == contract.id)
    return await work.all(own.order_by(ContractCheck.position))


async def copies_of(work: Work, contract: Contract) -> list[ContractCopy]:
    """The copies that departments got."""
    own = select(ContractCopy).where(ContractCopy.contract_id == contract.id)
    return await work.all(own.order_by(ContractCopy.id))


async def obligation(work: Work, id: UUID, *path: str, lock: bool = False) -> ContractObligation:
    """One obligation that the actor may see; refuses with `NotFound`."""
    shown = visible_obligations(work.actor, ContractObligation)
    return await work.seen(ContractObligation, id, shown, *path, lock=lock)


async def obligations_of(work: Work, contract: Contract) -> list[ContractObligation]:
    """What is owed by a contract, in the order of days."""
    own = select(ContractObligation).where(ContractObligation.contract_id == contract.id)
    return await work.all(own.order_by(ContractObligation.due_on, ContractObligation.id))


def case_of(contract: Contract) -> Case:
    """Where a contract stands."""
    return Case(
        customer_tier=contract.customer_tier,
        department_id=contract.department_id,
        service_line=contract.service_lines[0] if contract.service_lines else None,
        lines_above=tuple(contract.service_lines[1:]),
    )


async def checklist_of(work: Work, contract: Contract) -> Ruling[ContractChecklist] | None:
    """The clause on what it must settle; None where the handbook was silent when it was drafted."""
    if contract.checklist_clause_id is None or contract.handbook_version_id is None:
        return None
    return await policies.rule_by_clause(
        work, ContractChecklist, clause_id=contract.checklist_clause_id, version_id=contract.handbook_version_id
    )


async def reminders_of(work: Work, contract: Contract) -> Ruling[ExpiryReminders] | None:
    """The clause on when somebody is reminded of its end; None where there was none when it was drafted."""
    if contract.reminder_clause_id is None or contract.handbook_version_id is None:
        return None
    return await policies.rule_by_clause(
        work, ExpiryReminders, clause_id=contract.reminder_clause_id, version_id=contract.handbook_version_id
    )


# Amendments


def visible_amendments(actor: Actor, amendments: Any) -> ColumnElement[bool]:
    """Amendments are seen with their contract, and by who prepared them or decides on them."""
    return or_(
        visible_parts(actor, amendments),
        amendments.prepared_by_id == current_member(),
        approvals.shown_to_me(SubjectKind.AMENDMENT, amendments.id),
    )


def visible_items(actor: Actor, items: Any) -> ColumnElement[bool]:
    """Items are seen with their amendment. `items` is their table or an alias of it."""
    if actor.may(Permission.CONTRACTS_READ):
        return true()
    found = another(ContractAmendment)
    return select(found.id).where(found.id == items.amendment_id, visible_amendments(actor, found)).exists()


async def amendment(work: Work, id: UUID, *path: str) -> ContractAmendment:
    """One amendment that the actor may see; refuses with `NotFound`."""
    return await work.seen(ContractAmendment, id, visible_amendments(work.actor, ContractAmendment), *path)


async def amendments_of(work: Work, contract: Contract) -> list[ContractAmendment]:
    """All of a contract's, in the order in which they were begun."""
    own = select(ContractAmendment).where(ContractAmendment.contract_id == contract.id)
    return await work.all(own.order_by(ContractAmendment.position))


async def items_of(work: Work, amended: ContractAmendment) -> list[ContractAmendmentItem]:
    """The schedule as it is after an amendment, in order; nothing where the fees stay as they are."""
    own = select(ContractAmendmentItem).where(ContractAmendmentItem.amendment_id == amended.id)
    return await work.all(own.order_by(ContractAmendmentItem.position))


def as_planned(rows: list[ContractInstalment]) -> dict[UUID, Planned]:
    """Instalments as the rules of amendments know them."""
    return {
        row.id: Planned(
            row.id,
            row.name,
            row.trigger,
            row.due_on,
            Money(row.net_minor, row.currency),
            Money(row.tax_minor, row.currency),
        )
        for row in rows
    }


async def terms_of(work: Work, contract: Contract) -> list[ContractTerms]:
    """Every version of what holds, in the order in which they were agreed."""
    own = select(ContractTerms).where(ContractTerms.contract_id == contract.id)
    return await work.all(own.order_by(ContractTerms.id))


def as_version(row: ContractTerms) -> Version:
    """A stored version as the rules know it."""
    return Version(row.effective_on, {name: getattr(row, name) for name in VERSIONED})


async def terms_as_of(
    work: Work, contract_id: UUID, day: date, known_before: datetime | None = None
) -> ContractTerms | None:
    """What holds of a contract on a day, as it was known before an instant; None before its first day, and for one
    that was not signed by then."""
    own = select(ContractTerms).where(ContractTerms.contract_id == contract_id, ContractTerms.effective_on <= day)
    if known_before is not None:
        own = own.where(ContractTerms.agreed_at < known_before)
    return await work.first(own.order_by(ContractTerms.effective_on.desc(), ContractTerms.id.desc()).limit(1))


async def held(
    work: Work, contract_id: UUID, day: date | None, known_on: date | None
) -> tuple[ContractTerms, ContractAmendment | None] | None:
    """What holds of a contract on a day, today unless told, as it was known at the end of a day, and by which
    amendment; None also for one that the actor may not see."""
    seen = select(Contract.id).where(Contract.id == contract_id, visible(work.actor, Contract))
    if await work.value(seen) is None:
        return None
    zone = work.opening.zone
    known_before = begins_at(known_on + timedelta(days=1), zone) if known_on is not None else None
    today = work.now.astimezone(ZoneInfo(zone)).date()
    terms = await terms_as_of(work, contract_id, day or today, known_before)
    if terms is None:
        return None
    by = await work.get(ContractAmendment, terms.amendment_id) if terms.amendment_id is not None else None
    return terms, by


def is_running(contracts: Any) -> ColumnElement[bool]:
    """Whether a contract can be amended: it is signed, and not over."""
    return one_of(contracts.state, [ContractState.SIGNED, ContractState.IN_FORCE])


def is_stopped(amendments: Any) -> ColumnElement[bool]:
    """Whether an amendment's contract is not running, or ends before the amendment would take effect."""
    found = another(Contract)
    ends = func.coalesce(found.terminated_on, found.ends_on)
    last = func.coalesce(ends < amendments.effective_on, sql_false())
    return not_(select(found.id).where(found.id == amendments.contract_id, is_running(found), not_(last)).exists())


def meets_notice(amendments: Any) -> ColumnElement[bool]:
    """Whether it would change the term of a contract of whose end notice was given."""
    found = another(Contract)
    given = select(found.id).where(found.id == amendments.contract_id, found.terminated_on.is_not(None)).exists()
    return and_(changes_part(amendments, Part.TERM), given)


def meets_invoice(amendments: Any) -> ColumnElement[bool]:
    """Whether an instalment is invoiced that it changes or takes away."""
    own, item = another(ContractInstalment), another(ContractAmendmentItem)
    kept = select(item.id).where(
        item.amendment_id == amendments.id, item.instalment_id == own.id, item.changed.is_(False)
    )
    invoiced = select(own.id).where(
        own.contract_id == amendments.contract_id,
        own.dropped_by_id.is_(None),
        own.invoiced_at.is_not(None),
        not_(kept.exists()),
    )
    return and_(changes_part(amendments, Part.FEES), invoiced.exists())


def is_contradicted(amendments: Any) -> ColumnElement[bool]:
    """Whether something that was agreed changes the same from the same day on, or a later one.

    Fees of one day may follow upon each other: whoever writes the later ones has the earlier before them.
    """
    terms, contract = another(ContractTerms), another(Contract)
    starts_on = select(contract.starts_on).where(contract.id == amendments.contract_id).scalar_subquery()
    fees_from = func.least(amendments.effective_on, func.greatest(current_day(), starts_on))
    others = and_(
        func.array_remove(terms.parts, Part.FEES.value, type_=ARRAY(Text())).overlap(amendments.parts),
        terms.effective_on >= amendments.effective_on,
    )
    fees = and_(changes_part(terms, Part.FEES), changes_part(amendments, Part.FEES), terms.effective_on > fees_from)
    # What the contract itself says is nothing that an amendment of its first day contradicts.
    agreed = and_(terms.contract_id == amendments.contract_id, terms.origin != Origin.SIGNATURE)
    return select(terms.id).where(agreed, or_(others, fees)).exists()


def changes_part(rows: Any, part: Part) -> ColumnElement[bool]:
    """Whether an amendment, or a version, changes a part."""
    changed: ColumnElement[bool] = literal(part.value) == any_(rows.parts)
    return changed


async def rivals_of(work: Work, amended: ContractAmendment) -> list[ContractAmendment]:
    """Others of the same contract under way that change the same."""
    others = select(ContractAmendment).where(
        ContractAmendment.contract_id == amended.contract_id,
        ContractAmendment.id != amended.id,
        one_of(ContractAmendment.state, list(UNDER_WAY)),
        ContractAmendment.parts.overlap(amended.parts),
    )
    return await work.all(others.order_by(ContractAmendment.position))


async def stands(work: Work, amended: ContractAmendment, condition: ColumnElement[bool]) -> bool:
    """Whether one of the conditions above holds of an amendment."""
    return (
        await work.value(select(ContractAmendment.id).where(ContractAmendment.id == amended.id, condition)) is not None
    )
