"""Versions as documents: out and in again without a change of a single byte, and nothing dangerous is read."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.consequences import settle
from domain.policies import commands
from domain.policies.rules import exchange
from domain.policies.rules.content import ClauseContent, Content
from domain.policies.rules.kinds import KINDS
from domain.rulebook import queries
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.refusals import Invalid, NotFound
from tests.domain.policies.examples import EXAMPLES
from tests.domain.policies.handbooks import OFFICE_HOURS, draft

HEAD = "zhidu_handbook: 1\ndocument_number: HB\ntitle: {en: Handbook}\n"
NOTHING = {"zh_Hans": "", "zh_Hant": "", "en": ""}


def titled(text: str) -> dict[str, str]:
    return {"zh_Hans": text, "zh_Hant": text, "en": text}


def clause(number: str, kind: str, **more: Any) -> ClauseContent:
    value = KINDS[kind].model_validate(EXAMPLES[kind]).stored()
    return ClauseContent(
        **{"number": number, "kind": kind, "value": value, "scope": {}, "title": titled("T"), "text": NOTHING, **more}
    )


def again(written: str) -> str:
    """What is written, read and written again."""
    document, clauses = exchange.read(written)
    content = Content(document.document_number, document.title.model_dump(), tuple(clauses))
    return exchange.write(content, note=document.note)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_goes_out_and_in_again_unchanged(kind: str) -> None:
    content = Content("HB-01", titled("Handbook"), (clause("1.1", kind, applies_to_open_cases=True),))
    written = exchange.write(content, note="first")
    assert exchange.read(written)[1] == list(content.clauses)
    assert again(written) == written


# Texts as people paste them, with what YAML itself takes for something else.
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60).filter(
    str.strip
) | st.sampled_from(
    [
        "yes",
        "10:30",
        "2026-01-01",
        "null",
        "~",
        "1e3",
        "0x10",
        "- a",
        "a: b",
        "&a",
        "*a",
        "# no",
        "two\nlines",
        "{}",
        "制度",
    ]
)


@given(texts, texts)
@example("Ends of lines", "x\x85y\u2028z\u2029\r\nend")
def test_every_text_comes_back_as_it_was(title: str, text: str) -> None:
    content = Content("HB-01", titled(title), (clause("1.1", "provision", title=titled(title), text=titled(text)),))
    written = exchange.write(content)
    assert again(written) == written
    assert exchange.read(written)[1][0].text == titled(text)


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("", ("source",)),
        ("[1, 2", ("source",)),
        ("a: &x [1]\nb: *x\n", ("source",)),
        ("a: &x [1]\n", ("source",)),
        ("a: 1\na: 2\n", ("source",)),
        ("!!python/object/apply:os.system ['true']", ("source",)),
        ("--- 1\n--- 2\n", ("source",)),
        ("[" * 10_000, ("source",)),
        ("\x00", ("source",)),
        ("x" * (exchange.MOST_BYTES + 1), ("source",)),
        (HEAD.replace("1", "2") + "clauses: []", ("source", "zhidu_handbook")),
        (HEAD, ("source", "clauses")),
        (HEAD + "clauses: []\ncolour: red\n", ("source", "colour")),
        (HEAD + "clauses:\n- {number: x, kind: provision, title: {en: A}}\n", ("source", "clauses", "x", "number")),
        (HEAD + "clauses:\n- {number: '1', kind: nonsense, title: {en: A}}\n", ("source", "clauses", "1", "kind")),
        (HEAD + "clauses:\n- {number: '1', kind: provision}\n", ("source", "clauses", "1", "title")),
        (
            HEAD + "clauses:\n- {number: '4.1', kind: notice_period, title: {en: A}, value: {days: -1}}\n",
            ("source", "clauses", "4.1", "value", "days"),
        ),
        (
            HEAD
            + "clauses:\n- {number: '4.1', kind: notice_period, title: {en: A}, value: {days: 3}, "
            + "scope: {priority: p1}}\n",
            ("source", "clauses", "4.1", "scope", "priority"),
        ),
        (HEAD + "clauses:\n" + "- {number: '1', kind: provision, title: {en: A}}\n" * 2, ("source", "clauses", "1")),
    ],
)
def test_what_is_wrong_is_refused_at_its_place(source: str, path: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as refused:
        exchange.read(source)
    assert refused.value.path == path


def test_a_line_that_is_not_read_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        exchange.read(HEAD + "clauses:\n- &a {}\n")
    assert refused.value.values == {"line": 5}


@pytest.mark.parametrize(("written", "meant"), [("10:30", "10:30"), ("2026-01-01", "2026-01-01"), ("no", "no")])
def test_what_older_yaml_takes_for_something_else_is_a_text(written: str, meant: str) -> None:
    _, (found,) = exchange.read(HEAD + f"clauses:\n- {{number: '1', kind: provision, title: {{en: {written}}}}}\n")
    assert found.title["en"] == meant


async def test_a_version_of_one_company_becomes_a_draft_of_another_byte_by_byte(acme: Actor, globex: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        mine = await draft(
            work,
            ("1.1", "business_calendar", OFFICE_HOURS),
            ("4.10", "notice_period", {"days": 30}),
            ("4.9", "service_level", EXAMPLES["service_level"], {"customer_tier": "key"}),
        )
        written = await queries.exported(work, mine.id)
    async with writing(globex, settle=settle) as work:
        theirs = await commands.import_version(work, source=written)
        assert await queries.exported(work, theirs.id) == written
        with pytest.raises(NotFound):
            await queries.exported(work, mine.id)


async def test_a_limit_to_a_department_the_company_has_not_is_refused_with_its_clause(acme: Actor) -> None:
    unknown = "01a1febc-c553-7703-a9e8-a56d36a17a59"
    source = HEAD + (
        "clauses:\n- {number: '4.1', kind: notice_period, title: {en: A}, value: {days: 3}, "
        f"scope: {{department_id: {unknown}}}}}\n"
    )
    async with writing(acme, settle=settle) as work:
        with pytest.raises(NotFound) as refused:
            await commands.import_version(work, source=source)
    assert refused.value.path == ("source", "clauses", "4.1", "scope", "department_id")


def of_size(size: int) -> str:
    """A document of so many bytes: provisions with texts in Chinese."""
    parts, left = [HEAD, "clauses:\n"], size - len((HEAD + "clauses:\n").encode())
    number = 0
    while left > 0:
        number += 1
        opening = f"- {{number: '{number}', kind: provision, title: {{en: A}}, text: {{en: '"
        signs = min(6000, (left - len(opening) - 4) // 3)
        written = f"{opening}{'字' * max(signs, 1)}'}}}}\n"
        parts.append(written)
        left -= len(written.encode())
    return "".join(parts)


def test_a_large_handbook_is_read_and_one_that_is_too_large_is_told_both_numbers() -> None:
    large = of_size(exchange.MOST_BYTES - 30_000)
    assert len(large) < exchange.MOST_BYTES / 2
    _, clauses = exchange.read(large)
    assert len(clauses) > 50
    size = len(of_size(exchange.MOST_BYTES + 30_000).encode())
    with pytest.raises(Invalid) as refused:
        exchange.read(of_size(exchange.MOST_BYTES + 30_000))
    assert (refused.value.path, refused.value.values) == (("source",), {"most": exchange.MOST_BYTES, "size": size})
