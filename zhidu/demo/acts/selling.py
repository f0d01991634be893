"""Contracts before and after their signature: what they must settle, and who has a copy."""

from zhidu.demo.company import Company
from zhidu.demo.samples import Entry

CHECKS = "query($id: ID!) { contract(id: $id) { checklist { id position } } }"
COPIES = """query($id: ID!) { contract(id: $id) { copies { id department { id } } } }"""


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
