"""Letters of resignation, and what the approvers make of them."""

from typing import Any

from zhidu.demo.company import ADMINISTRATOR, Company
from zhidu.demo.samples import Entry
from zhidu.failures import Failure

SEATS = """query($subject: ID!) { approvals(first: 20, order: OLDEST, filter: {subjectId: {eq: $subject}}) {
  nodes { tasks { id step round assignee { id } insteadOf { id } } } } }"""


async def resign(company: Company, entry: Entry) -> None:
    """Hand in a letter; `refused` says that the handbook is expected to refuse it as it is."""
    letter = {
        "letterOn": entry["at"].date().isoformat(),
        "reason": entry.get("reason", ""),
        "wishedOn": _day(entry.get("wished_on")),
    }
    if entry.get("refused"):
        payload = await company.attempt(entry["key"], entry["by"], "submitResignation", **letter)
        if not payload["errors"]:
            raise Failure(f"{company.sample.name}: the handbook should refuse “{entry['key']}”.")
        return
    await company.change(entry["key"], entry["by"], "submitResignation", into="resignation", **letter)


async def resubmit(company: Company, entry: Entry) -> None:
    """Hand in a returned letter once more."""
    await company.change(
        f"{entry['about']}/again",
        entry["by"],
        "resubmitResignation",
        resignationId=company.ids[entry["about"]],
        letterOn=entry["at"].date().isoformat(),
        reason=entry.get("reason", ""),
        wishedOn=_day(entry.get("wished_on")),
    )


async def withdraw(company: Company, entry: Entry) -> None:
    """Take a letter back."""
    about = entry["about"]
    await company.change(f"{about}/withdrawn", entry["by"], "withdrawResignation", resignationId=company.ids[about])


async def waive(company: Company, entry: Entry) -> None:
    """Let somebody go before the notice ends."""
    about = entry["about"]
    await company.change(
        f"{about}/waived",
        entry["by"],
        "waiveNotice",
        resignationId=company.ids[about],
        lastDayOn=_day(entry["last_day_on"]),
        reason=entry.get("comment", ""),
    )


async def approve(company: Company, entry: Entry) -> None:
    """Agree in one's seat."""
    await _decide(company, entry, "approve")


async def reject(company: Company, entry: Entry) -> None:
    """Refuse in one's seat."""
    await _decide(company, entry, "reject")


async def send_back(company: Company, entry: Entry) -> None:
    """Return to the requester from one's seat."""
    await _decide(company, entry, "returnToRequester")


async def return_to_step(company: Company, entry: Entry) -> None:
    """Have an earlier step decide anew, from one's seat."""
    await _decide(company, entry, "returnToStep", step=entry["to_step"])


async def delegate(company: Company, entry: Entry) -> None:
    """Let somebody decide in one's place from now on until an hour."""
    await company.change(
        entry["key"],
        entry["by"],
        "delegateApprovals",
        toId=company.member(entry["to"]),
        startsAt=company.sample.instant(entry["at"]),
        endsAt=company.sample.instant(entry["until"]),
        reason=entry.get("reason", ""),
    )


async def _decide(company: Company, entry: Entry, mutation: str, **more: Any) -> None:
    about, round, by = entry["about"], entry.get("round", 0), entry["by"]
    # How often the approval was returned to a step before.
    again = entry.get("again", 0)
    name = f"{about}/{mutation}/{round}.{entry['step']}.{by}" + (f".{again}" if again else "")
    # Looked up by what never changes, so that a demo that goes on after a crash finds the same seat.
    seat = None if name in company.page.answers else await _seat(company, entry, round, again)
    await company.change(name, by, mutation, taskId=seat, comment=entry.get("comment", ""), **more)


async def _seat(company: Company, entry: Entry, round: int, again: int) -> str:
    """Somebody's seat, or that of whom they stand in for, in a step of the approvals that a record has gone through;
    the first round is 0."""
    about, step, sits = entry["about"], entry["step"], entry.get("instead_of", entry["by"])
    found = await company.read(ADMINISTRATOR, SEATS, subject=company.ids[about])
    rounds: list[dict[str, Any]] = found["approvals"]["nodes"]
    for task in rounds[round]["tasks"] if round < len(rounds) else ():
        holders = [(task[who] or {}).get("id") for who in ("assignee", "insteadOf")]
        if (task["step"], task["round"]) == (step, again) and company.member(sits) in holders:
            return str(task["id"])
    raise Failure(f"{company.sample.name}: {sits} has no seat in step {step} of the approval of “{about}”.")


def _day(day: Any) -> str | None:
    return day.isoformat() if day is not None else None
