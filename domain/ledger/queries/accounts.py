"""Who sees which entry, what is on the accounts, and up to which day the books are closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, false, func, select, true

from domain.billing import queries as billing
from domain.kernel.permissions import Permission
from domain.ledger.models import BookClosing, LedgerEntry, LedgerPosting
from domain.ledger.rules import Account
from tenancy.actor import Actor
from tenancy.rows import another
from tenancy.work import Work

visible = billing.visible_of_customer


def visible_postings(actor: Actor, postings: Any) -> ColumnElement[bool]:
    """Postings are seen with their entry. `postings` is `LedgerPosting` or an alias of it."""
    if actor.may(Permission.BILLING_READ):
        return true()
    entries = another(LedgerEntry)
    return select(entries.id).where(entries.id == postings.entry_id, visible(actor, entries)).exists()


def visible_closings(actor: Actor, _: Any) -> ColumnElement[bool]:
    """Whoever reads the books sees how far they are closed."""
    return true() if actor.may(Permission.BILLING_READ) else false()


def is_debit(postings: Any) -> ColumnElement[bool]:
    """Whether a posting is on the left side."""
    return postings.amount_minor > 0  # type: ignore[no-any-return]  # a comparison of an alias's columns


async def last_closing(work: Work, *, lock: bool = False) -> BookClosing | None:
    """The closing that holds, if one does."""
    holding = select(BookClosing).where(BookClosing.reopened_at.is_(None))
    latest = holding.order_by(BookClosing.until_on.desc(), BookClosing.id.desc()).limit(1)
    return await work.first(latest.with_for_update() if lock else latest)


async def entries_of(work: Work, *, invoice_id: UUID | None = None) -> list[LedgerEntry]:
    """The entries about an invoice, or all, in the order in which they were made."""
    found = select(LedgerEntry).order_by(LedgerEntry.id)
    return await work.all(found.where(LedgerEntry.invoice_id == invoice_id) if invoice_id is not None else found)


async def postings_of(work: Work, entry_id: UUID) -> list[LedgerPosting]:
    """The postings of an entry."""
    return await work.all(select(LedgerPosting).where(LedgerPosting.entry_id == entry_id).order_by(LedgerPosting.id))


@dataclass(frozen=True)
class Balance:
    """What is on an account in one currency, in minor units."""

    account: Account
    currency: str
    debit_minor: int
    credit_minor: int

    @property
    def minor(self) -> int:
        """Debits less credits."""
        return self.debit_minor - self.credit_minor


async def balances(work: Work, *, until_on: date | None = None, customer_id: UUID | None = None) -> Sequence[Balance]:
    """What is on each account by the end of a day, in all or of one customer, as far as the actor sees: one query."""
    amount = LedgerPosting.amount_minor
    found = (
        select(
            LedgerPosting.account,
            LedgerPosting.currency,
            cast(func.sum(case((amount > 0, amount), else_=0)), BigInteger()).label("debit_minor"),
            cast(func.sum(case((amount < 0, -amount), else_=0)), BigInteger()).label("credit_minor"),
        )
        .join(LedgerEntry, LedgerEntry.id == LedgerPosting.entry_id)
        .where(and_(true(), visible(work.actor, LedgerEntry)))
        .group_by(LedgerPosting.account, LedgerPosting.currency)
        .order_by(LedgerPosting.account, LedgerPosting.currency)
    )
    if until_on is not None:
        found = found.where(LedgerEntry.booked_on <= until_on)
    if customer_id is not None:
        found = found.where(LedgerEntry.customer_id == customer_id)
    return [
        Balance(Account(row["account"]), row["currency"], row["debit_minor"], row["credit_minor"])
        for row in await work.rows(found)
    ]
