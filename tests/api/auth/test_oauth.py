"""A partner's program gets a token by its secret, uses it, ends it; clause by clause of the RFCs that bear on it."""

import base64
from uuid import uuid4

import httpx
import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from joserfc import jwt
from joserfc.jwk import KeySet

from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.config import settings
from tenancy.database import writing
from tenancy.identity import clients

GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
async def client(acme: Actor) -> tuple[str, str]:
    """The id and the secret of a partner's program."""
    return await register(acme)


async def register(company: Actor) -> tuple[str, str]:
    async with writing(company, settle=settle) as work:
        _, client_id, secret = await clients.create_client(
            work, name=f"erp {uuid4()}", scopes=["requests.read", "billing.read"]
        )
    return client_id, secret


async def token_of(browser: httpx.AsyncClient, client: tuple[str, str]) -> str:
    answer = await browser.post("/oauth/token", data=GRANT, auth=client)
    assert answer.status_code == 200
    return str(answer.json()["access_token"])


async def who(browser: httpx.AsyncClient, token: str) -> httpx.Response:
    return await browser.post("/who", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("basic", [True, False])
async def test_a_program_gets_a_token_by_its_secret(
    browser: httpx.AsyncClient, acme: Actor, client: tuple[str, str], basic: bool
) -> None:
    form = GRANT if basic else {**GRANT, "client_id": client[0], "client_secret": client[1]}
    answer = await browser.post("/oauth/token", data=form, auth=client if basic else None)
    assert answer.status_code == 200
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    found = answer.json()
    token = found.pop("access_token")
    assert found == {"token_type": "Bearer", "expires_in": 1800, "scope": "billing.read requests.read"}
    answer = await who(browser, token)
    assert answer.json()["tenant"] == str(acme.tenant_id)
    assert answer.json()["permissions"] == ["billing.read", "requests.read"]


async def test_a_program_may_ask_for_less_and_not_for_more(browser: httpx.AsyncClient, client: tuple[str, str]) -> None:
    answer = await browser.post("/oauth/token", data={**GRANT, "scope": "billing.read"}, auth=client)
    assert answer.json()["scope"] == "billing.read"
    assert (await who(browser, answer.json()["access_token"])).json()["permissions"] == ["billing.read"]
    answer = await browser.post("/oauth/token", data={**GRANT, "scope": "billing.read people.manage"}, auth=client)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


async def test_a_token_is_what_rfc_9068_says_and_our_keys_prove_it(
    browser: httpx.AsyncClient, acme: Actor, client: tuple[str, str]
) -> None:
    token = await token_of(browser, client)
    keys = KeySet.import_key_set((await browser.get("/oauth/jwks.json")).json())
    read = jwt.decode(token, keys, algorithms=["ES256"])
    assert (read.header["typ"], read.header["alg"]) == ("at+jwt", "ES256")
    assert {"iss", "exp", "aud", "sub", "client_id", "iat", "jti", "scope", "tid"} == set(read.claims)
    assert read.claims["iss"] == settings().public_url
    assert read.claims["sub"] == read.claims["client_id"] == client[0]
    assert read.claims["tid"] == str(acme.tenant_id)


async def test_no_secret_half_is_published(browser: httpx.AsyncClient) -> None:
    for key in (await browser.get("/oauth/jwks.json")).json()["keys"]:
        assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


async def test_the_metadata_is_what_rfc_8414_says(browser: httpx.AsyncClient) -> None:
    found = (await browser.get("/.well-known/oauth-authorization-server")).json()
    assert found["issuer"] == settings().public_url
    assert found["grant_types_supported"] == ["client_credentials"]
    for name in ("token_endpoint", "revocation_endpoint", "introspection_endpoint"):
        assert (await browser.post(found[name])).status_code == 400
    described = AuthorizationServerMetadata({**found, "issuer": "https://zhidu.example"})
    for name in ("issuer", "scopes_supported", "grant_types_supported", "token_endpoint_auth_methods_supported"):
        getattr(described, f"validate_{name}")()


async def test_whoever_does_not_show_the_secret_is_answered_alike(
    browser: httpx.AsyncClient, client: tuple[str, str], globex: Actor
) -> None:
    other_id, other_secret = await register(globex)
    answers = [
        await browser.post("/oauth/token", data=GRANT, auth=auth)
        for auth in (
            (client[0], "zhk_wrong"),
            (client[0], other_secret),
            (other_id, client[1]),
            ("zhc_unknown", client[1]),
            (client[0][:36] + other_id[36:], client[1]),
            (client[0].replace(client[0][4:36], uuid4().hex), client[1]),
            (client[0], ""),
            ("", ""),
        )
    ]
    answers.append(await browser.post("/oauth/token", data=GRANT))
    answers.append(await browser.post("/oauth/token", data={**GRANT, "client_id": client[0]}))
    answers.append(await browser.post("/oauth/token", data=GRANT, headers={"Authorization": "Basic !!!"}))
    not_utf8 = base64.b64encode(b"\xff:\xff").decode()
    answers.append(await browser.post("/oauth/token", data=GRANT, headers={"Authorization": f"Basic {not_utf8}"}))
    assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}
    assert answers[0].json()["error"] == "invalid_client"
    assert answers[0].headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    ("content", "kind", "error"),
    [
        ("", "application/x-www-form-urlencoded", "unsupported_grant_type"),
        ("grant_type=password&username=a&password=b", "application/x-www-form-urlencoded", "unsupported_grant_type"),
        ("grant_type=authorization_code&code=x", "application/x-www-form-urlencoded", "unsupported_grant_type"),
        ("grant_type=client_credentials", "application/json", "invalid_request"),
        ("grant_type=client_credentials", "", "invalid_request"),
        (
            "grant_type=client_credentials&grant_type=client_credentials",
            "application/x-www-form-urlencoded",
            "invalid_request",
        ),
        (
            "grant_type=client_credentials&client_id=x&client_secret=y",
            "application/x-www-form-urlencoded",
            "invalid_request",
        ),
        ("&".join(f"f{n}=1" for n in range(50)), "application/x-www-form-urlencoded", "invalid_request"),
        ("grant_type=%ff", "application/x-www-form-urlencoded", "invalid_request"),
    ],
)
async def test_other_requests_are_refused_as_rfc_6749_says(
    browser: httpx.AsyncClient, client: tuple[str, str], content: str, kind: str, error: str
) -> None:
    answer = await browser.post("/oauth/token", content=content, headers={"Content-Type": kind}, auth=client)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["cache-control"] == "no-store"


