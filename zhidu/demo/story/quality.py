"""What the month came to in each company, by targets of its own, and the archives that were made meanwhile."""

from collections.abc import Mapping, Sequence
from math import floor
from typing import Any

from zhidu.demo.story.teller import Line, Teller

RESULTS = """query($month: Date!) {
  qualityResults(first: 100, filter: {startsOn: {eq: $month}, holds: true}) { nodes {
    metric targetPercent actualPercent numerator denominator verdict department { name }
    clause { number title version { number } } evidence(first: 1) { totalCount } } } }"""
ARCHIVES = """{ archives(first: 10, order: OLDEST) { nodes { number state startedAt rowCount drill drillRows
  clause { number title version { number } } } } }"""
METRICS = ("SATISFACTION", "RESOLVED_IN_TIME", "RESPONSE_IN_TIME")


async def month(one: Teller, other: Teller, first_day: str) -> list[Line]:
    """The quality results of a month, metric by metric: the company, then its departments."""
    first, second = await _results(one, first_day), await _results(other, first_day)
    return [(one.words(metric), first[metric], second[metric]) for metric in METRICS if first[metric] or second[metric]]


async def _results(teller: Teller, first_day: str) -> Mapping[str, str]:
    found: Sequence[Mapping[str, Any]] = (await teller.read(RESULTS, month=first_day))["qualityResults"]["nodes"]
    told = {}
    for metric in METRICS:
        results = [item for item in found if item["metric"] == metric]
        # The whole company first; who has done nothing that counts is left out.
        results.sort(key=lambda item: item["department"] is not None)
        lines = [_result(teller, item) for item in results if item["denominator"] or item["department"] is None]
        clause = next((item["clause"] for item in results), None)
        cited = {"clause": clause, "version": clause["version"]} if clause else None
        told[metric] = "\n".join(lines) + teller.clause(cited)
    return told


def _result(teller: Teller, result: Mapping[str, Any]) -> str:
    words, department = teller.words, result["department"]
    who = department["name"] if department else words("whole_company")
    if result["actualPercent"] is None:
        return f"{who}: {words(result['verdict'])}"
    figure = words(
        "figure",
        actual=f"{floor(result['actualPercent'] * 10) / 10:g}",
        good=result["numerator"],
        all=result["denominator"],
        target=f"{result['targetPercent']:g}",
    )
    return f"{who}: {figure} – {words(result['verdict'])}"


async def archives(one: Teller, other: Teller) -> list[Line]:
    """The archives of both, with how their drills went."""
    return [(one.words("archives"), await _archives(one), await _archives(other))]


async def _archives(teller: Teller) -> str:
    found: Sequence[Mapping[str, Any]] = (await teller.read(ARCHIVES))["archives"]["nodes"]
    lines = []
    for archive in found:
        line = f"{archive['number']}. {teller.instant(archive['startedAt'])}"
        if archive["rowCount"] is not None:
            line += f"  {teller.words('rows', rows=archive['rowCount'])}"
        if archive["drill"]:
            line += f", {teller.words('drill_' + archive['drill'])}"
        lines.append(line)
    clause = next((item["clause"] for item in found if item["clause"]), None)
    cited = {"clause": clause, "version": clause["version"]} if clause else None
    return ("\n".join(lines) or teller.words("none")) + teller.clause(cited)
