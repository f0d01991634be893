"""What a caller gave and cannot be taken is told in the caller's language, with its place, and without repeating it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from api.app import Door
from api.auth.routes import ROUTES
from api.endpoint import MOST_BYTES, Endpoint, sees
from api.live import Live
from api.schema.subscriptions import LIVE_SCHEMA
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.config import settings
from tenancy.database import writing
from tenancy.identity import tokens
from tenancy.members import Member
from tests.conftest import found_company


@dataclass
class People:
    """One company's administrator in each language."""

    client: httpx.AsyncClient
    tokens: dict[str, str]

    async def ask(self, language: str, query: str, **variables: Any) -> Any:
        """The whole answer to somebody who reads a language."""
        headers = {"authorization": f"Bearer {self.tokens[language]}"}
        answer = await self.client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        return answer.json()

    async def error(self, language: str, query: str, **variables: Any) -> Any:
        """The only error of an answer."""
        (error,) = (await self.ask(language, query, **variables))["errors"]
        return error


async def token_of_a_reader(language: str) -> str:
    """The token of a company's administrator who reads a language."""
    actor: Actor = await found_company()
    async with writing(actor, settle=settle) as work:
        (await work.get(Member, actor.id)).language = language  # type: ignore[arg-type]  # a member's
        _, token = await tokens.create_access_token(work, name="script")
    return token


@pytest.fixture
async def people(pool: None) -> AsyncIterator[People]:
    """Somebody for each language."""
    known = {language: await token_of_a_reader(language) for language in ("en", "zh_Hans", "zh_Hant")}
    app = Door(Endpoint(), Live(LIVE_SCHEMA, sees), Starlette(routes=ROUTES))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://zhidu") as client:
        yield People(client, known)


