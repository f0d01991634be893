"""What people are told, by GraphQL: each in their own language, nobody what another is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from domain.consequences import settle
from domain.notifications import commands
from tenancy.actor import Actor
from tenancy.database import writing

INBOX = "{ notifications { totalCount nodes { id text readAt } edges { node { text } } } }"


async def test_a_notification_is_read_in_the_reader_s_language(ask, acme: Actor, globex: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        await commands.notify(
            work,
            member_ids=[acme.id] if acme.id else [],
            text="There is a role “{name}” already.",
            values={"name": "clerk"},
            about=None,
            mail=False,
            key="k",
        )
    found = (await ask(acme, INBOX))["notifications"]
    assert found["nodes"][0]["text"] == "There is a role “clerk” already."
    chinese = (await ask(replace(acme, language="zh_Hans"), INBOX))["notifications"]
    assert "clerk" in chinese["edges"][0]["node"]["text"]
    assert chinese["edges"][0]["node"]["text"] != found["nodes"][0]["text"]
    assert (await ask(globex, INBOX))["notifications"]["totalCount"] == 0
    marked = await ask(
        acme,
        "mutation($ids: [ID!]!) { markRead(input: {notificationIds: $ids}) { marked } }",
        ids=[found["nodes"][0]["id"]],
    )
    assert marked["markRead"]["marked"] == 1
    unread = "{ notifications(filter: {readAt: {isNull: true}}) { totalCount } }"
    assert (await ask(acme, unread))["notifications"]["totalCount"] == 0


async def test_a_webhook_endpoint_shows_its_secret_once(ask, acme: Actor, globex: Actor) -> None:
    made = await ask(
        acme,
        """mutation { registerEndpoint(input: {url: "https://hooks.example.com/zhidu", events: ["*"]}) {
          endpoint { id url events } secret errors { code message } } }""",
    )
    assert made["registerEndpoint"]["errors"] == []
    assert made["registerEndpoint"]["secret"].startswith("whsec_")
    listed = "{ webhookEndpoints { nodes { url failures } totalCount } }"
    assert (await ask(acme, listed))["webhookEndpoints"]["totalCount"] == 1
    assert (await ask(globex, listed))["webhookEndpoints"]["totalCount"] == 0
    rotate = """mutation($input: RotateEndpointSecretInput!) { rotateEndpointSecret(input: $input) {
      endpoint { formerSecretEndsAt } secret errors { code path } } }"""
    id = made["registerEndpoint"]["endpoint"]["id"]
    ends = "{ webhookEndpoints { nodes { formerSecretEndsAt } } }"
    assert (await ask(acme, ends))["webhookEndpoints"]["nodes"] == [{"formerSecretEndsAt": None}]
    rotated = (await ask(acme, rotate, input={"endpointId": id}))["rotateEndpointSecret"]
    assert rotated["secret"].startswith("whsec_")
    assert rotated["secret"] != made["registerEndpoint"]["secret"]
    left = datetime.fromisoformat(rotated["endpoint"]["formerSecretEndsAt"]) - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(hours=24)
    at_once = (await ask(acme, rotate, input={"endpointId": id, "graceHours": 0}))["rotateEndpointSecret"]
    assert at_once["endpoint"] == {"formerSecretEndsAt": None}
    for actor, hours, error in (
        (acme, 169, {"code": "INVALID", "path": ["graceHours"]}),
        (globex, 24, {"code": "NOT_FOUND", "path": ["endpointId"]}),
    ):
        said = (await ask(actor, rotate, input={"endpointId": id, "graceHours": hours}))["rotateEndpointSecret"]
        assert said == {"endpoint": None, "secret": None, "errors": [error]}
    refused = await ask(
        globex,
        "mutation($id: ID!) { removeEndpoint(input: {endpointId: $id}) { removed errors { code } } }",
        id=made["registerEndpoint"]["endpoint"]["id"],
    )
    assert refused["removeEndpoint"] == {"removed": None, "errors": [{"code": "NOT_FOUND"}]}


async def test_one_says_what_one_wants_by_mail_and_bad_hours_change_nothing(ask, acme: Actor, globex: Actor) -> None:
    asked = "{ myNotificationPreferences { muted delivery dailyAt quietFrom quietUntil zone waiting } }"
    usual = {"muted": [], "delivery": "AT_ONCE", "dailyAt": "08:00", "waiting": 0}
    usual |= {"quietFrom": None, "quietUntil": None, "zone": None}
    assert (await ask.executed(acme, asked))["myNotificationPreferences"] == usual
    chosen = """mutation($input: SetNotificationPreferencesInput!) { setNotificationPreferences(input: $input) {
      preferences { muted delivery dailyAt quietFrom quietUntil zone waiting } errors { code path } } }"""
    given = {"muted": ["CONVERSATION", "BILLING"], "delivery": "DAILY", "dailyAt": "09:30", "zone": "Asia/Taipei"}
    given |= {"quietFrom": "20:00", "quietUntil": "08:00"}
    found = (await ask(acme, chosen, input=given))["setNotificationPreferences"]
    assert found == {"preferences": {**given, "waiting": 0}, "errors": []}
    for bad, path in (
        ({"quietFrom": "20:00"}, "quietUntil"),
        ({"muted": ["ESCALATIONS"]}, "muted"),
        ({"dailyAt": "noon"}, "dailyAt"),
    ):
        said = (await ask(acme, chosen, input=bad))["setNotificationPreferences"]
        assert said == {"preferences": None, "errors": [{"code": "INVALID", "path": [path]}]}
    assert (await ask.executed(acme, asked))["myNotificationPreferences"] == {**given, "waiting": 0}
    assert (await ask.executed(globex, asked))["myNotificationPreferences"] == usual
