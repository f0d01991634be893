"""Requests among each other, by GraphQL alone."""

from typing import Any

import pytest

from tests.api.requests.asking import MOVES, done, move, submit, with_names
from tests.conftest import found_company
from tests.domain.requests.company import Company, software_company

COMMENT = """mutation($input: CommentRequestInput!) { commentRequest(input: $input) {
  message { id } errors { code } } }"""
SPLIT = """mutation($input: SplitRequestInput!) { splitRequest(input: $input) {
  request { id title links { kind request { title } other { id } } } errors { code path } } }"""
MERGE = """mutation($input: MergeRequestInput!) { mergeRequest(input: $input) {
  request { state mergedInto { id } } errors { code path } } }"""
PARENT = """mutation($input: ChooseParentInput!) { chooseParent(input: $input) {
  request { parent { id } } errors { code path } } }"""
LINK = """mutation($input: LinkRequestInput!) { linkRequest(input: $input) {
  link { id kind } errors { code path } } }"""
SHOW = """query($id: ID!) { request(id: $id) { merged { id } children { id } links { kind }
  messages { nodes { text request { id } } } } }"""


@pytest.fixture
async def software(pool: None) -> Company:
    """Fast service with warnings and a ladder."""
    return with_names(await software_company())


async def test_requests_are_merged_split_linked_and_made_parts_of_others(ask: Any, software: Company) -> None:
    clerk, dispatcher, agent = software.clerk, software.dispatcher, software.agent
    one, other = await submit(ask, software, sourceReference="T-1"), await submit(ask, software)
    assert (await submit(ask, software, sourceReference="T-1"))["id"] == one["id"]
    said = (await ask(clerk, COMMENT, input={"requestId": one["id"], "text": "And the mail"}))["commentRequest"]
    given = {"messageId": said["message"]["id"], "title": "Mail"}
    made = (await ask(dispatcher, SPLIT, input=given))["splitRequest"]["request"]
    assert made["links"] == [{"kind": "SPLIT_FROM", "request": {"title": "Mail"}, "other": {"id": one["id"]}}]
    linked = {"requestId": made["id"], "otherId": other["id"], "kind": "CAUSED_BY"}
    assert (await ask(dispatcher, LINK, input=linked))["linkRequest"]["link"]["kind"] == "CAUSED_BY"
    parted = {"requestId": made["id"], "parentId": other["id"]}
    assert (await ask(dispatcher, PARENT, input=parted))["chooseParent"]["request"] == {"parent": {"id": other["id"]}}
    into = {"requestId": one["id"], "targetId": other["id"], "reason": "The same outage"}
    foreign = (await ask(await found_company(), MERGE, input=into))["mergeRequest"]
    assert [error["code"] for error in foreign["errors"]] == ["NOT_FOUND"]
    merged = (await ask(dispatcher, MERGE, input=into))["mergeRequest"]
    assert merged["request"] == {"state": "MERGED", "mergedInto": {"id": other["id"]}}
    shown = (await ask(dispatcher, SHOW, id=other["id"]))["request"]
    assert shown["merged"] == [{"id": one["id"]}]
    assert shown["children"] == [{"id": made["id"]}]
    assert shown["messages"]["nodes"] == [{"text": "And the mail", "request": {"id": one["id"]}}]
    await done(ask, dispatcher, "assignRequest", other, assigneeId=str(agent.id))
    moves = (await ask(agent, MOVES, id=other["id"]))["request"]["allowedMoves"]
    [resolve] = [each for each in moves if each["move"] == "RESOLVE"]
    assert [blocker["code"] for blocker in resolve["blockers"]] == ["CHILDREN_OPEN"]
    refused = await move(ask, agent, "resolveRequest", other, resolution="Done")
    assert [error["message"] for error in refused["errors"]] == [resolve["blockers"][0]["message"]]
    await done(ask, dispatcher, "assignRequest", made, assigneeId=str(software.colleague.id))
    resolved = await done(ask, agent, "resolveRequest", other, resolution="Restarted it", withChildren=True)
    assert resolved["state"] == "RESOLVED"
