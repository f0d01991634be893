"""What the books say, and that they agree with the invoices and the payments."""

from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select

from domain.billing import commands as billing
from domain.billing import queries as billing_queries
from domain.billing.models import Allocation, Invoice, Payment, Refund
from domain.billing.rules.payments import Share
from domain.consequences import settle
from domain.kernel.money import Money
from domain.ledger import queries
from domain.ledger.models import LedgerEntry, LedgerPosting
from domain.ledger.rules import Account
from tenancy.database import reading, writing
from tests.domain.billing.office import ZONE, Office


def yuan(amount: str | int) -> Money:
    """An amount in CNY."""
    return Money.of(str(amount), "CNY")


async def balances(office: Office, **more: Any) -> dict[str, int]:
    """What is on each account, in whole units."""
    async with reading(office.admin) as work:
        return {each.account.value: each.minor // 100 for each in await queries.balances(work, **more)}


async def kinds(office: Office, invoice_id: UUID | None = None) -> list[str]:
    """What was booked, in order."""
    async with reading(office.admin) as work:
        return [entry.kind.value for entry in await queries.entries_of(work, invoice_id=invoice_id)]


async def check(office: Office) -> None:
    """Every entry balances; what is owed, what is credit and what is in the bank is what the records say."""
    async with reading(office.admin) as work:
        wrong = select(LedgerPosting.entry_id).group_by(LedgerPosting.entry_id)
        assert await work.rows(wrong.having(func.sum(LedgerPosting.amount_minor) != 0)) == []
        assert await work.rows(wrong.having(func.count() < 2)) == []
        owed: dict[UUID, int] = defaultdict(int)
        outstanding = billing_queries.outstanding_minor(Invoice).label("outstanding")
        for row in await work.rows(select(Invoice.customer_id, outstanding)):
            owed[row["customer_id"]] += row["outstanding"]
        payments = [each for each in await work.all(select(Payment)) if each.reversed_on is None]
        refunded = sum(each.amount_minor for each in await work.all(select(Refund)))
        for customer_id, minor in owed.items():
            found = {each.account: each.minor for each in await queries.balances(work, customer_id=customer_id)}
            assert found.get(Account.RECEIVABLES, 0) == minor
            credit = sum(each.unallocated_minor for each in payments if each.customer_id == customer_id)
            assert found.get(Account.CUSTOMER_CREDIT, 0) == -credit
        found = {each.account: each.minor for each in await queries.balances(work)}
        assert found.get(Account.BANK, 0) == sum(each.amount_minor for each in payments) - refunded
        assert sum(found.values()) == 0


async def receive(office: Office, amount: str | int, *shares: tuple[UUID, int], **more: Any) -> Payment:
    """Money comes in from the customer today, with shares for invoices."""
    async with writing(office.admin, settle=settle) as work:
        return await billing.receive_payment(
            work,
            customer_id=more.pop("customer_id", office.customer_id),
            amount=yuan(amount),
            received_on=more.pop("received_on", None) or work.now.astimezone(ZONE).date(),
            reference=more.pop("reference", None) or uuid4().hex,
            shares=[Share(invoice_id, yuan(share)) for invoice_id, share in shares],
            **more,
        )


async def allocate(office: Office, payment_id: UUID, invoice_id: UUID, amount: str | int) -> Allocation:
    """Credit counts for an invoice."""
    async with writing(office.admin, settle=settle) as work:
        return await billing.allocate_payment(work, payment_id=payment_id, invoice_id=invoice_id, amount=yuan(amount))


async def release(office: Office, allocation_id: UUID) -> Allocation:
    """It counts no longer."""
    async with writing(office.admin, settle=settle) as work:
        return await billing.release_allocation(work, allocation_id=allocation_id)


async def reverse(office: Office, payment_id: UUID) -> Payment:
    """The payment was recorded wrongly."""
    async with writing(office.admin, settle=settle) as work:
        return await billing.reverse_payment(work, payment_id=payment_id, reason="Another company's money.")


async def refund(office: Office, payment_id: UUID, amount: str | int, **more: Any) -> Refund:
    """Credit is paid back today."""
    async with writing(office.admin, settle=settle) as work:
        return await billing.refund_payment(
            work,
            payment_id=payment_id,
            amount=yuan(amount),
            paid_on=more.pop("paid_on", None) or work.now.astimezone(ZONE).date(),
            reference=more.pop("reference", None) or uuid4().hex,
        )


async def give_up(office: Office, invoice_id: UUID, *, cancel: bool = False) -> None:
    """The invoice is written off or cancelled."""
    async with writing(office.admin, settle=settle) as work:
        command = billing.cancel_invoice if cancel else billing.write_off_invoice
        await command(work, invoice_id=invoice_id)


async def booked(office: Office) -> list[tuple[str, date]]:
    """What was booked on which day, in order."""
    async with reading(office.admin) as work:
        return [
            (each.kind.value, each.booked_on) for each in await work.all(select(LedgerEntry).order_by(LedgerEntry.id))
        ]
