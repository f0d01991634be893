"""What comes from outside does no harm and is never lost: loops, reports, floods, scripts, bombs and nonsense."""

import asyncio

import aiosmtplib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from domain.mail.rules import Letter, MailReason, MailState, identity_of, read
from domain.notifications.models import Notification
from domain.policies.rules.kinds import FileRules
from domain.requests import commands as requests
from tenancy import postbox
from tenancy.database import reading
from tenancy.effects import Effect, EffectState
from tests.domain.mail.mailing import (
    address_of,
    deliver,
    door,
    files_at,
    laid_down,
    letter,
    letters_to,
    mails,
    requests_of,
    send,
    taking_mail,
    words_about,
)
from tests.domain.requests.company import do
from tests.workers.facts import work_off


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Auto_Submitted": "auto-replied"}, MailReason.AUTOMATIC),
        ({"Auto_Submitted": "auto-generated; why=x"}, MailReason.AUTOMATIC),
        ({"Precedence": "bulk"}, MailReason.AUTOMATIC),
        ({"List_Id": "<news.example>"}, MailReason.AUTOMATIC),
    ],
)
async def test_what_a_machine_has_written_is_held(headers: dict[str, str], reason: MailReason) -> None:
    company = await taking_mail()
    mail = await deliver(company, letter(**headers))
    assert (mail.state, mail.reason) == (MailState.QUARANTINED, reason)
    assert await requests_of(company) == []


async def test_auto_submitted_no_is_a_person() -> None:
    company = await taking_mail()
    assert (await deliver(company, letter(Auto_Submitted="no"))).state is MailState.FILED


async def test_our_own_letters_that_come_back_are_held() -> None:
    company = await taking_mail(public_address="help@acme.example")
    own = await address_of(company)
    for message in (letter("Us <help@acme.example>"), letter(own), letter("zhidu@zhidu.example"), letter(X_Loop=own)):
        mail = await deliver(company, message)
        assert (mail.state, mail.reason) == (MailState.QUARANTINED, MailReason.LOOP)


async def test_of_one_sender_more_than_the_clause_allows_is_held() -> None:
    few, usual = await taking_mail(("2.7", laid_down(most_per_hour=2))), await taking_mail()
    for company, filed in ((few, 2), (usual, 4)):
        for number in range(4):
            await deliver(company, letter(subject=f"Again {number}"))
        assert len(await requests_of(company)) == filed
    assert [mail.reason for mail in await mails(few)][2:] == [MailReason.TOO_MANY] * 2


def report_on(message_id: str, action: str = "failed") -> bytes:
    """A delivery status notification as mail servers write it."""
    return f"""From: MAILER-DAEMON@mx.example
Subject: Undelivered
Message-ID: <{action}.{message_id.strip("<>")}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x

Sorry.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; lin@big.example.com
Action: {action}
Status: 5.1.1

--x
Content-Type: text/rfc822-headers

Subject: Re: fire
Message-ID: {message_id}

--x--
""".encode()


async def test_a_report_marks_the_letter_it_is_about_and_becomes_no_request() -> None:
    company = await taking_mail()
    first = await deliver(company, letter())
    [request] = await requests_of(company)
    await do(requests.assign, company.dispatcher, request, assignee_id=company.agent.id)
    [told] = await letters_to(company, "lin@big.example.com")
    late = await deliver(company, report_on(postbox.message_id(told.id), "delayed"), sender="")
    assert (late.state, late.effect_id) == (MailState.REPORTED, told.id)
    async with reading(company.admin) as work:
        assert (await work.get(Effect, told.id)).state is not EffectState.FAILED
    back = await deliver(company, report_on(postbox.message_id(told.id)), sender="")
    assert (back.state, back.effect_id) == (MailState.REPORTED, told.id)
    async with reading(company.admin) as work:
        effect = await work.get(Effect, told.id)
        assert (effect.state, effect.error) == (EffectState.FAILED, "it came back: 5.1.1")
        mine = select(Notification).where(Notification.member_id == company.agent.id)
        assert any("has come back" in item.text for item in await work.all(mine))
    assert len(await requests_of(company)) == 1
    assert first.request_id is not None
    assert await words_about(company, first.request_id) == []


