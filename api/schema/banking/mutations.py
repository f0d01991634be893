"""Setting up bank accounts, having their files read, and booking their lines."""

from datetime import date
from types import SimpleNamespace
from uuid import UUID

import strawberry

from api.reading.mapping import part
from api.results import UserError
from api.schema import bulk
from api.schema.banking import types  # noqa: F401  # declares the enumerations that are used below
from api.schema.billing.mutations import PaymentShareInput
from api.schema.inputs import given, optional
from domain.banking import commands
from domain.banking.models import BankAccount, BankLine
from domain.banking.rules.sheets import CsvForm, DayForm, Encoding
from domain.billing.rules.payments import Share
from tenancy.actor import Actor
from tenancy.work import Work


@strawberry.input(description="How a bank writes CSV: columns are named by their headers, exactly as in the file.")
class BankCsvFormInput:
    """How a bank writes CSV."""

    booked_on: str = given("The header of the day on which the bank booked a line.")
    amount: str = optional("The header of the amount with its sign; or give credit and debit.", default="")
    credit: str = optional("The header of what came in, where it has a column of its own.", default="")
    debit: str = optional("The header of what went out, where it has a column of its own.", default="")
    value_on: str = optional("The header of the value date.", default="")
    payer: str = optional("The header of who paid.", default="")
    payer_account: str = optional("The header of the payer's account.", default="")
    purpose: list[str] | None = optional("The headers of what the payer wrote; they are joined.")
    reference: str = optional("The header of the bank's own reference, by which a line is known again.", default="")
    balance: str = optional("The header of the balance after each line; with it the balances are checked.", default="")
    currency: str = optional("The header of the currency; lines in another one are refused.", default="")
    encoding: Encoding = optional("How its letters are written.", default=Encoding.UTF_8)
    delimiter: str = optional("What parts the columns: a comma, a semicolon, a tab or a bar.", default=",")
    decimal_mark: str = optional("The decimal mark: a point or a comma; the other one groups digits.", default=".")
    day_form: DayForm = optional("How days are written.", default=DayForm.YEAR_MONTH_DAY)
    skipped_rows: int = optional("How many rows stand before that of the headers.", default=0)

    def value(self) -> CsvForm:
        """As the domain has it."""
        return CsvForm(**{**vars(self), "purpose": tuple(self.purpose or ())})


@strawberry.input(description="A new bank account of the company.")
class CreateBankAccountInput:
    """A new bank account of the company."""

    name: str = given("What the company calls it; at most 100 characters.")
    number: str = given("Its IBAN, whose check digits are checked, or its account number.")
    currency: str = given("Its currency, by its code of ISO 4217.")
    csv: BankCsvFormInput | None = optional("How its bank writes CSV; camt.053 is read without it.")


async def create_bank_account(work: Work, input: CreateBankAccountInput) -> BankAccount:
    """Set up an account of the company, so that files of its bank can be read. Needs `billing.collect`, as all that is
    done with bank accounts; they are seen with `billing.read`."""
    csv_form = input.csv.value() if input.csv is not None else None
    return await commands.create_account(
        work, name=input.name, number=input.number, currency=input.currency, csv_form=csv_form
    )


@strawberry.input(description="What of a bank account is changed; what is left out stays.")
class ChangeBankAccountInput:
    """What of a bank account is changed."""

    account_id: UUID = given("The account.")
    name: str | None = optional("What the company calls it.")
    csv: BankCsvFormInput | None = optional("How its bank writes CSV; it replaces all that was said.")
    active: bool | None = optional("Whether files of it are read.")


async def change_bank_account(work: Work, input: ChangeBankAccountInput) -> BankAccount:
    """Change what an account is called, how its bank writes CSV, or whether it is in use. Its number and its currency
    stay."""
    csv_form = input.csv.value() if input.csv is not None else None
    return await commands.change_account(
        work, account_id=input.account_id, name=input.name, csv_form=csv_form, active=input.active
    )


@strawberry.input(description="A file of a bank to be read.")
class ImportBankStatementInput:
    """A file of a bank to be read."""

    account_id: UUID = given("The account.")
    file_id: UUID = given("The file, which you have uploaded by `POST /files`: camt.053, or CSV as the account says.")


async def import_bank_statement(work: Work, input: ImportBankStatementInput) -> dict[str, object]:
    """Read a file of the bank. Lines that an earlier file had are not taken again, and the same content again is the
    statement that is known. The file is read as a whole or refused with BAD_BANK_FILE, naming the place. A file has at
    most 20 megabytes and 10,000 lines; of a file of several accounts the statements of this one are read.

    Look at `difference` of the statement, then at its lines: bankLineSuggestions tells what each may be for,
    bookSuggestedBankLines books what is sure, bookBankLine what you say, linkBankLine says that it was recorded
    already, ignoreBankLine that it is nothing to book. Where the clause `bank_booking` says so, lines that name one
    invoice with its exact amount are booked by themselves."""
    statement, is_new = await commands.import_statement(work, account_id=input.account_id, file_id=input.file_id)
    return {"statement": statement, "known": not is_new}


