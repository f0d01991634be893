"""The sample companies as they are written down: whole, in three languages, and different where the story needs it."""

import ast
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

import pytest

from domain.policies.rules import checks
from domain.policies.rules.handbooks import StoredClause
from domain.policies.rules.kinds import KINDS
from domain.policies.rules.scopes import Scope
from domain.policies.rules.starters import starters
from tests.domain.policies.regulation import CHAPTERS
from zhidu import demo
from zhidu.demo import COMPANIES
from zhidu.demo.acts import ACTS
from zhidu.demo.acts.handbook import amended
from zhidu.demo.diary import entries
from zhidu.demo.mutations import MUTATIONS
from zhidu.demo.samples import Sample, sample

LIVED = [sample(name) for name in COMPANIES if name != "empty"]


def handbook(company: Sample) -> Mapping[str, Any]:
    assert company.handbook is not None
    return company.handbook


def clauses() -> Iterator[Any]:
    for each in LIVED:
        book = handbook(each)
        changed = (amended(book, change) for change in book["amendment"]["clause"])
        for clause in (*book["clause"], *changed):
            yield pytest.param(clause, id=f"{each.slug}-{clause['number']}")


@pytest.mark.parametrize("clause", list(clauses()))
def test_a_clause_is_worded_in_three_languages_and_its_value_has_the_form_of_its_kind(clause: Any) -> None:
    for wording in (clause["title"], clause["text"]):
        assert set(wording) == {"zhHans", "zhHant", "en"}
        assert all(text.strip() for text in wording.values())
    checks.parse(KINDS[clause["kind"]], clause.get("value", {}), "value")


def regulation(company: Sample, *, changed: bool) -> list[StoredClause]:
    """The handbook as a whole: the starter, what the company has otherwise, and perhaps what it changes later."""
    book = handbook(company)
    said = {clause.number: (clause.kind, clause.value, clause.scope) for clause in starters()[book["starter"]].clauses}
    for number in book["removed"]:
        del said[number]
    changes = [amended(book, change) for change in book["amendment"]["clause"]] if changed else []
    for clause in (*book["clause"], *changes):
        scope = {
            f"{name}_id" if name in ("post", "department") else name: str(uuid5(NAMESPACE_OID, limit))
            if name in ("post", "department")
            else limit
            for name, limit in clause.get("scope", {}).items()
        }
        said[clause["number"]] = (clause["kind"], clause.get("value", {}), scope)
    return [
        StoredClause(
            id=uuid4(),
            number=number,
            position=checks.position(number),
            kind=kind,
            value=value,
            scope=Scope.model_validate(scope),
        )
        for number, (kind, value, scope) in said.items()
    ]


@pytest.mark.parametrize("changed", [False, True], ids=["first", "changed"])
@pytest.mark.parametrize("company", LIVED, ids=lambda each: each.slug)
def test_a_handbook_is_a_whole_regulation_of_60_clauses_and_more_without_a_contradiction(
    company: Sample, changed: bool
) -> None:
    written = regulation(company, changed=changed)
    assert len(written) >= 60
    kinds = {clause.kind for clause in written}
    assert {kind for kind, model in KINDS.items() if model.consumed_by} <= kinds
    # Every chapter of the starter, from the handbook itself to archives.
    assert {int(clause.number.split(".")[0]) for clause in written} == set(range(1, 21))
    assert checks.contradictions(written) + checks.missing_grounds(written) == []


# What one kind of clause lays down for several chapters, by the record it is about.
CHAPTER_OF_RECORD = {
    "contract": "CT",
    "warranty": "CT",
    "partner_agreement": "PA",
    "patent": "IP",
    "trademark": "IP",
    "software_licence": "AS",
    "certificate": "PE",
}
# Services are listed in the catalogue; a provision says so.
SERVICES = {"qingfan": "3.2", "namyuet": "2.1"}


def chapters(clause: StoredClause) -> set[str]:
    """The chapters of the requirements that a clause is about."""
    record = clause.value.get("record")
    if clause.kind == "expiry_reminders":
        return {CHAPTER_OF_RECORD[record]}
    return set(re.findall(r"\b([A-Z]{2})-\d+\b", KINDS[clause.kind].__doc__ or ""))


@pytest.mark.parametrize("company", LIVED, ids=lambda each: each.slug)
def test_a_handbook_has_a_clause_for_each_chapter_of_the_requirements(company: Sample) -> None:
    written = regulation(company, changed=False)
    covered = {chapter for clause in written for chapter in chapters(clause)}
    covered |= {"SC" for clause in written if clause.number == SERVICES[company.slug]}
    assert set(CHAPTERS) - covered == set()


@pytest.mark.parametrize("company", LIVED, ids=lambda each: each.slug)
def test_a_change_writes_over_places_that_are_there_and_leaves_the_rest(company: Sample) -> None:
    book = handbook(company)
    before = {clause["number"]: deepcopy(clause) for clause in book["clause"]}
    for change in book["amendment"]["clause"]:
        after = amended(book, change)
        known = before.get(change["number"])
        assert after != known
        assert known is None or after["title"] == known["title"]
    assert {clause["number"]: clause for clause in book["clause"]} == before


@pytest.mark.parametrize("company", LIVED, ids=lambda each: each.slug)
def test_a_diary_speaks_of_people_and_acts_that_exist_within_its_time(company: Sample) -> None:
    people = {person["key"] for person in company.several("people")}
    contacts = {f"contact/{each['key']}" for each in company.several("customers")}
    first, last = company.written["starts_at"], company.written["ends_at"]
    for entry in entries(company):
        assert entry["do"] in ACTS, entry
        assert entry["by"] in people | contacts, entry
        assert first <= entry["at"] <= last, entry
    assert len(company.several("requests")) >= 20


def references(written: Any) -> Iterator[str]:
    """The names that an input has in place of ids."""
    match written:
        case str() if written.startswith("@"):
            yield written.removeprefix("@")
        case Mapping():
            for value in written.values():
                yield from references(value)
        case list():
            for value in written:
                yield from references(value)


@pytest.mark.parametrize("company", LIVED, ids=lambda each: each.slug)
def test_what_a_diary_calls_names_mutations_people_and_records_that_are_there(company: Sample) -> None:
    founded = {f"person/{person['key']}" for person in company.several("people")}
    founded |= {f"department/{department['name']}" for department in company.several("departments")}
    founded |= {
        f"{kind}/{customer['key']}" for customer in company.several("customers") for kind in ("customer", "contact")
    }
    written = list(entries(company))
    made = {entry["key"]: entry["at"] for entry in written if "key" in entry}
    for entry in written:
        if entry["do"] != "call":
            continue
        assert entry["mutation"] in MUTATIONS, entry
        for name in references(entry["input"]):
            assert name in founded or made[name] <= entry["at"], (entry["key"], name)


def test_the_same_incident_is_reported_to_both_at_the_same_hour() -> None:
    reported = [
        request["at"] for each in LIVED for request in each.several("requests") if request["key"].endswith("outage")
    ]
    assert len(reported) == 2
    assert len(set(reported)) == 1


def test_the_demo_knows_nothing_of_the_house_but_its_address() -> None:
    """What it does, any client could do: it speaks to the public API and imports no room behind the door."""
    room = Path(demo.__file__).parent
    for path in room.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] not in ("api", "domain", "workers", "migrations", "sqlalchemy", "asyncpg")
                assert not name.startswith("tenancy") or name == "tenancy.config", path
