"""Service standards that are measured: said on the offering, and held against the requests for it (SC-3)."""

from typing import Any

from api.reading.refusing import cause_of
from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.requests import commands as requests
from tenancy.database import writing
from tenancy.refusals import Forbidden, NotFound
from tests.conftest import found_company
from tests.domain.operations.planning import with_more
from tests.domain.requests.company import (
    Company,
    at,
    founded,
    go_to,
    service_clauses,
    software_clauses,
    submit,
)
from tests.handbooks import publish

LINE = (
    """mutation($input: CreateServiceLineInput!) { createServiceLine(input: $input) { line { id } errors { code } } }"""
)
OFFERING = """mutation($input: CreateServiceOfferingInput!) { createServiceOffering(input: $input) {
  offering { id standards } errors { code path message } } }"""
FIGURES = """query($id: ID!) { serviceStandardFigures(offeringId: $id, sinceOn: "2026-06-01", untilOn: "2026-06-30") {
  position name aspect metric atLeastPercent counted good actualPercent reached } }"""


def standard(name: str, **more: Any) -> dict[str, Any]:
    return {"name": {"en": name}, "target": {"en": "As promised"}, **more}


async def offering_of(ask: Any, company: Company, *standards: dict[str, Any]) -> Any:
    editor = with_more(company.admin, Permission.CATALOGUE_MANAGE)
    made = (await ask(editor, LINE, input={"code": "support", "name": {"en": "Support"}}))["createServiceLine"]
    given = {"lineId": made["line"]["id"], "code": "help", "name": {"en": "Help"}, "priceBasis": "FIXED"}
    return (await ask(editor, OFFERING, input={**given, "standards": list(standards)}))["createServiceOffering"]


async def lived(company: Company, offering_id: str) -> None:
    """Of two requests for an offering one is resolved the next noon; a third is for none."""
    ids = [(await submit(company, offering_id=offering_id)).id for _ in range(2)]
    other = await submit(company)
    assert other.offering_id is None
    async with writing(company.dispatcher, settle=settle) as work:
        await requests.assign(work, request_id=ids[0], assignee_id=company.agent.id)
        await requests.start(work, request_id=ids[0])
    await go_to(company, at("Tue 2 12:00"))
    async with writing(company.dispatcher, settle=settle) as work:
        await requests.resolve(work, request_id=ids[0], resolution="Restarted")
    await go_to(company, at("Tue 30 12:00"))


async def test_two_companies_hold_their_own_standards_against_their_requests(ask: Any, pool: None) -> None:
    found = []
    for clauses, share in ((software_clauses(), "90"), (service_clauses(), "50")):
        company = await founded()
        await publish(company.admin, *clauses)
        in_time = standard("In time", aspect="TIMELINESS", metric="RESOLVED_IN_TIME", atLeastPercent=share)
        made = await offering_of(ask, company, standard("Friendly", aspect="ATTITUDE"), in_time)
        assert made["errors"] == []
        assert [sorted(each) for each in made["offering"]["standards"]] == [
            ["aspect", "name", "target"],
            ["aspect", "at_least_percent", "metric", "name", "target"],
        ]
        id_ = made["offering"]["id"]
        await lived(company, id_)
        reader = with_more(company.admin, Permission.QUALITY_READ, Permission.CATALOGUE_READ)
        [figures] = (await ask.executed(reader, FIGURES, id=id_))["serviceStandardFigures"]
        found.append(figures)
    fast, slow = found
    assert (fast["position"], fast["name"], fast["aspect"], fast["metric"]) == (
        2,
        "In time",
        "TIMELINESS",
        "RESOLVED_IN_TIME",
    )
    # Four working hours were promised by the one, the end of the next day by the other.
    assert (fast["counted"], fast["good"], fast["reached"]) == (2, 0, False)
    assert (slow["counted"], slow["good"], slow["actualPercent"], slow["reached"]) == (2, 1, "50.0000", True)
    for stranger in (await found_company(), company.agent):
        [error] = await ask.errors(stranger, FIGURES, id=id_)
        assert isinstance(cause_of(error), NotFound | Forbidden)


async def test_a_standard_that_is_measured_by_half_is_refused(ask: Any, pool: None) -> None:
    company = await founded()
    for wrong in (
        {"metric": "SATISFACTION"},
        {"atLeastPercent": "90"},
        {"metric": "RESOLVED", "atLeastPercent": "101"},
    ):
        refused = await offering_of(ask, company, standard("Odd", **wrong))
        assert refused["offering"] is None
        assert refused["errors"][0]["path"][:2] == ["standards", "0"]
        company = await founded()
