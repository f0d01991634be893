"""A change sent again under its key gives the first answer, to the byte, and happens once: whichever way it is read."""

import asyncio
from typing import Any
from uuid import uuid4

import orjson
import pytest

from api.reading.requests import Answer, Call
from api.reading.running import Reader
from tenancy.actor import Actor
from tests.api.conftest import PLAIN, PLANNED

ENGINES = pytest.mark.parametrize("reader", [PLANNED, PLAIN], ids=["planned", "plain"])
# What is changed, with a payload that reaches into other tables; each may happen once.
CHANGES = {
    "post": 'mutation { createPost(input: {name: "Engineer"}) { __typename post { id name } errors { code } } }',
    "department": """mutation { first: createDepartment(input: {name: "Office"}) { department {
        id name parent { name } staff(first: 2) { totalCount pageInfo { hasNextPage } nodes { id } } } errors { code } }
      second: createDepartment(input: {name: "Yard"}) { department { __typename id } errors { code path } } }""",
    "member": """mutation { createMember(input: {name: "Bo", email: "bo@example.com", language: EN, roleIds: []}) {
        member { id name roles { name } accessTokens { id } } errors { code } } }""",
    "token": """mutation { createAccessToken(input: {name: "script"}) {
        secret accessToken { name createdAt scopes } errors { code } } }""",
    "customer": """mutation {
      createCustomer(input: {name: "Hua", billingEmail: "a@example.com", tier: KEY, language: ZH_HANT}) {
        customer { id name tier language } errors { code message path } } }""",
}


async def send(reader: Reader, actor: Actor, document: str, key: str | None, **variables: Any) -> Answer:
    return await reader.run(Call(document, variables=variables, idempotency_key=key), actor)


async def facts(actor: Actor) -> int:
    """How much has happened in the company."""
    counted = await PLANNED.run(Call("{ journal { totalCount } }"), actor)
    assert counted.data is not None
    found: int = orjson.loads(counted.data)["journal"]["totalCount"]
    return found


@ENGINES
@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_sent_again_gives_the_first_answer_and_happens_once(
    acme: Actor, reader: Reader, name: str
) -> None:
    first = await send(reader, acme, CHANGES[name], "step")
    assert first.data is not None
    assert not first.errors
    assert all(payload["errors"] == [] for payload in orjson.loads(first.data).values())
    happened = await facts(acme)
    second = await send(reader, acme, CHANGES[name], "step")
    assert (second.data, second.errors) == (first.data, [])
    assert await facts(acme) == happened


@ENGINES
@pytest.mark.parametrize("name", CHANGES)
async def test_the_answer_of_one_way_is_given_again_by_the_other(acme: Actor, reader: Reader, name: str) -> None:
    first = await send(reader, acme, CHANGES[name], "step")
    other = PLAIN if reader is PLANNED else PLANNED
    assert (await send(other, acme, CHANGES[name], "step")).data == first.data


@pytest.mark.parametrize("name", ["post", "department", "member", "customer"])
async def test_both_ways_give_the_same_payload(acme: Actor, globex: Actor, name: str) -> None:
    one, other = await send(PLANNED, acme, CHANGES[name], None), await send(PLAIN, globex, CHANGES[name], None)
    assert (one.planned, other.planned) == (True, False)
    assert one.data is not None
    assert other.data is not None
    assert without_ids(orjson.loads(one.data)) == without_ids(orjson.loads(other.data))


def without_ids(found: Any) -> Any:
    if isinstance(found, dict):
        return {key: without_ids(value) for key, value in found.items() if key != "id"}
    return [without_ids(item) for item in found] if isinstance(found, list) else found


@ENGINES
async def test_a_key_is_not_used_for_something_else(acme: Actor, reader: Reader) -> None:
    document = "mutation($name: String!) { createPost(input: {name: $name}) { post { name } errors { code path } } }"
    await send(reader, acme, document, "step", name="Engineer")
    happened = await facts(acme)
    refused = {"code": "CONFLICT", "path": ["Idempotency-Key"]}
    for other, variables in (
        (document, {"name": "Clerk"}),
        (document.replace("post { name }", "post { id }"), {"name": "Engineer"}),
    ):
        answer = await send(reader, acme, other, "step", **variables)
        assert answer.data is not None
        assert orjson.loads(answer.data) == {"createPost": {"post": None, "errors": [refused]}}
    assert await facts(acme) == happened


@ENGINES
async def test_two_at_once_under_one_key_happen_once(acme: Actor, reader: Reader) -> None:
    answers = await asyncio.gather(*(send(reader, acme, CHANGES["post"], "step") for _ in range(4)))
    assert len({answer.data for answer in answers}) == 1
    assert (await send(reader, acme, CHANGES["post"], None)).data != answers[0].data


@ENGINES
async def test_what_was_refused_may_be_sent_again_under_its_key(acme: Actor, reader: Reader) -> None:
    move = "mutation { createPost(input: {name: %s}) { errors { code } } }"
    refused = await send(reader, acme, move % '""', "step")
    assert refused.data is not None
    assert orjson.loads(refused.data)["createPost"]["errors"] == [{"code": "INVALID"}]
    made = await send(reader, acme, move % '"Engineer"', "step")
    assert made.data == b'{"createPost":{"errors":[]}}'


@ENGINES
async def test_another_company_s_key_is_another_key(acme: Actor, globex: Actor, reader: Reader) -> None:
    one, other = [await send(reader, actor, CHANGES["post"], "step") for actor in (acme, globex)]
    assert one.data != other.data
    assert await facts(acme) == await facts(globex)


@ENGINES
async def test_a_payload_that_cannot_be_read_undoes_its_change(acme: Actor, reader: Reader) -> None:
    document = """mutation { one: createDepartment(input: {name: "One"}) { department { name } }
      two: createDepartment(input: {name: "Two"}) { department { staff(after: "junk") { nodes { id } } } } }"""
    answer = await send(reader, acme, document, "step")
    assert answer.data is not None
    assert orjson.loads(answer.data) == {"one": {"department": {"name": "One"}}, "two": None}
    assert [(error.path, error.extensions) for error in answer.errors] == [(["two"], {"code": "BAD_CURSOR"})]
    again = 'mutation { createDepartment(input: {name: "Two"}) { errors { code } } }'
    assert (await send(reader, acme, again, None)).data == b'{"createDepartment":{"errors":[]}}'


@ENGINES
@pytest.mark.parametrize("name", ["createTenant", "issueAdministratorToken"])
async def test_a_change_of_the_platform_keeps_no_keys_and_says_so(pool: None, reader: Reader, name: str) -> None:
    slug = f"t{uuid4().hex[:20]}"
    inputs = {
        "createTenant": f"""{{slug: "{slug}", name: "New", zone: "UTC", language: EN,
          administratorName: "A", administratorEmail: "a@example.com"}}""",
        "issueAdministratorToken": f'{{slug: "{slug}", administratorEmail: "a@example.com"}}',
    }
    documents = {
        name: f"mutation {{ {name}(input: {input}) {{ tenantId errors {{ code path }} }} }}"
        for name, input in inputs.items()
    }
    answer = await send(reader, Actor.operator(), documents[name], "step")
    assert answer.data is not None
    refused = {"code": "NO_IDEMPOTENCY_KEY", "path": ["Idempotency-Key"]}
    assert orjson.loads(answer.data) == {name: {"tenantId": None, "errors": [refused]}}
    for made in ("createTenant", "issueAdministratorToken"):
        answer = await send(reader, Actor.operator(), documents[made], None)
        assert answer.data is not None
        assert orjson.loads(answer.data)[made]["errors"] == []
