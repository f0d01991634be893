"""The tree of service lines: no circles, at most six levels, codes that clauses can name."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue.rules import DEEPEST, check_place, clean_code, clean_name
from domain.policies.rules import checks
from domain.policies.rules.scopes import Scope
from tenancy.refusals import Invalid

LINES = [UUID(int=number) for number in range(1, 13)]


@given(st.lists(st.tuples(st.sampled_from(LINES), st.none() | st.sampled_from(LINES)), max_size=40))
def test_whatever_is_moved_the_tree_stays_one(moves: list[tuple[UUID, UUID | None]]) -> None:
    parents: dict[UUID, UUID | None] = dict.fromkeys(LINES)
    for id, above in moves:
        try:
            check_place(id, above, parents)
        except Invalid:
            continue
        parents[id] = above
    for line in LINES:
        levels, at = 0, line
        while at is not None:
            levels += 1
            assert levels <= DEEPEST
            at = parents[at]  # type: ignore[assignment]  # None ends the loop


def test_a_line_is_moved_with_all_below_it() -> None:
    chain: dict[UUID, UUID | None] = dict(zip(LINES[:4], [None, *LINES[:3]], strict=True))
    other: dict[UUID, UUID | None] = dict(zip(LINES[4:7], [None, *LINES[4:6]], strict=True))
    check_place(LINES[1], LINES[6], chain | other)
    with pytest.raises(Invalid) as refused:
        check_place(LINES[0], LINES[6], chain | other, "parentId")
    assert refused.value.path == ("parentId",)
    with pytest.raises(Invalid):
        check_place(LINES[0], LINES[3], chain)
    with pytest.raises(Invalid):
        check_place(LINES[0], LINES[0], chain)


@given(st.text(max_size=70) | st.from_regex(r"[a-z][a-z0-9_.-]*", fullmatch=True))
def test_a_code_that_is_taken_is_one_that_clauses_can_name(code: str) -> None:
    try:
        cleaned = clean_code(code)
    except Invalid:
        return
    assert checks.parse(Scope, {"service_line": cleaned}, "scope").service_line == cleaned


def test_a_name_is_there_in_every_language() -> None:
    assert clean_name({"zh_Hans": "售后"}, "name") == {"zh_Hans": "售后", "zh_Hant": "售后", "en": "售后"}
    for written in ({}, {"en": "x" * 121}):
        with pytest.raises(Invalid):
            clean_name(written, "name")
