"""What a letter says is told from what it quotes, carefully: rather too much is shown than too little."""

import pytest

from domain.mail.rules import parted, subject_of_reply, text_of_html

QUOTED = "> Which printer?\n> Regards"


@pytest.mark.parametrize(
    "heading",
    [
        "On Mon, 1 Jun 2026 at 09:00, Support <support@acme.example> wrote:",
        "On Mon, 1 Jun 2026 at 09:00, Support with a very long name\n<support@acme.example> wrote:",
        "在 2026年6月1日，客服 <support@acme.example> 写道：",
        "客服 於 2026年6月1日 週一 寫道：",
    ],
)
def test_what_is_quoted_below_a_heading_is_parted(heading: str) -> None:
    assert parted(f"The red one.\n\n{heading}\n{QUOTED}\n") == ("The red one.", f"{heading}\n{QUOTED}")


@pytest.mark.parametrize(
    "divider",
    [
        "-----Original Message-----",
        "------------------ 原始邮件 ------------------",
        "From: Support\nSent: Monday\nTo: Lin\nSubject: Fire",
        "发件人: 客服\n发送时间: 2026年6月1日\n收件人: 林\n主题: 火",
    ],
)
def test_what_stands_below_a_divider_is_quoted(divider: str) -> None:
    said, quoted = parted(f"Yes.\n\n{divider}\n\nWhich printer?\n")
    assert (said, quoted.splitlines()[0]) == ("Yes.", divider.splitlines()[0])


@pytest.mark.parametrize(
    "text",
    [
        "> Which printer?\nThe red one.\n> Which floor?\nThe third.",
        "On Monday it burned, as Lin wrote:\nthe red one.",
        "From: the third floor\nwe see smoke.",
        QUOTED,
        "5 > 3\nso what",
    ],
)
def test_answers_between_the_lines_and_what_only_looks_quoted_stay_whole(text: str) -> None:
    assert parted(text) == (text, "")


def test_a_page_keeps_its_lines_and_marks_its_quotations() -> None:
    page = "<div>One</div><ul><li>a</li><li>b</li></ul><blockquote>old<blockquote>older</blockquote></blockquote>"
    assert text_of_html(page) == "One\n\na\n\nb\n\n> old\n> > older"
    assert text_of_html("<svg onload=x><script>y</script></svg><p>&lt;script&gt;</p>") == "<script>"


def test_the_subject_of_an_answer_has_one_mark() -> None:
    assert [subject_of_reply(each) for each in ("Fire", "Re: Fire", "回复：RE: Fire", "AW: Fire")] == ["Re: Fire"] * 4
