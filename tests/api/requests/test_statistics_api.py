"""Statistics by GraphQL."""

from typing import Any

from tests.api.requests.asking import submit, with_names
from tests.conftest import found_company
from tests.domain.requests.company import software_company

ASKED = """query($by: RequestGrouping!, $interval: StatisticsInterval, $since: Date, $until: Date) {
  requestStatistics(by: $by, interval: $interval, sinceOn: $since, untilOn: $until) {
    startsOn endsOn id name submitted resolved firstContact reopened openAtEnd requestIds } }"""


async def test_figures_are_asked_for_by_group_and_period(ask: Any, pool: None) -> None:
    company = with_names(await software_company())
    request = await submit(ask, company)
    given = {"since": "2026-06-01", "until": "2026-06-14"}
    found = (await ask.executed(company.dispatcher, ASKED, by="DEPARTMENT", interval="WEEK", **given))[
        "requestStatistics"
    ]
    first, second = found
    assert first == {
        "startsOn": "2026-06-01",
        "endsOn": "2026-06-07",
        "id": str(company.support_id),
        "name": "Support",
        "submitted": 1,
        "resolved": 0,
        "firstContact": 0,
        "reopened": 0,
        "openAtEnd": 1,
        "requestIds": [request["id"]],
    }
    assert (second["submitted"], second["openAtEnd"]) == (0, 1)
    [today] = (await ask.executed(company.dispatcher, ASKED, by="ALL"))["requestStatistics"]
    assert (today["submitted"], today["endsOn"]) == (1, "2026-06-01")
    assert (await ask.executed(await found_company(), ASKED, by="CUSTOMER", **given))["requestStatistics"] == []
