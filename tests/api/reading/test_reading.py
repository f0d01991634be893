"""One operation, one statement: objects, relations, pages, fragments, mutations; and strawberry says the same."""

from uuid import uuid4

from sqlalchemy import select

from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.members import Member

MEMBERS = ("Ada", "Bo", "Cai", "Dan", "Eve", "Fay", "Gus")


async def company(ask, actor: Actor) -> dict[str, str]:
    """A small company made through the API: seven people, Ada above them all."""
    made = await ask(
        actor,
        """mutation { root: createDepartment(input: {name: "Company"}) { department { id } errors { code } }
        post: createPost(input: {name: "Engineer"}) { post { id name keyPost } errors { code } } }""",
    )
    ids = {"department": made["root"]["department"]["id"], "post": made["post"]["post"]["id"]}
    async with writing(actor, settle=settle) as work:
        for name in MEMBERS:
            member = work.add(Member(name=name, email=f"{name}-{uuid4().hex}@example.com", language="en"))
            ids[name] = str(member.id)
    for number, name in enumerate(MEMBERS):
        made = await ask(
            actor,
            """mutation Engage($input: EngageInput!) {
              engage(input: $input) { staff { id name department { name } superior { name } } errors { message } } }""",
            input={
                "memberId": ids[name],
                "departmentId": ids["department"],
                "postId": ids["post"],
                "hiredOn": f"2025-01-{10 + number:02}",
                "superiorId": None if name == "Ada" else ids["Ada"],
            },
        )
        assert made["engage"]["errors"] == []
        assert made["engage"]["staff"]["department"] == {"name": "Company"}
    return ids


async def test_objects_and_relations_nest(ask, acme: Actor) -> None:
    ids = await company(ask, acme)
    found = await ask(
        acme,
        """query($id: ID!) { staffMember(id: $id) { __typename name hiredOn probationUntil
          superior { name superior { name } } subordinates { name } member { email } post { keyPost } } }""",
        id=ids["Ada"],
    )
    person = found["staffMember"]
    assert person["__typename"] == "Staff"
    assert (person["name"], person["hiredOn"], person["superior"]) == ("Ada", "2025-01-10", None)
    assert [item["name"] for item in person["subordinates"]] == list(MEMBERS[1:])


