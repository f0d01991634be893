"""Files of the bank: read, and booked by the handbook or by whoever confirms what is suggested; bills over usage."""

import re

from zhidu.demo.company import Company
from zhidu.demo.samples import Entry
from zhidu.failures import Failure

NUMBER = "query($id: ID!) { invoice(id: $id) { number } }"
LINES = """query($id: ID!) { bankStatement(id: $id) { newLines(first: 50, filter: {state: {eq: OPEN}}) {
  nodes { id } } } }"""
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
    file_id = await company.client.upload(company.token(by), "statement.csv", content.encode())
    account = company.ids[entry["account"]]
    await company.change(f"{key}", by, "importBankStatement", into="statement", accountId=account, fileId=file_id)
    await company.settle()
    if entry.get("confirmed"):
        lines = (await company.read(by, LINES, id=company.ids[key]))["bankStatement"]["newLines"]["nodes"]
        await company.change(f"{key}/confirmed", by, "bookSuggestedBankLines", lineIds=[line["id"] for line in lines])


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
