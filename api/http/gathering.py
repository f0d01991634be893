"""How answers leave: what one turn of the loop writes goes as one piece, head and body of an answer together."""

import asyncio
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# What is written beyond this leaves at once, so that a long stream is held back where the network is slow.
MOST_BYTES = 65_536


class Gathering:
    """A connection's transport; what it does not know itself is the transport's own."""

    __slots__ = ("_bytes", "_held", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._held: list[bytes] = []
        self._bytes = 0

    def write(self, data: bytes) -> None:
        """Let this leave with what else is written before the loop turns."""
        if not self._held:
            self._loop.call_soon(self._let_go)
        self._held.append(data)
        self._bytes += len(data)
        if self._bytes > MOST_BYTES:
            self._let_go()

    def writelines(self, pieces: Iterable[bytes]) -> None:
        """Let all of this leave, as `write` does."""
        for piece in pieces:
            self.write(piece)

    def close(self) -> None:
        """Close the connection when everything has left."""
        self._let_go()
        self._transport.close()

    def _let_go(self) -> None:
        held, self._held, self._bytes = self._held, [], 0
        # Whoever has gone meanwhile hears nothing more.
        if held and not self._transport.is_closing():
            self._transport.write(held[0] if len(held) == 1 else b"".join(held))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class GatheringProtocol(HttpToolsProtocol):
    """uvicorn's protocol on such a transport: by itself it writes the head of an answer before it has a body."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn itself
        """A connection begins."""
        super().connection_made(Gathering(transport, self.loop))  # type: ignore[arg-type]  # it does all that a transport does
