"""Letting people and programs in by GraphQL; the viewer; the journal; a second company that sees none of it."""

from tenancy.actor import Actor

CREATE = """mutation($input: CreateMemberInput!) { createMember(input: $input) {
  member { memberId name roles { name permissions } accessTokens { id } } errors { code path message } } }"""


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
        id=member["memberId"],
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
