"""Every text the product says exists in every language, and each language writes days and amounts its own way."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy import catalogue, language
from tenancy.catalogue import TRANSLATED, Marked
from tenancy.language import Language, language_of, negotiate, translate, write_amount, write_day, write_instant

HANS, HANT, EN = Language.ZH_HANS, Language.ZH_HANT, Language.EN
PERMISSION = "This needs the permission “{permission}”."


@pytest.mark.parametrize("translated", TRANSLATED)
def test_every_text_of_the_code_is_translated_and_nothing_else(translated: Language) -> None:
    found = catalogue.faults(catalogue.marked(), catalogue.read(translated))
    assert not found, f"{translated}: run `python -m tenancy.catalogue` and translate\n" + "\n".join(found)


@pytest.mark.parametrize(("translated", "charset"), [(HANS, "gb2312"), (HANT, "big5")])
def test_each_catalogue_keeps_to_its_script(translated: Language, charset: str) -> None:
    for text in catalogue.read(translated).values():
        for character in re.findall(r"[\u4e00-\u9fff]", text):
            assert character.encode(charset, "ignore"), f"{character} in {text}"


@pytest.mark.parametrize("translated", TRANSLATED)
def test_a_sentence_stays_a_sentence(translated: Language) -> None:
    for text, translation in catalogue.read(translated).items():
        if translation:
            assert text.endswith(".") == translation.endswith("。"), text


def test_the_catalogue_is_written_as_it_was_read(tmp_path: Path) -> None:
    texts = [Marked("Second {blank}.", ("b.py",)), Marked('A "first"\\ one.', ("a.py", "b.py"))]
    catalogue.write(HANS, texts, {texts[0].text: "第二{blank}。", "Dropped.": "没了。"}, tmp_path)
    assert catalogue.read(HANS, tmp_path) == {texts[0].text: "第二{blank}。", texts[1].text: ""}
    content = (tmp_path / "zh_Hans.po").read_text()
    catalogue.write(HANS, texts, catalogue.read(HANS, tmp_path), tmp_path)
    assert (tmp_path / "zh_Hans.po").read_text() == content


def test_a_catalogue_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue.write(HANS, [Marked("One.", ("a.py",))], {"One.": "一。"}, tmp_path)
    before = (tmp_path / "zh_Hans.po").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        catalogue.write(HANS, [Marked("Two.", ("a.py",))], {}, tmp_path)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("zh_Hans.po", before)]


def test_the_faults_of_a_catalogue_are_all_named() -> None:
    texts = [Marked(text, ("a.py",)) for text in ("New.", "Open.", "With {one}.", "Good {one}.")]
    translations = {"Open.": "", "With {one}.": "有{two}。", "Good {one}.": "{one}好。", "Old.": "旧。"}
    assert catalogue.faults(texts, translations) == [
        "no longer in the code: Old.",
        "not in the catalogue: New.",
        "other blanks than the text: With {one}.",
        "untranslated: Open.",
    ]


def test_texts_are_found_wherever_they_are_marked(tmp_path: Path) -> None:
    (tmp_path / "domain" / "deep").mkdir(parents=True)
    source = 'x = message("One " "text.")\nraise Invalid(refusals.message("Two."))\nlog.message("not", "marked")\n'
    (tmp_path / "domain" / "deep" / "rules.py").write_text(source)
    assert catalogue.marked(tmp_path) == [Marked(text, ("domain/deep/rules.py",)) for text in ("One text.", "Two.")]


@pytest.mark.parametrize(
    "call", ['message(f"Hello {name}.")', "message(text)", 'message("A" + "b")', 'message("A", 1)']
)
def test_only_a_literal_can_be_marked(tmp_path: Path, call: str) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "x.py").write_text(call)
    with pytest.raises(ValueError, match=r"api/x\.py:1"):
        catalogue.marked(tmp_path)


@pytest.mark.parametrize("text", ["{}", "{0}", "{a.b}", "{a!r}", "{a:>9}", "{a[0]}", "{"])
def test_a_blank_is_a_plain_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"plain name|encountered|expected"):
        catalogue.blanks(text)


def test_a_text_is_said_in_the_language_of_who_reads_it() -> None:
    values = {"permission": "request.submit"}
    assert translate(PERMISSION, "zh_Hans", values) == "此操作需要权限“request.submit”。"
    assert translate(PERMISSION, "zh-Hant", values) == "此操作需要權限「request.submit」。"
    assert translate(PERMISSION, "en", values) == "This needs the permission “request.submit”."
    assert translate(PERMISSION, "tlh", values) == "This needs the permission “request.submit”."


def test_an_unknown_text_and_a_missing_value_are_shown_and_not_raised() -> None:
    assert translate("Nobody translated this.", "zh_Hans") == "Nobody translated this."
    assert translate("{here} and {there}", "en", {"here": "this"}) == "this and {there}"


@given(st.text(max_size=30))
def test_a_value_is_never_taken_for_a_blank(value: str) -> None:
    assert translate("“{value}”", "en", {"value": value}) == f"“{value}”"


def test_values_are_written_as_the_language_writes_them() -> None:
    values = {"day": date(2026, 11, 21), "at": datetime(2026, 11, 21, 3, 5, tzinfo=UTC), "hour": time(9, 0)}
    zone = ZoneInfo("Asia/Shanghai")
    text = "{day} / {at} / {hour}"
    assert translate(text, HANS, values, zone=zone) == "2026年11月21日 / 2026年11月21日 11:05 / 09:00"
    assert translate(text, EN, values, zone=zone) == "Nov 21, 2026 / Nov 21, 2026, 11:05 / 09:00"


def test_marked_words_within_a_sentence_are_translated_too() -> None:
    values = {"allowed": ("There is no such record.", "Sign in, or send a valid token.")}
    assert translate("{allowed}", HANT, values) == "查無此紀錄。、請登入，或提供有效的權杖。"
    assert translate("{allowed}", EN, values) == "There is no such record., Sign in, or send a valid token."


def test_an_instant_is_written_by_the_clocks_of_the_zone() -> None:
    instant = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert write_instant(instant, ZoneInfo("Europe/Berlin"), HANT) == "2026年3月29日 01:30"
    assert write_instant(instant, ZoneInfo("America/New_York"), EN) == "Mar 28, 2026, 20:30"
    with pytest.raises(ValueError, match="zone"):
        write_instant(instant.replace(tzinfo=None), UTC, EN)


def test_a_day_is_written_out() -> None:
    assert write_day(date(2026, 1, 2), "zh-Hans") == write_day(date(2026, 1, 2), HANT) == "2026年1月2日"


@pytest.mark.parametrize(
    ("amount", "currency", "where", "written"),
    [
        ("1234.50", "CNY", HANS, "¥1,234.50"),
        ("1234.50", "CNY", HANT, "CN¥1,234.50"),
        ("1234.50", "CNY", EN, "CN¥1,234.50"),
        ("-1234", "JPY", HANS, "-JP¥1,234"),
        ("1.234", "KWD", EN, "KWD\xa01.234"),
        ("1234", "TWD", HANT, "NT$1,234"),
        ("1234.00", "HKD", HANT, "HK$1,234.00"),
        ("1234.00", "USD", HANT, "US$1,234.00"),
        ("1234.00", "USD", EN, "$1,234.00"),
        ("123456789012345.67", "CNY", HANS, "¥123,456,789,012,345.67"),
    ],
)
def test_an_amount_has_its_own_decimals_and_an_unmistakable_sign(
    amount: str, currency: str, where: Language, written: str
) -> None:
    assert write_amount(Decimal(amount), currency, where) == written


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        *(("zh", HANS), ("zh-CN", HANS), ("zh_SG", HANS), ("zh-Hans-TW", HANS), ("cmn-Hans", HANS), ("ZH-HANS", HANS)),
        *(("zh-TW", HANT), ("zh-HK", HANT), ("zh-MO", HANT), ("zh_Hant_CN", HANT), ("zh-hant", HANT)),
        *(("en", EN), ("en-GB", EN), ("EN_us", EN), ("de", None), ("", None), ("*", None), ("english", None)),
    ],
)
def test_a_tag_in_any_usual_form_names_a_language(tag: str, expected: Language | None) -> None:
    assert language_of(tag) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, HANT),
        ("", HANT),
        ("zh-CN,zh;q=0.9,en;q=0.8", HANS),
        ("en;q=0.8, zh-TW;q=0.9", HANT),
        ("de, fr;q=0.9, en;q=0.1", EN),
        ("de, fr", HANT),
        ("*", HANT),
        ("de, *;q=0.5, en;q=0.4", HANT),
        ("en;q=0, zh-CN;q=0.001", HANS),
        ("en;q=nan, zh-CN;q=9, en;q=, ;;;=,", HANT),
        ("en-US , zh-CN", EN),
    ],
)
def test_a_browser_gets_the_language_it_prefers(header: str | None, expected: Language) -> None:
    assert negotiate(header, HANT) is expected


@given(st.text(max_size=100))
def test_no_header_breaks_the_negotiation(header: str) -> None:
    assert negotiate(header, EN) in Language


def test_clients_and_mails_see_the_tag() -> None:
    assert [each.tag for each in Language] == ["zh-Hans", "zh-Hant", "en"]


def test_both_catalogues_can_be_read_at_the_start() -> None:
    assert all(language._translations(each) for each in TRANSLATED)


def test_an_instant_that_says_whose_clocks_it_is_written_by_keeps_to_them() -> None:
    at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    there = at.astimezone(ZoneInfo("Asia/Shanghai"))
    assert translate("{at}", EN, {"at": at}) == "Mar 2, 2026, 01:00"
    assert translate("{at}", EN, {"at": there}) == "Mar 2, 2026, 09:00"
    assert translate("{at}", HANS, {"at": there}, zone=ZoneInfo("Europe/Berlin")) == "2026年3月2日 09:00"


def test_a_length_of_time_is_told_in_hours_and_minutes() -> None:
    for minutes, en, hans in ((5, "5 min", "5 分钟"), (60, "1 h", "1 小时"), (1565, "26 h 5 min", "26 小时 5 分钟")):
        told = {"span": timedelta(minutes=minutes)}
        assert (translate("{span}", EN, told), translate("{span}", HANS, told)) == (en, hans)
