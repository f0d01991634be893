"""Quality by GraphQL: measuring a month, reading figures, the clauses they rest on and the records behind them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from domain.kernel.permissions import Permission
from domain.policies.rules.kinds import Metric
from tests.conftest import found_company
from tests.domain.quality.company import Company, founded, lay_down, pass_time, resolved, scored, target
from tests.workers.facts import found_rehearsal

NOW = datetime(2026, 6, 15, 4, tzinfo=UTC)
NEXT_MONTH = datetime(2026, 7, 2, 4, tzinfo=UTC)

MEASURE = """mutation($period: Date!) { measureQuality(input: {period: $period}) {
  measured missed errors { code path message } } }"""
LIST = """query($filter: QualityResultFilter) { qualityResults(filter: $filter) { totalCount nodes {
  id department { name } } } }"""
RESULTS = """query($filter: QualityResultFilter) { qualityResults(first: 2, filter: $filter) { nodes {
  id metric startsOn department { name } targetPercent actualPercent numerator denominator verdict
  clause { number } revision frozenAt holds decisions(first: 5) { nodes { decision clause { number } result } }
  evidence(first: 5, filter: {counted: {eq: DENOMINATOR}}) { totalCount nodes {
    requestId counted request { number customer { name } } } } } } }"""


@pytest.fixture
async def software(pool: None) -> Company:
    """95 per cent in time and satisfied, also of every department; a bad request in the second line, a content one."""
    company = await founded(await found_rehearsal(NOW))
    await lay_down(company, target(Metric.RESOLVED_IN_TIME, 95), target(Metric.SATISFACTION, 95))
    await resolved(company, True, True, False, at=NOW, department_id=company.second_line)
    await scored(company, True, at=NOW, department_id=company.sales)
    return company


async def test_a_month_is_measured_and_read_with_what_it_rests_on(ask: Any, software: Company) -> None:
    await pass_time(software.admin, NEXT_MONTH)
    measured = (await ask(software.admin, MEASURE, period="2026-06-30"))["measureQuality"]
    assert measured == {"measured": 8, "missed": 3, "errors": []}
    company_s = {"departmentId": {"isNull": True}, "metric": {"eq": "RESOLVED_IN_TIME"}, "holds": True}
    [result] = (await ask(software.admin, RESULTS, filter=company_s))["qualityResults"]["nodes"]
    [bad] = result["evidence"]["nodes"]
    assert (result["evidence"]["totalCount"], bad["counted"]) == (1, "DENOMINATOR")
    assert bad["request"]["customer"] == {"name": "standard"}
    assert (result["targetPercent"], result["actualPercent"]) == (95, 66.6666)
    assert (result["numerator"], result["denominator"], result["verdict"]) == (2, 3, "MISSED")
    assert (result["clause"], result["department"], result["startsOn"]) == ({"number": "8.1"}, None, "2026-06-01")
    assert (result["revision"], result["holds"], result["frozenAt"]) == (1, True, "2026-07-02T04:00:00+00:00")
    [decision] = result["decisions"]["nodes"]
    assert (decision["decision"], decision["clause"]) == ("quality.verdict", {"number": "8.1"})


async def test_results_are_found_by_period_metric_department_and_verdict(ask: Any, software: Company) -> None:
    await ask(software.admin, MEASURE, period="2026-06-15")

    async def names(**filter: Any) -> set[str | None]:
        found = (await ask(software.admin, LIST, filter=filter))["qualityResults"]
        assert found["totalCount"] == len(found["nodes"])
        return {node["department"] and node["department"]["name"] for node in found["nodes"]}

    satisfaction = {"metric": {"eq": "SATISFACTION"}}
    assert await names(**satisfaction, verdict={"eq": "MET"}) == {None, "Sales"}
    assert await names(metric={"eq": "RESOLVED_IN_TIME"}, verdict={"eq": "NO_DATA"}) == {"Sales"}
    assert await names(**satisfaction, departmentId={"eq": str(software.sales)}) == {"Sales"}
    assert await names(startsOn={"eq": "2026-05-01"}) == set()
    assert await names(frozen=True) == set()
    assert len(await names(frozen=False, holds=True)) == 4


async def test_a_month_that_cannot_be_measured_says_why(ask: Any, software: Company) -> None:
    refused = (await ask(software.admin, MEASURE, period="2026-07-01"))["measureQuality"]
    assert refused["measured"] is None
    assert refused["errors"] == [{"code": "INVALID", "path": ["period"], "message": "This month has not begun."}]


async def test_quality_is_read_with_its_permission_alone(ask: Any, software: Company) -> None:
    await ask(software.admin, MEASURE, period="2026-06-15")
    clerk = replace(software.admin, permissions=frozenset(Permission) - {Permission.QUALITY_READ})
    [error] = await ask.errors(clerk, "{ qualityResults { totalCount } }")
    assert error.extensions == {"code": "FORBIDDEN", "permission": "quality.read"}


async def test_a_third_company_sees_no_results_and_no_difference_from_none(ask: Any, software: Company) -> None:
    await ask(software.admin, MEASURE, period="2026-06-15")
    [first, *_] = (await ask(software.admin, LIST))["qualityResults"]["nodes"]
    third = await found_company()
    show = "query($id: ID!) { qualityResult(id: $id) { id } node(id: $id) { id } qualityResults { totalCount } }"
    nothing = {"qualityResult": None, "node": None, "qualityResults": {"totalCount": 0}}
    assert await ask(third, show, id=first["id"]) == await ask(third, show, id=str(uuid4())) == nothing
    refused = (await ask(third, MEASURE, period="2026-06-15"))["measureQuality"]
    assert [error["code"] for error in refused["errors"]] == ["NO_CLAUSE"]
