"""Service requests: taken in, handed to somebody, worked on, waited for, resolved, confirmed or reopened."""

from typing import Any

from zhidu.demo.company import Company
from zhidu.demo.samples import Entry


async def submit(company: Company, entry: Entry) -> None:
    """Take a request in for a customer's contact, mostly for something in the catalogue."""
    department, offering = entry.get("department"), entry.get("offering")
    await company.change(
        entry["key"],
        entry["by"],
        "submitRequest",
        into="request",
        customerId=company.ids[f"customer/{entry['customer']}"],
        contactId=company.ids[f"contact/{entry['customer']}"],
        departmentId=company.ids[f"department/{department}"] if department else None,
        offeringId=company.ids[f"offering/{offering}"] if offering else None,
        answers=entry.get("answers"),
        channel=entry["channel"],
        impact=entry["impact"],
        urgency=entry["urgency"],
        title=entry["title"],
        description=entry.get("description", ""),
    )


async def alarm(company: Company, entry: Entry) -> None:
    """Hear of it from a customer's monitoring system: the handbook opens the request."""
    raised = await company.change(
        entry["key"],
        entry["by"],
        "raiseAlarm",
        monitor=entry["monitor"],
        fingerprint=entry["key"],
        title=entry["title"],
        severity=entry["severity"],
        customerId=company.ids[f"customer/{entry['customer']}"],
    )
    company.ids[entry["key"]] = raised["alarm"]["request"]["id"]


async def assign(company: Company, entry: Entry) -> None:
    """Give it to one of the staff."""
    await _move(company, entry, "assignRequest", assigneeId=company.member(entry["with"]))


async def choose(company: Company, entry: Entry) -> None:
    """Let the handbook's assignment rules say who gets it."""
    await _move(company, entry, "assignRequest")


async def merge(company: Company, entry: Entry) -> None:
    """Let it go on as another one, and say why."""
    target, _, reason = entry["with"].partition(" ")
    await _move(company, entry, "mergeRequest", targetId=company.ids[target], reason=reason)


async def split(company: Company, entry: Entry) -> None:
    """Make a request of its own out of something that was said about another one."""
    await company.change(
        entry["key"],
        entry["by"],
        "splitRequest",
        into="request",
        messageId=company.ids[entry["said"]],
        title=entry["title"],
        impact=entry.get("impact"),
        urgency=entry.get("urgency"),
    )


async def belong(company: Company, entry: Entry) -> None:
    """Make it a part of another one."""
    await _move(company, entry, "chooseParent", parentId=company.ids[entry["with"]])


async def raise_tier(company: Company, entry: Entry) -> None:
    """Raise it to the next tier of support; to whom the rules choose, unless the word begins with “@” and somebody."""
    to, text = "", entry["with"]
    if text.startswith("@"):
        to, _, text = text.removeprefix("@").partition(" ")
    await _move(company, entry, "raiseRequest", description=text, assigneeId=company.member(to) if to else None)


async def give_back(company: Company, entry: Entry) -> None:
    """Return it to the tier below with an answer, and with one to the requester behind a stroke."""
    answer, _, told = entry["with"].partition(" | ")
    await _move(company, entry, "returnRequest", answer=answer, answerToRequester=told or None)


async def start(company: Company, entry: Entry) -> None:
    """Begin to work on it, which is the first response."""
    await _move(company, entry, "startRequest")


async def hold(company: Company, entry: Entry) -> None:
    """Let it wait for somebody, and say for whom."""
    await _move(company, entry, "holdRequest", reason=entry["with"])


async def resume(company: Company, entry: Entry) -> None:
    """Go on with it."""
    await _move(company, entry, "resumeRequest")


async def resolve(company: Company, entry: Entry) -> None:
    """Say what was done."""
    await _move(company, entry, "resolveRequest", resolution=entry["with"])


async def resolve_all(company: Company, entry: Entry) -> None:
    """Say what was done, for its parts, too."""
    await _move(company, entry, "resolveRequest", resolution=entry["with"], withChildren=True)


async def confirm(company: Company, entry: Entry) -> None:
    """Pass on the customer's word and score."""
    await _move(company, entry, "confirmRequest", score=int(entry["with"]))


async def reopen(company: Company, entry: Entry) -> None:
    """Pass on why the customer is not satisfied."""
    await _move(company, entry, "reopenRequest", reason=entry["with"])


async def cancel(company: Company, entry: Entry) -> None:
    """Give it up, and say why."""
    await _move(company, entry, "cancelRequest", reason=entry["with"])


async def comment(company: Company, entry: Entry) -> None:
    """Say something that its requester reads."""
    await _move(company, entry, "commentRequest", into="message", text=entry["with"])


async def mention(company: Company, entry: Entry) -> None:
    """Say something that only those who work on it read, and call one of them by name."""
    to, _, text = entry["with"].partition(" ")
    said = {"audience": "INTERNAL", "mentionIds": [company.member(to)], "text": text}
    await _move(company, entry, "commentRequest", into="message", **said)


async def _move(company: Company, entry: Entry, mutation: str, *, into: str = "", **more: Any) -> None:
    about, at = entry["about"], entry["at"]
    step = f"{about}/{entry['do']}/{at:%m-%d %H:%M}"
    await company.change(step, entry["by"], mutation, into=into, requestId=company.ids[about], **more)
