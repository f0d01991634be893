"""A cursor belongs to one list in one order; anywhere else, or made by somebody else, it is refused."""

import base64
import json
from typing import Any
from uuid import uuid4

import orjson
import pytest

from api.reading.pages import cursor_tag
from api.schema import SCHEMA
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.identity import clients, people

LISTS = "{ members { edges { cursor } } roles { edges { cursor } } clients { edges { cursor } } }"


@pytest.fixture
async def cursors(ask: Any, acme: Actor) -> dict[str, str]:
    """The first cursor of each of three lists that can all be ordered by name."""
    async with writing(acme, settle=settle) as work:
        await clients.create_client(work, name="Portal", scopes=["requests.read_all"])
        await people.create_role(work, name="Clerk", permissions=["requests.read"])
    found = await ask(acme, LISTS)
    return {name: page["edges"][0]["cursor"] for name, page in found.items()}


@pytest.mark.parametrize("name", ["members", "roles", "clients"])
async def test_a_list_takes_its_own_cursors_and_no_other_list_s(
    ask: Any, acme: Actor, cursors: dict[str, str], name: str
) -> None:
    query = f"query($after: String) {{ {name}(after: $after) {{ edges {{ cursor }} }} }}"
    for made_by, cursor in cursors.items():
        if made_by == name:
            assert cursor not in str(await ask(acme, query, after=cursor))
        else:
            (error,) = await ask.errors(acme, query, after=cursor)
            assert error.extensions == {"code": "BAD_CURSOR"}


async def test_a_cursor_of_another_order_is_refused(ask: Any, acme: Actor, cursors: dict[str, str]) -> None:
    query = "query($after: String) { members(after: $after, order: NEWEST) { edges { cursor } } }"
    (error,) = await ask.errors(acme, query, after=cursors["members"])
    assert error.extensions == {"code": "BAD_CURSOR"}


async def test_the_staff_of_the_company_and_of_a_department_are_the_same_list(ask: Any, acme: Actor) -> None:
    created = await ask(acme, 'mutation { createDepartment(input: {name: "Office"}) { department { id } } }')
    post = await ask(acme, 'mutation { createPost(input: {name: "Clerk"}) { post { id } } }')
    await ask(
        acme,
        "mutation($i: EngageInput!) { engage(input: $i) { errors { code } } }",
        i={
            "memberId": str(acme.id),
            "departmentId": created["createDepartment"]["department"]["id"],
            "postId": post["createPost"]["post"]["id"],
            "hiredOn": "2026-01-01",
        },
    )
    cursor = (await ask(acme, "{ staff { edges { cursor } } }"))["staff"]["edges"][0]["cursor"]
    query = "query($id: ID!, $c: String) { department(id: $id) { staff(last: 5, before: $c) { edges { cursor } } } }"
    found = await ask(acme, query, id=created["createDepartment"]["department"]["id"], c=cursor)
    assert found["department"]["staff"]["edges"] == []


def test_a_cursor_is_short_and_tells_nothing_of_types(cursors: dict[str, str]) -> None:
    for cursor in cursors.values():
        assert len(cursor) < 100
        tag, value, row = orjson.loads(base64.b64decode(cursor))
        assert (len(tag), isinstance(value, str), len(row)) == (6, True, 36)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("members", value) for value in ("a\0", 5, None, [], {}, True)),
        *(("journal", value) for value in ("x", 7, None)),
        *(("effects", value) for value in ("2026-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 1)),
        *(("handbookVersions", value) for value in (2**63, -(2**63) - 1, 10**400, "1", "1_0", 1.5, True, None)),
    ],
)
async def test_a_forged_cursor_is_refused(ask: Any, acme: Actor, field: str, value: Any) -> None:
    declared = SCHEMA._schema.query_type.fields[field]  # type: ignore[union-attr]  # there is one
    node = declared.type.of_type.fields["nodes"].type.of_type.of_type.of_type
    order = declared.args["order"].default_value.value
    parts = json.dumps([cursor_tag(node.name, order), value, str(uuid4())]).encode()
    query = f"query($after: String) {{ {field}(after: $after) {{ nodes {{ id }} }} }}".replace(
        "members(after: $after) { nodes { id", "members(after: $after) { nodes { name"
    )
    (error,) = await ask.errors(acme, query, after=base64.b64encode(parts).decode())
    assert error.extensions == {"code": "BAD_CURSOR"}
