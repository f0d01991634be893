"""Bank accounts, files and lines by GraphQL alone, in two companies and for a third."""

from typing import Any

import pytest

from domain.kernel.permissions import Permission
from tenancy.actor import Actor, ActorKind
from tests.api.billing.test_dunning_by_graphql import ERRORS, bill
from tests.conftest import found_company
from tests.domain.banking.test_bank_files import balance, details, entry, statement
from tests.domain.billing.office import march, open_office
from tests.uploads import upload

pytestmark = pytest.mark.usefixtures("pool", "file_store")

CREATE = f"""mutation($input: CreateBankAccountInput!) {{ createBankAccount(input: $input) {{
  account {{ id name number currency csv active }} {ERRORS} }} }}"""
CHANGE = f"""mutation($input: ChangeBankAccountInput!) {{ changeBankAccount(input: $input) {{
  account {{ name csv active }} {ERRORS} }} }}"""
IMPORT = f"""mutation($input: ImportBankStatementInput!) {{ importBankStatement(input: $input) {{
  known statement {{ id form reference firstOn lastOn lineCount newLineCount file {{ name }} account {{ name }}
    total {{ amount }} opening {{ amount }} closing {{ amount }} difference {{ amount currency }}
    newLines(order: BOOKED) {{ nodes {{ id position amount {{ amount }} incoming payerName purpose state }} }} }}
  {ERRORS} }} }}"""
SUGGESTIONS = """query($ids: [ID!]!) { bankLineSuggestions(lineIds: $ids) { lineId matches { customerName reasons
  confidence shares { invoiceId invoiceNumber amount { amount } } } probablyRecorded { paymentId reference } } }"""
SEVERAL = f"""mutation($input: BookSuggestedBankLinesInput!) {{ bookSuggestedBankLines(input: $input) {{
  outcomes {{ lineId done errors {{ code path }} }} {ERRORS} }} }}"""
BOOK = f"""mutation($input: BookBankLineInput!) {{ bookBankLine(input: $input) {{
  line {{ state payment {{ amount {{ amount }} unallocated {{ amount }} }} decidedBy {{ name }} }} {ERRORS} }} }}"""
IGNORE = f"""mutation($input: IgnoreBankLineInput!) {{ ignoreBankLine(input: $input) {{
  line {{ state reason }} {ERRORS} }} }}"""
REOPEN = f"""mutation($input: ReopenBankLineInput!) {{ reopenBankLine(input: $input) {{
  line {{ state payment {{ id }} }} {ERRORS} }} }}"""
DISCARD = f"""mutation($input: DiscardBankStatementInput!) {{ discardBankStatement(input: $input) {{
  statementId {ERRORS} }} }}"""
ALL = """query($filter: BankLineFilter) { bankLines(filter: $filter, order: NEWEST) { totalCount nodes { purpose
  account { name } statement { reference } } } bankAccounts { nodes { name statements { nodes { lineCount } } } }
  bankStatements { totalCount } }"""
IBAN = "DE89 3704 0044 0532 0130 00"
FILE = statement(
    balance("OPBD", "100.00"),
    balance("CLBD", "10697.00"),
    entry("10000.00", details=details("Invoice 1")),
    entry("600.00", details=details("no idea", "Nobody")),
    entry("3.00", side="DBIT", details=details("fee")),
)


async def created(ask: Any, admin: Actor) -> str:
    given = {"name": "Main", "number": IBAN, "currency": "CNY"}
    account = (await ask(admin, CREATE, input=given))["createBankAccount"]["account"]
    assert account["number"] == "DE89370400440532013000"
    found: str = account["id"]
    return found


