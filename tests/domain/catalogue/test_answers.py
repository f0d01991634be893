"""Answers to a form: what fits is kept in one form, what does not is refused with the field's place, whatever comes."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue.rules import FieldKind, FormField, check_answers, contacts_in, parse_fields
from tenancy.refusals import Invalid

TWO = [{"code": "red", "label": {"en": "Red"}}, {"code": "blue", "label": {"en": "Blue"}}]


def field(kind: str, **more: Any) -> FormField:
    """A field `asked` of a kind."""
    extra: dict[str, Any] = {"choices": TWO} if kind.startswith("choice") else {}
    extra |= {"currency": "CNY"} if kind == "money" else {}
    return parse_fields([{"code": "asked", "kind": kind, "label": {"en": "Asked"}, **extra, **more}])[0]


def answer(kind: str, given: Any, **more: Any) -> Any:
    """What is kept of an answer; None when nothing is said."""
    return check_answers([field(kind, **more)], {"asked": given}).get("asked")


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "  Serial \n no. 7 ", "Serial no. 7"),
        ("long_text", "one\r\ntwo  ", "one\ntwo"),
        ("number", 12, 12),
        ("number", "-0", 0),
        ("number", 12.0, 12),
        ("money", "1234.5", "1234.50"),
        ("money", 7, "7.00"),
        ("day", "2026-02-28", "2026-02-28"),
        ("instant", "2026-11-21T09:30:00+08:00", "2026-11-21T01:30:00+00:00"),
        ("choice", "red", "red"),
        ("choices", ["blue", "red"], ["red", "blue"]),
        ("yes_no", False, False),
        ("contact", "00000000000000000000000000000007", str(UUID(int=7))),
    ],
)
def test_an_answer_is_kept_in_one_form(kind: str, given: Any, kept: Any) -> None:
    assert answer(kind, given) == kept
    assert type(answer(kind, given)) is type(kept)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("text", 7),
        ("text", ["a"]),
        ("text", "tab\tbell\a"),
        ("text", "x" * 201),
        ("long_text", "x" * 10_001),
        ("number", True),
        ("number", "１２"),
        ("number", "1_0"),
        ("number", " 1"),
        ("number", 1.5),
        ("number", float("nan")),
        ("number", float("inf")),
        ("number", 10**400),
        ("money", 12.5),
        ("money", "12.345"),
        ("money", "1e9"),
        ("day", "2026-02-29"),
        ("day", "20260228"),
        ("day", 20260228),
        ("instant", "2026-11-21T09:30:00"),
        ("instant", "0001-01-01T00:00:00+14:00"),
        ("choice", "green"),
        ("choice", ["red"]),
        ("choices", "red"),
        ("choices", ["red", "red"]),
        ("choices", [{"red": 1}]),
        ("yes_no", "true"),
        ("yes_no", 1),
        ("contact", "Lin"),
        ("contact", 7),
    ],
)
def test_what_is_no_such_answer_is_refused_with_its_place(kind: str, given: Any) -> None:
    with pytest.raises(Invalid) as refused:
        answer(kind, given)
    assert refused.value.path == ("answers", "asked")
    assert "{" not in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "bounds", "fits", "fails"),
    [
        ("text", {"minimum": "2", "maximum": "3"}, ["ab", "abc"], ["a", "abcd"]),
        ("number", {"minimum": "1", "maximum": "10"}, [1, "10"], [0, 11]),
        ("number", {"minimum": "0.5", "decimals": 2}, ["0.5", 0.75], ["0.49", "0.505"]),
        ("money", {"maximum": "99.99"}, ["99.99"], ["100"]),
        ("day", {"minimum": "2026-01-01", "maximum": "2026-12-31"}, ["2026-01-01"], ["2025-12-31", "2027-01-01"]),
        ("instant", {"minimum": "2026-01-01T00:00:00Z"}, ["2026-01-01T08:00:00+08:00"], ["2026-01-01T07:59:59+08:00"]),
        ("choices", {"minimum": "2"}, [["red", "blue"]], [["red"]]),
    ],
)
def test_bounds_are_kept_from_either_side(kind: str, bounds: Any, fits: list[Any], fails: list[Any]) -> None:
    for each in fits:
        assert answer(kind, each, **bounds) is not None
    for each in fails:
        with pytest.raises(Invalid):
            answer(kind, each, **bounds)


@pytest.mark.parametrize("nothing", [None, "", "  ", "\n"])
def test_nothing_said_is_left_out_and_refused_only_where_an_answer_is_needed(nothing: Any) -> None:
    assert check_answers([field("text")], {"asked": nothing}) == {}
    with pytest.raises(Invalid) as refused:
        check_answers([field("text", required=True)], {"asked": nothing})
    assert refused.value.path == ("answers", "asked")
    assert answer("choices", []) is None


def test_an_answer_to_what_nobody_asked_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        check_answers([field("text")], {"other": "x"})
    assert refused.value.path == ("answers", "other")


@pytest.mark.parametrize("given", [[], "text", 7, True])
def test_answers_are_an_object(given: Any) -> None:
    with pytest.raises(Invalid) as refused:
        check_answers([field("text")], given)
    assert refused.value.path == ("answers",)


def test_the_answers_together_have_a_bound() -> None:
    fields = parse_fields([{"code": f"f{number}", "kind": "long_text", "label": {"en": "F"}} for number in range(11)])
    with pytest.raises(Invalid) as refused:
        check_answers(fields, {asked.code: "x" * 10_000 for asked in fields})
    assert refused.value.path == ("answers",)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ({"kind": "choice"}, "fields.0"),
        ({"kind": "text", "choices": TWO}, "fields.0"),
        ({"kind": "money"}, "fields.0"),
        ({"kind": "money", "currency": "XXX"}, "fields.0"),
        ({"kind": "text", "currency": "CNY"}, "fields.0"),
        ({"kind": "day", "decimals": 1}, "fields.0"),
        ({"kind": "number", "minimum": "2", "maximum": "1"}, "fields.0"),
        ({"kind": "day", "minimum": "1"}, "fields.0"),
        ({"kind": "yes_no", "minimum": "1"}, "fields.0"),
        ({"kind": "text", "maximum": "201"}, "fields.0"),
        ({"kind": "number", "decimals": 7}, "fields.0.decimals"),
        ({"kind": "poem"}, "fields.0.kind"),
        ({"kind": "text", "code": "Not a code"}, "fields.0.code"),
        ({"kind": "text", "label": {}}, "fields.0.label"),
        ({"kind": "text", "label": {"en": "x" * 201}}, "fields.0"),
    ],
)
def test_a_field_that_cannot_be_asked_is_refused_with_its_place(written: Any, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_fields([{"code": "asked", "label": {"en": "Asked"}} | written])
    assert ".".join(refused.value.path) == place


def test_a_form_asks_each_thing_once_and_not_too_much() -> None:
    one = {"code": "asked", "label": {"en": "Asked"}}
    for fields in ([one, one], [one | {"code": f"f{number}"} for number in range(61)]):
        with pytest.raises(Invalid):
            parse_fields(fields)


# Whatever comes


@st.composite
def forms(draw: st.DrawFn) -> tuple[FormField, ...]:
    """Forms with a field of any kinds, with bounds that the kind has."""
    kinds = draw(st.lists(st.sampled_from(list(FieldKind)), max_size=6))
    return parse_fields([_field_of(draw, kind, f"f{index}") for index, kind in enumerate(kinds)])


def _field_of(draw: st.DrawFn, kind: FieldKind, code: str) -> dict[str, Any]:
    written: dict[str, Any] = {
        "code": code,
        "kind": kind.value,
        "label": {"en": "Asked"},
        "required": draw(st.booleans()),
    }
    match kind:
        case FieldKind.CHOICE | FieldKind.CHOICES:
            written["choices"] = TWO
        case FieldKind.MONEY:
            written["currency"] = draw(st.sampled_from(["CNY", "JPY", "KWD"]))
        case FieldKind.NUMBER:
            written["decimals"] = draw(st.integers(0, 6))
            written["minimum"] = str(draw(st.none() | st.integers(-1000, 0)) or "") or None
        case FieldKind.TEXT:
            written["maximum"] = draw(st.sampled_from([None, "1", "200"]))
        case FieldKind.DAY:
            written["minimum"] = draw(st.sampled_from([None, "2026-01-01"]))
    return written


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.characters(categories=["Cs", "Cc"])
    | st.decimals(allow_nan=False, allow_infinity=False).map(str)
    | st.dates().map(str)
    | st.datetimes().map(lambda at: f"{at.isoformat()}+08:00")
    | st.uuids().map(str)
    | st.sampled_from(["red", "blue", "CNY"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def attempt(fields: tuple[FormField, ...], given: Any) -> dict[str, Any] | Invalid:
    """What is kept, or why nothing is; any other exception is a fault."""
    try:
        return check_answers(fields, given)
    except Invalid as refusal:
        return refusal


@given(forms(), st.data())
def test_any_answers_are_kept_or_refused_with_their_place_and_what_is_kept_passes_again(
    fields: tuple[FormField, ...], data: st.DataObject
) -> None:
    codes = st.sampled_from([asked.code for asked in fields] or ["none"]) | st.text(max_size=5)
    kept = attempt(fields, data.draw(st.dictionaries(codes, anything, max_size=6) | anything))
    if isinstance(kept, Invalid):
        assert kept.path[0] == "answers"
        assert str(kept)
        return
    assert check_answers(fields, kept) == kept
    assert kept.keys() <= {asked.code for asked in fields}
    assert {asked.code for asked in fields if asked.required} <= kept.keys()
    assert all(isinstance(id, UUID) for _, id in contacts_in(fields, kept))


@given(st.decimals(-(10**15), 10**15, places=6), st.integers(0, 6))
def test_a_number_is_kept_exactly_or_refused(number: Decimal, decimals: int) -> None:
    try:
        kept = answer("number", f"{number:f}", decimals=decimals)
    except Invalid:
        assert number != round(number, decimals)
        return
    assert Decimal(kept) == number
