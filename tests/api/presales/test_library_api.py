"""The library of presales by GraphQL: found by words, used, asked to be brought up to date, and nothing for others."""

from typing import Any

import pytest

from tests.conftest import found_company
from tests.domain.presales.company import founded

pytestmark = pytest.mark.usefixtures("pool")

KEEP = """mutation($input: KeepMaterialInput!) { keepMaterial(input: $input) { item { id number version kind tags }
  errors { code path } } }"""
USE = """mutation($input: UseMaterialInput!) { useMaterial(input: $input) { use { purpose outdated item { version } }
  errors { code path } } }"""
REVISE = """mutation($input: ReviseMaterialInput!) { reviseMaterial(input: $input) { item { id version reason state
  updateWanted useCount consentNeeded } errors { code } } }"""
RETIRE = """mutation($input: RetireMaterialInput!) { retireMaterial(input: $input) { item { state retiredFor }
  errors { code } } }"""
FIND = """query($filter: LibraryItemFilter) { libraryItems(first: 5, filter: $filter) { nodes {
  title version state useCount updateWanted uses(first: 5) { nodes { feedback } } } }
  libraryUses(first: 5) { totalCount } }"""


async def test_a_piece_is_found_used_and_brought_up_to_date(ask: Any) -> None:
    company, third = await founded(), await found_company()
    material = {"kind": "CASE", "title": "Portal for trade", "content": "All of it", "tags": ["ERP"]}
    made = (await ask(company.admin, KEEP, input={"material": material}))["keepMaterial"]
    assert made["errors"] == []
    item = made["item"]
    assert item | {"id": ""} == {"id": "", "number": "LIB-000001", "version": 1, "kind": "CASE", "tags": ["erp"]}
    use = {"itemId": item["id"], "purpose": "An offer", "feedback": "Prices are old", "outdated": True}
    used = (await ask(company.admin, USE, input=use))["useMaterial"]
    assert used == {"use": {"purpose": "An offer", "outdated": True, "item": {"version": 1}}, "errors": []}
    wanted = {"updateWanted": True, "title": {"contains": "trade"}}
    shown = await ask(company.admin, FIND, filter=wanted)
    assert shown["libraryItems"]["nodes"] == [
        {
            "title": "Portal for trade",
            "version": 1,
            "state": "CURRENT",
            "useCount": 1,
            "updateWanted": True,
            "uses": {"nodes": [{"feedback": "Prices are old"}]},
        }
    ]
    assert await ask(third, FIND, filter=None) == {"libraryItems": {"nodes": []}, "libraryUses": {"totalCount": 0}}
    assert (await ask(third, USE, input=use))["useMaterial"]["errors"] == [{"code": "NOT_FOUND", "path": ["itemId"]}]
    given = {"itemId": item["id"], "material": material, "reason": "New prices"}
    revised = (await ask(company.admin, REVISE, input=given))["reviseMaterial"]
    assert revised["item"] | {"id": ""} == {
        "id": "",
        "version": 2,
        "reason": "New prices",
        "state": "CURRENT",
        "updateWanted": False,
        "useCount": 1,
        "consentNeeded": False,
    }
    assert (await ask(company.admin, FIND, filter=wanted))["libraryItems"]["nodes"] == []
    gone = {"itemId": revised["item"]["id"], "reason": "No more"}
    retired = (await ask(company.admin, RETIRE, input=gone))["retireMaterial"]
    assert retired == {"item": {"state": "RETIRED", "retiredFor": "No more"}, "errors": []}
