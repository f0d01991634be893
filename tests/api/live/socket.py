"""A client's end of a WebSocket to the application, in the test's own loop."""

import asyncio
from typing import Any

import orjson
from starlette.types import ASGIApp


class Socket:
    """Speaks graphql-transport-ws; `told` takes the server's next message, or the code and reason of its close."""

    def __init__(self, app: ASGIApp, headers: dict[str, str] | None = None) -> None:
        self._to_server: asyncio.Queue[Any] = asyncio.Queue()
        self._to_client: asyncio.Queue[Any] = asyncio.Queue()
        scope = {
            "type": "websocket",
            "path": "/graphql",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
            "subprotocols": ["graphql-transport-ws"],
        }
        self._to_server.put_nowait({"type": "websocket.connect"})
        self.running = asyncio.ensure_future(app(scope, self._to_server.get, self._to_client.put))  # type: ignore[arg-type]  # a coroutine

    async def __aenter__(self) -> "Socket":
        assert (await self._to_client.get())["type"] == "websocket.accept"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._to_server.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await self.running

    def say(self, message: Any) -> None:
        """Send a message as JSON, or a text as it is."""
        text = message if isinstance(message, str) else orjson.dumps(message).decode()
        self._to_server.put_nowait({"type": "websocket.receive", "text": text})

    async def told(self) -> Any:
        """The next message."""
        event = await asyncio.wait_for(self._to_client.get(), 60)
        if event["type"] == "websocket.close":
            return event["code"], event["reason"]
        return orjson.loads(event["text"])

    async def open(self, token: str | None) -> Any:
        """Say who one is; what the server answers."""
        self.say({"type": "connection_init", "payload": {"authorization": token} if token is not None else {}})
        return await self.told()

    async def errors(self, query: str, **more: Any) -> Any:
        """The errors of a subscription that is refused."""
        self.say({"type": "subscribe", "id": "1", "payload": {"query": query, **more}})
        answer = await self.told()
        if answer["type"] == "next":
            assert await self.told() == {"id": "1", "type": "complete"}
            return answer["payload"]["errors"]
        assert answer["type"] == "error", answer
        return answer["payload"]
