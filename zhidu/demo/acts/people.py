"""Letters of resignation, and what the approvers make of them."""

from typing import Any

from zhidu.demo.company import ADMINISTRATOR, Company
from zhidu.demo.samples import Entry
from zhidu.failures import Failure

SEATS = """query($subject: ID!) { approvals(first: 20, order: OLDEST, filter: {subjectId: {eq: $subject}}) {
  nodes { tasks { id step assignee { id } } } } }"""


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


async def _decide(company: Company, entry: Entry, mutation: str) -> None:
    about, round, step, by = entry["about"], entry.get("round", 0), entry["step"], entry["by"]
    name = f"{about}/{mutation}/{round}.{step}.{by}"
    # Looked up by what never changes, so that a demo that goes on after a crash finds the same seat.
    seat = None if name in company.page.answers else await _seat(company, about, round, step, by)
    await company.change(name, by, mutation, taskId=seat, comment=entry.get("comment", ""))


async def _seat(company: Company, about: str, round: int, step: int, by: str) -> str:
    """Somebody's seat in a step of the approvals that a record has gone through, the first round being 0."""
    found = await company.read(ADMINISTRATOR, SEATS, subject=company.ids[about])
    rounds: list[dict[str, Any]] = found["approvals"]["nodes"]
    for task in rounds[round]["tasks"] if round < len(rounds) else ():
        if task["step"] == step and (task["assignee"] or {}).get("id") == company.member(by):
            return str(task["id"])
    raise Failure(f"{company.sample.name}: {by} has no seat in step {step} of the approval of “{about}”.")


def _day(day: Any) -> str | None:
    return day.isoformat() if day is not None else None
