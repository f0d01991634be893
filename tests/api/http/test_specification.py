"""GraphQL over HTTP by its specification: media types, methods, parameters of the wrong type, what is no request."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
from starlette.applications import Starlette

from api.app import Door
from api.auth.routes import ROUTES
from api.endpoint import Endpoint, sees
from api.live import Live
from api.schema.subscriptions import LIVE_SCHEMA
from domain.consequences import settle
from tenancy.database import writing
from tenancy.identity import tokens
from tests.conftest import found_company

JSON, MODERN = "application/json", "application/graphql-response+json"
QUERY = "query($no: Boolean = false) { __typename viewer @skip(if: $no) { kind } }"
EITHER = pytest.mark.parametrize("accept", [JSON, MODERN])


@pytest.fixture
async def client(pool: None) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a good token and no headers that it is not told to send."""
    actor = await found_company()
    async with writing(actor, settle=settle) as work:
        _, token = await tokens.create_access_token(work, name="script")
    app = Door(Endpoint(), Live(LIVE_SCHEMA, sees), Starlette(routes=ROUTES))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://zhidu") as opened:
        opened.headers.clear()
        opened.headers["authorization"] = f"Bearer {token}"
        yield opened


async def post(client: httpx.AsyncClient, body: Any, accept: str | None = None) -> httpx.Response:
    headers = {"content-type": JSON} if accept is None else {"content-type": JSON, "accept": accept}
    return await client.post("/graphql", content=orjson.dumps(body), headers=headers)


def code(answer: httpx.Response) -> str:
    """The code of the only error of an answer that holds nothing else."""
    body = answer.json()
    assert "data" not in body
    [error] = body["errors"]
    assert error["message"]
    found: str = error["extensions"]["code"]
    return found


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (f"{JSON}; charset=utf-8", JSON),
        (MODERN, MODERN),
        (f"{MODERN}; charset=utf-8", MODERN),
        (f"{MODERN}, {JSON};q=0.9", MODERN),
        (f"{JSON}, {MODERN}", MODERN),
    ],
)
async def test_the_answer_is_of_a_media_type_that_is_accepted(
    client: httpx.AsyncClient, accept: str | None, answered: str
) -> None:
    for answer in (await post(client, {"query": QUERY}, accept), await post(client, {"query": "{"}, accept)):
        assert answer.headers["content-type"] == f"{answered}; charset=utf-8"
    assert (await post(client, {"query": QUERY}, accept)).status_code == 200


async def test_requests_and_answers_are_utf_8(client: httpx.AsyncClient) -> None:
    body = '{"query": "mutation { createPost(input: {name: \\"工程师\\"}) { post { name } } }"}'.encode()
    said = (JSON, f"{JSON}; charset=utf-8", f"{JSON};charset=UTF-8", f'{JSON}; x=y; charset="utf-8"')
    for number, content_type in enumerate(said):
        named = body.replace("工程师".encode(), f"工程师{number}".encode())
        answer = await client.post("/graphql", content=named, headers={"content-type": content_type})
        assert answer.json()["data"]["createPost"]["post"]["name"] == f"工程师{number}"
    wrong = await client.post("/graphql", content=body.decode().encode("utf-16"), headers={"content-type": JSON})
    assert (wrong.status_code, code(wrong)) == (400, "BAD_JSON")


