"""A mail arrives as it was written, or the gateway says whether trying again is of use."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from hypothesis import given
from hypothesis import strategies as st

from workers.gateways import TryLater, Undeliverable, mail
from workers.gateways.mail import Mail, compose, send

SENT_AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
MESSAGE_ID = "<019391a0-0000-7000-8000-00000000000a.dunning-2@zhidu.example>"


def letter(**changes: Any) -> Mail:
    fields: dict[str, Any] = {
        "sender": "制度示例公司 <no-reply@zhidu.example>",
        "to": "王伟 <wang@customer.example>",
        "subject": "发票 2026-117 已逾期 7 天",
        "text": "您好：\n\n发票 2026-117 尚未付清。\n",
        "message_id": MESSAGE_ID,
        "sent_at": SENT_AT,
        "language": "zh_Hans",
    }
    return Mail(**{**fields, **changes})


class Postbox:
    """Keeps what it is given, and answers as it is told."""

    def __init__(self, **answers: str) -> None:
        self.received: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.answers = answers

    async def handle_RCPT(
        self, _server: object, _session: object, envelope: Any, address: str, _options: object
    ) -> str:
        if "rcpt" not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get("rcpt", "250 OK")

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        if "data" in self.answers:
            return self.answers["data"]
        parsed = email.message_from_bytes(envelope.original_content, policy=email.policy.SMTP)
        assert isinstance(parsed, EmailMessage)
        self.received.append(parsed)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return "250 OK"


@asynccontextmanager
async def mail_server(postbox: Postbox, **options: Any) -> AsyncIterator[str]:
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(postbox, hostname="sink.example", **options), "127.0.0.1", 0
    )
    async with server:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def raw_server(
    speak: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await speak(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_chinese_letter_arrives_as_it_was_written() -> None:
    postbox = Postbox()
    async with mail_server(postbox) as url:
        await send(
            letter(in_reply_to="<request-7@customer.example>", headers={"X-Zhidu-Tenant": "example"}), smtp_url=url
        )
    [received] = postbox.received
    assert received["Subject"] == "发票 2026-117 已逾期 7 天"
    assert received["From"] == "制度示例公司 <no-reply@zhidu.example>"
    assert received["To"] == "王伟 <wang@customer.example>"
    assert received["Message-ID"] == MESSAGE_ID
    assert received["Date"].datetime == SENT_AT
    assert received["In-Reply-To"] == received["References"] == "<request-7@customer.example>"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["Content-Language"] == "zh-Hans"
    assert received["X-Zhidu-Tenant"] == "example"
    assert received.get_content().splitlines() == ["您好：", "", "发票 2026-117 尚未付清。"]
    assert postbox.envelopes == [("no-reply@zhidu.example", ["wang@customer.example"])]


def test_a_repeated_attempt_is_the_same_mail_to_the_last_byte() -> None:
    assert compose(letter()).as_bytes() == compose(letter()).as_bytes()


def test_a_mail_is_plain_ascii_in_short_lines_on_its_way() -> None:
    content = compose(letter(subject="逾期" * 100, text="很长的一行" * 500)).as_bytes()
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 78


def test_long_message_ids_stay_in_one_piece() -> None:
    long_id = f"<{'a' * 120}@{'b' * 60}.example>"
    content = compose(letter(message_id=long_id, in_reply_to=long_id)).as_bytes()
    assert content.count(long_id.encode()) == 3


def test_a_domain_in_chinese_is_sent_in_its_ascii_form() -> None:
    assert compose(letter(to="wang@例子.example"))["To"] == "wang@xn--fsqu00a.example"


@pytest.mark.parametrize(
    "broken", ["a\r\nBcc: thief@evil.example", "a\nBcc: x@y.example", "a\rb", "a\x0bb", "a\u2028b\x85c\x00"]
)
def test_a_subject_or_name_cannot_begin_another_header(broken: str) -> None:
    composed = compose(
        letter(subject=broken, to=f"{broken.replace('@', ' ')} <wang@customer.example>", language=broken)
    )
    sent = email.message_from_bytes(composed.as_bytes(), policy=email.policy.SMTP)
    assert sorted(sent.keys()) == sorted(compose(letter()).keys())
    assert "Bcc" not in sent
    assert len(sent["Subject"].splitlines()) == 1


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=200))
def test_no_text_changes_which_headers_a_mail_has(subject: str, name: str, text: str) -> None:
    try:
        composed = compose(letter(subject=subject, to=f"{name} <wang@customer.example>", text=text))
    except Undeliverable:
        return
    sent = email.message_from_bytes(composed.as_bytes(), policy=email.policy.SMTP)
    assert sorted(sent.keys()) == sorted(compose(letter()).keys())
    assert [address.addr_spec for address in sent["To"].addresses] == ["wang@customer.example"]


@pytest.mark.parametrize(
    "to",
    [
        *("", "nobody", "@customer.example", "wang@", "a@b.example, c@d.example", "a@b.example c@d.example"),
        *("<a@b.example", "a@b.example\r\nBcc: c@d.example", "a b@c.example", "x <a@b.example> <c@d.example>"),
        *(
            "王@customer.example",
            "a@b@c.example",
            f"{'a' * 65}@b.example",
            "a@b..example",
            "a;b@c.example",
            "x:a@b.example;",
        ),
    ],
)
def test_an_address_that_is_not_exactly_one_is_undeliverable(to: str) -> None:
    with pytest.raises(Undeliverable):
        compose(letter(to=to))


@pytest.mark.parametrize("message_id", ["", "plain", "<a b@c>", "<a@b>\r\nX: y", "<a@b> <c@d>", "<a>", "a@b"])
def test_a_message_id_that_is_none_is_undeliverable(message_id: str) -> None:
    with pytest.raises(Undeliverable):
        compose(letter(message_id=message_id))
    with pytest.raises(Undeliverable):
        compose(letter(in_reply_to=message_id))


@pytest.mark.parametrize(
    "headers",
    [{"Bcc": "a@b.example"}, {"To": "x"}, {"X-A\r\nBcc": "x"}, {"X-A": "x\r\nBcc: a@b.example"}, {"X-A": "中"}],
)
def test_no_further_header_can_address_or_forge(headers: dict[str, str]) -> None:
    with pytest.raises(Undeliverable):
        compose(letter(headers=headers))


def test_a_date_without_a_zone_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="zone"):
        compose(letter(sent_at=SENT_AT.replace(tzinfo=None)))


@pytest.mark.parametrize("stage", ["rcpt", "data"])
async def test_a_refusal_for_good_is_undeliverable_and_says_why(stage: str) -> None:
    async with mail_server(Postbox(**{stage: "550 5.1.1 no such person"})) as url:
        with pytest.raises(Undeliverable, match=r"550 5\.1\.1 no such person"):
            await send(letter(), smtp_url=url)


@pytest.mark.parametrize("stage", ["rcpt", "data"])
async def test_a_refusal_for_now_is_tried_later(stage: str) -> None:
    async with mail_server(Postbox(**{stage: "451 4.7.1 greylisted"})) as url:
        with pytest.raises(TryLater, match="451"):
            await send(letter(), smtp_url=url)


async def test_no_server_and_no_answer_are_tried_later() -> None:
    async with mail_server(Postbox()) as url:
        pass
    for nowhere in (url, "", "smtp://", "http://127.0.0.1:1"):
        with pytest.raises(TryLater):
            await send(letter(), smtp_url=nowhere)


async def test_a_server_that_refuses_us_is_tried_later() -> None:
    async def unwelcoming(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 5.7.1 not from your network\r\n")
        await writer.drain()

    async with raw_server(unwelcoming) as url:
        with pytest.raises(TryLater, match="554"):
            await send(letter(), smtp_url=url)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_a_wrong_password_is_the_operators_matter_and_tried_later() -> None:
    def authenticate(_server: object, _session: object, _envelope: object, _mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and given.password == "p@ss/字".encode()
        return AuthResult(success=right, handled=False)

    postbox = Postbox()
    async with mail_server(postbox, authenticator=authenticate, auth_require_tls=False, auth_required=True) as url:
        with pytest.raises(TryLater, match="535"):
            await send(letter(), smtp_url=url.replace("//", "//user:wrong@"))
        await send(letter(), smtp_url=url.replace("//", "//user:p%40ss%2F%E5%AD%97@"))
    assert len(postbox.received) == 1


@pytest.mark.parametrize("words", [b"", b"220 welcome\r\n"])
async def test_a_server_that_hangs_is_left(words: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    done = asyncio.Event()

    async def hanging(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        await done.wait()

    monkeypatch.setattr(mail, "ATTEMPT_SECONDS", 0.2)
    async with raw_server(hanging) as url:
        with pytest.raises(TryLater):
            await send(letter(), smtp_url=url)
        done.set()


async def test_a_connection_lost_before_the_answer_is_tried_later() -> None:
    async def vanishing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 welcome\r\n")
        while line := await reader.readline():
            if line.startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                return
            writer.write(b"250 fine\r\n")

    async with raw_server(vanishing) as url:
        with pytest.raises(TryLater):
            await send(letter(), smtp_url=url)


async def test_an_accepted_mail_is_sent_even_if_the_farewell_fails() -> None:
    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 welcome\r\n")
        while line := await reader.readline():
            if line.startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"421 leave me alone\r\n" if line.startswith(b"QUIT") else b"250 fine\r\n")

    async with raw_server(rude) as url:
        await send(letter(), smtp_url=url)


def test_a_password_crosses_a_network_only_encrypted() -> None:
    assert mail._client("smtp://user:pw@mail.example:587", "a@b.example")._start_tls_on_connect is True
    assert mail._client("smtp://user:pw@127.0.0.1:25", "a@b.example")._start_tls_on_connect is None
    assert mail._client("smtps://user:pw@mail.example", "a@b.example").use_tls is True
