"""Who sees the bank's lines, which of them are known, and which invoices and customers they may be for."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, false, func, literal, or_, select, true

from domain.banking.models import BankAccount, BankLine, BankStatement
from domain.banking.rules.lines import LineState
from domain.banking.rules.matching import Candidate, Incoming, Suggestion, numbers_in, same_name, suggest
from domain.billing import queries as billing
from domain.billing.models import Invoice, Payment
from domain.billing.queries import electronic
from domain.billing.rules.electronic import Stated
from domain.customers.models import Customer
from domain.kernel.permissions import Permission
from domain.policies import queries as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import BankBooking
from tenancy.actor import Actor
from tenancy.models import one_of
from tenancy.rows import another
from tenancy.work import Work

# More open invoices than these that fit one line tell nothing any more.
MOST_CANDIDATES = 100
MOST_PAYERS = 10


def visible(actor: Actor, _: Any) -> ColumnElement[bool]:
    """What stands on the company's accounts is for whoever reads its books, and nobody else: salaries are there too."""
    return true() if actor.may(Permission.BILLING_READ) else false()


def shows(actor: Actor, statement_id: Any) -> ColumnElement[bool]:
    """Whether somebody sees the statement with an id, for the file that is attached to it."""
    statements = another(BankStatement)
    return select(statements.id).where(statements.id == statement_id, visible(actor, statements)).exists()


def difference_minor(statements: Any) -> ColumnElement[int | None]:
    """By how much the closing balance is above the opening balance with the lines; none where a balance is missing."""
    found: ColumnElement[int | None] = statements.closing_minor - statements.opening_minor - statements.total_minor
    return found


def is_incoming(lines: Any) -> ColumnElement[bool]:
    """Whether money came in."""
    found: ColumnElement[bool] = lines.amount_minor > 0
    return found


async def account(work: Work, id: UUID, *path: str, lock: bool = False) -> BankAccount:
    """An account that the actor sees; refuses with `NotFound`."""
    return await work.seen(BankAccount, id, visible(work.actor, BankAccount), *path, lock=lock)


async def invoice_stated(work: Work, id: UUID, *path: str) -> Stated:
    """What an issued invoice states, if the actor sees it, with the company's account in its currency: of several that
    are in use the one that was set up first."""
    stated = await electronic.invoice_stated(work, id, *path)
    own = select(BankAccount).where(BankAccount.currency == stated.currency, BankAccount.active.is_(True))
    found = await work.first(own.order_by(BankAccount.id).limit(1))
    return replace(stated, account=found.number) if found is not None else stated


async def line(work: Work, id: UUID, *path: str, lock: bool = False) -> BankLine:
    """A line that the actor sees; refuses with `NotFound`."""
    return await work.seen(BankLine, id, visible(work.actor, BankLine), *path, lock=lock)


async def known_statement(work: Work, account_id: UUID, sha256: str) -> BankStatement | None:
    """The statement that was read of the same content."""
    same = (BankStatement.account_id == account_id, BankStatement.sha256 == sha256)
    return await work.first(select(BankStatement).where(*same))


async def known_digests(work: Work, account_id: UUID, digests: Collection[str]) -> dict[str, int]:
    """How many lines of each digest the account has."""
    found = (
        select(BankLine.digest, func.max(BankLine.occurrence).label("most"))
        .where(BankLine.account_id == account_id, one_of(BankLine.digest, sorted(digests)))
        .group_by(BankLine.digest)
    )
    return {row["digest"]: row["most"] for row in await work.rows(found)}


async def line_of_payment(work: Work, payment_id: UUID, *, lock: bool = False) -> BankLine | None:
    """The line that a payment comes of."""
    found = select(BankLine).where(BankLine.payment_id == payment_id)
    return await work.first(found.with_for_update() if lock else found)


async def booking_rule(work: Work) -> Ruling[BankBooking] | None:
    """By which clause lines are booked; none where the handbook is silent."""
    return await policies.find_rule(work, BankBooking)


