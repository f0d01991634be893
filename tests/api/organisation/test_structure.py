"""Departments and posts are listed, so that clauses and staff can name them."""

from typing import Any

import pytest

from tenancy.actor import Actor

LISTS = "{ departments { nodes { name parent { name } } } posts { nodes { name keyPost } } }"
DEPARTMENT = """mutation ($input: CreateDepartmentInput!) {
  createDepartment(input: $input) { department { id } errors { code } }
}"""
POST = "mutation ($input: CreatePostInput!) { createPost(input: $input) { post { id } errors { code } } }"

pytestmark = pytest.mark.usefixtures("pool")


async def test_departments_and_posts_are_listed_by_name_and_by_no_other_company(
    ask: Any, acme: Actor, globex: Actor
) -> None:
    above = (await ask(acme, DEPARTMENT, input={"name": "Service"}))["createDepartment"]["department"]["id"]
    await ask(acme, DEPARTMENT, input={"name": "Repair", "parentId": above})
    await ask(acme, POST, input={"name": "Engineer", "keyPost": True})
    await ask(globex, POST, input={"name": "Clerk"})
    found = await ask(acme, LISTS)
    assert found["departments"]["nodes"] == [
        {"name": "Repair", "parent": {"name": "Service"}},
        {"name": "Service", "parent": None},
    ]
    assert found["posts"]["nodes"] == [{"name": "Engineer", "keyPost": True}]
    assert (await ask(globex, LISTS)) == {
        "departments": {"nodes": []},
        "posts": {"nodes": [{"name": "Clerk", "keyPost": False}]},
    }
