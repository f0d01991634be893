"""Mail out: one message to one address over SMTP, with an identity that a repeated attempt keeps."""

import asyncio
import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry, MessageIDHeader, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.policy import Policy
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib

from tenancy.addresses import in_ascii
from tenancy.config import settings
from workers.gateways import TryLater, Undeliverable

STEP_SECONDS = 20.0
ATTEMPT_SECONDS = 60.0
# A line of a header has 998 characters at most, and an id is not broken.
LONGEST_REFERENCE = 500

_NAMED = re.compile(r'"?([^"<>]*?)"?\s*<([^<>]+)>')
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
_HEADER_NAME = re.compile(r"(X|List)-[A-Za-z0-9-]{1,60}")
_HEADER_VALUE = re.compile(r"[ -~]{0,900}")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff]+")


class _References(UnstructuredHeader):
    """Ids of letters, one a line."""

    def fold(self, *, policy: Policy) -> str:
        """The header as it is written."""
        return f"References: {f'{policy.linesep} '.join(str(self).split())}{policy.linesep}"


# A message id is one unbreakable word; the ordinary rules for long lines would encode one beyond recognition.
_headers = HeaderRegistry()
_headers.map_to_type("in-reply-to", MessageIDHeader)  # type: ignore[arg-type]  # the registry mixes BaseHeader in
_headers.map_to_type("references", _References)  # type: ignore[arg-type]  # the same
_POLICY = SMTP_POLICY.clone(cte_type="7bit", header_factory=_headers)