async def suggestions(work: Work, of: BankLine) -> list[Suggestion]:
    """How a line could be booked, the surest first; nothing for what went out, and for what is not open."""
    if of.amount_minor <= 0 or of.state is not LineState.OPEN:
        return []
    incoming = Incoming(of.amount_minor, of.payer_name, of.payer_account, of.purpose)
    by_account = await _customers_of_account(work, of.payer_account)
    payers = await _payers(work, of.payer_name, by_account)
    candidates = await _candidates(work, of, [id for id, _ in payers], by_account)
    return suggest(incoming, candidates, payers)


async def _customers_of_account(work: Work, payer_account: str) -> set[UUID]:
    """Whose money has come from this account before."""
    if not payer_account:
        return set()
    booked = and_(BankLine.payer_account == payer_account, BankLine.state == LineState.BOOKED)
    found = select(Payment.customer_id).join(BankLine, BankLine.payment_id == Payment.id).where(booked).distinct()
    return {row["customer_id"] for row in await work.rows(found.limit(MOST_PAYERS))}


async def _payers(work: Work, payer_name: str, by_account: Collection[UUID]) -> list[tuple[UUID, str]]:
    if not payer_name and not by_account:
        return []
    if "customers" not in work.memo:
        # Names are compared without signs and legal forms, which PostgreSQL has no words for.
        rows = await work.rows(select(Customer.id, Customer.name).order_by(Customer.id))
        work.memo["customers"] = [(row["id"], row["name"]) for row in rows]
    everybody: Sequence[tuple[UUID, str]] = work.memo["customers"]
    found = [(id, name) for id, name in everybody if id in by_account or same_name(payer_name, name)]
    return found[:MOST_PAYERS]


async def _candidates(
    work: Work, of: BankLine, payer_ids: Collection[UUID], by_account: Collection[UUID]
) -> list[Candidate]:
    outstanding, charges = billing.outstanding_minor(Invoice), billing.charges_minor(Invoice)
    named = one_of(Invoice.number, sorted(numbers_in(of.purpose)))
    exact = or_(outstanding == of.amount_minor, outstanding + charges == of.amount_minor)
    payer = one_of(Invoice.customer_id, sorted(payer_ids))
    rank = case((named, 0), (and_(exact, payer), 1), (exact, 2), else_=3)
    found = (
        select(
            Invoice.id,
            Invoice.number,
            Invoice.customer_id,
            Customer.name,
            Invoice.due_on,
            outstanding.label("outstanding_minor"),
            charges.label("charges_minor"),
        )
        .join(Customer, Customer.id == Invoice.customer_id)
        .where(billing.is_open(Invoice), Invoice.currency == of.currency, or_(named, exact, payer))
        .order_by(rank, Invoice.due_on, Invoice.id)
        .limit(MOST_CANDIDATES)
    )
    return [
        Candidate(
            row["id"],
            row["number"],
            row["customer_id"],
            row["name"],
            row["outstanding_minor"],
            row["charges_minor"],
            row["due_on"],
            account_known=row["customer_id"] in by_account,
        )
        for row in await work.rows(found)
    ]


async def open_amounts(work: Work, currency: str, numbers: Collection[int]) -> dict[int, int]:
    """What is outstanding of the open invoices with these numbers, by number."""
    outstanding = billing.outstanding_minor(Invoice).label("outstanding_minor")
    mine = (billing.is_open(Invoice), Invoice.currency == currency, one_of(Invoice.number, sorted(numbers)))
    return {
        row["number"]: row["outstanding_minor"]
        for row in await work.rows(select(Invoice.number, outstanding).where(*mine))
    }


async def probably_recorded(work: Work, of: BankLine) -> list[Payment]:
    """Payments that somebody may have recorded for this line by hand: the same amount, on its day or near it."""
    near = (Payment.received_on >= of.booked_on - literal(3), Payment.received_on <= of.booked_on + literal(3))
    linked = select(BankLine.id).where(BankLine.payment_id == Payment.id)
    same = (Payment.amount_minor == of.amount_minor, Payment.currency == of.currency, Payment.reversed_on.is_(None))
    # What was exchanged never came in as such.
    came_in = Payment.exchanged_from_id.is_(None)
    return await work.all(
        select(Payment).where(*same, came_in, *near, ~linked.exists()).order_by(Payment.id).limit(MOST_PAYERS)
    )
