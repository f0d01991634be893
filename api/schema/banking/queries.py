"""What can be asked of bank accounts and their lines, and what lines may be for."""

from typing import Annotated
from uuid import UUID

import strawberry

from api.reading.mapping import by_id, page, part
from api.schema.banking.types import (
    BANK_ACCOUNT_ORDERS,
    BANK_LINE_ORDERS,
    BANK_STATEMENT_ORDERS,
    BankAccount,
    BankLine,
    BankLineFilter,
    BankStatement,
    BankStatementFilter,
)
from api.schema.ledger.balances import shown
from api.schema.money import Money
from domain.banking import queries
from domain.banking.rules.matching import Confidence, Reason, Suggestion
from tenancy.refusals import Invalid, message
from tenancy.work import Work

MOST_LINES = 20

strawberry.enum(
    Reason,
    name="BankMatchReason",
    description="Why a line may be for an invoice: its number stands in the purpose, the amount is exactly what is"
    " outstanding (or that with its charges, or the sum of all named), the payer has the customer's name, or the"
    " customer has paid from this account before.",
)
strawberry.enum(
    Confidence,
    name="BankMatchConfidence",
    description="How sure a suggestion is. CERTAIN: number, exact amount and payer agree. HIGH: the exact amount and"
    " one of the others, for one invoice alone. MEDIUM: several invoices of the payer fit, or the amount differs."
    " LOW: one sign alone.",
)


@part
class BankLineShare:
    """What of a line is meant for one invoice."""

    invoice_id: UUID = strawberry.field(description="The invoice.")
    invoice_number: int = strawberry.field(description="Its number.")
    amount: Money = strawberry.field(description="How much of the line counts for it.")


@part
class BankLineMatch:
    """One way in which a line could be booked."""

    customer_id: UUID = strawberry.field(description="Whose payment it would be.")
    customer_name: str = strawberry.field(description="What they are called.")
    shares: list[BankLineShare] = strawberry.field(
        description="For which invoices; none where it would be the customer's credit."
    )
    reasons: list[Reason] = strawberry.field(description="What speaks for it.")
    confidence: Confidence = strawberry.field(description="How sure it is.")


@part
class RecordedPayment:
    """A payment that somebody may have recorded for a line by hand."""

    payment_id: UUID = strawberry.field(description="The payment.")
    reference: str = strawberry.field(description="By what it is known again.")


@part
class BankLineSuggestions:
    """What a line may be for."""

    line_id: UUID = strawberry.field(description="The line.")
    matches: list[BankLineMatch] = strawberry.field(
        description="How it could be booked, the surest first, at most 10; none for what is not open or went out."
    )
    probably_recorded: list[RecordedPayment] = strawberry.field(
        description="Payments of the same amount within three days of it that come of no line: linkBankLine says that"
        " it is one of them."
    )


async def bank_line_suggestions(
    info: strawberry.Info,
    line_ids: Annotated[list[UUID], strawberry.argument(description="The lines, at most 20; once each.")],
) -> list[BankLineSuggestions]:
    """What lines may be for, as things stand now. Refuses with NOT_FOUND a line that you do not see."""
    if len(line_ids) > MOST_LINES:
        raise Invalid(message("At most {most} are done in one go."), {"most": MOST_LINES}, ("lineIds",))
    work: Work = info.context.work
    told = []
    async with info.context.lock:
        for id in dict.fromkeys(line_ids):
            line = await queries.line(work, id, "lineIds")
            recorded = await queries.probably_recorded(work, line) if line.payment_id is None else []
            told.append(
                BankLineSuggestions(
                    line_id=id,
                    matches=[_match(each, line.currency) for each in await queries.suggestions(work, line)],
                    probably_recorded=[
                        RecordedPayment(payment_id=each.id, reference=each.reference) for each in recorded
                    ],
                )
            )
    return told


def _match(suggestion: Suggestion, currency: str) -> BankLineMatch:
    return BankLineMatch(
        customer_id=suggestion.customer_id,
        customer_name=suggestion.customer_name,
        shares=[
            BankLineShare(invoice_id=each.invoice_id, invoice_number=each.number, amount=shown(each.minor, currency))
            for each in suggestion.shares
        ],
        reasons=list(suggestion.reasons),
        confidence=suggestion.confidence,
    )


@strawberry.type(description="What can be asked of bank accounts.")
class BankingQuery:
    """The part of the root that is about bank accounts."""

    bank_account = by_id("One bank account.", BankAccount)
    bank_accounts = page("The company's bank accounts.", BankAccount, orders=BANK_ACCOUNT_ORDERS)
    bank_statement = by_id("One file of a bank that was read.", BankStatement)
    bank_statements = page(
        "The files of banks that were read.",
        BankStatement,
        orders=BANK_STATEMENT_ORDERS,
        filter=BankStatementFilter,
    )
    bank_line = by_id("One line of a bank account.", BankLine)
    bank_lines = page("The lines of bank accounts.", BankLine, orders=BANK_LINE_ORDERS, filter=BankLineFilter)
    bank_line_suggestions: list[BankLineSuggestions] = strawberry.field(
        resolver=bank_line_suggestions,
        description="For which invoices of which customers lines may be, with reasons, the surest first.",
    )