@dataclass(frozen=True)
class Pdf:
    """A paper that goes along."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """One letter to one person. `message_id` and `sent_at` stay the same however often it is attempted.

    `sender`, `to` and `reply_to` are `a@b.example` or `Name <a@b.example>`; `language` is of the text. `references`
    are the ids of the letters before it, the oldest first: what others have sent, so of malformed ones none is written.
    What is not `by_hand` says that a program has sent it. `headers` takes `X-…` and `List-…` only.
    """

    sender: str
    to: str
    subject: str
    text: str
    message_id: str
    sent_at: datetime
    language: str = "en"
    in_reply_to: str | None = None
    references: Sequence[str] = ()
    reply_to: str | None = None
    by_hand: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    pdfs: Sequence[Pdf] = ()


async def send(mail: Mail, *, smtp_url: str | None = None) -> None:
    """Hand a mail to the mail server, by default the one of the settings (rehearsal tenants: `sink_smtp_url`).

    `Undeliverable` when the address, the mail or the server's answer rules it out; `TryLater` for anything that may
    pass: no server set, no answer, a 4xx answer, a refusal of us rather than of the mail. If the connection breaks
    after the last byte the server may have taken it all the same; the Message-ID then tells the two copies as one.
    """
    message = compose(mail)
    recipient, sender = _address(mail.to).addr_spec, _address(mail.sender).addr_spec
    client = _client(settings().smtp_url if smtp_url is None else smtp_url, sender)
    try:
        async with asyncio.timeout(ATTEMPT_SECONDS):
            await _connect(client)
            await _hand_over(client, sender, recipient, message.as_bytes())
    except TimeoutError as problem:
        raise TryLater(f"the mail server did not answer in time: {problem}") from problem
    except (OSError, aiosmtplib.SMTPException) as problem:
        raise TryLater(f"the mail server cannot be used: {problem}") from problem
    finally:
        # What was accepted stays accepted, however the farewell goes.
        with suppress(OSError, aiosmtplib.SMTPException):
            await client.quit(timeout=2)
        client.close()


async def _connect(client: aiosmtplib.SMTP) -> None:
    # Whatever is refused here is refused to us, not to this mail: an operator will mend it.
    try:
        await client.connect()
    except aiosmtplib.SMTPResponseException as problem:
        raise TryLater(f"the mail server refuses us: {problem.code} {problem.message}") from problem


async def _hand_over(client: aiosmtplib.SMTP, sender: str, recipient: str, content: bytes) -> None:
    try:
        await client.sendmail(sender, [recipient], content)
    except aiosmtplib.SMTPHeloError as problem:
        raise TryLater(f"the mail server refuses us: {problem.code} {problem.message}") from problem
    except aiosmtplib.SMTPRecipientsRefused as problem:
        raise _refused(problem.recipients[0]) from problem
    except aiosmtplib.SMTPResponseException as problem:
        raise _refused(problem) from problem


def _refused(problem: aiosmtplib.SMTPResponseException) -> TryLater | Undeliverable:
    text = f"{problem.code} {problem.message}"[:500]
    return Undeliverable(text) if 500 <= problem.code <= 599 else TryLater(text)


def compose(mail: Mail) -> EmailMessage:
    """The message as it goes out; `Undeliverable` when an address, id or header is malformed."""
    message = EmailMessage(policy=_POLICY)
    if mail.sent_at.tzinfo is None:
        raise ValueError("sent_at needs a zone")
    message["From"] = _address(mail.sender)
    message["To"] = _address(mail.to)
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = mail.sent_at
    message["Message-ID"] = _message_id(mail.message_id)
    if mail.reply_to is not None:
        message["Reply-To"] = _address(mail.reply_to)
    _refer(message, mail)
    if not mail.by_hand:
        message["Auto-Submitted"] = "auto-generated"
    for name, value in mail.headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise Undeliverable(f"the header {name!r} may not be set")
        message[name] = value
    message.set_content(mail.text.encode("utf-8", "replace").decode(), charset="utf-8")
    # After the content, which begins by removing every header of its kind.
    message["Content-Language"] = _one_line(mail.language).replace("_", "-")
    for pdf in mail.pdfs:
        message.add_attachment(pdf.content, maintype="application", subtype="pdf", filename=_one_line(pdf.name))
    if mail.pdfs:
        # A repeated attempt is the same to the last byte, so what parts it is not left to chance.
        message.set_boundary(f"=_{hashlib.sha256(mail.message_id.encode()).hexdigest()[:40]}")
    return message


def _refer(message: EmailMessage, mail: Mail) -> None:
    """Name the letters that came before."""
    if mail.in_reply_to is not None and not mail.references:
        message["In-Reply-To"] = message["References"] = _message_id(mail.in_reply_to)
        return
    sound = [each for each in mail.references if _MESSAGE_ID.fullmatch(each) and len(each) <= LONGEST_REFERENCE]
    if sound:
        message["In-Reply-To"] = sound[-1]
        message["References"] = " ".join(sound)


def _address(text: str) -> Address:
    named = _NAMED.fullmatch(text.strip())
    name, plain = (named[1], named[2]) if named else ("", text.strip())
    try:
        return Address(_one_line(name), addr_spec=in_ascii(plain))
    except (ValueError, IndexError) as problem:
        raise Undeliverable(f"not a mail address: {text[:100]!r}") from problem


def _message_id(text: str) -> str:
    if not _MESSAGE_ID.fullmatch(text) or len(text) > 900:
        raise Undeliverable(f"not a message id: {text[:100]!r}")
    return text


def _one_line(text: str) -> str:
    return _UNPRINTABLE.sub(" ", text).strip()


def _client(url: str, sender: str) -> aiosmtplib.SMTP:
    if not url:
        raise TryLater("no mail server is set (ZHIDU_SMTP_URL)")
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise TryLater("the mail server's address must be smtp://host:port or smtps://host:port")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    options: dict[str, Any] = {"username": user, "password": password} if user else {}
    if parts.scheme == "smtps":
        options["use_tls"] = True
    elif user and not _local(parts.hostname):
        # A password never crosses a network in the clear, not even if somebody takes STARTTLS out of the greeting.
        options["start_tls"] = True
    return aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port,
        local_hostname=sender.rpartition("@")[2],
        timeout=STEP_SECONDS,
        **options,
    )


def _local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
