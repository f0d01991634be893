"""How a complaint about the same outage was dealt with in each company."""

from collections.abc import Mapping
from typing import Any

from zhidu.demo.story.teller import CITED, CLAUSE, Line, Teller

COMPLAINT = (
    "query($id: ID!) { complaint(id: $id) { number title receivedAt state handler { name } escalatedTo { name } cause"
    " improvement changes(first: 15) { nodes { move text member { name } } }"
    " clocks { kind stoppedAt breachedAt clause { " + CLAUSE + " } } " + CITED + " } }"
)
# What of a complaint is measured, and the move that ends it.
CLOCKS = {"ACKNOWLEDGEMENT": "ACKNOWLEDGE", "PROPOSAL": "PROPOSE", "RESULT": "CARRY_OUT"}


async def complaints(one: Teller, other: Teller, left: str, right: str) -> list[Line]:
    """Two complaints, line by line."""
    first, second = await _complaint(one, left), await _complaint(other, right)
    return [(one.words(name), first[name], second[name]) for name in first]


async def _complaint(teller: Teller, step: str) -> Mapping[str, str]:
    found = (await teller.read(COMPLAINT, id=teller.page.ids[step]))["complaint"]
    words, clocks = teller.words, {clock["kind"]: clock for clock in found["clocks"]}
    handler = found["handler"]["name"]
    taken_over = words("taken_over", name=found["escalatedTo"]["name"]) if found["escalatedTo"] else handler
    return {
        "complaint": f"{found['number']}, {teller.instant(found['receivedAt'])}\n“{found['title']}”",
        "handled_by": taken_over,
        **{f"complaint_{kind}": _stage(teller, found, clocks[kind], move) for kind, move in CLOCKS.items()},
        "why": f"{found['cause']}\n{found['improvement']}",
        "outcome": words(f"complaint_{found['state']}"),
    }


def _stage(teller: Teller, complaint: Mapping[str, Any], clock: Mapping[str, Any], move: str) -> str:
    """Until when it was due, when it was done, what was said with it, and the clause."""
    words, done = teller.words, teller.instant(clock["stoppedAt"])
    due_at = next(
        item["result"]["due_at"]
        for item in complaint["decisions"]["nodes"]
        if item["decision"] == "feedback.complaint_deadline" and item["inputs"]["clock"] == clock["kind"].lower()
    )
    in_time = words("done", done=done)
    if clock["breachedAt"]:
        in_time = words("late", done=done, since=teller.instant(clock["breachedAt"]))
    said = next(change for change in complaint["changes"]["nodes"] if change["move"] == move)
    lines = [words("deadline", due=teller.instant(due_at)), in_time, f"{said['member']['name']}: “{said['text']}”"]
    return "\n".join(lines) + teller.cited(clock["clause"])
