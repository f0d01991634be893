"""Letting people and programs in by GraphQL; the viewer; the journal; a second company that sees none of it."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from domain.consequences import settle
from domain.organisation import commands as organisation
from tenancy.actor import Actor, ActorKind
from tenancy.database import reading, writing
from tenancy.identity import accounts, people, sessions
from tests.workers.facts import found_rehearsal

CREATE = """mutation($input: CreateMemberInput!) { createMember(input: $input) {
  member { id name roles { name permissions } accessTokens { id } } errors { code path message } } }"""


async def test_a_member_gets_a_role_and_a_token_shown_once(ask, acme: Actor, globex: Actor) -> None:
    role = await ask(
        acme,
        """mutation { createRole(input: {name: "clerk", permissions: ["requests.read"]}) {
          role { id } errors { code } } }""",
    )
    created = await ask(
        acme,
        CREATE,
        input={
            "name": "Bo",
            "email": "bo@example.com",
            "language": "EN",
            "roleIds": [role["createRole"]["role"]["id"]],
        },
    )
    member = created["createMember"]["member"]
    assert member["roles"] == [{"name": "clerk", "permissions": ["requests.read"]}]
    token = await ask(
        acme,
        """mutation($id: ID!) { createAccessToken(input: {name: "script", memberId: $id}) {
          accessToken { name scopes } secret errors { code } } }""",
        id=member["id"],
    )
    assert token["createAccessToken"]["secret"].startswith("zhp_")
    query = "{ members(order: NEWEST) { totalCount nodes { name accessTokens { name } } } roles { totalCount } }"
    found = await ask(acme, query)
    assert found["members"]["nodes"][0] == {"name": "Bo", "accessTokens": [{"name": "script"}]}
    assert (await ask(globex, query))["members"]["totalCount"] == 1


async def test_the_viewer_knows_who_and_where_they_are(ask, acme: Actor) -> None:
    found = await ask(
        acme, "{ viewer { kind permissions language member { name } staff { id } tenant { name status rehearsal } } }"
    )
    viewer = found["viewer"]
    assert (viewer["kind"], viewer["member"], viewer["staff"]) == ("MEMBER", {"name": "Admin"}, None)
    assert viewer["tenant"] == {"name": "Acme", "status": "ACTIVE", "rehearsal": False}
    assert "requests.submit" in viewer["permissions"]


async def test_the_journal_tells_who_did_what(ask, acme: Actor) -> None:
    await ask(acme, 'mutation { createPost(input: {name: "Engineer"}) { post { id } } }')
    found = await ask(
        acme,
        """{ journal(filter: {name: {eq: "organisation.post_created"}}) {
          nodes { name changes actorKind member { name } } } }""",
    )
    entry = found["journal"]["nodes"][0]
    assert entry["changes"]["name"] == [None, "Engineer"]
    assert (entry["actorKind"], entry["member"]) == ("MEMBER", {"name": "Admin"})


async def test_only_the_operator_creates_companies(ask, acme: Actor) -> None:
    refused = await ask(
        acme,
        """mutation { createTenant(input: {slug: "new-one", name: "New", zone: "UTC", language: EN,
          administratorName: "A", administratorEmail: "a@example.com"}) { tenantId errors { code message } } }""",
    )
    assert refused["createTenant"]["tenantId"] is None
    assert refused["createTenant"]["errors"][0]["code"] == "FORBIDDEN"


async def test_the_clock_of_an_ordinary_company_is_not_advanced(ask, acme: Actor) -> None:
    refused = await ask(
        acme, 'mutation { advanceClock(input: {to: "2030-01-01T00:00:00Z"}) { targetAt errors { code } } }'
    )
    assert refused["advanceClock"] == {"targetAt": None, "errors": [{"code": "NOT_A_REHEARSAL"}]}


UNKNOWN = {
    "createRole": 'createRole(input: {name: "x", permissions: ["requests.read", "requests.raed"]})',
    "changeRole": 'changeRole(input: {roleId: "%s", name: "x", permissions: ["requests.read", "requests.raed"]})',
    "createClient": 'createClient(input: {name: "x", scopes: ["requests.read", "requests.raed"]})',
    "createAccessToken": 'createAccessToken(input: {name: "x", scopes: ["requests.read", "requests.raed"]})',
}


@pytest.mark.parametrize("name", UNKNOWN)
async def test_a_permission_that_does_not_exist_is_named_with_its_place(ask, acme: Actor, name: str) -> None:
    call = UNKNOWN[name].replace("%s", str(uuid4()))
    answer = (await ask(acme, f"mutation {{ {call} {{ errors {{ code path message }} }} }}"))[name]
    place = "permissions" if "Role" in name else "scopes"
    assert [(error["code"], error["path"]) for error in answer["errors"]] == [("INVALID", [place, "1"])]
    assert "requests.raed" in answer["errors"][0]["message"]


ME = """{ viewer { member { id name email roles { name } accessTokens { name } }
  staff { id name member { name } department { name } } } }"""


async def a_clerk(admin: Actor, *permissions: str) -> Actor:
    """One of the staff, in one role."""
    async with writing(admin, settle=settle) as work:
        role = await people.create_role(work, name="Clerk", permissions=permissions)
        member = await people.create_member(
            work, name="Bo", email=f"{uuid4()}@example.com", language="en", role_ids=[role.id]
        )
        post = await organisation.create_post(work, name="Clerk")
        office = await organisation.create_department(work, name="Office")
        await organisation.engage(
            work, member_id=member.id, department_id=office.id, post_id=post.id, hired_on=work.now.date()
        )
    return replace(admin, id=member.id, permissions=frozenset(permissions))


async def test_everybody_sees_themselves_and_without_permission_nobody_else(ask, acme: Actor) -> None:
    clerk = await a_clerk(acme, "requests.read", "journal.read")
    me = (await ask(clerk, ME))["viewer"]
    assert (me["member"]["name"], me["member"]["roles"]) == ("Bo", [{"name": "Clerk"}])
    assert me["staff"] == {"id": str(clerk.id), "name": "Bo", "member": {"name": "Bo"}, "department": None}
    for others in ("members { nodes { name } }", "roles { nodes { name } }", "staff { nodes { id } }"):
        assert (await ask.errors(clerk, f"{{ {others} }}"))[0].extensions["code"] == "FORBIDDEN"
    assert (await ask(clerk, "query($id: ID!) { node(id: $id) { id } }", id=str(acme.id))) == {"node": None}
    shown = (await ask(clerk, "{ journal(first: 100) { nodes { member { name } } } }"))["journal"]["nodes"]
    assert all(entry["member"] is None for entry in shown)
    assert len(shown) > 3


async def test_a_partner_s_client_is_nobody_of_the_company(ask, acme: Actor) -> None:
    client = replace(acme, kind=ActorKind.CLIENT, permissions=frozenset({"requests.read"}))
    assert (await ask(client, ME))["viewer"] == {"member": None, "staff": None}


SET = """mutation($i: SetLanguageInput!) { setLanguage(input: $i) {
  member { id language } errors { code path message } } }"""


async def test_everybody_chooses_the_language_that_they_read(ask, acme: Actor) -> None:
    clerk = await a_clerk(acme, "requests.read")
    answer = (await ask(clerk, SET, i={"language": "ZH_HANT"}))["setLanguage"]
    assert answer == {"member": {"id": str(clerk.id), "language": "ZH_HANT"}, "errors": []}
    entries = '{ journal(filter: {name: {eq: "identity.member_language_changed"}}) { nodes { subjectId changes } } }'
    [entry] = (await ask(acme, entries))["journal"]["nodes"]
    assert (entry["subjectId"], entry["changes"]) == (str(clerk.id), {"language": ["en", "zh_Hant"]})
    # The same again changes nothing, and is no fact.
    await ask(clerk, SET, i={"language": "ZH_HANT"})
    assert len((await ask(acme, entries))["journal"]["nodes"]) == 1


async def test_the_language_of_others_is_for_who_manages_members(ask, acme: Actor, globex: Actor) -> None:
    clerk = await a_clerk(acme, "requests.read", "members.read")
    other = {"language": "ZH_HANS", "memberId": str(acme.id)}
    [error] = (await ask(clerk, SET, i=other))["setLanguage"]["errors"]
    assert error["code"] == "FORBIDDEN"
    [error] = (await ask(globex, SET, i={**other, "memberId": str(clerk.id)}))["setLanguage"]["errors"]
    assert (error["code"], error["path"]) == ("NOT_FOUND", ["memberId"])
    assert (await ask(acme, "query($id: ID!) { member(id: $id) { language } }", id=str(acme.id))) == {
        "member": {"language": "EN"}
    }
    changed = (await ask(acme, SET, i={"language": "ZH_HANS", "memberId": str(clerk.id)}))["setLanguage"]
    assert changed["member"]["language"] == "ZH_HANS"


async def test_a_program_reads_no_language_of_its_own(ask, acme: Actor) -> None:
    client = replace(acme, kind=ActorKind.CLIENT)
    [error] = (await ask(client, SET, i={"language": "ZH_HANS"}))["setLanguage"]["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["memberId"])


async def test_a_member_is_a_node_and_one_of_the_staff_is_the_staff_record(ask, acme: Actor, globex: Actor) -> None:
    clerk = await a_clerk(acme, "requests.read")
    node = "query($id: ID!) { node(id: $id) { __typename id ... on Member { name } } }"
    assert (await ask(acme, node, id=str(acme.id)))["node"] == {
        "__typename": "Member",
        "id": str(acme.id),
        "name": "Admin",
    }
    assert (await ask(acme, node, id=str(clerk.id)))["node"] == {"__typename": "Staff", "id": str(clerk.id)}
    assert (await ask(globex, node, id=str(acme.id)))["node"] is None


async def test_a_clock_that_would_go_back_says_where_it_is_as_its_reader_writes_it(ask) -> None:
    rehearsal = replace(await found_rehearsal(datetime(2026, 3, 2, 1, 0, tzinfo=UTC)), language="zh_Hans")
    advance = 'mutation { advanceClock(input: {to: "2026-03-01T00:00:00Z"}) { errors { message path } } }'
    [error] = (await ask(rehearsal, advance))["advanceClock"]["errors"]
    assert error["path"] == ["to"]
    assert "2026年3月2日 09:00" in error["message"]
    assert "T" not in error["message"]


SESSIONS = "query($id: ID!) { node(id: $id) { ... on Member { sessions { id userAgent revokedAt } } } }"
REVOKE = "mutation($id: ID!) { revokeSession(input: {sessionId: $id}) { session { revokedAt } errors { code } } }"


async def test_one_sees_and_ends_one_s_own_sessions_and_whoever_manages_access_those_of_others(
    ask, acme: Actor, globex: Actor
) -> None:
    clerk = await a_clerk(acme, "members.read")
    assert clerk.id is not None
    assert acme.id is not None
    for member_id, browser in ((clerk.id, "At work"), (clerk.id, "Lost"), (acme.id, "Admin's")):
        assert await sessions.open_session(acme.tenant_id, member_id, user_agent=browser) is not None
    own = "{ viewer { member { sessions { id userAgent revokedAt } } } }"
    lost, at_work = (await ask(clerk, own))["viewer"]["member"]["sessions"]
    assert [lost["userAgent"], at_work["userAgent"]] == ["Lost", "At work"]
    assert (await ask(clerk, REVOKE, id=lost["id"]))["revokeSession"]["session"]["revokedAt"] is not None
    told = (await ask(clerk, own))["viewer"]["member"]["sessions"]
    assert [each["revokedAt"] is None for each in told] == [False, True]
    # A colleague who is seen shows no sessions, and theirs are not ended.
    async with reading(acme) as work:
        [admins] = await sessions.list_sessions(work)
    for stranger in (clerk, globex):
        refused = (await ask(stranger, REVOKE, id=str(admins.id)))["revokeSession"]
        assert (refused["session"], [each["code"] for each in refused["errors"]]) == (None, ["NOT_FOUND"])
    async with reading(acme) as work:
        assert [each.id for each in await sessions.list_sessions(work)] == [admins.id]
    manager = replace(acme, permissions=frozenset({"members.read", "access.manage"}))
    ended = (await ask(manager, REVOKE, id=at_work["id"]))["revokeSession"]
    assert ended["session"]["revokedAt"] is not None
    async with reading(acme) as work:
        assert await sessions.list_sessions(work, member_id=clerk.id) == []


PASSWORD = """mutation($id: ID!, $password: String!) { setMemberPassword(input: {memberId: $id, password: $password}) {
  member { name } errors { code path } } }"""


async def test_an_administrator_gives_another_member_a_password(ask, acme: Actor, globex: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        email = f"bo-{uuid4().hex}@example.com"
        member = await people.create_member(work, name="Bo", email=email, language="en", password="the first horse")
    opened = await sessions.open_session(acme.tenant_id, member.id)
    assert opened is not None

    async def given(actor: Actor, id: object, word: str = "another horse") -> dict:
        return (await ask(actor, PASSWORD, id=str(id), password=word))["setMemberPassword"]

    weak = replace(acme, permissions=frozenset({"members.read"}))
    for actor, id, code in (
        (globex, member.id, "NOT_FOUND"),
        (weak, member.id, "FORBIDDEN"),
        (acme, acme.id, "FORBIDDEN"),
    ):
        refused = await given(actor, id)
        assert (refused["member"], refused["errors"][0]["code"]) == (None, code)
    assert (await given(acme, member.id, "short"))["errors"] == [{"code": "INVALID", "path": ["password"]}]
    assert (await accounts.sign_in(email, "the first horse")).member_id == member.id
    assert await given(acme, member.id) == {"member": {"name": "Bo"}, "errors": []}
    async with reading(acme) as work:
        assert await sessions.list_sessions(work, member_id=member.id) == []
    with pytest.raises(accounts.SignInRefused):
        await accounts.sign_in(email, "the first horse")
    assert (await accounts.sign_in(email, "another horse")).member_id == member.id