async def test_a_report_on_no_letter_of_ours_is_held_as_is_one_of_another_company() -> None:
    company, other = await taking_mail(), await taking_mail()
    await deliver(other, letter())
    [theirs] = await letters_to(other, "lin@big.example.com")
    for message_id in ("<made-up@x.example>", postbox.message_id(theirs.id)):
        mail = await deliver(company, report_on(message_id), sender="")
        assert (mail.state, mail.reason) == (MailState.QUARANTINED, MailReason.UNMATCHED_REPORT)
    async with reading(other.admin) as work:
        assert (await work.get(Effect, theirs.id)).state is not EffectState.FAILED


async def test_too_large_a_mail_is_refused_by_its_announced_size_and_by_its_bytes() -> None:
    company = await taking_mail()
    large = letter(text="x" * 70 + "\n" + ("y" * 70 + "\n") * 20_000).as_bytes()
    assert len(large) > 1024**2
    recipient = await address_of(company)
    async with door() as port:
        with pytest.raises(aiosmtplib.SMTPException) as announced:
            await send(port, recipient, large)
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            await client.ehlo()
            assert client.esmtp_extensions["size"] == str(1024**2)
            await client.mail("lin@big.example.com")
            await client.rcpt(recipient)
            with pytest.raises(aiosmtplib.SMTPDataError) as found:
                await client.data(large)
    assert getattr(announced.value, "code", None) == 552
    assert found.value.code == 552
    assert await mails(company) == []


async def test_an_address_that_nobody_has_is_refused_at_once() -> None:
    company = await taking_mail()
    known = await address_of(company)
    async with door() as port:
        for recipient in (known.replace("support@", "sales@"), "support@nobody.mail.localhost", "x@elsewhere.example"):
            with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
                await send(port, recipient, letter().as_bytes())
            assert refused.value.recipients[0].code == 550


async def test_lmtp_answers_for_each_recipient() -> None:
    company = await taking_mail()
    recipient = await address_of(company)
    async with door(lmtp=True) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        said = [await reader.readline()]
        for line in ("LHLO mx.example", "MAIL FROM:<lin@big.example.com>", f"RCPT TO:<{recipient}>", "DATA"):
            writer.write(f"{line}\r\n".encode())
            while not said[-1].startswith(b"250-") and (answer := await reader.readline()):
                said.append(answer)
                if answer[3:4] == b" ":
                    break
        writer.write(letter().as_bytes(policy=letter().policy.clone(linesep="\r\n")) + b"\r\n.\r\nQUIT\r\n")
        rest = await reader.read()
        writer.close()
    assert b"250 2.0.0 Kept" in rest
    assert len(await mails(company)) == 1


async def test_a_page_is_read_as_text_and_nothing_in_it_acts() -> None:
    company = await taking_mail()
    message = letter()
    message.set_content(
        "<html><head><title>x</title><style>p{}</style></head><body onload=steal()><p>Dear <b>Support</b>,</p>"
        "<script>alert(1)</script><p>it &lt;burns&gt;<br>a lot<img src=http://spy.example/x></p></body></html>",
        subtype="html",
    )
    await deliver(company, message)
    [request] = await requests_of(company)
    assert request.description == "Dear Support,\n\nit <burns>\na lot"


async def test_attachments_go_by_the_rules_for_files_and_what_is_left_out_is_named() -> None:
    strict = await taking_mail(("2.6", FileRules(most_megabytes=1, media_types=("application/pdf",))))
    message = letter()
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="../../etc/report.pdf")
    message.add_attachment(b"MZ\x90\x00" + bytes(100), maintype="application", subtype="pdf", filename="virus.exe")
    message.add_attachment(letter(subject="Inner"), filename="inner.eml")
    mail = await deliver(strict, message)
    assert mail.state is MailState.FILED
    assert await files_at(strict, mail) == ["report.pdf"]
    assert "virus.exe: Files of the kind" in mail.detail
    assert "inner.eml" in mail.detail


