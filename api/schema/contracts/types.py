"""Contracts as clients see them: what was agreed, the schedule of fees, the checklist, and the departments' copies."""

from datetime import date, datetime
from enum import Enum

import strawberry
from sqlalchemy import and_

from api.reading.filters import DayFilter, IdFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, localized, many, one, page, shows
from api.schema.access.types import Member
from api.schema.approvals.types import Approval
from api.schema.catalogue.types import ServiceLine
from api.schema.contracts.amendments import (
    CONTRACT_TERMS_ORDERS,
    ContractAmendment,
    ContractTerms,
    ContractTermsFilter,
)
from api.schema.contracts.instalments import ContractInstalment
from api.schema.contracts.moves import AllowedContractMove, allowed_moves
from api.schema.contracts.rates import ContractRate
from api.schema.customers.types import Customer
from api.schema.money import Money, money
from api.schema.organisation.types import Department, Staff
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause, HandbookVersion
from api.schema.presales.types import Quotation
from domain.billing import queries as billing
from domain.contracts import models, queries
from domain.contracts.rules import MOST_INSTALMENTS, MOST_OBLIGATIONS, ContractState, ObligationState
from domain.contracts.rules import Party as Party
from domain.contracts.rules import Trigger as Trigger
from domain.contracts.rules.amendments import MOST_AMENDMENTS
from domain.contracts.rules.rates import MOST_RATES
from domain.kernel.subjects import SubjectKind

strawberry.enum(ContractState, description="How far a contract is.")
strawberry.enum(Party, name="ContractParty", description="Who owes something by a contract.")
strawberry.enum(
    ObligationState,
    name="ContractObligationState",
    description="How far something is that one side owes the other by a contract.",
)


@shows(models.ContractCheck, visible=queries.visible_parts)
class ContractCheck(Node):
    """One item of the clause's checklist, which the contract settles before it is signed."""

    position: int = column("Its place in the list, from 1.")
    item: str = localized("What the contract must settle, in your language.", "item")
    note: str = column("Where it is settled, or what is missing.")
    settled_at: datetime | None = column("When somebody found it settled; null while it is open.")
    settled_by: Member | None = one("Who found it settled.", "settled_by_id")
    contract: "Contract | None" = one("Whose checklist it stands in.", "contract_id")


@shows(models.ContractCopy, visible=queries.visible_parts)
class ContractCopy(Node):
    """The copy of a signed contract that a department gets, and confirms."""

    department: Department | None = one("Who gets it.", "department_id")
    sent_at: datetime = column("When it was sent.")
    due_on: date = column("The last day on which its confirmation is in time.")
    late: bool = computed("Whether it should have been confirmed by now.", queries.late)
    confirmed_at: datetime | None = column("When it was confirmed; null before.")
    confirmed_by: Member | None = one("Who has confirmed it.", "confirmed_by_id")
    contract: "Contract | None" = one("Of which contract.", "contract_id")


@shows(models.ContractObligation, visible=queries.visible_obligations)
class ContractObligation(Node):
    """Something that one side owes the other by a day, milestones among it."""

    contract: "Contract | None" = one("By which contract, if you may see it.", "contract_id")
    title: str = column("What is owed.")
    party: Party = column("Who owes it.")
    state: ObligationState = column("How far it is.")
    due_on: date = column("The last day on which it is in time.")
    overdue: bool = computed("Whether it should have been fulfilled by now.", queries.overdue)
    remind_days: int = column("How many calendar days before its day somebody is reminded.")
    responsible: Staff | None = one(
        "Who sees to it; without one, who wrote the contract and who looks after the customer.", "responsible_id"
    )
    note: str = column("What was said when it was closed.")
    closed_at: datetime | None = column("When it was fulfilled or waived; null before.")


