"""The company's bank accounts, and how their banks write CSV."""

from uuid import UUID

from sqlalchemy import select

from domain.banking import queries
from domain.banking.events import BankAccountChanged, BankAccountCreated
from domain.banking.models import BankAccount
from domain.banking.rules.lines import clean_account
from domain.banking.rules.sheets import CsvForm, check_form
from domain.kernel.amounts import read_currency
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.texts import one_line
from tenancy.refusals import Conflict, Invalid, message
from tenancy.work import Work

NAME_LENGTH, LEAST_NUMBER, MOST_NUMBER = 100, 4, 34


@command(needs=Permission.BILLING_COLLECT)
async def create_account(
    work: Work, *, name: str, number: str, currency: str, csv_form: CsvForm | None = None
) -> BankAccount:
    """Set up an account, by its IBAN or account number (AR-2). Of one number there may be one in each currency."""
    name = one_line(name, NAME_LENGTH, "name")
    number = clean_account(number)
    if not (LEAST_NUMBER <= len(number) <= MOST_NUMBER and number.isascii() and number.isalnum()):
        text = message("An account's number has {least} to {most} letters and digits.")
        raise Invalid(text, {"least": LEAST_NUMBER, "most": MOST_NUMBER}, ("number",))
    if not _adds_up(number):
        raise Invalid(message("The check digits of this IBAN are wrong."), {}, ("number",))
    currency = read_currency(currency, ("currency",))
    stored = check_form(csv_form).stored() if csv_form is not None else None
    # Whoever sets up the same account at once waits here.
    await work.sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{work.actor.tenant_id} bank accounts")
    same = select(BankAccount.id).where(BankAccount.number == number, BankAccount.currency == currency)
    if await work.value(same) is not None:
        raise Conflict(message("This account is set up already."), {}, ("number",))
    account = work.add(BankAccount(name=name, number=number, currency=currency, csv_form=stored))
    work.record(BankAccountCreated(account_id=account.id), about=account)
    return account


@command(needs=Permission.BILLING_COLLECT)
async def change_account(
    work: Work,
    *,
    account_id: UUID,
    name: str | None = None,
    csv_form: CsvForm | None = None,
    active: bool | None = None,
) -> BankAccount:
    """Change what an account is called, how its bank writes CSV, or whether files of it are still read."""
    account = await queries.account(work, account_id, "accountId", lock=True)
    if name is not None:
        account.name = one_line(name, NAME_LENGTH, "name")
    if csv_form is not None:
        account.csv_form = check_form(csv_form).stored()
    if active is not None:
        account.active = active
    work.record(BankAccountChanged(account_id=account.id), about=account)
    return account


def _adds_up(number: str) -> bool:
    """Whether the check digits are right of what has the form of an IBAN (ISO 13616)."""
    if not (len(number) >= 15 and number[:2].isalpha() and number[2:4].isdecimal()):
        return True
    turned = number[4:] + number[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1