@pytest.mark.parametrize(
    "content_type",
    [
        *(None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
        *("application/graphql", "application/jsonx", f"{JSON}; charset=utf-16", f'{JSON}; charset="latin1"'),
    ],
)
async def test_a_post_is_json_and_says_so(client: httpx.AsyncClient, content_type: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    answer = await client.post("/graphql", content=b'{"query": "{ __typename }"}', headers=headers)
    assert (answer.status_code, code(answer)) == (415, "BAD_CONTENT_TYPE")


@EITHER
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"])
async def test_another_method_is_told_which_there_are(client: httpx.AsyncClient, method: str, accept: str) -> None:
    answer = await client.request(method, "/graphql", json={"query": QUERY}, headers={"accept": accept})
    assert (answer.status_code, code(answer), answer.headers["allow"]) == (405, "BAD_METHOD", "GET, POST")


@EITHER
@pytest.mark.parametrize(
    "body",
    [
        *(b"", b" ", b"{", b"query { __typename }", b"\xff\xfe", b'{"query": "{ __typename }"', b"{'query': '{ x }'}"),
        *(b'{"query": "{ __typename }"} trailing', b'{"query": "\\ud800', b"NaN"),
    ],
)
async def test_a_body_that_is_no_json_is_refused(client: httpx.AsyncClient, body: bytes, accept: str) -> None:
    answer = await client.post("/graphql", content=body, headers={"accept": accept, "content-type": JSON})
    assert (answer.status_code, code(answer)) == (400, "BAD_JSON")


@EITHER
@pytest.mark.parametrize(
    "body",
    [
        *(None, True, 7, "{ __typename }", [], [{"query": QUERY}], [{"query": QUERY}, {"query": QUERY}], {}),
        *({"query": query} for query in (None, "", {}, [], 7, True, ["{ __typename }"])),
        *({"query": QUERY, "operationName": name} for name in ({}, [], 7, True)),
        *({"query": QUERY, "variables": given} for given in ("{}", "", [], 7, True)),
        *({"query": QUERY, "extensions": given} for given in ("{}", "", [], 7, True)),
        *({"documentId": id} for id in (None, {}, [], 7, True)),
    ],
)
async def test_a_parameter_of_the_wrong_type_is_refused(client: httpx.AsyncClient, body: Any, accept: str) -> None:
    answer = await post(client, body, accept)
    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "more",
    [
        {"operationName": None, "variables": None, "extensions": None},
        {"variables": {}, "extensions": {}},
        {"variables": {"no": True, "unknown": 1}, "extensions": {"some": "value"}},
        {"unknown": "parameters are passed over"},
    ],
)
async def test_parameters_may_be_left_out_or_null(client: httpx.AsyncClient, more: dict[str, Any]) -> None:
    answer = await post(client, {"query": QUERY, **more}, MODERN)
    assert (answer.status_code, answer.json()["data"]["__typename"]) == (200, "Query")


async def test_the_operation_that_is_named_is_the_one_carried_out(client: httpx.AsyncClient) -> None:
    query = "query A { a: __typename } query B { b: __typename }"
    assert (await post(client, {"query": query, "operationName": "B"})).json()["data"] == {"b": "Query"}
    for name in (None, "C", ""):
        answer = await post(client, {"query": query, "operationName": name}, MODERN)
        assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{", {}),
        ("{ nothing }", {}),
        ("query($id: ID!) { node(id: $id) { id } }", {}),
        ("fragment A on Query { x }", {}),
    ],
)
async def test_what_was_not_executed_has_no_data(
    client: httpx.AsyncClient, query: str, variables: dict[str, Any]
) -> None:
    for accept, status in ((MODERN, 400), (JSON, 200), (None, 200)):
        answer = await post(client, {"query": query, "variables": variables}, accept)
        assert answer.status_code == status
        assert "data" not in answer.json()
        assert answer.json()["errors"]


async def test_a_get_takes_its_parameters_from_the_address(client: httpx.AsyncClient) -> None:
    params = {"query": QUERY, "variables": '{"no": true}', "extensions": "{}"}
    answer = await client.get("/graphql", params=params, headers={"accept": MODERN})
    assert (answer.status_code, answer.json()["data"]) == (200, {"__typename": "Query"})
    for wrong in ("[]", "7", '"{}"', "true"):
        for name in ("variables", "extensions"):
            answer = await client.get("/graphql", params={**params, name: wrong})
            assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")
    answer = await client.get("/graphql", params={**params, "variables": "{"})
    assert (answer.status_code, code(answer)) == (400, "BAD_JSON")


@EITHER
async def test_a_get_never_changes_anything(client: httpx.AsyncClient, accept: str) -> None:
    change = 'mutation A { createPost(input: {name: "Clerk"}) { post { id } } } query B { __typename }'
    for params in ({"operationName": "A"}, {"operationName": "A", "variables": "{}"}):
        answer = await client.get("/graphql", params={"query": change, **params}, headers={"accept": accept})
        assert (answer.status_code, code(answer), answer.headers["allow"]) == (405, "BAD_METHOD", "POST")
    read = await client.get("/graphql", params={"query": change, "operationName": "B"}, headers={"accept": accept})
    assert read.json()["data"] == {"__typename": "Query"}
    made = await post(client, {"query": 'mutation { createPost(input: {name: "Clerk"}) { errors { code } } }'})
    assert made.json()["data"] == {"createPost": {"errors": []}}


async def test_a_subscription_is_not_answered_over_http(client: httpx.AsyncClient) -> None:
    answer = await post(client, {"query": "subscription { changed { name } }"}, MODERN)
    assert answer.status_code == 400
    assert "data" not in answer.json()
