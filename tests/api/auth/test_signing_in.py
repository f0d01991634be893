"""A person signs in and out in a browser; what another site sends through it is refused."""

from uuid import uuid4

import httpx
import pytest

from api.auth import cookies
from api.auth.authentication import authenticate
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.config import settings
from tenancy.database import writing
from tenancy.identity import people, tokens
from tenancy.identity.actors import ACTORS, Remembered, actor_for
from tenancy.identity.attempts import MOST_WRONG
from tenancy.refusals import Forbidden, Unauthenticated

PASSWORD = "correct horse"
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def email(acme: Actor) -> str:
    """The address of a member who may sign in."""
    address = f"{uuid4()}@example.com"
    async with writing(acme, settle=settle) as work:
        await people.create_member(work, name="Li Na", email=address, language="en", password=PASSWORD)
    return address


async def sign_in(browser: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await browser.post("/auth/sign-in", json={"email": email, "password": password}, headers=SAME)


async def test_a_person_signs_in_is_known_and_signs_out(browser: httpx.AsyncClient, acme: Actor, email: str) -> None:
    answer = await sign_in(browser, email)
    assert answer.status_code == 200
    assert set(answer.json()) == {"company", "memberId", "expiresAt"}
    assert answer.headers["cache-control"] == "no-store"
    who = await browser.get("/who")
    assert who.json()["tenant"] == str(acme.tenant_id)
    assert who.json()["id"] == answer.json()["memberId"]
    kept = browser.cookies[cookies.session_cookie_name()]
    assert (await browser.post("/auth/sign-out", headers=SAME)).status_code == 204
    assert cookies.session_cookie_name() not in browser.cookies
    assert (await browser.get("/who")).status_code == 401
    # Whoever copied the cookie has nothing either: here at once, elsewhere once no process remembers it any more.
    for remembered in (ACTORS, Remembered()):
        with pytest.raises(Unauthenticated):
            await actor_for(None, kept, None, remembered=remembered)


async def test_the_session_is_out_of_reach_of_scripts_and_of_other_sites(
    browser: httpx.AsyncClient, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for url, name in (("http://127.0.0.1:8000", "zhidu="), ("https://zhidu.example", "__Host-zhidu=")):
        monkeypatch.setattr(settings(), "public_url", url)
        answer = await sign_in(browser, email)
        session, device = answer.headers.get_list("set-cookie")
        assert session.startswith(name)
        for cookie in (session, device):
            words = {word.strip().lower() for word in cookie.split(";")}
            assert {"httponly", "samesite=lax", "path=/"} <= words
            assert ("secure" in words) is url.startswith("https")
            assert not any(word.startswith("domain") for word in words)


async def test_signing_in_again_ends_the_session_before(browser: httpx.AsyncClient, email: str) -> None:
    await sign_in(browser, email)
    before = browser.cookies[cookies.session_cookie_name()]
    await sign_in(browser, email)
    async with httpx.AsyncClient(transport=browser._transport, base_url=browser.base_url) as other:
        answer = await other.get("/who", headers={"Cookie": f"{cookies.session_cookie_name()}={before}"})
    assert answer.status_code == 401


async def test_unknown_and_known_are_refused_alike(browser: httpx.AsyncClient, email: str) -> None:
    known = await sign_in(browser, email, "wrong horse")
    unknown = await sign_in(browser, f"{uuid4()}@example.com", "wrong horse")
    assert known.status_code == unknown.status_code == 401
    assert known.content == unknown.content
    assert known.json()["errors"][0]["code"] == "SIGN_IN_REFUSED"
    assert known.headers == unknown.headers


async def test_after_too_many_tries_the_answer_says_how_long_to_wait(browser: httpx.AsyncClient) -> None:
    email = f"{uuid4()}@example.com"
    for _ in range(MOST_WRONG):
        assert (await sign_in(browser, email)).status_code == 401
    answer = await sign_in(browser, email)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"email=a&password=b", "application/x-www-form-urlencoded"),
        (b'{"email": "a@example.com", "password": "b"}', "text/plain"),
        (b"[]", "application/json"),
        (b"{", "application/json"),
        (b"\xff", "application/json"),
        (b"{}", "application/json"),
        (b'{"email": 1, "password": ["x"]}', "application/json"),
        (b'{"email": "a@example.com", "password": ""}', "application/json"),
        (b'{"email": "a@example.com", "password": "\\ud800"}', "application/json"),
        (b'{"email": "a@example.com", "password": "x", "company": 7}', "application/json"),
        (b'{"email": "' + b"a" * 20_000 + b'"}', "application/json"),
    ],
)
async def test_other_content_is_refused_with_a_reason(browser: httpx.AsyncClient, content: bytes, kind: str) -> None:
    answer = await browser.post("/auth/sign-in", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "INVALID"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8000"}, 403),
        ({"Origin": "http://127.0.0.1:8000"}, 200),
        ({"Origin": "http://zhidu.local:8000", "Host": "zhidu.local:8000"}, 200),
        ({"Origin": "https://example.com"}, 403),
        ({"Origin": "http://127.0.0.1:8001"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_what_is_written_by_a_cookie_comes_from_our_own_pages(
    browser: httpx.AsyncClient, email: str, headers: dict[str, str], status: int
) -> None:
    await sign_in(browser, email)
    answer = await browser.post("/who", headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["errors"][0]["code"] == "CROSS_SITE"
    assert (await browser.get("/who", headers=headers)).status_code == 200
    assert (await browser.post("/auth/sign-out", headers=headers)).status_code == (204 if status == 200 else 403)


async def test_a_live_connection_by_cookie_comes_from_our_own_pages_too(
    browser: httpx.AsyncClient, acme: Actor, email: str
) -> None:
    await sign_in(browser, email)
    cookie = f"{cookies.session_cookie_name()}={browser.cookies[cookies.session_cookie_name()]}".encode()
    headers = [(b"cookie", cookie), (b"host", b"127.0.0.1:8000")]
    with pytest.raises(Forbidden):
        await authenticate({"type": "websocket", "headers": [*headers, (b"origin", b"https://example.com")]})
    actor = await authenticate({"type": "websocket", "headers": [*headers, (b"origin", b"http://127.0.0.1:8000")]})
    assert actor.tenant_id == acme.tenant_id


async def test_a_token_needs_no_origin(browser: httpx.AsyncClient, acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        _, token = await tokens.create_access_token(work, name="cli", scopes=["requests.read"])
    headers = {"Authorization": f"Bearer {token}", "Sec-Fetch-Site": "cross-site"}
    assert (await browser.post("/who", headers=headers)).json()["permissions"] == ["requests.read"]


async def test_another_site_signs_nobody_in(browser: httpx.AsyncClient, email: str) -> None:
    body = {"email": email, "password": PASSWORD}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://example.com"}):
        assert (await browser.post("/auth/sign-in", json=body, headers=headers)).status_code == 403
    assert (await browser.post("/auth/sign-in", json=body)).status_code == 200


async def test_a_password_is_changed_and_every_session_ends(browser: httpx.AsyncClient, email: str) -> None:
    await sign_in(browser, email)
    for body, status in (
        ({"currentPassword": "wrong horse", "password": "a new password"}, 422),
        ({"currentPassword": PASSWORD, "password": "short"}, 422),
        ({"currentPassword": PASSWORD, "password": "a new password"}, 204),
    ):
        answer = await browser.post("/auth/change-password", json=body, headers=SAME)
        assert answer.status_code == status
    assert (await browser.get("/who")).status_code == 401
    assert (await sign_in(browser, email)).status_code == 401
    assert (await sign_in(browser, email, "a new password")).status_code == 200


async def test_nobody_is_told_how_to_come_in(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/who", headers={"Accept-Language": "zh-CN"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["errors"][0]["code"] == "UNAUTHENTICATED"
    assert (await browser.post("/auth/change-password", json={})).status_code == 401
