"""What can be begun without a record is known beforehand, as the mutations answer it."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from api.schema import SCHEMA
from domain.consequences import settle
from domain.people import commands as people
from tenancy.actor import Actor, ActorKind
from tenancy.database import writing
from tests.api.conftest import Ask
from tests.api.moves.agreeing import done
from tests.conftest import found_company
from tests.domain.people.company import HEAD, chain, founded, lay_down
from tests.domain.requests.company import software_company

ANSWER = "{ allowed blockers { code message clause { number } earliestAt } }"


async def told(ask: Ask, actor: Actor, *names: str) -> dict[str, Any]:
    found = await ask.executed(actor, f"{{ mayStart {{ {' '.join(f'{name} {ANSWER}' for name in names)} }} }}")
    for each in found["mayStart"].values():
        assert each["allowed"] is (not each["blockers"])
    return {name: [blocker["message"] for blocker in each["blockers"]] for name, each in found["mayStart"].items()}


async def agrees(ask: Ask, actor: Actor, name: str, **given: Any) -> list[str]:
    found: list[str] = (await told(ask, actor, name))[name]
    refused = await done(actor, name, given)
    assert refused == (found[0] if found else None), (name, found)
    return found


async def test_whether_one_may_resign_is_known_before_the_letter(ask: Ask, acme: Actor, globex: Actor) -> None:
    company, without = await founded(acme), await founded(globex)
    await lay_down(acme, {"days": 30, "day_kind": "calendar"}, chain(HEAD))
    async with writing(acme, settle=settle) as work:
        today = work.now.astimezone().date()
    letter = {"letter_on": today}
    assert await agrees(ask, company.engineer, "submitResignation", **letter) == []
    async with writing(company.engineer, settle=settle) as work:
        await people.submit_resignation(work, **letter)
    second = await agrees(ask, company.engineer, "submitResignation", **letter)
    assert second == ["A resignation of this person is under way already."]
    nobody = replace(company.head, permissions=frozenset())
    assert await agrees(ask, nobody, "submitResignation", **letter) == ["This needs the permission “people.resign”."]
    # The other company has no handbook, and the administrators of both are no staff.
    assert "No handbook is in force yet" in (await agrees(ask, without.engineer, "submitResignation", **letter))[0]
    for admin in (acme, globex):
        assert "nothing to resign from" in (await agrees(ask, admin, "submitResignation", **letter))[0]
    program = Actor(tenant_id=acme.tenant_id, kind=ActorKind.CLIENT, id=uuid4(), permissions=acme.permissions)
    assert await agrees(ask, program, "submitResignation", **letter) == ["Say whose letter this is."]


async def test_every_beginning_tells_its_permission_and_the_clause_that_is_missing(ask: Ask) -> None:
    company, third = await software_company(), await found_company()
    mutations = SCHEMA._schema.mutation_type
    assert mutations is not None
    names = list(SCHEMA._schema.type_map["MayStart"].fields)  # type: ignore[union-attr]  # it is an object type
    assert set(names) <= set(mutations.fields)
    powerless = replace(company.clerk, permissions=frozenset())
    for name, found in (await told(ask, powerless, *names)).items():
        assert found, name
        assert "permission" in found[0], name
    others = [name for name in names if name != "submitResignation"]
    assert {name: [] for name in others} == await told(ask, company.admin, *others)
    missing = await told(ask, third, *others)
    assert [name for name, found in missing.items() if found] == ["submitRequest"]
    assert "No handbook is in force yet" in missing["submitRequest"][0]
