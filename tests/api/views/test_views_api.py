"""Saved views by GraphQL: their own, shared ones, ones that fit no more; two companies, and a third that sees none."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from api.reading.refusing import cause_of
from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.views.models import SavedView
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.refusals import Forbidden, NotFound
from tests.api.requests.asking import submit, with_names
from tests.conftest import found_company
from tests.domain.requests.company import Company, program, service_company, software_company

SAVE = """mutation($input: SaveViewInput!) { saveView(input: $input) {
  view { id name viewedList filter order columns audience mine problem owner { name } department { name } }
  errors { code path message } } }"""
CHANGE = """mutation($input: ChangeViewInput!) { changeView(input: $input) {
  view { name filter order columns audience } errors { code path } } }"""
DELETE = "mutation($input: DeleteViewInput!) { deleteView(input: $input) { viewId errors { code } } }"
LIST = """query($filter: SavedViewFilter) { savedViews(filter: $filter) { nodes { name mine problem audience } } }"""
ROWS = """query($id: ID!, $first: Int! = 50, $after: String) { viewRows(viewId: $id, first: $first, after: $after) {
  problem { code path message } customers { nodes { name } }
  requests { totalCount pageInfo { endCursor hasNextPage } nodes { title customer { name } } } } }"""


@pytest.fixture
async def software(pool: None) -> Company:
    """A company whose dispatcher may share views."""
    company = with_names(await software_company())
    more = company.dispatcher.permissions | {str(Permission.VIEWS_SHARE)}
    return replace(company, dispatcher=replace(company.dispatcher, permissions=more))


async def save(ask: Any, actor: Actor, name: str = "Open ones", **more: Any) -> Any:
    payload = (await ask(actor, SAVE, input={"viewedList": "REQUESTS", "name": name, **more}))["saveView"]
    assert payload["errors"] == [], payload
    return payload["view"]


async def refused(ask: Any, actor: Actor, **more: Any) -> Any:
    given = {"viewedList": "REQUESTS", "name": "Never", **more}
    payload = (await ask(actor, SAVE, input=given))["saveView"]
    assert payload["view"] is None
    [error] = payload["errors"]
    return error["code"], error["path"]


async def names(ask: Any, actor: Actor, **filter: Any) -> list[str]:
    return [node["name"] for node in (await ask(actor, LIST, filter=filter))["savedViews"]["nodes"]]


async def rows(ask: Any, actor: Actor, view: Any, **more: Any) -> Any:
    return (await ask.executed(actor, ROWS, id=view["id"], **more))["viewRows"]


async def test_a_view_is_saved_and_its_rows_are_those_that_each_may_see(ask: Any, software: Company) -> None:
    for number in range(3):
        await submit(ask, software, title=f"Number {number}")
    await submit(ask, software, title="Something else", impact="LOW", urgency="LOW")
    filter = {"title": {"contains": "number"}, "state": {"in": ["NEW", "ASSIGNED"]}}
    columns = ["number", "title", "customer.name"]
    view = await save(ask, software.dispatcher, filter=filter, order="OLDEST", columns=columns, audience="COMPANY")
    assert view == {
        "id": view["id"],
        "name": "Open ones",
        "viewedList": "REQUESTS",
        "filter": filter,
        "order": "OLDEST",
        "columns": columns,
        "audience": "COMPANY",
        "mine": True,
        "problem": None,
        "owner": {"name": "Dispatcher"},
        "department": None,
    }
    found = await rows(ask, software.dispatcher, view, first=2)
    assert (found["problem"], found["customers"]) == (None, None)
    assert found["requests"]["totalCount"] == 3
    assert found["requests"]["nodes"][0] == {"title": "Number 0", "customer": {"name": "Big"}}
    after = found["requests"]["pageInfo"]["endCursor"]
    further = await rows(ask, software.dispatcher, view, first=2, after=after)
    assert [node["title"] for node in further["requests"]["nodes"]] == ["Number 2"]
    assert (await rows(ask, software.clerk, view))["requests"]["totalCount"] == 3
    assert (await rows(ask, software.agent, view))["requests"]["totalCount"] == 0


async def test_whom_views_are_shown_to(ask: Any, software: Company) -> None:
    own = await save(ask, software.clerk, "Mine")
    await save(ask, software.dispatcher, "Support's", audience="DEPARTMENT", departmentId=str(software.support_id))
    shared = await save(ask, software.dispatcher, "Everybody's", audience="COMPANY")
    assert await names(ask, software.clerk) == ["Everybody's", "Mine"]
    assert await names(ask, software.agent) == ["Everybody's", "Support's"]
    assert await names(ask, software.agent, mine=True) == []
    assert await names(ask, software.agent, audience={"eq": "DEPARTMENT"}) == ["Support's"]
    assert await names(ask, await program(software, Permission.REQUESTS_READ)) == []
    [error] = await ask.errors(software.agent, ROWS, id=own["id"])
    assert isinstance(cause_of(error), NotFound)
    for name, document in (("changeView", CHANGE), ("deleteView", DELETE)):
        given = {"viewId": shared["id"]} | ({"name": "Other"} if name == "changeView" else {})
        assert (await ask(software.agent, document, input=given))[name]["errors"][0]["code"] == "FORBIDDEN"
    gone = (await ask(software.dispatcher, DELETE, input={"viewId": shared["id"]}))["deleteView"]
    assert gone == {"viewId": shared["id"], "errors": []}
    assert await names(ask, software.agent) == ["Support's"]


async def test_two_companies_have_their_own_views_and_a_third_none(ask: Any, software: Company) -> None:
    service, third = with_names(await service_company()), await found_company()
    one = await save(ask, software.dispatcher, "Ours", audience="COMPANY", filter={"overdue": True})
    await save(ask, service.admin, "Theirs", audience="COMPANY", filter={"breached": True}, order="DUE")
    assert await names(ask, software.clerk) == ["Ours"]
    assert await names(ask, service.clerk) == ["Theirs"]
    assert await names(ask, third) == []
    [error] = await ask.errors(third, ROWS, id=one["id"])
    assert isinstance(cause_of(error), NotFound)


async def test_what_does_not_fit_the_list_is_refused_and_nothing_kept(ask: Any, software: Company) -> None:
    wrong: list[tuple[dict[str, Any], list[str]]] = [
        ({"filter": {"state": {"eq": "ASLEEP"}}}, ["filter", "state", "eq"]),
        ({"filter": {"nonsense": {"eq": 1}}}, ["filter"]),
        ({"filter": {"dueAt": {"gte": "yesterday"}}}, ["filter", "dueAt", "gte"]),
        ({"filter": ["state"]}, ["filter"]),
        ({"filter": "state"}, ["filter"]),
        ({"filter": {"and": [{"title": {"eq": "x"}}] * 300}}, ["filter"]),
        ({"order": "BACKWARDS"}, ["order"]),
        ({"columns": ["number", "nonsense"]}, ["columns", "1"]),
        ({"columns": ["customer"]}, ["columns", "0"]),
        ({"columns": ["messages.nodes"]}, ["columns", "0"]),
        ({"columns": ["customer.owner.department.head.superior.name"]}, ["columns", "0"]),
        ({"columns": [""]}, ["columns", "0"]),
        ({"name": ""}, ["name"]),
        ({"name": "x" * 101}, ["name"]),
        ({"audience": "DEPARTMENT"}, ["departmentId"]),
        ({"departmentId": str(software.support_id)}, ["departmentId"]),
    ]
    for more, path in wrong:
        assert await refused(ask, software.dispatcher, **more) == ("INVALID", path), more
    assert (await refused(ask, software.clerk, audience="COMPANY"))[0] == "FORBIDDEN"
    deep: dict[str, Any] = {"overdue": True}
    for _ in range(60):
        deep = {"not": deep}
    assert await refused(ask, software.dispatcher, filter=deep) == ("INVALID", ["filter"])
    await save(ask, software.clerk, "Twice")
    assert await refused(ask, software.clerk, name=" Twice ") == ("CONFLICT", ["name"])
    await save(ask, software.clerk, "Twice", viewedList="CUSTOMERS", columns=["name", "owner.name"])
    assert await names(ask, software.dispatcher) == []


async def test_a_view_that_fits_its_list_no_more_says_so(ask: Any, software: Company) -> None:
    view = await save(ask, software.clerk, "Old", filter={"overdue": True})
    async with writing(software.admin, settle=settle) as work:
        stored = await work.get(SavedView, UUID(view["id"]), lock=True)
        stored.conditions = {"forgotten": {"eq": "x"}}
    found = await rows(ask, software.clerk, view)
    assert found["requests"] is None
    assert (found["problem"]["code"], found["problem"]["path"]) == ("INVALID", ["filter"])
    [listed] = (await ask(software.clerk, LIST))["savedViews"]["nodes"]
    assert listed["problem"] == found["problem"]["message"]
    given = {"viewId": view["id"], "name": "New", "filter": {"overdue": False}, "order": "DUE"}
    changed = (await ask(software.clerk, CHANGE, input=given))["changeView"]
    assert changed == {
        "view": {"name": "New", "filter": {"overdue": False}, "order": "DUE", "columns": [], "audience": "OWN"},
        "errors": [],
    }
    assert (await rows(ask, software.clerk, view))["problem"] is None


async def test_a_view_of_customers_needs_the_permission_of_the_list(ask: Any, software: Company) -> None:
    view = await save(ask, software.dispatcher, viewedList="CUSTOMERS", audience="COMPANY", filter={"active": True})
    found = await rows(ask, software.clerk, view)
    assert [node["name"] for node in found["customers"]["nodes"]] == ["Big", "Small"]
    [error] = await ask.errors(replace(software.clerk, permissions=frozenset()), ROWS, id=view["id"])
    assert isinstance(cause_of(error), Forbidden)


async def test_rows_are_what_the_list_itself_gives_whatever_is_asked_of_them(ask: Any, software: Company) -> None:
    for title in ("One", "Two of them", "Three of them"):
        await submit(ask, software, title=title)
    view = await save(ask, software.dispatcher, filter={"title": {"contains": "of them"}}, order="OLDEST")
    parts = """fragment Whole on ServiceRequestConnection { nodes { ...Row } totalCount pageInfo { hasNextPage } }
      fragment Row on ServiceRequest { called: title customer { name } clocks { kind }
        messages(first: $most) { nodes { text } totalCount } number @skip(if: $short) }"""
    through = f"""query($id: ID!, $most: Int!, $short: Boolean!, $unused: Int = 1) {{
      board: viewRows(viewId: $id, first: 2) {{ problem {{ code }} customers {{ totalCount }}
        ... on ViewRows {{ list: requests {{ ...Whole }} requests {{ edges {{ cursor }} }} }} }}
      savedViews(first: $unused) {{ totalCount }} }} {parts}"""
    itself = f"""query($most: Int!, $short: Boolean!, $filter: ServiceRequestFilter) {{
      requests(first: 2, filter: $filter, order: OLDEST) {{ ...Whole edges {{ cursor }} }} }} {parts}"""
    for short in (True, False):
        given = {"most": 3, "short": short}
        shown = await ask.executed(software.dispatcher, through, id=view["id"], **given)
        [alone] = (await ask(software.dispatcher, itself, filter=view["filter"], **given)).values()
        edges = alone.pop("edges")
        assert [row["called"] for row in alone["nodes"]] == ["Two of them", "Three of them"]
        assert shown["board"] == {"problem": None, "customers": None, "list": alone, "requests": {"edges": edges}}
        assert shown["savedViews"] == {"totalCount": 1}
        assert await ask.plainly(software.dispatcher, through, {"id": view["id"], **given}) == shown
    # What is refused of the list is refused of the view.
    for wrong in ({"first": 101}, {"after": "nonsense"}):
        [error] = await ask.errors(software.dispatcher, ROWS, id=view["id"], **wrong)
        assert error.path == ["viewRows"]
