"""Of everything that can be changed, a suspended company can ask for an archive, and nothing else."""

from typing import Any
from uuid import uuid4

import orjson
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)

from api.reading.mapping import WRITE
from api.reading.requests import Call
from api.results import Write
from api.schema import SCHEMA
from tenancy.actor import Actor
from tenancy.provisioning import list_tenants, set_status
from tenancy.tenants import TenantStatus
from tests.api.conftest import PLAIN, PLANNED

MUTATIONS = SCHEMA._schema.mutation_type.fields  # type: ignore[union-attr]  # there is one
LEAVES: dict[str, Any] = {
    "ID": str(uuid4()),
    "String": "x",
    "Int": 1,
    "Float": 1.0,
    "Boolean": True,
    "Date": "2026-01-01",
    "DateTime": "2026-01-01T00:00:00Z",
    "JSON": {},
}


def write_of(name: str) -> Write:
    found: Write = MUTATIONS[name].extensions["strawberry-definition"].metadata[WRITE]
    return found


def some(gtype: Any) -> Any:
    """A value of a type, with what must be given and no more."""
    inner = get_nullable_type(gtype)
    if is_list_type(inner):
        return [some(inner.of_type)]
    named: Any = get_named_type(inner)
    if isinstance(named, GraphQLEnumType):
        return next(iter(named.values))
    if isinstance(named, GraphQLInputObjectType):
        return {name: some(field.type) for name, field in named.fields.items() if is_required_input_field(field)}
    return LEAVES[named.name]


def asking(name: str) -> tuple[str, dict[str, Any]]:
    needed = {key: item for key, item in MUTATIONS[name].args.items() if is_required_argument(item)}
    declared = ", ".join(f"${key}: {item.type}" for key, item in needed.items())
    given = ", ".join(f"{key}: ${key}" for key in needed)
    call = f"{name}({given})" if given else name
    head = f"({declared})" if declared else ""
    document = f"mutation{head} {{ {call} {{ errors {{ code }} }} }}"
    return document, {key: some(item.type) for key, item in needed.items()}


@pytest.fixture
async def suspended(acme: Actor) -> Actor:
    """The administrator of a suspended company."""
    [slug] = [tenant.slug for tenant in await list_tenants() if tenant.id == acme.tenant_id]
    await set_status(slug, TenantStatus.SUSPENDED)
    return acme


@pytest.mark.parametrize("reader", [PLANNED, PLAIN], ids=["planned", "plain"])
async def test_an_archive_can_be_asked_for_and_nothing_else(suspended: Actor, reader: Any) -> None:
    taken = []
    for name in MUTATIONS:
        if write_of(name).platform:
            continue
        document, variables = asking(name)
        answer = await reader.run(Call(document, variables=variables, idempotency_key=name), suspended)
        assert answer.data is not None, (name, answer.errors)
        assert not answer.errors, (name, answer.errors)
        codes = [error["code"] for error in orjson.loads(answer.data)[name]["errors"]]
        if codes != ["TENANT_SUSPENDED"]:
            taken.append((name, codes))
    assert taken == [("runBackup", [])]


async def test_what_is_there_can_be_read(ask: Any, suspended: Actor) -> None:
    await ask(suspended, "mutation { runBackup { archive { id } } }")
    found = await ask(suspended, "{ viewer { tenant { status } } archives { nodes { state } } journal { totalCount } }")
    assert found["viewer"]["tenant"] == {"status": "SUSPENDED"}
    assert found["archives"]["nodes"] == [{"state": "RUNNING"}]
    assert found["journal"]["totalCount"] > 0
