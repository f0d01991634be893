"""Files of the bank: read, and booked by the handbook or by whoever confirms what is suggested; bills over usage."""

import re

from zhidu.demo.company import Company
from zhidu.demo.samples import Entry
from zhidu.failures import Failure

NUMBER = "query($id: ID!) { invoice(id: $id) { number } }"
LINES = """query($id: ID!) { bankStatement(id: $id) { newLines(first: 50, filter: {state: {eq: OPEN}}) {
  nodes { id bankReference } } } }"""
SUGGESTED = """query($ids: [ID!]!) { bankLineSuggestions(lineIds: $ids) { matches { customerId confidence
  shares { invoiceId amount { amount currency } } } } }"""
SETTLED = """query($contract: ID!) { usageSettlements(first: 1, filter: {contractId: {eq: $contract}}) { nodes {
  invoice { id } } } }"""
_NAMED = re.compile(r"\{(invoice/[^}]+)\}")


async def read_file(company: Company, entry: Entry) -> None:
    """Have a file read whose rows name invoices by their keys, and confirm what is suggested where the sample says."""
    key, by = entry["key"], entry["by"]
    content = "\n".join(entry["rows"])
    for name in dict.fromkeys(_NAMED.findall(content)):
        found = (await company.read(by, NUMBER, id=company.ids[name]))["invoice"]["number"]
        content = content.replace(f"{{{name}}}", str(found))
    file_id = await company.client.upload(company.token(by), "statement.csv", "text/csv", content.encode())
    account = company.ids[entry["account"]]
    await company.change(f"{key}", by, "importBankStatement", into="statement", accountId=account, fileId=file_id)
    await company.settle()
    if entry.get("confirmed"):
        await _confirm(company, key, by)


async def _confirm(company: Company, key: str, by: str) -> None:
    """Book each line that is left as its surest suggestion says, if there is one."""
    lines = (await company.read(by, LINES, id=company.ids[key]))["bankStatement"]["newLines"]["nodes"]
    suggested = await company.read(by, SUGGESTED, ids=[line["id"] for line in lines])
    for line, found in zip(lines, suggested["bankLineSuggestions"], strict=True):
        if found["matches"] and found["matches"][0]["confidence"] == "CERTAIN":
            first = found["matches"][0]
            shares = [{"invoiceId": each["invoiceId"], "amount": each["amount"]} for each in first["shares"]]
            step = f"{key}/{line['bankReference']}"
            booked = {"lineId": line["id"], "customerId": first["customerId"], "shares": shares}
            await company.change(step, by, "bookBankLine", **booked)


async def bill_usage(company: Company, entry: Entry) -> None:
    """Issue the invoice that was drafted over what a contract counts."""
    key, by = entry["key"], entry["by"]
    found = (await company.read(by, SETTLED, contract=company.ids[entry["about"]]))["usageSettlements"]["nodes"]
    if not found or found[0]["invoice"] is None:
        raise Failure(f"{company.sample.name}: nothing was drafted over the usage of “{entry['about']}”.")
    company.ids[key] = found[0]["invoice"]["id"]
    await company.change(
        f"{key}/issued", by, "issueInvoice", invoiceId=company.ids[key], dueOn=entry["due_on"].isoformat()
    )
