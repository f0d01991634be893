"""A version as a document: written in its reader's language, with the blanks filled in and nothing it may not tell."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from domain.policies.rules.content import ClauseContent, Content
from domain.policies.rules.versions import Control
from domain.rulebook.rules.documents import Document, Record, Signature, refuse_too_long, standard_text, write
from tenancy.refusals import Refusal

LI, WANG, DESK = UUID(int=1), UUID(int=2), UUID(int=3)
TITLE = {"zh_Hans": "服务手册", "zh_Hant": "服務手冊", "en": "Service handbook"}
NOTICE = ClauseContent(
    number="4.2.1",
    kind="notice_period",
    value={"days": 45},
    scope={"department_id": str(DESK), "customer_tier": "key"},
    title={"zh_Hans": "提前通知", "zh_Hant": "提前通知", "en": "Notice"},
    text={"zh_Hans": "第一行\n\n第二行", "zh_Hant": "", "en": "First\nsecond"},
    applies_to_open_cases=True,
)
AT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
RECORD = Record(
    content=Content("QM-1", TITLE, (NOTICE,)),
    number=3,
    control=Control.IN_FORCE,
    note="Longer notice",
    author_id=LI,
    reviewed=(Signature(WANG, AT),),
    approved=(),
    issued_on=date(2026, 11, 21),
    effective_at=AT,
    planned_effective_at=None,
    names={LI: "李明", DESK: "Service desk"},
    zone="Asia/Shanghai",
    as_of=AT,
)


@pytest.mark.parametrize(
    ("language", "title", "laid_down", "status", "day"),
    [
        ("zh_Hans", "服务手册", "须提前 45 个自然日提出离职。", "现行有效", "2026年11月21日"),
        ("zh_Hant", "服務手冊", "須提前 45 個自然日提出離職。", "現行有效", "2026年11月21日"),
        ("en", "Service handbook", "Notice is given 45 calendar days ahead.", "In force", "Nov 21, 2026"),
    ],
)
def test_a_document_is_written_in_its_reader_s_language(
    language: str, title: str, laid_down: str, status: str, day: str
) -> None:
    document = write(RECORD, language)
    assert (document.title, document.entries[0].laid_down) == (title, (laid_down,))
    said = [value for _, value in document.facts]
    assert {"QM-1", "3", status, "Longer notice", "李明", day} <= set(said)


def facts(document: Document) -> dict[str, str]:
    return dict(document.facts)


def test_instants_are_told_by_the_company_s_clocks() -> None:
    assert facts(write(RECORD, "en"))["In force from"] == "Nov 21, 2026, 01:00"


def test_a_draft_tells_when_it_is_to_be_in_force_and_leaves_out_what_is_not_known() -> None:
    draft = replace(
        RECORD, control=Control.DRAFT, effective_at=None, planned_effective_at=AT, issued_on=None, author_id=None
    )
    told = facts(write(draft, "en"))
    assert told["To be in force from"] == "Nov 21, 2026, 01:00"
    assert told.keys().isdisjoint({"Author", "Issued on", "In force from", "Approved by"})


def test_whoever_the_reader_may_not_know_is_not_named() -> None:
    assert facts(write(RECORD, "en"))["Reviewed by"] == "(not shown to you) (Nov 21, 2026)"
    assert "Service desk" not in write(replace(RECORD, names={}), "en").entries[0].concerns


def test_a_clause_says_whom_it_concerns_in_words() -> None:
    (entry,) = write(RECORD, "en").entries
    assert entry.concerns == (
        "Department: Service desk · Customers: key customers · Running cases go by it too, as soon as it is in force."
    )
    assert (entry.level, entry.wording) == (3, ("First", "second"))


def test_a_kind_that_is_not_known_any_more_lays_nothing_down() -> None:
    assert standard_text("no_such_kind", {"days": 1}, "en") == ""


def test_what_is_too_long_is_refused() -> None:
    document = write(RECORD, "en")
    refuse_too_long(document, document.characters)
    with pytest.raises(Refusal) as refused:
        refuse_too_long(document, document.characters - 1)
    assert refused.value.code == "TOO_LONG"
