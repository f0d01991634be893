"""The local mail sink: it accepts every message and keeps it as a file, so nothing leaves the machine."""

import asyncio
import contextlib
import hashlib
import re
import signal
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser, BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

MESSAGE_BYTES = 40_000_000
NAME_CHARACTERS = 120


@dataclass(frozen=True)
class StoredMail:
    """One message in the sink; `at` is its own date, by the company's clock, or else when it came in."""

    path: Path
    at: datetime
    sender: str
    to: str
    subject: str


def listening_socket(port: int = 0) -> socket.socket:
    """A socket on a loopback port, a free one unless told; the keeper holds it, so the port outlives a restart of who
    listens on it."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", port))
    held.listen(64)
    return held


def file_name(message_id: str, content: bytes) -> str:
    """The name of a message's file: one for each Message-ID, so that a message sent again replaces itself."""
    bare = message_id.strip().removeprefix("<").removesuffix(">")
    if not bare:
        return f"{hashlib.sha256(content).hexdigest()[:32]}.eml"
    safe = re.sub(r"[^A-Za-z0-9@._+-]", "_", bare)[:NAME_CHARACTERS]
    if safe != bare or safe.startswith("."):
        safe = f"{safe.lstrip('.')}-{hashlib.sha256(bare.encode(errors='replace')).hexdigest()[:12]}"
    return f"{safe}.eml"


def store(directory: Path, content: bytes) -> Path:
    """Keep a message as it came, whole or not at all."""
    headers = BytesHeaderParser(policy=policy.compat32).parsebytes(content)
    directory.mkdir(parents=True, exist_ok=True)
    target = directory / file_name(str(headers.get("Message-ID", "")), content)
    with tempfile.NamedTemporaryFile(dir=directory, prefix=".", suffix=".part", delete=False) as draft:
        try:
            draft.write(content)
            draft.close()
            Path(draft.name).replace(target)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    return target


def stored(directory: Path) -> Iterator[StoredMail]:
    """Every message of the sink, in the order in which they came."""
    for path in sorted(directory.glob("*.eml"), key=lambda path: (path.stat().st_mtime_ns, path.name)):
        with path.open("rb") as opened:
            message = BytesParser(policy=policy.default).parse(opened, headersonly=True)
        yield StoredMail(
            path=path,
            at=_date_of(message) or datetime.fromtimestamp(path.stat().st_mtime, UTC),
            sender=str(message.get("From", "")),
            to=str(message.get("To", "")),
            subject=str(message.get("Subject", "")),
        )


def _date_of(message: Message) -> datetime | None:
    try:
        date = parsedate_to_datetime(str(message.get("Date", "")))
    except ValueError:
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date


def read(path: Path) -> EmailMessage:
    """One message, decoded."""
    with path.open("rb") as opened:
        return BytesParser(EmailMessage, policy=policy.default).parse(opened)


class _Keeping:
    """What aiosmtpd calls with each message."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Answer 250 only when the file is in its place."""
        try:
            await asyncio.to_thread(store, self.directory, envelope.original_content)
        except OSError as error:
            return f"452 4.3.1 The message cannot be stored: {error.strerror}"
        return "250 Kept"


async def serve(listening: socket.socket, directory: Path) -> None:
    """Accept mail on this socket until the process is asked to end."""
    # Imported here: an installation with servers of its own lists no mail and need not have it.
    from aiosmtpd.smtp import SMTP

    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await loop.create_server(
        # The name is given because looking it up asks a name server.
        lambda: SMTP(
            _Keeping(directory),
            data_size_limit=MESSAGE_BYTES,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="Zhidu's mail sink",
            loop=loop,
        ),
        sock=listening,
    )
    try:
        await ended.wait()
    finally:
        server.close()


def run(descriptor: int, directory: Path) -> int:
    """The process of the sink, on a listening socket that it inherits."""
    listening = socket.socket(fileno=descriptor)
    listening.setblocking(False)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(listening, directory))
    return 0