@strawberry.input(description="A file that was read wrongly.")
class DiscardBankStatementInput:
    """A file that was read wrongly."""

    statement_id: UUID = given("The statement, of whose new lines none is booked.")


async def discard_bank_statement(work: Work, input: DiscardBankStatementInput) -> dict[str, object]:
    """Forget a file that was read wrongly, such as with a wrong form of CSV, together with its new lines: then it can
    be read again."""
    return {"statement_id": await commands.discard_statement(work, statement_id=input.statement_id)}


@strawberry.input(description="What a line of the bank is for.")
class BookBankLineInput:
    """What a line of the bank is for."""

    line_id: UUID = given("The line, which is OPEN and came in.")
    customer_id: UUID = given("Who paid it.")
    shares: list[PaymentShareInput] | None = optional(
        "What of it is meant for which invoices; the rest is the customer's credit."
    )
    booked_on: date | None = optional(
        "The day in the books, where the line's own is closed: later, up to today. Without it the clause `bank_booking`"
        " says whether such a line is refused with BOOKS_CLOSED or booked today."
    )


async def book_bank_line(work: Work, input: BookBankLineInput) -> BankLine:
    """Record what came in as a payment, as receivePayment does, for invoices or as the customer's credit."""
    shares = [
        Share(share.invoice_id, share.amount.value("shares", str(index), "amount"))
        for index, share in enumerate(input.shares or ())
    ]
    return await commands.book_line(
        work, line_id=input.line_id, customer_id=input.customer_id, shares=shares, booked_on=input.booked_on
    )


@strawberry.input(description="Lines to book as they are suggested.")
class BookSuggestedBankLinesInput:
    """Lines to book as they are suggested."""

    line_ids: list[UUID] = given("The lines, at most 100; one that is named twice is booked once.")


@part
class BankLineOutcome:
    """What became of one of several lines."""

    line_id: UUID = strawberry.field(description="The line.")
    done: bool = strawberry.field(description="Whether it was booked.")
    errors: list[UserError] = strawberry.field(
        description="Why it was not; then nothing of it was changed. Empty when it was. NO_MATCH, "
        "AMBIGUOUS_MATCH and ALREADY_RECORDED"
        " want a person's word."
    )


async def book_suggested_bank_lines(actor: Actor, input: BookSuggestedBankLinesInput) -> list[SimpleNamespace]:
    """Book each line as it is suggested, where one suggestion is sure (CERTAIN or HIGH) and surer than all others. Each
    has a transaction and an outcome of its own, in the order given: one that is refused keeps none of the others
    back."""

    async def book(work: Work, id: UUID) -> None:
        await commands.book_suggested(work, line_id=id)

    outcomes = await bulk.each(actor, input.line_ids, book, "lineIds")
    return [SimpleNamespace(line_id=each.id, done=not each.errors, errors=each.errors) for each in outcomes]


@strawberry.input(description="A line of the bank, and the payment that it is.")
class LinkBankLineInput:
    """A line of the bank, and the payment that it is."""

    line_id: UUID = given("The line, which is OPEN and came in.")
    payment_id: UUID = given("A payment of the same amount that comes of no other line.")


async def link_bank_line(work: Work, input: LinkBankLineInput) -> BankLine:
    """Say that a line is a payment that somebody has recorded already, so that nothing is booked twice."""
    return await commands.link_line(work, line_id=input.line_id, payment_id=input.payment_id)


@strawberry.input(description="A line of the bank that is nothing to book.")
class IgnoreBankLineInput:
    """A line of the bank that is nothing to book."""

    line_id: UUID = given("The line, which is OPEN.")
    reason: str = given("Why, in your words.")


async def ignore_bank_line(work: Work, input: IgnoreBankLineInput) -> BankLine:
    """Put a line aside that is no customer's money: what went out, interest, a transfer between own accounts."""
    return await commands.ignore_line(work, line_id=input.line_id, reason=input.reason)


@strawberry.input(description="A line of the bank whose course is undone.")
class ReopenBankLineInput:
    """A line of the bank whose course is undone."""

    line_id: UUID = given("The line, which is BOOKED or IGNORED.")
    reason: str = given("Why, in your words; it is kept with the payment that is taken back.")


async def reopen_bank_line(work: Work, input: ReopenBankLineInput) -> BankLine:
    """Undo what became of a line: it is OPEN again. The payment that was recorded by it is taken back as reversePayment
    does it; one that it was only linked to stays. reversePayment opens its line as well."""
    return await commands.reopen_line(work, line_id=input.line_id, reason=input.reason)
