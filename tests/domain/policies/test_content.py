"""What one version changes of another, clause by clause; every change gives another fingerprint."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.policies.rules.content import Change, ClauseContent, Content, FieldDifference, differences

NOTICE = ClauseContent("4.2", "notice_period", {"days": 30, "waiver_allowed": True}, {}, {"en": "Notice"}, {"en": ""})
TITLE = {"en": "Handbook"}


def content(*clauses: ClauseContent) -> Content:
    return Content("HB-01", TITLE, clauses)


def test_a_changed_clause_tells_each_field_before_and_after() -> None:
    after = replace(NOTICE, value={"days": 45, "waiver_allowed": True}, scope={"post_id": "p"})
    (found,) = differences(content(NOTICE), content(after))
    assert (found.number, found.change, found.before, found.after) == ("4.2", Change.CHANGED, NOTICE, after)
    assert found.fields == (
        FieldDifference(("value", "days"), 30, 45),
        FieldDifference(("scope", "post_id"), None, "p"),
    )


def test_a_changed_chain_is_told_step_by_step() -> None:
    def chain(*steps: tuple[str, int]) -> ClauseContent:
        return replace(NOTICE, value={"steps": [{"name": {"en": name}, "quorum": quorum} for name, quorum in steps]})

    def told(one: ClauseContent, other: ClauseContent) -> list[tuple[tuple[str, ...], Any, Any]]:
        (found,) = differences(content(one), content(other))
        return [(each.path[1:], each.before, each.after) for each in found.fields]

    one = chain(("A", 1), ("B", 2))
    assert told(one, chain(("A", 1), ("B", 3))) == [(("steps", "1", "quorum"), 2, 3)]
    assert told(one, chain(("C", 1), ("A", 1), ("B", 2))) == [
        (("steps", "0"), None, {"name": {"en": "C"}, "quorum": 1})
    ]
    assert told(one, chain(("A", 1))) == [(("steps", "1"), {"name": {"en": "B"}, "quorum": 2}, None)]
    # What changes its order is told as a whole.
    ((path, _, _),) = told(one, chain(("B", 2), ("A", 1)))
    assert path == ("steps",)


def test_clauses_are_added_and_removed_in_the_order_people_count() -> None:
    one, two, ten = (replace(NOTICE, number=number) for number in ("4.1", "4.2", "4.10"))
    found = differences(content(one, ten), content(one, two))
    assert [(each.number, each.change) for each in found] == [("4.2", Change.ADDED), ("4.10", Change.REMOVED)]


values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", min_size=1, max_size=2), inner, max_size=3)
    ),
    max_leaves=6,
)
clauses = st.lists(
    st.builds(
        ClauseContent,
        number=st.sampled_from(["1.1", "1.2", "1.10", "2"]),
        kind=st.sampled_from(["provision", "notice_period"]),
        value=st.dictionaries(st.text("ab", min_size=1, max_size=2), values, max_size=3),
        scope=st.just({}),
        title=st.fixed_dictionaries({"en": st.text(max_size=2)}),
        text=st.just({"en": ""}),
        applies_to_open_cases=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda clause: clause.number,
)


def mended(before: dict[str, ClauseContent], after: Content, before_content: Content) -> dict[str, ClauseContent]:
    """The first version with what the differences tell."""
    patched: dict[str, Any] = dict(before)
    for each in differences(before_content, after):
        if each.after is None:
            del patched[each.number]
        else:
            patched[each.number] = each.after
    return patched


@given(clauses, clauses)
def test_the_differences_lead_from_one_version_to_the_other(one: list[ClauseContent], two: list[ClauseContent]) -> None:
    before, after = content(*one), content(*two)
    by_number = {clause.number: clause for clause in two}
    assert mended({clause.number: clause for clause in one}, after, before) == by_number
    assert differences(after, after) == []
    same = sorted(one, key=lambda clause: clause.number) == sorted(two, key=lambda clause: clause.number)
    assert (differences(before, after) == []) == same
    for each in differences(before, after):
        assert (each.change is Change.CHANGED) == bool(each.fields)


@given(clauses, clauses)
def test_another_content_has_another_fingerprint(one: list[ClauseContent], two: list[ClauseContent]) -> None:
    assert (content(*one).digest() == content(*two).digest()) == (repr(one) == repr(two))
