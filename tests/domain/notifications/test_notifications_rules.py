"""Values of a text survive being stored; endpoints are addresses of the outside; facts about telling are not told."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.money import Money
from domain.notifications import rules
from tenancy.language import Language, translate
from tenancy.refusals import Invalid

SHANGHAI = ZoneInfo("Asia/Shanghai")


@given(
    st.dictionaries(
        st.text(min_size=1),
        st.one_of(
            st.text(),
            st.integers(-(2**53), 2**53),
            st.none(),
            st.dates(),
            st.datetimes(timezones=st.just(UTC)),
            st.times(),
            st.lists(st.text(), max_size=3).map(tuple),
        ),
    )
)
def test_values_come_back_from_the_database_as_they_were(values: dict[str, Any]) -> None:
    stored = orjson.loads(orjson.dumps(rules.pack(values)))
    assert rules.unpack(stored, "en") == values


def test_each_language_writes_the_same_values_in_its_own_way() -> None:
    values = {
        "invoice": "2026-117",
        "due_on": date(2026, 3, 2),
        "amount": Money.of(Decimal("1234.5"), "CNY"),
        "at": datetime(2026, 3, 2, 1, 30, tzinfo=UTC),
    }
    packed = rules.pack(values)
    text = "{invoice}: {amount}, {due_on}, {at}"
    assert rules.written(text, packed, "en", SHANGHAI) == "2026-117: CN¥1,234.50, Mar 2, 2026, Mar 2, 2026, 09:30"
    assert rules.written(text, packed, "zh_Hans", SHANGHAI) == "2026-117: ¥1,234.50, 2026年3月2日, 2026年3月2日 09:30"


def test_what_no_text_can_write_is_refused_where_it_is_given() -> None:
    with pytest.raises(TypeError):
        rules.pack({"at": object()})
    assert rules.pack({"at": time(9, 30)}) == {"at": {"time": "09:30:00"}}


def test_a_subject_is_one_line_and_not_too_long() -> None:
    assert rules.subject_line("Two\n lines") == "Two lines"
    assert len(rules.subject_line("word " * 100)) == rules.SUBJECT_CHARACTERS
    assert rules.subject_line("word " * 100).endswith("…")


@pytest.mark.parametrize("url", ["https://hooks.example/in?tenant=1", " https://hooks.example:8443/in "])
def test_an_https_address_is_taken(url: str) -> None:
    assert rules.clean_url(url) == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://hooks.example/in",
        "https://",
        "https://user:secret@hooks.example/",
        "https://hooks.example/#here",
        "https://hooks.example:99999/",
        "https://hooks.example/with space",
        "https://hooks.example/制度",
        "ftp://hooks.example/",
        "https://hooks.example/" + "a" * 2000,
    ],
)
def test_anything_else_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.clean_url(url)
    assert refused.value.path == ("url",)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "10.0.0.8", "192.168.1.1", "169.254.169.254"),
        *("0.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[fd00::1]", "[fe80::1]", "localhost", "LOCALHOST.", "a.localhost"),
        *("intranet", "nas.local", "metadata.google.internal", "router.lan", "box.home.arpa"),
    ],
)
def test_an_address_that_leads_inside_by_its_very_form_is_refused_when_it_is_registered(host: str) -> None:
    with pytest.raises(Invalid, match="leads inside") as refused:
        rules.clean_url(f"https://{host}/in")
    assert refused.value.path == ("url",)


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "[2606:4700::1111]", "hooks.example", "localhost.example.com", "local.example"]
)
def test_a_public_host_is_taken_however_it_is_named(host: str) -> None:
    assert rules.clean_url(f"https://{host}/in") == f"https://{host}/in"


@pytest.mark.parametrize("port", [0, 22, 80, 5432, 8080])
def test_a_port_that_webhooks_do_not_go_to_is_refused_with_those_that_they_do(port: int) -> None:
    with pytest.raises(Invalid, match="443, 8443") as refused:
        rules.clean_url(f"https://hooks.example:{port}/in")
    assert refused.value.path == ("url",)


def test_facts_are_chosen_by_name_or_all() -> None:
    known = {"requests.submitted", "billing.invoice_paid", "notifications.endpoint_removed"}
    assert rules.clean_names(["requests.submitted", "requests.submitted"], known) == ["requests.submitted"]
    assert rules.clean_names(["*", "requests.submitted"], known) == ["*"]
    for wrong in ([], ["requests.unknown"], ["notifications.endpoint_removed"]):
        with pytest.raises(Invalid):
            rules.clean_names(wrong, known)


def test_facts_about_telling_are_told_to_nobody() -> None:
    assert rules.asks_for(["*"], "requests.submitted")
    assert rules.asks_for(["requests.submitted"], "requests.submitted")
    assert not rules.asks_for(["requests.submitted"], "requests.assigned")
    assert not rules.asks_for(["*"], "effects.given_up")
    assert not rules.asks_for(["*"], "notifications.endpoint_switched_off")


@pytest.mark.parametrize("text", rules.FORMER)
def test_what_was_written_in_a_former_sentence_is_still_read_in_chinese(text: str) -> None:
    class Blanks(dict[str, str]):
        def __missing__(self, name: str) -> str:
            return name

    english = text.format_map(Blanks())
    told = {translate(text, language, Blanks()) for language in (Language.ZH_HANS, Language.ZH_HANT)}
    assert len(told) == 2
    assert english not in told
