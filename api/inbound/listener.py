"""The listener: mail servers hand over mail by SMTP or LMTP, and hear that it was taken when it is kept for good."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Sequence
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from api.inbound import receiving
from domain.mail.commands import Envelope
from domain.mail.rules import MailOrigin
from tenancy import logs
from tenancy.config import settings
from tenancy.database import database, open_database
from tenancy.refusals import Refusal

log = structlog.get_logger(__name__)

MOST_CONNECTIONS = 20
MOST_RECIPIENTS = 20
# How long a client may be silent, and how long what is being kept is waited for at the end.
SILENCE_SECONDS = 120.0
ENDING_SECONDS = 15.0
# Longer lines than the standard's 998 characters are common in pages, and harm nobody here.
LONGEST_LINE = 65_536
OK = "250 2.0.0 Kept"
UNKNOWN = "550 5.1.1 No such address here"
LATER = "451 4.3.0 Not now, please try again"
NO_ROOM = ("STORAGE_FULL", "NO_ROOM_FOR_FILES")


class Handler:
    """What aiosmtpd calls with recipients and mails."""

    def __init__(self, *, lmtp: bool = False) -> None:
        self._lmtp = lmtp
        self.keeping: set[asyncio.Future[Any]] = set()
        self.connections = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Sequence[str]) -> str:
        """Take a recipient only when the address is somebody's."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        if await receiving.route(address) is None:
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Answer 250 only when the mail is kept for everybody; LMTP has an answer for each recipient."""
        content, sender = bytes(envelope.original_content), envelope.mail_from or ""
        answers = [await self._keep(sender, recipient, content) for recipient in dict.fromkeys(envelope.rcpt_tos)]
        if self._lmtp:
            return "\r\n".join(answers)
        # Sent again, a mail that was kept for some of them is not kept twice.
        return next((answer for answer in answers if not answer.startswith("250")), OK)

    async def _keep(self, sender: str, recipient: str, content: bytes) -> str:
        running = asyncio.ensure_future(self._kept(sender, recipient, content))
        self.keeping.add(running)
        running.add_done_callback(self.keeping.discard)
        # A client that leaves in the meantime does not undo what is half done.
        return await asyncio.shield(running)

    async def _kept(self, sender: str, recipient: str, content: bytes) -> str:
        try:
            found = await receiving.route(recipient)
            if found is None:
                return UNKNOWN
            await receiving.keep(found, Envelope(sender, recipient, MailOrigin.SMTP), content)
        except Refusal as refusal:
            log.warning("mail.not_kept", recipient=recipient, because=refusal.code)
            return "452 4.3.1 No room at present" if refusal.code in NO_ROOM else LATER
        except Exception as problem:
            log.exception("mail.not_kept", recipient=recipient, because=type(problem).__name__)
            return LATER
        return OK

    async def handle_exception(self, error: Exception) -> str:
        """What goes wrong elsewhere is ours, and will pass."""
        log.error("mail.failed", exc_info=error)
        return LATER


class _Bounded:
    """Refuses a connection more than there may be."""

    line_length_limit = LONGEST_LINE
    event_handler: Handler
    _turned_away = False

    def connection_made(self, transport: Any) -> None:
        """A client comes."""
        self.event_handler.connections += 1
        if self.event_handler.connections > MOST_CONNECTIONS:
            self._turned_away = True
            transport.write(b"421 4.3.2 Too many connections, please try again\r\n")
            transport.close()
            return
        super().connection_made(transport)  # type: ignore[misc]  # of the protocol that this is mixed into

    def connection_lost(self, error: Exception | None) -> None:
        """A client is gone."""
        self.event_handler.connections -= 1
        if not self._turned_away:
            super().connection_lost(error)  # type: ignore[misc]  # likewise

    def data_received(self, data: bytes) -> None:
        """A client says something."""
        if not self._turned_away:
            super().data_received(data)  # type: ignore[misc]  # likewise

    def eof_received(self) -> Any:
        """A client has said everything."""
        return None if self._turned_away else super().eof_received()  # type: ignore[misc]  # likewise


class BoundedSMTP(_Bounded, SMTP):
    """SMTP, as mail servers of the world speak it."""


class BoundedLMTP(_Bounded, LMTP):
    """LMTP, as a mail server of one's own speaks it."""


@contextlib.asynccontextmanager
async def listening(held: socket.socket, *, lmtp: bool = False) -> Any:
    """Take mail on a listening socket until the block ends, and then finish what is being kept."""
    handler, loop = Handler(lmtp=lmtp), asyncio.get_running_loop()
    kind = BoundedLMTP if lmtp else BoundedSMTP

    def protocol() -> Any:
        return kind(
            handler,
            data_size_limit=receiving.most_bytes(),
            enable_SMTPUTF8=True,
            # Looking it up would ask a name server.
            hostname=settings().mail_domain,
            ident="Zhidu",
            timeout=SILENCE_SECONDS,
            loop=loop,
        )

    server = await loop.create_server(protocol, sock=held)
    try:
        yield server
    finally:
        server.close()
        if handler.keeping:
            await asyncio.wait(handler.keeping, timeout=ENDING_SECONDS)


def open_socket(port: int) -> socket.socket:
    """A listening socket at the address of the settings."""
    held = socket.create_server((settings().mail_listen_host, port), backlog=64, reuse_port=False)
    held.setblocking(False)
    return held


async def _serve(held: socket.socket, *, lmtp: bool) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await open_database(most_seconds=settings().statement_seconds)
    try:
        async with listening(held, lmtp=lmtp):
            await ended.wait()
    finally:
        await database.close()


def run(held: socket.socket, *, lmtp: bool = False) -> int:
    """The listener's process: serve until a signal ends it.

    Raises BypassingRole when the database's role could step around row-level security.
    """
    logs.configure()
    asyncio.run(_serve(held, lmtp=lmtp))
    return 0
