"""The sample companies as they are written down: whole, in three languages, and different where the story needs it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.policies.rules import checks
from domain.policies.rules.kinds import KINDS
from zhidu import demo
from zhidu.demo import COMPANIES
from zhidu.demo.acts import ACTS
from zhidu.demo.diary import entries
from zhidu.demo.samples import Sample, sample

LIVED = [sample(name) for name in COMPANIES if name != "empty"]


def clauses() -> Iterator[Any]:
    for each in LIVED:
        assert each.handbook is not None
        yield from (pytest.param(clause, id=f"{each.slug}-{clause['number']}") for clause in each.handbook["clause"])


@pytest.mark.parametrize("clause", list(clauses()))
def test_a_clause_is_worded_in_three_languages_and_its_value_has_the_form_of_its_kind(clause: Any) -> None:
    for wording in (clause["title"], clause["text"]):
        assert set(wording) == {"zhHans", "zhHant", "en"}
        assert all(text.strip() for text in wording.values())
    checks.parse(KINDS[clause["kind"]], clause.get("value", {}), "value")


@pytest.mark.parametrize("company", LIVED, ids=lambda each: each.slug)
def test_a_handbook_has_25_clauses_and_more_of_every_kind_that_the_house_acts_on(company: Sample) -> None:
    assert company.handbook is not None
    written = company.handbook["clause"]
    assert len(written) >= 25
    assert len({clause["number"] for clause in written}) == len(written)
    acted_on = {kind for kind, model in KINDS.items() if model.consumed_by}
    assert acted_on <= {clause["kind"] for clause in written}


@pytest.mark.parametrize("company", LIVED, ids=lambda each: each.slug)
def test_a_diary_speaks_of_people_and_acts_that_exist_within_its_time(company: Sample) -> None:
    people = {person["key"] for person in company.several("people")}
    first, last = company.written["starts_at"], company.written["ends_at"]
    for entry in entries(company):
        assert entry["do"] in ACTS, entry
        assert entry["by"] in people, entry
        assert first <= entry["at"] <= last, entry
    assert len(company.several("requests")) >= 20


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
