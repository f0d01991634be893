"""The company's shape: who heads what, who stands above whom, and that no line leads in a circle."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from domain.consequences import settle
from domain.organisation import commands, queries
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.members import Member
from tenancy.refusals import Forbidden, Invalid, NotFound
from tenancy.work import Work


async def engage(work: Work, name: str, department: UUID, post: UUID, superior: UUID | None = None) -> UUID:
    member = work.add(Member(name=name, email=f"{uuid4().hex}@example.com", language="en"))
    staff = await commands.engage(
        work,
        member_id=member.id,
        department_id=department,
        post_id=post,
        superior_id=superior,
        hired_on=date(2025, 1, 6),
    )
    return staff.id


async def test_a_department_without_a_head_is_headed_from_above(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        root = await commands.create_department(work, name="Company")
        support = await commands.create_department(work, name="Support", parent_id=root.id)
        post = await commands.create_post(work, name="Director")
        boss = await engage(work, "Boss", root.id, post.id)
        await commands.appoint_head(work, department_id=root.id, staff_id=boss)
        assert await queries.head_of(work, support.id) == boss


async def test_nobody_stands_above_themselves(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        root = await commands.create_department(work, name="Company")
        post = await commands.create_post(work, name="Engineer")
        first = await engage(work, "First", root.id, post.id)
        second = await engage(work, "Second", root.id, post.id, first)
        with pytest.raises(Invalid):
            await commands.move(work, staff_id=first, department_id=root.id, post_id=post.id, superior_id=second)
        assert await queries.superior_of(work, second) == first
        assert await queries.superior_of(work, second, levels=2) is None


async def test_who_leaves_leaves_the_headship_vacant(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        root = await commands.create_department(work, name="Company")
        post = await commands.create_post(work, name="Director")
        boss = await engage(work, "Boss", root.id, post.id)
        await commands.appoint_head(work, department_id=root.id, staff_id=boss)
        await commands.release(work, staff_id=boss, left_on=date(2026, 1, 31))
        assert await queries.head_of(work, root.id) is None
        assert await queries.holders(work, post.id) == []


async def test_another_company_s_department_is_no_department(acme: Actor, globex: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        root = await commands.create_department(work, name="Company")
    with pytest.raises(NotFound) as refused:
        async with writing(globex, settle=settle) as work:
            await commands.create_department(work, name="Below", parent_id=root.id)
    assert refused.value.path == ("parentId",)


async def test_only_who_may_manage_changes_the_shape(acme: Actor) -> None:
    clerk = Actor(tenant_id=acme.tenant_id, kind=acme.kind, id=acme.id, permissions=frozenset())
    with pytest.raises(Forbidden) as refused:
        async with writing(clerk, settle=settle) as work:
            await commands.create_department(work, name="Mine")
    assert refused.value.values == {"permission": "organisation.manage"}
    async with reading(clerk) as work:
        assert await queries.at_work(work) == []