async def test_tokens_are_not_given_over_an_open_line(
    browser: httpx.AsyncClient, client: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "public_url", "http://zhidu.example")
    answer = await browser.post("/oauth/token", data=GRANT, auth=client)
    assert (answer.status_code, answer.json()["error"]) == (400, "insecure_transport")


async def test_a_client_ends_its_token_and_no_other_client_does(
    browser: httpx.AsyncClient, acme: Actor, globex: Actor, client: tuple[str, str]
) -> None:
    token = await token_of(browser, client)
    for stranger in (await register(acme), await register(globex)):
        answer = await browser.post("/oauth/revoke", data={"token": token}, auth=stranger)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert (await browser.post("/oauth/revoke", data={"token": token})).status_code == 401
    assert (await browser.post("/oauth/revoke", data={}, auth=client)).json()["error"] == "invalid_request"
    assert (await browser.post("/oauth/revoke", data={"token": "unknown"}, auth=client)).status_code == 200
    for _ in range(2):
        form = {"token": token, "token_type_hint": "access_token"}
        assert (await browser.post("/oauth/revoke", data=form, auth=client)).status_code == 200
    assert (await who(browser, token)).status_code == 401


async def test_a_client_asks_about_its_own_tokens_only(
    browser: httpx.AsyncClient, globex: Actor, client: tuple[str, str]
) -> None:
    token = await token_of(browser, client)
    answer = await browser.post("/oauth/introspect", data={"token": token}, auth=client)
    assert answer.json()["active"] is True
    assert answer.json()["scope"] == "billing.read requests.read"
    inactive = [
        await browser.post("/oauth/introspect", data={"token": token}, auth=await register(globex)),
        await browser.post("/oauth/introspect", data={"token": "unknown"}, auth=client),
    ]
    await browser.post("/oauth/revoke", data={"token": token}, auth=client)
    inactive.append(await browser.post("/oauth/introspect", data={"token": token}, auth=client))
    assert {answer.content for answer in inactive} == {b'{"active":false}'}
    assert (await browser.post("/oauth/introspect", data={"token": token})).status_code == 401


async def test_a_disabled_client_gets_no_token_and_its_tokens_end(
    browser: httpx.AsyncClient, acme: Actor, client: tuple[str, str]
) -> None:
    token = await token_of(browser, client)
    async with writing(acme, settle=settle) as work:
        rows = await work.sql("SELECT id FROM oauth_clients")
        await clients.disable_client(work, client_id=rows[0]["id"])
    assert (await browser.post("/oauth/token", data=GRANT, auth=client)).status_code == 401
    assert (await who(browser, token)).status_code == 401


async def test_no_token_is_written_into_a_log(
    browser: httpx.AsyncClient, client: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        token = await token_of(browser, client)
    assert token not in caplog.text
    assert client[1] not in caplog.text
