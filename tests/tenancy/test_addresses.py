"""Whoever writes an e-mail address down goes by one rule, and what passes it can be written to."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.customers import rules
from tenancy.addresses import clean_address
from tenancy.identity import inputs
from tenancy.refusals import Invalid
from tests.workers.gateways.test_mail import letter
from workers.gateways.mail import compose

local = st.text("abcXYZ019.!#$%&'*+/=?^_`{|}~-@ 名é\u00a0", min_size=0, max_size=66)
domain = st.text("abc019.-名é xn@", min_size=0, max_size=70)


@given(local, domain)
@example("a", "例子.中国")
@example("a..b", "example.com")
@example("a", "b..example")
@example("a", f"{'b' * 64}.example")
def test_what_is_taken_as_an_address_can_be_written_to(one: str, other: str) -> None:
    text = f"{one}@{other}"
    found = clean_address(text)
    for clean in (inputs.clean_email, rules.clean_email):
        if found is None:
            with pytest.raises(Invalid):
                clean(text, "email")
        else:
            assert clean(text, "email") == found
    if found is not None:
        assert compose(letter(to=f"王伟 <{found}>"))["To"].addresses


@pytest.mark.parametrize("text", ["Li.Na+sales@Example.com", " a@b.cc ", "o'neill@harbour.example", "li@例子.中国"])
def test_usual_addresses_are_taken_in_small_letters(text: str) -> None:
    assert clean_address(text) == text.strip().lower()


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "nobody",
            "a@b",
            "a@b.c",
            "a b@c.example",
            "a@c.example, d@e.example",
            "<a@b.example>",
            "a@b.example\nBcc: x@y.z",
        ),
        *(
            "名@b.example",
            ".a@b.example",
            "a.@b.example",
            "a..b@c.example",
            "a@.example",
            "a@b..example",
            "a@@b.example",
        ),
        *("a@@b.example", "a@b.example\nBcc: x@y.z"),
        *("x" * 65 + "@c.de", "a@" + "b" * 250 + ".de", "a\x00@b.example", '"a b"@c.example', "a@b,c.example"),
    ],
)
def test_what_cannot_be_written_to_is_none(text: str) -> None:
    assert clean_address(text) is None