async def test_a_file_is_read_matched_booked_and_undone(ask: Any) -> None:
    office, other, third = await open_office(None), await open_office(None), await found_company()
    await bill(ask, office)
    account = await created(ask, office.admin)
    await created(ask, other.admin)
    file = str(await upload(office.admin, FILE, "march.xml"))
    given = {"accountId": account, "fileId": file}
    read = (await ask(office.admin, IMPORT, input=given))["importBankStatement"]
    told, lines = read["statement"], read["statement"].pop("newLines")["nodes"]
    id = told.pop("id")
    assert (read["known"], told) == (
        False,
        {
            "form": "CAMT_053",
            "reference": "S-1",
            "firstOn": "2026-03-06",
            "lastOn": "2026-03-06",
            "lineCount": 3,
            "newLineCount": 3,
            "file": {"name": "march.xml"},
            "account": {"name": "Main"},
            "total": {"amount": "10597.00"},
            "opening": {"amount": "100.00"},
            "closing": {"amount": "10697.00"},
            "difference": {"amount": "0.00", "currency": "CNY"},
        },
    )
    again = (await ask(office.admin, IMPORT, input=given))["importBankStatement"]
    assert (again["known"], again["statement"]["id"]) == (True, id)
    ids = [line["id"] for line in lines]
    suggested = (await ask.executed(office.admin, SUGGESTIONS, ids=ids))["bankLineSuggestions"]
    [match] = suggested[0]["matches"]
    assert (match["confidence"], match["reasons"]) == ("CERTAIN", ["NUMBER_NAMED", "AMOUNT_EXACT", "PAYER_NAME"])
    assert match["shares"][0]["amount"] == {"amount": "10000.00"}
    assert (suggested[1]["matches"], suggested[2]["matches"]) == ([], [])
    await office.set_clock(march(10))
    outcomes = (await ask(office.admin, SEVERAL, input={"lineIds": ids}))["bookSuggestedBankLines"]["outcomes"]
    assert [each["done"] for each in outcomes] == [True, False, False]
    assert [[error["code"] for error in each["errors"]] for each in outcomes] == [[], ["NO_MATCH"], ["WRONG_STATE"]]
    given = {"lineId": ids[1], "customerId": str(office.customer_id)}
    booked = (await ask(office.admin, BOOK, input=given))["bookBankLine"]["line"]
    assert booked["payment"] == {"amount": {"amount": "600.00"}, "unallocated": {"amount": "600.00"}}
    ignored = (await ask(office.admin, IGNORE, input={"lineId": ids[2], "reason": "A fee."}))["ignoreBankLine"]["line"]
    assert ignored == {"state": "IGNORED", "reason": "A fee."}
    reopened = (await ask(office.admin, REOPEN, input={"lineId": ids[1], "reason": "Not ours."}))["reopenBankLine"]
    assert reopened["line"] == {"state": "OPEN", "payment": None}
    [error] = (await ask(office.admin, DISCARD, input={"statementId": id}))["discardBankStatement"]["errors"]
    assert error["code"] == "WRONG_STATE"
    open_ones = await ask(office.admin, ALL, filter={"state": {"eq": "OPEN"}})
    assert open_ones["bankLines"]["nodes"] == [
        {"purpose": "no idea", "account": {"name": "Main"}, "statement": {"reference": "S-1"}}
    ]
    assert (await ask(other.admin, ALL))["bankLines"]["totalCount"] == 0
    nothing = await ask(third, ALL)
    assert (nothing["bankAccounts"]["nodes"], nothing["bankStatements"]["totalCount"]) == ([], 0)
    for stranger in (other.admin, third):
        [error] = (await ask(stranger, BOOK, input=given))["bookBankLine"]["errors"]
        assert (error["code"], error["path"]) == ("NOT_FOUND", ["lineId"])


async def test_what_stands_on_accounts_is_for_those_who_read_the_books(ask: Any) -> None:
    office = await open_office(None)
    account = await created(ask, office.admin)
    file = str(await upload(office.admin, FILE, "march.xml"))
    await ask(office.admin, IMPORT, input={"accountId": account, "fileId": file})
    seller = Actor(office.admin.tenant_id, ActorKind.MEMBER, office.admin.id, frozenset({Permission.CUSTOMERS_READ}))
    seen = await ask(seller, ALL)
    assert (seen["bankLines"]["totalCount"], seen["bankAccounts"]["nodes"]) == (0, [])
    [error] = (await ask(seller, IMPORT, input={"accountId": account, "fileId": file}))["importBankStatement"]["errors"]
    assert error["code"] == "FORBIDDEN"


async def test_two_companies_read_their_banks_files_each_in_its_form(ask: Any) -> None:
    chinese, german = await found_company(), await found_company()
    forms = {
        "chinese": {"bookedOn": "日期", "amount": "金额", "purpose": ["摘要"], "encoding": "GB18030"},
        "german": {
            "bookedOn": "Tag",
            "amount": "Betrag",
            "purpose": ["Zweck"],
            "delimiter": ";",
            "decimalMark": ",",
            "dayForm": "DAY_MONTH_YEAR",
        },
    }
    contents = {
        "chinese": "日期,金额,摘要\n2026-03-02,1000.50,发票\n".encode("gb18030"),
        "german": b"Tag;Betrag;Zweck\n02.03.2026;1.000,50;Rechnung\n",
    }
    for admin, name in ((chinese, "chinese"), (german, "german")):
        account = await created(ask, admin)
        file = str(await upload(admin, contents[name], "bank.csv"))
        given = {"accountId": account, "fileId": file}
        [error] = (await ask(admin, IMPORT, input=given))["importBankStatement"]["errors"]
        assert (error["code"], error["path"]) == ("BAD_BANK_FILE", ["fileId"])
        changed = (await ask(admin, CHANGE, input={"accountId": account, "csv": forms[name]}))["changeBankAccount"]
        assert changed["account"]["csv"]["bookedOn"] == forms[name]["bookedOn"]
        read = (await ask(admin, IMPORT, input=given))["importBankStatement"]
        assert read["statement"]["total"] == {"amount": "1000.50"}
        assert (read["statement"]["opening"], read["statement"]["difference"]) == (None, None)
        wrong = str(await upload(admin, contents["german" if name == "chinese" else "chinese"], "bank.csv"))
        given = {"accountId": account, "fileId": wrong}
        [error] = (await ask(admin, IMPORT, input=given))["importBankStatement"]["errors"]
        assert error["code"] == "BAD_BANK_FILE"
    [error] = (await ask(german, CHANGE, input={"accountId": account, "csv": {"bookedOn": "Tag", "credit": "Haben"}}))[
        "changeBankAccount"
    ]["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["csv", "amount"])
