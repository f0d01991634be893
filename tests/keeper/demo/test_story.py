"""What the story says of a change of policy: every place that differs, and the clauses as programs read them."""

from zhidu.demo.story.rulebook import places
from zhidu.demo.story.teller import citations

LADDER = {"send_time": "09:30", "steps": [{"delay": {"days": 3}}, {"delay": {"days": 7}}]}


def test_a_difference_is_told_down_to_the_number_that_changed() -> None:
    gentler = {**LADDER, "steps": [{"delay": {"days": 5}}, LADDER["steps"][1]]}
    assert list(places(LADDER, gentler, ("value",))) == [(("value", "steps", "1", "delay", "days"), 3, 5)]
    assert list(places({"days": 30}, {"days": 30, "probation_days": 15}, ())) == [(("probation_days",), None, 15)]
    assert list(places(LADDER, LADDER, ())) == []


def test_a_list_that_has_grown_is_told_as_a_whole() -> None:
    assert list(places(["low"], ["low", "high"], ("levels",))) == [(("levels",), ["low"], ["low", "high"])]


def test_the_clauses_of_a_told_text_are_read_back_in_its_order() -> None:
    text = "due 09-22\n〔4.4 Response · v1〕\ndue 09-23\n〔4.4 Response · v2〕"
    assert citations(text) == [
        {"clause": "4.4", "title": "Response", "version": 1},
        {"clause": "4.4", "title": "Response", "version": 2},
    ]
    assert citations("–") == []
