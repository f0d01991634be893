"""What the story says of a change of policy: every line that differs, and the clauses as programs read them."""

from zhidu.demo.story.rulebook import rewritten
from zhidu.demo.story.teller import citations

LADDER = "Reminder: 3 calendar days after the due date.\nLetter: 7 calendar days after the due date."


def test_a_difference_is_told_line_by_line_in_the_reader_s_words() -> None:
    gentler = LADDER.replace("3 cal", "5 cal")
    assert list(rewritten(LADDER, gentler)) == [
        "  Reminder: 3 calendar days after the due date.",
        "  → Reminder: 5 calendar days after the due date.",
    ]
    assert list(rewritten("", "Notice is given.")) == ["  → Notice is given."]
    assert list(rewritten(LADDER, LADDER)) == []


def test_the_clauses_of_a_told_text_are_read_back_in_its_order() -> None:
    text = "due 09-22\n〔4.4 Response · v1〕\ndue 09-23\n〔4.4 Response · v2〕"
    assert citations(text) == [
        {"clause": "4.4", "title": "Response", "version": 1},
        {"clause": "4.4", "title": "Response", "version": 2},
    ]
    assert citations("–") == []
