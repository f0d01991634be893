"""How two requests were rated, promised, escalated and solved: the same incident above all."""

from collections.abc import Mapping, Sequence
from typing import Any

from zhidu.demo.story.teller import CITED, Line, Teller, decision

REQUEST = (
    "query($id: ID!) { request(id: $id) { number title channel customerTier priority submittedAt customer { name }"
    " serviceLine { name } offering { name }"
    " clocks { kind stoppedAt breachedAt narrative clause { number title version { number } }"
    " calendarClause { number title value version { number } } }"
    " escalations { at escalatedTo { name } clock { kind clause { number title version { number } } } } "
    + CITED
    + " } }"
)
CLOCKS = ("RESPONSE", "RESOLUTION")


async def requests(one: Teller, other: Teller, left: str, right: str = "") -> list[Line]:
    """Two requests, line by line; the sample gives the same incident the same name in both companies."""
    first, second = await _request(one, left), await _request(other, right or left)
    names = ("reported", "service_line", "priority", *CLOCKS, "calendar", "told")
    return [(one.words(name), first[name], second[name]) for name in names]


async def _request(teller: Teller, step: str) -> Mapping[str, str]:
    found = (await teller.read(REQUEST, id=teller.page.ids[step]))["request"]
    words, clocks = teller.words, {clock["kind"]: clock for clock in found["clocks"]}
    calendar = next((clock["calendarClause"] for clock in found["clocks"]), None)
    told = [
        f"{teller.instant(item['at'])}  {(item['escalatedTo'] or {}).get('name', words('none'))}"
        f" ({words(item['clock']['kind'])})"
        for item in found["escalations"]
    ]
    return {
        "reported": f"{teller.instant(found['submittedAt'])}, {words(found['channel'])}\n"
        f"{found['customer']['name']} ({words(found['customerTier'])})\n{found['title']}",
        "service_line": " · ".join(found[name]["name"] for name in ("serviceLine", "offering") if found[name])
        or words("none"),
        "priority": found["priority"] + teller.clause(decision(found, "requests.priority")),
        **{kind: _clock(teller, clocks.get(kind), kind, found) for kind in CLOCKS},
        "calendar": _hours(teller, calendar, found),
        "told": "\n".join([*told, *_laid_down(teller, found["escalations"])]) or words("none"),
    }


def _laid_down(teller: Teller, escalations: Sequence[Mapping[str, Any]]) -> list[str]:
    """The clauses that somebody was told by, each once."""
    return list(dict.fromkeys(teller.cited(item["clock"]["clause"]).strip() for item in escalations))


def _hours(teller: Teller, calendar: Mapping[str, Any] | None, request: Mapping[str, Any]) -> str:
    """The calendar's clause, and which of the deadlines' days it makes a working day though it is none by its name."""
    if calendar is None:
        return teller.words("none")
    worked = {day["day"] for day in calendar["value"].get("make_up_days", ())}
    deadlines = (_last_deadline(request["decisions"]["nodes"], kind) for kind in CLOCKS)
    days = sorted({day for due_at in deadlines if due_at and (day := teller.local_day(due_at)) in worked})
    noted = [teller.words("make_up_day", day=teller.day(day)) for day in days]
    return "\n".join([*noted, teller.cited(calendar).strip()])


def _clock(teller: Teller, clock: Mapping[str, Any] | None, kind: str, request: Mapping[str, Any]) -> str:
    words = teller.words
    if clock is None:
        return words("no_limit")
    due_at = _last_deadline(request["decisions"]["nodes"], kind)
    lines = [words("deadline", due=teller.instant(due_at))]
    done, since = teller.instant(clock["stoppedAt"]), teller.instant(clock["breachedAt"])
    if clock["breachedAt"]:
        lines.append(words("late", done=done, since=since) if clock["stoppedAt"] else words("still_late", since=since))
    elif clock["stoppedAt"]:
        lines.append(words("done", done=done))
    if clock["narrative"]:
        lines.append(clock["narrative"])
    return "\n".join(lines) + teller.cited(clock["clause"])


def _last_deadline(decisions: Sequence[Mapping[str, Any]], kind: str) -> str | None:
    """The deadline as it was reckoned last: a clock that has stopped shows none any more."""
    found = [
        item["result"]["due_at"]
        for item in decisions
        if item["decision"] == "requests.deadline" and item["inputs"]["clock"] == kind.lower()
    ]
    return found[-1] if found else None
