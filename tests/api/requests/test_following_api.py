"""A request that follows a new version of the handbook says so by GraphQL, to whom it is shown."""

from typing import Any

from domain.policies.rules.kinds import ServiceLevel
from tests.api.requests.asking import done, submit, with_names
from tests.conftest import found_company
from tests.domain.requests.company import SOFTWARE_LEVEL, at, founded, go_to, software_clauses
from tests.domain.requests.test_requests_clocks import adopt
from tests.handbooks import publish

SHOWN = """query($id: ID!) { request(id: $id) { dueAt handbookVersion { number } clocksVersion { number }
  clocks { kind clause { version { number } } } messages(first: 5) { nodes { audience text author { name } } }
  decisions(filter: { decision: { eq: "requests.deadline" } }) { nodes { version { number } } } } }"""


async def test_the_version_it_began_under_and_the_one_its_clocks_follow(ask: Any, pool: None) -> None:
    company = with_names(await founded())
    await publish(company.admin, *software_clauses())
    request = await submit(ask, company)
    await done(ask, company.dispatcher, "assignRequest", request, assigneeId=str(company.agent.id))
    before = (await ask(company.admin, SHOWN, id=request["id"]))["request"]
    assert (before["handbookVersion"], before["clocksVersion"]) == ({"number": 1}, {"number": 1})
    await go_to(company, at("Mon 1 09:05"))
    await adopt(company, ServiceLevel.model_validate({**SOFTWARE_LEVEL.stored(), "warning_fractions": ["0.25"]}))
    after = (await ask(company.admin, SHOWN, id=request["id"]))["request"]
    assert (after["handbookVersion"], after["clocksVersion"]) == ({"number": 1}, {"number": 2})
    assert after["dueAt"] == before["dueAt"]
    assert {clock["clause"]["version"]["number"] for clock in after["clocks"]} == {2}
    [note] = after["messages"]["nodes"]
    assert (note["audience"], note["author"]) == ("INTERNAL", None)
    assert "clause 2.2 of version 2" in note["text"]
    assert {each["version"]["number"] for each in after["decisions"]["nodes"]} == {1, 2}
    # The note is for those who work on it, and nothing of it for another company.
    assert (await ask(company.clerk, SHOWN, id=request["id"]))["request"]["messages"]["nodes"] == []
    assert (await ask(await found_company(), SHOWN, id=request["id"]))["request"] is None
