"""GraphQL over HTTP: statuses, media types, limits, persisted documents, retries, and nothing of our inside shown."""

import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette

from api.app import Door
from api.auth.routes import ROUTES
from api.endpoint import MOST_BYTES, Endpoint, sees
from api.live import Live
from api.schema.subscriptions import LIVE_SCHEMA
from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.policies.rules import exchange
from tenancy.database import Database, database
from tenancy.provisioning import create_tenant

MODERN = {"accept": "application/graphql-response+json"}


@pytest.fixture
async def client(pool: None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, signed in as a new company's administrator."""
    founding = await create_tenant(
        slug=f"h{uuid4().hex[:20]}",
        name="Company",
        zone="Asia/Shanghai",
        language="en",
        administrator=("Admin", "admin@example.com"),
        permissions=list(Permission),
        settle=settle,
        token_name="t",
    )
    app = Door(Endpoint(), Live(LIVE_SCHEMA, sees), Starlette(routes=ROUTES))
    transport = httpx.ASGITransport(app)
    headers = {"authorization": f"Bearer {founding.token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://zhidu", headers=headers) as opened:
        yield opened


async def post(client: httpx.AsyncClient, query: str, headers: dict[str, str] | None = None, **more: Any) -> Any:
    return await client.post("/graphql", json={"query": query, **more}, headers=headers or {})


async def test_an_answer_tells_its_cost_and_what_is_left(client: httpx.AsyncClient) -> None:
    answer = await post(client, "{ viewer { language } }")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    body = answer.json()
    assert body["data"] == {"viewer": {"language": "EN"}}
    assert body["extensions"]["cost"]["requested"] >= 1
    assert answer.headers["ratelimit"].startswith('"cost";r=')


@pytest.mark.parametrize(
    "document",
    ["{ nothing }", "{ viewer", "query A { viewer { language } } query B { viewer { kind } }"],
)
async def test_a_request_that_is_not_executed_is_a_400_for_modern_clients_and_a_200_for_old_ones(
    client: httpx.AsyncClient, document: str
) -> None:
    modern = await post(client, document, MODERN)
    assert (modern.status_code, "data" in modern.json()) == (400, False)
    assert modern.headers["content-type"].startswith("application/graphql-response+json")
    old = await post(client, document)
    assert (old.status_code, bool(old.json()["errors"])) == (200, True)


async def test_only_a_post_of_one_json_object_is_graphql(client: httpx.AsyncClient) -> None:
    assert (await client.put("/graphql", json={"query": "{ viewer { kind } }"})).status_code == 405
    assert (await client.post("/graphql", content="{ viewer { kind } }")).status_code == 415
    form = await client.post("/graphql", data={"query": 'mutation { createPost(input: {name: "X"}) { post { id } } }'})
    assert form.status_code == 415
    for body in (b"{", b"[]", b'"x"', b'{"query": 1}', b'{"query": "{ viewer { kind } }", "variables": []}'):
        answer = await client.post("/graphql", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 400, body
        assert answer.json()["errors"][0]["extensions"]["code"].startswith("BAD_")
    batch = await client.post("/graphql", json=[{"query": "{ viewer { kind } }"}])
    assert batch.status_code == 400
    huge = await client.post("/graphql", content=b" " * (MOST_BYTES + 1), headers={"content-type": "application/json"})
    assert huge.status_code == 413


async def test_a_large_handbook_comes_in_however_its_sender_writes_json(client: httpx.AsyncClient) -> None:
    """Written with escapes, each Chinese sign takes six bytes instead of three."""
    clauses = "".join(
        f"- {{number: '{number}', kind: provision, title: {{en: A}}, text: {{en: '{'字' * 6000}'}}}}\n"
        for number in range(1, exchange.MOST_BYTES // 20_000)
    )
    source = f"zhidu_handbook: 1\ndocument_number: HB\ntitle: {{en: Handbook}}\nclauses:\n{clauses}"
    query = "mutation($source: String!) { importVersion(input: {source: $source}) { version { id } errors { code } } }"
    asked = {"query": query, "variables": {"source": source}}
    body = json.dumps(asked, ensure_ascii=True).encode()
    assert len(body) > 3_000_000
    answer = await client.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert answer.json()["data"]["importVersion"]["errors"] == []


async def test_nobody_is_told_to_sign_in(client: httpx.AsyncClient) -> None:
    for token in ("", "Bearer nonsense", "Basic eA==", "Bearer zhp_" + "0" * 32 + "_x"):
        answer = await post(client, "{ viewer { kind } }", {"authorization": token})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_document_is_sent_once_and_then_named(client: httpx.AsyncClient) -> None:
    query = "{ viewer { kind } }"
    sha = hashlib.sha256(query.encode()).hexdigest()
    unknown = await client.post("/graphql", json={"documentId": f"sha256:{sha}"})
    assert unknown.json()["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": sha}}
    assert (await client.post("/graphql", json={"query": query, "extensions": extensions})).json()["data"]
    assert (await client.post("/graphql", json={"documentId": f"sha256:{sha}"})).json()["data"]
    forged = await client.post("/graphql", json={"query": "{ viewer { language } }", "documentId": sha})
    assert forged.json()["errors"][0]["extensions"]["code"] == "BAD_DOCUMENT_ID"


async def test_a_change_sent_twice_under_one_key_happens_once(client: httpx.AsyncClient) -> None:
    mutation = 'mutation { createPost(input: {name: "Engineer"}) { post { id } errors { code } } }'
    key = {"idempotency-key": "step-1"}
    first, second = await post(client, mutation, key), await post(client, mutation, key)
    assert first.json()["data"] == second.json()["data"]
    assert first.json()["data"]["createPost"]["errors"] == []
    other = await post(client, mutation.replace("Engineer", "Clerk"), key)
    assert other.json()["data"]["createPost"]["errors"] == [{"code": "CONFLICT"}]
    without = await post(client, mutation)
    assert without.json()["data"]["createPost"]["errors"] == [{"code": "CONFLICT"}]


async def test_a_fault_of_ours_is_masked_with_a_number(client: httpx.AsyncClient, monkeypatch: Any) -> None:
    async def broken(*_: Any) -> bytes:
        raise ValueError("SELECT secret FROM inside")

    monkeypatch.setattr("api.reading.running.answer", broken)
    answer = await post(client, "{ viewer { kind } }")
    assert answer.status_code == 500
    error = answer.json()["errors"][0]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["id"] in error["message"]
    assert "secret" not in answer.text


async def test_text_that_postgresql_cannot_keep_is_refused(client: httpx.AsyncClient) -> None:
    answer = await post(
        client, "query($t: String) { members(filter: {name: {eq: $t}}) { totalCount } }", variables={"t": "a\0b"}
    )
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_TEXT"


def aliases(count: int) -> str:
    return "{ " + " ".join(f"a{number}: __typename" for number in range(count)) + " }"


ATTACKS = {
    "an alias longer than a name in PostgreSQL": "{ " + "a" * 64 + ": viewer { kind } }",
    "introspection many times": "{ " + " ".join(f"a{n}: __schema {{ types {{ name }} }}" for n in range(11)) + " }",
    "a forged cursor": '{ members(after: "WyJuYW1lIiwiYSIsNV0=") { nodes { name } } }',
    "a text with U+0000": '{ members(filter: {name: {contains: "a\\u0000"}}) { totalCount } }',
    "aliases": aliases(101),
    "directives": "{ viewer { kind " + "@include(if: true) " * 60 + "} }",
    "unknown directives": "{ viewer { kind " + "@aa " * 60 + "} }",
    "depth": "{ staff { nodes " + "{ superior " * 20 + "{ id }" + " }" * 20 + " } }",
    "a circle of fragments": "{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }",
    "duplicated fields": "{ viewer { " + "kind " * 1_200 + "} }",
    "breadth of pages": "{ staff(first: 100) { nodes { department { staff(first: 100) { nodes { name } } } } } }",
    "root fields": "{ " + " ".join(f"a{n}: clock {{ now }}" for n in range(25)) + " }",
    "a page of thousands": "{ members(first: 10000) { nodes { name } } }",
    "a deep value": "{ members(filter: {and: [" + "{and: [" * 60 + "]}" * 60 + "]}) { totalCount } }",
    "introspection in circles": "{ __schema { types { " + "fields { type { " * 7 + "name" + " } }" * 7 + " } } }",
    "many fragments": "{ viewer { kind } } " + " ".join(f"fragment F{n} on Viewer {{ kind }}" for n in range(60)),
    "overlapping fragments": "{ viewer { ...F0 } } "
    + " ".join(f"fragment F{n} on Viewer {{ ...F{n + 1} ...F{n + 1} }}" for n in range(20))
    + " fragment F20 on Viewer { kind }",
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_a_document_beyond_the_bounds_is_refused(client: httpx.AsyncClient, name: str) -> None:
    answer = await post(client, ATTACKS[name], MODERN)
    assert answer.status_code == 400, answer.text
    assert "data" not in answer.json()
    assert "Traceback" not in answer.text


async def test_suggestions_do_not_teach_the_schema_to_strangers(client: httpx.AsyncClient) -> None:
    answer = await post(client, "{ viewr { kind } }", {"authorization": ""})
    assert answer.status_code == 401
    assert "viewer" not in answer.text


async def test_a_get_reads_and_never_changes(client: httpx.AsyncClient) -> None:
    query = "query($id: ID!) { node(id: $id) { id } }"
    variables = '{"id": "00000000-0000-7000-8000-000000000000"}'
    read = await client.get("/graphql", params={"query": query, "variables": variables})
    assert (read.status_code, read.json()["data"]) == (200, {"node": None})
    change = 'mutation { createPost(input: {name: "Engineer"}) { post { id } } }'
    refused = await client.get("/graphql", params={"query": change})
    assert refused.status_code == 405
    assert "data" not in refused.json()
    assert (await client.get("/graphql")).status_code == 400


async def test_a_filter_holds_so_many_values_and_no_more(client: httpx.AsyncClient) -> None:
    query = "query($f: MemberFilter) { members(filter: $f) { totalCount } }"
    wide = {"or": [{"name": {"contains": "a"}}] * 100}
    answer = await post(client, query, MODERN, variables={"f": wide})
    assert answer.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_refused_documents_cost_too(client: httpx.AsyncClient) -> None:
    first = await post(client, "{ nothing }")
    second = await post(client, "{ nothing }")
    left = [int(answer.headers["ratelimit"].split("r=")[1]) for answer in (first, second)]
    assert left[0] < 50_000


async def test_one_operation_of_several_has_its_own_variables(client: httpx.AsyncClient) -> None:
    document = "query A($id: ID!) { staffMember(id: $id) { id } } query B { viewer { kind } }"
    answer = await post(client, document, operationName="B")
    assert answer.json()["data"] == {"viewer": {"kind": "MEMBER"}}


async def test_a_key_is_of_one_operation(client: httpx.AsyncClient) -> None:
    document = """mutation A { createPost(input: {name: "A"}) { post { name } errors { code } } }
      mutation B { createPost(input: {name: "B"}) { post { name } errors { code } } }"""
    first = await post(client, document, {"idempotency-key": "k"}, operationName="A")
    assert first.json()["data"]["createPost"]["post"] == {"name": "A"}
    other = await post(client, document, {"idempotency-key": "k"}, operationName="B")
    assert other.json()["data"]["createPost"]["errors"] == [{"code": "CONFLICT"}]


async def test_a_secret_in_a_first_answer_is_kept_sealed(client: httpx.AsyncClient, owner_url: str) -> None:
    mutation = 'mutation { createAccessToken(input: {name: "script"}) { secret } }'
    key = {"idempotency-key": "token"}
    first, second = await post(client, mutation, key), await post(client, mutation, key)
    secret = first.json()["data"]["createAccessToken"]["secret"]
    assert second.json()["data"]["createAccessToken"]["secret"] == secret
    connection = await asyncpg.connect(owner_url)
    try:
        kept = await connection.fetchval("SELECT string_agg(answer, '') FROM idempotency_keys")
    finally:
        await connection.close()
    assert secret not in kept
    # What stands behind the prefix and the company.
    assert secret[-43:] not in kept


async def test_a_fault_in_a_later_change_does_not_hide_an_earlier_one(client: httpx.AsyncClient) -> None:
    document = """mutation { one: createDepartment(input: {name: "One"}) { department { name } }
      two: createDepartment(input: {name: "Two"}) { department { staff(after: "junk") { nodes { id } } } }
      three: createDepartment(input: {name: "Three"}) { department { name } } }"""
    answer = (await post(client, document)).json()
    assert answer["data"]["one"]["department"] == {"name": "One"}
    assert answer["data"]["two"] is None
    assert answer["data"]["three"]["department"] == {"name": "Three"}
    assert answer["errors"][0]["path"] == ["two"]
    assert answer["errors"][0]["extensions"]["code"] == "BAD_CURSOR"


async def test_what_takes_too_long_is_stopped_and_says_so(
    client: httpx.AsyncClient, app_url: str, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = Database(app_url, 1, most_seconds=1)
    await impatient.open()
    monkeypatch.setattr(database, "_pool", impatient.pool)
    behind = await asyncpg.connect(owner_url)
    try:
        async with behind.transaction():
            await behind.execute("LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")
            answer = await post(client, "{ customers(first: 1) { nodes { id } } }")
    finally:
        await behind.close()
        await impatient.close()
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "TIMEOUT"
    assert "Nothing was changed" in error["message"]


async def test_a_token_revoked_by_a_mutation_does_nothing_more_in_the_same_document(client: httpx.AsyncClient) -> None:
    asked = await post(client, "{ viewer { member { accessTokens { id } } } }")
    token = asked.json()["data"]["viewer"]["member"]["accessTokens"][0]["id"]
    document = """mutation($token: ID!) {
      before: createPost(input: {name: "Before"}) { post { name } errors { code } }
      revokeAccessToken(input: {tokenId: $token}) { errors { code } }
      after: createPost(input: {name: "After"}) { post { name } errors { code } }
      later: createPost(input: {name: "Later"}) { post { name } errors { code } } }"""
    body = (await post(client, document, variables={"token": token})).json()
    assert body["data"] == {
        "before": {"post": {"name": "Before"}, "errors": []},
        "revokeAccessToken": {"errors": []},
        "after": None,
        "later": None,
    }
    assert [(error["path"], error["extensions"]["code"]) for error in body["errors"]] == [
        (["after"], "UNAUTHENTICATED"),
        (["later"], "UNAUTHENTICATED"),
    ]
    assert (await post(client, "{ viewer { kind } }")).status_code == 401


async def test_a_permission_taken_by_a_mutation_is_missing_in_the_rest_of_the_document(
    client: httpx.AsyncClient,
) -> None:
    words = ["organisation.manage", "organisation.read", "access.manage"]
    create_role = """mutation($words: [String!]!) {
      createRole(input: {name: "keeper", permissions: $words}) { role { id } } }"""
    role = (await post(client, create_role, variables={"words": words})).json()["data"]["createRole"]["role"]["id"]
    create_member = """mutation($role: ID!) { createMember(input: {name: "Bo", email: "bo@example.com", language: EN,
      roleIds: [$role]}) { member { id } } }"""
    made = (await post(client, create_member, variables={"role": role})).json()["data"]["createMember"]["member"]["id"]
    create_token = 'mutation($id: ID!) { createAccessToken(input: {name: "t", memberId: $id}) { secret } }'
    token = (await post(client, create_token, variables={"id": made})).json()["data"]["createAccessToken"]["secret"]
    document = """mutation($role: ID!) {
      allowed: createPost(input: {name: "Allowed"}) { post { name } errors { code } }
      changeRole(input: {roleId: $role, name: "keeper", permissions: ["organisation.read", "access.manage"]}) {
        errors { code } }
      refused: createPost(input: {name: "Refused"}) { post { name } errors { code } } }"""
    body = (await post(client, document, {"authorization": f"Bearer {token}"}, variables={"role": role})).json()
    assert body["data"] == {
        "allowed": {"post": {"name": "Allowed"}, "errors": []},
        "changeRole": {"errors": []},
        "refused": {"post": None, "errors": [{"code": "FORBIDDEN"}]},
    }
