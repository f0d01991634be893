"""The handbook over HTTP: in three languages, for whoever may read the version, and nothing of it for anybody else."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.handbook import routes
from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.organisation import commands as organisation
from domain.policies import commands
from press.printing import Printer
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.quotas import Quotas
from tests.api.handbook.conftest import Readers
from tests.conftest import found_company
from tests.domain.policies.handbooks import OFFICE_HOURS, draft, in_force

HOSTILE = '<script>alert("1")</script> & </style> #panic("x")'
CALENDAR = ("1.1", "business_calendar", OFFICE_HOURS)
NOTICE = ("4.1", "notice_period", {"days": 30})
PLAIN = [Permission.POLICIES_READ]


async def drafted(actor: Actor) -> UUID:
    """A draft whose every text is hostile, limited to a department."""
    async with writing(actor, settle=settle) as work:
        department = await organisation.create_department(work, name=f"Desk {HOSTILE}")
        version = await commands.draft_version(work, title={"en": HOSTILE}, document_number="<QM>", note=HOSTILE)
        await commands.put_clause(
            work,
            version_id=version.id,
            number="4.1",
            kind="notice_period",
            value={"days": 30},
            title={"en": HOSTILE},
            text={"en": HOSTILE},
            scope={"department_id": str(department.id)},
        )
    return version.id


@pytest.mark.parametrize(
    ("language", "tag", "notice", "status"),
    [
        ("zh_Hans", "zh-Hans", "须提前 30 个自然日提出离职。", "现行有效"),
        ("zh_Hant", "zh-Hant", "須提前 30 個自然日提出離職。", "現行有效"),
        ("en", "en", "Notice is given 30 calendar days ahead.", "In force"),
    ],
)
async def test_a_version_is_a_page_in_its_reader_s_language_or_the_one_asked_for(
    readers: Readers, acme: Actor, language: str, tag: str, notice: str, status: str
) -> None:
    version_id = await in_force(acme, CALENDAR, NOTICE)
    own = await readers.reader(acme, language=language)
    page = await own.get(f"/handbook/{version_id}.html")
    assert (page.status_code, page.headers["content-language"]) == (200, tag)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for said in (f'<html lang="{tag}">', notice, status, "HB-01"):
        assert said in page.text
    other = await readers.reader(acme, language="en" if language != "en" else "zh_Hans")
    assert notice in (await other.get(f"/handbook/{version_id}.html?language={tag}")).text


@pytest.mark.parametrize("tag", ["zh-Hans", "zh-Hant", "en"])
async def test_a_version_is_a_pdf_in_each_language(readers: Readers, acme: Actor, tag: str) -> None:
    version_id = await in_force(acme, CALENDAR, NOTICE)
    pdf = await (await readers.reader(acme)).get(f"/handbook/{version_id}.pdf?language={tag}")
    assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
    assert pdf.headers["content-disposition"] == 'inline; filename="handbook-1.pdf"'
    assert pdf.content.startswith(b"%PDF-")


async def test_no_text_of_a_company_becomes_markup(readers: Readers, acme: Actor) -> None:
    version_id = await drafted(acme)
    reader = await readers.reader(acme)
    page = await reader.get(f"/handbook/{version_id}.html")
    assert page.text.count("&lt;script&gt;") >= 5
    assert not re.search(r"<script|</style> #|<QM>", page.text)
    assert (await reader.get(f"/handbook/{version_id}.pdf")).status_code == 200


async def test_a_page_asks_for_nothing_else_and_may_do_nothing(readers: Readers, acme: Actor) -> None:
    version_id = await in_force(acme, CALENDAR, NOTICE)
    page = await (await readers.reader(acme)).get(f"/handbook/{version_id}.html")
    assert not re.search(r"https?:|//|src=|@import|url\(", page.text)
    assert re.fullmatch(
        r"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-\S+'",
        page.headers["content-security-policy"],
    )
    assert (page.headers["cache-control"], page.headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert "@media print" in page.text


@pytest.mark.parametrize("form", ["html", "pdf"])
async def test_what_is_another_company_s_unknown_or_hidden_looks_the_same(
    readers: Readers, acme: Actor, globex: Actor, form: str
) -> None:
    foreign = await in_force(globex, CALENDAR, NOTICE)
    async with writing(acme, settle=settle) as work:
        hidden = (await draft(work, NOTICE)).id
    plain = await readers.reader(acme, scopes=PLAIN)
    answers = [await plain.get(f"/handbook/{id}.{form}") for id in (foreign, hidden, uuid4(), "x")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert "errors" in answers[0].json()
    # Its author sees the draft, and the other company its own.
    assert (await (await readers.reader(acme)).get(f"/handbook/{hidden}.{form}")).status_code == 200
    assert (await (await readers.reader(globex)).get(f"/handbook/{foreign}.{form}")).status_code == 200
    nobody = await readers.reader(await found_company())
    assert (await nobody.get(f"/handbook/{foreign}.{form}")).content == answers[0].content


async def test_a_published_version_is_open_to_plain_staff_but_not_the_names_they_may_not_know(
    readers: Readers, acme: Actor
) -> None:
    version_id = await in_force(acme, CALENDAR, NOTICE)
    limited = await readers.reader(acme, scopes=PLAIN)
    full = await readers.reader(acme)
    # Everybody knows themselves.
    for reader in (limited, full):
        assert "Admin" in (await reader.get(f"/handbook/{version_id}.html")).text
    draft_id = await drafted(acme)
    drafter = await readers.reader(acme, scopes=[Permission.POLICIES_READ, Permission.POLICIES_DRAFT])
    assert "Department: (not shown to you)" in (await drafter.get(f"/handbook/{draft_id}.html")).text
    assert "Department: Desk" in (await full.get(f"/handbook/{draft_id}.html")).text


@pytest.mark.parametrize("form", ["html", "pdf"])
async def test_whoever_is_not_signed_in_gets_nothing(readers: Readers, acme: Actor, form: str) -> None:
    version_id = await in_force(acme, CALENDAR, NOTICE)
    answer = await readers.client.get(f"/handbook/{version_id}.{form}")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "UNAUTHENTICATED")


async def test_a_program_asks_by_its_header_and_the_address_goes_before(readers: Readers, acme: Actor) -> None:
    version_id = await in_force(acme, CALENDAR, NOTICE)
    own = await readers.reader(acme, language="en")
    for header, query, tag in (
        ("zh-TW, en;q=0.5", "", "zh-Hant"),
        ("zh-TW", "?language=zh-Hans", "zh-Hans"),
        ("fr", "", "en"),
        ("*", "", "en"),
    ):
        page = await own.get(f"/handbook/{version_id}.html{query}", **{"accept-language": header})
        assert page.headers["content-language"] == tag


async def test_another_language_is_refused(readers: Readers, acme: Actor) -> None:
    version_id = await in_force(acme, CALENDAR, NOTICE)
    answer = await (await readers.reader(acme)).get(f"/handbook/{version_id}.html?language=fr")
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, ["language"])


async def test_without_a_font_the_pdf_says_so_and_the_page_works(
    readers: Readers, acme: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "PRINTER", Printer(font="No Such Font"))
    version_id = await in_force(acme, CALENDAR, NOTICE)
    reader = await readers.reader(acme)
    answer = await reader.get(f"/handbook/{version_id}.pdf")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (503, "NO_FONT")
    assert (await reader.get(f"/handbook/{version_id}.html")).status_code == 200


async def test_documents_are_taken_from_the_caller_s_allowance(
    readers: Readers, acme: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "QUOTAS", Quotas(routes.PDF_POINTS, 1, clock=lambda: 0.0))
    version_id = await in_force(acme, CALENDAR, NOTICE)
    reader = await readers.reader(acme)
    assert (await reader.get(f"/handbook/{version_id}.pdf")).status_code == 200
    for form, wait in (("pdf", routes.PDF_POINTS), ("html", routes.PAGE_POINTS)):
        answer = await reader.get(f"/handbook/{version_id}.{form}")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, str(wait))


async def test_a_version_says_where_its_documents_are(ask: Any, readers: Readers, acme: Actor) -> None:
    await in_force(acme, CALENDAR, NOTICE)
    found = await ask(acme, "{ handbookVersions { nodes { htmlUrl pdfUrl } } }")
    (version,) = found["handbookVersions"]["nodes"]
    reader = await readers.reader(acme)
    for address in version.values():
        assert (await reader.get(address)).status_code == 200
