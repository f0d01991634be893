"""Technology demands by GraphQL: from the wish to the project, and what keeps one from it."""

from typing import Any

import pytest

from tests.conftest import found_company
from tests.domain.presales.company import Company, founded

FIELDS = """id number state title content assessment effortDays project reason department { name } raisedBy { name }
  parts { position title effortDays } allowedMoves { move allowed blockers { code message clause { number } } }"""
RAISE = f"""mutation($input: RaiseTechnologyDemandInput!) {{ raiseTechnologyDemand(input: $input) {{
  demand {{ {FIELDS} }} errors {{ code path }} }} }}"""
EVALUATE = """mutation($id: ID!) { evaluateTechnologyDemand(input: {demandId: $id, assessment: "Possible.",
  effortDays: 20}) { demand { state effortDays } errors { code } } }"""
BREAK_DOWN = """mutation($id: ID!) { breakDownTechnologyDemand(input: {demandId: $id, parts: [
  {title: "Recognise", effortDays: 12}, {title: "Answer", effortDays: 8}]}) {
  demand { parts { title } } errors { code } } }"""
SUBMIT = (
    """mutation($id: ID!) { submitTechnologyDemand(input: {demandId: $id}) { demand { state } errors { code } } }"""
)
REFUSE = """mutation($id: ID!) { refuseTechnologyDemand(input: {demandId: $id, reason: "No."}) {
  demand { state reason } errors { code } } }"""
HAND_ON = """mutation($id: ID!) { handOnTechnologyDemand(input: {demandId: $id, project: "P-1"}) {
  demand { state project } errors { code } } }"""
LIST = f"""query($filter: TechnologyDemandFilter) {{ technologyDemands(filter: $filter, first: 3) {{
  totalCount nodes {{ {FIELDS} }} }} }}"""


@pytest.fixture
async def company(pool: None) -> Company:
    """No clause says anything."""
    return await founded()


def moves(record: Any) -> list[str]:
    return [each["move"] for each in record["allowedMoves"] if each["allowed"]]


async def test_a_demand_from_the_wish_to_the_project(ask: Any, company: Company) -> None:
    given = {"title": "Speech", "content": "Understand calls."}
    demand = (await ask(company.seller, RAISE, input=given))["raiseTechnologyDemand"]["demand"]
    assert (demand["department"], demand["raisedBy"]) == ({"name": "Sales"}, {"name": "Seller"})
    assert moves(demand) == ["EVALUATE", "REFUSE"]
    id_ = demand["id"]
    done = (await ask(company.seller, EVALUATE, id=id_))["evaluateTechnologyDemand"]
    assert done == {"demand": {"state": "EVALUATED", "effortDays": 20}, "errors": []}
    done = (await ask(company.seller, SUBMIT, id=id_))["submitTechnologyDemand"]
    assert done == {"demand": {"state": "ACCEPTED"}, "errors": []}
    [seen] = (await ask(company.seller, LIST, filter={"state": {"eq": "ACCEPTED"}}))["technologyDemands"]["nodes"]
    [hand_on] = [each for each in seen["allowedMoves"] if each["move"] == "HAND_ON"]
    assert [each["code"] for each in hand_on["blockers"]] == ["NO_PARTS"]
    refused = (await ask(company.seller, HAND_ON, id=id_))["handOnTechnologyDemand"]
    assert refused == {"demand": None, "errors": [{"code": "NO_PARTS"}]}
    done = (await ask(company.seller, BREAK_DOWN, id=id_))["breakDownTechnologyDemand"]
    assert done["demand"]["parts"] == [{"title": "Recognise"}, {"title": "Answer"}]
    done = (await ask(company.seller, HAND_ON, id=id_))["handOnTechnologyDemand"]
    assert done == {"demand": {"state": "HANDED_ON", "project": "P-1"}, "errors": []}
    refused = (await ask(company.seller, REFUSE, id=id_))["refuseTechnologyDemand"]
    assert refused["errors"] == [{"code": "WRONG_STATE"}]


async def test_another_company_sees_and_changes_nothing(ask: Any, company: Company) -> None:
    given = {"title": "Speech", "content": "Understand calls."}
    demand = (await ask(company.seller, RAISE, input=given))["raiseTechnologyDemand"]["demand"]
    stranger = await found_company()
    assert (await ask(stranger, LIST))["technologyDemands"]["totalCount"] == 0
    for document, name in ((SUBMIT, "submitTechnologyDemand"), (REFUSE, "refuseTechnologyDemand")):
        assert (await ask(stranger, document, id=demand["id"]))[name]["errors"] == [{"code": "NOT_FOUND"}]
    # Whoever may neither read presales nor has raised it sees nothing either.
    assert (await ask(company.boss, LIST))["technologyDemands"]["totalCount"] == 0
