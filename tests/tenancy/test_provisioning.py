"""Companies come into being whole or not at all, and a lost first token is replaced."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.database import reading
from tenancy.identity.actors import actor_for
from tenancy.journal import JournalEntry
from tenancy.provisioning import (
    Founding,
    admit_where_nobody_can_sign_in,
    create_tenant,
    issue_administrator_token,
    list_tenants,
)
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
    again, admitted = await issue_administrator_token(slug=slug, email=EMAIL.upper(), token_name="again", settle=settle)
    assert (again.tenant_id, again.member_id) == (founding.tenant_id, founding.member_id)
    assert again.token != founding.token
    assert (admitted.email, admitted.token) == (EMAIL, again.token)
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


async def test_without_an_address_whoever_manages_access_is_given_the_token_and_the_journal_says_so(slug: str) -> None:
    founding = await found(slug, "access.manage")
    again, admitted = await issue_administrator_token(slug=slug, token_name="again", settle=settle)
    assert (again.member_id, admitted.email) == (founding.member_id, EMAIL)
    async with reading(Actor.system(founding.tenant_id)) as work:
        entries = await work.all(select(JournalEntry).where(JournalEntry.name == "identity.access_token_created"))
        assert [entry.subject_id for entry in entries] == [founding.member_id] * 2


async def test_where_nobody_manages_access_nobody_can_be_let_in(slug: str) -> None:
    await found(slug, "requests.read")
    with pytest.raises(NotFound):
        await issue_administrator_token(slug=slug, token_name="x", settle=settle)


async def test_a_token_is_issued_only_while_nobody_who_manages_access_can_sign_in(slug: str) -> None:
    without = await found(slug, "access.manage")
    admitted = await admit_where_nobody_can_sign_in(without.tenant_id, token_name="restore", settle=settle)
    assert admitted is not None
    assert (await actor_for(f"Bearer {admitted.token}", None, None)).id == without.member_id
    founding = await found(f"{slug}w", "access.manage", password="long enough to be one")
    assert await admit_where_nobody_can_sign_in(founding.tenant_id, token_name="restore", settle=settle) is None
