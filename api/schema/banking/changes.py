"""What can be changed of bank accounts."""

from uuid import UUID

import strawberry

from api.results import mutation
from api.schema.banking import mutations as banking
from api.schema.banking.types import BankAccount, BankLine, BankStatement


@strawberry.type(description="What can be changed of bank accounts.")
class BankingMutation:
    """The part of the root that is about bank accounts."""

    create_bank_account = mutation(banking.create_bank_account, account=BankAccount)
    change_bank_account = mutation(banking.change_bank_account, account=BankAccount)
    import_bank_statement = mutation(
        banking.import_bank_statement,
        statement=BankStatement,
        values={"known": (bool, "Whether the same content had been read before; then nothing is new.")},
    )
    discard_bank_statement = mutation(
        banking.discard_bank_statement, values={"statement_id": (UUID, "What is forgotten.")}
    )
    book_bank_line = mutation(banking.book_bank_line, line=BankLine)
    book_suggested_bank_lines = mutation(
        banking.book_suggested_bank_lines,
        platform=True,
        values={"outcomes": (list[banking.BankLineOutcome], "What became of each, in the order given.")},
    )
    link_bank_line = mutation(banking.link_bank_line, line=BankLine)
    ignore_bank_line = mutation(banking.ignore_bank_line, line=BankLine)
    reopen_bank_line = mutation(banking.reopen_bank_line, line=BankLine)