BOMBS = {
    "depth": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 2000,
    "parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 1900 + b"--b--\r\n",
    "boundaries": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * 50_000,
    "letters in letters": b"Content-Type: message/rfc822\r\n\r\n" * 3000,
    "headers": b"X: y\r\n" * 60_000 + b"\r\n",
}


@pytest.mark.parametrize("bomb", BOMBS)
async def test_a_bomb_is_held_with_its_reason(bomb: str) -> None:
    company = await taking_mail()
    content = b"From: lin@big.example.com\r\nSubject: boom\r\n" + BOMBS[bomb]
    mail = await deliver(company, content)
    assert mail.state is MailState.QUARANTINED
    assert mail.reason in (MailReason.TOO_COMPLEX, MailReason.MALFORMED)
    assert mail.detail


async def test_nonsense_is_kept_and_held() -> None:
    company = await taking_mail()
    for content in (b"\x00\xff\xfe", b"From: \xff\xff\r\n\r\n\x80", b"=?\r\n\r\n", b"Subject: =?x?b?!?=\r\n\r\nhi"):
        mail = await deliver(company, content)
        assert mail.state is MailState.QUARANTINED
        assert mail.size_bytes > 0


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ("=?gb2312?B?tPLTobv6u7XByw==?=", "打印机坏了"),
        ("=?nonsense?Q?caf=C3=A9?=", "café"),
        ("=?utf-8?B?!!!?=", "=?utf-8?B?!!!?="),
        ("=?punycode?Q?abc?=", "abc"),
        ("one\r\n two", "one two"),
    ],
)
def test_a_subject_is_read_in_whatever_encoding_it_names(raw: str, subject: str) -> None:
    assert read(f"From: a@b.example\r\nSubject: {raw}\r\n\r\nx".encode()).subject == subject


@given(st.binary(max_size=3000))
@settings(max_examples=300)
def test_any_bytes_are_a_letter_or_say_why_not(content: bytes) -> None:
    assert isinstance(read(content), Letter)
    assert len(identity_of(content)) == 64


LINES = st.sampled_from(
    [
        b"From: a@b.example",
        b"Subject: =?utf-8?B?5omT?=",
        b"Content-Type: multipart/mixed; boundary=x",
        b"Content-Type: multipart/alternative; boundary=y",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x",
        b"Content-Type: message/rfc822",
        b"Content-Type: message/delivery-status",
        b"Content-Type: text/html; charset=nonsense",
        b"Content-Type: text/plain; charset=\xff",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: quoted-printable",
        b"Content-Disposition: attachment; filename*=nonsense''%ff; filename=\"x\r\ny\"",
        b"References: <a@b> <c@d>",
        b"--x",
        b"--x--",
        b"--y",
        b"",
        b"",
        b"=FF=",
        b"<blockquote><p>q",
        b"> quoted",
        b"On x y z wrote:",
        b"\x00\xff",
    ]
)


@given(st.lists(LINES, max_size=40))
@settings(max_examples=400)
def test_any_mime_is_a_letter_or_says_why_not(lines: list[bytes]) -> None:
    found = read(b"\r\n".join(lines))
    assert isinstance(found, Letter)
    for text in (found.text, found.quoted, found.subject, found.from_name, *found.references):
        assert "\x00" not in text
        text.encode()


async def test_any_bytes_that_were_taken_are_filed_or_held() -> None:
    company = await taking_mail()
    contents = [bytes([number]) * number for number in range(1, 40)] + [b"\r\n", b"\n\n", b":", b"From:\r\n"]
    recipient = await address_of(company)
    async with door() as port:
        for content in contents:
            await send(port, recipient, content)
    await work_off()
    found = await mails(company)
    assert len(found) == len({identity_of(mail.identity.encode()) for mail in found})
    assert len(found) >= 40
    assert {mail.state for mail in found} <= {MailState.QUARANTINED, MailState.FILED}