MEMBER = "query($id: ID!) { member(id: $id) { name } }"
TOKEN = "mutation($i: CreateAccessTokenInput!) { createAccessToken(input: $i) { secret } }"
REFUSED: dict[str, tuple[str, dict[str, Any], str, list[str] | None]] = {
    "a text for an id": (MEMBER, {"id": "a3"}, "BAD_ID", ["id"]),
    "a number for an id": (MEMBER, {"id": 7}, "BAD_ID", ["id"]),
    "an id in braces": (MEMBER, {"id": "{00000000-0000-7000-8000-000000000000}"}, "BAD_ID", ["id"]),
    "an id in the document": ('{ member(id: "a3") { name } }', {}, "BAD_ID", None),
    "an id among several": (
        "mutation($i: SetRolesInput!) { setRoles(input: $i) { errors { code } } }",
        {"i": {"memberId": "00000000-0000-7000-8000-000000000000", "roleIds": ["x"]}},
        "BAD_ID",
        ["i", "roleIds", "0"],
    ),
    "a day for an instant": (TOKEN, {"i": {"name": "x", "expiresAt": "2027-01-01"}}, "INVALID", ["i", "expiresAt"]),
    "a text for a number": ("query($n: Int) { members(first: $n) { totalCount } }", {"n": "3"}, "INVALID", ["n"]),
    "a number for a text": (TOKEN, {"i": {"name": 3}}, "INVALID", ["i", "name"]),
    "an unknown word": (
        "query($o: MemberOrder!) { members(order: $o) { totalCount } }",
        {"o": "SIZE"},
        "INVALID",
        ["o"],
    ),
    "a number in the document": ("{ members(first: true) { totalCount } }", {}, "INVALID", None),
    "nothing for an id": (MEMBER, {}, "INVALID", ["id"]),
    "null for an id": (MEMBER, {"id": None}, "INVALID", ["id"]),
    "no name": (TOKEN, {"i": {}}, "INVALID", ["i", "name"]),
    "null for a name": (TOKEN, {"i": {"name": None}}, "INVALID", ["i", "name"]),
    "an unknown field": (TOKEN, {"i": {"name": "x", "nick": "y"}}, "INVALID", ["i", "nick"]),
    "too large a number": (
        "query($n: Int) { members(first: $n) { totalCount } }",
        {"n": int("9" * 15)},
        "INVALID",
        ["n"],
    ),
    "too large a number in the document": ("{ members(first: " + "9" * 40 + ") { totalCount } }", {}, "INVALID", None),
    "too many tokens": ("{ " + "viewer { kind } " * 300 + "}", {}, "LIMIT_EXCEEDED", None),
    "two sizes": ("{ members(first: 1, last: 1) { totalCount } }", {}, "BAD_PAGE", None),
    "too large a page": ("{ members(first: 1000) { totalCount } }", {}, "BAD_PAGE", None),
    "no cursor": ('{ members(after: "x") { nodes { name } } }', {}, "BAD_CURSOR", None),
    "too many levels": (
        "{ staff { nodes " + "{ superior " * 20 + "{ id }" + " }" * 20 + " } }",
        {},
        "LIMIT_EXCEEDED",
        None,
    ),
    "U+0000": ('{ members(filter: {name: {eq: "\\u0000"}}) { totalCount } }', {}, "BAD_TEXT", None),
    "no operation": ("query A { viewer { kind } } query B { viewer { kind } }", {}, "BAD_REQUEST", None),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_a_refusal_is_a_sentence_in_the_reader_s_language(people: People, what: str) -> None:
    query, variables, code, place = REFUSED[what]
    told = {language: await people.error(language, query, **variables) for language in people.tokens}
    assert {error["extensions"]["code"] for error in told.values()} == {code}
    assert len({error["message"] for error in told.values()}) == 3, told
    assert {language for language, error in told.items() if error["message"].isascii()} <= {"en"}
    if place is not None:
        assert told["en"]["extensions"]["inputPath"] == place


async def test_a_permission_that_is_missing_is_named_in_the_reader_s_language(people: People, acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        (await work.get(Member, acme.id)).language = "zh_Hans"  # type: ignore[arg-type]  # a member's
        _, people.tokens["clerk"] = await tokens.create_access_token(work, name="script", scopes=["requests.read"])
    error = await people.error("clerk", "{ members { totalCount } }")
    assert error["extensions"] == {"code": "FORBIDDEN", "permission": "members.read"}
    assert error["path"] == ["members"]
    assert "members.read" in error["message"]
    assert not error["message"].isascii()


async def test_what_is_missing_is_named_and_no_none_is_spoken_of(people: People) -> None:
    for variables in ({}, {"i": None}):
        error = await people.error("en", TOKEN, **variables)
        assert error["message"] == "“i” is needed and was not given."


async def test_a_word_that_is_unknown_is_answered_with_those_that_there_are(people: People) -> None:
    for query, variables in (
        ("query($o: MemberOrder!) { members(order: $o) { totalCount } }", {"o": "SIZE"}),
        ("{ members(order: SIZE) { totalCount } }", {}),
    ):
        error = await people.error("en", query, **variables)
        assert error["message"] == "“SIZE” is none of the words of the type MemberOrder: NAME, NEWEST."


BODIES: dict[str, tuple[bytes, int, str]] = {
    "no JSON": (b"{", 400, "BAD_JSON"),
    "half of a pair": (b'{"query": "{ x }", "variables": {"a": "\\ud800"}}', 400, "BAD_TEXT"),
    "U+0000": (b'{"query": "{ x }", "variables": {"a": "\\u0000"}}', 400, "BAD_TEXT"),
    "a list": (b"[]", 400, "BAD_REQUEST"),
    "nothing asked": (b"{}", 400, "BAD_REQUEST"),
    "a number for a name": (b'{"query": "{ x }", "operationName": 7}', 400, "BAD_REQUEST"),
    "a list of variables": (b'{"query": "{ x }", "variables": []}', 400, "BAD_REQUEST"),
    "too long": (b'"' + b"x" * MOST_BYTES, 413, "TOO_LARGE"),
    "another document": (
        b'{"query": "{ x }", "extensions": {"persistedQuery": {"sha256Hash": "x"}}}',
        400,
        "BAD_DOCUMENT_ID",
    ),
}


@pytest.mark.parametrize("what", BODIES)
async def test_a_body_that_cannot_be_taken_is_told_in_the_language_of_who_sends_it(people: People, what: str) -> None:
    body, status, code = BODIES[what]
    told = {}
    json = {"content-type": "application/json"}
    for language, token in people.tokens.items():
        headers = {**json, "authorization": f"Bearer {token}"}
        answer = await people.client.post("/graphql", content=body, headers=headers)
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["extensions"]["code"]) == (status, code)
        told[language] = error["message"]
    assert len(set(told.values())) == 3, told
    assert told["en"].isascii()
    # Of somebody whom nobody knows, the header alone speaks.
    anonymous = await people.client.post("/graphql", content=body, headers={**json, "accept-language": "zh-TW"})
    if anonymous.status_code != 401:
        assert anonymous.json()["errors"][0]["message"] == told["zh_Hant"]


async def test_whoever_runs_the_installation_is_answered_in_the_language_that_they_accept(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIDU_OPERATOR_TOKEN", "operator")
    settings.cache_clear()
    try:
        query = """mutation { issueAdministratorToken(
          input: {slug: "no-such-company", administratorEmail: "a@b.example"}) { errors { message } } }"""
        headers = {"authorization": "Bearer operator", "accept-language": "zh-TW"}
        answer = await people.client.post("/graphql", json={"query": query}, headers=headers)
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    [error] = answer.json()["data"]["issueAdministratorToken"]["errors"]
    assert not error["message"].isascii()


LONG = "x" * 5_000


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (MEMBER, {"id": LONG}),
        (MEMBER, {"id": [LONG]}),
        (f'{{ member(id: "{LONG}") {{ name }} }}', {}),
        (TOKEN, {"i": {"name": "x", "expiresAt": LONG}}),
        (TOKEN, {"i": {"name": {"first": LONG}}}),
        (TOKEN, {"i": {"name": "x", LONG: 1}}),
        (TOKEN, {"i": LONG}),
        ("query($o: MemberOrder!) { members(order: $o) { totalCount } }", {"o": LONG}),
        (f"{{ members(order: {LONG}) {{ totalCount }} }}", {}),
        (f'{{ members(first: "{LONG}") {{ totalCount }} }}', {}),
        (f"{{ {LONG} }}", {}),
        (f"{{ viewer(by: {LONG}) {{ kind }} }}", {}),
        (f"{{ viewer {{ kind }} }} {LONG}", {}),
        (f'{{ members(after: "{LONG}") {{ nodes {{ name }} }} }}', {}),
    ],
)
async def test_what_was_sent_is_not_sent_back_at_length(people: People, query: str, variables: Any) -> None:
    for error in (await people.ask("en", query, **variables))["errors"]:
        assert len(error["message"]) < 400
        if error["extensions"]["code"] != "BAD_REQUEST":
            assert "x" * 61 not in error["message"]


