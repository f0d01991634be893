"""Bank accounts, the files read for them, and their lines as clients see them."""

from datetime import date, datetime
from enum import Enum

import strawberry
from strawberry.scalars import JSON

from api.reading.filters import DayFilter, IdFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, one, page, shows
from api.schema.access.types import Member
from api.schema.banking.moves import BankLineMove, allowed_moves
from api.schema.billing.types import Payment
from api.schema.files.types import File
from api.schema.money import Money, money
from api.schema.policies.decisions import decisions
from domain.banking import models, queries
from domain.banking.rules.lines import Form, LineState
from domain.banking.rules.sheets import DayForm, Encoding
from domain.kernel.subjects import SubjectKind

strawberry.enum(
    LineState,
    name="BankLineState",
    description="What became of a line of the bank: it waits for somebody, is a payment, or nothing that is booked.",
)
strawberry.enum(Form, name="BankFileForm", description="The forms of banks' files that are read.")
strawberry.enum(
    Encoding, name="BankFileEncoding", description="How the letters of a CSV file are written; GB18030 includes GBK."
)
strawberry.enum(
    DayForm,
    name="BankDayForm",
    description="How a CSV file writes days, whatever sign parts them: 2026-03-06, 06.03.2026 or 03/06/2026.",
)


@shows(models.BankLine, visible=queries.visible)
class BankLine(Node):
    """A line of a bank account: there once, in however many files it stands."""

    account: "BankAccount | None" = one("The account.", "account_id")
    statement: "BankStatement | None" = one("The file that had it first.", "statement_id")
    position: int = column("Its place in that file, from 1.")
    booked_on: date = column("The day on which the bank booked it: that on which the money came in.")
    value_on: date | None = column("From which day the bank reckons it, where it says so.")
    amount: Money = money("How much; below zero where it went out.", lambda row: row.amount_minor)
    incoming: bool = computed("Whether money came in.", queries.is_incoming)
    payer_name: str = column("Who paid, or was paid, as the bank writes it; empty where it does not say.")
    payer_account: str = column("From which account, or to which; empty where the bank does not say.")
    purpose: str = column("What the payer wrote.")
    bank_reference: str = column("By what the bank knows it; empty where it does not say.")
    state: LineState = column("What became of it.")
    payment: Payment | None = one("The payment that it is, once it is BOOKED.", "payment_id")
    linked: bool = column("Whether somebody had recorded that payment before; then undoing leaves the payment alone.")
    reason: str | None = column("Why it is IGNORED.")
    decided_at: datetime | None = column("When it was booked or ignored.")
    decided_by: Member | None = one("Who did that; none where a program did, or the handbook.", "decided_by_id")
    decisions = decisions(SubjectKind.BANK_LINE)
    allowed_moves: list[BankLineMove] = allowed_moves()


@strawberry.enum(description="How lines of the bank are ordered.")
class BankLineOrder(Enum):
    """Orders of lines."""

    BOOKED = "booked"
    NEWEST = "newest"


BANK_LINE_ORDERS = {
    BankLineOrder.BOOKED: Order(lambda row: row.booked_on),
    BankLineOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which lines of the bank to give.")
class BankLineFilter:
    """Conditions on lines."""

    account_id: IdFilter | None = filtered("By account.")
    statement_id: IdFilter | None = filtered("By the file that had them first.")
    state: WordFilter[LineState] | None = filtered("By what became of them.")
    incoming: bool | None = filtered("Where money came in, or the others.", queries.is_incoming)
    booked_on: DayFilter | None = filtered("By the bank's day.")
    payer_name: TextFilter | None = filtered("By who paid.")
    purpose: TextFilter | None = filtered("By what the payer wrote.")
    and_: "list[BankLineFilter] | None" = combining("All of these hold.", "and")
    or_: "list[BankLineFilter] | None" = combining("One of these holds.", "or")
    not_: "BankLineFilter | None" = combining("This does not hold.", "not")


@shows(models.BankStatement, visible=queries.visible)
class BankStatement(Node):
    """A file of the bank that was read."""

    account: "BankAccount | None" = one("The account.", "account_id")
    file: File | None = one("The file as the bank wrote it.", "file_id")
    form: Form = column("The form it has.")
    reference: str = column("What the bank calls it; empty where it does not say.")
    imported_at: datetime = column("When it was read.")
    imported_by: Member | None = one("Who had it read; none where a partner's program did.", "imported_by_id")
    first_on: date = column("The day of its earliest line.")
    last_on: date = column("The day of its latest line.")
    line_count: int = computed("How many lines it has.", lambda row: row.lines)
    new_line_count: int = computed("How many of them no earlier file had.", lambda row: row.new_lines)
    total: Money = money("What all its lines come to.", lambda row: row.total_minor)
    opening: Money | None = money(
        "The balance before them; none where the file does not tell.",
        lambda row: row.opening_minor,
        when=lambda row: row.opening_minor.is_not(None),
    )
    closing: Money | None = money(
        "The balance after them; none where the file does not tell.",
        lambda row: row.closing_minor,
        when=lambda row: row.closing_minor.is_not(None),
    )
    difference: Money | None = money(
        "By how much the closing balance is above the opening balance and all lines: zero is right, anything else means"
        " that lines are missing in the file or stand in it twice. None where the file tells no balances.",
        queries.difference_minor,
        when=lambda row: queries.difference_minor(row).is_not(None),
    )
    new_lines = page(
        "The lines that no earlier file had.",
        BankLine,
        on="statement_id",
        orders=BANK_LINE_ORDERS,
        filter=BankLineFilter,
    )


@strawberry.enum(description="How statements of the bank are ordered.")
class BankStatementOrder(Enum):
    """Orders of statements."""

    NEWEST = "newest"
    OLDEST = "oldest"


BANK_STATEMENT_ORDERS = {
    BankStatementOrder.NEWEST: Order(lambda row: row.id, descending=True),
    BankStatementOrder.OLDEST: Order(lambda row: row.id),
}


@strawberry.input(description="Which statements of the bank to give.")
class BankStatementFilter:
    """Conditions on statements."""

    account_id: IdFilter | None = filtered("By account.")
    last_on: DayFilter | None = filtered("By the day of their latest line.")
    and_: "list[BankStatementFilter] | None" = combining("All of these hold.", "and")
    or_: "list[BankStatementFilter] | None" = combining("One of these holds.", "or")
    not_: "BankStatementFilter | None" = combining("This does not hold.", "not")


@shows(models.BankAccount, visible=queries.visible)
class BankAccount(Node):
    """An account of the company at a bank."""

    name: str = column("What the company calls it.")
    number: str = column("Its IBAN or account number, without blanks.")
    currency: str = column("Its currency, by its code of ISO 4217.")
    csv: JSON | None = computed(
        "How its bank writes CSV, as BankCsvFormInput has it; none where only camt.053 is read.",
        lambda row: row.csv_form,
    )
    active: bool = column("Whether files of it are read.")
    statements = page("The files read for it.", BankStatement, on="account_id", orders=BANK_STATEMENT_ORDERS)


@strawberry.enum(description="How bank accounts are ordered.")
class BankAccountOrder(Enum):
    """Orders of accounts."""

    NAME = "name"


BANK_ACCOUNT_ORDERS = {BankAccountOrder.NAME: Order(lambda row: row.name)}
