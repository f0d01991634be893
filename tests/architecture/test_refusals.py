"""Whoever writes a clause on a refusal says with which record it is kept, and which test shows that."""

import ast

from tests.refused import PLACES, ROOT, places


def test_every_place_that_rests_a_refusal_on_a_clause_is_said_and_tried() -> None:
    assert sorted(PLACES) == sorted(places())


def test_the_tests_that_stand_for_places_are_there() -> None:
    for place, said in PLACES.items():
        file, _, name = said.test.partition("::")
        functions = {getattr(each, "name", "") for each in ast.walk(ast.parse((ROOT / file).read_text()))}
        assert name.split("[")[0] in functions, place
