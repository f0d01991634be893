"""The library of presales: consent for what is a customer's, versions that answer feedback, and who used what."""

import asyncio
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.kernel.money import Money
from domain.presales import commands
from domain.presales.models import LibraryItem, LibraryUse, Solution
from domain.presales.rules.library import Consent, Material, MaterialKind, MaterialState
from domain.presales.rules.solutions import Proposal
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Forbidden, Invalid, NotFound, Refusal
from tests.conftest import found_company
from tests.domain.presales.company import Company, founded

pytestmark = pytest.mark.usefixtures("pool")

CASE = Material(
    MaterialKind.CASE, " Portal  for a key customer ", "Fits trade", "What was done\nand why", ("ERP", "erp", "trade")
)


async def act(actor: Actor, command: Any, **given: Any) -> Any:
    async with writing(actor, settle=settle) as work:
        return await command(work, **given)


async def kept(company: Company, material: Material = CASE, **more: Any) -> LibraryItem:
    found: LibraryItem = await act(company.seller, commands.keep_material, material=material, **more)
    return found


async def a_solution(company: Company) -> Solution:
    """A draft for an inquiry of the key customer."""
    inquiry = await act(
        company.seller,
        commands.register_inquiry,
        customer_id=company.key_id,
        title="Portal",
        content="One for all",
        assignee_id=company.seller.id,
    )
    await act(company.seller, commands.note_contact, inquiry_id=inquiry.id, needs="A portal")
    found: Solution = await act(
        company.seller,
        commands.draft_solution,
        inquiry_id=inquiry.id,
        proposal=Proposal("Portal", "All", "", "", "", Money.of("100", "CNY")),
    )
    return found


async def test_a_piece_is_kept_revised_used_and_retired_and_its_former_versions_stay() -> None:
    company, third = await founded(), await found_company()
    first = await kept(company)
    assert (first.number, first.title, first.tags) == ("LIB-000001", "Portal for a key customer", ["erp", "trade"])
    use = await act(
        company.seller,
        commands.use_material,
        item_id=first.id,
        purpose="Offer for Small",
        feedback="The prices are of last year",
        outdated=True,
    )
    second = await act(company.seller, commands.revise_material, item_id=first.id, material=CASE, reason="New prices")
    assert (second.number, second.version, second.reason, second.tags) == (first.number, 2, "New prices", first.tags)
    for command, given in (
        (commands.use_material, {"purpose": "Again"}),
        (commands.retire_material, {"reason": "Old"}),
        (commands.revise_material, {"material": CASE, "reason": "Twice"}),
    ):
        with pytest.raises(Refusal):
            await act(company.seller, command, item_id=first.id, **given)
    retired = await act(company.seller, commands.retire_material, item_id=second.id, reason="Consent taken back")
    assert (retired.state, retired.retired_for) == (MaterialState.RETIRED, "Consent taken back")
    with pytest.raises(Refusal):
        await act(company.seller, commands.use_material, item_id=second.id, purpose="Again")
    back = await act(company.seller, commands.revise_material, item_id=second.id, material=CASE, reason="Agreed anew")
    assert back.state is MaterialState.CURRENT
    async with reading(company.admin) as work:
        states = {row.version: row.state.value for row in await work.all(select(LibraryItem))}
        assert states == {1: "superseded", 2: "superseded", 3: "current"}
        assert [row.item_id for row in await work.all(select(LibraryUse))] == [use.item_id] == [first.id]
    async with reading(third) as work:
        assert await work.all(select(LibraryItem)) == await work.all(select(LibraryUse)) == []


async def test_what_comes_of_a_customers_solution_needs_their_consent() -> None:
    company, third = await founded(), await found_company()
    solution = await a_solution(company)
    with pytest.raises(Invalid) as refused:
        await kept(company, solution_id=solution.id)
    assert (refused.value.code, refused.value.path) == ("NO_CONSENT", ("consent",))
    for consent, path in ((Consent(" ", date(2026, 6, 1)), "givenBy"), (Consent("Lin", date(2026, 6, 2)), "givenOn")):
        with pytest.raises(Invalid) as refused:
            await kept(company, solution_id=solution.id, consent=consent)
        assert refused.value.path == ("consent", path)
    consent = Consent("Lin", date(2026, 6, 1))
    item = await kept(company, solution_id=solution.id, consent=consent)
    later = await act(company.seller, commands.revise_material, item_id=item.id, material=CASE, reason="Shorter")
    assert (later.solution_id, later.consent_by, later.consent_on) == (solution.id, "Lin", date(2026, 6, 1))
    retired = await act(company.seller, commands.retire_material, item_id=later.id, reason="Lin takes it back")
    again: dict[str, Any] = {"item_id": retired.id, "material": CASE, "reason": "Asked again"}
    with pytest.raises(Invalid) as refused:
        await act(company.seller, commands.revise_material, **again)
    assert (refused.value.code, refused.value.path) == ("NO_CONSENT", ("consent",))
    anew = Consent("Mei", date(2026, 6, 1))
    back = await act(company.seller, commands.revise_material, **again, consent=anew)
    assert (back.version, back.consent_by) == (3, "Mei")
    with pytest.raises(NotFound):
        await act(third, commands.keep_material, material=CASE, solution_id=solution.id, consent=consent)
    with pytest.raises(NotFound):
        await act(third, commands.use_material, item_id=later.id, purpose="Theirs")
    with pytest.raises(Forbidden):
        await act(company.boss, commands.use_material, item_id=later.id, purpose="Mine")


async def test_two_who_revise_at_once_make_one_version() -> None:
    company = await founded()
    item = await kept(company)
    outcomes = await asyncio.gather(
        *(
            act(company.seller, commands.revise_material, item_id=item.id, material=CASE, reason=str(number))
            for number in range(3)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(each, LibraryItem) for each in outcomes) == 1
    async with reading(company.admin) as work:
        assert len(await work.all(select(LibraryItem))) == 2


async def test_what_is_refused_changes_nothing() -> None:
    company = await founded()
    for material, path in (
        (Material(MaterialKind.CASE, " ", "", "x"), "title"),
        (Material(MaterialKind.CASE, "x" * 201, "", "x"), "title"),
        (Material(MaterialKind.CASE, "x", "", " "), "content"),
        (Material(MaterialKind.CASE, "x", "x" * 2001, "x"), "summary"),
        (Material(MaterialKind.CASE, "x", "", "x", ("",)), "tags"),
        (Material(MaterialKind.CASE, "x", "", "x", ("x",) * 21), "tags"),
    ):
        with pytest.raises(Invalid) as refused:
            await kept(company, material)
        assert refused.value.path[0] == path
    item = await kept(company)
    with pytest.raises(Invalid):
        await act(company.seller, commands.use_material, item_id=item.id, purpose="x", outdated=True)
    async with reading(company.admin) as work:
        assert await work.all(select(LibraryUse)) == []
        assert len(await work.all(select(LibraryItem))) == 1
