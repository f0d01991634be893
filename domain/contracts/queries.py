"""Who sees which contract, what of its checklist is open, and by which clauses it goes."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, cast, literal_column, or_, select, true
from sqlalchemy.orm import aliased

from domain.approvals import queries as approvals
from domain.contracts.models import Contract, ContractCheck, ContractCopy, ContractInstalment, ContractObligation
from domain.contracts.rules import ObligationState
from domain.customers import queries as customers
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ContractChecklist, ExpiryReminders
from domain.policies.rules.scopes import Case
from tenancy.actor import Actor
from tenancy.models import current_day, current_member
from tenancy.work import Work


def visible(actor: Actor, contracts: Any) -> ColumnElement[bool]:
    """Contracts are seen by whoever may read them, by who prepared them, by the customer's account owner, by those who
    decide on them, and by the departments that have a copy. `contracts` is `Contract` or an alias of it."""
    if actor.may(Permission.CONTRACTS_READ):
        return true()
    copies = aliased(ContractCopy)
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
    found = aliased(Contract)
    return select(found.id).where(found.id == parts.contract_id, visible(actor, found)).exists()


def mine_to_confirm(copies: Any) -> ColumnElement[bool]:
    """Whether a copy is that of the acting member's department."""
    own: ColumnElement[bool] = copies.department_id == organisation.department_of(current_member()).scalar_subquery()
    return own


def has_open_checks(contracts: Any) -> ColumnElement[bool]:
    """Whether an item of its checklist is not settled."""
    checks = aliased(ContractCheck)
    return select(checks.id).where(checks.contract_id == contracts.id, checks.settled_at.is_(None)).exists()


def last_safe_day(contracts: Any) -> ColumnElement[Any]:
    """The last day on which notice can be given so that it ends with its term; NULL where it has no end."""
    return cast(contracts.ends_on - contracts.notice_days * literal_column("interval '1 day'"), Date)


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
    """The contract that a quotation became."""
    return await work.first(select(Contract).where(Contract.quotation_id == quotation_id))


async def instalments_of(work: Work, contract: Contract) -> list[ContractInstalment]:
    """Its schedule of fees in order."""
    own = select(ContractInstalment).where(ContractInstalment.contract_id == contract.id)
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
