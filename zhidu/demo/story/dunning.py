"""How two unpaid invoices that fell due on the same day were asked for."""

from collections.abc import Mapping
from typing import Any

from zhidu.demo.story.teller import Line, Teller

INVOICE = """query($id: ID!) { invoice(id: $id) { number dueOn state total { amount currency }
  charges { amount currency } chargesOutstanding { amount } customer { name }
  ladder: nextDunning { clause { number title version { number } } }
  payments { nodes { receivedOn amount { amount } } } holds { kind fromOn untilOn releasedOn }
  dunningSteps { number name channel takenAt withdrawnAt letterSubject
    fee { amount } interest { amount } clause { number title version { number } } } } }"""


async def invoices(one: Teller, other: Teller, left: str, right: str) -> list[Line]:
    """Two invoices, line by line."""
    first, second = await _invoice(one, left), await _invoice(other, right)
    names = ("invoice", "due", "steps", "payments", "holds", "outcome", "charges")
    return [(one.words(name), first[name], second[name]) for name in names if first[name] or second[name]]


async def _invoice(teller: Teller, step: str) -> Mapping[str, str]:
    found = (await teller.read(INVOICE, id=teller.page.ids[step]))["invoice"]
    words, total = teller.words, found["total"]
    steps = [item for item in found["dunningSteps"] if item["withdrawnAt"] is None]
    return {
        "invoice": f"{found['customer']['name']}, {total['amount']} {total['currency']}",
        "due": teller.day(found["dueOn"]),
        "steps": "\n".join(_step(teller, item) for item in steps) + _clause(teller, found, steps),
        "payments": "\n".join(
            f"{teller.day(item['receivedOn'])}  {item['amount']['amount']}" for item in found["payments"]["nodes"]
        ),
        "holds": "\n".join(
            f"{words(item['kind'])}: {teller.day(item['fromOn'])} – {teller.day(item['releasedOn'] or item['untilOn'])}"
            for item in found["holds"]
        )
        + (_clause(teller, found, steps) if found["holds"] else ""),
        "outcome": words(f"invoice_{found['state']}"),
        "charges": _charges(teller, found) + (_clause(teller, found, steps) if _asked(found) else ""),
    }


def _charges(teller: Teller, invoice: Mapping[str, Any]) -> str:
    """What letters asked for beside the invoice itself, which stays owed when that is paid."""
    asked, left = invoice["charges"], invoice["chargesOutstanding"]["amount"]
    if not _asked(invoice):
        return teller.words("none")
    amount = f"{asked['amount']} {asked['currency']}"
    if float(left):
        return teller.words("charges_owed", amount=amount, left=left)
    written_off = invoice["state"] == "WRITTEN_OFF"
    return teller.words("charges_written_off" if written_off else "charges_paid", amount=amount)


def _asked(invoice: Mapping[str, Any]) -> bool:
    """Whether letters asked for more than the invoice itself."""
    return float(invoice["charges"]["amount"]) != 0


def _step(teller: Teller, step: Mapping[str, Any]) -> str:
    line = f"{teller.instant(step['takenAt'])}  {step['name']}"
    # The letter is shown as the customer got it, in the customer's language.
    return f"{line}\n  “{step['letterSubject']}”" if step["letterSubject"] else line


def _clause(teller: Teller, invoice: Mapping[str, Any], steps: list[Mapping[str, Any]]) -> str:
    clause = steps[-1]["clause"] if steps else invoice["ladder"]["clause"]
    return teller.clause({"clause": clause, "version": clause["version"]}) if clause else ""
