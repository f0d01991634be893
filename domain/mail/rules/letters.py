"""Reading a mail: any bytes become a letter, or say why they do not; nothing of it is believed, everything bounded."""

import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32
from email.utils import parseaddr

from domain.kernel.texts import NOT_STORABLE
from domain.mail.rules.bodies import parted, text_of_html
from domain.mail.rules.states import MailReason
from tenancy.addresses import clean_address

MOST_HEADER_BYTES = 262_144
MOST_LINES = 1_000_000
MOST_BOUNDARIES = 2_000
# How many parts declare that they have parts of their own.
MOST_NESTS = 50
MOST_DEPTH = 20
MOST_PARTS = 200
MOST_HEADER_CHARACTERS = 4_000
MOST_TEXT = 200_000
MOST_REFERENCES = 50
# Names of encodings that are none of texts, or take far longer than the text is long.
_STRANGE_CODECS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "utf-7"}
# Senders name the smaller of these sets and use the larger one.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "ascii": "utf-8", "big5": "cp950"}
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,500}>")
_NESTS = re.compile(rb"boundary\s*=|message/rfc822", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """A file inside a letter, as its sender names it."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Report:
    """What a mail server says became of a letter: which ids it names, and the status of RFC 3463, such as 5.1.1."""

    message_ids: tuple[str, ...]
    failed: bool
    status: str


@dataclass(frozen=True)
class Letter:
    """A mail as it was read. `problem` says why it could not be; all else is then what could be read of it."""

    message_id: str = ""
    from_address: str = ""
    from_name: str = ""
    subject: str = ""
    # What it answers, the nearest first.
    references: tuple[str, ...] = ()
    text: str = ""
    quoted: str = ""
    parts: tuple[Part, ...] = ()
    # The header by which it says that no person wrote it; empty where none does.
    automatic: str = ""
    loop_marks: frozenset[str] = frozenset()
    report: Report | None = None
    problem: MailReason | None = None
    detail: str = ""
    # Names of parts that could not be taken out; they are in the mail as it came.
    unreadable: tuple[str, ...] = ()


class _TooComplex(Exception):
    """More parts, or deeper ones, than any letter has."""


def identity_of(content: bytes) -> str:
    """What tells a mail that is sent again: its Message-ID and sender, or, of one that names none, its bytes."""
    try:
        headers = BytesHeaderParser(policy=compat32).parsebytes(content[:MOST_HEADER_BYTES])
        found = _MESSAGE_ID.search(_header(headers, "Message-ID"))
        named = f"{found[0]}\n{_header(headers, 'From')}".encode(errors="replace") if found else b""
    except Exception:
        named = b""
    return hashlib.sha256(named or content).hexdigest()


def read(content: bytes) -> Letter:
    """The letter in some bytes; whatever they are, this neither fails nor takes long."""
    try:
        letter = _by_headers(content)
    except Exception as problem:
        return Letter(problem=MailReason.MALFORMED, detail=_told(problem))
    try:
        if too_much := _too_complex(content):
            return replace(letter, problem=MailReason.TOO_COMPLEX, detail=too_much)
        return _read_whole(BytesParser(policy=compat32).parsebytes(content), letter)
    except (_TooComplex, RecursionError) as problem:
        return replace(letter, problem=MailReason.TOO_COMPLEX, detail=_told(problem))
    except Exception as problem:
        # The parser of the standard library is not meant to fail, and does on some nonsense.
        return replace(letter, problem=MailReason.MALFORMED, detail=_told(problem))


def _told(problem: BaseException) -> str:
    return _storable(f"{type(problem).__name__}: {problem}")[:300]


def _too_complex(content: bytes) -> str:
    if content.count(b"\n") > MOST_LINES:
        return f"more than {MOST_LINES} lines"
    if content.count(b"\n--") > MOST_BOUNDARIES:
        return f"more than {MOST_BOUNDARIES} boundaries"
    nests = sum(1 for _ in zip(_NESTS.finditer(content), range(MOST_NESTS + 1), strict=False))
    return f"more than {MOST_NESTS} nested parts" if nests > MOST_NESTS else ""


def _by_headers(content: bytes) -> Letter:
    """What the headers say."""
    ends = [end for end in (content.find(b"\n\n"), content.find(b"\n\r\n")) if end >= 0]
    if min(ends, default=len(content)) > MOST_HEADER_BYTES:
        raise _TooComplex("more headers than any letter has")
    headers = BytesHeaderParser(policy=compat32).parsebytes(content[: MOST_HEADER_BYTES + 2])
    name, plain = parseaddr(_header(headers, "From").replace("\n", " ").replace("\r", " "))
    message_id = _MESSAGE_ID.search(_header(headers, "Message-ID"))
    return Letter(
        message_id=_storable(message_id[0]) if message_id else "",
        from_address=clean_address(plain) or "",
        # It may stand before an address in a header of ours.
        from_name=" ".join(re.sub(r'["<>\\]', " ", _decoded(name)).split())[:100],
        subject=_decoded(_header(headers, "Subject"))[:500],
        references=_references(headers),
        automatic=_automatic(headers),
        loop_marks=frozenset(_header(each, "X-Loop").strip().lower() for each in _each(headers, "X-Loop")),
    )


def _each(headers: Message, name: str) -> Iterator[Message]:
    """The headers of a name, each alone."""
    for value in (headers.get_all(name) or [])[:20]:
        single = Message(policy=compat32)
        single[name] = value
        yield single


def _header(headers: Message, name: str) -> str:
    """A header as it was written; bytes that are no ASCII are taken for UTF-8."""
    raw = headers.get(name)
    text = "" if raw is None else str(raw)[:MOST_HEADER_CHARACTERS]
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _decoded(text: str) -> str:
    """A header's text in the encodings that it names, on one line."""
    try:
        pieces = decode_header(text)
    except Exception:
        pieces = [(text, None)]
    said = "".join(piece if isinstance(piece, str) else _text(piece, charset) for piece, charset in pieces)
    return " ".join(_storable(said if said.strip() else text).split())


def _references(headers: Message) -> tuple[str, ...]:
    named = _MESSAGE_ID.findall(_header(headers, "In-Reply-To"))
    # The last one is the nearest; there are senders who name hundreds.
    older = _MESSAGE_ID.findall(str(headers.get("References", ""))[-20_000:])[::-1]
    return tuple(dict.fromkeys(_storable(each) for each in [*named, *older]))[:MOST_REFERENCES]


def _automatic(headers: Message) -> str:
    submitted = _header(headers, "Auto-Submitted").partition(";")[0].strip().lower()
    if submitted not in ("", "no"):
        return f"Auto-Submitted: {_storable(submitted)[:60]}"
    precedence = _header(headers, "Precedence").strip().lower()
    if precedence in ("bulk", "junk", "list", "auto_reply"):
        return f"Precedence: {precedence}"
    for name in ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Auto-Reply", "Feedback-ID"):
        if headers.get(name) is not None:
            return name
    return ""


def _read_whole(mail: Message, letter: Letter) -> Letter:
    reader = _Reader()
    body = reader.text(mail, 0)
    said, quoted = parted(_storable(body)[:MOST_TEXT])
    return replace(
        letter,
        text=said,
        quoted=quoted,
        parts=tuple(reader.parts),
        report=_report(mail, letter),
        unreadable=tuple(reader.unreadable),
    )


class _Reader:
    """Takes the text out of a mail's parts, and keeps the others as files."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.unreadable: list[str] = []
        self._seen = 0

    def text(self, part: Message, depth: int) -> str:
        """The text of a part and of those in it."""
        self._seen += 1
        if self._seen > MOST_PARTS or depth > MOST_DEPTH:
            raise _TooComplex(f"more than {MOST_PARTS} parts, or {MOST_DEPTH} levels of them")
        kind = part.get_content_type()
        if part.is_multipart() and kind != "message/rfc822":
            return self._of_several(part, kind, depth)
        named = _file_name(part)
        attached = part.get_content_disposition() == "attachment" or bool(named)
        if kind in ("text/plain", "text/html") and not attached:
            text = _text(_bytes_of(part), part.get_content_charset())
            return text_of_html(text) if kind == "text/html" else text
        self._keep(part, kind, named)
        return ""

    def _of_several(self, part: Message, kind: str, depth: int) -> str:
        children = _inside(part)
        if kind == "multipart/alternative":
            # Of several forms of one text the plain one is read; every other part of them is kept.
            texts = [(child.get_content_type(), self.text(child, depth + 1)) for child in children]
            said = [text for child_kind, text in texts if text.strip() and child_kind == "text/plain"]
            return (said or [text for _, text in texts if text.strip()] or [""])[0]
        if kind == "message/delivery-status":
            return ""
        return "\n\n".join(text for child in children if (text := self.text(child, depth + 1)).strip())

    def _keep(self, part: Message, kind: str, named: str) -> None:
        number = len(self.parts) + len(self.unreadable) + 1
        try:
            if kind == "message/rfc822":
                child = next(iter(_inside(part)), None)
                content = child.as_bytes() if child is not None else _bytes_of(part)
                subject = _decoded(_header(child, "Subject"))[:80] if child is not None else ""
                named = named or f"{subject or 'letter'}.eml"
            else:
                content = _bytes_of(part)
        except Exception:
            self.unreadable.append(named or f"part {number}")
            return
        if content:
            self.parts.append(Part(named or f"part-{number}", kind, content))


def _file_name(part: Message) -> str:
    try:
        return _decoded(str(part.get_filename() or ""))[:200]
    except Exception:
        return "unnamed"


def _bytes_of(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(content: bytes, charset: str | None) -> str:
    """Bytes as text: in the encoding that is named if there is such a one and it fits, else in the likeliest."""
    for name in (charset, "utf-8", "gb18030"):
        try:
            known = codecs.lookup(str(name)).name if name else ""
            if known and known not in _STRANGE_CODECS:
                return content.decode(_WIDER.get(known, known))
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("utf-8", "replace")


def _storable(text: str) -> str:
    return NOT_STORABLE.sub("", "\n".join(text.splitlines()))


def _report(mail: Message, letter: Letter) -> Report | None:
    """What a delivery status notification (RFC 3464) says; None for any other mail."""
    children = _inside(mail) if mail.get_content_type() == "multipart/report" else []
    status = next((each for each in children if each.get_content_type() == "message/delivery-status"), None)
    if status is None:
        return None
    fields = _inside(status)
    actions = [_header(each, "Action").strip().lower() for each in fields]
    codes = [_header(each, "Status").strip()[:20] for each in fields]
    returned = BytesHeaderParser(policy=compat32).parsebytes(b"".join(_returned(each) for each in children))
    return Report(
        message_ids=(*_MESSAGE_ID.findall(_header(returned, "Message-ID")), *letter.references),
        failed="failed" in actions,
        status=_storable(next((code for code in codes if code), "")),
    )


def _inside(part: Message) -> list[Message]:
    """The parts of a part."""
    inner = part.get_payload()
    return [each for each in inner if isinstance(each, Message)] if isinstance(inner, list) else []


def _returned(part: Message) -> bytes:
    """The headers of the letter that a report gives back."""
    kind = part.get_content_type()
    if kind == "text/rfc822-headers":
        return _bytes_of(part)[:MOST_HEADER_BYTES]
    inner = _inside(part) if kind == "message/rfc822" else []
    return "".join(f"{name}: {value}\n" for name, value in inner[0].items()).encode(errors="replace") if inner else b""
