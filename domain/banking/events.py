"""What happens to bank accounts, their files and their lines."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class BankAccountCreated(Event, name="banking.account_created"):
    """Files of this account can be read."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class BankAccountChanged(Event, name="banking.account_changed"):
    """Its name, the form of its files, or whether it is in use."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class BankStatementImported(Event, name="banking.statement_imported"):
    """A file was read, and its lines that were not known yet are there."""

    statement_id: UUID
    account_id: UUID
    lines: int
    new_lines: int


@dataclass(frozen=True, kw_only=True)
class BankStatementDiscarded(Event, name="banking.statement_discarded"):
    """A file was read wrongly: its lines are gone, and none of them had been booked."""

    statement_id: UUID
    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class BankLineRecognised(Event, name="banking.line_recognised"):
    """A line is just what one invoice asks for, so that it may be booked by itself."""

    line_id: UUID


@dataclass(frozen=True, kw_only=True)
class BankLineBooked(Event, name="banking.line_booked"):
    """What came in is a payment; `by_itself` where nobody confirmed it."""

    line_id: UUID
    payment_id: UUID
    by_itself: bool


@dataclass(frozen=True, kw_only=True)
class BankLineIgnored(Event, name="banking.line_ignored"):
    """It is nothing that is booked here."""

    line_id: UUID


@dataclass(frozen=True, kw_only=True)
class BankLineReopened(Event, name="banking.line_reopened"):
    """What became of it was undone: it waits for somebody again."""

    line_id: UUID
