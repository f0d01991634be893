"""A mere yes decides; a yes with anything else to it is more, and thanks alone are neither."""

import pytest

from domain.mail.rules import Answer, answer_of


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("OK", Answer.YES),
        ("Ok, thanks!\n\nKind regards,\nLin Wei", Answer.YES),
        ("同意。", Answer.YES),
        ("您好，确认，谢谢！", Answer.YES),
        ("OK\n-- \nBig Ltd, 1 Main Street", Answer.YES),
        ("Yes.\nLin", Answer.YES),
        ("Thank you!", Answer.THANKS),
        ("谢谢", Answer.THANKS),
        ("OK, but the second printer is still broken", Answer.MORE),
        ("OK\n\nWhen can you come?", Answer.MORE),
        ("不同意", Answer.MORE),
        ("not ok", Answer.MORE),
        ("OK?", Answer.MORE),
        ("Thanks, it still fails.", Answer.MORE),
        ("", Answer.MORE),
        ("Lin Wei", Answer.MORE),
    ],
)
def test_only_a_mere_yes_is_one(text: str, answer: Answer) -> None:
    assert answer_of(text, ["Lin Wei"]) is answer
