"""`mayCall` says of any mutation what it would answer, and changes nothing: it is sent afterwards, and agrees."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)
from sqlalchemy import select

from api.schema import SCHEMA
from domain.policies.rules.kinds import HoldReasons
from domain.requests.rules import State
from tenancy.actor import Actor, ActorKind
from tenancy.database import platform
from tenancy.provisioning import set_status
from tenancy.tenants import Tenant, TenantStatus
from tests.api.requests.asking import done, submit, with_names
from tests.conftest import found_company
from tests.domain.requests.company import Company, decisions, founded, software_clauses
from tests.handbooks import publish

MUTATIONS = SCHEMA._schema.mutation_type
ASKED = """query($mutation: String!, $input: JSON) { mayCall(mutation: $mutation, input: $input) {
  allowed blockers { code message path clause { number } } } }"""
WORDS = {"UUID": str(uuid4()), "ID": str(uuid4()), "Int": 1, "Boolean": False, "Float": 1.0, "JSON": {}}
WORDS |= {"Date": "2026-06-01", "DateTime": "2026-06-01T09:00:00Z"}


def sample(gtype: Any) -> Any:
    """Some value of a type, with nothing in it that may be left out."""
    kind = get_nullable_type(gtype)
    if is_list_type(kind):
        return []
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        return {name: sample(each.type) for name, each in named.fields.items() if is_non_null_type(each.type)}
    if isinstance(named, GraphQLEnumType):
        return next(iter(named.values))
    return WORDS.get(named.name, "x")


async def told(ask: Any, actor: Actor, mutation: str, input: Any = None) -> list[Any]:
    """What keeps somebody from a mutation, as they are told beforehand."""
    found = (await ask.executed(actor, ASKED, mutation=mutation, input=input))["mayCall"]
    assert found["allowed"] is not bool(found["blockers"])
    blockers: list[Any] = found["blockers"]
    return blockers


async def sent(ask: Any, actor: Actor, mutation: str, input: Any = None) -> list[Any]:
    """The errors of a mutation that is sent."""
    declared, given = "", ""
    if input is not None:
        declared, given = f"($input: {MUTATIONS.fields[mutation].args['input'].type})", "(input: $input)"
    document = f"mutation{declared} {{ {mutation}{given} {{ errors {{ code message path clause {{ number }} }} }} }}"
    errors: list[Any] = (await ask(actor, document, **({"input": input} if input is not None else {})))[mutation][
        "errors"
    ]
    return errors


async def test_every_mutation_there_is_can_be_asked_about(ask: Any, acme: Actor) -> None:
    for place, (mutation, field) in enumerate(MUTATIONS.fields.items()):
        input = sample(field.args["input"].type) if "input" in field.args else None
        blockers = await told(ask, acme, mutation, input)
        # To send them all would take long, and there is one way for all.
        if place % 12 == 0:
            assert blockers == await sent(ask, acme, mutation, input), mutation


async def test_what_is_wrong_with_the_form_or_with_the_caller_is_told_too(ask: Any, acme: Actor) -> None:
    wrong = await told(ask, acme, "createRole", {"name": 1, "colour": "red"})
    assert sorted((each["code"], each["path"]) for each in wrong) == [
        ("INVALID", ["colour"]),
        ("INVALID", ["name"]),
        ("INVALID", ["permissions"]),
    ]
    role = {"name": "Clerks", "permissions": ["members.read"]}
    assert await told(ask, acme, "createRole", role) == await told(ask, acme, "createRole", role) == []
    program = Actor(acme.tenant_id, ActorKind.CLIENT, uuid4())
    [forbidden] = await told(ask, program, "createRole", role)
    assert (forbidden["code"], forbidden["message"]) == ("FORBIDDEN", "This needs the permission “access.manage”.")
    [error] = await ask.errors(acme, ASKED, mutation="createRoll")
    assert error.extensions == {"code": "NO_MUTATION", "inputPath": ["mutation"]}
    for given in ({"archive": 1}, {}, 7):
        [error] = await ask.errors(acme, ASKED, mutation="runBackup", input=given)
        assert error.extensions == {"code": "NO_INPUT", "inputPath": ["input"]}
    async with platform() as door:
        tenant = await door.row(select(Tenant.slug).where(Tenant.id == acme.tenant_id))
    assert tenant is not None
    await set_status(tenant["slug"], TenantStatus.SUSPENDED)
    assert [each["code"] for each in await told(ask, acme, "createRole", role)] == ["TENANT_SUSPENDED"]


async def started(ask: Any, company: Company) -> Any:
    request = await submit(ask, company)
    await done(ask, company.dispatcher, "assignRequest", request, assigneeId=str(company.agent.id))
    await done(ask, company.agent, "startRequest", request)
    return request


async def with_reasons(others_allowed: bool) -> Company:
    company = with_names(await founded())
    listed = [{"code": "customer", "name": {"en": "Waiting for the customer"}}]
    reasons = HoldReasons.model_validate({"reasons": listed, "others_allowed": others_allowed})
    await publish(company.admin, *software_clauses(), ("2.5", reasons))
    return company


async def test_the_same_is_allowed_by_one_handbook_and_not_by_another_and_nothing_is_changed(
    ask: Any, pool: None
) -> None:
    strict, lenient, third = await with_reasons(False), await with_reasons(True), await found_company()
    here, there = await started(ask, strict), await started(ask, lenient)
    told_here = await told(ask, strict.agent, "holdRequest", {"requestId": here["id"], "reason": "Lunch"})
    assert [(each["code"], each["path"], each["clause"]) for each in told_here] == [
        ("INVALID", ["reasonCode"], {"number": "2.5"})
    ]
    hold = {"requestId": there["id"], "reason": "Lunch"}
    assert await told(ask, lenient.agent, "holdRequest", hold) == []
    assert [each["code"] for each in await told(ask, third, "holdRequest", hold)] == ["NOT_FOUND"]
    for company, request in ((strict, here), (lenient, there)):
        shown = await ask(company.admin, "query($id: ID!) { request(id: $id) { state } }", id=request["id"])
        assert shown["request"]["state"] == State.IN_PROGRESS.name
        assert await decisions(company, SimpleNamespace(id=UUID(request["id"])), "refused") == []
    # Of several in one go, what keeps any of them back.
    several = {"requestIds": [here["id"], str(uuid4())], "move": "HOLD", "hold": {"reason": "Lunch"}}
    codes = [each["code"] for each in await told(ask, strict.agent, "moveRequests", several)]
    assert codes == ["INVALID", "NOT_FOUND"]
    assert await sent(ask, lenient.agent, "holdRequest", hold) == []
