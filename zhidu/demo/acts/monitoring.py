"""A flood of alarms: many at once, of which the handbook lets some open requests, and what becomes of those."""

from typing import Any

from zhidu.demo.company import Company
from zhidu.demo.samples import Entry
from zhidu.failures import Failure


async def flood(company: Company, entry: Entry) -> None:
    """Raise so many alarms in one go; `opens` says how many requests the handbook makes of them, the storm's last."""
    key, made = entry["key"], await _raise(company, entry, recovered=False)
    requests = list(dict.fromkeys(each["requestId"] for each in made))
    if len(requests) != entry["opens"]:
        raise Failure(f"{company.sample.name}: “{key}” has opened {len(requests)} requests, not {entry['opens']}.")
    for place, request in enumerate(requests, 1):
        company.ids[f"{key}/{place}"] = request
    # What stands for the rest carries the name of the whole.
    company.ids[key] = requests[-1]


async def calm(company: Company, entry: Entry) -> None:
    """Tell that all of a flood is over."""
    about = next(each for each in company.sample.several("requests") if each["key"] == entry["about"])
    await _raise(company, {**about, "by": entry["by"]}, recovered=True)


async def move_all(company: Company, entry: Entry) -> None:
    """One move with all requests of a flood, each of which has an outcome of its own."""
    about, move = entry["about"], entry["move"]
    count = next(each["opens"] for each in company.sample.several("requests") if each["key"] == about)
    requests = [company.ids[f"{about}/{place}"] for place in range(1, count + 1)]
    said: dict[str, Any] = {}
    if "to" in entry:
        said["assign"] = {"assigneeId": company.member(entry["to"])}
    if "resolution" in entry:
        said["resolve"] = {"resolution": entry["resolution"]}
    step = f"{about}/{move}"
    done = await company.change(step, entry["by"], "moveRequests", requestIds=requests, move=move, **said)
    for outcome in done["outcomes"]:
        # Sent again, because its answer was lost, it finds them moved.
        if [error["code"] for error in outcome["errors"]] not in ([], ["WRONG_STATE"]):
            raise Failure(f"{company.sample.name}: “{step}” was refused for one of them: {outcome['errors']}")


async def _raise(company: Company, entry: Entry, *, recovered: bool) -> list[dict[str, Any]]:
    key = entry["key"]
    alarms = [
        {
            "fingerprint": f"{key}/{place}",
            "title": title,
            "severity": entry["severity"],
            "customerId": company.ids[f"customer/{entry['customer']}"],
            "recovered": recovered,
        }
        for place, title in enumerate(entry["titles"], 1)
    ]
    step = f"{key}/over" if recovered else key
    raised = await company.change(step, entry["by"], "raiseAlarms", monitor=entry["monitor"], alarms=alarms)
    outcomes: list[dict[str, Any]] = raised["outcomes"]
    # In the order in which the handbook has taken them.
    return sorted(outcomes, key=lambda each: str(each["fingerprint"]))
