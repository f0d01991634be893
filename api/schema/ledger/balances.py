"""What is on the accounts of the books."""

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from api.reading.mapping import part
from api.schema.ledger import types as ledger  # noqa: F401  # declares LedgerAccount, which is used below
from api.schema.money import Money
from domain.kernel import money as kernel
from domain.ledger import queries
from domain.ledger.rules import Account
from tenancy.work import Work


@part
class LedgerBalance:
    """What is on one account in one currency."""

    account: Account = strawberry.field(description="The account.")
    currency: str = strawberry.field(description="The currency, by its code of ISO 4217.")
    debit: Money = strawberry.field(description="All that was debited.")
    credit: Money = strawberry.field(description="All that was credited.")
    balance: Money = strawberry.field(description="Debits less credits: below zero where more was credited.")


async def ledger_balances(
    info: strawberry.Info,
    customer_id: Annotated[UUID | None, strawberry.argument(description="Of this customer alone.")] = None,
    until_on: Annotated[
        date | None, strawberry.argument(description="The last day that counts; none counts all.")
    ] = None,
) -> list[LedgerBalance]:
    """What is on each account; the balances of a currency come to nothing together."""
    work: Work = info.context.work
    async with info.context.lock:
        found = await queries.balances(work, until_on=until_on, customer_id=customer_id)
    return [
        LedgerBalance(
            account=each.account,
            currency=each.currency,
            debit=shown(each.debit_minor, each.currency),
            credit=shown(each.credit_minor, each.currency),
            balance=shown(each.minor, each.currency),
        )
        for each in found
    ]


def shown(minor: int, currency: str) -> Money:
    """An amount that was summed, however large: sums of many amounts may exceed what a single one can be."""
    return Money(amount=kernel.decimal_text(minor, currency), currency=currency)
