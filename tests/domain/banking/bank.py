"""A company with an account at a bank, and files of that bank."""

import asyncio
from datetime import date
from uuid import UUID

from sqlalchemy import select

from domain.banking import commands, queries
from domain.banking.models import BankLine, BankStatement
from domain.banking.rules.matching import Suggestion
from domain.banking.rules.sheets import CsvForm
from domain.billing.rules.payments import Share
from domain.consequences import settle
from domain.policies.rules.kinds.money import BankBooking
from tenancy.database import reading, writing
from tests.domain.billing.office import Office, open_office
from tests.domain.ledger.books import yuan
from tests.handbooks import publish
from tests.uploads import upload

FORM = CsvForm(
    booked_on="day",
    amount="amount",
    payer="payer",
    purpose=("purpose",),
    reference="reference",
    balance="balance",
    payer_account="from",
)


class Bank:
    """A company that bills, and its account."""

    def __init__(self, office: Office, account_id: UUID) -> None:
        self.office, self.account_id = office, account_id
        self.admin = office.admin

    async def read(self, *rows: str) -> tuple[BankStatement, bool]:
        """A file with these rows is uploaded and read: `day,amount,payer,purpose,reference,balance,from`."""
        content = "\n".join(["day,amount,payer,purpose,reference,balance,from", *rows]).encode()
        file_id = await upload(self.admin, content, "bank.csv")
        async with writing(self.admin, settle=settle) as work:
            return await commands.import_statement(work, account_id=self.account_id, file_id=file_id)

    async def lines(self) -> list[BankLine]:
        """All lines of the account, in order."""
        async with reading(self.admin) as work:
            return await work.all(select(BankLine).order_by(BankLine.id))

    async def suggestions(self, line_id: UUID) -> list[Suggestion]:
        """What a line may be for."""
        async with reading(self.admin) as work:
            return await queries.suggestions(work, await queries.line(work, line_id))

    async def book(self, line_id: UUID, *shares: tuple[UUID, str], booked_on: date | None = None) -> BankLine:
        """A line is booked for the office's customer, on its own day unless told."""
        async with writing(self.admin, settle=settle) as work:
            return await commands.book_line(
                work,
                line_id=line_id,
                customer_id=self.office.customer_id,
                shares=[Share(id, yuan(amount)) for id, amount in shares],
                booked_on=booked_on,
            )

    async def book_suggested(self, line_id: UUID) -> BankLine:
        """A line is booked as suggested."""
        async with writing(self.admin, settle=settle) as work:
            return await commands.book_suggested(work, line_id=line_id)

    async def reopen(self, line_id: UUID) -> BankLine:
        """What became of a line is undone."""
        async with writing(self.admin, settle=settle) as work:
            return await commands.reopen_line(work, line_id=line_id, reason="A mistake.")


async def open_bank(clause: BankBooking | None = None) -> Bank:
    """A company with one customer, Bright, and an account in CNY."""
    office = await open_office(None)
    if clause is not None:
        await publish(office.admin, ("9.1", clause))
    async with writing(office.admin, settle=settle) as work:
        account = await commands.create_account(
            work, name="Main", number="6222 0000 1111", currency="CNY", csv_form=FORM
        )
    return Bank(office, account.id)


async def settled(*tasks: "asyncio.Task[object]") -> list[object]:
    """What came of tasks, refusals included."""
    return await asyncio.gather(*tasks, return_exceptions=True)
