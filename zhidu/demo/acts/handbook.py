"""The handbook: begun from a starter, made the company's own, changed like a controlled document, and read."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from zhidu.demo.company import Company
from zhidu.demo.samples import Entry
from zhidu.failures import Failure

FIRST = "handbook/1"
FINDINGS = "query($version: ID!) { handbookFindings(versionId: $version) { severity number message } }"


async def begin(company: Company) -> None:
    """The first version: a starter, what the company has otherwise, a second person's review and a third's consent.

    There is no chain yet that could approve it: its own holds for the versions that follow.
    """
    handbook = company.sample.handbook
    if handbook is None:
        return
    named = company.sample.written["handbook"]
    author, approver = named["author"], named["approver"]
    await company.change(
        FIRST,
        author,
        "startHandbook",
        into="version",
        starter=handbook["starter"],
        title=handbook["title"],
        documentNumber=handbook["document_number"],
        note=handbook["note"],
    )
    version = company.ids[FIRST]
    for number in handbook["removed"]:
        await company.change(f"{FIRST}/without/{number}", author, "removeClause", versionId=version, number=number)
    for clause in handbook["clause"]:
        await _put(company, FIRST, author, clause)
    await company.change(f"{FIRST}/submitted", author, "submitVersion", versionId=version)
    await company.change(f"{FIRST}/reviewed", named["reviewer"], "reviewVersion", versionId=version)
    await company.change(f"{FIRST}/published", approver, "publishVersion", versionId=version)


async def draft(company: Company, entry: Entry) -> None:
    """Copy the version in force and write the amendment into it."""
    key, by, handbook = entry["key"], entry["by"], company.sample.handbook
    if handbook is None:
        raise Failure(f"{company.sample.name} has no handbook that “{key}” could change.")
    await company.change(
        key,
        by,
        "draftVersion",
        into="version",
        title=handbook["title"],
        documentNumber=handbook["document_number"],
        note=handbook["amendment"]["note"],
        copyFromId=company.ids[FIRST],
    )
    for change in handbook["amendment"]["clause"]:
        await _put(company, key, by, amended(handbook, change))


async def try_out(company: Company, entry: Entry) -> None:
    """Have the draft tried on cases that are past."""
    about = entry["about"]
    await company.change(
        f"{about}/tried",
        entry["by"],
        "startDryRun",
        into="dryRun",
        versionId=company.ids[about],
        months=entry["months"],
    )


async def sign(company: Company, entry: Entry) -> None:
    """Confirm that one has read what the trial found."""
    about = entry["about"]
    await company.change(f"{about}/signed", entry["by"], "signDryRun", dryRunId=company.ids[f"{about}/tried"])


async def submit(company: Company, entry: Entry) -> None:
    """Look at what is odd about the draft, and lay it before its approvers for the day on which it is to hold."""
    about, by = entry["about"], entry["by"]
    version = company.ids[about]
    if f"{about}/submitted" not in company.page.answers:
        found = (await company.read(by, FINDINGS, version=version))["handbookFindings"]
        for fault in (each for each in found if each["severity"] == "ERROR"):
            raise Failure(f"{company.sample.name}: “{about}” can't work: {fault['message']}")
    effective_at = company.sample.instant(entry["effective_at"])
    await company.change(f"{about}/submitted", by, "submitVersion", versionId=version, effectiveAt=effective_at)


async def read(company: Company, entry: Entry) -> None:
    """Confirm, one after the other, that one has read a version."""
    about = entry["about"]
    for reader in (entry["by"], *entry.get("also", ())):
        await company.change(f"{about}/read/{reader}", reader, "confirmReading", versionId=company.ids[about])


def amended(handbook: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A clause as the amendment leaves it: whole where it is new, else the known one with some places written over."""
    known: Mapping[str, Any] = next(
        (clause for clause in handbook["clause"] if clause["number"] == change["number"]), {}
    )
    clause: dict[str, Any] = deepcopy({**known, **{name: said for name, said in change.items() if name != "set"}})
    for path, value in change.get("set", {}).items():
        *way, last = path.split(".")
        place = clause["value"]
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[last] = value
    return clause


async def _put(company: Company, key: str, by: str, clause: Mapping[str, Any]) -> None:
    await company.change(
        f"{key}/{clause['number']}",
        by,
        "putClause",
        into="clause",
        versionId=company.ids[key],
        number=clause["number"],
        kind=clause["kind"],
        value=clause.get("value", {}),
        title=clause["title"],
        text=clause["text"],
        scope=_scope(company, clause.get("scope", {})),
        appliesToOpenCases=clause.get("applies_to_open_cases"),
    )


def _scope(company: Company, written: Mapping[str, str]) -> dict[str, str]:
    """The sample names posts and departments; the API knows them by their ids."""
    return {
        f"{dimension}_id" if dimension in ("post", "department") else dimension: company.ids[f"{dimension}/{name}"]
        if dimension in ("post", "department")
        else name
        for dimension, name in written.items()
    }
