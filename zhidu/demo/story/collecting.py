"""How money came in: letters about several invoices, a promise to pay, a file of the bank, and bills by use."""

from collections.abc import Mapping, Sequence

from zhidu.demo.story.teller import CITED, CLAUSE, Line, Teller, decision

LETTERS = (
    """query($ids: [ID!]!) { dunningSteps(first: 20, order: OLDEST, filter: {
  invoiceId: {in: $ids}, channel: {eq: EMAIL}}) { nodes { letterSubject letterSentAt
  invoice { number dueOn total { amount currency } } clause { """
    + CLAUSE
    + " } } } }"
)
FILE = (
    """query($id: ID!) { bankStatement(id: $id) { importedAt importedBy { name } lineCount total { amount currency }
  newLines(first: 20, order: BOOKED) { nodes { id amount { amount } purpose state decidedBy { name }
  payment { id allocations { invoice { number } } """
    + CITED
    + " } } } } }"
)
USAGE = (
    """query($id: ID!) { contract(id: $id) { number customer { name }
    rates { name unit unitPrice { amount currency } } }
  usageSettlements(first: 1, filter: {contractId: {eq: $id}}) { nodes { sinceOn untilOn
    items(first: 20) { nodes { quantity usageRecord { usedOn } } }
    invoice { number total { amount currency } """
    + CITED
    + """ } } }
  invoicePreview(contractId: $id) { sinceOn untilOn lines { name quantity unit } total { amount currency }
    clause { number title versionNumber } } }"""
)


async def letters(one: Teller, other: Teller, left: Sequence[str], right: Sequence[str]) -> list[Line]:
    """What was written about several overdue invoices of one customer, line by line."""
    first, second = await _letters(one, left), await _letters(other, right)
    return [(one.words(name), first[name], second[name]) for name in first]


async def _letters(teller: Teller, names: Sequence[str]) -> Mapping[str, str]:
    ids = [teller.page.ids[name] for name in names]
    steps = (await teller.read(LETTERS, ids=ids))["dunningSteps"]["nodes"]
    invoices = {step["invoice"]["number"]: step["invoice"] for step in steps}
    told = {f"{teller.instant(step['letterSentAt'])}\n  “{step['letterSubject']}”": None for step in steps}
    return {
        "invoice": "\n".join(
            f"{teller.words('by_invoice', number=number)}: {each['total']['amount']} {each['total']['currency']},"
            f" {teller.day(each['dueOn'])}"
            for number, each in sorted(invoices.items())
        ),
        "letters": "\n".join(told) + teller.cited(steps[-1]["clause"]),
    }


async def files(one: Teller, other: Teller, left: str, right: str) -> list[Line]:
    """Two files of the bank, line by line."""
    first, second = await _file(one, left), await _file(other, right)
    return [(one.words(name), first[name], second[name]) for name in first]


async def _file(teller: Teller, name: str) -> Mapping[str, str]:
    found = (await teller.read(FILE, id=teller.page.ids[name]))["bankStatement"]
    words, cited, told = teller.words, "", []
    for line in found["newLines"]["nodes"]:
        payment = line["payment"]
        itself = decision(payment, "banking.booked_by_itself") if payment is not None else None
        cited = cited or teller.clause(itself)
        if payment is None:
            became = words("left_open")
        else:
            numbers = ", ".join(str(each["invoice"]["number"]) for each in payment["allocations"])
            who = words("booked_by_itself") if itself else line["decidedBy"]["name"]
            became = words("booked_for", numbers=numbers, who=who)
        told.append(f"{line['amount']['amount']} “{line['purpose']}”\n  {became}")
    by = found["importedBy"]["name"]
    total = found["total"]
    return {
        "read_file": f"{teller.instant(found['importedAt'])}, {by}\n{total['amount']} {total['currency']}",
        "bank_lines": "\n".join(told) + cited,
    }


async def usage(one: Teller, other: Teller, left: str, right: str) -> list[Line]:
    """What two contracts charge by use, line by line: billed, or to be billed."""
    first, second = await _usage(one, left), await _usage(other, right)
    return [(one.words(name), first[name], second[name]) for name in first]


async def _usage(teller: Teller, name: str) -> Mapping[str, str]:
    found = await teller.read(USAGE, id=teller.page.ids[name])
    words, contract, preview = teller.words, found["contract"], found["invoicePreview"]
    rates = [
        f"{rate['name']}: {rate['unitPrice']['amount']} {rate['unitPrice']['currency']} / {rate['unit']}"
        for rate in contract["rates"]
    ]
    billed = ""
    for settled in found["usageSettlements"]["nodes"]:
        invoice = settled["invoice"]
        days = [
            f"{teller.day(item['usageRecord']['usedOn'])}: {item['quantity']}" for item in settled["items"]["nodes"]
        ]
        total = f"{invoice['total']['amount']} {invoice['total']['currency']}"
        billed = f"{words('by_invoice', number=invoice['number'])}: {total}\n" + "\n".join(days)
        billed += teller.clause(decision(invoice, "billing.usage"))
    following = [f"{line['name']}: {line['quantity']} {line['unit']}" for line in preview["lines"]]
    span = f"{teller.date(preview['sinceOn'])} – {teller.date(preview['untilOn'])}"
    clause = preview["clause"]
    return {
        "rates": f"{contract['number']}, {contract['customer']['name']}\n" + "\n".join(rates),
        "billed": billed or words("none"),
        "to_be_billed": "\n".join([span, *following, f"{preview['total']['amount']} {preview['total']['currency']}"])
        + teller.cited({**clause, "version": {"number": clause["versionNumber"]}} if clause else None),
    }
