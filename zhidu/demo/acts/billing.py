"""Invoices, what comes in for them, and what holds them up."""

from zhidu.demo.company import Company
from zhidu.demo.samples import Entry


async def invoice(company: Company, entry: Entry) -> None:
    """Write an invoice and issue it at once."""
    key, by = entry["key"], entry["by"]
    line = {
        "description": entry["text"],
        "unitPrice": entry["price"],
        "quantity": str(entry.get("quantity", 1)),
        "taxPercent": entry.get("tax", "0"),
    }
    await company.change(
        key,
        by,
        "draftInvoice",
        into="invoice",
        customerId=company.ids[f"customer/{entry['customer']}"],
        currency=company.sample.written["currency"],
        lines=[line],
    )
    await company.change(
        f"{key}/issued", by, "issueInvoice", invoiceId=company.ids[key], dueOn=entry["due_on"].isoformat()
    )


async def pay(company: Company, entry: Entry) -> None:
    """Record money that has come in on this day."""
    about, on = entry["about"], entry["at"].date().isoformat()
    await company.change(
        f"{about}/paid/{on}",
        entry["by"],
        "recordPayment",
        invoiceId=company.ids[about],
        amount={"amount": entry["amount"], "currency": company.sample.written["currency"]},
        receivedOn=on,
        reference=f"{about.removeprefix('invoice/')}-{on}".upper(),
    )


async def hold(company: Company, entry: Entry) -> None:
    """Leave an invoice alone for a while."""
    about, until = entry["about"], entry.get("until_on")
    await company.change(
        f"{about}/held",
        entry["by"],
        "placeHold",
        into="hold",
        invoiceId=company.ids[about],
        kind=entry["kind"],
        reason=entry["reason"],
        untilOn=until.isoformat() if until else None,
    )


async def release(company: Company, entry: Entry) -> None:
    """Let the ladder of a held invoice go on."""
    about = entry["about"]
    await company.change(f"{about}/released", entry["by"], "releaseHold", holdId=company.ids[f"{about}/held"])


async def write_off(company: Company, entry: Entry) -> None:
    """Ask that what is still owed be given up; the handbook's chain decides."""
    about = entry["about"]
    await company.change(f"{about}/written-off", entry["by"], "writeOffInvoice", invoiceId=company.ids[about])
