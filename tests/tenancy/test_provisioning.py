"""Companies come into being whole: a founding that broke off is finished, and a lost first token is replaced."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, insert
from uuid_utils.compat import uuid7

from domain.consequences import settle
from tenancy.actor import ActorKind
from tenancy.database import platform
from tenancy.identity.actors import actor_for
from tenancy.provisioning import Founding, create_tenant, issue_administrator_token
from tenancy.refusals import Conflict, Invalid, NotFound
from tenancy.tenants import Tenant, TenantStatus

EMAIL = "ada@example.com"


async def found(slug: str, *permissions: str, **given: Any) -> Founding:
    usual: dict[str, Any] = {"name": "Company", "administrator": ("Ada", EMAIL)}
    return await create_tenant(
        slug=slug,
        zone="Asia/Shanghai",
        language="en",
        permissions=permissions or ["tenant.administer"],
        settle=settle,
        token_name="first",
        **{**usual, **given},
    )


@pytest.fixture
def slug(pool: None) -> str:
    return f"c{uuid4().hex[:20]}"


async def test_a_short_name_is_taken_by_whoever_is_there_first(slug: str) -> None:
    await found(slug)
    with pytest.raises(Conflict) as refused:
        await found(slug)
    assert refused.value.path == ("slug",)


@pytest.mark.parametrize(
    ("given", "at_fault"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"administrator": ("", EMAIL)}, "administratorName"),
        ({"administrator": ("A\x00da", EMAIL)}, "administratorName"),
        ({"administrator": ("Ada", "ada")}, "administratorEmail"),
    ],
)
async def test_a_company_and_its_administrator_have_names_and_an_address(
    slug: str, given: dict[str, Any], at_fault: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await found(slug, **given)
    assert refused.value.path == (at_fault,)
    await found(slug)


async def test_a_founding_that_broke_off_before_anybody_was_in_is_finished_by_the_next_one(slug: str) -> None:
    left_behind = uuid7()
    async with platform() as door:
        await door.rows(
            insert(Tenant).values(
                id=left_behind,
                slug=slug,
                name="Half",
                zone="UTC",
                language="en",
                created_at=func.now(),
                status=TenantStatus.ACTIVE,
                rehearsal=False,
            )
        )
    finished = await found(slug)
    assert finished.tenant_id == left_behind
    actor = await actor_for(f"Bearer {finished.token}", None, None)
    assert (actor.kind, actor.tenant_id) == (ActorKind.MEMBER, left_behind)


async def test_an_administrator_who_never_got_the_first_token_is_given_another(slug: str) -> None:
    founding = await found(slug)
    again = await issue_administrator_token(slug=slug, email=EMAIL.upper(), token_name="again", settle=settle)
    assert (again.tenant_id, again.member_id) == (founding.tenant_id, founding.member_id)
    assert again.token != founding.token
    for token in (founding.token, again.token):
        actor = await actor_for(f"Bearer {token}", None, None)
        assert (actor.id, actor.permissions) == (founding.member_id, {"tenant.administer"})


async def test_nobody_but_an_administrator_is_given_a_token(slug: str) -> None:
    with pytest.raises(NotFound):
        await issue_administrator_token(slug=slug, email=EMAIL, token_name="x", settle=settle)
    await found(slug, "requests.read")
    for email in (EMAIL, "stranger@example.com"):
        with pytest.raises(NotFound) as refused:
            await issue_administrator_token(slug=slug, email=email, token_name="x", settle=settle)
        assert refused.value.path == ("administratorEmail",)