PAGE = """query($first: Int, $after: String, $last: Int, $before: String, $order: StaffOrder! = HIRED) {
  staff(first: $first, after: $after, last: $last, before: $before, order: $order) {
    totalCount nodes { name } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


async def names(ask, actor: Actor, **variables) -> tuple[list[str], dict]:
    found = (await ask(actor, PAGE, **variables))["staff"]
    assert found["totalCount"] == len(MEMBERS)
    return [item["name"] for item in found["nodes"]], found["pageInfo"]


async def test_pages_forwards_and_backwards_meet(ask, acme: Actor) -> None:
    await company(ask, acme)
    first, info = await names(ask, acme, first=3)
    assert (first, info["hasNextPage"], info["hasPreviousPage"]) == (["Ada", "Bo", "Cai"], True, False)
    second, info = await names(ask, acme, first=3, after=info["endCursor"])
    assert (second, info["hasNextPage"], info["hasPreviousPage"]) == (["Dan", "Eve", "Fay"], True, True)
    back, info = await names(ask, acme, last=2, before=info["startCursor"])
    assert (back, info["hasNextPage"], info["hasPreviousPage"]) == (["Bo", "Cai"], True, True)
    final, info = await names(ask, acme, last=3)
    assert (final, info["hasNextPage"], info["hasPreviousPage"]) == (["Eve", "Fay", "Gus"], False, True)
    newest, _ = await names(ask, acme, first=2, order="NEWEST")
    assert newest == ["Gus", "Fay"]


async def test_filters_combine(ask, acme: Actor) -> None:
    ids = await company(ask, acme)
    query = "query($f: StaffFilter) { staff(filter: $f) { nodes { name } } }"

    async def found(**given) -> list[str]:
        return [item["name"] for item in (await ask(acme, query, f=given))["staff"]["nodes"]]

    assert await found(superiorId={"isNull": True}) == ["Ada"]
    assert await found(name={"contains": "A"}) == ["Ada", "Cai", "Dan", "Fay"]
    assert await found(name={"contains": "a"}, hiredOn={"gte": "2025-01-12"}) == ["Cai", "Dan", "Fay"]
    assert await found(**{"or": [{"name": {"eq": "Bo"}}, {"name": {"in": ["Eve", "Gus"]}}]}) == ["Bo", "Eve", "Gus"]
    assert await found(**{"not": {"superiorId": {"eq": ids["Ada"]}}}) == []
    assert await found(**{"not": {"name": {"contains": "%"}}, "departmentId": {"in": [ids["department"]]}}) == list(
        MEMBERS
    )


async def test_fragments_aliases_and_conditions(ask, acme: Actor) -> None:
    ids = await company(ask, acme)
    found = await ask(
        acme,
        """query($id: ID!, $deep: Boolean!) {
          node(id: $id) { __typename id ... on Staff { ...Person boss: superior @include(if: $deep) { name } } }
          other: node(id: $id) { ... on Department { name } }
          department(id: $id) { name }
          answer: node(id: $id) { r1_o: id }
        } fragment Person on Staff { name n2: name colleagues: department { staff(first: 1) { nodes { name } } } }""",
        id=ids["Bo"],
        deep=False,
    )
    assert found["node"] == {
        "__typename": "Staff",
        "id": ids["Bo"],
        "name": "Bo",
        "n2": "Bo",
        "colleagues": {"staff": {"nodes": [{"name": "Ada"}]}},
    }
    assert (found["other"], found["department"]) == ({}, None)
    # Names that stand in statements, too, are as good as any.
    assert found["answer"] == {"r1_o": ids["Bo"]}


async def test_another_company_sees_nothing_and_nothing_differs_from_a_random_id(
    ask, acme: Actor, globex: Actor
) -> None:
    ids = await company(ask, acme)
    query = "query($id: ID!) { staffMember(id: $id) { name } node(id: $id) { id } staff { totalCount } }"
    assert await ask(globex, query, id=ids["Ada"]) == await ask(globex, query, id=str(uuid4()))
    assert (await ask(globex, query, id=ids["Ada"]))["staff"]["totalCount"] == 0


async def test_a_refused_mutation_says_why_and_changes_nothing(ask, acme: Actor) -> None:
    mutation = """mutation($name: String!) { createDepartment(input: {name: $name}) {
      __typename department { id } errors { code message path clause { number } } } }"""
    found = (await ask(acme, mutation, name="  "))["createDepartment"]
    assert found == {
        "__typename": "CreateDepartmentPayload",
        "department": None,
        "errors": [{"code": "INVALID", "message": "This must not be empty.", "path": ["name"], "clause": None}],
    }


async def test_a_field_that_needs_a_permission_names_it(ask, acme: Actor) -> None:
    nobody = Actor(tenant_id=acme.tenant_id, kind=acme.kind, id=acme.id)
    errors = await ask.errors(nobody, "{ staff { totalCount } }")
    assert errors[0].extensions == {"code": "FORBIDDEN", "permission": "organisation.read"}


async def test_bounds_and_bad_cursors_are_refused_before_anything_runs(ask, acme: Actor) -> None:
    for document, code in (
        ("{ staff(first: 101) { totalCount } }", "BAD_PAGE"),
        ("{ staff(first: 1, last: 1) { totalCount } }", "BAD_PAGE"),
        ('{ staff(after: "nonsense") { nodes { id } } }', "BAD_CURSOR"),
        ('{ staffMember(id: "nonsense") { id } }', "BAD_ID"),
        ("{ staff(first: 100) { nodes { subordinates { subordinates { id } } } } }", "LIMIT_EXCEEDED"),
        ("{ " + " ".join(f"a{n}: __typename" for n in range(40)) + " }", "LIMIT_EXCEEDED"),
    ):
        errors = await ask.errors(acme, document)
        assert errors[0].extensions is not None, document
        assert errors[0].extensions.get("code") == code, (document, errors)
    async with writing(acme, settle=settle) as work:
        assert await work.all(select(Member))


async def test_a_page_of_which_only_its_place_is_asked_is_one_page(ask, acme: Actor) -> None:
    await company(ask, acme)
    found = await ask(acme, "{ staff(last: 1) { pageInfo { hasNextPage } } other: staff(first: 2) { __typename } }")
    assert found == {"staff": {"pageInfo": {"hasNextPage": False}}, "other": {"__typename": "StaffConnection"}}


async def test_roles_are_those_the_member_holds(ask, acme: Actor) -> None:
    found = await ask(acme, "{ viewer { member { roles { name } } } members { nodes { roles { id } } } }")
    assert found["viewer"]["member"]["roles"] == [{"name": "administrator"}]


async def test_an_object_of_which_only_the_type_is_asked(ask, acme: Actor) -> None:
    found = await ask(
        acme, "query($no: Boolean! = false) { members { nodes { roles { __typename id @include(if: $no) } } } }"
    )
    assert found["members"]["nodes"] == [{"roles": [{"__typename": "Role"}]}]