async def test_nobody_is_told_to_sign_in_in_the_language_that_their_browser_asks_for(people: People) -> None:
    said = {}
    for language in ("en", "zh-CN", "zh-TW"):
        answer = await people.client.post("/graphql", json={"query": "{ x }"}, headers={"accept-language": language})
        assert answer.status_code == 401
        said[language] = answer.json()["errors"][0]["message"]
    assert len(set(said.values())) == 3


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2027",
            "2027-01",
            "20270101",
            "2027-01-01",
            "2027-01-01T00:00:00",
            "2027-01-01 00:00:00Z",
            "2027-W01-1T00:00Z",
        ),
        *("２０２７-01-01T00:00:00Z", "2027-01-01T00:00:00,5Z", "2027-01-01T00:00:00+0800", "2027-02-30T00:00:00Z"),
        *(" 2027-01-01T00:00:00Z", "2027-01-01T24:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    ],
)
async def test_an_instant_is_written_in_one_form_and_exists(people: People, text: str) -> None:
    error = await people.error("en", TOKEN, i={"name": "x", "expiresAt": text})
    assert error["extensions"]["code"] == "INVALID"


@pytest.mark.parametrize(
    "text",
    ["2027-01-01T00:00Z", "2027-01-01T00:00:00.123456789Z", "2027-01-01T08:00:00+08:00", "2027-01-01T00:00:00.5Z"],
)
async def test_an_instant_has_an_offset(people: People, text: str) -> None:
    assert (await people.ask("en", TOKEN, i={"name": text, "expiresAt": text}))["data"]["createAccessToken"]["secret"]


@pytest.mark.parametrize(
    "text", ["20270101", "2027-1-1", "2027-W01-1", "２０２７-01-01", "2027-02-30", "2027-01-01T00:00Z"]
)
async def test_a_day_is_written_in_one_form_and_exists(people: People, text: str) -> None:
    error = await people.error("en", "query($d: Date) { staff(filter: {hiredOn: {eq: $d}}) { totalCount } }", d=text)
    assert error["extensions"]["code"] == "INVALID"
