"""Companies come into being whole or not at all, and a lost first token is replaced."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from domain.consequences import settle
from tenancy.identity.actors import actor_for
from tenancy.provisioning import Founding, create_tenant, issue_administrator_token, list_tenants
from tenancy.refusals import Conflict, Invalid, NotFound
from tenancy.work import Work

EMAIL = "ada@example.com"


async def found(slug: str, *permissions: str, **given: Any) -> Founding:
    usual: dict[str, Any] = {"settle": settle, "name": "Company", "administrator": ("Ada", EMAIL)}
    return await create_tenant(
        slug=slug,
        zone="Asia/Shanghai",
        language="en",
        permissions=permissions or ["tenant.administer"],
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


async def test_a_founding_that_breaks_off_leaves_no_half_company(slug: str) -> None:
    async def break_off(_: Work) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await found(slug, settle=break_off)
    assert slug not in {tenant.slug for tenant in await list_tenants()}
    await found(slug)


async def test_of_two_who_found_under_one_short_name_at_once_one_is_told_that_it_is_taken(slug: str) -> None:
    outcomes = await asyncio.gather(*(found(slug) for _ in range(3)), return_exceptions=True)
    founded = [outcome for outcome in outcomes if isinstance(outcome, Founding)]
    assert [type(outcome) for outcome in outcomes if outcome not in founded] == [Conflict, Conflict]
    [tenant] = [tenant for tenant in await list_tenants() if tenant.slug == slug]
    assert tenant.id == founded[0].tenant_id


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
