"""What a connection writes in one turn of the loop leaves as one piece; nothing is lost, mixed or held back."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from api.http.gathering import MOST_BYTES, GatheringProtocol

LONG = b"".join(number.to_bytes(4, "big") for number in range(MOST_BYTES))


async def short(_: Request) -> Response:
    return PlainTextResponse("short")


async def long(_: Request) -> Response:
    return Response(LONG)


async def stream(_: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        for at in range(0, len(LONG), 1_000):
            yield LONG[at : at + 1_000]

    return StreamingResponse(parts())


async def echo(live: WebSocket) -> None:
    await live.accept()
    await live.send_text(await live.receive_text())
    await live.close()


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A server of its own."""
    routes = [Route("/short", short), Route("/long", long), Route("/stream", stream), WebSocketRoute("/echo", echo)]
    configured = uvicorn.Config(Starlette(routes=routes), http=GatheringProtocol, log_level="warning", lifespan="off")
    server = uvicorn.Server(configured)
    # It listens already, so whoever comes before the server has started waits.
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield listening.getsockname()[1]
        server.should_exit = True
        await serving


async def ask(port: int, path: str, *, headers: str = "") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2 * len(LONG))
    writer.write(f"GET {path} HTTP/1.1\r\nhost: zhidu\r\n{headers}\r\n".encode())
    return reader, writer


async def test_head_and_body_of_an_answer_arrive_together(port: int) -> None:
    reader, writer = await ask(port, "/short")
    first = await reader.read(MOST_BYTES)
    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert first.endswith(b"\r\n\r\nshort")
    writer.close()


@pytest.mark.parametrize("path", ["/long", "/stream"])
async def test_a_long_answer_arrives_whole_and_in_order(port: int, path: str) -> None:
    reader, writer = await ask(port, path, headers="connection: close\r\n")
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    if b"chunked" in head:
        parts = []
        while (size := int((line := body.partition(b"\r\n"))[0], 16)) > 0:
            parts.append(line[2][:size])
            body = line[2][size + 2 :]
        body = b"".join(parts)
    assert body == LONG
    writer.close()


async def test_an_answer_leaves_before_its_connection_is_closed(port: int) -> None:
    reader, writer = await ask(port, "/short", headers="connection: close\r\n")
    assert (await reader.read()).endswith(b"\r\n\r\nshort")
    writer.close()


async def test_whoever_goes_in_the_middle_of_an_answer_disturbs_nobody(port: int) -> None:
    for path in ("/long", "/stream"):
        _, writer = await ask(port, path)
        writer.transport.abort()
    reader, writer = await ask(port, "/short", headers="connection: close\r\n")
    assert (await reader.read()).endswith(b"short")
    writer.close()


async def test_a_socket_goes_through_the_same_door(port: int) -> None:
    async with connect(f"ws://127.0.0.1:{port}/echo") as live:
        await live.send("there and back")
        assert await live.recv() == "there and back"
