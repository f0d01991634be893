"""How the same letter of resignation went in each company."""

from collections.abc import Mapping
from typing import Any

from zhidu.demo.story.teller import CITED, Line, Teller, decision

LETTER = (
    "query($id: ID!) { resignation(id: $id) { staff { name post { name } } letterOn noticeDays waivedDays onProbation"
    " lastDayOn leavesAt state approval { chain tasks { step state endReason comment assignee { name } } } "
    + CITED
    + " } }"
)


async def letters(one: Teller, other: Teller, left: str, right: str) -> list[Line]:
    """Two letters of resignation, line by line."""
    first = await _letter(one, left)
    second = await _letter(other, right)
    words = one.words
    return [
        (words("letter"), first["letter"], second["letter"]),
        (words("notice"), first["notice"], second["notice"]),
        (words("last_day"), first["last_day"], second["last_day"]),
        (words("access_ends"), first["access_ends"], second["access_ends"]),
        (words("approvers"), first["approvers"], second["approvers"]),
        (words("outcome"), first["outcome"], second["outcome"]),
    ]


async def _letter(teller: Teller, step: str) -> Mapping[str, str]:
    found = (await teller.read(LETTER, id=teller.page.ids[step]))["resignation"]
    words = teller.words
    notice = words("days", days=found["noticeDays"])
    if found["waivedDays"]:
        granted = found["state"] in ("APPROVED", "LEFT")
        notice += f", {words('waived' if granted else 'to_be_waived', days=found['waivedDays'])}"
    last_day = teller.day(found["lastDayOn"])
    moment = decision(found, "people.last_moment") if found["leavesAt"] else None
    return {
        "letter": f"{found['staff']['name']} ({found['staff']['post']['name']}), {teller.day(found['letterOn'])}",
        "notice": notice + teller.clause(decision(found, "people.last_day")),
        "last_day": words("asked_for", day=last_day) if found["state"] == "REFUSED" else last_day,
        "access_ends": _access(teller, found) + teller.clause(moment),
        "approvers": approvers(teller, found["approval"]) + teller.clause(decision(found, "approvals.chain")),
        "outcome": words(found["state"]),
    }


def _access(teller: Teller, letter: Mapping[str, Any]) -> str:
    """When access ends; where nobody works on the last day, that is when work ends on the last day before it."""
    leaves_at = letter["leavesAt"]
    if leaves_at is None or teller.local_day(leaves_at) == letter["lastDayOn"]:
        return teller.instant(leaves_at)
    return f"{teller.instant(leaves_at)}\n{teller.words('last_working_day')}"


def approvers(teller: Teller, approval: Mapping[str, Any]) -> str:
    """Who sat in which step, and what each did or failed to do."""
    lines = []
    for task in approval["tasks"]:
        name = teller.in_language(approval["chain"]["steps"][task["step"]]["name"])
        if task["state"] == "SKIPPED":
            lines.append(f"{task['step'] + 1}. {name}: {teller.words('SKIPPED')}")
            continue
        who = task["assignee"]["name"] if task["assignee"] else teller.words("none")
        if task.get("insteadOf") and not task["endReason"]:
            who += teller.words("instead_of", name=task["insteadOf"]["name"])
        known = task["endReason"] in ("ESCALATED", "DEADLINE")
        line = f"{task['step'] + 1}. {name}: {who} – {teller.words(task['endReason'] if known else task['state'])}"
        lines.append(f"{line}\n   “{task['comment']}”" if task["comment"] else line)
    return "\n".join(lines)