@shows(models.Contract, visible=queries.visible)
class Contract(Node):
    """What was agreed with a customer, from the draft to its end."""

    number: str = column("Its number, such as CON-000042.")
    state: ContractState = column("How far it is.")
    customer: Customer | None = one("With whom.", "customer_id")
    quotation: Quotation | None = one("The accepted quotation it comes of, if you may see it.", "quotation_id")
    service_line: ServiceLine | None = one("What kind of service it is about.", "service_line_id")
    department: Department | None = one("Who carries it out; its head may have to agree.", "department_id")
    prepared_by: Member | None = one("Who has written it; null for a program.", "prepared_by_id")
    title: str = column("What it is about.")
    own_party: str = column("The company as it stands in the contract.")
    customer_party: str = column("The customer as it stands in the contract.")
    scope: str = column("What is to be done.")
    acceptance_standard: str = column("By what the work is accepted.")
    liability: str = column("Who answers for what.")
    currency: str = column("The currency of its fees, by its code of ISO 4217.")
    net: Money = money("The fees before tax.", lambda row: row.net_minor)
    tax: Money = money("The tax on them.", lambda row: row.tax_minor)
    total: Money = money("The fees with tax.", lambda row: row.total_minor)
    instalments: list[ContractInstalment] = many(
        "When its fees fall due, without what amendments took away.",
        lambda here, there: and_(there.contract_id == here.id, there.dropped_by_id.is_(None)),
        order=lambda there: (there.position,),
        most=MOST_INSTALMENTS,
    )
    rates: list[ContractRate] = many(
        "What it charges by what is counted, on top of its fees: usage and working time.",
        "contract_id",
        order=lambda there: (there.position,),
        most=MOST_RATES,
    )
    billing_months: int | None = column(
        "By how many calendar months what is counted is billed: the first period ends with a month, however short;"
        " null for one without rates."
    )
    settled_until_on: date | None = column("Until which day what is counted is billed; null before.")
    expected: Money = money(
        "What its rates are expected to come to over the term, tax included; approvals by amount count it too.",
        lambda row: row.expected_minor,
    )
    amendments: list[ContractAmendment] = many(
        "Supplementary agreements to it, in the order in which they were begun.",
        "contract_id",
        order=lambda there: (there.position,),
        most=MOST_AMENDMENTS,
    )
    terms = page(
        "What holds of it, and from which day on: once it is signed, and with each amendment and renewal. What held on"
        " a day is the first in the order LATEST with `effectiveOn` up to that day; `contractAsOf` gives it at once.",
        ContractTerms,
        on="contract_id",
        orders=CONTRACT_TERMS_ORDERS,
        filter=ContractTermsFilter,
    )
    invoiced: Money = money(
        "What of its fees was invoiced, less what was credited; drafts do not count.", billing.invoiced_minor
    )
    paid: Money = money("What has come in for its invoices, without fees and interest.", billing.paid_minor)
    starts_on: date = column("The first day.")
    ends_on: date | None = column("The last day; null where it runs until somebody ends it.")
    notice_days: int = column("How many calendar days ahead of the last day its end is announced.")
    last_safe_on: date | None = computed(
        "The last day on which notice can be given so that it ends with its term.", queries.last_safe_day
    )
    renewal_months: int | None = column(
        "By how many months it renews unless notice is given in time; null where it ends with its term."
    )
    most_renewals: int | None = column("How often it renews at most; null where nothing limits it.")
    renewals: int = column("How often it has renewed; `terms` has each time.")
    renews_on: date | None = computed(
        "The day on which it renews unless notice is given before: the one after `lastSafeOn`; null where it does not.",
        queries.renews_on,
    )
    checklist: list[ContractCheck] = many(
        "What it must settle before it is signed, by the clause.",
        "contract_id",
        order=lambda there: (there.position,),
        most=100,
    )
    obligations: list[ContractObligation] = many(
        "What both sides owe by it, in the order of days.",
        "contract_id",
        order=lambda there: (there.due_on, there.id),
        most=MOST_OBLIGATIONS,
    )
    copies: list[ContractCopy] = many("The copies of departments, once it is signed.", "contract_id")
    drafted_at: datetime = column("When it was begun.")
    approval: Approval | None = one(
        "The last approval it was submitted to; null where none is needed, and once it was changed since.",
        "approval_id",
    )
    approved_digest: str | None = column(
        "The fingerprint of what was approved and is signed; null before, and after a change."
    )
    signed_on: date | None = column("The day of the signatures.")
    own_signatory: str = column("Who signed for the company; empty before.")
    customer_signatory: str = column("Who signed for the customer; empty before.")
    terminated_on: date | None = column("Its last day, where notice of its end was given.")
    reason: str = column("Why it was terminated; empty otherwise.")
    ended_at: datetime | None = column("When it was completed or terminated, or expired.")
    handbook_version: HandbookVersion | None = one("The handbook it was drafted under.", "handbook_version_id")
    checklist_clause: Clause | None = one("The clause its checklist and copies come from.", "checklist_clause_id")
    renewal_clause: Clause | None = one("The clause by which it renews; null where none says so.", "renewal_clause_id")
    decisions = decisions(SubjectKind.CONTRACT)
    allowed_moves: list[AllowedContractMove] = allowed_moves()


@strawberry.enum(description="How contracts are ordered.")
class ContractOrder(Enum):
    """Orders of contracts."""

    NEWEST = "newest"
    OLDEST = "oldest"


CONTRACT_ORDERS = {
    ContractOrder.NEWEST: Order(lambda row: row.id, descending=True),
    ContractOrder.OLDEST: Order(lambda row: row.id),
}


@strawberry.input(description="Which contracts to give.")
class ContractFilter:
    """Conditions on contracts."""

    number: TextFilter | None = filtered("By number.")
    state: WordFilter[ContractState] | None = filtered("By how far they are.")
    customer_id: IdFilter | None = filtered("By customer.")
    department_id: IdFilter | None = filtered("By who carries them out.")
    quotation_id: IdFilter | None = filtered("By the quotation they come of.")
    starts_on: DayFilter | None = filtered("By their first day.")
    ends_on: DayFilter | None = filtered("By their last day.")
    last_safe_on: DayFilter | None = filtered("By the last day for notice.", queries.last_safe_day)
    renews_on: DayFilter | None = filtered("By the day on which they renew.", queries.renews_on)
    and_: "list[ContractFilter] | None" = combining("All of these hold.", "and")
    or_: "list[ContractFilter] | None" = combining("One of these holds.", "or")
    not_: "ContractFilter | None" = combining("This does not hold.", "not")


@strawberry.enum(description="How obligations of contracts are ordered.")
class ContractObligationOrder(Enum):
    """Orders of obligations."""

    DUE = "due"
    NEWEST = "newest"


CONTRACT_OBLIGATION_ORDERS = {
    ContractObligationOrder.DUE: Order(lambda row: row.due_on),
    ContractObligationOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which obligations of contracts to give.")
class ContractObligationFilter:
    """Conditions on obligations."""

    state: WordFilter[ObligationState] | None = filtered("By how far they are.")
    party: WordFilter[Party] | None = filtered("By who owes them.")
    due_on: DayFilter | None = filtered("By their day.")
    overdue: bool | None = filtered("Those that should have been fulfilled by now, or the others.", queries.overdue)
    contract_id: IdFilter | None = filtered("By contract.")
    responsible_id: IdFilter | None = filtered("By who sees to them.")
    and_: "list[ContractObligationFilter] | None" = combining("All of these hold.", "and")
    or_: "list[ContractObligationFilter] | None" = combining("One of these holds.", "or")
    not_: "ContractObligationFilter | None" = combining("This does not hold.", "not")
