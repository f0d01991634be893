"""A planned inspection: the clock brings the work, somebody goes through its checklist, a finding becomes a request."""

from typing import Any

from zhidu.demo.company import Company
from zhidu.demo.samples import Entry
from zhidu.failures import Failure

WORK = """query($plan: ID!) { scheduledWorks(first: 1, filter: {planId: {eq: $plan}}) { nodes { id state
  checks { id position kind } } } }"""


async def inspect(company: Company, entry: Entry) -> None:
    """Do what the plan has brought: `answers` are the checklist's, and where it deviates there is a finding."""
    key, by, plan = entry["key"], entry["by"], company.ids[entry["plan"]]
    found = (await company.read(by, WORK, plan=plan))["scheduledWorks"]["nodes"]
    if not found:
        raise Failure(f"{company.sample.name}: the plan “{entry['plan']}” has brought no work for {by} yet.")
    (work,) = found
    if len(work["checks"]) != len(entry["answers"]):
        raise Failure(
            f"{company.sample.name}: “{key}” answers {len(entry['answers'])} of {len(work['checks'])} checks."
        )
    answers: list[dict[str, Any]] = [
        {"checkId": check["id"], ("yes" if check["kind"] == "YES_NO" else "text"): answer}
        for check, answer in zip(work["checks"], entry["answers"], strict=True)
    ]
    await company.change(f"{key}/started", by, "startScheduledWork", workId=work["id"])
    await company.change(f"{key}/checked", by, "recordWorkChecks", workId=work["id"], answers=answers)
    opened = await company.change(
        f"{key}/found",
        by,
        "addWorkFinding",
        workId=work["id"],
        checkId=work["checks"][entry["check"] - 1]["id"],
        text=entry["description"],
        requestTitle=entry["title"],
        impact=entry["impact"],
        urgency=entry["urgency"],
    )
    company.ids[key] = opened["finding"]["request"]["id"]
    await company.change(f"{key}/finished", by, "finishScheduledWork", workId=work["id"], report=entry["report"])
    company.ids[f"{key}/work"] = work["id"]
