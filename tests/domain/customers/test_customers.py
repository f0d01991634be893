"""The register of customers: one name once, an owner who is there, contacts in their own language."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.customers import commands, queries, rules
from domain.customers.models import Customer
from domain.kernel.terms import CustomerTier, Language
from domain.organisation import commands as organisation
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tenancy.members import Member
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound
from tenancy.work import Work
from tests.domain.requests.company import founded


async def customer(work: Work, name: str = "Harbour Works", **given: object) -> Customer:
    particulars = {
        "tier": CustomerTier.KEY,
        "language": Language.ZH_HANT,
        "billing_email": "Billing@Harbour.example",
        **given,
    }
    return await commands.create_customer(work, name=name, **particulars)  # type: ignore[arg-type]  # a test's shorthand


async def test_a_customer_is_taken_up_with_its_importance_and_address(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        created = await customer(work, "  Harbour   Works ")
    async with reading(acme) as work:
        found = await queries.get(work, created.id)
        assert (found.name, found.tier, found.billing_email) == (
            "Harbour Works",
            CustomerTier.KEY,
            "billing@harbour.example",
        )


async def test_one_name_is_one_customer_but_two_companies_may_serve_the_same(acme: Actor, globex: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        mine = await customer(work)
    with pytest.raises(Conflict) as refused:
        async with writing(acme, settle=settle) as work:
            await customer(work)
    assert refused.value.path == ("name",)
    async with writing(globex, settle=settle) as work:
        await customer(work)
        with pytest.raises(NotFound):
            await queries.get(work, mine.id)


async def test_a_contact_is_written_to_in_the_customer_s_language_unless_they_have_their_own(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        served = await customer(work)
        first = await commands.add_contact(work, customer_id=served.id, name="Lin", email="lin@harbour.example")
        second = await commands.add_contact(
            work,
            customer_id=served.id,
            name="Kim",
            email="kim@harbour.example",
            language=Language.EN,
            phone="+852 1234",
        )
        assert (first.language, second.language) == (Language.ZH_HANT, Language.EN)
        with pytest.raises(Conflict):
            await commands.add_contact(work, customer_id=served.id, name="Lin", email="LIN@harbour.example")


async def test_who_has_left_owns_no_account_and_gets_none(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        root = await organisation.create_department(work, name="Company")
        post = await organisation.create_post(work, name="Sales")
        person = work.add(Member(name="Owner", email=f"{uuid4().hex}@example.com", language="en"))
        owner = await organisation.engage(
            work, member_id=person.id, department_id=root.id, post_id=post.id, hired_on=date(2025, 1, 6)
        )
        served = await customer(work, owner_id=owner.id)
        assert await queries.owner_of(work, served.id) == owner.id
        await organisation.release(work, staff_id=owner.id, left_on=date(2026, 1, 31))
        with pytest.raises(Invalid) as refused:
            await customer(work, "Another", owner_id=owner.id)
        assert refused.value.path == ("ownerId",)
        assert await queries.owner_of(work, served.id) is None


async def test_an_owner_nobody_knows_is_named_in_the_refusal(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        with pytest.raises(NotFound) as refused:
            await customer(work, owner_id=uuid4())
    assert refused.value.path == ("ownerId",)


async def test_changing_a_customer_keeps_what_it_was_in_the_journal(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        served = await customer(work)
        changed = await commands.change_customer(
            work,
            customer_id=served.id,
            name=served.name,
            tier=CustomerTier.STRATEGIC,
            language=Language.EN,
            billing_email=served.billing_email,
            owner_id=None,
            active=False,
        )
        assert (changed.tier, changed.active) == (CustomerTier.STRATEGIC, False)


async def test_only_who_may_manage_customers_takes_one_up(acme: Actor) -> None:
    clerk = Actor(tenant_id=acme.tenant_id, kind=acme.kind, id=acme.id, permissions=frozenset({"customers.read"}))
    with pytest.raises(Forbidden):
        async with writing(clerk, settle=settle) as work:
            await customer(work)


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b", "a\x00@b.example", "a b@c.example", "a@c.example, d@e.example", "x" * 300 + "@c.de"]
)
def test_what_has_not_the_form_of_an_address_is_refused(email: str) -> None:
    with pytest.raises(Invalid):
        rules.clean_email(email, "email")


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "Harbour\x00Works"])
async def test_a_name_that_can_not_be_kept_is_refused(acme: Actor, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        async with writing(acme, settle=settle) as work:
            await customer(work, name)
    assert refused.value.path == ("name",)


@pytest.mark.parametrize("phone", ["call me", "1", "0" * 40])
def test_what_can_not_be_dialled_is_refused(phone: str) -> None:
    with pytest.raises(Invalid):
        rules.clean_phone(phone, "phone")


async def test_the_customers_of_somebody_who_leaves_go_to_whoever_stands_above(pool: None) -> None:
    company, other = await founded(), await founded()
    for each in (company, other):
        async with writing(each.admin, settle=settle) as work:
            await customer(work, "Harbour Works", owner_id=each.agent.id)
            await customer(work, "Of the boss", owner_id=each.boss.id)
    async with writing(company.admin, settle=settle) as work:
        await organisation.release(work, staff_id=company.agent.id, left_on=date(2026, 6, 1))  # type: ignore[arg-type]  # members have ids
        await organisation.release(work, staff_id=company.boss.id, left_on=date(2026, 6, 1))  # type: ignore[arg-type]  # members have ids

    async def owners(admin: Actor) -> dict[str, object]:
        async with reading(admin) as work:
            return {row.name: row.owner_id for row in await work.all(select(Customer))}

    # Above the agent stands the head, and above the boss nobody.
    assert await owners(company.admin) == {
        "Harbour Works": company.head.id,
        "Of the boss": None,
        "Big": None,
        "Small": None,
    }
    assert (await owners(other.admin))["Harbour Works"] == other.agent.id
    async with reading(company.admin) as work:
        entries = await work.all(select(JournalEntry).where(JournalEntry.name == "customers.accounts_handed_on"))
    assert [entry.payload["owner_id"] for entry in entries] == [str(company.head.id), None]
