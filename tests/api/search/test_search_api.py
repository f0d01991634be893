"""Finding by words, by GraphQL: two companies, those who see little, and a third that finds nothing."""

from dataclasses import replace
from typing import Any

import pytest

from api.reading.refusing import cause_of
from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.permissions import Permission
from domain.kernel.terms import CustomerTier, Language
from domain.search import commands
from tenancy import archives
from tenancy.actor import Actor, ActorKind
from tenancy.database import writing
from tenancy.refusals import Invalid, Refusal
from tests.api.requests.asking import submit, with_names
from tests.conftest import found_company
from tests.domain.requests.company import ASKS, Company, program, service_company, software_company

SEARCH = """query($text: String!, $kinds: [SearchKind!], $first: Int! = 20, $after: String) {
  search(text: $text, kinds: $kinds, first: $first, after: $after) {
    hits { kind title excerpt { text found } cursor record { __typename
      ... on ServiceRequest { id number customer { name } } ... on RequestMessage { text request { number } }
      ... on Customer { name } ... on Contact { name customer { name } } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
COMMENT = """mutation($input: CommentRequestInput!) { commentRequest(input: $input) {
  message { id } errors { code } } }"""


async def find(ask: Any, actor: Actor, text: str, **more: Any) -> Any:
    return (await ask.executed(actor, SEARCH, text=text, **more))["search"]


async def titles(ask: Any, actor: Actor, text: str, **more: Any) -> list[str]:
    return [hit["title"] for hit in (await find(ask, actor, text, **more))["hits"]]


@pytest.fixture
async def software(pool: None) -> Company:
    """A company whose clerk asks and whose dispatcher reads everything."""
    return with_names(await software_company())


async def test_requests_are_found_by_number_title_and_description_in_both_scripts(ask: Any, software: Company) -> None:
    one = await submit(ask, software, title="打印机故障", description="上海办公室的打印机无法连接网络")
    other = await submit(ask, software, title="Printers offline", description="Nobody in Shanghai can print")
    for text in ("打印机", "印机故", "打 上海", "连接网络"):
        assert await titles(ask, software.dispatcher, text) == [f"{one['number']} 打印机故障"], text
    for text in ("printer", "PRINT shang", "offline", "ｐｒｉｎｔ"):
        assert await titles(ask, software.dispatcher, text) == [f"{other['number']} Printers offline"], text
    for text in (one["number"], one["number"].replace("-", " "), f"req {int(one['number'][-6:])}"):
        assert (await titles(ask, software.dispatcher, text))[0] == f"{one['number']} 打印机故障", text
    for text in ("rinter", "打網", "scanner", "printer scanner", "100%", "🔥", "p_inter", "print\\er%"):
        assert await titles(ask, software.dispatcher, text) == [], text
    [hit] = (await find(ask, software.dispatcher, "连接"))["hits"]
    assert hit["excerpt"] == [
        {"text": "上海办公室的打印机无法", "found": False},
        {"text": "连接", "found": True},
        {"text": "网络", "found": False},
    ]
    assert (hit["kind"], hit["record"]["__typename"]) == ("REQUEST", "ServiceRequest")
    assert hit["record"]["customer"] == {"name": "Big"}


async def test_what_a_title_has_comes_first_and_pages_go_on_where_they_ended(ask: Any, software: Company) -> None:
    made = {
        title: await submit(ask, software, title=title, description=text)
        for title, text in (("A", "vpn"), ("vpn", ""), ("B", "vpn too"), ("vpnclient", ""), ("vpn again", ""))
    }
    expected = [f"{made[title]['number']} {title}" for title in ("vpn again", "vpn", "vpnclient", "B", "A")]
    assert await titles(ask, software.dispatcher, "vpn") == expected
    found: list[str] = []
    after = None
    for _ in range(3):
        page = await find(ask, software.dispatcher, "vpn", first=2, after=after)
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        found += [hit["title"] for hit in page["hits"]]
        after = page["pageInfo"]["endCursor"]
    assert found == expected
    assert page["pageInfo"]["hasNextPage"] is False


async def test_internal_messages_are_found_by_those_who_read_them(ask: Any, software: Company) -> None:
    request = await submit(ask, software, title="Nothing works")
    for audience, text in (("INTERNAL", "the zebra password was wrong"), ("PUBLIC", "a zebra crossed the cable")):
        said = {"requestId": request["id"], "audience": audience, "text": text}
        assert (await ask(software.dispatcher, COMMENT, input=said))["commentRequest"]["errors"] == []
    inside = (await find(ask, software.dispatcher, "zebra"))["hits"]
    assert [hit["record"]["text"] for hit in inside] == ["a zebra crossed the cable", "the zebra password was wrong"]
    assert inside[0]["record"]["request"] == {"number": request["number"]}
    assert inside[0]["title"] == f"{request['number']} Nothing works"
    outside = (await find(ask, software.clerk, "zebra"))["hits"]
    assert [hit["record"]["text"] for hit in outside] == ["a zebra crossed the cable"]
    assert await titles(ask, software.colleague, "zebra") == []
    assert (await find(ask, software.dispatcher, "zebra", kinds=["REQUEST", "CUSTOMER"]))["hits"] == []


async def test_customers_and_contacts_are_found_by_whoever_may_read_them(ask: Any, software: Company) -> None:
    [contact] = (await find(ask, software.clerk, "lin@big"))["hits"]
    assert contact["record"] == {"__typename": "Contact", "name": "Lin", "customer": {"name": "Big"}}
    assert await titles(ask, software.clerk, "big", kinds=["CUSTOMER"]) == ["Big"]
    blind = Actor(software.admin.tenant_id, ActorKind.MEMBER, software.clerk.id, frozenset({"requests.read"}))
    assert await titles(ask, blind, "big") == []


async def test_everybody_finds_what_they_see(ask: Any, software: Company) -> None:
    request = await submit(ask, software, title="Giraffe in the server room")
    found = [f"{request['number']} Giraffe in the server room"]
    assert await titles(ask, software.clerk, "giraffe") == found
    assert await titles(ask, software.head, "giraffe") == found
    assert await titles(ask, software.colleague, "giraffe") == []
    assert await titles(ask, await program(software, *ASKS), "giraffe") == []
    nobody = replace(software.clerk, permissions=frozenset())
    assert await titles(ask, nobody, "giraffe") == []


async def test_two_companies_find_their_own_and_a_third_nothing(ask: Any, software: Company) -> None:
    service, third = with_names(await service_company()), await found_company()
    one = await submit(ask, software, title="Shared words")
    other = await submit(ask, service, title="Shared words")
    for company, request in ((software, one), (service, other)):
        [hit] = (await find(ask, company.dispatcher, "shared words"))["hits"]
        assert hit["record"]["id"] == request["id"]
    assert (await find(ask, third, "shared words"))["hits"] == []


async def test_what_is_changed_is_found_as_it_is_now(ask: Any, software: Company) -> None:
    async with writing(software.admin, settle=settle) as work:
        await customers.change_customer(
            work,
            customer_id=software.standard_id,
            name="Kleinigkeit",
            tier=CustomerTier.STANDARD,
            language=Language.EN,
            billing_email="bills@klein.example.com",
            owner_id=None,
        )
    assert await titles(ask, software.clerk, "small", kinds=["CUSTOMER"]) == []
    assert await titles(ask, software.clerk, "klein", kinds=["CUSTOMER"]) == ["Kleinigkeit"]


async def test_too_little_too_much_and_strange_cursors_are_refused(ask: Any, software: Company) -> None:
    for text in ("", " ", "a", "%_\\", "。，", "x" * 10_000):
        [error] = await ask.errors(software.clerk, SEARCH, text=text)
        assert isinstance(cause_of(error), Invalid), text
    for more, code in (({"first": 0}, "BAD_PAGE"), ({"first": 101}, "BAD_PAGE"), ({"after": "bm8="}, "BAD_CURSOR")):
        [error] = await ask.errors(software.clerk, SEARCH, text="printer", **more)
        cause = cause_of(error)
        assert isinstance(cause, Refusal)
        assert cause.code == code


async def test_many_hits_with_much_below_them_cost_too_much(ask: Any, software: Company) -> None:
    document = """{ search(text: "printer", first: 100) { hits { record { ... on ServiceRequest {
      messages(first: 100) { nodes { text } } } } } } }"""
    [error] = await ask.errors(software.clerk, document)
    assert error.extensions["code"] == "LIMIT_EXCEEDED"


async def test_a_restored_company_finds_what_it_found_before(ask: Any, software: Company, tmp_path: Any) -> None:
    request = await submit(ask, software, title="长颈鹿", description="giraffe")
    key = archives.new_identity()
    await archives.take(software.admin.tenant_id, tmp_path / "one.age", identity=key)
    restored = await archives.restore(tmp_path / "one.age", f"r{software.admin.tenant_id.hex[:20]}", identity=key)
    reader = Actor.system(restored.tenant_id)
    assert reader.may(Permission.REQUESTS_READ_ALL)
    for text in ("长颈", "giraffe"):
        assert await titles(ask, reader, text) == [f"{request['number']} 长颈鹿"]


async def test_entries_are_made_anew_for_one_company(ask: Any, software: Company) -> None:
    service = with_names(await service_company())
    for company in (software, service):
        request = await submit(ask, company, title="Lost words")
        await ask(company.dispatcher, COMMENT, input={"requestId": request["id"], "audience": "PUBLIC", "text": "lost"})
        async with writing(company.admin, settle=settle) as work:
            await work.sql("UPDATE search_entries SET keys = '{}', head = '{}'")
        assert await titles(ask, company.dispatcher, "lost") == []
    async with writing(Actor.system(software.admin.tenant_id), settle=settle) as work:
        await commands.rebuild(work)
    assert len(await titles(ask, software.dispatcher, "lost")) == 2
    assert len(await titles(ask, software.dispatcher, "big")) == 2
    assert await titles(ask, service.dispatcher, "lost") == []
