"""Contracts before and after their signature: what they must settle, who has a copy, and what is billed by them."""

from collections.abc import Mapping
from typing import Any

from zhidu.demo.company import Company
from zhidu.demo.samples import Entry
from zhidu.failures import Failure

CHECKS = "query($id: ID!) { contract(id: $id) { checklist { id position } } }"
COPIES = """query($id: ID!) { contract(id: $id) { copies { id department { id } } } }"""

INSTALMENTS = "query($id: ID!) { contract(id: $id) { instalments { id position invoice { id } } } }"


async def settle_checks(company: Company, entry: Entry) -> None:
    """Say of every item of the clause's checklist where the contract settles it."""
    about, by = entry["about"], entry["by"]
    checks = (await company.read(by, CHECKS, id=company.ids[about]))["contract"]["checklist"]
    for check in checks:
        await company.change(
            f"{about}/check/{check['position']}", by, "settleContractCheck", checkId=check["id"], note=entry["note"]
        )


async def confirm_copy(company: Company, entry: Entry) -> None:
    """Confirm that one's department has its copy."""
    about, by = entry["about"], entry["by"]
    department = company.ids[f"department/{entry['department']}"]
    for copy in (await company.read(by, COPIES, id=company.ids[about]))["contract"]["copies"]:
        if copy["department"]["id"] == department:
            await company.change(f"{about}/copy/{by}", by, "confirmContractCopy", copyId=copy["id"])


async def bill(company: Company, entry: Entry) -> None:
    """Issue the invoice that the contract has drafted for a part of its fees."""
    key, by = entry["key"], entry["by"]
    await company.settle()
    invoice = (await _part(company, entry))["invoice"]
    if invoice is None:
        raise Failure(f"{company.sample.name}: the contract has drafted no invoice “{key}”.")
    company.ids[key] = invoice["id"]
    due_on = entry["due_on"].isoformat()
    await company.change(f"{key}/issued", by, "issueInvoice", invoiceId=invoice["id"], dueOn=due_on)


async def _part(company: Company, entry: Entry) -> Mapping[str, Any]:
    contract = (await company.read(entry["by"], INSTALMENTS, id=company.ids[entry["about"]]))["contract"]
    found: Mapping[str, Any] = next(part for part in contract["instalments"] if part["position"] == entry["part"])
    return found
