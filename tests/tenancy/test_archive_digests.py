"""Equal rows have equal digests, whatever their order; different rows have different ones."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy import archives

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
rows_of_anything = st.lists(st.dictionaries(st.text(max_size=5), json_values, max_size=4), max_size=6)


@given(rows_of_anything, st.randoms())
def test_the_digest_of_a_table_does_not_depend_on_the_order_of_rows_or_keys(
    rows: list[dict[str, Any]], chance: random.Random
) -> None:
    shuffled = [dict(chance.sample(list(row.items()), len(row))) for row in chance.sample(rows, len(rows))]
    assert archives.table_digest(shuffled) == archives.table_digest(rows)


@given(rows_of_anything)
def test_a_row_read_back_has_the_same_canonical_form(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        assert archives.canonical(orjson.loads(archives.canonical(row))) == archives.canonical(row)


def test_one_changed_cell_changes_the_digests() -> None:
    assert archives.row_digest({"a": 1}) != archives.row_digest({"a": 2})
    assert archives.row_digest({"a": None}) != archives.row_digest({})
    assert archives.row_digest({"a": "1"}) != archives.row_digest({"a": 1})
    assert archives.table_digest([{"a": 1}]) != archives.table_digest([{"a": 2}])
    assert archives.table_digest([{"a": 1}, {"a": 1}]) != archives.table_digest([{"a": 1}])


def test_what_a_database_answers_has_one_form() -> None:
    row = {
        "id": UUID("019391a0-0000-7000-8000-00000000000a"),
        "at": datetime(2026, 11, 21, 3, 0, tzinfo=UTC),
        "on": date(2026, 11, 21),
        "rate": Decimal("0.10"),
        "sealed": b"\x01\xff",
    }
    assert orjson.loads(archives.canonical(row)) == {
        "id": "019391a0-0000-7000-8000-00000000000a",
        "at": "2026-11-21T03:00:00+00:00",
        "on": "2026-11-21",
        "rate": "0.10",
        "sealed": "\\x01ff",
    }


@pytest.mark.parametrize("value", [2**70, object(), {1: "a"}, {"x"}])
def test_what_cannot_be_kept_exactly_is_not_kept_approximately(value: object) -> None:
    with pytest.raises(TypeError):
        archives.canonical({"value": value})
