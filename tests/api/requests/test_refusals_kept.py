"""What clauses refuse by GraphQL is told with the record afterwards: asked for alone, or with others in one go."""

from typing import Any

from domain.policies.rules.kinds import HoldReasons
from tests.api.requests.asking import done, move, submit, with_names
from tests.conftest import found_company
from tests.domain.requests.company import founded, software_clauses
from tests.handbooks import publish

TOLD = """query($id: ID!) { request(id: $id) { decisions(filter: { decision: { eq: "refused" } }) {
  nodes { inputs result why clause { number } version { number } } } } }"""
SENTENCE = "The handbook lists the reasons for a hold; name one of them by its code."
SEVERAL = """mutation($input: MoveRequestsInput!) { moveRequests(input: $input) {
  outcomes { done errors { code clause { number } } } errors { code } } }"""


async def test_a_refusal_is_shown_with_the_record_to_whom_the_record_is_shown(ask: Any, pool: None) -> None:
    company = with_names(await founded())
    listed = [{"code": "customer", "name": {"en": "Waiting for the customer"}}]
    strict = HoldReasons.model_validate({"reasons": listed, "others_allowed": False})
    await publish(company.admin, *software_clauses(), ("2.5", strict))
    request, other = await submit(ask, company), await submit(ask, company)
    for each in (request, other):
        await done(ask, company.dispatcher, "assignRequest", each, assigneeId=str(company.agent.id))
        await done(ask, company.agent, "startRequest", each)
    refused = await move(ask, company.agent, "holdRequest", request, reason="Lunch")
    assert [error["clause"] for error in refused["errors"]] == [{"number": "2.5"}]
    both = {"requestIds": [request["id"], other["id"]], "move": "HOLD", "hold": {"reason": "Lunch"}}
    outcomes = (await ask(company.agent, SEVERAL, input=both))["moveRequests"]["outcomes"]
    assert [outcome["errors"][0]["code"] for outcome in outcomes] == ["INVALID", "INVALID"]
    for each in (request, other):
        told = await ask(company.admin, TOLD, id=each["id"])
        [decision] = told["request"]["decisions"]["nodes"]
        assert decision["clause"] == {"number": "2.5"}
        assert decision["inputs"]["asked"] == "requests.put_on_hold"
        assert decision["inputs"]["by"] == {"kind": "member", "id": str(company.agent.id)}
        assert decision["result"] == {"refused": "INVALID", "path": ["reasonCode"], "sentence": SENTENCE}
    assert (await ask(await found_company(), TOLD, id=request["id"]))["request"] is None
